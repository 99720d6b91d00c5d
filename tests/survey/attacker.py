"""An exact attacker: from figures, participation and the colluders' own answers to what nobody else can have answered.

Those who took part in the same waves can't be told apart, so the tables that fit are counted, not listed: how many of each
such class went from one answer to the next, as whole numbers that HiGHS looks for. An answer is determined if no table fits
in which one of its class has another. Independent of the library: it knows counts and sums of pairs, whoever told them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import highspy
import numpy as np
from numpy.typing import NDArray

VALUES = 6
Array = NDArray[np.float64]
Place = tuple[int, int]
"""A person and a wave, both from 0."""


@dataclass(frozen=True)
class Count:
    """So many answers of these values were given in a wave."""

    wave: int
    values: tuple[int, ...]
    number: int


@dataclass(frozen=True)
class Sum:
    """A sum over those who answered both this wave and the one before: ``weights`` is value before x value now."""

    wave: int
    weights: Array = field(repr=False)
    low: float
    high: float


Figures = Sequence[Count | Sum]


def determined(table: NDArray[np.int8], figures: Figures, colluders: tuple[int, ...] = ()) -> set[Place]:
    """Places of answers that nobody but their owner and the colluders should know, and that the figures determine."""
    return Search(table, figures, colluders).determined()


def determined_by_two(table: NDArray[np.int8], figures: Figures) -> set[Place]:
    """The same for any one or two colluders; what one alone can see, so can two."""
    people = range(len(table))
    pairs = list(combinations(people, 2)) if len(table) > 2 else [(one,) for one in people]
    return set().union(*(determined(table, figures, pair) for pair in pairs))


class Search:
    """One attack. Variables are people of a class in an answer at a wave, or going from one answer to another."""

    def __init__(self, table: NDArray[np.int8], figures: Figures, colluders: tuple[int, ...]) -> None:
        self.table, self.figures = table, figures
        self.colluders = list(colluders)
        self.joined = {figure.wave for figure in figures if isinstance(figure, Sum)}
        rest = [person for person in range(len(table)) if person not in colluders]
        classes: dict[bytes, list[int]] = {}
        for person in rest:
            classes.setdefault((table[person] >= 0).tobytes(), []).append(person)
        self.classes = list(classes.values())
        self.solver: highspy.Highs | None = None

    def determined(self) -> set[Place]:
        open_places = {(number, wave) for number, people in enumerate(self.classes) for wave in self._waves(people)}
        open_places = {place for place in open_places if self._unanimous(*place)}
        open_places = {place for place in open_places if not self._swap(*place)}
        caught = set()
        while open_places:
            place = min(open_places)
            other = self._other(*place)
            open_places.discard(place)
            if other is None:
                caught.add(place)
            else:
                open_places = {each for each in open_places if not self._differs(other, *each)}
        return {(person, wave) for number, wave in caught for person in self.classes[number]}

    def _waves(self, people: list[int]) -> list[int]:
        return [int(wave) for wave in np.flatnonzero(self.table[people[0]] >= 0)]

    def _unanimous(self, number: int, wave: int) -> bool:
        return len(set(self.table[self.classes[number], wave].tolist())) == 1

    def _swap(self, number: int, wave: int) -> bool:
        """Whether one of the class can change answers in that wave with one of another class, and every sum still holds."""
        person = self.classes[number][0]
        sums = [figure for figure in self.figures if isinstance(figure, Sum) and figure.wave in (wave, wave + 1)]
        for partner in (each for people in self.classes for each in people if self.table[each, wave] >= 0):
            if self.table[partner, wave] != self.table[person, wave]:
                changed = self.table.copy()
                changed[[person, partner], wave] = changed[[partner, person], wave]
                if all(holds(changed, figure) for figure in sums):
                    return True
        return False

    def _other(self, number: int, wave: int) -> Array | None:
        """A solution in which one of the class gave another answer in that wave."""
        if self.solver is None:
            self._build()
        assert self.solver is not None
        own = int(self.table[self.classes[number][0], wave])
        row = sum(self.node(number, wave, value) for value in range(VALUES) if value != own)
        places = np.flatnonzero(row).astype(np.int32)
        self.solver.addRow(1.0, highspy.kHighsInf, len(places), places, np.ones(len(places)))
        self.solver.run()
        status = self.solver.getModelStatus()
        if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible):
            raise RuntimeError(f"HiGHS neither found nor excluded a table: {status}")
        found = np.array(self.solver.getSolution().col_value) if status == highspy.HighsModelStatus.kOptimal else None
        self.solver.deleteRows(1, np.array([self.solver.getNumRow() - 1], dtype=np.int32))
        return found

    def _differs(self, found: Array, number: int, wave: int) -> bool:
        own = int(self.table[self.classes[number][0], wave])
        return any(found @ self.node(number, wave, value) > 0.5 for value in range(VALUES) if value != own)

    def _build(self) -> None:
        blocks = []
        for number, people in enumerate(self.classes):
            waves = set(self._waves(people))
            for wave in sorted(waves):
                after = wave + 1 in waves and wave + 1 in self.joined
                if wave - 1 in waves and wave in self.joined:
                    blocks.append((number, wave, VALUES * VALUES))
                elif not after:
                    blocks.append((number, wave, VALUES))
        starts = np.cumsum([0, *(size for _, _, size in blocks)])
        self.width = int(starts[-1])
        self.blocks = {(number, wave): (int(at), size) for (number, wave, size), at in zip(blocks, starts, strict=False)}
        rows = list(self._rows())
        matrix = np.array([row for row, _, _ in rows])
        lower = np.array([low for _, low, _ in rows])
        upper = np.array([high for _, _, high in rows])
        self.solver = model(matrix, lower, upper, len(self.table))

    def node(self, number: int, wave: int, value: int) -> Array:
        """The row that counts the people of a class who gave a value in a wave."""
        row = np.zeros(self.width)
        if (number, wave) in self.blocks:
            at, size = self.blocks[number, wave]
            row[at + value : at + size : VALUES] = 1
        else:
            at, _ = self.blocks[number, wave + 1]
            row[at + VALUES * value : at + VALUES * (value + 1)] = 1
        return row

    def _rows(self) -> Iterator[tuple[Array, float, float]]:
        for number, people in enumerate(self.classes):
            for wave in self._waves(people):
                row = sum((self.node(number, wave, value) for value in range(VALUES)), np.zeros(self.width))
                yield row, len(people), len(people)
                if (number, wave) in self.blocks and self.blocks.get((number, wave + 1), (0, 0))[1] == VALUES * VALUES:
                    at, _ = self.blocks[number, wave + 1]
                    for value in range(VALUES):
                        row = self.node(number, wave, value)
                        row[at + VALUES * value : at + VALUES * (value + 1)] -= 1
                        yield row, 0, 0
        for figure in self.figures:
            yield self._count(figure) if isinstance(figure, Count) else self._sum(figure)

    def _count(self, figure: Count) -> tuple[Array, float, float]:
        there = [number for number, people in enumerate(self.classes) if figure.wave in self._waves(people)]
        row = np.zeros(self.width)
        for number in there:
            row += sum(self.node(number, figure.wave, value) for value in figure.values)
        left = figure.number - int(np.isin(self.table[self.colluders, figure.wave], figure.values).sum())
        return row, left, left

    def _sum(self, figure: Sum) -> tuple[Array, float, float]:
        row = np.zeros(self.width)
        for (_, wave), (at, size) in self.blocks.items():
            if wave == figure.wave and size == VALUES * VALUES:
                row[at : at + size] = figure.weights.ravel()
        own = total(self.table[self.colluders], figure)
        return row, figure.low - own, figure.high - own


def total(table: NDArray[np.int8], figure: Sum) -> float:
    """The sum over those in the table."""
    both = table[:, figure.wave - 1 : figure.wave + 1]
    both = both[(both >= 0).all(axis=1)]
    return float(figure.weights[both[:, 0], both[:, 1]].sum())


def holds(table: NDArray[np.int8], figure: Count | Sum) -> bool:
    """Whether the figure is true of the table."""
    if isinstance(figure, Count):
        return int(np.isin(table[:, figure.wave], figure.values).sum()) == figure.number
    return figure.low - 1e-6 <= total(table, figure) <= figure.high + 1e-6


def model(matrix: Array, lower: Array, upper: Array, most: int) -> highspy.Highs:
    """Whole numbers from 0 to ``most`` that hold every row; nothing to be made small or large."""
    wide = matrix.shape[1]
    column, row = np.nonzero(matrix.T)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = wide, len(matrix)
    lp.col_cost_ = np.zeros(wide)
    lp.col_lower_, lp.col_upper_ = np.zeros(wide), np.full(wide, float(most))
    lp.row_lower_, lp.row_upper_ = lower.astype(float), upper.astype(float)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.searchsorted(column, np.arange(wide + 1)).astype(np.int32)
    lp.a_matrix_.index_ = row.astype(np.int32)
    lp.a_matrix_.value_ = matrix[row, column]
    lp.integrality_ = [highspy.HighsVarType.kInteger] * wide
    solver = highspy.Highs()  # type: ignore[no-untyped-call] # highspy tells no types
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(lp)
    return solver


def weights(of: Callable[[int, int], float], known: bool = True) -> Array:
    """Value before x value now; with ``known``, pairs with "ved ikke" in them count for nothing."""
    return np.array([[of(a, b) if (a and b) or not known else 0.0 for b in range(VALUES)] for a in range(VALUES)])


PAIRED = weights(lambda _a, _b: 1)
MOVED = weights(lambda a, b: b - a)
SQUARED = weights(lambda a, b: (b - a) ** 2)
