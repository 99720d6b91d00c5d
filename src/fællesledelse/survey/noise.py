"""Noise that leaves every value possible, so that what has it in can't determine anything.

Of two-sided geometric noise any whole number can come out, whatever went in. Rounding has edges instead: the sum of five
answers rounded to 25 says that three of them are 5, where two colluders have answered 4.
"""

from math import exp
from random import Random


def two_sided(scale: float, random: Random) -> int:
    """A whole number around 0, any of them possible: each is exp(1/scale) times as likely as the next one out.

    The variance is nearly 2 scale²; ``variance`` is the exact one.
    """
    return _steps(scale, random) - _steps(scale, random)


def variance(scale: float) -> float:
    """The variance of ``two_sided``."""
    more = exp(-1 / scale)
    return 2 * more / (1 - more) ** 2


def _steps(scale: float, random: Random) -> int:
    more, steps = exp(-1 / scale), 0
    while random.random() < more:
        steps += 1
    return steps
