"""A share of the simulated programmes."""

from pathlib import Path

from .survey_matches import tally


def test_leaders_find_all_of_their_own_and_who_has_the_whole_table_finds_no_more_than_by_chance(tmp_path: Path) -> None:
    found = tally(60, tmp_path)
    assert found.found == found.own
    assert abs(found.matched.deviations) < 4
