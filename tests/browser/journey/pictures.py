"""Takes the README's picture: a page of the demo on a desktop, and the same page on a phone beside it.

Run by ``make pictures``. The leader is constructed, and so is every word of hers.
"""

import base64
import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests import tools
from tests.live import PHRASE, free_port, started, wait_until_up

PICTURE = Path(__file__).parents[3] / ".pictures/page.png"
LEADER = "amir.hosseini@strandby.example"
STEP, HEADING = "forberedelse-1", "En linje, jeg tvivler på"
DESKTOP, PHONE = ViewportSize(width=1280, height=844), ViewportSize(width=390, height=844)
LARGEST = 300_000  # bytes
BESIDE = """<style>body { margin: 0; display: flex; gap: 24px; padding: 24px; background: #e8e8e6 }
img { height: 844px; box-shadow: 0 1px 6px #0003 }</style>"""


def taken(browser: Browser, url: str, viewport: ViewportSize) -> bytes:
    """The page of the leader at that question, as PNG."""
    context = browser.new_context(locale="da-DK", timezone_id="Europe/Copenhagen", viewport=viewport)
    page = context.new_page()
    page.goto(f"{url}/log-ind")
    page.get_by_label("E-mail").fill(LEADER)
    page.locator("input[type=password]").fill(PHRASE)
    page.get_by_role("button", name="Log ind").click()
    page.wait_for_url("**/hold/**")
    accept = page.get_by_role("button", name="Jeg har læst")
    if "/privatliv" in page.url:
        accept.click()
        page.wait_for_url("**/hold/demo/")
    page.goto(f"{url}/hold/demo/{STEP}")
    page.locator("textarea[data-key=doubt]:not([readonly])").wait_for()
    page.get_by_role("heading", name=HEADING).evaluate("(heading) => scrollTo(0, heading.offsetTop - 24)")
    picture = page.screenshot(animations="disabled")
    context.close()
    return picture


def beside(browser: Browser, pictures: list[bytes]) -> bytes:
    """The pictures side by side, as PNG."""
    page = browser.new_page(viewport=ViewportSize(width=1742, height=892))
    sources = [f"data:image/png;base64,{base64.b64encode(picture).decode()}" for picture in pictures]
    page.set_content(BESIDE + "".join(f'<img src="{source}">' for source in sources))
    return page.screenshot()


def main() -> int:
    """Take the picture; 1 if it is too large for a README."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        port, log = free_port(), Path(folder) / "demo.log"
        url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "fællesledelse", "demo", f"{folder}/demo"]
        server = started(command, os.environ | {"FAELLESLEDELSE_PORT": str(port)}, log)
        try:
            wait_until_up(url, server, log)
            browser = playwright.chromium.launch(executable_path=tools.chromium(), args=tools.FLAGS)
            picture = beside(browser, [taken(browser, url, viewport) for viewport in (DESKTOP, PHONE)])
            browser.close()
        finally:
            server.terminate()
            server.wait(20)
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_bytes(picture)
    print(f"{PICTURE.name}: {len(picture) / 1000:.0f} kB")
    return 0 if len(picture) < LARGEST else 1


if __name__ == "__main__":
    sys.exit(main())
