"""A network's first three meetings: rules, cases on a phone, the wall, one who leaves with the case, and a new one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.group.together import SOON
from tests.browser.journey.leader import DESKTOP, PHONE
from tests.browser.journey.two_years import taken_along
from tests.browser.network.meetings import AMIR, KARINA, LINE, MIKKEL, Colleague, Network, begun

ABOUT = "To afdelinger skal dele en vagtplan, og den ene møder ikke op."
HURTS = "Jeg lader, som om det går, når direktøren spørger."
WANTED = "At finde ud af, hvad jeg selv gør, som gør det lettere at blive væk."
AGREED = "Det, vi hører her, bliver her. Også hjemme ved aftensmaden."
TRY = "Jeg ringer til den afdeling, der bliver væk, før jeg skriver til den."


@pytest.fixture
def network(chromium: Browser, tmp_path: Path) -> Iterator[Network]:
    with begun(chromium, tmp_path) as found:
        yield found


def test_a_network_lives_its_first_three_meetings(network: Network, tmp_path: Path) -> None:
    bring_a_case(network)
    meet_the_first_time(network)
    look_back(network)
    take_a_case_back_while_another_reads(network)
    move_the_meeting(network)
    meet_again(network)
    one_leaves_and_one_comes(network)
    meet_with_a_new_one(network)
    take_it_along(network, tmp_path)


def go_home(who: Colleague) -> Page:
    """The network's first page, with the rules as they stand."""
    who.page.goto(f"{who.live.url}/hold/demo/")
    expect(who.page.locator(".contract-state[data-state]")).to_be_visible()
    return who.page


def bring_a_case(network: Network) -> None:
    """Before the first meeting: one writes a case on a phone and shares it; another reads it, the facilitator never."""
    amir, karina, _ = network.members.values()
    page = go_home(amir)
    expect(page.locator(".fl-next")).to_contain_text("Næste gang er")
    page.get_by_role("link", name="Se mødet").click()
    expect(page.locator("dl", has_text="Har en sag med")).to_contain_text("Karina Ladefoged")
    expect(amir.part("cases")).to_contain_text("Ingen af de andre har delt en sag endnu.")
    expect(page.get_by_role("button", name="Jeg var med")).to_have_count(0)
    karina.meet("moede-1")
    expect(karina.part("case")).to_contain_text("Til da er den kun din.")
    karina.bring("moede-1", ABOUT, HURTS, WANTED)
    expect(karina.part("case")).to_contain_text("til Amir Hosseini og Mikkel Ravn og ingen andre")
    expect(karina.part("case")).to_contain_text("I har ikke aftalt spilleregler endnu.")
    karina.share_by_keyboard()
    found = amir.reads("Karina Ladefoged")
    for text in (ABOUT, HURTS, WANTED):
        expect(found).to_contain_text(text)
    assert amir.look() == karina.look() == []
    assert network.desk.get("/api/demo/cases/meeting.moede-1.case").status_code == 403
    seen = [network.desk.get(f"/hold/demo/{page}").text for page in ("overblik", "rum", "styring/holdet")]
    assert not any(words in page for page in seen for words in (ABOUT, HURTS, WANTED))


def meet_the_first_time(network: Network) -> None:
    """They agree on the rules, and the facilitator begins on the wall; their phones follow to the last phase."""
    network.go_to("moede-1")
    amir, karina, mikkel = group = list(network.members.values())
    for each in group:
        go_home(each)
    rules = amir.page.locator(".contract")
    rules.get_by_role("button", name="Ret og foreslå").click()
    expect(rules.get_by_role("checkbox")).to_have_count(0)
    rules.locator("textarea").first.fill(AGREED)
    rules.get_by_role("button", name="Foreslå for gruppen").click()
    for each in (karina, mikkel):
        expect(each.page.locator(".contract")).to_contain_text(AGREED, timeout=SOON)
        each.page.locator(".contract").get_by_role("button", name="Jeg siger ja").click()
    expect(amir.page.locator(".contract-state")).to_have_text("Spillereglerne gælder. I har alle sagt ja.", timeout=SOON)
    assert amir.look() == []
    for each in group:
        each.meet("moede-1")
    wall = open_wall(network, "moede-1")
    wall.get_by_role("button", name=re.compile("^Begynd")).click()
    phases = ["Tjek ind", "Temaet", "Pause", "Sagen fortælles", "Kun spørgsmål", "De andre tænker højt", "Det tager jeg med"]
    phases += ["De fire spørgsmål", "Tjek ud"]
    for phase, following in zip(phases, [*phases[1:], ""], strict=True):
        expect(wall.get_by_role("heading", level=1)).to_have_text(phase, timeout=SOON)
        for each in group:
            expect(each.page.locator(".room-title")).to_have_text(phase, timeout=SOON)
        if following:
            wall.get_by_role("button", name=f"Næste: {following}").click()
    for words in ("Hvad fungerer godt?", "Hvad kunne der være mere af?", "Hvad kan blive bedre?", "anderledes næste gang?"):
        expect(karina.page.locator("main")).to_contain_text(words)
    wall.context.close()
    karina.write("meeting.moede-1.try", TRY)
    karina.wait_until_saved()
    assert mikkel.look() == []


def open_wall(network: Network, step: str) -> Page:
    """The facilitator's projector."""
    context = network.chromium.new_context(locale="da-DK", timezone_id="Europe/Copenhagen", viewport=DESKTOP)
    cookies = network.desk.cookies.items()
    context.add_cookies([{"name": name, "value": value, "url": network.house.url} for name, value in cookies])
    page = context.new_page()
    page.goto(f"{network.house.url}/hold/demo/{step}/laerred")
    return page


def look_back(network: Network) -> None:
    """The year says who was there; who was not says so, and the facilitator's overview says the same."""
    amir, _, mikkel = network.members.values()
    year = amir.look_at("aaret")
    first = year.locator(".site-meeting", has_text="Første møde")
    expect(first).to_contain_text("Amir Hosseini, Karina Ladefoged, Mikkel Ravn (3 af 3)")
    expect(year.locator("section", has_text="Temaer, I har arbejdet med")).to_contain_text(
        "Balance og trivsel i lederrollen"
    )
    assert amir.look() == []
    mikkel.meet("moede-1")
    there = mikkel.page.get_by_role("button", name="Jeg var med")
    expect(there).to_have_attribute("aria-pressed", "true")
    there.click()
    expect(there).to_have_attribute("aria-pressed", "false")
    amir.page.reload()
    expect(first).to_contain_text("Amir Hosseini, Karina Ladefoged (2 af 3)")
    there.click()
    expect(there).to_have_attribute("aria-pressed", "true")
    overview = network.desk.get("/hold/demo/overblik").text
    assert re.search(r"Var med i alt</th><td[^>]*>3 af 3</td><td[^>]*>0 af 3</td>", overview)
    assert "Grupper og spilleregler" in overview
    assert "Gælder: 3 af 3 har sagt ja" in overview
    for page in ("det-kan-din-facilitator-se", "privatliv", "hent-mit", "datoer", "evaluering"):
        amir.look_at(page)
        assert amir.look() == []


def take_a_case_back_while_another_reads(network: Network) -> None:
    """A week before the second meeting: what is withdrawn leaves the page of the one who is reading it."""
    network.go_to("moede-2", -7)
    amir, _, mikkel = network.members.values()
    mikkel.meet("moede-2")
    mikkel.bring("moede-2", "En skoleleder, jeg ikke kan nå.", "Jeg skriver i stedet for at ringe.", "At turde.")
    mikkel.share_by_keyboard()
    amir.meet("moede-2")
    expect(amir.reads("Mikkel Ravn")).to_contain_text("Jeg skriver i stedet for at ringe.")
    mikkel.part("case").get_by_role("button", name="Træk sagen tilbage").click()
    mikkel.page.get_by_role("dialog").get_by_role("button", name="Ja, træk den tilbage").click()
    expect(amir.page.get_by_text("Mikkel Ravn har trukket sin sag tilbage.")).to_be_visible(timeout=SOON)
    expect(amir.page.get_by_text("Jeg skriver i stedet for at ringe.")).to_have_count(0)
    expect(mikkel.page.locator('textarea[data-key$="case.1.about"]')).to_have_value("En skoleleder, jeg ikke kan nå.")
    mikkel.share_by_keyboard()
    amir.reads("Mikkel Ravn")


def move_the_meeting(network: Network) -> None:
    """The group puts its second meeting off for two days: the case stays where it is."""
    amir, karina, _ = network.members.values()
    amir.look_at("datoer").locator("#moede-2-date").fill(network.day("moede-2", 2).isoformat())
    amir.page.locator(".site-date", has_text="Andet møde").get_by_role("button", name="Gem").click()
    expect(amir.page.get_by_role("status")).to_contain_text("Gemt")
    karina.meet("moede-2")
    karina.reads("Mikkel Ravn")
    expect(karina.look_at("aaret").locator(".site-meeting", has_text="Andet møde")).to_contain_text(
        "I har selv flyttet datoen"
    )


def meet_again(network: Network) -> None:
    """On the new day a leader leads from the phone; one who came without a device says so afterwards."""
    network.go_to("moede-2", 2)
    amir, karina, _ = network.members.values()
    karina.meet("moede-2")
    karina.page.locator(".room").get_by_role("button", name="Begynd", exact=True).click()
    expect(karina.page.locator(".room-title")).to_have_text("Tjek ind", timeout=SOON)
    expect(amir.look_at("aaret").locator(".site-meeting", has_text="Andet møde")).to_contain_text("(3 af 3)")


def one_leaves_and_one_comes(network: Network) -> None:
    """Who leaves takes the case along; who comes reads an earlier one only when its owner hands it on."""
    network.go_to("moede-3", -14)
    mikkel = network.members.pop(MIKKEL)
    amir, karina = network.members.values()
    amir.meet("moede-2")
    expect(amir.reads("Mikkel Ravn")).to_contain_text("Jeg skriver i stedet for at ringe.")
    with mikkel.page.expect_console_message(lambda said: "404" in said.text):  # the browser's own word about it
        network.has(AMIR, KARINA, LINE)
        mikkel.page.goto(f"{network.house.url}/hold/demo/moede-2")
    mikkel.trouble.clear()
    mikkel.client.close()
    mikkel.close()
    expect(amir.part("cases")).to_contain_text("Ingen af de andre har delt en sag endnu.", timeout=SOON)
    expect(amir.page.get_by_text("Jeg skriver i stedet for at ringe.")).to_have_count(0)
    year = amir.look_at("aaret")
    expect(year).not_to_contain_text("Mikkel")
    line = network.join(LINE, PHONE)
    line.meet("moede-1")
    expect(line.part("cases")).to_contain_text("Ingen af de andre har delt en sag endnu.")
    karina.meet("moede-1")
    expect(karina.part("case")).to_contain_text("Line Havgaard er kommet til, siden du delte")
    karina.part("case").get_by_role("button", name="Giv den videre til Line Havgaard").click()
    expect(line.reads("Karina Ladefoged")).to_contain_text(HURTS)


def meet_with_a_new_one(network: Network) -> None:
    """The new one is shown the rules and says yes; the third meeting begins."""
    network.go_to("moede-3")
    amir, karina, line = group = list(network.members.values())
    for each in group:
        go_home(each)
    expect(line.page.locator(".contract")).to_contain_text("Spillereglerne er fra, før du kom med.")
    amir.page.locator(".contract").get_by_role("button", name="Vis Line spillereglerne").click()
    for each in (karina, line):
        expect(each.page.locator(".contract")).to_contain_text(AGREED, timeout=SOON)
        each.page.locator(".contract").get_by_role("button", name="Jeg siger ja").click()
    expect(amir.page.locator(".contract-state")).to_have_attribute("data-state", "force", timeout=SOON)
    line.meet("moede-3")
    line.page.locator(".room").get_by_role("button", name="Begynd", exact=True).click()
    expect(line.page.locator(".room-title")).to_have_text("Tjek ind", timeout=SOON)
    year = line.look_at("aaret")
    expect(year.locator(".site-meeting", has_text="Tredje møde")).to_contain_text("(3 af 3)")
    expect(year.locator(".site-meeting", has_text="Første møde")).to_contain_text("Amir Hosseini, Karina Ladefoged (2 af 3)")
    for theme in ("Balance og trivsel i lederrollen", "At lede på afstand"):
        expect(year.locator("section", has_text="Temaer, I har arbejdet med")).to_contain_text(theme)
    assert line.look() == []


def take_it_along(network: Network, place: Path) -> None:
    """Own cases, what one takes along and the rules come with *Hent mit*; another's case does not."""
    karina, line = network.members[KARINA], network.members[LINE]
    for who in (karina, line):
        with who.page.expect_download() as got:
            who.look_at("hent-mit").get_by_role("button", name="Hent alt mit").click()
        got.value.save_as(place / f"{who.name}.zip")
    taken = taken_along(place / "Karina.zip")
    for text in (ABOUT, HURTS, WANTED, TRY, AGREED, "Sag delt med netværket"):
        assert text in taken
    assert HURTS not in taken_along(place / "Line.zip")
    expect(line.page.get_by_role("main")).to_contain_text("Sag fra Karina")
