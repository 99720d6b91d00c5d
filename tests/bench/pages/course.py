"""One run: all contestants in the same browser by turns, then each alone under load, then ours with many pages open."""

import asyncio
import math
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.live import Live

from . import contestant, ours, processes
from .chromium import Chromium, FirstVisit, View, chromium, same
from .contestant import Running, Visited
from .load import TROUBLE, Arrivals, Memory, arrive, close_all, later, open_all, remember, settle
from .proof import prove
from .viewers import Viewer
from .visitors import OurVisitor, Visitor, WakingVisitor
from .writing import Writer, Written, write

BEGAN = time.monotonic()
NEVER = View(math.inf, math.inf)


@dataclass(frozen=True)
class Plan:
    """How much is done. ``crowd`` pages of ours stay open, while ``writers`` of their leaders write for ``seconds``.

    ``warm`` views come before any is counted: a browser keeps what it has made of a script from the second on.
    """

    warm: int = 2
    views: int = 11
    pages: int = 20
    arrivals: int = 40
    crowd: int = 300
    writers: int = 40
    seconds: float = 60

    @property
    def people(self) -> int:
        """How many it takes: the first two are the browser's."""
        return 3 + max(self.pages, self.arrivals, self.crowd)


QUICK = Plan(warm=1, views=1, pages=3, arrivals=4, crowd=8, writers=3, seconds=5)


@dataclass
class Result:
    """What one contestant reached. ``kept``: what was typed at the first moment still stood there when all was live."""

    kept: bool
    first: FirstVisit
    files: list[str]
    views: list[View] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    memory: Memory | None = None
    arrivals: Arrivals | None = None


@dataclass(frozen=True)
class Crowd:
    """Many open pages of ours. ``memory`` is what they cost when some of their leaders have written for a while."""

    memory: Memory
    written: Written
    browser: View


@dataclass(frozen=True)
class Alone:
    """What is asked of ours alone. ``quiet``: arrivals that ask for no more than the page; ``awake``: pages with kernels."""

    quiet: Arrivals
    awake: Memory
    crowd: Crowd


@dataclass
class Course:
    """Who meets where. The first of ``people`` looks, the second writes to prove; the rest are protocol clients."""

    plan: Plan
    place: Path
    live: Live
    people: list[Viewer]
    browser: Chromium
    results: dict[str, Result] = field(default_factory=dict)

    async def single(self) -> None:
        """One page at a time: all contestants are there, and take turns."""
        with ExitStack() as stack:
            others = [stack.enter_context(contestant.serving(each, self.place)) for each in contestant.OTHERS]
            everyone = [*others, ours.running(self.live)]
            for running in everyone:
                await self._meet(running)
            for turn in range(self.plan.warm + self.plan.views):
                tell(f"view {turn + 1} of {self.plan.warm + self.plan.views}")
                for running in everyone:
                    await self._view(running, counted=turn >= self.plan.warm)

    async def loads(self) -> None:
        """Open pages and arrivals, each contestant alone on a server that has only just started."""
        for each in contestant.OTHERS:
            with contestant.serving(each, self.place) as running:
                self.results[each.name].memory = await self._remember(running, each.visitor)
            with contestant.serving(each, self.place) as running:
                self.results[each.name].arrivals = await self._arrive(running, each.visitor)
        result = self.results[ours.OURS.name]
        result.memory = await self._remember(ours.anew(self.live), OurVisitor)
        result.arrivals = await self._arrive(ours.anew(self.live), WakingVisitor)

    async def alone(self) -> Alone:
        """What only ours is asked."""
        quiet = await self._arrive(ours.anew(self.live), OurVisitor)
        awake = await self._remember(ours.anew(self.live), WakingVisitor)
        return Alone(quiet, awake, await self._crowd(ours.anew(self.live)))

    async def _meet(self, running: Running) -> None:
        """See that it does the whole work, and what a first visit asks for."""
        tell(f"{running.contestant.name}: proof and first visits")
        processes.check_counted(running.process)
        looks, proves, *_ = self.people
        kept = await prove(self.browser, running, proves)
        visits = [await self.browser.first(running, looks) for _ in range(2)]
        self.results[running.contestant.name] = Result(kept, visits[0], same(visits))

    async def _view(self, running: Running, counted: bool) -> None:
        await settle(running)
        before = processes.cpu(running.process)
        view = await self._look(running)
        await settle(running)
        if counted:
            result = self.results[running.contestant.name]
            result.views.append(view)
            result.costs.append(processes.cpu(running.process) - before)

    async def _look(self, running: Running) -> View:
        try:
            return await self.browser.view(running, self.people[0])
        except TROUBLE as trouble:
            tell(f"{running.contestant.name}: {trouble!r}")
            return NEVER

    async def _remember(self, running: Running, kind: type[Visitor]) -> Memory:
        tell(f"{running.contestant.name}: {self.plan.pages} open pages")
        first, *rest = self._clients(running, kind, self.people[2:])
        return await remember(running, first, rest[: self.plan.pages])

    async def _arrive(self, running: Running, kind: type[Visitor]) -> Arrivals:
        tell(f"{running.contestant.name}: {self.plan.arrivals} arrivals")
        first, *rest = self._clients(running, kind, self.people[2:])
        await open_all([first])
        await settle(running)
        arrivals = await arrive(rest[: self.plan.arrivals], lambda: self._look(running))
        await close_all([first])
        for failure in arrivals.failures:
            tell(failure)
        return arrivals

    async def _crowd(self, running: Running) -> Crowd:
        tell(f"{running.contestant.name}: {self.plan.crowd} open pages, of which {self.plan.writers} are written on")
        people, writing = self.people[2 : 3 + self.plan.crowd], 1 + self.plan.writers
        first, *readers = self._clients(running, OurVisitor, [people[0], *people[writing:]])
        writers = self._clients(running, Writer, people[1:writing])
        await open_all([first])
        await settle(running)
        before = processes.memory(running.process)
        await open_all([*writers, *readers])
        beside = asyncio.create_task(later(self.plan.seconds / 2, lambda: self._look(running)))
        written = await write(writers, self.plan.seconds)
        after = processes.memory(running.process)
        await close_all([first, *writers, *readers])
        for failure in written.failures:
            tell(failure)
        return Crowd(Memory(after, (after - before) / self.plan.crowd), written, await beside)

    def _clients(self, running: Running, kind: type[Visited], people: Sequence[Viewer]) -> list[Visited]:
        """Those people as protocol clients of that kind."""
        return [running.client(kind, viewer, self.results[running.contestant.name].files) for viewer in people]


@asynccontextmanager
async def course(plan: Plan) -> AsyncIterator[Course]:
    """Everyone who takes part, ready to go."""
    people = [Viewer(number) for number in range(plan.people)]
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        contestant.lay_out(place / "others", people)
        tell(f"{len(people)} leaders enrol")
        with ours.started(place, people) as (live, signed_in):
            async with chromium() as browser:
                yield Course(plan, place / "others", live, signed_in, browser)


def tell(line: str) -> None:
    """Say how far the run has come."""
    print(f"{time.monotonic() - BEGAN:4.0f} s · {line}", file=sys.stderr, flush=True)
