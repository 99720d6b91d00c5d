"""Who there is cause to send a mail, and about what, as things stand now. Asks the store: call it in a thread."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from ..model import MEETINGS, Role, Step, StepKind
from ..store import CalendarMark, MailingKind, MailingLine, Member, Person, Planned, SurveyWave, Wave
from .house import House
from .letters import UNSEEN, Due, Letter, Writer
from .notices import read
from .overview import countable
from .path import own_day, url
from .shelf import Cohort
from .survey_api import look
from .term import Term

ABOUT_ONE: Final = (MailingKind.CALENDAR, MailingKind.EVALUATION, MailingKind.SURVEY, MailingKind.RETENTION)
"""The kinds of which someone can be sent several that have nothing to do with one another."""


@dataclass(frozen=True)
class Cause:
    """One mail that may be sent. ``due`` is what a reminder names, ``mark`` what a calendar would be told.

    ``wave`` is the evaluation, or the wave of the survey, that it tells is open.

    ``ending``: how the gathering ends, where the mail is the notice that is due of that.

    ``moved``: the calendar has been told of that meeting before.
    """

    person: Person
    role: Role = Role.LEADER
    group: str = ""
    due: tuple[tuple[str, Due], ...] = ()
    mark: CalendarMark | None = None
    moved: bool = False
    wave: Wave | SurveyWave | None = None
    ending: Term | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of the steps it is about, or the id of the evaluation, or the last day and the stage of the notice."""
        if self.ending is not None and self.ending.next is not None:
            return (self.ending.next[0].isoformat(), self.ending.next[1])
        if self.wave is not None:
            return (self.wave.id,)
        return (self.mark.step,) if self.mark is not None else tuple(name for name, _ in self.due)

    @property
    def planned(self) -> Planned:
        """The mail as a line of a mailing to be."""
        return Planned(self.person.id, self.steps, self.group if self.mark is not None else "")


def causes(house: House, cohort: Cohort, kind: MailingKind) -> list[Cause]:
    """Every mail of that kind that there is cause to send now, in the order of people's names."""
    members = house.store.people.members(cohort.manifest.gathering)
    return _FINDERS[kind](house, cohort, members)


def cause(house: House, cohort: Cohort, line: MailingLine) -> Cause | None:
    """What there still is cause to send of a line; None where there is none any more."""
    found = [each for each in causes(house, cohort, line.kind) if each.person.id == line.person.id]
    if line.kind in ABOUT_ONE:
        return next((each for each in found if about_the_same(each, line)), None)
    if line.kind is MailingKind.REMINDER:
        narrowed = (replace(each, due=tuple(due for due in each.due if due[0] in line.steps)) for each in found)
        return next((each for each in narrowed if each.due), None)
    return next(iter(found), None)


def about_the_same(each: Cause, line: MailingLine) -> bool:
    """Whether a mail that was sent was about the very meeting or evaluation of this one."""
    return (line.group, line.steps) == (each.planned.group, each.planned.steps)


def letter(house: House, cohort: Cohort, each: Cause, link: str | None = None) -> Letter:
    """The mail itself. Without ``link`` an invitation shows where it will stand."""
    writer = Writer(cohort, house.settings.origin, house.clock())
    if each.mark is not None:
        return writer.meet(each.person, each.mark, _leaders(house, each), each.moved)
    if each.ending is not None:
        return writer.end(each.person, each.ending, house.today())
    if each.wave is not None:
        return writer.ask(each.person, each.wave)
    if each.due:
        return writer.remind(each.person, [due for _, due in each.due])
    return writer.invite(each.person, each.role, link or f"{house.settings.origin}/invitation {UNSEEN}")


def _invitations(house: House, cohort: Cohort, members: list[Member]) -> list[Cause]:
    """Everyone who has not enrolled, facilitators too."""
    return [Cause(each.person, each.role, each.group) for each in members if not each.enrolled]


def _reminders(house: House, cohort: Cohort, members: list[Member]) -> list[Cause]:
    """The leaders who can get in and have not marked a step as done whose day, by their own group's dates, has come."""
    gathering, today = cohort.manifest.gathering, house.today()
    marks, moved = house.store.progress.marks(gathering), _moved(house, gathering, members)
    found = []
    for each in (each for each in members if each.role is Role.LEADER and each.enrolled):
        asked = [step for step in countable(cohort) if step.kind is not StepKind.MEETING]  # one is there, or one is not
        open_steps = [step for step in asked if (each.person.id, step.name) not in marks]
        days = [(step, own_day(step, moved[each.group]) or cohort.manifest.starts) for step in open_steps]
        due = tuple((step.name, _due(house, cohort, step, day)) for step, day in days if day <= today)
        if due:
            found.append(Cause(each.person, each.role, each.group, due))
    return found


def _evaluations(house: House, cohort: Cohort, members: list[Member]) -> list[Cause]:
    """While an evaluation is open, all leaders who can get in: nobody may know who of them has answered."""
    today = house.today()
    return _open(house.store.evaluations.all(cohort.manifest.gathering, today), today, members)


def _surveys(house: House, cohort: Cohort, members: list[Member]) -> list[Cause]:
    """While a wave of the survey is open, the same."""
    survey, _ = look(house, cohort)
    return _open(survey.waves, house.today(), members)


def _open(waves: Iterable[Wave | SurveyWave], today: date, members: list[Member]) -> list[Cause]:
    wave = next((each for each in waves if each.state(today) == "open"), None)
    able = [each for each in members if each.role is Role.LEADER and each.enrolled]
    return [Cause(each.person, each.role, each.group, wave=wave) for each in able if wave is not None]


def _endings(house: House, cohort: Cohort, members: list[Member]) -> list[Cause]:
    """Everyone who has something here that will be deleted, while a notice of it is due: those who have left too."""
    ending = read(house.store, cohort, house.today())
    if ending is None or ending.next is None:
        return []
    owners = [each for each in members if each.role is Role.LEADER] + house.store.people.left(cohort.manifest.gathering)
    return [Cause(each.person, each.role, each.group, ending=ending) for each in owners if each.enrolled]


def _due(house: House, cohort: Cohort, step: Step, day: date) -> Due:
    return Due(step.title, day, house.settings.origin + url(cohort.manifest, step))


def _calendars(house: House, cohort: Cohort, members: list[Member]) -> list[Cause]:
    """Meetings to come that a calendar has not been told of as they are now, and those that are off for someone."""
    told = house.store.mailings.marks(cohort.manifest.gathering)
    known = {(mark.group, mark.step, mark.person): mark for mark in told}
    wanted = {(mark.group, mark.step, mark.person): mark for mark in _meetings(house, cohort, members)}
    today = house.today()
    found = []
    for key, mark in wanted.items():
        before = known.get(key)
        stands = before is not None and not before.cancelled
        ahead = mark.day >= today or (stands and before is not None and before.day >= today)
        if ahead and not (stands and before is not None and _same(before, mark)):
            sequence = _sequence(mark, before, [each for each in told if (each.group, each.step) == key[:2]])
            found.append((replace(mark, sequence=sequence), stands))
    for key, before in known.items():
        if key not in wanted and not before.cancelled and before.day >= today:
            found.append((replace(before, cancelled=True, sequence=before.sequence + 1), True))
    people = {each.person.id: each.person for each in members}
    listed = [_meeting(house, people, mark, stands) for mark, stands in found]
    return sorted(listed, key=lambda each: (each.person.name, each.person.email, each.mark.day if each.mark else today))


def _meeting(house: House, people: dict[str, Person], mark: CalendarMark, moved: bool) -> Cause:
    person = people.get(mark.person) or house.store.people.person(mark.person)
    assert person is not None  # nobody whom the store has known is ever forgotten
    return Cause(person, Role.LEADER, mark.group, mark=mark, moved=moved)


def _meetings(house: House, cohort: Cohort, members: list[Member]) -> Iterable[CalendarMark]:
    """Each leader's workshops, as the own group goes by."""
    gathering = cohort.manifest.gathering
    moved = _moved(house, gathering, members)
    for each in (each for each in members if each.role is Role.LEADER and each.group):
        for step in cohort.manifest.steps:
            day = own_day(step, moved[each.group])
            if step.kind in MEETINGS and day is not None:
                where = (gathering, each.group, step.name, each.person.id)
                yield CalendarMark(*where, 0, step.title, day, step.starts, step.minutes, step.place)


def _moved(house: House, gathering: str, members: list[Member]) -> dict[str, dict[str, date]]:
    """The days that each group has moved for itself."""
    return {group: house.store.progress.dates(gathering, group) for group in {each.group for each in members}}


def _same(one: CalendarMark, other: CalendarMark) -> bool:
    return replace(one, sequence=0, person="", cancelled=False) == replace(other, sequence=0, person="", cancelled=False)


def _sequence(mark: CalendarMark, before: CalendarMark | None, told: list[CalendarMark]) -> int:
    """The number of a meeting's wording: the same for all who are told the same, and higher than what was told before."""
    newest = max(told, key=lambda each: (each.sequence, not each.cancelled), default=None)
    if newest is None:
        return 0
    number = newest.sequence + (newest.cancelled or not _same(newest, mark))
    return max(number, -1 if before is None else before.sequence + 1)


def _leaders(house: House, each: Cause) -> list[Person]:
    """Who is asked to a meeting: the group; whoever is no longer to come is told alone."""
    assert each.mark is not None
    if each.mark.cancelled:
        return [each.person]
    members = house.store.people.members(each.mark.gathering)
    return [one.person for one in members if one.role is Role.LEADER and one.group == each.group]


_FINDERS: Final = {
    MailingKind.INVITATION: _invitations,
    MailingKind.REMINDER: _reminders,
    MailingKind.CALENDAR: _calendars,
    MailingKind.EVALUATION: _evaluations,
    MailingKind.SURVEY: _surveys,
    MailingKind.RETENTION: _endings,
}
