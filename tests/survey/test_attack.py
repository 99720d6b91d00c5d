"""A small share of the simulated attack: ``python -m tests.survey.attack`` makes the whole of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product
from random import Random

import numpy as np
import pytest

from .attack import tally
from .leaver import guessed
from .power import World
from .programme import ITEM, Programme, programme


def test_no_programme_determines_an_answer_and_the_naive_release_does() -> None:
    found = Counter[str]()
    for number in range(1, 31):
        found.update(tally(number, small=True, seed=7))
    assert found["answers"] > 400
    assert found["ours, any two colluders"] == found["ours, noise believed small, alone"] == 0
    assert found["naive, alone"] > 0
    assert found["waves, distribution full"] > found["waves, distribution none"]


def test_a_large_programme_shows_most_of_its_distributions_and_determines_none() -> None:
    found = tally(3, small=False, seed=7)
    assert found["ours, any two colluders"] == 0
    assert found["waves, distribution full"] > 0


def test_one_leaver_is_hardly_easier_to_guess_than_before_he_left() -> None:
    """At 38, with answers that last as they do; ``python -m tests.survey.leaver`` shows more."""
    right, alone, sure = guessed(World(), 38, 600)
    assert right < alone + 0.06
    assert sure < 0.01


def skeleton(one: Programme) -> list[tuple[object, bool]]:
    """Everything that is shown but the noise: distributions, and whether there is a link."""
    figures = [wave.figures.get(ITEM) for wave in one.released(Random(1)).waves]
    return [(figure and figure.distribution, bool(figure and figure.link is not None)) for figure in figures]


def answered_otherwise(one: Programme, wave: int, colluders: tuple[int, int], person: int) -> Iterator[Programme]:
    """Programmes in which the person has another answer in that wave, and the colluders have theirs everywhere."""
    column = one.answers[:, wave]
    rest = [each for each in np.flatnonzero(column >= 0) if each not in colluders]
    for answer in set(range(6)) - {int(column[person])}:
        swapped, moved = one.answers.copy(), one.answers.copy()
        partner = next((each for each in rest if column[each] == answer), person)
        swapped[[person, partner], wave] = swapped[[partner, person], wave]
        moved[[each for each in rest if column[each] == column[person]], wave] = answer
        yield from (replace(one, answers=each) for each in (swapped, moved) if each[person, wave] == answer)


def alike(one: Programme, shown: list[tuple[object, bool]], known: dict[bytes, bool]) -> bool:
    table = one.answers.tobytes()
    if table not in known:
        known[table] = skeleton(one) == shown
    return known[table]


@pytest.mark.parametrize("seed", range(4))
def test_everyone_could_have_answered_otherwise_with_the_whole_ledger_as_it_is(seed: int) -> None:
    """Every wave, every two colluders, everyone else: another table, and all that is shown is the same but for noise."""
    one = programme(7, 3, np.random.default_rng(seed))
    shown, tried = skeleton(one), 0
    known: dict[bytes, bool] = {}
    for wave, colluders in product(range(3), combinations(range(7), 2)):
        for person in set(np.flatnonzero(one.answers[:, wave] >= 0)) - set(colluders):
            others = answered_otherwise(one, wave, colluders, int(person))
            assert any(alike(other, shown, known) for other in others)
            tried += 1
    assert tried > 100
