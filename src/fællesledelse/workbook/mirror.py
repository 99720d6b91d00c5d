"""The mirror for empty words on a page: a button, and at most three questions below it.

Everything happens in the kernel of the page: nothing is sent, kept or logged.
"""

from collections.abc import Callable
from html import escape

from ipywidgets import HTML, Button, Label, Layout, VBox

from ..errors import ConnectionLost
from ..mirror import Remark, remarks
from ..vocabulary import DRAFT
from . import view
from .connection import Reading

FOUND = "Spejlet spørger:"
ASK = "Hold et spejl op for mit udkast"
EMPTY = "Der er ikke noget at spejle endnu. Skriv et par sætninger under en af overskrifterne, og prøv så igen."
NOTHING = (
    "Spejlet fandt ikke noget at spørge om. Det kender kun nogle få slags ord. "
    "Læs udkastet højt for en, du stoler på. Den, der lytter, hører mere end et spejl."
)
WHEN = (
    "Spejlet har læst dit udkast, som det var gemt, da du trykkede. Et spejl kan tage fejl. Du vælger selv, hvad du bruger."
)
OLDER = "Du har rettet i udkastet siden. Det her gælder teksten fra før. Tryk igen, hvis spejlet skal læse den nye."


class Mirror(VBox):
    """A button and what it found. ``read`` is called at each click and returns the draft as it is saved."""

    def __init__(self, read: Callable[[], Reading]) -> None:
        self._read = read
        self._button = Button(description=ASK, layout=Layout(width="auto"))
        self._button.add_class("fl-button")
        # Takes the focus without being on the way of the Tab key: so a screen reader says it and goes on to the questions
        # below. A live region that comes together with its words would stay silent.
        self._told = Label(tabbable=False)
        self._told.add_class("fl-mirror-told")
        self._age, self._said = HTML(), HTML()
        super().__init__((self._button, self._age, self._told, self._said))
        self.add_class("fl-mirror")
        self._button.on_click(self._look)

    def refresh(self) -> None:
        """Called by the page when a field of the draft has been saved: what stands here is about an older text now."""
        if self._told.value:
            self._age.value = f'<p class="fl-mirror-age" role="status">{OLDER}</p>'

    def _look(self, _button: Button) -> None:
        """Called at a click."""
        try:
            told, said = _answer(self._read())
        except ConnectionLost:
            told, said = "", view.away()
        self._age.value = ""
        self._told.value = told
        self._said.value = said
        if told:
            self._told.focus()


def _answer(reading: Reading) -> tuple[str, str]:
    """The line to begin with, as text, and the questions as HTML (none: empty)."""
    if not any(reading.texts.get(key, "").strip() for key in DRAFT):
        return EMPTY, ""
    found = remarks(reading.texts)
    if not found:
        return NOTHING, ""
    items = "".join(_item(remark, reading) for remark in found)
    return FOUND, f'<ul class="fl-mirror-remarks">{items}</ul><p class="fl-mirror-when">{WHEN}</p>'


def _item(remark: Remark, reading: Reading) -> str:
    heading = reading.labels.get(remark.key) or view.HEADINGS[remark.key]
    return (
        '<li class="fl-mirror-remark">'
        f'<p class="fl-mirror-quote">Under <em>{escape(heading)}</em> skriver du: »{escape(remark.quote)}«</p>'
        f'<p class="fl-mirror-question">{escape(remark.question)}</p>'
        f'<p class="fl-mirror-because"><strong>Derfor spørger vi:</strong> {escape(remark.because)}</p></li>'
    )
