"""Who loses a pass phrase, a code or a device comes back to their own texts, and nobody else does: all in a browser."""

import email
import email.policy
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from leader import DESKTOP, Leader
from playwright.sync_api import Browser, expect

from tests.live import Live

NEXT = "otte blå cykler i medvind"
FIELD = "episodes.1.situation"


@pytest.fixture
def leader(chromium: Browser, live: Live) -> Iterator[Leader]:
    """Nobody yet."""
    person = Leader(chromium, live, DESKTOP)
    yield person
    person.page.context.close()


def begun(person: Leader, address: str) -> str:
    """Enrol, write a sentence, and tell the recovery code."""
    with person.page.expect_response("**/api/enrol") as enrolled:
        person.enrol(address)
    person.open("forberedelse-1")
    person.write(FIELD, "Skrevet, før noget blev væk")
    person.wait_until_saved()
    return str(enrolled.value.json()["recovery_code"])


def choose(person: Leader, phrase: str) -> None:
    """Choose a pass phrase in the form that is open, keep the new code, and go on."""
    form = person.page.locator("form:visible").filter(has=person.page.get_by_label("Vælg en adgangssætning")).first
    form.get_by_label("Vælg en adgangssætning").fill(phrase)
    form.get_by_label("Skriv den en gang til").fill(phrase)
    form.locator("button[type=submit]").click()
    expect(person.page.locator("[data-recovery-code]")).to_have_text(re.compile(r"\w{4}-\w{4}"), timeout=60_000)
    person.page.get_by_label("Jeg har gemt koden").check()
    person.page.get_by_role("button", name="Videre").click()
    person.page.wait_for_url(re.compile("/hold/"))


def waited_for(live: Live, address: str) -> str:
    """The link to a new pass phrase that is mailed to someone, when the mail is there."""
    for _ in range(600):
        texts = [_text(path) for path in (live.settings.data / "udbakke").glob("*.eml") if address in path.read_text()]
        found = next((found[0] for text in texts if (found := re.search(r"http\S+/ny-adgang#\S+", text))), None)
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("no mail came")


def _text(path: Path) -> str:
    letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return str(letter.get_content())  # type: ignore[attr-defined] # the policy's own class


def test_with_the_code_a_forgotten_phrase_is_replaced_and_a_lost_device_is_out(
    leader: Leader, chromium: Browser, live: Live
) -> None:
    address = "lone.vestergaard@strandby.example"
    code = begun(leader, address)
    other = Leader(chromium, live, DESKTOP)
    other.page.goto(f"{live.url}/glemt")
    other.page.locator("#recover-email").fill(address)
    other.page.get_by_label("Gendannelseskode").fill(code)
    choose(other, NEXT)
    other.open("forberedelse-1")
    other.wait_for_text(FIELD, "Skrevet, før noget blev væk")
    leader.page.goto(f"{live.url}/hold/demo/")
    expect(leader.page).to_have_url(re.compile("/log-ind"))
    other.page.context.close()


def test_on_the_page_of_devices_a_lost_one_is_signed_out(leader: Leader, chromium: Browser, live: Live) -> None:
    address = "mikkel.ravn@strandby.example"
    begun(leader, address)
    lost = Leader(chromium, live, DESKTOP)
    lost.sign_in(address)
    leader.page.goto(f"{live.url}/hold/demo/")
    expect(leader.page.get_by_text("Der er logget ind som dig fra en ny enhed")).to_be_visible()
    leader.page.get_by_role("link", name="Se dine enheder").click()
    leader.page.get_by_role("button", name="Log ud alle andre steder").click()
    expect(leader.page.get_by_role("status")).to_contain_text("Du er logget ud ét andet sted.")
    lost.page.goto(f"{live.url}/hold/demo/")
    expect(lost.page).to_have_url(re.compile("/log-ind"))
    leader.open("forberedelse-1")
    leader.wait_for_text(FIELD, "Skrevet, før noget blev væk")
    lost.page.context.close()


def test_a_link_to_a_new_phrase_waits_a_day_without_the_code_and_opens_at_once_with_it(leader: Leader, live: Live) -> None:
    address = "anne.boegelund@strandby.example"
    code, page = begun(leader, address), leader.page
    page.get_by_role("button", name="Log ud").click()
    page.wait_for_url(re.compile("/log-ind"))
    page.goto(f"{live.url}/glemt")
    page.locator("#forgotten-email").fill(address)
    page.get_by_role("button", name="Send mig et link").click()
    expect(page.locator("#kvittering")).to_be_visible()
    page.goto(waited_for(live, address))
    expect(page.get_by_text("Ventetiden")).to_be_visible()
    assert page.url.endswith("/ny-adgang"), "the secret is out of the address"
    form = page.locator("form:visible")
    form.get_by_label("Vælg en adgangssætning").fill(NEXT)
    form.get_by_label("Skriv den en gang til").fill(NEXT)
    form.locator("button[type=submit]").click()
    expect(page.get_by_role("alert")).to_contain_text("et døgn")
    form.get_by_label("Gendannelseskode").fill(code)
    choose(leader, NEXT)
    leader.open("forberedelse-1")
    leader.wait_for_text(FIELD, "Skrevet, før noget blev væk")
