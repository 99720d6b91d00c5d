"""The attacker is exact: against every table there is, and against releases that are known to tell."""

from itertools import product

import numpy as np
import pytest

from fællesledelse.survey.model import Answers

from .attacker import MOVED, PAIRED, SQUARED, Count, Place, Sum, determined, determined_by_two, holds, total
from .programme import naive


def by_hand(table: Answers, figures: list[Count | Sum], colluders: tuple[int, ...], values: tuple[int, ...]) -> set[Place]:
    """The same from all tables, one after the other."""
    places = [(int(person), int(wave)) for person, wave in np.argwhere(table >= 0) if person not in colluders]
    seen: dict[Place, set[int]] = {place: set() for place in places}
    other = table.copy()
    for answers in product(values, repeat=len(places)):
        for place, answer in zip(places, answers, strict=True):
            other[place] = answer
        if all(holds(other, figure) for figure in figures):
            for place, answer in zip(places, answers, strict=True):
                seen[place].add(answer)
    return {place for place in places if len(seen[place]) == 1}


def counted(table: Answers, wave: int, value: int) -> Count:
    return Count(wave, (value,), int((table[:, wave] == value).sum()))


@pytest.mark.parametrize("seed", range(40))
def test_it_finds_what_trying_every_table_finds(seed: int) -> None:
    """Up to four people and two waves, with joiners and leavers, known distributions or only the answers in use."""
    rng = np.random.default_rng(seed)
    values = [(1, 2, 3), (0, 4, 5), (1, 5)][seed % 3]
    table = rng.choice(values, size=(int(rng.integers(3, 5)), 2)).astype(np.int8)
    table[rng.random(table.shape) < 0.25] = -1
    known = range(6) if rng.random() < 0.6 else set(range(6)) - set(values)
    figures: list[Count | Sum] = [counted(table, wave, each) for wave in (0, 1) for each in known]
    for of in (PAIRED, MOVED, SQUARED):
        exact, slack = total(table, Sum(1, of, 0, 0)), int(rng.integers(0, 3))
        figures += [Sum(1, of, exact - slack, exact + slack)] if rng.random() < 0.7 else []
    colluders = tuple(rng.choice(len(table), size=int(rng.integers(0, 3)), replace=False).tolist())
    assert determined(table, figures, colluders) == by_hand(table, figures, colluders, values)


LEAVER = np.array([[2, 3], [4, 4], [3, 4], [1, 2], [5, 4], [1, -1]], dtype=np.int8)
"""Six answer, then five: the last one has left."""


def test_exact_sums_and_one_leaver_tell_his_answer() -> None:
    assert (5, 0) in determined(LEAVER, naive(LEAVER))


def test_sums_rounded_to_five_still_tell_a_leavers_answer_at_the_edge() -> None:
    """The sum of changes, 2, is told as -2 to 2, and so the leaver has answered at most 1."""
    assert (5, 0) in determined(LEAVER, naive(LEAVER, rounded=True))


def test_withholding_a_rounded_sum_because_it_would_tell_tells_too() -> None:
    """One leaver again: the sum of changes is his answer and a known number. Rounded to five, that leaves blocks of answers.

    Say that blocks of one answer are withheld. Where there is only one such block, to withhold it is to tell.
    """
    told = 0
    for known in range(5):
        blocks: dict[int, set[int]] = {}
        for answer in range(1, 6):
            blocks.setdefault(round((answer - known) / 5), set()).add(answer)
        told += len([block for block in blocks.values() if len(block) == 1]) == 1
    assert told == 2  # of five known numbers


def test_two_colluders_see_more_than_one() -> None:
    table = np.array([[1, 1], [2, 2], [3, 3], [3, 3]], dtype=np.int8)
    figures = [counted(table, wave, each) for wave in (0, 1) for each in range(6)]
    assert not determined(table, figures)
    assert determined_by_two(table, figures) == {(2, 0), (2, 1), (3, 0), (3, 1)}
