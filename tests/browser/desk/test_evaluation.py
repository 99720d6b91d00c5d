"""An evaluation from end to end: planned and closed at the desk, answered once on a phone, and read by both."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.group.round_table import FOUR, THREE, facilitator, members
from tests.browser.interception import intercept
from tests.live import Live, serving
from tests.look.test_in_browser import violations
from tests.server.people import TODAY

from .surveying import fits, press

DESK, FORM = "/hold/demo/styring/evaluering", "/hold/demo/evaluering"
HOSTILE = "<img src=x onerror=alert(1)>"
TITLE = "Efter workshop 1"


@pytest.fixture(scope="module")
def live(all_open: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with serving([all_open], tmp_path_factory.mktemp("evaluation") / "data") as found:
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
    """An evaluation that is open, and closed when the test is over if it isn't then."""
    body = {"title": TITLE, "opens": TODAY.isoformat(), "closes": TODAY.isoformat()}
    found = people[0].post("/api/demo/evaluation", json=body).raise_for_status().json()["waves"][0]["id"]
    yield found
    people[0].post(f"/api/demo/evaluation/{found}/close", json={}).raise_for_status()


def send(who: httpx.Client, wave: str, **texts: str) -> None:
    body: dict[str, Any] = {"worth": 4, "well": "", "more": "", "improve": "", "less": ""} | texts
    who.post(f"/api/demo/evaluation/{wave}/response", json=body).raise_for_status()


def test_the_facilitator_plans_one_from_a_proposal_and_takes_it_back(
    browse: Callable[..., Page], people: list[httpx.Client]
) -> None:
    page = browse(people[0], DESK)
    expect(page.get_by_role("heading", level=1)).to_have_text("Evaluering")
    expect(page.get_by_text("Slutter I et møde med de fire spørgsmål, så tag dem højt.")).to_be_visible()
    press(page, "Planlæg evalueringen")
    expect(page.get_by_role("status")).to_have_text("Giv evalueringen en titel på højst 80 tegn.")
    page.get_by_role("button", name=re.compile("^Efter 6 måneder: ")).click()
    expect(page.get_by_label("Titel")).to_have_value("Efter 6 måneder")
    press(page, "Planlæg evalueringen")
    card = page.locator("section", has=page.get_by_role("heading", name="Efter 6 måneder", exact=True))
    expect(card).to_contain_text("Planlagt.")
    expect(page.get_by_role("status")).to_have_text("»Efter 6 måneder« er lagt ind.")
    expect(page.get_by_label("Titel")).to_have_value("")
    press(page, "Slet planen")
    expect(page.get_by_role("button", name="Ja, slet den")).to_be_focused()
    press(page, "Nej, vent")
    expect(page.get_by_role("button", name="Slet planen")).to_be_focused()
    press(page, "Slet planen")
    press(page, "Ja, slet den")
    expect(card).to_have_count(0)
    fits(page)


def test_a_leader_is_told_what_is_missing_asked_once_and_heard_once(
    browse: Callable[..., Page], people: list[httpx.Client], wave: str
) -> None:
    page = browse(people[1], FORM, 390)
    fits(page)
    page.set_viewport_size({"width": 390, "height": 800})
    press(page, "Send dit svar")
    expect(page.get_by_role("status")).to_contain_text("mindst ét af de fire spørgsmål")
    well = page.get_by_label("Hvad virker godt?")
    expect(well).to_be_focused()
    well.fill("At vi mødes på tværs.")
    press(page, "Send dit svar")
    expect(page.get_by_role("status")).to_contain_text("»Ved ikke« er også et svar.")
    page.get_by_role("group", name="Forløbet er min tid værd").get_by_label("Enig", exact=True).check()
    press(page, "Send dit svar")
    expect(page.get_by_text("Bagefter kan svaret ikke ændres.")).to_be_visible()
    press(page, "Nej, jeg vil rette")
    expect(well).to_have_value("At vi mødes på tværs.")
    press(page, "Send dit svar")
    press(page, "Ja, send det")
    expect(page.get_by_role("status")).to_contain_text("Tak. Dit svar er sendt.")
    expect(page.get_by_role("textbox")).to_have_count(0)
    page.reload()
    expect(page.get_by_text(f"Du har svaret på »{TITLE}«.")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_count(0)
    assert violations(page) == []


def test_an_answer_that_does_not_get_through_stays_on_the_page(
    browse: Callable[..., Page], people: list[httpx.Client], wave: str
) -> None:
    page = browse(people[1], FORM, 390)
    page.get_by_label("Hvad kan blive bedre?").fill("Lokalet")
    page.get_by_label("Ved ikke").check()
    intercept(page, "**/response", lambda route: route.abort())
    press(page, "Send dit svar")
    press(page, "Ja, send det")
    expect(page.get_by_role("status")).to_contain_text("Serveren svarer ikke lige nu.")
    expect(page.get_by_label("Hvad kan blive bedre?")).to_have_value("Lokalet")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.once("dialog", stay)
    page.reload()
    assert asked == ["beforeunload"]


def test_of_two_tabs_the_second_is_told_that_the_first_was_heard(
    browse: Callable[..., Page], people: list[httpx.Client], wave: str
) -> None:
    page = browse(people[1], FORM, 390)
    page.get_by_label("Hvad virker godt?").fill("Roen")
    page.get_by_label("Meget enig").check()
    send(people[1], wave, well="Fra den anden fane")
    press(page, "Send dit svar")
    press(page, "Ja, send det")
    expect(page.get_by_role("status")).to_have_text("Du har allerede svaret. Dit første svar gælder og kan ikke ændres.")


def test_it_is_counted_closed_and_read_by_both(browse: Callable[..., Page], people: list[httpx.Client]) -> None:
    """The last one here, since for two weeks no other evaluation can follow it."""
    page = browse(people[0], DESK)
    page.get_by_label("Titel").fill(TITLE)
    page.get_by_label("Åbner").fill(TODAY.isoformat())
    press(page, "Åbn evalueringen nu")
    card = page.locator("section", has=page.get_by_role("button", name="Luk den nu"))
    expect(card).to_contain_text("Under fem af 38 har svaret")
    wave = next(each["id"] for each in people[0].get("/api/demo/evaluation").json()["waves"] if each["state"] == "open")
    for number, leader in enumerate(people[1:]):
        send(leader, wave, well=f"{HOSTILE} {number}", less="Mindre" if number < 4 else "")
    page.reload()
    expect(card).to_contain_text("6 af 38 har svaret")
    press(page, "Luk den nu")
    expect(page.get_by_text("Er den lukket, kan den ikke åbnes igen.")).to_be_visible()
    press(page, "Ja, luk den")
    expect(page.get_by_role("status")).to_have_text(f"»{TITLE}« er lukket.")
    for seen in (page, browse(people[1], FORM, 390)):
        expect(seen.get_by_role("row", name="Enig 6", exact=True)).to_be_visible()
        for number in range(6):
            expect(seen.get_by_text(f"{HOSTILE} {number}")).to_be_visible()
        expect(seen.get_by_text("Færre end fem har svaret på det her, så det bliver ikke vist.")).to_have_count(3)
        expect(seen.get_by_text("Mindre", exact=True)).to_have_count(0)
        fits(seen)
    for name, kind in (("Hent som PDF", "pdf"), ("Hent som Word", "docx")):
        with page.expect_download() as got:
            press(page, name)
        assert got.value.suggested_filename == f"evaluering-efter-workshop-1.{kind}"
