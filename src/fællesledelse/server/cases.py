"""Cases: what a leader brings to a network's meeting. Its owner shares it with the network alone, and takes it back."""

import re
from dataclasses import dataclass
from typing import Any, Final

from ..model import Field, Participant, Step, StepKind
from ..store import Answer, Member, Parcel, Store
from ..store.people import CASE
from ..vocabulary import MEETING
from . import cards
from .circle import Circle
from .web import Refused

CARD = re.compile(rf"{MEETING}\.(?P<step>[a-z0-9-]+)\.[a-z0-9-]+")
DUTIES: Final = (("Vært", "hosts"), ("Passer uret", "chairs"), ("Har en sag med", "cases"))
"""The duties at a meeting, in words, and where a participant has them."""


@dataclass(frozen=True)
class Cases:
    """One leader's case, by the beginning of its keys, and those of the others. Every method asks the store."""

    store: Store
    circle: Circle
    card: str

    @property
    def step(self) -> Step:
        """The meeting it is brought to. Raises Refused if there is no such case."""
        step = self.circle.manifest.step(step_of(self.card))
        if step is None or step.kind is not StepKind.MEETING or not cards.fields_of(step, self.card):
            raise Refused(404, "not-found", "Der er ingen sag på den side.")
        return step

    @property
    def fields(self) -> list[Field]:
        """Its fields, in the order of the page."""
        return cards.fields_of(self.step, self.card)

    def present(self) -> dict[str, Answer]:
        """The own texts by key, as they are stored."""
        return self.store.answers.read(self.circle.unlocked, self.circle.gathering, [field.key for field in self.fields])

    def shared(self) -> Parcel | None:
        """What the others can read of it now."""
        own = self.store.parcels.written(self.circle.unlocked, self.circle.gathering, CASE, self.card)
        return next(iter(cards.standing(own)), None)

    def theirs(self) -> list[Parcel]:
        """The cases that others have shared with the leader for this meeting."""
        found = self.store.parcels.opened(self.circle.unlocked, self.circle.gathering, CASE, self.card)
        return [parcel for parcel in cards.standing(found) if parcel.author.id != self.circle.me]

    def others(self) -> list[Member]:
        """The rest of the network, whether they have enrolled or not."""
        known = {person.id for person in self.circle.others}
        return [member for member in self.store.people.members(self.circle.gathering) if member.person.id in known]

    def missed(self) -> list[Member]:
        """Who has come since the case was shared, and can be handed it."""
        shared = self.shared()
        return [each for each in self.others() if shared and each.enrolled and each.person.id not in shared.readers]

    def share(self, share: str, seen: str) -> Parcel:
        """Freeze the case and seal it to the network, in place of what it had of it; the same id again does nothing more.

        ``seen`` is the mark of what the page showed the owner. Raises Refused.
        """
        before, present = self.shared(), self.present()
        if before is not None and before.id == share:
            return before
        if seen != cards.mark(present):
            raise Refused(409, "case-changed", "Sagen er ændret, siden du så den her. Læs den igennem igen, og del den så.")
        return self._let_go({"parts": cards.frozen(self.card, self.fields, present)}, share)

    def hand_on(self, share: str) -> Parcel:
        """Seal the case as it was shared to those who have come since, too. Raises Refused."""
        before = self.shared()
        if before is None or before.content is None:
            raise Refused(404, "not-found", "Du har ingen sag delt lige nu. Del den først.")
        return before if before.id == share or not self.missed() else self._let_go(before.content, share)

    def withdraw(self, share: str) -> Parcel:
        """Take it back from everyone. Raises Refused unless it is the owner's own."""
        shared = self.shared()
        if shared is None or shared.id != share:
            raise Refused(404, "not-found", "Den sag er ikke delt lige nu.")
        return self.store.parcels.withdraw(self.circle.unlocked, self.circle.gathering, share)

    def hindrance(self) -> str:
        """What keeps the leader from sharing; empty if nothing does."""
        if not self.circle.others:
            return "Du er alene i netværket lige nu, så der er ingen at dele med. Sagen bliver stående her hos dig."
        if not any(each.enrolled for each in self.others()):
            return "Ingen af de andre er begyndt endnu, så ingen kan læse med. Sagen bliver stående her hos dig."
        return ""

    def _let_go(self, content: dict[str, Any], share: str) -> Parcel:
        if words := self.hindrance():
            raise Refused(403, "alone", words)
        to = [each.person.id for each in self.others()]
        return cards.let_go(self.store, self.circle, CASE, self.card, content, to, share)


def step_of(card: str) -> str:
    """The name of the meeting that a case is brought to; empty where it is no case."""
    found = CARD.fullmatch(card)
    return found["step"] if found else ""


def duties(participants: tuple[Participant, ...], group: str, step: str) -> list[tuple[str, list[str]]]:
    """Each duty at a meeting in words, and the names of those of the group who have it."""
    here = [each for each in participants if group and each.group == group]
    return [(word, [each.name for each in here if step in getattr(each, duty)]) for word, duty in DUTIES]
