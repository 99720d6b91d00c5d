"""The pages in a real browser, under the strictest policy, from a plain server that only hands them out."""

import json
import mimetypes
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from fællesledelse.server.assets import folder_of

from .. import tools
from .pages import PAGES, render

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'"
DEAD = "et-brugt-link"
LAPSED = "opened-long-ago"
NOT_BEFORE = "2026-11-22T19:04:00+01:00"
AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js"))
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
BROKEN = "addEventListener('securitypolicyviolation', ({ violatedDirective }) => console.error('policy', violatedDirective))"


class Handler(BaseHTTPRequestHandler):
    """Pages by name, and their assets."""

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        name = path.removeprefix("/assets/")
        asset = name != path
        body = (folder_of(name) / name).read_bytes() if asset else render(path.strip("/")).encode()
        kind = mimetypes.guess_type(name)[0] if asset else "text/html; charset=utf-8"
        self.send_response(200)
        self.send_header("Content-Type", kind or "application/octet-stream")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """Every link is alive, but for two."""
        token = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["token"]
        answer = {"name": "Åse Krogh", "kind": "invitation", "not_before": NOT_BEFORE}
        refusals = {DEAD: {}, LAPSED: {"error": "lapsed"}}
        self.send_response(404 if token in refusals else 200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(refusals.get(token, answer)).encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=tools.chromium(), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(params=[320, 1280], ids=["320 px", "1280 px"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": request.param, "height": 800}, locale="da-DK", timezone_id="Europe/Copenhagen"
    )
    own = context.new_page()
    own.add_init_script(BROKEN)
    yield own
    context.close()


def violations(page: Page) -> Any:
    """What axe finds, run from outside the page since the page's policy would refuse it."""
    tools = page.context.new_cdp_session(page)
    tools.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    found = "axe.run().then(({violations}) => violations.map(({id, nodes}) => id + ': ' + nodes[0].html))"
    answer = tools.send("Runtime.evaluate", {"expression": found, "awaitPromise": True, "returnByValue": True})
    return answer["result"]["value"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_screen_breaks_no_policy_and_is_accessible(page: Page, address: str, name: str) -> None:
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}/{name}#hemmelighed")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []
    assert errors == []


def test_the_secret_of_an_invitation_leaves_the_address_at_once(page: Page, address: str) -> None:
    page.goto(f"{address}/enrol#hemmelighed")
    page.wait_for_url(f"{address}/enrol")
    expect(page.get_by_role("button", name="Opret min adgang")).to_be_visible()


def test_an_invitation_greets_by_first_name(page: Page, address: str) -> None:
    page.goto(f"{address}/enrol#hemmelighed")
    expect(page.get_by_role("heading", name="Velkommen, Åse")).to_be_visible()


@pytest.mark.parametrize("name", ["enrol", "renew"])
def test_a_dead_link_gets_one_kind_page_before_anything_is_asked(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/{name}#{DEAD}")
    expect(page.get_by_role("heading", name="Linket virker ikke længere")).to_be_visible()
    expect(page.locator("h1:visible")).to_have_count(1)
    expect(page.locator("form:visible")).to_have_count(0)
    assert violations(page) == []


def test_a_link_that_was_opened_long_ago_leads_to_a_new_one(page: Page, address: str) -> None:
    for name, way in (("renew", page.get_by_role("link", name="Bed om et nyt link")), ("enrol", page.get_by_role("button"))):
        page.goto(f"{address}/{name}#{LAPSED}")
        expect(page.get_by_role("heading", name="Linket har været åbnet før")).to_be_visible()
        expect(way).to_have_count(1)
        assert violations(page) == []


def test_a_new_access_says_from_when_it_works_without_the_code(page: Page, address: str) -> None:
    page.goto(f"{address}/renew#hemmelighed")
    expect(page.get_by_text("Uden koden virker det fra den 22. november kl. 19.04.")).to_be_visible()


def test_another_link_pasted_over_the_page_is_looked_at(page: Page, address: str) -> None:
    page.goto(f"{address}/enrol#{DEAD}")
    expect(page.get_by_role("heading", name="Linket virker ikke længere")).to_be_visible()
    page.goto(f"{address}/enrol#hemmelighed")
    expect(page.get_by_role("button", name="Opret min adgang")).to_be_visible()


def test_an_invitation_without_its_secret_says_so(page: Page, address: str) -> None:
    page.goto(f"{address}/enrol")
    expect(page.get_by_role("heading", name="Åbn linket i mailen igen")).to_be_visible()
    assert page.get_by_role("button", name="Opret min adgang").is_hidden()


def test_two_different_pass_phrases_are_told_and_the_second_gets_the_focus(page: Page, address: str) -> None:
    page.goto(f"{address}/enrol#hemmelighed")
    page.get_by_label("Vælg en adgangssætning").fill("æble lampe fjord cykel")
    page.get_by_label("Skriv den en gang til").fill("æble lampe fjord")
    page.get_by_role("button", name="Opret min adgang").click()
    assert page.get_by_role("alert").inner_text() == "De to adgangssætninger er ikke ens. Skriv den igen."
    assert page.evaluate("document.activeElement.name") == "again"


def test_a_short_pass_phrase_is_told_its_length(page: Page, address: str) -> None:
    page.goto(f"{address}/enrol#hemmelighed")
    page.get_by_label("Vælg en adgangssætning").fill("æblegrød")
    page.get_by_role("button", name="Opret min adgang").click()
    assert page.get_by_role("alert").inner_text() == "Adgangssætningen skal være på mindst 12 tegn. Den har 8."


def test_the_path_opens_as_a_drawer_on_a_phone_and_stands_beside_the_page_on_a_wide_screen(page: Page, address: str) -> None:
    page.goto(f"{address}/notice")
    path, button = page.get_by_role("navigation", name="Forløbet"), page.get_by_role("button", name="Forløbet")
    if page.viewport_size == {"width": 1280, "height": 800}:
        assert path.is_visible()
        assert button.is_hidden()
        return
    assert path.is_hidden()
    button.click()
    assert path.is_visible()
    page.keyboard.press("Escape")
    assert path.is_hidden()
