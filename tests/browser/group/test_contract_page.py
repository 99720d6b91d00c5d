"""The group's contract on the page, and a phase that is late: what leaders see and keep."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Route, expect

from tests.browser.interception import intercept
from tests.live import PHRASE, Live
from tests.server.serving import start

from .round_table import DESKTOP, FOUR, PHONE, THREE, TWO, Seat, members, tables

STRANGE = "a & b <c> \"d\" 'e' <img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def live(all_open: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One server; each test has a group of its own."""
    with tables(all_open, tmp_path_factory.mktemp("contract")) as found:
        yield found


def around(chromium: Browser, live: Live, group: str) -> list[Seat]:
    """A group that has sat down."""
    viewports = (DESKTOP, PHONE, DESKTOP, PHONE)
    found = [
        Seat(chromium, live, live.enrol(email), size) for email, size in zip(members(live, group), viewports, strict=False)
    ]
    for seat in found:
        seat.sit_down()
        seat.until("document.querySelector('.contract-state')?.dataset.state")
    return found


def contract(seat: Seat) -> Locator:
    """The contract on the page, not the one folded into the room."""
    return seat.page.locator(".contract")


def open_editor(seat: Seat) -> Locator:
    """Its fields, filled."""
    edit = contract(seat).get_by_role("button", name="Ret", exact=True)
    edit.or_(contract(seat).get_by_role("button", name="Ret og foreslå")).press("Enter")
    boxes = contract(seat).locator("textarea")
    expect(boxes).to_have_count(6)
    expect(boxes.first).not_to_have_value("")
    return boxes


def propose(seat: Seat) -> None:
    """Press the button."""
    contract(seat).get_by_role("button", name="Foreslå for gruppen").click()


def get_up(*seats: Seat) -> None:
    """Close every browser."""
    for seat in seats:
        seat.get_up()
        seat.client.close()


def test_a_group_words_its_contract_and_all_say_yes(chromium: Browser, live: Live) -> None:
    one, other = around(chromium, live, TWO)
    expect(contract(one)).to_contain_text("I har ikke aftalt noget endnu.")
    boxes = open_editor(one)
    boxes.nth(2).fill(STRANGE)
    contract(one).get_by_label("Høst på skrift").check()
    expect(contract(one).locator(".contract-beside").nth(2)).to_contain_text("Forslaget:")
    assert "alert(1)" not in contract(other).inner_text()  # what is typed is nobody else's before it is proposed
    propose(one)
    expect(contract(other)).to_contain_text(f"{one.name} har foreslået denne ordlyd.")
    expect(contract(other)).to_contain_text(STRANGE)
    expect(contract(other)).to_contain_text("Vi må give hinanden sætninger på skrift.")
    expect(contract(other)).to_contain_text(f"Mangler: {other.name}.")
    for address in members(live, TWO):
        expect(contract(other).locator(".contract-people")).to_contain_text(f"({address})")
    contract(other).get_by_role("button", name="Jeg siger ja").click()
    for seat in (one, other):
        expect(contract(seat).locator(".contract-state")).to_have_text("Kontrakten gælder. I har alle sagt ja.")
    one.page.locator("summary", has_text="Det har vi aftalt").click()
    expect(one.page.locator(".room-fold .contract-terms")).to_contain_text(STRANGE)
    get_up(one, other)


def test_a_change_shows_old_and_new_and_asks_again_and_own_words_are_never_overwritten(
    chromium: Browser, live: Live
) -> None:
    one, other, third = around(chromium, live, THREE)
    open_editor(one)
    propose(one)
    for seat in (other, third):
        contract(seat).get_by_role("button", name="Jeg siger ja").click()
    expect(contract(one).locator(".contract-state")).to_contain_text("gælder")
    mine = open_editor(other)
    mine.nth(0).fill("Mine egne ord om målet")
    theirs = open_editor(one)
    theirs.nth(0).fill("Vi er her for at blive klogere.")
    propose(one)
    changed = contract(third).locator(".contract-changes")
    expect(changed.locator("del")).to_contain_text("hjælpe hinanden")
    expect(changed.locator("ins")).to_have_text("Vi er her for at blive klogere.")
    expect(contract(third).get_by_role("button", name="Jeg siger ja")).to_be_visible()
    expect(mine.nth(0)).to_have_value("Mine egne ord om målet")
    beside = contract(other).locator(".contract-beside").first
    expect(beside).to_contain_text("Gruppens ordlyd: Vi er her for at blive klogere.")
    other.until("faellesledelse.unsent.length === 0")
    other.page.reload()
    other.wait_for_room()
    expect(open_editor(other).nth(0)).to_have_value("Mine egne ord om målet")
    contract(other).locator(".contract-beside").first.get_by_role("button", name="Brug gruppens ordlyd").click()
    expect(contract(other).locator("textarea").first).to_have_value("Vi er her for at blive klogere.")
    get_up(one, other, third)


@pytest.mark.parametrize("answer", ["late", "none"])
def test_before_it_has_come_there_is_no_button_that_does_nothing(chromium: Browser, live: Live, answer: str) -> None:
    seat = Seat(chromium, live, live.enrol(members(live, "2")[answer == "none"]))
    held: list[Route] = []

    def hold_back(route: Route) -> None:
        held.append(route)
        if answer == "none":
            route.abort()

    seat.page.route("**/api/demo/contract", hold_back)
    seat.page.goto(f"{live.url}/hold/demo/workshop-1")
    seat.wait_for_room()
    seat.wait(lambda: bool(held))
    expect(contract(seat).locator(".contract-state")).to_have_text("Hentes …")
    expect(contract(seat).get_by_role("button")).to_have_count(0)
    if answer == "late":
        held[0].continue_()
        open_editor(seat)
    seat.away = answer == "none"  # the browser says in its console that there was no answer
    get_up(seat)


def test_who_proposes_second_loses_no_word(chromium: Browser, live: Live) -> None:
    one, other, *rest = around(chromium, live, FOUR)
    boxes = open_editor(one)
    boxes.nth(1).fill("Mine forventninger")
    points = other.client.get("/api/demo/contract").json()["points"]
    texts = {each["part"]: f"Hurtig: {each['title']}" for each in points}
    faster: list[int] = []

    def overtaken(route: Route) -> None:
        if route.request.method == "PUT" and not faster:
            body = {"base": 0, "texts": texts, "switches": dict.fromkeys(("harvest", "feedback", "export", "fades"), False)}
            faster.append(other.client.put("/api/demo/contract", json=body).status_code)
        route.continue_()

    intercept(one.page, "**/api/demo/contract", overtaken)
    propose(one)
    expect(contract(one).locator(".room-note").first).to_contain_text("En anden har foreslået noget imens.")
    expect(contract(one).locator(".contract-wording")).to_contain_text("Hurtig: Mål")
    expect(boxes.nth(1)).to_have_value("Mine forventninger")
    assert faster == [200]
    propose(one)
    expect(contract(rest[0])).to_contain_text("Mine forventninger")
    one.away = True  # the browser says 409 in its console
    get_up(one, other, *rest)


def test_every_state_of_the_contract_is_accessible_and_fits_a_phone(chromium: Browser, live: Live) -> None:
    """After the tests above: one group's contract waits."""
    seats = [Seat(chromium, live, live_client) for live_client in signed_in(live, THREE)]
    wrong: list[str] = []
    for seat in seats[:2]:
        seat.sit_down()
    open_editor(seats[0])
    seats[0].look(wrong)
    contract(seats[0]).locator("textarea").nth(3).fill("En anden taletid")
    propose(seats[0])
    expect(contract(seats[1]).locator(".contract-changes")).to_contain_text("En anden taletid")
    for seat in seats[:2]:
        seat.look(wrong)
    for seat in seats:
        seat.page.context.close()
        seat.client.close()
    assert wrong == []


def signed_in(live: Live, group: str) -> list[httpx.Client]:
    """A group's leaders on another device."""
    found = []
    for email in members(live, group):
        client = httpx.Client(base_url=live.url, headers={"Origin": live.url}, timeout=30)
        client.post("/api/log-in", json={"email": email, "pass_phrase": PHRASE}).raise_for_status()
        found.append(client)
    return found


def test_a_phase_that_is_late_says_so_in_words_and_goes_on(chromium: Browser, all_open: Path, tmp_path: Path) -> None:
    server = start(tmp_path / "data", [all_open], clocked=True)
    noon = datetime.now(UTC).replace(microsecond=0)
    server.set_clock(noon.isoformat())
    try:
        server.wait_until_up()
        live = Live(server.settings, [all_open], {}, server.log, server.process)
        seat = Seat(chromium, live, live.enrol(members(live, THREE)[0]))
        seat.sit_down()
        seat.press("Begynd")
        seat.saw("Kontrakten", "")
        wrong: list[str] = []
        for late, words in ((20, "Tiden er gået"), (21, "1 minut over"), (33, "13 minutter over")):
            server.set_clock((noon + timedelta(minutes=late)).isoformat())
            seat.page.reload()
            seat.wait_for_room()
            expect(seat.page.locator(".room-time")).to_have_text(words)
        expect(seat.page.locator(".room-left")).to_have_text("Gør jer færdige i ro")
        seat.look(wrong)
        seat.press("Læg på bordet")
        expect(seat.page.locator(".table-time")).to_have_text("13 minutter over")
        seat.look(wrong)
        assert wrong == []
        seat.page.context.close()
        seat.client.close()
    finally:
        server.end()
