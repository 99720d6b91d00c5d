"""Frozen value types that every room shares. No I/O, no clock, no database."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a person is in a gathering."""

    LEADER = "leader"
    FACILITATOR = "facilitator"


class GatheringKind(StrEnum):
    """What people gather for. The value is what the file calls it."""

    PROGRAMME = "forløb"
    SALON = "salon"  # a row of salons: an hour, a theme, a handful of leaders
    NETWORK = "netværk"  # a leader network's year


class Scope(StrEnum):
    """Whom a network gathers. The value is what the file calls it."""

    FIELD = "inden for et fagområde"
    ACROSS = "på tværs"


class Participation(StrEnum):
    """Whether leaders choose to be in a network. The value is what the file calls it."""

    VOLUNTARY = "frivillig"
    COMPULSORY = "obligatorisk"


@dataclass(frozen=True)
class Network:
    """What a network's file says of its purpose, its type and its life; what it doesn't say is empty or None.

    ``trial`` and ``evaluation`` are the days when these are decided on, ``cycle`` is after how many years the restart is.
    """

    purpose: str = ""
    scope: Scope | None = None
    participation: Participation | None = None
    trial: date | None = None
    evaluation: date | None = None
    cycle: int = 3


class DecisionKind(StrEnum):
    """What is decided about a network in the course of its life."""

    EVALUATION = "evaluation"  # what its evaluation leads to
    TRIAL = "trial"  # what comes after the trial period
    ROTATION = "rotation"  # whether its groups are mixed anew
    RESTART = "restart"
    END = "end"  # what happens on its last day
    REDESIGN = "redesign"
    WINDING_UP = "winding-up"


class Choice(StrEnum):
    """What a decision comes to."""

    CONTINUE = "continue"
    CHANGE = "change"
    ROTATE = "rotate"
    RESTART = "restart"
    EXTEND = "extend"
    STOP = "stop"
    BACK = "back"  # as if the decision that it replaces had not been taken


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
    PICK = "pick"  # one of the sentences that stand above, or empty


class StepKind(StrEnum):
    """What sort of page a step is."""

    WELCOME = "welcome"
    PREPARATION = "preparation"
    WORKSHOP = "workshop"
    PUBLICATION = "publication"
    PERIOD = "period"  # a learning goal's months of practice, opened by a seminar
    MEETING = "meeting"  # a salon, or a meeting of a network
    ANNEX = "annex"  # pages that are always there and nobody's but the leader's, such as the private annex
    CHARTER = "charter"  # pages that only facilitators write on; what they release of them becomes the charter


@dataclass(frozen=True)
class Field:
    """One thing a leader fills in.

    ``key`` is unique in a gathering ("episodes.1.did"); a key that begins with ``private.`` belongs to the
    private annex and can have no readers but the author. ``limit`` counts characters (Unicode code points).
    ``label`` is the question as the reader sees it, without Markdown. ``prose`` is the id of the Markdown cell above.
    ``options`` are what there is to pick from.
    """

    key: str
    kind: FieldKind
    label: str
    limit: int
    readers: Readers = Readers.SELF
    core: bool = True
    prose: str = ""
    options: tuple[str, ...] = ()

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


MEETINGS = (StepKind.WORKSHOP, StepKind.PERIOD, StepKind.MEETING)
"""The steps whose day is a meeting: a workshop of each group, the seminar that opens a period, a salon, a network's."""


class Activity(StrEnum):
    """The encounter in the middle of a period. The value is what the cohort's file and the notebook call it."""

    COACHING = "coaching"
    JOB_VISIT = "jobbesøg"
    SPARRING = "sparring"


@dataclass(frozen=True)
class Period:
    """A step's period: the name of its learning goal, what is trained, and the names of the tracks to practise on."""

    goal: str
    activity: Activity
    competences: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Meeting:
    """A salon or a network's meeting: its theme, the open questions prepared for it, and where it is held online, if so."""

    theme: str
    questions: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True)
class Step:
    """One page of the workbook, in the order of the path.

    ``name`` is the notebook's file name without ending and the last part of the page's address. ``opens`` is the
    first day the page can be opened (None: from the first day of the cohort). ``minutes`` is what the core takes.
    ``reads`` are the keys of other pages' fields that this page shows. ``contract`` is the contract that the page
    proposes to a group, ``run_sheets`` are how the step goes for groups of each size; both empty on most pages.
    ``starts`` and ``place`` are when on its day and where a workshop or a seminar is held, as far as anyone has said.
    ``period`` and ``meeting`` are there where the step is one.
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
    starts: time | None = None
    place: str = ""
    period: Period | None = None
    meeting: Meeting | None = None

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


class ThemeKind(StrEnum):
    """What a theme of the survey is about."""

    INSIDE = "inside"  # relations to the forum's own participants
    OUTSIDE = "outside"  # relations out of the organisation
    LEADERSHIP = "leadership"  # the own leadership style


@dataclass(frozen=True)
class Theme:
    """A theme of the survey. ``intro`` is the line that leads in to it, or empty."""

    key: str
    title: str
    kind: ThemeKind
    intro: str = ""


@dataclass(frozen=True)
class Item:
    """A statement to agree or disagree with. ``theme`` is its theme's key. ``reversed``: agreeing is the worse answer."""

    key: str
    theme: str
    text: str
    reversed: bool = False


@dataclass(frozen=True)
class Questionnaire:
    """What the survey asks, in that order. ``relations``: whether relations between departments are asked about too."""

    items: tuple[Item, ...]
    themes: tuple[Theme, ...]
    relations: bool = False

    def of(self, theme: str) -> tuple[Item, ...]:
        """The items of a theme."""
        return tuple(item for item in self.items if item.theme == theme)

    @property
    def turned(self) -> frozenset[str]:
        """Keys of the reversed items."""
        return frozenset(item.key for item in self.items if item.reversed)

    def told(self) -> dict[str, Any]:
        """How many ``statements``, and the ``themes`` with theirs as leaders meet them, ready for JSON."""
        themes = [
            {"title": each.title, "intro": each.intro, "statements": [item.text for item in self.of(each.key)]}
            for each in self.themes
        ]
        return {"statements": len(self.items), "themes": themes}


@dataclass(frozen=True)
class CompassTheme:
    """One of the themes the programme steers by. ``goal`` is the name of the learning goal it belongs to, or empty."""

    name: str
    text: str = ""
    goal: str = ""


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
    compass: tuple[CompassTheme, ...] = ()
    survey: Questionnaire | None = None
    kind: GatheringKind = GatheringKind.PROGRAMME
    network: Network | None = None
    chairs_in_turn: bool = True  # who keeps the time at meetings: the leaders in turn, else HR

    @property
    def way(self) -> tuple[Step, ...]:
        """The steps that leaders meet: all but the pages that only facilitators write on."""
        return tuple(step for step in self.steps if step.kind is not StepKind.CHARTER)

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


DUTIES = {"vært": "hosts", "ordstyrer": "chairs", "sag": "cases"}
"""The duties at a meeting, as the roster's columns name them, and where a participant's stand."""


@dataclass(frozen=True)
class Participant:
    """One line of the roster: a person in this gathering. ``email`` is lower case. ``group`` is a name or empty.

    Those who share a ``visit`` go on job visits at each other's. ``hosts``, ``chairs`` and ``cases`` are the names of the
    meetings that the person is host of, keeps the time at, and brings a case to, in that order; those that are over too.
    """

    email: str
    name: str
    role: Role
    title: str = ""
    department: str = ""
    level: str = ""
    superior: str = ""
    group: str = ""
    visit: str = ""
    hosts: tuple[str, ...] = ()
    chairs: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Roster:
    """Everyone in a gathering."""

    gathering: str
    participants: tuple[Participant, ...]
