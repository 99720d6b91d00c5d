"""A network's life over the wire: who sees and decides what, what is refused, and all networks side by side."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from fællesledelse.cohort import demo
from fællesledelse.cohort.build import build
from fællesledelse.manifest import load, load_roster
from fællesledelse.store import Store
from tests.server.conftest import CHEAP
from tests.server.people import PHRASE, Someone
from tests.server.serving import Client, Server, start

from .laying import FACILITATOR, LEADERS, lay_network

TODAY = date(2027, 3, 17)
BEGAN = TODAY - timedelta(days=97)
"""The first day of the network in the middle of these tests: what its evaluation leads to is due, its trial period near."""

JONAS, AMIR = Someone("Jonas Enggaard", FACILITATOR), Someone("Amir Hosseini", LEADERS[0])
LONE = Someone("Lone Lund", "lone.lund@strandby.example")
NET, OTHER, SALONS = "demo-netvaerk", "nye-ledere", "demo-saloner"
SECRET = "kanariefugl"
TALK = (TODAY - timedelta(days=7)).isoformat()
GOOD = {
    "kind": "evaluation",
    "choice": "change",
    "reason": f"Kortere møder, {SECRET}",
    "dialogue": TALK,
    "where": "En runde",
}


@dataclass
class Networks:
    """Two networks and a row of salons on one server, whose clock stands still."""

    server: Server
    jonas: Client
    lone: Client
    amir: Client

    def told(self, gathering: str = NET) -> dict[str, Any]:
        """What a facilitator is told of a network's life."""
        found: dict[str, Any] = self.jonas.get(f"/api/{gathering}/life").raise_for_status().json()
        return found

    def keep(self, gathering: str = NET, **other: Any) -> httpx.Response:
        """Jonas keeps a decision."""
        return self.jonas.post(f"/api/{gathering}/life", json=GOOD | other)


def enrol(data: Path, folders: list[Path], *people: Someone) -> None:
    data.mkdir()
    began = datetime.combine(BEGAN, time(11), UTC)
    store = Store.open(f"sqlite:///{data}/faellesledelse.sqlite", data / "keys", lambda: began, CHEAP)
    for folder in folders:
        texts = [(folder / "bygget" / name).read_text(encoding="utf-8") for name in ("manifest.json", "roster.json")]
        store.people.adopt(load(texts[0]), load_roster(texts[1]))
    for who in people:
        person = store.people.find(who.email)
        assert person is not None
        store.access.enrol(store.invitations.invite(person.id, store.people.gatherings(person.id)[0].gathering), PHRASE)
    store.close()


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Networks]:
    place = tmp_path_factory.mktemp("networks")
    began = BEGAN + timedelta(days=45)  # the demo's network is 45 days old on its own day
    renamed = {"hold: demo-netvaerk": f"hold: {OTHER}", "navn: Netværk for ledere af ledere": "navn: Nye ledere"}
    two = "  - navn: Lone Lund\n    email: lone.lund@strandby.example\n\ntrin:"
    other = lay_network(place / "to", TODAY, **renamed, **{"\ntrin:": two, "sammensætning: på tværs": "sammensætning:"})
    folders = [lay_network(place / "et", began), other, place / "saloner"]
    demo.write_demo(folders[2], TODAY, part="salon")
    build(folders[2])
    enrol(place / "data", folders, JONAS, LONE, AMIR)
    server = start(place / "data", folders, clocked=True)
    server.set_clock(f"{TODAY}T11:00:00+00:00")
    try:
        server.wait_until_up()
        found = Networks(server, *(server.client(who) for who in (JONAS, LONE, AMIR)))
        for client, gatherings in ((found.jonas, (NET, OTHER, SALONS)), (found.lone, (OTHER,)), (found.amir, (NET,))):
            for gathering in gatherings:
                client.accept(gathering)
        yield found
    finally:
        server.end()


@pytest.mark.parametrize(
    ("wrong", "status", "why"),
    [
        ({"dialogue": ""}, 400, "Dialogen mangler. Tal med deltagerne først"),
        ({"dialogue": (TODAY + timedelta(days=3)).isoformat()}, 400, "har ikke været endnu"),
        ({"dialogue": (BEGAN - timedelta(days=9)).isoformat()}, 400, "før netværket begyndte"),
        ({"dialogue": "i går"}, 400, "hvilken dag I talte om det"),
        ({"reason": "  "}, 400, "Skriv kort, hvorfor"),
        ({"reason": "\u200b\n\u3164\x00"}, 400, "Skriv kort, hvorfor"),
        ({"where": "\u2060"}, 400, "Dialogen mangler"),
        ({"kind": "party"}, 400, "Vælg, hvad I har besluttet"),
        ({"choice": "restart"}, 400, "Det kan ikke vælges her"),
        ({"kind": "rotation", "choice": "rotate"}, 409, "ikke noget at beslutte om nu"),
        ({"choice": "back"}, 400, "hvilken beslutning du tager tilbage"),
        ({"replaces": 7}, 400, "gælder ikke længere"),
    ],
)
def test_what_can_not_be_decided_is_refused_in_clear_words(
    networks: Networks, wrong: dict[str, Any], status: int, why: str
) -> None:
    answer = networks.keep(**wrong)
    assert answer.status_code == status, answer.text
    assert why in answer.json()["message"]
    assert networks.told()["decisions"] == []


def test_the_facilitator_is_told_what_is_due_and_what_is_near_with_the_evidence(networks: Networks) -> None:
    assert networks.amir.put(f"/api/{NET}/steps/moede-1/done", json={"done": True}).status_code == 200
    found = networks.told()
    assert (found["stage"], [(each["kind"], each["due"]) for each in found["near"]]) == (
        "deciding",
        [("evaluation", True), ("trial", False)],
    )
    assert [each["kind"] for each in found["undated"]] == ["redesign", "winding-up"]
    meetings = found["evidence"]["meetings"]
    assert [(each["came"], each["words"]) for each in meetings] == [
        (1, "1 af 8"),
        (0, "Ikke markeret"),
        (0, "Ikke markeret"),
    ]
    assert meetings[0]["theme"] == "Balance og trivsel i lederrollen"
    assert AMIR.name not in str(found["evidence"])
    first = networks.amir.get(f"/hold/{NET}/").text
    assert "Sig på næste møde, hvad du mener." in first
    assert f'<a href="/hold/{NET}/netvaerkets-liv">Se, hvad I ved</a>' in first
    overview = networks.jonas.get(f"/hold/{NET}/overblik").text
    assert "Efter evalueringen: skulle være besluttet" in overview
    assert "Prøvetiden: skal besluttes" in overview


def test_a_decision_is_kept_read_by_leaders_replaced_and_taken_back(networks: Networks) -> None:
    one = networks.keep().raise_for_status().json()
    assert [each["kind"] for each in one["near"]] == ["trial"]
    assert one["stage"] == "trial"
    [first] = one["decisions"]
    assert (first["number"], first["words"], first["by"], first["counts"]) == (1, "Lav noget om", JONAS.name, True)
    assert first["links"][0]["url"] == f"/hold/{NET}/styring/holdet"
    assert "taget i dag" in networks.keep(choice="stop").json()["message"]
    two = networks.keep(choice="continue", replaces=1, reason="Alligevel ikke").raise_for_status().json()
    assert [(each["number"], each["counts"]) for each in two["decisions"]] == [(2, True), (1, False)]
    page = networks.amir.get(f"/hold/{NET}/netvaerkets-liv").text
    for words in ("Alligevel ikke", SECRET, "Gælder ikke længere", "Afløser beslutning 1", "Ingen beslutning bliver taget"):
        assert words in page
    assert "/styring/" not in page
    bare = {"choice": "back", "replaces": 2, "reason": "En fejl", "dialogue": "", "where": ""}
    three = networks.keep(**bare).raise_for_status().json()
    assert [each["kind"] for each in three["near"]] == ["evaluation", "trial"]
    assert three["decisions"][0]["words"] == "Taget tilbage"


def test_one_that_is_early_needs_a_reason_as_all_do_and_then_is_kept(networks: Networks) -> None:
    later = networks.told(OTHER)["later"]
    assert "restart" not in {each["kind"] for each in later}  # it ends before that
    body = {"kind": "end", "choice": "extend", "dialogue": TODAY.isoformat()}
    assert networks.keep(OTHER, **body, reason="").status_code == 400
    kept = networks.keep(OTHER, **body, reason="Den nye direktør vil det").raise_for_status().json()
    assert kept["decisions"][0]["follows"].startswith("Flyt slutdatoen")


def test_only_facilitators_of_a_network_come_in(networks: Networks) -> None:
    assert networks.amir.get(f"/api/{NET}/life").status_code == 403
    assert networks.amir.post(f"/api/{NET}/life", json=GOOD).status_code == 403
    assert networks.lone.get(f"/api/{NET}/life").status_code == 404
    for address in (f"/api/{SALONS}/life", f"/hold/{SALONS}/netvaerkets-liv", f"/hold/{SALONS}/styring/liv"):
        assert networks.jonas.get(address).status_code == 404, address
    assert networks.jonas.post(f"/api/{SALONS}/life", json=GOOD).status_code == 404
    for address, who in ((f"/hold/{NET}/netvaerk", networks.amir), (f"/hold/{NET}/styring/liv", networks.amir)):
        assert who.get(address).status_code == 403, address
    assert "Netværkets liv" not in networks.jonas.get(f"/hold/{SALONS}/styring/evaluering").text


@pytest.mark.parametrize("gathering", [NET, SALONS])
def test_every_page_that_the_navigation_leads_to_opens(networks: Networks, gathering: str) -> None:
    networks.amir.accept(gathering)
    for who, first in ((networks.amir, "temaer"), (networks.jonas, "overblik")):
        links = {*re.findall(rf'href="(/hold/{gathering}/[^"]+)"', who.get(f"/hold/{gathering}/{first}").text)}
        assert len(links) >= 5
        assert {link: who.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_the_first_visit_to_any_page_goes_by_the_privacy_notice(networks: Networks) -> None:
    for page in ("", "moede-1", "aaret", "netvaerkets-liv", "temaer", "kommissoriet"):
        answer = networks.amir.get(f"/hold/{OTHER}/{page}")
        assert (answer.status_code, answer.headers.get("location")) == (302, f"/hold/{OTHER}/privatliv"), page


def test_a_salon_s_privacy_notice_speaks_of_what_a_salon_keeps(networks: Networks) -> None:
    """No field, no sharing, no evaluation: nothing of theirs is there to promise about."""
    salon, network = (networks.amir.get(f"/hold/{each}/privatliv").text for each in (SALONS, NET))
    assert "I en salon bliver der talt, ikke skrevet" in salon
    assert "Temaer er det eneste, du kan skrive" in salon
    for words in ("indtil du selv deler", "Dine svar i en evaluering", "i hvilke felter du skriver", "tabt for altid"):
        assert (words in salon, words in network) == (False, True), words


def test_the_overview_shows_the_networks_one_facilitates_and_no_others(networks: Networks) -> None:
    mine, hers = networks.jonas.get(f"/hold/{NET}/netvaerk").text, networks.lone.get(f"/hold/{OTHER}/netvaerk").text
    assert "De 2 netværk" in mine
    for words in ("At ledere af ledere har nogen", "På tværs, frivillig", "Frivillig", "Netværk for ledere af ledere", "8"):
        assert words in mine
    assert mine.index("Netværk for ledere af ledere</a>") < mine.index("Nye ledere</a>")  # the one with a decision is first
    assert "Det netværk, du er facilitator for." in hers
    assert f'href="/hold/{NET}/netvaerk"' in networks.jonas.get("/").text
    assert "Netværk for ledere af ledere</a>" not in hers


def test_nothing_that_leaders_write_or_mark_shows_among_the_networks(networks: Networks) -> None:
    addresses = f"/hold/{NET}/netvaerk", f"/hold/{NET}/styring/liv", f"/api/{OTHER}/life"
    before = [networks.jonas.get(address).text for address in addresses]
    keys = [key for step in ("velkomst", "moede-1") for key in networks.amir.step(step, NET)["answers"]]
    for key in keys:
        networks.amir.saved(key, SECRET, gathering=NET)
    assert networks.amir.put(f"/api/{NET}/steps/moede-2/done", json={"done": True}).status_code == 200
    assert [networks.jonas.get(address).text for address in addresses] == before


def test_two_evaluations_at_once_are_refused_with_a_day_that_is_free(networks: Networks) -> None:
    def plan(days: int) -> httpx.Response:
        first, last = (TODAY + timedelta(days=days + more) for more in (0, 13))
        body = {"title": "Netværkets evaluering", "opens": first.isoformat(), "closes": last.isoformat()}
        return networks.jonas.post(f"/api/{NET}/evaluation", json=body)

    offer = networks.jonas.get(f"/api/{NET}/evaluation").json()
    assert offer["statement"] == "Netværket er min tid værd"
    assert [(each["title"], each["opens"]) for each in offer["proposals"]] == [("Netværkets evaluering", TODAY.isoformat())]
    assert plan(1).status_code == 200
    refused = plan(5)
    assert refused.status_code == 400
    assert "Der skal gå 14 dage mellem to evalueringer" in refused.json()["message"]
    assert "Åbn den 14. april 2027, så er der plads." in refused.json()["message"]
    networks.server.set_clock(f"{TODAY + timedelta(days=2)}T11:00:00+00:00")
    page = networks.amir.get(f"/hold/{NET}/evaluering").text
    assert "rammer, form og facilitering" in page
    assert "temaer og udbytte" in page
    assert "forløbet" not in page.partition("<main")[2].partition("</main>")[0].lower()
    networks.server.set_clock(f"{TODAY}T11:00:00+00:00")


def test_the_audit_says_that_a_decision_was_kept_and_not_which(networks: Networks) -> None:
    lines = [line for line in networks.server.audit if line["event"] == "decision-kept"]
    assert lines
    told = (networks.server.settings.data / "audit.jsonl").read_text(encoding="utf-8") + networks.server.written
    assert SECRET not in told
    database = b"".join(path.read_bytes() for path in networks.server.settings.data.glob("faellesledelse.sqlite*"))
    assert SECRET.encode() not in database


def test_a_network_that_has_ended_keeps_its_decisions_and_takes_no_more(networks: Networks) -> None:
    networks.server.set_clock("2031-01-01T11:00:00+00:00")
    jonas, amir = networks.server.client(JONAS), networks.server.client(AMIR)
    found = jonas.get(f"/api/{NET}/life").json()
    assert (found["stage"], found["near"], found["later"], found["undated"]) == ("over", [], [], [])
    refused = jonas.post(f"/api/{NET}/life", json=GOOD)
    assert refused.status_code == 409
    assert "flyt slutdatoen under Netværket først" in refused.json()["message"]
    assert found["decisions"] == jonas.get(f"/api/{NET}/life").json()["decisions"]
    page = amir.get(f"/hold/{NET}/netvaerkets-liv").text
    assert "Netværket er slut." in page
    assert f"/hold/{NET}/hent-mit" in page
