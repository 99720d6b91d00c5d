"""Who lives through a rehearsal, each with a device, and what they share."""

import random
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeVar

from ..danish import COPENHAGEN
from ..model import Step
from .copy import Copy
from .meeting import Group
from .player import Player, words
from .record import Record
from .stage import Stage
from .visitor import Visitor

T = TypeVar("T")

AT_ONCE = 2
"""Who do something at the same time. The server's one process is the narrow place: four at once are no faster than two."""


@dataclass(frozen=True)
class Absence:
    """Someone of a group was not there; ``present`` are how many were."""

    step: Step
    group: str
    present: int


@dataclass
class Play:
    """A rehearsal under way. ``links`` are the invitations by address; ``absences`` are drawn as it goes on."""

    copy: Copy
    stage: Stage
    record: Record
    chance: random.Random
    groups: dict[str, Group]
    facilitators: tuple[Visitor, ...]
    absences: list[Absence]
    links: dict[str, str]

    @property
    def players(self) -> list[Player]:
        """All leaders."""
        return [player for group in self.groups.values() for player in group]

    @property
    def api(self) -> str:
        """Where the cohort's API begins."""
        return f"/api/{self.copy.manifest.gathering}"

    def close(self) -> None:
        """Put all devices away."""
        for visitor in (*self.facilitators, *(player.device for player in self.players)):
            visitor.close()


def set_up(copy: Copy, stage: Stage, record: Record, seed: int) -> Play:
    """Everyone with a device, on the morning of the first day."""
    stage.move_to(morning(copy.manifest.starts))
    texts = words()
    groups = {
        name: tuple(
            Player(one, copy.manifest, Visitor(stage.settings.origin), record, texts, seat)
            for seat, one in enumerate(people)
        )
        for name, people in copy.groups.items()
    }
    facilitators = tuple(Visitor(stage.settings.origin) for _ in copy.facilitators)
    return Play(copy, stage, record, random.Random(seed), groups, facilitators, [], {})


def side_by_side(do: Callable[[T], None], people: Iterable[T]) -> None:
    """Do something for everyone, some at a time. An error that nobody has foreseen is raised."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(do, people))


def morning(day: date) -> datetime:
    """When everything happens that happens on a day."""
    return datetime.combine(day, time(9), COPENHAGEN)
