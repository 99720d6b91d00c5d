"""Two, three and four leaders in one room: everyone sees the same within two seconds, whatever happens to one of them."""

import os
import re
import statistics
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.interception import intercept
from tests.live import Live

from .round_table import DESKTOP, FOUR, PHONE, STEP, THREE, TWO, Seat, facilitator, members, tables

SOON = 2000  # milliseconds
ROUNDS = [(TWO, "workshop-1"), (THREE, "workshop-2"), (FOUR, "workshop-3")]
if os.environ.get("EVERY_ROOM"):
    ROUNDS = [(group, f"workshop-{number}") for group in (TWO, THREE, FOUR) for number in (1, 2, 3)]
ROOM = f"/api/demo/rooms/{STEP}"
Seats = Callable[..., list[Seat]]


@pytest.fixture(scope="module")
def live(all_open: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One server; the tests leave each group's room as they found it."""
    with tables(all_open, tmp_path_factory.mktemp("tables")) as found:
        yield found


@pytest.fixture(scope="module")
def clients(live: Live) -> Iterator[dict[str, httpx.Client]]:
    """Everyone of the three groups, and the facilitator, enrolled."""
    emails = [*members(live, TWO), *members(live, THREE), *members(live, FOUR), facilitator(live)]
    enrolled = {email: live.enrol(email) for email in emails}
    yield enrolled
    for client in enrolled.values():
        client.close()


@pytest.fixture
def seats(chromium: Browser, live: Live, clients: dict[str, httpx.Client]) -> Iterator[Seats]:
    """A group around a table, every other at a phone. Their room has not begun, and the first of them keeps its time."""
    seated: list[Seat] = []

    def around(group: str, step: str = STEP) -> list[Seat]:
        fresh(clients[facilitator(live)], group, step)
        found = [
            Seat(chromium, live, clients[email], (DESKTOP, PHONE)[number % 2], step)
            for number, email in enumerate(members(live, group))
        ]
        seated.extend(found)
        return found

    yield around
    for seat in seated:
        with suppress(AssertionError):
            seat.get_up()


def fresh(client: httpx.Client, group: str, step: str) -> None:
    """The facilitator puts the room back to before it began, with everyone there, and the clock with the first of them."""
    room = f"/api/demo/rooms/{step}?group={group}"
    there = client.get(room).json()
    names = [each["id"] for each in there["members"]]
    for more in ({"do": "go", "phase": -1}, {"do": "order", "order": names}, {"do": "chair", "chair": names[0]}):
        answer = client.put(room, json={"base": there["version"], **more})
        there = answer.json()
        assert answer.status_code == 200, answer.text


def phases(seat: Seat) -> list[dict[str, Any]]:
    """The run sheet as the group goes through it."""
    found: list[dict[str, Any]] = seat.client.get(f"/api/demo/rooms/{seat.step}").json()["phases"]
    return found


def shown(phase: dict[str, Any]) -> tuple[str, str]:
    """A phase as it stands on a page."""
    turn: str = phase["turn"] or ""
    return phase["title"], turn and f"{turn}{'’' if turn[-1] in 'sxz' else 's'} tur"


def all_see(around: list[Seat], phase: dict[str, Any], since: float) -> float:
    """Everyone sees it with the same time left, and each in the role they have; after how many milliseconds the last did."""
    last = max(seat.saw(*shown(phase)) for seat in around)
    for seat in around:
        assert seat.sees() == shown(phase)
    clocks = [seat.left() for seat in around]
    assert max(clocks) - min(clocks) <= 1
    assert clocks[0] > 60 * phase["minutes"] - 30
    for cue in phase["cues"]:
        for seat in around:
            assert (seat.role() == cue["role"]) == (seat.name in cue["names"])
    return last - since


@pytest.mark.parametrize(("group", "step"), ROUNDS)
def test_a_group_goes_through_a_workshop_and_all_see_the_same_within_two_seconds(
    seats: Seats, group: str, step: str
) -> None:
    """One comes late, one loses the network for two phases, and one reloads in the midst of a phase."""
    everyone = seats(group, step)
    first, last = everyone[0], everyone[-1]
    there = everyone[:-1]
    for seat in there:
        seat.sit_down()
    sheet = phases(first)
    since = first.press("Begynd")
    waits = []
    for number, phase in enumerate(sheet):
        if number:
            since = first.press(f"Næste: {phase['title']}")
        if number == 2:
            last.sit_down()
            there, since = everyone, last.now()
        if number == 4:
            last.lose_network()
        if number == 6:
            last.find_network()
            since = last.now()
        if number == 8:
            last.page.reload()
            last.wait_for_room()
            since = last.now()
        waits.append(all_see([seat for seat in there if not (seat is last and 4 <= number < 6)], phase, since))
    assert statistics.median(waits) < SOON
    first.press("Slut for i dag")
    for seat in everyone:
        seat.until("document.querySelector('.room-title').textContent === 'I er færdige for i dag'", 2)
    for seat in everyone:
        seat.get_up()


def test_without_a_socket_the_page_asks_and_sees_the_same_a_little_later(seats: Seats) -> None:
    one, other = seats(TWO)
    other.page.route_web_socket(re.compile("/api/demo/live"), lambda socket: socket.close())
    for seat in (one, other):
        seat.sit_down()
    with other.page.expect_response(re.compile("/api/demo/live$")):
        pass
    since = one.press("Begynd")
    assert other.saw("Kontrakten", "") - since < SOON + 500
    one.get_up()


def test_a_pause_and_a_minute_more_are_everyones(seats: Seats) -> None:
    one, other = seats(TWO)
    for seat in (one, other):
        seat.sit_down()
    one.press("Begynd")
    other.saw("Kontrakten", "")
    one.press("Stands uret")
    expect(other.page.locator(".room-left")).to_have_text("Uret står stille")
    one.press("+ 1 minut")
    other.wait(lambda: other.left() > 20 * 60, "the minute has come", 2)
    stood = other.left()
    other.page.wait_for_timeout(1200)
    assert other.left() == stood == one.left()
    one.press("Lad uret gå")
    expect(other.page.locator(".room-left")).to_have_text("tilbage af 20 minutter")
    one.get_up()
    other.get_up()


def test_who_presses_second_is_told_kindly_and_sees_what_holds(seats: Seats, clients: dict[str, httpx.Client]) -> None:
    one, other = seats(TWO)
    vibeke = clients[facilitator(one.live)]
    for seat in (one, other):
        seat.sit_down()
    one.press("Begynd")
    other.saw("Kontrakten", "")

    faster: list[httpx.Response] = []

    def overtaken(route: Route) -> None:
        if route.request.method == "PUT" and not faster:
            there = vibeke.get(f"{ROOM}?group={TWO}").json()
            body = {"base": there["version"], "do": "go", "phase": 3}
            faster.append(vibeke.put(f"{ROOM}?group={TWO}", json=body))
        route.continue_()

    title = phases(one)[3]["title"]
    intercept(one.page, "**/api/demo/rooms/**", overtaken)
    one.press("Næste: Fortæl")
    expect(one.page.locator(".room-lead .room-note")).to_have_text(f"En anden var hurtigere. I er nu ved »{title}«.")
    assert one.sees()[0] == title
    assert faster[0].status_code == 200
    other.get_up()


def test_the_clock_is_taken_over_only_on_purpose_and_all_see_who_has_it(seats: Seats) -> None:
    one, other, third = seats(THREE)
    for seat in (one, other, third):
        seat.sit_down()
    one.press("Begynd")
    who = other.page.locator(".room-who")
    other.saw("Kontrakten", "")
    expect(who).to_have_text(f"{one.name} passer uret.")
    expect(other.page.get_by_role("button", name=re.compile("Næste"))).to_be_hidden()
    other.press("Jeg passer uret")
    expect(other.page.locator(".room-sure")).to_contain_text(f"{one.name} passer uret nu.")
    other.press("Nej")
    expect(one.page.locator(".room-who")).to_have_text("Du passer uret. De andre ser det samme som dig.")
    other.press("Jeg passer uret")
    other.press("Ja, jeg tager over")
    expect(who).to_have_text("Du passer uret. De andre ser det samme som dig.")
    expect(one.page.locator(".room-who")).to_have_text(f"{other.name} passer uret.")
    expect(third.page.locator(".room-who")).to_have_text(f"{other.name} passer uret.")
    expect(one.page.get_by_role("button", name=re.compile("Næste"))).to_be_hidden()
    for seat in (one, other, third):
        seat.get_up()


def test_who_is_not_there_today_is_left_out_and_may_come_later(seats: Seats) -> None:
    one, other, third = seats(THREE)
    for seat in (one, other):
        seat.sit_down()
    whole = len(phases(one))
    order = one.page.locator(".room-order li")
    order.last.get_by_role("button", name="Ikke her i dag").click()
    expect(other.page.locator(".room-order .room-away")).to_contain_text("er her ikke i dag")
    assert len(phases(one)) == whole - 4
    one.press("Begynd")
    third.sit_down()
    third.press("Jeg er kommet")
    third.page.locator("summary", has_text="Hele drejebogen").click()
    expect(third.page.locator(".room-sheet li")).to_have_count(whole)
    expect(third.page.get_by_role("button", name="Jeg er kommet")).to_be_hidden()
    for seat in (one, other, third):
        seat.get_up()


def test_one_device_lies_on_the_table_and_the_others_screens_are_down(seats: Seats) -> None:
    one, other = seats(TWO)
    for seat in (one, other):
        seat.sit_down()
    one.press("Begynd")
    other.saw("Kontrakten", "")
    other.page.get_by_role("button", name="Læg på bordet").focus()
    other.page.keyboard.press("Enter")
    table = other.page.locator("dialog.table")
    expect(table.get_by_role("heading")).to_have_text("Kontrakten")
    expect(table.locator(".table-time")).to_have_text(re.compile(r"\d+:\d\d"))
    expect(one.page.locator(".room-down")).to_have_text(f"Skærme ned. Uret ligger hos {other.name}.")
    one.press("Næste: Fortæl")
    expect(table.get_by_role("heading")).to_have_text("Fortæl")
    height = table.locator(".table-time").evaluate("(time) => time.getBoundingClientRect().height")
    assert height > 90  # on the smallest phone; it grows with the screen
    table.get_by_role("button", name="Tag op fra bordet").click()
    expect(one.page.locator(".room-down")).to_be_hidden()
    expect(other.page.get_by_role("button", name="Læg på bordet")).to_be_focused()
    one.get_up()
    other.get_up()


def test_a_new_phase_is_said_once_to_who_listens_and_the_seconds_never(seats: Seats) -> None:
    one, other = seats(TWO)
    for seat in (one, other):
        seat.sit_down()
    other.page.evaluate("""() => {
        globalThis.said = [];
        const live = document.querySelector(".room > [aria-live=polite]");
        const all = { childList: true, subtree: true, characterData: true };
        new MutationObserver(() => said.push(live.textContent)).observe(live, all);
    }""")
    one.press("Begynd")
    other.saw("Kontrakten", "")
    one.press("Næste: Fortæl")
    turn = shown(phases(one)[1])[1]
    other.saw("Fortæl", turn)
    other.page.wait_for_timeout(1500)
    assert other.page.evaluate("said") == ["Kontrakten. 20 minutter.", f"Fortæl. {turn}. 10 minutter. Din rolle: Lytter."]
    expect(other.page.locator(".room-time")).to_have_attribute("aria-live", "off")
    one.get_up()
    other.get_up()


def test_the_room_is_led_by_keyboard_alone(seats: Seats) -> None:
    one, _ = seats(TWO)
    one.sit_down()
    one.page.get_by_role("button", name="Begynd", exact=True).focus()
    one.page.keyboard.press("Enter")
    one.saw("Kontrakten", "")
    expect(one.page.locator(".room-title")).to_be_focused()  # the button is gone: one goes on from the phase
    for _step in range(6):
        one.page.keyboard.press("Tab")
        if one.page.evaluate("document.activeElement.textContent").startswith("Næste"):
            break
    one.page.keyboard.press("Enter")
    one.saw("Fortæl", shown(phases(one)[1])[1])
    expect(one.page.get_by_role("button", name="Næste: Spørg")).to_be_focused()
    one.get_up()


def test_every_state_of_the_room_is_accessible_and_fits_a_phone(
    seats: Seats, chromium: Browser, live: Live, clients: dict[str, httpx.Client]
) -> None:
    one, other, _ = seats(THREE)
    wrong: list[str] = []
    for seat in (one, other):
        seat.sit_down()
    one.look(wrong)
    one.press("Begynd")
    one.press("Næste: Fortæl")
    other.saw("Fortæl", shown(phases(one)[1])[1])
    for summary in ("Rækkefølgen i dag", "Hele drejebogen", "Det har vi aftalt"):
        one.page.locator("summary", has_text=summary).click()
    one.look(wrong)
    other.press("Jeg passer uret")
    other.look(wrong)
    one.press("Stands uret")
    one.press("Læg på bordet")
    one.page.wait_for_timeout(300)
    one.look(wrong)
    expect(other.page.locator(".room-down")).to_be_visible()
    other.look(wrong)
    vibeke = Seat(chromium, live, clients[facilitator(live)])
    for address in ("rum", f"rum?gruppe={THREE}&trin={STEP}", f"{STEP}/kort"):
        vibeke.page.goto(f"{live.url}/hold/demo/{address}")
        expect(vibeke.page.get_by_text("Fortæl", exact=True).first).to_be_visible()
        vibeke.look(wrong)
    vibeke.page.context.close()
    assert wrong == []


def test_the_facilitator_leads_any_group_and_shows_the_time_large(
    seats: Seats, chromium: Browser, live: Live, clients: dict[str, httpx.Client]
) -> None:
    one, _ = seats(TWO)
    one.sit_down()
    vibeke = Seat(chromium, live, clients[facilitator(live)])
    vibeke.page.goto(f"{live.url}/hold/demo/rum")
    mine = vibeke.page.locator(f'.rooms-group[data-group="{TWO}"] [data-step-of-room="{STEP}"]')
    expect(mine).to_contain_text("Ikke begyndt")
    one.press("Begynd")
    expect(mine).to_contain_text("Kontrakten")
    expect(mine).to_contain_text("tilbage")
    mine.get_by_role("link").click()
    vibeke.page.get_by_role("button", name="Næste: Fortæl").click()
    one.saw("Fortæl", shown(phases(one)[1])[1])
    vibeke.page.get_by_role("button", name="Vis stort").click()
    expect(vibeke.page.locator("dialog.table")).to_be_visible()
    expect(one.page.locator(".room-down")).to_be_hidden()
    vibeke.page.keyboard.press("Escape")
    vibeke.get_up()
    one.get_up()


def test_the_card_fills_one_sheet_or_two_halves(chromium: Browser, live: Live, clients: dict[str, httpx.Client]) -> None:
    seat = Seat(chromium, live, clients[members(live, FOUR)[0]])
    for step, sides, rounds in ((STEP, 1, 1), ("workshop-2", 1, 2), ("workshop-3", 2, 4)):
        for people in (2, 3, 4):
            seat.page.goto(f"{live.url}/hold/demo/{step}/kort?antal={people}")
            assert seat.page.locator(".card-turns").count() == rounds  # the turn passes on as it does in the room
            sheets = {size: len(re.findall(rb"/Type\s*/Page\b", seat.page.pdf(format=size))) for size in ("A4", "A5")}
            assert sheets["A4"] == sides
            assert sheets["A5"] <= 2
    seat.get_up()
