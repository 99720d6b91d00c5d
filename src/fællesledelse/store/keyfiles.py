"""The key file of each gathering: `keys/<gathering>/content.key`, 32 bytes, mode 0600, never in the database.

Every content key in the database is wrapped by its gathering's file. So deleting the folder of a gathering makes all
its answers unreadable for good, in the database and in every backup of it (crypto-shredding), and a stolen backup of
the database alone opens nothing, not even with somebody's pass phrase. Back the folders up apart from the database.
"""

import os
import re
from pathlib import Path

from ..errors import StoreError

_GATHERING = re.compile(r"[a-z0-9-]{1,40}")
_FILE = "content.key"


class KeyFiles:
    """The folder of key files. StoreErrors where one can't be read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self, gathering: str) -> bytes:
        """The key of a gathering that the database meets for the first time. A file that is there already is kept."""
        path = self._path(gathering)
        if not path.exists():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            _write_durably(path, os.urandom(32))
        return self.read(gathering)

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
        if len(key) != 32:
            raise StoreError(f"The key file {path} has {len(key)} bytes instead of 32: restore it from its backup")
        return key

    def _path(self, gathering: str) -> Path:
        if not _GATHERING.fullmatch(gathering):
            raise StoreError(f"{gathering!r} can't be the id of a gathering: a–z, 0–9 and hyphens, at most 40")
        return self._folder / gathering / _FILE


def _write_durably(path: Path, content: bytes) -> None:
    """Write beside and rename, so that a crash leaves either no key or the whole key."""
    beside = path.with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    for folder in (path.parent, path.parent.parent):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
