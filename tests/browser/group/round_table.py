"""Several leaders around one workshop, each at a browser of their own, and what each of them sees and when."""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, ViewportSize

from fællesledelse.cohort.build import build
from fællesledelse.manifest import load_roster
from fællesledelse.model import Role
from tests import tools
from tests.browser.journey.leader import LEFT_EARLY
from tests.live import House, Live, serving

STEP = "workshop-1"
PHONE = ViewportSize(width=320, height=640)
DESKTOP = ViewportSize(width=1280, height=900)
TWO, THREE, FOUR = "3", "4", "1"
"""Groups of that many leaders."""

WATCH = """() => {
    const { timeOrigin } = performance;
    globalThis.seen = [];
    const look = () => {
        const [title, turn] = ["title", "turn"].map((name) => document.querySelector(`.room-${name}`)?.textContent ?? "");
        const [before, whose] = globalThis.seen.at(-1) ?? [];
        if (before !== title || whose !== turn) globalThis.seen.push([title, turn, timeOrigin + performance.now()]);
    };
    look();
    const all = { childList: true, subtree: true, characterData: true };
    new MutationObserver(look).observe(document.querySelector(".room"), all);
}"""
"""Notes in the page when each phase came into sight, in milliseconds of the clock that all browsers of a machine share."""


@contextmanager
def tables(all_open: Path, place: Path) -> Iterator[Live]:
    """The demo cohort with one leader fewer in the group that is to be of two."""
    folder = Path(shutil.copytree(all_open, place / "hold"))
    roster = folder / "deltagere.csv"
    lines = roster.read_text(encoding="utf-8-sig").splitlines()
    last = [number for number, line in enumerate(lines) if line.split(";")[6] == TWO][-1]
    roster.write_text("\n".join(line for number, line in enumerate(lines) if number != last) + "\n", encoding="utf-8")
    build(folder)
    with serving([folder], place / "data") as live:
        yield live


def members(live: House, group: str) -> list[str]:
    """The addresses of a group's leaders, in the order of their names."""
    roster = load_roster((live.folders[0] / "bygget/roster.json").read_text(encoding="utf-8"))
    found = [each for each in roster.participants if each.role is Role.LEADER and each.group == group]
    return [each.email for each in sorted(found, key=lambda each: each.name)]


def facilitator(live: House) -> str:
    """The address of the first facilitator."""
    roster = load_roster((live.folders[0] / "bygget/roster.json").read_text(encoding="utf-8"))
    return next(each.email for each in roster.participants if each.role is Role.FACILITATOR)


class Seat:
    """One person at one browser. ``trouble`` collects console errors and requests to anyone else."""

    def __init__(
        self, browser: Browser, live: Live, client: httpx.Client, viewport: ViewportSize = DESKTOP, step: str = STEP
    ) -> None:
        self.live, self.client, self.trouble, self.step = live, client, list[str](), step
        self.name = str(client.get("/api/session").json()["name"]).split(" ")[0]
        context = browser.new_context(locale="da-DK", timezone_id="Europe/Copenhagen", viewport=viewport)
        context.set_default_timeout(20_000)
        context.set_default_navigation_timeout(tools.PAGE_PATIENCE)
        for name, value in client.cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": live.url}])
        self.page: Page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        self.page.on("request", lambda request: self._asked(request.url))
        self.away = False

    def sit_down(self) -> None:
        """Open the workshop's page, and wait for its room."""
        self.page.goto(f"{self.live.url}/hold/demo/{self.step}")
        self.wait_for_room()

    def wait_for_room(self) -> None:
        """Until the room is there; from now on what is seen is noted."""
        self.until("document.querySelector('.room:not([hidden])') && globalThis.faellesledelse.step")
        self.page.evaluate(WATCH)

    def press(self, name: str) -> float:
        """Press a button of the room; when, in milliseconds."""
        button = self.page.locator(".room, .table[open]").last.get_by_role("button", name=name, exact=True)
        now = self.now()
        button.click()
        return now

    def now(self) -> float:
        """Milliseconds of the clock that all browsers of a machine share."""
        return float(self.page.evaluate("performance.timeOrigin + performance.now()"))

    def sees(self) -> tuple[str, str]:
        """The phase and whose turn it is."""
        title, turn = self.page.evaluate(
            "['title', 'turn'].map((name) => document.querySelector(`.room-${name}`).textContent)"
        )
        return title, turn

    def saw(self, title: str, turn: str) -> float:
        """When the phase came into sight, in milliseconds; waits for it."""
        look = f"globalThis.seen.filter(([title, turn]) => title === {title!r} && turn === {turn!r}).at(-1)?.[2] ?? 0"
        self.until(look)
        return float(self.page.evaluate(look))

    def left(self) -> int:
        """Seconds on the clock."""
        found = re.fullmatch(r"(\d+):(\d\d)", self.page.locator(".room-time").inner_text())
        assert found is not None
        return 60 * int(found[1]) + int(found[2])

    def role(self) -> str:
        """My role just now, or empty."""
        shown = self.page.locator(".room-mine strong")
        return shown.inner_text().strip(" .") if shown.is_visible() else ""

    def lose_network(self) -> None:
        """Nothing goes out or comes in."""
        self.away = True
        self.page.context.set_offline(True)

    def find_network(self) -> None:
        """It is back."""
        self.page.context.set_offline(False)

    def until(self, condition: str, seconds: float = 30) -> None:
        """Wait for a condition in the page. The driver's own way of waiting is forbidden by the page's policy."""
        self.wait(lambda: self._is_so(condition), condition, seconds)

    def wait(self, condition: Callable[[], bool], words: str = "", seconds: float = 30) -> None:
        """Wait for a condition."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"never came true: {words}"
            self.page.wait_for_timeout(30)

    def look(self, states: list[str]) -> None:
        """Note what axe finds wrong, and whether the page is too wide, on a phone and on a desktop."""
        for viewport in (PHONE, DESKTOP):
            self.page.set_viewport_size(viewport)
            found = Axe().run(self.page).response["violations"]
            states += [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]
            wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            states += [f"{wide} px too wide"] * (wide > 0)

    def get_up(self) -> None:
        """Close the browser and tell what was wrong. Who lost the network has said so in the console."""
        self.page.context.close()
        assert self.away or not self.trouble, "\n".join(self.trouble)

    def _is_so(self, condition: str) -> bool:
        try:
            return bool(self.page.evaluate(condition))
        except Error as error:  # the page is being loaded anew
            if "context was destroyed" in error.message:
                return False
            raise

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning") and LEFT_EARLY not in message.text:
            self.trouble.append(f"{message.type}: {message.text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.live.url, self.live.url.replace("http", "ws", 1), "data:", "blob:")):
            self.trouble.append(f"third party: {url}")
