"""Chromium in front of a small server that speaks the answers API."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, sync_playwright

from tests import tools

from .constructed import constructed
from .writing_server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server(constructed())
    yield running
    running.close()
    assert running.state.reports == []


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    chromium = playwright.chromium.launch(executable_path=tools.chromium(), args=tools.FLAGS)
    yield chromium
    chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    own = browser.new_context(locale="da-DK", timezone_id="Europe/Copenhagen", viewport={"width": 1024, "height": 800})
    own.set_default_timeout(10_000)
    own.set_default_navigation_timeout(tools.PAGE_PATIENCE)
    yield own
    for page in own.pages:
        with suppress(Error):  # Chromium may hang for ever when it is closed in the midst of a load
            page.wait_for_load_state(timeout=5000)
    own.close()


Opener = Callable[..., Page]


@pytest.fixture
def opened(context: BrowserContext, server: Server) -> Opener:
    """Opens the step in a new tab and waits for its fields."""

    def open_step(path: str = "/hold/demo/forberedelse-1", within: BrowserContext = context) -> Page:
        page = within.new_page()
        page.on("console", lambda message: print("console:", message.text))
        page.on("pageerror", lambda error: print("pageerror:", error))
        page.goto(server.url + path)
        page.locator('[data-key="turning-points"]:not([readonly])').wait_for()
        return page

    return open_step
