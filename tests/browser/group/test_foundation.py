"""A whole group, two and four at once, from its contract to a foundation that comes out: the seams between the parts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.journey.leader import TEXTS
from tests.live import Live

from .member import Member
from .round_table import FOUR, TWO, members, tables
from .together import agree, give_and_receive, share


@pytest.fixture(scope="module")
def live(all_open: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with tables(all_open, tmp_path_factory.mktemp("foundation")) as running:
        yield running


@pytest.fixture(params=[TWO, FOUR], ids=["two", "four"])
def group(request: pytest.FixtureRequest, chromium: Browser, live: Live) -> Iterator[list[Member]]:
    """A whole group that has just met; the first of them has written her draft."""
    everyone = [Member(chromium, live, email) for email in members(live, request.param)]
    for key in ("draft.task", "draft.why", "draft.offer", "draft.expect"):
        everyone[0].save(key, TEXTS[key])
    yield everyone
    for each in everyone:
        each.client.close()
        each.close()


def test_a_group_goes_from_its_contract_to_a_foundation_that_comes_out(group: list[Member]) -> None:
    agree(group, "Skriftlig feedback")
    share(group)
    give_and_receive(group)
    come_out(group)


def come_out(group: list[Member]) -> None:
    """The first publishes to her group; the last reads it in the gallery, until it is taken back."""
    first, last = group[0], group[-1]
    first.page.goto(f"{first.live.url}/hold/demo/udgivelse")
    first.until("document.querySelector('.publish:not([hidden]) .publish-sheet h4')")
    first.page.get_by_label("Min sparringsgruppe").check()
    first.page.get_by_role("button", name="Udgiv", exact=True).click()
    expect(first.page.locator(".publish-say")).to_have_text("Version 1 er udkommet.")
    last.page.goto(f"{last.live.url}/hold/demo/galleri")
    last.page.locator(".site-gallery-card").click()
    expect(last.page.locator(".site-foundation")).to_contain_text(TEXTS["draft.task"][:30])
