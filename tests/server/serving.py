"""A real server in a process of its own, and people who use it over the wire."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from fællesledelse.server.access_api import NEW_DEVICE
from fællesledelse.settings import Settings, read

from ..live import TRUST
from ..telltale import telltale
from .people import NAMES, PHRASE, Someone

PATIENCE = 60  # seconds
CANARY = "KANARIEFUGL"  # in the server's environment, and nowhere it should not be
Done = subprocess.CompletedProcess[str]
_COMMAND = [sys.executable, "-X", "utf8", "-c", "import faellesledelse; faellesledelse.main()", "server"]
_LAUNCHER = [sys.executable, "-X", "utf8", "-m", "tests.server.launcher"]


def outbox(data: Path) -> list[Path]:
    """The mails in a data folder, oldest first, but those about new devices, which every client of a test is."""
    found = sorted((data / "udbakke").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [path for path in found if NEW_DEVICE.encode() not in path.read_bytes()]


@dataclass
class Server:
    """A running server: its process, its settings, and what it has written."""

    process: subprocess.Popen[bytes]
    settings: Settings
    log: Path
    clock: Path
    verify: ssl.SSLContext = TRUST
    scratch: Path = Path()  # where its temporary files are, where a test has set it
    stopped: bool = field(default=False, repr=False)
    clients: list["Client"] = field(default_factory=list, repr=False)

    @property
    def url(self) -> str:
        """Where it answers, on this machine."""
        return f"{'https' if self.settings.certificate else 'http'}://127.0.0.1:{self.settings.port}"

    @property
    def written(self) -> str:
        """Everything it has written to stdout and stderr."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    @property
    def audit(self) -> list[dict[str, Any]]:
        """The lines of its audit log."""
        return [json.loads(line) for line in (self.settings.data / "audit.jsonl").read_text(encoding="utf-8").splitlines()]

    def client(self, who: Someone | None = None, phrase: str = PHRASE) -> "Client":
        """A new browser, signed in as ``who``."""
        client = Client(base_url=self.url, verify=self.verify)
        self.clients.append(client)
        if who is not None:
            client.sign_in(who, phrase)
        return client

    def set_clock(self, moment: str) -> None:
        """Let time stand still at a moment in ISO format."""
        new = self.clock.with_suffix(".new")
        new.write_text(moment, encoding="ascii")
        new.replace(self.clock)

    def kernels(self) -> list[int]:
        """The process ids of the server's kernels."""
        return [pid for pid in children(self.process.pid) if _threads(pid) > 3]  # what they are forked from has one

    def stop(self) -> int:
        """Ask it to stop and wait; the exit code."""
        self.stopped = True
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """End it as a power cut would, and the kernels it leaves behind, which a real power cut would end too."""
        orphans = children(self.process.pid)
        self.stopped = True
        self.process.kill()
        self.process.wait(PATIENCE)
        for pid in orphans:
            with_pid(pid, signal.SIGKILL)

    def end(self) -> None:
        """As ``close``, and its log must tell of nobody."""
        self.close()
        told = [*telltale(self.written, NAMES)]
        assert told == [], told

    def close(self) -> None:
        """Close every browser, and stop the server if it still runs, which it must do gracefully."""
        for client in self.clients:
            client.close()
        if not self.stopped and self.process.poll() is None:
            assert self.stop() == 0, self.written

    def wait_until_up(self) -> None:
        """Wait for the health address. Fails with the log if the server ends instead."""
        headers = {"X-Forwarded-Proto": "https"}
        with httpx.Client(base_url=self.url, verify=self.verify, headers=headers) as client:

            def answers() -> bool:
                assert self.process.poll() is None, f"The server did not start:\n{self.written}"
                try:
                    return client.get("/sundhed").status_code in (200, 403)
                except httpx.TransportError:
                    return False

            wait_for(answers)


def wait_for(condition: Any, patience: float = PATIENCE) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def start(data: Path, folders: list[Path], told: Mapping[str, str] | None = None, clocked: bool = False) -> Server:
    """Start a server on a free port with its data in ``data``."""
    port = free_port()
    own = {"FAELLESLEDELSE_DATA": str(data), "FAELLESLEDELSE_PORT": str(port), **(told or {})}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("FAELLESLEDELSE_")}
    data.mkdir(exist_ok=True)
    log, clock = data.with_name(f"{data.name}.log"), data.with_name(f"{data.name}.clock")
    command = [*_LAUNCHER, str(clock)] if clocked else _COMMAND
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, *map(str, folders)],
            env={**environment, **own, "HEMMELIGHED": CANARY, "PYTHONUTF8": "1"},
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    return Server(process, read(own), log, clock)


def run(data: Path, *arguments: str | Path, typed: str = "", port: int = 1, at: Path | None = None, **more: str) -> Done:
    """The command, as IT runs it on the server's machine, in the folder ``at``."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("FAELLESLEDELSE_")}
    own = {"FAELLESLEDELSE_DATA": str(data), "FAELLESLEDELSE_PORT": str(port), "PYTHONUTF8": "1", "COLUMNS": "120"}
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "fællesledelse", *map(str, arguments)],
        env=environment | own | more,
        cwd=at or data.parent,
        input=typed,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def free_port() -> int:
    """A port of the loopback address that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children(pid: int) -> list[int]:
    """The ids of a process's children, and theirs."""
    found = [int(each) for each in _proc(pid, f"task/{pid}/children").split()]
    return found + [below for each in found for below in children(each)]


def _threads(pid: int) -> int:
    told = re.search(rb"Threads:\s+(\d+)", _proc(pid, "status"))
    return int(told[1]) if told else 0


def _proc(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def alive(pid: int) -> bool:
    """Whether a process runs; one that waits to be buried does not."""
    state = re.search(rb"\) (\w)", _proc(pid, "stat"))
    return state is not None and state[1] != b"Z"


def with_pid(pid: int, number: int) -> None:
    """Send a signal to a process that may be gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def told(html: str) -> dict[str, Any]:
    """What a page tells its own script."""
    found = re.search(r'<script type="application/json" id="page">(.*?)</script>', html, re.DOTALL)
    assert found, html
    data: dict[str, Any] = json.loads(found[1])
    return data


class Client(httpx.Client):
    """A browser without a screen: cookies, and the Origin header that browsers send."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(timeout=PATIENCE, **kwargs)
        self.origin = str(self.base_url).rstrip("/")
        self.headers["Origin"] = self.origin

    def sign_in(self, who: Someone, phrase: str = PHRASE) -> httpx.Response:
        """Sign in; the answer."""
        answer = self.post("/api/log-in", json={"email": who.email, "pass_phrase": phrase})
        assert answer.status_code == 200, answer.text
        return answer

    def step(self, step: str = "forberedelse-1", gathering: str = "demo") -> dict[str, Any]:
        """What a page's fields get when they come alive."""
        answer = self.get(f"/api/{gathering}/steps/{step}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def save(self, key: str, text: Any, base: Any = 0, *, gathering: str = "demo", **other: Any) -> httpx.Response:
        """Save a field; the answer."""
        body = {"text": text, "base": base, "save_id": str(uuid.uuid4()), **other}
        return self.put(f"/api/{gathering}/answers/{key}", content=json.dumps(body))

    def saved(self, key: str, text: str, base: int = 0, **other: Any) -> int:
        """Save a field; its new version."""
        answer = self.save(key, text, base, **other)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["version"])

    def text(self, key: str, step: str = "forberedelse-1", gathering: str = "demo") -> str:
        """The text of a field on its own page."""
        return str(self.step(step, gathering)["answers"][key]["text"])

    def accept(self, gathering: str = "demo") -> None:
        """Read the privacy notice."""
        assert self.post(f"/api/{gathering}/notice", json={"accept": True}).status_code == 200

    def open_page(self, step: str = "", gathering: str = "demo", query: str = "") -> tuple[str, str]:
        """Open a notebook page: its HTML, and the address below which its kernel is."""
        answer = self.get(f"/hold/{gathering}/{step}{query}")
        assert answer.status_code == 200, answer.text
        return answer.text, str(told(answer.text)["kernel"])

    def socket(self, kernel: str, subprotocols: Any = None, **headers: str | None) -> ClientConnection:
        """The WebSocket of a page's widgets. ``headers`` are sent instead of a browser's own; None: not sent."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        wanted = {"Origin": self.origin, "Cookie": cookie} | headers
        address = f"{self.origin.replace('http', 'ws', 1)}{kernel}api/kernels/{uuid.uuid4()}/channels"
        sent = {name: value for name, value in wanted.items() if value}
        return connect(address, subprotocols=subprotocols, additional_headers=sent, open_timeout=PATIENCE, proxy=None)
