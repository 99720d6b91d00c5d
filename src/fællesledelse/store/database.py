"""Connections and transactions, and what differs between SQLite and PostgreSQL. The only place that opens either."""

import atexit
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, LargeBinary, Table, Text, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from ..errors import StoreError
from . import schema
from .integrity import HAS_SUMS, Integrity, has_sums
from .lockfile import LockFile
from .migration import migrate
from .turnstile import Turnstile

PATIENCE = 60.0
"""Seconds that PostgreSQL's readers get to finish before what they can still see is deleted from its files."""

_WRITE = "write sqlite:///file or postgresql://user@host/name"


class Database:
    """A migrated database.

    SQLite (write-ahead log): one connection writes and checkpoints, since SQLite before 3.51.3 may corrupt the log
    with two; the others only read and never wait for it. Its files are checked before they are opened. PostgreSQL: one
    pool for both, and its own checks.
    """

    def __init__(self, url: str, revision: str = "head", before: Callable[[Connection], None] | None = None) -> None:
        """``before``: called with the database as it is before it is brought to a newer schema."""
        parsed = _parse(url)
        self.changes = 0  # transactions since it was opened
        self._lock = _lock(parsed) if parsed.get_backend_name() == "sqlite" else None
        self._integrity = Integrity(Path(str(parsed.database))) if self._lock else None
        self._writer, self._reader = _sqlite(parsed) if self._lock else _postgresql(parsed)
        self._turn = Turnstile() if self._lock else nullcontext()
        try:
            with self._translated():
                self._open(revision, before)
        except BaseException:
            self._release()
            raise
        atexit.register(self.close)  # else SQLite, when its last connection goes, throws away a log that the digests lack

    @contextmanager
    def atomic(self) -> Iterator[Connection]:
        """A transaction for writing: all or nothing, durable when the block is left. Never nest it."""
        with self._turn, self._translated():
            with self._writer.begin() as connection:
                yield connection
            self.changes += 1
            self._note()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database and never waits for a writer."""
        with self._translated(), self._reader.begin() as connection:
            yield connection

    def shrink(self) -> None:
        """Rewrite the files without what was deleted from them. StoreError where a reader stays in SQLite's log too long."""
        with self._turn, self._translated():
            if self._integrity is None:
                _vacuum_postgresql(self._writer)
                return
            self._run("VACUUM")
            self._integrity.committed()
            if not self._checkpoint("TRUNCATE"):
                raise StoreError(
                    "What was deleted may still stand in SQLite's log, since somebody reads. Try again in a moment"
                )

    def close(self) -> None:
        """Close every connection and let another process open the database."""
        self._reader.dispose()
        try:
            if self._lock is not None:
                with self._turn, self._translated():
                    self._checkpoint("TRUNCATE")
        finally:
            self._release()

    def _open(self, revision: str, before: Callable[[Connection], None] | None) -> None:
        """Check SQLite's files, and bring either database to ``revision``."""
        if self._integrity is not None:
            self._integrity.check()
        migrate(self._writer, revision, before)
        if self._integrity is None and revision == "head":
            _keep_no_samples(self._writer)
        if self._integrity is not None:
            self._run(f"PRAGMA user_version = {HAS_SUMS}")
        self._note()

    def _note(self) -> None:
        """Called after every transaction, before anyone is told that it is durable."""
        try:
            if self._integrity is not None and self._integrity.committed():
                self._checkpoint("PASSIVE")
        except OSError as error:
            raise StoreError(f"What was stored can't be confirmed, and must be stored again: {error}") from error

    def _checkpoint(self, mode: str) -> bool:
        """Copy SQLite's log into the database: all of it, unless somebody reads an older state. Whether it was all."""
        assert self._integrity is not None
        self._integrity.seal()
        ((busy, frames, copied),) = self._run(f"PRAGMA wal_checkpoint({mode})")
        return not busy and frames == copied

    def _run(self, statement: str) -> list[Any]:
        """What SQLite says to a statement that is no part of a transaction."""
        connection = self._writer.raw_connection()
        try:
            cursor: Any = connection.cursor()
            return list(cursor.execute(statement))
        finally:
            connection.close()

    def _release(self) -> None:
        atexit.unregister(self.close)
        self._reader.dispose()
        self._writer.dispose()
        if self._integrity is not None:
            self._integrity.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            reason = getattr(error, "orig", None) or error
            raise StoreError(f"The database refused, and nothing was stored: {reason}") from error


def insert_missing(connection: Connection, table: Table, **values: Any) -> bool:
    """Insert a row unless one with the same key is there. Whether it was inserted."""
    statement = insert_into(connection.dialect.name, table).values(values).on_conflict_do_nothing()
    return connection.execute(statement).rowcount == 1


def put(connection: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Insert the row with that key, or update its ``values``."""
    statement = insert_into(connection.dialect.name, table).values({**key, **values})
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


def insert_into(dialect: str, table: Table) -> Any:
    """An insert that can say what is to be done where the row is there already."""
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except ArgumentError as error:
        raise StoreError(f"The database address can't be read: {_WRITE}") from error
    if backend == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return parsed.set(drivername="sqlite+pysqlite", database=str(Path(str(parsed.database)).resolve()))
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreError(f"The database {parsed.render_as_string()} can't be used: {_WRITE}")


def _lock(url: URL) -> LockFile:
    path = Path(str(url.database))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = LockFile(path)
        if path.exists() or not has_sums(path):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives its log the same mode
    except OSError as error:
        raise StoreError(f"The database {path} can't be opened for writing: {error.strerror}") from error
    return lock


def _sqlite(url: URL) -> tuple[Engine, Engine]:
    arguments = {"check_same_thread": False, "isolation_level": None}
    options: dict[str, Any] = {"hide_parameters": True, "max_overflow": 0, "connect_args": arguments}
    writer = create_engine(url, pool_size=1, **options)
    _prepare(
        writer,
        "BEGIN IMMEDIATE",
        "PRAGMA busy_timeout = 10000",
        "PRAGMA journal_mode = WAL",
        "PRAGMA wal_autocheckpoint = 0",  # only after the pages' digests have been renewed
        "PRAGMA synchronous = FULL",
        "PRAGMA secure_delete = ON",
        "PRAGMA foreign_keys = ON",
    )
    reader = create_engine(url, pool_size=8, **options)
    _prepare(reader, "BEGIN", "PRAGMA busy_timeout = 10000", "PRAGMA wal_autocheckpoint = 0", "PRAGMA query_only = ON")
    return writer, reader


def _prepare(engine: Engine, begin: str, *pragmas: str) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: object) -> None:
        for pragma in pragmas:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def _vacuum_postgresql(writer: Engine) -> None:
    with writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        _wait_for_readers(connection)
        connection.exec_driver_sql("SET lock_timeout = '60s'")
        try:
            for table in schema.metadata.sorted_tables:
                connection.exec_driver_sql(f'VACUUM (FULL) "{table.name}"')
        finally:
            connection.exec_driver_sql("RESET lock_timeout")


def _keep_no_samples(writer: Engine) -> None:
    """Let PostgreSQL's statistics hold no sealed value, name or address: they outlive what is deleted."""
    with writer.begin() as connection:
        for table in schema.metadata.sorted_tables:
            told = [column.name for column in table.columns if isinstance(column.type, LargeBinary | Text)]
            if told:
                changes = ", ".join(f'ALTER COLUMN "{name}" SET STATISTICS 0' for name in told)
                connection.exec_driver_sql(f'ALTER TABLE "{table.name}" {changes}')


def _wait_for_readers(connection: Connection) -> None:
    """Wait until nobody can see what was deleted before now: PostgreSQL would keep it for them in the new files too."""
    now = connection.exec_driver_sql("SELECT pg_current_xact_id()::xid::text").scalar_one()
    older = f"> age('{now}'::xid)"
    query = (
        f"SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND (age(backend_xid) {older}"
        f" OR datname = current_database() AND age(backend_xmin) {older})"
    )
    deadline = time.monotonic() + PATIENCE
    while connection.exec_driver_sql(query).scalar_one():
        if time.monotonic() > deadline:
            raise StoreError("What was deleted may still stand in the files, since somebody reads. Try again in a moment")
        time.sleep(0.05)


def _postgresql(url: URL) -> tuple[Engine, Engine]:
    writer = create_engine(url, hide_parameters=True, pool_size=10, max_overflow=10, pool_pre_ping=True)

    @event.listens_for(writer, "connect")
    def connect(connection: Any, record: object) -> None:
        connection.execute("SET synchronous_commit TO on")
        connection.commit()

    return writer, writer.execution_options(isolation_level="REPEATABLE READ")
