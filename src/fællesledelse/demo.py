"""The demo: a constructed cohort, built and served, with a few of its leaders already enrolled.

Glue above the rooms, like the command line. Everyone in it is invented.
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from .cohort.build import build
from .cohort.demo import write_demo
from .model import Role
from .server.house import COPENHAGEN, House
from .server.run import now, open_house
from .settings import Settings
from .store import Member, Unlocked

PASS_PHRASE = "en kop kaffe og en god snak"
ENROLLED = 3  # leaders who have chosen a pass phrase
INVITED = 3  # leaders whose invitation is shown


@dataclass(frozen=True)
class Way:
    """One way into the demo. ``secret`` is a pass phrase or an invitation's address."""

    who: str
    email: str
    secret: str


def prepare(folder: Path, settings: Settings, all_open: bool = False) -> House:
    """Write and build the demo cohort if it is not there, and take it into a store beside it."""
    cohort = folder / "hold"
    if not cohort.exists():
        write_demo(cohort, datetime.now(COPENHAGEN).date(), all_open=all_open)
    build(cohort)
    return open_house(settings, [cohort], now)


def ways_in(house: House) -> Iterator[Way]:
    """Enrol the facilitator and a few leaders, invite a few more, and tell how each of them gets in."""
    gathering = next(iter(house.shelf)).manifest.gathering
    members = house.store.people.members(gathering)
    facilitator = next(member for member in members if member.role is Role.FACILITATOR)
    leaders = [member for member in members if member.role is Role.LEADER]
    _enrol(house, facilitator, gathering)
    yield Way(f"{facilitator.person.name} (facilitator)", facilitator.person.email, PASS_PHRASE)
    for number, leader in enumerate(leaders[:ENROLLED]):
        unlocked = _enrol(house, leader, gathering)
        if number == 0 and unlocked is not None:
            fill(house, unlocked, gathering)
        yield Way(leader.person.name, leader.person.email, PASS_PHRASE)
    for leader in leaders[ENROLLED : ENROLLED + INVITED]:
        if not leader.enrolled:
            token = house.store.invitations.invite(leader.person.id, gathering)
            yield Way(leader.person.name, leader.person.email, f"{house.settings.origin}/invitation#{token}")


def fill(house: House, unlocked: Unlocked, gathering: str) -> None:
    """Give a leader the constructed leader's answers to everything that is open today."""
    cohort = house.shelf.find(gathering)
    assert cohort is not None
    texts = json.loads(files("fællesledelse").joinpath("workbook/constructed.json").read_text(encoding="utf-8"))["answers"]
    today = datetime.now(UTC).astimezone(COPENHAGEN).date()
    for step in cohort.manifest.steps:
        for field in step.fields:
            if field.key in texts and (step.opens is None or step.opens <= today):
                save_id = uuid.uuid5(uuid.NAMESPACE_OID, f"{unlocked.person.id} {field.key}").hex
                house.store.answers.save(unlocked, gathering, field.key, texts[field.key], 0, save_id)


def _enrol(house: House, member: Member, gathering: str) -> Unlocked | None:
    """Enrol a member with the demo's pass phrase; None if that was done at an earlier start."""
    if member.enrolled:
        return None
    token = house.store.invitations.invite(member.person.id, gathering)
    return house.store.access.enrol(token, PASS_PHRASE).unlocked
