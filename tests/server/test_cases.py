"""A network's meetings over the wire: cases shared with the network alone and taken back, and who was there."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from .circles import SECRET, Leader, group_server
from .networks import TWO_GROUPS, set_members, write_network
from .people import ANNA, BENT, CARLA, DORTE, VIBEKE, Someone
from .serving import Client, Server

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
    """It, with nothing shared at the end."""
    yield served
    for leader in served.leaders.values():
        if (shared := leader.get(f"cases/{CARD}")["shared"]) is not None:
            leader.delete(f"cases/{CARD}/{shared['id']}").raise_for_status()


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
    write_case(carla, about="", hurts=SECRET)
    assert share(carla).status_code == 200
    assert network.vibeke.get(f"/api/demo/cases/{CARD}").status_code == 403
    for page in ("overblik", "rum", "styring/holdet", "styring/workshops"):
        assert SECRET not in network.vibeke.get(f"/hold/demo/{page}").text
    assert SECRET.encode() not in (network.server.settings.data / "faellesledelse.sqlite").read_bytes()


def test_who_joins_later_reads_it_only_when_its_owner_hands_it_on_as_it_was(network: Network) -> None:
    carla, dorte = network[CARLA], network[DORTE]
    write_case(carla, about="Som den var", hurts="")
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


def test_what_was_not_seen_or_is_empty_or_too_long_is_not_shared(network: Network) -> None:
    carla = network[CARLA]
    for part in ("about", "hurts", "help"):
        write_case(carla, **{part: " "})
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


def test_a_page_of_a_meeting_says_who_has_which_duty_in_the_own_group(network: Network) -> None:
    duties = [("Vært", ["Anna Ager"]), ("Passer uret", ["Bent Birk"]), ("Har en sag med", ["Carla Conradsen"])]
    assert [(each["duty"], each["names"]) for each in network[BENT].get(f"cases/{CARD}")["duties"]] == duties
    assert network[DORTE].get(f"cases/{CARD}")["duties"] == []
