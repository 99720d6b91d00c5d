"""A foundation comes out in the browser: chosen, seen, published, read by another, taken back, and taken along."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.interception import intercept
from tests.live import Live, serving

from .round_table import Seat, members

DRAFT = {
    "draft.task": "Min opgave er, at ingen skal vente på, at to afdelinger bliver enige.",
    "draft.why": "Vi har lovet hinanden at række ud.\n\n<b>Derfor</b> ringer jeg først.",
    "draft.offer": "At jeg svarer samme dag.",
}


class Author(Seat):
    """A leader with a draft, at the page where it comes out."""

    def __init__(self, browser: Browser, live: Live, email: str) -> None:
        super().__init__(browser, live, live.enrol(email))
        self.id: str = self.client.get("/api/session").json()["person"]

    def write(self) -> None:
        """Save the draft beside the page."""
        for number, (key, text) in enumerate(DRAFT.items()):
            body = {"text": text, "base": 0, "save_id": f"gem-{self.id}-{number}"[:64]}
            self.client.put(f"/api/demo/answers/{key}", json=body).raise_for_status()

    def visit(self) -> None:
        """Go there, and wait until the part has come."""
        self.page.goto(f"{self.live.url}/hold/demo/udgivelse")
        self.until("document.querySelector('.publish:not([hidden]) .publish-sheet h4')")

    def get_up(self) -> None:
        """Close the browser and the client beside it."""
        self.client.close()
        super().get_up()

    def told(self) -> dict[str, Any]:
        """What the server says of my publications."""
        found: dict[str, Any] = self.client.get("/api/demo/publication").raise_for_status().json()
        return found


@pytest.fixture(scope="module")
def live(all_open: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with serving([all_open], tmp_path_factory.mktemp("publication") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def pair(chromium: Browser, live: Live) -> Iterator[tuple[Author, Author]]:
    """Two leaders of the first group."""
    first, second, *_ = members(live, "1")
    pair = Author(chromium, live, first), Author(chromium, live, second)
    pair[0].write()
    yield pair
    for each in pair:
        each.get_up()


def test_without_an_answer_there_is_nothing_to_choose_until_it_comes(chromium: Browser, live: Live) -> None:
    author = Author(chromium, live, members(live, "2")[1])
    author.page.route("**/api/demo/publication", lambda route: route.abort())
    author.page.goto(f"{live.url}/hold/demo/udgivelse")
    part = author.page.locator(".publish")
    expect(part).to_have_text("Der er ingen forbindelse lige nu. Det, du kan udgive, kommer frem, når den er tilbage.")
    expect(part.locator("button, input, a")).to_have_count(0)
    author.page.unroute("**/api/demo/publication")
    author.write()
    author.page.evaluate("dispatchEvent(new Event('online'))")
    expect(part.locator(".publish-sheet")).to_contain_text("at to afdelinger bliver enige")
    expect(part).not_to_contain_text("ingen forbindelse")
    author.away = True  # the browser says in its console that there was no answer
    author.get_up()


def test_from_choice_to_gallery_and_back(pair: tuple[Author, Author]) -> None:
    author, reader = pair
    author.visit()
    page = author.page
    sheet = page.locator(".publish-sheet")
    expect(sheet).to_contain_text("<b>Derfor</b> ringer jeg først.")
    page.get_by_label("I kan forvente af mig").uncheck()
    expect(sheet).not_to_contain_text("At jeg svarer samme dag.")
    page.get_by_label("Min sparringsgruppe").check()
    go = page.get_by_role("button", name="Udgiv", exact=True)
    go.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".publish-say")).to_have_text("Version 1 er udkommet.")
    expect(page.get_by_role("button", name="Udgiv version 2")).to_be_visible()
    reader.page.goto(f"{reader.live.url}/hold/demo/galleri")
    reader.page.locator(".site-gallery-card").click()
    expect(reader.page.locator(".site-foundation")).to_contain_text("<b>Derfor</b> ringer jeg først.")
    expect(reader.page.locator(".site-foundation")).not_to_contain_text("At jeg svarer samme dag.")
    page.get_by_role("button", name="Træk tilbage, version 1").click()
    page.get_by_role("dialog").get_by_role("button", name="Lad det blive").click()
    assert author.told()["publications"][0]["state"] == "out"
    page.get_by_role("button", name="Træk tilbage, version 1").click()
    page.get_by_role("dialog").get_by_role("button", name="Træk det tilbage").click()
    expect(page.locator(".publish-say")).to_contain_text("trukket tilbage")
    expect(page.locator(".publish-version-note")).to_contain_text("Trukket tilbage")
    reader.page.goto(f"{reader.live.url}/hold/demo/galleri")
    expect(reader.page.get_by_text("Der er ikke udkommet noget endnu")).to_be_visible()


def test_a_publication_whose_answer_was_lost_is_published_once(pair: tuple[Author, Author]) -> None:
    author, _ = pair
    author.visit()
    before = len(author.told()["publications"])

    def lose(route: Any) -> None:
        if route.request.method != "PUT":
            return route.continue_()
        route.fetch()
        return route.abort()

    intercept(author.page, "**/api/demo/publication", lose)
    go = author.page.get_by_role("button", name="Udgiv version")
    go.click()
    expect(author.page.locator(".publish-say")).to_contain_text("ingen forbindelse")
    author.page.unroute("**/api/demo/publication")
    go.click()
    expect(author.page.locator(".publish-say")).to_contain_text("er udkommet")
    assert len(author.told()["publications"]) == before + 1
    author.trouble = [each for each in author.trouble if "ERR_FAILED" not in each]


def test_the_files_come_as_downloads_and_the_page_stays_alive(pair: tuple[Author, Author]) -> None:
    author, _ = pair
    author.visit()
    names = []
    for name in ("Hent udkastet som Word", "Hent udkastet som PDF"):
        with author.page.expect_download() as download:
            author.page.get_by_role("link", name=name).click()
        names.append(download.value.suggested_filename.rpartition(".")[2])
    assert names == ["docx", "pdf"]
    with author.page.expect_download() as download:
        author.page.get_by_role("link", name="Hent de tre gensyn").click()
    assert download.value.path().read_bytes().startswith(b"BEGIN:VCALENDAR")
    assert author.page.evaluate("document.querySelector('.publish') !== null")


def test_everything_of_mine_is_one_click_away(pair: tuple[Author, Author]) -> None:
    author, _ = pair
    author.page.goto(f"{author.live.url}/hold/demo/hent-mit")
    with author.page.expect_download() as download:
        author.page.get_by_role("button", name="Hent alt mit").click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as file:
        pages = [file.read(name).decode() for name in file.namelist() if name.endswith(".html")]
    assert any("ingen skal vente på" in page for page in pages)


def test_the_pages_are_open_to_all_on_a_phone_and_a_desktop(pair: tuple[Author, Author]) -> None:
    author, _ = pair
    problems: list[str] = []
    reading = f"galleri/{author.told()['publications'][0]['id']}"
    for path in ("galleri", "hent-mit", reading):
        author.page.goto(f"{author.live.url}/hold/demo/{path}")
        author.look(problems)
    author.visit()
    author.look(problems)
    assert problems == []


def test_a_notice_without_a_draft_says_what_to_do(chromium: Browser, live: Live) -> None:
    empty = Author(chromium, live, members(live, "2")[0])
    empty.page.goto(f"{live.url}/hold/demo/udgivelse")
    empty.until("document.querySelector('.publish:not([hidden]) .publish-sheet p')")
    expect(empty.page.locator(".publish-sheet")).to_contain_text("Der er ingen tekst at udgive endnu")
    expect(empty.page.get_by_role("button", name="Udgiv", exact=True)).to_be_disabled()
    empty.get_up()
