"""A damaged database is recognised before anything is read from it, and nothing in it is touched.

Images of a store's files, as they lie after a kill and after a stop, are damaged in every way that a disk, a copy or a hand
damages files. An image that opens anyway must hold every row of before: then what was damaged is not in use.
"""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from fællesledelse.errors import StoreError
from fællesledelse.store import Store

from ..store.conftest import ANNA, BENT, CHEAP, Clock, House, rows
from .figure import Figure

CASES = 200
NAME = "store.db"
FILES = ("", "-wal", "-sums", "-mark")
Rows = dict[str, list[tuple[object, ...]]]


def tried(seed: int, share: float) -> Iterator[Figure]:
    """Every way to damage, in turn, on every image."""
    with TemporaryDirectory() as folder:
        trial = Trial(Path(folder), Random(seed))
        ways = list(WAYS.items())
        for case in range(max(len(ways), round(CASES * share))):
            while not trial.damaged(*ways[case % len(ways)]):
                """Another image: a stopped one has no log to lose, and a file may be replaced by its like."""
    seen = trial.seen
    outcomes = f"{seen['refused']} refused, {seen['harmless']} whole: what was damaged is not in use"
    worst = ", ".join(f"{way} {count}" for way, count in trial.undetected.items())
    count = sum(seen.values())
    yield Figure(
        "recovery",
        "damaged databases that were opened and had lost or changed a row",
        f"0 of {CASES}",
        f"{seen['undetected']} of {count} ({worst or outcomes})",
        not seen["undetected"] and seen["refused"] > count // 2,
    )
    yield Figure(
        "recovery",
        "of those refused: no clear message, or a file was touched",
        "0",
        f"{trial.unclear} and {trial.touched} of {seen['refused']}",
        not trial.unclear and not trial.touched,
    )


class Trial:
    """The images, and what became of each damaged copy of one."""

    def __init__(self, folder: Path, random: Random) -> None:
        self.random = random
        self.seen: Counter[str] = Counter()
        self.undetected: Counter[str] = Counter()
        self.unclear = self.touched = 0
        self._at = folder / "damaged"
        self._url = f"sqlite:///{self._at / NAME}"
        self._images = _images(folder, random)

    def damaged(self, name: str, way: "Way") -> bool:
        """Damage a copy of an image, and see whether it opens. Whether there was anything to damage."""
        image, there = self.random.choice(self._images)
        shutil.rmtree(self._at, ignore_errors=True)
        shutil.copytree(image, self._at)
        before = self._contents()
        way(self._at / NAME, self)
        harmed = self._contents()
        if harmed == before:
            return False
        outcome = self._opened(there, harmed)
        self.seen[outcome] += 1
        if outcome == "undetected":
            self.undetected[name] += 1
        return True

    def other(self) -> Path:
        """The database of another image."""
        return self.random.choice(self._images)[0] / NAME

    def _opened(self, there: Rows, harmed: dict[str, bytes]) -> str:
        try:
            store = Store.open(self._url, self._at / "keys", Clock(), CHEAP)
        except StoreError as error:
            self.unclear += not all(words in str(error) for words in ("er beskadiget", "faellesledelse gendan"))
            self.touched += self._contents() != harmed
            return "refused"
        with closing(store):
            try:
                return "harmless" if rows(store) == there else "undetected"
            except StoreError:  # found too late: somebody is reading
                return "undetected"

    def _contents(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self._at.glob(f"{NAME}*") if not path.name.endswith("lock")}


def _images(folder: Path, random: Random) -> list[tuple[Path, Rows]]:
    """Two houses, each in three states: soon killed, killed after its log began anew, and stopped."""
    images = []
    for number in range(2):
        home, clock = folder / f"home{number}", Clock()
        url, keys = f"sqlite:///{home / NAME}", home / "keys"
        house = House(Store.open(url, keys, clock, CHEAP), clock, url, keys)
        house.adopt()
        writers = [house.enrol(who).unlocked for who in (ANNA, BENT)]
        for state, saves in (("young", 20), ("old", 300), ("stopped", 5)):
            for _ in range(saves):
                text = "Ærlig tale 🌱 " * random.randrange(1, 300)
                key = f"draft.{random.randrange(10**9)}"
                house.store.answers.save(random.choice(writers), "demo", key, text, 0, f"s{random.randrange(10**12)}")
            there = rows(house.store)
            if state == "stopped":
                house.store.close()
            images.append((shutil.copytree(home, folder / f"{state}{number}"), there))
    return images


Way = Callable[[Path, Trial], None]


def _one(database: Path, trial: Trial) -> Path:
    """One of the files that has something in it, the database and its log more often than the others."""
    there = [Path(f"{database}{end}") for end in FILES]
    return trial.random.choice([path for path in (*there[:2] * 3, *there) if path.exists() and path.stat().st_size])


def _bit(database: Path, trial: Trial) -> None:
    path = _one(database, trial)
    content = bytearray(path.read_bytes())
    content[trial.random.randrange(len(content))] ^= 1 << trial.random.randrange(8)
    path.write_bytes(content)


def _sector(database: Path, trial: Trial) -> None:
    """A block of the disk that is empty, or holds something else."""
    path = _one(database, trial)
    content = bytearray(path.read_bytes())
    at = trial.random.randrange(len(content)) // 512 * 512
    block = trial.random.choice([bytes(512), trial.random.randbytes(512)])
    content[at : at + 512] = block[: len(content) - at]
    path.write_bytes(content)


def _cut(database: Path, trial: Trial) -> None:
    path = _one(database, trial)
    size = path.stat().st_size
    whole = trial.random.choice([1, 4096 if path == database else 4120])  # bytes: at any place, or where a page ends
    path.write_bytes(path.read_bytes()[: trial.random.randrange(size) // whole * whole])


def _missing(end: str) -> Way:
    return lambda database, trial: Path(f"{database}{end}").unlink(missing_ok=True)


def _foreign(end: str) -> Way:
    """The file of another house, or of this one at another time."""

    def way(database: Path, trial: Trial) -> None:
        other = Path(f"{trial.other()}{end}")
        if other.exists():
            shutil.copy(other, f"{database}{end}")

    return way


def _journal(database: Path, trial: Trial) -> None:
    """The journal that another program's transaction left when it was killed: SQLite would roll it back into this one."""
    with TemporaryDirectory() as folder:
        victim = Path(folder) / "other.db"
        with closing(sqlite3.connect(victim, isolation_level=None)) as other:
            other.execute("CREATE TABLE t (x)")
            other.execute("INSERT INTO t VALUES (randomblob(90000))")
            other.execute("PRAGMA cache_size = 1")
            other.execute("BEGIN")
            other.execute("UPDATE t SET x = randomblob(90000)")
            shutil.copy(f"{victim}-journal", f"{database}-journal")


WAYS: dict[str, Way] = {
    "a bit": _bit,
    "a block of 512 bytes": _sector,
    "cut short": _cut,
    "no log": _missing("-wal"),
    "another log": _foreign("-wal"),
    "another database": _foreign(""),
    "another journal": _journal,
    "a second bit": _bit,
    "a second block": _sector,
    "no sums": _missing("-sums"),
    "other sums": _foreign("-sums"),
    "another mark": _foreign("-mark"),
    "cut short again": _cut,
    "no mark": _missing("-mark"),
    "no database": _missing(""),
}
