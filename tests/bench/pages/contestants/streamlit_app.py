"""The page in Streamlit: streamlit run streamlit_app.py."""

import streamlit as st
from work import QUESTIONS, chart, read, save

viewer = st.query_params["viewer"]


def keep(key: str) -> None:
    """Called when a text has changed."""
    save(viewer, key, st.session_state[key])


answers = read(viewer)
for name, question in QUESTIONS.items():
    answers[name] = st.text_area(question, answers[name], key=name, on_change=keep, args=(name,))
st.markdown(chart(answers), unsafe_allow_html=True)
