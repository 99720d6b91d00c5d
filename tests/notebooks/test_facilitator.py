"""The facilitator's notebooks: written as the leaders' are, and each one a page."""

import ast
import json

import nbformat
import pytest

from fællesledelse.server.desk import PAGES
from fællesledelse.share import share
from fællesledelse.workbook.desk import TOOLS

FOLDER = share("notebooks/facilitator")


def sources(name: str, kind: str) -> list[str]:
    """The cells of a notebook."""
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


def test_each_notebook_is_a_page_and_each_tool_is_on_one() -> None:
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == set(PAGES)
    calls = [source for name in PAGES for source in sources(name, "code")[2:]]
    assert sorted(calls) == sorted(["page.overview()", *(f'page.tool("{tool}")' for tool in TOOLS)])


@pytest.mark.parametrize("name", PAGES)
def test_the_file_is_written_in_one_way_and_opens_its_own_page(name: str) -> None:
    text = (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    opening = f'from fællesledelse.workbook import open_desk\n\npage = open_desk(cohort, step="{name}")'
    assert sources(name, "code")[:2] == ['cohort = "demo"', opening]
    assert sources(name, "markdown")[0].startswith("# ")
    assert all(len(ast.parse(source).body) == 1 for source in sources(name, "code")[2:])
