"""What can't be met at once, said in Danish. Knows only what may be shown: no veto ever comes here."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from ..danish import listed
from ..errors import FællesledelseError
from .columns import kept_together
from .model import Leader, Rules


class GroupingError(FællesledelseError):
    """Groups can't be composed as asked. The message is Danish and safe to show."""


def check(leaders: Sequence[Leader], rules: Rules) -> None:
    """Raise GroupingError where what is asked makes no sense, or where sizes, number and kept pairs contradict."""
    ids = {leader.id for leader in leaders}
    if not leaders:
        raise GroupingError("Der er ingen deltagere at sætte i grupper. Tilføj dem, og prøv igen.")
    if len(ids) < len(leaders):
        twice = sorted({one.id for one in leaders if sum(one.id == other.id for other in leaders) > 1})
        raise GroupingError(f"{listed(twice)} står på listen mere end én gang. Lad hver deltager stå én gang.")
    if not 1 <= rules.smallest <= rules.largest:
        raise GroupingError(
            f"Grupper på mindst {rules.smallest} og højst {rules.largest} findes ikke. "
            "Skriv det mindste tal først, og begynd ved 1."
        )
    for pair in rules.together:
        if unknown := sorted(set(pair) - ids):
            raise GroupingError(
                f"{listed(unknown)} skal sammen med en anden, men er ikke blandt deltagerne. Ret id'et, eller slet parret."
            )
        if len(set(pair)) == 1:
            raise GroupingError(f"{pair[0]} er sat sammen med sig selv. Skriv, hvem den anden er, eller slet parret.")
    if message := conflict(leaders, rules):
        raise GroupingError(message)


def conflict(leaders: Sequence[Leader], rules: Rules) -> str:
    """The requirements that contradict each other: a minimal set, so that without any one of them the rest can be met.

    Empty where there is no contradiction.
    """
    ids = sorted(leader.id for leader in leaders)
    if numbers(ids, rules):
        return ""
    kept = rules
    for pair in sorted({(min(pair), max(pair)) for pair in rules.together}):
        fewer = replace(kept, together=tuple(other for other in kept.together if set(other) != set(pair)))
        kept = kept if numbers(ids, fewer) else fewer
    for looser in ({"groups": None}, {"largest": max(len(ids), kept.smallest)}, {"smallest": 1}):
        without = replace(kept, **looser)
        kept = kept if numbers(ids, without) else without
    said = requirements(leaders, kept, len(ids))
    people = "1 deltager" if len(ids) == 1 else f"{len(ids)} deltagere"
    if len(said) == 1:
        return f"Grupperne går ikke op. Med {people} kan dette krav ikke holdes: {said[0]}. Lav det om."
    return f"Grupperne går ikke op. Med {people} kan disse krav ikke holdes på én gang: {listed(said)}. Lav mindst ét om."


def requirements(leaders: Sequence[Leader], rules: Rules, everyone: int) -> list[str]:
    """The requirements of the rules, each in a few words; those that ask nothing are left out."""
    names = {leader.id: leader.name for leader in leaders}
    pairs = sorted({(min(pair), max(pair)) for pair in rules.together})
    return [
        *([f"mindst {rules.smallest} i hver gruppe"] if rules.smallest > 1 else []),
        *([f"højst {rules.largest} i hver gruppe"] if rules.largest < everyone else []),
        *([f"antallet af grupper: {rules.groups}"] if rules.groups is not None else []),
        *(f"{names[one]} sammen med {names[other]}" for one, other in pairs),
    ]


def not_found(leaders: Sequence[Leader], rules: Rules) -> GroupingError:
    """What is said where the search came back with nothing, whatever the cause: time, memory, or something in confidence."""
    said = requirements(leaders, rules, len(leaders))
    return GroupingError(
        f"Søgningen fandt ingen grupper til {len(leaders)} deltagere{' med ' if said else ''}{listed(said)}. "
        "Prøv andre størrelser, et andet antal grupper eller færre, der skal sammen."
    )


def numbers(ids: Sequence[str], rules: Rules) -> tuple[int, ...]:
    """The numbers of groups with which sizes and kept pairs can be met, the one aimed at first, then those nearest to it."""
    blocks = sorted((len(unit) for unit in kept_together(ids, rules.together)), reverse=True)
    asked = range(1, len(ids) + 1) if rules.groups is None else (rules.groups,)
    possible = [number for number in asked if packs(tuple(blocks), number, rules.smallest, rules.largest)]
    return tuple(sorted(possible, key=lambda number: (abs(number - aim(len(ids), rules)), -number)))


def aim(people: int, rules: Rules) -> int:
    """The number of groups aimed at: the one asked for, or as many as there can be of three or more."""
    if rules.groups is not None:
        return rules.groups
    return max(-(-people // rules.largest), people // max(rules.smallest, min(3, rules.largest)))


def packs(blocks: tuple[int, ...], number: int, smallest: int, largest: int) -> bool:
    """Whether blocks of people (largest first) fill a number of groups of the sizes."""
    joined = tuple(block for block in blocks if block > 1)
    singles = len(blocks) - len(joined)
    if number < 1 or not number * smallest <= sum(blocks) <= number * largest:
        return False

    @cache
    def fits(place: int, filled: tuple[int, ...]) -> bool:
        missing = sum(max(0, smallest - people) for people in filled)
        if missing > singles + sum(joined[place:]):
            return False
        if place == len(joined):
            return True
        return any(
            fits(place + 1, tuple(sorted((*filled[:at], people + joined[place], *filled[at + 1 :]))))
            for at, people in enumerate(filled)
            if people + joined[place] <= largest and people not in filled[:at]
        )

    return fits(0, (0,) * number)
