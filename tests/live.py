"""A real server in a process of its own, for tests of what people meet."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import httpx

from fællesledelse.manifest import load_roster
from fællesledelse.operation import invite
from fællesledelse.settings import Settings, read

from .telltale import telltale

PHRASE = "en kop kaffe og en god snak"
TRUST = ssl.create_default_context()  # made once: it takes longer than most requests


@dataclass
class House:
    """A server that runs. ``settings`` are its own, so the command line's verbs reach it; ``folders`` its cohorts'."""

    settings: Settings
    folders: list[Path]

    @property
    def url(self) -> str:
        """Its origin."""
        return self.settings.origin

    def invitation(self, email: str, gathering: str = "demo") -> str:
        """The address of a new personal invitation."""
        return str(invite(self.settings, gathering, email)["invitations"][0]["url"])

    def client(self) -> httpx.Client:
        """A protocol client of nobody yet."""
        return httpx.Client(base_url=self.url, headers={"Origin": self.url}, timeout=30, verify=TRUST)

    def enrol(self, email: str, gathering: str = "demo") -> httpx.Client:
        """A protocol client of someone who has just enrolled and read the privacy notice."""
        client = self.client()
        token = self.invitation(email, gathering).partition("#")[2]
        client.post("/api/enrol", json={"token": token, "pass_phrase": PHRASE}).raise_for_status()
        client.post(f"/api/{gathering}/notice", json={"accept": True}).raise_for_status()
        return client

    def sign_in(self, client: httpx.Client, email: str) -> None:
        """Sign in someone who has enrolled."""
        client.post("/api/log-in", json={"email": email, "pass_phrase": PHRASE}).raise_for_status()


@dataclass
class Live(House):
    """One in a process that can be ended and started again."""

    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the process and wait for it."""
        self.process.send_signal(how)
        return self.process.wait(20)

    def begin(self) -> None:
        """Start it again on the same data."""
        self.process = started(_server(self.folders), self.environment, self.log)

    def start(self) -> None:
        """Start it again, and wait until it answers."""
        self.begin()
        wait_until_up(self.url, self.process, self.log)


def constructed_texts() -> dict[str, str]:
    """What the constructed leader has written, by field."""
    told = files("fællesledelse").joinpath("workbook/constructed.json").read_text(encoding="utf-8")
    texts: dict[str, str] = json.loads(told)["answers"]
    return texts


@contextmanager
def serving(folders: list[Path], data: Path, **environment: str) -> Iterator[Live]:
    """A server on a free loopback port. Its log lies beside its data."""
    data.mkdir(parents=True, exist_ok=True)
    surroundings = os.environ | {"FAELLESLEDELSE_DATA": str(data), "FAELLESLEDELSE_PORT": str(free_port()), **environment}
    log = data.with_suffix(".log")
    live = Live(read(surroundings), folders, surroundings, log, started(_server(folders), surroundings, log))
    try:
        wait_until_up(live.url, live.process, live.log)
        yield live
    finally:
        if live.process.poll() is None:
            live.stop()
    written = log.read_text(encoding="utf-8", errors="replace")
    told = [*telltale(written, _names(folders))]
    assert told == [], told
    assert "can't be shown" not in written, "A page could not be computed:\n" + written


def _names(folders: list[Path]) -> list[str]:
    """Everyone's in the cohorts."""
    rosters = [folder / "bygget/roster.json" for folder in folders]
    found = [load_roster(path.read_text(encoding="utf-8")) for path in rosters if path.is_file()]
    return [each.name for roster in found for each in roster.participants]


def _server(folders: list[Path]) -> list[str]:
    return [sys.executable, "-m", "fællesledelse", "server", *map(str, folders)]


def started(
    command: list[str], environment: dict[str, str], log: Path, folder: Path | None = None
) -> subprocess.Popen[bytes]:
    """A process that writes to ``log``, started in ``folder`` or here."""
    with log.open("ab") as sink:
        return subprocess.Popen(command, env=environment, cwd=folder, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL)


def wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    """Until the server answers. Raises TimeoutError with what it has logged."""
    deadline = time.monotonic() + seconds
    with httpx.Client(verify=TRUST) as client:
        while time.monotonic() < deadline:
            assert process.poll() is None, log.read_text(encoding="utf-8")
            try:
                if client.get(f"{url}/sundhed").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
    raise TimeoutError(log.read_text(encoding="utf-8"))


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
