"""What many do to a server at once: forty who arrive within a second, pages that stay open, and leaders who write."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from websockets.exceptions import WebSocketException

from . import processes
from .chromium import NeverLive, View
from .contestant import Running
from .viewers import Viewer
from .visitors import Incomplete, Visitor
from .wire import NoAnswer

SEED = 20260615
PATIENCE = 180.0  # seconds that an arrival may take
GENTLY = 4  # pages opened at a time where nothing is measured of it
SETTLED = 0.02  # of a core that a server at rest may use
TROUBLE = (Incomplete, NoAnswer, OSError, WebSocketException, TimeoutError, NeverLive)
"""What goes wrong with a page that fails."""

Make = Callable[[Viewer], Visitor]
"""Gives a protocol client for a viewer."""


@dataclass(frozen=True)
class Arrivals:
    """``seconds``: what each took that became complete; ``failures``: what was wrong with the others."""

    seconds: list[float]
    failures: list[str] = field(default_factory=list)
    browser: View | None = None


async def settle(running: Running, most: float = 10.0) -> None:
    """Until a server is at rest, or ``most`` seconds are over."""
    end = time.monotonic() + most
    quiet = 0
    before = processes.cpu(running.process)
    while quiet < 2 and time.monotonic() < end:
        await asyncio.sleep(0.3)
        now = processes.cpu(running.process)
        quiet = quiet + 1 if now - before <= SETTLED * 0.3 + 1 / processes.TICK else 0
        before = now


async def arrive(make: Make, people: Sequence[Viewer], within: float, browser: Callable[[], Awaitable[View]]) -> Arrivals:
    """Everyone opens the page at a moment of their own ``within`` that many seconds, a real browser in their midst."""
    dice = random.Random(SEED)
    visitors = [make(viewer) for viewer in people]
    moments = [dice.uniform(0, within) for _ in people]
    beside = asyncio.create_task(_after(within / 2, browser))
    told = await asyncio.gather(*map(_arrive, visitors, moments))
    seen = await beside
    await asyncio.gather(*(visitor.close() for visitor in visitors))
    seconds = [each for each in told if isinstance(each, float)]
    failures = [each for each in told if isinstance(each, str)]
    return Arrivals(seconds, failures + ([seen] if isinstance(seen, str) else []), seen if isinstance(seen, View) else None)


async def _arrive(visitor: Visitor, moment: float) -> float | str:
    await asyncio.sleep(moment)
    begin = time.perf_counter()
    try:
        await asyncio.wait_for(visitor.open(), PATIENCE)
    except TROUBLE as trouble:
        return f"{visitor.viewer.name}: {trouble!r}"
    return time.perf_counter() - begin


async def _after(moment: float, browser: Callable[[], Awaitable[View]]) -> View | str:
    await asyncio.sleep(moment)
    try:
        return await browser()
    except TROUBLE as trouble:
        return f"Chromium: {trouble!r}"


@dataclass(frozen=True)
class Memory:
    """Bytes of a server with ``pages`` open pages, and what each of them added to it."""

    pages: int
    whole: float
    each: float


async def remember(running: Running, make: Make, people: Sequence[Viewer]) -> tuple[Memory, list[Visitor]]:
    """What open pages cost. One page is open before and after, so that what the first one wakes is not counted."""
    first, *rest = map(make, people)
    await first.open()
    await settle(running)
    before = processes.memory(running.process)
    await open_all(rest)
    await settle(running)
    after = processes.memory(running.process)
    return Memory(len(people), after, (after - before) / len(rest)), [first, *rest]


async def open_all(visitors: Sequence[Visitor]) -> None:
    """Open pages, a few at a time."""
    turns = asyncio.Semaphore(GENTLY)

    async def one(visitor: Visitor) -> None:
        async with turns:
            await asyncio.wait_for(visitor.open(), PATIENCE)

    await asyncio.gather(*map(one, visitors))


async def close_all(visitors: Sequence[Visitor]) -> None:
    """Leave pages."""
    for visitor in visitors:
        with suppress(*TROUBLE):
            await visitor.close()
