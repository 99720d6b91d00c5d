"""What a facilitator is told: who has marked what, how many have said yes to their contract, which workshops come.

No text, no length, no time of a visit or a save, and no order that could tell one: leaders stand by group and name.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final, Literal

from ..danish import listed, near_day
from ..model import MEETINGS, GatheringKind, Role, Step, StepKind
from ..store import Member
from .attendance import marked
from .cases import duties
from .house import House
from .path import own_day
from .shelf import Cohort

State = Literal["open", "done", "passed"]

STATES: Final[dict[State, str]] = {
    "open": "Ikke markeret endnu",
    "done": "Markeret gennemført",
    "passed": "Dato passeret, ikke markeret",
}
"""The three states of a step, in the words that everyone meets."""

ATTENDANCE: Final[dict[State, str]] = {"open": "Ikke holdt endnu", "done": "Var med", "passed": "Holdt, ikke meldt med"}
"""The same of a meeting of salons and networks."""

_WANTED: Final = ("en vært", "en til at passe uret", "en sag")

SOON: Final = timedelta(weeks=4)
"""How far ahead workshops are told."""

A_MEETING_AHEAD: Final = timedelta(weeks=10)
"""The same of a network's meetings, which come more seldom and want a host and a case."""

Moved = dict[str, dict[str, date]]
"""The days that groups have moved for themselves, by group and step."""


@dataclass(frozen=True)
class Mark:
    """One step of one leader. ``day`` is the own group's."""

    title: str
    day: date | None
    state: State


@dataclass(frozen=True)
class Row:
    """A leader as the roster has them, and where they are. ``person`` is an id."""

    person: str
    name: str
    title: str
    department: str
    group: str
    states: tuple[Mark, ...]


async def rows(house: House, cohort: Cohort) -> list[Row]:
    """One row per leader, by group and name."""
    return await house.ask(lambda: _rows(house, cohort, _leaders(house, cohort)))


async def told(house: House, cohort: Cohort) -> dict[str, Any]:
    """All that an overview shows, ready for JSON: ``states``, ``steps``, ``rows``, ``groups`` and ``workshops``."""
    return await house.ask(_told, house, cohort)


def states(cohort: Cohort) -> dict[State, str]:
    """What the three states are called where those people gather."""
    return STATES if cohort.manifest.kind is GatheringKind.PROGRAMME else ATTENDANCE


def countable(cohort: Cohort) -> list[Step]:
    """The steps a leader can mark as done."""
    return [step for step in cohort.manifest.way if step.kind not in (StepKind.WELCOME, StepKind.ANNEX)]


def group_name(group: str) -> str:
    """What a group is called on screen."""
    return f"Gruppe {group}" if group.isdecimal() else group or "Uden gruppe"


def _told(house: House, cohort: Cohort) -> dict[str, Any]:
    leaders = _leaders(house, cohort)
    return {
        "kind": cohort.manifest.kind.value,
        "states": states(cohort),
        "steps": [{"name": step.name, "title": step.title} for step in countable(cohort)],
        "rows": [_plain(row, house.today()) for row in _rows(house, cohort, leaders)],
        "groups": [_group(house, cohort, group, leaders) for group in _groups(leaders) if group],
        "workshops": _workshops(house, cohort, _groups(leaders)),
    }


def _leaders(house: House, cohort: Cohort) -> list[Member]:
    """By name, as the store gives them."""
    members = house.store.people.members(cohort.manifest.gathering)
    return [member for member in members if member.role is Role.LEADER]


def _groups(leaders: list[Member]) -> list[str]:
    """Numbered groups first: 2 before 12. Last those who have none."""
    return sorted({leader.group for leader in leaders}, key=_in_order)


def _in_order(group: str) -> tuple[bool, bool, int, str]:
    return not group, not group.isdecimal(), int(group) if group.isdecimal() else 0, group


def _moved(house: House, cohort: Cohort, groups: list[str]) -> Moved:
    gathering, dates = cohort.manifest.gathering, house.store.progress.dates
    return {group: dates(gathering, group) if group else {} for group in groups}


def _rows(house: House, cohort: Cohort, leaders: list[Member]) -> list[Row]:
    marks = marked(house, cohort)
    moved, today = _moved(house, cohort, _groups(leaders)), house.today()
    by_group = sorted(leaders, key=lambda leader: _in_order(leader.group))
    return [_row(cohort, leader, marks, moved[leader.group], today) for leader in by_group]


def _row(cohort: Cohort, leader: Member, marks: set[tuple[str, str]], moved: dict[str, date], today: date) -> Row:
    person = leader.person
    listed = next((each for each in cohort.roster.participants if each.email == person.email), None)  # a roster being read
    states = tuple(
        Mark(step.title, own_day(step, moved), _state((person.id, step.name) in marks, over, today))
        for step, over in _deadlines(cohort, moved)
    )
    title, department = (listed.title, listed.department) if listed else ("", "")
    return Row(person.id, person.name, title, department, leader.group, states)


def _state(done: bool, over: date | None, today: date) -> State:
    if done:
        return "done"
    return "passed" if over is not None and over <= today else "open"


def _deadlines(cohort: Cohort, moved: dict[str, date]) -> list[tuple[Step, date | None]]:
    """Each countable step with the day its time is past: the day the next one opens, or the day after a meeting."""
    steps = countable(cohort)
    if cohort.manifest.kind is not GatheringKind.PROGRAMME:
        days = [own_day(step, moved) for step in steps]
        return [(step, day and day + timedelta(days=1)) for step, day in zip(steps, days, strict=True)]
    following = [own_day(step, moved) for step in steps[1:]] + [cohort.manifest.ends]
    return list(zip(steps, following, strict=False))


def _plain(row: Row, today: date) -> dict[str, Any]:
    states = [{"day": near_day(mark.day, today) if mark.day else "", "state": mark.state} for mark in row.states]
    place = {"name": row.name, "title": row.title, "department": row.department}
    return place | {"group": group_name(row.group), "states": states}


def _group(house: House, cohort: Cohort, group: str, leaders: list[Member]) -> dict[str, Any]:
    members = [leader.person for leader in leaders if leader.group == group]
    standing = house.store.contracts.standing(cohort.manifest.gathering, group)
    state = "none" if standing.number == 0 else "in-force" if standing.in_force else "waiting"
    said = f"{sum(member.id in standing.accepted for member in members)} af {len(members)} har sagt ja"
    if cohort.manifest.kind is GatheringKind.SALON:  # its frame is said aloud
        return {
            "group": group_name(group),
            "members": [member.name for member in members],
            "contract": "",
            "contract_words": "",
        }
    nothing = "Ingen spilleregler endnu" if cohort.manifest.kind is GatheringKind.NETWORK else "Ingen kontrakt endnu"
    words = {"none": nothing, "waiting": f"Afventer: {said}", "in-force": f"Gælder: {said}"}
    names = [member.name for member in members]
    return {"group": group_name(group), "members": names, "contract": state, "contract_words": words[state]}


def _workshops(house: House, cohort: Cohort, groups: list[str]) -> list[dict[str, str]]:
    """The workshops of the next weeks, by day and step; groups that meet alike stand together."""
    today, moved = house.today(), _moved(house, cohort, groups)
    ahead = A_MEETING_AHEAD if cohort.manifest.kind is GatheringKind.NETWORK else SOON
    named = [group for group in groups if group]
    meetings = [
        (day, number, _where(day, step) + _wanting(cohort, group, step), group)
        for number, step in enumerate(cohort.manifest.steps)
        for group in named
        if step.kind in MEETINGS
        if (day := own_day(step, moved[group])) is not None and today <= day <= today + ahead
    ]
    meetings.sort(key=lambda meeting: meeting[:3])  # groups keep their order
    found = []
    for (day, number, where), alike in groupby(meetings, lambda meeting: meeting[:3]):
        who = [group_name(group) for *_, group in alike]
        together = "Alle grupper" if len(who) == len(named) > 1 else listed(who)
        title = cohort.manifest.steps[number].title
        found.append({"day": near_day(day, today), "title": title, "groups": together, "where": where})
    return found


def _wanting(cohort: Cohort, group: str, step: Step) -> str:
    """Which duties nobody of a group has at a network's meeting, as far as the network hands them out at all."""
    if cohort.manifest.kind is not GatheringKind.NETWORK:
        return ""
    everyone = cohort.roster.participants
    handed_out = (
        any(each.hosts for each in everyone),
        any(each.chairs for each in everyone),
        any(each.cases for each in everyone),
    )
    found = zip(duties(everyone, group, step.name), handed_out, _WANTED, strict=True)
    wanted = [words for (_, names), used, words in found if used and not names]
    return f". Mangler {listed(wanted)}" if wanted else ""


def _where(day: date, step: Step) -> str:
    """Time and place in words. A group that has moved its day finds its own."""
    if day != step.opens:
        return "Gruppens egen dag"
    return time_and_place(step) or "Ikke sat endnu"


def time_and_place(step: Step) -> str:
    """When on its day and where a meeting is held, as far as anyone has said: "kl. 13.00, Kulturværftet"."""
    starts = f"kl. {step.starts.hour}.{step.starts.minute:02}" if step.starts else ""
    return ", ".join(filter(None, (starts, step.place)))
