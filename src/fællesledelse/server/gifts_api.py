"""Sentences that leaders give one another: heard at the harvest, the promise as it was heard, words that landed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..store import Parcel, Store
from .answers_api import answer_json
from .circle import Circle, Permission
from .notes import ROUNDS
from .sharing_api import Shared
from .web import Refused

NEEDS: dict[str, Permission] = {"harvest": "harvest", "promise": "feedback", "words": "feedback"}
"""What the contract must allow for each kind."""


@dataclass(frozen=True)
class Gifts:
    """What one leader has given and been given of one kind. Every method asks the store."""

    store: Store
    circle: Circle
    kind: str

    def all(self) -> list[Parcel]:
        """Everything given and received, newest first."""
        return self.store.parcels.opened(self.circle.unlocked, self.circle.gathering, self.kind)

    def notes(self) -> list[str]:
        """The keys of the sentences on their way."""
        rounds = range(1, ROUNDS + 1)
        return [f"gift.{self.kind}.{member.id}.{number}" for member in self.circle.others for number in rounds]

    def give(self, gift: str, to: str, round_: int, step: str) -> Parcel:
        """Give someone of the group what stands in the note; the same id again gives nothing twice. Raises Refused."""
        earlier = self.store.parcels.get(self.circle.unlocked, self.circle.gathering, gift)
        if earlier is not None and earlier.kind == self.kind and earlier.author.id == self.circle.me:
            return earlier
        self.circle.check(NEEDS[self.kind])
        if to not in {member.id for member in self.circle.others} or not 1 <= round_ <= ROUNDS:
            raise Refused(403, "not-in-group", "Det kan kun gives til en, der er i din gruppe i dag. Hent siden igen.")
        if self.circle.manifest.step(step) is None:
            raise Refused(404, "not-found", "Trinet findes ikke her.")
        if any(self._same(parcel, to, round_) for parcel in self.all()):
            raise Refused(
                409, "given", f"Du har allerede givet {self.circle.name(to)} noget her. Tag det tilbage, hvis du vil rette."
            )
        content = {"text": self._text(to, round_), "to": to, "round": round_}
        place = self.circle.unlocked, self.circle.gathering, self.kind, content, [to]
        return self.store.parcels.post(*place, subject=f"{step}.{round_}", group=self.circle.group, parcel_id=gift)

    def withdraw(self, gift: str) -> Parcel:
        """Take a gift back. Raises Refused unless the leader gave it."""
        found = self.store.parcels.get(self.circle.unlocked, self.circle.gathering, gift)
        if found is None or found.kind != self.kind:
            raise Refused(404, "not-found", "Det findes ikke.")
        if found.author.id != self.circle.me:
            raise Refused(403, "not-yours", "Kun den, der har givet det, kan tage det tilbage.")
        return self.store.parcels.withdraw(self.circle.unlocked, self.circle.gathering, gift)

    def told(self) -> dict[str, Any]:
        """Everything of the kind as the page's script reads it."""
        everything, here = self.all(), self.circle
        notes = self.store.answers.read(here.unlocked, here.gathering, self.notes())
        hindrance = here.hindrance(NEEDS[self.kind])
        return {
            "given": [self._given(parcel) for parcel in everything if parcel.author.id == here.me],
            "received": [self._received(parcel) for parcel in everything if parcel.author.id != here.me],
            "members": [{"id": member.id, "name": here.name(member.id)} for member in here.others],
            "notes": {key: answer_json(answer) for key, answer in sorted(notes.items())},
            "allowed": not hindrance,
            "hindrance": hindrance,
        }

    def _text(self, to: str, round_: int) -> str:
        """The sentence as it stands in the note. Raises Refused if there is none."""
        key = f"gift.{self.kind}.{to}.{round_}"
        answer = self.store.answers.read(self.circle.unlocked, self.circle.gathering, [key])[key]
        if not answer.text.strip():
            raise Refused(400, "empty-gift", "Der er ikke skrevet noget endnu.")
        return answer.text

    def _same(self, parcel: Parcel, to: str, round_: int) -> bool:
        """Whether a parcel is what the leader has given someone in that round, and not taken back."""
        content = parcel.content or {}
        mine = parcel.author.id == self.circle.me and parcel.withdrawn_at is None
        return mine and (content.get("to"), content.get("round")) == (to, round_)

    def _given(self, parcel: Parcel) -> dict[str, Any]:
        content = parcel.content or {}
        to = str(content.get("to", ""))
        return _told(parcel) | {"to": {"id": to, "name": self.circle.name(to)}, "text": content.get("text", "")}

    def _received(self, parcel: Parcel) -> dict[str, Any]:
        return _told(parcel) | {
            "from": self.circle.name(parcel.author.id, parcel.author.name),
            "text": (parcel.content or {}).get("text", ""),
        }


class Giving(Shared):
    """Changes the gifts of one kind."""

    async def change(self, gathering: str, kind: str, verb: Callable[[Gifts], Parcel]) -> None:
        """Change something, wake the group, and answer with everything of the kind."""

        def changed(here: Circle) -> tuple[Parcel, dict[str, Any]]:
            gifts = Gifts(self.house.store, here, kind)
            return verb(gifts), gifts.told()

        parcel, told = await self.within(gathering, changed)
        self.wake(gathering, parcel.group)
        self.reply(told)


class GiftsHandler(Giving):
    """The gifts of one kind."""

    async def get(self, gathering: str, kind: str) -> None:
        """GET: what I have given and been given, and what I am about to give."""
        self.reply(await self.within(gathering, lambda here: Gifts(self.house.store, here, kind).told()))

    async def post(self, gathering: str, kind: str) -> None:
        """POST: give someone what stands in my note to them."""
        body = self.body(to=str, round=int, gift_id=str, step=str)
        wanted = body["gift_id"], body["to"], body["round"], body["step"]
        await self.change(gathering, kind, lambda gifts: gifts.give(*wanted))


class GiftHandler(Giving):
    """One gift."""

    async def delete(self, gathering: str, kind: str, gift: str) -> None:
        """DELETE: take it back."""
        await self.change(gathering, kind, lambda gifts: gifts.withdraw(gift))


def _told(parcel: Parcel) -> dict[str, Any]:
    step, _, round_ = parcel.subject.rpartition(".")
    when = {"made_at": parcel.made_at.isoformat(), "withdrawn": parcel.withdrawn_at is not None}
    return {"id": parcel.id, "step": step, "round": int(round_), **when}
