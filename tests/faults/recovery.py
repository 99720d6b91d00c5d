"""Back after kill -9, and back from the server's own copies when its disk is damaged: how soon, and what is lost.

A leader saves without a pause, so that what is lost can be told in seconds.
"""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from ..server.conftest import enrol_everyone
from ..server.people import ANNA, write_gathering
from ..server.serving import Client, Server, run, start
from .figure import Figure

KILLS, BACK = 20, 5.0  # seconds
DRILLS, RESTORED, LOST = 3, 30.0, 60.0  # seconds
FIELD = "episodes.1.did"


def tried(seed: int, share: float) -> Iterator[Figure]:
    """The whole trial lets the server copy itself as often as it does; a part of it waits for the first copy only."""
    random = Random(seed)
    with TemporaryDirectory() as folder:
        data, folders = prepared(Path(folder))
        back = [_killed(data, folders) for _ in range(max(1, round(KILLS * share)))]
    yield Figure(
        "recovery",
        "from kill -9 of the server and a new start to a leader's text",
        f"≤ {BACK:.0f} s",
        f"slowest {max(back):.1f} s of {len(back)}",
        max(back) <= BACK,
    )
    drills = []
    for _ in range(max(1, round(DRILLS * share))):
        with TemporaryDirectory() as folder:
            drills.append(Drill(Path(folder), random, waits=share >= 1))
    served = sum(drill.served for drill in drills)
    yield Figure(
        "recovery", "damaged databases that the server served", f"0 of {DRILLS}", f"{served} of {len(drills)}", not served
    )
    for counted, limit, measured in (
        ("from the newest copy to a leader's text", RESTORED, max(drill.restored for drill in drills)),
        ("what was written and is lost then", LOST, max(drill.lost for drill in drills)),
    ):
        yield Figure("recovery", counted, f"≤ {limit:.0f} s", f"at most {measured:.1f} s", measured <= limit)


def prepared(place: Path) -> tuple[Path, list[Path]]:
    """A data folder with people who have enrolled, and the folders of their cohorts."""
    data, folders = place / "data", {name: place / name for name in ("demo", "andet")}
    for name, folder in folders.items():
        write_gathering(folder, name)
    enrol_everyone(f"sqlite:///{data}/faellesledelse.sqlite", data / "keys", folders)
    return data, list(folders.values())


def _killed(data: Path, folders: list[Path]) -> float:
    """How long it took, in seconds, after the server was killed in the middle of a save."""
    server, client = _signed_in(data, folders)
    version = int(client.step()["answers"].get(FIELD, {}).get("version", 0))
    client.saved(FIELD, f"Tekst {version + 1}", version)
    server.kill()
    began = time.monotonic()
    again = start(data, folders, {"FAELLESLEDELSE_PORT": str(server.settings.port)})
    try:
        again.wait_until_up()
        assert client.text(FIELD) == f"Tekst {version + 1}"
        return time.monotonic() - began
    finally:
        again.end()
        client.close()


def _signed_in(data: Path, folders: list[Path], told: Mapping[str, str] | None = None) -> tuple[Server, Client]:
    server = start(data, folders, told)
    server.wait_until_up()
    client = server.client(ANNA)
    client.accept()
    return server, client


class Drill:
    """One disk that is damaged while a leader writes. ``restored`` and ``lost`` in seconds; ``served``: although damaged."""

    def __init__(self, place: Path, random: Random, waits: bool) -> None:
        copies, keys = place / "kopier", place / "nøgler.zip"
        copies.mkdir()
        told = {"FAELLESLEDELSE_BACKUP": str(copies)}
        data, folders = prepared(place)
        server, client = _signed_in(data, folders, told)
        done = run(data, "backup", place / "kopi", "--nøgler", keys, port=server.settings.port)
        assert done.returncode == 0, done.stderr
        saved: list[float] = []
        until = time.monotonic() + (random.uniform(35, 75) if waits else 0)
        while time.monotonic() < until or len(saved) < 20:
            client.saved(FIELD, f"{len(saved) + 1}", len(saved))
            saved.append(time.monotonic())
        server.kill()
        killed = time.monotonic()
        with (data / "faellesledelse.sqlite").open("r+b") as file:
            file.truncate(4096 * 3)
        self.served = self._starts(data, folders)
        newest = max(copies.glob("*.kopi"))
        began = time.monotonic()
        done = run(data, "gendan", newest, "--nøgler", keys)
        assert done.returncode == 0, done.stderr
        again = start(data, folders, told)
        try:
            again.wait_until_up()
            text = again.client(ANNA).text(FIELD)
            self.restored = time.monotonic() - began
        finally:
            again.end()
        kept = int(text or 0)
        self.lost = killed - saved[kept] if kept < len(saved) else 0.0

    def _starts(self, data: Path, folders: list[Path]) -> bool:
        """Whether a server does more with that data than say what to do."""
        server = start(data, folders)
        code = server.process.wait(60)
        told = " ".join(server.written.replace("│", " ").split())
        return code == 0 or not all(words in told for words in ("er beskadiget", "faellesledelse gendan"))
