"""What mails to many say. The texts are in ``templates/mail``: the subject on the first line, then the mail."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import jinja2

from ..danish import day as danish_day
from ..danish import listed
from ..documents.meetings import Invited, Meeting, cancellation, invitation
from ..model import Role, StepKind
from ..share import share
from ..store import CalendarMark, Person, SurveyWave, Wave
from .shelf import Cohort
from .term import LAST, Term

UNSEEN = "(linket bliver lavet, når mailen bliver sendt)"
"""Stands for a personal link wherever anyone but its owner may look."""


@dataclass(frozen=True)
class Letter:
    """A mail to one person. ``answers``: names and addresses that an answer goes to. ``method`` is the calendar's."""

    name: str
    email: str
    subject: str
    text: str = field(repr=False)
    made_at: datetime
    answers: tuple[tuple[str, str], ...] = ()
    calendar: bytes | None = field(default=None, repr=False)
    method: str = ""


@dataclass(frozen=True)
class Due:
    """A step that someone is reminded of: its title, the day of the own group, and the page's address."""

    title: str
    day: date
    page: str


@dataclass(frozen=True)
class Writer:
    """Writes the letters of one cohort. ``origin`` is the server's address, ``now`` the moment they carry."""

    cohort: Cohort
    origin: str
    now: datetime

    def invite(self, person: Person, role: Role, link: str) -> Letter:
        """An invitation with a personal link."""
        return self._letter("invitation.txt", person, leader=role is Role.LEADER, link=link)

    def remind(self, person: Person, due: Sequence[Due]) -> Letter:
        """A reminder that names steps, days and pages, and nothing else."""
        steps = [{"title": step.title, "day": danish_day(step.day), "page": step.page} for step in due]
        return self._letter("reminder.txt", person, steps=steps)

    def ask(self, person: Person, wave: Wave | SurveyWave) -> Letter:
        """The word that an evaluation or a wave of the survey is open, the same for everyone."""
        template, name = ("evaluation.txt", "evaluering") if isinstance(wave, Wave) else ("survey.txt", "spoergeskema")
        page = f"{self.origin}/hold/{self.cohort.manifest.gathering}/{name}"
        return self._letter(template, person, title=wave.title, last=danish_day(wave.closes), page=page)

    def end(self, person: Person, ending: Term, today: date) -> Letter:
        """The notice that is due of the end: when all is deleted, and until when one can write and fetch the own."""
        assert ending.next is not None  # else there is no cause to write
        gone = ending.told().gone(today)
        days = {"ends": danish_day(ending.next[0]), "gone": danish_day(gone), "written": danish_day(gone - LAST)}
        page = f"{self.origin}/hold/{self.cohort.manifest.gathering}/mit"
        stage = ending.next[1]
        is_open = stage != "last" and gone - LAST > today
        return self._letter("retention.txt", person, stage=stage, open=is_open, page=page, **days)

    def meet(self, person: Person, mark: CalendarMark, leaders: Sequence[Person], moved: bool) -> Letter:
        """A calendar invitation, an update of one, or the word that it is off for this person."""
        meeting = self._meeting(mark, leaders)
        change = "cancelled" if mark.cancelled else "moved" if moved else "new"
        told = {"title": mark.title, "day": danish_day(mark.day), "place": mark.place, "page": meeting.page}
        step = self.cohort.manifest.step(mark.step)
        for_all = step is not None and step.kind is StepKind.PERIOD
        group = "" if for_all else f"Gruppe {mark.group}" if mark.group.isdigit() else mark.group
        told |= {"time": at(mark.starts), "group": group}
        letter = self._letter("calendar.txt", person, change=change, **told)
        make, method = (cancellation, "CANCEL") if mark.cancelled else (invitation, "REQUEST")
        calendar = make(meeting, mark.sequence, self.now)
        return Letter(**{**vars(letter), "calendar": calendar, "method": method})

    def _meeting(self, mark: CalendarMark, leaders: Sequence[Person]) -> Meeting:
        facilitators = _facilitators(self.cohort)
        return Meeting(
            gathering=mark.gathering,
            group=mark.group,
            step=mark.step,
            title=mark.title,
            day=mark.day,
            minutes=max(1, mark.minutes),
            task="Åbn siden i god tid, og se, hvad du skal have klar.",
            page=f"{self.origin}/hold/{mark.gathering}/{mark.step}",
            organizer=Invited(*facilitators[0]) if facilitators else Invited(leaders[0].name, leaders[0].email),
            leaders=tuple(Invited(each.name, each.email) for each in leaders),
            starts=mark.starts,
            room=mark.place,
        )

    def _letter(self, template: str, person: Person, **context: Any) -> Letter:
        manifest = self.cohort.manifest
        facilitators = [each for each in _facilitators(self.cohort) if each[1] != person.email]
        told = {
            "name": person.name,
            "cohort": manifest.name,
            "organisation": manifest.organisation,
            "kind": manifest.kind.value,
            "contact": listed([f"{name} ({email})" for name, email in facilitators]),
            "signature": listed([name for name, _ in facilitators]) or manifest.organisation or manifest.name,
        }
        head, _, text = _texts().get_template(template).render(told | context).partition("\n\n")
        subject = " ".join(head.removeprefix("Emne: ").split())
        return Letter(person.name, person.email, subject, text, self.now, tuple(facilitators))


def at(starts: time | None) -> str:
    """A time of the day as one says it: "kl. 9.00"; empty for none."""
    return f"kl. {starts.hour}.{starts:%M}" if starts is not None else ""


def _facilitators(cohort: Cohort) -> list[tuple[str, str]]:
    return [(each.name, each.email) for each in cohort.roster.participants if each.role is Role.FACILITATOR]


@functools.cache
def _texts() -> jinja2.Environment:
    """Plain text: nothing is escaped."""
    loader = jinja2.FileSystemLoader(share("templates/mail"))
    return jinja2.Environment(
        loader=loader, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
