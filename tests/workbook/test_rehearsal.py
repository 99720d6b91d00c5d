"""A page is run before anyone opens it, and then tells each leader their own."""

import json
import os
import subprocess
import sys
from typing import Any

import nbformat
import pytest

from fællesledelse.share import share

WAY = {"today": "2026-11-22", "name": "Karen Møllegaard", "steps": []}


def show(step: str, *, texts: dict[str, str] | None = None, cells: list[str] | None = None) -> dict[str, Any]:
    """What the page shows, as a process of its own tells it."""
    if cells is None:
        notebook = nbformat.read(share("notebooks") / f"{step}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
        cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    told = {"texts": texts or {}, "labels": {}, "way": WAY, "cells": cells}
    done = subprocess.run(
        [sys.executable, "-m", "fællesledelse.workbook.show", step],
        input=json.dumps(told).encode(),
        capture_output=True,
        env=os.environ | {"FAELLESLEDELSE_SOCKET": "", "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stderr.decode()
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


@pytest.fixture(scope="module")
def draft_page() -> dict[str, Any]:
    return show("forberedelse-3", texts={"draft.task": "Jeg <b>lytter</b> først."})


def html(shown: dict[str, Any]) -> str:
    return "".join(cell["html"] for cell in shown["cells"] if cell)


def test_what_is_computed_is_computed_from_the_leaders_own_texts(draft_page: dict[str, Any]) -> None:
    assert "Jeg &lt;b&gt;lytter&lt;/b&gt; først." in html(draft_page)
    assert "lytter" not in html(show("forberedelse-3"))


def test_a_page_says_which_texts_each_part_is_computed_from(draft_page: dict[str, Any]) -> None:
    reads = {tuple(keys) for keys in draft_page["computed"].values()}
    assert ("draft.task", "draft.why", "draft.values", "draft.offer", "draft.expect", "draft.practising") in reads


def test_fields_come_as_what_they_are_made_of_and_without_their_texts(draft_page: dict[str, Any]) -> None:
    specs = [spec for fields in draft_page["fields"].values() for spec in fields]
    assert "draft.task" in {spec["key"] for spec in specs}
    assert "lytter" not in json.dumps(draft_page["fields"])


def test_other_widgets_come_with_all_they_are_made_of(draft_page: dict[str, Any]) -> None:
    (mirror,) = (cell["model"] for cell in draft_page["cells"] if cell and cell["kind"] == "widget")
    states = draft_page["widgets"]
    assert states[mirror]["model_name"] == "VBoxModel"
    children = [name.removeprefix("IPY_MODEL_") for name in states[mirror]["state"]["children"]]
    assert set(children) <= set(states)


def test_the_widgets_have_the_same_ids_in_every_process(draft_page: dict[str, Any]) -> None:
    assert [cell and cell["model"] for cell in show("forberedelse-3")["cells"]] == [
        cell and cell["model"] for cell in draft_page["cells"]
    ]


def test_a_cell_that_fails_takes_no_other_with_it() -> None:
    opening = 'from fællesledelse.workbook import open_page\npage = open_page("x", step="velkomst")'
    shown = show("velkomst", cells=["nothing.here()", opening, 'page.text("a")', 'page.text("b", readers="alle")'])
    assert [cell and cell["kind"] for cell in shown["cells"]] == ["failed", None, "fields", "failed"]


def test_a_page_that_never_opens_says_so_cell_for_cell() -> None:
    shown = show("velkomst", cells=["1 / 0", 'page.text("a")'])
    assert [cell and cell["kind"] for cell in shown["cells"]] == ["failed", "failed"]
