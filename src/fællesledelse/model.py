"""Frozen value types that every room shares. No I/O, no clock, no database."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    """What a person is in a gathering."""

    LEADER = "leader"
    FACILITATOR = "facilitator"


class Readers(StrEnum):
    """The widest circle that may ever read a field. Nobody reads more than the author before the author shares."""

    SELF = "self"
    GROUP = "group"
    COHORT = "cohort"
    PUBLISHED = "published"


class FieldKind(StrEnum):
    """What a field holds. Everything is stored as text."""

    TEXT = "text"
    CHOICE = "choice"  # chosen sentences, one a line
    DATE = "date"  # ISO date or empty


class StepKind(StrEnum):
    """What sort of page a step is."""

    WELCOME = "welcome"
    PREPARATION = "preparation"
    WORKSHOP = "workshop"
    PUBLICATION = "publication"
    ANNEX = "annex"  # the private annex, set apart


@dataclass(frozen=True)
class Field:
    """One thing a leader fills in.

    ``key`` is unique in a gathering ("episodes.1.did"); a key that begins with ``private.`` belongs to the
    private annex and can have no readers but the author. ``limit`` counts characters (Unicode code points).
    ``label`` is the question as the reader sees it, without Markdown. ``prose`` is the id of the Markdown cell above.
    """

    key: str
    kind: FieldKind
    label: str
    limit: int
    readers: Readers = Readers.SELF
    core: bool = True
    prose: str = ""

    def __post_init__(self) -> None:
        if self.private and self.readers is not Readers.SELF:
            raise ValueError(f"{self.key!r} belongs to the private annex, which nobody but its author may read")

    @property
    def private(self) -> bool:
        """Whether the field belongs to the private annex. Derived from the key, so no file can change it."""
        return self.key.startswith("private.")


@dataclass(frozen=True)
class Point:
    """One point of the contract that the page proposes: ``title`` ("Taletid") and ``text``, both without Markdown."""

    title: str
    text: str


@dataclass(frozen=True)
class Cue:
    """What one role does in a phase. ``role`` is the name on screen ("Spørger"); both without Markdown."""

    role: str
    text: str


@dataclass(frozen=True)
class Phase:
    """One line of a run sheet. ``minutes`` is its length; ``text`` is for everyone, ``cues`` for each role.

    ``turn``: held once for each person in turn, who then has the role of the first cue; the next in the order has the
    second, and so on, and whoever is left has the last. ``pause``: a break among the turns, held once. ``round``:
    the phases with the same number (from 1) are held together before the turn passes on; 0 where nobody has the turn.
    """

    title: str
    minutes: int
    text: str = ""
    turn: bool = False
    pause: bool = False
    cues: tuple[Cue, ...] = ()
    round: int = 0


@dataclass(frozen=True)
class RunSheet:
    """How a workshop goes for a group of ``people``."""

    people: int
    phases: tuple[Phase, ...]


@dataclass(frozen=True)
class Step:
    """One page of the workbook, in the order of the path.

    ``name`` is the notebook's file name without ending and the last part of the page's address. ``opens`` is the
    first day the page can be opened (None: from the first day of the cohort). ``minutes`` is what the core takes.
    ``reads`` are the keys of other pages' fields that this page shows. ``contract`` is the contract that the page
    proposes to a group, ``run_sheets`` are how the step goes for groups of each size; both empty on most pages.
    """

    name: str
    title: str
    kind: StepKind
    minutes: int
    opens: date | None
    fields: tuple[Field, ...]
    reads: tuple[str, ...] = ()
    contract: tuple[Point, ...] = ()
    run_sheets: tuple[RunSheet, ...] = ()

    def run_sheet(self, people: int) -> RunSheet | None:
        """The run sheet for that many people, else the one for the size nearest to it; None if the step has none."""
        return min(self.run_sheets, key=lambda sheet: (abs(sheet.people - people), sheet.people), default=None)


@dataclass(frozen=True)
class PrivacyNotice:
    """What the first sign-in shows. An empty text is something that humans have still to decide."""

    controller: str = ""
    purpose: str = ""
    legal_basis: str = ""
    categories: str = ""
    recipients: str = ""
    retention: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Manifest:
    """A built cohort: everything the server knows of its pages. Written by the builder, read by the server."""

    gathering: str
    name: str
    organisation: str
    starts: date
    ends: date | None
    steps: tuple[Step, ...]
    privacy: PrivacyNotice
    safe_key: str | None  # the organisation's public key in the safe, hexadecimal; None: the cohort has none

    def step(self, name: str) -> Step | None:
        """The step of that name, or None."""
        return next((step for step in self.steps if step.name == name), None)

    def field(self, key: str) -> Field | None:
        """The field of that key, or None. A field that stands on several pages is the same on all."""
        return next((field for step in self.steps for field in step.fields if field.key == key), None)

    def opens(self, key: str) -> date | None:
        """The first day on which any page with that field is open; None: from the first day of the cohort."""
        days = [step.opens for step in self.steps if any(field.key == key for field in step.fields)]
        return None if None in days else min(day for day in days if day is not None)


@dataclass(frozen=True)
class Participant:
    """One line of the roster: a person in this gathering. ``email`` is lower case. ``group`` is a name or empty."""

    email: str
    name: str
    role: Role
    title: str = ""
    department: str = ""
    level: str = ""
    superior: str = ""
    group: str = ""


@dataclass(frozen=True)
class Roster:
    """Everyone in a gathering."""

    gathering: str
    participants: tuple[Participant, ...]
