"""Workshops as the facilitator prepares them: when and where each group meets, and what is printed for the day."""

import re
from collections.abc import Callable
from datetime import date, time
from typing import Any, TypeVar

from ..cells import call
from ..danish import day as spoken
from ..documents.paper import Paper, paper
from ..documents.workshop_pack import Table, Workshop, workshop_pack
from ..errors import DocumentError
from ..model import Role, Step
from ..names import slug
from ..runsheet import unrolled
from ..store import Member, Person
from ..vocabulary import Call
from .answers_api import own_step
from .desk import DeskApi, facilitator
from .live_api import groups
from .path import own_day
from .rooms_api import leaders_of
from .shelf import Cohort
from .web import Api, Guarded, Refused

T = TypeVar("T")
STARTS = time(9)
"""When a workshop begins that nobody has given a time."""

_CLOCK = re.compile(r"([01]?\d|2[0-3])[.:]([0-5]\d)")


class WorkshopsHandler(DeskApi):
    """GET: the cohort's workshops, each with its groups and their days."""

    async def get(self, gathering: str) -> None:
        """For facilitators alone. Holds what the list of leaders says, and the days groups have set."""
        cohort, _ = await self.facilitator(gathering)
        self.reply({"kind": cohort.manifest.kind.value, "workshops": await self.house.ask(_workshops, self, cohort)})


class PackHandler(Api):
    """GET: a workshop's papers, for the cohort's day or with ``?gruppe=`` for one group's own. ``?kl=``: its start."""

    async def get(self, gathering: str, step: str) -> None:
        """The groups that have moved their day are not in the papers of the cohort's."""
        cohort, _ = await facilitator(self, gathering)
        page = workshop_step(cohort, step)
        group = self.get_query_argument("gruppe", "")
        if group and group not in groups(cohort):
            raise Refused(404, "not-found", "Den gruppe findes ikke her.")
        held = await self.house.ask(_held, self, cohort, page, group)
        made = await self.house.ask_for_file(self.person, _made, workshop_pack, held)
        self.note("workshop-pack")
        self.hand(made, "application/pdf", f"drejebog-{page.name}{f'-gruppe-{slug(group)}' if group else ''}.pdf")


class PaperHandler(Api):
    """GET: a page of the workbook on paper, with empty lines to write on."""

    async def get(self, gathering: str, step: str) -> None:
        """For leaders from the day the page opens; facilitators print ahead. The same for everyone: no text is in it."""
        cohort, mine = await self.membership(gathering)
        page = cohort.manifest.step(step)
        if mine.role is Role.LEADER or page is None:
            page = await own_step(self, cohort, mine, step)
        wanted = Paper(cohort.manifest.name, page, _cells(cohort, page))
        made = await self.house.ask_for_file(self.person, _made, paper, wanted)
        self.hand(made, "application/pdf", f"{page.name}-papir.pdf")


def workshop_step(cohort: Cohort, name: str) -> Step:
    """The step of that name. Raises Refused if it isn't a workshop with a run sheet."""
    step = cohort.manifest.step(name)
    if step is None or not step.run_sheets:
        raise Refused(404, "no-room", "Der er ingen drejebog på den side.")
    return step


def _workshops(handler: Guarded, cohort: Cohort) -> list[dict[str, Any]]:
    """Asks the store: call it in a thread."""
    store, gathering = handler.house.store, cohort.manifest.gathering
    members = store.people.members(gathering)
    moved = {name: store.progress.dates(gathering, name) for name in groups(cohort)}
    return [_workshop(step, members, moved) for step in cohort.manifest.steps if step.run_sheets]


def _workshop(step: Step, members: list[Member], moved: dict[str, dict[str, date]]) -> dict[str, Any]:
    return {
        "step": step.name,
        "title": step.title,
        "day": spoken(step.opens) if step.opens else "",
        "starts": _written(_starts(step)),
        "timed": step.starts is not None,
        "place": step.place,
        "writes": bool(step.fields),
        "groups": [_group(step, name, leaders_of(members, name), days) for name, days in moved.items()],
    }


def _group(step: Step, name: str, leaders: tuple[Person, ...], days: dict[str, date]) -> dict[str, Any]:
    day, sheet = own_day(step, days), step.run_sheet(len(leaders))
    assert sheet is not None
    return {
        "group": name,
        "leaders": [person.name for person in leaders],
        "day": spoken(day) if day else "",
        "moved": day != step.opens,
        "minutes": sum(moment.phase.minutes for moment in unrolled(sheet, len(leaders))) if len(leaders) > 1 else 0,
    }


def _held(handler: Guarded, cohort: Cohort, step: Step, group: str) -> Workshop:
    """The workshop on the cohort's day with everyone who meets then, or one group's on its own. Raises Refused.

    Asks the store: call it in a thread.
    """
    store, gathering = handler.house.store, cohort.manifest.gathering
    members = store.people.members(gathering)
    days = {name: own_day(step, store.progress.dates(gathering, name)) for name in groups(cohort)}
    day = days[group] if group else step.opens
    if day is None:
        raise Refused(400, "no-day", "Workshoppen har ingen dato endnu. Giv den en dato i holdets fil, og byg holdet igen.")
    names = [group] if group else [name for name, own in days.items() if own == day]
    room = step.place if group else ""
    tables = tuple(Table(name, tuple(each.name for each in leaders_of(members, name)), room) for name in names)
    starts = _time(handler.get_query_argument("kl", "")) or _starts(step)
    return Workshop(cohort.manifest.name, step, day, starts, tables, step.place)


def _starts(step: Step) -> time:
    return step.starts or STARTS


def _time(text: str) -> time | None:
    """A time of day as one writes it, 9.00 or 09:00; None for nothing. Raises Refused."""
    found = _CLOCK.fullmatch(text.strip())
    if text.strip() and found is None:
        raise Refused(400, "bad-time", f"»{text[:20]}« er ikke et klokkeslæt. Skriv det som 9.00.")
    return time(int(found[1]), int(found[2])) if found else None


def _written(when: time) -> str:
    return when.strftime("%H:%M")


def _cells(cohort: Cohort, step: Step) -> tuple[str | Call, ...]:
    """The page's cells as paper takes them."""
    found = cohort.notebooks[step.name].cells
    return tuple(each.source if each.cell_type == "markdown" else call(each.source, step.name)[1] for each in found)


def _made(make: Callable[[T], bytes], of: T) -> bytes:
    """The file. Raises Refused with what it lacks."""
    try:
        return make(of)
    except DocumentError as problem:
        raise Refused(400, "no-file", str(problem)) from problem
