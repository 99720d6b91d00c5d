"""Kernels have owners: strangers try to join one, and code that should never run tries everything inside one.

A real server, with leaders signed in over the wire. What attacks is run in a real kernel, through its connection file, which
only the server's own user and root can read, and in the fork of a page: behind whatever walls stand here.
"""

import ast
import json
import os
import random
import re
import shutil
import signal
import tempfile
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client import BlockingKernelClient
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from fællesledelse.kernels.walls import WALLS
from fællesledelse.server.walls import TOLD

from ..server.conftest import enrol_everyone
from ..server.people import ANNA, BENT, CARLA, DORTE, GERDA, VIBEKE, Someone, write_gathering
from ..server.serving import CANARY, Client, Server, alive, children, start, wait_for, with_pid
from .figure import Figure
from .inside.attacks import TARGETS, WAIT

JOINS = 500
ATTACKS = 30
WORDS = "KANARIEFUGL-I-BENTS-TEKST"
STEP, ATTACKED_STEP = "forberedelse-1", "forberedelse-2"
KEY, OTHER_KEY = "episodes.1.did", "draft.task"
INSIDE = Path(__file__).with_name("inside")
TIMEOUT = 60
NEEDS = {"many_processes": "user"}
"""What only that wall keeps from succeeding, which doesn't stand everywhere; the server says so at start."""
SESSION = re.compile(r'"session": ?"([^"]+)"')


def tried(seed: int, share: float) -> Iterator[Figure]:
    """``share`` of the attempts to join; all attacks, and in the whole trial behind every wall that root can raise, too."""
    with staged() as stage:
        yield foreign_joins(stage, random.Random(seed), round(JOINS * share))
        yield from attacks(stage, "as the server found the walls here")
    if share == 1 and os.geteuid() == 0:
        with staged(TEST_WALLS=" ".join(WALLS)) as stage:
            yield from attacks(stage, "behind every wall")


@dataclass
class Stage:
    """A server, Bent with a page open and its kernel awake, and those who try to get at it."""

    server: Server
    folders: dict[str, Path]
    bent: Client
    kernel: str
    wire: ClientConnection
    pid: int
    file: Path  # with the connection of that kernel
    walls: str = ""
    strangers: dict[Someone | None, Client] = field(default_factory=dict)

    @property
    def connections(self) -> Path:
        """The folder with the connections of all kernels."""
        return next(self.server.scratch.glob("voila_*"))

    @property
    def missing(self) -> set[str]:
        """The walls that can't stand here, as the server has said; those that are raised all the same are there."""
        absent = {name for name, (what, _) in TOLD.items() if f"{what}: ikke i kraft" in self.server.written}
        return absent - set(self.walls.split())

    def stranger(self, who: Someone | None) -> Client:
        """A browser of someone who is not Bent."""
        if who not in self.strangers:
            self.strangers[who] = self.server.client(who)
            if who is not None:
                for gathering in self.strangers[who].get("/api/session").json()["gatherings"]:
                    self.strangers[who].accept(gathering)
        return self.strangers[who]

    def unharmed(self) -> int:
        """Server, kernel, and a question to the kernel over Bent's own socket."""
        return alive(self.server.process.pid) + alive(self.pid) + bool(session_of(self.wire))

    def targets(self, **processes: int) -> dict[str, Any]:
        """Where everything is."""
        data, connections = self.server.settings.data, self.connections
        cohort = self.folders["demo"]
        below = [pid for pid in children(self.server.process.pid) if pid not in self.server.kernels()]
        return {
            "canary": WORDS,
            "secrets": [CANARY],
            "person": self.kernel.split("/")[-2],
            "email": BENT.email,
            "key": KEY,
            "port": self.server.settings.port,
            "user": os.getuid(),
            "iopub": json.loads(self.file.read_text())["iopub_port"],
            "processes": {"the server": self.server.process.pid, "the zygote": below[0], **processes},
            "files": {
                "connection file": str(self.file),
                "database": str(data / "faellesledelse.sqlite"),
                "log of the database": str(data / "faellesledelse.sqlite-wal"),
                "key file": str(data / "keys/demo/content.key"),
                "operator's token": str(self.server.settings.operator_token),
                "audit log": str(data / "audit.jsonl"),
                "roster": str(cohort / "bygget/roster.json"),
            },
            "folders": {
                "data": str(data),
                "keys": str(data / "keys"),
                "kernel": str(self.file.parent),
                "kernels": str(connections),
                "cohort": str(cohort),
                "temporary": str(self.server.scratch),
            },
        }


@contextmanager
def staged(**settings: str) -> Iterator[Stage]:
    """A server on constructed people, until the block ends."""
    place = Path(tempfile.mkdtemp(prefix="faults-"))
    place.chmod(0o755)
    data, folders = place / "data", {name: place / "hold" / name for name in ("demo", "andet")}
    scratch = place / "t"
    data.mkdir()
    scratch.mkdir(0o711)
    for name, folder in folders.items():
        write_gathering(folder, name)
    enrol_everyone(f"sqlite:///{data}/faellesledelse.sqlite", data / "keys", folders)
    attacked = {"TEST_PAGE": ATTACKED_STEP, "TEST_PAGE_PROGRAM": "attacks", "PYTHONPATH": str(INSIDE)}
    attacked |= {"TMPDIR": str(scratch), **settings}
    server = start(data, list(folders.values()), attacked, clocked=True)
    server.scratch = scratch
    try:
        server.wait_until_up()
        bent = server.client(BENT)
        bent.accept()
        bent.saved(KEY, WORDS)
        kernel = bent.open_page(STEP)[1]
        with bent.socket(kernel) as wire:
            wait_for(server.kernels)
            (file,) = scratch.glob("voila_*/**/*.json")
            yield Stage(server, folders, bent, kernel, wire, server.kernels()[0], file, settings.get("TEST_WALLS", ""))
    finally:
        server.end()
        shutil.rmtree(place, ignore_errors=True)


def attacks(stage: Stage, where: str) -> Iterator[Figure]:
    """What they got inside a kernel and a page, and whether what they attacked goes on."""
    for place, inside in {"a kernel": attacks_in_a_kernel, "a page": attacks_in_a_page}.items():
        got = {name: text for name, text in inside(stage).items() if NEEDS.get(name) not in stage.missing}
        succeeded = {name: text for name, text in got.items() if text}
        yield Figure(
            "kernels",
            f"bytes of others, and other gains, by attacks inside {place}, {where}",
            f"0 in {ATTACKS} or more",
            f"{sum(map(len, succeeded.values()))} in {len(got)}" + "".join(f"; {name}" for name in succeeded),
            not succeeded and len(got) >= ATTACKS,
        )
    unharmed = stage.unharmed()
    yield Figure(
        "kernels", f"what they attacked still runs, and answers, {where}", "3 of 3", f"{unharmed} of 3", unharmed == 3
    )


def foreign_joins(stage: Stage, chance: random.Random, count: int) -> Figure:
    """Sockets to Bent's kernel, by all who aren't Bent and by every name it has."""
    own = session_of(stage.wire)
    assert own
    joined = [one for one in range(count) if foreign(stage, chance, own)]
    return Figure("kernels", "foreign joins to a kernel", f"0 in {count}", f"{len(joined)} in {count}", not joined)


def foreign(stage: Stage, chance: random.Random, own: str) -> bool:
    """One attempt: whether the kernel that speaks is Bent's."""
    who = chance.choice((ANNA, CARLA, DORTE, GERDA, VIBEKE, None))
    client, kernel_id = stage.stranger(who), stage.file.parent.name
    names = {
        "kernel": stage.kernel,
        "id": chance.choice((kernel_id, kernel_id.upper(), str(uuid.UUID(int=chance.getrandbits(128), version=4)))),
        "own": stage.kernel.replace(stage.kernel.split("/")[-2], _id(client)),
    }
    path = chance.choice(
        (
            "{kernel}api/kernels/{id}/channels",
            "{own}api/kernels/{id}/channels",
            "{own}api/kernels/{id}/channels?session_id=" + own,
            "/api/kernels/{id}/channels",
            "/voila/api/kernels/{id}/channels",
            "/voila/execution/{id}",
            "/voila/query/{id}",
        )
    ).format(**names)
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    origin = chance.choice((client.origin, client.origin, client.origin, "null"))
    protocol = chance.choice((None, ["v1.kernel.websocket.jupyter.org"]))
    headers = {"Origin": origin, **({"Cookie": cookie} if cookie else {})}
    try:
        with connect(
            client.origin.replace("http", "ws", 1) + path,
            additional_headers=headers,
            subprotocols=protocol,  # type: ignore[arg-type]
            open_timeout=TIMEOUT,
            proxy=None,
        ) as wire:
            return session_of(wire, protocol is not None) == own
    except (InvalidHandshake, OSError):
        return False


def _id(client: Client) -> str:
    return str(client.get("/api/session").json().get("person") or "nobody")


def session_of(wire: ClientConnection, v1: bool = False) -> str:
    """The session of the kernel behind a socket, which each kernel has of its own; empty if none answers."""
    asked = {"msg_id": uuid.uuid4().hex, "msg_type": "kernel_info_request", "session": "s", "username": ""}
    header = asked | {"version": "5.4", "date": ""}
    message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": {}, "buffers": []}
    with suppress(ConnectionClosed, TimeoutError):
        wire.send(_v1(message) if v1 else json.dumps(message))
        while True:
            heard = wire.recv(timeout=TIMEOUT)
            text = heard.decode("latin-1") if isinstance(heard, bytes) else heard
            if "kernel_info_reply" in text and asked["msg_id"] in text:
                return str(max(SESSION.findall(text), key=len))
    return ""


def attacks_in_a_kernel(stage: Stage) -> dict[str, str]:
    """What Anna's kernel gets, with code that somebody has brought into it."""
    anna = stage.stranger(ANNA)
    before = set(stage.connections.rglob("*.json"))
    with anna.socket(anna.open_page(STEP)[1]):
        wait_for(lambda: set(stage.connections.rglob("*.json")) - before)
        (file,) = set(stage.connections.rglob("*.json")) - before
        client = BlockingKernelClient(connection_file=str(file))
        client.load_connection_file()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=TIMEOUT)
            return executed(client, stage.targets(**{"the kernel": stage.pid}))
        finally:
            client.stop_channels()


def executed(client: BlockingKernelClient, targets: dict[str, Any]) -> dict[str, str]:
    """The attacks, run in that kernel."""
    code = f"__import__('json').dumps(__import__('attacks').attacked({targets!r}))"  # a whole cell would need a folder
    reply = client.execute("", reply=True, timeout=TIMEOUT, user_expressions={"said": code})
    answer = reply["content"]["user_expressions"]["said"]
    assert answer["status"] == "ok", answer
    said: dict[str, str] = json.loads(ast.literal_eval(answer["data"]["text/plain"]))
    return said


def attacks_in_a_page(stage: Stage) -> dict[str, str]:
    """What the fork of Anna's page gets, while one of Bent's page waits beside it."""
    stage.bent.saved(OTHER_KEY, f"{WAIT} {WORDS}")
    before = set(children(stage.server.process.pid))
    anna = stage.stranger(ANNA)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(stage.bent.get, f"/api/demo/steps/{ATTACKED_STEP}/computed")
        wait_for(lambda: set(children(stage.server.process.pid)) - before)
        page = max(set(children(stage.server.process.pid)) - before)
        anna.saved(OTHER_KEY, TARGETS + json.dumps(stage.targets(**{"the kernel": stage.pid, "the page": page})))
        answer = anna.get(f"/api/demo/steps/{ATTACKED_STEP}/computed", timeout=120)
        assert alive(page), "the page that is attacked had ended"

        def released() -> bool:
            for pid in set(children(stage.server.process.pid)) - before:
                with_pid(pid, signal.SIGKILL)
            return waiting.done()

        wait_for(released)
    said: dict[str, str] = json.loads(answer.json()["computed"]["attacks"])
    return said


def _v1(message: dict[str, Any]) -> bytes:
    """As Jupyter's newer protocol writes it."""
    parts = [message["channel"].encode()]
    parts += [json.dumps(message[name]).encode() for name in ("header", "parent_header", "metadata", "content")]
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    head = [len(offsets), *offsets]
    return b"".join(number.to_bytes(8, "little") for number in head) + b"".join(parts)
