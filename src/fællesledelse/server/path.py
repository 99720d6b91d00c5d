"""The leader's way through the steps: what is open, what is done, what is next."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from ..model import Manifest, Step, StepKind
from .attendance import marked
from .house import House
from .shelf import Cohort

State = Literal["open", "done", "locked"]


@dataclass(frozen=True)
class Stage:
    """One step as one leader meets it. ``opens`` is the own group's day; ``filled`` counts core fields with text."""

    step: Step
    opens: date | None
    state: State
    core: int
    filled: int


def own_day(step: Step, moved: dict[str, date]) -> date | None:
    """The day of the step as the group goes by: its own if it has moved it, else the cohort's."""
    return moved.get(step.name, step.opens)


def first_day(step: Step, moved: dict[str, date]) -> date:
    """The first day the step's page can be opened: of a meeting any, since what it is about is seen ahead,
    and what people bring to it is written before.
    """
    return date.min if step.kind is StepKind.MEETING else held_from(step, moved)


def held_from(step: Step, moved: dict[str, date]) -> date:
    """The first day the step itself can begin; ``date.min`` if it has no day.

    A group can open a step earlier; put off, it still opens on the cohort's day. So nothing that was open is ever closed
    under those who have written in it.
    """
    return min(own_day(step, moved) or date.min, step.opens or date.min)


async def stages(house: House, cohort: Cohort, person: str, group: str) -> list[Stage]:
    """The whole way of one leader, in order."""
    gathering = cohort.manifest.gathering
    moved = await moved_dates(house, gathering, group)
    marks = await house.ask(marked, house, cohort)
    filled = await house.ask(house.store.answers.filled, person, gathering)
    today = house.today()
    return [_stage(step, moved, today, (person, step.name) in marks, filled) for step in cohort.manifest.way]


async def moved_dates(house: House, gathering: str, group: str) -> dict[str, date]:
    """The days a group has moved for itself, by step."""
    return await house.ask(house.store.progress.dates, gathering, group) if group else {}


def url(manifest: Manifest, step: Step) -> str:
    """The address of a step's page."""
    return f"/hold/{manifest.gathering}/" + ("" if step.kind is StepKind.WELCOME else step.name)


def _stage(step: Step, moved: dict[str, date], today: date, done: bool, filled: set[str]) -> Stage:
    state: State = "done" if done else "open" if first_day(step, moved) <= today else "locked"
    core = [field.key for field in step.fields if field.core]
    return Stage(step, own_day(step, moved), state, len(core), sum(key in filled for key in core))
