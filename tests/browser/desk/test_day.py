"""A new facilitator's first day: from an empty server to 38 invited leaders, with a browser, Excel and nothing else."""

import csv
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from fællesledelse import danish
from fællesledelse.share import share
from tests.live import PHRASE
from tests.look.test_in_browser import violations
from tests.server.serving import Server
from tests.server.smtp import Smtp, launched

KARIN = "Karin Holm <karin.holm@strandby.example>"
PAGES = (
    "overblik",
    *(f"styring/{name}" for name in ("holdet", "ret-tekst", "invitationer", "workshops", "evaluering", "dokumenter")),
)
OWN = "Parkering"
"""A column of her own, in her own file."""


@dataclass
class Day:
    """The facilitator's browser on a server that began empty."""

    server: Server
    smtp: Smtp
    page: Page

    def go(self, name: str) -> None:
        """Open one of her pages, and wait until all its parts are there."""
        self.page.goto(f"{self.server.url}/hold/foraar/{name}")
        self.page.wait_for_load_state("networkidle")


def command(*words: str, environment: dict[str, str] | None = None) -> str:
    """What IT types; the output."""
    run = [sys.executable, "-X", "utf8", "-m", "fællesledelse", *words]
    return subprocess.run(run, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def day(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """IT makes room for a cohort, starts the server, and gives the facilitator her link."""
    place = tmp_path_factory.mktemp("day")
    command("hold", "ny", str(place / "foraar"), "--facilitator", KARIN)
    with Smtp() as smtp:
        server = launched(place / "data", place / "foraar", smtp)
        own = {"FAELLESLEDELSE_DATA": str(server.settings.data), "FAELLESLEDELSE_PORT": str(server.settings.port)}
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
        try:
            told = command("inviter", "foraar", "--vis-links", environment=os.environ | own)
            page = context.new_page()
            page.set_default_timeout(30_000)
            [link] = re.findall(r"http\S+#\S+", told)
            page.goto(link)
            yield Day(server, smtp, page)
        finally:
            context.close()
            server.end()


def filled(content: bytes) -> bytes:
    """The file that was downloaded, filled in as one does in Excel."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    first = danish.today() - timedelta(days=3)
    answers: dict[str, Any] = {
        "Holdets navn": "Fælles om ledelse, forår",
        "Organisation": "Strandby Kommune",
        "Starter": first,
        "Slutter": first + timedelta(days=600),
        "Nøgle i pengeskabet": "nej",
        "Vision": "Sammen om Strandby",
        "Udsagn": "Vi går ud ad døren.",
    }
    for row in book["Forløb"].iter_rows(min_row=2):
        if row[0].value in answers and row[1].value is None:
            row[1].value = answers.pop(row[0].value)
    for number, row in enumerate(row for row in book["Datoer"].iter_rows(min_row=2) if row[0].value):
        meeting = str(row[0].value).startswith(("workshop", "periode"))
        row[3 if meeting else 2].value = first + timedelta(days=14 * number)
    people = book["Deltagere"]
    people.cell(1, people.max_column + 1).value = OWN
    roster = csv.reader(
        (share("templates/demo") / "deltagere.csv").read_text(encoding="utf-8").splitlines()[1:], delimiter=";"
    )
    for number, (*known, _group, _visit) in enumerate(roster, 2):
        for column, text in enumerate(known, 1):
            people.cell(number, column).value = text
        people.cell(number, people.max_column).value = f"P-plads {number}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_she_gets_in_and_is_shown_where_to_begin(day: Day) -> None:
    page = day.page
    expect(page.get_by_text("Herfra styrer du grupper, invitationer")).to_be_visible()
    page.get_by_label("Vælg en adgangssætning").fill(PHRASE)
    page.get_by_label("Skriv den en gang til").fill(PHRASE)
    page.get_by_role("button", name="Opret min adgang").click()
    page.get_by_text("Jeg har gemt koden").click()
    page.get_by_role("button", name="Videre").or_(page.get_by_role("link", name="Videre")).click()
    page.get_by_role("button", name=re.compile("læst")).click()
    page.wait_for_url("**/styring/holdet")
    expect(page.get_by_text("Intet er bygget endnu.")).to_be_visible()


def test_a_file_that_is_not_finished_says_what_is_missing(day: Day, tmp_path: Path) -> None:
    day.go("styring/holdet")
    with day.page.expect_download() as fetched:
        day.page.get_by_role("button", name="Hent filen").click()
    fetched.value.save_as(tmp_path / "hold.xlsx")
    day.page.get_by_label("Læg filen op").set_input_files(tmp_path / "hold.xlsx")
    expect(day.page.get_by_text("hold.xlsx, arket Forløb, linje 3, kolonne B")).to_be_visible()
    expect(day.page.get_by_text("kan ikke bruges endnu. Intet er ændret.")).to_be_visible()


def test_her_own_file_with_38_leaders_is_checked_grouped_and_taken_into_use(day: Day, tmp_path: Path) -> None:
    day.go("styring/holdet")
    page = day.page
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Hent filen").click()
    fetched.value.save_as(tmp_path / "hold.xlsx")
    (tmp_path / "hold.xlsx").write_bytes(filled((tmp_path / "hold.xlsx").read_bytes()))
    page.get_by_label("Læg filen op").set_input_files(tmp_path / "hold.xlsx")
    draft = page.get_by_label("Kladden")
    expect(draft.get_by_text("38", exact=True)).to_be_visible()
    page.get_by_role("button", name="Foreslå grupper").click()
    expect(page.get_by_text("Bedre grupper findes ikke under de her hensyn. Det er bevist.")).to_be_visible()
    expect(page.locator(".desk-groups-card")).to_have_count(12)
    assert violations(page) == []
    page.get_by_role("button", name="Skriv grupperne i filen").click()
    expect(draft.get_by_text("10 med 3, 2 med 4")).to_be_visible()
    page.get_by_role("button", name="Tag kladden i brug").click()
    expect(page.get_by_text("13 sider er i brug. Lederne møder dem fra nu af.")).to_be_visible()
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Hent filen").click()
    fetched.value.save_as(tmp_path / "efter.xlsx")
    people = openpyxl.load_workbook(tmp_path / "efter.xlsx")["Deltagere"]
    headings = [cell.value for cell in people[1]]
    assert [people.cell(row, headings.index(OWN) + 1).value for row in range(2, 40)] == [
        f"P-plads {row}" for row in range(2, 40)
    ]
    assert len({people.cell(row, headings.index("gruppe") + 1).value for row in range(2, 40)}) == 12


def test_all_38_are_invited_by_mail_and_each_link_is_theirs(day: Day) -> None:
    day.go("styring/invitationer")
    page = day.page
    page.get_by_role("button", name=re.compile(r"^Send 38 invitationer")).click()
    page.get_by_role("button", name=re.compile("^Ja")).first.click()
    expect(page.get_by_text(re.compile(r"38 (af 38|mails|invitationer)")).first).to_be_visible(timeout=60_000)
    page.wait_for_function("() => true")
    for _ in range(300):
        if len(day.smtp.letters) == 38:
            break
        page.wait_for_timeout(200)
    assert sorted(day.smtp.receivers) == sorted(set(day.smtp.receivers))
    assert len(day.smtp.letters) == 38
    texts = [content.decode("utf-8", "replace") for _, content in day.smtp.letters]
    links = {link for text in texts for link in re.findall(r"/invitation#[\w=\r\n-]+", text)}
    assert len(links) == 38
    assert "/invitation#" not in page.content()


def test_she_rewords_a_question_and_takes_it_back(day: Day) -> None:
    day.go("styring/ret-tekst")
    page = day.page
    page.get_by_label("Side", exact=True).select_option("forberedelse-1")
    page.get_by_role("button", name=re.compile("^Forberedelse 1")).click()
    text = page.get_by_role("textbox", name="Teksten")
    text.fill(text.input_value().replace("\n", ", med vores egne ord\n", 1))
    page.get_by_role("button", name="Vis, som lederne ser det").click()
    expect(page.locator(".desk-wording-preview").get_by_text("med vores egne ord")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Tag i brug").click()
    expect(page.get_by_text(re.compile("Den nye tekst er i brug efter"))).to_be_visible()
    page.get_by_role("button", name="Fortryd").click()
    expect(page.get_by_text("Den gamle tekst er tilbage.")).to_be_visible()


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_every_page_fits_its_screen_and_is_accessible(day: Day, width: int) -> None:
    day.page.set_viewport_size({"width": width, "height": 900})
    for name in PAGES:
        day.go(name)
        assert day.page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert violations(day.page) == [], name
