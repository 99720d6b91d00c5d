"""A copy of everything durable: a zip file with the tables of one moment, another with the keys, each with a manifest.

    manifest.json              what was copied when, and sha256, size and name of every other member
    tables/<table>.jsonl       one row a line, in the order of the manifest's columns
    audit.jsonl, hold/…        the files that the server adds

    manifest.json              of the keys, which lie in a file of their own, with what is noted of who was deleted
    keys/<gathering>           32 bytes

Sessions are left out: who has signed out stays signed out, whatever is restored. The tables are the same for SQLite and
PostgreSQL, so a copy of one can be restored to the other.
"""

import base64
import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sqlalchemy import Connection, Table, select

from ..errors import BackupError
from . import schema
from .database import Database
from .keyfiles import KeyFiles
from .migration import knows, revision_of

FORMAT = 1
MANIFEST = "manifest.json"
_PAGE = 500  # rows fetched at a time
_PIECE = 1 << 20
_LEFT_OUT = {schema.session.name}


class Backup:
    """The verbs about copies of everything."""

    def __init__(self, database: Database, files: KeyFiles, clock: Callable[[], datetime]) -> None:
        self._database, self._files, self._clock = database, files, clock

    def write(self, target: IO[bytes], files: Iterable[tuple[str, bytes]]) -> None:
        """Write every table as it is at one moment, and those files: their names in the copy, and what they hold."""
        with _Writing(target) as copy:
            with self._database.reading() as connection:
                tables = [_copied(copy, connection, table) for table in _tables()]
                query = select(schema.gathering.c.id, schema.gathering.c.name).order_by(schema.gathering.c.id)
                gatherings = connection.execute(query).all()
                revision = revision_of(connection)
            for name, content in files:
                copy.add(name, [content])
            keys = self._files.keys()
            known = {row.id: {"name": row.name, "key": _fingerprint(keys.get(row.id))} for row in gatherings}
            copy.finish(kind="backup", made_at=self._now(), schema=revision, tables=tables, gatherings=known)

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
            copy.finish(
                kind="keys",
                made_at=self._now(),
                keys={gathering: _fingerprint(key) for gathering, key in keys.items()},
                copies={gathering: self._files.copies(gathering) for gathering in keys},
                deletions=self._files.deletions(),
                leaders={gathering: self._files.leaders(gathering) for gathering in self._files.noted()},
            )

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")


class Copy:
    """A file made by ``Backup``, examined and found whole. ``manifest`` says what it holds."""

    def __init__(self, path: Path, kind: str) -> None:
        """``kind``: "backup" or "keys". Raises BackupError where the file is another, or not as it was written."""
        try:
            self._archive = zipfile.ZipFile(path)
            self.manifest: dict[str, Any] = json.loads(self._archive.read(MANIFEST))
            told = self.manifest["kind"], self.manifest["format"], self.manifest.get("schema")
        except OSError as error:
            raise BackupError(f"{path} kan ikke læses: {error.strerror or error}.") from None
        except (ValueError, KeyError, TypeError, zipfile.BadZipFile):
            raise BackupError(f"{path} er ikke en kopi herfra, eller den er blevet afkortet.") from None
        if told[0] != kind:
            wanted = "en kopi af databasen" if kind == "backup" else "en kopi af nøglerne"
            raise BackupError(f"{path} er ikke {wanted}. Er de to filer byttet om?")
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

    def rows(self, table: str) -> Iterator[list[Any]]:
        """The rows of a table as they were written."""
        with self._archive.open(f"tables/{table}.jsonl") as lines:
            for line in lines:
                yield json.loads(line)

    def __enter__(self) -> "Copy":
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()


class _Writing:
    """A copy that is being written. Without ``finish`` it has no manifest, and nobody believes it."""

    def __init__(self, target: IO[bytes]) -> None:
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


def _tables() -> Sequence[Table]:
    """What is copied, so that each row comes after those it refers to."""
    return [table for table in schema.metadata.sorted_tables if table.name not in _LEFT_OUT]


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


def _fingerprint(key: bytes | None) -> str | None:
    """What tells a key from another and says nothing of it."""
    return None if key is None else hashlib.sha256(b"faellesledelse key" + key).hexdigest()[:16]


def _as_written(archive: zipfile.ZipFile, name: str, told: dict[str, Any]) -> bool:
    digest = hashlib.sha256()
    try:
        with archive.open(name) as member:
            while piece := member.read(_PIECE):
                digest.update(piece)
    except (KeyError, OSError, EOFError, zipfile.BadZipFile, zlib.error):
        return False
    return bool(digest.hexdigest() == told["sha256"])
