"""Job visits over the wire."""

from collections.abc import Iterable
from typing import Any

from ..store import Parcel, Person
from .answers_api import open_step
from .circle import Circle, circle
from .living import Promises, promises
from .visits import KINDS, Visits, mine_of
from .web import Api


class VisitHandler(Api):
    """The job visits of one period."""

    async def get(self, gathering: str, step: str) -> None:
        """GET: who is visited, and the cards that can be read: the others' guest cards only once mine is given.

        And the promise that the visit tested, if the leader has chosen one.
        """
        visits = await self._visits(gathering, step)
        known = await promises(self, *await self.leader(gathering))
        self.reply(await self.house.ask(_told, visits, known))

    async def post(self, gathering: str, step: str) -> None:
        """POST: give a card, "host" or "visit"."""
        body = self.body(card=str, share_id=str)
        cohort, mine = await self.leader(gathering)
        await open_step(self, cohort, mine.group, step)
        visits = await self._visits(gathering, step)
        parcel = await self.house.ask(visits.give, body["card"], body["share_id"])
        self.reply({"given": parcel.id})

    async def _visits(self, gathering: str, step: str) -> Visits:
        cohort, mine = await self.leader(gathering)
        store, unlocked = self.house.store, self.signed_in.unlocked
        here = await self.house.ask(circle, store, cohort.manifest, unlocked, mine.group)
        return Visits(store, here, cohort.roster, step)


def _told(here: Visits, known: Promises) -> dict[str, Any]:
    """Everything the page's script shows."""
    step, circle = here.step, here.circle
    others = here.others()
    cards = {card: here.given(card) for card in KINDS}
    mine = {card: mine_of(found, circle.me) for card, found in cards.items()}
    seen = {"host": cards["host"], "visit": cards["visit"] if mine["visit"] else []}
    written = {card: any(answer.text.strip() for answer in here.present(card).values()) for card in KINDS}
    return {
        "step": step.name,
        "others": [circle.name(person.id, person.name) for person in others],
        "absent": [circle.name(each.person.id, each.person.name) for each in here.pair() if not each.enrolled],
        "mine": {card: parcel.made_at.isoformat() if parcel else None for card, parcel in mine.items()},
        "written": written,
        "promise": known.of(here.sentence()),
        "missed": {card: _missed(mine[card], others, circle) for card in KINDS},
        "theirs": {card: _cards(found, circle) for card, found in seen.items()},
        "waiting": [circle.name(each.author.id, each.author.name) for each in cards["visit"] if each.author.id != circle.me]
        if not mine["visit"]
        else [],
    }


def _missed(given: Parcel | None, others: Iterable[Person], here: Circle) -> list[str]:
    """Who came after an own card was given, and has not got it."""
    return [here.name(each.id, each.name) for each in others if given and each.id not in given.readers]


def _cards(found: Iterable[Parcel], here: Circle) -> list[dict[str, Any]]:
    return [
        {"id": each.id, "from": here.name(each.author.id, each.author.name), "parts": (each.content or {})["parts"]}
        for each in found
        if each.author.id != here.me
    ]
