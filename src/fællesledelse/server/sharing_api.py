"""Drafts and feedback over the wire. What is shared is read by those it was sealed to, and by nobody else."""

from collections.abc import Callable
from typing import Any, TypeVar

from ..store import Parcel
from .circle import Circle, circle
from .drafts import Drafts, become, draft_json
from .feedback import LINES, Feedback, mine_json, their_json
from .living import Promises, promises
from .web import Api

T = TypeVar("T")


class Shared(Api):
    """Knows the leader's circle."""

    async def within(self, gathering: str, verb: Callable[[Circle], T]) -> T:
        """Run ``verb`` beside the event loop, with the circle of the leader who is asking."""
        cohort, mine = await self.leader(gathering)
        store, unlocked = self.house.store, self.signed_in.unlocked
        return await self.house.ask(lambda: verb(circle(store, cohort.manifest, unlocked, mine.group)))

    def wake(self, gathering: str, *groups: str) -> None:
        """Let the pages of the groups look again."""
        for group in {*groups} - {""}:
            self.house.live.shared(gathering, group)


class DraftsHandler(Shared):
    """The drafts of the group."""

    async def get(self, gathering: str) -> None:
        """GET: what I have shared, what the others have shared with me, and my draft as it stands now."""
        self.reply(await self.within(gathering, self._overview))

    async def post(self, gathering: str) -> None:
        """POST: share my draft as it stands."""
        body = self.body(draft_id=str, answered_=list, seen_=str)
        shared = body["draft_id"], body.get("answered", []), body.get("seen")
        draft, told = await self.within(gathering, lambda here: self._share(here, *shared))
        self.wake(gathering, draft.group)
        self.reply(told)

    def _overview(self, here: Circle) -> dict[str, Any]:
        drafts, feedback = Drafts(self.house.store, here), Feedback(self.house.store, here)
        everything, given = drafts.all(), feedback.given()
        mine = [parcel for parcel in everything if parcel.author.id == here.me]
        theirs = [parcel for parcel in everything if parcel.author.id != here.me]
        return {
            "mine": [draft_json(parcel, here, None) for parcel in mine],
            "theirs": [their_json(feedback, each, _before(each, theirs), given.get(each.id)) for each in theirs],
            "now": drafts.now(mine),
            "hindrance": here.hindrance(),
            "contract": not here.hindrance(),
            "fades": here.standing.switches.fades,
            "written_feedback": not here.hindrance("feedback"),
            "members": [{"id": member.id, "name": here.name(member.id)} for member in here.others],
        }

    def _share(self, here: Circle, draft: str, answered: list[Any], seen: str | None) -> tuple[Parcel, dict[str, Any]]:
        parcel = Drafts(self.house.store, here).share(draft, answered, seen, self.house.today())
        return parcel, draft_json(parcel, here, None)


class DraftHandler(Shared):
    """One shared draft."""

    async def delete(self, gathering: str, draft: str) -> None:
        """DELETE: take it back from everyone but me."""
        store = self.house.store
        parcel, told = await self.within(gathering, lambda here: self._withdraw(Drafts(store, here), draft))
        self.wake(gathering, parcel.group)
        self.reply(told)

    def _withdraw(self, drafts: Drafts, draft: str) -> tuple[Parcel, dict[str, Any]]:
        parcel = drafts.withdraw(draft)
        return parcel, draft_json(parcel, drafts.circle, None)


class GivingHandler(Shared):
    """My feedback on somebody else's draft."""

    async def post(self, gathering: str, draft: str) -> None:
        """POST: give what stands in my notes. It can't be given twice, or taken back."""
        self.body()
        parcel = await self.within(gathering, lambda here: Feedback(self.house.store, here).give(draft))
        self.wake(gathering, parcel.group)
        self.reply({"at": parcel.made_at.isoformat(), **(parcel.content or {})})


class FeedbackHandler(Shared):
    """The feedback on my drafts."""

    async def get(self, gathering: str) -> None:
        """GET: by version, newest first: who has given, and what, once the group is ready for it."""
        known = await promises(self, *await self.leader(gathering))
        self.reply(await self.within(gathering, lambda here: self._received(here, known)))

    def _received(self, here: Circle, known: Promises) -> dict[str, Any]:
        drafts, feedback = Drafts(self.house.store, here), Feedback(self.house.store, here)
        received = feedback.received()
        mine = [parcel for parcel in drafts.all() if parcel.author.id == here.me]
        told = [mine_json(feedback, parcel, received.get(parcel.id, [])) for parcel in mine]
        present = drafts.present() if any(each["feedback"] for each in told) else {}
        for draft, parcel in zip(told, mine, strict=True):
            now = become(parcel, present) if draft["feedback"] else {}
            for remark in (line for each in draft["feedback"] for line in each[LINES]):
                remark["promise"] = known.of(now.get(remark["line"], ""))
        return {"drafts": told}


def _before(draft: Parcel, others: list[Parcel]) -> Parcel | None:
    """The version before a draft, if it can still be read. ``others`` are the newest first."""
    earlier = (each for each in others if each.author == draft.author and each.number < draft.number and each.content)
    return next(earlier, None)
