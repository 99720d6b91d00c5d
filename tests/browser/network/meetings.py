"""A network's members in their browsers, on a server whose clock is put on from meeting to meeting."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import httpx
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, ViewportSize, expect

from fællesledelse import danish
from fællesledelse.cohort.build import BUILT, build
from fællesledelse.cohort.demo import write_demo
from fællesledelse.dress.cast import morning
from fællesledelse.dress.stage import Stage, stage
from fællesledelse.manifest import load
from fællesledelse.model import Manifest
from tests.browser.group.round_table import facilitator
from tests.browser.group.together import SOON
from tests.browser.journey.leader import DESKTOP, PHONE
from tests.browser.journey.two_years import TABLET, Fellow
from tests.live import House

AMIR, KARINA, MIKKEL, LINE = (
    f"{name}@strandby.example" for name in ("amir.hosseini", "karina.ladefoged", "mikkel.ravn", "line.havgaard")
)
"""Four of the demo's network. Karina has a case with her at the first meeting, and Mikkel at the second."""

WIDTHS = (PHONE, TABLET, DESKTOP)


class Colleague(Fellow):
    """A leader in the network."""

    def meet(self, step: str) -> None:
        """Go to a meeting's page, and wait until everything on it has come."""
        self.visit(step)
        self.wait_until_live()

    def bring(self, step: str, about: str, hurts: str, wanted: str) -> None:
        """Write the case for a meeting, on its page."""
        for part, text in {"about": about, "hurts": hurts, "help": wanted}.items():
            self.write(f"meeting.{step}.case.1.{part}", text)
        self.wait_until_saved()

    def share_by_keyboard(self) -> None:
        """Share the case from where it was written last, without a pointer."""
        button = self.part("case").get_by_role("button", name="Del sagen med netværket")
        expect(button).to_be_visible()
        self.page.locator('textarea[data-key$=".case.1.help"]').focus()
        for _ in range(12):
            self.page.keyboard.press("Tab")
            if button.evaluate("(each) => each === document.activeElement"):
                break
        self.page.keyboard.press("Enter")
        expect(self.part("case")).to_contain_text("kan læse den, som den stod da", timeout=SOON)

    def reads(self, name: str) -> Locator:
        """The case of someone else on the meeting's page, unfolded."""
        found = self.part("cases").locator("details", has_text=f"Sag fra {name}")
        expect(found).to_have_count(1, timeout=SOON)
        found.locator("summary").click()
        return found

    def look(self) -> list[str]:
        """What axe finds wrong with the page on a phone and a desktop, and whether it is too wide there or on a tablet."""
        wrong = []
        before = self.page.viewport_size
        for viewport in WIDTHS:
            self.page.set_viewport_size(viewport)
            found = Axe().run(self.page).response["violations"] if viewport is not TABLET else []
            wrong += [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]
            wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            wrong += [f"{self.page.url}: {wide} px too wide at {viewport['width']}"] * (wide > 0)
        self.page.set_viewport_size(before or DESKTOP)
        return wrong


@dataclass
class Network:
    """A network under way. ``members`` are in it today, by address; ``desk`` is the facilitator's protocol client."""

    chromium: Browser
    stage: Stage
    house: House
    manifest: Manifest
    desk: httpx.Client
    members: dict[str, Colleague] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Its folder."""
        return self.house.folders[0]

    def join(self, email: str, viewport: ViewportSize) -> Colleague:
        """Someone on the list comes by the personal link."""
        self.members[email] = Colleague(self.chromium, self.house, email, viewport)
        return self.members[email]

    def has(self, *emails: str) -> None:
        """Those are its list from now on, and the server has taken it in."""
        path = self.folder / "deltagere.csv"
        known = self.folder / "alle.csv"
        if not known.exists():
            known.write_bytes(path.read_bytes())
        heading, *lines = known.read_text(encoding="utf-8-sig").splitlines()
        path.write_text("\n".join([heading, *(line for line in lines if line.split(";")[1] in emails)]) + "\n", "utf-8")
        build(self.folder)
        self.desk.get("/hold/demo/overblik").raise_for_status()

    def day(self, step: str, later: int = 0) -> date:
        """The day of a meeting, or some days later."""
        found = self.manifest.step(step)
        assert found is not None
        assert found.opens is not None
        return found.opens + timedelta(days=later)

    def go_to(self, step: str, later: int = 0) -> None:
        """Everyone shuts the page, and it is the morning of that day, where all sign in again."""
        for each in self.members.values():
            each.page.goto("about:blank")
        self.stage.move_to(morning(self.day(step, later)))
        self.house.sign_in(self.desk, facilitator(self.house))
        for each in self.members.values():
            each.come_again()

    def close(self) -> None:
        """Everyone goes home and tells what was wrong."""
        for each in self.members.values():
            each.client.close()
            each.close()
        self.desk.close()


@contextmanager
def begun(chromium: Browser, place: Path) -> Iterator[Network]:
    """The demo's network of three on its first day: a phone, a tablet and a desktop."""
    folder = place / "hold"
    write_demo(folder, danish.today(), part="netvaerk")
    told = (folder / "hold.yaml").read_text(encoding="utf-8").replace("hold: demo-netvaerk", "hold: demo")
    (folder / "hold.yaml").write_text(told, encoding="utf-8")
    build(folder)
    manifest = load((folder / BUILT / "manifest.json").read_text(encoding="utf-8"))
    with stage(folder, place) as running:
        running.move_to(morning(manifest.starts))
        house = House(running.settings, [folder])
        network = Network(chromium, running, house, manifest, house.enrol(facilitator(house)))
        network.has(AMIR, KARINA, MIKKEL)
        for email, viewport in zip((AMIR, KARINA, MIKKEL), (DESKTOP, PHONE, TABLET), strict=True):
            network.join(email, viewport)
        yield network
        network.close()
