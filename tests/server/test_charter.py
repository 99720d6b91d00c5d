"""A network's charter over the wire: who writes it, who reads it, and that a version that is out never changes."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
import httpx
import pypdf
import pytest

from fællesledelse.cohort import demo
from fællesledelse.cohort.build import build
from fællesledelse.documents.charter import NO_PURPOSE, OPEN
from fællesledelse.manifest import load, load_roster
from fællesledelse.store import Store

from .conftest import CHEAP
from .people import ANNA, BENT, CARLA, DORTE, GERDA, HANNE, PHRASE, TODAY, VIBEKE, Someone
from .serving import Client, Server, start

PEOPLE = {"netvaerk": ((VIBEKE, DORTE), (ANNA, BENT)), "nabo": ((HANNE,), (GERDA, CARLA))}
"""Facilitators and leaders of two networks."""

SECRET = "Direktionen er uenig om det her"
NOTE = "Ring til Bent først"
PURPOSE = "At ledere af ledere bliver bedre til det sammen"
HOSTILE = '<img src=x onerror=alert(1)> {{ 7*7 }} #read("/etc/passwd") \ud800'


@dataclass
class Network:
    """A network on a server of its own, with its facilitators and leaders signed in."""

    server: Server
    folder: Path
    vibeke: Client
    dorte: Client
    anna: Client
    hanne: Client


def write_network(folder: Path, gathering: str, facilitators: tuple[Someone, ...], leaders: tuple[Someone, ...]) -> None:
    """Write and build the demo's network with those people."""
    demo.write_demo(folder, TODAY, part="netvaerk")
    path = folder / "hold.yaml"
    text = path.read_text(encoding="utf-8").replace("hold: demo-netvaerk", f"hold: {gathering}")
    before, after = text.split("facilitatorer:")
    lines = "".join(f"\n  - navn: {who.name}\n    email: {who.email}" for who in facilitators)
    path.write_text(f"{before}facilitatorer:{lines}\n\ntrin:{after.split('trin:', 1)[1]}", encoding="utf-8")
    write_roster(folder, leaders)


def write_roster(folder: Path, leaders: tuple[Someone, ...]) -> None:
    lines = ["navn;email;gruppe", *(f"{who.name};{who.email};1" for who in leaders)]
    (folder / "deltagere.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    build(folder)


def enrol(data: Path, folder: Path, people: tuple[Someone, ...]) -> None:
    store = Store.open(f"sqlite:///{data}/faellesledelse.sqlite", data / "keys", kdf_cost=CHEAP)
    texts = [(folder / "bygget" / name).read_text(encoding="utf-8") for name in ("manifest.json", "roster.json")]
    store.people.adopt(load(texts[0]), load_roster(texts[1]))
    for who in people:
        person = store.people.find(who.email)
        assert person is not None
        store.access.enrol(store.invitations.invite(person.id, folder.name), PHRASE)
    store.close()


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    place = tmp_path_factory.mktemp("charter")
    data = place / "data"
    data.mkdir()
    for gathering, (facilitators, leaders) in PEOPLE.items():
        write_network(place / gathering, gathering, facilitators, leaders)
        enrol(data, place / gathering, (*facilitators, *leaders))
    server = start(data, [place / gathering for gathering in PEOPLE])
    try:
        server.wait_until_up()
        clients = [server.client(who) for who in (VIBEKE, DORTE, ANNA)]
        for client in clients:
            client.accept("netvaerk")
        hanne = server.client(HANNE)
        hanne.accept("nabo")
        yield Network(server, place / "netvaerk", *clients, hanne)
    finally:
        server.end()


def write(client: Client, **texts: str) -> None:
    """Save fields of the charter as the page's script does; names have _ for -."""
    fields = client.step("kommissorium", "netvaerk")["answers"] | client.step("netvaerk-forberedelse", "netvaerk")["answers"]
    for name, text in texts.items():
        key = f"charter.{name.replace('_', '-')}"
        client.saved(key, text, fields[key]["version"], gathering="netvaerk")


def page(client: Client, query: str = "") -> str:
    found = client.get(f"/hold/netvaerk/kommissoriet{query}")
    assert found.status_code == 200, found.text
    return found.text


def act(client: Client, action: str, **told: str) -> httpx.Response:
    return client.post("/hold/netvaerk/kommissoriet", data={"action": action, **told})


def test_a_charter_lives_from_a_draft_to_a_second_version(network: Network) -> None:
    """One story, since a version that is out can't be taken back."""
    vibeke, dorte, anna = network.vibeke, network.dorte, network.anna
    assert "Der er ikke udgivet noget kommissorium endnu" in page(anna)
    assert "Udgiv" not in page(anna)
    assert act(vibeke, "udgiv", base="0").status_code == 409  # nothing is written yet

    write(vibeke, gain_leader=f"Et sted at tænke højt. {HOSTILE}", field="På tværs af fag")
    assert SECRET not in page(anna)
    done = act(vibeke, "udgiv", base="0")
    assert "Version 1 er udgivet" in done.text
    shown = page(anna)
    assert "Udkast til kommissorium" in shown
    assert NO_PURPOSE in shown
    assert f"<strong>{OPEN}:</strong> Hvad er netværkets vigtigste formål?" in shown
    assert "Man hører noget, man ikke selv ville have tænkt." in shown  # what speaks for the option that was picked
    assert "Man deler sprog, opgaver og kultur." not in shown  # and not for the other
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown

    assert "Dine felter siger det samme som version 1" in page(vibeke)
    assert act(vibeke, "udgiv", base="1").status_code == 409  # nothing is new
    carried = act(dorte, "hent")
    assert "2 af dine svar er nu som i version 1" in carried.text
    assert dorte.text("charter.field", "kommissorium", "netvaerk") == "På tværs af fag"

    write(dorte, purpose=PURPOSE, field="Inden for ét fag", trial="2027-11-30", role="Katalysator", rules="Det bliver her.")
    assert "Version 2 er udgivet" in act(dorte, "udgiv", base="1").text
    shown = page(anna)
    assert NO_PURPOSE not in shown
    assert "<h1>Kommissorium</h1>" in shown
    assert "30. november 2027" in shown
    assert "<strong>Ændret:</strong> Inden for ét fag eller på tværs?" in shown
    assert "Før stod der: »På tværs af fag«" in shown
    assert PURPOSE not in page(anna, "?version=1")
    first = anna.get("/hold/netvaerk/").text
    for told in (PURPOSE, "Katalysator", "Det bliver her.", "/hold/netvaerk/kommissoriet"):
        assert told in first

    write(vibeke, purpose=SECRET)
    late = act(vibeke, "udgiv", base="1")  # she has not seen Dorte's version
    assert late.status_code == 409
    assert "Version 2 er udgivet imens" in late.text
    assert SECRET not in page(anna)

    write_roster(network.folder, (ANNA, BENT, CARLA))  # who comes later reads it too
    carla = network.server.client(CARLA)
    carla.accept("netvaerk")
    assert PURPOSE in page(carla)


def test_leaders_reach_neither_the_pages_nor_the_fields(network: Network) -> None:
    anna = network.anna
    for address in (
        "/hold/netvaerk/kommissorium",
        "/hold/netvaerk/netvaerk-forberedelse",
        "/api/netvaerk/steps/kommissorium",
        "/api/netvaerk/steps/kommissorium/computed",
        "/api/netvaerk/steps/kommissorium/papir.pdf",
        "/api/netvaerk/answers/charter.purpose/versions",
    ):
        assert anna.get(address).status_code == 403, address
    assert anna.save("charter.purpose", "Mit", gathering="netvaerk").status_code == 403
    assert anna.put("/api/netvaerk/steps/kommissorium/done", json={"done": True}).status_code == 403
    assert act(anna, "udgiv", base="0").status_code == 403
    assert act(anna, "hent").status_code == 403
    assert anna.get("/api/netvaerk/charter/0.docx").status_code == 404
    assert "Skriv kommissoriet" not in anna.get("/hold/netvaerk/").text


def test_facilitators_reach_no_field_of_a_leader(network: Network) -> None:
    vibeke = network.vibeke
    network.anna.saved("meeting.moede-1.try", SECRET, gathering="netvaerk")
    assert vibeke.save("meeting.moede-1.try", "Hendes", gathering="netvaerk").status_code == 403
    assert vibeke.get("/api/netvaerk/answers/meeting.moede-1.try/versions").status_code == 403
    assert vibeke.get("/api/netvaerk/steps/moede-1").status_code == 403
    assert vibeke.get("/hold/netvaerk/moede-1").headers["Location"] == "/hold/netvaerk/overblik"
    assert vibeke.save("charter.no-such-field", "x", gathering="netvaerk").status_code == 403


def test_facilitators_read_only_their_own_words_until_they_are_released(network: Network) -> None:
    network.vibeke.saved("preparation.notes", NOTE, gathering="netvaerk")
    assert network.dorte.text("preparation.notes", "netvaerk-forberedelse", "netvaerk") == ""
    assert NOTE not in page(network.vibeke)
    assert network.vibeke.text("preparation.notes", "netvaerk-forberedelse", "netvaerk") == NOTE


def test_a_facilitator_of_another_network_finds_nothing(network: Network) -> None:
    for address in ("/hold/netvaerk/kommissorium", "/hold/netvaerk/kommissoriet", "/api/netvaerk/steps/kommissorium"):
        assert network.hanne.get(address).status_code == 404
    assert network.hanne.save("charter.purpose", "x", gathering="netvaerk").status_code == 404
    assert act(network.hanne, "udgiv", base="0").status_code == 404


def test_the_pages_count_in_no_overview(network: Network) -> None:
    assert "Skriv kommissoriet" not in network.anna.get("/hold/netvaerk/det-kan-din-facilitator-se").text


def test_the_files_say_what_the_page_says(network: Network) -> None:
    write(network.vibeke, ownership="De vælger selv temaerne.")
    word = network.vibeke.get("/api/netvaerk/charter/0.docx")
    made = docx.Document(io.BytesIO(word.content))
    said = "\n".join(paragraph.text for paragraph in made.paragraphs)
    assert "De vælger selv temaerne." in said
    assert "Ikke udgivet" in said
    pdf = pypdf.PdfReader(io.BytesIO(network.vibeke.get("/api/netvaerk/charter/0.pdf").content))
    assert "De vælger selv temaerne." in " ".join(" ".join(each.extract_text().split()) for each in pdf.pages)
    assert network.vibeke.get("/api/netvaerk/charter/9.pdf").status_code == 404
