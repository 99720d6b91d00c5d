"""A wave of the survey from end to end: answered theme by theme on a phone, closed at the desk, and read by both."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.group.round_table import FOUR, THREE, facilitator, members
from tests.browser.interception import intercept
from tests.live import Live, serving
from tests.look.test_in_browser import violations
from tests.server.people import TODAY

from .surveying import FORM, answer, fits, items, press

DESK = "/hold/demo/styring/spoergeskema"
TITLE = "Ved starten"
ASKED = 28


@pytest.fixture(scope="module")
def live(all_open: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with serving([all_open], tmp_path_factory.mktemp("survey") / "data") as found:
        yield found


@pytest.fixture(scope="module")
def people(live: Live) -> Iterator[list[httpx.Client]]:
    """The facilitator and six leaders, as protocol clients."""
    clients = [live.enrol(email) for email in (facilitator(live), *members(live, THREE), *members(live, FOUR)[:3])]
    yield clients
    for client in clients:
        client.close()


@pytest.fixture
def wave(people: list[httpx.Client]) -> Iterator[str]:
    """A wave that is open, and closed when the test is over."""
    body = {"title": TITLE, "opens": TODAY.isoformat(), "closes": TODAY.isoformat()}
    found = people[0].post("/api/demo/survey", json=body).raise_for_status().json()["waves"][0]["id"]
    yield found
    people[0].post(f"/api/demo/survey/{found}/close", json={}).raise_for_status()


def theme(page: Page) -> None:
    """Answer what is to be seen, by keyboard, and go on."""
    for group in page.locator("fieldset:visible").all():
        group.get_by_label("Helt uenig", exact=True).focus()
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        expect(group.get_by_label("Uenig", exact=True)).to_be_checked()
    press(page, "Videre")


def test_a_leader_answers_by_keyboard_on_a_phone_and_nothing_is_lost_on_the_way(
    browse: Callable[..., Page], people: list[httpx.Client], wave: str
) -> None:
    page = browse(people[1], FORM, 320)
    expect(page.get_by_text("Fortroligt og pseudonymt, til nøglen er slettet")).to_be_visible()
    expect(page.get_by_role("heading", name="Når vi taler sammen")).to_be_visible()
    expect(page.get_by_role("heading", name="Tillid på tværs")).to_be_hidden()
    fits(page)
    page.set_viewport_size({"width": 390, "height": 800})
    assert all(
        box["height"] >= 44 for box in (each.bounding_box() or {"height": 0} for each in page.locator("label:visible").all())
    )
    theme(page)
    expect(page.get_by_role("heading", name="Det, vi er fælles om")).to_be_focused()
    expect(page.get_by_role("status")).to_have_text("Gemt")
    expect(page.get_by_text(f"4 af {ASKED} besvaret")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Det, vi er fælles om")).to_be_visible()
    for _ in range(7):
        theme(page)
    expect(page.get_by_text("Du har svaret på det hele.")).to_be_visible()
    fits(page)
    page.get_by_label("Gem en kopi til mig selv.").check()
    press(page, "Send dine svar")
    expect(page.get_by_text("Dine svar er sendt. Tak.")).to_be_visible()
    expect(page.locator("[data-sent]")).to_be_focused()
    press(page, "Slet mine svar")
    press(page, "Ja, slet dem")
    expect(page.get_by_text(f"0 af {ASKED} besvaret")).to_be_visible()
    assert people[1].get("/api/demo/survey/mine").json()["answers"] == {}


def test_what_is_chosen_without_a_network_is_saved_when_it_is_back(
    browse: Callable[..., Page], people: list[httpx.Client], wave: str
) -> None:
    page = browse(people[2], FORM, 390)
    first = page.locator("fieldset:visible").first
    intercept(page, "**/items/**", lambda route: route.abort())
    first.get_by_label("Enig", exact=True).check()
    expect(page.get_by_role("status")).to_contain_text("Serveren svarer ikke lige nu.")
    first.get_by_label("Helt enig", exact=True).check()
    page.unroute("**/items/**")
    expect(page.get_by_role("status")).to_have_text("Gemt")
    page.reload()
    expect(page.locator("fieldset:visible").first.get_by_label("Helt enig", exact=True)).to_be_checked()


def test_one_is_told_what_is_missing_and_led_there(
    browse: Callable[..., Page], people: list[httpx.Client], wave: str
) -> None:
    for item in items(people[3])[:-1]:
        people[3].put(f"/api/demo/survey/{wave}/items/{item}", json={"value": 0}).raise_for_status()
    page = browse(people[3], FORM, 390)
    press(page, "Videre")
    expect(page.get_by_text("Du mangler ét udsagn.")).to_be_visible()
    expect(page.get_by_role("button", name="Send dine svar")).to_be_disabled()
    press(page, "Vis det")
    page.keyboard.press("Space")
    expect(page.get_by_text(f"{ASKED} af {ASKED} besvaret")).to_be_visible()


def test_it_is_closed_at_the_desk_read_by_both_and_ended(browse: Callable[..., Page], people: list[httpx.Client]) -> None:
    """The last one here, since for two weeks no other wave can follow it."""
    page = browse(people[0], DESK)
    expect(page.get_by_role("heading", level=1)).to_have_text("Spørgeskema")
    page.get_by_label("Titel").fill(TITLE)
    page.get_by_label("Åbner").fill(TODAY.isoformat())
    press(page, "Åbn målingen nu")
    card = page.locator("section", has=page.get_by_role("button", name="Luk den nu"))
    expect(card).to_contain_text("Under fem af 38 har svaret")
    wave = next(each["id"] for each in people[0].get("/api/demo/survey").json()["waves"] if each["state"] == "open")
    for number, leader in enumerate(people[1:]):
        answer(leader, wave, number)
    page.reload()
    expect(card).to_contain_text("Mindst fem af 38 har svaret")
    press(page, "Luk den nu")
    press(page, "Ja, luk den")
    expect(page.get_by_role("status")).to_have_text(f"»{TITLE}« er lukket.")
    leader = browse(people[2], FORM, 390)
    for seen in (page, leader):
        seen.locator("summary", has_text="Når vi taler sammen").click()
        expect(seen.get_by_role("row", name=re.compile("^Helt enig( Dit svar)? 1$")).first).to_be_visible()
        expect(seen.get_by_text("Gennemsnit 3,0").first).to_be_visible()
        drawn = seen.get_by_role("img", name=re.compile("^Svarenes fordeling i »Når vi taler sammen«"))
        expect(drawn).to_be_visible()
        assert "Ved starten" in (drawn.text_content() or "")
        fits(seen)
    expect(page.get_by_text("Dit eget svar:")).to_have_count(0)
    expect(leader.get_by_text("Dit eget svar: Helt uenig").first).to_be_visible()
    expect(leader.get_by_role("heading", name="Hvad ser jeg? Hvad vil jeg prøve?")).to_be_visible()
    leader.get_by_role("link", name="Skriv det på et prøvekort").click()
    expect(leader.get_by_role("heading", level=1)).not_to_have_text("Spørgeskema")
    for name, kind in (("Hent som PDF", "pdf"), ("Hent som Word", "docx")):
        with page.expect_download() as got:
            press(page, name)
        assert got.value.suggested_filename == f"maaling-ved-starten.{kind}"
    press(page, "Afslut målingerne")
    press(page, "Ja, afslut dem")
    expect(page.get_by_text("nøglen, der kunne finde den enkeltes svar, er væk")).to_be_visible()
    leader.goto(leader.url.split("/hold/")[0] + FORM)
    expect(leader.get_by_text("Nøglen er slettet, og ingen kan finde dine svar mere, heller ikke du.")).to_be_visible()
    assert violations(leader) == []
