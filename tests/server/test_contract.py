"""The group's contract over the wire, on SQLite and PostgreSQL alike: proposed, accepted by all, and asked anew."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from .circles import SECRET, Leader
from .people import ANNA, BENT, CARLA, DORTE, EGON, GERDA, Someone
from .rooms import Around, around
from .serving import PATIENCE

QUIET = {"harvest": False, "feedback": False, "export": False, "fades": False}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]
) -> Iterator[Around]:
    """On both databases."""
    url = request.getfixturevalue("postgres_server").create() if request.param == "postgresql" else None
    with around(tmp_path_factory.mktemp("contract"), built, url) as found:
        yield found


@pytest.fixture
def own(tmp_path: Path, built: dict[str, Path]) -> Iterator[Around]:
    """For a test in which people come and go, or that begins without a contract."""
    with around(tmp_path, built) as found:
        yield found


def proposal(leader: Leader, **texts: str) -> dict[str, str]:
    """The wording that the page proposes, with some points worded otherwise."""
    return {each["part"]: each["text"] for each in leader.get("contract")["points"]} | texts


def propose(leader: Leader, base: int | None = None, switches: Any = None, **texts: str) -> httpx.Response:
    """Propose a wording made from the present one, or from the number ``base``."""
    present = leader.get("contract")["contract"]
    number = (present["number"] if present else 0) if base is None else base
    body = {"base": number, "texts": proposal(leader, **texts), "switches": switches or QUIET}
    return leader.client.put("/api/demo/contract", content=json.dumps(body))


def proposed(leader: Leader, **more: Any) -> dict[str, Any]:
    """Propose, which must work; the contract."""
    answer = propose(leader, **more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["contract"]
    return found


def accept(leader: Leader, number: int) -> httpx.Response:
    """Say yes."""
    return leader.post("contract/accept", number=number)


def contract(leader: Leader) -> dict[str, Any]:
    """As a member sees it."""
    found: dict[str, Any] = leader.get("contract")["contract"]
    return found


def test_a_contract_is_in_force_when_everyone_has_said_yes(own: Around) -> None:
    there = own.anna.get("contract")
    assert there["contract"] is None
    assert [each["title"] for each in there["points"]][:2] == ["Mål", "Forventninger"]
    assert [each["name"] for each in there["members"]] == ["Anna", "Bent", "Carla"]
    made = proposed(own.anna, trust="Det bliver her & <kun> her.")
    assert (made["mine"], made["accepted"], made["missing"]) == (True, ["Anna"], ["Bent", "Carla"])
    seen = contract(own.bent)
    assert (seen["texts"]["trust"], seen["by"], seen["mine"]) == ("Det bliver her & <kun> her.", "Anna", False)
    assert accept(own.bent, 1).status_code == 200
    assert not contract(own.anna)["in_force"]
    assert accept(own.carla, 1).json()["contract"]["in_force"]
    assert contract(own.anna)["missing"] == []


def test_a_change_asks_everyone_again_and_tells_what_it_changes(both: Around) -> None:
    first = proposed(both.anna, time="Vi taler efter tur.")
    for leader in (both.bent, both.carla):
        accept(leader, first["number"])
    assert contract(both.bent)["in_force"]
    second = proposed(both.bent, time="Vi taler lige længe.", switches=QUIET | {"harvest": True})
    assert (second["in_force"], second["accepted"]) == (False, ["Bent"])
    seen = contract(both.carla)
    assert seen["before"]["texts"]["time"] == "Vi taler efter tur."
    assert seen["texts"]["time"] == "Vi taler lige længe."
    assert not seen["before"]["switches"]["harvest"]
    assert seen["switches"]["harvest"]


def test_nobody_says_yes_to_a_wording_they_have_not_read(both: Around) -> None:
    number = proposed(both.anna)["number"]
    proposed(both.bent, purpose="Noget andet.")
    late = accept(both.carla, number)
    assert late.status_code == 409
    assert late.json()["error"] == "contract-changed"
    assert late.json()["contract"]["texts"]["purpose"] == "Noget andet."
    assert contract(both.carla)["accepted"] == ["Bent"]


def test_of_two_who_propose_at_once_one_wins_and_the_other_reads_it(both: Around) -> None:
    base = proposed(both.anna)["number"]
    together, answers = threading.Barrier(2), []

    def send(leader: Leader, body: dict[str, Any]) -> None:
        together.wait(PATIENCE)
        answers.append(leader.client.put("/api/demo/contract", json=body))

    bodies = [{"base": base, "texts": proposal(each, purpose=each.who.name), "switches": QUIET} for each in pair(both)]
    sending = [threading.Thread(target=send, args=each) for each in zip(pair(both), bodies, strict=True)]
    for each in sending:
        each.start()
    for each in sending:
        each.join()
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code) == (200, 409)
    assert "foreslået noget imens" in lost.json()["message"]
    assert lost.json()["contract"]["texts"] == won.json()["contract"]["texts"]
    assert contract(both.carla)["number"] == base + 1


def pair(both: Around) -> tuple[Leader, Leader]:
    """Two who are quick."""
    return both.anna, both.bent


def test_a_newcomer_reads_nothing_older_until_the_others_show_it(own: Around) -> None:
    proposed(own.anna, purpose=SECRET)
    accept(own.bent, 1)
    accept(own.carla, 1)
    own.move(g1=(ANNA, BENT, DORTE), g2=(CARLA, EGON))
    assert not contract(own.anna)["in_force"]
    assert contract(own.anna)["unseen"] == ["Dorte"]
    assert SECRET not in own.dorte.client.get("/api/demo/contract").text
    blind = contract(own.dorte)
    assert (blind["texts"], blind["mine"], blind["unseen"]) == (None, False, [])
    assert accept(own.dorte, 1).status_code == 409
    shown = proposed(own.bent, purpose=SECRET)
    assert (shown["number"], shown["unseen"]) == (2, [])
    assert contract(own.dorte)["texts"]["purpose"] == SECRET
    assert contract(own.dorte)["before"]["texts"] is None
    assert contract(own.anna)["before"]["texts"]["purpose"] == SECRET
    assert contract(own.anna)["accepted"] == ["Bent"]
    assert own.carla.get("contract")["contract"] is None
    assert SECRET not in own.carla.client.get("/api/demo/contract").text


def test_a_newcomer_may_propose_without_having_read(own: Around) -> None:
    proposed(own.anna, purpose=SECRET)
    own.move(g1=(ANNA, BENT, DORTE), g2=(CARLA, EGON))
    assert proposed(own.dorte, purpose="Vi begynder forfra.")["by"] == "Dorte"
    assert contract(own.anna)["texts"]["purpose"] == "Vi begynder forfra."
    assert contract(own.dorte)["before"]["texts"] is None


def test_one_who_is_put_in_under_a_known_name_is_told_apart_by_address(own: Around) -> None:
    false = Someone(BENT.name, "bent.birk@privat.example")
    proposed(own.anna)
    accept(own.bent, 1)
    own.move(g1=(ANNA, false), g2=(CARLA, DORTE))
    there = own.anna.get("contract")
    assert [(each["whole"], each["email"]) for each in there["members"]] == [
        (ANNA.name, ANNA.email),
        (false.name, false.email),
    ]
    assert not there["contract"]["in_force"]


def test_nobody_outside_the_group_reads_says_yes_or_proposes(both: Around) -> None:
    number = proposed(both.anna, purpose=SECRET)["number"]
    gerda = both.server.client(GERDA)
    texts = proposal(both.anna, purpose="Ødelagt")
    for client, status in ((both.vibeke.client, 403), (gerda, 404), (both.server.client(), 401)):
        answers = [
            client.get("/api/demo/contract"),
            client.get("/api/demo/contract?group=1"),
            client.put("/api/demo/contract", json={"base": number, "texts": texts, "switches": QUIET}),
            client.post("/api/demo/contract/accept", json={"number": number}),
        ]
        assert {answer.status_code for answer in answers} == {status}
        assert not any(SECRET in answer.text for answer in answers)
    assert SECRET not in both.dorte.client.get("/api/demo/contract?group=1").text
    assert accept(both.dorte, number).status_code == 409
    assert contract(both.anna)["texts"]["purpose"] == SECRET
    assert contract(both.anna)["accepted"] == ["Anna"]


def test_a_contract_from_another_site_is_refused(both: Around) -> None:
    body = {"base": 0, "texts": proposal(both.anna), "switches": QUIET}
    foreign = {"Origin": "https://ond.example"}
    assert both.anna.client.put("/api/demo/contract", json=body, headers=foreign).status_code == 403
    assert both.anna.client.post("/api/demo/contract/accept", json={"number": 1}, headers=foreign).status_code == 403


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"texts": {}}, 400),
        ({"texts": {"purpose": "Kun det ene"}}, 400),
        ({"texts": []}, 400),
        ({"switches": {}}, 400),
        ({"switches": QUIET | {"harvest": 1}}, 400),
        ({"switches": QUIET | {"andet": True}}, 400),
        ({"base": "0"}, 400),
        ({"base": True}, 400),
        ({"base": -1}, 409),
        ({"base": 10**40}, 409),
        ({"mere": 1}, 400),
    ],
)
def test_a_body_that_makes_no_sense_changes_nothing(both: Around, change: dict[str, Any], status: int) -> None:
    number = proposed(both.anna)["number"]
    body = {"base": number, "texts": proposal(both.anna), "switches": QUIET} | change
    answer = both.anna.client.put("/api/demo/contract", json=body)
    assert answer.status_code == status
    assert answer.json()["message"]
    assert contract(both.anna)["number"] == number


def test_a_text_may_be_as_long_as_its_field_and_no_longer(both: Around) -> None:
    limit = both.anna.get("contract")["fields"][0]["limit"]
    long = "æ" * limit
    assert proposed(both.anna, purpose=long)["texts"]["purpose"] == long
    refused = propose(both.anna, purpose=long + "å")
    assert refused.status_code == 413
    assert "»Mål« fylder" in refused.json()["message"]
    assert contract(both.anna)["texts"]["purpose"] == long


def test_a_text_that_is_no_text_is_refused(both: Around) -> None:
    number = proposed(both.anna)["number"]
    for text in (None, 7, ["x"], {"x": "y"}):
        body = {"base": number, "texts": proposal(both.anna) | {"purpose": text}, "switches": QUIET}
        assert both.anna.client.put("/api/demo/contract", json=body).status_code == 400


def test_an_empty_contract_is_nothing_to_say_yes_to(both: Around) -> None:
    number = proposed(both.anna)["number"]
    body = {"base": number, "texts": dict.fromkeys(proposal(both.anna), "  \n"), "switches": QUIET}
    refused = both.anna.client.put("/api/demo/contract", json=body)
    assert refused.status_code == 400
    assert "mindst ét punkt" in refused.json()["message"]


def test_strange_letters_come_back_as_they_went(both: Around) -> None:
    strange = "a & b <c> \"d\" 'e' {{ f }} \ud800 \u202e 👩🏽‍🚒 <script>alert(1)</script>"
    proposed(both.anna, purpose=strange)
    assert contract(both.bent)["texts"]["purpose"] == strange


def test_a_leader_without_a_group_hears_why_there_is_nothing_to_agree_on(own: Around) -> None:
    own.move(**{"": (CARLA,)}, g1=(ANNA, BENT), g2=(DORTE, EGON))
    alone = own.carla.client.get("/api/demo/contract")
    assert alone.status_code == 403
    assert "mindst to" in alone.json()["message"]
    assert own.anna.get("contract")["group"] == "1"


def test_what_the_contract_says_stands_in_no_log(both: Around) -> None:
    proposed(both.anna, purpose=SECRET)
    assert SECRET not in both.server.written
    assert SECRET not in str(both.server.audit)
