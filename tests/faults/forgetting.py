"""Forgetting: what is deleted is gone from disk within a minute, no old copy brings it back, and a changed receipt shows.

A cohort lives on a real server with each database, which copies itself all the while. One leader is deleted, then all of
it, by the commands that IT types. Looked for is every plain word that was planted (texts, names, addresses) and every
sealed value and key, byte for byte, in all files: keys, database, its log, mails, exports, temporary files, the server's own
output, and its copies of itself, opened with their key.
"""

import base64
import json
import random
import tempfile
import time
import uuid
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
from sqlalchemy import LargeBinary, Table, create_engine, select

from fællesledelse.errors import FællesledelseError
from fællesledelse.server.deletion import go_on
from fællesledelse.server.shelf import Shelf
from fællesledelse.store import Store, schema
from fællesledelse.store.restore import restore
from fællesledelse.store.sealed_file import unsealed
from fællesledelse.store.signing import examined

from ..postgres import Server as Postgres
from ..postgres import running_server
from ..server.circles import Leader, regroup
from ..server.conftest import CHEAP, enrol_everyone
from ..server.people import ANNA, BENT, CARLA, DORTE, PHRASE, VIBEKE, Someone, write_gathering
from ..server.serving import Server, start, wait_for
from ..server.test_operations import asked, without_key
from .figure import Figure

TEXTS = 500
"""How many texts each leader writes in the whole trial."""

BOTH = 0.1
"""From what share on PostgreSQL is tried too: its server and half of the trial are not for every run of the tests."""

CHANGES = 2000
"""How many receipts are tampered with in the whole trial, a byte each."""

MINUTE = 60.0
HEAD = 48
"""How many bytes of a sealed value are looked for: whole groups of three, as base64 writes them."""

FIELD = "episodes.1.did"
LEADERS = (ANNA, BENT, CARLA, DORTE)


@dataclass
class Told:
    """What has been counted so far; ``looked`` and ``left`` are canaries by where they were looked for."""

    slowest: float = 0.0
    looked: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    copies: int = 0
    revived: int = 0
    receipts: list[bytes] = field(default_factory=list)

    def look(self, where: str, canaries: Collection[bytes], *folders: Path) -> None:
        """Look for each of the canaries in all files of those folders."""
        self.count(where, canaries, found(canaries, folders))

    def count(self, where: str, canaries: Collection[bytes], left: Collection[bytes]) -> None:
        """Add those that were looked for and those that were found."""
        self.looked[where] = self.looked.get(where, 0) + len(canaries)
        self.left[where] = self.left.get(where, 0) + len(left)


def tried(seed: int, share: float) -> Iterator[Figure]:
    """The figures: 500 texts by each of four leaders with both databases, and 2,000 receipts tampered with."""
    chance, told, texts = random.Random(seed), Told(), max(3, round(TEXTS * share))
    _live(None, texts, chance, told)
    if share >= BOTH:
        with running_server() as postgres:
            _live(postgres, texts, chance, told)
    promise = "forgetting"
    yield Figure(
        promise, "a leader or a cohort deleted, the slowest", "≤ 60 s", f"{told.slowest:.1f} s", told.slowest <= MINUTE
    )
    for where, looked in told.looked.items():
        left = told.left[where]
        yield Figure(promise, f"canaries left in {where}", "0", f"{left} of {looked}", left == 0)
    yield Figure(
        promise, "old copies put back that revive something", "0", f"{told.revived} of {told.copies}", not told.revived
    )
    tampered = max(50, round(CHANGES * share))
    believed = sum(_believed(chance.choice(told.receipts), chance) for _ in range(tampered))
    yield Figure(promise, "receipts changed by a byte and believed", "0", f"{believed} of {tampered}", believed == 0)


def _live(postgres: Postgres | None, texts: int, chance: random.Random, told: Told) -> None:
    """A cohort from its first text to its receipt; ``postgres``: where its database is, None for SQLite."""
    with _cohort(postgres) as here:
        words = {who: [f"KANARIE-{chance.getrandbits(64):016x}" for _ in range(texts)] for who in LEADERS}
        leaders = {who: Leader(here.server, who) for who in LEADERS}
        for who, leader in leaders.items():
            for version, text in enumerate(words[who]):
                leader.client.saved(FIELD, text, version)
        _share(leaders[BENT], leaders[ANNA], words[BENT][0])
        leaders[ANNA].client.get("/api/demo/mine.zip").raise_for_status()
        here.copy("før")
        every = here.sealed(tables=set(schema.metadata.sorted_tables) - {schema.session})  # a copy leaves sessions out
        wait_for(lambda: here.kept(every) == every)
        _without_bent(here, leaders, words[BENT], told)
        _without_anyone(here, words, told)


def _without_bent(here: "_Cohort", leaders: dict[Someone, Leader], words: list[str], told: Told) -> None:
    regroup(here.folder, {"1": (ANNA, CARLA, DORTE)})
    Leader(here.server, VIBEKE).client.get("/hold/demo/overblik").raise_for_status()
    leaders[BENT].client.get("/api/demo/mine.zip").raise_for_status()
    canaries = here.sealed(leaders[BENT].id)
    here.write_out()
    assert found(canaries, here.files), "the search itself must be able to find something"
    plain = [each.encode() for each in (*words, BENT.email, BENT.name)]
    here.timed(told, "leder", "slet", "demo", BENT.email, typed=BENT.email)
    here.write_out()
    told.look(f"the files of {here.kind} after a leader", {*canaries, *plain}, *here.files)
    told.count("the server's copies of itself after a leader", {*canaries, *plain}, here.kept({*canaries, *plain}))
    here.copy("efter")
    _revived(told, here, [BENT], (here.old, "efter"), *((path, "før") for path in here.copies))


def _without_anyone(here: "_Cohort", words: dict[Someone, list[str]], told: Told) -> None:
    canaries = here.sealed() | {path.read_bytes() for path in here.data.glob("keys/demo/*key")}
    plain = [each.encode() for who in LEADERS for each in (*words[who], who.email, who.name)]
    here.timed(told, "hold", "slet", "demo", typed="Holdet demo")
    here.write_out()
    told.look(f"the files of {here.kind} while it runs", {*canaries, *plain}, *here.files)
    told.count("the server's copies of itself after a cohort", {*canaries, *plain}, here.kept({*canaries, *plain}))
    assert here.server.stop() == 0
    told.look(f"the files of {here.kind} when it has stopped", {*canaries, *plain}, *here.files)
    if here.cluster is not None:
        texts = {each.encode() for who in LEADERS for each in words[who]}
        told.look("all of PostgreSQL's files: what leaders wrote", texts, here.cluster, here.cluster.parent / "log")
    for keys in ("før", "efter"):
        without_key(here.place / f"nøgler-{keys}.zip")  # what the receipt says is to be done by hand
    _revived(told, here, LEADERS, *((path, "før") for path in here.copies))
    _revived(told, here, LEADERS, (here.old, "før"), (here.old, "efter"), names=False)
    with here.put_back(here.old, "efter", over=True) as store:
        told.copies += 1
        told.revived += any(_knows(store, who) for who in LEADERS)


def _revived(
    told: Told, here: "_Cohort", people: Collection[Someone], *copies: tuple[Path, str], names: bool = True
) -> None:
    """Put copies back on an empty machine, each with a copy of the keys, and count those in which someone is there again.

    Without ``names`` only texts count: names in old copies are among what the receipt can't prove.
    """
    for copy, keys in copies:
        with here.put_back(copy, keys) as store:
            told.copies += 1
            told.revived += any(_reads(store, who) or (names and _knows(store, who)) for who in people)


def _share(author: Leader, reader: Leader, text: str) -> None:
    """Share a draft with the group, be given feedback, and publish."""
    author.agree(reader)
    reader.give(author.share(text), well="GIVET AF EN ANDEN")
    body = {"publication_id": uuid.uuid4().hex, "readers": "cohort", "headings": ["draft.task"], "day": "2026-01-01"}
    author.client.put("/api/demo/publication", json=body)


def _knows(store: Store, who: Someone) -> bool:
    """Whether there is anybody of that address."""
    return store.people.find(who.email) is not None


def _reads(store: Store, who: Someone) -> bool:
    """Whether someone can sign in with the old pass phrase and read a text."""
    with suppress(FællesledelseError):
        unlocked = store.access.sign_in(who.email, PHRASE)
        return bool(store.answers.read(unlocked, "demo", [FIELD])[FIELD].text)
    return False


def _believed(receipt: bytes, chance: random.Random) -> bool:
    """Whether a receipt with one byte of it changed is taken for what was signed, and says something else."""
    changed = bytearray(receipt)
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(7)
    try:
        return examined(bytes(changed))[0] != examined(receipt)[0]
    except FællesledelseError:
        return False


@dataclass
class _Cohort:
    """A server with a cohort whose leaders have all enrolled. ``url``: its database, None for SQLite beside its keys."""

    place: Path
    folder: Path
    server: Server
    url: str | None
    postgres: Postgres | None
    cluster: Path | None

    @property
    def kind(self) -> str:
        return "PostgreSQL" if self.url else "SQLite"

    @property
    def data(self) -> Path:
        return self.server.settings.data

    @property
    def files(self) -> list[Path]:
        """All that the server has written. What PostgreSQL's own log holds is among what the receipt says it can't prove."""
        own = [self.data, self.place / "tmp", self.server.log]
        return own if self.cluster is None else [*own, self.cluster / "base" / self._folder()]

    def _folder(self) -> str:
        """Where this database's files are, apart from those of copies that are put back."""
        assert self.url is not None
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
        assert row is not None
        return str(row[0])

    def write_out(self) -> None:
        """Let PostgreSQL write to its files what it has in memory, as it does by itself every few minutes."""
        if self.url is not None:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute("CHECKPOINT")

    def sealed(self, person: str | None = None, tables: Collection[Table] = schema.metadata.sorted_tables) -> set[bytes]:
        """Every sealed value in those tables, of one person or of all: the beginning, where a page can't have parted it."""
        file = f"sqlite:///file:{self.data}/faellesledelse.sqlite?mode=ro&uri=true"
        engine = create_engine(self.url.replace("postgresql:", "postgresql+psycopg:", 1) if self.url else file)
        with engine.connect() as connection:
            queries = [query for table in tables for query in _values(table, person)]
            values = [value for query in queries for value in connection.execute(query).scalars()]
        engine.dispose()
        return {bytes(each)[:HEAD] for each in values if each and len(each) >= HEAD}

    @property
    def old(self) -> Path:
        """The copy that IT made before anything was deleted."""
        return self.place / "kopi-før.zip"

    @property
    def copies(self) -> list[Path]:
        """Those that the server has taken of itself and still keeps."""
        return sorted((self.place / "kopier").glob("*.kopi"))

    def kept(self, canaries: Collection[bytes]) -> set[bytes]:
        """Those of the canaries that stand in a copy which the server keeps of itself, sealed or opened, in any form."""
        left = found(canaries, [self.place / "kopier"])
        key = (self.data / "keys/backup.key").read_bytes()
        for path in self.copies:
            with suppress(FileNotFoundError), path.open("rb") as file, zipfile.ZipFile(unsealed(file, key)) as archive:
                contents = [archive.read(name) for name in archive.namelist()]
                left |= {each for each in canaries if any(form in content for form in _forms(each) for content in contents)}
        return left

    def copy(self, name: str) -> None:
        """Copies of everything, as IT makes them."""
        done = asked(self.server, "backup", self.place / f"kopi-{name}.zip", "--nøgler", self.place / f"nøgler-{name}.zip")
        assert done.returncode == 0, done.stderr

    def timed(self, told: Told, *command: str, typed: str) -> None:
        """Run a command that deletes, and note how long it took and its receipt."""
        began = time.monotonic()
        done = asked(self.server, *command, typed=f"{typed}\n", at=self.place)
        told.slowest = max(told.slowest, time.monotonic() - began)
        assert done.returncode == 0, done.stderr
        (path,) = self.place.glob("kvittering-*.json")
        told.receipts.append(path.read_bytes())
        path.unlink()

    @contextmanager
    def put_back(self, copy: Path, keys: str, over: bool = False) -> Iterator[Store]:
        """The store of an old copy that is put back and started: on an empty machine, or ``over`` the data folder."""
        data = self.data if over else Path(tempfile.mkdtemp(dir=self.place))
        url = self.postgres.create() if self.postgres else f"sqlite:///{data}/faellesledelse.sqlite"
        restore(copy, self.place / f"nøgler-{keys}.zip", url, data)
        store = Store.open(url, data / "keys", kdf_cost=CHEAP)
        try:
            go_on(store, replace(self.server.settings, data=data), Shelf([]))
            yield store
        finally:
            store.close()


def _forms(canary: bytes) -> tuple[bytes, ...]:
    """A canary as it is, and as a line of a copied table may hold it."""
    return canary, base64.b64encode(canary), json.dumps(canary.decode("latin-1")).strip('"').encode()


def _values(table: Table, person: str | None) -> Iterator[object]:
    """The queries for the sealed columns of a table; of one person where it says whose a row is, and that the row goes."""
    for column in table.columns:
        if isinstance(column.type, LargeBinary) and column.name != "salt":
            if person is None:
                yield select(column)
            elif table is schema.parcel:
                yield select(column).where(table.c.person == person, table.c.kind.in_(["draft", "foundation"]))
            elif "person" in table.c and table is not schema.parcel_key:
                yield select(column).where(table.c.person == person)


@contextmanager
def _cohort(postgres: Postgres | None) -> Iterator[_Cohort]:
    with tempfile.TemporaryDirectory(prefix="fl-") as name:
        place = Path(name)
        folder, data, url = place / "demo", place / "data", postgres.create() if postgres else None
        for made in (place / "tmp", place / "kopier", data):
            made.mkdir()
        write_gathering(folder, "demo")
        regroup(folder, {"1": (ANNA, BENT), "2": (CARLA, DORTE)})
        _enrol(url or f"sqlite:///{data}/faellesledelse.sqlite", data / "keys", folder)
        own = {"TMPDIR": str(place / "tmp"), "FAELLESLEDELSE_BACKUP": str(place / "kopier"), "TEST_COPY_EVERY": "1"}
        server = start(data, [folder], own | ({"FAELLESLEDELSE_DATABASE": url} if url else {}), clocked=True)
        try:
            server.wait_until_up()
            yield _Cohort(place, folder, server, url, postgres, _cluster(url))
        finally:
            server.end()


def _enrol(url: str, keys: Path, folder: Path) -> None:
    enrol_everyone(url, keys, {"demo": folder}, (*LEADERS, VIBEKE))


def _cluster(url: str | None) -> Path | None:
    """Where PostgreSQL keeps its files."""
    if url is None:
        return None
    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    return Path(row[0])


def found(canaries: Collection[bytes], places: Collection[Path]) -> set[bytes]:
    """Those of the canaries that stand in a file, whole."""
    files = [path for place in places for path in ([place] if place.is_file() else place.rglob("*")) if path.is_file()]
    left: set[bytes] = set()
    for path in files:
        with suppress(FileNotFoundError):  # deleted since it was listed
            content = path.read_bytes()
            left |= {each for each in canaries if each in content}
    return left
