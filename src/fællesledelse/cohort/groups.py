"""Groups for the leaders of a cohort folder, composed from what stands in it about each of them."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from ..danish import listed
from ..grouping import Grouping, GroupingError, Leader, Round, Rules, Vetoes, compose
from ..model import GatheringKind, Participant, Role
from .folder import Checked
from .people import Ties
from .sizes import MOST, SIZES, WORDS, split, told

_DIGITS = re.compile(r"\d{1,6}")


def propose(
    checked: Checked,
    smallest: int | None = None,
    largest: int | None = None,
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
    two proposals that differ say nothing of why. Salons and a network's groups are as few and as even as their size allows,
    and a salon keeps levels together. Raises GroupingError, in Danish, where what is asked can't be met.
    """
    kind, people = checked.cohort.kind, _people(checked)
    usual = SIZES[kind]
    low, high = usual[0] if smallest is None else smallest, usual[1] if largest is None else largest
    if kind is not GatheringKind.PROGRAMME:
        low, high, number = _even(len(people), low, high, kind)
    earlier = [*_earlier(checked.ties), *([_round({one.email: one.group for one in people})] if rotate else [])]
    rules = Rules(low, high, number, checked.ties.together, tuple(earlier), kind is GatheringKind.SALON)
    return _composed(checked, rules, seconds, vetoes, lot)


def place(checked: Checked, seconds: float = 10.0, vetoes: Iterable[tuple[str, str]] = (), lot: bool = False) -> Grouping:
    """Where those who have no group fit best, while all others stay where they are. Otherwise as ``propose``.

    The groups keep their names, and become as even as they can.
    """
    kind, people = checked.cohort.kind, _people(checked)
    group = {one.email: one.group for one in people}
    there = [members for members in _round(group) if members]
    new = [email for email in group if not group[email].strip("-")]
    low, high = _filled([len(members) for members in there], len(new), kind)
    kept = [pair for members in there for pair in pairwise(members)]
    asked = [pair for pair in checked.ties.together if set(pair) & set(new)]
    rules = Rules(low, high, len(there), (*kept, *asked), tuple(_earlier(checked.ties)), kind is GatheringKind.SALON)
    of_new = [pair for pair in vetoes if set(pair) & set(new)]
    found = _composed(checked, rules, seconds, of_new, lot)
    names = {name: next(group[each] for each in members if each not in new) for name, members in found.groups}
    order = list(dict.fromkeys(group.values()))
    placed = sorted(((names[name], members) for name, members in found.groups), key=lambda each: order.index(each[0]))
    asking = [replace(one, group=names[one.group]) for one in found.proposals if {one.leader, one.superior} & set(new)]
    return replace(found, groups=tuple(placed), proposals=tuple(asking))


def advice(checked: Checked, found: Grouping) -> list[str]:
    """What to do about what could not be met in salons: a sentence for each thing."""
    if checked.cohort.kind is not GatheringKind.SALON:
        return []
    level = {one.email: one.level for one in _people(checked)}
    said = []
    if len(found.groups) > 1:
        division = told(len(level), GatheringKind.SALON, max(len(members) for _, members in found.groups))
        said.append(f"{len(level)} er for mange til én salon. Her er {division}. De kan holdes samtidig eller hver sin dag.")
    if not any(level.values()):
        said.append(
            "Ingen har et niveau i filen. Skriv det i kolonnen niveau, så sætter vi dem sammen, der ligger tæt: 1 er øverst."
        )
    elif not all(_DIGITS.search(text) for text in level.values() if text):
        said.append("Niveauerne er skrevet med ord, så vi kan ikke se, hvad der ligger tæt. Skriv tal: 1 er øverst.")
    for name, members in found.groups:
        levels = sorted({level[each] for each in members} - {""})
        if len(levels) > 1:
            said.append(
                f"I salon {name} sidder {_spoken(levels)} sammen. Invitér flere på samme niveau, eller spørg dem, om de vil."
            )
    return said


def _spoken(levels: Sequence[str]) -> str:
    return f"niveau {listed(levels)}" if all(text.isdecimal() for text in levels) else listed(levels)


def _even(people: int, smallest: int, largest: int, kind: GatheringKind) -> tuple[int, int, int]:
    """The sizes and the number of groups for that many people. Raises GroupingError where it can't be had."""
    words = WORDS[kind]
    if not (1 <= smallest <= largest and people):
        return smallest, largest, 1  # the composer says what is wrong with that
    if largest > MOST[kind]:
        raise GroupingError(
            f"{largest} er for mange i én {words.one}. Med højst {MOST[kind]} kan alle nå at tale. Skriv {MOST[kind]} eller "
            f"mindre i »Højst«. Så bliver I til {told(people, kind, MOST[kind])}."
        )
    if people < smallest:
        alone = "Der er kun én på listen" if people == 1 else f"{people} er for få til en {words.one} på mindst {smallest}"
        anyway = f", eller skriv {people} i »Mindst«, hvis I vil mødes alligevel" if people > 1 else ""
        raise GroupingError(f"{alone}. Invitér {smallest - people} til{anyway}.")
    low, high, number = split(people, largest)
    if low < smallest:
        raise GroupingError(
            f"{people} med højst {largest} i hver bliver til {told(people, kind, largest)}, og det er færre end "
            f"{smallest}. Skriv {low} i »Mindst«, eller invitér {number * smallest - people} til."
        )
    return low, high, number


def _filled(now: Sequence[int], new: int, kind: GatheringKind) -> tuple[int, int]:
    """The sizes of the groups when those who are new have come to the smallest. Raises GroupingError where none has room."""
    words = WORDS[kind]
    if not now:
        raise GroupingError(f"Der er ingen {words.many} at komme ind i endnu. Foreslå {words.many} først.")
    if not new:
        raise GroupingError(
            "Alle har en plads allerede. Er der kommet en ny, så skriv navnet i filen, og lad kolonnen gruppe stå tom."
        )
    grown = sorted(now)
    for _ in range(new):
        grown[grown.index(min(grown))] += 1
    if max(grown) > max(MOST[kind], *now):
        then = "" if kind is GatheringKind.PROGRAMME else f" Så bliver I til {told(sum(grown), kind)}."
        raise GroupingError(
            f"Der er ikke plads: Så bliver I {max(grown)} i en {words.one}, og der kan højst være {MOST[kind]}. "
            f"Foreslå {words.many} forfra.{then}"
        )
    return min(grown), max(grown)


def _people(checked: Checked) -> list[Participant]:
    return [one for one in checked.roster.participants if one.role is Role.LEADER]


def _composed(checked: Checked, rules: Rules, seconds: float, vetoes: Iterable[tuple[str, str]], lot: bool) -> Grouping:
    """The best groups by those rules, whose ids are addresses."""
    found = leaders(_people(checked), checked.ties)
    masks = _masks([leader.id for leader in found], lot)
    rules = replace(
        rules,
        together=tuple((masks[one], masks[other]) for one, other in rules.together),
        earlier=tuple(
            tuple(tuple(masks[each] for each in group if each in masks) for group in turn) for turn in rules.earlier
        ),
    )
    masked = [replace(each, id=masks[each.id], superior=masks.get(each.superior, each.superior)) for each in found]
    known = Vetoes((masks[one], masks[other]) for one, other in vetoes if one in masks and other in masks)
    return _unmasked(compose(masked, rules, known, seconds), {mask: email for email, mask in masks.items()})


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
