"""A group at one step: what it does together there, part by part of the page."""

from collections.abc import Callable
from dataclasses import dataclass

from ..model import Step
from ..vocabulary import own
from .copy import Call
from .player import Player
from .record import Record

OWN = ("release", "visit")
"""The parts of a page that someone without a group uses too."""

Group = tuple[Player, ...]


@dataclass(frozen=True)
class Meeting:
    """``people`` are the whole group, ``present`` those who came where the step is a workshop.

    ``whole``: it goes through the run sheet phase by phase; one group of each size does.

    Every verb only notes what fails.
    """

    group: str
    people: Group
    present: Group
    step: Step
    calls: tuple[Call, ...]
    record: Record
    whole: bool

    @property
    def alone(self) -> bool:
        """Whether there is nobody to be a group with: a leader without a group, or one who is left alone."""
        return not self.group or len(self.present) < 2

    def held(self) -> None:
        """Do what the page asks the group to do, in the order it stands there."""
        parts: dict[str, Callable[[str], None]] = {
            "contract": self._agree,
            "room": self._meet,
            "give": self._give,
            "share": self._share,
            "readings": self._read,
            "feedback": self._hear,
            "release": self._let_go,
            "visit": self._visit,
            "case": self._bring,
        }
        for name, word in self.calls:
            if name in parts and (not self.alone or name in OWN):
                parts[name](word)

    def _agree(self, _word: str) -> None:
        if not self.step.contract:
            return
        first, *others = self.people
        with self.record.attempt("contract", "At foreslå en kontrakt", first.person.name):
            number = first.propose()
            for other in others:
                with self.record.attempt("accepted", "At sige ja til kontrakten", other.person.name):
                    other.accept(number)

    def _meet(self, _word: str) -> None:
        first = self.present[0]
        with self.record.attempt("room", f"At gå gennem drejebogen til »{self.step.title}«", first.person.name):
            first.lead(self.step, [each.id for each in self.present], self.whole)

    def _give(self, kind: str) -> None:
        """Each to the next in the row, as listener and observer do."""
        for giver, to in zip(self.present, (*self.present[1:], self.present[0]), strict=True):
            with self.record.attempt("gift", f"At give en sætning på »{self.step.title}«", giver.person.name):
                giver.give_sentence(kind, to, self.step)

    def _share(self, _word: str) -> None:
        for each in self.people:
            with self.record.attempt("draft", f"At dele sit udkast på »{self.step.title}«", each.person.name):
                each.share()

    def _read(self, _word: str) -> None:
        for each in self.people:
            with self.record.attempt("reading", "At læse de andres udkast", each.person.name):
                each.give_feedback()

    def _let_go(self, card: str) -> None:
        for each in self.people[self._turn(card) :: 2]:
            with self.record.attempt("card", "At give en prøvehandling videre", each.person.name):
                each.let_go(own(card, self.step.name))

    def _turn(self, card: str) -> int:
        """Which half of the group lets go of that card: 0 or 1, from card to card."""
        return [word for name, word in self.calls if name == "release"].index(card) % 2

    def _visit(self, _word: str) -> None:
        for each in self.people:
            with self.record.attempt("visit", "At give kortet fra sit jobbesøg", each.person.name):
                each.visit(self.step)

    def _bring(self, card: str) -> None:
        first, second = self.people[:2]
        with self.record.attempt("case", f"At dele en sag til »{self.step.title}«", first.person.name):
            first.bring(own(card, self.step.name))
        with self.record.attempt("case-read", f"At læse en sag til »{self.step.title}«", second.person.name):
            second.read_case(own(card, self.step.name))

    def _hear(self, _word: str) -> None:
        for each in self.people:
            with self.record.attempt("heard", "At læse feedback på sit udkast", each.person.name):
                each.receive_feedback()
