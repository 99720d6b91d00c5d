"""A group of three, a facilitator and strangers around one workshop, on a server of their own."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from .circles import THREE, Leader, group_server, regroup
from .people import ANNA, BENT, CARLA, DORTE, VIBEKE, Someone
from .serving import PATIENCE, Server

STEP = "workshop-1"


@dataclass
class Around:
    """Anna, Bent and Carla are the group "1", Dorte is of another, and Vibeke is the facilitator."""

    server: Server
    folder: Path
    anna: Leader
    bent: Leader
    carla: Leader
    dorte: Leader
    vibeke: Leader

    def move(self, **groups: tuple[Someone, ...]) -> None:
        """Build the roster anew: ``g1`` is the group "1"."""
        regroup(self.folder, {name.removeprefix("g"): members for name, members in groups.items()})


@contextmanager
def around(place: Path, built: dict[str, Path], url: str | None = None) -> Iterator[Around]:
    """Everyone, signed in. ``url``: the database, None for SQLite."""
    folder = Path(shutil.copytree(built["demo"], place / "demo"))
    regroup(folder, THREE)
    with group_server(place / "data", url, {"demo": folder, "andet": built["andet"]}) as server:
        yield Around(server, folder, *(Leader(server, who) for who in (ANNA, BENT, CARLA, DORTE, VIBEKE)))


def put(leader: Leader, do: str, base: Any = None, query: str = "", **more: Any) -> httpx.Response:
    """Change the room from what it is now, or from the version ``base``."""
    path = f"/api/demo/rooms/{STEP}{query}"
    version = leader.client.get(path).json()["version"] if base is None else base
    return leader.client.put(path, json={"base": version, "do": do, **more})


def done(leader: Leader, do: str, **more: Any) -> dict[str, Any]:
    """Change the room, which must work; how it stands then."""
    answer = put(leader, do, **more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def room(leader: Leader) -> dict[str, Any]:
    """The room as a member sees it."""
    return leader.get(f"rooms/{STEP}")


def title(told: dict[str, Any]) -> str:
    """The present phase."""
    return str(told["phases"][told["phase"]]["title"])


def listen(leader: Leader, query: str = "", gathering: str = "demo", **headers: str | None) -> ClientConnection:
    """The socket that says when something has changed."""
    client = leader.client
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    wanted = {"Origin": client.origin, "Cookie": cookie} | headers
    address = f"{client.origin.replace('http', 'ws', 1)}/api/{gathering}/live{query}"
    sent = {name: value for name, value in wanted.items() if value}
    return connect(address, additional_headers=sent, open_timeout=PATIENCE, proxy=None)


def heard(socket: ClientConnection) -> int:
    """The next number, past mere signs of life."""
    while not (told := json.loads(socket.recv(timeout=PATIENCE))):
        pass
    assert set(told) == {"changed"}
    return int(told["changed"])
