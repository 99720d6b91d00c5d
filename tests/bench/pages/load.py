"""What many do to a server at once: forty who arrive within a second, pages that stay open, and leaders who write."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from playwright.async_api import Error
from websockets.exceptions import WebSocketException

from . import processes
from .chromium import NeverLive, View
from .contestant import Running
from .visitors import Incomplete, Visitor
from .wire import NoAnswer

SEED = 20260615
PATIENCE = 180.0  # seconds that an arrival may take
WITHIN = 1.0  # seconds in which everyone arrives
GENTLY = 4  # pages opened at a time where nothing is measured of it
SETTLED = 0.02  # of a core that a server at rest may use
TROUBLE = (Incomplete, NoAnswer, OSError, WebSocketException, TimeoutError, NeverLive, Error)
"""What goes wrong with a page that fails."""


@dataclass(frozen=True)
class Arrivals:
    """``seconds``: what each took that became complete; ``failures``: what was wrong with the others."""

    seconds: list[float]
    failures: list[str]
    browser: View


@dataclass(frozen=True)
class Memory:
    """Bytes of a server with open pages, and what each of them has added to it."""

    whole: float
    each: float


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


async def arrive(visitors: Sequence[Visitor], browser: Callable[[], Awaitable[View]]) -> Arrivals:
    """Everyone opens the page at a moment of their own within a second, a real browser in their midst; then all leave."""
    dice = random.Random(SEED)
    moments = [dice.uniform(0, WITHIN) for _ in visitors]
    beside = asyncio.create_task(later(WITHIN / 2, browser))
    told = await asyncio.gather(*map(_arrive, visitors, moments))
    view = await beside
    await close_all(visitors)
    seconds, failures = ([each for each in told if isinstance(each, kind)] for kind in (float, str))
    return Arrivals(seconds, failures, view)


async def _arrive(visitor: Visitor, moment: float) -> float | str:
    """Seconds until the page was complete, or what was wrong."""
    await asyncio.sleep(moment)
    begin = time.perf_counter()
    try:
        await asyncio.wait_for(visitor.open(), PATIENCE)
    except TROUBLE as trouble:
        return f"{visitor.viewer.name}: {trouble!r}"
    return time.perf_counter() - begin


async def later(seconds: float, look: Callable[[], Awaitable[View]]) -> View:
    """What a browser sees that comes by after a while."""
    await asyncio.sleep(seconds)
    return await look()


async def remember(running: Running, first: Visitor, others: Sequence[Visitor]) -> Memory:
    """What the open pages of ``others`` cost. The first page is open before, so that what it wakes is not counted."""
    await open_all([first])
    await settle(running)
    before = processes.memory(running.process)
    await open_all(others)
    await settle(running)
    after = processes.memory(running.process)
    await close_all([first, *others])
    return Memory(after, (after - before) / len(others))


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
