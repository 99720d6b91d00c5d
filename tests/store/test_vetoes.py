"""Whom leaders would rather not sit with: kept for the composer, and for nobody who looks."""

import pytest
from sqlalchemy import text

from fællesledelse.errors import AccessError, AnswerError

from .conftest import ANNA, BENT, CARLA, House


def test_what_someone_names_is_theirs_to_change(house: House) -> None:
    vetoes, (anna, bent, carla) = house.store.vetoes, [house.person(who).id for who in (ANNA, BENT, CARLA)]
    assert vetoes.named(anna, "demo") == []
    vetoes.name(anna, "demo", [bent, carla])
    vetoes.name(bent, "demo", [anna])
    assert sorted(vetoes.pairs("demo")) == sorted([(anna, bent), (anna, carla), (bent, anna)])
    vetoes.name(anna, "demo", [])
    assert vetoes.pairs("demo") == [(bent, anna)]


def test_nobody_names_half_the_cohort_or_themselves(house: House) -> None:
    anna = house.person(ANNA).id
    for others in ([anna], [f"{number:032x}" for number in range(4)]):
        with pytest.raises(AnswerError):
            house.store.vetoes.name(anna, "demo", others)


def test_who_is_not_in_the_gathering_names_nobody(house: House) -> None:
    with pytest.raises(AccessError):
        house.store.vetoes.name("0" * 32, "demo", [house.person(BENT).id])


def test_the_database_tells_neither_whom_nor_how_many(house: House) -> None:
    vetoes, (anna, bent, carla) = house.store.vetoes, [house.person(who).id for who in (ANNA, BENT, CARLA)]
    vetoes.name(anna, "demo", [])
    vetoes.name(bent, "demo", [anna, carla])
    with house.store._database.reading() as connection:
        rows = [bytes(row.sealed) for row in connection.execute(text("select sealed from veto"))]
    assert len({len(row) for row in rows}) == 1
    assert not any(person.encode() in row for row in rows for person in (anna, carla))
