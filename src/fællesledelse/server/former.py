"""What is left for one who is a leader here no more: the own things, to fetch, to see, and to take back from others."""

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

from ..danish import day
from ..documents.survey import SCALE
from ..store import Parcel, Store, SurveyWave, Unlocked
from ..store.surveys import NO_DRAFT
from ..vocabulary import GIFTS
from .backup_api import erased
from .drafts import KIND as DRAFT_KIND
from .experiments import KINDS as EXPERIMENTS
from .mine import CARDS, GIFT_TITLES
from .mine_api import within
from .pages import whose
from .publication import KIND as PUBLICATION_KIND
from .survey_api import looked, own_answers
from .web import Api, Page, Refused

BACK = (PUBLICATION_KIND, *EXPERIMENTS.values(), DRAFT_KIND, *GIFTS)
"""The kinds of parcels that their authors may take back, as they could while they were leaders here."""

GLIMPSE = 140
"""Characters that are shown of each, for its author to know it by."""


@dataclass(frozen=True)
class Released:
    """Something of the asker's own that others can read now. ``glimpse`` is empty where its key is gone."""

    id: str
    title: str
    about: str
    glimpse: str


@dataclass(frozen=True)
class OwnWave:
    """The own answers in one wave of the survey: pairs of a statement and what was answered.

    ``kind``: "open", "closed", or "copy" where only the copy that was kept is left.
    """

    id: str
    title: str
    kind: str
    about: str
    answers: tuple[tuple[str, str], ...]


class FormerPage(Page):
    """Everything of the own in one place."""

    async def get(self, gathering: str) -> None:
        """For who has been a leader here and is none any more; a leader has the pages for it."""
        cohort, mine = await self.owner(gathering)
        if mine.left is None:
            self.redirect(f"/hold/{gathering}/hent-mit")
            return
        survey, _ = await looked(self.house, cohort)
        kept = await within(self, gathering, lambda here: list(here.left(annex=True)))
        manifest, unlocked = cohort.manifest, self.signed_in.unlocked
        ending = self.house.ending.get(gathering)
        self.show(
            "former.html",
            me=whose(self, manifest) | {"home": "/"},
            gathering=gathering,
            person=self.person,
            gone=day(ending.gone(self.house.today())) if ending and (ending.first or ending.next) else "",
            ends=day(manifest.ends) if manifest.ends else "",
            contact=manifest.privacy.contact,
            left=kept,
            measured=any(wave.asks is not None for wave in survey.waves),
            waves=await self._waves(gathering, survey.waves),
            ended=survey.ended,
            released=await self.house.ask(lambda: list(released(self.house.store, unlocked, gathering))),
        )

    async def _waves(self, gathering: str, waves: tuple[SurveyWave, ...]) -> list[OwnWave]:
        """The own answers in each wave that has begun and has any, the newest first."""
        own, copies = await own_answers(self, gathering)
        found = []
        for wave in waves:
            draft = NO_DRAFT
            if not wave.closed:
                draft = await self.house.ask(self.house.store.surveys.draft, gathering, wave.id, self.person)
            found.append(_wave(wave, draft.sent, draft.answers or own.get(wave.id), copies.get(wave.id)))
        return [each for each in found if each is not None]


class TakeBackHandler(Api):
    """Something of the own that was let go of."""

    async def delete(self, gathering: str, share: str) -> None:
        """DELETE: take it back from everyone but its author. Also for who has left."""
        await self.owner(gathering)
        store, unlocked = self.house.store, self.signed_in.unlocked
        parcel = await self.house.ask(store.parcels.get, unlocked, gathering, share)
        if parcel is None or parcel.author.id != self.person or parcel.kind not in BACK:
            raise Refused(404, "not-found", "Det er ikke noget, du har delt.")
        await self.house.ask(store.parcels.withdraw, unlocked, gathering, share)
        if parcel.group:
            self.house.live.shared(gathering, parcel.group)
        self.reply({"withdrawn": share})


class EraseHandler(Api):
    """DELETE: everything of the own that is left here. For who is a leader here no more."""

    wordless = True

    async def delete(self, gathering: str) -> None:
        """The signed receipt. Who is in no other gathering is signed out with it."""
        await self.owner(gathering)
        self.reply({"receipt": await erased(self.house, gathering, self.signed_in.person.email)})
        self.note("leader-deleted")


def released(store: Store, unlocked: Unlocked, gathering: str) -> Iterator[Released]:
    """What others can read of someone's own, by kind and newest first."""
    for kind in BACK:
        for parcel in store.parcels.written(unlocked, gathering, kind):
            if parcel.withdrawn_at is None and len(parcel.readers) > 1:
                yield Released(parcel.id, _title(parcel), _about(parcel), _glimpse(parcel))


def _title(parcel: Parcel) -> str:
    if parcel.kind == PUBLICATION_KIND:
        return f"Ledelsesgrundlag, version {parcel.number}"
    return f"Udkast {parcel.number}" if parcel.kind == DRAFT_KIND else (CARDS | GIFT_TITLES)[parcel.kind]


def _about(parcel: Parcel) -> str:
    return f"Udgivet til den {day(parcel.due)}" if parcel.due else f"Delt den {day(parcel.made_at.date())}"


def _glimpse(parcel: Parcel) -> str:
    content: dict[str, Any] = parcel.content or {}
    parts = [*content.get("headings", ()), *content.get("parts", ()), content]
    text = next((part["text"] for part in parts if part.get("text", "").strip()), "")
    return shorten(text, GLIMPSE, placeholder=" …")


def _wave(wave: SurveyWave, sent: bool, own: dict[str, int] | None, copy: dict[str, int] | None) -> OwnWave | None:
    answers = own or copy
    if wave.asks is None or not answers:
        return None
    kind = "copy" if not own else "closed" if wave.closed else "open"
    about = f"Åben til og med {day(wave.closes)}. " + ("Dine svar er sendt og tæller med." if sent else "Ikke sendt.")
    told = tuple((item.text, SCALE[answers[item.key]]) for item in wave.asks.items if item.key in answers)
    return OwnWave(wave.id, wave.title, kind, about if kind == "open" else "", told)
