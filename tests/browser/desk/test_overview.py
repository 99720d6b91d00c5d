"""The overview as a facilitator meets it: under the pages' strict policy, on three screens, with pointer and keyboard."""

import copy
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from fællesledelse.server.assets import folder_of
from fællesledelse.workbook.overview import overview_html
from fællesledelse.workbook.sandbox import Sandbox
from tests.look.test_in_browser import BROKEN, POLICY, violations

LEADERS, STEPS = 9, 7
SCRIPT = 'import { overview } from "/assets/desk/overview.js"; overview(document.querySelector("[data-part=overview]"));'
PAGE = """<!DOCTYPE html>
<html lang="da">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Overblik</title>
<link rel="stylesheet" href="/assets/vendor/site.css"><link rel="stylesheet" href="/assets/desk.css">
<script type="module" src="/desk.js"></script></head>
<body><div class="site-frame"><main class="site-main"><h1>Overblik</h1>{part}</main></div></body></html>"""


def many() -> dict[str, Any]:
    """Thirty-six leaders in twelve groups, with twenty-one steps, as a programme of two years has."""
    told = Sandbox().overview()
    rows = [copy.deepcopy(row) for _ in range(4) for row in told["rows"]]
    for number, row in enumerate(rows):
        row |= {"group": f"Gruppe {number // 3 + 1}", "states": row["states"] * 3}
    steps = [step | {"title": f"{step['title'].split(':')[0]}.{time}"} for time in (1, 2, 3) for step in told["steps"]]
    return told | {"rows": rows, "steps": steps}


class Handler(BaseHTTPRequestHandler):
    """The page, its script and its assets."""

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        name = path.removeprefix("/assets/")
        if path == "/desk.js":
            kind, body = "text/javascript", SCRIPT.encode()
        elif name != path:
            kind, body = mimetypes.guess_type(name)[0] or "", (folder_of(name) / name).read_bytes()
        else:
            told = many() if path == "/mange" else Sandbox().overview()
            kind, body = "text/html; charset=utf-8", PAGE.format(part=overview_html(told)).encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        with suppress(BrokenPipeError):  # the browser has gone elsewhere
            self.wfile.write(body)

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


@pytest.fixture(params=[1280])
def context(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[BrowserContext]:
    own = chromium.new_context(viewport={"width": request.param, "height": 800}, locale="da-DK")
    own.add_init_script(BROKEN)
    yield own
    own.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Iterator[Page]:
    """The overview, drawn. Nothing it does may break the policy or fail."""
    own, errors = context.new_page(), []
    own.on("console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None)
    own.on("pageerror", lambda error: errors.append(str(error)))
    own.goto(address)
    expect(own.get_by_role("status")).to_have_text(f"Alle {LEADERS} ledere vises.")
    yield own
    assert errors == []


def signs(page: Page) -> Locator:
    """What stands for the steps of leaders, without the legend's."""
    return page.locator(".desk-overview-frame .mark-symbol.role-mark path")


@pytest.mark.parametrize("context", [390, 820, 1280], indirect=True, ids=["phone", "tablet", "desktop"])
def test_it_fits_the_screen_and_is_accessible_with_table_and_without(page: Page) -> None:
    assert violations(page) == []
    page.get_by_text("Vis som tabel").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []


@pytest.mark.parametrize("context", [390, 1280], indirect=True, ids=["phone", "desktop"])
def test_a_whole_programme_of_two_years_stays_within_its_frame(page: Page, address: str) -> None:
    page.goto(f"{address}/mange")
    expect(page.get_by_role("status")).to_have_text("Alle 36 ledere vises.")
    expect(signs(page)).to_have_count(36 * 3 * STEPS)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_there_is_a_sign_for_each_step_of_each_leader(page: Page) -> None:
    expect(signs(page)).to_have_count(LEADERS * STEPS)


def test_a_group_is_chosen_with_the_keyboard_in_chart_and_table_alike(page: Page) -> None:
    page.get_by_role("combobox", name="Gruppe", exact=True).focus()
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_role("status")).to_have_text(f"3 af {LEADERS} ledere vises.")
    expect(signs(page)).to_have_count(3 * STEPS)
    page.get_by_text("Vis som tabel").press("Enter")
    expect(page.get_by_role("rowheader", name="Inger Ravn")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Karen Møllegaard")).to_be_hidden()
    expect(page.locator(".desk-overview-table tbody[data-group]:visible")).to_have_count(1)
    page.get_by_role("combobox", name="Gruppe", exact=True).select_option("Alle grupper")
    expect(signs(page)).to_have_count(LEADERS * STEPS)
    expect(page.get_by_role("rowheader", name="Karen Møllegaard")).to_be_visible()


def test_a_department_is_chosen_across_the_groups(page: Page) -> None:
    page.get_by_role("combobox", name="Forvaltning").select_option("Børn og Unge")
    expect(page.get_by_role("status")).to_have_text(f"2 af {LEADERS} ledere vises.")
    expect(signs(page)).to_have_count(2 * STEPS)


def test_one_state_is_brought_out_and_nobody_goes(page: Page) -> None:
    page.get_by_role("combobox", name="Fremhæv").select_option("Dato passeret, ikke markeret")
    expect(signs(page)).to_have_count(LEADERS * STEPS)
    late = [mark for row in Sandbox().overview()["rows"] for mark in row["states"] if mark["state"] == "passed"]
    expect(page.locator(".desk-overview-frame .role-mark path[opacity='1']")).to_have_count(len(late))


def test_the_pointer_is_told_who_what_when_and_how_far_and_the_words_go_with_it(page: Page) -> None:
    tip = page.locator(".desk-overview-tip")
    expect(tip).to_be_hidden()
    box = signs(page).first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(tip).to_be_visible()
    for words in ("Karen Møllegaard", "Teknik og Miljø", "Forberedelse 1: Det, der har formet dig", "20. august"):
        expect(tip).to_contain_text(words)
    page.mouse.move(5, 5)
    expect(tip).to_be_hidden()


def test_what_was_chosen_outlives_a_screen_that_is_turned(page: Page) -> None:
    page.get_by_role("combobox", name="Gruppe", exact=True).select_option("Gruppe 3")
    expect(signs(page)).to_have_count(3 * STEPS)
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_function("document.querySelector('.desk-overview-frame svg').clientWidth < 390")
    expect(signs(page)).to_have_count(3 * STEPS)
    expect(page.get_by_role("combobox", name="Gruppe", exact=True)).to_have_value("Gruppe 3")


def test_where_the_chart_can_t_be_had_the_table_stands_open_and_it_is_said(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.route("**/vendor/chart.js", lambda route: route.abort())
    page.goto(address)
    expect(page.get_by_role("status")).to_have_text("Diagrammet kan ikke vises lige nu. Tabellen herunder siger det samme.")
    expect(page.get_by_role("rowheader", name="Karen Møllegaard")).to_be_visible()


def test_without_scripts_there_is_the_table(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_role("rowheader", name="Karen Møllegaard")).to_be_visible()
    context.close()
