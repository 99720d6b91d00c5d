"""A group of three through the whole programme, day by day: from the invitation to the file each takes along."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, Locator, expect

from fællesledelse.danish import day as spoken
from fællesledelse.vocabulary import DRAFT
from tests.browser.desk.surveying import answer, press
from tests.browser.group.together import AGREED, SOON, agree, give_and_receive, share
from tests.browser.journey.leader import TEXTS
from tests.browser.journey.two_years import VISITED, Fellow, TwoYears, begun, lines, taken_along

HEARD = "Jeg hørte dig sige, at du vil være den, der bliver siddende."
GIVEN = "Det lød, som om det er vigtigt for dig, at naboen også bliver hørt."
PRACTISING = "Jeg øver mig i at tælle til ti, før jeg svarer på mit eget spørgsmål."
SEEN, SEEN_BACK = "To døre stod åbne, og den tredje blev åbnet for mig.", "At hun spurgte portneren først."
BEFORE, AFTER = "Før det første seminar", "Efter tre perioder"
AGREE = """() => {
    const shown = [...document.querySelectorAll("fieldset")].filter((each) => each.checkVisibility());
    for (const each of shown) [...each.querySelectorAll("label")].find(({ textContent }) => textContent === "Enig").click();
}"""
"""Taps the same answer to every statement of the theme in sight."""

ONE = "period.periode-{}.experiment-1"
"""How the keys of a period's first experiment card begin."""


@pytest.fixture
def years(chromium: Browser, tmp_path: Path) -> Iterator[TwoYears]:
    with begun(chromium, tmp_path) as found:
        yield found


def test_a_leader_and_her_group_go_through_two_years_and_nothing_is_lost(years: TwoYears) -> None:
    prepare(years)
    meet(years)
    draft(years)
    read_one_another(years)
    revise(years)
    say_it_aloud(years)
    come_out(years)
    answer_the_survey(years)
    promise_to_try(years)
    tell_what_happened(years)
    visit_at_work(years)
    try_once_more(years)
    see_what_has_moved(years)
    look_back(years)
    take_it_along(years)
    for each in years.group:
        each.close()


def prepare(years: TwoYears) -> None:
    """The first page shows the way; what has its day later stays shut, and each writes alone."""
    first = years.group[0]
    expect(first.page.locator(".fl-step-current")).to_contain_text("Forberedelse 1")
    expect(first.page.locator(".fl-step", has_text="Periode C")).to_contain_text(str(years.day("periode-c").year))
    with first.page.expect_console_message(lambda said: "403" in said.text):  # the browser's own word about it
        expect(first.look_at("workshop-1")).to_contain_text("Workshop 1: Fortæl, spørg, lyt åbner den")
    assert [said for said in first.trouble if "403" not in said] == []
    first.trouble.clear()
    for each in years.group:
        each.complete("forberedelse-1")
    first.fill("privat-tillaeg")


def meet(years: TwoYears) -> None:
    """A month later everyone must sign in again. They agree on a contract, go to the last phase, and give a sentence."""
    first, second, third = years.group
    years.put_on(years.day("workshop-1"))
    first.look_at("workshop-1")
    expect(first.page.get_by_role("heading", name="Velkommen tilbage")).to_be_visible()
    first.sign_in(first.email)
    years.go_to("workshop-1")
    agree(years.group, "Høst på skrift", "Skriftlig feedback", "De andres ord må hentes med ud")
    first.page.locator(".room").get_by_role("button", name="Begynd", exact=True).click()
    expect(first.page.locator(".room-who")).to_have_text("Du passer uret. De andre ser det samme som dig.")
    room = first.api("GET", "rooms/workshop-1")
    first.api("PUT", "rooms/workshop-1", base=room["version"], do="go", phase=len(room["phases"]) - 1)
    for each in years.group:
        expect(each.page.locator(".room-title")).to_have_text(room["phases"][-1]["title"], timeout=SOON)
    for giver, to, sentence in ((second, first, GIVEN), (first, third, HEARD)):
        giver.part("give").get_by_role("textbox", name=f"Til {to.name}", exact=True).fill(sentence)
        giver.part("give").get_by_role("button", name=f"Giv det til {to.name}").click()
        expect(to.part("received")).to_contain_text(sentence, timeout=SOON)
    first.part("received").get_by_role("button", name="Skriv ind hos mig").click()
    first.wait_until_saved()
    first.written += [AGREED, GIVEN, HEARD]
    first.complete("workshop-1", years.day("workshop-1", 3))


def draft(years: TwoYears) -> None:
    """The first writes a draft."""
    first, *_ = years.go_to("forberedelse-2")
    first.complete("forberedelse-2")


def read_one_another(years: TwoYears) -> None:
    """The draft is shared, the others give feedback, and she takes one point of it along."""
    first, *_ = years.go_to("workshop-2")
    share(years.group)
    give_and_receive(years.group)
    said = first.part("feedback").locator(".share-item").filter(has_text="Det med huset. 2")
    said.get_by_role("button").click()
    expect(first.page.locator('textarea[data-key="points.1.heard"]')).to_have_value("Det med huset. 2")
    first.wait_until_saved()
    first.written += ["Det med huset. 1", "Det med huset. 2"]
    first.complete("workshop-2", years.day("workshop-2", 4))


def revise(years: TwoYears) -> None:
    """A sentence is written anew, and the new version goes to the others."""
    first, second, _ = years.go_to("forberedelse-3")
    first.visit("forberedelse-3")
    first.note("draft.practising", PRACTISING)
    revision = first.part("revision")
    expect(revision.locator("ins").first).to_be_visible(timeout=SOON)
    revision.get_by_role("button", name="Del den nye version").click()
    expect(revision).to_contain_text("Der er ikke ændret noget siden version 2")
    first.complete("forberedelse-3")
    second.visit("workshop-2")
    expect(second.part("readings").locator(".share-reading").first).to_contain_text("Version 2")


def say_it_aloud(years: TwoYears) -> None:
    """The promise as another heard it."""
    first, _, third = years.go_to("workshop-3")
    third.visit("workshop-3")
    promise = third.page.locator('[data-part="give"][data-kind="promise"]')
    promise.get_by_role("textbox", name=f"{first.name} lovede, at …").first.fill("Vi får navnet på den, der har sagen.")
    promise.get_by_role("button", name=f"Giv det til {first.name}").first.click()
    first.complete("workshop-3")
    heard = first.page.locator('[data-part="received"][data-kind="promise"]')
    expect(heard).to_contain_text("Vi får navnet på den, der har sagen.", timeout=SOON)
    first.written.append("Vi får navnet på den, der har sagen.")


def come_out(years: TwoYears) -> None:
    """The foundation comes out to the whole cohort, and another reads it in the gallery."""
    first, _, third = years.go_to("udgivelse")
    first.complete("udgivelse", years.day("udgivelse", 90))
    first.page.get_by_label("Hele holdet").check()
    first.page.get_by_role("button", name="Udgiv", exact=True).click()
    expect(first.page.locator(".publish-say")).to_have_text("Version 1 er udkommet.")
    third.look_at("galleri")
    third.page.locator(".site-gallery-card").click()
    for words in (*(TEXTS[key] for key in DRAFT if key != "draft.practising"), PRACTISING):
        expect(third.page.locator(".site-foundation")).to_contain_text(words.splitlines()[0])


def answer_the_survey(years: TwoYears) -> None:
    """She answers on her phone, theme by theme, everyone else over the wire; she reads it beside her own answers."""
    first, *_ = years.go_to("udgivelse", 3)
    wave = open_wave(years, BEFORE)
    page = first.page
    first.look_at("spoergeskema")
    for _ in range(page.locator("[data-theme]").count() - 1):
        page.evaluate(AGREE)
        press(page, "Videre")
    expect(page.get_by_text("Du har svaret på det hele.")).to_be_visible()
    page.get_by_label("Gem en kopi til mig selv.").check()
    press(page, "Send dine svar")
    expect(page.get_by_text("Dine svar er sendt. Tak.")).to_be_visible()
    everybody_else_answers(years, wave, 0)
    close_wave(years, wave)
    first.written += [f"{each} Enig." for each in years.statements]
    shown_beside_her_own(first, BEFORE, "Enig")


def promise_to_try(years: TwoYears) -> None:
    """After the seminar: notes, a card with a day, which goes into the calendar and onto the first page."""
    first, *_ = years.go_to("periode-a")
    day = years.day("periode-a", 10)
    card = ONE.format("a")
    first.fill("periode-a", r"seminar|experiment-1\.(criterion|hypothesis|plan|sign|baseline)")
    first.tick(f"{card}.track", "Enklere regler")
    first.tick(f"{card}.sentence", "I kan forvente, at jeg kommer ned til jer")
    first.page.locator(f'input[data-key="{card}.day"]').fill(day.isoformat())
    first.wait_until_saved()
    first.written.append(spoken(day))
    with first.page.expect_download() as file:
        first.page.locator(f'[data-field="{card}.day"]').get_by_role("link", name="Læg dagen i din kalender").click()
    [event] = Calendar.from_ical(file.value.path().read_bytes()).walk("VEVENT")
    assert event["dtstart"].dt == day
    promised = first.look_at("").locator(".fl-promised")
    expect(promised).to_contain_text(f"Du har lovet at prøve noget den {day.day}. ")
    expect(promised).to_contain_text("Periode A: Aktivt visionslederskab, prøvehandling 1")


def tell_what_happened(years: TwoYears) -> None:
    """Weeks later: what came of it goes to the group, and in parts onto the board; then coaching and the second card."""
    first, second, third = years.go_to("periode-a", 28)
    expect(first.look_at("").locator(".fl-promised")).to_contain_text("Du lovede at prøve noget den ")
    first.fill("periode-a", day=years.day("periode-a", 40))
    first.tick(f"{ONE.format('a')}.decision", "Justér")
    first.wait_until_saved()
    card = first.card(1)
    card.get_by_role("button", name="Del kortet med gruppen").click()
    expect(card.get_by_role("status").last).to_have_text("Kortet er delt med gruppen.")
    card.get_by_label("Temaet i kompasset, det siger noget om").select_option("At følge op og sige det igen")
    card.get_by_role("button", name="Hæng det op på tavlen").click()
    expect(card.get_by_role("status").last).to_have_text("Det hænger på tavlen nu.")
    first.finish()
    second.open("periode-a")
    shared = second.card(1).locator(".release-theirs")
    shared.get_by_text(first.name).click()
    expect(shared).to_contain_text(TEXTS[f"{ONE.format('a')}.baseline"])
    board = third.look_at("tavle")
    expect(board).to_contain_text(TEXTS[f"{ONE.format('a')}.result.1.learned"])
    expect(board).not_to_contain_text(TEXTS[f"{ONE.format('a')}.baseline"])


def visit_at_work(years: TwoYears) -> None:
    """Both write of the visit, and only then read each other. The programme shows where the cohort is, and where I am."""
    first, _, third = years.go_to("periode-b")
    expect(third.look_at("forloeb").locator(".site-line-now")).to_be_visible()
    here = first.look_at("forloeb")
    expect(here.locator(".site-station-here")).to_contain_text("Periode B: Samarbejde over grænser")
    expect(here.locator(".site-station-here")).to_contain_text("Her er du.")
    expect(here).to_contain_text("1 kort på tavlen")
    guest = years.crowd[VISITED]
    first.fill("periode-b", day=years.day("periode-b", 14))
    first.tick(f"{ONE.format('b')}.decision", "Drop")
    first.note("period.periode-b.visit.1.saw", SEEN)
    visit = first.part("visit")
    press(first.page, "Send værtskortet")
    expect(visit).to_contain_text("kan læse det.")
    press(first.page, "Giv mit kort")
    press(first.page, "Ja, giv det")
    expect(visit).to_contain_text("Du kan læse det, Birgitte")
    place, text = "/api/demo/visits/periode-b", {"text": SEEN_BACK, "base": 0, "save_id": "besoeg-nummer-et"}
    guest.put("/api/demo/answers/period.periode-b.visit.1.heard", json=text).raise_for_status()
    assert SEEN not in str(guest.get(place).json())
    guest.post(place, json={"card": "visit", "share_id": uuid4().hex}).raise_for_status()
    assert SEEN in str(guest.get(place).json())
    first.open("periode-b")
    expect(first.part("visit")).to_contain_text(SEEN_BACK)
    first.finish()


def try_once_more(years: TwoYears) -> None:
    """Sparring, and a second card that hangs on the board as a success of them all."""
    first, *_ = years.go_to("periode-c")
    first.fill("periode-c", day=years.day("periode-c", 21))
    first.tick("period.periode-c.experiment-2.sentence", "At sagen er jeres")
    first.tick("period.periode-c.experiment-2.decision", "Behold")
    first.wait_until_saved()
    card = first.card(2)
    card.get_by_label("Det her er en fælles succes").check()
    card.get_by_role("button", name="Hæng det op på tavlen").click()
    expect(card.get_by_role("status").last).to_have_text("Det hænger på tavlen nu.")
    first.finish()


def see_what_has_moved(years: TwoYears) -> None:
    """The second wave tells the change, and leads on to an experiment card."""
    first, *_ = years.go_to("periode-c", 45)
    wave = open_wave(years, AFTER)
    answer(first.client, wave, 5)
    everybody_else_answers(years, wave, 1)
    close_wave(years, wave)
    first.written += [f"{each} Helt enig." for each in years.statements]
    theme = shown_beside_her_own(first, AFTER, "Helt enig")
    expect(theme).to_contain_text("Ændring siden sidst")
    expect(theme.get_by_role("img", name="Ændringen siden sidst i »Når vi taler sammen«.")).to_be_visible()
    first.page.get_by_role("link", name="Skriv det på et prøvekort").click()
    expect(first.page.get_by_role("heading", level=1)).to_have_text("Periode C: Velfærd i fællesskab")


def look_back(years: TwoYears) -> None:
    """On the last day: what was tested and what was not, the whole way, and the board on the wall."""
    first, second, third = years.go_to_the_end()
    first.fill("levende-grundlag")
    living = first.page.locator(".fl-living")
    tested = living.locator(".fl-living-tested", has_text="I kan forvente, at jeg kommer ned til jer")
    expect(tested).to_contain_text("Periode A: Aktivt visionslederskab, prøvehandling 1. Justér")
    expect(tested).to_contain_text(TEXTS[f"{ONE.format('a')}.result.1.happened"])
    expect(living.locator(".fl-living-tested", has_text="At sagen er jeres")).to_contain_text("Periode C")
    expect(living.locator(".fl-living-untested", has_text=PRACTISING)).to_contain_text("Ikke prøvet endnu.")
    expect(second.look_at("forloeb").locator(".site-station-period")).to_have_count(3)
    third.look_at("tavle")
    third.page.get_by_role("link", name="Vis på storskærm").click()
    lessons = third.page.locator(".site-wall .site-lesson")
    expect(lessons).to_have_count(2)
    expect(lessons.first).to_contain_text("Periode C")


def take_it_along(years: TwoYears) -> None:
    """The file holds every text of two years; what is private comes where it is asked for."""
    first = years.group[0]
    assert len(first.written) > 300
    first.look_at("").get_by_role("link", name="Hent alt det, du har skrevet").click()
    for annex, wanted, unwanted in ((False, first.written, first.private), (True, first.written + first.private, [])):
        first.page.get_by_label("Tag mit private tillæg med").set_checked(annex)
        with first.page.expect_download() as file:
            first.page.get_by_role("button", name="Hent alt mit").click()
        told = taken_along(file.value.path())
        assert [line for line in lines(wanted) if line not in told] == []
        assert [line for line in lines(unwanted) if line in told] == []


def everybody_else_answers(years: TwoYears, wave: str, value: int) -> None:
    """Each something else, so that there is something to tell."""
    for place, client in enumerate((*(each.client for each in years.group[1:]), *years.crowd.values())):
        if client is not years.desk:
            answer(client, wave, 1 + (place + value) % 5)


def shown_beside_her_own(first: Fellow, title: str, own: str) -> Locator:
    """The first theme of a wave that is closed, with the own answer beside the forum's."""
    first.look_at("spoergeskema")
    theme = first.page.locator(".site-card", has=first.page.get_by_role("heading", name=title)).locator("details").first
    theme.locator("summary").click()
    expect(theme.get_by_text(f"Dit eget svar: {own}").first).to_be_visible()
    expect(theme.get_by_text("Gennemsnit").first).to_be_visible()
    return theme


def open_wave(years: TwoYears, title: str) -> str:
    """The facilitator opens a wave of the survey; its id."""
    today = years.today.isoformat()
    told = years.desk.post("/api/demo/survey", json={"title": title, "opens": today, "closes": today}).raise_for_status()
    return str(next(wave["id"] for wave in told.json()["waves"] if wave["title"] == title))


def close_wave(years: TwoYears, wave: str) -> None:
    """The facilitator closes it."""
    years.desk.post(f"/api/demo/survey/{wave}/close", json={}).raise_for_status()
