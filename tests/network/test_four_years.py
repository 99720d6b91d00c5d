"""The first year of the four, as it is lived in ``four_years``."""

from datetime import date
from pathlib import Path

from .four_years import check
from .years import lived


def test_a_network_s_first_year_is_told_of_evaluated_talked_over_and_decided_on_time(tmp_path: Path) -> None:
    with lived(tmp_path, date(2028, 1, 31), seconds=0.5) as years:
        check(years)
