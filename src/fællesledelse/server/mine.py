"""Everything a leader takes along: own texts with their versions, and what others have given as far as they agreed to it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ..danish import COPENHAGEN, day, listed
from ..documents import Archived, Left, Material, Part, Section
from ..documents.survey import SCALE
from ..model import Field, FieldKind, GatheringKind, Questionnaire, Step, StepKind
from ..store import Answer, Parcel, Store, Version
from ..store.people import CASE
from ..vocabulary import GIFTS
from .circle import Circle
from .contract_api import SWITCHES
from .drafts import KIND as DRAFT_KIND
from .drafts import lines_of
from .experiments import KINDS as EXPERIMENTS
from .feedback import KIND as FEEDBACK_KIND
from .feedback import LINES, QUESTIONS, Feedback
from .publication import KIND as PUBLICATION_KIND
from .survey_api import KIND as SURVEY_KIND
from .visits import KINDS as VISITS

ASKED = {
    "well": "Det virker godt",
    "more": "Det måtte der gerne være mere af",
    "improve": "Det kan blive bedre",
    "less": "Mindre af eller anderledes",
    "dare": "Det ville jeg nu turde bede dig om",
}
"""The parts of feedback, in the order they are asked."""

GIFT_TITLES = {"harvest": "Sætninger fra høsten", "promise": "Løftet, som det blev hørt", "words": "Ord, der ramte"}
ALLOWED = {
    "harvest": "Høst mellem os",
    "feedback": "Skriftlig feedback",
    "export": "At tage de andres ord med sig",
    "fades": "Udkast og feedback slettes undervejs",
}
ANNEX_WHY = "Du har ikke bedt om det. Sæt et kryds på siden »Hent mit«, hvis du vil have det med."
EXPORT_WHY = (
    "Andres ord bliver her, når jeres kontrakt siger det, eller når den, der skrev, ikke har sagt ja til at lade dem hente."
)
STILL_HERE = " Du kan stadig læse dem i arbejdsbogen."
NOT_YET_WHY = "Den åbner for dig, når alle har givet deres, eller når din tur på workshop 2 er slut."
NEVER_WHY = "Den var ikke åbnet for dig, da du forlod holdet."
THEIRS_WHY = "Det er deres, og det bliver på holdet."
CARDS = {
    EXPERIMENTS["group"]: "Prøvehandling delt med gruppen",
    EXPERIMENTS["board"]: "Prøvehandling på tavlen",
    VISITS["host"]: "Værtskort til jobbesøg",
    VISITS["visit"]: "Kort fra jobbesøg",
    CASE: "Sag delt med netværket",
}
"""What is let go of as it stood, cards of the periods and cases for a meeting, by the kind of their parcels."""

CASE_WHY = "Den tilhører den, der skrev den. Du kan læse den på mødets side, så længe den er delt med dig."
CARDS_WHY = "Det er deres. Du kan læse det i arbejdsbogen, så længe de deler det."
DRAFTS_WHY = "De tilhører dem, der skrev dem. Du kan læse dem i arbejdsbogen, til de trækkes tilbage."

Fields = dict[str, tuple[Answer, list[Version]]]
"""What someone has written: each field as it stands, and all it has been."""


@dataclass(frozen=True)
class Mine:
    """One leader's material. Every method asks the store."""

    store: Store
    circle: Circle

    def material(self, annex: bool, now: datetime) -> Material:
        """Everything; the private annex only where the leader asked for it."""
        manifest = self.circle.manifest
        parcels = self.store.parcels.opened(self.circle.unlocked, manifest.gathering)
        fields = self._fields()
        shared = [
            self._drafts(parcels),
            self._given(parcels),
            self._gifts(parcels),
            self._contracts(_of(parcels, "contract")),
            self._published(_of(parcels, PUBLICATION_KIND), now.astimezone(COPENHAGEN).date()),
            self._cards(_of(parcels, *CARDS)),
            self._survey(_of(parcels, SURVEY_KIND)),
        ]
        return Material(
            self.circle.whole_name,
            manifest.name,
            manifest.organisation,
            now,
            _written([*self._steps(fields, private=False), *shared, self._rest(fields, private=False)]),
            _written([*self._steps(fields, private=True), self._rest(fields, private=True)]) if annex else (),
            tuple(self.left(annex, parcels)),
        )

    def left(self, annex: bool, parcels: list[Parcel] | None = None) -> Iterator[Left]:
        """What does not come along, and why."""
        if parcels is None:
            parcels = self.store.parcels.opened(self.circle.unlocked, self.circle.gathering)
        if not annex and self._programme:
            yield Left("Dit private tillæg", ANNEX_WHY)
        from_others = [parcel for parcel in parcels if self._from_another(parcel)]
        kept = [parcel for parcel in _of(from_others, FEEDBACK_KIND, *GIFTS) if not self._may_take(parcel)]
        gone = self.circle.left is not None
        why = EXPORT_WHY + ("" if gone else STILL_HERE)
        yield from (Left(f"Feedback fra {name}", why) for name in self._names(_of(kept, FEEDBACK_KIND)))
        yield from (Left(f"Sætninger fra {name}", why) for name in self._names(_of(kept, *GIFTS)))
        if self._unopened(parcels):
            yield Left("Feedback på dit udkast", NEVER_WHY if gone else NOT_YET_WHY)
        if gone:
            yield Left("De andres udkast, kort og ledelsesgrundlag", THEIRS_WHY)
            return
        periods = [kind for kind in CARDS if kind != CASE]
        yield from (Left(f"Kort fra {name}", CARDS_WHY) for name in self._names(_of(from_others, *periods)))
        yield from (Left(f"Sag fra {name}", CASE_WHY) for name in self._names(_of(from_others, CASE)))
        if drafts := self._names(_of(from_others, DRAFT_KIND)):
            yield Left(f"Udkast fra {listed(drafts)}", DRAFTS_WHY)

    def _fields(self) -> Fields:
        """Every field in which something has been written, with all it has been."""
        versions = self.store.answers.history(self.circle.unlocked, self.circle.gathering, None)
        answers = self.store.answers.read(self.circle.unlocked, self.circle.gathering, versions)
        return {key: (answers[key], versions[key]) for key in versions}

    def _steps(self, fields: Fields, private: bool) -> Iterator[Part]:
        """The pages with their ordinary fields, or with those of the annex, wherever they stand."""
        told: set[str] = set()
        for step in self.circle.manifest.steps:
            asked = [field for field in step.fields if field.key not in told]
            told |= {field.key for field in asked}
            wanted = [field for field in asked if (field.private or _private(step)) is private]
            yield Part(step.title, tuple(self._answers(fields, {field.key: _title(field) for field in wanted})))

    def _rest(self, fields: Fields, private: bool) -> Part:
        """What was written in fields and notes that stand on no page any more: lost would be worse than odd.

        Which feedback was picked is only references; the words themselves stand in the two points.
        """
        known = {field.key for step in self.circle.manifest.steps for field in step.fields}
        left = [key for key in fields if key not in known and not key.startswith("picked.")]
        keys = sorted(key for key in left if key.startswith("private.") is private)
        return Part("Noter og felter fra før", tuple(self._answers(fields, {key: _note(key) for key in keys})))

    def _answers(self, fields: Fields, titles: dict[str, str]) -> Iterator[Section]:
        """A section for each of those fields in which something has been written."""
        for key, title in titles.items():
            if key in fields:
                answer, versions = fields[key]
                earlier = (replace(each, text=self._spoken(key, each.text)) for each in _earlier(answer, versions))
                present = _now(answer)
                yield Section(title, (replace(present, text=self._spoken(key, present.text)),), tuple(earlier))

    def _spoken(self, key: str, text: str) -> str:
        """A saved text as one reads it: days in words, and remarks line by line."""
        field = self.circle.manifest.field(key)
        try:
            if field is not None and field.kind is FieldKind.DATE and text:
                return day(date.fromisoformat(text))
            if key.startswith("given.") and key.endswith(f".{LINES}") and text:
                return "\n".join(f"Linje {number}: {remark}" for number, remark in json.loads(text).items())
        except (ValueError, AttributeError):
            pass  # older than the rules for what is saved: better as it stands than not at all
        return text

    def _drafts(self, parcels: list[Parcel]) -> Part:
        feedback = Feedback(self.store, self.circle)
        received = feedback.by_draft(_of(parcels, FEEDBACK_KIND))
        mine = [parcel for parcel in _of(parcels, DRAFT_KIND) if parcel.author.id == self.circle.me]
        return Part("Udkast og feedback", tuple(self._draft(feedback, each, received.get(each.id, [])) for each in mine))

    def _draft(self, feedback: Feedback, draft: Parcel, received: list[Parcel]) -> Section:
        opened = feedback.ready(draft, {parcel.author.id for parcel in received})
        taken = [parcel for parcel in received if opened and self._may_take(parcel)]
        said = tuple(self._feedback(parcel, f"Feedback fra {self.circle.name(parcel.author.id)}", draft) for parcel in taken)
        about = f"Delt {day(draft.made_at.date())}" + (", trukket tilbage" if draft.withdrawn_at else "")
        texts = tuple(Section(each["title"], (Archived(each["text"]),)) for each in _headings(draft))
        return Section(f"Udkast {draft.number}", (Archived(about),), under=(*texts, *said))

    def _given(self, parcels: list[Parcel]) -> Part:
        drafts = {parcel.id: parcel for parcel in _of(parcels, DRAFT_KIND)}
        mine = [parcel for parcel in _of(parcels, FEEDBACK_KIND) if parcel.author.id == self.circle.me]
        named = ((each, drafts.get(each.subject)) for each in mine)
        return Part("Feedback, jeg har givet", tuple(self._feedback(each, self._to(draft), draft) for each, draft in named))

    def _to(self, draft: Parcel | None) -> str:
        return f"Til {self.circle.name(draft.author.id)}, udkast {draft.number}" if draft else "Til et udkast"

    def _feedback(self, parcel: Parcel, title: str, draft: Parcel | None) -> Section:
        content = parcel.content or {}
        parts = [(ASKED[part], content.get(part, "")) for part in QUESTIONS]
        lines = lines_of(draft) if draft is not None and parcel.author.id != self.circle.me else {}
        parts += [
            (f"Linje {number}: {lines[int(number)]}" if int(number) in lines else f"Linje {number}", text)
            for number, text in content.get(LINES, {}).items()
        ]
        under = tuple(Section(asked, (Archived(text),)) for asked, text in parts if text.strip())
        return Section(title, (Archived("", parcel.made_at),) if not under else (), under=under)

    def _gifts(self, parcels: list[Parcel]) -> Part:
        sections = []
        for kind in GIFTS:
            found = [parcel for parcel in reversed(_of(parcels, kind)) if parcel.content and self._may_take(parcel)]
            if found:
                sections.append(Section(GIFT_TITLES[kind], tuple(self._gift(parcel) for parcel in found)))
        return Part("Sætninger givet og fået", tuple(sections))

    def _gift(self, parcel: Parcel) -> Archived:
        content = parcel.content or {}
        other = self.circle.name(str(content.get("to", "")))
        who = f"Til {other}" if parcel.author.id == self.circle.me else f"Fra {self.circle.name(parcel.author.id)}"
        return Archived(str(content.get("text", "")), parcel.made_at, by=who)

    def _contracts(self, parcels: list[Parcel]) -> Part:
        """The group's wordings that this leader could read: agreed on together, so everyone's own."""
        titles = self._points()
        sections = [
            Section(
                f"Forslag {day(parcel.made_at.date())}",
                under=tuple(Section(titles.get(part, part), (Archived(text),)) for part, text in parcel.content.items()),
            )
            for parcel in parcels
            if parcel.content
        ]
        if sections and self.circle.standing.in_force and self._programme:
            sections.insert(0, Section("Det har I aftalt", (Archived(self._switches()),)))
        return Part("Gruppens kontrakt" if self._programme else "Spillereglerne", tuple(sections))

    @property
    def _programme(self) -> bool:
        return self.circle.manifest.kind is GatheringKind.PROGRAMME

    def _switches(self) -> str:
        switches = self.circle.standing.switches
        return "\n".join(f"{ALLOWED[name]}: {'ja' if getattr(switches, name) else 'nej'}" for name in SWITCHES)

    def _points(self) -> dict[str, str]:
        fields = (field for step in self.circle.manifest.steps for field in step.fields if field.key.startswith("contract."))
        return {field.key.rpartition(".")[2]: field.label for field in fields}

    def _cards(self, parcels: list[Parcel]) -> Part:
        """What the leader has let go of, as it stood that day; the others' cards are theirs."""
        mine = [parcel for parcel in parcels if parcel.author.id == self.circle.me and parcel.content]
        title = "Kort, jeg har givet videre" if self._programme else "Sager, jeg har delt"
        return Part(title, tuple(map(_card, mine)))

    def _survey(self, parcels: list[Parcel]) -> Part:
        """The own answers in closed waves of the survey while they can be found; else the copy the leader has kept."""
        gathering = self.circle.manifest.gathering
        asked = self.store.surveys.asked(gathering)
        copies = {parcel.subject: parcel.content["answers"] for parcel in reversed(parcels) if parcel.content}
        own = copies | self.store.surveys.own(gathering, self.circle.me)
        return Part("Mine svar i spørgeskemaet", tuple(_answered(*asked[wave], own[wave]) for wave in asked if wave in own))

    def _published(self, parcels: list[Parcel], today: date) -> Part:
        mine = [parcel for parcel in parcels if parcel.author.id == self.circle.me and parcel.content]
        newest = max((parcel.number for parcel in mine if parcel.due is not None and parcel.due <= today), default=0)
        return Part("Ledelsesgrundlag, jeg har udgivet", tuple(_publication(each, each.number < newest) for each in mine))

    def _from_another(self, parcel: Parcel) -> bool:
        return parcel.author.id != self.circle.me and parcel.content is not None

    def _may_take(self, parcel: Parcel) -> bool:
        """Whether the contract of the group in which something was given lets its words be taken along.

        The giver must have said yes to it: who has left is not bound by what the others agree on later. Nor is it let out
        to who has left by what they agree on later.
        """
        here = self.circle
        if parcel.author.id == here.me:
            return True
        own = parcel.group == here.group
        standing = here.standing if own else self.store.contracts.standing(here.gathering, parcel.group, here.left)
        agreed = standing.in_force or here.left is not None  # that contract is not asked of who has come since
        return agreed and standing.switches.export and parcel.author.id in standing.accepted + standing.former

    def _unopened(self, parcels: list[Parcel]) -> bool:
        feedback = Feedback(self.store, self.circle)
        given = feedback.by_draft(_of(parcels, FEEDBACK_KIND))
        mine = [parcel for parcel in _of(parcels, DRAFT_KIND) if parcel.author.id == self.circle.me and parcel.id in given]
        return any(not feedback.ready(each, {parcel.author.id for parcel in given[each.id]}) for each in mine)

    def _names(self, parcels: list[Parcel]) -> list[str]:
        return self.circle.names({parcel.author.id for parcel in parcels})


def _private(step: Step) -> bool:
    """Whether all of a page belongs to the private annex. The living foundation, always there too, does not."""
    return step.kind is StepKind.ANNEX and any(field.private for field in step.fields)


def _written(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.sections)


def _of(parcels: list[Parcel], *kinds: str) -> list[Parcel]:
    return [parcel for parcel in parcels if parcel.kind in kinds]


def _headings(parcel: Parcel) -> list[dict[str, str]]:
    return list((parcel.content or {"headings": []})["headings"])


def _card(parcel: Parcel) -> Section:
    content: dict[str, Any] = parcel.content or {}
    told = f"{day(parcel.made_at.date())}" + (", trukket tilbage" if parcel.withdrawn_at else "")
    under = tuple(Section(part["title"], (Archived(part["text"]),)) for part in content["parts"])
    return Section(CARDS[parcel.kind], (Archived(told),), under=under)


def _answered(title: str, asks: Questionnaire, answers: dict[str, int]) -> Section:
    told = [f"{item.text} {SCALE[answers[item.key]]}." for item in asks.items if item.key in answers]
    return Section(title, (Archived("\n".join(told)),))


def _publication(parcel: Parcel, replaced: bool) -> Section:
    content: dict[str, Any] = parcel.content or {}
    told = f"Udgivet til den {day(parcel.due)}" if parcel.due else ""
    told += ", afløst af en ny version" if replaced else ", trukket tilbage" if parcel.withdrawn_at else ""
    parts = [*content["headings"], *content["dialogue"]]
    under = tuple(Section(each["title"], (Archived(each["text"]),)) for each in parts)
    return Section(f"Version {parcel.number}", (Archived(told),), under=under)


def _now(answer: Answer) -> Archived:
    if answer.sealed:
        return Archived("Teksten ligger under din gamle nøgle og kan ikke læses endnu.", answer.saved_at)
    return Archived(answer.text, answer.saved_at)


def _earlier(answer: Answer, versions: list[Version]) -> Iterator[Archived]:
    for version in versions:
        if version.version != answer.version and not version.sealed and version.text.strip():
            yield Archived(version.text, version.saved_at, note="Skrevet i en anden fane" if version.aside else "")


def _title(field: Field) -> str:
    """The question, with the card's number where there are several: "Hvad gjorde jeg? (2)"."""
    number = next((part for part in field.key.split(".")[1:] if part.isdecimal()), "")
    return f"{field.label or field.key} ({number})" if number not in ("", "1") else field.label or field.key


def _note(key: str) -> str:
    kinds = {"given": "Note til et udkast", "gift": "Note til en i gruppen"}
    head, _, rest = key.partition(".")
    return f"{kinds[head]}: {ASKED.get(rest.rpartition('.')[2], '')}".rstrip(": ") if head in kinds else key
