"""The page in Panel: panel serve panel_app.py."""

from functools import partial

import panel as pn
from param.parameterized import Event
from work import QUESTIONS, chart, read, save

pn.extension()
viewer = pn.state.session_args.get("viewer", [b""])[0].decode()  # none while the server warms up
answers = read(viewer)
drawing = pn.pane.HTML(chart(answers))


def keep(key: str, event: Event) -> None:
    """Called when a text has changed."""
    save(viewer, key, event.new)
    answers[key] = event.new
    drawing.object = chart(answers)


def field(key: str) -> pn.widgets.TextAreaInput:
    """A question with its answer."""
    area = pn.widgets.TextAreaInput(name=QUESTIONS[key], value=answers.get(key, ""), max_length=4000)
    area.param.watch(partial(keep, key), "value")
    return area


pn.Column(*map(field, QUESTIONS), drawing).servable()
