"""A copy of everything, and what becomes of it: put back it is the same, without its keys it opens nothing."""

import io
import json
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import delete, inspect, select

from fællesledelse.errors import BackupError, SealError, StoreError
from fællesledelse.store import LineState, MailingKind, Planned, Store, Unlocked, schema
from fællesledelse.store.backup import Copy
from fællesledelse.store.database import Database
from fællesledelse.store.deletion import _rules
from fællesledelse.store.restore import FOUND, restore
from fællesledelse.store.sealed_file import SealedWriter, unsealed

from ..postgres import Server
from .conftest import ANNA, BENT, CHEAP, PHRASE, Clock, House, rows

KEY = "draft.task"
TEXT = "Ærlig tale, også når det er svært.\r\n\tÅrets løfte: 100 % „nærvær“ 🌱"
LATER = "Skrevet efter kopien"


@dataclass
class Copies:
    """Where the copies of a test are, and what makes them."""

    house: House
    backup: Path
    keys: Path

    def opened(self) -> io.BytesIO:
        """The zip file that is sealed in the first."""
        with self.backup.open("rb") as file:
            return unsealed(file, self.house.store.backup.key)

    def rewrite(self, name: str, content: bytes) -> None:
        """Seal the same zip file with another content of one member."""
        zipped = self.opened()
        rewritten(zipped, name, content)
        self.seal(zipped)

    def seal(self, zipped: io.BytesIO) -> None:
        """Put that zip file in place of the one that is sealed there."""
        with self.backup.open("wb") as target:
            writer = SealedWriter(target, self.house.store.backup.key)
            writer.write(zipped.getvalue())
            writer.finish()

    def member(self, name: str) -> bytes:
        """What a member of it holds."""
        with zipfile.ZipFile(self.opened()) as archive:
            return archive.read(name)

    def make(self) -> "Copies":
        """Copy everything as it is now."""
        with self.backup.open("wb") as target:
            self.house.store.backup.write(target, [("audit.jsonl", b"{}\n"), ("hold/demo/notebooks/a.ipynb", b"{}")])
        with self.keys.open("wb") as target:
            self.house.store.backup.write_keys(target, str(self.keys))
        return self


@pytest.fixture
def empty(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> str:
    """The address of an empty database of the same kind."""
    if database_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/new/store.db"
    server: Server = request.getfixturevalue("postgres_server")
    return server.create()


@pytest.fixture
def copies(house: House, anna: Unlocked, tmp_path: Path) -> Copies:
    """Copies of a gathering in which Anna has written."""
    house.store.answers.save(anna, "demo", KEY, TEXT, 0, "a")
    return Copies(house, tmp_path / "a.zip", tmp_path / "b.zip").make()


def opened(url: str, data: Path, clock: Clock) -> Store:
    return Store.open(url, data / "keys", clock, CHEAP)


def test_what_is_put_back_is_the_same_row_for_row_and_byte_for_byte(
    copies: Copies, anna: Unlocked, empty: str, tmp_path: Path, clock: Clock
) -> None:
    house, data = copies.house, tmp_path / "new"
    data.mkdir()
    was = rows(house.store)
    assert was["session"] == []
    house.store.answers.save(anna, "demo", KEY, LATER, 1, "b")

    done = restore(copies.backup, copies.keys, empty, data)

    assert (done.gatherings, done.sealed, done.deleted, done.aside) == (("demo",), (), (), None)
    assert done.rows == sum(map(len, was.values()))
    assert (data / "audit.jsonl").read_bytes() == b"{}\n"
    assert (data / FOUND / "demo/notebooks/a.ipynb").read_bytes() == b"{}"
    store = opened(empty, data, clock)
    assert rows(store) == was
    unlocked = store.access.sign_in(ANNA.email, PHRASE)
    assert store.answers.read(unlocked, "demo", [KEY])[KEY].text == TEXT
    store.close()


def test_a_mail_that_waited_in_the_copy_is_not_sent_again_by_itself(
    house: House, copies: Copies, empty: str, tmp_path: Path, clock: Clock
) -> None:
    mailing = house.store.mailings.begin(
        "demo", MailingKind.INVITATION, [Planned(house.person(who).id) for who in (ANNA, BENT)]
    )
    line = house.store.mailings.take(mailing)
    assert line is not None
    house.store.mailings.settle(line, LineState.SENT)
    copies.make()
    (tmp_path / "new").mkdir()
    restore(copies.backup, copies.keys, empty, tmp_path / "new")
    store = opened(empty, tmp_path / "new", clock)
    store.mailings.recover()
    assert sorted(line.state for line in store.mailings.lines("demo")) == [LineState.SENT, LineState.UNCERTAIN]
    assert store.mailings.take(mailing) is None
    store.close()


def test_the_tables_are_those_of_one_moment_while_people_write(
    house: House, anna: Unlocked, empty: str, tmp_path: Path, clock: Clock
) -> None:
    """Whatever has been saved when the copy is made is there, each text after the one before it."""
    over = threading.Event()

    def write() -> None:
        number = 0
        while not over.is_set():
            house.store.answers.save(anna, "demo", KEY, f"Tekst {number + 1}", number, f"s{number}")
            number += 1

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            while len(house.store.answers.versions(anna, "demo", KEY)) < 5:
                assert not writing.done()
            copies = Copies(house, tmp_path / "a.zip", tmp_path / "b.zip").make()
        finally:
            over.set()
        writing.result()
    restore(copies.backup, copies.keys, empty, tmp_path / "new")
    store = opened(empty, tmp_path / "new", clock)
    unlocked = store.access.sign_in(ANNA.email, PHRASE)
    texts = [version.text for version in reversed(store.answers.versions(unlocked, "demo", KEY))]
    assert len(texts) >= 5
    assert texts == [f"Tekst {number}" for number in range(1, len(texts) + 1)]
    assert store.answers.read(unlocked, "demo", [KEY])[KEY].text == texts[-1]
    store.close()


def test_who_has_signed_out_stays_so(copies: Copies, anna: Unlocked, empty: str, tmp_path: Path, clock: Clock) -> None:
    cookie = copies.house.store.access.remember(anna, "bærbar")
    copies.make()
    restore(copies.backup, copies.keys, empty, tmp_path / "new")
    store = opened(empty, tmp_path / "new", clock)
    assert store.access.resume(cookie) is None
    store.close()


def test_a_copy_of_sqlite_can_be_put_back_in_postgresql_and_again(
    sqlite_url: str, postgres_server: Server, keys: Path, tmp_path: Path, clock: Clock
) -> None:
    house = House(Store.open(sqlite_url, keys, clock, CHEAP), clock, sqlite_url, keys)
    house.adopt()
    house.store.answers.save(house.enrol(ANNA).unlocked, "demo", KEY, TEXT, 0, "a")
    was, url = rows(house.store), postgres_server.create()
    first = Copies(house, tmp_path / "a.zip", tmp_path / "b.zip").make()
    restore(first.backup, first.keys, url, tmp_path / "there")
    house.store.close()
    house.store = opened(url, tmp_path / "there", clock)
    assert rows(house.store) == was
    back = Copies(house, tmp_path / "c.zip", tmp_path / "d.zip").make()
    restore(back.backup, back.keys, f"sqlite:///{tmp_path}/back/store.db", tmp_path / "back")
    house.store.close()
    store = opened(f"sqlite:///{tmp_path}/back/store.db", tmp_path / "back", clock)
    assert rows(store) == was
    store.close()


def test_the_copy_holds_no_key_and_without_the_keys_it_opens_nothing(
    copies: Copies, empty: str, keys: Path, tmp_path: Path, clock: Clock
) -> None:
    key, sealed = (keys / "demo/content.key").read_bytes(), copies.backup.read_bytes()
    with zipfile.ZipFile(copies.opened()) as archive:
        contents = [archive.read(name) for name in archive.namelist()]
    assert not [content for content in contents if key in content or key.hex().encode() in content]
    open_words = [ANNA.email.encode(), b"manifest.json", b"Demoholdet"]
    assert all(
        any(words in content for content in [*contents, *map(str.encode, archive.namelist())]) for words in open_words
    )
    assert not [words for words in open_words if words in sealed], "names and addresses are for nobody either"
    with zipfile.ZipFile(copies.keys) as archive:
        assert archive.read("keys/demo") == key, "the search itself must be able to find something"

    restore(copies.backup, copies.keys, empty, tmp_path / "new")
    (tmp_path / "new/keys/demo/content.key").write_bytes(bytes(32))
    store = opened(empty, tmp_path / "new", clock)
    with pytest.raises(SealError):
        store.answers.read(store.access.sign_in(ANNA.email, PHRASE), "demo", [KEY])
    store.close()


def test_keys_of_another_house_are_told(copies: Copies, empty: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(copies.keys) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    manifest["keys"]["demo"] = "0" * 16
    rewritten(copies.keys, "manifest.json", json.dumps(manifest).encode())
    done = restore(copies.backup, copies.keys, empty, tmp_path / "new")
    assert (done.gatherings, done.sealed) == ((), ("demo",))


def rewritten(file: Path | io.BytesIO, name: str, content: bytes) -> None:
    """The same zip file with another content of one member."""
    with zipfile.ZipFile(file) as archive:
        contents = {each: archive.read(each) for each in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for each, was in contents.items():
            archive.writestr(each, content if each == name else was)


def shorter(copies: Copies) -> None:
    copies.backup.write_bytes(copies.backup.read_bytes()[:-40])


def longer(copies: Copies) -> None:
    copies.backup.write_bytes(copies.backup.read_bytes() + b"x")


def other_row(copies: Copies) -> None:
    copies.rewrite("tables/person.jsonl", copies.member("tables/person.jsonl").replace(b"Anna", b"Hans"))


def newer(copies: Copies) -> None:
    copies.rewrite("manifest.json", json.dumps(json.loads(copies.member("manifest.json")) | {"schema": "9999"}).encode())


def flipped(copies: Copies) -> None:
    content = bytearray(copies.backup.read_bytes())
    content[len(content) // 2] ^= 1
    copies.backup.write_bytes(content)


def of_another_server(copies: Copies) -> None:
    with copies.backup.open("wb") as target:
        SealedWriter(target, bytes(32)).finish()


def a_text(copies: Copies) -> None:
    copies.backup.write_text("Noget helt andet", encoding="utf-8")


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (shorter, "afkortet"),
        (other_row, "tables/person.jsonl er ikke, som det blev skrevet"),
        (flipped, "beskadiget eller afkortet"),
        (longer, "beskadiget eller afkortet"),
        (of_another_server, "De hører til en anden server"),
        (a_text, "ikke en kopi herfra"),
        (newer, "nyere udgave"),
    ],
)
def test_a_copy_that_is_not_as_it_was_written_is_refused_and_nothing_is_touched(
    sqlite_url: str, keys: Path, tmp_path: Path, clock: Clock, harm: Callable[[Copies], None], words: str
) -> None:
    house = House(Store.open(sqlite_url, keys, clock, CHEAP), clock, sqlite_url, keys)
    house.adopt()
    copies = Copies(house, tmp_path / "a.zip", tmp_path / "b.zip").make()
    house.store.close()
    harm(copies)
    with pytest.raises(BackupError, match=words):
        restore(copies.backup, copies.keys, f"sqlite:///{tmp_path}/new/store.db", tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "new.new").exists()


def test_nothing_may_follow_a_sealed_file_whose_last_piece_is_full() -> None:
    target, content = io.BytesIO(), bytes(1 << 16)
    sealed = SealedWriter(target, bytes(32))
    sealed.write(content)
    sealed.finish()
    assert unsealed(io.BytesIO(target.getvalue()), bytes(32)).read() == content
    with pytest.raises(SealError, match="follows"):
        unsealed(io.BytesIO(target.getvalue() + b"x"), bytes(32))


def test_the_two_files_can_not_be_mixed_up(copies: Copies, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="byttet om"):
        restore(copies.keys, copies.backup, f"sqlite:///{tmp_path}/new/store.db", tmp_path / "new")
    with pytest.raises(BackupError, match="byttet om"):
        restore(copies.keys, copies.keys, f"sqlite:///{tmp_path}/new/store.db", tmp_path / "new")
    copies.keys.write_bytes(b"PK")
    with pytest.raises(BackupError, match="ikke en kopi herfra"):
        Copy(copies.keys, "keys")
    with pytest.raises(BackupError, match="kan ikke læses"):
        Copy(tmp_path / "findes-ikke.zip", "keys")
    with pytest.raises(BackupError, match="kan ikke læses"):
        Copy(tmp_path / "findes-ikke", "backup", bytes(32))


def test_nothing_is_overwritten(copies: Copies, database_url: str, tmp_path: Path) -> None:
    """A database in use is locked or not empty, and a SQLite file beyond the data folder must be moved by hand."""
    words = "bliver aldrig overskrevet"
    with pytest.raises(BackupError, match=words):
        restore(copies.backup, copies.keys, database_url, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    with pytest.raises(BackupError, match="en disk for sig"):
        restore(copies.backup, copies.keys, database_url, Path("/proc"))
    assert rows(copies.house.store)["answer"]


def test_a_running_server_is_told_to_stop_and_the_data_folder_of_a_stopped_one_is_moved_aside(
    tmp_path: Path, clock: Clock
) -> None:
    data = tmp_path / "data"
    url = f"sqlite:///{data}/store.db"
    house = House(Store.open(url, data / "keys", clock, CHEAP), clock, url, data / "keys")
    house.adopt()
    anna = house.enrol(ANNA).unlocked
    house.store.answers.save(anna, "demo", KEY, TEXT, 0, "a")
    copies = Copies(house, tmp_path / "a.zip", tmp_path / "b.zip").make()
    house.store.answers.save(anna, "demo", KEY, LATER, 1, "b")
    with pytest.raises(BackupError, match="Stop den først"):
        restore(copies.backup, copies.keys, url, data)
    house.store.close()

    done = restore(copies.backup, copies.keys, url, data)
    assert done.aside is not None
    for place, text in ((data, TEXT), (done.aside, LATER)):
        store = opened(f"sqlite:///{place}/store.db", place, clock)
        assert store.answers.read(store.access.sign_in(ANNA.email, PHRASE), "demo", [KEY])[KEY].text == text
        store.close()
    handed = [json.loads(line)["file"] for line in (data / "keys/demo/copies.jsonl").read_text("utf-8").splitlines()]
    assert handed == [str(copies.keys), str(done.aside)]


def test_a_restoration_that_was_killed_is_in_the_way_until_someone_looks(copies: Copies, tmp_path: Path) -> None:
    (tmp_path / "new.new").mkdir()
    with pytest.raises(BackupError, match="blev afbrudt"):
        restore(copies.backup, copies.keys, f"sqlite:///{tmp_path}/new/store.db", tmp_path / "new")


def test_deleting_a_gathering_leaves_no_row_of_it_and_touches_no_other(house: House, keys: Path) -> None:
    """Anna is in both, there by a name that sorts behind all others; Bent in the first alone."""
    house.adopt(replace(ANNA, name="Åse Ager"), gathering="andet")
    anna, bent = house.enrol(ANNA).unlocked, house.enrol(BENT).unlocked
    for who, gathering in ((anna, "demo"), (bent, "demo"), (anna, "andet")):
        house.store.answers.save(who, gathering, KEY, TEXT, 0, "a")
    house.store.parcels.post(anna, "demo", "draft", {"text": TEXT}, [bent.person.id])
    cookies = {who.person.id: house.store.access.remember(who, "bærbar") for who in (anna, bent)}

    store = house.store
    store.deletion.begin("demo")
    with pytest.raises(StoreError):
        store.answers.read(bent, "demo", [KEY])
    assert sorted(store.deletion.addresses("demo")) == [BENT.email, "carla@eksempel.dk"]
    receipt = store.deletion.finish("demo")

    assert receipt.finished_at is not None
    assert (receipt.extent.people, receipt.extent.staying) == (2, 1)
    assert receipt.extent.rows["answer"] == 2
    assert receipt.extent.rows["parcel_key"] == 2
    left = rows(store)
    assert {row[0] for row in left["gathering"]} == {"andet"}
    assert {row[1] for row in left["person"]} == {ANNA.email}
    for table in schema.metadata.sorted_tables:
        if "gathering" in table.c:
            at = list(table.columns).index(table.c.gathering)
            assert {row[at] for row in left[table.name]} <= {"andet", None}, table.name
    assert store.access.resume(cookies[bent.person.id]) is None
    assert store.access.resume(cookies[anna.person.id]) is not None
    assert store.answers.read(anna, "andet", [KEY])[KEY].text == TEXT
    assert sorted(path.name for path in (keys / "demo").iterdir()) == ["deleted.json"]


def test_who_is_in_no_other_gathering_today_is_signed_out(house: House, anna: Unlocked) -> None:
    house.adopt(ANNA, gathering="andet")
    house.adopt(BENT, gathering="andet")
    cookie, store = house.store.access.remember(anna, "bærbar"), house.store
    store.deletion.begin("demo")
    store.deletion.finish("demo")
    assert store.access.resume(cookie) is None
    assert store.people.find(ANNA.email) is not None, "she has left something in the other"


def test_every_table_is_of_a_gathering_or_of_a_person_or_refers_to_one_that_is() -> None:
    """Otherwise deleting would leave its rows behind."""
    assert {table.name for table, _ in _rules("demo", set())} == set(schema.metadata.tables)


def test_nothing_that_was_deleted_is_left_in_the_files_of_sqlite(
    sqlite_url: str, keys: Path, tmp_path: Path, clock: Clock
) -> None:
    """Not in the database, not in its log: neither names nor what was sealed."""
    house = House(Store.open(sqlite_url, keys, clock, CHEAP), clock, sqlite_url, keys)
    house.adopt()
    anna = house.enrol(ANNA).unlocked
    for number in range(40):
        house.store.answers.save(anna, "demo", KEY, f"{TEXT} {number}", number, f"s{number}")
    key = (keys / "demo/content.key").read_bytes()
    with house.store._database.reading() as connection:
        sealed = list(connection.execute(select(schema.answer.c.sealed)).scalars())
    canaries = [key, b"Anna Ager", ANNA.email.encode(), *sealed]
    assert found(canaries, tmp_path) == set(canaries), "the search itself must be able to find something"
    house.store.deletion.begin("demo")
    house.store.deletion.finish("demo")
    assert found(canaries, tmp_path) == set(), "while it runs"
    house.store.close()
    assert found(canaries, tmp_path) == set()


def found(canaries: list[bytes], folder: Path) -> set[bytes]:
    contents = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return {canary for canary in canaries if any(canary in content for content in contents)}


def test_a_deleted_gathering_does_not_come_back(house: House) -> None:
    house.store.deletion.begin("demo")
    house.store.deletion.finish("demo")
    with pytest.raises(StoreError, match="has been deleted"):
        house.adopt()
    assert rows(house.store)["gathering"] == []


@pytest.mark.parametrize("killed", ["after the key", "before the rows are gone", "before the files are rewritten"])
def test_a_deletion_that_was_killed_goes_on(house: House, anna: Unlocked, killed: str) -> None:
    house.store.answers.save(anna, "demo", KEY, TEXT, 0, "a")
    was = house.store.deletion.extent("demo")
    house.store.deletion.begin("demo")
    if killed == "before the rows are gone":
        with pytest.raises(KeyboardInterrupt):
            interrupted(house, "atomic")
    if killed == "before the files are rewritten":
        with pytest.raises(KeyboardInterrupt):
            interrupted(house, "shrink")
    store = house.reopen()
    (begun,) = store.deletion.receipts()
    assert begun.finished_at is None
    store.deletion.begin("demo")
    receipt = store.deletion.finish("demo")
    assert receipt.finished_at is not None
    assert receipt.extent == was
    assert rows(store)["person"] == []


def interrupted(house: House, verb: str) -> None:
    """Finish a deletion, but be stopped where it calls that verb of the database."""

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    setattr(house.store._database, verb, stopped)
    house.store.deletion.finish("demo")


def test_an_old_copy_brings_a_deleted_gathering_neither_its_key_nor_its_rows(tmp_path: Path, clock: Clock) -> None:
    """Even with the old keys: the note of the deletion stays with the data folder it is restored over."""
    data = tmp_path / "data"
    url = f"sqlite:///{data}/store.db"
    house = House(Store.open(url, data / "keys", clock, CHEAP), clock, url, data / "keys")
    house.adopt()
    house.store.answers.save(house.enrol(ANNA).unlocked, "demo", KEY, TEXT, 0, "a")
    copies = Copies(house, tmp_path / "a.zip", tmp_path / "b.zip").make()
    house.store.deletion.begin("demo")
    receipt = house.store.deletion.finish("demo")
    assert [copy["file"] for copy in receipt.copies] == [str(copies.keys)]
    house.store.close()

    done = restore(copies.backup, copies.keys, url, data)
    assert (done.gatherings, done.deleted) == ((), ("demo",))
    assert not (data / FOUND).exists()
    store = opened(url, data, clock)
    with pytest.raises(StoreError):
        store.answers.read(store.access.sign_in(ANNA.email, PHRASE), "demo", [KEY])
    (begun,) = store.deletion.receipts()
    assert begun.finished_at is None
    store.deletion.finish("demo")
    assert rows(store)["person"] == []
    store.close()


def aged(copies: Copies, revision: str, columns: dict[str, list[str]]) -> None:
    """Make a copy what it would have been with an older schema that had those columns by table."""
    with zipfile.ZipFile(copies.opened()) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        contents = {told["name"]: archive.read(f"tables/{told['name']}.jsonl") for told in manifest["tables"]}
    tables = [told for told in manifest["tables"] if told["name"] in columns]
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        for told in tables:
            rows = [
                dict(zip(told["columns"], json.loads(line), strict=True)) for line in contents[told["name"]].splitlines()
            ]
            told["columns"] = columns[told["name"]]
            lines = [json.dumps([row[name] for name in told["columns"]]) + "\n" for row in rows]
            archive.writestr(f"tables/{told['name']}.jsonl", "".join(lines))
        archive.writestr("manifest.json", json.dumps(manifest | {"schema": revision, "tables": tables, "files": {}}))
    copies.seal(zipped)


def test_an_older_schema_is_put_back_and_brought_up_to_date(
    copies: Copies, empty: str, tmp_path: Path, clock: Clock
) -> None:
    """As a copy from before an upgrade would be."""
    old = Database(f"sqlite:///{tmp_path}/old.db", "0002")
    with old.reading() as connection:
        found = inspect(connection)
        columns = {name: [column["name"] for column in found.get_columns(name)] for name in found.get_table_names()}
    old.close()
    aged(copies, "0002", columns)
    restore(copies.backup, copies.keys, empty, tmp_path / "new")
    store = opened(empty, tmp_path / "new", clock)
    before, shown = rows(copies.house.store), list(schema.invitation.c).index(schema.invitation.c.shown)
    links = [(*row[:shown], True, *row[shown + 1 :]) for row in before["invitation"]]  # nobody knows who has seen them
    assert rows(store) == before | {"invitation": links}
    assert len(columns) < len(schema.metadata.tables)
    store.close()


def test_who_asks_for_what_is_not_there_is_told(store: Store) -> None:
    for gathering in ("a-findes-ikke", "findes-ikke"):  # on either side of the one that does
        assert store.deletion.extent(gathering) is None
    for verb in (store.deletion.begin, store.deletion.finish):
        with pytest.raises(StoreError):
            verb("findes-ikke")
    with store._database.atomic() as connection:
        connection.execute(delete(schema.membership))
    extent = store.deletion.extent("demo")
    assert extent is not None
    assert extent.people == 0
