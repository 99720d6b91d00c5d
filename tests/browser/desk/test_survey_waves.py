"""Two waves of a survey with an organisation's own items, as leaders and their facilitator meet them half a month apart."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import FilePayload, Page, expect

from fællesledelse.cohort.build import build
from fællesledelse.manifest import load_roster
from fællesledelse.model import Role
from tests.browser.group.round_table import facilitator
from tests.live import Live
from tests.look.test_in_browser import violations
from tests.questionnaire import ITEMS, lay
from tests.server.people import TODAY
from tests.server.serving import Server, start

from .surveying import fits, press

DESK, FORM = "/hold/demo/styring/spoergeskema", "/hold/demo/spoergeskema"
WAVES = ("Ved starten", "Midtvejs")
APART = timedelta(days=15)
ASK, ANSWER = "Børn og Unge", "Social og Sundhed"
VALUES = (1, 2, 3, 4, 1, 2, 3, 4, 2, 3)
"""What each of ten leaders answers first; the second time it is one more."""


@dataclass
class Half:
    """A cohort that has promised relations between departments, and ten of its leaders: five of each of two."""

    server: Server
    vibeke: httpx.Client
    leaders: list[httpx.Client]

    def later(self) -> None:
        """Let time go on until another wave may open; the one before closes by itself."""
        self.server.set_clock(f"{TODAY + APART}T12:00+00:00")

    def plan(self, title: str, day: date) -> str:
        """A wave of one day; its id."""
        body = {"title": title, "opens": day.isoformat(), "closes": day.isoformat()}
        found: str = self.vibeke.post("/api/demo/survey", json=body).raise_for_status().json()["waves"][0]["id"]
        return found

    def answer(self, wave: str, more: int) -> None:
        """All answer, each as in ``VALUES`` and ``more``."""
        for leader, value in zip(self.leaders, VALUES, strict=True):
            for item in re.findall(r'data-item="([^"]+)"', leader.get(FORM).text):
                leader.put(f"/api/demo/survey/{wave}/items/{item}", json={"value": value + more}).raise_for_status()
            leader.post(f"/api/demo/survey/{wave}/send", json={"copy": False}).raise_for_status()


@pytest.fixture(scope="module")
def folder(all_open: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = Path(shutil.copytree(all_open, tmp_path_factory.mktemp("waves") / "hold"))
    lay(found, promise=True)
    build(found)
    return found


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    running = start(folder.parent / "data", [folder], clocked=True)
    try:
        running.wait_until_up()
        yield running
    finally:
        running.end()


@pytest.fixture(scope="module")
def live(server: Server, folder: Path) -> Live:
    return Live(server.settings, [folder], {}, server.log, server.process)


@pytest.fixture(scope="module")
def vibeke(live: Live) -> Iterator[httpx.Client]:
    client = live.enrol(facilitator(live))
    yield client
    client.close()


@pytest.fixture
def half(server: Server, live: Live, folder: Path, vibeke: httpx.Client) -> Iterator[Half]:
    roster = load_roster((folder / "bygget/roster.json").read_text(encoding="utf-8")).participants
    leaders = [each for each in roster if each.role is Role.LEADER]
    asked = [[each.email for each in leaders if each.department == name][:5] for name in (ASK, ANSWER)]
    clients = [live.enrol(email) for emails in asked for email in emails]
    yield Half(server, vibeke, clients)
    for client in clients:
        client.close()


def excel(text: str, name: str) -> FilePayload:
    """A file as Danish Excel writes it."""
    return {"name": name, "mimeType": "text/csv", "buffer": text.replace("\n", "\r\n").encode("cp1252")}


def fetched(page: Page, name: str) -> str:
    with page.expect_download() as got:
        press(page, name)
    return got.value.path().read_text(encoding="utf-8-sig")


def test_own_items_are_fetched_mended_looked_at_taken_into_use_and_undone(
    browse: Callable[..., Page], vibeke: httpx.Client
) -> None:
    page = browse(vibeke, DESK)
    told = page.get_by_role("status")
    expect(page.get_by_text("I brug nu: 4 udsagn i 3 temaer.")).to_be_visible()
    own = fetched(page, "Hent udsagnene")
    assert own.replace("\r\n", "\n") == ITEMS
    page.get_by_label("Jeres udsagn").set_input_files([excel(own.replace("kræver.;+", "kræver.;ja"), "rettet.csv")])
    press(page, "Tjek filerne")
    wrong = page.get_by_role("alert")
    expect(wrong).to_contain_text("spoergeskema.csv, linje 2, kolonne 4: 'ja' er ikke en retning.")
    assert violations(page) == []
    own = own.replace("så tit, som opgaven kræver.", "hver gang, det betyder noget.")
    page.get_by_label("Jeres udsagn").set_input_files([excel(own, "rettet.csv")])
    expect(wrong).to_be_hidden()
    press(page, "Tjek filerne")
    different = page.get_by_role("region", name="Det, der bliver anderledes")
    expect(different.get_by_role("heading", level=3)).to_be_focused()
    expect(different).to_contain_text(
        "»Vi taler sammen så tit, som opgaven kræver.« bliver til »Vi taler sammen hver gang, det betyder noget.«"
    )
    fits(page)
    press(page, "Tag det i brug")
    expect(told.filter(has_text="Det er i brug.")).to_be_visible()
    assert "hver gang, det betyder noget." in vibeke.get("/api/demo/cohort/items").json()["themes"][0]["statements"][0]
    press(page, "Fortryd")
    expect(told.filter(has_text="Spørgeskemaet er, som det var før.")).to_be_visible()
    expect(page.get_by_role("button", name="Fortryd")).to_be_hidden()
    assert fetched(page, "Hent udsagnene").replace("\r\n", "\n") == ITEMS


def test_after_two_waves_a_leader_sees_what_has_moved_and_goes_on_to_try_something(
    browse: Callable[..., Page], half: Half
) -> None:
    half.answer(half.plan(WAVES[0], TODAY), 0)
    half.later()
    second = half.plan(WAVES[1], TODAY + APART)
    half.answer(second, 1)
    half.vibeke.post(f"/api/demo/survey/{second}/close", json={}).raise_for_status()

    page = browse(half.leaders[0], FORM, 390)
    last = page.locator("section", has=page.get_by_role("heading", name=WAVES[1]))
    expect(last).to_contain_text("10 af 38 har svaret")
    last.locator("summary", has_text="Når vi taler sammen").click()
    moved = last.get_by_text("Ændring siden sidst +1,0")
    expect(moved.first).to_be_visible()
    value, low, high = spoken(moved.first.inner_text())
    assert low < value < high
    expect(last.get_by_text("Dit eget svar: Uenig").first).to_be_visible()
    expect(last.get_by_role("row", name=re.compile("^Uenig Dit svar 2$")).first).to_be_visible()
    expect(page.get_by_text("Dit eget svar: Helt uenig").first).to_be_attached()
    drawn = last.get_by_role("img", name=re.compile("^Ændringen siden sidst i »Når vi taler sammen«"))
    expect(drawn).to_be_visible(timeout=60_000)

    heat = last.get_by_role("region", name=f"Tabel fra {WAVES[1]}: Samarbejdet mellem afdelingerne")
    row = heat.get_by_role("row", name=re.compile(f"^{ASK} "))
    known = row.get_by_role("cell", name=re.compile(r"^\d,\d \d,\d–\d,\d$"))
    expect(known).to_have_count(4)
    assert {each.evaluate("cell => getComputedStyle(cell).backgroundColor") for each in known.all()}.isdisjoint(
        {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}
    )
    expect(row.get_by_role("cell", name="–", exact=True)).to_have_count(1)
    expect(last).to_contain_text("Svar fra Teknik og Miljø vises ikke, fordi færre end fem har taget stilling.")
    fits(page)

    desk = browse(half.vibeke, DESK)
    expect(desk.get_by_role("region", name=f"Tabel fra {WAVES[0]}: Samarbejdet mellem afdelingerne")).to_be_visible()
    expect(desk.get_by_text("Udsagnene ligger fast, fordi den første måling er åbnet")).to_be_visible()
    expect(desk.get_by_role("button", name="Tjek filerne")).to_be_hidden()

    page.set_viewport_size({"width": 390, "height": 800})
    expect(page.get_by_role("heading", name="Hvad ser jeg? Hvad vil jeg prøve?")).to_be_visible()
    page.get_by_role("link", name="Skriv det på et prøvekort").click()
    expect(page.locator('[data-key$=".experiment-1.hypothesis"]')).to_be_visible()
    assert violations(page) == []


def spoken(told: str) -> tuple[float, float, float]:
    """ "+1,0 (mellem +0,4 og +1,6)" as numbers."""
    found = re.search(r"(\S+) \(mellem (\S+) og (\S+)\)", told)
    assert found
    value, low, high = (float(each.replace(",", ".").replace("\N{MINUS SIGN}", "-")) for each in found.groups())
    return value, low, high
