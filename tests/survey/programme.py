"""Simulated programmes: who takes part when, what they answer, and what three ways of releasing show of it."""

from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from fællesledelse.survey.estimate import LINK_NOISE, moments, weight
from fællesledelse.survey.model import Figure, Ledger, Level, Table
from fællesledelse.survey.release import CLOSEST, FARTHEST, release

from .attacker import MOVED, PAIRED, SQUARED, Count, Sum, total, weights

ITEM = "item"
LEAST = 5
WINDOW = 3.0
"""Nineteen of twenty noises are within so many times their scale."""


@dataclass(frozen=True)
class Programme:
    """One item's answers (leader x wave), -1 where there is none, and after which wave each withdrew (or never)."""

    answers: NDArray[np.int8]
    withdrawn: NDArray[np.int64]

    def table(self, wave: int) -> Table:
        """What there is of it when that wave is released: those who have withdrawn are gone."""
        left = np.flatnonzero(self.withdrawn >= wave)
        return Table(tuple(f"t{person}" for person in left), self.answers[left, : wave + 1])

    def released(self, random: Random) -> Ledger:
        """Our ledger after the last wave."""
        ledger = Ledger()
        for wave in range(self.answers.shape[1]):
            ledger = release(ledger, {ITEM: self.table(wave)}, {}, random)
        return ledger


def programme(leaders: int, waves: int, rng: np.random.Generator) -> Programme:
    """A programme with joiners, leavers, absences (late answers are never counted) and one item, often a skewed one."""
    level, spread = rng.choice([1.5, 2.5, 3.2, 3.7, 4.2, 4.8, 5.5]), rng.choice([0.3, 0.7, 1.0, 1.4])
    person = rng.standard_normal((leaders, 1))
    drift = rng.normal(0, 0.3, waves).cumsum()
    latent = level + drift + spread * (np.sqrt(0.6) * person + np.sqrt(0.4) * rng.standard_normal((leaders, waves)))
    answers = np.clip(np.rint(latent), 1, 5).astype(np.int8)
    answers[rng.random(answers.shape) < rng.choice([0, 0.03, 0.1])] = 0
    answers[~present(leaders, waves, rng)] = -1
    withdrawn = np.where(rng.random(leaders) < 0.03, rng.integers(0, waves, leaders), waves)
    gone = np.arange(waves) > withdrawn[:, None]
    answers[gone] = -1
    return Programme(answers, withdrawn)


def present(leaders: int, waves: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Who answers in time when: some join, some leave, some miss one."""
    first = np.where(rng.random(leaders) < 0.12, rng.integers(0, waves, leaders), 0)
    last = np.where(rng.random(leaders) < 0.15, rng.integers(1, waves + 1, leaders), waves)
    wave = np.arange(waves)
    there: NDArray[np.bool_] = (first[:, None] <= wave) & (wave < last[:, None])
    there &= rng.random((leaders, waves)) >= rng.choice([0, 0.05, 0.15])
    return there


def naive(answers: NDArray[np.int8], rounded: bool = False) -> list[Count | Sum]:
    """Full distributions from five answers up and, from five pairs up, their number, sum and squares: exact or to five."""
    figures: list[Count | Sum] = []
    for wave in range(answers.shape[1]):
        if (answers[:, wave] >= 0).sum() >= LEAST:
            figures += [Count(wave, (value,), int((answers[:, wave] == value).sum())) for value in range(6)]
        shown = wave and min((answers[:, [wave - 1, wave]] >= 0).sum(axis=0)) >= LEAST
        if shown and total(answers, Sum(wave, PAIRED, 0, 0)) >= LEAST:
            figures += [paired(answers, wave, PAIRED, False)]
            figures += [paired(answers, wave, each, rounded) for each in (MOVED, SQUARED)]
    return figures


def paired(answers: NDArray[np.int8], wave: int, of: NDArray[np.float64], rounded: bool) -> Sum:
    exact = total(answers, Sum(wave, of, 0, 0))
    middle = 5 * round(exact / 5) if rounded else exact
    return Sum(wave, of, middle - 2 * rounded, middle + 2 * rounded)


def believed(ledger: Ledger, answers: NDArray[np.int8], withdrawn: NDArray[np.int64]) -> list[Count | Sum]:
    """Our full distributions and links, for one who takes it that no noise is beyond ``WINDOW``; wrong ones are left out.

    Waves below the full level say nothing of other waves, and are judged by their certificates.
    """
    figures: list[Count | Sum] = []
    for wave, shown in enumerate(ledger.waves):
        figure = shown.figures.get(ITEM)
        if figure and figure.distribution.level is Level.FULL:
            counts = figure.distribution.counts
            figures += [Count(wave, (value,), counts[value]) for value in range(6)]
            if figure.link is not None:
                link = believed_link(ledger.waves[wave - 1].figures[ITEM], figure, wave)
                there = np.where(withdrawn[:, None] >= wave, answers, -1)
                figures += [link] if link.low <= total(there, link) <= link.high else []
    return figures


def believed_link(before: Figure, after: Figure, wave: int) -> Sum:
    """The sum of products that a link tells of, give or take."""
    first, last = moments(before.distribution), moments(after.distribution)
    assert first is not None
    assert last is not None
    assert after.link is not None
    of = weights(lambda a, b: (a - first.mean) * (b - last.mean))
    width = weight(first, last)
    low = after.link * width - WINDOW * LINK_NOISE - 0.5 - width * 0.005 if after.link > FARTHEST else -np.inf
    high = after.link * width + WINDOW * LINK_NOISE + 0.5 + width * 0.005 if after.link < CLOSEST else np.inf
    return Sum(wave, of, low, high)
