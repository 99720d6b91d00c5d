"""What a leader takes along, as values: one shape for every kind of it, so that nothing needs a file format of its own."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Archived:
    """A text as it stood at a time. ``by`` is who wrote it, where that is not the leader. ``note``: "Anden udgave"."""

    text: str
    at: datetime | None = None
    by: str = ""
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A question with its answer; a heading of a shared draft with its text; a question of feedback with what was said.

    ``texts`` come in the order they are read; ``earlier`` are the versions before, newest first. ``under`` are sections
    that belong to this one, one level down: the feedback to a draft, say.
    """

    title: str
    texts: tuple[Archived, ...] = ()
    earlier: tuple[Archived, ...] = ()
    under: tuple["Section", ...] = ()


@dataclass(frozen=True)
class Part:
    """One file: a step of the workbook, the drafts with their feedback, the contract, the publications."""

    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Left:
    """Something that is not in the archive, and why."""

    what: str
    why: str


@dataclass(frozen=True)
class Material:
    """Everything a leader takes along. ``annex``: the private annex, empty unless the leader asked for it."""

    name: str
    cohort: str
    organisation: str
    made_at: datetime
    parts: tuple[Part, ...]
    annex: tuple[Part, ...] = ()
    left: tuple[Left, ...] = ()
