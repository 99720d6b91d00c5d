"""Built cohorts, a data folder with people who have enrolled, and servers on copies of it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fællesledelse.manifest import load, load_roster
from fællesledelse.model import Manifest
from fællesledelse.store import KdfCost, Store
from fællesledelse.store.vault import new_safe_key

from .people import ENROLLED, PHRASE, Someone, write_gathering
from .serving import Client, Server, start

CHEAP = KdfCost(passes=1, memory=8192)  # for the people who enrolled before the tests began; the server's own price is real


@pytest.fixture(scope="session")
def safe() -> tuple[str, tuple[str, str]]:
    """The key in the safe of the first gathering: the public key, and the two papers."""
    return new_safe_key()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, safe: tuple[str, tuple[str, str]]) -> dict[str, Path]:
    """The cohort folders by gathering. Tests that change one work on a copy."""
    folders = {name: tmp_path_factory.mktemp("hold") / name for name in ("demo", "andet")}
    write_gathering(folders["demo"], "demo", safe[0])
    write_gathering(folders["andet"], "andet")
    return folders


@pytest.fixture(scope="session")
def manifest(built: dict[str, Path]) -> Manifest:
    """The manifest of the first gathering."""
    return load((built["demo"] / "bygget/manifest.json").read_text(encoding="utf-8"))


def enrol_everyone(url: str, keys: Path, folders: dict[str, Path], people: tuple[Someone, ...] = ENROLLED) -> dict[str, str]:
    """Take the gatherings into a store and enrol those who are to be enrolled; their recovery codes by e-mail."""
    store = Store.open(url, keys, kdf_cost=CHEAP)
    for folder in folders.values():
        texts = [(folder / "bygget" / name).read_text(encoding="utf-8") for name in ("manifest.json", "roster.json")]
        store.people.adopt(load(texts[0]), load_roster(texts[1]))
    codes = {who.email: _enrol(store, who) for who in people}
    store.close()
    return codes


def _enrol(store: Store, who: Someone) -> str:
    person = store.people.find(who.email)
    assert person is not None
    gathering = store.people.gatherings(person.id)[0].gathering
    return store.access.enrol(store.invitations.invite(person.id, gathering), PHRASE).recovery_code


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]) -> tuple[Path, dict[str, str]]:
    """A data folder with people in it, to copy, and their recovery codes."""
    data = tmp_path_factory.mktemp("data")
    return data, enrol_everyone(f"sqlite:///{data}/faellesledelse.sqlite", data / "keys", built)


@pytest.fixture(scope="session")
def three(tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]) -> Path:
    """The first gathering with a group of three, and a data folder where everyone has enrolled, to copy."""
    from .circles import THREE, regroup

    place = tmp_path_factory.mktemp("three")
    (place / "data").mkdir()
    shutil.copytree(built["demo"], place / "demo")
    regroup(place / "demo", THREE)
    folders = {"demo": place / "demo", "andet": built["andet"]}
    enrol_everyone(f"sqlite:///{place}/data/faellesledelse.sqlite", place / "data/keys", folders)
    return place


@pytest.fixture(scope="session")
def recovery_codes(prepared: tuple[Path, dict[str, str]]) -> dict[str, str]:
    """The recovery codes by e-mail, of those who enrolled before the tests began."""
    return prepared[1]


@pytest.fixture(scope="session")
def server(
    tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path], prepared: tuple[Path, dict[str, str]]
) -> Iterator[Server]:
    """The server that most tests share, started as IT starts it."""
    data = tmp_path_factory.mktemp("server") / "data"
    shutil.copytree(prepared[0], data)
    running = start(data, list(built.values()))
    try:
        running.wait_until_up()
        yield running
    finally:
        running.end()


@pytest.fixture
def another(
    tmp_path: Path, built: dict[str, Path], prepared: tuple[Path, dict[str, str]]
) -> Iterator[Callable[..., Server]]:
    """Start servers of the test's own, all on the same copy of the data folder."""
    data = tmp_path / "data"
    shutil.copytree(prepared[0], data)
    running: list[Server] = []

    def begin(*folders: Path, wait: bool = True, clocked: bool = False, **told: Any) -> Server:
        settings = {f"FAELLESLEDELSE_{name.upper()}": str(value) for name, value in told.items()}
        running.append(start(data, list(folders) or list(built.values()), settings, clocked))
        if wait:
            running[-1].wait_until_up()
        return running[-1]

    yield begin
    for each in running:
        each.end()


@pytest.fixture(scope="session")
def signed_in(server: Server) -> Callable[[Someone], Client]:
    """A browser of the shared server, one for each person; the privacy notice is read."""
    clients: dict[str, Client] = {}

    def as_(who: Someone) -> Client:
        if who.email not in clients:
            clients[who.email] = server.client(who)
            for gathering in clients[who.email].get("/api/session").json()["gatherings"]:
                clients[who.email].accept(gathering)
        return clients[who.email]

    return as_


@pytest.fixture
def anna(signed_in: Callable[[Someone], Client]) -> Client:
    """Anna's browser on the shared server."""
    from .people import ANNA

    return signed_in(ANNA)
