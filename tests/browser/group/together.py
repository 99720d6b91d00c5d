"""What a whole group does together in its browsers, from the contract to the feedback on a draft."""

import re
from collections.abc import Sequence

from playwright.sync_api import expect

from tests.browser.journey.leader import TEXTS

from .member import Member

AGREED = "Vi er her for at turde mere."
SOON = 15_000  # milliseconds that a change may take from one page to another when the machine is busy


def agree(group: Sequence[Member], *allowed: str) -> None:
    """One words a point anew and allows what is ``allowed``, each of the others says yes, and only then it holds."""
    first, *others = group
    for each in group:
        each.visit("workshop-1")
    contract = first.page.locator(".contract")
    contract.get_by_role("button", name="Ret og foreslå").click()
    contract.locator("textarea").first.fill(AGREED)
    for each in allowed:
        contract.get_by_label(each).check()
    contract.get_by_role("button", name="Foreslå for gruppen").click()
    for each in others:
        theirs = each.page.locator(".contract")
        expect(theirs).to_contain_text(AGREED, timeout=SOON)
        expect(contract.locator(".contract-state")).to_have_attribute("data-state", "waiting")
        theirs.get_by_role("button", name="Jeg siger ja").click()
    for each in group:
        expect(each.page.locator(".contract-state")).to_have_attribute("data-state", "force", timeout=SOON)


def share(group: Sequence[Member]) -> None:
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


def give_and_receive(group: Sequence[Member]) -> None:
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
