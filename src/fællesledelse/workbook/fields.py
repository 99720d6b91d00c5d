"""Fields as widgets: what a leader fills in, drawn by ``static/fields.js``.

Behind the server the text goes from the browser to the server by HTTP and never through the kernel; the widget only
hears which field was saved. Without a server (JupyterLab) the text lives in the ``values`` trait.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from ..vocabulary import Call

STATIC = Path(__file__).parent / "static"

Saved = Callable[[str, int], None]
"""Called with the key of a field and the version that the server acknowledged."""


def describe(call: Call, *, lines: int = 4, most: int = 0) -> list[dict[str, object]]:
    """``call`` as the value of ``Field.spec``: one dictionary per field.

    ``lines`` is the least height of a text; ``most`` is how many sentences can be chosen (0: any number).
    """
    shared = {"lines": lines, "most": most, "sources": list(call.reads)}
    return [asdict(field) | shared for field in call.fields]


class Field(anywidget.AnyWidget):
    """The fields of one cell.

    ``spec`` is what ``describe`` returns. ``values`` maps keys to texts, fields and sources alike; the browser uses it
    only where no server is. Both can be set by the browser, so neither may decide anything on the kernel's side.
    """

    _esm: Path | str = STATIC / "fields.js"
    _css: Path | str = STATIC / "fields.css"
    spec = traitlets.List(traitlets.Dict()).tag(sync=True)
    values = traitlets.Dict().tag(sync=True)

    def __init__(
        self, spec: Iterable[dict[str, object]], *, values: dict[str, str] | None = None, saved: Saved | None = None
    ) -> None:
        super().__init__(spec=list(spec), values=dict(values or {}))
        self._saved = saved
        self.on_msg(self._heard)

    def _heard(self, _widget: object, content: Any, _buffers: object) -> None:
        """Runs when the browser sends a message: ``{"saved": {"key", "version"}}`` after an acknowledged save."""
        saved = content.get("saved") if isinstance(content, dict) else None
        if not isinstance(saved, dict):
            return
        key, version = saved.get("key"), saved.get("version")
        if not any(field.get("key") == key for field in self.spec) or not isinstance(version, int):
            return
        if self._saved is not None:
            self._saved(str(key), version)


class ServedField(Field):
    """A field on one of the server's pages, which bring script and style themselves: 26 kB less per field on the socket."""

    _esm = ""
    _css = ""
