"""The whole programme on one page: its days on one line, where the cohort is and where I am, and its compass."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from ..danish import MONTHS, near_day
from ..model import CompassTheme, Manifest, Role, StepKind
from .experiments import KINDS, Lesson, lessons
from .pages import shell
from .path import Stage, stages, url
from .web import Page

WIDTH: Final = 1000  # units of the drawing
EDGE: Final = 20
LEVELS: Final = (0, 1, 2)  # how far a label may be moved up, so that it doesn't lie on its neighbour's
APART: Final = 120  # units that a label needs

_STATES = {"open": "åben", "done": "gennemført", "locked": "kommer"}


@dataclass(frozen=True)
class Mark:
    """A step on the line: where it stands from the left, and how far its label is moved up; None where it has none."""

    x: float
    level: int | None
    short: str
    title: str
    day: str
    url: str
    state: str
    here: bool
    period: bool


@dataclass(frozen=True)
class Line:
    """The programme from its first day to its last. ``today`` is None outside it; ``months`` are ticks with a name."""

    marks: tuple[Mark, ...]
    bands: tuple[tuple[float, float, str], ...]
    months: tuple[tuple[float, str], ...]
    today: float | None

    @property
    def told(self) -> str:
        """The drawing in words."""
        return ". ".join(
            f"{mark.title}, {mark.day}, {mark.state}{', her er du' if mark.here else ''}" for mark in self.marks
        )


class ProgrammePage(Page):
    """The two years on one line, and the compass with what the cohort has let go of about each theme."""

    async def get(self, gathering: str) -> None:
        """For leaders and facilitators; a facilitator is nowhere on the line."""
        cohort, mine = await self.membership(gathering)
        group = mine.group if mine.role is Role.LEADER else ""
        way = await stages(self.house, cohort, self.person, group)
        opened, unlocked = self.house.store.parcels.opened, self.signed_in.unlocked
        found = lessons(await self.house.ask(opened, unlocked, gathering, KINDS["board"]), self.person)
        self.show(
            "programme.html",
            **await shell(self, cohort, mine, "forloeb"),
            line=drawn(cohort.manifest, way, self.house.today(), mine.role is Role.LEADER),
            goals=compass(cohort.manifest.compass, found),
            width=WIDTH,
        )


def drawn(manifest: Manifest, way: Iterable[Stage], today: date, leads: bool) -> Line:
    """The line. The steps stand where their days are, the own group's where it has moved them."""
    dated = [stage for stage in way if stage.step.kind not in (StepKind.WELCOME, StepKind.ANNEX)]
    days = {stage.step.name: stage.opens or manifest.starts for stage in dated}
    last = max([manifest.ends or manifest.starts, *days.values()])
    scale = _Scale(manifest.starts, last)
    here = next((stage.step.name for stage in dated if stage.state == "open"), "") if leads else ""
    marks: list[Mark] = []
    for stage in dated:
        x, step = scale.x(days[stage.step.name]), stage.step
        short, period = step.title.split(":")[0], step.kind is StepKind.PERIOD
        told = near_day(days[step.name], today), url(manifest, step), _STATES[stage.state] if leads else ""
        level = _level(x, marks) if step.kind is not StepKind.PREPARATION else None
        marks.append(Mark(x, level, short, step.title, *told, step.name == here, period))
    starts = [days[stage.step.name] for stage in dated if stage.step.period]
    names = [stage.step.period.goal for stage in dated if stage.step.period]
    ends = [*starts[1:], last]
    bands = tuple((scale.x(one), scale.x(other), name) for one, other, name in zip(starts, ends, names, strict=False))
    now = scale.x(today) if manifest.starts <= today <= last else None
    return Line(tuple(marks), bands, tuple(scale.months()), now)


def compass(themes: Iterable[CompassTheme], found: Iterable[Lesson]) -> list[tuple[str, list[tuple[CompassTheme, int]]]]:
    """The themes under their learning goals, each with how many cards on the board are about it."""
    counted = Counter(each.theme for each in found)
    goals: dict[str, list[tuple[CompassTheme, int]]] = {}
    for theme in themes:
        goals.setdefault(theme.goal, []).append((theme, counted[theme.name]))
    return list(goals.items())


@dataclass(frozen=True)
class _Scale:
    first: date
    last: date

    def x(self, day: date) -> float:
        whole = max((self.last - self.first).days, 1)
        return round(EDGE + (WIDTH - 2 * EDGE) * (day - self.first).days / whole, 1)

    def months(self) -> Iterable[tuple[float, str]]:
        """The first day of each quarter, named by its month; in January by the year too."""
        for year in range(self.first.year, self.last.year + 1):
            for month in (1, 4, 7, 10):
                if self.first <= (day := date(year, month, 1)) <= self.last:
                    yield self.x(day), f"{MONTHS[month - 1][:3]} {year if month == 1 else ''}".strip()


def _level(x: float, before: list[Mark]) -> int | None:
    """The lowest level at which no label so far is too near; None where all are taken."""
    near = {mark.level for mark in before if abs(mark.x - x) < APART}
    return next((level for level in LEVELS if level not in near), None)
