"""A step's page: prose printed by Voilà, nothing inline, a kind word where a cell fails."""

import asyncio
import re
from dataclasses import replace
from datetime import date
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from voila.exporter import VoilaExporter
from voila.paths import collect_template_paths

from fællesledelse.documents.charter import Theme
from fællesledelse.model import Manifest, PrivacyNotice, Roster, Step, StepKind
from fællesledelse.server import prose
from fællesledelse.server.prints import Prints
from fællesledelse.server.shelf import Cohort
from fællesledelse.share import share

from ..documents.test_charter import CHARTER
from .pages import INSIDE, environment

PROSE = "# Forberedelse 1\n\nSkriv om en dag. <script>alert(1)</script><a href='#' onclick='alert(1)'>Læs</a><!--place-->"
STEP = Step("forberedelse-1", "Forberedelse 1", StepKind.PREPARATION, 45, None, ())
ASKING = [{"told": "Spørgeskemaet »Ved starten« er åbent.", "url": "/hold/demo/spoergeskema", "link": "Svar her"}]
HOSTILE = "<script>alert(3)</script>"
CELLS = [
    {"model": "m1", "kind": "fields", "html": ""},
    {"model": "", "kind": "failed", "html": ""},
    {"model": "m2", "kind": "computed", "html": "<p>Det skrev du</p>"},
    None,
]
DATA = {"page": {"answers": {"a": {"text": "</script><script>alert(2)</script> \ud83d"}}}}


class NoFiles:
    """Voilà looks whether a picture in the Markdown is a file beside the notebook. None is."""

    def file_exists(self, path: str) -> bool:
        return False


def cohort() -> Cohort:
    cells = [new_markdown_cell(PROSE), new_code_cell("page.text('a')"), new_markdown_cell("## Senere på siden")]
    cells += [new_code_cell(f"page.text('{name}')") for name in "bcd"]
    notebook: nbformat.NotebookNode = new_notebook(cells=cells)
    manifest = Manifest("demo", "Demo", "Strandby", date(2026, 8, 1), None, (STEP,), PrivacyNotice(), None)
    return Cohort(manifest, Roster("demo", ()), {STEP.name: notebook}, 1)


@pytest.fixture(scope="module")
def pieces() -> list[str]:
    exporter = VoilaExporter(
        template_paths=[
            str(share("templates/voila") / "templates/faellesledelse"),
            *collect_template_paths(["voila", "nbconvert"], "lab", prune=True),
        ],
        template_name="lab",
        contents_manager=NoFiles(),
        filters={"clean_markdown": prose.clean},
    )
    return asyncio.run(Prints(exporter).of(cohort(), STEP.name))


@pytest.fixture(scope="module")
def page(pieces: list[str]) -> str:
    context: dict[str, Any] = {"step": STEP, "pieces": pieces, "cells": CELLS, "data": DATA, "asking": ASKING}
    context["charter"] = replace(CHARTER, themes=(Theme("Formål", (replace(CHARTER.entries[0], text=HOSTILE),)),))
    parts = (
        environment().get_template(name).render(INSIDE | {"failed": False} | context)
        for name in ("step_top.html", "step.html")
    )
    return "".join(parts)


def test_there_is_one_place_for_each_code_cell_and_prose_makes_none(pieces: list[str]) -> None:
    assert len(pieces) == len(CELLS) + 1


def test_the_only_inline_script_is_data_and_no_text_gets_out_of_it(page: str) -> None:
    scripts = re.findall(r"<script([^>]*)>([^<]*)</script>", page)
    assert [attributes for attributes, text in scripts if text.strip()] == [' type="application/json" id="page"']
    assert "alert(2)</" not in page


def test_script_and_handlers_in_prose_do_not_reach_the_page(page: str) -> None:
    assert "alert(1)" not in page
    assert not re.search(r"<[^>]+ (on\w+|style)=", page)


def test_a_widget_has_a_place_that_names_its_model(page: str) -> None:
    assert '<div class="site-output" data-model="m1" data-kind="fields"></div>' in page


def test_what_is_computed_stands_there_already(page: str) -> None:
    assert page.index("Senere på siden") < page.index("<p>Det skrev du</p>")


def test_what_all_are_asked_today_stands_first(page: str) -> None:
    assert 'Spørgeskemaet »Ved starten« er åbent. <a href="/hold/demo/spoergeskema">Svar her</a>' in page


def test_what_is_agreed_about_a_network_stands_below_the_prose_as_words(page: str) -> None:
    assert page.index("Senere på siden") < page.index("Det er aftalt om netværket") < page.index("</main>")
    assert "&lt;script&gt;alert(3)&lt;/script&gt;" in page
    assert "<script>alert(3)" not in page


def test_code_is_not_shown(page: str) -> None:
    assert "page.text" not in page


def test_a_failed_cell_shows_a_kind_word(page: str) -> None:
    assert page.count("Denne del af siden kunne ikke vises lige nu.") == 1


def test_the_page_is_danish_and_asks_nothing_of_another_server(page: str) -> None:
    assert '<html lang="da">' in page
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert [address for address in addresses if not re.match(r"/(?!/)|#", address)] == []


def test_a_page_that_could_not_be_made_says_so_and_brings_no_data() -> None:
    context: dict[str, Any] = {"step": STEP, "failed": True}
    rest = environment().get_template("step.html").render(INSIDE | context)
    assert rest.count("Siden kunne ikke vises lige nu.") == 1
    assert "<script" not in rest
    assert rest.endswith("</html>")
