"""Saving and reading what a leader writes. A save is acknowledged only when it is durable."""

from datetime import date
from typing import Any

from ..danish import near_day
from ..model import Field, Role, Step, StepKind
from ..store import Answer, Conflict, Membership
from .attendance import marked
from .notes import note_field
from .path import first_day, held_from, moved_dates
from .shelf import Cohort, visible_keys
from .web import Api, Guarded, Refused

NOT_YOURS = "forbidden", "Du har ikke adgang hertil. Gå tilbage til forsiden."


class StepHandler(Api):
    """GET: everything a page's fields need to come alive."""

    async def get(self, gathering: str, step: str) -> None:
        """The step, its fields, the leader's answers, and the texts of other pages that this page carries on."""
        cohort, mine = await self.membership(gathering)
        page = await own_step(self, cohort, mine, step)
        self.reply(await step_json(self, cohort, page, await visible_answers(self, cohort, page)))


class DoneHandler(Api):
    """PUT: the leader marks a step as done, or takes the mark back."""

    wordless = True

    async def put(self, gathering: str, step: str) -> None:
        """Set the mark. It is the only thing of a step that a facilitator sees. Who was not at a meeting leaves its room."""
        cohort, mine = await self.leader(gathering)
        page = await own_step(self, cohort, mine, step)
        done = self.body(done=bool)["done"]
        if done:
            await check_day(self, cohort, mine.group, page, "Du kan sige, at du var med, når I har mødtes.")
        await self.house.ask(self.house.store.progress.mark, self.person, gathering, page.name, done)
        if page.kind is StepKind.MEETING and not done:
            await self.house.ask(self.house.store.rooms.leave, gathering, mine.group, page.name, self.person)
            self.house.live.changed(gathering, mine.group)
        self.reply({"done": done})


class AnswerHandler(Api):
    """PUT: save a field."""

    async def put(self, gathering: str, key: str) -> None:
        """Compare-and-set on the version. What loses is kept beside, never thrown away."""
        cohort, mine = await self.membership(gathering)
        field = await self._field(cohort, mine, key)
        body = self.body(text=str, base=int, save_id=str, resolves_=list)
        if len(body["text"]) > field.limit:
            words = f"Teksten fylder {len(body['text'])} tegn. Der er plads til {field.limit}. Forkort den, så gemmer vi."
            raise Refused(413, "too-long", words, limit=field.limit, length=len(body["text"]))
        resolves = body.get("resolves", [])
        if body["base"] < 0 or not all(type(version) is int for version in resolves) or not 8 <= len(body["save_id"]) <= 64:
            raise Refused(400, "bad-request", "Siden og serveren forstår ikke hinanden. Hent siden igen.")
        outcome = await self.house.ask(
            self.house.store.answers.save,
            self.signed_in.unlocked,
            gathering,
            key,
            body["text"],
            body["base"],
            body["save_id"],
            tuple(resolves),
        )
        if isinstance(outcome, Conflict):
            self.reply({"error": "conflict", "head": answer_json(outcome.head), "aside": outcome.aside}, 409)
        else:
            self.reply({"version": outcome.version, "saved_at": outcome.saved_at.isoformat()})

    async def _field(self, cohort: Cohort, mine: Membership, key: str) -> Field:
        steps = asked_on(cohort, mine, key)
        if not steps:
            return await known_note(self, cohort, key)
        moved = await moved_dates(self.house, cohort.manifest.gathering, mine.group)
        check_open(min(steps, key=lambda step: first_day(step, moved)), moved, self.house.today())
        return next(field for field in steps[0].fields if field.key == key)


class VersionsHandler(Api):
    """GET: every version of a field, newest first."""

    async def get(self, gathering: str, key: str) -> None:
        """All versions, those that were put beside included."""
        cohort, mine = await self.membership(gathering)
        if not asked_on(cohort, mine, key):
            await known_note(self, cohort, key)
        versions = await self.house.ask(self.house.store.answers.versions, self.signed_in.unlocked, gathering, key)
        self.reply(
            [
                {
                    "version": v.version,
                    "text": v.text,
                    "saved_at": v.saved_at.isoformat(),
                    "aside": v.aside,
                    "sealed": v.sealed,
                }
                for v in versions
            ]
        )


async def visible_answers(handler: Guarded, cohort: Cohort, page: Step) -> dict[str, Answer]:
    """The leader's answers that a page may show, by key."""
    keys = visible_keys(cohort.manifest, page)
    read = handler.house.store.answers.read
    return await handler.house.ask(read, handler.signed_in.unlocked, cohort.manifest.gathering, keys)


async def step_json(handler: Guarded, cohort: Cohort, page: Step, answers: dict[str, Answer]) -> dict[str, Any]:
    """Everything a page's fields need to come alive. ``answers`` are those the page may show."""
    marks = await handler.house.ask(marked, handler.house, cohort)
    own = {field.key for field in page.fields}
    in_order = dict.fromkeys(field.key for each in cohort.manifest.steps for field in each.fields)
    return {
        "build": cohort.build,
        "step": {
            "name": page.name,
            "title": page.title,
            "kind": page.kind.value,
            "minutes": page.minutes,
            "done": (handler.person, page.name) in marks,
            "today": handler.house.today().isoformat(),
            "editable": True,
            "locked": any(answer.sealed for answer in answers.values()),
        },
        "fields": [_field(field) for field in page.fields],
        "answers": {key: answer_json(answer) for key, answer in answers.items() if key in own},
        "sources": {key: answers[key].text for key in in_order if key in answers and key not in own},
    }


async def known_note(handler: Api, cohort: Cohort, key: str) -> Field:
    """The note of that key (see ``notes``). Raises Refused if there is none this person may write."""
    note = await note_field(handler, cohort.manifest.gathering, key)
    if note is None:
        raise Refused(404, "unknown-field", "Det felt findes ikke her. Hent siden igen.")
    return note


def writes(mine: Membership, step: Step | None) -> bool:
    """Whether someone in that role writes on a page: facilitators on the charter's alone, leaders on all others."""
    return (mine.role is Role.FACILITATOR) == (step is not None and step.kind is StepKind.CHARTER)


def asked_on(cohort: Cohort, mine: Membership, key: str) -> list[Step]:
    """The steps on which someone in that role is asked for a field. Raises Refused where only the others are.

    None for a leader's key that is no field: it may be a note.
    """
    steps = [step for step in cohort.manifest.steps if any(field.key == key for field in step.fields)]
    own = [step for step in steps if writes(mine, step)]
    if not own and (steps or mine.role is Role.FACILITATOR):
        raise Refused(403, *NOT_YOURS)
    return own


async def own_step(handler: Any, cohort: Cohort, mine: Membership, name: str) -> Step:
    """The step of that name, if it is a page that the one who asks writes on and that is open today. Raises Refused."""
    step = cohort.manifest.step(name)
    if step is not None and not writes(mine, step):
        raise Refused(403, *NOT_YOURS)
    return await open_step(handler, cohort, mine.group, name)


async def open_step(handler: Any, cohort: Cohort, group: str, name: str) -> Step:
    """The step of that name, if it is open to that group today. Raises Refused."""
    step = cohort.manifest.step(name)
    if step is None:
        raise Refused(404, "not-found", "Trinet findes ikke her.")
    moved = await moved_dates(handler.house, cohort.manifest.gathering, group)
    check_open(step, moved, handler.house.today())
    return step


async def check_day(handler: Any, cohort: Cohort, group: str, step: Step, words: str) -> None:
    """Raise Refused with those words if what the step is about has not had its day in that group yet."""
    day = held_from(step, await moved_dates(handler.house, cohort.manifest.gathering, group))
    if day > handler.house.today():
        raise Refused(403, "not-open", f"{words} Det er {near_day(day, handler.house.today())}.", title="Ikke åbent endnu")


def check_open(step: Step, moved: dict[str, date], today: date) -> None:
    """Raise Refused if the step waits for its day."""
    day = first_day(step, moved)
    if day > today:
        words = f"{step.title} åbner den {near_day(day, today)}."
        raise Refused(403, "not-open", words, title="Ikke åbent endnu")


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer as the page's script reads it."""
    return {
        "version": answer.version,
        "text": answer.text,
        "saved_at": answer.saved_at.isoformat() if answer.saved_at else None,
        "sealed": answer.sealed,
        "asides": [{"version": a.version, "text": a.text, "saved_at": a.saved_at.isoformat()} for a in answer.asides],
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "key": field.key,
        "kind": field.kind.value,
        "label": field.label,
        "limit": field.limit,
        "readers": field.readers.value,
        "private": field.private,
        "core": field.core,
    }
