"""Chromium, for every test that meets the workbook as people do."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests import tools

expect.set_options(timeout=15_000)  # what a loaded machine may need; a page that is right is seen at once


@pytest.fixture(scope="module", autouse=True)
def _quick(uncounted: None) -> None:
    """What the pages ask of a server, other tests ask of it without a browser."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Ended with its module: while Playwright is there, its thread can run neither another one nor asyncio."""
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=tools.chromium(), args=tools.FLAGS)
        yield browser
        browser.close()
