"""Who changes the same waits, and nobody else does: the rows that PostgreSQL is asked to hold. SQLite has one writer."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import ColumnElement, Table, select

from fællesledelse.store import schema

from .conftest import PHRASE, House
from .test_others import EVERYWHERE, PLACES, Crowd, crowd

__all__ = ["crowd"]

pytestmark = pytest.mark.parametrize("database_url", ["postgresql_url"], indirect=True)


def waits(house: House, verb: Callable[[], object], table: Table, *held: ColumnElement[bool]) -> bool:
    """Whether a verb goes no further while somebody else holds those rows; it ends once they are let go."""
    thread = threading.Thread(target=verb)
    with house.store._database.atomic() as connection:
        assert connection.execute(select(table).where(*held).with_for_update()).all()
        thread.start()
        thread.join(1.5)
        waited = thread.is_alive()
    thread.join(20)
    assert not thread.is_alive()
    return waited


def test_a_deletion_waits_for_who_changes_the_gathering_and_for_no_other(crowd: Crowd) -> None:
    store, place = crowd.store, PLACES[1]
    store.deletion.begin(place)
    for table, column in ((schema.gathering, "id"), (schema.gathering_group, "gathering"), (schema.membership, "gathering")):
        assert not waits(crowd.house, lambda: hold(crowd, place), table, table.c[column] != place)
        assert waits(crowd.house, lambda: hold(crowd, place), table, table.c[column] == place)


def hold(crowd: Crowd, place: str) -> None:
    """A deletion that goes no further than to where it holds what it will delete."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fællesledelse.store.deletion._extent", stopped)
        with pytest.raises(InterruptedError):
            crowd.store.deletion.finish(place)


def stopped(*_: object) -> None:
    raise InterruptedError


def test_a_new_phrase_waits_for_who_gets_one_too_and_for_no_other(crowd: Crowd) -> None:
    access, middle = crowd.store.access, len(crowd.people) // 2
    who, email = crowd.people[middle], crowd.people[middle].person.email
    codes = [access.new_code(email, PHRASE)]

    def renew() -> None:
        codes.append(access.recover(email, codes[-1], PHRASE).recovery_code)

    person = schema.person
    assert not waits(crowd.house, renew, person, person.c.id != who.person.id)
    assert waits(crowd.house, renew, person, person.c.id == who.person.id)
    assert len(codes) == len(EVERYWHERE)
