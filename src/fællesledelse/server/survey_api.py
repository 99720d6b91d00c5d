"""The survey: the facilitator opens and closes its waves, each leader answers for the own part, all see what came of it.

A leader's answer leaves no line in the audit log, and a refused one a line without a name: a moment with a name would be
the beginning of knowing whose it is. The server's own log says which handler, never who, and only from level INFO on.
"""

from datetime import date, timedelta
from typing import Any, Final

from ..danish import day as spoken
from ..documents.survey import ABOUT, SCALE, SurveyReport, survey_pdf, survey_word
from ..model import Item, Role, Step, StepKind
from ..names import slug
from ..store import Frame, Membership, Survey, SurveyWave
from ..store.surveys import NO_DRAFT
from .desk import DeskApi
from .evaluation_api import Nameless, days_of, hand_report
from .house import House
from .pages import notice_accepted, shell
from .path import stages, url
from .shelf import Cohort
from .web import Api, Guarded, Page, Refused

KIND: Final = "survey"
"""The parcels that hold a leader's own copies."""

NOTES: Final = ("living.next", "trial-2.promise", "trial-1.promise")
"""The fields for what one wants to try before there are experiment cards, the latest on the way first."""

GUESS: Final = ".hypothesis"
"""How the key ends of the field that an experiment card begins with."""

BEFORE: Final = timedelta(days=21)
"""How long before a period's seminar its wave is proposed to open."""

OPEN: Final = timedelta(days=13)
"""From the first day of a proposed wave to its last."""


class SurveyPage(Page):
    """What a leader meets: the wave that is open, theme by theme, and what came of those before."""

    async def get(self, gathering: str) -> None:
        """The first visit goes by the privacy notice."""
        cohort, mine = await self.leader(gathering)
        if not await notice_accepted(self, cohort):
            self.redirect(f"/hold/{gathering}/privatliv")
            return
        survey, _ = await looked(self.house, cohort)
        today = self.house.today()
        now = next((wave for wave in survey.waves if wave.state(today) == "open"), None)
        later = min((wave.opens for wave in survey.waves if wave.state(today) == "planned"), default=None)
        draft, themes = NO_DRAFT, []
        if now is not None:
            surveys, mine_here = self.house.store.surveys, (gathering, now.id, self.person)
            draft = await self.house.ask(surveys.draft, *mine_here)
            themes = _themes(now, await self.house.ask(surveys.items, *mine_here))
        self.show(
            "survey.html",
            **await shell(self, cohort, mine, "spoergeskema"),
            wave=now,
            last=spoken(now.closes) if now else "",
            themes=themes,
            draft=draft,
            scale=[(point, SCALE[point]) for point in (1, 2, 3, 4, 5, 0)],
            next_day=spoken(later) if later else "",
            survey=survey,
            earlier=any(wave.closed for wave in survey.waves),
            to_try=await _to_try(self, cohort, mine),
        )


class SurveyHandler(DeskApi):
    """GET: every wave, with what came of those that are closed. POST: plan one."""

    async def get(self, gathering: str) -> None:
        """For leaders as for facilitators."""
        cohort, _ = await self.membership(gathering)
        self.reply(await told(self.house, cohort))

    async def post(self, gathering: str) -> None:
        """From one day to another; it opens and closes by itself."""
        cohort, _ = await self.facilitator(gathering)
        title, days = days_of(self, cohort)
        frame = await self.house.ask(framed, self.house, cohort)
        await self.house.ask(self.house.store.surveys.plan, gathering, frame, title, *days, self.house.today())
        self.note("survey-planned")
        self.reply(await told(self.house, cohort))


class SurveyWaveHandler(DeskApi):
    """DELETE: take back one that has not begun."""

    async def delete(self, gathering: str, wave: str) -> None:
        """Nobody has answered it yet."""
        cohort, _ = await self.facilitator(gathering)
        await looked(self.house, cohort)
        await self.house.ask(self.house.store.surveys.drop, gathering, wave)
        self.note("survey-dropped")
        self.reply(await told(self.house, cohort))


class SurveyCloseHandler(DeskApi):
    """POST: close one before its last day is over."""

    async def post(self, gathering: str, wave: str) -> None:
        """For good. With fewer than five answers they are thrown away unread."""
        cohort, _ = await self.facilitator(gathering)
        await looked(self.house, cohort)
        await self.house.ask(self.house.store.surveys.close, gathering, wave, self.house.today())
        self.note("survey-closed")
        self.reply(await told(self.house, cohort))


class SurveyEndHandler(DeskApi):
    """POST: there will be no more waves."""

    async def post(self, gathering: str) -> None:
        """Every answer is deleted, and the key that found a leader's own."""
        cohort, _ = await self.facilitator(gathering)
        await looked(self.house, cohort)
        await self.house.ask(self.house.store.surveys.end, gathering)
        self.note("survey-ended")
        self.reply(await told(self.house, cohort))


class OwnSurvey(Nameless):
    """A request about a leader's own answers."""

    async def answering(self, gathering: str) -> Cohort:
        """The cohort of a leader who has read the notice. Refuses everyone else."""
        cohort, _ = await self.leader(gathering)
        if not await notice_accepted(self, cohort):
            raise Refused(403, "notice", "Læs siden om privatliv først. Så kan du svare.")
        return cohort

    async def owning(self, gathering: str) -> None:
        """Refuses everyone but such a leader, and one who is a leader no more."""
        _, mine = await self.owner(gathering)
        if mine.left is None:
            await self.answering(gathering)


class SurveyAnswerHandler(OwnSurvey):
    """PUT: one answer in a leader's draft, ``value`` from 1 to 5 (0: don't know)."""

    async def put(self, gathering: str, wave: str, item: str) -> None:
        """Leaves nothing that says whose it is."""
        await self.answering(gathering)
        value = self.body(value=int)["value"]
        today = self.house.today()
        await self.house.ask(self.house.store.surveys.save, gathering, wave, self.person, item, value, today)
        self.reply({"saved": True})


class SurveySendHandler(OwnSurvey):
    """POST: from now on the draft counts. ``copy``: whether the leader keeps one that nobody else can open."""

    async def post(self, gathering: str, wave: str) -> None:
        """Every statement must have an answer; "don't know" is one."""
        await self.answering(gathering)
        copy = self.body(copy=bool)["copy"]
        store, today = self.house.store, self.house.today()
        answers = await self.house.ask(store.surveys.send, gathering, wave, self.person, today)
        if copy:
            unlocked = self.signed_in.unlocked
            await self.house.ask(store.parcels.post, unlocked, gathering, KIND, {"answers": answers}, [], subject=wave)
        self.reply({"sent": True})


class SurveyMineHandler(OwnSurvey):
    """GET: the own answers in the waves that are closed."""

    async def get(self, gathering: str) -> None:
        """By wave; ``copies`` are those the leader has kept. For the leader alone, also after having left."""
        await self.owning(gathering)
        answers, copies = await own_answers(self, gathering)
        self.reply({"answers": answers, "copies": copies})


class SurveyWithdrawHandler(OwnSurvey):
    """DELETE: take back the own answers in one wave, open or closed."""

    async def delete(self, gathering: str, wave: str) -> None:
        """What has been shown stands; what comes later is computed without them. Also for who has left."""
        await self.owning(gathering)
        withdrawn = await self.house.ask(self.house.store.surveys.withdraw, gathering, wave, self.person)
        self.reply({"withdrawn": withdrawn})


class SurveyPictureHandler(Api):
    """GET: a picture of what a wave has shown, as SVG."""

    async def get(self, gathering: str, wave: str, picture: str) -> None:
        """For leaders as for facilitators. The same for everyone, and for good."""
        cohort, _ = await self.membership(gathering)
        survey, _ = await looked(self.house, cohort)
        found = next((each for each in survey.waves if each.id == wave and each.number), None)
        drawn = {} if found is None else await self.house.drawings.of(survey, found)
        if picture not in drawn:
            raise Refused(404, "not-found", "Den figur er der ikke. Tallene står i tabellen.")
        self.set_header("Content-Type", "image/svg+xml")
        self.set_header("Cache-Control", "private, max-age=86400")
        self.finish(drawn[picture])


class SurveyReportHandler(DeskApi):
    """GET: what came of a wave, as Word or PDF."""

    async def get(self, gathering: str, wave: str, kind: str) -> None:
        """Only of one that is closed and that five have answered."""
        cohort, _ = await self.facilitator(gathering)
        survey, _ = await looked(self.house, cohort)
        found = (await _reports(self.house, cohort, survey)).get(wave)
        if found is None:
            raise Refused(404, "not-found", "Der er ingen rapport: Den er ikke lukket, eller der er ingen tal at vise.")
        make = survey_pdf if kind == "pdf" else survey_word
        await hand_report(self, kind, f"maaling-{slug(found.title)}", lambda: make(found))


async def own_answers(handler: Guarded, gathering: str) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
    """The asker's answers in the waves that are closed, and the copies the asker has kept, both by wave."""
    store, ask = handler.house.store, handler.house.ask
    own = await ask(store.surveys.own, gathering, handler.person)
    parcels = await ask(store.parcels.written, handler.signed_in.unlocked, gathering, KIND)
    kept = {parcel.subject: parcel.content["answers"] for parcel in reversed(parcels) if parcel.content is not None}
    return own, kept


def framed(house: House, cohort: Cohort) -> Frame:
    """The cohort as its survey finds it today. Asks the store: call it in a thread."""
    members = house.store.people.members(cohort.manifest.gathering)
    now = house.shelf.find(cohort.manifest.gathering) or cohort  # it may have been built since the request came
    departments = {each.email: each.department for each in now.roster.participants}
    leaders = [each.person for each in members if each.role is Role.LEADER]
    return Frame(now.manifest.survey, {person.id: departments.get(person.email, "") for person in leaders})


def look(house: House, cohort: Cohort) -> tuple[Survey, Frame]:
    """The survey as it stands today, and the cohort as it finds it. Asks the store: call it in a thread."""
    frame = framed(house, cohort)
    return house.store.surveys.look(cohort.manifest.gathering, frame, house.today()), frame


async def looked(house: House, cohort: Cohort) -> tuple[Survey, Frame]:
    """The same, from where one may wait."""
    return await house.ask(look, house, cohort)


async def told(house: House, cohort: Cohort) -> dict[str, Any]:
    """Everything that may be seen of a cohort's survey, ready for JSON; and when the next waves are due."""
    survey, frame = await looked(house, cohort)
    reports = await _reports(house, cohort, survey)
    return {
        "today": house.today().isoformat(),
        "scale": SCALE,
        "about": ABOUT,
        "asks": frame.asks is not None,
        "relations": {
            "wanted": frame.asks is not None and frame.asks.relations,
            "promised": survey.relations,
        },
        "ended": survey.ended,
        "linked": survey.linked,
        "waves": [_wave(house, wave, reports.get(wave.id)) for wave in survey.waves],
        "proposals": _proposals(house, cohort, survey),
    }


async def _reports(house: House, cohort: Cohort, survey: Survey) -> dict[str, SurveyReport]:
    if not any(wave.number for wave in survey.waves):
        return {}

    def made() -> dict[str, SurveyReport]:
        from .survey_figures import reports  # numpy comes along: not before there is something to show

        return reports(cohort.manifest, survey)

    return await house.ask(made)


def _wave(house: House, wave: SurveyWave, report: SurveyReport | None) -> dict[str, Any]:
    return {
        "id": wave.id,
        "number": wave.number,
        "title": wave.title,
        "opens": wave.opens.isoformat(),
        "closes": wave.closes.isoformat(),
        "state": wave.state(house.today()),
        "asked": wave.asked,
        "answered": wave.answered,
        "why": wave.shown.why if wave.shown else "",
        "result": None if report is None else _result(report),
    }


def _result(report: SurveyReport) -> dict[str, Any]:
    return {
        "goal": report.goal,
        "themes": [
            {
                "key": theme.key,
                "title": theme.title,
                "kind": theme.kind,
                "summary": theme.summary,
                "statements": [
                    {"key": each.key, "text": each.text, "answers": each.answers, "notes": each.notes}
                    for each in theme.statements
                ],
            }
            for theme in report.themes
        ],
        "relations": None if report.relations is None else report.relations.to_json(),
    }


def _themes(wave: SurveyWave, mine: list[Item]) -> list[dict[str, Any]]:
    """What a leader is asked, theme by theme."""
    assert wave.asks is not None  # it is open
    themes = [{"theme": theme, "asked": [item for item in mine if item.theme == theme.key]} for theme in wave.asks.themes]
    return [each for each in themes if each["asked"]]


async def _to_try(handler: Guarded, cohort: Cohort, mine: Membership) -> dict[str, dict[str, str] | None]:
    """Where one can write what one wants to try: the ``card`` of the newest period that is open, the first that is empty.

    Before there is one: a page that waits for a ``note`` of it, if any does, and when the first card comes ``later``.
    """
    way = await stages(handler.house, cohort, handler.person, mine.group)
    filled = await handler.house.ask(handler.house.store.answers.filled, handler.person, cohort.manifest.gathering)
    here = [stage.step for stage in way if stage.state != "locked"]
    periods = [step for step in here if step.kind is StepKind.PERIOD]
    if periods:
        guesses = [field.key for field in periods[-1].fields if field.key.endswith(GUESS)]
        place, guess = _place(cohort, periods[-1]), next((key for key in guesses if key not in filled), guesses[-1])
        return {"card": place | {"url": f"{place['url']}#{guess}"}, "note": None, "later": None}
    notes = {field.key: _place(cohort, step, field.label) for step in here for field in step.fields}
    note = next((notes[key] for key in NOTES if key in notes and key not in filled), None)
    days = [(min(stage.opens, stage.step.opens), stage.step) for stage in way if stage.opens and stage.step.opens]
    later = next(({"title": step.title, "day": spoken(day)} for day, step in days if step.kind is StepKind.PERIOD), None)
    return {"card": None, "note": note, "later": later}


def _place(cohort: Cohort, step: Step, label: str = "") -> dict[str, str]:
    return {"title": step.title, "url": url(cohort.manifest, step), "label": label}


def _proposals(house: House, cohort: Cohort, survey: Survey) -> list[dict[str, Any]]:
    """Before each period's seminar that is far enough ahead, where nothing is planned then."""
    found = []
    for step in cohort.manifest.steps:
        if step.kind is StepKind.PERIOD and step.opens is not None and step.opens - BEFORE >= house.today():
            opens, closes = step.opens - BEFORE, step.opens - BEFORE + OPEN
            if not _meets(survey, opens, closes):
                title = f"Før {step.title}"[:80]
                found.append({"title": title, "opens": opens.isoformat(), "closes": closes.isoformat()})
    return [] if survey.ended else found


def _meets(survey: Survey, opens: date, closes: date) -> bool:
    return any(wave.opens <= closes and opens <= wave.closes for wave in survey.waves)
