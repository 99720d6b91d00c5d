"""``python -m fællesledelse.workbook.show STEP``: what a page shows one leader, as JSON; then the process is over.

On standard input: ``{"texts", "labels", "way", "heard", "cells"}``, where ``way`` is what the server says of the
leader's path, ``heard`` what others have said to the leader, where the page tells that, and ``cells`` the sources of the
code cells, for a process that has not run the page before.

On standard output: ``cells``, a list with ``{"model", "kind", "html"}`` for each code cell or null where there is nothing
to see, where the kind is "fields", "computed", "html", "widget" or "failed"; ``fields``, what each model of the kind
"fields" is made of; ``computed``, the keys each model is computed from; and ``widgets``, the states of the other models,
in the form that Jupyter embeds them in pages.
"""

import json
import sys
from typing import Any

from ipywidgets import HTML, Widget
from ipywidgets.embed import dependency_state

from .connection import Given
from .fields import Field
from .page import bind, computed
from .rehearsal import REHEARSED, Rehearsed, rehearse


def shown(rehearsed: Rehearsed) -> dict[str, Any]:
    """What the page shows now, as it is written to standard output."""
    reads = {part.widget.model_id: list(part.reads) for part in computed(rehearsed.page)}
    widgets = [each for each in rehearsed.shown if isinstance(each, Widget)]
    return {
        "cells": [each and _cell(each, reads) for each in rehearsed.shown],
        "fields": {widget.model_id: widget.spec for widget in widgets if isinstance(widget, Field)},
        "computed": reads,
        "widgets": _states([each for each in widgets if not isinstance(each, Field | HTML)]),
    }


def _states(widgets: list[Widget]) -> dict[str, Any]:
    """Of those widgets and all they are made of. Asked for none, Jupyter would tell of all there are."""
    return dependency_state(widgets, drop_defaults=True) if widgets else {}


def _cell(widget: Widget | str, reads: dict[str, Any]) -> dict[str, str]:
    if isinstance(widget, str):
        return {"model": "", "kind": widget, "html": ""}
    if isinstance(widget, Field):
        return {"model": widget.model_id, "kind": "fields", "html": ""}
    if isinstance(widget, HTML):
        return {
            "model": widget.model_id,
            "kind": "computed" if widget.model_id in reads else "html",
            "html": widget.value,
        }
    return {"model": widget.model_id, "kind": "widget", "html": ""}


def main(step: str) -> None:
    """One page for one leader."""
    told = json.load(sys.stdin)
    rehearsed = REHEARSED.get(step) or rehearse(step, told["cells"])
    bind(rehearsed.page, Given(told))
    sys.stdout.write(json.dumps(shown(rehearsed)))
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
