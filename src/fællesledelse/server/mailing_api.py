"""Mailings as facilitators and the command line see and start them: the same functions behind both."""

import base64
import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from ..danish import COPENHAGEN, listed, near_day, short_day
from ..documents.cards import Card, cards
from ..errors import AccessError, DocumentError, StoreError
from ..model import Role
from ..store import LineState, Mailing, MailingKind, MailingLine, MailingState, Member
from .desk import DeskApi
from .house import House
from .letters import at
from .mailing_plan import ABOUT_ONE, Cause, about_the_same, causes, letter
from .operator_api import OperatorApi, mail_only, note_links
from .shelf import Cohort
from .survey_api import look
from .web import Refused

WORDS: Final = {
    LineState.WAITING: "Venter",
    LineState.SENDING: "Er på vej",
    LineState.SENT: "Sendt",
    LineState.REFUSED: "Afvist",
    LineState.UNCERTAIN: "Måske sendt",
    LineState.UNNEEDED: "Ikke nødvendig mere",
}
"""The states of a mail, as they are shown."""

TROUBLE: Final = {
    "asked": "Udsendelsen er sat på pause.",
    "restart": "Serveren blev startet igen, mens mailene blev sendt. Ingen får en mail to gange. Fortsæt, når du er klar.",
    "mail-server": "Mailserveren tager ikke imod. Intet er tabt. Bed it om at se efter, og fortsæt så.",
    "sender": "Mailserveren vil ikke sende fra vores afsenderadresse. Intet er tabt. Bed it om at se efter, og fortsæt så.",
    "store": "Serveren kan ikke skrive i sin database, måske fordi disken er fuld. Intet er tabt, og ingen får en mail to "
    "gange. Bed it om at se efter, og fortsæt så.",
    "fault": "Noget gik galt hos os. Intet er tabt, og ingen får en mail to gange. Prøv at fortsætte.",
}
"""Why a mailing stands still, and what to do."""

_TWICE: Final = {
    MailingKind.REMINDER: "en påmindelse",
    MailingKind.EVALUATION: "en mail om evalueringen",
    MailingKind.SURVEY: "en mail om spørgeskemaet",
}
"""What nobody gets twice on a day unless it is meant, besides links."""

STEERED: Final = tuple(kind for kind in MailingKind if kind is not MailingKind.RETENTION)
"""The kinds that people send and stop. That all will be deleted the server tells by itself, and nobody can stop that."""

_REASONS: Final = (
    (r"5\.1\.[0-9]|^55[013] ", "Adressen findes ikke hos modtageren. Se deltagerlisten efter."),
    (r"5\.2\.2|^552 ", "Modtagerens postkasse er fuld."),
    (r"^4", "Modtagerens mailserver tog ikke imod, selv om vi prøvede flere gange."),
    (r"", "Modtagerens mailserver ville ikke tage imod."),
)


@dataclass(frozen=True)
class Printed:
    """Cards for ``people`` (ids). ``mail_only``: the names of those who were left out."""

    pdf: bytes
    people: list[str]
    mail_only: list[str]


class MailingsHandler(DeskApi):
    """GET: who there is cause to write to, how far a mailing is, and what has been sent, by kind."""

    async def get(self, gathering: str) -> None:
        """No text of any mail, and no link."""
        cohort, _ = await self.facilitator(gathering)
        self.reply({str(kind): await told(self.house, cohort, kind) for kind in STEERED})


class LettersHandler(DeskApi):
    """GET: the mails that would be sent now, of the kind in ``?slags=``. Sends nothing."""

    async def get(self, gathering: str) -> None:
        """Word for word, but for the personal link, which nobody but its owner ever sees."""
        cohort, _ = await self.facilitator(gathering)
        kind = kind_of(self.get_query_argument("slags", MailingKind.INVITATION))
        self.reply({"letters": await letters(self.house, cohort, kind)})


class StartHandler(DeskApi):
    """POST: begin a mailing to ``people`` (ids). ``sure``: also to those who had a link or a mail today."""

    async def post(self, gathering: str) -> None:
        """It goes on after the answer."""
        cohort, _ = await self.facilitator(gathering)
        body = self.body(kind=str, people=list, sure_=bool)
        people = {each for each in body["people"] if isinstance(each, str)}
        self.reply(await start(self.house, cohort, kind_of(body["kind"]), people, body.get("sure", False)))
        self.note("mailing-begun")


class SteerHandler(DeskApi):
    """POST: pause a mailing, let it go on, or drop what waits of it."""

    def initialize(self, act: str) -> None:
        """Called by Tornado with what is to be done: "pause", "resume" or "drop"."""
        self._act = act

    async def post(self, gathering: str) -> None:
        """The mail that is on its way is never broken off."""
        cohort, _ = await self.facilitator(gathering)
        self.reply(await steer(self.house, cohort, kind_of(self.body(kind=str)["kind"]), self._act))
        self.note(f"mailing-{self._act}")


class AgainHandler(DeskApi):
    """POST: send one mail once more that was refused, or may have been sent."""

    async def post(self, gathering: str) -> None:
        """For that very person alone."""
        cohort, _ = await self.facilitator(gathering)
        body = self.body(mailing=str, number=int)
        self.reply(await again(self.house, cohort, body["mailing"], body["number"]))
        self.note("mailing-again")


class CardsHandler(DeskApi):
    """POST: invitations on paper for ``people`` (ids), as a PDF. The links are new: those sent before die.

    Nobody among them may be or have been in another gathering.
    """

    async def post(self, gathering: str) -> None:
        """The one file that holds links. It is for the printer, and is kept nowhere here."""
        cohort, _ = await self.facilitator(gathering)
        body = self.body(people=list, sure_=bool)
        people = {each for each in body["people"] if isinstance(each, str)}
        made = await printed(self.house, cohort, people, body.get("sure", False), self.person)
        self.note("cards")
        note_links(self, gathering, made.people)
        self.hand(made.pdf, "application/pdf", "invitationer.pdf")


class OperatorMailingsHandler(OperatorApi):
    """POST: what the handlers above do, for the command line; ``act`` names it."""

    async def post(self) -> None:
        """``email``: to that one person alone."""
        body = self.body(gathering=str, kind=str, act=str, email_=str, sure_=bool)
        cohort = await self.house.cohort(body["gathering"])
        if cohort is None:
            raise Refused(404, "not-found", f"Serveren har intet hold, der hedder {body['gathering'][:40]!r}.")
        kind, sure = kind_of(body["kind"]), body.get("sure", False)
        people = await self._people(cohort, body.get("email"))
        if body["act"] == "told":
            self.reply(await told(self.house, cohort, kind))
        elif body["act"] == "letters":
            found = await letters(self.house, cohort, kind)
            self.reply({"letters": [each for each in found if people is None or each["person"] in people]})
        elif body["act"] == "start":
            self.reply(await start(self.house, cohort, kind, people, sure))
            self.note("mailing-begun")
        elif body["act"] == "resume":
            self.reply(await steer(self.house, cohort, kind, "resume"))
            self.note("mailing-resume")
        elif body["act"] == "cards":
            made = await printed(self.house, cohort, people, sure, "operator")
            self.note("cards")
            note_links(self, body["gathering"], made.people)
            told_of = {"count": len(made.people), "mail_only": made.mail_only}
            self.reply({"pdf": base64.b64encode(made.pdf).decode()} | told_of)
        else:
            raise Refused(400, "bad-request", "Det kan serveren ikke. Er programmet på maskinen ældre end serveren?")

    async def _people(self, cohort: Cohort, email: str | None) -> set[str] | None:
        if email is None:
            return None
        members = await self.house.ask(self.house.store.people.members, cohort.manifest.gathering)
        found = {each.person.id for each in members if each.person.email == email}
        if not found:
            raise Refused(404, "not-found", "Ingen på holdet har den e-mailadresse. Se deltagerlisten efter.")
        return found


def kind_of(text: str) -> MailingKind:
    """The kind of that name. Raises Refused."""
    if text not in STEERED:
        raise Refused(400, "bad-request", "Den slags mail findes ikke.")
    return MailingKind(text)


async def told(house: House, cohort: Cohort, kind: MailingKind) -> dict[str, Any]:
    """``people`` there is cause to write to, ``mailing`` (or None) and the ``record`` of what was sent; ready for JSON."""
    return await house.ask(_told, house, cohort, kind)


async def letters(house: House, cohort: Cohort, kind: MailingKind) -> list[dict[str, str]]:
    """Every mail that would be sent now: ``person``, ``name``, ``email``, ``subject``, ``text``."""

    def written() -> list[dict[str, str]]:
        return [{"person": each.person.id} | _shown(house, cohort, each) for each in causes(house, cohort, kind)]

    return await house.ask(written)


async def start(house: House, cohort: Cohort, kind: MailingKind, people: set[str] | None, sure: bool) -> dict[str, Any]:
    """Begin a mailing to ``people``, or to all that ``told`` has chosen; how it stands then. Raises Refused."""
    wanted = await house.ask(_wanted, house, cohort, kind, people, sure)
    lines = [each.planned for each in wanted]
    mailing = await _durably(house, house.store.mailings.begin, cohort.manifest.gathering, kind, lines)
    house.sending.go(house, mailing)
    return await told(house, cohort, kind)


async def steer(house: House, cohort: Cohort, kind: MailingKind, act: str) -> dict[str, Any]:
    """Pause, resume or drop the mailing of that kind; how it stands then. Raises Refused."""
    mailing = await house.ask(_current, house, cohort, kind)
    if mailing is None:
        raise Refused(404, "not-found", "Der er ingen udsendelse i gang.")
    try:
        if act == "pause":
            await house.sending.pause(house, mailing)
        elif act == "resume":
            await house.sending.resume(house, mailing)
        else:
            await house.ask(house.store.mailings.drop, mailing.id)
    except StoreError:
        raise Refused(503, "store", TROUBLE["store"]) from None
    return await told(house, cohort, kind)


async def again(house: House, cohort: Cohort, mailing: str, number: int) -> dict[str, Any]:
    """Send one line once more; how its kind stands then. Raises Refused or AccessError."""
    all_of_them = await house.ask(house.store.mailings.all, cohort.manifest.gathering)
    found = next((each for each in all_of_them if each.id == mailing), None)
    if found is None or found.kind not in STEERED:
        raise Refused(404, "not-found", "Den udsendelse findes ikke.")
    await house.sending.again(house, found, number)
    return await told(house, cohort, found.kind)


async def printed(house: House, cohort: Cohort, people: set[str] | None, sure: bool, asker: str) -> Printed:
    """Invitations on paper with new links. ``asker``: whose line for files it waits in.

    Whoever is or has been in another gathering gets a link by mail alone: without ``people`` they are left out. Raises
    Refused, also where ``people`` name one of them.
    """
    wanted, mail_only = await house.ask(_printable, house, cohort, people, sure)
    try:
        return await house.ask_for_file(asker, _cards, house, cohort, wanted, mail_only)
    except DocumentError as problem:
        raise Refused(503, "not-made", str(problem)) from problem


async def _durably(house: House, verb: Callable[..., str], *args: Any) -> str:
    try:
        return await house.ask(verb, *args)
    except StoreError:
        raise Refused(503, "store", TROUBLE["store"]) from None


def _printable(house: House, cohort: Cohort, people: set[str] | None, sure: bool) -> tuple[list[Cause], list[str]]:
    """Who gets a card, and the names of those who get none. Raises Refused."""
    elsewhere = house.store.people.elsewhere(cohort.manifest.gathering)
    invited = causes(house, cohort, MailingKind.INVITATION)
    meant = [each.person for each in invited if people is None or each.person.id in people]
    names = [person.name for person in meant if person.id in elsewhere]
    if names and (people is not None or len(names) == len(meant)):
        raise Refused(409, "mail-only", mail_only(names), names=names)
    return _wanted(house, cohort, MailingKind.INVITATION, people, sure, without=elsewhere), names


def _cards(house: House, cohort: Cohort, wanted: list[Cause], mail_only: list[str]) -> Printed:
    """Only the newest link of a person works, so whoever begins while the cards are made gets none."""
    roster = {each.email: each for each in cohort.roster.participants}
    made, people = [], []
    for each in wanted:
        try:
            token = house.store.invitations.invite(each.person.id, cohort.manifest.gathering, shown=True)
        except AccessError:
            continue
        about = roster.get(each.person.email)
        title, department = (about.title, about.department) if about else ("", "")
        made.append(Card(each.person.name, title, department, f"{house.settings.origin}/invitation#{token}"))
        people.append(each.person.id)
    facilitators = [each.name for each in cohort.roster.participants if each.role is Role.FACILITATOR]
    return Printed(cards(made, cohort.manifest.name, listed(facilitators), cohort.manifest.kind), people, mail_only)


def _wanted(
    house: House, cohort: Cohort, kind: MailingKind, people: set[str] | None, sure: bool, without: Container[str] = ()
) -> list[Cause]:
    """The mails to send to those who are meant. Raises Refused where that is nobody, or would trouble someone twice."""
    entries = {each["person"]: each for each in _told(house, cohort, kind)["people"]}
    if people is None:
        people = {person for person, entry in entries.items() if entry["chosen"] or entry["fresh"]}
    wanted = [each for each in causes(house, cohort, kind) if each.person.id in people and each.person.id not in without]
    if not wanted:
        raise Refused(404, "nobody", "Der er ingen at sende til lige nu.")
    fresh = list(dict.fromkeys(each.person.name for each in wanted if entries[each.person.id]["fresh"]))
    if fresh and not sure:
        what = _TWICE.get(kind, "et link")
        words = f"{listed(fresh)} har allerede fået {what} i dag. Send kun igen, hvis du er sikker."
        raise Refused(409, "fresh", words, names=fresh)
    return wanted


def _told(house: House, cohort: Cohort, kind: MailingKind) -> dict[str, Any]:
    gathering = cohort.manifest.gathering
    mailing = _current(house, cohort, kind)  # before its lines: of one that is done they must all be known
    lines = [line for line in house.store.mailings.lines(gathering) if line.kind is kind]
    members = house.store.people.members(gathering)
    titles = {step.name: step.title for step in cohort.manifest.steps}
    if kind is MailingKind.EVALUATION:
        titles = {wave.id: wave.title for wave in house.store.evaluations.all(gathering, house.today())}
    if kind is MailingKind.SURVEY:
        titles = {wave.id: wave.title for wave in look(house, cohort)[0].waves}
    return {
        "outbox": not house.mailer.has_server,
        "people": _people(house, cohort, kind, lines),
        "begun": [_named(each) for each in members if each.enrolled and each.role is Role.LEADER],
        "leaders": sum(each.role is Role.LEADER for each in members),
        "mailing": None if mailing is None else _standing(house, mailing, lines),
        "record": [_recorded(titles, line, lines) for line in lines],
    }


def _current(house: House, cohort: Cohort, kind: MailingKind) -> Mailing | None:
    """The mailing of that kind that is not done, else the newest."""
    found = [each for each in house.store.mailings.all(cohort.manifest.gathering) if each.kind is kind]
    return min(found, key=lambda each: each.state is MailingState.DONE, default=None)


def _people(house: House, cohort: Cohort, kind: MailingKind, lines: list[MailingLine]) -> list[dict[str, Any]]:
    """One entry for each person there is cause to write to.

    ``chosen``: nothing speaks against it. ``mail_only``: no one else may see a link of theirs.
    """
    links = house.store.mailings.links(cohort.manifest.gathering) if kind is MailingKind.INVITATION else {}
    elsewhere = house.store.people.elsewhere(cohort.manifest.gathering)
    entries: dict[str, dict[str, Any]] = {}
    for each in causes(house, cohort, kind):
        last = _last(lines, each, kind)
        entry = entries.setdefault(
            each.person.id,
            {
                "person": each.person.id,
                "name": each.person.name,
                "email": each.person.email,
                "group": each.group,
                "leader": each.role is Role.LEADER,
                "mail_only": each.person.id in elsewhere,
                "about": [],
                "note": "",
                "chosen": True,
                "fresh": False,
            },
        )
        entry["about"] += _about(each, house.today())
        entry["note"] = _note(last, links.get(each.person.id), kind)
        today = _is_today(house, links.get(each.person.id)) or (
            kind in _TWICE and last is not None and last.state is LineState.SENT and _is_today(house, last.changed_at)
        )
        entry["fresh"] = entry["fresh"] or today
        doubtful = last is not None and last.state in (LineState.UNCERTAIN, LineState.REFUSED)
        entry["chosen"] = entry["chosen"] and not today and not doubtful
    return list(entries.values())


def _last(lines: Iterable[MailingLine], each: Cause, kind: MailingKind) -> MailingLine | None:
    """The newest line about the same."""
    own = [line for line in lines if line.person.id == each.person.id]
    if kind in ABOUT_ONE:
        own = [line for line in own if about_the_same(each, line)]
    return max(own, key=lambda line: line.changed_at, default=None)


def _about(each: Cause, today: date) -> list[str]:
    if each.mark is not None:
        mark = each.mark
        change = "Afmeldes: " if mark.cancelled else "Ændret: " if each.moved else ""
        return [f"{change}{mark.title}, {near_day(mark.day, today)} {at(mark.starts)}".rstrip()]
    if each.wave is not None:
        return [f"{each.wave.title}, til og med {short_day(each.wave.closes)}"]
    return [f"{due.title}, {short_day(due.day)}" for _, due in each.due]


def _note(last: MailingLine | None, link: datetime | None, kind: MailingKind) -> str:
    if last is not None and (last.state is not LineState.SENT or link is None or link <= last.changed_at):
        return " ".join(filter(None, (f"{WORDS[last.state]} {_day(last.changed_at)}.", _why(last))))
    if link is not None:
        return f"Fik et link {_day(link)}."
    return "Ikke inviteret endnu." if kind is MailingKind.INVITATION else ""


def _standing(house: House, mailing: Mailing, lines: list[MailingLine]) -> dict[str, Any]:
    own = [line for line in lines if line.mailing == mailing.id]
    counts = {str(state): sum(line.state is state for line in own) for state in LineState}
    state, trouble = mailing.state, mailing.trouble
    if state is MailingState.UNDER_WAY and (stuck := house.sending.trouble(mailing.id)):
        state, trouble = MailingState.PAUSED, stuck
    next_try = house.sending.next_try(mailing.id)
    return {
        "id": mailing.id,
        "state": state,
        "words": TROUBLE.get(trouble, ""),
        "counts": counts,
        "total": len(own),
        "over": len(own) - counts[LineState.WAITING] - counts[LineState.SENDING],
        "next_try": None if next_try is None else f"{next_try.astimezone(COPENHAGEN):%H.%M.%S}",
    }


def _recorded(titles: dict[str, str], line: MailingLine, lines: list[MailingLine]) -> dict[str, Any]:
    same = [each for each in lines if (each.person.id, each.group, each.steps) == (line.person.id, line.group, line.steps)]
    newest = max(same, key=lambda each: each.changed_at)
    return {
        "mailing": line.mailing,
        "number": line.number,
        "name": line.person.name,
        "email": line.person.email,
        "about": [titles.get(name, name) for name in line.steps],
        "state": line.state,
        "words": WORDS[line.state],
        "why": _why(line),
        "day": _day(line.changed_at),
        "again": newest is line and line.state in (LineState.REFUSED, LineState.UNCERTAIN),
    }


def _why(line: MailingLine) -> str:
    """Why a mail was refused, in plain words and in the mail server's own."""
    if line.state is LineState.UNCERTAIN:
        return "Forbindelsen blev afbrudt, så ingen ved, om den er kommet frem."
    if line.state is not LineState.REFUSED:
        return ""
    said = f"{line.code} {line.reason}".strip()
    plain = next(words for pattern, words in _REASONS if re.search(pattern, said))
    return f"{plain} (Mailserveren svarede: {said})"


def _shown(house: House, cohort: Cohort, each: Cause) -> dict[str, str]:
    found = letter(house, cohort, each)
    return {"name": found.name, "email": found.email, "subject": found.subject, "text": found.text}


def _named(member: Member) -> dict[str, str]:
    return {"name": member.person.name, "email": member.person.email, "group": member.group}


def _is_today(house: House, moment: datetime | None) -> bool:
    return moment is not None and moment.astimezone(COPENHAGEN).date() == house.today()


def _day(moment: datetime) -> str:
    return short_day(moment.astimezone(COPENHAGEN).date())
