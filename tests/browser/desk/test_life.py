"""A network's life in a browser: a decision is talked over, kept, read by a leader and replaced."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import Page, expect

from fællesledelse import danish
from tests.live import Live, serving
from tests.network.laying import FACILITATOR, LEADERS, lay_network

from .surveying import fits, press

NET = "demo-netvaerk"
DESK, MINE, ALL = f"/hold/{NET}/styring/liv", f"/hold/{NET}/netvaerkets-liv", f"/hold/{NET}/netvaerk"
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    place = tmp_path_factory.mktemp("life")
    with serving([lay_network(place / "netvaerk", danish.today() - timedelta(days=53))], place / "data") as found:
        yield found


@pytest.fixture(scope="module")
def people(live: Live) -> Iterator[list[httpx.Client]]:
    """The facilitator and a leader, as protocol clients."""
    clients = [live.enrol(email, NET) for email in (FACILITATOR, LEADERS[0])]
    yield clients
    for client in clients:
        client.close()


def test_a_decision_waits_for_the_dialogue_is_kept_and_replaced(
    browse: Callable[..., Page], people: list[httpx.Client]
) -> None:
    page = browse(people[0], DESK)
    expect(page.get_by_text("Til beslutning", exact=True)).to_be_visible()
    card = page.locator("section.site-card", has=page.get_by_role("heading", name="Efter evalueringen", exact=True))
    expect(card).to_contain_text("Klar til beslutning siden")
    opened = card.get_by_role("button", name="Skriv beslutningen")
    opened.focus()
    page.keyboard.press("Enter")
    meeting = card.get_by_label("Hvor talte I om det?")
    expect(meeting).to_be_focused()
    fits(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    card.get_by_label("Lav noget om").check()
    card.get_by_label("Hvorfor?").fill(HOSTILE)
    press(page, "Gem beslutningen")
    expect(card.get_by_role("status")).to_contain_text("Dialogen mangler. Tal med deltagerne først")
    expect(card.get_by_label("Hvornår?")).to_be_focused()
    meeting.select_option(index=1)
    expect(card.get_by_label("Hvordan?")).to_have_value(re.compile("^På mødet »"))
    press(page, "Gem beslutningen")
    expect(page.locator(".fl-part > .desk-status")).to_contain_text("Beslutningen er gemt.")
    kept = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="1. Efter evalueringen: Lav noget om"))
    expect(kept).to_contain_text(HOSTILE)
    expect(kept.get_by_role("link", name="Netværket: fil, datoer og grupper")).to_have_attribute(
        "href", f"/hold/{NET}/styring/holdet"
    )
    kept.get_by_role("button", name="Afløs beslutningen").click()
    kept.get_by_label("Tag beslutningen tilbage").check()
    expect(kept.get_by_label("Hvornår?")).to_be_hidden()
    kept.get_by_label("Hvorfor?").fill("Den var skrevet for tidligt")
    press(page, "Gem beslutningen")
    expect(page.get_by_role("heading", name="2. Efter evalueringen: Taget tilbage")).to_be_visible()
    expect(card).to_contain_text("Klar til beslutning siden")
    fits(page)


def test_a_leader_reads_what_comes_and_what_was_decided(browse: Callable[..., Page], people: list[httpx.Client]) -> None:
    page = browse(people[1], MINE, 390)
    expect(page.get_by_role("heading", level=1)).to_have_text("Netværkets liv")
    expect(page.get_by_text(HOSTILE)).to_be_visible()
    expect(page.get_by_text("Ingen beslutning bliver taget, før I har talt om den.")).to_be_visible()
    fits(page)


def test_the_overview_leads_to_a_network_s_own_page(browse: Callable[..., Page], people: list[httpx.Client]) -> None:
    page = browse(people[0], ALL)
    fits(page)
    page.get_by_role("link", name="Netværk for ledere af ledere", exact=True).last.click()
    expect(page).to_have_url(re.compile(f"{DESK}$"))
    expect(page.get_by_text("Prøvetiden", exact=True)).to_be_visible()
