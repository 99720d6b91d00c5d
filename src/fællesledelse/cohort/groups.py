"""Groups for the leaders of a cohort folder, composed from what stands in it about each of them."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ..grouping import Grouping, Leader, Round, Rules, Vetoes, compose
from ..model import Participant, Role
from .folder import Checked
from .people import Ties

_DIGITS = re.compile(r"\d{1,6}")


def propose(
    checked: Checked,
    smallest: int = 3,
    largest: int = 4,
    rotate: bool = False,
    seconds: float = 10.0,
    vetoes: Iterable[tuple[str, str]] = (),
    lot: bool = False,
    number: int | None = None,
) -> Grouping:
    """The best groups of the cohort's leaders, whose ids are their addresses.

    Those who were in a group in an earlier round should meet new people. ``rotate``: the groups that stand in the folder
    are over too; without it they count for nothing. ``vetoes``: pairs of addresses that must not meet.
    ``number``: how many groups, where the sizes don't say. ``lot``: among groups that are equally good it is drawn, so that
    two proposals that differ say nothing of why. Raises GroupingError, in Danish, where what is asked can't be met.
    """
    people = [one for one in checked.roster.participants if one.role is Role.LEADER]
    earlier = [*_earlier(checked.ties), *([_round({one.email: one.group for one in people})] if rotate else [])]
    rules = Rules(smallest, largest, number, checked.ties.together, tuple(earlier))
    found = leaders(people, checked.ties)
    masks = _masks([leader.id for leader in found], lot)
    rules = replace(
        rules,
        together=tuple((masks[one], masks[other]) for one, other in rules.together),
        earlier=tuple(tuple(tuple(masks[each] for each in group) for group in turn) for turn in rules.earlier),
    )
    masked = [replace(each, id=masks[each.id], superior=masks.get(each.superior, each.superior)) for each in found]
    grouping = compose(masked, rules, Vetoes((masks[one], masks[other]) for one, other in vetoes), seconds)
    return _unmasked(grouping, {mask: email for email, mask in masks.items()})


def _masks(ids: Sequence[str], lot: bool) -> dict[str, str]:
    """Other names for the leaders: of equal groups the composer takes the first by name."""
    order = secrets.SystemRandom().sample(ids, len(ids)) if lot else list(ids)
    return {each: f"{number:06}" if lot else each for number, each in enumerate(order)}


def _unmasked(grouping: Grouping, emails: Mapping[str, str]) -> Grouping:
    groups = tuple((name, tuple(emails[each] for each in group)) for name, group in grouping.groups)
    asked = tuple(replace(each, leader=emails[each.leader], superior=emails[each.superior]) for each in grouping.proposals)
    return replace(grouping, groups=groups, proposals=asked)


def visits(checked: Checked, seconds: float = 10.0, vetoes: Iterable[tuple[str, str]] = (), lot: bool = False) -> Grouping:
    """Who visits whom at work: pairs across departments who are not in one sparring group; one trio where the number is odd.

    Otherwise as ``propose``.
    """
    many = sum(one.role is Role.LEADER for one in checked.roster.participants)
    free = replace(checked, ties=replace(checked.ties, together=()))
    return propose(free, 2, 2 + many % 2, True, seconds, vetoes, lot, number=many // 2)


def leaders(people: Sequence[Participant], ties: Ties) -> list[Leader]:
    """The people as the composer takes them."""
    levels = _levels(people)
    by_name = {one.name.casefold(): one.email for one in people}
    met = _met(people, ties)
    return [
        Leader(
            one.email,
            one.name,
            one.department,
            levels[one.level],
            by_name.get(one.superior.casefold(), one.superior),
            frozenset(met[one.email]),
        )
        for one in people
    ]


def _levels(people: Sequence[Participant]) -> dict[str, int]:
    """A number for each level: the digits in it where each has some, else the order in which they appear. None is 0."""
    texts = [one.level for one in people if one.level]
    digits = {text: _DIGITS.search(text) for text in texts}
    numbered = {text: int(found[0]) for text, found in digits.items() if found}
    if len(numbered) < len(digits):
        numbered = {text: number for number, text in enumerate(digits, start=1)}
    return {"": 0, **numbered}


def _met(people: Sequence[Participant], ties: Ties) -> dict[str, set[str]]:
    """What each has met others by. Where that is another leader's name or address, those two know each other."""
    known = {text.casefold(): one.email for one in people for text in (one.name, one.email)}
    met: dict[str, set[str]] = {one.email: set() for one in people}
    for email, texts in ties.met.items():
        for text in texts:
            other = known.get(text.casefold())
            key = f"{min(email, other)} {max(email, other)}" if other else text.casefold()
            for one in (email, other or email):
                met[one].add(key)
    return met


def _earlier(ties: Ties) -> list[Round]:
    """The rounds that are written down."""
    many = max(map(len, ties.earlier.values()), default=0)
    written = [{email: was[number] for email, was in ties.earlier.items() if number < len(was)} for number in range(many)]
    return [_round(groups) for groups in written]


def _round(groups: Mapping[str, str]) -> Round:
    """A round, from the group each address was in; none is "" or "-"."""
    named: dict[str, list[str]] = {}
    for email, group in groups.items():
        if group.strip("-"):
            named.setdefault(group, []).append(email)
    return tuple(map(tuple, named.values()))
