"""A whole group, two and four at once, from its contract to a foundation that comes out: the seams between the parts."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.journey.leader import TEXTS
from tests.live import Live

from .member import Member
from .round_table import FOUR, TWO, members, tables

SOON = 15_000  # milliseconds that a change may take from one page to another when the machine is busy


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
    agree(group)
    share(group)
    give_and_receive(group)
    come_out(group)


def agree(group: list[Member]) -> None:
    """One words a point anew, each of the others says yes on the page, and only then it holds."""
    first, *others = group
    for each in group:
        each.visit("workshop-1")
    contract = first.page.locator(".contract")
    contract.get_by_role("button", name="Ret og foreslå").click()
    contract.locator("textarea").first.fill("Vi er her for at turde mere.")
    contract.get_by_label("Skriftlig feedback").check()
    contract.get_by_role("button", name="Foreslå for gruppen").click()
    for each in others:
        theirs = each.page.locator(".contract")
        expect(theirs).to_contain_text("Vi er her for at turde mere.", timeout=SOON)
        expect(contract.locator(".contract-state")).to_have_attribute("data-state", "waiting")
        theirs.get_by_role("button", name="Jeg siger ja").click()
    for each in group:
        expect(each.page.locator(".contract-state")).to_have_attribute("data-state", "force", timeout=SOON)


def share(group: list[Member]) -> None:
    """The group begins workshop 2, all see the phase, and the first shares her draft."""
    first, *others = group
    for each in group:
        each.visit("workshop-2")
    first.page.locator(".room").get_by_role("button", name="Begynd", exact=True).click()
    for each in group:
        expect(each.page.locator(".room-title")).to_have_text("Kontrakten", timeout=SOON)
    first.part("share").get_by_role("button", name=re.compile("^Del")).click()
    for each in others:
        expect(each.part("readings").locator(".share-text").first).to_contain_text(TEXTS["draft.task"][:30], timeout=SOON)


def give_and_receive(group: list[Member]) -> None:
    """Each gives; the first is told who has, and reads when the last one has."""
    first, *others = group
    for number, each in enumerate(others, 1):
        readings = each.part("readings")
        readings.get_by_role("textbox", name="Hvad virker godt?", exact=True).fill(f"Det med huset. {number}")
        each.wait_until_saved()
        readings.get_by_role("button", name="Giv din feedback").click()
        each.page.get_by_role("dialog").get_by_role("button", name=re.compile("^Giv det til")).click()
        expect(readings.locator(".share-state").first).to_have_text("Du har givet feedback")
        expect(first.part("feedback").locator(".share-item")).to_have_count(
            number if number == len(others) else 0, timeout=SOON
        )
    assert first.api("GET", "feedback")["drafts"][0]["open"]


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
