"""The constructed step that the tests write in: one field of every kind, something computed from one, and a widget."""

from typing import Any

from fællesledelse import vocabulary
from fællesledelse.workbook.fields import describe

from .writing_server import WIDGET, State


def cell(prose: str, call: vocabulary.Call | None = None, **drawn: Any) -> dict[str, Any]:
    """A Markdown cell (as HTML), and the fields below it."""
    if call is None:
        return {"prose": prose}
    model = f"model-{call.fields[0].key}"
    return {"prose": prose, "call": call, "kind": "fields", "model": model, "html": "", "spec": describe(call, **drawn)}


def computed(prose: str, *keys: str) -> dict[str, Any]:
    """A Markdown cell, and below it what is computed from the texts of ``keys``."""
    return {"prose": prose, "kind": "computed", "model": f"computed-{keys[0]}", "reads": keys}


CELLS = [
    cell("<h1>Forberedelse 1</h1><p>Sæt ti minutter af ad gangen. Alt gemmes af sig selv.</p>"),
    cell(
        '<h2 id="vendepunkter">Vendepunkter (10 min)<a class="anchor-link" href="#vendepunkter">¶</a></h2>'
        "<p>Tænk tilbage på en dag, hvor du blev en anden leder, end du var om morgenen.</p>",
        vocabulary.text("turning-points", limit=4000, readers="group"),
    ),
    cell(
        "<h2>Tre episoder (10 min)</h2><p>Fortæl om tre situationer, hvor det gjaldt.</p>"
        "<ul><li><strong>Hvad gjorde jeg?</strong> Så konkret, at en kollega kunne se det for sig.</li>"
        "<li><strong>Hvad gjorde det ved de andre?</strong></li></ul>",
        vocabulary.cards("episodes", parts=["did", "effect"], count=3),
    ),
    cell(
        "<h2>Sætninger, der skal med (10 min)</h2><p>Vælg det, der stadig er sandt om et år.</p>",
        vocabulary.choose("chosen", sources=["heard"], most=2),
        most=2,
    ),
    cell(
        "<h2>Min opgave</h2><p>Skriv udkastet i dit eget sprog.</p>",
        vocabulary.text("draft.task", limit=300, readers="published", sources=["chosen"]),
    ),
    computed("<h2>Sådan læser det ud</h2>", "draft"),
    {"prose": "<h2>Spørg</h2>", "kind": "widget", "model": WIDGET, "html": ""},
    cell("<h2>Din dato</h2><p>Hvornår vil du tale med din egen leder?</p>", vocabulary.date("talk")),
    cell("<h2>Kun for dig</h2><p>Hvad ville få dig til at rejse?</p>", vocabulary.private("limits")),
]

HEARD = "Jeg ringer, før jeg skriver. Kl. 8 er min dør åben. Vi holder det, vi lover."


def constructed() -> State:
    """That step, and nothing written."""
    fields = [
        {
            "key": spec.key,
            "kind": spec.kind.value,
            "label": spec.key,
            "limit": spec.limit,
            "readers": spec.readers.value,
            "private": spec.key.startswith("private."),
            "core": spec.core,
        }
        for one in CELLS
        if "call" in one
        for spec in one["call"].fields
    ]
    step = {"name": "forberedelse-1", "title": "Forberedelse 1", "kind": "preparation", "minutes": 45, "editable": True}
    return State(step, fields, {"heard": HEARD}, CELLS)
