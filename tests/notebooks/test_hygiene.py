"""Prose above, one short line below, and nothing else in the file."""

import ast
import json
import re
from itertools import pairwise

import pytest

from fællesledelse.cohort.file import PERIOD_PAGE
from fællesledelse.cohort.words import OF_MEETING, OF_PERIOD
from fællesledelse.share import share
from fællesledelse.vocabulary import VOCABULARY

from .conftest import MEETINGS, OF_MEETINGS, OPENS, PAGES, STEPS, Notebook, read

PLACEHOLDER = re.compile(r"\{\{ (.+?) \}\}")
WORDS = {"organisation", "hold", "vision", "dokumenter", "facilitatorer", "øvebaner", "læringsmål"}


@pytest.fixture(params=[*PAGES, *OF_MEETINGS])
def notebook(request: pytest.FixtureRequest) -> Notebook:
    """Each page in turn, those of salons and networks too."""
    if request.param in OF_MEETINGS:
        return read(request.param)
    step, activity = PAGES[request.param]
    return read(step).of(activity)


def test_salons_and_networks_begin_with_a_welcome_and_have_one_notebook_for_all_their_meetings() -> None:
    found = [read(each) for each in OF_MEETINGS]
    for folder in MEETINGS:
        own = [each for each in found if each.folder == folder]
        assert "velkomst" in {each.step for each in own}
        assert sum(each.meeting for each in own) == 1


def test_every_step_has_its_notebook_and_no_notebook_is_left_over() -> None:
    assert {path.stem for path in share("notebooks").glob("*.ipynb")} == set(STEPS)


def test_the_file_is_written_in_one_way(notebook: Notebook) -> None:
    text = notebook.path.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def test_the_file_is_a_clean_notebook(notebook: Notebook) -> None:
    found = json.loads(notebook.path.read_text(encoding="utf-8"))
    assert (found["nbformat"], found["nbformat_minor"]) == (4, 5)
    assert found["metadata"]["kernelspec"]["name"] == "python3"
    for cell in found["cells"]:
        assert cell["cell_type"] in ("markdown", "code")
        assert cell["cell_type"] == "markdown" or (cell["outputs"], cell["execution_count"]) == ([], None)
        assert cell["metadata"] in ({}, {"tags": ["parameters"]}, *({"tags": [tag]} for tag in tags(notebook)))


def tags(notebook: Notebook) -> tuple[str, ...]:
    """The tags that a cell may have: one, and only where the notebook is built for several activities."""
    return ("coaching", "jobbesoeg", "sparring") if notebook.step == PERIOD_PAGE else ()


def test_the_notebook_of_the_periods_has_cells_for_each_activity_and_most_for_all() -> None:
    found = [cell.metadata.get("tags") for cell in read(PERIOD_PAGE).cells[1:]]
    assert {tag for each in found if each for tag in each} == {"coaching", "jobbesoeg", "sparring"}
    assert found.count(None) > len(found) / 2


def test_a_field_is_kept_or_left_out_with_the_prose_that_asks_it() -> None:
    above = None
    for cell in read(PERIOD_PAGE).cells[2:]:
        if cell.cell_type == "markdown":
            above = cell.metadata.get("tags")
        assert cell.metadata.get("tags") == above, cell.id


def test_cells_have_readable_names_of_their_own(notebook: Notebook) -> None:
    names = [cell.id for cell in notebook.cells]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z][a-z0-9-]{2,40}", name) for name in names), names


def test_a_notebook_opens_with_its_parameter_and_its_own_page(notebook: Notebook) -> None:
    shared = notebook.step in OPENS  # it is built for several steps, so the step is a parameter too
    assert notebook.code[0] == (f'cohort = "demo"\nstep = "{notebook.opens}"' if shared else 'cohort = "demo"')
    assert notebook.cells[0].metadata == {"tags": ["parameters"]}
    step = "step" if shared else f'"{notebook.step}"'
    opening = f"from fællesledelse.workbook import open_page\n\npage = open_page(cohort, step={step})"
    assert notebook.code[1] == opening


def test_a_code_cell_is_one_call_of_the_vocabulary_on_few_lines(notebook: Notebook) -> None:
    for source in notebook.code[2:]:
        [statement] = ast.parse(source).body
        assert isinstance(statement, ast.Expr)
        assert isinstance(statement.value, ast.Call)
        assert ast.unparse(statement.value.func) in {f"page.{name}" for name in VOCABULARY}
        assert source.count("\n") < 3


def test_there_is_no_prose_in_strings(notebook: Notebook) -> None:
    for source in notebook.code:
        strings = [n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        assert all(re.fullmatch(r"[a-z0-9.-]+", string) for string in strings), strings


def test_there_are_at_least_eight_words_of_prose_for_a_line_of_code(notebook: Notebook) -> None:
    lines = sum(source.count("\n") + 1 for source in notebook.code)
    words = sum(len(source.split()) for source in notebook.markdown)
    assert words >= 8 * lines


def test_the_prose_is_markdown_without_html_or_foreign_links(notebook: Notebook) -> None:
    text = "\n".join(notebook.markdown)
    assert not re.search(r"<[A-Za-z/!]|&[a-z]+;|!\[", text)
    cards = {f"{step}/kort" for step in STEPS if step.startswith("workshop")}
    steps = (*notebook.beside, "temaer") if notebook.folder else (*STEPS, *cards, "datoer")
    local = {*steps, "privatliv", "det-kan-din-facilitator-se"}
    assert set(re.findall(r"\]\(([^)]*)\)", text)) <= local


def test_only_known_words_of_the_cohort_are_used(notebook: Notebook) -> None:
    for name in PLACEHOLDER.findall("\n".join(notebook.markdown)):
        own = OF_PERIOD if notebook.step == PERIOD_PAGE else OF_MEETING if notebook.meeting else ()
        assert name in WORDS or name in own or name in {f"dato:{step}" for step in STEPS}, name


def test_words_that_may_be_lists_stand_alone_on_their_line(notebook: Notebook) -> None:
    for line in "\n".join(notebook.markdown).splitlines():
        for name in ("vision", "dokumenter", "øvebaner", "læringsmål", *OF_PERIOD[1:4], "møde:spørgsmål", "møde:link"):
            assert f"{{{{ {name} }}}}" not in line or line == f"{{{{ {name} }}}}"


def test_a_page_has_one_title_and_headings_without_gaps(notebook: Notebook) -> None:
    levels = [len(found) for found in re.findall(r"^(#+) ", "\n".join(notebook.markdown), re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
