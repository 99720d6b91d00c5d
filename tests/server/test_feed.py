"""What a page's kernel may ask: its own page's texts, one leader's, and nothing else, however it asks."""

import asyncio
import json
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fællesledelse.errors import StoreError
from fællesledelse.server.feed import LONGEST_LINE, Feed, Visit
from fællesledelse.server.house import House
from fællesledelse.server.run import open_house
from fællesledelse.server.shelf import visible_keys
from fællesledelse.settings import Settings
from fællesledelse.store import Session
from fællesledelse.workbook.connection import ServerConnection

from .people import ANNA, BENT, PHRASE, Someone

Ask = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path], prepared: tuple[Path, dict[str, str]]
) -> Iterator[House]:
    """The server's services in this process, with something written by two leaders."""
    data = tmp_path_factory.mktemp("feed") / "data"
    shutil.copytree(prepared[0], data)
    house = open_house(Settings(data, f"sqlite:///{data}/faellesledelse.sqlite"), [built["demo"]])
    for who in (ANNA, BENT):
        for key in ("episodes.1.did", "private.rank", _annex(house)):
            if house.shelf.find("demo").manifest.field(key):  # type: ignore[union-attr]
                unlocked = house.store.access.sign_in(who.email, PHRASE)
                house.store.answers.save(unlocked, "demo", key, f"{who.name}: {key}", 0, uuid.uuid4().hex)
    yield house
    house.close()


def _annex(house: House) -> str:
    cohort = house.shelf.find("demo")
    assert cohort is not None
    step = cohort.manifest.step("privat-tillaeg")
    assert step is not None
    return step.fields[0].key


def visit(house: House, who: Someone, step: str) -> Visit:
    """Someone's open page."""
    cohort = house.shelf.find("demo")
    assert cohort is not None
    page = cohort.manifest.step(step)
    assert page is not None
    unlocked = house.store.access.sign_in(who.email, PHRASE)
    (mine,) = (m for m in house.store.people.gatherings(unlocked.person.id) if m.gathering == "demo")
    return Visit(Session("session", unlocked.person, unlocked), mine, cohort, page)


def asked(house: House, who: Someone, step: str, *lines: bytes) -> list[Any]:
    """Send lines as that page's kernel would; the answers until the socket closes."""

    async def talk() -> bytes:
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.setblocking(False)
            feed = asyncio.create_task(Feed(house, visit(house, who, step)).serve(ours))
            loop, heard = asyncio.get_running_loop(), b""
            try:
                for line in lines:
                    await loop.sock_sendall(theirs, line)
                theirs.shutdown(socket.SHUT_WR)
                while more := await loop.sock_recv(theirs, 1 << 16):
                    heard += more
            except (BrokenPipeError, ConnectionResetError):
                pass  # hung up on
            await feed
            return heard

    return [json.loads(line) for line in asyncio.run(talk()).splitlines()]


def question(**wish: Any) -> bytes:
    return json.dumps(wish).encode() + b"\n"


def test_a_page_gets_its_own_fields_and_those_it_carries_on(house: House) -> None:
    (own,) = asked(house, ANNA, "forberedelse-1", question(get="answers", keys=["episodes"]))
    (carried,) = asked(house, ANNA, "workshop-1", question(get="answers", keys=["episodes.1.did"]))
    assert own["ok"]["episodes.1.did"] == carried["ok"]["episodes.1.did"] == f"{ANNA.name}: episodes.1.did"
    assert own["labels"]["episodes.1.did"]


def test_no_page_gets_another_persons_texts(house: House) -> None:
    for who, other in ((ANNA, BENT), (BENT, ANNA)):
        for wish in ({}, {"person": other.email}, {"gathering": "andet"}):
            (answer,) = asked(house, who, "forberedelse-1", question(get="answers", keys=["episodes"], **wish))
            assert other.name not in json.dumps(answer, ensure_ascii=False)


def test_the_annex_is_read_by_its_own_page_alone(house: House) -> None:
    annex = _annex(house)
    cohort = house.shelf.find("demo")
    assert cohort is not None
    for step in cohort.manifest.steps:
        (answer,) = asked(house, ANNA, step.name, question(get="answers", keys=[annex, "private"]))
        assert (annex in answer["ok"]) is (step.name == "privat-tillaeg")
        assert any(key.startswith("private.") for key in visible_keys(cohort.manifest, step)) is (
            step.name == "privat-tillaeg"
        )


def test_a_key_that_no_page_has_gives_nothing(house: House) -> None:
    keys = ["", ".", "*", "findes.ikke", "episodes.", "e", "../episodes", "EPISODES", 1, None, ["episodes"]]
    (answer,) = asked(house, ANNA, "forberedelse-1", question(get="answers", keys=keys))
    assert answer["ok"] == {}


def test_the_path_names_the_own_group_and_the_facilitator_and_nobody_else(house: House) -> None:
    (answer,) = asked(house, ANNA, "velkomst", question(get="path"))
    assert answer["ok"]["name"] == ANNA.name
    assert answer["ok"]["group"] == [BENT.name]
    assert answer["ok"]["facilitators"] == ["Vibeke Strøm"]
    first = next(step for step in answer["ok"]["steps"] if step["name"] == "forberedelse-1")
    assert first["filled"] == 1 < first["fields"]


@pytest.mark.parametrize(
    "line",
    [
        b"junk\n",
        b"\n",
        b"\xff\xfe\n",
        b"[]\n",
        b"null\n",
        b"1\n",
        b"{}\n",
        b"[" * 60_000 + b"\n",
        b'{"get":' * 8_000 + b"\n",
        b'{"get": "answers"}\n',
        b'{"get": "answers", "keys": "episodes"}\n',
        b'{"get": "answers", "keys": 1}\n',
        b'{"get": "answers", "keys": {"a": 1}}\n',
        b'{"get": "answers", "keys": null}\n',
        b'{"get": ["answers"], "keys": ["episodes"]}\n',
        b'{"get": "secrets"}\n',
        b'{"put": "answers", "keys": ["episodes"]}\n',
        b"9" * 6000 + b"\n",
    ],
    ids=range(18),
)
def test_a_hostile_question_is_answered_with_an_error_and_the_next_one_as_ever(house: House, line: bytes) -> None:
    hostile, fine = asked(house, ANNA, "forberedelse-1", line, question(get="path"))
    assert set(hostile) == {"error"} or hostile["ok"] == {}
    assert fine["ok"]["name"] == ANNA.name


def test_a_line_without_end_is_hung_up_on(house: House) -> None:
    assert asked(house, ANNA, "forberedelse-1", b"x" * (4 * LONGEST_LINE)) == []
    assert len(asked(house, ANNA, "forberedelse-1", question(get="path"))) == 1


def test_thousands_of_keys_hold_nobody_up(house: House) -> None:
    (answer,) = asked(house, ANNA, "forberedelse-1", question(get="answers", keys=["e"] * 10_000))
    assert answer["ok"] == {}


def test_a_text_with_half_a_surrogate_pair_reaches_the_page(house: House) -> None:
    unlocked = house.store.access.sign_in(ANNA.email, PHRASE)
    house.store.answers.save(unlocked, "demo", "episodes.2.did", "halv \ud83d", 0, "half-a-pair")
    (answer,) = asked(house, ANNA, "forberedelse-1", question(get="answers", keys=["episodes.2.did"]))
    answer["ok"]["episodes.2.did"].encode()


def test_a_store_that_fails_is_an_error_for_the_page_and_says_nothing_in_the_log(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise StoreError("KANARIEFUGL")

    monkeypatch.setattr(house.store.answers, "read", broken)
    failed, fine = asked(house, ANNA, "forberedelse-1", question(get="answers", keys=["episodes"]), question(get="path"))
    assert failed == {"error": "the server could not answer just now"}
    assert "ok" in fine
    assert "KANARIEFUGL" not in caplog.messages


def test_the_kernels_own_connection_understands_the_feed(house: House) -> None:
    """The two ends are written in rooms that never import one another."""
    ours, theirs = socket.socketpair()

    async def serve() -> Any:
        feed = asyncio.create_task(Feed(house, visit(house, BENT, "forberedelse-1")).serve(ours))
        connection = ServerConnection(theirs)
        reading = await asyncio.to_thread(connection.answers, ("episodes",))
        way = await asyncio.to_thread(connection.way)
        connection.close()
        await feed
        return reading, way

    reading, way = asyncio.run(serve())
    assert reading.texts["episodes.1.did"] == f"{BENT.name}: episodes.1.did"
    assert way.name == BENT.name
