"""How departments find their collaboration with each other: a heat map that is a table, so its fields say what they show.

The same shades on the page, in Word and in PDF. They grow darker all the way, and so are told apart without colours too.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final

from ..danish import listed
from .foundation import line
from .span import Span, number

TITLE: Final = "Samarbejdet mellem afdelingerne"
ABOUT: Final = (
    "Til venstre står, hvem der svarer, og øverst, hvem de svarer om. Hvert felt er et gennemsnit fra 1 (helt uenig) til 5"
    " (helt enig) i, at samarbejdet fungerer godt i hverdagen. Derunder står, hvor det mest sandsynligt ligger. Jo mørkere"
    " feltet er, jo mere enige er de. Tallene er sløret lidt, så ingens svar kan regnes ud. Afdelinger med færre end fem"
    " ledere er ikke med."
)
NOTHING: Final = "Der er ingen tal at vise her: I ingen af afdelingerne har fem taget stilling."

_WITHHELD: Final = "vises ikke"
_OWN: Final = "–"
_SHADES: Final = ((0xF6, 0xEA, 0xD2), (0xA3, 0xCD, 0xB9), (0x1F, 0x5C, 0x57))
"""Of 1, 3 and 5; those between lie between."""

_DARK: Final = 4.36
"""From here on a shade is so dark that white can be read on it better than black."""


@dataclass(frozen=True)
class RelationRow:
    """How one department finds its collaboration with the others: None where fewer than five have taken a stand."""

    department: str
    cells: tuple[tuple[str, Span | None], ...]


@dataclass(frozen=True)
class Cell:
    """One field of the heat map: what stands in it, below that in small, and its colours as "#rrggbb", or empty."""

    said: str
    within: str = ""
    ground: str = ""
    ink: str = ""


@dataclass(frozen=True)
class Relations:
    """What came of the questions that were promised before wave one, about each of the departments ``about``.

    ``rows``: only departments of which something can be shown.
    """

    about: tuple[str, ...]
    rows: tuple[RelationRow, ...]

    @property
    def grid(self) -> list[tuple[str, list[Cell]]]:
        """Each department that answers, with a field for each of ``about``."""
        return [(line(row.department), [_cell(dict(row.cells), one) for one in self.about]) for row in self.rows]

    @property
    def headings(self) -> list[str]:
        """Whom they answer about, as it stands above the fields."""
        return [line(f"om {one}") for one in self.about]

    @property
    def withheld(self) -> list[str]:
        """Everything that is not shown, and why, in words."""
        if not self.rows:
            return [NOTHING]
        found = [(row.department, [about for about, span in row.cells if span is None]) for row in self.rows]
        why = "vises ikke, fordi færre end fem har taget stilling."
        told = [f"Svar fra {one} om {listed(missing)} {why}" for one, missing in found if missing]
        silent = [one for one in self.about if one not in {row.department for row in self.rows}]
        told += [f"Svar fra {one} {why}" for one in silent]
        return [line(said) for said in told]

    def to_json(self) -> dict[str, Any]:
        """All that is seen, as lists, dicts and texts."""
        rows = [{"department": one, "cells": [asdict(cell) for cell in cells]} for one, cells in self.grid]
        return {"title": TITLE, "text": ABOUT, "headings": self.headings, "rows": rows, "withheld": self.withheld}


def shade(value: float) -> tuple[str, str]:
    """The colours of a mean answer from 1 to 5: the ground, and what is written on it."""
    at = (min(max(value, 1.0), 5.0) - 1) / 2
    below = min(int(at), len(_SHADES) - 2)
    pairs = zip(_SHADES[below], _SHADES[below + 1], strict=True)
    mixed = (round(light + (dark - light) * (at - below)) for light, dark in pairs)
    return "#" + "".join(f"{part:02x}" for part in mixed), "#ffffff" if value > _DARK else "#000000"


def _cell(given: dict[str, Span | None], about: str) -> Cell:
    if about not in given:
        return Cell(_OWN)
    span = given[about]
    if span is None:
        return Cell(_WITHHELD)
    return Cell(number(span.value), f"{number(span.low)}–{number(span.high)}", *shade(span.value))
