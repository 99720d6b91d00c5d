"""Which departments work well together, found again from the released heat map: ``python -m tests.survey.departments``.

Departments are planted in blocks; within a block collaboration is better. The map is cut into as many groups as planted.
"""

from collections import Counter
from itertools import combinations
from math import log
from random import Random

import numpy as np
from numpy.typing import NDArray

from fællesledelse.survey import Ledger, Wave, relation_mean, release

from .power import surely

Floats = NDArray[np.float64]
GOOD, POOR = 4.2, 2.8
PERSON, ANSWER = 0.4, 0.7
"""Means within and between blocks, and standard deviations of what is a person's own and of what is an answer's."""


def simulated(blocks: tuple[int, ...], people: int, rng: np.random.Generator) -> dict[str, dict[str, list[int]]]:
    """Every department's answers about every other: item (a department), then who answered."""
    means = np.where(np.equal.outer(blocks, blocks), GOOD, POOR) + rng.normal(0, 0.15, (len(blocks), len(blocks)))
    answers: dict[str, dict[str, list[int]]] = {str(about): {} for about in range(len(blocks))}
    for one in range(len(blocks)):
        latent = means[one] + PERSON * rng.standard_normal((people, 1)) + ANSWER * rng.standard_normal((people, len(blocks)))
        given = np.clip(np.rint(latent), 1, 5).astype(int)
        given[rng.random(given.shape) < 0.02] = 0
        for about in set(range(len(blocks))) - {one}:
            answers[str(about)][str(one)] = given[:, about].tolist()
    return answers


def heat_map(wave: Wave, departments: int) -> Floats:
    """From (row) and about (column): means, not a number where withheld or one's own."""
    told = np.full((departments, departments), np.nan)
    for about, row in wave.relations.items():
        for one, cell in row.items():
            if cell and wave.spread:
                told[int(one), int(about)] = relation_mean(cell, wave.spread).value
    return told


def groups(told: Floats, number: int) -> list[int]:
    """Average linkage on how well two departments work together, each asked about the other, until so many are left."""
    both = np.where(np.isnan(told), np.nanmean(told), told)
    near = (both + both.T) / 2
    parts = [[one] for one in range(len(told))]
    while len(parts) > number:
        best = max(combinations(parts, 2), key=lambda two: near[np.ix_(two[0], two[1])].mean())
        parts = [part for part in parts if part not in best] + [best[0] + best[1]]
    return [next(at for at, part in enumerate(parts) if one in part) for one in range(len(told))]


def information(one: list[int] | tuple[int, ...], other: list[int] | tuple[int, ...]) -> float:
    """Normalised mutual information (arithmetic mean of the entropies); 1 where two divisions are the same."""
    entropies = entropy(list(one)) + entropy(list(other))
    shared = entropies - entropy(list(zip(one, other, strict=True)))
    return 2 * shared / entropies


def entropy(labels: list[int] | list[tuple[int, int]]) -> float:
    return -sum(times / len(labels) * log(times / len(labels)) for times in Counter(labels).values())


def expected(mean: float) -> float:
    """The mean of answers that are a normal cut into 1 to 5."""
    spread = np.hypot(PERSON, ANSWER)
    latent = mean + spread * np.random.default_rng(0).standard_normal(100_000)
    return float(np.clip(np.rint(latent), 1, 5).mean())


def coverage(means: tuple[float, ...], people: int, times: int, seed: int = 1) -> dict[float, float]:
    """How often a cell's interval holds the mean that the department's answers are drawn from; all cells in one wave."""
    rng, random, held = np.random.default_rng(seed), Random(seed), Counter[float]()
    truths = {mean: expected(mean) for mean in means}
    for _ in range(times):
        given = {str(mean): {"F": drawn(mean, people, rng)} for mean in means}
        wave = release(Ledger(frozenset(given)), {}, given, random).waves[0]
        for mean in means:
            cell = wave.relations[str(mean)]["F"]
            assert cell is not None
            assert wave.spread is not None
            told = relation_mean(cell, wave.spread)
            held[mean] += told.low <= truths[mean] <= told.high
    return {mean: held[mean] / times for mean in means}


def drawn(mean: float, people: int, rng: np.random.Generator) -> list[int]:
    latent = mean + np.hypot(PERSON, ANSWER) * rng.standard_normal(people)
    given: list[int] = np.clip(np.rint(latent), 1, 5).astype(int).tolist()
    return given


def recovered(blocks: tuple[int, ...], people: int, times: int, seed: int = 1) -> float:
    """The mean information between planted blocks and those found in the released map."""
    rng, random, found = np.random.default_rng(seed), Random(seed), []
    for _ in range(times):
        answers = simulated(blocks, people, rng)
        wave = release(Ledger(frozenset(answers)), {}, answers, random).waves[0]
        found.append(information(groups(heat_map(wave, len(blocks)), len(set(blocks))), blocks))
    return float(np.mean(found))


def run(times: int = 1000) -> None:
    """Print both figures for several layouts; the coverage with the 99 % interval of the simulation."""
    for blocks, people in (
        ((0, 0, 0, 1, 1, 1), 6),
        ((0, 0, 1, 1, 2, 2), 6),
        ((0, 0, 0, 1, 1, 1), 7),
        ((0, 0, 1, 1, 2, 2), 7),
    ):
        print(f"blocks {blocks}, {people} leaders each: information {recovered(blocks, people, times):.3f}", flush=True)
    for people in (5, 6, 7):
        for mean, share in coverage((2.0, 2.8, 3.5, 4.2, 4.6), people, 10 * times).items():
            low, high = surely(share, 10 * times)
            print(
                f"{people} leaders, mean {mean}: interval holds the truth {share:.4f} ({low:.4f} to {high:.4f})", flush=True
            )


if __name__ == "__main__":
    run()
