"""What a cell may use, and what opening a page costs."""

import inspect
import os
import subprocess
import sys

import pytest

from fællesledelse import vocabulary, workbook
from fællesledelse.vocabulary import VOCABULARY
from fællesledelse.workbook import Page, open_page


def test_the_workbook_exports_exactly_the_page_and_its_door() -> None:
    assert workbook.__all__ == ["Desk", "Page", "open_desk", "open_page"]


def test_the_methods_of_a_page_are_the_words_of_the_vocabulary() -> None:
    assert {name for name in vars(Page) if not name.startswith("_")} == set(VOCABULARY)


@pytest.mark.parametrize("name", sorted(VOCABULARY))
def test_a_method_takes_what_its_word_in_the_vocabulary_takes(name: str) -> None:
    asked = list(inspect.signature(getattr(vocabulary, name)).parameters.values())
    taken = list(inspect.signature(getattr(Page, name)).parameters.values())[1:]
    assert [(one.name, one.kind, one.default) for one in taken] == [(one.name, one.kind, one.default) for one in asked]


def test_a_page_is_opened_for_a_cohort_that_is_text() -> None:
    with pytest.raises(TypeError, match="cohort must be text"):
        open_page(7, step="velkomst")  # type: ignore[arg-type]


def test_opening_a_page_imports_nothing_heavy() -> None:
    code = (
        "import sys; from fællesledelse.workbook import open_page; page = open_page('x', step='velkomst'); page.draft(); "
        "page.text('episodes'); print(sorted({'pandas', 'altair', 'debugpy', 'numpy', 'sqlalchemy', 'voila', 'nacl'} "
        "& set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONUTF8": "1"}
    )
    assert ran.stdout.strip() == "[]"
