"""The rehearsal's server: the real one, in a process and a data folder of its own, with a clock that can be moved.

The process is ``python -m fællesledelse.dress.stage PORT DATA CLOCK FOLDER``. It reads nothing of the environment's
settings, so no mail server, certificate or database of the house is touched: mails lie in DATA. CLOCK is a file of eight
bytes that the process keeps looking at: the seconds to put its clock forward. It ends when its standard input does, so
that it never outlives whoever began it.
"""

import mmap
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool

from ..errors import FællesledelseError
from ..settings import Settings, read
from ..store import KdfCost, Store

_SECONDS = struct.Struct("=d")
PATIENCE = 60  # seconds the server has to come up, and to go down
CHEAP = KdfCost(passes=1, memory=8192)
"""What a pass phrase costs on this copy, where it protects nobody: the real price is half a second for each sign-in."""


@dataclass(frozen=True)
class Stage:
    """A running server for the rehearsal. ``settings`` are its own; ``log`` is what it has written."""

    settings: Settings
    clock: Path
    log: Path

    def move_to(self, moment: datetime) -> None:
        """Put the server's clock on; from there time goes on as it does."""
        with self.clock.open("r+b") as file:
            file.write(_SECONDS.pack((moment - datetime.now(UTC)).total_seconds()))

    @property
    def outbox(self) -> list[Path]:
        """The mails it has sent, the first one first."""
        return sorted((self.settings.data / "udbakke").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)


@contextmanager
def stage(folder: Path, place: Path) -> Iterator[Stage]:
    """A server for the built cohort in ``folder``, with its data below ``place``. Raises FællesledelseError."""
    settings = _settings(_free_port(), place / "data")
    running = Stage(settings, place / "clock", place / "server.log")
    running.clock.write_bytes(_SECONDS.pack(0))
    told = (str(settings.port), str(settings.data), str(running.clock), str(folder))
    with running.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", __name__, *told], stdin=subprocess.PIPE, stdout=log, stderr=log
        )
    try:
        _wait_until_up(running, process)
        yield running
    finally:
        _end(process)


def main(port: int, data: Path, clock: Path, folder: Path) -> None:
    """Serve until standard input ends."""
    from ..server import mailing
    from ..server.run import open_house, serve

    mailing.BETWEEN = 0.0  # no relay is spared: the mails go into a folder

    with clock.open("r+b") as file:
        forward = mmap.mmap(file.fileno(), _SECONDS.size)

    def told() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=_SECONDS.unpack(forward[:])[0])

    event.listen(Pool, "checkout", _hurry)
    settings = _settings(port, data)
    house = open_house(settings, [folder], told)
    house.store.close()
    house.store = Store.open(settings.database, settings.data / "keys", told, CHEAP)
    threading.Thread(target=_end_with_input, daemon=True).start()
    serve(house, silent=True)


def _hurry(connection: Any, _record: object, _proxy: object) -> None:
    """Called by SQLAlchemy when a connection is taken into use: what the copy holds need not outlive a power cut."""
    connection.execute("PRAGMA synchronous = OFF")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Close the server's standard input, and wait until it has ended."""
    try:
        process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _settings(port: int, data: Path) -> Settings:
    return read({"FAELLESLEDELSE_PORT": str(port), "FAELLESLEDELSE_DATA": str(data)})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(running: Stage, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline and process.poll() is None:
        try:
            straight.open(f"{running.settings.origin}/sundhed", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise FællesledelseError(f"Prøvens server kom ikke op:\n{running.log.read_text(encoding='utf-8', errors='replace')}")


if __name__ == "__main__":
    main(int(sys.argv[1]), *map(Path, sys.argv[2:]))
