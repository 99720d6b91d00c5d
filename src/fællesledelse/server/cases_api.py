"""Cases over the wire: shared with the network, handed on to those who come later, and taken back."""

from collections.abc import Callable
from typing import Any, TypeVar

from ..danish import listed
from ..store import Parcel
from .answers_api import open_step
from .cards import frozen, mark, written
from .cases import Cases, step_of
from .circle import Circle
from .sharing_api import Shared

T = TypeVar("T")


class CaseApi(Shared):
    """Knows which case is asked for."""

    async def with_case(self, gathering: str, card: str, verb: Callable[[Cases], T]) -> T:
        """Run ``verb`` beside the event loop, with the leader's case."""
        return await self.within(gathering, lambda here: verb(Cases(self.house.store, here, card)))

    async def let_go(self, gathering: str, card: str, verb: Callable[[Cases], Parcel]) -> None:
        """Share or hand on, and let the others look."""
        cohort, mine = await self.leader(gathering)
        await open_step(self, cohort, mine.group, step_of(card))
        parcel = await self.with_case(gathering, card, verb)
        self.wake(gathering, parcel.group)
        self.reply({"shared": parcel.id})


class CaseHandler(CaseApi):
    """The case of a leader at a meeting, and those that the others have shared."""

    async def get(self, gathering: str, card: str) -> None:
        """GET: all of that."""
        self.reply(await self.with_case(gathering, card, _told))

    async def put(self, gathering: str, card: str) -> None:
        """PUT: share it as it stands."""
        body = self.body(share_id=str, seen=str)
        await self.let_go(gathering, card, lambda here: here.share(body["share_id"], body["seen"]))

    async def post(self, gathering: str, card: str) -> None:
        """POST: hand it on, as it was shared, to those who have come since."""
        share = self.body(share_id=str)["share_id"]
        await self.let_go(gathering, card, lambda here: here.hand_on(share))


class CaseBackHandler(CaseApi):
    """A case that was shared."""

    async def delete(self, gathering: str, card: str, share: str) -> None:
        """DELETE: take it back from everyone but its owner."""
        parcel = await self.with_case(gathering, card, lambda here: here.withdraw(share))
        self.wake(gathering, parcel.group)
        self.reply({"withdrawn": parcel.id})


def _told(here: Cases) -> dict[str, Any]:
    """Everything the page's scripts show of a case."""
    present, shared, others = here.present(), here.shared(), here.others()
    readable = not any(answer.sealed for answer in present.values())
    now = frozen(here.card, here.fields, present) if readable and written(here.fields, present) else []
    return {
        "written": bool(now),
        "locked": not readable,
        "seen": mark(present),
        "hindrance": here.hindrance(),
        "readers": [each.person.name for each in others if each.enrolled],
        "absent": [each.person.name for each in others if not each.enrolled],
        "rules": _rules(here.circle),
        "shared": shared and _shared(here, shared, now),
        "theirs": [_theirs(each) for each in here.theirs()],
    }


def _rules(circle: Circle) -> str:
    """What is still wanting of the network's rules: sharing waits for nobody, but who shares should know."""
    if not circle.standing.number:
        return "I har ikke aftalt spilleregler endnu. Det gør I på første møde og på netværkets første side."
    if not circle.standing.in_force:
        return f"Alle har ikke sagt ja til spillereglerne endnu. Det mangler {listed(circle.missing)}."
    return ""


def _shared(here: Cases, parcel: Parcel, now: list[dict[str, str]]) -> dict[str, Any]:
    everyone, me = here.circle.everyone, here.circle.me
    return {
        "id": parcel.id,
        "made_at": parcel.made_at.isoformat(),
        "readers": [name for person, name in everyone.items() if person in parcel.readers and person != me],
        "missed": [each.person.name for each in here.missed()],
        "changed": (parcel.content or {}).get("parts") != now,
    }


def _theirs(parcel: Parcel) -> dict[str, Any]:
    assert parcel.content is not None
    return {
        "id": parcel.id,
        "author": parcel.author.id,
        "from": parcel.author.name,
        "made_at": parcel.made_at.isoformat(),
        "parts": parcel.content["parts"],
    }
