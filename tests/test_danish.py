"""Denmark's day, which opening days, waves and deletions follow."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fællesledelse import danish

ROOT = Path(__file__).parents[1]
FURTHEST = "Pacific/Kiritimati", "Etc/GMT+12"  # 26 hours apart: never the same day in both


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize("elsewhere", FURTHEST, indirect=True)
def test_today_is_denmarks_whatever_clock_the_computer_goes_by(elsewhere: None) -> None:
    now = datetime.now(UTC)
    assert danish.today() in {(now + timedelta(hours=ahead)).date() for ahead in (1, 2)}


def test_nothing_asks_the_computer_which_day_it_is() -> None:
    """On a server that goes by UTC that is yesterday until one or two at night."""
    asks = "date.to" + "day()"
    found = [path for room in ("src", "tests") for path in (ROOT / room).rglob("*.py") if asks in path.read_text("utf-8")]
    assert found == []
