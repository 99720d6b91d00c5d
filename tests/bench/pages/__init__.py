"""How fast a page opens, beside stock Voilà, Panel, Streamlit and marimo doing equal work in the same run."""
