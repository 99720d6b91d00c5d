"""The real browser: what a person waits for, what a first visit costs, and whether what is typed at once stays."""

import asyncio
import base64
import json
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page, async_playwright

from tests import tools

from .contestant import Running
from .viewers import Viewer

PROBE = (Path(__file__).parent / "probe.js").read_text(encoding="utf-8")
CHART = "svg.fl-draft-chart, .fl-draft-chart svg"
PATIENCE = 120.0  # seconds
QUIET = 1.5  # seconds without news after which a first visit is over
NOBODY_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""Files that a page asks of others fail at once: they cost neither time nor bytes, wherever this is measured."""


class NeverLive(RuntimeError):
    """A page that was not complete in time. The message says how far it came."""


@dataclass(frozen=True)
class View:
    """Seconds from the address to the first field that took text, and to everything."""

    field: float
    live: float


@dataclass
class FirstVisit:
    """What a browser with an empty cache asked for. ``received``: bytes, as packed; ``files``: paths at the same origin."""

    requests: int = 0
    received: int = 0
    files: list[str] = field(default_factory=list)
    news: float = field(default_factory=time.monotonic)

    def asked(self, event: dict[str, Any], origin: str) -> None:
        """Called by the browser for each request."""
        url = event["request"]["url"]
        self.news = time.monotonic()
        if url.startswith("http"):
            self.requests += 1
        if url.startswith(f"{origin}/") and event["request"]["method"] == "GET" and event["type"] != "Document":
            self.files.append(url.removeprefix(origin))

    def dialled(self) -> None:
        """Called by the browser for each socket."""
        self.requests += 1
        self.news = time.monotonic()

    def came(self, length: float) -> None:
        """Called by the browser for each answer, and for each message on a socket."""
        self.received += round(length)
        self.news = time.monotonic()


class Chromium:
    """One browser that has been everywhere before, and as many new ones as one likes."""

    def __init__(self, warm: BrowserContext, fresh: Any) -> None:
        self._warm, self._fresh = warm, fresh

    async def view(self, running: Running, viewer: Viewer) -> View:
        """Open the page in a new tab of the browser that has been there before, and leave it. Raises NeverLive."""
        page = await self._warm.new_page()
        try:
            return await look(page, running, viewer)
        finally:
            await leave(page)

    async def first(self, running: Running, viewer: Viewer) -> FirstVisit:
        """Open the page in a browser that has never been anywhere."""
        context = await self._fresh.new_context()
        page = await context.new_page()
        visit = FirstVisit()
        await _listen(page, visit, running.origin)
        try:
            await look(page, running, viewer)
            while time.monotonic() - visit.news < QUIET:
                await asyncio.sleep(QUIET / 5)
        finally:
            await leave(page)
            await context.close()
        return visit

    async def tab(self) -> Page:
        """An empty tab of the browser that has been there before."""
        return await self._warm.new_page()


@asynccontextmanager
async def chromium() -> AsyncIterator[Chromium]:
    """Chromium, once with a profile that lasts as long as the benchmark, and once without any."""
    flags = [*tools.FLAGS, NOBODY_ELSE]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        async with async_playwright() as driver:
            path = tools.chromium()
            warm = await driver.chromium.launch_persistent_context(profile, executable_path=path, args=flags)
            fresh = await driver.chromium.launch(executable_path=path, args=flags)
            yield Chromium(warm, fresh)
            await fresh.close()
            await warm.close()


async def look(page: Page, running: Running, viewer: Viewer) -> View:
    """Go to the page and wait until it is complete. The times are the page's own. Raises NeverLive."""
    live = await go(page, running, viewer)
    try:
        return await asyncio.wait_for(live, PATIENCE)
    except TimeoutError:
        raise NeverLive(f"{running.contestant.name}: {await page.evaluate('globalThis.benchFound')}") from None


async def go(page: Page, running: Running, viewer: Viewer) -> "asyncio.Future[View]":
    """Go to the page; what comes back is done when the page is complete."""
    live: asyncio.Future[View] = asyncio.get_running_loop().create_future()
    await page.expose_function("benchLive", lambda found: live.set_result(_view(found)))
    wanted = {"texts": list(viewer.texts.values()), "chart": CHART}
    await page.add_init_script(f"({PROBE})({{ ...{json.dumps(wanted)}, ready: () => {running.contestant.ready} }})")
    await _sign_in(page.context, running.origin, viewer)
    await page.goto(running.address(viewer), wait_until="commit", timeout=1000 * PATIENCE)
    return live


async def leave(page: Page) -> None:
    """As a person does who goes on: the page hears of it."""
    await page.goto("about:blank")
    await page.close()


def _view(found: dict[str, float]) -> View:
    return View(found["field"] / 1000, found["live"] / 1000)


async def _sign_in(context: BrowserContext, origin: str, viewer: Viewer) -> None:
    for pair in filter(None, viewer.cookie.split("; ")):
        name, _, value = pair.partition("=")
        await context.add_cookies([{"name": name, "value": value, "url": origin}])


async def _listen(page: Page, visit: FirstVisit, origin: str) -> None:
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    session.on("Network.requestWillBeSent", lambda event: visit.asked(event, origin))
    session.on("Network.webSocketCreated", lambda _: visit.dialled())
    session.on("Network.loadingFinished", lambda event: visit.came(event["encodedDataLength"]))
    session.on("Network.webSocketFrameReceived", lambda event: visit.came(_length(event["response"])))


def _length(frame: dict[str, Any]) -> int:
    """Bytes of a message on a socket, as it was before the socket packed it."""
    data = frame["payloadData"]
    return len(base64.b64decode(data)) if frame["opcode"] == 2 else len(data.encode())


def same(visits: list[FirstVisit]) -> list[str]:
    """The files that every one of those visits asked for: the others have something of the visit in their addresses."""
    return [path for path in dict.fromkeys(visits[0].files) if all(path in visit.files for visit in visits)]
