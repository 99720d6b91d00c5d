"""How far a group is in a workshop: pure rules about phases, time and turns."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..errors import AnswerError
from ..model import Step
from ..runsheet import Moment, unrolled
from ..store import Person, Room

NOT_BEGUN = -1
MINUTE = 60  # seconds
MOST_EXTRA = 60 * MINUTE  # seconds that one phase can be given on top


@dataclass(frozen=True)
class Course:
    """A room with the people who are there, in the order of their turns, and the phases for that many.

    ``room.phase`` is ``NOT_BEGUN``, the place of a moment, or, when the workshop is over, their number.
    """

    room: Room
    people: tuple[Person, ...]
    moments: tuple[Moment, ...]

    @property
    def moment(self) -> Moment | None:
        """The present phase; None before the first and after the last."""
        return self.moments[self.room.phase] if 0 <= self.room.phase < len(self.moments) else None

    @property
    def running(self) -> bool:
        """Whether the time of a phase is passing."""
        return self.moment is not None and self.room.paused_at is None

    def left(self, now: datetime) -> float:
        """Seconds left of the present phase; below zero when it is late."""
        if self.moment is None:
            return 0.0
        passed = (self.room.paused_at or now) - self.room.began_at
        return self.moment.phase.minutes * MINUTE + self.room.extra - passed.total_seconds()

    def ends_at(self, now: datetime) -> datetime | None:
        """When the present phase is over; None while no time passes."""
        return now + timedelta(seconds=self.left(now)) if self.running else None


def course(step: Step, room: Room, members: tuple[Person, ...]) -> Course:
    """The course of a group. Those who have left it since are not there; without an order it is that of the names."""
    known = {member.id: member for member in members}
    room = replace(room, chair=room.chair if room.chair in known else "")
    people = tuple(known[each] for each in room.order if each in known) or members
    sheet = step.run_sheet(len(people))
    return Course(room, people, unrolled(sheet, len(people)) if sheet else ())


def begun(here: Course, now: datetime) -> Room:
    """The first phase begins, and the order of the turns is settled."""
    return replace(gone(here, 0, now), order=tuple(person.id for person in here.people))


def gone(here: Course, phase: int, now: datetime) -> Room:
    """Another phase begins. AnswerError if there is no such phase."""
    if not NOT_BEGUN <= phase <= len(here.moments):
        raise AnswerError("Den fase findes ikke i jeres drejebog. Hent siden igen.")
    return replace(here.room, phase=phase, began_at=now, paused_at=None, extra=0)


def paused(here: Course, now: datetime) -> Room:
    """Time stands still. AnswerError if it does already."""
    if not here.running:
        raise AnswerError("Uret står allerede stille.")
    return replace(here.room, paused_at=now)


def resumed(here: Course, now: datetime) -> Room:
    """Time goes on from where it stood. AnswerError if it did not stand still."""
    if here.room.paused_at is None:
        raise AnswerError("Uret går allerede.")
    return replace(here.room, began_at=here.room.began_at + (now - here.room.paused_at), paused_at=None)


def extended(here: Course) -> Room:
    """One more minute. AnswerError when no phase goes on, or it has been given an hour already."""
    if here.moment is None:
        raise AnswerError("Der er ingen fase at give et minut mere.")
    if here.room.extra >= MOST_EXTRA:
        raise AnswerError("Fasen har fået en time ekstra. Gå videre, eller hold en pause.")
    return replace(here.room, extra=here.room.extra + MINUTE)


def ordered(here: Course, step: Step, order: list[str], members: tuple[Person, ...]) -> Room:
    """The people who are there, in another order. Whose turn has come keeps it, and the phase goes on.

    AnswerError unless they are at least two of the members, each once.
    """
    known = {member.id for member in members}
    if len(order) < 2 or len(set(order)) != len(order) or not known.issuperset(order):
        raise AnswerError("Der skal være mindst to til stede, og hver kan kun have én plads i rækken.")
    reached = max((each.turn for each in here.moments[: here.room.phase + 1] if each.turn is not None), default=-1)
    if order[: reached + 1] != [person.id for person in here.people[: reached + 1]]:
        raise AnswerError("Den, der har haft sin tur, eller har den nu, beholder sin plads. Resten kan I flytte om på.")
    room = replace(here.room, order=tuple(order))
    return replace(room, phase=_same(here, course(step, room, members)))


def _same(before: Course, after: Course) -> int:
    """The phase that ``after`` is at when it goes on from where ``before`` was, for another number of people."""
    if before.moment is None:
        return before.room.phase if before.room.phase == NOT_BEGUN else len(after.moments)
    name = (before.moment.phase.title, before.moment.turn)
    same = [number for number, each in enumerate(after.moments) if (each.phase.title, each.turn) == name]
    return same[0] if same else min(before.room.phase, len(after.moments) - 1)
