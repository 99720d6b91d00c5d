"""When people can meet: Danish holidays, the weeks in which many are away, and meetings planned around them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays

from ..danish import WEEKDAYS, full_day, short_day
from ..danish import day as whole_day
from ..errors import FællesledelseError
from ..model import GatheringKind, Manifest, Step, StepKind

MOST = 12
"""Meetings that are planned at once."""

_KNOWN = range(1950, 2150)
"""The years whose holidays are told. Others are slips of the key, which the file is told of elsewhere."""

_SATURDAY = 5
_APART = 14
"""Days between two meetings that are planned at least."""


class YearError(FællesledelseError):
    """Meetings can't be planned as asked. The message is Danish and safe to show."""


@dataclass(frozen=True)
class Proposed:
    """A day for a meeting. ``why``: what it was moved for, or empty."""

    day: date
    why: str = ""


@cache
def _calendar(category: str) -> Mapping[date, str]:
    return holidays.country_holidays("DK", language="da", categories=(category,))


def _found(category: str, day: date) -> str:
    return str(_calendar(category).get(day) or "").lower() if day.year in _KNOWN else ""


def _holiday(day: date) -> str:
    return _found("public", day)


def free(day: date) -> str:
    """Why nobody works that day, or nothing: the name of a public holiday, or "weekend"."""
    return _holiday(day) or ("weekend" if day.weekday() >= _SATURDAY else "")


def half(day: date) -> str:
    """Why many don't work on a working day, or nothing: Christmas Eve, Constitution Day and the like."""
    return "" if free(day) else _found("optional", day)


def closed(day: date) -> str:
    """Why nobody or hardly anybody works on that day, or nothing; nothing either in a year far from ours."""
    return (free(day) or half(day)) if day.year in _KNOWN else ""


def away(day: date) -> str:
    """Why one can't reckon with people on that day, or nothing: a day off for all or for many, or a school holiday."""
    week = day.isocalendar().week
    if found := closed(day):
        return found
    if (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 2):
        return "juleferie"
    if day.month == 7:
        return "sommerferie"
    if week in (7, 42):
        return "vinterferie" if week == 7 else "efterårsferie"
    if any(_holiday(day + timedelta(days=later)) == "skærtorsdag" for later in (1, 2, 3)):
        return "påskeferie"
    if _holiday(day - timedelta(days=1)) and day.weekday() == _SATURDAY - 1:
        return "klemt inde mellem helligdag og weekend"
    return ""


def next_free(day: date) -> date:
    """The first day after that one on which one can reckon with people."""
    return next(found for later in range(1, 60) if not away(found := day + timedelta(days=later)))


def spread(first: date, last: date, many: int, weekday: int) -> list[Proposed]:
    """That many meetings from ``first`` to ``last`` on one weekday (0: Monday), as even as holidays allow.

    A meeting that would fall where many are away moves to the nearest free week. Raises YearError where there is no room.
    """
    if not (1 <= many <= MOST and 0 <= weekday < _SATURDAY):
        raise YearError(f"Vælg 1–{MOST} møder og en dag fra mandag til fredag.")
    found: list[Proposed] = []
    for number in range(many):
        wished = _on(first + (last - first) * number / many, weekday)
        earliest = found[-1].day + timedelta(days=_APART) if found else first
        chosen = _nearest(wished, earliest, last)
        if chosen is None:
            raise YearError(
                f"Der er ikke plads til {many} møder om {WEEKDAYS[weekday]}en fra {whole_day(first)} til "
                f"{whole_day(last)}, når ferier og helligdage er fri. Vælg færre møder eller en tidligere første dag."
            )
        why = away(wished)
        found.append(Proposed(chosen, f"flyttet fra {short_day(wished)}: {why}" if why and chosen != wished else ""))
    return found


def _on(day: date, weekday: int) -> date:
    """The first such weekday from that day on."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _nearest(wished: date, earliest: date, latest: date) -> date | None:
    """The free day nearest to the one wished, whole weeks from it, of two the later; None if there is none."""
    days = (wished + timedelta(weeks=week) for week in sorted(range(-8, 9), key=lambda week: (abs(week), -week)))
    return next((day for day in days if earliest <= day <= latest and not away(day)), None)


_PAGES = {GatheringKind.SALON: ("salon", 60), GatheringKind.NETWORK: ("moede", 120)}
"""How the names of meetings begin, and how many minutes they take where none has been held."""

_ORDINALS = (
    "Første", "Andet", "Tredje", "Fjerde", "Femte", "Sjette", "Syvende", "Ottende", "Niende", "Tiende", "Ellevte", "Tolvte",
)  # fmt: skip


def plan(manifest: Manifest, first: date, many: int, weekday: int) -> list[Proposed]:
    """Days for that many more meetings of a gathering, within a year from ``first`` and before it ends (see ``spread``)."""
    if not manifest.starts.year - 1 <= first.year <= manifest.starts.year + 20:
        raise YearError(f"{first.year} ligger langt fra {manifest.starts.year}, da I begyndte. Vælg en anden første dag.")
    last = first + timedelta(days=364)
    held = [step for step in _meetings(manifest) if step.opens]
    if held and held[-1].opens and first <= held[-1].opens:
        raise YearError(
            f"{held[-1].title} ligger {full_day(held[-1].opens)}. De næste skal ligge efter. Vælg en senere første dag."
        )
    if manifest.ends and manifest.ends < first:
        raise YearError(f"Det hele slutter {full_day(manifest.ends)}. Skriv en senere dag ved Slutter i filen først.")
    return spread(first, min(last, manifest.ends or last), many, weekday)


def lines(manifest: Manifest, days: Sequence[date], starts: str) -> list[dict[str, str | date]]:
    """The lines of the cohort file for meetings on those days, without themes. Raises YearError for a programme."""
    if manifest.kind not in _PAGES:
        raise YearError("Kun saloner og netværk har møder, vi kan lægge. Skriv forløbets datoer i filen.")
    stem, usual = _PAGES[manifest.kind]
    before = _meetings(manifest)
    numbers = [int(found[1]) for step in manifest.steps if (found := re.fullmatch(rf"{stem}-(\d{{1,4}})", step.name))]
    next_number = max([len(before), *numbers]) + 1
    minutes = before[-1].minutes if before else usual
    return [
        {
            "trin": f"{stem}-{number}",
            "titel": _title(manifest.kind, number),
            "dato": day,
            "kl.": starts,
            "minutter": str(minutes),
        }
        for number, day in enumerate(sorted(days), start=next_number)
    ]


def _meetings(manifest: Manifest) -> list[Step]:
    return [step for step in manifest.steps if step.kind is StepKind.MEETING]


def _title(kind: GatheringKind, number: int) -> str:
    if kind is GatheringKind.SALON:
        return f"Salon {number}"
    return f"{_ORDINALS[number - 1]} møde" if number <= len(_ORDINALS) else f"Møde {number}"
