"""The cohort as the rehearsal plays it: built from its folder, with constructed people, beside the real one."""

import json
import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from ..cohort import build
from ..cohort.words import escape
from ..manifest import dump
from ..model import Manifest, Participant, Role, Roster, Step
from .people import constructed

_CALL = re.compile(r"page\.(\w+)\((?:'([\w.-]+)')?")

Call = tuple[str, str]
"""What a cell calls on its page, and with which word if it begins with one: ("give", "harvest"), ("share", "")."""


@dataclass(frozen=True)
class Copy:
    """A built cohort with constructed people. ``calls`` are those of each step's page, in order.

    ``reminders``: how many things the builder wants a human to look at. They may name real people, so they stay there.
    """

    folder: Path
    manifest: Manifest
    roster: Roster
    calls: dict[str, tuple[Call, ...]]
    reminders: int

    @property
    def groups(self) -> dict[str, tuple[Participant, ...]]:
        """The leaders by group, in the order of the roster; those without a group are each alone under an empty name."""
        found: dict[str, tuple[Participant, ...]] = {}
        for person in self.leaders:
            found[person.group] = (*found.get(person.group, ()), person)
        return found

    @property
    def leaders(self) -> tuple[Participant, ...]:
        """Those who write."""
        return tuple(person for person in self.roster.participants if person.role is Role.LEADER)

    @property
    def facilitators(self) -> tuple[Participant, ...]:
        """Those who follow them."""
        return tuple(person for person in self.roster.participants if person.role is Role.FACILITATOR)


def copied(source: Path, target: Path, seed: int) -> Copy:
    """Build ``source`` into the new folder ``target`` with constructed people. ``source`` is only read.

    Raises CohortError with everything that is wrong in it.
    """
    made = build.prepare(source)
    roster = constructed(made.roster, seed)
    notebooks = {step: _renamed(text, made.roster, roster) for step, text in made.notebooks.items()}
    place = target / build.BUILT
    place.mkdir(parents=True)
    for name, content in replace(made, roster=roster, notebooks=notebooks).files.items():
        (place / name).write_bytes(content)
    calls = {step: _calls(text) for step, text in notebooks.items()}
    return Copy(target, made.manifest, roster, calls, len(made.reminders))


def rebuilt(copy: Copy, step: Step, day: date | None) -> None:
    """Build the copy anew with that step on another day, or on none."""
    moved = tuple(replace(each, opens=day) if each.name == step.name else each for each in copy.manifest.steps)
    (copy.folder / build.BUILT / "manifest.json").write_text(dump(replace(copy.manifest, steps=moved)), encoding="utf-8")


def _calls(page: str) -> tuple[Call, ...]:
    cells = [cell for cell in json.loads(page)["cells"] if cell["cell_type"] == "code"]
    return tuple(call for cell in cells for call in _CALL.findall("".join(cell["source"])))


def _renamed(page: str, real: Roster, other: Roster) -> str:
    """A page on which the facilitators stand with their constructed names: the builder has written the real ones."""
    for one, stands_in in zip(real.participants, other.participants, strict=True):
        if one.role is Role.FACILITATOR:
            page = page.replace(_listed(one), _listed(stands_in))
    return page


def _listed(person: Participant) -> str:
    return f"{escape(person.name)} ({escape(person.email)})"
