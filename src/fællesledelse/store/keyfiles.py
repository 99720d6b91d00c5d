"""The key file of each gathering: `keys/<gathering>/content.key`, 32 bytes, mode 0600, never in the database.

Every content key in the database is wrapped by its gathering's file. So deleting the folder of a gathering makes all
its answers unreadable for good, in the database and in every backup of it (crypto-shredding), and a stolen backup of
the database alone opens nothing, not even with somebody's pass phrase. Back the folders up apart from the database.

Beside the key lies `copies.jsonl`, a line for each copy that was handed out, and `leaders.json`, what is noted of each
leader who was deleted. Of a deleted gathering `deleted.json` is left, the note that keeps it from coming back.

Above them all is `receipts.key`, with which the receipts of what was deleted are signed, and by which devices are known
again that have been let in. It opens nothing.

`keys/backup.key` seals the copies of everything that `store.backup` makes, and is copied with the other keys.

`*.secret` are keys that are to be destroyed while the gathering lives on, so no copy of the keys ever holds them: one for
each wave of the survey that is not closed yet, and one that finds a leader's answers from wave to wave.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import StoreError

_GATHERING = re.compile(r"[a-z0-9-]{1,40}")
_FILE = "content.key"
_COPIES = "copies.jsonl"
_DELETED = "deleted.json"
_LEADERS = "leaders.json"
_SIGNING = "receipts.key"
_SECRET = ".secret"
_BACKUP = "backup.key"


class KeyFiles:
    """The folder of key files. StoreErrors where one can't be read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two threads or processes that make a key at once get the same; nobody reads a secret that is half destroyed."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def create(self, gathering: str) -> bytes:
        """The key of a gathering that the database meets for the first time. A file that is there already is kept.

        StoreError if the gathering has been deleted: its id is never used again.
        """
        path = self._path(gathering)
        with self._alone():
            if path.with_name(_DELETED).exists():
                raise StoreError(f"The gathering {gathering} has been deleted: give the new one another id")
            if not path.exists():
                self._write(path, os.urandom(32))
        return self.read(gathering)

    def put(self, gathering: str, key: bytes) -> None:
        """Lay a key from a backup where none is."""
        with self._alone():
            self._write(self._path(gathering), key)

    def keys(self) -> dict[str, bytes]:
        """Every key that is here, by gathering."""
        return {path.parent.name: path.read_bytes() for path in sorted(self._folder.glob(f"*/{_FILE}"))}

    def backup_key(self) -> bytes:
        """The key that seals copies of everything; made when it is asked for the first time."""
        path = self._folder / _BACKUP
        with self._alone():
            if not path.exists():
                write_durably(path, os.urandom(32))
            return _whole(path, path.read_bytes())

    def put_backup_key(self, key: bytes) -> None:
        """Lay the key that sealed a backup, so that those made before it can still be opened."""
        with self._alone():
            write_durably(self._folder / _BACKUP, key)

    def note_copy(self, gathering: str, copy: Mapping[str, str]) -> None:
        """Note with a key that it was handed out: when ("at"), and to which "file"."""
        with self._path(gathering).with_name(_COPIES).open("a", encoding="utf-8") as file:
            file.write(json.dumps(copy, ensure_ascii=False) + "\n")

    def copies(self, gathering: str) -> list[dict[str, str]]:
        """The copies of a key that were handed out and noted."""
        path = self._path(gathering).with_name(_COPIES)
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []

    def note_deletion(self, gathering: str, note: Mapping[str, Any]) -> None:
        """Note that a gathering is deleted, or how far that is. From now on no key is made for it."""
        with self._alone():
            self._write(self._path(gathering).with_name(_DELETED), json.dumps(note, ensure_ascii=False, indent=1).encode())

    def deletions(self) -> dict[str, dict[str, Any]]:
        """The notes of the deleted gatherings, by gathering."""
        return {path.parent.name: json.loads(path.read_bytes()) for path in sorted(self._folder.glob(f"*/{_DELETED}"))}

    def note_leader(self, gathering: str, person: str, note: Mapping[str, Any]) -> None:
        """Note that a leader (an id) is deleted from a gathering, or how far that is."""
        with self._alone():
            notes = self.leaders(gathering) | {person: dict(note)}
            self._write(self._path(gathering).with_name(_LEADERS), json.dumps(notes, ensure_ascii=False, indent=1).encode())

    def leaders(self, gathering: str) -> dict[str, dict[str, Any]]:
        """The notes of the leaders who were deleted from a gathering, by person."""
        path = self._path(gathering).with_name(_LEADERS)
        notes: dict[str, dict[str, Any]] = json.loads(path.read_bytes()) if path.exists() else {}
        return notes

    def noted(self) -> list[str]:
        """The gatherings from which leaders were deleted."""
        return [path.parent.name for path in sorted(self._folder.glob(f"*/{_LEADERS}"))]

    def signing_key(self) -> bytes | None:
        """The key with which receipts are signed; None before it is made."""
        path = self._folder / _SIGNING
        return _whole(path, path.read_bytes()) if path.exists() else None

    def make_signing_key(self, key: bytes | None = None) -> bytes:
        """A new key to sign receipts with, or the one that is there already. ``key``: one that comes from elsewhere."""
        path = self._folder / _SIGNING
        with self._alone():
            if not path.exists():
                write_durably(path, key or os.urandom(32))
            return _whole(path, path.read_bytes())

    def secret(self, gathering: str, name: str) -> bytes | None:
        """The key of that name that is in no copy; None where it is destroyed or was never here."""
        path = self._secret(gathering, name)
        with self._alone():
            return _whole(path, path.read_bytes()) if path.exists() else None

    def make_secret(self, gathering: str, name: str, key: bytes | None = None) -> bytes:
        """A new key that will be in no copy, or the one that is there already. ``key``: one that comes from elsewhere."""
        path = self._secret(gathering, name)
        with self._alone():
            if not path.exists():
                self._write(path, key or os.urandom(32))
            return _whole(path, path.read_bytes())

    def destroy_secret(self, gathering: str, name: str) -> None:
        """Overwrite and remove a key that is in no copy. Once or a hundred times, the result is the same."""
        path = self._secret(gathering, name)
        with self._alone():
            if path.exists():
                _shred(path)
                sync_folder(path.parent)

    def secrets(self, gathering: str) -> list[str]:
        """The names of a gathering's keys that are in no copy."""
        return sorted(path.name.removesuffix(_SECRET) for path in self._path(gathering).parent.glob(f"*{_SECRET}"))

    def destroy(self, gathering: str) -> None:
        """Overwrite and remove the keys of a gathering. Once or a hundred times, the result is the same."""
        path = self._path(gathering)
        with self._alone():
            for key in (path, *path.parent.glob(f"*{_SECRET}")):
                if key.exists():
                    _shred(key)
            for left in (_COPIES, _LEADERS):
                path.with_name(left).unlink(missing_ok=True)
            sync_folder(path.parent)

    def holds(self, gathering: str) -> bool:
        """Whether the key of a gathering is there."""
        return self._path(gathering).exists()

    def read(self, gathering: str) -> bytes:
        """The key of a gathering; read anew each time, so that a deleted folder takes effect at once."""
        path = self._path(gathering)
        try:
            key = path.read_bytes()
        except OSError as error:
            raise StoreError(f"The key file {path} can't be read ({error.strerror}): {gathering} is sealed") from error
        return _whole(path, key)

    def _path(self, gathering: str) -> Path:
        if not _GATHERING.fullmatch(gathering):
            raise StoreError(f"{gathering!r} can't be the id of a gathering: a–z, 0–9 and hyphens, at most 40")
        return self._folder / gathering / _FILE

    def _secret(self, gathering: str, name: str) -> Path:
        return self._path(gathering).with_name(f"{name}{_SECRET}")

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_durably(path, content)


def _whole(path: Path, key: bytes) -> bytes:
    if len(key) != 32:
        raise StoreError(f"The key file {path} has {len(key)} bytes instead of 32: restore it from its backup")
    return key


def _shred(path: Path) -> None:
    """Overwrite and remove a key."""
    with path.open("r+b") as file:
        file.write(bytes(32))
        os.fsync(file.fileno())
    path.unlink()


def write_durably(path: Path, content: bytes) -> None:
    """Write beside and rename, so that a crash leaves what was there or the whole of this."""
    beside = path.with_name(f"{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    for folder in (path.parent, path.parent.parent):
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make a file's name durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
