"""Every page, as people with other eyes and hands meet it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from leader import DESKTOP, TEXTS, Leader
from playwright.sync_api import Browser, Page, Response, ViewportSize, expect

from tests.live import PHRASE, Live

NARROW = ViewportSize(width=320, height=640)  # also a 1280 px screen at 400 % zoom
PUBLIC = (
    "log-ind",
    "glemt",
    "invitation",
    "invitation#et-brugt-link",
    "ny-adgang",
    "ny-adgang#et-brugt-link",
    "findes-ikke",
)
STEPS = (
    "forberedelse-1", "workshop-1", "forberedelse-2", "workshop-2", "forberedelse-3", "workshop-3", "udgivelse",
    "privat-tillaeg",
)  # fmt: skip
PLAIN = ("datoer", "det-kan-din-facilitator-se", "privatliv")


@pytest.fixture(scope="module")
def leader(chromium: Browser, live: Live) -> Iterator[Leader]:
    """A leader half-way: the first step is written, the rest is empty."""
    client = live.enrol("birgitte.kjaergaard@strandby.example")
    for number, key in enumerate(key for key in TEXTS if key.startswith(("episodes", "values", "needs"))):
        body = {"text": TEXTS[key], "base": 0, "save_id": f"save-{number:08}"}
        client.put(f"/api/demo/answers/{key}", json=body).raise_for_status()
    client.close()
    person = Leader(chromium, live, DESKTOP)
    person.sign_in("birgitte.kjaergaard@strandby.example")
    yield person
    person.page.context.close()


def violations(page: Page) -> list[str]:
    """What axe finds wrong, one line each."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


def too_wide(page: Page) -> int:
    """Pixels that a reader would have to scroll sideways for."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("viewport", [NARROW, DESKTOP], ids=["narrow", "desktop"])
@pytest.mark.parametrize("address", PUBLIC)
def test_a_page_for_everyone_is_accessible(chromium: Browser, live: Live, address: str, viewport: ViewportSize) -> None:
    page = chromium.new_page(viewport=viewport)
    page.goto(f"{live.url}/{address}")
    expect(page.locator("h1:visible")).to_have_count(1)
    assert page.locator("html").get_attribute("lang") == "da"
    assert violations(page) == []
    assert too_wide(page) <= 0
    page.close()


@pytest.mark.parametrize("viewport", [NARROW, DESKTOP], ids=["narrow", "desktop"])
@pytest.mark.parametrize("step", ["", *STEPS, *PLAIN])
def test_a_leaders_page_is_accessible(leader: Leader, step: str, viewport: ViewportSize) -> None:
    leader.page.set_viewport_size(viewport)
    if step in STEPS:
        leader.open(step)
    else:
        leader.page.goto(f"{leader.live.url}/hold/demo/{step}")
        leader.until("!document.querySelector('#loading')")
    expect(leader.page.locator("h1:visible")).to_have_count(1)
    assert violations(leader.page) == []
    assert too_wide(leader.page) <= 0


@pytest.mark.parametrize("viewport", [NARROW, DESKTOP], ids=["narrow", "desktop"])
def test_the_facilitators_overview_is_accessible(chromium: Browser, live: Live, viewport: ViewportSize) -> None:
    client = live.enrol("jonas.enggaard@strandby.example") if viewport is NARROW else None
    facilitator = Leader(chromium, live, viewport)
    facilitator.sign_in("jonas.enggaard@strandby.example")
    facilitator.page.wait_for_url("**/overblik")
    assert violations(facilitator.page) == []
    assert too_wide(facilitator.page) <= 0
    facilitator.close()
    if client is not None:
        client.close()


def test_who_could_not_be_signed_out_is_told(leader: Leader) -> None:
    """On a page without text too: someone else may sit down there next."""
    page = leader.page
    for without_answer in (lambda route: route.abort(), lambda route: route.fulfill(status=503, body="travlt")):
        page.route("**/api/log-out", without_answer)
        page.goto(f"{leader.live.url}/hold/demo/privatliv")
        page.get_by_role("button", name="Log ud", exact=True).click()
        expect(page.get_by_role("alert").filter(has_text="du er ikke logget ud endnu")).to_have_count(1)
        page.unroute("**/api/log-out")
    assert violations(page) == []


def test_a_box_to_tick_is_seen(leader: Leader) -> None:
    leader.open("forberedelse-2")
    edge = "getComputedStyle(document.querySelector('.fl-option input')).borderTopWidth"
    assert leader.page.evaluate(edge) != "0px"


def test_a_first_visit_is_light_and_opening_a_page_needs_no_kernel(chromium: Browser, live: Live) -> None:
    """The figures of the benchmark, where nothing is in the browser's cache yet."""
    client = live.enrol("sofie.groenlund@strandby.example")
    person = Leader(chromium, live, DESKTOP)
    person.come_back(client)
    answers: list[Response] = []
    sockets: list[str] = []
    person.page.on("response", lambda answer: answers.append(answer))
    person.page.on("websocket", lambda socket: sockets.append(socket.url))
    person.open("forberedelse-2")
    person.page.wait_for_load_state("networkidle")
    assert len(answers) <= 25
    assert sum(answer.request.sizes()["responseBodySize"] for answer in answers) <= 1_500_000
    assert [url for url in sockets if "/kernels/" in url] == []
    person.close()
    client.close()


def test_a_leader_moves_a_day_for_the_whole_group(leader: Leader) -> None:
    leader.page.set_viewport_size(DESKTOP)
    leader.page.goto(f"{leader.live.url}/hold/demo/datoer")
    form = leader.page.locator("form", has=leader.page.locator('input[name="step"][value="workshop-3"]')).first
    before = form.locator('input[type="date"]').input_value()
    after = (date.fromisoformat(before) - timedelta(days=1)).isoformat()
    form.locator('input[type="date"]').fill(after)
    form.get_by_role("button", name="Gem").click()
    expect(leader.page.locator('[role="status"]').first).to_contain_text("Gemt")
    assert form.locator('input[type="date"]').input_value() == after


def test_a_recovery_code_is_not_left_by_accident_and_can_be_made_anew(chromium: Browser, live: Live) -> None:
    live.enrol("bent.aastrup@strandby.example").close()
    person = Leader(chromium, live, DESKTOP)
    person.sign_in("bent.aastrup@strandby.example")
    page = person.page
    page.goto(f"{live.url}/hold/demo/privatliv")
    page.get_by_label("Din adgangssætning").fill("ikke den rigtige sætning")
    page.get_by_role("button", name="Lav en ny kode").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    page.get_by_label("Din adgangssætning").fill(PHRASE)
    page.get_by_role("button", name="Lav en ny kode").click()
    expect(page.locator("[data-recovery-code]")).to_have_text(re.compile(r"\w{4}-\w{4}"), timeout=20_000)
    with page.expect_event("dialog") as asked:
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    page.get_by_label("Jeg har gemt koden").check()
    page.get_by_role("button", name="Videre").click()
    page.wait_for_url("**/hold/demo/")
    assert all("403" in trouble for trouble in person.trouble)  # the browser's own word about the wrong pass phrase
    page.context.close()


def test_the_path_ends_within_one_screen_of_a_phone(leader: Leader) -> None:
    leader.page.set_viewport_size(ViewportSize(width=390, height=844))
    leader.page.goto(f"{leader.live.url}/hold/demo/")
    leader.until("!document.querySelector('#loading')")
    box = leader.page.locator("main .fl-path ol, main ol.fl-steps").first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 844


def test_a_leader_can_write_by_keyboard_alone(chromium: Browser, live: Live) -> None:
    person = Leader(chromium, live, DESKTOP)
    page = person.page
    page.goto(f"{live.url}/log-ind")
    live.enrol("camilla.strandgaard@strandby.example").close()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Gå til indholdet")).to_be_focused()
    while not page.evaluate("document.activeElement.matches('input[type=email]')"):
        page.keyboard.press("Tab")
    page.keyboard.type("camilla.strandgaard@strandby.example")
    page.keyboard.press("Tab")
    page.keyboard.type(PHRASE)
    page.keyboard.press("Enter")
    page.wait_for_url("**/hold/demo/")
    person.open("forberedelse-1")
    for _ in range(80):
        if page.evaluate("document.activeElement.matches('textarea[data-key]')"):
            break
        page.keyboard.press("Tab")
    key = page.evaluate("document.activeElement.dataset.key")
    page.keyboard.type("Skrevet uden mus")
    person.wait_until_saved()
    person.open("forberedelse-1")
    assert person.text(key) == "Skrevet uden mus"
    person.close()
