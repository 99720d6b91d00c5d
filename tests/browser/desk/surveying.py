"""What the tests of evaluations and of the survey do in a page."""

from playwright.sync_api import Page

from tests.look.test_in_browser import violations

WIDTHS = (320, 390, 820, 1280)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def fits(page: Page) -> None:
    """On phones, a tablet and a desk, and by the rules of accessibility on each."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations(page) == []
