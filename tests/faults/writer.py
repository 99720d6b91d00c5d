"""A leader who types in a browser that can be killed, with a book of what was typed and what the screen said of it."""

import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Error, Page, Playwright, TimeoutError

from tests.browser.writing.killable import Chromium

WORDS = ["jeg", "ringer", "før", "det", "går", "galt", "og", "æder", "mine", "ord", "når", "åen", "står", "højt"]
WATCH = """(() => {
    const look = () => {
        const field = document.querySelector('[data-field="doubt"], [data-field="draft.task"]');
        const status = field?.querySelector(".fl-foot .fl-status")?.textContent ?? "";
        const text = field?.querySelector("textarea")?.value ?? "";
        const notice = document.querySelector(".fl-notice")?.textContent ?? "";
        const seen = JSON.stringify([status, text, notice]);
        if (seen === look.last) return;
        look.last = seen;
        globalThis.seen?.(Date.now() / 1000, status, text, notice);
    };
    new MutationObserver(look).observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
})()"""
"""Tells what the screen says of the field that is written in, each time it says something else."""


@dataclass(frozen=True)
class Seen:
    """What the screen said at a moment (seconds since 1970): of the field, and of the connection."""

    at: float
    status: str
    text: str
    notice: str

    @property
    def saved(self) -> bool:
        """Whether it said that the server has the text."""
        return self.status.startswith(("Gemt kl.", "Begge udgaver er gemt"))

    @property
    def kept(self) -> bool:
        """Whether it said that this computer has the text."""
        return self.status.startswith("Gemt på denne computer")

    @property
    def unsaved(self) -> bool:
        """Whether it said that nobody has."""
        return self.status.startswith("Ikke gemt")

    @property
    def troubled(self) -> bool:
        """Whether it said that something is wrong."""
        return self.kept or self.unsaved or "ingen forbindelse" in self.notice


@dataclass
class Writer:
    """One leader at one field. ``typed`` is the text after each key, with its moment; ``seen`` what the screen said."""

    playwright: Playwright
    profile: Path
    origin: str
    cookies: httpx.Cookies
    page: Page = field(init=False)
    chromium: Chromium = field(init=False)
    typed: list[tuple[float, str]] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    key: str = ""

    def start(self) -> None:
        """Start the browser on the profile as it is, signed in."""
        self.chromium = Chromium(self.playwright, self.profile)
        context = self.chromium.context
        context.set_default_timeout(60_000)  # a loaded machine is told by the figures, and ends no trial
        context.expose_binding("seen", lambda source, *told: self.seen.append(Seen(*told)))
        context.add_init_script(WATCH)
        context.add_cookies([{"name": name, "value": value, "url": self.origin} for name, value in self.cookies.items()])

    def open(self, step: str, key: str) -> None:
        """Open a step in a new tab, and go to a field of it when that accepts text."""
        self.key, self.page = key, self.chromium.context.new_page()
        self.page.goto(f"{self.origin}/hold/demo/{step}")
        assert self.wait(lambda: bool(self.page.evaluate("performance.getEntriesByName('live').length")), 60)
        self.page.locator(f'[data-key="{key}"]').focus()
        self.page.keyboard.press("Control+End")

    def begin(self, title: str) -> None:
        """Begin the book anew, and the text, which nobody has written before."""
        self.page.locator(f'[data-key="{self.key}"]').press("Control+a")
        self.typed, self.seen = [], []
        self._type(title)

    def type(self, chance: random.Random, keys: int) -> None:
        """Type on, so many keys."""
        self._type(" ".join(["", *chance.choices(WORDS, k=keys)])[:keys])

    def _type(self, words: str) -> None:
        self.page.locator(f'[data-key="{self.key}"]').focus()
        for letter in words:
            self.page.keyboard.type(letter)
            self.typed.append((time.time(), self.text + letter))

    @property
    def text(self) -> str:
        """All that has been typed."""
        return self.typed[-1][1] if self.typed else ""

    def shown(self) -> str:
        """What stands in the field."""
        return self.page.locator(f'[data-key="{self.key}"]').input_value()

    def choosing(self) -> bool:
        """Whether the page asks which of two texts shall stand."""
        return self.page.locator(".fl-clash-panel:visible").count() > 0

    def choose(self) -> float:
        """Keep what stands in the field; the moment. The page may have settled it in between."""
        chosen = time.time()
        with suppress(TimeoutError):
            self.page.get_by_role("button", name="Behold min").click(timeout=3000)
        return chosen

    def adopt(self) -> None:
        """Go on with what stands in the field, as somebody does who has just opened the page."""
        self.typed.append((time.time(), self.shown()))

    def wait(self, so: Callable[[], bool], seconds: float = 20) -> bool:
        """Look at the screen until it is so; whether it was in time."""
        end = time.time() + seconds
        while not (found := _so(so)) and time.time() < end:
            self.pause(0.02)
        return found

    def pause(self, seconds: float) -> None:
        """Do nothing for that long but look at the screen."""
        self.page.wait_for_timeout(1000 * seconds)

    def since(self, moment: float, so: Callable[[Seen], bool]) -> float | None:
        """Seconds from that moment until the screen said so, or None while it has not."""
        return next((max(0.0, each.at - moment) for each in self.seen if each.at >= moment and so(each)), None)

    def all_saved(self) -> bool:
        """Whether the screen says that the server has all that was typed."""
        return bool(self.seen) and self.seen[-1].saved and self.seen[-1].text == self.text


def _so(so: Callable[[], Any]) -> bool:
    try:
        return bool(so())
    except Error as error:  # the page is on its way
        if "context was destroyed" in error.message:
            return False
        raise
