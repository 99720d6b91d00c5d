"""Whether a contestant does the whole work: shows, saves, and draws what has just been written."""

import asyncio
import time
from collections.abc import Callable

from playwright.async_api import Page

from .chromium import Chromium, go, leave
from .contestant import Running
from .contestants.work import QUESTIONS
from .viewers import Viewer

KEY = "draft.why"
MORE = " ord"
PATIENCE = 30.0  # seconds


class NotEqual(RuntimeError):
    """A contestant that does less than the others. The message says what is missing."""


async def prove(browser: Chromium, running: Running, viewer: Viewer) -> bool:
    """Write as a person would, and look for it on the page and on the server. Raises NotEqual.

    Whether a letter typed the moment the first field took text still stood there when everything was live.
    """
    page = await browser.tab()
    try:
        live = await go(page, running, viewer)
        kept = await _type_at_once(page, live)
        await _write(page, running, viewer)
        return kept
    finally:
        await leave(page)


async def _type_at_once(page: Page, live: "asyncio.Future[object]") -> bool:
    """Type a letter as soon as a field takes text; whether it has survived until all is live."""
    await _until(page, "globalThis.benchFound?.field", "a field that takes text")
    first = page.locator("textarea:visible").first
    await first.press("Control+End")
    await page.keyboard.type("x")
    if not (await first.input_value()).endswith("x"):
        raise NotEqual("a field that looked ready did not take a letter")
    await asyncio.wait_for(live, PATIENCE)
    return (await first.input_value()).endswith("x")


async def _write(page: Page, running: Running, viewer: Viewer) -> None:
    """Write one word more under a heading: the server has it, and the chart counts it."""
    box = page.locator("textarea:visible").nth(list(QUESTIONS).index(KEY))
    text = viewer.texts[KEY] + MORE
    await box.press("Control+End")
    await page.keyboard.type(MORE)
    await page.keyboard.press("Tab")
    await _come_true(lambda: running.stored(viewer).get(KEY) == text, f"{running.contestant.name} has not saved")
    counted = f"""[aria-label*="Hvorfor: {len(text.split())} ord"]"""
    await page.locator(counted).wait_for(timeout=1000 * PATIENCE)


async def _until(page: Page, condition: str, what: str) -> None:
    """Playwright's own way of waiting is refused by pages with a strict policy."""
    deadline = time.monotonic() + PATIENCE
    while not await page.evaluate(condition):
        if time.monotonic() > deadline:
            raise NotEqual(f"the page never had {what}")
        await asyncio.sleep(0.01)


async def _come_true(condition: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise NotEqual(otherwise)
        await asyncio.sleep(0.1)
