"""What the tests of evaluations and of the survey do in a page."""

import re

import httpx
from playwright.sync_api import Page

from tests.look.test_in_browser import violations

FORM = "/hold/demo/spoergeskema"
WIDTHS = (320, 390, 820, 1280)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def fits(page: Page) -> None:
    """On phones, a tablet and a desk, and by the rules of accessibility on each."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations(page) == []


def items(who: httpx.Client) -> list[str]:
    """The keys of what is asked, from the page itself."""
    return re.findall(r'data-item="([^"]+)"', who.get(FORM).text)


def answer(who: httpx.Client, wave: str, value: int) -> None:
    """Everything alike, and sent."""
    for item in items(who):
        who.put(f"/api/demo/survey/{wave}/items/{item}", json={"value": value}).raise_for_status()
    who.post(f"/api/demo/survey/{wave}/send", json={"copy": False}).raise_for_status()
