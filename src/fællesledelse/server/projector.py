"""The groups of a workshop on one large screen, all steered from there. It shows where they are, and no name or word."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, ClassVar

from ..danish import listed, short_day
from ..errors import AnswerError
from ..model import GatheringKind, Step
from ..runsheet import Moment
from ..store import Person, Room
from .course import NOT_BEGUN, Course, begun, course, extended, gone, paused, resumed
from .desk import DeskApi, facilitator
from .live_api import groups
from .path import held_from, own_day
from .rooms_api import leaders_of
from .shelf import Cohort
from .web import Page, Refused
from .workshop_api import workshop_step

MORE = 5  # minutes that every group gets at once
UNDOABLE = ("begin", "next", "back", "extend", "join")

CALLED = {GatheringKind.SALON: ("Salon", "saloner")}
"""What one group is called, and several, where that isn't "Gruppe" and "grupper"."""

_GROUPS = ("Gruppe", "grupper")
_FINISHED = "er færdig"


@dataclass(frozen=True)
class Group:
    """One group as the screen sees it. ``away``: why it isn't steered from here today; empty where it is."""

    name: str
    course: Course
    away: str = ""

    @property
    def own(self) -> bool:
        """Whether one of the group keeps its time: then it is left alone."""
        return self.course.moment is not None and self.course.room.chair != ""

    @property
    def place(self) -> tuple[str, int | None] | None:
        """The phase and the turn it is at, which are the same for groups of different sizes; None between workshops."""
        moment = self.course.moment
        return None if moment is None else (moment.phase.title, moment.turn)


@dataclass(frozen=True)
class Together:
    """The groups at the same place with the clock running, or all with it stopped. ``lead`` stands for them all."""

    lead: Group
    names: tuple[str, ...]


def together(found: Iterable[Group], now: datetime) -> Together | None:
    """Where most of the groups are, the earlier of two places alike; None if no workshop is going on.

    Its time is that of the group with most of it left, so that nobody is cut off.
    """
    going = [group for group in found if not group.away and group.place is not None]
    following = [group for group in going if not group.own] or going
    if not following:
        return None
    counted = Counter(group.place for group in following)
    first = {group.place: group.course.room.phase for group in reversed(following)}
    place = max(counted, key=lambda each: (counted[each], -first[each]))
    there = [group for group in following if group.place == place]
    running = 2 * sum(group.course.running for group in there) >= len(there)
    alike = [group for group in there if group.course.running == running]
    sizes = Counter(len(group.course.people) for group in alike)
    lead = max(alike, key=lambda group: (group.course.left(now), sizes[len(group.course.people)]))
    names = (group.name for group in going if group.place == place and group.course.running == running)
    return Together(lead, tuple(names))


def standing(found: Iterable[Group], now: datetime, called: tuple[str, str] = _GROUPS) -> str:
    """How all of them stand: "11 af 12 grupper er i »Fortæl«, 1. tur. Gruppe 4 er på pause."."""
    here = [group for group in found if not group.away]
    most = together(here, now)
    if not here:
        return f"Ingen {called[1]} mødes her i dag."
    if most is not None:
        still = "" if most.lead.course.running else " Uret står stille."
        elsewhere = _others((group for group in here if group.name not in most.names), called)
        return f"{_many(most.names, len(here), called)} er {_at(most.lead)}.{still}{elsewhere}"
    if all(group.course.room.phase == NOT_BEGUN for group in here):
        return "Ingen er begyndt endnu."
    return "Alle er færdige." if all(group.course.room.phase >= 0 for group in here) else _others(here, called).strip()


def steered(group: Group, do: str, now: datetime, lead: Group | None) -> Room:
    """The room of one group after ``do``. AnswerError where it can't be: then nothing of it is done."""
    if group.own and do != "join":
        raise AnswerError("passer selv uret")
    here = group.course
    verbs: dict[str, Callable[[], Room]] = {
        "begin": lambda: _begun(here, now),
        "next": lambda: gone(here, here.room.phase + 1, now),
        "back": lambda: gone(here, here.room.phase - 1, now),
        "pause": lambda: paused(here, now),
        "resume": lambda: resumed(here, now),
        "extend": lambda: _extended(here),
        "join": lambda: _joined(here, lead),
    }
    if do not in verbs:
        raise Refused(400, "bad-request", "Siden og serveren forstår ikke hinanden. Hent siden igen.")
    if do in ("next", "back") and here.moment is None and (lead is not None or here.room.phase == NOT_BEGUN):
        raise AnswerError("er ikke i gang")  # who has finished before the others stays finished
    return verbs[do]()


def _begun(here: Course, now: datetime) -> Room:
    if here.room.phase != NOT_BEGUN:
        raise AnswerError("er begyndt")
    return replace(begun(here, now), chair="")


def _extended(here: Course) -> Room:
    for _ in range(MORE):
        here = replace(here, room=extended(here))
    return here.room


def _joined(here: Course, lead: Group | None) -> Room:
    """The group gives its clock away and goes to where ``lead`` is, with the same time left, if its run sheet has that."""
    room = replace(here.room, chair="", order=tuple(person.id for person in here.people))
    if lead is None or lead.course.moment is None:
        return room
    wanted = lead.place
    same = [number for number, each in enumerate(here.moments) if (each.phase.title, each.turn) == wanted]
    if not same:
        return room
    clock = lead.course.room
    return replace(room, phase=same[0], began_at=clock.began_at, paused_at=clock.paused_at, extra=clock.extra)


def named(names: Sequence[str], called: tuple[str, str] = _GROUPS) -> str:
    """Groups as one says them: "Gruppe 2 og 7", "Havnen og Gruppe 3"."""
    if all(name.isdigit() for name in names):
        return f"{called[0]} {listed(names)}"
    return listed([f"{called[0]} {name}" if name.isdigit() else name for name in names])


def _at(group: Group) -> str:
    assert group.course.moment is not None
    turn = group.course.moment.turn
    return f"i »{group.course.moment.phase.title}«" + ("" if turn is None else f", {turn + 1}. tur")


def _many(names: Sequence[str], whole: int, called: tuple[str, str]) -> str:
    if len(names) == whole:
        return named(names, called) if whole == 1 else f"Alle {whole} {called[1]}"
    return f"{len(names)} af {whole} {called[1]}"


def _others(found: Iterable[Group], called: tuple[str, str]) -> str:
    """A sentence for each way in which groups are elsewhere, each beginning with a space."""
    by_words: dict[str, list[str]] = {}
    for group in found:
        by_words.setdefault(_elsewhere(group), []).append(group.name)
    return "".join(f" {named(names, called)} {words}{_plural(words, names)}." for words, names in by_words.items())


def _plural(words: str, names: Sequence[str]) -> str:
    return "e" if words == _FINISHED and len(names) > 1 else ""


def _elsewhere(group: Group) -> str:
    if group.course.moment is None:
        return "er ikke begyndt" if group.course.room.phase == NOT_BEGUN else _FINISHED
    if not group.course.running:
        return "er på pause"
    return "passer selv uret" if group.own else f"er {_at(group)}"


class ProjectorPage(Page):
    """GET: the screen for all groups of a workshop, for facilitators alone. A phone with the same page steers it."""

    async def get(self, gathering: str, step: str) -> None:
        """Open before the workshop's day too, so that it can be tried on the wall."""
        cohort, _ = await facilitator(self, gathering)
        page = workshop_step(cohort, step)
        self.show(
            "projector.html",
            gathering=gathering,
            person=self.person,
            step=page,
            cohort=cohort.manifest.name,
            called=_called(cohort)[0],
        )


class ProjectorHandler(DeskApi):
    """GET: where all groups of a workshop are. PUT: steer them."""

    undo: ClassVar[dict[tuple[str, str], dict[str, tuple[int, Room]]]] = {}
    """By gathering and step, what the last change can be put back to: each group's version since, and its room before."""

    async def get(self, gathering: str, step: str) -> None:
        """For facilitators alone."""
        cohort, _ = await self.facilitator(gathering)
        page = workshop_step(cohort, step)
        self.reply(self._told(cohort, page, await self.house.ask(self._groups, cohort, page)))

    async def put(self, gathering: str, step: str) -> None:
        """Steer the named groups, each from the version the page has seen: whole or not at all. Tells what came of it."""
        cohort, _ = await self.facilitator(gathering)
        page = workshop_step(cohort, step)
        body = self.body(do=str, groups=dict)
        wanted = {name: base for name, base in body["groups"].items() if type(base) is int and name in groups(cohort)}
        found = await self.house.ask(self._groups, cohort, page)
        moved = await self.house.ask(self._steer, cohort, page, found, body["do"], wanted)
        faster = [each.name for each in found if wanted.get(each.name, each.course.room.version) != each.course.room.version]
        for name in moved:
            self.house.live.changed(gathering, name)
        self.note("groups-steered")
        found = await self.house.ask(self._groups, cohort, page)
        self.reply(
            self._told(cohort, page, found)
            | {"report": _report(moved, faster, self._standing(cohort, found), _called(cohort))}
        )

    def _standing(self, cohort: Cohort, found: list[Group]) -> str:
        return standing(found, self.house.clock(), _called(cohort))

    def _groups(self, cohort: Cohort, step: Step) -> list[Group]:
        """Every group of the cohort at that step. Asks the store: call it in a thread."""
        members = self.house.store.people.members(cohort.manifest.gathering)
        return [self._group(cohort, step, name, leaders_of(members, name)) for name in groups(cohort)]

    def _group(self, cohort: Cohort, step: Step, name: str, leaders: tuple[Person, ...]) -> Group:
        store, gathering = self.house.store, cohort.manifest.gathering
        room = store.rooms.present(gathering, name, step.name) or Room(0, NOT_BEGUN, self.house.clock())
        here = course(step, room, leaders)
        away = _away(here, step, store.progress.dates(gathering, name), self.house.today())
        return Group(name, here, away)

    def _steer(
        self, cohort: Cohort, step: Step, found: list[Group], do: str, wanted: dict[str, int]
    ) -> dict[str, tuple[int, Room]]:
        """Change each of ``wanted`` from the version it has there; what those that went along were before, and are since."""
        gathering, now = cohort.manifest.gathering, self.house.clock()
        place = gathering, step.name
        most = together([group for group in found if do != "join" or group.name not in wanted], now)
        before = self.undo.get(place, {})
        moved: dict[str, tuple[int, Room]] = {}
        for group in found:
            if group.away or wanted.get(group.name) != group.course.room.version:
                continue
            with suppress(AnswerError):
                room = _undone(group, before) if do == "undo" else steered(group, do, now, most.lead if most else None)
                saved = self.house.store.rooms.set(gathering, group.name, step.name, group.course.room.version, room)
                if saved is not None:
                    moved[group.name] = (saved.version, group.course.room)
        if moved:
            self.undo[place] = moved if do in UNDOABLE else {}
        return moved

    def _told(self, cohort: Cohort, step: Step, found: list[Group]) -> dict[str, Any]:
        """What the page's script shows."""
        now = self.house.clock()
        most = together(found, now)
        back = self.undo.get((cohort.manifest.gathering, step.name), {})
        here = [group for group in found if not group.away]
        return {
            "now": now.isoformat(),
            "state": "going" if most else "over" if here and all(g.course.room.phase >= 0 for g in here) else "before",
            "most": _most(most, now) if most else None,
            "standing": self._standing(cohort, found),
            "groups": [_told_group(group, most, now) for group in found],
            "undo": {name: version for name, (version, _) in back.items()},
        }


def _undone(group: Group, before: dict[str, tuple[int, Room]]) -> Room:
    version, room = before.get(group.name, (-1, group.course.room))
    if version != group.course.room.version:
        raise AnswerError("er gået videre")
    return room


def _away(here: Course, step: Step, moved: dict[str, date], today: date) -> str:
    """Why a group isn't steered from the screen today, or empty."""
    day = own_day(step, moved)
    if len(here.people) < 2:
        return "færre end to i gruppen"
    if day is not None and day not in (step.opens, today) and here.moment is None:
        return f"mødes {short_day(day)}"
    if held_from(step, moved) > today:
        return f"åbner {short_day(held_from(step, moved))}"
    return ""


def _called(cohort: Cohort) -> tuple[str, str]:
    return CALLED.get(cohort.manifest.kind, _GROUPS)


def _report(moved: Collection[str], faster: Sequence[str], standing: str, called: tuple[str, str]) -> str:
    """What came of a press: whether it moved anyone, which groups had changed since the page looked, how everyone stands."""
    none = "" if moved else f"Ingen {called[1]} blev flyttet. "
    others = f"{named(faster, called)} nåede selv at skifte og blev ikke flyttet. " if moved and faster else ""
    return none + others + standing


def _most(most: Together, now: datetime) -> dict[str, Any]:
    here = most.lead.course
    assert here.moment is not None
    ahead = here.moments[here.room.phase + 1 :][:1]
    return (
        _phase(here.moment)
        | _clock(here, now)
        | {
            "text": here.moment.phase.text,
            "cues": [{"role": cue.role, "text": cue.text} for cue in here.moment.phase.cues],
            "next": _phase(ahead[0]) if ahead else None,
        }
    )


def _told_group(group: Group, most: Together | None, now: datetime) -> dict[str, Any]:
    moment = group.course.moment
    return _clock(group.course, now) | {
        "group": group.name,
        "version": group.course.room.version,
        "away": group.away,
        "own": group.own,
        "begun": group.course.room.phase != NOT_BEGUN,
        "phase": _phase(moment) if moment else None,
        "along": most is not None and group.name in most.names,
    }


def _phase(moment: Moment) -> dict[str, Any]:
    return {"title": moment.phase.title, "minutes": moment.phase.minutes, "turn": moment.turn}


def _clock(here: Course, now: datetime) -> dict[str, Any]:
    ends = here.ends_at(now)
    return {"running": here.running, "ends_at": ends.isoformat() if ends else None, "left": round(here.left(now), 3)}
