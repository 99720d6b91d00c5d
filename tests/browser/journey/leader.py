"""A leader at a browser: does what a leader does, and notices what a leader would not."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import Browser, Error, ViewportSize, expect

from tests import tools
from tests.live import PHRASE, House, constructed_texts

PHONE = ViewportSize(width=390, height=844)
DESKTOP = ViewportSize(width=1280, height=900)
TEXTS = constructed_texts()
LEFT_EARLY = "closed before the connection is established"  # a browser's word about a page left while its line was coming up
Words = Callable[[str], str | None]
BOXES = "[...document.querySelectorAll('textarea[data-key]')].map((box) => [box.dataset.key, box.value])"
WRITE = """(texts) => {
    for (const [key, text] of Object.entries(texts)) {
        const box = document.querySelector(`textarea[data-key="${key}"]`);
        const buttons = () => [...box.closest(".fl-cards").querySelectorAll("button")];
        while (!box.checkVisibility()) buttons().find((each) => each.innerText === "Tilføj en til").click();
        box.focus();
        box.value = text;
        box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
}"""
"""Writes in many fields at a stroke, adding cards until they are there: all in one call of the driver."""

UNFOLD = "document.querySelectorAll('.fl-section:not([open]) > summary').forEach((each) => each.click())"
"""Opens the parts of a period's page that are folded."""


class Leader:
    """One person in one browser. ``trouble`` collects console errors, third-party requests and policy violations."""

    def __init__(self, browser: Browser, live: House, viewport: ViewportSize) -> None:
        self.live = live
        self.trouble: list[str] = []
        context = browser.new_context(locale="da-DK", timezone_id="Europe/Copenhagen", viewport=viewport)
        context.set_default_timeout(20_000)
        context.set_default_navigation_timeout(tools.PAGE_PATIENCE)
        self.page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        self.page.on("request", lambda request: self._asked(request.url))

    def enrol(self, email: str) -> None:
        """From the personal link to the welcome page."""
        page = self.page
        page.goto(self.live.invitation(email))
        expect(page.get_by_text(email)).to_be_visible()
        page.get_by_label("Vælg en adgangssætning").fill(PHRASE)
        page.get_by_label("Skriv den en gang til").fill(PHRASE)
        page.locator("form:visible button[type=submit]").click()
        code = page.locator("[data-recovery-code]")
        expect(code).to_have_text(re.compile(r"\w{4}-\w{4}"), timeout=30_000)
        page.get_by_label("Jeg har gemt koden").check()
        page.get_by_role("button", name="Videre").click()
        self.accept_notice()

    def sign_in(self, email: str) -> None:
        """From the sign-in page to the welcome page."""
        self.page.goto(f"{self.live.url}/log-ind")
        self.page.get_by_label("E-mail").fill(email)
        self.page.locator("input[type=password]").fill(PHRASE)
        self.page.get_by_role("button", name="Log ind").click()
        self.page.wait_for_url(re.compile("/hold/"))

    def come_back(self, client: httpx.Client) -> None:
        """On a device that a protocol client has signed in on."""
        for name, value in client.cookies.items():
            self.page.context.add_cookies([{"name": name, "value": value, "url": self.live.url}])

    def accept_notice(self) -> None:
        """Read the privacy notice."""
        self.page.wait_for_url(re.compile("/privatliv"))
        self.page.get_by_role("button", name=re.compile("læst")).click()
        self.page.wait_for_url(re.compile(r"/hold/demo/$"))

    def open(self, step: str) -> None:
        """Go to a step, wait until its fields live, and unfold it."""
        self.page.goto(f"{self.live.url}/hold/demo/{step}")
        self.wait_until_live()
        self.page.evaluate(UNFOLD)

    def wait_until_live(self) -> None:
        """Until the page's fields have their texts."""
        self.until("!document.querySelector('#loading') && document.querySelectorAll('[data-key]').length > 0")
        self.until("[...document.querySelectorAll('textarea[data-key]')].every((box) => !box.readOnly)")

    def texts(self) -> dict[str, str]:
        """What stands in the fields of the page, in order; cards not yet shown included."""
        return dict(self.page.evaluate(BOXES))

    def write(self, key: str, text: str) -> None:
        """Write in a field, adding cards until it is there."""
        box = self.page.locator(f'textarea[data-key="{key}"]')
        while not box.is_visible():
            box.locator("xpath=ancestor::*[contains(@class,'fl-cards')]").get_by_role("button", name="Tilføj en til").click()
        box.fill(text)

    def write_everything(self, words: Words = TEXTS.get, day: str = "2026-12-01") -> dict[str, str]:
        """Fill what is empty, texts with the ``words`` for their key and dates with ``day``; wait until all is saved."""
        there = self.texts()
        written = {key: text for key in there if (text := words(key))}
        self.page.evaluate(WRITE, {key: text for key, text in written.items() if not there[key]})
        for box in self.page.locator("input[type=date][data-key]").all() if day else ():
            if not box.input_value():
                box.fill(day)
        self.wait_until_saved()
        return written

    def wait_until_saved(self) -> None:
        """Until the server has everything."""
        self.until("faellesledelse.unsent.length === 0")

    def text(self, key: str) -> str:
        """What stands in a field."""
        return self.page.locator(f'textarea[data-key="{key}"]').input_value()

    def wait_for_text(self, key: str, text: str) -> None:
        """Until a field has that text: what a page that is gone left on the disk is brought back beside the loading."""
        self.until(f"document.querySelector('textarea[data-key=\"{key}\"]').value === {json.dumps(text)}")

    def finish(self) -> None:
        """Mark the step as done."""
        control = self.page.locator("[data-finish]")
        control.click()
        expect(control).to_have_attribute("aria-pressed", "true")

    def until(self, condition: str, seconds: float = 30) -> None:
        """Wait for a condition in the page. The driver's own way of waiting is forbidden by the page's policy."""
        deadline = time.monotonic() + seconds
        while not self._is_so(condition):
            assert time.monotonic() < deadline, f"never came true: {condition}"
            self.page.wait_for_timeout(50)

    def _is_so(self, condition: str) -> bool:
        try:
            return bool(self.page.evaluate(condition))
        except Error as error:  # the page is being loaded anew
            if "context was destroyed" in error.message:
                return False
            raise

    def close(self) -> None:
        """Close the browser and tell what was wrong."""
        self.page.context.close()
        assert not self.trouble, "\n".join(self.trouble)

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning") and LEFT_EARLY not in message.text:
            self.trouble.append(f"{message.type}: {message.text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.live.url, "data:", "blob:")):
            self.trouble.append(f"third party: {url}")
