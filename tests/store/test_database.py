"""Opening, migrating, locking; and what each database promises."""

import os
import shutil
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import delete, insert, select, text

from fællesledelse.errors import StoreError
from fællesledelse.store import Store, migration, schema, utc_now
from fællesledelse.store.database import Database

from ..postgres import Server
from .conftest import ANNA, CHEAP, Clock, House

OPEN = """
import sys
from pathlib import Path
from fællesledelse.errors import FællesledelseError
from fællesledelse.store import Store
try:
    Store.open(sys.argv[1], Path(sys.argv[2]))
except FællesledelseError as error:
    print(type(error).__name__, error)
else:
    print("open")
"""

FREE = """
import fcntl, sys
for path, byte in ((sys.argv[1], 0x40000002), (f"{sys.argv[1]}-shm", 128)):
    with open(path, "r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
        except BlockingIOError:
            continue
        print(path)
"""
"""Which of a database's files no process keeps to itself as SQLite does: the first byte that all who read share, and the
one that all share who go by the index. Sources: SQLite's os.h (SHARED_FIRST) and os_unix.c (UNIX_SHM_DMS)."""


def elsewhere(script: str, *arguments: str) -> str:
    """What another process says."""
    command = [sys.executable, "-X", "utf8", "-c", script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout.strip()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, sqlite_url: str) -> str:
    """A database without a schema."""
    if request.param == "sqlite":
        return sqlite_url
    server: Server = request.getfixturevalue("postgres_server")
    return server.create()


def test_an_empty_database_gets_the_schema_of_the_code(empty_url: str) -> None:
    database = Database(empty_url)
    with database.atomic() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
    database.close()


def test_each_step_s_file_begins_with_its_revision_and_the_highest_is_the_newest() -> None:
    script = ScriptDirectory(str(Path(migration.__file__).parent / "migrations"))
    assert {each.revision for each in script.walk_revisions()} == {
        *filter(migration.knows, map("{:04}".format, range(9999)))
    }
    assert script.get_heads() == [max(each.revision for each in script.walk_revisions())]


def test_names_before_each_gathering_had_its_own_are_kept(empty_url: str) -> None:
    """And nobody knows who has seen the links of before."""
    old = Database(empty_url, "0005")
    with old.atomic() as connection:
        for statement in (
            "INSERT INTO person (id, email, name) VALUES ('p', 'anna@eksempel.dk', 'Anna Ager')",
            "INSERT INTO gathering (id, name) VALUES ('demo', 'Demoholdet')",
            "INSERT INTO membership (gathering, person, role, since) VALUES ('demo', 'p', 'leader', '2026-06-01')",
            "INSERT INTO invitation (token_hash, person, gathering, kind, asked_by, created_at, not_before)"
            " VALUES ('h', 'p', 'demo', 'invitation', '', '2026-06-01 09:00:00', '2026-06-01 09:00:00')",
        ):
            connection.execute(text(statement))
    old.close()
    database = Database(empty_url)
    with database.reading() as connection:
        assert connection.execute(select(schema.membership.c.name)).scalars().all() == ["Anna Ager"]
        assert connection.execute(select(schema.invitation.c.shown)).scalars().all() == [True]
    database.close()


def test_who_led_before_it_was_noted_until_when_is_known_too(empty_url: str) -> None:
    """Of the facilitators, those who have written: they did so as leaders."""
    old = Database(empty_url, "0007")
    people = (("leads", "leader", None), ("left", "leader", "2026-06-03"), ("facilitates", "facilitator", None))
    with old.atomic() as connection:
        connection.execute(text("INSERT INTO gathering (id, name) VALUES ('demo', 'Demoholdet')"))
        for person, role, until in (*people, ("led", "facilitator", "2026-06-03")):
            day = "NULL" if until is None else f"'{until}'"
            for statement in (
                f"INSERT INTO person (id, email, name) VALUES ('{person}', '{person}', '')",
                "INSERT INTO membership (gathering, person, name, role, since, until)"
                f" VALUES ('demo', '{person}', '', '{role}', '2026-06-01', {day})",
            ):
                connection.execute(text(statement))
        head = {"gathering": "demo", "person": "led", "field": "doubt", "head": 1, "newest": 1, "filled": True}
        connection.execute(insert(schema.answer_head).values(**head))
    old.close()
    database = Database(empty_url)
    member = schema.membership.c
    with database.reading() as connection:
        led = connection.execute(select(member.person, member.led_until).where(member.led_until.is_not(None))).all()
    assert {person: f"{until:%Y-%m-%d}" for person, until in led} == {"left": "2026-06-03", "led": "2026-06-03"}
    database.close()


def test_opening_again_changes_nothing(empty_url: str, keys: Path, clock: Clock) -> None:
    for _ in range(2):
        store = Store.open(empty_url, keys, clock, CHEAP)
        assert store.people.members("demo") == []
        store.close()


def test_files_that_were_rewritten_and_are_shorter_open_again_though_nothing_has_been_stored_since(empty_url: str) -> None:
    database = Database(empty_url)
    with database.atomic() as connection:
        rows = [{"id": f"{number:032}", "email": f"{number}", "name": "Navn " * 100} for number in range(200)]
        connection.execute(insert(schema.person), rows)
    with database.atomic() as connection:
        connection.execute(delete(schema.person))
    database.shrink()
    database.close()
    Database(empty_url).close()


def test_a_transaction_that_was_torn_off_in_the_log_is_never_counted_in(sqlite_url: str, tmp_path: Path) -> None:
    """SQLite writes what a frame is before the page in it: who is killed in between leaves an end to nothing."""
    database = Database(sqlite_url)
    add_gathering(database, "før")
    path, torn = Path(sqlite_url.removeprefix("sqlite:///")), tmp_path / "torn/store.db"
    torn.parent.mkdir()
    for end in ("", "-wal", "-sums", "-mark"):
        shutil.copy(f"{path}{end}", f"{torn}{end}")
    database.close()
    with Path(f"{torn}-wal").open("r+b") as log:
        salts = log.read(32)[16:24]
        log.seek(0, os.SEEK_END)
        for left in reversed(range(20)):
            log.write(struct.pack(">II8s8s4096s", 1 + left % 3, 0 if left else 99, salts, bytes(8), bytes(4096)))
    for name in ("så", "så igen", "til sidst"):
        database = Database(f"sqlite:///{torn}")
        add_gathering(database, name)
        database.close()
    database = Database(f"sqlite:///{torn}")
    with database.reading() as connection:
        assert set(connection.execute(select(schema.gathering.c.id)).scalars()) == {"før", "så", "så igen", "til sidst"}
    database.close()


def test_sqlite_s_locks_outlast_what_else_is_read_of_its_files(sqlite_url: str) -> None:
    """Without them the next program that only looks into the database empties its index, and the server dies of that."""
    path, database = sqlite_url.removeprefix("sqlite:///"), Database(sqlite_url)
    for name in ("før", "så"):
        add_gathering(database, name)
        assert elsewhere(FREE, path) == ""
    database.shrink()
    assert elsewhere(FREE, path) == ""
    database.close()


def add_gathering(database: Database, name: str) -> None:
    with database.atomic() as connection:
        connection.execute(insert(schema.gathering).values(id=name, name=name))


def test_a_database_of_a_newer_program_is_refused_untouched(empty_url: str, keys: Path) -> None:
    database = Database(empty_url)
    with database.atomic() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(StoreError, match=r"skemaet 9999.*Installér den nyere udgave igen"):
        Store.open(empty_url, keys)
    with pytest.raises(StoreError, match="skemaet 9999"):
        Store.open(empty_url, keys)


def test_a_second_process_cannot_open_the_sqlite_store(sqlite_url: str, keys: Path) -> None:
    store = Store.open(sqlite_url, keys)
    refusal = f"StoreError Databasen {sqlite_url[10:]} er allerede i brug af proces {os.getpid()}. "
    assert elsewhere(OPEN, sqlite_url, str(keys)).startswith(refusal)
    with pytest.raises(StoreError, match="i brug af proces"):
        Store.open(sqlite_url, keys)
    store.close()
    assert elsewhere(OPEN, sqlite_url, str(keys)) == "open"


def test_a_process_that_ends_without_closing_the_store_does_not_damage_it(sqlite_url: str, keys: Path) -> None:
    assert elsewhere(OPEN, sqlite_url, str(keys)) == "open"
    assert elsewhere(OPEN, sqlite_url, str(keys)) == "open"


def test_another_way_to_write_the_path_is_the_same_store(sqlite_url: str, keys: Path, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "store.db")
    store = Store.open(sqlite_url, keys)
    for name in ("link.db", "x/../store.db"):
        with pytest.raises(StoreError, match="allerede i brug"):
            Store.open(f"sqlite:///{tmp_path}/{name}", keys)
    store.close()


def test_a_store_that_does_not_open_leaves_no_lock(tmp_path: Path, keys: Path) -> None:
    file = tmp_path / "store.db"
    file.write_text("dette er ikke en database, men en længere tekst " * 20, encoding="utf-8")
    for _ in range(2):
        with pytest.raises(StoreError, match="er beskadiget: SQLite siger: file is not a database"):
            Store.open(f"sqlite:///{file}", keys)


def test_only_the_owner_may_read_the_files(sqlite_url: str, keys: Path, tmp_path: Path, clock: Clock) -> None:
    house = House(Store.open(sqlite_url, keys, clock, CHEAP), clock, sqlite_url, keys)
    house.adopt()
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    assert modes == {
        "store.db": 0o600,
        "store.db-wal": 0o600,
        "store.db-shm": 0o600,
        "store.db.lock": 0o600,
        "store.db-mark": 0o600,
        "store.db-sums": 0o600,
        "keys": 0o700,
        "demo": 0o700,
        "content.key": 0o600,
    }
    house.store.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "can't be read"),
        ("store.db", "can't be read"),
        ("sqlite://", "can't be used"),
        ("sqlite:///:memory:", "can't be used"),
        ("mysql://root@localhost/x", "can't be used"),
        ("nonsense://x", "can't be"),
        ("sqlite:////dev/null/store.db", "can't be opened"),
        ("postgresql://store:hemmelig@127.0.0.1:1/x", "refused"),
    ],
)
def test_an_address_that_is_no_database_is_refused_without_its_password(url: str, message: str, keys: Path) -> None:
    with pytest.raises(StoreError, match=message) as refused:
        Store.open(url, keys)
    assert "hemmelig" not in str(refused.value)


def test_sqlite_writes_through_one_durable_connection_and_the_others_only_read(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    names = ["journal_mode", "synchronous", "secure_delete", "foreign_keys", "busy_timeout", "wal_autocheckpoint"]
    with database.atomic() as connection:
        values = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
    assert values == ["wal", 2, 1, 1, 10000, 0]
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA query_only").scalar() == 1
    with pytest.raises(StoreError, match="readonly"), database.reading() as connection:
        connection.execute(delete(schema.person))
    database.close()


def test_postgresql_waits_for_the_disk_whatever_its_settings_say(postgres_server: Server) -> None:
    url = postgres_server.create()
    database = Database(url)
    with database.atomic() as connection:
        connection.execute(text(f"ALTER DATABASE {url.rpartition('/')[2]} SET synchronous_commit TO off"))
    database.close()
    database = Database(url)
    with database.atomic() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
    database.close()


def write_twice(database: Database) -> None:
    """The second row has the key of the first."""
    with database.atomic() as connection:
        for name in ("Første", "Anden"):
            connection.execute(insert(schema.gathering).values(id="halvt", name=name))


def test_what_belongs_together_is_stored_together_or_not_at_all(database_url: str) -> None:
    database = Database(database_url)
    with pytest.raises(StoreError):
        write_twice(database)
    with database.reading() as connection:
        assert connection.execute(select(schema.gathering.c.id)).all() == []
    database.close()


def test_a_reader_does_not_wait_for_a_writer(database_url: str) -> None:
    database = Database(database_url)
    with database.atomic() as writing, database.reading() as reading:
        writing.execute(insert(schema.gathering).values(id="undervejs", name="Undervejs"))
        assert reading.execute(select(schema.gathering.c.id)).all() == []
    database.close()


def test_postgresql_s_files_hold_nothing_that_was_deleted_while_somebody_read(postgres_server: Server) -> None:
    """A reader who began before sees what was deleted, and as long as that is so it would stand in the new files too."""
    database = Database(postgres_server.create())
    with database.atomic() as connection:
        connection.execute(insert(schema.gathering).values(id="vaek", name="KANARIEFUGL"))
    with ThreadPoolExecutor(1) as pool:
        with database.reading() as reading:
            reading.execute(text("SELECT 1"))  # from now on it sees what is there, and it holds no lock
            with database.atomic() as connection:
                connection.execute(delete(schema.gathering))
            shrinking = pool.submit(database.shrink)
            with pytest.raises(TimeoutError):
                shrinking.result(1)
        shrinking.result(30)
    with database.reading() as connection:
        query = text("SELECT pg_read_binary_file(pg_relation_filepath('gathering'))")
        assert b"KANARIEFUGL" not in bytes(connection.execute(query).scalar_one())
    database.close()


def test_postgresql_s_statistics_hold_no_name_address_or_sealed_value(postgres_server: Server) -> None:
    database = Database(postgres_server.create())
    with database.atomic() as connection:
        rows = [{"id": f"{number:032}", "email": f"kanarie-{number}", "name": f"Navn {number}"} for number in range(50)]
        connection.execute(insert(schema.person), rows)
        connection.execute(text("ANALYZE person"))
        found = set(connection.execute(text("SELECT attname FROM pg_stats WHERE tablename = 'person'")).scalars())
    assert "id" in found
    assert not found & {"email", "name"}
    database.close()


def test_no_message_shows_what_was_to_be_stored(database_url: str) -> None:
    database = Database(database_url)
    with pytest.raises(StoreError) as refused, database.atomic() as connection:
        connection.execute(insert(schema.key_pair).values(public="hemmelighed", person="ingen", created_at=utc_now()))
    assert "hemmelighed" not in str(refused.value)
    assert "hemmelighed" not in str(refused.value.__cause__)
    database.close()


def test_times_are_aware_and_the_same_in_both_databases(house: House) -> None:
    house.enrol(ANNA)
    with house.store._database.reading() as connection:
        made = connection.execute(select(schema.key_pair.c.created_at)).scalar_one()
    assert made == house.clock.now
    assert made.tzinfo is not None
