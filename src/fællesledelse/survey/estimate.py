"""What is said from released figures alone: means, changes, themes and relations, each with a 95 % interval.

A change is the difference between two distributions' means. How uncertain it is depends on how closely answers follow
those of the wave before, and that is what the link tells: without it an interval is as wide as if they did not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from .model import DONT_KNOW, LEAST, Distribution, Figure, Level, Relation, Wave
from .noise import variance

LINK_NOISE = 2.0
"""Noise on the sum of products that the link is made of, in squared answers. One answer moves that sum by 16 at most."""

LINK_BLUR = 0.25
"""The most noise (standard deviation) that a link is told with; with more it is worth nothing."""

RELATION_NOISE = 2.0
"""Noise on a department's sum, in answers: it makes no answer of 1 to 5 more than exp(4/2) times likelier than another."""

SPREAD_NOISE = 8.0
"""Noise on the sum of squares within departments. One answer moves that sum by 16 at most."""

RELATION_FREEDOM = 12
"""Departments differ in spread: the one they share is reckoned as if it were known from a department or two."""


@dataclass(frozen=True)
class Estimate:
    """A value with its standard error and 95 % interval, in answers (1 to 5) or differences between them."""

    value: float
    error: float
    low: float
    high: float


@dataclass(frozen=True)
class Moments:
    """Of the answers from 1 to 5 in a distribution: how many, their mean and their standard deviation."""

    number: int
    mean: float
    deviation: float


def moments(told: Distribution) -> Moments | None:
    """None where the distribution isn't shown in full, fewer than five answered 1 to 5, or all of those the same."""
    if told.level is not Level.FULL or told.answered - told.counts[DONT_KNOW] < LEAST:
        return None
    given = [(answer, count) for answer, count in enumerate(told.counts) if answer != DONT_KNOW]
    number = sum(count for _, count in given)
    mean = sum(answer * count for answer, count in given) / number
    squares = sum(count * (answer - mean) ** 2 for answer, count in given)
    return Moments(number, mean, sqrt(squares / (number - 1))) if squares else None


def blur(before: Moments, after: Moments) -> float:
    """The standard deviation of the noise on a link. Known to everyone, like the moments."""
    return sqrt(variance(LINK_NOISE)) / weight(before, after)


def weight(before: Moments, after: Moments) -> float:
    """What a sum of products is divided by to become a correlation."""
    return sqrt((before.number - 1) * (after.number - 1)) * before.deviation * after.deviation


def mean(figure: Figure) -> Estimate | None:
    """The mean answer. None where ``moments`` are."""
    told = moments(figure.distribution)
    return _around(told.mean, told.deviation / sqrt(told.number), told.number - 1) if told else None


def change(before: Figure, after: Figure) -> Estimate | None:
    """The change of the mean answer. None where either distribution has no moments.

    The interval is Student's for answers in pairs. Its squared error is that of a difference between two means that go
    together as the link tells, or not at all. That is uncertain as a variance of so many differences is, and with the link's
    noise in it; Satterthwaite's degrees of freedom (1946, doi:10.2307/3002019) reckon with both. How often it holds the
    truth: ``python -m tests.survey.power``.
    """
    first, last = moments(before.distribution), moments(after.distribution)
    if first is None or last is None:
        return None
    one, other = first.deviation / sqrt(first.number), last.deviation / sqrt(last.number)
    squared = one**2 + other**2 - 2 * (after.link or 0) * one * other
    doubt = 2 / (min(first.number, last.number) - 1)
    if after.link is not None:
        doubt += (2 * blur(first, last) * one * other / squared) ** 2
    return _around(last.mean - first.mean, sqrt(squared), 2 / doubt)


def theme_mean(wave: Wave, items: Iterable[str], turned: frozenset[str] = frozenset()) -> Estimate | None:
    """The mean of the items' means. ``turned`` are items where agreeing is the other way. None where no item has one."""
    told = [(item, mean(wave.figures[item])) for item in items if item in wave.figures]
    return _together([(6 - one.value if item in turned else one.value, one) for item, one in told if one])


def theme_change(before: Wave, after: Wave, items: Iterable[str], turned: frozenset[str] = frozenset()) -> Estimate | None:
    """The mean of the items' changes. None where no item has one."""
    both = [item for item in items if item in before.figures and item in after.figures]
    told = [(item, change(before.figures[item], after.figures[item])) for item in both]
    return _together([(-one.value if item in turned else one.value, one) for item, one in told if one])


def relation_mean(cell: Relation, spread: float) -> Estimate:
    """A department's mean answer, kept within 1 to 5; the interval has the noise in it."""
    error = sqrt(spread**2 / cell.number + variance(RELATION_NOISE) / cell.number**2)
    told = _around(_kept(cell.total / cell.number), error, RELATION_FREEDOM)
    return Estimate(told.value, error, _kept(told.low), _kept(told.high))


def student(freedom: float) -> float:
    """The 97.5 % point of Student's t; within 1 % from four degrees of freedom on.

    Cornish and Fisher's expansion: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5.
    """
    z = NormalDist().inv_cdf(0.975)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, start=1))


def _around(value: float, error: float, freedom: float) -> Estimate:
    wide = student(max(freedom, 3)) * error
    return Estimate(value, error, value - wide, value + wide)


def _together(told: list[tuple[float, Estimate]]) -> Estimate | None:
    """The mean of values, as uncertain as they are on average: that is at least as much as it can be."""
    if not told:
        return None
    value = sum(one for one, _ in told) / len(told)
    error = sum(one.error for _, one in told) / len(told)
    wide = sum(one.high - one.low for _, one in told) / len(told) / 2
    return Estimate(value, error, value - wide, value + wide)


def _kept(value: float) -> float:
    return min(max(value, 1.0), 5.0)
