"""What the tests look at: a field, its control, its state."""

import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

KEPT = "Gemt på denne computer – sendes, når forbindelsen er tilbage"


def field(page: Page, key: str = "turning-points") -> Locator:
    return page.locator(f'[data-field="{key}"]')


def box(page: Page, key: str = "turning-points") -> Locator:
    return page.locator(f'[data-key="{key}"]')


def status(page: Page, key: str = "turning-points") -> Locator:
    return field(page, key).locator(".fl-foot .fl-status")


def expect_saved(page: Page, key: str = "turning-points", within: float = 10_000) -> None:
    expect(field(page, key)).to_have_attribute("data-state", "saved", timeout=within)


def expect_kept(page: Page, key: str = "turning-points", within: float = 10_000) -> None:
    expect(status(page, key)).to_have_text(KEPT, timeout=within)


def until(true: Callable[[], bool], page: Page, within: float = 10) -> None:
    """Wait until ``true()``; the page's policy forbids the browser driver to do so by itself."""
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "it did not come true"
        page.wait_for_timeout(50)


def expect_all_sent(page: Page) -> None:
    until(lambda: page.evaluate("faellesledelse.unsent.length") == 0, page)


def entries(page: Page) -> int:
    """How many entries the journal holds, whoever owns them."""
    count = page.evaluate(
        """() => new Promise((resolve, reject) => {
            const opening = indexedDB.open("faellesledelse", 1);
            opening.onerror = () => reject(opening.error);
            opening.onsuccess = () => {
                const database = opening.result;
                const counting = database.transaction("entries").objectStore("entries").count();
                counting.onsuccess = () => { database.close(); resolve(counting.result); };
            };
        })"""
    )
    assert isinstance(count, int)
    return count
