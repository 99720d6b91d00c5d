"""Feedback on a shared draft: typed into own notes, given once, and shown to the author when the group is ready for it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..errors import AnswerError
from ..store import Parcel, Person, Store
from .answers_api import answer_json
from .circle import Circle
from .course import course
from .drafts import Drafts, draft_json, lines_of
from .notes import GIVEN
from .web import Refused

KIND = "feedback"
LINES = "lines"
WORKSHOP = "workshop-2"
"""The step whose room says when an author has listened to the end."""

QUESTIONS = tuple(part for part in GIVEN if part != LINES)
"""The parts of feedback that are one text each: the four questions and the expectation test."""


@dataclass(frozen=True)
class Feedback:
    """What one leader has given and been given. Every method asks the store."""

    store: Store
    circle: Circle

    def given(self) -> dict[str, Parcel]:
        """What the leader has given, by draft."""
        return {parcel.subject: parcel for parcel in self._all() if parcel.author.id == self.circle.me}

    def received(self) -> dict[str, list[Parcel]]:
        """What the leader has been given, by draft, in the order it came, whether the leader may see it yet or not."""
        return self.by_draft(self._all())

    def by_draft(self, parcels: list[Parcel]) -> dict[str, list[Parcel]]:
        """The same of feedback that has been opened already, newest first."""
        found: dict[str, list[Parcel]] = {}
        for parcel in reversed(parcels):
            if parcel.author.id != self.circle.me:
                found.setdefault(parcel.subject, []).append(parcel)
        return found

    def give(self, draft_id: str) -> Parcel:
        """Seal what stands in the own notes to the author of a draft. Raises Refused."""
        draft = Drafts(self.store, self.circle).get(draft_id)
        if draft.author.id == self.circle.me:
            raise Refused(403, "your-own", "Det er dit eget udkast. Feedback på det kommer fra de andre.")
        if draft.withdrawn_at is not None:
            name = self.circle.name(draft.author.id, draft.author.name)
            raise Refused(
                410, "withdrawn", f"{name} har trukket udkastet tilbage. Det, du har skrevet, ligger stadig hos dig."
            )
        if hindrance := self.hindrance(draft):
            raise Refused(403, "no-contract", hindrance)
        if draft_id in self.given():
            raise Refused(409, "given", "Du har givet din feedback på denne version.")
        content = self._written(draft)
        try:
            place = self.circle.unlocked, self.circle.gathering, KIND, content, [draft.author.id]
            return self.store.parcels.post(*place, subject=draft_id, group=draft.group, gone_on=draft.gone_on, once=True)
        except AnswerError as error:  # another of my pages was faster
            raise Refused(409, "given", "Du har givet din feedback på denne version.") from error

    def hindrance(self, draft: Parcel) -> str:
        """What keeps the leader from giving written feedback on a draft; empty if nothing does."""
        if draft.group != self.circle.group:
            return "Udkastet blev delt i din tidligere gruppe. Du kan læse det, men ikke skrive til det."
        if all(member.id != draft.author.id for member in self.circle.members):
            name = self.circle.name(draft.author.id, draft.author.name)
            return f"{name} er ikke i gruppen mere. Du kan læse udkastet, men ikke skrive til det."
        return self.circle.hindrance("feedback")

    def ready(self, draft: Parcel, givers: Iterable[str]) -> bool:
        """Whether the author may see the feedback on a draft: all have given, the turn says so, or nobody more will."""
        if self.circle.left is not None:
            return self._was_ready(draft, givers, self.circle.left)
        gone = draft.withdrawn_at is not None or draft.group != self.circle.group
        return gone or not self.awaited(draft, givers) or self._heard() is not None

    def awaited(self, draft: Parcel, givers: Iterable[str]) -> set[str]:
        """Who was sent the draft, is still in the group, and has not given."""
        present = {member.id for member in self.circle.others}
        return (set(draft.readers) & present) - set(givers)

    def _was_ready(self, draft: Parcel, givers: Iterable[str], left: datetime) -> bool:
        """The same for an author who has left: what was not open by then never opens."""
        moved = bool(self.circle.group) and draft.group != self.circle.group
        before = (moment for moment in (draft.withdrawn_at, self._heard()) if moment is not None and moment <= left)
        return moved or set(draft.readers) <= {self.circle.me, *givers} or any(before)

    def _heard(self) -> datetime | None:
        """When the workshop's present phase began, if that is the last of the leader's turn or later; else None."""
        step = self.circle.manifest.step(WORKSHOP)
        room = self.store.rooms.present(self.circle.gathering, self.circle.group, WORKSHOP) if self.circle.group else None
        if step is None or room is None:
            return None
        there = tuple(Person(each, "", "") for each in room.order)  # the group may be another since someone left
        here = course(step, room, self.circle.members if self.circle.left is None else there)
        place = next((place for place, person in enumerate(here.people) if person.id == self.circle.me), None)
        ends = [number for number, moment in enumerate(here.moments) if moment.last and moment.turn == place]
        over = bool(here.moments) and room.phase >= max(ends, default=len(here.moments))
        return room.began_at if over else None

    def _all(self) -> list[Parcel]:
        return self.store.parcels.opened(self.circle.unlocked, self.circle.gathering, KIND)

    def _written(self, draft: Parcel) -> dict[str, Any]:
        """What stands in the notes about a draft. Raises Refused if that is nothing, or can't be read."""
        found = self.store.answers.read(self.circle.unlocked, self.circle.gathering, note_keys(draft.id))
        if any(answer.sealed for answer in found.values()):
            raise Refused(
                403, "locked", "Noget af det, du har skrevet, ligger under din gamle nøgle. Få hjælp til at åbne det."
            )
        texts = {part: found[f"given.{draft.id}.{part}"].text for part in GIVEN}
        content: dict[str, Any] = {part: texts[part] for part in QUESTIONS}
        content[LINES] = {str(number): text for number, text in remarks(texts[LINES], lines_of(draft)).items()}
        if not any(content[part].strip() for part in QUESTIONS) and not content[LINES]:
            raise Refused(400, "empty-feedback", "Du har ikke skrevet noget endnu. Skriv én ting, før du giver den.")
        return content


def note_keys(draft: str) -> list[str]:
    """The keys of the notes about somebody else's draft."""
    return [f"given.{draft}.{part}" for part in GIVEN]


def remarks(text: str, lines: dict[int, str]) -> dict[int, str]:
    """The remarks by line as a note holds them: {line: remark} as JSON. Empty ones are left out. Raises Refused."""
    try:
        found = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(remark, str) for remark in found.values()):
        raise Refused(400, "bad-notes", "Bemærkningerne til linjerne kan ikke læses. Hent siden igen.")
    written = {number: remark for number, remark in found.items() if remark.strip()}
    if not set(written) <= set(map(str, lines)):
        raise Refused(400, "bad-notes", "En bemærkning hører til en linje, der ikke findes. Hent siden igen.")
    return {int(number): written[number] for number in sorted(written, key=int)}


def their_json(feedback: Feedback, draft: Parcel, before: Parcel | None, given: Parcel | None) -> dict[str, Any]:
    """Somebody else's draft as the page's script reads it, with the reader's own notes and what the reader has given."""
    answers = feedback.store.answers.read(feedback.circle.unlocked, feedback.circle.gathering, note_keys(draft.id))
    return draft_json(draft, feedback.circle, before) | {
        "given": {"at": given.made_at.isoformat(), **(given.content or {})} if given else None,
        "hindrance": "" if given or draft.withdrawn_at else feedback.hindrance(draft),
        "notes": {key: answer_json(answer) for key, answer in sorted(answers.items())},
    }


def mine_json(feedback: Feedback, draft: Parcel, received: list[Parcel]) -> dict[str, Any]:
    """An own draft with its feedback as the page's script reads it: who has given, and what, once it may be seen."""
    givers = {parcel.author.id for parcel in received}
    ready = feedback.ready(draft, givers)
    key, lines = f"picked.{draft.id}", lines_of(draft)
    picked = feedback.store.answers.read(feedback.circle.unlocked, feedback.circle.gathering, [key])
    return draft_json(draft, feedback.circle, None) | {
        "given": [feedback.circle.name(parcel.author.id, parcel.author.name) for parcel in received],
        "awaited": feedback.circle.names(feedback.awaited(draft, givers)) if draft.withdrawn_at is None else [],
        "open": ready,
        "feedback": [_given_json(feedback, parcel, lines) for parcel in received] if ready else [],
        "notes": {key: answer_json(picked[key])},
    }


def _given_json(feedback: Feedback, parcel: Parcel, lines: dict[int, str]) -> dict[str, Any]:
    content = parcel.content or {LINES: {}}
    said = [
        {"number": int(number), "line": lines.get(int(number), ""), "text": text} for number, text in content[LINES].items()
    ]
    return {
        "id": parcel.id,
        "from": feedback.circle.name(parcel.author.id, parcel.author.name),
        "made_at": parcel.made_at.isoformat(),
        **{part: content.get(part, "") for part in QUESTIONS},
        LINES: said,
    }
