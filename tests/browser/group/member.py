"""A leader of a group at a browser, with a protocol client beside it."""

import uuid
from typing import Any

import httpx
from playwright.sync_api import Browser, Locator, ViewportSize

from tests.browser.journey.leader import DESKTOP, Leader
from tests.live import House


class Member(Leader):
    """A leader of the group, and a protocol client beside the browser to prepare what the test isn't about."""

    def __init__(self, browser: Browser, live: House, email: str, viewport: ViewportSize = DESKTOP) -> None:
        super().__init__(browser, live, viewport)
        self.email = email
        self.client = self.arrive()
        self.name = str(self.client.get("/api/session").json()["name"]).split(" ")[0]

    def arrive(self) -> httpx.Client:
        """Come in beside the page; the protocol client."""
        client = self.live.enrol(self.email)
        self.come_back(client)
        return client

    def api(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        """What the server answers."""
        answer = self.client.request(method, f"/api/demo/{path}", json=body or None)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def save(self, key: str, text: str) -> None:
        """Save a field beside the page."""
        versions = self.client.get(f"/api/demo/answers/{key}/versions").json()
        base = versions[0]["version"] if versions else 0
        self.api("PUT", f"answers/{key}", text=text, base=base, save_id=str(uuid.uuid4()))

    def visit(self, step: str) -> None:
        """Go to a step and wait until every part of it about sharing has come."""
        self.page.goto(f"{self.live.url}/hold/demo/{step}")
        self.until("!document.querySelector('#loading')")
        self.until("document.querySelector('.share') && !document.querySelector('.share[aria-busy]')")

    def forget_the_network(self) -> None:
        """What a browser says of itself when it was cut off, or of a save that met another, is no trouble."""
        said = ("ERR_INTERNET_DISCONNECTED", "WebSocket", "409")
        self.trouble[:] = [each for each in self.trouble if not any(word in each for word in said)]

    def part(self, name: str) -> Locator:
        """A part of the page."""
        return self.page.locator(f".share-{name}")
