"""An attacker who keeps every backup of a wave of the survey: ``python -m tests.store.survey_backups 200`` programmes.

After everything that a leader does, from the first answer to the last withdrawal after the close, a backup is made and kept:
the store's own copy, the copy of the keys, and the database's files as they lie on the disk with their log. The attacker
has them all, knows who did what at which of them (and of a save, which item), and is told how often each answer was given.
Two things are guessed: whose each row is that is left in the end, and what each leader had answered at the close.

Rows are put in some order (see ``row_orders``), leaders in the order they did something, and the first is matched with the
first. What a leader answered is guessed from a measure of what changed at the leader's doing (see ``measures``), the
smallest with the lowest answer; and read outright in rows that came, changed or went there, if any key that was kept opens
them. Chance is a blind match. Every way of guessing is counted, and so is the one that does best in the first half of the
programmes, in the other half alone.

Beside the store stands a naive one, as such things are usually made: no names, but a row from the first save on, sealed with
the gathering's key, and a running sum.
"""

import io
import json
import sqlite3
import sys
import tempfile
import zipfile
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from math import erfc, sqrt
from pathlib import Path
from random import Random, SystemRandom
from typing import Protocol

import numpy as np
from sqlalchemy import text

from fællesledelse.errors import SealError
from fællesledelse.model import Item, Manifest, Participant, PrivacyNotice, Questionnaire, Role, Roster, Theme, ThemeKind
from fællesledelse.store import Frame, KdfCost, Store, Unlocked
from fællesledelse.store.sealed_file import unsealed
from fællesledelse.store.sealing import seal, unseal
from fællesledelse.store.survey_answers import token

from .chance import Score

ITEMS = ("tit-nok", "respekt", "mod")
DAY = date(2026, 6, 15)
GATHERING = "hold"
ROWS = "tables/survey_answer.jsonl"
ASKS = Questionnaire(
    tuple(Item(key, "tillid", f"Vi siger det til hinanden: {key}.") for key in ITEMS),
    (Theme("tillid", "Tillid", ThemeKind.INSIDE, "Tænk på de andre."),),
)

Mark = str
Kept = dict[str, bytes]
"""Everything at one moment: the members of the copy and of the keys' copy, "copy" as a whole, and "files" on the disk."""


@dataclass(frozen=True)
class Deed:
    """What a leader (by number) does: "save" an item's value, "send", "copy", "withdraw"; all but the value is known."""

    leader: int
    what: str
    item: str = ""
    value: int = 0


class Kind(Protocol):
    """A store with a wave that is open."""

    def do(self, deed: Deed) -> None: ...

    def close(self) -> None: ...

    def keep(self) -> Kept: ...

    def whose(self) -> dict[Mark, int]:
        """The leader of each row there may be, by its token. Not the attacker's."""

    def end(self) -> None: ...


class Ours:
    """The store itself, with a wave on its first day."""

    def __init__(self, leaders: int, place: Path, url: str = "") -> None:
        self._file = place / "store.sqlite"
        self._store = Store.open(url or f"sqlite:///{self._file}", place / "keys", kdf_cost=KdfCost(1, 8192))
        self._sqlite = not url
        people = tuple(Participant(f"l{at}@eksempel.dk", f"Leder {at}", Role.LEADER) for at in range(leaders))
        manifest = Manifest(GATHERING, "Holdet", "Eksempel Kommune", DAY, None, (), PrivacyNotice(), None)
        self._store.people.adopt(manifest, Roster(GATHERING, people))
        self._leaders = [self._enrolled(each.email) for each in people]
        self._frame = Frame(ASKS, {each.person.id: f"Afdeling {at % 2}" for at, each in enumerate(self._leaders)})
        self._wave = self._store.surveys.plan(GATHERING, self._frame, "Ved starten", DAY, DAY + timedelta(days=13), DAY)
        self._store.surveys.look(GATHERING, self._frame, DAY)
        self._link = self._store.surveys._files.secret(GATHERING, "link") or b""

    def _enrolled(self, email: str) -> Unlocked:
        person = self._store.people.find(email)
        assert person is not None
        return self._store.access.enrol(self._store.invitations.invite(person.id, GATHERING), "fire heste i regn").unlocked

    def do(self, deed: Deed) -> None:
        surveys, unlocked = self._store.surveys, self._leaders[deed.leader]
        place = GATHERING, self._wave, unlocked.person.id
        if deed.what == "save":
            surveys.save(*place, deed.item, deed.value, DAY)
        elif deed.what == "send":
            surveys.send(*place, DAY)
        elif deed.what == "copy":
            answers = surveys.draft(*place).answers
            self._store.parcels.post(unlocked, GATHERING, "survey", {"answers": answers}, [], subject=self._wave)
        else:
            surveys.withdraw(*place)

    def close(self) -> None:
        self._store.surveys.close(GATHERING, self._wave, DAY)

    def keep(self) -> Kept:
        copy, keys = io.BytesIO(), io.BytesIO()
        self._store.backup.write(copy, ())
        self._store.backup.write_keys(keys, "nøgler.zip")
        copy.seek(0)
        opened = unsealed(copy, self._store.backup.key)
        return {**members(opened), **members(keys), "copy": copy.getvalue(), "files": self._files()}

    def _files(self) -> bytes:
        if self._sqlite:
            log = self._file.with_name(f"{self._file.name}-wal")
            return self._file.read_bytes() + log.read_bytes()
        with self._store._database.reading() as connection:
            query = f"SELECT ctid, xmin, cmin, token FROM survey_answer WHERE gathering = '{GATHERING}' ORDER BY ctid"
            return "\n".join(str(tuple(row)) for row in connection.execute(text(query))).encode()

    def whose(self) -> dict[Mark, int]:
        link, people = self._link, enumerate(self._leaders)
        return {token(link, GATHERING, self._wave, one.person.id, item): at for at, one in people for item in ITEMS}

    def end(self) -> None:
        self._store.close()


class Naive:
    """No names and every answer sealed; but rows in the order they came, a key that is kept, and a sum that is shown."""

    def __init__(self, leaders: int, place: Path) -> None:
        self._file = place / "naive.sqlite"
        self._key, self._random = Random(str(place)).randbytes(32), Random(str(place))
        self._marks = {(at, item): self._random.randbytes(16).hex() for at in range(leaders) for item in ITEMS}
        with closing(sqlite3.connect(self._file)) as database:
            database.execute("CREATE TABLE answer (item TEXT, token TEXT PRIMARY KEY, sealed BLOB)")

    def do(self, deed: Deed) -> None:
        with closing(sqlite3.connect(self._file, isolation_level=None)) as database:
            if deed.what == "save":
                place = GATHERING, "w", deed.item, self._marks[deed.leader, deed.item]
                row = (deed.item, place[3], seal(self._key, bytes([deed.value]), "survey answer", *place))
                database.execute(
                    "INSERT INTO answer VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET sealed = excluded.sealed", row
                )
            elif deed.what == "withdraw":
                marks = [self._marks[deed.leader, item] for item in ITEMS]
                database.execute("DELETE FROM answer WHERE token IN (?, ?, ?)", marks)

    def close(self) -> None: ...

    def keep(self) -> Kept:
        with closing(sqlite3.connect(self._file)) as database:
            rows = database.execute("SELECT item, token, sealed FROM answer ORDER BY rowid").fetchall()
        told = [[GATHERING, "w", item, mark, b64encode(sealed).decode()] for item, mark, sealed in rows]
        sums = {each: sum(self._value(row) for row in told if row[2] == each) for each in ITEMS}
        content = "".join(json.dumps(row) + "\n" for row in told).encode()
        keys = {f"keys/{GATHERING}": self._key}
        return {ROWS: content, "sums": json.dumps(sums).encode(), **keys, "copy": content, "files": self._file.read_bytes()}

    def _value(self, row: Sequence[str]) -> int:
        return unseal(self._key, b64decode(row[4]), "survey answer", *row[:4])[0]

    def whose(self) -> dict[Mark, int]:
        return {mark: leader for (leader, _), mark in self._marks.items()}

    def end(self) -> None: ...


def members(file: io.BytesIO) -> Kept:
    """The members of a copy but the manifest, which tells when it was made."""
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "manifest.json"}


def acts(leaders: int, random: Random) -> tuple[list[Deed], list[Deed]]:
    """What they do while the wave is open, each in an own order and all among each other; and after its close."""
    todo = [list(_course(leader, random)) for leader in range(leaders)]
    turns = [leader for leader in range(leaders) for _ in todo[leader]]
    random.shuffle(turns)
    after = [Deed(leader, "withdraw") for leader in range(leaders) if random.random() < 0.2]
    random.shuffle(after)
    return [todo[leader].pop(0) for leader in turns], after


def _course(leader: int, random: Random) -> Iterator[Deed]:
    def saves(items: Sequence[str]) -> Iterator[Deed]:
        return (Deed(leader, "save", item, random.randrange(6)) for item in random.sample(items, len(items)))

    yield from saves(ITEMS)
    if random.random() < 0.2:
        yield Deed(leader, "withdraw")
        yield from saves(ITEMS)
    yield Deed(leader, "send")
    if random.random() < 0.3:
        yield Deed(leader, "copy")
    if random.random() < 0.4:
        yield from saves(random.sample(ITEMS, 1))
    if random.random() < 0.1:
        yield Deed(leader, "withdraw")


@dataclass
class Tally:
    """What the attacker hit, by the way of guessing, in the first half of the programmes and in the other."""

    halves: tuple[dict[str, Score], dict[str, Score]] = field(default_factory=lambda: (_scores(), _scores()))
    leaders: int = 0
    backups: int = 0

    def score(self, way: str) -> Score:
        """Over all programmes."""
        return self.halves[0][way] + self.halves[1][way]

    def best(self, what: str) -> tuple[str, Score]:
        """The way that hit most above chance."""
        return max(((way, self.score(way)) for way in self._ways(what)), key=lambda found: found[1].deviations)

    def picked(self, what: str) -> tuple[str, Score]:
        """The way that did best in the first half, and what it hit in the other."""
        way = max(self._ways(what), key=lambda way: self.halves[0][way].deviations)
        return way, self.halves[1][way]

    def likelihood(self, what: str) -> float:
        """How likely chance alone is to make the best of all ways as good as it is, or better (Bonferroni)."""
        return min(1, len(self._ways(what)) * erfc(self.best(what)[1].deviations / sqrt(2)) / 2)

    def _ways(self, what: str) -> list[str]:
        return [way for way in self.halves[0] if way.startswith(what) and way in self.halves[1] and self.score(way).variance]


def _scores() -> dict[str, Score]:
    return defaultdict(Score)


def tally(made: Callable[[int, Path], Kind], programmes: int, place: Path, seed: int = 1) -> Tally:
    """What the attacker hits in so many programmes of 6 to 9 leaders."""
    found, random = Tally(), Random(seed)
    for number in range(programmes):
        folder = place / str(number)
        folder.mkdir()
        leaders = random.randint(6, 9)
        _attacked(made(leaders, folder), acts(leaders, random), found, found.halves[number * 2 // programmes])
        found.leaders += leaders
    return found


def _attacked(store: Kind, deeds: tuple[list[Deed], list[Deed]], found: Tally, scores: dict[str, Score]) -> None:
    held: list[tuple[Deed | None, Kept]] = [(None, store.keep())]
    for deed in deeds[0]:
        store.do(deed)
        held.append((deed, store.keep()))
    store.close()
    held.append((None, store.keep()))
    closed = len(held) - 1
    for deed in deeds[1]:
        store.do(deed)
        held.append((deed, store.keep()))
    whose = store.whose()
    store.end()
    found.backups += len(held)
    attack = Attack(held, closed)
    said = _said(deeds[0])
    for item in ITEMS:
        for way, rows, leaders in attack.rows(item):
            scores[f"row: {way}"].match([whose[mark] for mark in rows], leaders)
        answers = {leader: given[item] for leader, given in said.items()}
        for way, guess in attack.answers(item, answers):
            scores[f"answer: {way}"].match([guess[leader] for leader in answers], list(answers.values()))


def _said(deeds: Sequence[Deed]) -> dict[int, dict[str, int]]:
    """What stands when the wave is closed, of those who have sent it."""
    drafts: dict[int, dict[str, int]] = defaultdict(dict)
    sent: set[int] = set()
    for deed in deeds:
        if deed.what == "save":
            drafts[deed.leader][deed.item] = deed.value
        elif deed.what == "send":
            sent.add(deed.leader)
        elif deed.what == "withdraw":
            drafts.pop(deed.leader, None)
            sent.discard(deed.leader)
    return {leader: drafts[leader] for leader in sorted(sent)}


class Attack:
    """What is made of all that was kept: what was done, and the backup after it; ``closed``: the one after the close."""

    def __init__(self, held: Sequence[tuple[Deed | None, Kept]], closed: int) -> None:
        self._deeds, self._kept = [deed for deed, _ in held], [kept for _, kept in held]
        self._closed = closed
        self._tables = [{row[3]: row for row in map(json.loads, kept[ROWS].splitlines())} for kept in self._kept]
        self._keys = {value for kept in self._kept for name, value in kept.items() if name.startswith("keys/")}
        self._seen = [measures(before, after) for before, after in pairwise(self._kept)]
        sent = {deed.leader for deed in self._deeds[:closed] if deed and deed.what == "send"}
        self._sent = sorted(leader for leader in sent if not self._withdrew(leader, range(closed)))

    def rows(self, item: str) -> Iterator[tuple[str, list[Mark], list[int]]]:
        """A way, the rows that are left in an order, and the leaders they may be of in another."""
        left = [leader for leader in self._sent if not self._withdrew(leader, range(self._closed, len(self._deeds)))]
        orders = {what: sorted(left, key=lambda leader: at(leader)) for what, at in self._leader_orders(item).items()}
        for way, rows in self._row_orders(item).items():
            for what, leaders in orders.items():
                yield f"rows by {way}, leaders by {what}", rows, leaders

    def answers(self, item: str, given: Mapping[int, int]) -> Iterator[tuple[str, dict[int, int]]]:
        """A way, and the guess of each leader's answer. Of ``given`` only how often each answer stands in it is used."""
        answers, leaders = sorted(given.values()), list(given)
        for when, at in (*self._leader_orders(item).items(), ("chance to change", self._last_change)):
            for name in self._seen[0]:
                drawn = SystemRandom().sample(leaders, len(leaders))  # who is alike comes in no order that would add up
                ordered = sorted(drawn, key=lambda leader: self._seen[max(at(leader), 1) - 1][name])
                yield f"{name} at {when}", dict(zip(ordered, answers, strict=True))
        read = self._read(item)
        rest = list(answers)
        for leader in leaders:
            if read.get(leader) in rest:
                rest.remove(read[leader])
            else:
                read.pop(leader, None)
        unread = iter(rest)
        yield "read", {leader: read[leader] if leader in read else next(unread) for leader in leaders}

    def _leader_orders(self, item: str) -> dict[str, Callable[[int], int]]:
        """When a leader did something, as the number of the backup after it."""

        def moments(leader: int, what: str) -> list[int]:
            return [
                number
                for number, deed in enumerate(self._deeds[: self._closed])
                if deed and deed.leader == leader and deed.what == what and deed.item in ("", item)
            ] or [0]

        return {
            "first save": lambda leader: moments(leader, "save")[0],
            "last save": lambda leader: moments(leader, "save")[-1],
            "sending": lambda leader: moments(leader, "send")[-1],
            "copy": lambda leader: moments(leader, "copy")[-1],
            "name": lambda leader: leader,
        }

    def _last_change(self, leader: int) -> int:
        return max(number for number, deed in enumerate(self._deeds) if deed and deed.leader == leader)

    def _row_orders(self, item: str) -> dict[str, list[Mark]]:
        """The rows that are left of an item, in every order there is to put them in."""
        rows, files = self._tables[-1], self._kept[-1]["files"]
        marks = [mark for mark, row in rows.items() if row[2] == item]
        keys: dict[str, Callable[[Mark], object]] = {
            "copy": marks.index,
            "file": lambda mark: files.find(mark.encode()),
            "last place in the file": lambda mark: files.rfind(mark.encode()),
            "token": lambda mark: mark,
            "sealed bytes": lambda mark: b64decode(rows[mark][4]),
            "first backup that holds them": lambda mark: self._first(lambda at: self._holds(at, mark)),
            "first backup that holds them as they are": lambda mark: self._first(
                lambda at: self._tables[at].get(mark) == rows[mark]
            ),
        }
        return {way: sorted(marks, key=key) for way, key in keys.items()}  # type: ignore[arg-type] # of one kind each

    def _first(self, holds: Callable[[int], bool]) -> int:
        return next(number for number in range(len(self._kept)) if holds(number))

    def _holds(self, number: int, mark: Mark) -> bool:
        kept = self._kept[number]
        return mark in self._tables[number] or mark.encode() in kept["files"]

    def _read(self, item: str) -> dict[int, int]:
        """What a key that was kept opens of the rows that came, changed or went at a leader's doing; the last says it."""
        read: dict[int, int] = {}
        for number, (before, after) in enumerate(pairwise(self._tables), start=1):
            deed = self._deeds[number]
            here = before if deed and deed.what == "withdraw" else after
            for mark in {*before, *after} if deed else ():
                if deed and before.get(mark) != after.get(mark) and mark in here and here[mark][2] == item:
                    value = self._opened(here[mark])
                    if value is not None:
                        read[deed.leader] = value
        return read

    def _opened(self, row: Sequence[str]) -> int | None:
        for key in self._keys:
            try:
                return unseal(key, b64decode(row[4]), "survey answer", *row[:4])[0]
            except SealError:
                continue
        return None

    def _withdrew(self, leader: int, when: range) -> bool:
        """Whether the leader's last doing then was to withdraw."""
        last = [self._deeds[at] for at in when if (deed := self._deeds[at]) and deed.leader == leader]
        return bool(last and last[-1] and last[-1].what == "withdraw")


def measures(before: Kept, after: Kept) -> dict[str, float]:
    """What can be measured of the difference between two backups."""
    names = [name for name in after if name not in ("copy", "files") and before.get(name) != after[name]]
    new = b"".join(_told(before.get(name, b""), after[name]) for name in names)
    old = b"".join(_told(after[name], before.get(name, b"")) for name in names)
    return {
        "size of the copy": len(after["copy"]) - len(before["copy"]),
        "size of the tables": sum(len(after[name]) - len(before.get(name, b"")) for name in names),
        "size of the files": len(after["files"]) - len(before["files"]),
        "free pages": _free(after["files"]) - _free(before["files"]),
        "bytes of the files that are another": _unlike(before["files"], after["files"]),
        "rows that are another": new.count(b"\n"),
        "bytes that are another": _unlike(old, new),
        "sum of what is new": float(sum(new)),
        "sum of the difference": float(sum(new) - sum(old)),
        "bits": float(int.from_bytes(new).bit_count()),
        "first byte": new[0] if new else 0,
        "last byte": new[-1] if new else 0,
    }


def _told(one: bytes, other: bytes) -> bytes:
    """The lines of the other that the one has not; with what is sealed in them as it is."""
    known = set(one.splitlines())
    return b"".join(_raw(line) + b"\n" for line in other.splitlines() if line not in known)


def _raw(line: bytes) -> bytes:
    """The last long text of a row, which is what is sealed in it; else the row."""
    told = json.loads(line)
    sealed = [each for each in told if isinstance(each, str) and len(each) > 50] if isinstance(told, list) else []
    return b64decode(sealed[-1]) if sealed else line


def _unlike(one: bytes, other: bytes) -> int:
    size = min(len(one), len(other))
    return int(np.count_nonzero(np.frombuffer(one, np.uint8, size) != np.frombuffer(other, np.uint8, size)))


def _free(files: bytes) -> int:
    """The free pages that SQLite's header tells of, https://www.sqlite.org/fileformat.html#the_freelist."""
    return int.from_bytes(files[36:40]) if files.startswith(b"SQLite format 3") else 0


def run(programmes: int) -> None:
    """Print what the attacker hits in the store, on either database, and in a naive one."""
    from ..postgres import running_server

    with running_server() as server, tempfile.TemporaryDirectory() as folder:
        kinds: list[tuple[str, Callable[[int, Path], Kind], int]] = [
            ("naive", Naive, programmes),
            ("SQLite", Ours, programmes),
            ("PostgreSQL", lambda leaders, place: Ours(leaders, place, server.create()), max(programmes // 10, 2)),
        ]
        for name, made, number in kinds:
            place = Path(folder) / name
            place.mkdir()
            found = tally(made, number, place)
            print(f"{name}: {number} programmes, {found.leaders} leaders, {found.backups} backups kept")
            for what in ("row", "answer"):
                for told, (way, score) in (("best", found.best(what)), ("picked before", found.picked(what))):
                    print(f"  {told} way to guess {way}: {score}")
                print(f"  as good by chance: {found.likelihood(what):.2g}", flush=True)


if __name__ == "__main__":
    run(int(sys.argv[1]))
