"""Putting a copy back where nothing is: database, keys and files all of them, or nothing.

What is there already is never overwritten: a data folder is moved aside, and a database beyond it must be empty.
"""

import base64
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import URL, Connection, LargeBinary, MetaData, Table, func, insert, make_url, select, update
from sqlalchemy.types import Date, DateTime, Time

from ..errors import BackupError, StoreError
from . import schema
from .backup import Copy
from .database import Database
from .keyfiles import KeyFiles
from .lockfile import LockFile
from .records import LineState

FOUND = "gendannet"
"""The folder, in the data folder, for the cohort folders of a copy: those in use are not touched."""

_PAGE = 500
_READ: dict[type, Any] = {DateTime: datetime.fromisoformat, Date: date.fromisoformat, Time: time.fromisoformat}


@dataclass(frozen=True)
class Restored:
    """What was put back. ``aside``: where the data folder of before is; ``made_at``: when the copy was made, ISO format.

    ``gatherings`` can be read again. ``sealed`` are there too, but the file of keys held none that fits; of ``deleted`` ones
    the rows are there until the server starts, and no key.
    """

    made_at: str
    aside: Path | None
    gatherings: tuple[str, ...]
    sealed: tuple[str, ...]
    deleted: tuple[str, ...]
    rows: int


def restore(copy: Path, keys: Path, url: str, data: Path) -> Restored:
    """Put ``copy`` back, with ``keys``, as the data folder ``data`` and the database at ``url``.

    Raises BackupError where a file is not as it was written, where a server runs, or where something is in the way.
    """
    with Copy(keys, "keys") as opened, Copy(copy, "backup", opened.backup_key) as kept:
        return _restored(kept, opened, url, data)


def _restored(kept: Copy, opened: Copy, url: str, data: Path) -> Restored:
    path = _sqlite(make_url(url))
    inside = path is not None and path.is_relative_to(data.resolve())
    _check_place(data, None if inside else path)
    full = data.exists() and any(data.iterdir())
    aside = data.with_name(f"{data.name}-foer-{datetime.now(UTC):%Y%m%d-%H%M%S}") if full else None
    with _stopped(path if inside else None), _beside(data, None if inside else path) as beside:
        deleted = _lay_keys(kept, opened, beside / "keys", data / "keys", aside)
        _lay_files(kept, beside, deleted)
        rows = _lay_database(kept, _moved(url, data, beside) if inside else url)
        _swap(beside, data, aside)
    if aside is not None:
        _empty_of_secrets(KeyFiles(aside / "keys"), KeyFiles(data / "keys"))
    here, fitting = set(kept.manifest["gatherings"]), _fitting(kept, opened)
    return Restored(
        made_at=kept.manifest["made_at"],
        aside=aside,
        gatherings=tuple(sorted(fitting - deleted)),
        sealed=tuple(sorted(here - fitting - deleted)),
        deleted=tuple(sorted(here & deleted)),
        rows=rows,
    )


def _fitting(kept: Copy, opened: Copy) -> set[str]:
    """The gatherings of a copy whose keys are in the other file."""
    prints = opened.manifest["keys"]
    return {name for name, told in kept.manifest["gatherings"].items() if told["key"] and told["key"] == prints.get(name)}


def _sqlite(url: URL) -> Path | None:
    return Path(str(url.database)).resolve() if url.get_backend_name() == "sqlite" else None


def _check_place(data: Path, database: Path | None) -> None:
    """``database``: a SQLite file beyond the data folder."""
    if data.is_mount():
        raise BackupError(f"{data} er en disk for sig og kan ikke flyttes. Sæt FAELLESLEDELSE_DATA til en mappe på den.")
    if data.exists() and data.stat().st_uid != os.geteuid():
        raise BackupError(f"{data} tilhører serverens bruger. Kør kommandoen som den, ellers kan serveren ikke læse den.")
    if database is not None and database.exists():
        raise BackupError(f"{database} bliver aldrig overskrevet. Stop serveren, og flyt databasen og filerne ved siden af.")


@contextmanager
def _stopped(database: Path | None) -> Iterator[None]:
    """Keep a server from opening that SQLite database meanwhile."""
    try:
        lock = LockFile(database) if database is not None and database.exists() else None
    except StoreError:
        raise BackupError(f"Serveren kører på {database}. Stop den først, og prøv igen.") from None
    try:
        yield
    finally:
        if lock is not None:
            lock.release()


@contextmanager
def _beside(data: Path, database: Path | None) -> Iterator[Path]:
    """The folder that becomes the data folder. If that fails nothing is left of it, nor of a ``database`` beyond it."""
    beside = data.with_name(f"{data.name}.new")
    try:
        beside.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise BackupError(
            f"{beside} ligger der efter en gendannelse, der blev afbrudt. Slet mappen, og prøv igen."
        ) from None
    except OSError as error:
        raise BackupError(f"{beside} kan ikke laves: {error.strerror}.") from None
    try:
        yield beside
    except BaseException as error:
        shutil.rmtree(beside, ignore_errors=True)
        for end in ("", "-wal", "-shm") if database is not None else ():
            Path(f"{database}{end}").unlink(missing_ok=True)
        if isinstance(error, OSError | StoreError):
            raise BackupError(f"Kopien kunne ikke lægges tilbage, og intet er ændret: {error}") from error
        raise


def _lay_keys(kept: Copy, opened: Copy, folder: Path, before: Path, aside: Path | None) -> set[str]:
    """Lay the keys, but none of a gathering that has been deleted since. The ids of those.

    With each key is noted where copies of it are, also the one in the data folder that is moved ``aside``. The keys that no
    copy has move on from there.
    """
    files, old = KeyFiles(folder), KeyFiles(before)
    notes = kept.manifest["deletions"] | opened.manifest["deletions"] | old.deletions()
    files.put_backup_key(opened.backup_key)
    for gathering, note in notes.items():
        again = {"finished_at": None} if gathering in kept.manifest["gatherings"] else {}
        files.note_deletion(gathering, note | again)
    moved = [{"at": datetime.now(UTC).isoformat(timespec="seconds"), "file": str(aside)}] if aside else []
    for path, key in opened.files("keys"):
        gathering = path.name
        if gathering not in notes:
            files.put(gathering, key)
            for copy in [*(old.copies(gathering) or opened.manifest["copies"][gathering]), *moved]:
                files.note_copy(gathering, copy)
            if old.holds(gathering) and old.read(gathering) == key:
                for name in old.secrets(gathering):
                    files.make_secret(gathering, name, old.secret(gathering, name))
    _lay_leaders(kept, opened, files, old, set(notes))
    if (signing := old.signing_key()) is not None:
        files.make_signing_key(signing)
    return set(notes)


def _lay_leaders(kept: Copy, opened: Copy, files: KeyFiles, old: KeyFiles, deleted: set[str]) -> None:
    """Lay what is noted of deleted leaders: to be deleted again when the server starts, if the copy is from before.

    In a later one they may have come back.
    """
    made_at = datetime.fromisoformat(kept.manifest["made_at"])
    copied: dict[str, dict[str, Any]] = opened.manifest.get("leaders", {})
    for gathering in ({*copied, *old.noted()}) - deleted:
        for person, note in (copied.get(gathering, {}) | old.leaders(gathering)).items():
            finished = note["finished_at"]
            again = finished is None or made_at <= datetime.fromisoformat(finished)
            files.note_leader(gathering, person, note | {"finished_at": None if again else finished})


def _empty_of_secrets(files: KeyFiles, new: KeyFiles) -> None:
    """Destroy the keys that no copy may have, where they have moved on. The others are nowhere else, and stay."""
    for gathering in list(files.keys()):
        for name in files.secrets(gathering):
            if name in new.secrets(gathering):
                files.destroy_secret(gathering, name)


def _lay_files(kept: Copy, folder: Path, deleted: set[str]) -> None:
    """The audit log, and the cohort folders in a place of their own, without those of gatherings deleted since."""
    for path, content in kept.files("."):
        if path in (PurePosixPath("audit.jsonl"), PurePosixPath("audit.end")):
            _write(folder / path, content)
    for path, content in kept.files("hold"):
        if ".." in path.parts or "\\" in str(path):
            raise BackupError(f"Kopien rummer en fil med et navn, den ikke må have: {path}.")
        if path.parts[0] not in deleted:
            _write(folder / FOUND / path, content)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)


def _moved(url: str, data: Path, beside: Path) -> str:
    """The address of a SQLite database in the data folder, in the new one."""
    parsed = make_url(url)
    path = Path(str(parsed.database)).resolve().relative_to(data.resolve())
    return parsed.set(database=str(beside / path)).render_as_string(hide_password=False)


def _lay_database(kept: Copy, url: str) -> int:
    """Fill the database, of the schema it had when it was copied. The number of rows."""
    database = Database(url, kept.manifest["schema"])
    try:
        with database.atomic() as connection:
            tables = _reflected(connection, kept)
            if any(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables.values()):
                raise BackupError(
                    "Databasen er ikke tom og bliver aldrig overskrevet. Lav en ny, og sæt FAELLESLEDELSE_DATABASE til den."
                )
            rows = sum(_fill(connection, tables[told["name"]], told, kept) for told in kept.manifest["tables"])
            _doubt(connection, tables)
            return rows
    finally:
        database.close()


def _doubt(connection: Connection, tables: dict[str, Table]) -> None:
    """A mail that waited when the copy was made may have gone since: only a human sends it again."""
    lines = tables.get(schema.mailing_line.name)
    if lines is not None:
        waited = lines.c.state.in_([LineState.WAITING, LineState.SENDING])
        connection.execute(update(lines).where(waited).values(state=LineState.UNCERTAIN))


def _reflected(connection: Connection, kept: Copy) -> dict[str, Table]:
    """The tables as they are in the database: those of an older schema are not those of this program."""
    metadata = MetaData()
    metadata.reflect(connection, only=[told["name"] for told in kept.manifest["tables"]])
    return dict(metadata.tables)


def _fill(connection: Connection, table: Table, told: dict[str, Any], kept: Copy) -> int:
    names, count = told["columns"], 0
    page: list[dict[str, Any]] = []
    for row in kept.rows(told["name"]):
        page.append({name: _value(table, name, value) for name, value in zip(names, row, strict=True)})
        count += 1
        if len(page) == _PAGE:
            connection.execute(insert(table), page)
            page = []
    if page:
        connection.execute(insert(table), page)
    if count != told["rows"]:
        raise BackupError(f"Kopien er beskadiget: {told['name']} har {count} rækker i stedet for {told['rows']}.")
    return count


def _value(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    read = next((read for each, read in _READ.items() if isinstance(kind, each)), None)
    return read(value) if read else value


def _swap(beside: Path, data: Path, aside: Path | None) -> None:
    """Put the new folder in its place, and the one before ``aside``, or leave both as they are."""
    if aside is not None:
        data.rename(aside)
    try:
        beside.rename(data)
    except OSError:
        if aside is not None:
            aside.rename(data)
        raise
