"""A network as it stands: its decisions, and what is laid beside them: meetings and how many came, evaluations. No names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ..model import Network, Step, StepKind
from ..store import Decision, Wave
from .attendance import attended
from .charter import of as charter_of
from .house import House
from .life import Due, Stage, changed, due, stage
from .live_api import groups
from .path import own_day
from .shelf import Cohort

Tenure = tuple[date, date | None]
"""From which day to which somebody was in the network; None: still is."""


@dataclass(frozen=True)
class Held:
    """A meeting that has been: how many ``came``, of those who were ``members`` that day; 0: nobody knows any more."""

    step: str
    title: str
    day: date
    theme: str
    came: int
    members: int


@dataclass(frozen=True)
class Evidence:
    """What there is to decide from. ``joined`` and ``left`` since the first day; ``changed`` is the day of the last change.

    ``waves`` are the evaluations that are closed, the newest first, and ``asking`` the title of the one that is open.
    """

    meetings: tuple[Held, ...]
    coming: int
    members: int
    joined: int
    left: int
    changed: date
    waves: tuple[Wave, ...]
    asking: str


@dataclass(frozen=True)
class Life:
    """A network as it stands today. ``purpose`` and ``type`` are in words, empty where nobody has said."""

    kept: tuple[Decision, ...]
    evidence: Evidence
    due: tuple[Due, ...]
    stage: Stage
    purpose: str
    type: str
    ends: date | None


def read(house: House, cohort: Cohort) -> Life:
    """A network as it stands today. Asks the store: call it in a thread."""
    manifest = cohort.manifest
    kept = house.store.decisions.all(manifest.gathering)
    network, type_, ends = described(house, cohort)
    frame = network, manifest.starts, ends, house.today(), kept, len(groups(cohort))
    found = tuple(due(*frame)), stage(*frame), network.purpose, type_, ends
    return Life(tuple(kept), gathered(house, cohort, kept), *found)


def described(house: House, cohort: Cohort) -> tuple[Network, str, date | None]:
    """What a network is for and its days, its type in words, and its last day: as its file has them, else its charter.

    Asks the store: call it in a thread.
    """
    said, ends = cohort.manifest.network or Network(), cohort.manifest.ends
    type_ = ", ".join(str(each) for each in (said.scope, said.participation) if each)
    charter = next(iter(charter_of(house.store, cohort)), None)
    if charter is not None:
        trial, evaluation = said.trial or charter.trial_until, said.evaluation or charter.evaluate_by
        said = replace(said, purpose=said.purpose or charter.purpose, trial=trial, evaluation=evaluation)
        ends = ends or charter.ends
        type_ = type_ or charter.type
    return said, type_[:1].upper() + type_[1:], ends


def gathered(house: House, cohort: Cohort, kept: Sequence[Decision]) -> Evidence:
    """The evidence on a network today. Asks the store: call it in a thread."""
    manifest, today = cohort.manifest, house.today()
    tenures = house.store.people.tenures(manifest.gathering)
    here, days = attended(house, cohort), _days(house, cohort)
    held = [
        Held(step.name, step.title, days[step.name], _theme(step), len(here[step.name]), _present(tenures, days[step.name]))
        for step in manifest.steps
        if step.name in days and (days[step.name] < today or here[step.name])
    ]
    waves = house.store.evaluations.all(manifest.gathering, today)
    return Evidence(
        meetings=tuple(held),
        coming=len(days) - len(held),
        members=_present(tenures, today),
        joined=_joined(manifest.starts, tenures),
        left=sum(until is not None for _, until in tenures),
        changed=changed(manifest.starts, kept),
        waves=tuple(wave for wave in waves if wave.closed),
        asking=next((wave.title for wave in waves if wave.state(today) == "open"), ""),
    )


def _days(house: House, cohort: Cohort) -> dict[str, date]:
    """The day of each meeting by its step, the first where groups have moved it apart."""
    dates, gathering = house.store.progress.dates, cohort.manifest.gathering
    moved = [dates(gathering, group) for group in groups(cohort)] or [{}]
    meetings = [step for step in cohort.manifest.steps if step.kind is StepKind.MEETING]
    found = {step.name: [day for each in moved if (day := own_day(step, each)) is not None] for step in meetings}
    return {name: min(each) for name, each in found.items() if each}


def _theme(step: Step) -> str:
    return step.meeting.theme if step.meeting else ""


def _present(tenures: Sequence[Tenure], day: date) -> int:
    return sum(since <= day and (until is None or day < until) for since, until in tenures)


def _joined(started: date, tenures: Sequence[Tenure]) -> int:
    """How many have come since the network began; the server may have been told of the first ones later than that."""
    first = max(started, min((since for since, _ in tenures), default=started))
    return sum(since > first for since, _ in tenures)
