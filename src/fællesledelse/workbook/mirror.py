"""The mirror for empty words on a page: a button, and at most three questions below it."""

from collections.abc import Callable

from ipywidgets import HTML, Button, Layout, VBox

from ..errors import ConnectionLost
from ..mirror import remarks
from . import view
from .connection import Reading


class Mirror(VBox):
    """A button and what it found. ``read`` is called at each click and returns the draft as it is saved."""

    def __init__(self, read: Callable[[], Reading]) -> None:
        self._read = read
        self._button = Button(description="Hold et spejl op for mit udkast", layout=Layout(width="auto"))
        self._button.add_class("fl-button")
        self._said = HTML()
        super().__init__(children=(self._button, self._said))
        self.add_class("fl-mirror")
        self._button.on_click(self._look)

    def refresh(self) -> None:
        """Called by the page when one of the draft's fields has been saved: the questions are about an older text now."""

    def _look(self, _button: Button) -> None:
        try:
            reading = self._read()
        except ConnectionLost:
            self._said.value = view.away()
            return
        self._said.value = f"<p>{len(remarks(reading.texts))}</p>"
