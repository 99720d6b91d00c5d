"""Each door asked once by each role, the whole matrix is run by ``make faults``."""

import pytest

from fællesledelse.server.app import routes

from .access import tried
from .rights import doors

pytestmark = pytest.mark.usefixtures("uncounted")


def test_the_table_of_rights_names_every_route_there_is_and_no_other() -> None:
    handlers = {handler.__name__ for _, handler, *_ in routes(None, None)}  # type: ignore[arg-type] # nobody is served
    assert {handler for handler, _ in doors()} == handlers


def test_nobody_is_let_in_where_the_table_of_rights_has_no_door_for_them() -> None:
    figures = list(tried(seed=7, share=0.002))
    assert [figure.line for figure in figures if not figure.kept] == []
