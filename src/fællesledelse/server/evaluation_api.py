"""Evaluations across the groups: the facilitator opens and closes one, each leader answers once, all see what came of it.

A leader's answer leaves no line in the audit log, and a refused one a line without a name: a moment with a name would be
the beginning of knowing whose it is. The server's own log says which handler, never who, and only from level INFO on. A
proxy in front may log addresses, moments and sizes: whoever sets one up can switch that off for these addresses.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

from ..danish import day as spoken
from ..documents import months_after
from ..documents.evaluation import ASKED, LEADS, SCALE, STATEMENTS, Report, evaluation_pdf, evaluation_word
from ..errors import DocumentError
from ..model import DecisionKind, GatheringKind
from ..names import slug
from ..store import Response, Result, Wave
from ..store.evaluations import LONGEST, QUESTIONS
from ..store.waves import APART
from .desk import DeskApi
from .evidence import read
from .house import House
from .pages import notice_accepted, shell
from .publication_api import WORD
from .shelf import Cohort
from .web import Api, Page, Refused

MONTHS: Final = (6, 12)
"""How long after its start a cohort is evaluated, besides when the facilitator wants to."""

BEFORE: Final = timedelta(weeks=4)
"""How long before the decision on it a network's evaluation opens: it is answered, and then talked over."""

OPEN: Final = timedelta(days=13)
"""From the first day of a proposed evaluation to its last."""


class EvaluationPage(Page):
    """What a leader meets: the form of the evaluation that is open, and what came of those before."""

    async def get(self, gathering: str) -> None:
        """The first visit goes by the privacy notice."""
        cohort, mine = await self.leader(gathering)
        if not await notice_accepted(self, cohort):
            self.redirect(f"/hold/{gathering}/privatliv")
            return
        waves = await waves_of(self.house, cohort)
        answered = await self.house.ask(self.house.store.evaluations.answered, gathering, self.person)
        today = self.house.today()
        now = next((wave for wave in waves if wave.state(today) == "open"), None)
        later = min((wave for wave in waves if wave.state(today) == "planned"), key=_opens, default=None)
        self.show(
            "evaluation.html",
            **await shell(self, cohort, mine, "evaluering"),
            wave=now,
            last=spoken(now.closes) if now else "",
            answered=now is not None and now.id in answered,
            next_day=spoken(later.opens) if later else "",
            earlier=any(wave.closed for wave in waves),
            questions=ASKED,
            lead=LEADS[cohort.manifest.kind],
            statement=STATEMENTS[cohort.manifest.kind],
            scale=[(point, SCALE[point]) for point in (1, 2, 3, 4, 5, 0)],
            longest=LONGEST,
        )


class WavesHandler(DeskApi):
    """GET: every evaluation, with what came of those that are closed. POST: plan one."""

    async def get(self, gathering: str) -> None:
        """For leaders as for facilitators."""
        cohort, _ = await self.membership(gathering)
        self.reply(await told(self.house, cohort))

    async def post(self, gathering: str) -> None:
        """From one day to another; it opens and closes by itself."""
        cohort, _ = await self.facilitator(gathering)
        title, days = days_of(self, cohort)
        await self.house.ask(self.house.store.evaluations.plan, gathering, title, *days, self.house.today())
        self.note("evaluation-planned")
        self.reply(await told(self.house, cohort))


class WaveHandler(DeskApi):
    """DELETE: take back one that has not begun."""

    async def delete(self, gathering: str, wave: str) -> None:
        """Nobody has answered it yet."""
        cohort, _ = await self.facilitator(gathering)
        await self.house.ask(self.house.store.evaluations.drop, gathering, wave, self.house.today())
        self.note("evaluation-dropped")
        self.reply(await told(self.house, cohort))


class CloseHandler(DeskApi):
    """POST: close one before its last day is over."""

    async def post(self, gathering: str, wave: str) -> None:
        """For good. With fewer than five answers they are thrown away unread."""
        cohort, _ = await self.facilitator(gathering)
        await self.house.ask(self.house.store.evaluations.close, gathering, wave, self.house.today())
        self.note("evaluation-closed")
        self.reply(await told(self.house, cohort))


class Nameless(Api):
    """A request about a leader's own answer: not even a refusal says whose."""

    to_the_end = True

    def note(self, event: str, person: str | None = None) -> None:
        """Called for every refusal: its line names nobody."""
        self.house.audit.note(event, route=type(self).__name__, status=self.get_status())


class ResponseHandler(Nameless):
    """POST: a leader's one answer, ``worth`` from 1 to 5 (0: don't know) and a text to each question."""

    async def post(self, gathering: str, wave: str) -> None:
        """Leaves nothing that says whose it is."""
        cohort, _ = await self.leader(gathering)
        if not await notice_accepted(self, cohort):
            raise Refused(403, "notice", "Læs siden om privatliv først. Så kan du sende dit svar.")
        body = self.body(worth=int, **dict.fromkeys(QUESTIONS, str))
        response = Response(body["worth"], tuple(body[name].strip() for name in QUESTIONS))
        answer = self.house.store.evaluations.answer
        await self.house.ask(answer, gathering, wave, self.person, response, self.house.today())
        self.reply({"sent": True})


class ReportHandler(DeskApi):
    """GET: what came of an evaluation, as Word or PDF."""

    async def get(self, gathering: str, wave: str, kind: str) -> None:
        """Only of one that is closed and that five have answered."""
        cohort, _ = await self.facilitator(gathering)
        found = next((each for each in await waves_of(self.house, cohort) if each.id == wave), None)
        if found is None or found.result is None:
            raise Refused(404, "not-found", "Der er ingen rapport: Den er ikke lukket, eller færre end fem har svaret.")
        report, make = report_of(cohort, found, found.result), evaluation_pdf if kind == "pdf" else evaluation_word
        await hand_report(self, kind, f"evaluering-{slug(found.title)}", lambda: make(report))


async def hand_report(handler: Api, kind: str, name: str, make: Callable[[], bytes]) -> None:
    """Answer with a report that ``make`` makes, "docx" or "pdf". Raises Refused where it can't be made."""
    try:
        made = await handler.house.ask_for_file(handler.person, make)
    except DocumentError as problem:
        raise Refused(503, "not-made", str(problem)) from problem
    handler.hand(made, "application/pdf" if kind == "pdf" else WORD, f"{name}.{kind}")


def days_of(handler: Api, cohort: Cohort) -> tuple[str, tuple[date, date]]:
    """The title and the days of a wave that someone plans. Raises Refused where they can't be read or outlast the cohort."""
    body = handler.body(title=str, opens=str, closes=str)
    days = _day(body["opens"]), _day(body["closes"])
    ends = cohort.manifest.ends
    if ends is not None and ends < days[1]:
        raise Refused(400, "too-late", f"Holdet slutter {spoken(ends)}. Vælg en sidste dag, der ikke ligger senere.")
    return body["title"], days


async def waves_of(house: House, cohort: Cohort) -> list[Wave]:
    """The evaluations of a cohort, the newest first."""
    return await house.ask(house.store.evaluations.all, cohort.manifest.gathering, house.today())


async def told(house: House, cohort: Cohort) -> dict[str, Any]:
    """Everything that may be seen of a cohort's evaluations, ready for JSON; and when the next ones are due."""
    waves = await waves_of(house, cohort)
    return {
        "today": house.today().isoformat(),
        "statement": STATEMENTS[cohort.manifest.kind],
        "scale": SCALE,
        "questions": [{"name": name, "title": title} for name, title in ASKED.items()],
        "waves": [_wave(house, wave) for wave in waves],
        "proposals": _proposals(house, cohort, waves, await _offered(house, cohort, waves)),
    }


def report_of(cohort: Cohort, wave: Wave, result: Result) -> Report:
    """What the files are made from."""
    frame = cohort.manifest.kind, cohort.manifest.name, wave.title, wave.opens, wave.closes
    return Report(*frame, result.asked, result.worth, result.texts)


async def _offered(house: House, cohort: Cohort, waves: list[Wave]) -> list[tuple[str, date]]:
    """What may be planned next, and when it would open: by the months since the start, or ahead of a network's decision,
    where nothing has been asked for that yet.
    """
    manifest = cohort.manifest
    if manifest.kind is not GatheringKind.NETWORK:
        return [(f"Efter {months} måneder", months_after(manifest.starts, months)) for months in MONTHS]
    due = (await house.ask(read, house, cohort)).due
    days = [each.day - BEFORE for each in due if each.kind is DecisionKind.EVALUATION]
    days = [day for day in days if all(wave.closes < day - APART for wave in waves)]
    return [("Netværkets evaluering", max(house.today(), day)) for day in days]


def _proposals(house: House, cohort: Cohort, waves: list[Wave], offered: list[tuple[str, date]]) -> list[dict[str, Any]]:
    """Those that are offered, where the days are the cohort's and to come, and nothing is planned then."""
    ends = cohort.manifest.ends or date.max
    return [
        {"title": title, "opens": opens.isoformat(), "closes": min(opens + OPEN, ends).isoformat()}
        for title, opens in offered
        if house.today() <= opens <= ends and not any(wave.opens <= opens + OPEN and opens <= wave.closes for wave in waves)
    ]


def _wave(house: House, wave: Wave) -> dict[str, Any]:
    return {
        "id": wave.id,
        "title": wave.title,
        "opens": wave.opens.isoformat(),
        "closes": wave.closes.isoformat(),
        "state": wave.state(house.today()),
        "asked": wave.asked,
        "answered": wave.answered,
        "result": None if wave.result is None else {"worth": wave.result.worth, "texts": wave.result.texts},
    }


def _opens(wave: Wave) -> date:
    return wave.opens


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise Refused(400, "bad-date", "Vælg både den første og den sidste dag.") from None
