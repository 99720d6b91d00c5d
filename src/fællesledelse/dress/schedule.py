"""The programme's days against the calendar, and where it is likely to get tight. Nothing here is tried; it is reckoned."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from ..cohort.year import free, half
from ..danish import full_day, listed
from ..model import MEETINGS, Manifest, Step, StepKind
from ..runsheet import unrolled
from .copy import Copy

SHORTEST = 5
"""Working days that a leader needs for a page before the next step."""

MOST_GROUPS = 6
"""Groups that one facilitator can look after on the same day."""

_MEETINGS = (*MEETINGS, StepKind.PUBLICATION)
_ALWAYS_THERE = (StepKind.WELCOME, StepKind.ANNEX)


@dataclass(frozen=True)
class Concern:
    """Something a human must look at. ``urgent``: before anyone is invited."""

    text: str
    urgent: bool = False


def working_days(first: date, before: date) -> int:
    """The days from ``first`` until ``before``, itself not counted, on which one can reckon with people."""
    days = (first + timedelta(days=number) for number in range((before - first).days))
    return sum(not free(day) and not half(day) for day in days)


def concerns(copy: Copy) -> list[Concern]:
    """Everything worth a human's look, what is urgent first."""
    manifest = copy.manifest
    found = [
        *_on_free_days(manifest),
        *_double_days(manifest),
        *_too_many_groups(copy),
        *_too_long(copy),
        *_hurried(manifest),
        *_small_groups(copy),
    ]
    return sorted(found, key=lambda concern: not concern.urgent)


def meetings(manifest: Manifest) -> list[Step]:
    """The steps at which people meet, or something comes out."""
    return [step for step in manifest.steps if step.kind in _MEETINGS]


def minutes(step: Step, people: int) -> int:
    """How long the run sheet of a workshop takes for that many; 0 if it has none."""
    sheet = step.run_sheet(people)
    return sum(moment.phase.minutes for moment in unrolled(sheet, people)) if sheet else 0


def _on_free_days(manifest: Manifest) -> Iterator[Concern]:
    for step in meetings(manifest):
        if step.opens is None:
            continue
        if why := free(step.opens):
            because = "det er weekend" if why == "weekend" else f"det er {why}"
            yield Concern(f"»{step.title}« ligger {full_day(step.opens)}, og {because}. Flyt den.", urgent=True)
        elif why := half(step.opens):
            yield Concern(f"»{step.title}« ligger {full_day(step.opens)}. Det er {why}, og mange holder fri.")


def _double_days(manifest: Manifest) -> Iterator[Concern]:
    days: dict[date, list[str]] = defaultdict(list)
    for step in meetings(manifest):
        if step.opens:
            days[step.opens].append(f"»{step.title}«")
    for day, titles in days.items():
        if len(titles) > 1:
            why = f"{listed(titles)} ligger alle {full_day(day)}. Lad der gå tid imellem, så noget kan nå at blive prøvet."
            yield Concern(why.replace("alle ", "begge ") if len(titles) == 2 else why, urgent=True)


def _too_many_groups(copy: Copy) -> Iterator[Concern]:
    groups, facilitators = sum(bool(name) for name in copy.groups), len(copy.facilitators)
    first = next((step for step in meetings(copy.manifest) if step.kind is StepKind.WORKSHOP), None)
    if first is not None and groups > MOST_GROUPS * facilitators:
        who = "I er én facilitator" if facilitators == 1 else f"I er {facilitators} facilitatorer"
        yield Concern(
            f"På »{first.title}« mødes {groups} grupper samme dag, og {who}. Ved den første workshop har grupperne brug "
            f"for jer. Del den over flere dage, eller bliv flere: højst {MOST_GROUPS} grupper til hver."
        )


def _too_long(copy: Copy) -> Iterator[Concern]:
    """Run sheets that last longer than the meeting."""
    sizes = sorted({len(people) for name, people in copy.groups.items() if name})
    for step in copy.manifest.steps:
        for people in sizes:
            if minutes(step, people) > step.minutes:
                yield Concern(
                    f"»{step.title}« er sat til {step.minutes} minutter, men drejebogen for en gruppe på {people} tager "
                    f"{minutes(step, people)}. Sæt mere tid af, eller kort drejebogen ned.",
                    urgent=True,
                )


def _hurried(manifest: Manifest) -> Iterator[Concern]:
    """Steps that leave too little time before the next one. A workshop is over the same day, so a page may follow it."""
    steps = [step for step in manifest.steps if step.kind not in _ALWAYS_THERE and step.opens]
    for step, following in pairwise(steps):
        assert step.opens
        assert following.opens
        days = working_days(step.opens, following.opens)
        over_at_once = step.kind is StepKind.WORKSHOP and following.kind is StepKind.PREPARATION
        if days < SHORTEST and step.opens != following.opens and not over_at_once:
            left = "ingen arbejdsdage" if days == 0 else "kun 1 arbejdsdag" if days == 1 else f"kun {days} arbejdsdage"
            yield Concern(
                f"Fra »{step.title}« til »{following.title}« er der {left}. Travle ledere har brug for mindst {SHORTEST}."
            )


def _small_groups(copy: Copy) -> Iterator[Concern]:
    """What one absence does to a group."""
    pairs = [name for name, people in copy.groups.items() if name and len(people) == 2]
    if pairs:
        who = f"Gruppe {listed(pairs)} er på to. Melder den ene afbud, er den anden alene."
        yield Concern(f"{who} Aftal på forhånd, hvem de så går med.")
    threes = sum(len(people) == 3 for name, people in copy.groups.items() if name)
    without = [f"»{step.title}«" for step in copy.manifest.steps if threes and step.run_sheets and not _for_two(step)]
    if without:
        why = f"{threes} grupper er på tre. Melder én afbud, er de to, og {listed(without)} har ingen drejebog for to."
        yield Concern(why, urgent=True)


def _for_two(step: Step) -> bool:
    return any(sheet.people == 2 for sheet in step.run_sheets)
