"""A page without a server: a constructed leader has filled everything in, so a notebook can be opened and tried by itself.

Nothing is kept: what is typed lives as long as the kernel. All persons and places are invented.
"""

import json
from pathlib import Path
from typing import Any, ClassVar

from ..vocabulary import covers
from .connection import Example, Heard, Reading, Way


class Sandbox:
    """A Connection over the constructed leader in ``constructed.json``."""

    served: ClassVar[bool] = False

    def __init__(self) -> None:
        found: dict[str, Any] = json.loads(Path(__file__).with_name("constructed.json").read_text(encoding="utf-8"))
        self._texts: dict[str, str] = found["answers"]
        self._way = Way.of(found["way"])
        self._heard = tuple(map(Heard.of, found["heard"]))
        self._examples = {part: Example.of(example) for part, example in found["group"].items()}

    def answers(self, keys: tuple[str, ...]) -> Reading:
        """See Connection."""
        return Reading({key: text for key, text in self._texts.items() if covers(keys, key)})

    def way(self) -> Way:
        """See Connection."""
        return self._way

    def heard(self) -> tuple[Heard, ...]:
        """See Connection."""
        return self._heard

    def own(self, keys: tuple[str, ...]) -> dict[str, str]:
        """See Connection."""
        return self.answers(keys).texts

    def example(self, part: str) -> Example:
        """See Connection."""
        return self._examples[part]

    def overview(self) -> dict[str, Any]:
        """See Connection."""
        found: dict[str, Any] = json.loads(Path(__file__).with_name("constructed_overview.json").read_text(encoding="utf-8"))
        return found

    def keep(self, texts: dict[str, str]) -> None:
        """See Connection."""
        self._texts |= texts
