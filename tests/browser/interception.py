"""Requests of a page that a test answers in the server's place."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route

ASKED = "/assets/tick.svg"


def intercept(page: Page, address: str, answer: Callable[[Route], Any]) -> None:
    """Let an open page's requests to ``address`` be answered here from now on.

    Chromium says that it intercepts a moment before its open pages do, and in that moment about one request in a hundred
    slips by. So the page asks for something until that has been intercepted. A page that is yet to be loaded needs no such
    care.
    """
    seen: list[str] = []

    def see(route: Route) -> None:
        seen.append(route.request.url)
        route.continue_()

    page.route(f"**{ASKED}", see)
    page.route(address, answer)
    for _ in range(100):
        page.evaluate("(path) => fetch(path).then(({ ok }) => ok)", ASKED)
        if seen:
            break
    page.unroute(f"**{ASKED}")
    assert seen, "Chromium intercepts nothing."
