"""A group's room over the wire: the same for all of it, changed by one at a time, and nobody else's."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fællesledelse.server.live_api import NOT_YOURS, PER_PERSON

from .circles import ALL_ON, SECRET, Leader
from .people import ANNA, BENT, CARLA, DORTE, EGON, GERDA
from .rooms import STEP, Around, around, done, heard, listen, put, room, title
from .serving import PATIENCE, Server


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]
) -> Iterator[Around]:
    """On both databases."""
    url = request.getfixturevalue("postgres_server").create() if request.param == "postgresql" else None
    with around(tmp_path_factory.mktemp("rooms"), built, url) as found:
        yield found


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]) -> Iterator[Around]:
    """Where the database does not matter."""
    with around(tmp_path_factory.mktemp("room"), built) as found:
        yield found


@pytest.fixture
def own(tmp_path: Path, built: dict[str, Path]) -> Iterator[Around]:
    """For a test in which people come and go."""
    with around(tmp_path, built) as found:
        yield found


def settled(found: Around) -> None:
    """Back to before the first phase, with Anna keeping the time."""
    done(found.anna, "chair", chair=found.anna.id)
    if room(found.anna)["phase"] >= 0:
        done(found.anna, "go", phase=-1)
    done(found.anna, "order", order=[found.anna.id, found.bent.id, found.carla.id])


def test_everyone_sees_the_same_phase_turn_and_time_and_their_own_role(both: Around) -> None:
    settled(both)
    done(both.anna, "start")
    done(both.anna, "go", phase=1)
    seen = [room(each) for each in (both.anna, both.bent, both.carla)]
    assert {title(each) for each in seen} == {"Fortæl"}
    assert {each["phases"][1]["turn"] for each in seen} == {"Anna"}
    assert {each["ends_at"] for each in seen if each["running"]} == {seen[0]["ends_at"]}
    roles = [each["my_role"]["role"] for each in seen]
    assert roles == ["Fortæller", "Spørger", "Reflekterende team"]
    assert 590 < seen[2]["left"] <= 600


def test_of_two_at_once_one_wins_and_the_other_is_told_where_the_group_is(both: Around) -> None:
    settled(both)
    done(both.anna, "start")
    base, together, answers = room(both.anna)["version"], threading.Barrier(2), []

    def press(leader: Leader, query: str) -> None:
        together.wait(PATIENCE)
        answers.append(put(leader, "go", base, query, phase=1))

    pressing = [threading.Thread(target=press, args=each) for each in ((both.anna, ""), (both.vibeke, "?group=1"))]
    for each in pressing:
        each.start()
    for each in pressing:
        each.join()
    lost, won = sorted(answers, key=lambda answer: -answer.status_code)
    assert (won.status_code, lost.status_code) == (200, 409)
    assert lost.json()["error"] == "room-changed"
    assert lost.json()["message"].endswith("var hurtigere. I er nu ved »Fortæl«.")
    assert lost.json()["version"] == won.json()["version"] == base + 1


def test_who_was_slower_hears_the_name_of_who_keeps_the_time(here: Around) -> None:
    settled(here)
    stale = room(here.bent)["version"]
    done(here.anna, "start")
    late = put(here.bent, "chair", stale, chair=here.bent.id)
    assert late.status_code == 409
    assert late.json()["message"] == "Anna var hurtigere. I er nu ved »Kontrakten«."
    assert late.json()["chair"] == here.anna.id


def test_only_who_keeps_the_time_sets_the_phase_until_another_takes_over(here: Around) -> None:
    settled(here)
    for do in ("start", "go", "pause", "resume", "extend"):
        refused = put(here.bent, do, phase=1)
        assert refused.status_code == 403
        assert "Anna passer uret" in refused.json()["message"]
    assert put(here.bent, "chair", chair=here.carla.id).status_code == 403
    taken = done(here.bent, "chair", chair=here.bent.id)
    assert taken["chair"] == here.bent.id
    assert taken["may_lead"]
    assert not room(here.anna)["may_lead"]
    assert done(here.bent, "chair", chair=here.carla.id)["chair"] == here.carla.id
    assert put(here.carla, "chair", chair=here.dorte.id).status_code == 400


def test_where_nobody_keeps_the_time_who_begins_does(own: Around) -> None:
    assert room(own.bent)["chair"] == ""
    assert all(room(each)["may_lead"] for each in (own.anna, own.bent, own.carla))
    assert done(own.bent, "start")["chair"] == own.bent.id
    assert not room(own.anna)["may_lead"]
    done(own.bent, "go", phase=-1)
    own.move(g1=(ANNA, CARLA), g2=(DORTE, EGON))
    assert room(own.anna)["chair"] == ""
    assert done(own.anna, "start")["chair"] == own.anna.id


def test_who_comes_late_may_say_so_and_nothing_else(here: Around) -> None:
    settled(here)
    done(here.anna, "order", order=[here.bent.id, here.anna.id])
    assert room(here.carla)["my_role"] is None
    assert put(here.carla, "order", order=[here.carla.id, here.bent.id, here.anna.id]).status_code == 403
    come = done(here.carla, "order", order=[here.bent.id, here.anna.id, here.carla.id])
    assert [each["name"] for each in come["order"]] == ["Bent", "Anna", "Carla"]
    assert come["chair"] == here.anna.id


def test_the_time_survives_a_restart_and_a_pause(another: Callable[..., Server]) -> None:
    server = another(clocked=True)
    server.set_clock("2026-11-24T12:00:00+01:00")
    anna = Leader(server, ANNA)
    done(anna, "start")
    server.set_clock("2026-11-24T12:05:00+01:00")
    assert done(anna, "pause")["left"] == 900
    assert server.stop() == 0
    again = another(clocked=True)
    again.set_clock("2026-11-24T12:30:00+01:00")
    anna = Leader(again, ANNA)
    told = room(anna)
    assert (told["left"], told["running"], told["ends_at"]) == (900, False, None)
    assert done(anna, "extend")["left"] == 960
    assert done(anna, "resume")["ends_at"] == "2026-11-24T11:46:00+00:00"
    again.set_clock("2026-11-24T12:48:00+01:00")
    assert room(anna)["left"] == -120


def test_the_others_know_whose_device_lies_on_the_table(here: Around) -> None:
    settled(here)
    assert done(here.bent, "table")["table"] == here.bent.id
    assert room(here.anna)["table"] == here.bent.id
    assert done(here.anna, "lift")["table"] == here.bent.id
    assert done(here.bent, "lift")["table"] == ""
    assert put(here.vibeke, "table", query="?group=1").status_code == 403


def test_a_facilitator_sets_any_groups_phase(here: Around) -> None:
    settled(here)
    assert done(here.vibeke, "start", query="?group=1")["chair"] == here.anna.id
    assert title(room(here.bent)) == "Kontrakten"
    assert done(here.vibeke, "go", query="?group=1", phase=-1)["my_role"] is None


@pytest.mark.parametrize(
    ("query", "status"), [("", 400), ("?group=", 404), ("?group=3", 404), ("?group=1&group=2", 200), ("?group=%00", 404)]
)
def test_a_facilitator_names_a_group_of_the_gathering(here: Around, query: str, status: int) -> None:
    assert here.vibeke.client.get(f"/api/demo/rooms/{STEP}{query}").status_code == status


def test_nobody_else_comes_in(here: Around) -> None:
    gerda, stranger = Leader.__new__(Leader), here.server.client()
    gerda.client = here.server.client(GERDA)
    version = room(here.anna)["version"]
    body = {"base": version, "do": "go", "phase": 3}
    for client, query, status in (
        (here.dorte.client, "?group=1", 403),
        (here.anna.client, "?group=2", 403),
        (here.anna.client, "?group=1", 403),
        (gerda.client, "", 404),
        (gerda.client, "?group=1", 404),
        (stranger, "?group=1", 401),
    ):
        assert client.get(f"/api/demo/rooms/{STEP}{query}").status_code == status
        assert client.put(f"/api/demo/rooms/{STEP}{query}", json=body).status_code == status
    here.dorte.client.put(f"/api/demo/rooms/{STEP}", json={"base": 0, "do": "start"})
    assert room(here.anna)["version"] == version
    foreign = here.anna.client.put(f"/api/demo/rooms/{STEP}", json=body, headers={"Origin": "https://ond.example"})
    assert foreign.status_code == 403


@pytest.mark.parametrize(
    "more",
    [
        {"do": "dans"},
        {"do": "go"},
        {"do": "go", "phase": 99},
        {"do": "go", "phase": -2},
        {"do": "go", "phase": True},
        {"do": "go", "phase": 10**40},
        {"do": "order"},
        {"do": "order", "order": [1, 2]},
        {"do": "order", "order": []},
        {"do": "order", "order": ["x" * 40, "y"]},
        {"do": "chair"},
        {"do": "chair", "chair": ""},
        {"do": "chair", "chair": "nogen"},
        {"do": "start", "andet": 1},
        {"do": 3},
    ],
)
def test_a_body_that_makes_no_sense_changes_nothing(here: Around, more: dict[str, Any]) -> None:
    settled(here)
    before = room(here.anna)["version"]
    answer = here.anna.client.put(f"/api/demo/rooms/{STEP}", json={"base": before, **more})
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert room(here.anna)["version"] == before


@pytest.mark.parametrize("base", [-1, 10**9, 10**40])
def test_a_version_there_never_was_is_told_what_holds(here: Around, base: int) -> None:
    settled(here)
    assert put(here.anna, "start", base).status_code == 409


def test_there_is_a_room_only_where_there_is_a_run_sheet_and_somebody_to_meet(own: Around) -> None:
    assert own.anna.client.get("/api/demo/rooms/forberedelse-1").status_code == 404
    assert own.anna.client.get("/api/demo/rooms/findes-ikke").status_code == 404
    own.move(**{"": (ANNA, CARLA)}, g2=(BENT, DORTE))
    for leader in (own.anna, own.carla):
        alone = leader.client.get(f"/api/demo/rooms/{STEP}")
        assert alone.status_code == 403
        assert "mindst to" in alone.json()["message"]
    assert [each["name"] for each in room(own.bent)["order"]] == ["Bent", "Dorte"]


# the socket


def test_a_page_hears_of_its_own_groups_changes_and_no_others(here: Around) -> None:
    settled(here)
    with listen(here.bent) as bents, listen(here.dorte) as dortes, listen(here.vibeke) as all_of_them:
        first = [heard(each) for each in (bents, dortes, all_of_them)]
        done(here.anna, "start")
        assert heard(bents) > first[0]
        assert heard(all_of_them) > first[2]
        own = here.dorte.get("rooms/workshop-1")
        assert here.dorte.client.put(
            "/api/demo/rooms/workshop-1", json={"base": own["version"], "do": "chair", "chair": here.dorte.id}
        ).is_success
        assert heard(dortes) == first[1] + 1  # the first change of the group she is in


def test_a_page_without_a_socket_asks_for_the_same_number(here: Around) -> None:
    settled(here)
    before, hers = here.bent.get("live"), here.vibeke.get("live?group=1")
    assert here.bent.get("live") == before
    done(here.anna, "start")
    after = here.bent.get("live")
    assert set(after) == {"changed"}
    assert after["changed"] > before["changed"]
    assert here.vibeke.get("live?group=1")["changed"] > hers["changed"]


def test_nobody_listens_at_another_groups_door(here: Around) -> None:
    gerda = Leader.__new__(Leader)
    gerda.client = here.server.client(GERDA)
    stranger = Leader.__new__(Leader)
    stranger.client = here.server.client()
    for leader, query, headers, status in (
        (here.dorte, "?group=1", {}, 403),
        (gerda, "", {}, 404),
        (stranger, "", {}, 401),
        (here.vibeke, "?group=9", {}, 404),
        (here.anna, "", {"Origin": "https://ond.example"}, 403),
        (here.anna, "", {"Origin": None}, 403),
    ):
        with pytest.raises(InvalidStatus) as refused:
            listen(leader, query, **headers)
        assert refused.value.response.status_code == status
    assert here.dorte.client.get("/api/demo/live?group=1").status_code == 403
    assert gerda.client.get("/api/demo/live").status_code == 404


def test_a_page_that_talks_is_hung_up_on(here: Around) -> None:
    for said in ("hej", b"\0" * 40, "x" * 100_000):
        with listen(here.anna) as socket:
            heard(socket)
            socket.send(said)
            with pytest.raises(ConnectionClosed):
                heard(socket)


def test_too_many_pages_ask_instead(here: Around) -> None:
    with ExitStack() as open_pages:
        for _ in range(PER_PERSON):
            heard(open_pages.enter_context(listen(here.carla)))
        with pytest.raises(InvalidStatus) as refused:
            listen(here.carla)
        assert refused.value.response.status_code == 429
        assert here.carla.client.get("/api/demo/live").status_code == 200


def closed_with(socket: Any) -> int:
    """The code that the server closes a socket with."""
    try:
        while True:
            heard(socket)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0


def test_a_socket_ends_with_its_session(here: Around) -> None:
    bent = Leader(here.server, BENT)
    with listen(bent) as leaving, listen(here.bent) as staying:
        heard(leaving)
        heard(staying)
        assert bent.client.post("/api/log-out").status_code == 204
        assert closed_with(leaving) == NOT_YOURS
        heard(staying)


def test_a_socket_ends_when_someone_leaves_the_group(own: Around) -> None:
    with listen(own.bent) as moved, listen(own.carla) as gone, listen(own.anna) as stays:
        for each in (moved, gone, stays):
            heard(each)
        own.move(g1=(ANNA, EGON), g2=(BENT, DORTE))
        room(own.anna)
        assert closed_with(moved) == closed_with(gone) == NOT_YOURS
        heard(stays)
    with listen(own.bent) as anew:
        heard(anew)
    with pytest.raises(InvalidStatus):
        listen(own.carla)


# pages


def test_the_facilitators_page_says_where_the_groups_are_and_no_word_of_theirs(here: Around) -> None:
    settled(here)
    done(here.anna, "start")
    points = here.anna.get("contract")["points"]
    texts = {each["part"]: SECRET for each in points}
    before = here.anna.get("contract")["contract"]
    body = {"base": before["number"] if before else 0, "texts": texts, "switches": ALL_ON}
    assert here.anna.client.put("/api/demo/contract", json=body).status_code == 200
    told = here.vibeke.get("rooms")
    first = next(group for group in told["groups"] if group["group"] == "1")
    assert first["contract"] == "waiting"
    assert first["members"] == ["Anna", "Bent", "Carla"]
    assert first["rooms"][0]["words"] == "Kontrakten"
    assert first["rooms"][0]["running"]
    for address in ("rum", f"rum?gruppe=1&trin={STEP}", "overblik", f"{STEP}/kort"):
        page = here.vibeke.client.get(f"/hold/demo/{address}")
        assert page.status_code == 200
        assert SECRET not in page.text
    assert SECRET not in here.server.written
    assert SECRET not in here.vibeke.client.get("/api/demo/rooms").text


def test_the_groups_page_is_the_facilitators_alone(here: Around) -> None:
    for address in ("/hold/demo/rum", "/api/demo/rooms", f"/hold/demo/rum?gruppe=1&trin={STEP}"):
        assert here.anna.client.get(address).status_code == 403
    for query, status in (("gruppe=9&trin=workshop-1", 404), ("gruppe=1&trin=findes-ikke", 404), ("gruppe=1", 404)):
        assert here.vibeke.client.get(f"/hold/demo/rum?{query}").status_code == status


def test_the_card_fits_the_group_and_says_nobodys_name(here: Around) -> None:
    page = here.anna.client.get(f"/hold/demo/{STEP}/kort").text
    assert "Når I er tre. I alt 155 minutter." in page
    assert "Reflekterende team" in page
    assert "Når I er fire. I alt 180 minutter." in here.anna.client.get(f"/hold/demo/{STEP}/kort?antal=4").text
    assert "Lytter" in here.vibeke.client.get(f"/hold/demo/{STEP}/kort?antal=2").text
    assert "Bent" not in page
    assert here.anna.client.get("/hold/demo/forberedelse-1/kort").status_code == 404
    assert here.anna.client.get(f"/hold/demo/{STEP}/kort?antal=900").status_code == 200
