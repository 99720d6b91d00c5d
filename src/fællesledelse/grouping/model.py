"""What composing groups takes in and gives back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Rule(StrEnum):
    """What is made as small as possible, one after the other: a later rule never costs an earlier one anything."""

    COUNT = "Grupper for mange eller for få i forhold til størrelsen"
    LINE = "Par, hvor den ene er over den anden i ledelseslinjen"
    MET = "Par, der har været i gruppe før (talt hver gang)"
    DEPARTMENT = "Par fra samme afdeling"
    KNOWN = "Fælles bekendtskaber i grupperne"
    LEVEL = "Par på samme ledelsesniveau"
    APART = "Niveauer fra hinanden (talt for hvert par)"


LEVELS_MIXED = (Rule.LINE, Rule.MET, Rule.DEPARTMENT, Rule.KNOWN, Rule.LEVEL)
LEVELS_TOGETHER = (Rule.LINE, Rule.APART, Rule.MET, Rule.DEPARTMENT, Rule.KNOWN)
"""The rules about pairs where levels are mixed and where they are kept together, the most important first."""


@dataclass(frozen=True)
class Leader:
    """One who is to be in a group.

    ``superior`` is the nearest superior's id, or empty; one who is not among the leaders counts as none. ``known`` holds
    keys of what makes people have met: those who share a key know each other. An empty department is nobody's, and level 0
    is one that nobody knows.
    """

    id: str
    name: str
    department: str = ""
    level: int = 0
    superior: str = ""
    known: frozenset[str] = frozenset()


Round = tuple[tuple[str, ...], ...]
"""The groups of one earlier round: ids. Those who are no longer among the leaders are passed over."""


@dataclass(frozen=True)
class Rules:
    """What is asked of the groups by those who compose them; all of it may be shown.

    ``together`` holds pairs of ids that must share a group. Without ``groups`` there are as many groups as the sizes allow,
    but not so many that groups become pairs where larger ones are allowed. ``levels_together``: a group is for leaders at
    roughly the same level; otherwise levels are mixed.
    """

    smallest: int = 3
    largest: int = 4
    groups: int | None = None
    together: tuple[tuple[str, str], ...] = ()
    earlier: tuple[Round, ...] = ()
    levels_together: bool = False

    @property
    def of_pairs(self) -> tuple[Rule, ...]:
        """The rules about pairs, the most important first."""
        return LEVELS_TOGETHER if self.levels_together else LEVELS_MIXED


class Vetoes:
    """Pairs that must never meet, said in confidence by leaders. It can't be printed, counted, compared, copied or pickled.

    One who is not among the leaders is passed over in silence.
    """

    __slots__ = ("__pairs",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.__pairs = frozenset(frozenset(pair) for pair in pairs)

    def __repr__(self) -> str:
        return "Vetoes"

    def __reduce__(self) -> str:
        raise TypeError("vetoes stay where they are")

    def forbid(self, one: str, other: str) -> bool:
        """Whether these two must not meet. For the composer alone."""
        return frozenset((one, other)) in self.__pairs


NO_VETOES: Final = Vetoes()


@dataclass(frozen=True)
class Reached:
    """How far one rule was met: ``possible`` is a proven bound given the rules above it, ``reached`` what the groups have.

    Both are found with everything that is asked of the groups, so between them they tell nothing of what is confidential.
    """

    rule: Rule
    possible: int
    reached: int


@dataclass(frozen=True)
class Proposal:
    """An exception that the two concerned are asked to accept: ``superior`` is above ``leader`` in the line (ids)."""

    superior: str
    leader: str
    group: str
    why: str


@dataclass(frozen=True)
class Grouping:
    """The groups: stable names "1", "2" … to ids in order, what was reached per rule, and what must be accepted.

    ``optimal`` is true where every rule's bound is met. Without it, time or memory ended first, and other runs may differ.
    """

    groups: tuple[tuple[str, tuple[str, ...]], ...]
    table: tuple[Reached, ...]
    proposals: tuple[Proposal, ...]
    seconds: float = field(compare=False)

    @property
    def optimal(self) -> bool:
        """Whether it is proven that no other groups are better."""
        return self.gap == 0

    @property
    def gap(self) -> int:
        """How much the first rule that is not proven may still be lowered; 0 where all are."""
        return next((row.reached - row.possible for row in self.table if row.reached > row.possible), 0)
