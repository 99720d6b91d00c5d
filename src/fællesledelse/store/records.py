"""What the verbs of the store take and return. Frozen; no database, no keys."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from ..model import Role


@dataclass(frozen=True)
class Person:
    """Someone the store knows. ``id`` is 32 hexadecimal digits and says nothing; ``email`` is lower case."""

    id: str
    email: str
    name: str


@dataclass(frozen=True)
class Membership:
    """A gathering as one of its members sees it. ``gathering`` is its id, ``group`` a name or empty.

    ``left``: until when someone was a leader who is none any more; None for who is in it today.
    """

    gathering: str
    name: str
    role: Role
    group: str
    left: datetime | None = None


@dataclass(frozen=True)
class Member:
    """A person as the gathering sees them. ``group`` is a name or empty. ``enrolled``: has chosen a pass phrase."""

    person: Person
    role: Role
    group: str
    enrolled: bool


class InvitationKind(StrEnum):
    """What a link is for."""

    INVITATION = "invitation"
    REPLACEMENT = "replacement"


@dataclass(frozen=True)
class Invitation:
    """A link that can still be used. ``gathering`` is None on a replacement, which belongs to the person alone."""

    person: Person
    kind: InvitationKind
    gathering: str | None
    not_before: datetime


@dataclass(frozen=True)
class Version:
    """One text a field has had. ``aside``: it was made from an older version and never became the field's text.

    ``sealed``: the text stands under a key that is gone until the key in the safe is used; ``text`` is then empty.
    """

    version: int
    text: str = field(repr=False)
    saved_at: datetime
    aside: bool = False
    sealed: bool = False


@dataclass(frozen=True)
class Answer:
    """A field's text now. A field never saved has version 0, an empty text and no ``saved_at``.

    ``asides``: texts kept aside, oldest first, until a save resolves them. ``sealed`` as in Version.
    """

    version: int
    text: str = field(repr=False)
    saved_at: datetime | None
    asides: tuple[Version, ...] = ()
    sealed: bool = False


@dataclass(frozen=True)
class Saved:
    """The text is durable and is the field's text, with that version."""

    version: int
    saved_at: datetime


@dataclass(frozen=True)
class Conflict:
    """The text is durable, but kept aside with version ``aside``, since it was made from another version than ``head``."""

    head: Answer
    aside: int


@dataclass(frozen=True)
class Parcel:
    """Something shared: written once, never changed. ``id`` is 32 hexadecimal digits.

    ``number`` counts an author's parcels of the same kind and subject from 1. ``readers`` are person ids, the author's
    among them. ``gone_on``: the day it is deleted. ``content`` is None for a reader from whom it was withdrawn, and while
    its key is gone.
    """

    id: str
    author: Person
    kind: str
    subject: str
    number: int
    group: str
    made_at: datetime
    due: date | None
    gone_on: date | None
    readers: tuple[str, ...]
    withdrawn_at: datetime | None
    content: dict[str, Any] | None = field(repr=False)


@dataclass(frozen=True)
class Switches:
    """What a group's contract allows: sentences heard, written feedback, and taking the others' words along.

    ``fades``: a draft and the feedback on it are deleted some time after it was shared.
    """

    harvest: bool = False
    feedback: bool = False
    export: bool = False
    fades: bool = False


@dataclass(frozen=True)
class Standing:
    """A group's contract without its words. ``number`` is 0 where there is none.

    ``accepted`` are the ids of those who have said yes, ``former`` of those who had and have left the group since.
    """

    number: int = 0
    switches: Switches = Switches()
    accepted: tuple[str, ...] = ()
    in_force: bool = False
    former: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wording:
    """What a contract says and allows. ``texts`` is None for who came after it was made."""

    texts: dict[str, str] | None = field(repr=False)
    switches: Switches


@dataclass(frozen=True)
class Contract:
    """A group's contract as one member sees it. ``texts`` is None for who came after it was made.

    ``before`` is what it said until this wording was proposed. ``readers`` are the ids of those who can read it; empty
    where the member can't either.
    """

    number: int
    texts: dict[str, str] | None = field(repr=False)
    switches: Switches
    before: Wording | None
    by: Person
    made_at: datetime
    accepted: tuple[str, ...]
    members: tuple[Person, ...]
    readers: tuple[str, ...]
    in_force: bool


@dataclass(frozen=True)
class Room:
    """A workshop as it goes on just now. ``version`` counts changes from 1; 0: nobody has touched it.

    ``phase`` counts from 0, -1: not begun. ``extra`` is in seconds. ``order`` are person ids in the order of their
    turns; ``chair`` is the id of who holds the facilitator's role, or empty.
    """

    version: int
    phase: int
    began_at: datetime
    paused_at: datetime | None = None
    extra: int = 0
    order: tuple[str, ...] = ()
    chair: str = ""


class MailingKind(StrEnum):
    """What the mails of a mailing are."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    CALENDAR = "calendar"
    EVALUATION = "evaluation"
    SURVEY = "survey"
    RETENTION = "retention"  # that all of it will be deleted; the server sends them by itself


class MailingState(StrEnum):
    """How far a mailing is. Nothing is sent of one that is paused; one that is done has no line left to send."""

    UNDER_WAY = "under-way"
    PAUSED = "paused"
    DONE = "done"


class LineState(StrEnum):
    """How far one mail is. *uncertain*: on its way when everything stopped. *unneeded*: there is no cause any more."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    UNNEEDED = "unneeded"


@dataclass(frozen=True)
class Planned:
    """One mail to be: to whom (a person id), and the steps it is about. ``group``: whose meeting a calendar is told of."""

    person: str
    steps: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True)
class Mailing:
    """Mails of one kind to many. ``trouble`` is a word for why it is paused, empty otherwise."""

    id: str
    gathering: str
    kind: MailingKind
    state: MailingState
    trouble: str
    made_at: datetime


@dataclass(frozen=True)
class MailingLine:
    """One mail. ``number`` counts from 0 in its mailing, ``round`` how often someone has asked for it again.

    ``code`` and ``reason`` are the mail server's words where it was refused. ``changed_at``: when it came to its state.
    """

    mailing: str
    number: int
    kind: MailingKind
    person: Person
    group: str
    steps: tuple[str, ...]
    state: LineState
    round: int
    code: int | None
    reason: str
    changed_at: datetime


@dataclass(frozen=True)
class CalendarMark:
    """What one leader's calendar was last told of one meeting. ``person`` is an id; ``cancelled``: to take it out."""

    gathering: str
    group: str
    step: str
    person: str
    sequence: int
    title: str
    day: date
    starts: time | None
    minutes: int
    place: str
    cancelled: bool = False
