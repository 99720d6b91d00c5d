"""A network's meetings over the wire: cases shared with the network alone and taken back, and who was there."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from .circles import SECRET, Leader, group_server
from .networks import TWO_GROUPS, set_members, write_network
from .people import ANNA, BENT, CARLA, DORTE, GERDA, TODAY, VIBEKE, Someone
from .serving import Client, Server
from .words import desk_pages, menu

CARD = "meeting.moede-2.case"


@dataclass
class Network:
    """The server, its folder, the facilitator and the leaders: Anna, Bent and Carla in one group, Dorte in none yet."""

    server: Server
    folder: Path
    vibeke: Client
    leaders: dict[Someone, Leader]

    def __getitem__(self, who: Someone) -> Leader:
        return self.leaders[who]

    def has(self, groups: dict[Someone, str]) -> None:
        """The roster is another one from now on, and the server has taken it in."""
        set_members(self.folder, groups)
        assert self.vibeke.get("/hold/demo/overblik").status_code == 200


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]) -> Iterator[Network]:
    """A network with everyone enrolled."""
    place = tmp_path_factory.mktemp("network")
    write_network(place / "demo")
    with group_server(place / "data", None, {"demo": place / "demo", "andet": built["andet"]}) as server:
        vibeke = server.client(VIBEKE)
        vibeke.accept()
        yield Network(server, place / "demo", vibeke, {who: Leader(server, who) for who in TWO_GROUPS})


@pytest.fixture
def network(served: Network) -> Iterator[Network]:
    """It, with nothing written and nothing shared at the end."""
    yield served
    for leader in served.leaders.values():
        told = leader.get(f"cases/{CARD}")
        if told["shared"] is not None:
            leader.delete(f"cases/{CARD}/{told['shared']['id']}").raise_for_status()
        if told["written"]:
            write_case(leader, about="", hurts="", help="")


def write_case(owner: Leader, **texts: str) -> None:
    for part, text in texts.items():
        owner.write(f"{CARD}.1.{part}", text)


def share(owner: Leader, **more: Any) -> httpx.Response:
    """Share the case as it stands."""
    body = {"share_id": uuid.uuid4().hex, "seen": owner.get(f"cases/{CARD}")["seen"]}
    return owner.client.put(f"/api/demo/cases/{CARD}", json=body | more)


def hand_on(owner: Leader) -> httpx.Response:
    return owner.client.post(f"/api/demo/cases/{CARD}", json={"share_id": uuid.uuid4().hex})


def theirs(reader: Leader) -> list[tuple[str, str]]:
    """Whose cases a reader can read, and what stands in them."""
    return [
        (each["from"], " | ".join(part["text"] for part in each["parts"])) for each in reader.get(f"cases/{CARD}")["theirs"]
    ]


def test_a_case_is_its_owners_until_it_is_shared_with_the_network_and_taken_back(network: Network) -> None:
    anna, bent, carla, dorte = (network[who] for who in TWO_GROUPS)
    write_case(carla, about=f"To afdelinger, én vagtplan. {SECRET}")
    assert theirs(anna) == theirs(bent) == []
    shared = share(carla).json()["shared"]
    write_case(carla, about="Rettet bagefter")
    assert theirs(anna) == theirs(bent) == [("Carla Conradsen", f"To afdelinger, én vagtplan. {SECRET}")]
    assert theirs(dorte) == []
    told = carla.get(f"cases/{CARD}")["shared"]
    assert (told["readers"], told["missed"], told["changed"]) == (["Anna Ager", "Bent Birk"], [], True)
    assert bent.delete(f"cases/{CARD}/{shared}").status_code == 404
    assert carla.delete(f"cases/{CARD}/{shared}").status_code == 200
    assert theirs(anna) == theirs(bent) == []
    assert carla.get(f"cases/{CARD}")["shared"] is None


def test_the_facilitator_reads_no_case_and_no_page_of_hers_says_a_word_of_it(network: Network) -> None:
    carla = network[CARLA]
    write_case(carla, hurts=SECRET)
    assert share(carla).status_code == 200
    assert network.vibeke.get(f"/api/demo/cases/{CARD}").status_code == 403
    for page in ("overblik", "rum", "styring/holdet", "styring/workshops"):
        assert SECRET not in network.vibeke.get(f"/hold/demo/{page}").text
    assert SECRET.encode() not in (network.server.settings.data / "faellesledelse.sqlite").read_bytes()


def test_the_desk_of_a_network_speaks_of_the_network_and_every_page_in_its_menu_opens(network: Network) -> None:
    seen = desk_pages(network.vibeke)
    assert {"Netværket", "Til mødet", "Netværkets liv"} <= set(seen)
    assert not {"Holdet", "Workshops", "Året", "Hele forløbet"} & set(seen)


def test_a_leader_s_menu_leads_somewhere_in_every_kind_of_gathering(network: Network) -> None:
    for gathering, who in (("demo", ANNA), ("andet", GERDA)):
        client = network.server.client(who)
        client.accept(gathering)
        for title, path in menu(client.get(f"/hold/{gathering}/privatliv").text).items():
            assert client.get(path).status_code == 200, title


def test_what_the_facilitator_is_told_is_the_same_whatever_is_written_and_shared(network: Network) -> None:
    def told() -> list[str]:
        paths = ("/hold/demo/overblik", "/api/demo/workshops", "/api/demo/mailings", "/api/demo/projector/moede-2")
        return [re.sub(r'"now": "[^"]*"', "", network.vibeke.get(path).text) for path in paths]

    before, anna = told(), network[ANNA]
    write_case(anna, about=SECRET, hurts="Noget andet", help="Hjælp")
    anna.write("meeting.moede-2.try", SECRET)
    shared = share(anna).json()["shared"]
    assert told() == before
    assert anna.delete(f"cases/{CARD}/{shared}").status_code == 200
    assert told() == before


def test_who_joins_later_reads_it_only_when_its_owner_hands_it_on_as_it_was(network: Network) -> None:
    carla, dorte = network[CARLA], network[DORTE]
    write_case(carla, about="Som den var")
    assert share(carla).status_code == 200
    network.has(TWO_GROUPS | {DORTE: "1"})
    write_case(carla, about="Rettet siden")
    assert theirs(dorte) == []
    assert carla.get(f"cases/{CARD}")["shared"]["missed"] == ["Dorte Dam"]
    assert hand_on(carla).status_code == 200
    assert theirs(dorte) == [("Carla Conradsen", "Som den var")]
    assert carla.get(f"cases/{CARD}")["shared"]["missed"] == []
    network.has(TWO_GROUPS)


def test_who_leaves_the_network_takes_the_case_along_and_keeps_no_way_into_the_others(network: Network) -> None:
    anna, carla = network[ANNA], network[CARLA]
    for owner, text in ((carla, "Carlas"), (anna, "Annas")):
        write_case(owner, about=text)
        assert share(owner).status_code == 200
    network.has({who: group for who, group in TWO_GROUPS.items() if who != CARLA})
    assert theirs(anna) == []
    assert carla.client.get(f"/api/demo/cases/{CARD}").status_code == 404
    network.has(TWO_GROUPS)
    assert theirs(anna) == theirs(carla) == []
    assert carla.get(f"cases/{CARD}")["shared"] is None
    assert carla.get(f"cases/{CARD}")["written"]
    assert anna.get(f"cases/{CARD}")["shared"]["missed"] == ["Carla Conradsen"]
    assert hand_on(anna).status_code == 200
    assert theirs(carla) == [("Anna Ager", "Annas")]


def test_who_moves_to_another_group_is_told_who_still_reads_the_case_and_takes_it_back(network: Network) -> None:
    anna, carla, dorte = network[ANNA], network[CARLA], network[DORTE]
    write_case(carla, about="Fra den gamle gruppe")
    shared = share(carla).json()["shared"]
    network.has({ANNA: "1", BENT: "1", CARLA: "2", DORTE: "2"})
    told = carla.get(f"cases/{CARD}")["shared"]
    assert (told["readers"], told["missed"]) == (["Anna Ager", "Bent Birk"], ["Dorte Dam"])
    assert theirs(anna) == [("Carla Conradsen", "Fra den gamle gruppe")]
    assert theirs(dorte) == []
    assert carla.delete(f"cases/{CARD}/{shared}").status_code == 200
    assert theirs(anna) == []
    network.has(TWO_GROUPS)


def test_what_was_not_seen_or_is_empty_or_too_long_is_not_shared(network: Network) -> None:
    carla = network[CARLA]
    assert share(carla).json()["error"] == "empty-card"
    long = carla.client.save(f"{CARD}.1.about", "x" * 1501)
    assert (long.status_code, long.json()["limit"]) == (413, 1500)
    stale = carla.get(f"cases/{CARD}")["seen"]
    write_case(carla, about="Nu står her noget")
    assert share(carla, seen=stale).json()["error"] == "case-changed"
    again = uuid.uuid4().hex
    assert [share(carla, share_id=again).json() for _ in range(2)] == [{"shared": again}] * 2
    assert len(theirs(network[ANNA])) == 1


def test_who_is_alone_is_told_and_keeps_the_case(network: Network) -> None:
    dorte = network[DORTE]
    write_case(dorte, about="Ingen at dele med")
    refused = share(dorte)
    assert (refused.status_code, refused.json()["error"]) == (403, "alone")
    assert "alene i netværket" in refused.json()["message"]
    assert hand_on(dorte).status_code == 404


@pytest.mark.parametrize("card", ["meeting.moede-2.try", "meeting.findes-ikke.case", "draft.task", "private.limits"])
def test_nothing_but_a_case_can_be_named(network: Network, card: str) -> None:
    anna = network[ANNA]
    assert anna.client.get(f"/api/demo/cases/{card}").status_code == 404
    assert anna.client.put(f"/api/demo/cases/{card}", json={"share_id": uuid.uuid4().hex, "seen": ""}).status_code == 404


def begin(leader: Leader, step: str, *there: Leader) -> httpx.Response:
    """The room begins with those people in it."""
    room = leader.get(f"rooms/{step}")
    body = {"base": room["version"], "do": "order", "order": [each.id for each in there]}
    placed = leader.client.put(f"/api/demo/rooms/{step}", json=body)
    if placed.status_code != 200:
        return placed
    return leader.client.put(f"/api/demo/rooms/{step}", json={"base": placed.json()["version"], "do": "start"})


def mark(leader: Leader, step: str, there: bool) -> httpx.Response:
    return leader.client.put(f"/api/demo/steps/{step}/done", json={"done": there})


def year(leader: Leader) -> list[str]:
    """The meetings of the year, each in one line."""
    answer = leader.client.get("/hold/demo/aaret")
    assert answer.status_code == 200
    return [" ".join(re.sub("<[^>]+>", " ", each).split()) for each in answer.text.split('<li class="site-card')[1:]]


def test_who_was_there_is_what_the_room_and_each_oneself_says(network: Network) -> None:
    anna, bent, carla, _ = (network[who] for who in TWO_GROUPS)
    assert begin(anna, "moede-2", anna, bent).status_code == 200
    assert "Var med Anna Ager, Bent Birk (2 af 3)" in year(carla)[1]
    assert "Var du med, så sig det på mødets side" in year(carla)[1]
    assert mark(carla, "moede-2", True).status_code == 200
    assert "Var med Anna Ager, Bent Birk, Carla Conradsen (3 af 3)" in year(bent)[1]
    assert mark(bent, "moede-2", False).status_code == 200
    assert "Var med Anna Ager, Carla Conradsen (2 af 3)" in year(anna)[1]
    assert 'aria-pressed="true">Jeg var med<' in carla.client.get("/hold/demo/moede-2").text
    assert 'aria-pressed="false">Jeg var med<' in bent.client.get("/hold/demo/moede-2").text
    shown = network.vibeke.get("/hold/demo/overblik").text
    assert re.search(r"2 af 4</td>", shown)
    assert mark(bent, "moede-2", True).status_code == 200


def test_nobody_was_at_a_meeting_that_has_not_been_held_and_its_clock_waits(network: Network) -> None:
    anna, bent, *_ = (network[who] for who in TWO_GROUPS)
    assert anna.client.get("/hold/demo/moede-3").status_code == 200
    assert anna.get("rooms/moede-3")["phase"] == -1
    for refused in (begin(anna, "moede-3", anna, bent), mark(anna, "moede-3", True)):
        assert (refused.status_code, refused.json()["error"]) == (403, "not-open")
    assert "når I har mødtes" in mark(anna, "moede-3", True).json()["message"]
    assert "Var med" not in year(anna)[2]


def test_the_year_says_when_where_what_about_and_who_has_which_duty(network: Network) -> None:
    anna, dorte = network[ANNA], network[DORTE]
    _, second, third = year(anna)
    assert "kl. 13.00, Kulturværftet Tema At lede på afstand" in second
    assert "Vært Anna Ager Passer uret Bent Birk Har en sag med Carla Conradsen" in second
    assert "Tema Ikke valgt endnu" in third
    assert "Vært" not in " ".join(year(dorte))
    shown = anna.client.get("/hold/demo/aaret").text
    assert "<li>Balance og trivsel i lederrollen</li>" in shown
    write_case(anna, about="En sag")
    assert share(anna).status_code == 200
    assert "Sager, du kan læse Fra Anna Ager" in year(network[BENT])[1]
    assert "Sager" not in " ".join(year(dorte))


def test_the_year_is_the_members_own(network: Network) -> None:
    assert network.vibeke.get("/hold/demo/aaret").status_code == 403
    assert network.server.client(GERDA).get("/hold/andet/aaret").status_code == 404
    anna = network[ANNA]
    for beside in ("Året", "Hent mit"):
        assert f">{beside}\n" in anna.client.get("/hold/demo/hent-mit").text.replace("</a>", "\n")
    for programme in ("Tavlen", "Galleri", "Hele forløbet", "Gruppeønsker"):
        assert programme not in anna.client.get("/hold/demo/hent-mit").text


def test_who_has_left_is_not_in_the_year_and_a_duty_nobody_has_is_told_the_facilitator(network: Network) -> None:
    anna, carla = network[ANNA], network[CARLA]
    mark(carla, "moede-1", True)
    assert "Carla Conradsen" in year(anna)[0]
    shown = network.vibeke.get("/hold/demo/overblik").text
    assert "Kulturværftet</td>" in shown
    assert "Strandby Bibliotek. Mangler en vært, en til at passe uret og en sag" in shown
    network.has(TWO_GROUPS | {CARLA: ""})
    assert "Carla Conradsen" not in " ".join(year(anna))
    assert "Kulturværftet. Mangler en sag" in network.vibeke.get("/hold/demo/overblik").text
    network.has({who: group for who, group in TWO_GROUPS.items() if who != CARLA})
    assert "Carla Conradsen" not in " ".join(year(anna))
    network.has(TWO_GROUPS)


def test_nobody_is_reminded_of_having_been_somewhere(network: Network) -> None:
    letters = network.vibeke.get("/api/demo/mailings/letters", params={"slags": "reminder"}).json()["letters"]
    assert letters == []


def test_rules_are_agreed_on_without_anything_to_switch(network: Network) -> None:
    anna, bent, carla, _ = (network[who] for who in TWO_GROUPS)
    told = anna.get("contract")
    assert (told["called"], told["switches"]) == ("Spillereglerne", [])
    texts = {point["part"]: point["text"] for point in told["points"]}
    body = {"base": 0, "texts": texts, "switches": {"harvest": True}}
    assert anna.client.put("/api/demo/contract", json=body).status_code == 400
    assert anna.client.put("/api/demo/contract", json=body | {"switches": {}}).status_code == 200
    assert "Det mangler Bent og Carla" in anna.get(f"cases/{CARD}")["rules"]
    for each in (bent, carla):
        assert each.post("contract/accept", number=1).status_code == 200
    assert anna.get(f"cases/{CARD}")["rules"] == ""
    assert "Gælder: 3 af 3 har sagt ja" in network.vibeke.get("/hold/demo/overblik").text


def test_a_meeting_that_is_moved_keeps_its_cases(network: Network) -> None:
    anna, bent = network[ANNA], network[BENT]
    write_case(anna, about="Står stadig")
    assert share(anna).status_code == 200
    form = {"step": "moede-2", "date": (TODAY + timedelta(days=9)).isoformat()}
    assert bent.client.post("/hold/demo/datoer", data=form).status_code == 200
    assert theirs(bent) == [("Anna Ager", "Står stadig")]
    assert "I har selv flyttet datoen" in year(bent)[1]
    assert bent.client.post("/hold/demo/datoer", data=form | {"date": ""}).status_code == 200
