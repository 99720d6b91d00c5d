"""Who lives through two years, on a server whose clock is put on from day to day."""

import html
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Locator, ViewportSize

from fællesledelse import danish
from fællesledelse.cohort.build import BUILT, build
from fællesledelse.cohort.demo import write_demo
from fællesledelse.dress.cast import morning
from fællesledelse.dress.stage import Stage, stage
from fællesledelse.manifest import load
from fællesledelse.model import Manifest
from tests.browser.group.member import Member
from tests.browser.group.round_table import THREE, facilitator, members
from tests.browser.journey.leader import DESKTOP, PHONE, TEXTS
from tests.live import House

TABLET = ViewportSize(width=820, height=1180)
VISITED = "birgitte.kjaergaard@strandby.example"
"""Whom the first of the group visits at work."""

OTHERS = "2"
"""A group whose leaders answer the survey too."""

_OTHER_PERIOD = re.compile(r"period\.periode-[bc]\.")


class Fellow(Member):
    """A leader who comes by the personal link and stays. ``written`` and ``private`` is what must never be lost."""

    def arrive(self) -> httpx.Client:
        """Enrol in the browser, and sign in on a second device."""
        self.written: list[str] = []
        self.private: list[str] = []
        self.enrol(self.email)
        client = self.live.client()
        self.live.sign_in(client, self.email)
        return client

    def come_again(self) -> None:
        """Both devices have been forgotten."""
        self.live.sign_in(self.client, self.email)
        self.come_back(self.client)

    def note(self, key: str, text: str) -> None:
        """Write in a field of the page, over what stands there."""
        self.write(key, text)
        self.written.append(text)

    def fill(self, step: str, keys: str = "", day: date | None = None) -> None:
        """Open a step and write in what is empty there, of the texts in those with such ``keys`` (a pattern)."""
        self.open(step)
        empty = {key for key, text in self.texts().items() if not text and re.search(keys, key)}
        words = self.write_everything(lambda key: _words(key) if key in empty else None, day.isoformat() if day else "")
        for key, text in words.items():
            (self.private if key.startswith("private.") else self.written).append(text)

    def complete(self, step: str, day: date | None = None) -> None:
        """Open a step, write in all that is empty there, and mark it."""
        self.fill(step, day=day)
        self.finish()

    def tick(self, key: str, words: str) -> None:
        """Choose a sentence, or a word, that begins so."""
        self.page.locator(f'input[data-key="{key}"][value^="{words}"]').check()
        self.written.append(words)

    def look_at(self, place: str) -> Locator:
        """Go to a page beside the steps; what stands on it."""
        self.page.goto(f"{self.live.url}/hold/demo/{place}")
        return self.page.get_by_role("main")

    def card(self, number: int) -> Locator:
        """Where an experiment card of a period is let go."""
        return self.page.locator(".fl-part", has=self.page.locator(".share-release")).nth(number - 1)


def _words(key: str) -> str | None:
    """The constructed leader's words for a field; what was written in one period is told apart from the others."""
    plain = _OTHER_PERIOD.sub("period.periode-a.", key)
    told = TEXTS.get(plain)
    return told if plain == key or told is None else f"{told} ({key})"


@dataclass
class TwoYears:
    """The programme under way. ``crowd`` are people without a browser, by their addresses."""

    stage: Stage
    house: House
    manifest: Manifest
    group: tuple[Fellow, Fellow, Fellow]
    crowd: dict[str, httpx.Client]
    today: date

    @property
    def desk(self) -> httpx.Client:
        """The facilitator's."""
        return self.crowd[facilitator(self.house)]

    @property
    def statements(self) -> list[str]:
        """What the survey says, for everyone to agree with or not."""
        assert self.manifest.survey is not None
        return [item.text for item in self.manifest.survey.items]

    def day(self, step: str, later: int = 0) -> date:
        """The day a step opens, or some days later."""
        found = self.manifest.step(step)
        assert found is not None
        assert found.opens is not None
        return found.opens + timedelta(days=later)

    def put_on(self, day: date) -> None:
        """Everyone shuts the page, and it is the morning of another day."""
        for each in self.group:
            each.page.goto("about:blank")
        self.today = day
        self.stage.move_to(morning(day))

    def go_to(self, step: str, later: int = 0) -> tuple[Fellow, Fellow, Fellow]:
        """To the day of a step, or some days later, where everyone signs in; the group."""
        return self._go_to(self.day(step, later))

    def go_to_the_end(self) -> tuple[Fellow, Fellow, Fellow]:
        """To the programme's last day, likewise."""
        assert self.manifest.ends is not None
        return self._go_to(self.manifest.ends)

    def _go_to(self, day: date) -> tuple[Fellow, Fellow, Fellow]:
        self.put_on(day)
        for email, client in self.crowd.items():
            self.house.sign_in(client, email)
        for each in self.group:
            each.come_again()
        return self.group


@contextmanager
def begun(chromium: Browser, place: Path) -> Iterator[TwoYears]:
    """The demo cohort on its first morning: a group of three has come in by their invitations, and so has a crowd."""
    folder = place / "hold"
    write_demo(folder, danish.today())
    build(folder)
    manifest = load((folder / BUILT / "manifest.json").read_text(encoding="utf-8"))
    with stage(folder, place) as running:
        running.move_to(morning(manifest.starts))
        house = House(running.settings, [folder])
        around = zip(members(house, THREE), (PHONE, TABLET, DESKTOP), strict=True)
        first, second, third = (Fellow(chromium, house, email, viewport) for email, viewport in around)
        known = [facilitator(house), VISITED, *members(house, OTHERS)]
        crowd = {email: house.enrol(email) for email in known}
        yield TwoYears(running, house, manifest, (first, second, third), crowd, manifest.starts)
        for client in (first.client, second.client, third.client, *crowd.values()):
            client.close()


def taken_along(file: Path) -> str:
    """All that stands on the pages of a zip, in one line."""
    with zipfile.ZipFile(file) as packed:
        pages = [packed.read(name).decode() for name in packed.namelist() if name.endswith(".html")]
    return _plain(html.unescape(re.sub(r"<[^>]+>", " ", " ".join(pages))))


def lines(texts: Iterable[str]) -> list[str]:
    """Their lines, as they stand in ``taken_along``."""
    return [_plain(line) for text in texts for line in text.splitlines() if line.strip()]


def _plain(text: str) -> str:
    return " ".join(text.split())
