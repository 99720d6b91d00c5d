"""The store and the vault: the only code that touches the database and the keys."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from .access import Access, Session
from .answers import Answers
from .contracts import Contracts
from .database import Database
from .invitations import Invitations
from .keyfiles import KeyFiles
from .parcels import Parcels
from .people import People
from .progress import Progress
from .records import (
    Answer,
    Conflict,
    Contract,
    Invitation,
    InvitationKind,
    Member,
    Membership,
    Parcel,
    Person,
    Room,
    Saved,
    Standing,
    Switches,
    Version,
    Wording,
)
from .rooms import Rooms
from .safe import Safe
from .sealing import DEFAULT_COST, KdfCost
from .vault import Enrolled, Unlocked, fingerprint

__all__ = [
    "Answer",
    "Conflict",
    "Contract",
    "Enrolled",
    "Invitation",
    "InvitationKind",
    "KdfCost",
    "Member",
    "Membership",
    "Parcel",
    "Person",
    "Room",
    "Saved",
    "Session",
    "Standing",
    "Store",
    "Switches",
    "Unlocked",
    "Version",
    "Wording",
    "fingerprint",
    "utc_now",
]


def utc_now() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


class Store:
    """Everything durable, as verbs in ten groups. Every verb may be called from any thread."""

    def __init__(self, database: Database, files: KeyFiles, clock: Callable[[], datetime], cost: KdfCost) -> None:
        self._database = database
        self.people = People(database, files, clock)
        self.invitations = Invitations(database, clock)
        self.access = Access(database, files, clock, cost)
        self.answers = Answers(database, files, clock)
        self.progress = Progress(database, clock)
        self.safe = Safe(database)
        self.parcels = Parcels(database, files, clock)
        self.contracts = Contracts(database, files, clock)
        self.rooms = Rooms(database)

    @classmethod
    def open(cls, url: str, keys: Path, clock: Callable[[], datetime] = utc_now, kdf_cost: KdfCost = DEFAULT_COST) -> Self:
        """Open the database at ``url`` and bring it to the newest schema.

        ``url``: ``sqlite:///path`` or ``postgresql://…``; a SQLite file has one process at a time. ``keys``: the folder
        of key files, one folder per gathering; whoever deletes one makes that gathering unreadable in every backup.
        ``kdf_cost``: the price of a guess at a pass phrase. StoreError if the database can't be used.
        """
        return cls(Database(url), KeyFiles(keys), clock, kdf_cost)

    def close(self) -> None:
        """Close the database."""
        self._database.close()
