"""Good groups quickly, as a place for the integer program to start from.

Two change places as long as that helps; then a few are mixed, and again. Proves nothing. The same numbers every time.
"""

import numpy as np

from .columns import Ints, Problem

MIXES = 80
BASE = 512


def start(given: Problem, number: int, smallest: int, largest: int) -> list[Ints] | None:
    """That many groups as sorted kinds, or None where none were found that are allowed."""
    kinds = np.repeat(np.arange(len(given.units)), given.counts)
    sizes = given.sizes[kinds]
    weights = BASE ** np.arange(len(given.between))[::-1]
    dear = np.tensordot(weights, given.between, axes=1) + given.forbidden * BASE ** len(given.between)
    dear = dear[np.ix_(kinds, kinds)]
    np.fill_diagonal(dear, 0)
    at = packed(sizes, number, smallest, largest)
    if at is None or given.forbidden.diagonal()[given.counts == 1].any():
        return None
    random = np.random.default_rng(1)
    at = improved(at, dear, sizes)
    for _ in range(MIXES):
        other = at.copy()
        for _ in range(3):
            one = random.integers(len(at))
            alike = np.flatnonzero(sizes == sizes[one])
            two = random.choice(alike)
            other[one], other[two] = other[two], other[one]
        other = improved(other, dear, sizes)
        at = other if total(other, dear) <= total(at, dear) else at
    if total(at, dear) >= BASE ** len(given.between):
        return None
    return [np.sort(kinds[at == group]) for group in range(number)]


def packed(sizes: Ints, number: int, smallest: int, largest: int) -> Ints | None:
    """A group for every unit, the largest units first, each where fewest are; None where that gives wrong sizes."""
    filled = np.zeros(number, dtype=np.int64)
    at = np.zeros(len(sizes), dtype=np.int64)
    for unit in np.argsort(-sizes, kind="stable"):
        at[unit] = filled.argmin()
        filled[at[unit]] += sizes[unit]
    return at if filled.min() >= smallest and filled.max() <= largest else None


def total(at: Ints, dear: Ints) -> int:
    """What all pairs within groups cost, twice."""
    return int((dear * (at[:, None] == at[None, :])).sum())


def improved(at: Ints, dear: Ints, sizes: Ints) -> Ints:
    """The groups after the best exchanges of two of one size, until none helps."""
    at = at.copy()
    everyone = np.arange(len(at))
    same_size = sizes[:, None] == sizes[None, :]
    while True:
        to = dear @ (at[:, None] == np.arange(at.max() + 1)[None, :])
        now = to[everyone, at]
        there = to[:, at]
        gain = np.where(
            same_size & (at[:, None] != at[None, :]), there + there.T - 2 * dear - now[:, None] - now[None, :], 0
        )
        one, two = divmod(int(gain.argmin()), len(at))
        if gain[one, two] >= 0:
            return at
        at[one], at[two] = at[two], at[one]
