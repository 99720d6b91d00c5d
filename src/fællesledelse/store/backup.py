"""A copy of everything durable: a sealed zip file with the tables of one moment, another with the keys.

    manifest.json              what was copied when, and sha256, size and name of every other member
    tables/<table>.jsonl       one row a line, in the order of the manifest's columns
    audit.jsonl, audit.end, hold/…   the files that the server adds

    manifest.json              of the keys, which lie in a file of their own, with what is noted of who was deleted
    keys/<gathering>           32 bytes
    backup.key                 32 bytes, which open the first file: its names and addresses are for nobody either

Sessions are left out: who has signed out stays signed out, whatever is restored. The tables are the same for SQLite and
PostgreSQL, so a copy of one can be restored to the other.
"""

import base64
import errno
import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sqlalchemy import Connection, MetaData, Table, select

from ..errors import BackupError, SealError
from . import schema
from .database import Database
from .keyfiles import KeyFiles, sync_folder
from .migration import UPGRADES, VERSIONS, knows, revision_of
from .sealed_file import LINE, OtherKey, SealedWriter, fingerprint, unsealed

FORMAT = 2
MANIFEST = "manifest.json"
_PAGE = 500  # rows fetched at a time
_PIECE = 1 << 20
BACKUP_KEY = "backup.key"
_LEFT_OUT = {schema.session.name, VERSIONS}


class Backup:
    """The verbs about copies of everything."""

    def __init__(self, database: Database, files: KeyFiles, clock: Callable[[], datetime]) -> None:
        self._database, self._files, self._clock = database, files, clock

    @property
    def key(self) -> bytes:
        """What opens the copies of everything, and is copied with the other keys."""
        return self._files.backup_key()

    @property
    def changes(self) -> int:
        """Grows with every change since the server started."""
        return self._database.changes

    def unguarded(self) -> list[str]:
        """The gatherings whose keys have never been copied."""
        return [gathering for gathering in sorted(self._files.keys()) if not self._files.copies(gathering)]

    def write(self, target: IO[bytes], files: Iterable[tuple[str, bytes]]) -> None:
        """Write every table as it is at one moment, and those files: their names in the copy, and what they hold."""
        with self._database.reading() as connection:
            write(target, connection, self._files, self._now(), files)

    def write_keys(self, target: IO[bytes], where: str) -> None:
        """Write the key of every gathering, and what is noted of those that are deleted, and of leaders.

        ``where``: the file they go to, which is noted with each key, for the day it must be destroyed.
        """
        keys = self._files.keys()
        for gathering in keys:
            self._files.note_copy(gathering, {"at": self._now(), "file": where})
        with _Writing(target) as copy:
            for gathering, key in keys.items():
                copy.add(f"keys/{gathering}", [key])
            copy.add(BACKUP_KEY, [self.key])
            copy.finish(
                kind="keys",
                made_at=self._now(),
                keys={gathering: fingerprint(key) for gathering, key in keys.items()},
                copies={gathering: self._files.copies(gathering) for gathering in keys},
                deletions=self._files.deletions(),
                leaders={gathering: self._files.leaders(gathering) for gathering in self._files.noted()},
            )

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")


def copy_first(connection: Connection, files: KeyFiles, data: Path, now: datetime) -> None:
    """Copy the database before it is brought to a newer schema, into the data folder. Raises BackupError."""
    folder = data / UPGRADES
    folder.mkdir(mode=0o700, exist_ok=True)
    with whole(folder / f"{revision_of(connection)}-{now:%Y%m%d-%H%M%S}.kopi", "backup", files.backup_key) as target:
        write(target, connection, files, now.isoformat(timespec="seconds"))


class Copy:
    """A file made by ``Backup``, examined and found whole. ``manifest`` says what it holds."""

    def __init__(self, path: Path, kind: str, key: bytes | None = None) -> None:
        """``kind``: "backup", which ``key`` opens, or "keys".

        Raises BackupError where the file is another, or not as it was written.
        """
        try:
            self._archive = zipfile.ZipFile(_opened(path, key) if key else path)
            self.manifest: dict[str, Any] = json.loads(self._archive.read(MANIFEST))
            told = self.manifest["kind"], self.manifest["format"], self.manifest.get("schema")
        except OSError as error:
            raise BackupError(f"{path} kan ikke læses: {error.strerror or error}.") from None
        except (ValueError, KeyError, TypeError, zipfile.BadZipFile):
            raise _stranger(path, kind) from None
        if told[0] != kind:
            raise _stranger(path, kind)
        if told[1] != FORMAT or (kind == "backup" and not knows(told[2])):
            raise BackupError(
                f"{path} er lavet af en nyere udgave af programmet, end den her kan læse. Installér den nyere udgave først."
            )
        for name, entry in self.manifest["files"].items():
            if not _as_written(self._archive, name, entry):
                raise BackupError(f"{path} er beskadiget: {name} er ikke, som det blev skrevet. Brug en anden kopi.")

    def files(self, folder: str) -> Iterator[tuple[PurePosixPath, bytes]]:
        """The members below ``folder`` with what they hold; their paths are relative to it."""
        for name in self.manifest["files"]:
            path = PurePosixPath(name)
            if path.is_relative_to(folder):
                yield path.relative_to(folder), self._archive.read(name)

    @property
    def backup_key(self) -> bytes:
        """Of a copy of the keys: what opens the other file."""
        return self._archive.read(BACKUP_KEY)

    def rows(self, table: str) -> Iterator[list[Any]]:
        """The rows of a table as they were written."""
        with self._archive.open(f"tables/{table}.jsonl") as lines:
            for line in lines:
                yield json.loads(line)

    def __enter__(self) -> "Copy":
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()


def write(
    target: IO[bytes], connection: Connection, files: KeyFiles, at: str, others: Iterable[tuple[str, bytes]] = ()
) -> None:
    """Write every table as that connection sees it, of whichever schema, and ``others`` with what they hold, sealed.

    ``at``: when that is, in ISO format.
    """
    sealed = SealedWriter(target, files.backup_key())
    with _Writing(sealed) as copy:
        tables = [_copied(copy, connection, table) for table in _tables(connection)]
        query = select(schema.gathering.c.id, schema.gathering.c.name).order_by(schema.gathering.c.id)
        gatherings = connection.execute(query).all()
        for name, content in others:
            copy.add(name, [content])
        keys = {gathering: fingerprint(key) for gathering, key in files.keys().items()}
        copy.finish(
            kind="backup",
            made_at=at,
            schema=revision_of(connection),
            tables=tables,
            gatherings={row.id: {"name": row.name, "key": keys.get(row.id)} for row in gatherings},
            deletions=files.deletions(),
        )
    sealed.finish()


@contextmanager
def whole(path: Path, kind: str, key: Callable[[], bytes] | None = None) -> Iterator[IO[bytes]]:
    """A file that is there, for its owner alone, when it is durable and has been examined; or else nothing of it is.

    ``kind`` as ``Copy`` takes it; ``key`` gives what opens it once it is written. Raises BackupError.
    """
    beside = path.with_name(f"{path.name}.new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            beside.chmod(0o600)
            yield target
            target.flush()
            os.fsync(target.fileno())
        with Copy(beside, kind, key and key()):
            pass  # it is as it was written: otherwise this raises
        beside.rename(path)
        sync_folder(path.parent)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "Der er ikke plads på disken." if full else f"{error.strerror or error}."
        raise BackupError(f"{path} kunne ikke skrives: {why} Der ligger ingen halv kopi.") from None
    finally:
        beside.unlink(missing_ok=True)


class _Writing:
    """A copy that is being written. Without ``finish`` it has no manifest, and nobody believes it."""

    def __init__(self, target: IO[bytes] | SealedWriter) -> None:
        self._archive = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        self._files: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> "_Writing":
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def add(self, name: str, pieces: Iterable[bytes]) -> int:
        """Add a member from its pieces; how many there were."""
        digest, size, count = hashlib.sha256(), 0, 0
        with self._archive.open(name, "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
                digest.update(piece)
                size, count = size + len(piece), count + 1
        self._files[name] = {"sha256": digest.hexdigest(), "size": size}
        return count

    def finish(self, **told: Any) -> None:
        """Add the manifest."""
        manifest = {"format": FORMAT, **told, "files": self._files}
        self._archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))


def _opened(path: Path, key: bytes) -> io.BytesIO:
    with path.open("rb") as file:
        try:
            return unsealed(file, key)
        except OtherKey:
            raise BackupError(
                f"{path} kan ikke åbnes med de nøgler: De hører til en anden server. Find den kopi af nøglerne, der er "
                "taget sammen med den."
            ) from None
        except SealError:
            raise _stranger(path, "backup") from None


def _stranger(path: Path, kind: str) -> BackupError:
    """What is wrong with a file that can't be read as a copy of that kind."""
    with path.open("rb") as file:
        start = file.read(len(LINE))
    if start == LINE and kind == "backup":
        return BackupError(f"{path} er beskadiget eller afkortet. Brug en anden kopi.")
    if start == LINE or (start[:2] == b"PK" and kind == "backup"):
        wanted = "en kopi af databasen" if kind == "backup" else "en kopi af nøglerne"
        return BackupError(f"{path} er ikke {wanted}. Er de to filer byttet om?")
    return BackupError(f"{path} er ikke en kopi herfra, eller den er blevet afkortet.")


def _tables(connection: Connection) -> Sequence[Table]:
    """What is copied, of the schema that the database has, so that each row comes after those it refers to."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in _LEFT_OUT]


def _copied(copy: _Writing, connection: Connection, table: Table) -> dict[str, Any]:
    rows = connection.execute(select(table), execution_options={"yield_per": _PAGE})
    count = copy.add(f"tables/{table.name}.jsonl", (_line(row) for row in rows))
    return {"name": table.name, "columns": [column.name for column in table.columns], "rows": count}


def _line(row: Sequence[Any]) -> bytes:
    return json.dumps([_plain(value) for value in row]).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date | time) else value


def _as_written(archive: zipfile.ZipFile, name: str, told: dict[str, Any]) -> bool:
    digest = hashlib.sha256()
    try:
        with archive.open(name) as member:
            while piece := member.read(_PIECE):
                digest.update(piece)
    except (KeyError, OSError, EOFError, zipfile.BadZipFile, zlib.error):
        return False
    return bool(digest.hexdigest() == told["sha256"])
