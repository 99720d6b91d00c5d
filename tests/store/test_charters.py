"""A charter's versions: numbered, sealed with the gathering's key, never changed, and gone with the gathering."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from fællesledelse.errors import AnswerError, SealError, StoreError

from .conftest import House

CONTENT = {"by": "Jonas", "themes": [{"title": "Formål", "entries": [{"text": "At blive bedre \ud800 sammen"}]}]}


def test_versions_are_numbered_kept_and_told_the_newest_first(house: House) -> None:
    charters = house.store.charters
    assert charters.all("demo") == []
    assert charters.release("demo", CONTENT, 0) == 1
    house.clock.forward(days=1)
    assert charters.release("demo", CONTENT | {"by": "Karin"}, 1) == 2
    found = house.reopen().charters.all("demo")
    assert [(each.number, each.content["by"]) for each in found] == [(2, "Karin"), (1, "Jonas")]
    assert found[1].content == CONTENT
    assert found[0].made_at > found[1].made_at


def test_of_two_releases_at_once_one_is_told_of_the_other(house: House) -> None:
    def release(_: int) -> int:
        try:
            return house.store.charters.release("demo", CONTENT, 0)
        except AnswerError:
            return 0

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(release, range(2))) == [0, 1]
    assert len(house.store.charters.all("demo")) == 1
    with pytest.raises(AnswerError, match="Version 1 er udgivet imens"):
        house.store.charters.release("demo", CONTENT, 0)


def test_another_gathering_has_its_own_and_none_has_none(house: House) -> None:
    house.adopt(gathering="andet")
    house.store.charters.release("andet", CONTENT, 0)
    assert house.store.charters.all("demo") == []
    with pytest.raises(StoreError):
        house.store.charters.release("findes-ikke", CONTENT, 0)


def test_the_database_tells_nothing_of_it_and_a_version_can_not_take_anothers_place(house: House) -> None:
    charters = house.store.charters
    charters.release("demo", CONTENT, 0)
    charters.release("demo", CONTENT | {"by": "K" * 40}, 1)
    with house.store._database.atomic() as connection:
        rows = [bytes(row.sealed) for row in connection.execute(text("select sealed from charter order by number"))]
        assert len({len(row) for row in rows}) == 1
        assert not any(word in row for row in rows for word in (b"Jonas", b"bedre"))
        connection.execute(text("update charter set sealed = :one where number = 2"), {"one": rows[0]})
    with pytest.raises(SealError):
        charters.all("demo")


def test_it_goes_with_the_gathering(house: House) -> None:
    house.store.charters.release("demo", CONTENT, 0)
    house.store.deletion.begin("demo")
    with pytest.raises(StoreError):
        house.store.charters.all("demo")
    assert house.store.deletion.finish("demo").extent.rows["charter"] == 1
