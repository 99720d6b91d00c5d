"""What a leader publishes: the texts under the six headings as they stand, frozen, numbered, and sealed to their readers.

Nothing else can get in: the texts are read by the keys that stand here, never by keys that a request, a manifest or a
template names.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ..documents import Foundation, Heading, paragraphs
from ..model import Role
from ..store import Answer, Parcel, Store
from ..vocabulary import DRAFT
from .circle import Circle
from .web import Refused

KIND = "foundation"
READERS = ("group", "cohort", "staff")
"""Who may read it here: the own group, all leaders of the cohort, or nobody: staff get a file from the leader's hand."""

DIALOGUE = {
    "dialogue.1.heard": "Det hørte jeg",
    "dialogue.1.surprised": "Det overraskede mig",
    "dialogue.1.agreed": "Det aftalte vi",
}
"""What came of the talk with staff: it may go into version 2 and later, never into the first."""

State = Literal["waiting", "out", "replaced", "withdrawn"]


@dataclass(frozen=True)
class Choice:
    """What the author has chosen. ``headings`` and ``dialogue`` are keys, checked and in the order they are read."""

    day: date
    readers: str
    headings: tuple[str, ...]
    dialogue: tuple[str, ...] = ()


@dataclass(frozen=True)
class Publications:
    """What one leader has published and may read. Every method asks the store. ``title``: the leader's, from the roster."""

    store: Store
    circle: Circle
    title: str
    today: date

    def all(self) -> list[Parcel]:
        """Everything the leader has published or was sent, newest first, whether its day has come or not."""
        return self.store.parcels.opened(self.circle.unlocked, self.circle.gathering, KIND)

    def mine(self) -> list[Parcel]:
        """The own ones, newest first."""
        return self.store.parcels.written(self.circle.unlocked, self.circle.gathering, KIND)

    def gallery(self) -> list[Parcel]:
        """What has come out and this leader may read: of each author the newest, in the order of their names."""
        newest: dict[str, Parcel] = {}
        for parcel in self.all():
            known = newest.get(parcel.author.id)
            if self._is_out(parcel) and (known is None or known.number < parcel.number):
                newest[parcel.author.id] = parcel
        return sorted(newest.values(), key=lambda parcel: parcel.author.name)

    def readable(self, publication: str) -> Parcel:
        """The publication with that id: an own one always, another's while it stands in the gallery. Raises Refused."""
        own = (parcel for parcel in self.mine() if parcel.content is not None)
        found = next((parcel for parcel in [*self.gallery(), *own] if parcel.id == publication), None)
        if found is None:
            words = "Det ledelsesgrundlag findes ikke her. Måske er det trukket tilbage eller afløst af en ny version."
            raise Refused(404, "not-found", words, title="Ikke i galleriet")
        return found

    def present(self) -> dict[str, Answer]:
        """The own texts that may go in, as they are stored."""
        return self.store.answers.read(self.circle.unlocked, self.circle.gathering, (*DRAFT, *DIALOGUE))

    def version(self) -> int:
        """The number the next publication gets."""
        return max((parcel.number for parcel in self.mine()), default=0) + 1

    def content(self, choice: Choice, present: dict[str, Answer]) -> dict[str, Any]:
        """What is frozen. Raises Refused if there is nothing to read in it, or a text can't be opened."""
        keys = (*choice.headings, *choice.dialogue)
        if any(present[key].sealed for key in keys):
            words = "Noget af teksten ligger under din gamle nøgle. Få hjælp til at åbne den, før du udgiver."
            raise Refused(403, "locked", words)
        if not any(present[key].text.strip() for key in choice.headings):
            words = "Der er ingen tekst at udgive. Skriv under mindst én af de overskrifter, du vil have med."
            raise Refused(400, "empty-foundation", words)
        return {
            "headings": [self._part(key, self.heading(key), present) for key in choice.headings],
            "dialogue": [self._part(key, DIALOGUE[key], present) for key in choice.dialogue],
            "readers": choice.readers,
            "title": self.title,
            "organisation": self.circle.manifest.organisation,
            "cohort": self.circle.manifest.name,
        }

    def publish(self, publication: str, choice: Choice, seen: str | None) -> Parcel:
        """Freeze what was chosen and seal it to its readers; the same id again publishes nothing twice. Raises Refused.

        ``seen`` is the mark of what the page showed the author.
        """
        earlier = next((parcel for parcel in self.mine() if parcel.id == publication), None)
        if earlier is not None:
            return earlier
        present = self.present()
        if choice.day < self.today:
            raise Refused(400, "bad-date", "Den dag er gået. Vælg i dag eller en dag, der kommer.")
        if seen not in (None, mark(present)):
            raise Refused(409, "draft-changed", "Teksten er ændret, siden du så det her. Læs det igen, og udgiv det så.")
        if choice.dialogue and self.version() == 1:
            raise Refused(400, "no-dialogue", "Samtalen med medarbejderne kan komme med fra version 2.")
        content, readers = self.content(choice, present), self._readers(choice.readers)
        place = self.circle.unlocked, self.circle.gathering, KIND, content, readers
        posted = self.store.parcels.post(*place, group=self.circle.group, due=choice.day, parcel_id=publication)
        self.tidy()
        return posted

    def withdraw(self, publication: str) -> Parcel:
        """Take a publication back from everyone but its author. Raises Refused unless it is the leader's own."""
        if all(parcel.id != publication for parcel in self.mine()):
            raise Refused(404, "not-found", "Det er ikke et af dine ledelsesgrundlag.")
        return self.store.parcels.withdraw(self.circle.unlocked, self.circle.gathering, publication)

    def tidy(self) -> None:
        """Take back what a later version has replaced; a version that waits for its day replaces nothing yet."""
        mine = self.mine()
        for parcel in mine:
            if parcel.withdrawn_at is None and any(self._is_out(later) for later in mine if later.number > parcel.number):
                self.store.parcels.withdraw(self.circle.unlocked, self.circle.gathering, parcel.id)

    def state(self, parcel: Parcel, mine: Iterable[Parcel]) -> State:
        """How an own publication stands. ``mine`` are all of them."""
        later = (each for each in mine if each.number > parcel.number)
        if any(each.due is not None and each.due <= self.today for each in later):
            return "replaced"
        if parcel.withdrawn_at is not None:
            return "withdrawn"
        return "out" if self._is_out(parcel) else "waiting"

    def heading(self, key: str) -> str:
        """What one of the six headings is called on the cohort's own pages."""
        field = self.circle.manifest.field(key)
        return field.label if field and field.label else key

    def people(self, readers: str) -> int:
        """How many others would be able to read it here."""
        return len(self._others(readers))

    def _is_out(self, parcel: Parcel) -> bool:
        come = parcel.due is not None and parcel.due <= self.today
        return come and parcel.withdrawn_at is None and parcel.content is not None

    def _readers(self, readers: str) -> list[str]:
        found = self._others(readers)
        if not found and readers == "group":
            raise Refused(403, "alone", "Du er ikke i en gruppe med andre endnu. Vælg hele holdet eller dine medarbejdere.")
        return found

    def _others(self, readers: str) -> list[str]:
        """The ids of the leaders it is for, of those who have enrolled. A facilitator is never one of them."""
        members = self.store.people.members(self.circle.gathering) if readers != "staff" else []
        leaders = [member for member in members if member.role is Role.LEADER and member.enrolled]
        near = [member for member in leaders if readers == "cohort" or (member.group and member.group == self.circle.group)]
        return [member.person.id for member in near if member.person.id != self.circle.me]

    def _part(self, key: str, title: str, present: dict[str, Answer]) -> dict[str, str]:
        return {"key": key, "title": title, "text": present[key].text}


def mark(present: dict[str, Answer]) -> str:
    """Tells one state of the texts from another."""
    return ".".join(str(present[key].version) for key in (*DRAFT, *DIALOGUE))


def foundation(content: dict[str, Any], name: str, version: int, day: date) -> Foundation:
    """What was frozen, as documents and pages are made from it."""
    return Foundation(
        name,
        content["title"],
        content["organisation"],
        content["cohort"],
        version,
        day,
        tuple(Heading(each["title"], paragraphs(each["text"])) for each in content["headings"]),
        tuple(text for each in content["dialogue"] for text in _said(each)),
    )


def published(parcel: Parcel) -> Foundation:
    """A publication as documents and pages are made from it."""
    assert parcel.content is not None
    assert parcel.due is not None
    return foundation(parcel.content, parcel.author.name, parcel.number, parcel.due)


def chosen(day: date, readers: str, headings: list[Any], dialogue: list[Any]) -> Choice:
    """A choice as a request names it. Raises Refused for anything but the readers and the keys that there are."""
    known = readers in READERS and all(isinstance(key, str) for key in [*headings, *dialogue])
    if not known or not set(headings) <= set(DRAFT) or not set(dialogue) <= set(DIALOGUE):
        raise Refused(400, "bad-request", "Siden og serveren forstår ikke hinanden. Hent siden igen.")
    in_order = (tuple(key for key in keys if key in wanted) for keys, wanted in ((DRAFT, headings), (DIALOGUE, dialogue)))
    return Choice(day, readers, *in_order)


def _said(part: dict[str, str]) -> list[str]:
    """What came of the talk, with the heading run in."""
    first, *rest = paragraphs(part["text"]) or [""]
    return [f"{part['title']}: {first}", *rest] if first else []
