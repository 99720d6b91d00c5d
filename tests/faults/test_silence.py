"""A small share of the pages, and that what is looked for in every test's log is found where it is."""

import pytest

from tests.server.people import ANNA, NAMES
from tests.telltale import telltale

from .silence import tried

pytestmark = pytest.mark.usefixtures("uncounted")


def test_pages_ask_nobody_else_and_logs_tell_of_nobody() -> None:
    assert [figure.line for figure in tried(seed=1, share=0.05) if not figure.kept] == []


@pytest.mark.parametrize(
    "said",
    [
        f"could not write to {ANNA.email}",
        f"{ANNA.name} failed",
        "GET /invitation#aB3-_78901234567890123456789012345678901234",
        "ValueError: KANARIEFUGLENS HEMMELIGHED",
        "code 7K3M-9QXA-2BCD-EFGH-JKMN",
    ],
)
def test_a_log_that_tells_is_found_out(said: str) -> None:
    assert len([*telltale(f"2026-06-15 server started\n2026-06-15 {said}\n", NAMES)]) >= 1
    assert [*telltale("2026-06-15 AnswerHandler failed\n" + "0" * 64, NAMES)] == []
