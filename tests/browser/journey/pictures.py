"""Takes the README's pictures: pages of the demo on a desktop, some with a phone beside it.

Run by ``make pictures``. The leaders are constructed, and so is every word of theirs.
"""

import base64
import os
import random
import re
import sys
import tempfile
import uuid
from dataclasses import dataclass
from itertools import chain, cycle
from pathlib import Path

import httpx
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from fællesledelse import danish
from fællesledelse.manifest import load_roster
from fællesledelse.model import Role
from fællesledelse.operation import invite, status
from fællesledelse.settings import Settings, read
from tests import tools
from tests.live import PHRASE, constructed_texts, free_port, started, wait_until_up

FOLDER = Path(__file__).parents[3] / ".pictures"
LEADER, FACILITATOR = "amir.hosseini@strandby.example", "jonas.enggaard@strandby.example"
DESKTOP, PHONE = ViewportSize(width=1280, height=844), ViewportSize(width=390, height=844)
MARKED = (6, 5, 6, 6, 4, 5, 6, 3, 5, 6, 2)  # how many steps each leader in turn has marked
LARGEST = 300_000  # bytes
BESIDE = """<style>body { margin: 0; display: flex; gap: 24px; padding: 24px; background: #e8e8e6 }
img { height: 844px; box-shadow: 0 1px 6px #0003 }</style>"""


@dataclass(frozen=True)
class View:
    """What ``who`` is to see: the page at ``address`` from ``shown`` on, once ``ready`` is there; both are selectors.

    ``pressed`` names a button that is pressed first, ``opened`` is the selector of something to unfold.
    """

    address: str
    ready: str
    shown: str
    viewport: ViewportSize
    who: str = LEADER
    pressed: str = ""
    opened: str = ""
    gathering: str = "demo"


OWN, TOLD = "textarea[data-key=doubt]:not([readonly])", "h3:has-text('En linje, jeg tvivler på')"
THEME, DRAWN = ".survey-theme-result", ".survey-picture"
WALL = "[data-stage][data-state=running]"
PICTURES = {
    "page.png": [View("forberedelse-1", OWN, TOLD, DESKTOP), View("forberedelse-1", OWN, TOLD, PHONE)],
    "group.png": [
        View("workshop-2", ".share-reading .share-text", ".share-readings", DESKTOP),
        View("workshop-2", ".room:not([hidden]) .room-time", ".room", PHONE),
    ],
    "overview.png": [View("overblik", ".desk-overview-frame svg", "body", DESKTOP, FACILITATOR)],
    "cohort.png": [
        View(
            "styring/holdet",
            ".desk-groups-card",
            "[data-part=groups] [role=status]",
            DESKTOP,
            FACILITATOR,
            "Foreslå grupper",
        )
    ],
    "projector.png": [
        View("workshop-2/laerred", WALL, "body", DESKTOP, FACILITATOR),
        View("workshop-2/laerred", WALL, "body", PHONE, FACILITATOR),
    ],
    "network.png": [
        View("styring/liv", "main h2", "body", DESKTOP, FACILITATOR, gathering="demo-netvaerk"),
        View("salon-1", "h1", "h1", PHONE, gathering="demo-saloner"),
    ],
    "programme.png": [View("forloeb", ".site-line", "h1", DESKTOP), View("forloeb", ".site-station >> nth=0", "h1", PHONE)],
    "survey.png": [
        View("spoergeskema", DRAWN, f"{THEME} >> nth=0", DESKTOP, opened=THEME),
        View("spoergeskema", DRAWN, f"{THEME} .survey-figure", PHONE, opened=THEME),
    ],
}
"""Each picture, and the views that stand side by side in it."""


def taken(browser: Browser, url: str, view: View) -> bytes:
    """What is seen, as PNG."""
    context = browser.new_context(locale="da-DK", timezone_id="Europe/Copenhagen", viewport=view.viewport)
    page = context.new_page()
    page.goto(f"{url}/log-ind")
    page.get_by_label("E-mail").fill(view.who)
    page.locator("input[type=password]").fill(PHRASE)
    page.get_by_role("button", name="Log ind").click()
    page.wait_for_url(lambda address: "/log-ind" not in address)
    page.goto(f"{url}/hold/{view.gathering}/{view.address}")
    if view.pressed:
        page.get_by_role("button", name=view.pressed).click()
    if view.opened:
        page.locator(f"{view.opened} summary").first.click()
    page.locator(view.ready).first.wait_for()
    page.locator(view.shown).first.evaluate("(found) => scrollTo(0, found.getBoundingClientRect().top + scrollY - 24)")
    picture = page.screenshot(animations="disabled")
    context.close()
    return picture


def meet(url: str, mates: list[str]) -> None:
    """The leader's group agrees on its contract, one of the others shares a draft, and workshop 2 has begun."""
    amir, *others = group = [client(url, email) for email in (LEADER, *mates)]
    told = amir.get("/api/demo/contract").json()
    allowed = {"harvest": True, "feedback": True, "export": False, "fades": False}
    texts = {point["part"]: point["text"] for point in told["points"]}
    amir.put("/api/demo/contract", json={"base": 0, "texts": texts, "switches": allowed}).raise_for_status()
    for each in others:
        each.post("/api/demo/contract/accept", json={"number": 1}).raise_for_status()
    for key, text in constructed_texts().items():
        if key.startswith("draft."):
            body = {"text": text, "base": 0, "save_id": uuid.uuid4().hex}
            others[0].put(f"/api/demo/answers/{key}", json=body).raise_for_status()
    others[0].post("/api/demo/drafts", json={"draft_id": uuid.uuid4().hex}).raise_for_status()
    for base, do in enumerate(({"do": "start"}, {"do": "go", "phase": 2})):
        amir.put("/api/demo/rooms/workshop-2", json={"base": base, **do}).raise_for_status()
    for each in group:
        each.close()


def go_on(url: str, settings: Settings, mates: list[str]) -> list[str]:
    """The others begin, all mark what they have done, and on the wall the other groups are a few phases ahead.

    The addresses of all who have begun: who is in a network too has a link by mail alone.
    """
    steps = [step["name"] for step in status(settings, "demo")["steps"]]
    begun = (client(url, email) for email in (LEADER, *mates))
    invited = invite(settings, "demo", None)["invitations"]
    come = (newcomer(url, each["url"]) for each in invited)
    for leader, many in zip(chain(begun, come), cycle(MARKED), strict=False):
        for step in steps[:many]:
            leader.put(f"/api/demo/steps/{step}/done", json={"done": True})
        leader.close()
    wall = "/api/demo/projector/workshop-2"
    jonas = client(url, FACILITATOR)
    for do in ("begin", "next", "next", "next"):
        groups = {each["group"]: each["version"] for each in jonas.get(wall).json()["groups"]}
        jonas.put(wall, json={"do": do, "groups": groups}).raise_for_status()
    jonas.close()
    return [LEADER, *mates, *(each["email"] for each in invited)]


def answer(url: str, cohort: Path, begun: list[str]) -> None:
    """The leaders who have begun answer a wave of the survey, each in a way of their own, and it is closed."""
    jonas, chance, today = client(url, FACILITATOR), random.Random(1), danish.today().isoformat()
    plan = {"title": "Ved starten", "opens": today, "closes": today}
    wave = jonas.post("/api/demo/survey", json=plan).raise_for_status().json()["waves"][0]["id"]
    roster = load_roster((cohort / "bygget/roster.json").read_text(encoding="utf-8")).participants
    leaders = {each.email for each in roster if each.role is Role.LEADER}
    for email in (each for each in begun if each in leaders):
        leader, usual = client(url, email), chance.gauss(3.5, 0.6)
        for item in re.findall(r'data-item="([^"]+)"', leader.get("/hold/demo/spoergeskema").text):
            value = min(5, max(1, round(chance.gauss(usual, 0.9))))
            leader.put(f"/api/demo/survey/{wave}/items/{item}", json={"value": value}).raise_for_status()
        leader.post(f"/api/demo/survey/{wave}/send", json={"copy": False}).raise_for_status()
        leader.close()
    jonas.post(f"/api/demo/survey/{wave}/close", json={}).raise_for_status()
    jonas.close()


def newcomer(url: str, link: str) -> httpx.Client:
    """Someone who has just used an invitation and read the privacy notice."""
    enrolled = httpx.Client(base_url=url, headers={"Origin": url}, timeout=30)
    body = {"token": link.partition("#")[2], "pass_phrase": PHRASE}
    enrolled.post("/api/enrol", json=body).raise_for_status()
    enrolled.post("/api/demo/notice", json={"accept": True}).raise_for_status()
    return enrolled


def client(url: str, email: str, gathering: str = "demo") -> httpx.Client:
    """Someone who has signed in and read the privacy notice there."""
    signed_in = httpx.Client(base_url=url, headers={"Origin": url}, timeout=30)
    signed_in.post("/api/log-in", json={"email": email, "pass_phrase": PHRASE}).raise_for_status()
    signed_in.post(f"/api/{gathering}/notice", json={"accept": True}).raise_for_status()
    return signed_in


def mates_of(cohort: Path) -> list[str]:
    """The addresses of the other leaders in the group."""
    roster = load_roster((cohort / "bygget/roster.json").read_text(encoding="utf-8")).participants
    group = next(each.group for each in roster if each.email == LEADER)
    return [each.email for each in roster if each.group == group and each.email != LEADER]


def beside(browser: Browser, pictures: list[bytes]) -> bytes:
    """The pictures side by side, as PNG."""
    page = browser.new_page(viewport=ViewportSize(width=1328 if len(pictures) == 1 else 1742, height=892))
    sources = [f"data:image/png;base64,{base64.b64encode(picture).decode()}" for picture in pictures]
    page.set_content(BESIDE + "".join(f'<img src="{source}">' for source in sources))
    return page.screenshot()


def main() -> int:
    """Take the pictures; 1 if one is too large for a README."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        port, log, place = free_port(), Path(folder) / "demo.log", Path(folder) / "demo"
        url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "fællesledelse", "demo", str(place)]
        environment = os.environ | {"FAELLESLEDELSE_PORT": str(port), "FAELLESLEDELSE_DATA": str(place / "data")}
        server = started(command, environment, log)
        try:
            wait_until_up(url, server, log)
            mates = mates_of(place / "hold")
            meet(url, mates)
            answer(url, place / "hold", go_on(url, read(environment), mates))
            for view in chain.from_iterable(PICTURES.values()):
                client(url, view.who, view.gathering).close()
            browser = playwright.chromium.launch(executable_path=tools.chromium(), args=tools.FLAGS)
            found = {
                name: beside(browser, [taken(browser, url, view) for view in views]) for name, views in PICTURES.items()
            }
            browser.close()
        finally:
            server.terminate()
            server.wait(20)
    FOLDER.mkdir(exist_ok=True)
    for name, picture in found.items():
        (FOLDER / name).write_bytes(picture)
        print(f"{name}: {len(picture) / 1000:.0f} kB")
    return 0 if all(len(picture) < LARGEST for picture in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
