"""Pages as someone sees them who has enrolled."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.live import Live


@pytest.fixture
def browse(chromium: Browser, live: Live) -> Iterator[Callable[..., Page]]:
    """Open a page as someone. Nothing it does may break the policy or fail, but for what the test itself has cut off."""
    opened: list[Page] = []
    trouble: list[str] = []

    def open_page(who: httpx.Client, path: str, width: int = 1280) -> Page:
        context = chromium.new_context(locale="da-DK", viewport={"width": width, "height": 800}, accept_downloads=True)
        context.add_cookies([{"name": name, "value": value, "url": live.url} for name, value in who.cookies.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
        page.goto(live.url + path)
        opened.append(page)
        return page

    yield open_page
    for page in opened:
        page.context.close()
    assert [each for each in trouble if "ERR_FAILED" not in each and "403" not in each and "400" not in each] == []
