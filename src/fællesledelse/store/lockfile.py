"""One process per SQLite database, held by a lock on a file beside it that ends with the process."""

import fcntl
import os
from pathlib import Path

from ..errors import StoreError


class LockFile:
    """The lock on ``<database>.lock``. The file holds the process id and stays; only the lock on it counts.

    A child made by fork without exec holds the lock too; one started by ``subprocess`` doesn't.
    """

    def __init__(self, database: Path) -> None:
        self.path = Path(f"{database}.lock")
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._descriptor, 20).decode(errors="replace").strip()
            os.close(self._descriptor)
            raise StoreError(
                f"Databasen {database} er allerede i brug af {f'proces {holder}' if holder else 'en anden proces'}. "
                "Måske kører serveren allerede. Stop den først, og prøv igen."
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let another process open the database."""
        os.close(self._descriptor)
