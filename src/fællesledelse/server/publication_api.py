"""Publication over the wire, its files, and the gallery of what has come out."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from ..danish import day as spoken
from ..documents import REVIEWS, months_after, pdf, reviews, word
from ..errors import CohortError, DocumentError
from ..model import Role
from ..names import slug
from ..store import Parcel
from ..vocabulary import DRAFT
from .circle import circle
from .lines import words
from .log import LOG
from .pages import BLANK, shell
from .publication import DIALOGUE, READERS, Publications, chosen, foundation, mark, published
from .shelf import Cohort
from .web import Api, Guarded, Page, Refused

T = TypeVar("T")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
REVIEW_FIELDS = {months: f"review.month-{months}" for months in REVIEWS}
STATES = {"waiting": "Udkommer", "out": "Udkommet", "replaced": "Afløst", "withdrawn": "Trukket tilbage"}


async def within(handler: Guarded, gathering: str, verb: Callable[[Publications], T]) -> T:
    """Run ``verb`` beside the event loop, with the publications of the leader who is asking."""
    cohort, mine = await handler.leader(gathering)
    store, unlocked, today = handler.house.store, handler.signed_in.unlocked, handler.house.today()
    title = title_of(cohort, unlocked.person.email)
    return await handler.house.ask(
        lambda: verb(Publications(store, circle(store, cohort.manifest, unlocked, mine.group), title, today))
    )


def title_of(cohort: Cohort, email: str) -> str:
    """A leader's title as it stands in the roster; empty if it isn't there."""
    return next((each for each in cohort.roster.participants if each.email == email), BLANK).title


class PublicationHandler(Api):
    """GET: what I have published and what I could publish now. PUT: publish it."""

    async def get(self, gathering: str) -> None:
        """Tidies on the way: a version whose day has come replaces those before it."""
        self.reply(await within(self, gathering, _overview))

    async def put(self, gathering: str) -> None:
        """Freeze what was chosen and seal it to its readers."""
        body = self.body(publication_id=str, day=str, readers=str, headings=list, dialogue_=list, seen_=str)
        choice = chosen(_day(body["day"]), body["readers"], body["headings"], body.get("dialogue", []))
        wanted = body["publication_id"], choice, body.get("seen")
        posted, told = await within(self, gathering, lambda here: (here.publish(*wanted), _told(here)))
        self.house.live.shared(gathering, posted.group)
        self.reply(told | {"posted": posted.id})


class WithdrawHandler(Api):
    """DELETE: take a publication back."""

    async def delete(self, gathering: str, publication: str) -> None:
        """From everyone but its author. A file somebody has is theirs."""
        taken, told = await within(self, gathering, lambda here: (here.withdraw(publication), _told(here)))
        self.house.live.shared(gathering, taken.group)
        self.reply(told)


class FoundationHandler(Api):
    """GET: a foundation as Word or PDF. ?publication=id, else ?number= of my own, else my draft with what is chosen."""

    async def get(self, gathering: str, kind: str) -> None:
        """Others' publications can be read as PDF; the Word file is the author's."""
        wanted, number = self.get_query_argument("publication", ""), self.get_query_argument("number", "")
        parcel = await within(self, gathering, lambda here: _wanted(here, wanted, number))
        if parcel is not None and kind == "docx" and parcel.author.id != self.person:
            raise Refused(403, "not-yours", "Word-filen er forfatterens. Du kan læse det her og hente det som PDF.")
        made = published(parcel) if parcel is not None else await within(self, gathering, self._draft)
        name = f"ledelsesgrundlag-{slug(made.name)}-version-{made.version}.{kind}"
        if kind == "pdf":
            self.hand(await self.house.ask_for_file(self.person, _made, lambda: pdf(made)), "application/pdf", name)
        else:
            template = self.house.shelf.template(gathering)
            filled = await self.house.ask_for_file(self.person, _made, lambda: _word(made, template, gathering))
            self.hand(filled, WORD, name)

    def _draft(self, here: Publications) -> Any:
        day = self.get_query_argument("day", "")
        headings = self.get_query_arguments("heading") or list(DRAFT)
        choice = chosen(_day(day) if day else here.today, "staff", headings, self.get_query_arguments("dialogue"))
        content = here.content(choice, here.present())
        return foundation(content, here.circle.whole_name, here.version(), choice.day)


class ReviewsHandler(Api):
    """GET: the three reviews as a calendar file."""

    async def get(self, gathering: str) -> None:
        """On the days the leader has set, else three, six and twelve months after the publication."""
        days = await within(self, gathering, _review_days)
        if not days:
            words = "Der er ingen dage at lægge i kalenderen endnu. Sæt mindst ét gensyn, eller udgiv dit ledelsesgrundlag."
            raise Refused(400, "no-days", words)
        key = self.signed_in.unlocked.journal_key().hex() + gathering
        self.hand(reviews(days, key, self.house.clock()), "text/calendar; charset=utf-8", "gensyn.ics")


class GalleryPage(Page):
    """What has come out in this cohort, and this reader may read."""

    async def get(self, gathering: str) -> None:
        """By name."""
        cohort, mine = await self.membership(gathering)
        if mine.role is not Role.LEADER:
            raise Refused(403, "forbidden", "Galleriet er for lederne. Det, de udgiver her, er til hinanden.")
        found = await within(self, gathering, lambda here: here.gallery())
        cards = [_card(parcel, gathering, self.person) for parcel in found]
        self.show("gallery.html", **await shell(self, cohort, mine, "galleri"), cards=cards)


class ReadingPage(Page):
    """One foundation, to be read."""

    async def get(self, gathering: str, publication: str) -> None:
        """The author's own too, before its day."""
        cohort, mine = await self.leader(gathering)
        parcel = await within(self, gathering, lambda here: here.readable(publication))
        context = await shell(self, cohort, mine, "galleri")
        waits = parcel.due is not None and parcel.due > self.house.today()
        card = _card(parcel, gathering, self.person)
        self.show("foundation.html", **context, card=card, foundation=published(parcel), waits=waits)


def _overview(here: Publications) -> dict[str, Any]:
    here.tidy()
    return _told(here)


def _told(here: Publications) -> dict[str, Any]:
    """Everything the page's script shows of publication."""
    present, mine, version = here.present(), here.mine(), here.version()
    suggested = here.store.answers.read(here.circle.unlocked, here.circle.gathering, ["publication.day"])["publication.day"]
    return {
        "now": {
            "headings": [_text(key, here.heading(key), present[key].text) for key in DRAFT],
            "dialogue": [_text(key, title, present[key].text) for key, title in DIALOGUE.items()] if version > 1 else [],
            "locked": any(answer.sealed for answer in present.values()),
            "empty": not any(present[key].text.strip() for key in DRAFT),
            "seen": mark(present),
        },
        "name": here.circle.whole_name,
        "title": here.title,
        "organisation": here.circle.manifest.organisation,
        "version": version,
        "today": here.today.isoformat(),
        "day": max(suggested.text, here.today.isoformat()) if _is_day(suggested.text) else here.today.isoformat(),
        "people": {readers: here.people(readers) for readers in READERS},
        "reviews": bool(_review_days(here)),
        "publications": [_json(here, parcel, mine) for parcel in mine],
    }


def _json(here: Publications, parcel: Parcel, mine: list[Parcel]) -> dict[str, Any]:
    content = parcel.content or {"readers": "", "headings": []}
    return {
        "id": parcel.id,
        "number": parcel.number,
        "day": parcel.due.isoformat() if parcel.due else None,
        "state": here.state(parcel, mine),
        "readers": content["readers"],
        "people": len(parcel.readers) - 1,
        "headings": [each["title"] for each in content["headings"] if each["text"].strip()],
        "readable": parcel.content is not None,
    }


def _text(key: str, title: str, text: str) -> dict[str, Any]:
    return {"key": key, "title": title, "text": text, "words": words([text])}


def _card(parcel: Parcel, gathering: str, me: str) -> dict[str, Any]:
    content = parcel.content or {}
    return {
        "id": parcel.id,
        "name": parcel.author.name,
        "title": content.get("title", ""),
        "number": parcel.number,
        "day": spoken(parcel.due) if parcel.due else "",
        "url": f"/hold/{gathering}/galleri/{parcel.id}",
        "mine": parcel.author.id == me,
    }


def _wanted(here: Publications, publication: str, number: str) -> Parcel | None:
    """The publication a request asks for; None: the draft as it stands. Raises Refused."""
    if publication:
        return here.readable(publication)
    if not number:
        return None
    found = next((parcel for parcel in here.mine() if str(parcel.number) == number and parcel.content), None)
    if found is None:
        raise Refused(404, "not-found", "Den version har du ikke udgivet.")
    return found


def _review_days(here: Publications) -> dict[int, date]:
    """The days of the reviews: the leader's own, and those missing counted from the first day it came out."""
    answers = here.store.answers.read(here.circle.unlocked, here.circle.gathering, REVIEW_FIELDS.values())
    own = {months: answers[key].text for months, key in REVIEW_FIELDS.items()}
    mine = [parcel.due for parcel in here.mine() if parcel.due and (parcel.withdrawn_at is None or parcel.due <= here.today)]
    counted = {months: months_after(min(mine), months) for months in REVIEWS} if mine else {}
    return counted | {months: date.fromisoformat(text) for months, text in own.items() if _is_day(text)}


def _made(make: Callable[[], bytes]) -> bytes:
    try:
        return make()
    except DocumentError as problem:
        raise Refused(503, "not-made", str(problem)) from problem


def _word(made: Any, template: bytes | None, gathering: str) -> bytes:
    """In the organisation's template; in the packaged one where theirs has stopped working since it was built."""
    try:
        return word(made, template)
    except (CohortError, DocumentError):
        if template is None:
            raise
        LOG.warning("The Word template of %s can't be filled in; the packaged one was used", gathering)
        return word(made)


def _day(text: str) -> date:
    if not _is_day(text):
        raise Refused(400, "bad-date", f"»{text[:20]}« er ikke en dato. Skriv den som 2026-09-02.")
    return date.fromisoformat(text)


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and date.fromisoformat(text).year < 9990
    except ValueError:
        return False
