"""Experiment cards over the wire, the promised day as a calendar file, and the board of what was learned."""

from collections.abc import Callable
from itertools import groupby
from typing import Any, TypeVar

from ..documents.calendar import promised
from ..model import Manifest, Role
from ..store import Parcel
from .answers_api import open_step
from .cards import mark, spoken
from .circle import Circle
from .experiments import KINDS, SUGGESTED, Experiments, Lesson, lessons, step_of
from .living import Promises, promises
from .pages import shell
from .path import url
from .sharing_api import Shared
from .web import Page, Refused

T = TypeVar("T")

NO_TRACK = "Uden øvebane"


class Cards(Shared):
    """Knows which card is asked for."""

    async def with_card(self, gathering: str, card: str, verb: Callable[[Experiments], T]) -> T:
        """Run ``verb`` beside the event loop, with the leader's card."""
        return await self.within(gathering, lambda here: verb(Experiments(self.house.store, here, card)))


class CardHandler(Cards):
    """One experiment card: what stands on it, who can read what of it, and the same card of the others in the group."""

    async def get(self, gathering: str, card: str) -> None:
        """GET: all of that, and the promise it belongs to."""
        known = await promises(self, *await self.leader(gathering))
        self.reply(await self.with_card(gathering, card, lambda here: _told(here, known)))

    async def put(self, gathering: str, card: str) -> None:
        """PUT: let go of it, ``to`` the "group" or the "board"."""
        body = self.body(share_id=str, to=str, parts=list, theme=str, success=bool, seen=str)
        cohort, mine = await self.leader(gathering)
        await open_step(self, cohort, mine.group, step_of(card))
        wanted = body["to"], body["share_id"], body["parts"], body["theme"], body["success"], body["seen"]
        parcel = await self.with_card(gathering, card, lambda here: here.give(*wanted))
        self.wake(gathering, parcel.group)
        self.reply({"shared": parcel.id})

    async def post(self, gathering: str, card: str) -> None:
        """POST: hand what hangs on the board on to those who have come since."""
        share = self.body(share_id=str)["share_id"]
        parcel = await self.with_card(gathering, card, lambda here: here.hand_on(share))
        self.wake(gathering, parcel.group)
        self.reply({"shared": parcel.id})


class CardBackHandler(Cards):
    """Something that was let go of."""

    async def delete(self, gathering: str, card: str, share: str) -> None:
        """DELETE: take it back from everyone but its owner."""
        parcel = await self.with_card(gathering, card, lambda here: here.withdraw(share))
        self.wake(gathering, parcel.group)
        self.reply({"withdrawn": parcel.id})


class PromiseHandler(Cards):
    """The day on which the leader has promised to try."""

    async def get(self, gathering: str, card: str) -> None:
        """GET: as a calendar file that reminds of it the day before. Nothing that was written is in it."""
        day = await self.with_card(gathering, card, lambda here: here.day())
        if day is None:
            raise Refused(400, "no-day", "Der er ingen dag på kortet endnu. Sæt den, så kan du lægge den i kalenderen.")
        key = f"{self.signed_in.unlocked.journal_key().hex()}{gathering}{card}"
        self.hand(promised(day, key, self.house.clock()), "text/calendar; charset=utf-8", "proevehandling.ics")


class BoardPage(Page):
    """What the cohort has learned by trying, as far as the owners have let it go: by track, the successes first."""

    template = "board.html"

    async def get(self, gathering: str) -> None:
        """For leaders and facilitators."""
        cohort, mine = await self.membership(gathering)
        opened, unlocked = self.house.store.parcels.opened, self.signed_in.unlocked
        found = lessons(await self.house.ask(opened, unlocked, gathering, KINDS["board"]), self.person)
        members = await self.house.ask(self.house.store.people.members, gathering)
        enrolled = {member.person.id for member in members if member.enrolled}
        theme = self.get_query_argument("tema", "")
        found = [each for each in found if not theme or each.theme == theme]
        self.show(
            self.template,
            **await shell(self, cohort, mine, "tavle"),
            tracks=_by_track([each for each in found if not each.success]),
            successes=[each for each in found if each.success],
            places={each.id: _place(cohort.manifest, each) for each in found},
            missed={each.id: len(enrolled - set(each.readers)) for each in found if each.mine},
            leads=mine.role is Role.LEADER,
            theme=theme,
        )


class BoardWall(BoardPage):
    """The same on the wall, one card at a time."""

    template = "board_wall.html"


def _place(manifest: Manifest, each: Lesson) -> str:
    """The address where an own card was let go, and can be taken back; empty for another's."""
    step = manifest.step(step_of(each.card)) if each.mine else None
    return f"{url(manifest, step)}#{each.card}" if step else ""


def _by_track(found: list[Lesson]) -> list[tuple[str, list[Lesson]]]:
    """The lessons of each track, in the order of their names; those without one are the last."""
    order = sorted(found, key=lambda each: (not each.track, each.track))
    return [(track or NO_TRACK, list(each)) for track, each in groupby(order, lambda each: each.track)]


def _told(here: Experiments, known: Promises) -> dict[str, Any]:
    """Everything the page's script shows of a card."""
    present, circle = here.present(), here.circle
    return {
        "parts": [
            {
                "name": here.name(field),
                "title": field.label,
                "text": spoken(field, present[field.key].text),
                "suggested": here.name(field) in SUGGESTED,
            }
            for field in here.fields
            if present[field.key].text.strip()
        ],
        "promise": known.of(here.sentence(present)),
        "locked": any(answer.sealed for answer in present.values()),
        "seen": mark(present),
        "hindrance": circle.hindrance(),
        "members": [circle.name(member.id) for member in circle.others],
        "themes": _themes(here),
        "shared": {to: _shared(here.given(to)) for to in KINDS},
        "missed": _missed(here),
        "theirs": [_theirs(parcel, circle) for parcel in here.theirs()],
    }


def _missed(here: Experiments) -> list[str]:
    """The names of those who have come since the card was hung on the board."""
    given = here.given("board")
    return [here.circle.name(each.id, each.name) for each in here.missed(given)] if given else []


def _themes(here: Experiments) -> list[str]:
    """The themes of the compass, those of the period's own learning goal first."""
    goal = here.step.period.goal if here.step.period else ""
    return [each.name for each in sorted(here.circle.manifest.compass, key=lambda each: each.goal != goal)]


def _shared(parcel: Parcel | None) -> dict[str, Any] | None:
    if parcel is None or parcel.content is None:
        return None
    return {
        "id": parcel.id,
        "made_at": parcel.made_at.isoformat(),
        "readers": len(parcel.readers) - 1,
        "parts": [part["name"] for part in parcel.content["parts"]],
        "theme": parcel.content["theme"],
        "success": parcel.content["success"],
    }


def _theirs(parcel: Parcel, circle: Circle) -> dict[str, Any]:
    assert parcel.content is not None
    return {
        "id": parcel.id,
        "from": circle.name(parcel.author.id, parcel.author.name),
        "made_at": parcel.made_at.isoformat(),
        "parts": parcel.content["parts"],
    }
