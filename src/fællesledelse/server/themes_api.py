"""Themes for salons and networks: the facilitator starts a round, leaders suggest and choose, and one goes into a meeting.

What a leader suggests or chooses leaves no line in the audit log, and a refusal one without a name, as an evaluation does.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from ..danish import day as spoken
from ..errors import AccessError, AnswerError
from ..model import GatheringKind, StepKind
from ..store import Membership, Round
from ..store.themes import MOST
from ..themes import LONGEST, Topic, question, read, starting_list, theme
from .cohort_api import CohortApi
from .house import House
from .pages import notice_accepted, shell
from .shelf import Cohort
from .web import Guarded, Page, Refused


class ThemesPage(Page):
    """What a leader meets: where to suggest, then where to choose, and what came of the rounds before."""

    wordless = True  # a suggestion is words, but none that were said in a salon

    async def get(self, gathering: str) -> None:
        """The first visit goes by the privacy notice."""
        cohort, mine = await _leader(self, gathering)
        if not await notice_accepted(self, cohort):
            self.redirect(f"/hold/{gathering}/privatliv")
            return
        await self._show(cohort, mine)

    async def post(self, gathering: str) -> None:
        """Suggest or choose; what can't be taken stands there still, with the reason."""
        cohort, mine = await _leader(self, gathering)
        if not await notice_accepted(self, cohort):
            raise Refused(403, "notice", "Læs siden om privatliv først. Så kan du være med.")
        themes, choosing = self.house.store.themes, self.get_body_argument("do", "") == "choose"
        texts, verb = self.get_body_arguments("theme", strip=False), themes.choose if choosing else themes.suggest
        try:
            await self.house.ask(
                verb, gathering, self.get_body_argument("round", ""), self.person, texts, self.house.today()
            )
        except AnswerError as problem:
            self.set_status(400)
            await self._show(cohort, mine, typed=texts, problem=str(problem))
        except AccessError as problem:
            self.set_status(403)
            await self._show(cohort, mine, problem=str(problem), lost=[] if choosing else list(filter(None, texts)))
        else:
            saved = "Dit valg er gemt." if choosing else "Dine forslag er gemt." if any(texts) else "Du har ingen forslag."
            await self._show(cohort, mine, message=f"{saved} Du kan ændre det, så længe denne del af runden varer.")

    def note(self, event: str, person: str | None = None) -> None:
        """Called for every refusal: its line names nobody."""
        self.house.audit.note(event, route=type(self).__name__, status=self.get_status())

    async def _show(
        self,
        cohort: Cohort,
        mine: Membership,
        *,
        typed: list[str] | None = None,
        problem: str = "",
        lost: Sequence[str] = (),
        message: str = "",
    ) -> None:
        gathering, today = cohort.manifest.gathering, self.house.today()
        rounds = await rounds_of(self.house, cohort)
        now = next((each for each in rounds if not each.closed), None)
        own = await self.house.ask(self.house.store.themes.mine, gathering, now.id, self.person) if now else ()
        self.show(
            "themes.html",
            **await shell(self, cohort, mine, "temaer"),
            now=now,
            state=now.state(today) if now else "",
            until=spoken(now.suggests if now.state(today) == "suggesting" else now.closes) if now else "",
            choosing=spoken(now.closes) if now else "",
            own=list(own) if typed is None else typed,
            problem=problem,
            lost=lost,
            message=message,
            most=MOST,
            longest=LONGEST,
            salon=cohort.manifest.kind is GatheringKind.SALON,
            closed=[(spoken(each.closes), each) for each in rounds if each.closed],
        )


class RoundsHandler(CohortApi):
    """GET: every round, and the meetings that a theme can go into. POST: start one."""

    async def get(self, gathering: str) -> None:
        """For facilitators."""
        cohort, _ = await _facilitator(self, gathering)
        self.reply(await told(self.house, cohort))

    async def post(self, gathering: str) -> None:
        """From today; leaders suggest until one day and choose until another."""
        cohort, _ = await _facilitator(self, gathering)
        body = self.body(suggests=str, closes=str, starting=str)
        suggests, closes = _day(body["suggests"]), _day(body["closes"])
        ends = cohort.manifest.ends
        if ends is not None and ends < closes:
            raise Refused(400, "too-late", f"Det hele slutter {spoken(ends)}. Vælg en sidste dag, der ikke ligger senere.")
        start = self.house.store.themes.start
        await self.house.ask(start, gathering, read(body["starting"]), suggests, closes, self.house.today())
        self.note("themes-started")
        self.reply(await told(self.house, cohort))


class CloseHandler(CohortApi):
    """POST: close a round before its last day."""

    async def post(self, gathering: str, wave: str) -> None:
        """For good. While leaders still suggest, what they have suggested is deleted unread."""
        cohort, _ = await _facilitator(self, gathering)
        await self.house.ask(self.house.store.themes.close, gathering, wave, self.house.today())
        self.note("themes-closed")
        self.reply(await told(self.house, cohort))


class DropHandler(CohortApi):
    """POST: take out a suggestion that names a person."""

    async def post(self, gathering: str, wave: str) -> None:
        """That one was taken out is told to all."""
        cohort, _ = await _facilitator(self, gathering)
        title = self.body(title=str)["title"]
        await self.house.ask(self.house.store.themes.drop, gathering, wave, title, self.house.today())
        self.note("themes-dropped")
        self.reply(await told(self.house, cohort))


class MeetingThemeHandler(CohortApi):
    """PUT: write a theme and its questions into a meeting."""

    async def put(self, gathering: str, step: str) -> None:
        """Line by line, as a build."""
        cohort, _ = await _facilitator(self, gathering)
        body = self.body(theme=str, questions=str)
        if step not in {each["name"] for each in _meetings(self.house, cohort)}:
            raise Refused(400, "bad-request", "Det møde er holdt, eller det findes ikke mere. Vælg et andet.")
        asked = [question(line) for line in body["questions"].splitlines() if line.strip()]
        await self.build(
            gathering, "themes-carried", "retheme", step=step, theme=theme(body["theme"]), asked=asked, by=self.address
        )


async def rounds_of(house: House, cohort: Cohort) -> list[Round]:
    """The rounds of a gathering, the newest first; none where people gather for a programme."""
    if not _has_themes(cohort):
        return []
    return await house.ask(house.store.themes.all, cohort.manifest.gathering, house.today())


async def told(house: House, cohort: Cohort) -> dict[str, Any]:
    """Everything that may be seen of the rounds, ready for JSON; the list to start from; and the meetings to come."""
    return {
        "today": house.today().isoformat(),
        "most": MOST,
        "starting": starting_list(),
        "rounds": [_round(house, each) for each in await rounds_of(house, cohort)],
        "meetings": _meetings(house, cohort),
    }


def _has_themes(cohort: Cohort) -> bool:
    return cohort.manifest.kind is not GatheringKind.PROGRAMME


async def _leader(handler: Guarded, gathering: str) -> tuple[Cohort, Membership]:
    return _with_themes(*await handler.leader(gathering))


async def _facilitator(handler: CohortApi, gathering: str) -> tuple[Cohort, Membership]:
    return _with_themes(*await handler.facilitator(gathering))


def _with_themes(cohort: Cohort, mine: Membership) -> tuple[Cohort, Membership]:
    if not _has_themes(cohort):
        raise Refused(404, "not-found", "Et forløb har ingen runder om temaer. Det har saloner og netværk.")
    return cohort, mine


def _round(house: House, each: Round) -> dict[str, Any]:
    outcome = each.outcome
    return {
        "id": each.id,
        "suggests": each.suggests.isoformat(),
        "closes": each.closes.isoformat(),
        "state": each.state(house.today()),
        "five": each.five,
        "starting": _topics(each.starting),
        "suggested": _topics(each.suggested),
        "dropped": each.dropped,
        "counted": [topic | {"count": count} for topic, count in _counted(outcome.counted)] if outcome else [],
        "few": _topics(outcome.few) if outcome else [],
    }


def _counted(pairs: Iterable[tuple[Topic, int]]) -> list[tuple[dict[str, Any], int]]:
    return [(_topics([topic])[0], count) for topic, count in pairs]


def _topics(topics: Iterable[Topic]) -> list[dict[str, Any]]:
    return [{"title": each.title, "questions": each.questions} for each in topics]


def _meetings(house: House, cohort: Cohort) -> list[dict[str, Any]]:
    return [
        {"name": step.name, "title": step.title, "day": step.opens.isoformat(), "theme": step.meeting.theme}
        for step in cohort.manifest.steps
        if step.kind is StepKind.MEETING and step.meeting and step.opens and step.opens >= house.today()
    ]


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise Refused(400, "bad-date", "Vælg både den sidste dag at foreslå og den sidste dag at vælge.") from None
