"""The page in marimo: marimo run marimo_app.py."""

import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    from work import QUESTIONS, chart, read, save

    return QUESTIONS, chart, mo, read, save


@app.cell
def _(QUESTIONS, mo, read, save):
    viewer = mo.query_params()["viewer"]
    answers = read(viewer)

    def keep(values):
        for key in QUESTIONS:
            if values[key] != answers[key]:
                save(viewer, key, values[key])
                answers[key] = values[key]

    fields = mo.ui.dictionary(
        {key: mo.ui.text_area(answers[key], label=QUESTIONS[key]) for key in QUESTIONS},
        on_change=keep,
    )
    fields.vstack()
    return (fields,)


@app.cell
def _(chart, fields, mo):
    mo.Html(chart(fields.value))
    return


if __name__ == "__main__":
    app.run()
