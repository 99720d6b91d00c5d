"""The two pages that a network's facilitators write on: all questions are there, and what speaks for each choice."""

import re
from typing import Any

import pytest

from fællesledelse.cohort import notebook, prose
from fællesledelse.cohort.notebook import Page
from fællesledelse.model import FieldKind, Readers
from fællesledelse.share import share
from fællesledelse.workbook.sandbox import Sandbox

QUESTIONS = {
    "kommissorium": {
        "Formål": ("purpose", "practice", "gain-leader", "gain-organisation", "ownership", "telling"),
        "Type": ("need-leader", "need-organisation", "field", "joining", "weighing", "serves", "participants"),
        "Ramme": (
            *("effort", "backing", "decisions", "decisions-line", "facilitation", "facilitator", "administration", "line"),
        ),
        "Gryden i kog": ("renewal", "trial", "evaluation", "evaluating", "end", "winding-up", "needs"),
    },
    "netvaerk-forberedelse": {
        "Sådan arbejder netværket": ("purpose", "participants", "rules", "structure", "themes", "expectations"),
        "Facilitatoren": ("facilitator", "facilitator-why"),
        "HR's rolle": ("role", "role-also", "role-told"),
    },
}
"""What each page asks under each of its headings."""

WEIGHED = {
    "kommissorium": {"field": 2, "joining": 2, "decisions": 3, "facilitator": 3},
    "netvaerk-forberedelse": {"facilitator": 3},
}
"""The choices that have a table, and their options."""


@pytest.fixture(scope="module", params=QUESTIONS)
def page(request: pytest.FixtureRequest) -> tuple[str, Page]:
    name = request.param
    return name, notebook.examine(notebook.read(share("notebooks/netvaerk") / f"{name}.ipynb"), name)


def test_the_questions_stand_under_their_themes(page: tuple[str, Page]) -> None:
    name, found = page
    assert found.findings == ()
    title, under = "", {}
    for cell in found.notebook.cells:
        if cell.cell_type == "markdown":
            title = ([title, *re.findall(r"^## (.+)$", cell.source, re.MULTILINE)])[-1]
            under[cell.id] = title
    asked: dict[str, list[str]] = {}
    for field in found.fields:
        if field.readers is Readers.PUBLISHED:
            asked.setdefault(under[field.prose], []).append(field.key.removeprefix("charter."))
    assert {title: tuple(keys) for title, keys in asked.items()} == QUESTIONS[name]


def test_only_the_own_notes_are_never_released(page: tuple[str, Page]) -> None:
    own = [field.key for field in page[1].fields if field.readers is not Readers.PUBLISHED]
    assert own == ([] if page[0] == "kommissorium" else ["preparation.notes"])


def test_every_choice_has_a_row_that_says_what_speaks_for_it_and_what_to_watch(page: tuple[str, Page]) -> None:
    name, found = page
    cells = {cell.id: cell.source for cell in found.notebook.cells}
    fields = {field.key.removeprefix("charter."): field for field in found.fields}
    for key, many in WEIGHED[name].items():
        lines = [line for line in cells[fields[key].prose].splitlines() if line.startswith("|")]
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
        assert rows[0] == ["Valg", "Det taler for", "Det skal I passe på"]
        assert tuple(row[0] for row in rows[2:]) == fields[key].options
        assert len(rows) == many + 2
        assert all(len(row) == 3 and all(row) for row in rows[2:])


def test_what_both_pages_ask_has_the_same_options(page: tuple[str, Page]) -> None:
    facilitator = next(field for field in page[1].fields if field.key == "charter.facilitator")
    assert facilitator.options == ("En intern, for eksempel fra HR", "En ekstern konsulent", "Deltagerne på skift")


def test_the_constructed_answers_fit_the_questions(page: tuple[str, Page]) -> None:
    told = Sandbox().answers(("charter", "preparation")).texts
    for field in page[1].fields:
        text = told.get(field.key, "")
        assert len(text) <= field.limit
        if field.kind is FieldKind.PICK and text:
            assert text in field.options


def test_the_prose_is_allowed_and_every_field_has_a_heading(page: tuple[str, Page]) -> None:
    for cell in page[1].notebook.cells:
        if cell.cell_type == "markdown":
            assert prose.check(cell.source, "siden") == []
    assert all(field.label for field in page[1].fields)


def test_it_runs_by_itself_with_the_constructed_answers(page: tuple[str, Page]) -> None:
    here: dict[str, Any] = {}
    for cell in page[1].notebook.cells:
        if cell.cell_type == "code":
            exec(cell.source, here)
    purpose = here["page"].text("charter.purpose", readers="published")
    assert purpose.values["charter.purpose"].startswith("At ledere af ledere")
