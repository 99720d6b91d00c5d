"""A real server in a process of its own, for tests of what people meet."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import httpx

from fællesledelse.operation import invite
from fællesledelse.settings import Settings, read

PHRASE = "en kop kaffe og en god snak"


@dataclass
class Live:
    """A server that runs. ``settings`` are its own, so the command line's verbs reach it."""

    settings: Settings
    environment: dict[str, str]
    folders: list[Path]
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Its origin."""
        return self.settings.origin

    def invitation(self, email: str, gathering: str = "demo") -> str:
        """The address of a new personal invitation."""
        return str(invite(self.settings, gathering, email)["invitations"][0]["url"])

    def enrol(self, email: str, gathering: str = "demo") -> httpx.Client:
        """A protocol client of someone who has just enrolled and read the privacy notice."""
        client = httpx.Client(base_url=self.url, headers={"Origin": self.url}, timeout=30)
        token = self.invitation(email, gathering).partition("#")[2]
        client.post("/api/enrol", json={"token": token, "pass_phrase": PHRASE}).raise_for_status()
        client.post(f"/api/{gathering}/notice", json={"accept": True}).raise_for_status()
        return client

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the process and wait for it."""
        self.process.send_signal(how)
        return self.process.wait(20)

    def start(self) -> None:
        """Start it again on the same data, and wait until it answers."""
        self.process = _started(self.environment, self.folders, self.log)
        _wait(self)


def constructed_texts() -> dict[str, str]:
    """What the constructed leader has written, by field."""
    told = files("fællesledelse").joinpath("workbook/constructed.json").read_text(encoding="utf-8")
    texts: dict[str, str] = json.loads(told)["answers"]
    return texts


@contextmanager
def serving(folders: list[Path], data: Path, **environment: str) -> Iterator[Live]:
    """A server on a free loopback port. Its log lies beside its data."""
    data.mkdir(parents=True, exist_ok=True)
    surroundings = os.environ | {"FAELLESLEDELSE_DATA": str(data), "FAELLESLEDELSE_PORT": str(_free_port()), **environment}
    log = data.with_suffix(".log")
    live = Live(read(surroundings), surroundings, folders, log, _started(surroundings, folders, log))
    try:
        _wait(live)
        yield live
    finally:
        if live.process.poll() is None:
            live.stop()


def _started(environment: dict[str, str], folders: list[Path], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as sink:
        command = [sys.executable, "-m", "fællesledelse", "server", *map(str, folders)]
        return subprocess.Popen(command, env=environment, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL)


def _wait(live: Live, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert live.process.poll() is None, live.log.read_text(encoding="utf-8")
        try:
            if httpx.get(f"{live.url}/sundhed").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError(live.log.read_text(encoding="utf-8"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
