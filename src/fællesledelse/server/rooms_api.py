"""A workshop as a room: everyone's page shows the same phase, in the same turn, with the same time left."""

import time
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from ..errors import AnswerError
from ..model import Role, Step
from ..runsheet import Moment, cue
from ..store import Member, Person, Room
from .answers_api import check_day, open_step
from .course import NOT_BEGUN, Course, begun, course, extended, gone, ordered, paused, resumed
from .live_api import heard
from .shelf import Cohort
from .web import Api, Refused

Place = tuple[str, str, str]
"""A gathering, a group and a step."""

SPOT_LASTS = 45.0  # seconds that a device on the table counts as lying there after it was last heard


class Tables:
    """Whose device lies on the table of each room. In memory: the device says it again and again while it lies there."""

    def __init__(self) -> None:
        self._spots: dict[Place, tuple[str, float]] = {}

    def holder(self, place: Place) -> str:
        """The id of whose device it is, or empty."""
        person, until = self._spots.get(place, ("", 0.0))
        return person if until > time.monotonic() else ""

    def put(self, place: Place, person: str) -> None:
        """Someone's device lies there now."""
        self._spots[place] = (person, time.monotonic() + SPOT_LASTS)

    def take(self, place: Place, person: str) -> None:
        """Someone's device is taken away."""
        if self.holder(place) == person:
            del self._spots[place]


@dataclass(frozen=True)
class Seat:
    """A room as the one who asks enters it. ``members`` are the leaders of the group, in the order of their names.

    ``contract``: the gathering has one. ``keepers`` have been asked to keep the time.
    """

    gathering: str
    group: str
    step: Step
    members: tuple[Person, ...]
    facilitator: bool
    contract: bool
    keepers: tuple[str, ...]

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.gathering, self.group, self.step.name

    def name(self, person_id: str) -> str:
        """What someone of the group is called in it."""
        return next((called(each, self.members) for each in self.members if each.id == person_id), "")


class RoomHandler(Api):
    """GET and PUT: the room of my group at one workshop. A facilitator says whose with ``?group=``."""

    tables: ClassVar[Tables] = Tables()
    wordless = True

    async def get(self, gathering: str, step: str) -> None:
        """How it stands."""
        seat = await self._enter(gathering, step)
        self.reply(self._told(seat, await self._course(seat)))

    async def put(self, gathering: str, step: str) -> None:
        """Change it, if it is as it was when the page decided to: compare-and-set on the version."""
        seat = await self._enter(gathering, step)
        wanted = self.body(base=int, do=str, phase_=int, order_=list, chair_=str)
        here = await self._course(seat)
        if wanted["do"] in ("table", "lift"):
            self._lay(seat, wanted["do"])
            self.reply(self._told(seat, here))
            return
        room = self._changed(seat, here, wanted) if wanted["base"] == here.room.version else None
        saved = room and await self.house.ask(self.house.store.rooms.set, *seat.place, wanted["base"], room)
        if saved is None:
            self._too_late(seat, await self._course(seat))
            return
        self.house.live.changed(gathering, seat.group)
        self.reply(self._told(seat, course(seat.step, saved, seat.members)))

    async def _enter(self, gathering: str, name: str) -> Seat:
        cohort, mine = await self.membership(gathering)
        group = heard(cohort, mine, self.get_query_argument("group", None))
        if group is None:
            raise Refused(400, "bad-request", "Vælg, hvilken gruppe du vil se.")
        step = await open_step(self, cohort, group, name)
        if self.request.method == "PUT":
            await check_day(self, cohort, group, step, "Uret kan begynde den dag, I mødes.")
        if not step.run_sheets:
            raise Refused(404, "no-room", "Der er ingen drejebog på den side.")
        members = leaders_of(await self.house.ask(self.house.store.people.members, gathering), group)
        if len(members) < 2:
            raise Refused(403, "alone", "Rummet åbner her, når I er mindst to i din gruppe. Tal med din facilitator.")
        contract = any(each.contract for each in cohort.manifest.steps)
        leads = mine.role is Role.FACILITATOR
        return Seat(gathering, group, step, members, leads, contract, keepers(cohort, group, step))

    async def _course(self, seat: Seat) -> Course:
        found = await self.house.ask(self.house.store.rooms.present, *seat.place)
        return course(seat.step, found or Room(0, NOT_BEGUN, self.house.clock()), seat.members)

    def _changed(self, seat: Seat, here: Course, wanted: dict[str, Any]) -> Room:
        """The room as it is wanted. Raises Refused or AnswerError."""
        now, do = self.house.clock(), wanted["do"]
        if do == "chair":
            return replace(here.room, chair=self._next_chair(seat, here, wanted.get("chair")))
        if do == "order" and wanted.get("order") == [*(person.id for person in here.people), self.person]:
            return ordered(here, seat.step, wanted["order"], seat.members)  # who comes late may say so
        if not self._may_lead(seat, here):
            who = seat.name(here.room.chair)
            raise Refused(403, "not-leading", f"{who} passer uret lige nu. Vil du gøre det, så tryk på »Jeg passer uret«.")
        if do == "order":
            return ordered(here, seat.step, _ids(wanted.get("order")), seat.members)
        verbs = {
            "start": lambda: begun(here, now),
            "go": lambda: gone(here, wanted.get("phase", len(here.moments) + 1), now),
            "pause": lambda: paused(here, now),
            "resume": lambda: resumed(here, now),
            "extend": lambda: extended(here),
        }
        if do not in verbs:
            raise Refused(400, "bad-request", "Siden og serveren forstår ikke hinanden. Hent siden igen.")
        return replace(verbs[do](), chair=here.room.chair or self._me(seat))

    def _next_chair(self, seat: Seat, here: Course, wanted: str | None) -> str:
        """Who is to keep the time: who does may hand it on to anyone of the group, anyone else may only take it."""
        if wanted not in {member.id for member in seat.members}:
            raise AnswerError("Uret kan kun passes af en, der er med i gruppen.")
        if wanted != self.person and not self._may_lead(seat, here):
            raise Refused(403, "not-leading", "Du kan selv tage over, men ikke give uret til en anden.")
        return wanted

    def _may_lead(self, seat: Seat, here: Course) -> bool:
        return seat.facilitator or here.room.chair in ("", self.person)

    def _me(self, seat: Seat) -> str:
        return "" if seat.facilitator else self.person

    def _lay(self, seat: Seat, do: str) -> None:
        if seat.facilitator:
            raise Refused(403, "forbidden", "Uret på bordet er gruppens eget.")
        before = self.tables.holder(seat.place)
        (self.tables.put if do == "table" else self.tables.take)(seat.place, self.person)
        if self.tables.holder(seat.place) != before:
            self.house.live.changed(seat.gathering, seat.group)

    def _too_late(self, seat: Seat, here: Course) -> None:
        chair = here.room.chair
        who = seat.name(chair) if chair != self.person else ""
        words = f"{who or 'En anden'} var hurtigere. {where(here)}"
        self.reply({"error": "room-changed", "message": words} | self._told(seat, here), 409)

    def _told(self, seat: Seat, here: Course) -> dict[str, Any]:
        """The room as the page's script reads it."""
        now, room = self.house.clock(), here.room
        ends, table = here.ends_at(now), self.tables.holder(seat.place)
        return {
            "group": seat.group,
            "version": room.version,
            "phase": room.phase,
            "phases": [_phase(moment, here.people, seat) for moment in here.moments],
            "running": here.running,
            "ends_at": ends.isoformat() if ends else None,
            "left": round(here.left(now), 3),
            "now": now.isoformat(),
            "order": [{"id": each.id, "name": seat.name(each.id)} for each in here.people],
            "members": [{"id": each.id, "name": seat.name(each.id)} for each in seat.members],
            "chair": room.chair,
            "may_lead": self._may_lead(seat, here),
            "my_role": _my_role(here, self.person),
            "table": table if seat.name(table) else "",
            "keepers": seat.keepers,
            "contract": seat.contract,
        }


def leaders_of(members: list[Member], group: str) -> tuple[Person, ...]:
    """The leaders of a group, in the order of their names; nobody where the group has no name."""
    return tuple(each.person for each in members if group and each.role is Role.LEADER and each.group == group)


def keepers(cohort: Cohort, group: str, step: Step) -> tuple[str, ...]:
    """The names of those who have been asked to keep the time of a group at a meeting."""
    people = cohort.roster.participants
    return tuple(each.name for each in people if each.group == group and step.name in each.chairs)


def called(person: Person, members: tuple[Person, ...]) -> str:
    """The first name where it is enough to tell someone from the others of the group, else the whole name."""
    first = person.name.split(" ")[0]
    return first if sum(each.name.split(" ")[0] == first for each in members) == 1 else person.name


def where(here: Course) -> str:
    """One sentence about how far a group is."""
    if here.moment is not None:
        return f"I er nu ved »{here.moment.phase.title}«."
    return "I er ikke begyndt endnu." if here.room.phase == NOT_BEGUN else "I er færdige for i dag."


def _phase(moment: Moment, people: tuple[Person, ...], seat: Seat) -> dict[str, Any]:
    phase, turn = moment.phase, moment.turn
    places = [(cue(phase, turn, place, len(people)), person) for place, person in enumerate(people)]
    return {
        "title": phase.title,
        "minutes": phase.minutes,
        "text": phase.text,
        "turn": None if turn is None else seat.name(people[turn].id),
        "last": moment.last,
        "cues": [
            {"role": each.role, "text": each.text, "names": [seat.name(person.id) for has, person in places if has is each]}
            for each in phase.cues
        ],
    }


def _my_role(here: Course, person: str) -> dict[str, str] | None:
    place = next((place for place, each in enumerate(here.people) if each.id == person), None)
    if here.moment is None or place is None:
        return None
    found = cue(here.moment.phase, here.moment.turn, place, len(here.people))
    return None if found is None else {"role": found.role, "text": found.text}


def _ids(order: list[Any] | None) -> list[str]:
    if order is None or not all(isinstance(each, str) for each in order):
        raise Refused(400, "bad-request", "Siden og serveren forstår ikke hinanden. Hent siden igen.")
    return order
