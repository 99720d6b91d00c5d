"""A few visits, three people and six guesses; all of them are tried by ``make faults``."""

import pytest

from .links import tried

pytestmark = pytest.mark.usefixtures("uncounted")


def test_scanners_use_nothing_up_no_secret_lies_about_and_guessing_locks_nobody_out() -> None:
    assert [figure.line for figure in tried(seed=5, share=0.01) if not figure.kept] == []
