"""How an attacker's guesses compare with a blind match."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from math import sqrt
from operator import add

import numpy as np


@dataclass
class Score:
    """Hits, of how many, what a blind match would hit, and its variance: exact, summed over matches that are drawn apart."""

    hits: int = 0
    pairs: int = 0
    chance: float = 0
    variance: float = 0

    def match(self, one: Sequence[object], other: Sequence[object]) -> None:
        """Put the first with the first and so on. Chance: over all orders of either; the longer one may have more."""
        size = max(len(one), len(other))
        if not size:
            return
        alike = np.array([[each == every for every in _filled(other, size)] for each in _filled(one, size)], dtype=float)
        self.hits += int(alike.trace())
        self.pairs += min(len(one), len(other))
        self.chance += float(alike.sum()) / size
        if size > 1:  # of a sum over a random permutation: Hoeffding, A combinatorial central limit theorem, 1951
            centred = alike - alike.mean(axis=0) - alike.mean(axis=1, keepdims=True) + alike.mean()
            self.variance += float((centred**2).sum()) / (size - 1)

    @property
    def deviations(self) -> float:
        """How many standard deviations the attacker is above chance."""
        return (self.hits - self.chance) / sqrt(self.variance)

    def __add__(self, other: "Score") -> "Score":
        return Score(*map(add, astuple(self), astuple(other)))

    def __str__(self) -> str:
        said = f"{self.hits} of {self.pairs}, by chance {self.chance:.1f}"
        return f"{said} ({self.deviations:+.1f} standard deviations)"


def _filled(one: Sequence[object], size: int) -> list[object]:
    """With what is like nothing else."""
    return [*one, *(object() for _ in range(size - len(one)))]
