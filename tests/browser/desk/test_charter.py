"""The charter as a facilitator writes it on the wall, with the executive board in the room."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.server.people import ANNA, BENT, VIBEKE
from tests.server.serving import Server, start
from tests.server.test_charter import enrol, write_network

PURPOSE = "At lære at lede gennem andre, sammen."


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("charter")
    (place / "data").mkdir()
    write_network(place / "netvaerk", "netvaerk", (VIBEKE,), (ANNA, BENT))
    enrol(place / "data", place / "netvaerk", (VIBEKE, ANNA))
    running = start(place / "data", [place / "netvaerk"])
    try:
        running.wait_until_up()
        yield running
    finally:
        running.end()


@pytest.fixture
def wall(chromium: Browser, server: Server) -> Iterator[Page]:
    client = server.client(VIBEKE)
    client.accept("netvaerk")
    context = chromium.new_context(locale="da-DK", viewport={"width": 1920, "height": 1080})
    context.add_cookies([{"name": name, "value": value, "url": server.url} for name, value in client.cookies.items()])
    yield context.new_page()
    context.close()


def saved(page: Page, key: str) -> None:
    expect(page.locator(f'[data-field="{key}"]')).to_have_attribute("data-state", "saved")


def test_what_is_typed_and_picked_is_saved_and_released_and_read_by_a_leader(server: Server, wall: Page) -> None:
    wall.goto(f"{server.url}/hold/netvaerk/kommissorium")
    wall.get_by_role("textbox", name="Hvad er netværkets vigtigste formål?").fill(PURPOSE)
    saved(wall, "charter.purpose")
    wall.get_by_role("radio", name="På tværs af fag").check()
    saved(wall, "charter.field")
    assert Axe().run(wall).response["violations"] == []
    size = wall.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    assert size > 20  # read from across the room
    wall.goto(f"{server.url}/hold/netvaerk/netvaerk-forberedelse")
    expect(wall.get_by_role("textbox", name="Formålet")).to_have_value(PURPOSE)
    wall.get_by_role("link", name="Kommissoriet", exact=True).click()
    wall.get_by_role("button", name="Udgiv kommissoriet som version 1").click()
    expect(wall.get_by_role("status")).to_have_text("Version 1 er udgivet. Alle i netværket kan læse den nu.")
    assert Axe().run(wall).response["violations"] == []
    anna = server.client(ANNA)
    anna.accept("netvaerk")
    assert PURPOSE in anna.get("/hold/netvaerk/kommissoriet").text
