"""A facilitator sees the mails first, is asked, follows them, pauses, and reads what became of each."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from fællesledelse import danish, operation
from tests.live import PHRASE
from tests.look.test_in_browser import violations
from tests.server.serving import Server
from tests.server.smtp import Smtp, launched

FACILITATOR, LEADER = "vibeke.stroem@strandby.example", "henrik.damsgaard@strandby.example"


@pytest.fixture
def smtp() -> Iterator[Smtp]:
    with Smtp() as running:
        yield running


@pytest.fixture
def server(tmp_path: Path, all_open: Path, smtp: Smtp) -> Iterator[Server]:
    running = launched(tmp_path / "data", all_open, smtp)
    yield running
    running.end()


def enrol(server: Server, email: str) -> httpx.Cookies:
    """Someone is let in and has read the notice; their cookies."""
    (link,) = operation.invite(server.settings, "demo", email)["invitations"]
    with httpx.Client(base_url=server.url, headers={"Origin": server.url}, timeout=30) as client:
        body = {"token": link["url"].partition("#")[2], "pass_phrase": PHRASE}
        client.post("/api/enrol", json=body).raise_for_status()
        client.post("/api/demo/notice", json={"accept": True}).raise_for_status()
        return client.cookies


def move(server: Server, cookies: httpx.Cookies) -> None:
    """A leader's group moves its last workshop to a day to come."""
    body = {"step": "workshop-3", "date": (danish.today() + timedelta(days=7)).isoformat()}
    with httpx.Client(base_url=server.url, headers={"Origin": server.url}, cookies=cookies, timeout=30) as client:
        client.post("/hold/demo/datoer", data=body).raise_for_status()


@pytest.fixture
def page(chromium: Browser, server: Server) -> Iterator[Page]:
    """The facilitator's page of invitations. Nothing it does may break the policy or fail."""
    cookies = enrol(server, FACILITATOR)
    move(server, enrol(server, LEADER))
    context = chromium.new_context(locale="da-DK", viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.add_cookies([{"name": name, "value": value, "url": server.url} for name, value in cookies.items()])
    page, errors = context.new_page(), []
    page.on("console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{server.url}/hold/demo/styring/invitationer")
    yield page
    assert errors == []
    context.close()


def part(page: Page, name: str) -> Locator:
    return page.locator(f'[data-part="{name}"]')


def press(place: Locator, name: str) -> None:
    place.get_by_role("button", name=name).click()


def fits(page: Page) -> None:
    """On a phone, a tablet and a desk, and by the rules of accessibility."""
    for width in (390, 820, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_invitations_are_seen_sent_paused_and_told_of(page: Page, smtp: Smtp) -> None:
    desk = part(page, "invitations")
    expect(desk).to_contain_text("1 af 38 ledere er begyndt. 38 mangler, facilitatorer talt med.")
    press(desk, "Se mailene, før de bliver sendt")
    desk.get_by_label("Mailen til").select_option("Anne Bøgelund <anne.boegelund@strandby.example>")
    expect(desk.locator(".desk-mail-text")).to_contain_text("(linket bliver lavet, når mailen bliver sendt)")
    desk.get_by_text("Vælg, hvem der får en mail (38 af 38 er valgt)").click()
    desk.get_by_text("Amir Hosseini", exact=True).click()
    fits(page)
    press(desk, "Send 37 invitationer")
    expect(desk).to_contain_text("Links, de har fået før, virker så ikke længere.")
    press(desk, "Nej, vent")
    assert smtp.letters == []
    smtp.refused = {"anders.dam@strandby.example": "550 5.1.1 no such user"}
    smtp.gate.clear()
    press(desk, "Send 37 invitationer")
    press(desk, "Ja, send 37 invitationer")
    expect(desk).to_contain_text("0 af 37 er sendt, 1 afvist.")
    press(desk, "Hold pause")
    expect(desk).to_contain_text("Udsendelsen er sat på pause.")
    smtp.gate.set()
    fits(page)
    press(desk, "Fortsæt")
    expect(desk).to_contain_text("Sidste udsendelse: 36 af 37 er sendt, 1 afvist.", timeout=30_000)
    assert len(set(smtp.receivers)) == len(smtp.receivers) == 36
    desk.get_by_text(re.compile(r"Hvem har fået hvad")).click()
    fits(page)
    smtp.refused = {}
    press(desk, "Send igen til Anders Dam")
    desk.get_by_role("button", name="Send igen til Anders Dam").last.click()
    expect(desk).to_contain_text("Sidste udsendelse: 37 af 37 er sendt.")
    assert smtp.receivers[-1] == "anders.dam@strandby.example"


def test_cards_reminders_and_calendars_go_from_the_same_page(page: Page, smtp: Smtp) -> None:
    desk = part(page, "invitations")
    press(desk, "Hent som kort til print")
    expect(desk).to_contain_text("Hvert kort har et nyt link. Links, de har fået før, virker så ikke længere.")
    with page.expect_download() as waiting:
        press(desk, "Ja, lav kortene")
    assert waiting.value.suggested_filename == "invitationer.pdf"
    assert Path(waiting.value.path()).read_bytes()[:5] == b"%PDF-"
    expect(desk).to_contain_text("38 kort er hentet.")
    for name, button, kind in (
        ("reminders", "Send 1 påmindelse", "plain"),
        ("calendar", "Send 3 kalendermails", "calendar"),
    ):
        desk = part(page, name)
        press(desk, button)
        press(desk, f"Ja, {button[0].lower()}{button[1:]}")
        expect(desk).to_contain_text(re.compile(r"Sidste udsendelse: (\d+) af \1 er sendt\."))
        assert smtp.letter(LEADER).get_body((kind,)) is not None
    assert len(smtp.letters) == 4
