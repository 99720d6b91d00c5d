"""From leaders, rules and vetoes to groups.

An exchange of places gives good groups at once; the integer program proves them best, or finds better. Most rules can be met
in full, so its first search has only groups without a pair in the line, one that has met, one of the same department, one
that knows each other; where that is impossible the last of these is let in, and so on. The first search that finds anything
finds the best, since what was left out could only have cost more.

What can be inferred about vetoes, and what can't. They come in apart from the rules and never reach a message, a table or a
repr; a search that ends empty says the same whether a veto, time or memory ended it. The table's bounds are found with the
vetoes in force, so that "reached" never stands above "possible" because of one. But whoever may ask for any kept pair and
run again can try every pair, and one who knows all the rest can see by hand that better groups seem to exist. So take a kept
pair only with both leaders' yes, and let nobody compose over and over. With few people the groups themselves tell.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from .columns import Columns, Ints, Problem, columns, line, problem
from .conflict import aim, check, not_found, numbers
from .model import NO_VETOES, Grouping, Leader, Proposal, Reached, Rule, Rules, Vetoes
from .program import choose
from .start import start

LINE = 0
"""Where the line stands among the rules about pairs, whichever they are."""


@dataclass(frozen=True, repr=False)
class Found:
    """Groups (ids), and the bound and cost per rule."""

    groups: tuple[tuple[str, ...], ...]
    table: tuple[Reached, ...]

    @property
    def proven(self) -> bool:
        """Whether every bound is met."""
        return all(row.possible == row.reached for row in self.table)


def compose(leaders: Sequence[Leader], rules: Rules, vetoes: Vetoes = NO_VETOES, seconds: float = 10.0) -> Grouping:
    """The best groups there are, or the best that were found within the seconds.

    The same input in any order gives the same groups, unless time ran out. Raises GroupingError, in Danish, where the
    rules contradict each other or the search found nothing.
    """
    begun = perf_counter()
    check(leaders, rules)
    found = search(leaders, rules, vetoes, begun + seconds)
    if found is None:
        raise not_found(sorted(leaders, key=lambda leader: leader.id), rules)
    named = tuple((str(number), group) for number, group in enumerate(found.groups, start=1))
    return Grouping(named, found.table, proposals(leaders, rules, named), perf_counter() - begun)


def search(leaders: Sequence[Leader], rules: Rules, vetoes: Vetoes, until: float) -> Found | None:
    """The best groups with the number of groups aimed at, else the nearest number with which there are any."""
    given = problem(leaders, rules, vetoes)
    possible = 0
    sure = True
    for number in numbers([leader.id for leader in leaders], rules):
        away = abs(number - aim(len(leaders), rules))
        possible = away if sure else possible
        found, sure_here = with_number(given, leaders, rules, number, until)
        if found:
            return Found(found.groups, (Reached(Rule.COUNT, possible, away), *found.table))
        sure &= sure_here
    return None


def with_number(
    given: Problem, leaders: Sequence[Leader], rules: Rules, number: int, until: float
) -> tuple[Found | None, bool]:
    """The best groups of that number; and, where there are none, whether that is proven."""
    least = lower_bounds(given, leaders, rules, number, until)
    first = start(given, number, rules.smallest, rules.largest)
    at_hand = counted(given, first, rules, least) if first else None
    if at_hand and at_hand.proven:
        return at_hand, False
    for full in range(len(rules.of_pairs) - 1, -1, -1):
        if at_hand and perf_counter() > until:
            break
        groups = columns(given, rules.smallest, rules.largest, given.forbidden | costly(given, leaders, rules, full))
        if not groups.complete and full:
            continue
        chosen = placed(groups, first)
        now = perf_counter()
        found, impossible = lexicographic(
            given, groups, rules, number, least, full, chosen, until if not full else now + (until - now) / 2
        )
        if found and (at_hand is None or cost(found) <= cost(at_hand)):
            at_hand = found
        if found and found.proven:
            break
        if impossible and not full:
            return at_hand, groups.complete
    return at_hand, False


def cost(found: Found) -> tuple[int, ...]:
    """What the groups cost, the most important rule first."""
    return tuple(row.reached for row in found.table)


def costly(given: Problem, leaders: Sequence[Leader], rules: Rules, full: int) -> NDArray[np.bool_]:
    """Kinds that cost something together by the first ``full`` rules. At the top of the line they may."""
    apart: NDArray[np.bool_] = np.asarray((given.between[:full] > 0).any(axis=0))
    if full:
        missing = missing_company(leaders, rules.smallest)
        top = np.array([any(missing[one] for unit in units for one in unit) for units in given.units])
        by_others = (given.between[LINE + 1 : full] > 0).any(axis=0)
        either = top[:, None] | top[None, :]
        apart = np.asarray(np.where(either, by_others, apart), dtype=np.bool_)
    return apart


def counted(given: Problem, groups: list[Ints], rules: Rules, least: Sequence[int]) -> Found:
    """Groups to start from, held against what counting alone says."""
    reached = [sum(int(costs[pair]) for group in groups for pair in combinations(group, 2)) for costs in given.between] + (
        given.inner * given.counts
    ).sum(axis=1)
    members = np.stack([np.pad(group, (0, max(map(len, groups)) - len(group)), constant_values=-1) for group in groups])
    listed = Columns(members, np.zeros((len(least), len(groups)), dtype=np.int64), False)
    table = tuple(Reached(rule, least[at], int(reached[at])) for at, rule in enumerate(rules.of_pairs))
    return Found(people(given, listed, np.ones(len(groups), dtype=np.int64)), table)


def placed(groups: Columns, first: list[Ints] | None) -> Ints | None:
    """Where the groups to start from stand among the columns; None where one of them is left out."""
    if first is None:
        return None
    chosen = np.zeros(len(groups.members), dtype=np.int64)
    for group in first:
        row = np.pad(group, (0, groups.members.shape[1] - len(group)), constant_values=-1)
        found = np.flatnonzero((groups.members == row).all(axis=1))
        if not len(found):
            return None
        chosen[found] += 1
    return chosen


def lexicographic(
    given: Problem,
    groups: Columns,
    rules: Rules,
    number: int,
    least: Sequence[int],
    full: int,
    chosen: Ints | None,
    until: float,
) -> tuple[Found | None, bool]:
    """Each rule as low as it can be, the rules before it held where they came; and whether there is proven to be nothing."""
    limits: list[tuple[int, int]] = []
    bounds = list(least)
    for rule in range(len(least)):
        if chosen is not None and groups.costs[rule] @ chosen <= bounds[rule]:
            value = int(groups.costs[rule] @ chosen)
        else:
            answer = choose(given, groups, rule, number, limits, chosen, until)
            chosen = answer.chosen
            if chosen is None:
                return None, answer.impossible
            value = int(groups.costs[rule] @ chosen)
            # with some groups left out, a bound holds where the line costs what it must: those groups cost more
            if groups.complete and (not full or (rule > LINE and dict(limits).get(LINE, 0) <= bounds[LINE])):
                bounds[rule] = max(bounds[rule], min(answer.bound, value))
        if value:
            limits.append((rule, value))
        else:
            free = groups.costs[rule] == 0
            groups, chosen = groups.only(free), chosen[free]
    assert chosen is not None
    reached = groups.costs @ chosen
    table = tuple(Reached(rule, bounds[at], int(reached[at])) for at, rule in enumerate(rules.of_pairs))
    return Found(people(given, groups, chosen), table), False


def people(given: Problem, groups: Columns, chosen: Ints) -> tuple[tuple[str, ...], ...]:
    """Who is in each group: units of a kind are given out in the order of their ids."""
    waiting = [list(units) for units in given.units]
    composed = [
        tuple(sorted(one for kind in groups.members[group] if kind >= 0 for one in waiting[kind].pop(0)))
        for group in np.flatnonzero(chosen)
        for _ in range(chosen[group])
    ]
    return tuple(sorted(composed))


def missing_company(leaders: Sequence[Leader], smallest: int) -> dict[str, int]:
    """How many from their own line each leader can't avoid in a group of the smallest size."""
    above = line(leaders)
    related = Counter(one for one, chain in above.items() for _ in chain)
    related.update(boss for chain in above.values() for boss in chain)
    return {one.id: max(0, smallest - 1 - (len(leaders) - 1 - related[one.id])) for one in leaders}


def lower_bounds(given: Problem, leaders: Sequence[Leader], rules: Rules, number: int, until: float) -> tuple[int, ...]:
    """What each rule costs at least, each seen alone: in kept units, at the top of the line, and by lack of difference."""
    missing = missing_company(leaders, rules.smallest)
    alone_at_top = max(max(missing.values()), -(-sum(missing.values()) // 2))
    below = np.array([sum(not any(missing[one] for one in unit) for unit in units) for units in given.units])
    inner = (given.inner * given.counts).sum(axis=1)
    ids = {leader.id for leader in leaders}
    least = {
        Rule.LINE: alone_at_top + int(given.inner[LINE] @ below),
        Rule.MET: spreads((len(ids & set(group)) for turn in rules.earlier for group in turn), number),
        Rule.DEPARTMENT: spreads(Counter(one.department for one in leaders if one.department).values(), number),
        Rule.LEVEL: spreads(Counter(one.level for one in leaders).values(), number),
        Rule.APART: levels_apart(leaders, rules, number, until) if rules.levels_together else 0,
    }
    return tuple(max(int(inner[at]), least.get(rule, 0)) for at, rule in enumerate(rules.of_pairs))


def levels_apart(leaders: Sequence[Leader], rules: Rules, number: int, until: float) -> int:
    """Fewest levels apart there can be in that many groups if nothing but levels mattered; 0 where that isn't found."""
    alike = [Leader(leader.id, "", level=leader.level) for leader in leaders]
    given = problem(alike, replace(rules, together=(), earlier=()), NO_VETOES)
    groups = columns(given, rules.smallest, rules.largest, given.forbidden)
    at = rules.of_pairs.index(Rule.APART)
    return choose(given, groups, at, number, [], None, until).bound if groups.complete else 0


def spreads(alike: Iterable[int], number: int) -> int:
    """Fewest pairs within groups when each of those numbers of people who are alike is spread over a number of groups."""
    return sum(spread(many, number) for many in alike)


def spread(many: int, number: int) -> int:
    """Fewest pairs within groups when so many alike are spread over a number of groups."""
    each, more = divmod(many, number)
    return more * (each + 1) * each // 2 + (number - more) * each * (each - 1) // 2


def proposals(
    leaders: Sequence[Leader], rules: Rules, groups: tuple[tuple[str, tuple[str, ...]], ...]
) -> tuple[Proposal, ...]:
    """An exception to propose for every pair in the line; why is said from what may be shown alone."""
    above = line(leaders)
    names = {leader.id: leader.name for leader in leaders}
    missing = missing_company(leaders, rules.smallest)
    kept = {frozenset(pair) for pair in rules.together}

    def why(superior: str, leader: str) -> str:
        said = f"{names[superior]} er over {names[leader]} i ledelseslinjen. "
        if frozenset((superior, leader)) in kept:
            return said + "De to er bedt sat i samme gruppe."
        if missing[superior] or missing[leader]:
            lonely = names[superior if missing[superior] else leader]
            return said + f"Der er for få uden for linjen til en gruppe på mindst {rules.smallest} med {lonely}."
        return said + "Grupperne er valgt, så der bliver få af den slags par."

    return tuple(
        Proposal(superior, leader, name, why(superior, leader))
        for name, group in groups
        for one, other in combinations(group, 2)
        for superior, leader in ((one, other), (other, one))
        if superior in above[leader]
    )
