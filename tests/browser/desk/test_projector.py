"""The screen on the wall and the phone that steers it: one press for all groups, by button or key, and lost lines told."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from tests.browser.group.round_table import FOUR, STEP, THREE, facilitator, members
from tests.browser.interception import intercept
from tests.live import Live, serving

WALL = ViewportSize(width=1280, height=720)
LARGE = ViewportSize(width=1920, height=1080)
PHONE = ViewportSize(width=390, height=844)
SCREEN = f"/api/demo/projector/{STEP}"


@pytest.fixture(scope="module")
def live(all_open: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with serving([all_open], tmp_path_factory.mktemp("wall") / "data") as found:
        yield found


@pytest.fixture(scope="module")
def vibeke(live: Live) -> Iterator[httpx.Client]:
    """The facilitator's protocol client."""
    client = live.enrol(facilitator(live))
    yield client
    client.close()


@pytest.fixture(scope="module")
def leader(live: Live) -> Iterator[httpx.Client]:
    """Someone of a group of three."""
    client = live.enrol(members(live, THREE)[0])
    yield client
    client.close()


@pytest.fixture
def walls(chromium: Browser, live: Live, vibeke: httpx.Client) -> Iterator[Any]:
    """Screens of the facilitator's, all before any group has begun. What their consoles say must be what was expected."""
    back(vibeke)
    opened: list[Page] = []
    trouble: list[str] = []

    def open_wall(viewport: ViewportSize = WALL, **more: Any) -> Page:
        context = chromium.new_context(locale="da-DK", timezone_id="Europe/Copenhagen", viewport=viewport, **more)
        for name, value in vibeke.cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": live.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
        page.goto(f"{live.url}/hold/demo/{STEP}/laerred")
        expect(page.locator("[data-report]")).to_have_text("Ingen er begyndt endnu.")
        opened.append(page)
        return page

    yield open_wall
    for page in opened:
        page.context.close()
    assert [each for each in trouble if "ERR_INTERNET_DISCONNECTED" not in each] == []


def back(client: httpx.Client) -> None:
    """All rooms as they are before they begin."""
    for each in client.get(SCREEN).json()["groups"]:
        room = f"/api/demo/rooms/{STEP}?group={each['group']}"
        client.put(room, json={"base": each["version"], "do": "go", "phase": -1}).raise_for_status()


def title(page: Page) -> Any:
    return page.get_by_role("heading", level=1)


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name, exact=isinstance(name, str)).click()


def left(page: Page) -> int:
    found = re.fullmatch(r"(\d+):(\d\d)", page.get_by_role("timer").inner_text())
    assert found
    return 60 * int(found[1]) + int(found[2])


def test_one_press_begins_for_all_and_every_screen_shows_it(walls: Any, leader: httpx.Client) -> None:
    wall, phone = walls(), walls(PHONE, has_touch=True)
    press(phone, "Begynd for alle")
    for page in (wall, phone):
        expect(title(page)).to_have_text("Kontrakten")
        expect(page.locator("[data-report]")).to_have_text("Alle 12 grupper er i »Kontrakten«.")
    assert leader.get(f"/api/demo/rooms/{STEP}").json()["phase"] == 0
    press(phone, "Næste: Fortæl")
    expect(title(wall)).to_have_text("Fortæl")
    expect(wall.locator("[data-turn]")).to_have_text("1. tur")
    expect(wall.locator("[data-next]")).to_have_text("Bagefter: Spørg, 10 minutter")
    assert abs(left(wall) - left(phone)) <= 1
    expect(wall.get_by_role("definition")).to_have_count(3)


def test_the_keys_of_a_keyboard_and_of_a_clicker(walls: Any) -> None:
    wall = walls()
    report = wall.locator("[data-report]")
    for key, words in {
        "Space": "Alle 12 grupper er i »Kontrakten«.",
        "ArrowRight": "Alle 12 grupper er i »Fortæl«, 1. tur.",
        "PageDown": "Alle 12 grupper er i »Spørg«, 1. tur.",
        "PageUp": "Alle 12 grupper er i »Fortæl«, 1. tur.",
        "ArrowLeft": "Alle 12 grupper er i »Kontrakten«.",
    }.items():
        wall.keyboard.press(key)
        expect(report).to_have_text(words)
    wall.keyboard.press("Space")
    expect(report).to_have_text("Alle 12 grupper er i »Kontrakten«. Uret står stille.")
    before = left(wall)
    wall.keyboard.press("ArrowUp")
    expect(wall.get_by_role("timer")).to_have_text(re.compile(rf"{(before + 300) // 60}:\d\d"))
    wall.keyboard.press("Space")
    expect(report).to_have_text("Alle 12 grupper er i »Kontrakten«.")


def test_nothing_can_be_begun_or_ended_where_no_group_meets_today(walls: Any) -> None:
    wall = walls()

    def elsewhere(route: Route) -> None:
        told = route.fetch().json()
        route.fulfill(json=told | {"groups": [group | {"away": "mødes 3. december"} for group in told["groups"]]})

    begin, end = (wall.get_by_role("button", name=name) for name in ("Begynd for alle", "Slut for i dag"))
    expect(begin).to_be_enabled()
    expect(end).to_be_hidden()
    wall.route(f"**{SCREEN}", elsewhere)
    wall.reload()
    expect(begin).to_be_disabled()
    expect(end).to_be_hidden()


def test_space_on_a_button_presses_that_button(walls: Any) -> None:
    wall = walls()
    press(wall, "Begynd for alle")
    expect(title(wall)).to_have_text("Kontrakten")
    wall.get_by_role("button", name="Næste: Fortæl").focus()
    wall.keyboard.press("Space")
    expect(wall.locator("[data-report]")).to_have_text("Alle 12 grupper er i »Fortæl«, 1. tur.")


def test_a_group_with_its_own_time_stands_apart_and_can_be_taken_along(walls: Any, leader: httpx.Client) -> None:
    wall = walls()
    press(wall, "Begynd for alle")
    expect(title(wall)).to_have_text("Kontrakten")
    room = leader.get(f"/api/demo/rooms/{STEP}").json()
    leader.put(f"/api/demo/rooms/{STEP}", json={"base": room["version"], "do": "pause"}).raise_for_status()
    own = wall.get_by_role("listitem").filter(has_text=f"Gruppe {THREE}")
    expect(own).to_contain_text("eget ur · på pause")
    wall.keyboard.press("ArrowRight")
    report = wall.locator("[data-report]")
    expect(report).to_have_text(f"11 af 12 grupper er i »Fortæl«, 1. tur. Gruppe {THREE} er på pause.")
    expect(own).to_contain_text("Kontrakten · eget ur · på pause")
    press(wall, f"Tag med Gruppe {THREE}")
    expect(report).to_have_text("Alle 12 grupper er i »Fortæl«, 1. tur.")
    assert leader.get(f"/api/demo/rooms/{STEP}").json()["phase"] == 1


def test_what_a_press_came_to_stands_until_the_groups_are_elsewhere(walls: Any, leader: httpx.Client) -> None:
    wall = walls()
    press(wall, "Begynd for alle")
    expect(title(wall)).to_have_text("Kontrakten")
    room = leader.get(f"/api/demo/rooms/{STEP}").json()

    def meanwhile(route: Route) -> None:
        if route.request.method == "PUT":
            change = {"base": room["version"], "do": "extend"}
            leader.put(f"/api/demo/rooms/{STEP}", json=change).raise_for_status()
        route.continue_()

    intercept(wall, f"**{SCREEN}", meanwhile)
    wall.keyboard.press("ArrowRight")
    report = wall.locator("[data-report]")
    words = f"Gruppe {THREE} nåede selv at skifte og blev ikke flyttet. 11 af 12 grupper er i »Fortæl«, 1. tur."
    expect(report).to_contain_text(words)
    for _ in range(3):
        with wall.expect_response("**/live"):
            pass
    expect(report).to_contain_text(words)


def test_a_press_by_mistake_is_undone(walls: Any) -> None:
    wall = walls()
    press(wall, "Begynd for alle")
    expect(title(wall)).to_have_text("Kontrakten")
    wall.keyboard.press("ArrowRight")
    expect(title(wall)).to_have_text("Fortæl")
    press(wall, "Fortryd")
    expect(title(wall)).to_have_text("Kontrakten")
    expect(wall.get_by_role("button", name="Fortryd")).to_be_hidden()


def test_it_is_the_same_after_a_reload(walls: Any) -> None:
    wall = walls()
    press(wall, "Begynd for alle")
    expect(title(wall)).to_have_text("Kontrakten")
    before = left(wall)
    wall.reload()
    expect(title(wall)).to_have_text("Kontrakten")
    assert before - 20 < left(wall) <= before


def test_a_lost_line_is_told_within_three_seconds_and_the_clock_goes_on(
    walls: Any, live: Live, vibeke: httpx.Client
) -> None:
    wall = walls()
    press(wall, "Begynd for alle")
    expect(title(wall)).to_have_text("Kontrakten")
    lost = wall.get_by_role("alert")
    intercept(wall, "**/api/**", lambda route: None)  # nothing comes back, and nothing tells the browser so
    since = time.monotonic()
    expect(lost).to_contain_text("Ingen forbindelse siden kl. ", timeout=3000)
    assert time.monotonic() - since < 3.2
    before = left(wall)
    expect(wall.get_by_role("timer")).not_to_have_text(re.compile(rf"{before // 60}:{before % 60:02}"))
    every = vibeke.get(SCREEN).json()["groups"]
    wanted = {each["group"]: each["version"] for each in every}
    vibeke.put(SCREEN, json={"do": "next", "groups": wanted}).raise_for_status()
    wall.unroute("**/api/**")
    expect(title(wall)).to_have_text("Fortæl")
    expect(lost).to_be_hidden()


def test_without_a_line_a_press_says_that_nobody_knows(walls: Any) -> None:
    wall = walls()
    wall.context.set_offline(True)
    press(wall, "Begynd for alle")
    expect(wall.locator("[data-report]")).to_contain_text("Vi ved ikke, om grupperne fik besked.")
    wall.context.set_offline(False)
    expect(wall.get_by_role("alert")).to_be_hidden()
    expect(title(wall)).to_have_text("Velkommen")


def test_every_phase_fits_on_the_wall_in_signs_one_reads_at_ten_metres(walls: Any) -> None:
    """A wall two metres wide at ten metres: signs of 2 in a hundred of its width and more, whatever the phase says."""
    wall = walls(LARGE)
    wall.keyboard.press("Space")
    expect(title(wall)).to_have_text("Kontrakten")
    seen = []
    for _ in range(8):
        seen.append(title(wall).inner_text())
        sizes = [float(wall.locator(f"[data-{name}]").evaluate(SIZE)) for name in ("left", "title", "text")]
        assert sizes[0] > 180
        assert sizes[1] > 75
        assert sizes[2] > 32
        for viewport in (WALL, LARGE):
            wall.set_viewport_size(viewport)
            wall.wait_for_timeout(50)
            assert wall.evaluate("document.documentElement.scrollHeight <= innerHeight"), (seen[-1], viewport)
        wall.keyboard.press("ArrowRight")
        expect(title(wall)).not_to_have_text(seen[-1])
    assert "Tænk højt" in seen


SIZE = "(element) => parseFloat(getComputedStyle(element).fontSize)"


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WALL, PHONE], ids=["wall", "phone"])
def test_nothing_of_it_is_hard_to_see_or_to_reach(walls: Any, look: str, viewport: ViewportSize) -> None:
    wall = walls(viewport, color_scheme=look, reduced_motion="reduce")
    press(wall, "Begynd for alle")
    expect(title(wall)).to_have_text("Kontrakten")
    expect(wall.locator("body")).not_to_have_attribute("data-busy", "")
    found = Axe().run(wall).response["violations"]
    assert [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]] == []
    assert wall.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wall.locator("[data-buttons]").evaluate("(each) => getComputedStyle(each).transitionDuration") == "0s"


def test_the_buttons_leave_the_wall_and_come_back_with_the_mouse(walls: Any) -> None:
    wall = walls()
    buttons = wall.locator("[data-buttons]")
    expect(buttons).to_have_css("opacity", "0", timeout=8000)
    wall.mouse.move(300, 300)
    wall.mouse.move(310, 310)
    expect(buttons).to_have_css("opacity", "1")


def test_the_chosen_look_is_kept(walls: Any) -> None:
    wall = walls(color_scheme="light")
    press(wall, "Mørk")
    wall.reload()
    expect(wall.locator("html")).to_have_attribute("data-look", "dark")
    expect(wall.get_by_role("button", name="Lys")).to_be_visible()


def test_the_workshops_page_leads_to_papers_and_wall(chromium: Browser, live: Live, vibeke: httpx.Client) -> None:
    context = chromium.new_context(locale="da-DK", viewport=WALL, accept_downloads=True)
    for name, value in vibeke.cookies.items():
        context.add_cookies([{"name": name, "value": value, "url": live.url}])
    page = context.new_page()
    page.goto(f"{live.url}/hold/demo/styring/workshops")
    first = page.get_by_role("region", name="Workshop 1: Fortæl, spørg, lyt")
    time_of = first.get_by_label("Drejebogen begynder kl.")
    time_of.fill("25")
    first.get_by_role("button", name="Drejebog (PDF)").click()
    expect(first.get_by_role("status")).to_have_text("Skriv klokkeslættet som 9.00 eller 13.30.")
    time_of.fill("13.30")
    with page.expect_download() as pack:
        first.get_by_role("button", name="Drejebog (PDF)").click()
    assert pack.value.suggested_filename == f"drejebog-{STEP}.pdf"
    with page.expect_download() as paper:
        first.get_by_role("button", name="Papirudgave (PDF)").click()
    assert paper.value.suggested_filename == f"{STEP}-papir.pdf"
    first.get_by_text("12 grupper").click()
    with page.expect_download() as own:
        first.get_by_role("button", name=f"Drejebog for Gruppe {FOUR}", exact=True).click()
    assert own.value.suggested_filename == f"drejebog-{STEP}-gruppe-{FOUR}.pdf"
    found = Axe().run(page).response["violations"]
    assert [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]] == []
    with context.expect_page() as wall:
        first.get_by_role("link", name="Lærred").click()
    expect(wall.value.get_by_role("heading", level=1)).to_be_visible()
    context.close()
