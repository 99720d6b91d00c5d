"""The demo cohort on a real server, with every step open, and Chromium in front of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import tools
from tests.live import Live, serving


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Ended with its module: while Playwright is there, its thread can run neither another one nor asyncio."""
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=tools.chromium(), args=tools.FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def live(all_open: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One server for all; each test has leaders of its own."""
    with serving([all_open], tmp_path_factory.mktemp("server") / "data") as server:
        yield server
