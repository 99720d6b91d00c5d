"""A store, a gathering with two leaders and a facilitator, and a clock that stands still."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from fællesledelse.model import Manifest, Participant, PrivacyNotice, Role, Roster
from fællesledelse.store import Enrolled, KdfCost, Person, Store, Unlocked, schema

CHEAP = KdfCost(passes=1, memory=8192)
PHRASE = "fire gule heste i regnvejr"
MANIFEST = Manifest("demo", "Demoholdet", "Eksempel Kommune", date(2026, 6, 1), None, (), PrivacyNotice(), None)
ANNA = Participant("anna@eksempel.dk", "Anna Ager", Role.LEADER, group="Gruppe 1")
BENT = Participant("bent@eksempel.dk", "Bent Birk", Role.LEADER, group="Gruppe 1")
CARLA = Participant("carla@eksempel.dk", "Carla Conradsen", Role.FACILITATOR)
ROSTER = Roster("demo", (ANNA, BENT, CARLA))


@dataclass
class Clock:
    """The time of a test: stands still until it is told to move."""

    now: datetime = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **step: float) -> None:
        """Let time pass."""
        self.now += timedelta(**step)


@dataclass
class House:
    """A store with what a test needs around it."""

    store: Store
    clock: Clock
    url: str
    keys: Path

    def reopen(self, cost: KdfCost = CHEAP) -> Store:
        """Restart on the same files."""
        self.store.close()
        self.store = Store.open(self.url, self.keys, self.clock, cost)
        return self.store

    def adopt(self, *participants: Participant, gathering: str = "demo", safe_key: str | None = None) -> None:
        """Take over a gathering with these people, or with everyone."""
        manifest = replace(MANIFEST, gathering=gathering, safe_key=safe_key)
        self.store.people.adopt(manifest, Roster(gathering, participants or ROSTER.participants))

    def person(self, participant: Participant) -> Person:
        """Someone of the roster, as the store knows them."""
        found = self.store.people.find(participant.email)
        assert found is not None
        return found

    def enrol(self, participant: Participant, phrase: str = PHRASE) -> Enrolled:
        """Someone of the roster, enrolled."""
        return self.store.access.enrol(self.store.invitations.invite(self.person(participant).id, "demo"), phrase)


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Everything in a database."""
    with store._database.reading() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in schema.metadata.sorted_tables
        }


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """The folder of key files."""
    return tmp_path / "keys"


@pytest.fixture
def house(database_url: str, keys: Path, clock: Clock) -> Iterator[House]:
    """A store with a gathering in it, on either database."""
    house = House(Store.open(database_url, keys, clock, CHEAP), clock, database_url, keys)
    house.adopt()
    yield house
    house.store.close()


@pytest.fixture
def store(house: House) -> Store:
    """The store of the house, for tests that don't restart it."""
    return house.store


@pytest.fixture
def anna(house: House) -> Unlocked:
    """Anna, signed in."""
    return house.enrol(ANNA).unlocked
