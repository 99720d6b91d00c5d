"""The facilitator of salons and of a network, in the browser: who sits together, when, and whose turn it is."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from fællesledelse import danish
from fællesledelse.cohort.build import build
from tests.cohort.test_together import gathering
from tests.live import Live, serving
from tests.look.test_in_browser import violations

SALON, NET = "demo-saloner", "demo-netvaerk"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Salons with nine leaders, and a network of two groups with one who is new."""
    place = tmp_path_factory.mktemp("gatherings")
    salon = gathering(place, "salon", ["3;1"] * 9)
    net = gathering(place, "netvaerk", ["3;1;moede-3"] + ["3;1;"] * 5 + ["3;2;"] * 5 + ["3;;"], heading="niveau;gruppe;vært")
    for path in (salon / "hold.yaml", salon / "deltagere.csv"):  # other people than those of the network
        path.write_text(path.read_text(encoding="utf-8").replace("@strandby.example", "@salon.example"), encoding="utf-8")
    for folder in (salon, net):
        build(folder)
    with serving([salon, net], place / "data") as running:
        yield running


@pytest.fixture(scope="module")
def jonas(live: Live) -> Iterator[dict[str, httpx.Client]]:
    """The facilitators by gathering."""
    addresses = {SALON: "jonas.enggaard@salon.example", NET: "jonas.enggaard@strandby.example"}
    clients = {name: live.enrol(email, name) for name, email in addresses.items()}
    yield clients
    for client in clients.values():
        client.close()


Browse = Callable[..., Page]


def opened(browse: Browse, jonas: dict[str, httpx.Client], name: str, width: int) -> Page:
    return browse(jonas[name], f"/hold/{name}/styring/holdet", width)


def test_nine_become_two_salons_that_are_shown_before_they_count(browse: Browse, jonas: dict[str, httpx.Client]) -> None:
    page = opened(browse, jonas, SALON, 390)
    expect(page.get_by_label("Mindst i en salon")).to_have_value("4")
    expect(page.get_by_label("Højst i en salon")).to_have_value("7")
    expect(page.get_by_role("button", name="Foreslå par til jobbesøg")).to_have_count(0)
    page.get_by_role("button", name="Foreslå saloner").click()
    expect(page.get_by_text("Bedre saloner findes ikke under de her hensyn. Det er bevist.")).to_be_visible()
    expect(page.get_by_text("9 er for mange til én salon. Her er 2 saloner på 4 og 5.")).to_be_visible()
    expect(page.get_by_role("heading", name="Salon 2")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Skriv salonerne i filen").click()
    draft = page.get_by_label("Kladden")
    expect(draft.get_by_text("1 med 4, 1 med 5")).to_be_visible()
    page.get_by_role("button", name="Kassér kladden").click()
    expect(page.get_by_text("Kladden er kasseret.")).to_be_visible()


def test_a_networks_year_is_planned_its_duties_given_out_and_undone(browse: Browse, jonas: dict[str, httpx.Client]) -> None:
    page = opened(browse, jonas, NET, 1280)
    page.get_by_role("button", name="Giv nye en plads").click()
    new = page.locator(".desk-groups-card li", has_text="ny")
    expect(new).to_have_count(1)
    expect(new).to_contain_text("Leder 12")
    page.get_by_role("button", name="Skriv pladserne i filen").click()
    draft = page.get_by_label("Kladden")
    expect(draft.get_by_text("2 med 6")).to_be_visible()

    page.get_by_label("Tidligst").fill(f"{danish.today().year + 1}-09-01")
    page.get_by_label("Hvor mange").fill("3")
    page.get_by_label("Ugedag").select_option("torsdag")
    page.get_by_role("button", name="Foreslå dage").click()
    days = page.locator(".desk-meetings-line")
    expect(days).to_have_count(3)
    expect(days.nth(0)).to_contain_text("torsdag den")
    days.nth(1).get_by_label("Femte møde").fill(f"{danish.today().year + 1}-12-24")
    expect(days.nth(1)).to_contain_text("24. december")
    days.nth(2).get_by_role("button", name="Fjern Sjette møde").click()
    expect(days).to_have_count(2)
    assert violations(page) == []
    page.get_by_role("button", name="Skriv møderne i filen").click()
    draft.get_by_text("Husk også").click()
    expect(draft.get_by_text("'Femte møde' ligger")).to_contain_text("Det er juleaftensdag.")

    page.get_by_role("button", name="Fordel tjanserne").click()
    table = page.get_by_role("region", name="Tjanserne")
    expect(table.get_by_role("row", name="Tredje møde").first).to_contain_text("Leder 1")
    expect(table.get_by_role("row", name="Femte møde")).to_have_count(2)
    assert violations(page) == []
    page.get_by_role("button", name="Skriv tjanserne i filen").click()
    expect(page.get_by_text("Tjanserne står i filen nu.")).to_be_visible()
    expect(page.get_by_text("Tjanserne er ikke fordelt endnu.")).to_have_count(0)
    page.get_by_role("button", name="Tag kladden i brug").click()
    expect(page.get_by_text("8 sider er i brug.")).to_be_visible()
    page.get_by_role("button", name="Gå tilbage til den forrige udgave").click()
    page.get_by_role("button", name="Ja, gå tilbage").click()
    expect(page.get_by_text("6 sider er tilbage")).to_be_visible()
    expect(page.get_by_text("Tjanserne er ikke fordelt endnu.")).to_be_visible()
