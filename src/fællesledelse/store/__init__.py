"""The store and the vault: the only code that touches the database and the keys."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from .access import Access, Session
from .answers import Answers
from .backup import Backup, copy_first
from .charters import Charters, CharterVersion
from .contracts import Contracts
from .database import Database
from .decisions import Decision, Decisions, standing
from .deletion import Deletion, Extent, Receipt
from .erasure import Erasure, LeaderReceipt
from .evaluations import Evaluations, Response, Result, Wave
from .invitations import Invitations
from .keyfiles import KeyFiles
from .mailings import Mailings
from .parcels import Parcels
from .people import People
from .progress import Progress
from .records import (
    Answer,
    CalendarMark,
    Conflict,
    Contract,
    Invitation,
    InvitationKind,
    LineState,
    Mailing,
    MailingKind,
    MailingLine,
    MailingState,
    Member,
    Membership,
    Parcel,
    Person,
    Planned,
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
from .surveys import Draft, Frame, Shown, Survey, Surveys, SurveyWave
from .themes import Outcome, Round, Themes
from .vault import Enrolled, Unlocked, fingerprint
from .vetoes import Vetoes

__all__ = [
    "Answer",
    "CalendarMark",
    "CharterVersion",
    "Conflict",
    "Contract",
    "Decision",
    "Draft",
    "Enrolled",
    "Extent",
    "Frame",
    "Invitation",
    "InvitationKind",
    "KdfCost",
    "LeaderReceipt",
    "LineState",
    "Mailing",
    "MailingKind",
    "MailingLine",
    "MailingState",
    "Member",
    "Membership",
    "Outcome",
    "Parcel",
    "Person",
    "Planned",
    "Receipt",
    "Response",
    "Result",
    "Room",
    "Round",
    "Saved",
    "Session",
    "Shown",
    "Standing",
    "Store",
    "Survey",
    "SurveyWave",
    "Switches",
    "Unlocked",
    "Version",
    "Wave",
    "Wording",
    "fingerprint",
    "standing",
    "utc_now",
]


def utc_now() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


class Store:
    """Everything durable, as verbs in groups. Every verb may be called from any thread."""

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
        self.vetoes = Vetoes(database, files)
        self.backup = Backup(database, files, clock)
        self.deletion = Deletion(database, files, clock)
        self.mailings = Mailings(database, clock)
        self.evaluations = Evaluations(database, files)
        self.surveys = Surveys(database, files)
        self.themes = Themes(database, files)
        self.charters = Charters(database, files, clock)
        self.decisions = Decisions(database, files)
        self.erasure = Erasure(database, files, self.surveys, self.themes, clock)

    @classmethod
    def open(cls, url: str, keys: Path, clock: Callable[[], datetime] = utc_now, kdf_cost: KdfCost = DEFAULT_COST) -> Self:
        """Open the database at ``url`` and bring it to the newest schema.

        ``url``: ``sqlite:///path`` or ``postgresql://…``; a SQLite file has one process at a time. ``keys``: the folder
        of key files, one folder per gathering; whoever deletes one makes that gathering unreadable in every backup.
        ``kdf_cost``: the price of a guess at a pass phrase. StoreError if the database can't be used, BackupError if it is
        of an older schema and can't be copied first, into the folder that ``keys`` lies in.
        """
        files = KeyFiles(keys)
        return cls(Database(url, before=lambda old: copy_first(old, files, keys.parent, clock())), files, clock, kdf_cost)

    def close(self) -> None:
        """Close the database."""
        self._database.close()
