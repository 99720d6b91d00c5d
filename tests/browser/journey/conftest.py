"""The demo cohort on a real server, with every step open, and Chromium in front of it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from fællesledelse.cohort.build import build
from fællesledelse.cohort.demo import write_demo
from tests.live import Live, serving

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "hold"
    write_demo(folder, date.today(), all_open=True)
    build(folder)
    return folder


@pytest.fixture(scope="module")
def live(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with serving([demo_folder], tmp_path_factory.mktemp("server") / "data") as server:
        yield server
