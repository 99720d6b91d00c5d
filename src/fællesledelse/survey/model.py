"""What a survey takes in and what it has ever shown. Frozen values; the ledger is ready for JSON both ways."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..errors import FællesledelseError

ABSENT: Final = -1
"""Where somebody did not answer."""

DONT_KNOW: Final = 0
"""The answer "ved ikke". The others are 1 (disagree entirely) to 5 (agree entirely)."""

ANSWERS: Final = range(6)

LEAST: Final = 5
"""How many must have answered before anything of it is shown."""

Answers = NDArray[np.int8]
Counts = tuple[int, ...]


class SurveyError(FællesledelseError):
    """Figures can't be released as asked, and none were. For IT; English."""


class Level(StrEnum):
    """How much of a distribution is shown."""

    FULL = "full"  # how many gave each of the six answers
    MERGED = "merged"  # how many said "ved ikke", 1 or 2, 3, 4 or 5
    NONE = "none"  # only how many answered


@dataclass(frozen=True, repr=False)
class Table:
    """The answers to one item: ``answers`` is token x wave, int8. Nothing says who a token is.

    Raises SurveyError where a token stands twice, the shape is not that, or an answer is none.
    """

    tokens: tuple[str, ...]
    answers: Answers

    def __post_init__(self) -> None:
        if len(set(self.tokens)) < len(self.tokens):
            raise SurveyError("A token stands twice in a table of answers. Give every token one row.")
        if self.answers.ndim != 2 or len(self.answers) != len(self.tokens):
            raise SurveyError(f"A table of {len(self.tokens)} tokens has answers of the shape {self.answers.shape}.")
        if self.answers.size and not ABSENT <= self.answers.min() <= self.answers.max() <= max(ANSWERS):
            raise SurveyError("An answer is neither -1 (none), 0 (don't know) nor 1 to 5.")


@dataclass(frozen=True)
class Distribution:
    """What is shown of one item in one wave: ``answered`` is how many did, "ved ikke" included.

    ``counts`` has a place for each answer from 0 to 5, or for 0, 1-2, 3 and 4-5, or none, by its level.
    """

    answered: int
    level: Level
    counts: Counts = ()


@dataclass(frozen=True)
class Figure:
    """All that is shown of one item in one wave.

    ``link`` is how closely the answers follow those of the wave before (a correlation, -0.5 to 0.9) with noise in it; None
    where the two distributions are not shown in full, or are too small for the noise.
    """

    distribution: Distribution
    link: float | None = None


@dataclass(frozen=True)
class Relation:
    """What one department's answers of 1 to 5 come to: how many they are, and their sum with noise in it."""

    number: int
    total: int


Relations = Mapping[str, Mapping[str, Relation | None]]
"""Item, then the department that answered. None where fewer than five did, so that it can be told."""


@dataclass(frozen=True)
class Wave:
    """What one wave shows: items that have a figure, and relations where they were promised.

    ``spread`` is the standard deviation of answers within departments, over all the relations shown, with noise in it.
    """

    figures: Mapping[str, Figure]
    relations: Relations = field(default_factory=dict)
    spread: float | None = None


@dataclass(frozen=True)
class Ledger:
    """Everything a survey has ever shown. ``promised`` are the items shown by department, as told before wave one."""

    promised: frozenset[str] = frozenset()
    waves: tuple[Wave, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The ledger as lists, dicts, numbers and texts."""
        return {"promised": sorted(self.promised), "waves": [_wave_out(wave) for wave in self.waves]}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Ledger":
        """The ledger that ``to_json`` gave."""
        return cls(frozenset(told["promised"]), tuple(_wave_in(wave) for wave in told["waves"]))


def _wave_out(wave: Wave) -> dict[str, Any]:
    return {
        "figures": {item: _figure_out(figure) for item, figure in wave.figures.items()},
        "relations": {item: {one: _relation_out(cell) for one, cell in row.items()} for item, row in wave.relations.items()},
        "spread": wave.spread,
    }


def _wave_in(told: Mapping[str, Any]) -> Wave:
    return Wave(
        {item: _figure_in(figure) for item, figure in told["figures"].items()},
        {item: {one: _relation_in(cell) for one, cell in row.items()} for item, row in told["relations"].items()},
        told["spread"],
    )


def _figure_out(figure: Figure) -> dict[str, Any]:
    shown = figure.distribution
    return {"answered": shown.answered, "level": shown.level.value, "counts": list(shown.counts), "link": figure.link}


def _figure_in(told: Mapping[str, Any]) -> Figure:
    return Figure(Distribution(told["answered"], Level(told["level"]), tuple(told["counts"])), told["link"])


def _relation_out(cell: Relation | None) -> list[int] | None:
    return None if cell is None else [cell.number, cell.total]


def _relation_in(told: Sequence[int] | None) -> Relation | None:
    return None if told is None else Relation(*told)
