"""The demo: a constructed cohort, built and served, with a few of its leaders already enrolled.

Glue above the rooms, like the command line. Everyone in it is invented.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from . import danish
from .cohort.build import build
from .cohort.demo import PARTS, write_demo
from .model import Network, Role
from .server import charter
from .server.house import House
from .server.run import now, open_house
from .settings import Settings
from .store import Member, Unlocked

PASS_PHRASE = "en kop kaffe og en god snak"
ENROLLED = 3  # leaders of one group who have chosen a pass phrase; the first of them has written
INVITED = 3  # leaders whose invitation is shown


Told = Callable[[int], None]
"""Called after each part of the work with how many parts there are in all."""


@dataclass(frozen=True)
class Guest:
    """Someone one can be in the demo. ``link`` is a personal invitation; None: the demo's pass phrase lets them in."""

    name: str
    email: str
    link: str | None = None


@dataclass(frozen=True)
class Guests:
    """The ways into the demo. The first of ``leaders`` has written to every page that is open; all but her are new."""

    title: str
    phrase: str
    facilitator: Guest
    leaders: tuple[Guest, ...]
    invited: tuple[Guest, ...]


def prepare(folder: Path, settings: Settings, told: Told, all_open: bool = False) -> House:
    """Write and build what the demo lacks: a cohort, salons and a network. Take them into a store beside them."""
    today = danish.today()
    folders = [folder / part for part in PARTS]
    for each in folders:
        if not each.exists():
            write_demo(each, today, all_open=all_open, part=each.name)
    build(folders[0], lambda step, total: told(total))
    for each in folders[1:]:
        build(each)
    return open_house(settings, folders, now)


def welcome(house: House, told: Told) -> Guests:
    """Enrol a facilitator and a few leaders, fill in the first one's pages, and invite a few more."""
    manifest = next(iter(house.shelf)).manifest
    members = house.store.people.members(manifest.gathering)
    facilitator = next(member for member in members if member.role is Role.FACILITATOR)
    leaders = _one_group_first([member for member in members if member.role is Role.LEADER])
    for number, member in enumerate([*leaders[:ENROLLED], facilitator]):
        unlocked = _enrol(house, member, manifest.gathering)
        if number == 0 and unlocked is not None:
            fill(house, unlocked, manifest.gathering)
        if member is facilitator and unlocked is not None:
            release_charters(house, unlocked)
        told(ENROLLED + 1)
    fresh = [member for member in leaders[ENROLLED:] if not member.enrolled]
    return Guests(
        f"{manifest.name}, {manifest.organisation}",
        PASS_PHRASE,
        _guest(facilitator),
        tuple(map(_guest, leaders[:ENROLLED])),
        tuple(_invited(house, each, manifest.gathering) for each in fresh[:INVITED]),
    )


def release_charters(house: House, unlocked: Unlocked) -> None:
    """Let a facilitator answer the questions of the charter wherever there is one, and release its first version."""
    for cohort in house.shelf:
        if charter.pages(cohort):
            gathering = cohort.manifest.gathering
            said, ends = cohort.manifest.network or Network(), cohort.manifest.ends
            days = {"charter.trial": said.trial, "charter.evaluation": said.evaluation, "charter.end": ends}
            fill(house, unlocked, gathering, {key: day.isoformat() for key, day in days.items() if day})
            keys = [field.key for field in charter.fields(cohort)]
            answers = house.store.answers.read(unlocked, gathering, keys)
            texts = {key: answer.text for key, answer in answers.items()}
            house.store.charters.release(gathering, charter.composed(cohort, texts, unlocked.person.name), 0)


def fill(house: House, unlocked: Unlocked, gathering: str, own: Mapping[str, str] = MappingProxyType({})) -> None:
    """Give someone the constructed leader's answers to everything that is open today; ``own`` are other ones, by key."""
    cohort = house.shelf.find(gathering)
    assert cohort is not None
    told = json.loads(files("fællesledelse").joinpath("workbook/constructed.json").read_text(encoding="utf-8"))
    texts = told["answers"] | own
    today = danish.today()
    for step in cohort.manifest.steps:
        for field in step.fields:
            if field.key in texts and (step.opens is None or step.opens <= today):
                save_id = uuid.uuid5(uuid.NAMESPACE_OID, f"{unlocked.person.id} {field.key}").hex
                house.store.answers.save(unlocked, gathering, field.key, texts[field.key], 0, save_id)


def _one_group_first(leaders: list[Member]) -> list[Member]:
    """The leaders with the first one's whole group in front, so that those who try the demo can meet."""
    return sorted(leaders, key=lambda member: member.group != leaders[0].group)


def _guest(member: Member) -> Guest:
    return Guest(member.person.name, member.person.email)


def _invited(house: House, member: Member, gathering: str) -> Guest:
    token = house.store.invitations.invite(member.person.id, gathering)
    return Guest(member.person.name, member.person.email, f"{house.settings.origin}/invitation#{token}")


def _enrol(house: House, member: Member, gathering: str) -> Unlocked | None:
    """Enrol a member with the demo's pass phrase; None if that was done at an earlier start."""
    if member.enrolled:
        return None
    token = house.store.invitations.invite(member.person.id, gathering)
    return house.store.access.enrol(token, PASS_PHRASE).unlocked
