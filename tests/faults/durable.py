"""What was acknowledged is on the disk: after kill -9 of whoever writes, and before the acknowledgement leaves.

The process that writes is forked with everything imported, opens the store, and lets four threads save as fast as they can.
It acknowledges each save on a pipe as the server does on a socket: when the verb has returned. It is killed at any moment.
"""

import os
import re
import signal
import subprocess
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import IO

from fællesledelse.store import Store

from ..server.people import ANNA as LEADER
from ..server.serving import Client, start
from ..store.conftest import ANNA, CHEAP, PHRASE, Clock, House
from ..tools import MissingTool, strace
from .figure import Figure
from .recovery import prepared

SAVES, KILLS, SYNCED = 100_000, 500, 1000
BACK = 5.0  # seconds
WRITERS = 4


def tried(seed: int, share: float) -> Iterator[Figure]:
    """Kills of the process that writes; then every acknowledgement of a real server, as the system's calls tell it."""
    with TemporaryDirectory() as folder:
        trial = Trial(Path(folder), Random(seed), max(2, round(KILLS * share)), max(200, round(SAVES * share)))
        trial.run()
    yield Figure(
        "durable",
        f"acknowledged saves lost over {KILLS} kill -9 of the process that writes",
        f"0 of {SAVES}",
        f"{trial.lost} of {trial.acknowledged} over {trial.kills} kills",
        not trial.lost and trial.acknowledged >= trial.wanted,
    )
    yield Figure(
        "recovery",
        "the store open again after each kill",
        f"≤ {BACK:.0f} s",
        f"slowest {max(trial.back):.2f} s",
        max(trial.back) <= BACK,
    )
    yield _synced(max(20, round(SYNCED * share)))


class Trial:
    """One database that is killed again and again; each round writes fields of its own."""

    def __init__(self, folder: Path, random: Random, kills: int, wanted: int) -> None:
        self.random, self.kills, self.wanted = random, kills, wanted
        self.acknowledged = self.lost = 0
        self.back: list[float] = []
        self._url, self._keys, self._clock = f"sqlite:///{folder}/store.db", folder / "keys", Clock()
        self._told: Counter[str] = Counter()

    def run(self) -> None:
        """Write, kill, look; in the end look at everything once more."""
        house = House(Store.open(self._url, self._keys, self._clock, CHEAP), self._clock, self._url, self._keys)
        house.adopt()
        house.enrol(ANNA)
        house.store.close()
        for number in range(self.kills):
            told = self._killed(number, -(-(self.wanted - self.acknowledged) // (self.kills - number)))
            self.acknowledged += sum(told.values())
            self._told += told
            began = time.monotonic()
            store = Store.open(self._url, self._keys, self._clock, CHEAP)
            self.back.append(time.monotonic() - began)
            with closing(store):
                self.lost += _lost(store, told)
        with closing(Store.open(self._url, self._keys, self._clock, CHEAP)) as store:
            self.lost = max(self.lost, _lost(store, self._told))

    def _killed(self, number: int, enough: int) -> Counter[str]:
        """The newest acknowledged version of each field, from a process that is killed at any moment after ``enough``."""
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            try:
                _write(self._url, self._keys, write, number)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(1)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            lines = [pipe.readline() for _ in range(enough)]
            time.sleep(self.random.random() * 0.004)  # anywhere in what a save does, not where an acknowledgement ends
            os.kill(child, signal.SIGKILL)
            lines += pipe.read().splitlines(keepends=True)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL, "the writer ended by itself"
        told: Counter[str] = Counter()
        for line in filter(lambda line: line.endswith(b"\n"), lines):
            field, version = line.decode().split()
            told[field] = int(version)
        return told


def _write(url: str, keys: Path, pipe: int, number: int) -> None:
    """In the child: save for ever, in several threads."""
    store = Store.open(url, keys, Clock(), CHEAP)
    unlocked = store.access.sign_in(ANNA.email, PHRASE)

    def go_on(field: str) -> None:
        version = 0
        while True:
            version += 1
            store.answers.save(unlocked, "demo", field, f"{field} {version}", version - 1, f"{field}-{version}")
            os.write(pipe, f"{field} {version}\n".encode())

    threads = [threading.Thread(target=go_on, args=(f"r{number}-{each}",)) for each in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _lost(store: Store, told: Counter[str]) -> int:
    """How many of the versions that were acknowledged are not there, as they were written."""
    unlocked, lost = store.access.sign_in(ANNA.email, PHRASE), 0
    for field, newest in told.items():
        there = {each.version: each.text for each in store.answers.versions(unlocked, "demo", field)}
        lost += sum(there.get(version) != f"{field} {version}" for version in range(1, newest + 1))
    return lost


def _synced(saves: int) -> Figure:
    """A real server under strace: after the last write of a save to SQLite's log, and before its answer, a sync."""
    counted, goal = "acknowledgements by the server that no sync to disk came before, seen by strace", f"0 of {SYNCED}"
    try:
        program = strace()
    except MissingTool as error:
        return Figure("durable", counted, goal, f"not measured: {error}", True)
    with TemporaryDirectory() as place:
        calls = Path(place) / "calls"
        data, folders = prepared(Path(place))
        server = start(data, folders)
        try:
            server.wait_until_up()
            client = server.client(LEADER)
            client.accept()
            told = [program, "-f", "-y", "-s", "80", "-e", f"trace={CALLS}", "-o", str(calls), "-p", str(server.process.pid)]
            refused = _traced(told, client, saves)
        finally:
            server.end()
        if refused:
            return Figure("durable", counted, goal, f"not measured: strace may not look here ({refused})", True)
        with calls.open(encoding="utf-8", errors="replace") as lines:
            answered, unsynced = _acknowledged(lines)
    return Figure("durable", counted, goal, f"{unsynced} of {answered}", not unsynced and answered == saves)


def _traced(command: list[str], client: Client, saves: int) -> str:
    """Save so many times while strace looks. What it says if it may not."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr is not None
        said = tracer.stderr.readline()
        if "attached" not in said:
            return said.strip()
        for version in range(saves):
            client.saved("episodes.1.did", f"Tekst {version}", version)
        tracer.send_signal(signal.SIGINT)
        tracer.communicate()
    return ""


CALLS = "pwrite64,fdatasync,fsync,recvfrom,read,sendto,write,sendmsg,writev"
_CALL = re.compile(r"(?P<pid>\d+) +(?:<\.\.\. )?(?P<name>\w+)(?P<rest>.*)")


def _acknowledged(lines: IO[str]) -> tuple[int, int]:
    """How many saves were answered, and how many of them before what they had written was on the disk."""
    answered = unsynced = 0
    saving, durable = False, False
    syncing: set[str] = set()
    for call in filter(None, map(_CALL.match, lines)):
        name, rest, pid = call["name"], call["rest"], call["pid"]
        if name == "pwrite64" and "-wal>" in rest:
            durable = False
        elif name in ("fdatasync", "fsync"):
            if "-wal>" in rest:
                syncing.add(pid)
            if pid in syncing and rest.rstrip().endswith("= 0"):
                syncing.discard(pid)
                durable = True
        elif '"PUT /api/demo/answers/' in rest:
            saving, durable = True, False
        elif saving and '"HTTP/1.1 ' in rest:
            assert '"HTTP/1.1 200' in rest, rest
            answered, unsynced, saving = answered + 1, unsynced + (not durable), False
    return answered, unsynced
