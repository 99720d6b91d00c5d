"""Back after kill -9, and back from the server's own copies when its disk is damaged: how soon, and what is lost.

A leader saves without a pause, so that what is lost can be told in seconds.
"""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from ..server.conftest import enrol_everyone
from ..server.people import ANNA, write_gathering
from ..server.serving import Server, free_port, run, start
from .figure import Figure

DRILLS, KILLS = 3, 7  # disks that are damaged, and how often the server is killed before each of them is
BACK, RESTORED, LOST = 5.0, 30.0, 60.0  # seconds
FIELD = "episodes.1.did"


def tried(seed: int, share: float) -> Iterator[Figure]:
    """The whole trial lets the server copy itself as often as it does; a part of it waits for the first copy only."""
    random, drills = Random(seed), list[Drill]()
    with TemporaryDirectory() as folder:
        data, folders = prepared(Path(folder))
        for number in range(max(1, round(DRILLS * share))):
            place = Path(folder) / str(number)
            shutil.copytree(data, place / "data")
            drills.append(Drill(place, folders, kills=max(1, round(KILLS * share))))
            drills[-1].damage(random.uniform(35, 75) if share >= 1 else 0)
    back, served = [seconds for drill in drills for seconds in drill.back], sum(drill.served for drill in drills)
    yield Figure(
        "recovery",
        "from kill -9 of the server and a new start to a leader's text",
        f"≤ {BACK:.0f} s",
        f"{max(back):.1f} s, half of {len(back)} within {median(back):.1f} s",
        max(back) <= BACK,
        timed=True,
    )
    yield Figure(
        "recovery", "damaged databases that the server served", f"0 of {DRILLS}", f"{served} of {len(drills)}", not served
    )
    for counted, limit, measured, timed in (
        ("from the newest copy to a leader's text", RESTORED, max(drill.restored for drill in drills), True),
        ("what was written and is lost then", LOST, max(drill.lost for drill in drills), False),
    ):
        yield Figure("recovery", counted, f"≤ {limit:.0f} s", f"at most {measured:.1f} s", measured <= limit, timed)


def prepared(place: Path) -> tuple[Path, list[Path]]:
    """A data folder with people who have enrolled, and the folders of their cohorts."""
    data, folders = place / "data", {name: place / name for name in ("demo", "andet")}
    for name, folder in folders.items():
        write_gathering(folder, name)
    enrol_everyone(f"sqlite:///{data}/faellesledelse.sqlite", data / "keys", folders)
    return data, list(folders.values())


class Drill:
    """A server that is killed while a leader writes, and whose disk is damaged in the end.

    ``back``, ``restored`` and ``lost``: seconds; ``served``: although damaged.
    """

    served, restored, lost = False, 0.0, 0.0

    def __init__(self, place: Path, folders: list[Path], kills: int) -> None:
        self._data, self._folders, self._copies, self._keys = place / "data", folders, place / "kopier", place / "nøgler.zip"
        self._copies.mkdir()
        self._told = {"FAELLESLEDELSE_BACKUP": str(self._copies), "FAELLESLEDELSE_PORT": str(free_port())}
        self._server = self._started()
        self._client = self._server.client(ANNA)
        self._client.accept()
        self._saved: list[float] = []
        self.back = [self._killed() for _ in range(kills)]

    def damage(self, wait: float) -> None:
        """Save without a pause for so many seconds, cut the database off, and put the newest copy back."""
        done = run(self._data, "backup", self._data.parent / "kopi", "--nøgler", self._keys, port=self._server.settings.port)
        assert done.returncode == 0, done.stderr
        until, enough = time.monotonic() + wait, len(self._saved) + 20
        while time.monotonic() < until or len(self._saved) < enough:
            self._save()
        self._server.kill()
        self._client.close()
        killed = time.monotonic()
        with (self._data / "faellesledelse.sqlite").open("r+b") as file:
            file.truncate(4096 * 3)
        self.served = self._starts()
        self._restore(killed)

    def _restore(self, killed: float) -> None:
        newest = max(self._copies.glob("*.kopi"))
        began = time.monotonic()
        done = run(self._data, "gendan", newest, "--nøgler", self._keys)
        assert done.returncode == 0, done.stderr
        again = self._started()
        try:
            kept = int(again.client(ANNA).text(FIELD) or 0)
            self.restored = time.monotonic() - began
        finally:
            again.end()
        self.lost = killed - self._saved[kept] if kept < len(self._saved) else 0.0

    def _started(self) -> Server:
        server = start(self._data, self._folders, self._told)
        server.wait_until_up()
        return server

    def _save(self) -> None:
        self._client.saved(FIELD, f"{len(self._saved) + 1}", len(self._saved))
        self._saved.append(time.monotonic())

    def _killed(self) -> float:
        """How long it took, in seconds, after the server was killed when it had acknowledged a save."""
        self._save()
        self._server.kill()
        began = time.monotonic()
        self._server = self._started()
        assert self._client.text(FIELD) == f"{len(self._saved)}"
        return time.monotonic() - began

    def _starts(self) -> bool:
        """Whether a server does more with that data than say what to do."""
        server = start(self._data, self._folders)
        code = server.process.wait(60)
        told = " ".join(server.written.replace("│", " ").split())
        return code == 0 or not all(words in told for words in ("er beskadiget", "faellesledelse gendan"))
