"""A salon of six from the invitation to the last word: themes chosen on phones, one clock for all, and the wall."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import httpx
import pypdf
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from fællesledelse.dress.cast import morning
from fællesledelse.dress.stage import Stage, stage
from tests.browser.desk.surveying import fits, press
from tests.browser.group.member import Member
from tests.browser.journey.leader import PHONE
from tests.live import House
from tests.look.test_in_browser import violations
from tests.server.circles import SIX
from tests.server.people import TODAY, VIBEKE
from tests.server.salons import write_salons

WALL = ViewportSize(width=1280, height=720)
DESK = ViewportSize(width=1280, height=900)
PHASES = (
    "Tjek ind", "Rammen", "Første runde: Vi åbner temaet", "Samtalen", "Anden runde: Mod det, vi prøver", "Tjek ud",
)  # fmt: skip
SUGGESTED, LISTED = "At lede i blæst", "Etiske dilemmaer"
QUESTIONS = "Hvornår blæste det sidst?\nHvem holdt du fast i?\nHvad vil du gøre, næste gang det blæser?"


class Invited(Member):
    """A leader with a phone, who comes by the personal link."""

    def arrive(self) -> httpx.Client:
        """Enrol in the browser, and sign in on a second device."""
        self.enrol(self.email)
        client = self.live.client()
        self.live.sign_in(client, self.email)
        return client

    def go(self, place: str) -> Page:
        """A page below the gathering."""
        self.page.goto(f"{self.live.url}/hold/demo/{place}")
        return self.page


@dataclass
class Salon:
    """Six phones and the facilitator's desk, on a server whose clock is put on."""

    stage: Stage
    house: House
    leaders: tuple[Invited, ...]
    desk: Member

    def put_on(self, later: int) -> None:
        """The morning of another day, so many days from today."""
        self.stage.move_to(morning(TODAY + timedelta(days=later)))

    def wall(self) -> Page:
        """The screen on the wall, and the facilitator's browser with it."""
        page = self.desk.page
        page.set_viewport_size(WALL)
        page.goto(f"{self.house.url}/hold/demo/salon-1/laerred")
        return page


@contextmanager
def begun(chromium: Browser, place: Path) -> Iterator[Salon]:
    """Everyone has come in, ten days ahead. The first has done so by the personal link, on the phone."""
    folder = write_salons(place / "salon")
    with stage(folder, place) as running:
        running.move_to(morning(TODAY - timedelta(days=10)))
        house = House(running.settings, [folder])
        first = Invited(chromium, house, SIX[0].email, PHONE)
        others = (_Here(chromium, house, each.email, PHONE) for each in SIX[1:])
        found = Salon(running, house, (first, *others), Member(chromium, house, VIBEKE.email, DESK))
        yield found
        for each in (*found.leaders, found.desk):
            each.client.close()


class _Here(Invited):
    """One who has come in before the test begins."""

    def arrive(self) -> httpx.Client:
        return Member.arrive(self)


@pytest.fixture
def salon(chromium: Browser, tmp_path: Path) -> Iterator[Salon]:
    with begun(chromium, tmp_path) as found:
        yield found


def test_six_leaders_choose_a_theme_and_hold_a_salon(salon: Salon) -> None:
    begin_the_round(salon)
    suggest(salon)
    choose(salon)
    carry_the_theme_into_the_salon(salon)
    print_the_card(salon)
    hold_the_salon(salon)
    for each in (*salon.leaders, salon.desk):
        each.close()


def begin_the_round(salon: Salon) -> None:
    """At the desk, with two days and the list as it comes."""
    page = salon.desk.page
    page.goto(f"{salon.house.url}/hold/demo/styring/temaer")
    listed = page.get_by_label("Listen at begynde med")
    expect(listed).to_have_value(re.compile(LISTED))
    fits(page)
    page.set_viewport_size(DESK)
    page.get_by_label("Lederne foreslår til og med").fill(day(-9))
    page.get_by_label("Lederne vælger til og med").fill(day(-9))
    press(page, "Begynd runden nu")
    expect(page.get_by_role("status").first).to_contain_text("skal ligge efter")
    page.get_by_label("Lederne vælger til og med").fill(day(-7))
    press(page, "Begynd runden nu")
    expect(page.get_by_role("heading", name="Lederne foreslår")).to_be_visible()
    expect(page.get_by_text("Færre end fem har foreslået noget endnu.")).to_be_visible()
    expect(page.get_by_role("heading", name="Ny runde")).to_be_hidden()
    fits(page)


def suggest(salon: Salon) -> None:
    """The first page leads there; on a phone, with the keyboard alone."""
    anna, bent, *_ = salon.leaders
    page = anna.go("")
    expect(page.get_by_text("Du kan foreslå temaer til og med")).to_be_visible()
    page.get_by_role("link", name="Se temaerne").click()
    page.get_by_label("Forslag 1").focus()
    page.keyboard.type(SUGGESTED)
    page.keyboard.press("Enter")
    expect(page.locator(".site-note")).to_contain_text("Dine forslag er gemt.")
    expect(page.get_by_label("Forslag 1")).to_have_value(SUGGESTED)
    fits(page)
    page.set_viewport_size(PHONE)
    other = bent.go("temaer")
    expect(other.get_by_label("Forslag 1")).to_have_value("")
    other.get_by_label("Forslag 1").fill("  at lede i BLÆST.")
    other.get_by_role("button", name="Gem mine forslag").click()
    expect(other.locator(".site-note")).to_contain_text("Dine forslag er gemt.")


def choose(salon: Salon) -> None:
    """All six tick the same two, each on a phone; who ticks four is told, and nothing is lost."""
    salon.put_on(-8)
    for each in salon.leaders:
        page = each.go("temaer")
        suggested = page.get_by_role("group", name="Det har I foreslået").get_by_role("checkbox")
        expect(suggested).to_have_count(1)
        suggested.check()
        page.get_by_role("checkbox", name=LISTED).focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Gem mit valg").click()
        expect(page.locator(".site-note")).to_contain_text("Dit valg er gemt.")
        assert page.get_by_role("checkbox", checked=True).count() == 2
    page = salon.leaders[-1].page
    for name in ("Når verden er urolig", "At lede opad og på tværs"):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Gem mit valg").click()
    expect(page.get_by_role("alert")).to_contain_text("Der er plads til 3.")
    assert page.get_by_role("checkbox", checked=True).count() == 4
    salon.leaders[-1].trouble.clear()  # the browser tells of the refusal too
    fits(page)
    page.set_viewport_size(PHONE)


def carry_the_theme_into_the_salon(salon: Salon) -> None:
    """What six chose is counted, what fewer did isn't, and the theme goes into the salon and back out and in again."""
    salon.put_on(-6)
    page = salon.leaders[0].go("temaer")
    expect(page.get_by_text("6 har valgt det")).to_have_count(2)
    expect(page.get_by_role("heading", name="Færre end fem")).to_be_visible()
    fits(page)
    page.set_viewport_size(PHONE)
    page = salon.desk.page
    page.reload()
    title = page.locator(".themes-result strong", has_text="lede i").first.inner_text()
    page.get_by_role("button", name=f"Skriv »{title}« ind i et møde").click()
    page.get_by_label("Møde", exact=True).select_option("salon-1")
    page.get_by_label("Tema", exact=True).fill(SUGGESTED)
    page.get_by_label("Åbne spørgsmål, ét på hver linje").fill("Et; to?")
    press(page, "Skriv det ind i mødet")
    expect(page.get_by_text("Brug ikke semikolon i et spørgsmål.")).to_be_visible()
    page.get_by_label("Åbne spørgsmål, ét på hver linje").fill(QUESTIONS)
    fits(page)
    page.set_viewport_size(DESK)
    for again in (True, False):
        press(page, "Skriv det ind i mødet")
        expect(page.get_by_text("Temaet og spørgsmålene står på mødets side nu.")).to_be_visible(timeout=60_000)
        expect(salon.leaders[0].go("salon-1").get_by_text(SUGGESTED)).to_be_visible()
        if again:
            press(page, "Fortryd")
            expect(page.get_by_text("Mødet er, som det var før.")).to_be_visible(timeout=60_000)
            expect(salon.leaders[0].go("salon-1").get_by_text("At lede, når ingen har tid")).to_be_visible()
    salon.desk.trouble.clear()  # the refused question


def print_the_card(salon: Salon) -> None:
    """Theme, questions and run sheet on one page, also where they are as long as they can be."""
    longest = "\n".join(f"{number} " + "hvad gør du " * 16 + "?" for number in range(6))
    for theme, questions in (("Alt det " * 12, longest), (SUGGESTED, QUESTIONS)):
        body = {"theme": theme, "questions": questions}
        salon.desk.client.put("/api/demo/themes/meetings/salon-1", json=body, timeout=60).raise_for_status()
        page = salon.leaders[0].go("salon-1/kort")
        expect(page.get_by_role("heading", name=theme.strip())).to_be_visible()
        printed = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
        assert len(printed.pages) == 1
        assert "Tjek ud" in printed.pages[0].extract_text()
    fits(page)
    page.set_viewport_size(PHONE)


def hold_the_salon(salon: Salon) -> None:
    """One starts the clock, and all phones and the wall show each phase with the same time, to the end."""
    salon.put_on(0)
    anna, *others = salon.leaders
    wall = salon.wall()
    expect(wall.locator("[data-report]")).to_have_text("Ingen er begyndt endnu.")
    expect(wall.locator("[data-text]")).to_contain_text("Find din salon.")
    for each in salon.leaders:
        page = each.go("salon-1")
        expect(page.locator(".room-title")).to_have_text("I er ikke begyndt endnu")
        expect(page.locator(".room-who")).to_have_text("Anna Ager passer uret i dag.")
        expect(page.get_by_text("Vores kontrakt")).to_be_hidden()
        expect(page.locator("textarea, input[type=text]")).to_have_count(0)
    assert violations(anna.page) == []
    for number, title in enumerate(PHASES):
        press(anna.page, "Begynd" if number == 0 else f"Næste: {title}")
        for each in salon.leaders:
            expect(each.page.locator(".room-title")).to_have_text(title)
        expect(wall.locator("[data-title]")).to_have_text(title)
        expect(wall.locator("[data-report]")).to_contain_text("Salon 1 er i »")
        if number == 2:
            assert violations(others[0].page) == []
            assert violations(wall) == []
            remote = wall.context.new_page()
            remote.set_viewport_size(PHONE)
            remote.goto(wall.url)
            expect(remote.locator("[data-title]")).to_have_text(title)
            assert violations(remote) == []
            remote.close()
    press(anna.page, "Slut for i dag")
    for each in salon.leaders:
        expect(each.page.locator(".room-title")).to_have_text("I er færdige for i dag")
    expect(wall.locator("[data-report]")).to_have_text("Alle er færdige.")
    mark = others[-1].page.get_by_role("button", name="Jeg var med")
    mark.click()
    expect(mark).to_have_attribute("aria-pressed", "true")
    expect(others[-1].page.get_by_text("Du var med. Tryk igen")).to_be_visible()


def day(later: int) -> str:
    """A day so many days from today, as a field of days has it."""
    return date.isoformat(TODAY + timedelta(days=later))
