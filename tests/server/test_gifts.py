"""Sentences given to one another over the wire: to whom, once, taken back, and nobody else's."""

import json
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .circles import SECRET, THREE, Leader, group_server, regroup
from .people import ANNA, BENT, CARLA, DORTE, EGON, GERDA, VIBEKE
from .serving import Server

HARVEST = {"round": 1, "step": "workshop-1"}
Group = tuple[Server, Path, Leader, Leader, Leader]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def group(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]
) -> Iterator[Group]:
    """Server, folder, Anna, Bent and Carla, who have a contract, on both databases."""
    place = tmp_path_factory.mktemp("gifts")
    folder = Path(shutil.copytree(built["demo"], place / "demo"))
    regroup(folder, THREE)
    url = request.getfixturevalue("postgres_server").create() if request.param == "postgresql" else None
    with group_server(place / "data", url, {"demo": folder, "andet": built["andet"]}) as server:
        anna, bent, carla = (Leader(server, who) for who in (ANNA, BENT, CARLA))
        anna.agree(bent, carla)
        yield server, folder, anna, bent, carla


def give(giver: Leader, to: Leader, text: str, kind: str = "harvest", **place: Any) -> str:
    """Write a sentence and give it; its id."""
    where = HARVEST | place
    giver.write(f"gift.{kind}.{to.id}.{where['round']}", text)
    gift = uuid.uuid4().hex
    answer = giver.post(f"gifts/{kind}", to=to.id, gift_id=gift, **where)
    assert answer.status_code == 200, answer.text
    return gift


def received(who: Leader, kind: str = "harvest") -> list[tuple[str, int, str]]:
    """What someone has been given, newest first."""
    return [
        (each["from"], each["round"], each["text"]) for each in who.get(f"gifts/{kind}")["received"] if not each["withdrawn"]
    ]


def test_a_sentence_is_the_givers_until_it_is_given_and_then_the_receivers_alone(group: Group) -> None:
    _, _, anna, bent, carla = group
    text = "Jeg hørte dig sige: a & b <c> \"d\" 'e' \ud800 👩🏽‍🚒"
    anna.write(f"gift.harvest.{bent.id}.1", text)
    assert received(bent) == []
    gift = give(anna, bent, text)
    assert received(bent) == [("Anna", 1, text)]
    told = anna.get("gifts/harvest")
    assert [(each["id"], each["to"]["name"], each["step"]) for each in told["given"]] == [(gift, "Bent", "workshop-1")]
    assert [member["name"] for member in told["members"]] == ["Bent", "Carla"]
    assert told["notes"][f"gift.harvest.{bent.id}.1"]["text"] == text
    assert carla.get("gifts/harvest")["received"] == []
    assert received(bent, "promise") == received(bent, "words") == []
    anna.delete(f"gifts/harvest/{gift}")


def test_the_same_request_again_gives_nothing_twice(group: Group) -> None:
    _, _, anna, bent, _ = group
    gift = give(anna, bent, "Én gang.")
    for _ in range(2):
        assert anna.post("gifts/harvest", to=bent.id, gift_id=gift, **HARVEST).status_code == 200
    other = anna.post("gifts/harvest", to=bent.id, gift_id=uuid.uuid4().hex, **HARVEST)
    assert (other.status_code, other.json()["error"]) == (409, "given")
    assert len(received(bent)) == 1
    anna.delete(f"gifts/harvest/{gift}")


def test_what_is_taken_back_is_gone_and_can_be_given_better(group: Group) -> None:
    _, _, anna, bent, carla = group
    gift = give(anna, bent, SECRET)
    for other in (bent, carla):
        assert other.delete(f"gifts/harvest/{gift}").status_code in (403, 404)
    for _ in range(2):
        assert anna.delete(f"gifts/harvest/{gift}").status_code == 200
    assert SECRET not in json.dumps(bent.get("gifts/harvest"))
    better = give(anna, bent, "Bedre sagt.")
    assert received(bent) == [("Anna", 1, "Bedre sagt.")]
    anna.delete(f"gifts/harvest/{better}")


def test_each_round_has_a_promise_of_its_own(group: Group) -> None:
    _, _, anna, bent, carla = group
    for giver, round_ in ((anna, 1), (anna, 2), (carla, 1)):
        give(giver, bent, f"Runde {round_}", "promise", round=round_, step="workshop-3")
    assert sorted(received(bent, "promise")) == [("Anna", 1, "Runde 1"), ("Anna", 2, "Runde 2"), ("Carla", 1, "Runde 1")]
    assert give(anna, bent, "De ord", "words", step="workshop-3")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"round": 0}, 403),
        ({"round": 5}, 403),
        ({"round": "1"}, 400),
        ({"round": True}, 400),
        ({"to": "f" * 32}, 403),
        ({"to": ""}, 403),
        ({"step": "findes-ikke"}, 404),
        ({"gift_id": "x"}, 400),
        ({"gift_id": "\0" * 32}, 400),
        ({"text": "Smuglet"}, 400),
        ({"step": None}, 400),
    ],
)
def test_a_body_that_is_no_gift_is_refused(group: Group, change: dict[str, Any], status: int) -> None:
    _, _, anna, bent, _ = group
    anna.write(f"gift.words.{bent.id}.2", "Klar til at blive givet")
    body = {"to": bent.id, "round": 2, "step": "workshop-3", "gift_id": uuid.uuid4().hex} | change
    assert anna.post("gifts/words", **body).status_code == status
    assert all(round_ != 2 for _, round_, _ in received(bent, "words"))


def test_nothing_written_is_no_gift_and_nobody_gives_to_themselves(group: Group) -> None:
    _, _, anna, bent, carla = group
    anna.write(f"gift.harvest.{carla.id}.2", " \n ")
    empty = anna.post("gifts/harvest", to=carla.id, round=2, step="workshop-1", gift_id=uuid.uuid4().hex)
    assert (empty.status_code, empty.json()["error"]) == (400, "empty-gift")
    assert anna.post("gifts/harvest", to=anna.id, gift_id=uuid.uuid4().hex, **HARVEST).status_code == 403
    assert bent.client.get("/api/demo/gifts/money").status_code == 404


def test_no_door_lets_in_a_fifth_person_a_facilitator_or_another_gathering(group: Group) -> None:
    server, _, anna, bent, _ = group
    gift = give(anna, bent, SECRET, round=3)
    outside, over, other, stranger = (server.client(who) for who in (DORTE, VIBEKE, GERDA, None))
    over.accept()
    body = {"to": bent.id, "gift_id": uuid.uuid4().hex, **HARVEST}
    doors = (
        ("GET", "gifts/harvest", None, 200),
        ("POST", "gifts/harvest", body, 403),
        ("DELETE", f"gifts/harvest/{gift}", None, 404),
    )
    for method, path, sent, own in doors:
        answers = [each.request(method, f"/api/demo/{path}", json=sent) for each in (outside, over, other, stranger)]
        assert [answer.status_code for answer in answers] == [own, 403, 404, 401], path
        elsewhere = other.request(method, f"/api/andet/{path}", json=sent)
        assert elsewhere.status_code == own
        assert all(SECRET not in answer.text for answer in (*answers, elsewhere))
    assert ("Anna", 3, SECRET) in received(bent)
    anna.delete(f"gifts/harvest/{gift}")


def test_the_contract_says_what_may_be_written(group: Group) -> None:
    _, _, anna, bent, carla = group
    anna.agree(bent, carla, harvest=False)
    told = anna.get("gifts/harvest")
    assert (told["allowed"], "Sig sætningerne højt" in told["hindrance"]) == (False, True)
    anna.write(f"gift.harvest.{bent.id}.4", "Skrevet alligevel")
    assert anna.post("gifts/harvest", to=bent.id, round=4, step="workshop-1", gift_id=uuid.uuid4().hex).status_code == 403
    give(anna, carla, "Ordene ramte.", "words", round=4, step="workshop-3")
    anna.agree(bent, carla, feedback=False)
    for kind in ("promise", "words"):
        assert anna.get(f"gifts/{kind}")["allowed"] is False
    give(anna, bent, "Høst er der stadig.", round=4)
    anna.agree(bent)
    missing = anna.post("gifts/harvest", to=carla.id, gift_id=uuid.uuid4().hex, **HARVEST)
    assert (missing.status_code, missing.json()["missing"]) == (403, ["Carla"])
    carla.agree(anna, bent)


def test_who_moves_keeps_what_they_were_given_and_is_given_nothing_more(group: Group) -> None:
    server, folder, anna, bent, carla = group
    gift = give(anna, carla, "Før du flyttede.", round=3)
    regroup(folder, {"1": (ANNA, BENT), "2": (DORTE, EGON, CARLA)})
    assert ("Anna Ager", 3, "Før du flyttede.") in received(carla)
    anna.write(f"gift.harvest.{carla.id}.2", "For sent")
    late = anna.post("gifts/harvest", to=carla.id, round=2, step="workshop-1", gift_id=uuid.uuid4().hex)
    assert (late.status_code, late.json()["error"]) == (403, "not-in-group")
    assert Leader(server, DORTE).get("gifts/harvest")["received"] == []
    assert anna.delete(f"gifts/harvest/{gift}").status_code == 200
    assert all(text != "Før du flyttede." for _, _, text in received(carla))
    regroup(folder, THREE)
    anna.agree(bent, carla)


def test_nothing_of_what_is_given_stands_in_logs_or_on_the_disk(group: Group) -> None:
    server, _, anna, bent, _ = group
    gift = give(anna, bent, SECRET, round=3)
    anna.post("gifts/harvest", to=bent.id, gift_id="x", round=1, step=SECRET)
    assert server.audit
    for path in [*server.settings.data.rglob("*"), server.log]:
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes()
            assert json.dumps(SECRET).encode() not in path.read_bytes()
    anna.delete(f"gifts/harvest/{gift}")
