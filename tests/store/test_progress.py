"""How far people are, when groups meet, and what they have accepted."""

from datetime import date

import pytest

from fællesledelse.errors import StoreError

from .conftest import ANNA, BENT, House


def test_a_step_is_marked_and_unmarked_as_often_as_one_likes(house: House) -> None:
    anna, bent = house.person(ANNA).id, house.person(BENT).id
    progress = house.store.progress
    for _ in range(2):
        progress.mark(anna, "demo", "workshop-1", True)
    progress.mark(bent, "demo", "workshop-1", True)
    assert progress.marks("demo") == {(anna, "workshop-1"), (bent, "workshop-1")}
    for _ in range(2):
        progress.mark(anna, "demo", "workshop-1", False)
    assert progress.marks("demo") == {(bent, "workshop-1")}
    assert progress.marks("andet") == set()


def test_a_group_moves_a_date_and_takes_it_back(house: House) -> None:
    progress = house.store.progress
    progress.move_date("demo", "Gruppe 1", "workshop-1", date(2026, 9, 1))
    progress.move_date("demo", "Gruppe 1", "workshop-1", date(2026, 9, 8))
    progress.move_date("demo", "Gruppe 1", "workshop-2", date(2026, 10, 1))
    assert progress.dates("demo", "Gruppe 1") == {"workshop-1": date(2026, 9, 8), "workshop-2": date(2026, 10, 1)}
    progress.move_date("demo", "Gruppe 1", "workshop-1", None)
    assert progress.dates("demo", "Gruppe 1") == {"workshop-2": date(2026, 10, 1)}
    assert progress.dates("demo", "Gruppe 2") == {}


def test_moved_dates_survive_a_rebuild_of_the_cohort(house: House) -> None:
    house.store.progress.move_date("demo", "Gruppe 1", "workshop-1", date(2026, 9, 1))
    house.adopt()
    assert house.store.progress.dates("demo", "Gruppe 1") == {"workshop-1": date(2026, 9, 1)}


def test_a_notice_is_accepted_in_one_wording_only(house: House) -> None:
    anna, progress = house.person(ANNA).id, house.store.progress
    for _ in range(2):
        progress.accept_notice(anna, "demo", "ordlyd-1")
    assert progress.notice_accepted(anna, "demo", "ordlyd-1")
    assert not progress.notice_accepted(anna, "demo", "ordlyd-2")
    assert not progress.notice_accepted(house.person(BENT).id, "demo", "ordlyd-1")


def test_strangers_and_unknown_groups_are_refused_by_the_database(house: House) -> None:
    progress = house.store.progress
    for verb, arguments in [
        (progress.mark, ("0" * 32, "demo", "workshop-1", True)),
        (progress.mark, (house.person(ANNA).id, "andet", "workshop-1", True)),
        (progress.accept_notice, ("0" * 32, "demo", "x")),
        (progress.move_date, ("demo", "Gruppe 9", "workshop-1", date(2026, 9, 1))),
    ]:
        with pytest.raises(StoreError, match="nothing was stored"):
            verb(*arguments)  # type: ignore[operator]
    assert progress.marks("demo") == set()
