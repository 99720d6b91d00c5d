"""Every group that may exist, as columns of an integer program.

Leaders who must stay together are one unit. Units that no rule can tell apart are one kind: a column says how many of each
kind a group takes. That removes what is symmetric, and makes a first round, where few have a history, small.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .model import Leader, Rule, Rules, Vetoes

MOST = 250_000
"""As many groups are listed. More take too long to choose among."""

WEIGHTS = np.array([64, 16, 8, 2, 1])
"""What a pair costs by each rule where not every group can be listed, and only there."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class Problem:
    """Kinds in a fixed order: their units (ids), and what two of them cost each other (rule x kind x kind)."""

    units: tuple[tuple[tuple[str, ...], ...], ...]
    sizes: Ints
    inner: Ints
    between: Ints
    forbidden: NDArray[np.bool_]

    @property
    def counts(self) -> Ints:
        """How many units there are of each kind."""
        return np.array([len(units) for units in self.units])


@dataclass(frozen=True, repr=False)
class Columns:
    """Groups that may exist: ``members`` (group x place) are kinds, -1 where a place is empty; ``costs`` is rule x group."""

    members: Ints
    costs: Ints
    complete: bool

    def only(self, kept: NDArray[np.bool_] | Ints) -> "Columns":
        """The groups that are kept."""
        return Columns(self.members[kept], self.costs[:, kept], self.complete)


def line(leaders: Sequence[Leader]) -> dict[str, tuple[str, ...]]:
    """Everyone's superiors, nearest first. A line that bites its tail stops before it repeats."""
    nearest = {leader.id: leader.superior for leader in leaders}
    above: dict[str, tuple[str, ...]] = {}
    for leader in leaders:
        chain: list[str] = []
        boss = leader.superior
        while boss in nearest and boss not in chain and boss != leader.id:
            chain.append(boss)
            boss = nearest[boss]
        above[leader.id] = tuple(chain)
    return above


def kept_together(ids: Sequence[str], pairs: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Units: everyone with those they must stay with, directly or through others; sorted."""
    unit = {one: {one} for one in ids}
    for one, other in pairs:
        joined = unit[one] | unit[other]
        unit.update(dict.fromkeys(joined, joined))
    return sorted({tuple(sorted(members)) for members in unit.values()})


def problem(leaders: Sequence[Leader], rules: Rules, vetoes: Vetoes) -> Problem:
    """Units, kinds and what pairs cost. The leaders' order does not matter."""
    leaders = sorted(leaders, key=lambda leader: leader.id)
    by_id = {leader.id: leader for leader in leaders}
    place = {leader.id: number for number, leader in enumerate(leaders)}
    pairs = np.zeros((len(rules.of_pairs), len(leaders), len(leaders)), dtype=np.int64)
    apart = np.zeros((len(leaders), len(leaders)), dtype=bool)
    above = line(leaders)
    met = Counter(
        pair
        for groups in rules.earlier
        for group in groups
        for pair in combinations(sorted({one for one in group if one in place}), 2)
    )
    for one, other in combinations(leaders, 2):
        costs = {
            Rule.LINE: other.id in above[one.id] or one.id in above[other.id],
            Rule.MET: met[one.id, other.id],
            Rule.DEPARTMENT: bool(one.department) and one.department == other.department,
            Rule.KNOWN: len(one.known & other.known),
            Rule.LEVEL: one.level == other.level,
            Rule.APART: abs(one.level - other.level) if one.level and other.level else 0,
        }
        at, there = place[one.id], place[other.id]
        pairs[:, at, there] = pairs[:, there, at] = [costs[rule] for rule in rules.of_pairs]
        apart[at, there] = apart[there, at] = vetoes.forbid(one.id, other.id)

    special = {one for pair in met for one in pair} | {boss for chain in above.values() for boss in chain}
    special |= {leader.id for leader in leaders if apart[place[leader.id]].any()}

    kinds: dict[object, list[tuple[str, ...]]] = defaultdict(list)
    for unit in kept_together(list(place), rules.together):
        alike = [(by_id[one].department, by_id[one].level, above[one], tuple(sorted(by_id[one].known))) for one in unit]
        lone = unit if special & set(unit) else ()
        kinds[lone, tuple(sorted(alike))].append(unit)
    units = tuple(tuple(of_kind) for of_kind in sorted(kinds.values()))

    belongs = np.zeros((len(units), len(leaders)), dtype=np.int64)
    for number, of_kind in enumerate(units):
        belongs[number, [place[one] for one in of_kind[0]]] = 1
    between = belongs @ pairs @ belongs.T
    inner = np.stack([np.diagonal(rule) // 2 for rule in between])
    clash = (belongs @ apart.astype(np.int64) @ belongs.T) > 0
    for number, of_kind in enumerate(units):
        if len(of_kind) > 1:
            first, second = ([place[one] for one in unit] for unit in of_kind[:2])
            between[:, number, number] = pairs[:, first][:, :, second].sum(axis=(1, 2))
            clash[number, number] = False
    return Problem(units, belongs.sum(axis=1), inner, between, clash)


def columns(given: Problem, smallest: int, largest: int, apart: NDArray[np.bool_]) -> Columns:
    """Every group of the sizes without two kinds that are ``apart``.

    Where there are more than ``MOST``, the cheapest are kept, and the result is not ``complete``.
    """
    kinds = len(given.units)
    alone = np.flatnonzero((given.sizes <= largest) & ~(np.diagonal(given.forbidden) & (given.counts == 1)))
    members = alone.reshape(-1, 1)
    sizes, costs = given.sizes[alone], given.inner[:, alone]
    found, complete = [], True
    for depth in range(1, largest + 1):
        fits = sizes >= smallest
        padding = np.full((fits.sum(), largest - depth), -1)
        found.append((np.hstack([members[fits], padding]), costs[:, fits]))
        if depth == largest or not len(members):
            break
        members, sizes, costs, all_kept = extended(given, members, sizes, costs, largest, apart, np.arange(kinds))
        complete &= all_kept
    groups = Columns(np.vstack([part for part, _ in found]), np.hstack([part for _, part in found]), complete)
    return groups if len(groups.members) <= MOST else cheapest(groups)


def extended(
    given: Problem,
    members: Ints,
    sizes: Ints,
    costs: Ints,
    largest: int,
    apart: NDArray[np.bool_],
    kinds: Ints,
) -> tuple[Ints, Ints, Ints, bool]:
    """Every part of a group with one more unit in it, of the last one's kind or a later; and whether all are there."""
    parts: list[tuple[Ints, Ints, Ints]] = []
    for kind in kinds:
        taken = (members == kind).sum(axis=1)
        fits = (members[:, -1] <= kind) & (sizes + given.sizes[kind] <= largest) & (taken < given.counts[kind])
        fits[fits] = ~apart[kind][members[fits]].any(axis=1)
        base = members[fits]
        more = np.hstack([base, np.full((len(base), 1), kind)])
        cost = costs[:, fits] + given.inner[:, [kind]] + given.between[:, kind][:, base].sum(axis=2)
        parts.append((more, sizes[fits] + given.sizes[kind], cost))
    grown = Columns(np.vstack([part[0] for part in parts]), np.hstack([part[2] for part in parts]), True)
    new_sizes = np.hstack([part[1] for part in parts])
    if len(grown.members) <= MOST:
        return grown.members, new_sizes, grown.costs, True
    kept = lowest(grown.costs)
    return grown.members[kept], new_sizes[kept], grown.costs[:, kept], False


def lowest(costs: Ints) -> Ints:
    """Places of a third of ``MOST`` groups, mostly the cheap; the fixed noise lets some dear ones in, lest nothing fits."""
    noise = np.random.default_rng(1).exponential(WEIGHTS[1], costs.shape[1])
    return np.sort(np.argsort(WEIGHTS @ costs + noise, kind="stable")[: MOST // 3])


def cheapest(groups: Columns) -> Columns:
    """A third of ``MOST`` groups, the cheapest."""
    kept = lowest(groups.costs)
    return Columns(groups.members[kept], groups.costs[:, kept], False)
