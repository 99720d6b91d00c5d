"""A workshop's card for the table, and the facilitator's view of where the groups are. No word that anyone has written."""

from datetime import datetime
from itertools import groupby
from typing import Any

from ..danish import near_day
from ..model import GatheringKind, Phase, Role, RunSheet, Step
from ..store import Membership, Room, Standing
from .answers_api import open_step
from .course import NOT_BEGUN, Course, course
from .live_api import groups
from .pages import shell
from .path import held_from, own_day
from .rooms_api import called, leaders_of
from .shelf import Cohort
from .web import Api, Guarded, Page, Refused

SIZES = dict(enumerate(["to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv"], 2))
CONTRACTS = {"none": "Ingen kontrakt endnu", "waiting": "Kontrakten afventer", "in-force": "Kontrakten gælder"}
RULES = {"none": "Ingen spilleregler endnu", "waiting": "Spillereglerne afventer", "in-force": "Spillereglerne gælder"}


class CardPage(Page):
    """GET: the run sheet of a step on a card that lies on the table, for so many (``?antal=``) or my own group."""

    async def get(self, gathering: str, step: str) -> None:
        """For leaders and facilitators alike: it holds what the page says, and nobody's name."""
        cohort, mine = await self.membership(gathering)
        page = await open_step(self, cohort, mine.group, step)
        if not page.run_sheets:
            raise Refused(404, "no-room", "Der er ingen drejebog på den side.")
        people = await self._people(gathering, mine)
        sheet = page.run_sheet(people)
        assert sheet is not None
        context = await shell(self, cohort, mine, "rum")
        self.show("card.html", **context, title=page.title, here=page.name, people=SIZES[sheet.people], **_card(page, sheet))

    async def _people(self, gathering: str, mine: Membership) -> int:
        asked = self.get_query_argument("antal", "")
        if asked in map(str, SIZES):
            return int(asked)
        members = await self.house.ask(self.house.store.people.members, gathering)
        return len(leaders_of(members, mine.group)) or 3


class RoomsPage(Page):
    """GET: for a facilitator, where the groups are; with ``?gruppe=`` and ``?trin=`` one group's room."""

    async def get(self, gathering: str) -> None:
        """For facilitators alone."""
        cohort, mine = await _facilitator(self, gathering)
        salon, network = (cohort.manifest.kind is kind for kind in (GatheringKind.SALON, GatheringKind.NETWORK))
        context = await shell(self, cohort, mine, "rum") | {
            "called": "Salon" if salon else "Gruppe",
            "heading": "Salonerne lige nu" if salon else "Grupperne",
            "network": network,
            "contract": any(step.contract for step in cohort.manifest.steps),
        }
        group, name = self.get_query_argument("gruppe", None), self.get_query_argument("trin", "")
        if group is None:
            found = await self.house.ask(_overview, self, cohort)
            self.show("rooms.html", **context, groups=found["groups"], chosen=None)
            return
        if group not in groups(cohort):
            raise Refused(404, "not-found", "Den gruppe findes ikke her.")
        step = await open_step(self, cohort, group, name)
        self.show("rooms.html", **context, groups=[], chosen={"group": group, "step": step.name, "title": step.title})


class RoomsHandler(Api):
    """GET: where the groups are, for the facilitator's page to renew itself."""

    async def get(self, gathering: str) -> None:
        """For facilitators alone."""
        cohort, _ = await _facilitator(self, gathering)
        self.reply(await self.house.ask(_overview, self, cohort))


async def _facilitator(handler: Guarded, gathering: str) -> tuple[Cohort, Membership]:
    cohort, mine = await handler.membership(gathering)
    if mine.role is not Role.FACILITATOR:
        raise Refused(403, "forbidden", "Siden er for facilitatorer. Din egen gruppes rum er på siden for jeres møde.")
    return cohort, mine


def _overview(handler: Guarded, cohort: Cohort) -> dict[str, Any]:
    """Every group with its members, its workshops and the state of its contract. Asks the store: call it in a thread."""
    return {
        "now": handler.house.clock().isoformat(),
        "groups": [_group(handler, cohort, group) for group in groups(cohort)],
    }


def _group(handler: Guarded, cohort: Cohort, group: str) -> dict[str, Any]:
    store, gathering = handler.house.store, cohort.manifest.gathering
    members = leaders_of(store.people.members(gathering), group)
    moved = store.progress.dates(gathering, group)
    now, today = handler.house.clock(), handler.house.today()
    rooms = []
    for step in (step for step in cohort.manifest.steps if step.run_sheets):
        day, room = own_day(step, moved), store.rooms.present(gathering, group, step.name)
        told = _room(course(step, room or Room(0, NOT_BEGUN, now), members), now)
        may_open = held_from(step, moved) <= today and len(members) > 1
        told |= {"step": step.name, "title": step.title, "day": near_day(day, today) if day else "", "open": may_open}
        rooms.append(told)
    contract = _contract(store.contracts.standing(gathering, group))
    words = (RULES if cohort.manifest.kind is GatheringKind.NETWORK else CONTRACTS)[contract]
    names = [called(each, members) for each in members]
    return {"group": group, "members": names, "contract": contract, "contract_words": words, "rooms": rooms}


def _room(here: Course, now: datetime) -> dict[str, Any]:
    ends = here.ends_at(now)
    return {
        "words": _words(here),
        "going": here.moment is not None,
        "running": here.running,
        "ends_at": ends.isoformat() if ends else None,
        "left": here.left(now),
    }


def _words(here: Course) -> str:
    if here.moment is None:
        return "Ikke begyndt" if here.room.phase == NOT_BEGUN else "Færdige"
    return here.moment.phase.title


def _contract(standing: Standing) -> str:
    if standing.number == 0:
        return "none"
    return "in-force" if standing.in_force else "waiting"


def _card(step: Step, sheet: RunSheet) -> dict[str, Any]:
    """What a card shows: blocks of phases, those that are held together before the turn passes on taken together."""
    blocks = []
    for (turns, _), found in groupby(sheet.phases, lambda phase: (phase.turn or phase.pause, phase.round)):
        phases = tuple(found)
        own = sum(phase.minutes for phase in phases if phase.turn)
        blocks.append({"turns": turns, "phases": phases, "minutes": own})
    sizes = {} if step.meeting else {each.people: SIZES[each.people] for each in step.run_sheets}
    return {"meeting": step.meeting, "blocks": blocks, "minutes": _minutes(sheet.phases, sheet.people), "sizes": sizes}


def _minutes(phases: tuple[Phase, ...], people: int) -> int:
    return sum(phase.minutes * (people if phase.turn else 1) for phase in phases)
