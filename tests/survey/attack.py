"""How many answers are determined over everything ever released: ``python -m tests.survey.attack 10000 50``.

The numbers are programmes of 5-12 and of 38-60 leaders, one item each, 2-6 waves.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import combinations_with_replacement
from multiprocessing import get_context
from random import Random
from time import perf_counter

import numpy as np

from fællesledelse.survey.estimate import change
from fællesledelse.survey.ladder import shown
from fællesledelse.survey.model import Answers

from .attacker import Figures, determined, determined_by_two
from .programme import ITEM, Programme, believed, naive, programme

SHARE = 50
"""One in so many small programmes is also attacked by every pair of colluders, with each of the other releases."""


def tally(number: int, small: bool, seed: int = 1) -> Counter[str]:
    """What comes out of one programme."""
    rng = np.random.default_rng([seed, small, number])
    leaders = int(rng.integers(5, 13) if small else rng.integers(38, 61))
    one = programme(leaders, int(rng.integers(2, 7)), rng)
    found = Counter({"programmes": 1, "answers": int((one.answers >= 0).sum())})
    ledger = one.released(Random(number))
    found["ours, any two colluders"] = sum(uncertified(column) for column in one.answers.T)
    found += usefulness(one)
    links = believed(ledger, one.answers, one.withdrawn)
    found["ours, noise believed small, alone"] = judged(one, links)
    found["naive, alone"] = len(determined(one.answers, naive(one.answers)))
    found["naive, alone, programmes"] = found["naive, alone"] > 0
    found["rounded to five, alone"] = len(determined(one.answers, naive(one.answers, rounded=True)))
    if not small:
        found["ours, noise believed small, any two colluders"] = judged(one, links, pairs=True)
    elif number % SHARE == 0:
        found["attacked by pairs: answers"] = found["answers"]
        found["attacked by pairs: naive"] = len(determined_by_two(one.answers, naive(one.answers)))
        found["attacked by pairs: rounded to five"] = len(determined_by_two(one.answers, naive(one.answers, rounded=True)))
        found["attacked by pairs: ours, noise believed small"] = judged(one, links, pairs=True)
    return found


def judged(one: Programme, figures: Figures, pairs: bool = False) -> int:
    """Determined answers in waves that are shown in full."""
    if not figures:
        return 0
    full = {figure.wave for figure in figures}
    caught = determined_by_two(one.answers, figures) if pairs else determined(one.answers, figures)
    return sum(wave in full for _, wave in caught)


def uncertified(column: Answers) -> int:
    """Answers of a wave for which there is a pair of colluders and no other table that looks the same to them."""
    counts = tuple(int((column == value).sum()) for value in range(6))
    return sum(counts[value] for value in range(6) if counts[value] and not certified(counts, value))


def certified(counts: tuple[int, ...], value: int) -> bool:
    """Whether one who gave that answer has, for every pair of colluders, a table in which he gave another."""
    return all(
        any(shown(other) == shown(counts) for other in others(counts, colluders, value))
        for colluders in combinations_with_replacement(range(6), 2)
        if all(counts[each] - colluders.count(each) >= (each == value) for each in range(6))
    )


def others(counts: tuple[int, ...], colluders: tuple[int, int], value: int) -> Iterator[tuple[int, ...]]:
    """Distributions of tables in which the colluders' answers stand, and one who gave ``value`` gave another."""
    rest = [counts[each] - colluders.count(each) for each in range(6)]
    for instead in set(range(6)) - {value}:
        if rest[instead]:
            yield counts  # two change places
        moved = list(counts)
        moved[value], moved[instead] = moved[value] - rest[value], moved[instead] + rest[value]
        yield tuple(moved)  # all who said the same change their mind


def usefulness(one: Programme) -> Counter[str]:
    """What our release shows and what it withholds."""
    ledger, told = one.released(Random(0)), Counter[str]()
    for number, wave in enumerate(ledger.waves):
        figure = wave.figures.get(ITEM)
        told[f"waves, distribution {figure.distribution.level.value if figure else 'not shown: fewer than five'}"] += 1
        before = ledger.waves[number - 1].figures.get(ITEM) if number else None
        if before and figure:
            linked = "without link" if figure.link is None else "with link"
            told[f"changes {linked if change(before, figure) else 'withheld'}"] += 1
    return told


def run(small: int, large: int) -> None:
    """Print a table for each size."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for name, number, is_small in (("38-60 leaders", large, False), ("5-12 leaders", small, True)):
            begun, found = perf_counter(), Counter[str]()
            for each in pool.map(tally, range(number), [is_small] * number, chunksize=20 if is_small else 1):
                found.update(each)
            print(f"\n{name}, {perf_counter() - begun:.0f} s", flush=True)
            for key in sorted({*found, "ours, any two colluders", "ours, noise believed small, alone"}):
                print(f"  {key}: {found[key]}", flush=True)


if __name__ == "__main__":
    run(int(sys.argv[1]), int(sys.argv[2]))
