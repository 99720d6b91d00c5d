"""What others have seen, heard and written about one leader, each with what it is about: for the living foundation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..model import Activity, Roster
from ..store import Membership, Parcel, Session, Store
from ..vocabulary import GIFTS
from .circle import Circle, circle
from .drafts import Drafts, become, lines_of
from .feedback import LINES, QUESTIONS, Feedback
from .house import House
from .shelf import Cohort
from .visits import Visits, mine_of


@dataclass(frozen=True)
class Heard:
    """All of it that one leader may read. Every method asks the store."""

    store: Store
    circle: Circle
    roster: Roster

    def all(self) -> list[dict[str, Any]]:
        """Each as a page is told it: ``kind``, ``name`` (who), ``said`` (pairs of a question and a text), and what it is
        about: ``step`` for a visit, ``line`` for a sentence as it was, and ``now`` for what it has become, or "".
        """
        return [*self._visits(), *self._feedback(), *self._gifts()]

    def _visits(self) -> Iterator[dict[str, Any]]:
        for step in self.circle.manifest.steps:
            if step.period is None or step.period.activity is not Activity.JOB_VISIT:
                continue
            cards = Visits(self.store, self.circle, self.roster, step.name).given("visit")
            if mine_of(cards, self.circle.me) is None:
                continue  # nobody reads the other's before having written
            for card in cards:
                if card.author.id != self.circle.me:
                    parts = [(part["title"], part["text"]) for part in (card.content or {})["parts"]]
                    yield self._told("visit", card, parts, step=step.name)

    def _feedback(self) -> Iterator[dict[str, Any]]:
        drafts, feedback = Drafts(self.store, self.circle), Feedback(self.store, self.circle)
        received, present = feedback.received(), drafts.present()
        for draft in drafts.all():
            given = received.get(draft.id, [])
            if draft.author.id != self.circle.me or not feedback.ready(draft, {each.author.id for each in given}):
                continue
            lines, now = lines_of(draft), become(draft, present)
            for parcel in given:
                content = parcel.content or {LINES: {}}
                for number, text in content[LINES].items():
                    line = lines.get(int(number), "")
                    yield self._told("line", parcel, [("", text)], line=line, now=now.get(line, ""))
                for part in QUESTIONS:
                    if content.get(part, "").strip():
                        yield self._told(part, parcel, [("", content[part])])

    def _gifts(self) -> Iterator[dict[str, Any]]:
        for kind in GIFTS:
            for parcel in self.store.parcels.opened(self.circle.unlocked, self.circle.gathering, kind):
                if parcel.author.id != self.circle.me and parcel.withdrawn_at is None and parcel.content:
                    yield self._told(kind, parcel, [("", parcel.content["text"])])

    def _told(self, kind: str, parcel: Parcel, said: list[tuple[str, str]], **about: str) -> dict[str, Any]:
        name = self.circle.name(parcel.author.id, parcel.author.name)
        return {"kind": kind, "name": name, "said": said, "step": "", "line": "", "now": ""} | about


async def heard(house: House, session: Session, cohort: Cohort, mine: Membership) -> list[dict[str, Any]]:
    """All that a leader may read of what others have said."""

    def found() -> list[dict[str, Any]]:
        here = circle(house.store, cohort.manifest, session.unlocked, mine.group)
        return Heard(house.store, here, cohort.roster).all()

    return await house.ask(found)
