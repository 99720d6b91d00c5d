"""Drafts as they are shared: frozen at the author's click, sealed to the group of that day, read as numbered lines."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Any

from ..danish import full_day
from ..store import Answer, Parcel, Store
from ..vocabulary import DRAFT
from .circle import Circle
from .lines import Change, Kind, Line, changes, numbered, sentences, words
from .web import Refused

KIND = "draft"
POINTS = (1, 2)
"""The points that an author may pick to act on."""

KEPT = timedelta(days=60)
"""How long a draft and the feedback on it stay, where the contract says that they are deleted."""

SILENT = 200
"""Words a minute that a text is read in silence with."""


@dataclass(frozen=True)
class Drafts:
    """What one leader has shared and been sent, and the draft as it stands now. Every method asks the store."""

    store: Store
    circle: Circle

    def present(self) -> dict[str, Answer]:
        """The own texts by heading as they are stored. Never anything but the six headings."""
        return self.store.answers.read(self.circle.unlocked, self.circle.gathering, DRAFT)

    def all(self) -> list[Parcel]:
        """Every draft the leader has shared or been sent, newest first."""
        return self.store.parcels.opened(self.circle.unlocked, self.circle.gathering, KIND)

    def get(self, draft: str) -> Parcel:
        """The draft with that id. Raises Refused if the leader was never to read it."""
        found = self.store.parcels.get(self.circle.unlocked, self.circle.gathering, draft)
        if found is None or found.kind != KIND:
            raise Refused(404, "not-found", "Det udkast findes ikke.")
        return found

    def share(self, draft: str, answered: list[Any], seen: str | None, today: date) -> Parcel:
        """Freeze the draft and seal it to the group of today; the same id again shares nothing twice.

        ``seen`` is the mark of what the page showed the author. Raises Refused.
        """
        earlier = self.store.parcels.get(self.circle.unlocked, self.circle.gathering, draft)
        if earlier is not None and earlier.kind == KIND and earlier.author.id == self.circle.me:
            return earlier
        self.circle.check()
        present = self.present()
        texts = {key: present[key].text for key in DRAFT}
        if any(answer.sealed for answer in present.values()):
            raise Refused(403, "locked", "Dit udkast ligger under din gamle nøgle. Få hjælp til at åbne det, før du deler.")
        if not any(text.strip() for text in texts.values()):
            raise Refused(
                400, "empty-draft", "Dit udkast er tomt. Skriv noget under mindst én overskrift, før du deler det."
            )
        if seen not in (None, _mark(present)):
            raise Refused(
                409, "draft-changed", "Dit udkast er ændret, siden du så det her. Se det igennem igen, og del det så."
            )
        headings = [{"key": key, "title": self._title(key), "text": texts[key]} for key in DRAFT]
        first = not any(parcel.author.id == self.circle.me for parcel in self.all())
        content = {"headings": headings, "answered": [] if first else _answered(answered)}
        readers = [member.id for member in self.circle.others]
        place = self.circle.unlocked, self.circle.gathering, KIND, content, readers
        gone_on = today + KEPT if self.circle.standing.switches.fades else None
        return self.store.parcels.post(*place, group=self.circle.group, parcel_id=draft, gone_on=gone_on)

    def withdraw(self, draft: str) -> Parcel:
        """Take a draft back from everyone but its author. Raises Refused unless it is the leader's own."""
        if self.get(draft).author.id != self.circle.me:
            raise Refused(403, "not-yours", "Kun den, der har delt et udkast, kan trække det tilbage.")
        return self.store.parcels.withdraw(self.circle.unlocked, self.circle.gathering, draft)

    def now(self, mine: list[Parcel]) -> dict[str, Any]:
        """The draft as it would be shared, as the page's script reads it, with what is new since it was shared last."""
        present = self.present()
        headings = [{"key": key, "title": self._title(key), "text": present[key].text} for key in DRAFT]
        last = next((parcel for parcel in mine if parcel.withdrawn_at is None and parcel.content), None)
        return {
            **told(headings),
            "seen": _mark(present),
            "locked": any(answer.sealed for answer in present.values()),
            "empty": not any(heading["text"].strip() for heading in headings),
            "since": last.number if last else None,
            "changes": different(texts_of(last), headings) if last else None,
        }

    def _title(self, key: str) -> str:
        field = self.circle.manifest.field(key)
        return field.label if field and field.label else key


def told(headings: list[dict[str, str]]) -> dict[str, Any]:
    """The headings with their lines as the page's script reads them, and how long they are."""
    texts = [heading["text"] for heading in headings]
    parts = zip(headings, numbered(texts), strict=True)
    return {
        "headings": [
            {"key": each["key"], "title": each["title"], "lines": list(map(_line, lines))} for each, lines in parts
        ],
        "words": words(texts),
        "minutes": max(1, round(words(texts) / SILENT)),
    }


def draft_json(parcel: Parcel, circle: Circle, before: Parcel | None) -> dict[str, Any]:
    """A shared draft as the page's script reads it; ``before``: the author's version before it, if that can be read."""
    content = parcel.content or {"headings": [], "answered": []}
    return {
        "id": parcel.id,
        "author": circle.name(parcel.author.id, parcel.author.name),
        "author_id": parcel.author.id,
        "number": parcel.number,
        "made_at": parcel.made_at.isoformat(),
        "withdrawn": parcel.withdrawn_at is not None,
        "gone_on": parcel.gone_on and full_day(parcel.gone_on),
        "locked": parcel.content is None and parcel.withdrawn_at is None,
        "readers": circle.names(set(parcel.readers) - {parcel.author.id}),
        "answered": [each | {"title": _title_in(parcel, each["where"])} for each in content["answered"]],
        "changes": different(texts_of(before), content["headings"]) if before and parcel.content else None,
        **told(content["headings"]),
    }


def texts_of(parcel: Parcel) -> dict[str, str]:
    """The texts of a shared draft by heading."""
    return {each["key"]: each["text"] for each in (parcel.content or {"headings": []})["headings"]}


def lines_of(parcel: Parcel) -> dict[int, str]:
    """The lines of a shared draft by their numbers."""
    return {line.number: line.text for line in chain(*numbered(texts_of(parcel).values()))}


def become(draft: Parcel, present: dict[str, Answer]) -> dict[str, str]:
    """What each sentence of a shared draft is today: the same, what it was changed to, or "" where it is gone."""
    found: dict[str, str] = {}
    for key, text in texts_of(draft).items():
        for change in changes(text, present[key].text):
            before = "".join(mark.text for mark in change.marks if mark.kind is not Kind.ADDED)
            found[before] = "".join(mark.text for mark in change.marks if mark.kind is not Kind.REMOVED)
    stand = {sentence for answer in present.values() for sentence in sentences(answer.text)}
    return {before: before if before in stand else now for before, now in found.items() if before}


def different(before: dict[str, str], headings: list[dict[str, str]]) -> list[dict[str, Any]]:
    """What is different under each heading, as the page's script reads it; headings without a difference are left out."""
    found = [(each, changes(before.get(each["key"], ""), each["text"])) for each in headings]
    return [
        {"key": each["key"], "title": each["title"], "changes": list(map(_change, new))}
        for each, new in found
        if any(change.kind != "same" for change in new)
    ]


def _mark(present: dict[str, Answer]) -> str:
    """Tells one state of the draft from another."""
    return ".".join(str(present[key].version) for key in DRAFT)


def _title_in(parcel: Parcel, key: str) -> str:
    return next((str(each["title"]) for each in (parcel.content or {"headings": []})["headings"] if each["key"] == key), key)


def _answered(wanted: list[Any]) -> list[dict[str, Any]]:
    """Which of the author's points a version answers, and under which heading. Raises Refused."""
    known = [each for each in wanted if isinstance(each, dict) and set(each) == {"point", "where"}]
    points = [each["point"] for each in known]
    right = all(point in POINTS and type(point) is int for point in points) and all(each["where"] in DRAFT for each in known)
    if len(known) != len(wanted) or not right or len(set(points)) != len(points):
        raise Refused(400, "bad-request", "Siden og serveren forstår ikke hinanden. Hent siden igen.")
    return known


def _line(line: Line) -> dict[str, Any]:
    return {"number": line.number, "text": line.text, "begins": line.begins}


def _change(change: Change) -> dict[str, Any]:
    marks = [{"kind": mark.kind.value, "text": mark.text} for mark in change.marks]
    return {"kind": change.kind.value, "begins": change.begins, "marks": marks}
