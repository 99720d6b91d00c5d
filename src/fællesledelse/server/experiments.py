"""Experiment cards as their owners let go of them: whole to the group, or in chosen parts onto the cohort's board."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..model import Field, Step
from ..store import Answer, Parcel, Person, Store
from ..vocabulary import PERIOD
from . import cards
from .cards import mark, standing
from .circle import Circle
from .web import Refused

KINDS = {"group": "experiment", "board": "lesson"}
"""What a card becomes, by who it is let go to."""

CARD = re.compile(rf"{PERIOD}\.(?P<step>[a-z0-9-]+)\.experiment-\d")
TRACK, DAY, SENTENCE = "track", "day", "sentence"
SUGGESTED = ("track", "hypothesis", "result.1.happened", "result.1.effect", "result.1.learned", "decision")
"""The parts of a card that others learn from: ticked until the owner chooses otherwise."""


@dataclass(frozen=True)
class Experiments:
    """One leader's card, by the beginning of its keys, and what was let go of it. Every method asks the store."""

    store: Store
    circle: Circle
    card: str

    @property
    def step(self) -> Step:
        """The period it stands in. Raises Refused if there is no such card."""
        step = self.circle.manifest.step(step_of(self.card))
        if step is None or not cards.fields_of(step, self.card):
            raise Refused(404, "not-found", "Det kort findes ikke her.")
        return step

    @property
    def fields(self) -> list[Field]:
        """Its fields, in the order of the page."""
        return cards.fields_of(self.step, self.card)

    def present(self) -> dict[str, Answer]:
        """The own texts by key, as they are stored."""
        return self.store.answers.read(self.circle.unlocked, self.circle.gathering, [field.key for field in self.fields])

    def name(self, field: Field) -> str:
        """The part of the key that is the field's own: "result.1.effect"."""
        return cards.name(self.card, field)

    def day(self) -> date | None:
        """The promised day, if there is one."""
        answer = self.present().get(f"{self.card}.{DAY}")
        return cards.day(answer.text) if answer else None

    def sentence(self, present: dict[str, Answer]) -> str:
        """The sentence of the foundation that it tests, or empty. ``present`` are the own texts."""
        answer = present.get(f"{self.card}.{SENTENCE}")
        return answer.text if answer else ""

    def given(self, to: str) -> Parcel | None:
        """What the others can read of it now."""
        own = self.store.parcels.written(self.circle.unlocked, self.circle.gathering, KINDS[to], self.card)
        return next(iter(standing(own)), None)

    def theirs(self) -> list[Parcel]:
        """The same card of the others in the group, as far as they have shared it."""
        found = self.store.parcels.opened(self.circle.unlocked, self.circle.gathering, KINDS["group"], self.card)
        return [parcel for parcel in standing(found) if parcel.author.id != self.circle.me]

    def give(self, to: str, share: str, parts: list[Any], theme: str, success: bool, seen: str) -> Parcel:
        """Freeze the card and seal it to its readers, in place of what they had of it; the same id again does nothing more.

        ``parts`` are names of fields, ``theme`` is one of the compass or empty. ``seen`` is the mark of what the page showed
        the owner. Raises Refused.
        """
        if to not in KINDS:
            raise Refused(400, "bad-request", "Siden og serveren forstår ikke hinanden. Hent siden igen.")
        before = self.given(to)
        if before is not None and before.id == share:
            return before
        if to == "group":
            self.circle.check()
        themes = [each.name for each in self.circle.manifest.compass]
        content = self._content(to, parts, seen) | {"success": success, "theme": theme if theme in themes else ""}
        place = self.store, self.circle, KINDS[to], self.card
        return cards.let_go(*place, content, self._readers(to), share)

    def missed(self, given: Parcel) -> list[Person]:
        """Who has come since it was hung on the board, and can't read it."""
        members = self.store.people.members(self.circle.gathering)
        return [each.person for each in members if each.enrolled and each.person.id not in given.readers]

    def hand_on(self, share: str) -> Parcel:
        """Let those who have come since read what hangs on the board, as it was hung up. Raises Refused."""
        given = self.given("board")
        if given is None:
            raise Refused(404, "not-found", "Kortet hænger ikke på tavlen.")
        late = [each.id for each in self.missed(given)]
        if not late:
            return given
        place = self.store, self.circle, KINDS["board"], self.card
        return cards.let_go(*place, given.content or {}, sorted({*given.readers, *late}), share)

    def withdraw(self, share: str) -> Parcel:
        """Take back what was given. Raises Refused unless it is the owner's own."""
        own = [parcel for to in KINDS if (parcel := self.given(to)) is not None]
        if all(parcel.id != share for parcel in own):
            raise Refused(404, "not-found", "Det er ikke et af dine kort.")
        return self.store.parcels.withdraw(self.circle.unlocked, self.circle.gathering, share)

    def _content(self, to: str, parts: list[Any], seen: str) -> dict[str, Any]:
        present = self.present()
        if seen != mark(present):
            raise Refused(409, "card-changed", "Kortet er ændret, siden du så det her. Se det igennem igen.")
        wanted = [field for field in self.fields if to == "group" or self.name(field) in parts]
        track = present.get(f"{self.card}.{TRACK}")
        return {
            "period": self.step.title,
            "track": track.text if track else "",
            "parts": cards.frozen(self.card, wanted, present),
        }

    def _readers(self, to: str) -> list[str]:
        """Who it is sealed to: the group, or on the board all leaders and those who show it in the room."""
        if to == "group":
            return [member.id for member in self.circle.others]
        return [member.person.id for member in self.store.people.members(self.circle.gathering) if member.enrolled]


@dataclass(frozen=True)
class Lesson:
    """A card on the board. ``card``: how the keys of its fields begin; ``parts``: pairs of a question and a text."""

    id: str
    card: str
    name: str
    period: str
    track: str
    theme: str
    success: bool
    parts: tuple[tuple[str, str], ...]
    mine: bool
    readers: tuple[str, ...]


def step_of(card: str) -> str:
    """The name of the period that a card stands in; empty where it is no experiment card."""
    found = CARD.fullmatch(card)
    return found["step"] if found else ""


def lessons(parcels: Iterable[Parcel], me: str) -> list[Lesson]:
    """What stands on the board, newest first."""
    return [_lesson(parcel, parcel.content, me) for parcel in standing(parcels) if parcel.content is not None]


def _lesson(parcel: Parcel, content: dict[str, Any], me: str) -> Lesson:
    parts = tuple((part["title"], part["text"]) for part in content["parts"] if part["name"] != TRACK)
    own = parcel.author.id == me
    about = content["period"], content["track"], content["theme"], bool(content["success"])
    return Lesson(parcel.id, parcel.subject, parcel.author.name, *about, parts, own, parcel.readers)
