"""What was measured, against its goal: figure by figure, contestant by contestant."""

import math
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.bench.table import Table

from .contestant import OTHERS, PEERS
from .course import Alone, Plan, Result
from .load import Arrivals
from .ours import OURS

NAMES = [each.name for each in (*OTHERS, OURS)]
MB = 1e6
BESIDE = "a real browser in their midst: all live"
Show = Callable[[float], str]


@dataclass(frozen=True)
class Figure:
    """One row. The goal is ``most``, or ``share`` of what the best peer of the run reached; without either there is none.

    ``remarks`` are words beside a contestant's number; ``spoilt``: something failed, so the goal is missed.
    """

    name: str
    values: Mapping[str, float]
    show: Show
    most: float | None = None
    share: float | None = None
    remarks: Mapping[str, str] | None = None
    spoilt: bool = False

    @property
    def best(self) -> float:
        """What the best peer reached."""
        return min((self.values[peer.name] for peer in PEERS if peer.name in self.values), default=math.nan)

    @property
    def limit(self) -> float | None:
        """The most that ours may need."""
        return self.best * self.share if self.share is not None else self.most

    @property
    def kept(self) -> bool:
        """Whether ours stays within its goal."""
        return not self.spoilt and (self.limit is None or self.values[OURS.name] <= self.limit)

    @property
    def row(self) -> list[str]:
        """As it stands in the table of all."""
        ratio = self.values[OURS.name] / self.best
        return [self.name, *map(self.said, NAMES), "–" if math.isnan(ratio) else f"{ratio:.2f}", *self.judgement]

    @property
    def own_row(self) -> list[str]:
        """As it stands in the table of ours alone."""
        return [self.name, self.said(OURS.name), *self.judgement]

    @property
    def judgement(self) -> list[str]:
        """The goal, and whether it is reached."""
        if self.limit is None:
            return ["–", "–"]
        goal = f"≤ {self.show(self.limit)}"
        return [goal if self.share is None else f"{goal} ({self.share} × best peer)", "yes" if self.kept else "**no**"]

    def said(self, name: str) -> str:
        """A contestant's number, with what is to be said of it."""
        if name not in self.values:
            return "–"
        value = self.values[name]
        said = "none" if math.isinf(value) else self.show(value)
        return f"{said} {(self.remarks or {}).get(name, '')}".strip()


def seconds(value: float) -> str:
    """2.31 s."""
    return f"{value:.2f} s"


def megabytes(value: float) -> str:
    """Millions of bytes."""
    return f"{value / MB:.1f} MB" if value < 100 * MB else f"{value / MB:.0f} MB"


def whole(value: float) -> str:
    """A number of things."""
    return f"{value:.0f}"


def p95(values: list[float]) -> float:
    """What nineteen of twenty did not exceed; endless if there was nothing."""
    if len(values) < 2:
        return max(values, default=math.inf)
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def everyone(results: Mapping[str, Result], plan: Plan) -> list[Figure]:
    """The figures that all contestants have."""
    arrivals = {name: result.arrivals for name, result in results.items() if result.arrivals}
    memory = {name: result.memory.each for name, result in results.items() if result.memory}

    def median(of: Callable[[Result], list[float]]) -> dict[str, float]:
        return {name: statistics.median(of(result)) for name, result in results.items()}

    return [
        Figure("first field takes text", median(lambda each: [view.field for view in each.views]), seconds, share=0.5),
        Figure(
            "all fields and the chart are live", median(lambda each: [view.live for view in each.views]), seconds, share=0.8
        ),
        Figure("server CPU for a page view", median(lambda each: each.costs), seconds, most=0.2),
        Figure(f"memory for an open page (of {plan.pages})", memory, megabytes, most=10 * MB),
        arrived(f"{plan.arrivals} arrivals within a second: p95 to a complete page", arrivals),
        Figure(BESIDE, {name: each.browser.live for name, each in arrivals.items()}, seconds),
        Figure("bytes on a first visit", {name: each.first.received for name, each in results.items()}, megabytes, 1.5 * MB),
        Figure(
            "requests on a first visit", {name: each.first.requests for name, each in results.items()}, "{:.0f}".format, 25
        ),
    ]


def alone(told: Alone, plan: Plan) -> list[Figure]:
    """The figures that only ours has."""

    def own(name: str, value: float, show: Show, most: float | None = None, spoilt: bool = False) -> Figure:
        return Figure(name, {OURS.name: value}, show, most=most, spoilt=spoilt)

    crowd, wrong = told.crowd, bool(told.crowd.written.failures)
    name = f"{plan.crowd} pages open, {plan.writers} written on"
    return [
        arrived(f"{plan.arrivals} arrivals that ask for what the page itself asks: p95", {OURS.name: told.quiet}),
        own(BESIDE, told.quiet.browser.live, seconds),
        own(f"memory for an open page with its kernel awake (of {plan.pages})", told.awake.each, megabytes),
        own(f"memory for an open page, {name}", crowd.memory.each, megabytes, 10 * MB),
        own(f"{name}: everything in memory", crowd.memory.whole, megabytes, 4000 * MB),
        own(f"{name}: last key to saved, p95", p95(crowd.written.seconds), seconds, 0.6, spoilt=wrong),
        own(BESIDE, crowd.browser.live, seconds),
    ]


def arrived(name: str, arrivals: Mapping[str, Arrivals]) -> Figure:
    """What nineteen of twenty arrivals waited; none may fail."""
    failed = {name: f"({len(each.failures)} failed)" for name, each in arrivals.items() if each.failures}
    values = {name: p95(each.seconds) for name, each in arrivals.items()}
    return Figure(name, values, seconds, most=4.0, remarks=failed, spoilt=OURS.name in failed)


def tables(results: Mapping[str, Result], told: Alone, plan: Plan) -> list[Table]:
    """Both tables."""
    common, own = everyone(results, plan), alone(told, plan)
    columns = ["", *NAMES, "to the best peer", "goal", "reached"]
    title = f"One page with twelve answers and a chart of them; medians of {plan.views} views in turns:"
    return [
        Table(title, columns, [figure.row for figure in common], all(figure.kept for figure in common)),
        Table(
            "Ours alone:",
            ["", OURS.name, "goal", "reached"],
            [figure.own_row for figure in own],
            all(figure.kept for figure in own),
        ),
    ]
