"""A migration is killed at every statement, on both databases: next the schema of before is there, or the newest, whole.

Each is a process of its own, forked with everything imported, that ends without a word before its statement is carried out.
"""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text

from fællesledelse.errors import StoreError
from fællesledelse.store import Store, schema
from fællesledelse.store.backup import Copy
from fællesledelse.store.database import Database
from fællesledelse.store.keyfiles import KeyFiles
from fællesledelse.store.migration import UPGRADES, revision_of

from ..postgres import Server, running_server
from ..store.conftest import CHEAP, Clock
from .figure import Figure

OLDEST, NEWEST = "0001", "9999"
PEOPLE = 20


def tried(seed: int, share: float) -> Iterator[Figure]:
    """From the oldest schema with people in it to the newest; a share of the statements, drawn anew with each seed."""
    with TemporaryDirectory() as folder, running_server() as server:
        for name in ("SQLite", "PostgreSQL"):
            trial = Trial(Path(folder) / name, server if name == "PostgreSQL" else None)
            statements = trial.statements()
            drawn = Random(seed).sample(range(statements), max(3, round(statements * share)))
            for number in drawn:
                trial.kill(number)
            trial.open_newer()
            yield Figure(
                "migrations",
                f"{name}: half-applied after a kill, of kills at every statement",
                f"0 of {statements}",
                f"{len(trial.half)} of {trial.killed}{_at(trial.half)}",
                not trial.half and trial.killed == len(drawn),
            )
            yield Figure(
                "migrations",
                f"{name}: not copied before the first change",
                "0",
                f"{len(trial.uncopied)} of {trial.killed}{_at(trial.uncopied)}",
                not trial.uncopied and bool(trial.copied),
            )
            yield Figure(
                "migrations",
                f"{name}: a newer schema is opened, changed, or refused without saying what to do",
                "0",
                str(trial.newer_opened),
                not trial.newer_opened,
            )


def _at(numbers: list[int]) -> str:
    return f" (statement {', '.join(map(str, sorted(numbers)))})" if numbers else ""


@dataclass
class Trial:
    """One kind of database; the numbers of the statements at which a kill went wrong."""

    folder: Path
    server: Server | None
    killed: int = 0
    copied: int = 0
    newer_opened: int = 0
    half: list[int] = field(default_factory=list)
    uncopied: list[int] = field(default_factory=list)
    oldest: list[str] = field(default_factory=list)
    _made: int = 0

    def statements(self) -> int:
        """How many statements there are, from the oldest schema to the newest, with those that begin and end."""
        url, keys = self._old()
        self.oldest = _seen(url)
        with _counted() as seen:
            Store.open(url, keys, Clock(), CHEAP).close()
        return len(seen)

    def kill(self, number: int) -> None:
        """Migrate, be killed before that statement, and look at what is there."""
        url, keys = self._old()
        code = _forked(partial(_migrate_until, url, keys, number))
        assert code == -signal.SIGKILL, f"statement {number} was never reached: {code}"
        self.killed += 1
        found = self._state(url)
        self.half += [number] if found not in (OLDEST, "newest") else []
        copies = list((keys.parent / UPGRADES).glob("*.kopi"))
        changed = found != OLDEST
        self.copied += len(copies)
        self.uncopied += [number] if changed and not any(_is_whole(copy, keys) for copy in copies) else []
        Store.open(url, keys, Clock(), CHEAP).close()
        self.half += [number] if self._state(url) != "newest" else []

    def open_newer(self) -> None:
        """The database of a program from later."""
        url, keys = self._old()
        _execute(Database(url), f"UPDATE alembic_version SET version_num = '{NEWEST}'", "CREATE TABLE later (x INTEGER)")
        before = _seen(url)
        try:
            Store.open(url, keys, Clock(), CHEAP).close()
            self.newer_opened += 1
        except StoreError as error:
            told = all(words in str(error) for words in (NEWEST, "Installér den nyere udgave igen", "faellesledelse gendan"))
            self.newer_opened += not told or _seen(url) != before

    def _state(self, url: str) -> str:
        """Which schema a database has: the oldest, the newest or something between, with all its people or not."""
        with _looking(url) as connection:
            revision, columns = revision_of(connection), _columns(connection)
            newest = MigrationContext.configure(connection, opts={"compare_type": True})
            people = connection.execute(text("SELECT count(*) FROM person")).scalar_one()
            if people != PEOPLE:
                return f"{people} of {PEOPLE} people"
            if revision == OLDEST:
                return OLDEST if columns == self.oldest else "between"
            return "between" if compare_metadata(newest, schema.metadata) else "newest"

    def _old(self) -> tuple[str, Path]:
        """A database of the oldest schema with people in it, and its keys."""
        self._made += 1
        data = self.folder / str(self._made)
        data.mkdir(parents=True)
        url = self.server.create() if self.server else f"sqlite:///{data}/store.db"
        people = (f"('p{n}', 'p{n}@eksempel.dk', 'Person {n}')" for n in range(PEOPLE))
        _execute(Database(url, OLDEST), f"INSERT INTO person (id, email, name) VALUES {', '.join(people)}")
        return url, data / "keys"


@contextmanager
def _counted() -> Iterator[list[str]]:
    """The statements that reach a database, and the ends of transactions."""
    seen: list[str] = []

    def statement(connection: Connection, cursor: object, sql: str, *_: Any) -> None:
        seen.append(sql)

    def end(connection: Connection) -> None:
        seen.append("COMMIT")

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", end)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", statement)
        event.remove(Engine, "commit", end)


def _migrate_until(url: str, keys: Path, number: int) -> None:
    """In the child: migrate, and end as a kill ends a process when that statement is next."""
    left = number

    def count(*_: Any) -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
    Store.open(url, keys, Clock(), CHEAP).close()


def _forked(work: Any) -> int:
    """The exit code of a process that does some work and then ends."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _execute(database: Database, *statements: str) -> None:
    with closing(database), database.atomic() as connection:
        for statement in statements:
            connection.execute(text(statement))


@contextmanager
def _looking(url: str) -> Iterator[Connection]:
    """The database without this program between; of SQLite a copy, since looking writes its log into it."""
    with TemporaryDirectory() as folder:
        if url.startswith("sqlite"):
            data = Path(url.removeprefix("sqlite:///")).parent
            url = f"sqlite:///{shutil.copytree(data, Path(folder) / 'copy')}/store.db"
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()


def _columns(connection: Connection) -> list[str]:
    look = inspect(connection)
    return sorted(f"{table}.{column['name']}" for table in look.get_table_names() for column in look.get_columns(table))


def _is_whole(copy: Path, keys: Path) -> bool:
    with Copy(copy, "backup", KeyFiles(keys).backup_key()) as kept:
        return kept.manifest["schema"] == OLDEST and len(list(kept.rows("person"))) == PEOPLE


def _seen(url: str) -> list[str]:
    with _looking(url) as connection:
        return _columns(connection)
