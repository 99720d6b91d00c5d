"""Job visits: who goes to whom, the host's question before, and what each saw, which nobody reads before writing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..model import Activity, Field, Roster, Step
from ..store import Answer, Member, Parcel, Person, Store
from ..vocabulary import PERIOD
from .cards import fields_of, frozen, let_go, standing
from .circle import Circle
from .web import Refused

KINDS = {"host": "visit-host", "visit": "visit"}
"""The cards that are given: the host's, before, and the guest's, after. The keys of their fields go by the same names."""

SENTENCE = "home.sentence"
"""Where the leader says which promise the visit tested: on no card, so that it is never given to anyone."""


@dataclass(frozen=True)
class Visits:
    """One leader's job visits in one period. Every method asks the store."""

    store: Store
    circle: Circle
    roster: Roster
    name: str

    @property
    def step(self) -> Step:
        """The period. Raises Refused if nobody visits anybody in it."""
        step = self.circle.manifest.step(self.name)
        if step is None or step.period is None or step.period.activity is not Activity.JOB_VISIT:
            raise Refused(404, "not-found", "Der er ingen jobbesøg på den side.")
        return step

    def others(self) -> list[Person]:
        """Whom the leader visits, and is visited by: the others of the pair, as far as they have enrolled."""
        return [member.person for member in self.pair() if member.enrolled]

    def pair(self) -> list[Member]:
        """The others of the pair, whether they have enrolled or not."""
        mail = self.circle.unlocked.person.email
        own = next((each.visit for each in self.roster.participants if each.email == mail), "")
        mails = {each.email for each in self.roster.participants if own and each.visit == own and each.email != mail}
        return [member for member in self.store.people.members(self.circle.gathering) if member.person.email in mails]

    def key(self, card: str) -> str:
        """How the keys of a card's fields begin."""
        return f"{PERIOD}.{self.step.name}.{card}"

    def fields(self, card: str) -> list[Field]:
        """The fields of a card, in the order of the page."""
        return fields_of(self.step, self.key(card))

    def present(self, card: str) -> dict[str, Answer]:
        """What stands on an own card now."""
        keys = [field.key for field in self.fields(card)]
        return self.store.answers.read(self.circle.unlocked, self.circle.gathering, keys)

    def sentence(self) -> str:
        """The sentence of the foundation that the leader has chosen as the one the visit tested, or empty."""
        key = f"{PERIOD}.{self.step.name}.{SENTENCE}"
        return self.store.answers.read(self.circle.unlocked, self.circle.gathering, [key])[key].text

    def given(self, card: str) -> list[Parcel]:
        """The cards of a kind that can be read: the own, and those of the others."""
        found = self.store.parcels.opened(self.circle.unlocked, self.circle.gathering, KINDS[card], self.step.name)
        return standing(found)

    def give(self, card: str, share: str) -> Parcel:
        """Freeze an own card and seal it to the others. A guest's card is given once, and later only handed on as it was
        to those who have come since. Raises Refused.
        """
        others = self.others()
        if card not in KINDS:
            raise Refused(400, "bad-request", "Siden og serveren forstår ikke hinanden. Hent siden igen.")
        if not others:
            raise Refused(403, "no-pair", "Der er ingen at give kortet til endnu. Det venter her hos dig.")
        mine = mine_of(self.given(card), self.circle.me)
        once = mine is not None and card == "visit"
        to = {each.id for each in others} | (set(mine.readers) if mine and once else set())
        if mine is not None and (mine.id == share or (once and to <= set(mine.readers))):
            return mine
        content = mine.content if mine and once else self._frozen(card)
        place = self.store, self.circle, KINDS[card], self.step.name
        return let_go(*place, content or {}, sorted(to), share)

    def _frozen(self, card: str) -> dict[str, Any]:
        return {"parts": frozen(self.key(card), self.fields(card), self.present(card))}


def mine_of(parcels: Iterable[Parcel], me: str) -> Parcel | None:
    """The own one among the cards."""
    return next((parcel for parcel in parcels if parcel.author.id == me), None)
