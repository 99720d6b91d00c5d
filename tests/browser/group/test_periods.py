"""A period in the browser: an experiment card is filled in, hung on the board and read by another; and a job visit."""

import io
import re
import shutil
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pypdf
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from fællesledelse import danish
from fællesledelse.cohort.build import build
from fællesledelse.danish import day
from fællesledelse.manifest import load_roster
from tests.browser.journey.leader import PHONE, UNFOLD
from tests.live import Live, serving

from .round_table import DESKTOP, Seat, facilitator, members

CARD = "period.periode-b.experiment-1"
EDGES = "(boxes) => boxes.map((box) => getComputedStyle(box).borderTopWidth)"
"""A box to tick is seen by its edge: the design system takes the browser's own away."""


@pytest.fixture(scope="module")
def live(all_open: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The demo cohort with a third in the pair of the first leader of the first group."""
    place = tmp_path_factory.mktemp("periods")
    folder = Path(shutil.copytree(all_open, place / "hold"))
    roster = folder / "deltagere.csv"
    heading, *rows = (line.split(";") for line in roster.read_text(encoding="utf-8-sig").splitlines())
    pair = min((row for row in rows if row[6] == "1"), key=lambda row: row[0])[7]
    next(row for row in reversed(rows) if row[7] != pair)[7] = pair
    roster.write_text("\n".join(map(";".join, [heading, *rows])) + "\n", encoding="utf-8")
    build(folder)
    with serving([folder], place / "data") as running:
        yield running


def visitors(live: Live) -> list[str]:
    """The addresses of the first leader of the first group and of the two whom that one visits."""
    roster = load_roster((live.folders[0] / "bygget/roster.json").read_text(encoding="utf-8"))
    first = next(each for each in roster.participants if each.email == members(live, "1")[0])
    return [first.email, *(each.email for each in roster.participants if each.visit == first.visit and each != first)]


@pytest.fixture(scope="module")
def seats(chromium: Browser, live: Live) -> Iterator[tuple[Seat, Seat, Seat]]:
    """Two who visit each other, and a facilitator; the third of the pair has not come in yet."""
    emails = (*visitors(live)[:2], facilitator(live))
    found = [Seat(chromium, live, live.enrol(email), step="periode-b") for email in emails]
    yield found[0], found[1], found[2]
    for each in found:
        each.client.close()
        each.get_up()


def opened(seat: Seat, step: str = "periode-b", *, unfold: bool = True) -> Page:
    seat.page.goto(f"{seat.live.url}/hold/demo/{step}")
    seat.until("document.querySelector('.share-release:not([aria-busy])') && globalThis.faellesledelse.step")
    if unfold:
        seat.page.evaluate(UNFOLD)
    return seat.page


def put(client: httpx.Client, key: str, text: str) -> None:
    """Save a text for the first time, from another device."""
    body = {"text": text, "base": 0, "save_id": str(uuid.uuid4())}
    answer = client.put(f"/api/demo/answers/{key}", json=body)
    assert answer.status_code == 200, answer.text


def part(page: Page, name: str) -> Locator:
    """A part of a period's page, by how its heading begins."""
    return page.locator(".fl-section", has=page.get_by_role("heading", level=2, name=re.compile(f"^{re.escape(name)}")))


def open_parts(page: Page) -> list[str]:
    return page.locator(".fl-section[open] > summary h2").all_inner_texts()


def printed(page: Page) -> str:
    return " ".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(page.pdf())).pages)


def readers(page: Page, key: str) -> Locator:
    """Where a card of the period says who reads it."""
    return page.locator(".fl-card", has=page.locator(f'[data-key="period.periode-b.{key}"]')).locator(".fl-readers")


def stored(client: httpx.Client, key: str) -> str:
    versions = client.get(f"/api/demo/answers/{key}/versions").json()
    return str(versions[0]["text"]) if versions else ""


def test_a_period_opens_where_one_left_off_and_the_rest_is_folded(seats: tuple[Seat, Seat, Seat]) -> None:
    leader, *_ = seats
    leader.page.set_viewport_size(PHONE)
    page = opened(leader, "periode-c", unfold=False)
    assert [each.split(" (")[0] for each in open_parts(page)] == ["Seminaret"]
    assert page.evaluate("document.documentElement.scrollHeight") <= 8 * PHONE["height"]
    card, promised = "period.periode-c.experiment-1", danish.today() + timedelta(days=9)
    for key in (field["key"] for field in leader.client.get("/api/demo/steps/periode-c").json()["fields"]):
        if re.search(r"seminar|experiment-1\.(criterion|hypothesis|plan|sign|baseline)", key):
            put(leader.client, key, "Skrevet på en anden enhed.")
    for key, text in (("track", "Enklere regler"), ("sentence", "Jeg ringer."), ("day", promised.isoformat())):
        put(leader.client, f"{card}.{key}", text)
    page = opened(leader, "periode-c", unfold=False)
    expect(page.locator(".fl-resume")).to_contain_text("Du er nået hertil: Sparring: Før I mødes")
    assert [each.split(" (")[0] for each in open_parts(page)] == ["Sparring: Før I mødes"]
    expect(part(page, "Seminaret").locator("summary")).to_contain_text("Skrevet")
    waiting = part(page, "Prøvehandling 1: Hvad skete der?").locator("summary")
    expect(waiting).to_contain_text(f"Venter til den {day(promised).rsplit(' ', 1)[0]}")
    expect(part(page, "Prøvehandling 2: Sådan gør jeg").locator("summary")).to_contain_text("Ikke begyndt")
    leader.page.set_viewport_size(DESKTOP)


def test_what_is_folded_is_opened_by_keyboard_saved_printed_and_led_to(seats: tuple[Seat, Seat, Seat]) -> None:
    leader, *_ = seats
    page = opened(leader, "periode-a", unfold=False)
    last, field = part(page, "Det tager jeg med"), page.locator('[data-key="period.periode-a.takeaway.1.keep"]')
    expect(field).not_to_be_visible()
    last.locator("summary").press("Enter")
    field.fill("Skrevet lige før, den blev foldet sammen.")
    last.locator("summary").press("Enter")
    expect(field).not_to_be_visible()
    expect(last.locator("summary")).to_contain_text("Begyndt")
    leader.until("faellesledelse.unsent.length === 0")
    assert stored(leader.client, "period.periode-a.takeaway.1.keep") == "Skrevet lige før, den blev foldet sammen."
    assert "lige før, den blev foldet sammen" in " ".join(printed(page).split())
    expect(field).not_to_be_visible()
    card = page.locator(".share-release").first
    expect(card).not_to_be_visible()
    page.evaluate("location.hash = 'period.periode-a.experiment-1'")
    expect(card).to_be_in_viewport()
    page.goto("about:blank")
    page.goto(f"{leader.live.url}/hold/demo/periode-a#period.periode-a.experiment-1")
    expect(card).to_be_in_viewport()


def test_while_the_group_is_at_it_the_room_stands_open_and_at_the_end_the_mark_does(seats: tuple[Seat, Seat, Seat]) -> None:
    leader, *_ = seats
    page = opened(leader, "periode-c", unfold=False)
    room, last = part(page, "Rummet"), page.locator("[data-finish]")
    leader.until("document.querySelector('.room:not([hidden])')")
    expect(room.locator(".room-time")).not_to_be_visible()
    room.locator("summary").first.click()
    room.get_by_role("button", name="Begynd", exact=True).click()
    expect(room.locator(".room-time")).to_be_visible()
    opened(leader, "periode-c", unfold=False)
    expect(room.locator(".room-time")).to_be_visible()
    expect(last).not_to_be_visible()
    told = leader.client.get("/api/demo/steps/periode-c").json()
    left = [each["key"] for each in told["fields"] if each["core"] and not told["answers"][each["key"]]["text"]]
    for key in left:
        put(leader.client, key, "2026-01-04" if key.endswith(".day") else "Skrevet.")
    opened(leader, "periode-c", unfold=False)
    expect(last).to_be_visible()
    expect(page.locator(".fl-resume")).not_to_be_visible()


def test_a_card_is_filled_in_hung_up_read_and_taken_down(seats: tuple[Seat, Seat, Seat]) -> None:
    owner, reader, vibeke = seats
    page = opened(owner)
    page.get_by_role("radiogroup", name="Øvebanen").first.get_by_label("Enklere regler").check()
    page.locator(f'[data-key="{CARD}.hypothesis"]').fill("Hvis vi læser sagen sammen, så …")
    page.locator(f'[data-key="{CARD}.result.1.learned"]').fill("At jeg taler først.")
    page.get_by_role("radiogroup", name="Min beslutning").first.get_by_label("Justér").check()
    at_the_day = page.locator(f'[data-field="{CARD}.day"]')
    expect(at_the_day.get_by_role("link")).to_have_count(0)
    at_the_day.locator("input").fill("2027-03-04")
    expect(at_the_day.get_by_role("link", name="Læg dagen i din kalender")).to_be_in_viewport()
    card = page.locator(".fl-part", has=page.locator(".share-release")).first
    up = card.get_by_role("button", name="Hæng det op på tavlen")
    expect(up).to_be_visible()
    owner.until("faellesledelse.unsent.length === 0")
    assert stored(owner.client, f"{CARD}.track") == "Enklere regler"
    card.get_by_label("Hvis vi …, så …").uncheck()
    card.get_by_label("Det her er en fælles succes").check()
    assert "0px" not in card.locator("input").evaluate_all(EDGES)
    page.locator(f'[data-key="{CARD}.next"]').fill("Skrevet lige før, jeg trykkede.")
    up.click()
    expect(card.get_by_role("status").last).to_have_text("Det hænger på tavlen nu.")
    expect(readers(page, "experiment-1.result.1.learned")).to_contain_text("Hele holdet læser det, der hænger på tavlen")
    for seat in (reader, vibeke):
        seat.page.goto(f"{seat.live.url}/hold/demo/tavle")
        expect(seat.page.get_by_role("heading", name="Fælles succeser")).to_be_visible()
        expect(seat.page.get_by_role("main")).to_contain_text("At jeg taler først.")
        expect(seat.page.get_by_role("main")).not_to_contain_text("læser sagen sammen")
    seat.page.get_by_role("link", name="Vis på storskærm").click()
    expect(seat.page.locator(".site-wall")).to_contain_text("At jeg taler først.")
    expect(seat.page.locator(".site-wall").get_by_text("Fælles succes", exact=True)).to_be_visible()
    page.goto(f"{owner.live.url}/hold/demo/tavle")
    page.get_by_role("link", name="Ret kortet, eller tag det ned").click()
    card.get_by_role("button", name="Træk tilbage").click()
    page.get_by_role("button", name="Ja, gør det").click()
    expect(card.get_by_role("status").last).to_contain_text("Det er trukket tilbage.")
    expect(readers(page, "experiment-1.result.1.learned")).to_have_text("Læses af: Kun du")
    reader.page.reload()
    expect(reader.page.get_by_role("main")).not_to_contain_text("At jeg taler først.")


def test_two_who_visit_each_other_read_when_both_have_written(seats: tuple[Seat, Seat, Seat]) -> None:
    guest, host, _ = seats
    for seat, text in ((guest, "Tre åbne døre."), (host, "Mange, der hilste.")):
        page = opened(seat)
        expect(page.locator(".share-visit")).not_to_contain_text("Tre åbne døre.")
        expect(page.locator(".share-visit")).to_contain_text("har ikke taget arbejdsbogen i brug endnu")
        page.locator('[data-key="period.periode-b.visit.1.saw"]').fill(text)
        page.get_by_role("button", name="Giv mit kort").click()
        expect(readers(page, "visit.1.saw")).to_have_text("Læses af: Kun du")
        page.get_by_role("button", name="Ja, giv det").click()
        expect(page.locator(".share-visit").locator("xpath=..").get_by_role("status").last).to_have_text("Kortet er givet.")
    expect(page.locator(".share-visit")).to_contain_text("Tre åbne døre.")
    expect(readers(page, "visit.1.saw")).to_have_text(
        re.compile(f"^Læses af: Dig og {guest.name} .*, som kortet var, da du gav det$")
    )
    expect(opened(guest).locator(".share-visit")).to_contain_text("Mange, der hilste.")
    expect(readers(guest.page, "visit.1.saw")).to_have_text(
        re.compile(f"^Læses af: Dig og {host.name} .*, som kortet var, da du gav det$")
    )
    for key in ("home.1.bring", "host.1.not"):
        expect(readers(guest.page, key)).to_have_text("Læses af: Kun du")


def test_who_comes_later_is_handed_the_card_that_was_given(seats: tuple[Seat, Seat, Seat], live: Live) -> None:
    guest, _, _ = seats
    card = "period.periode-a.experiment-1"
    put(guest.client, f"{card}.next", "Jeg ringer igen i juni.")
    hung = {"share_id": "2" * 32, "to": "board", "parts": ["next"], "theme": "", "success": False}
    seen = guest.client.get(f"/api/demo/cards/{card}").json()["seen"]
    guest.client.put(f"/api/demo/cards/{card}", json=hung | {"seen": seen}).raise_for_status()
    late = live.enrol(visitors(live)[2])
    name = late.get("/api/session").json()["name"]
    key = "period.periode-b.visit.1.wondered"
    late.put(f"/api/demo/answers/{key}", json={"text": "Hvem låser?", "base": 0, "save_id": "late-guest"}).raise_for_status()
    given = late.post("/api/demo/visits/periode-b", json={"card": "visit", "share_id": "1" * 32})
    assert given.status_code == 200, given.text
    part = opened(guest).locator(".share-visit")
    expect(part).to_contain_text(f"{name} er kommet til siden og har ikke fået det.")
    assert late.get("/api/demo/visits/periode-b").json()["theirs"]["visit"] == []
    part.get_by_role("button", name=f"Giv det også til {name}").dblclick()
    expect(part.get_by_role("button", name="Giv det også til")).to_have_count(0)
    expect(part).not_to_contain_text("er kommet til siden")
    [given] = late.get("/api/demo/visits/periode-b").json()["theirs"]["visit"]
    assert [each["text"] for each in given["parts"]] == ["Tre åbne døre."]
    assert "Jeg ringer igen i juni." not in late.get("/hold/demo/tavle").text
    guest.page.goto(f"{live.url}/hold/demo/tavle")
    expect(guest.page.locator(".site-lesson-own")).to_contain_text("En på holdet er kommet til siden")
    guest.page.get_by_role("link", name="Vis det også for den nye").click()
    release = guest.page.locator(".share-release").first
    expect(release).to_contain_text(f"{name} er kommet til siden og kan ikke læse det endnu.")
    release.get_by_role("button", name="Vis det også for den nye").click()
    expect(release.locator("xpath=..").get_by_role("status").last).to_contain_text("Nu kan alle, der er med, læse det")
    expect(release.get_by_role("button", name="Vis det også")).to_have_count(0)
    assert "Jeg ringer igen i juni." in late.get("/hold/demo/tavle").text
    late.close()


def test_the_promise_a_visit_tested_is_chosen_and_found_again_in_both_directions(seats: tuple[Seat, Seat, Seat]) -> None:
    guest, _, _ = seats
    said = {"text": "Jeg lukker døren op. Jeg hilser først.", "base": 0, "save_id": "the-promise"}
    guest.client.put("/api/demo/answers/draft.offer", json=said).raise_for_status()
    page = opened(guest)
    visit = page.locator(".share-visit")
    expect(visit.locator(".share-belongs")).to_have_count(0)
    page.get_by_role("group", name="Den sætning, besøget satte på prøve").get_by_label("Jeg hilser først.").check()
    visit.get_by_role("link", name="»Jeg hilser først.«").click()
    beside = page.locator(".fl-living-line:target")
    expect(beside).to_contain_text("Jeg hilser først.")
    for text in ("Tre åbne døre.", "Mange, der hilste.", "Hvem låser?"):
        expect(beside).to_contain_text(text)
    expect(beside).to_be_in_viewport()
    beside.get_by_role("link", name="jobbesøg").click()
    guest.until("document.querySelector('.share-visit:not([aria-busy])')")
    expect(page.locator(".share-visit")).to_be_in_viewport()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Periode B")


def test_every_new_page_is_accessible_and_fits_a_phone(seats: tuple[Seat, Seat, Seat]) -> None:
    leader, _, vibeke = seats
    problems: list[str] = []
    opened(leader)
    leader.look(problems)
    for path in ("periode-a", "levende-grundlag", "forloeb", "tavle", "tavle/laerred"):
        leader.page.goto(f"{leader.live.url}/hold/demo/{path}")
        leader.page.wait_for_load_state("networkidle")
        leader.look(problems)
    vibeke.page.goto(f"{vibeke.live.url}/hold/demo/tavle")
    vibeke.look(problems)
    assert problems == []


def test_a_page_that_is_built_anew_comes_back_with_the_same_parts_open(seats: tuple[Seat, Seat, Seat], live: Live) -> None:
    leader, *_ = seats
    page = opened(leader, "periode-a", unfold=False)
    part(page, "Det tager jeg med").locator("summary").click()
    field = page.locator('[data-key="period.periode-a.takeaway.1.ask"]')
    field.click()
    hold = live.folders[0] / "hold.yaml"
    text = hold.read_text(encoding="utf-8")
    hold.write_text(text.replace("Kulturværftet", "Tobaksfabrikken"), encoding="utf-8")
    build(live.folders[0])
    page.evaluate("globalThis.before = setInterval(() => globalThis.faellesledelse.refresh(0), 500)")
    leader.until("!globalThis.before && document.activeElement?.dataset?.key?.endsWith('takeaway.1.ask')")
    expect(field).to_be_visible()
