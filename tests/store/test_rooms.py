"""A workshop while it goes on: one state for the group, changed by one at a time."""

from dataclasses import replace

import pytest

from fællesledelse.errors import StoreError
from fællesledelse.store import Room

from .conftest import House
from .test_concurrency import together

PLACE = ("demo", "Gruppe 1", "workshop-1")


def test_a_room_is_as_it_was_left_also_after_a_restart(house: House) -> None:
    rooms, now = house.store.rooms, house.clock.now
    assert rooms.present(*PLACE) is None
    begun = rooms.set(*PLACE, 0, Room(0, 2, now, now, 60, ("a" * 32, "b" * 32), "a" * 32))
    assert begun == Room(1, 2, now, now, 60, ("a" * 32, "b" * 32), "a" * 32)
    assert house.reopen().rooms.present(*PLACE) == begun
    assert house.store.rooms.present("demo", "Gruppe 1", "workshop-2") is None


def test_of_changes_made_from_the_same_version_one_wins(house: House) -> None:
    rooms, room = house.store.rooms, Room(0, 0, house.clock.now)
    for base in (0, 1):
        outcomes = together(*[lambda n=n, base=base: rooms.set(*PLACE, base, replace(room, phase=n)) for n in range(6)])
        (won,) = [outcome for outcome in outcomes if outcome is not None]
        assert rooms.present(*PLACE) == won
        assert isinstance(won, Room)
        assert won.version == base + 1
    assert rooms.set(*PLACE, 1, room) is None
    assert rooms.set(*PLACE, 3, room) is None


def test_a_group_that_is_not_there_has_no_room(house: House) -> None:
    with pytest.raises(StoreError):
        house.store.rooms.set("demo", "Gruppe 9", "workshop-1", 0, Room(0, 0, house.clock.now))
    assert house.store.rooms.present("demo", "Gruppe 9", "workshop-1") is None


def test_who_was_there_is_told_of_rooms_that_have_begun_and_who_was_not_leaves(house: House) -> None:
    rooms, now = house.store.rooms, house.clock.now
    rooms.set(*PLACE, 0, Room(0, 3, now, order=("a", "b", "c")))
    rooms.set("demo", "Gruppe 1", "workshop-2", 0, Room(0, -1, now, order=("a", "b")))
    assert rooms.begun("demo") == [("Gruppe 1", "workshop-1", ("a", "b", "c"))]
    together(*[lambda who=who: rooms.leave(*PLACE, who) for who in ("a", "c", "d")])
    assert rooms.begun("demo") == [("Gruppe 1", "workshop-1", ("b",))]
    assert rooms.begun("andet") == []
    rooms.leave("demo", "Gruppe 1", "workshop-3", "a")
    assert rooms.present("demo", "Gruppe 1", "workshop-3") is None
