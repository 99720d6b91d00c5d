"""The facilitator's pack for a workshop on paper: plan and rooms, groups, run sheets by the clock, cards for the tables."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from ..danish import day, listed
from ..errors import DocumentError
from ..model import Phase, RunSheet, Step
from ..runsheet import Moment, unrolled
from .foundation import line
from .pdf import compiled

_TEMPLATE = "workshoppakke.typ"
_NUMBERS = ("nul", "en", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti")


@dataclass(frozen=True)
class Table:
    """A group that day: its name, its leaders in the order of the list, and its room; an empty room is filled in by hand."""

    name: str
    leaders: tuple[str, ...]
    room: str = ""


@dataclass(frozen=True)
class Workshop:
    """One workshop as it is held: a ``step`` with run sheets, the groups, when it begins (local time), and where."""

    cohort: str
    step: Step
    day: date
    starts: time
    tables: tuple[Table, ...]
    place: str = ""


@dataclass(frozen=True)
class _Timed:
    """A moment of a run sheet with the minute of the workshop at which it begins."""

    moment: Moment
    at: int


def workshop_pack(workshop: Workshop) -> bytes:
    """The pack as one PDF, A4; its last sheets are cut into A5 cards. Raises DocumentError.

    A group follows the run sheet of its own size, or the one nearest to it. A group without leaders gets none.
    """
    if not workshop.step.run_sheets:
        raise DocumentError(f"Der er ingen drejebog på siden {workshop.step.title!r}. Vælg et trin med en workshop.")
    if not any(table.leaders for table in workshop.tables):
        raise DocumentError("Der er ingen ledere i grupperne endnu. Skriv grupper i deltagerlisten, og prøv igen.")
    return compiled(_TEMPLATE, _data(workshop))


def _data(workshop: Workshop) -> dict[str, Any]:
    sizes = sorted({len(table.leaders) for table in workshop.tables if table.leaders})
    sheets = {people: _sheet(workshop, people) for people in sizes}
    title = line(workshop.step.title)
    return {
        "document": f"Facilitatorens mappe – {title}",
        "title": title,
        "cohort": line(workshop.cohort),
        "day": day(workshop.day),
        "place": line(workshop.place),
        "starts": _clock(workshop, 0),
        "ends": _clock(workshop, max(_minutes(workshop.step, people) for people in sizes)),
        "leaders": sum(len(table.leaders) for table in workshop.tables),
        "tables": [
            {
                "name": _named(table.name),
                "room": line(table.room),
                "leaders": [line(name) for name in table.leaders],
                "size": _size(len(table.leaders)) if table.leaders else "",
                "ends": sheets[len(table.leaders)]["ends"] if table.leaders else "",
            }
            for table in workshop.tables
        ],
        "materials": _materials(workshop),
        "sheets": list(sheets.values()),
    }


def _sheet(workshop: Workshop, people: int) -> dict[str, Any]:
    """The run sheet of the groups of one size: its phases in blocks with clock times, and its cards."""
    sheet = _run_sheet(workshop.step, people)
    names = [line(table.name) for table in workshop.tables if len(table.leaders) == people]
    timed = _timed(sheet, people)
    minutes = _minutes(workshop.step, people)
    clocks = {
        id(phase): [_clock(workshop, each.at) for each in timed if each.moment.phase is phase] for phase in sheet.phases
    }
    blocks = []
    for (turns, _), found in groupby(sheet.phases, lambda phase: (phase.turn or phase.pause, phase.round)):
        phases = tuple(found)
        own = sum(phase.minutes for phase in phases if phase.turn)
        shown = sorted(phases, key=lambda phase: phase.pause)  # a break stands after what it breaks
        blocks.append({"turn": own if turns else 0, "phases": [_phase(phase, clocks[id(phase)]) for phase in shown]})
    return {
        "size": _size(people),
        "groups": f"Gruppe {listed(names)}" if all(map(str.isdigit, names)) else listed(list(map(_named, names))),
        "copies": len(names),
        "other": "" if sheet.people == people else _size(sheet.people),
        "minutes": minutes,
        "starts": _clock(workshop, 0),
        "ends": _clock(workshop, minutes),
        "blocks": blocks,
        "cards": [_card(sheet, phase, clocks[id(phase)]) for phase in sheet.phases],
    }


def _run_sheet(step: Step, people: int) -> RunSheet:
    sheet = step.run_sheet(people)
    assert sheet is not None
    return sheet


def _timed(sheet: RunSheet, people: int) -> tuple[_Timed, ...]:
    at, timed = 0, []
    for moment in unrolled(sheet, people):
        timed.append(_Timed(moment, at))
        at += moment.phase.minutes
    return tuple(timed)


def _minutes(step: Step, people: int) -> int:
    return sum(moment.phase.minutes for moment in unrolled(_run_sheet(step, people), people))


def _phase(phase: Phase, clocks: list[str]) -> dict[str, Any]:
    return {
        "title": line(phase.title),
        "minutes": phase.minutes,
        "text": line(phase.text),
        "turn": phase.turn,
        "pause": phase.pause,
        "clocks": clocks,
        "cues": [{"role": line(cue.role), "text": line(cue.text)} for cue in phase.cues],
    }


def _card(sheet: RunSheet, phase: Phase, clocks: list[str]) -> dict[str, Any]:
    number = sheet.phases.index(phase)
    return {
        "title": line(phase.title),
        "minutes": phase.minutes,
        "text": line(phase.text),
        "clocks": clocks,
        "each": phase.turn,
        "number": number + 1,
    }


def _materials(workshop: Workshop) -> list[dict[str, str]]:
    """What has to be on the tables, counted."""
    groups = sum(bool(table.leaders) for table in workshop.tables)
    leaders = sum(len(table.leaders) for table in workshop.tables)
    wanted = [
        (_count(groups, "ur", "ure"), "køkkenure eller æggeure, så ingen behøver en telefon"),
        (_count(leaders, "blok og kuglepen", "blokke og kuglepenne"), "til egne noter, som bliver hos den, der skrev dem"),
        (_count(groups, "dørskilt", "dørskilte"), "gruppens navn og ordet fortroligt"),
        ("Vand og kaffe", "i hvert lokale, så ingen skal ud efter det midt i en tur"),
    ]
    return [{"what": what, "why": why} for what, why in wanted]


def _count(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def _clock(workshop: Workshop, minute: int) -> str:
    """The time on the clock so many minutes into the workshop: "9.05"."""
    when = datetime.combine(workshop.day, workshop.starts) + timedelta(minutes=minute)
    return f"{when.hour}.{when.minute:02}"


def _named(group: str) -> str:
    return f"Gruppe {line(group)}" if group.isdigit() else line(group)


def _size(people: int) -> str:
    return _NUMBERS[people] if people < len(_NUMBERS) else str(people)
