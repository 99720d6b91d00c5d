"""Takes the README's pictures: pages of the demo on a desktop, with a phone beside it.

Run by ``make pictures``. The leaders are constructed, and so is every word of theirs.
"""

import base64
import os
import sys
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from fællesledelse.manifest import load_roster
from tests import tools
from tests.live import PHRASE, constructed_texts, free_port, started, wait_until_up

FOLDER = Path(__file__).parents[3] / ".pictures"
LEADER = "amir.hosseini@strandby.example"
DESKTOP, PHONE = ViewportSize(width=1280, height=844), ViewportSize(width=390, height=844)
LARGEST = 300_000  # bytes
BESIDE = """<style>body { margin: 0; display: flex; gap: 24px; padding: 24px; background: #e8e8e6 }
img { height: 844px; box-shadow: 0 1px 6px #0003 }</style>"""


@dataclass(frozen=True)
class View:
    """What is to be seen: a step's page from ``shown`` on, once ``ready`` is there; both are selectors."""

    step: str
    ready: str
    shown: str
    viewport: ViewportSize


OWN, TOLD = "textarea[data-key=doubt]:not([readonly])", "h3:has-text('En linje, jeg tvivler på')"
PICTURES = {
    "page.png": [View("forberedelse-1", OWN, TOLD, DESKTOP), View("forberedelse-1", OWN, TOLD, PHONE)],
    "group.png": [
        View("workshop-2", ".share-reading .share-text", ".share-readings", DESKTOP),
        View("workshop-2", ".room:not([hidden]) .room-time", ".room", PHONE),
    ],
}
"""Each picture, and the views that stand side by side in it."""


def taken(browser: Browser, url: str, view: View) -> bytes:
    """What the leader sees, as PNG."""
    context = browser.new_context(locale="da-DK", timezone_id="Europe/Copenhagen", viewport=view.viewport)
    page = context.new_page()
    page.goto(f"{url}/log-ind")
    page.get_by_label("E-mail").fill(LEADER)
    page.locator("input[type=password]").fill(PHRASE)
    page.get_by_role("button", name="Log ind").click()
    page.wait_for_url("**/hold/**")
    page.goto(f"{url}/hold/demo/{view.step}")
    page.locator(view.ready).first.wait_for()
    page.locator(view.shown).first.evaluate("(found) => scrollTo(0, found.getBoundingClientRect().top + scrollY - 24)")
    picture = page.screenshot(animations="disabled")
    context.close()
    return picture


def meet(url: str, mates: list[str]) -> None:
    """The leader's group agrees on its contract, one of the others shares a draft, and workshop 2 has begun."""
    amir, *others = group = [client(url, email) for email in (LEADER, *mates)]
    told = amir.get("/api/demo/contract").json()
    allowed = {"harvest": True, "feedback": True, "export": False}
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


def client(url: str, email: str) -> httpx.Client:
    """Someone who has signed in and read the privacy notice."""
    signed_in = httpx.Client(base_url=url, headers={"Origin": url}, timeout=30)
    signed_in.post("/api/log-in", json={"email": email, "pass_phrase": PHRASE}).raise_for_status()
    signed_in.post("/api/demo/notice", json={"accept": True}).raise_for_status()
    return signed_in


def mates_of(cohort: Path) -> list[str]:
    """The addresses of the other leaders in the group."""
    roster = load_roster((cohort / "bygget/roster.json").read_text(encoding="utf-8")).participants
    group = next(each.group for each in roster if each.email == LEADER)
    return [each.email for each in roster if each.group == group and each.email != LEADER]


def beside(browser: Browser, pictures: list[bytes]) -> bytes:
    """The pictures side by side, as PNG."""
    page = browser.new_page(viewport=ViewportSize(width=1742, height=892))
    sources = [f"data:image/png;base64,{base64.b64encode(picture).decode()}" for picture in pictures]
    page.set_content(BESIDE + "".join(f'<img src="{source}">' for source in sources))
    return page.screenshot()


def main() -> int:
    """Take the pictures; 1 if one is too large for a README."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        port, log, place = free_port(), Path(folder) / "demo.log", Path(folder) / "demo"
        url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "fællesledelse", "demo", str(place)]
        server = started(command, os.environ | {"FAELLESLEDELSE_PORT": str(port)}, log)
        try:
            wait_until_up(url, server, log)
            meet(url, mates_of(place / "hold"))
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
