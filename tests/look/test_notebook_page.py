"""The Voilà template: prose first, nothing inline, a kind word where a cell fails."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import nbformat
import nh3
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from voila.exporter import VoilaExporter
from voila.paths import collect_template_paths

from fællesledelse.server.assets import asset
from fællesledelse.share import share

from .pages import ME, NAV

PROSE = "# Forberedelse 1\n\nSkriv om en dag. <script>alert(1)</script><a href='#' onclick='alert(1)'>Læs</a>"
KERNEL_STARTS = "KERNEL STARTS"


class NoFiles:
    """Voilà looks whether a picture in the Markdown is a file beside the notebook. None is."""

    def file_exists(self, path: str) -> bool:
        return False


def notebook() -> nbformat.NotebookNode:
    """Prose, a widget, and a cell that failed."""
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "m1"}, "text/plain": "Field()"}
    failed = new_output("error", ename="KeyError", evalue="hemmeligt", traceback=["Traceback hemmeligt"])
    noise = new_output("stream", name="stderr", text="hemmeligt")
    cells = [
        new_markdown_cell(PROSE),
        new_code_cell("page.text('a')", outputs=[new_output("execute_result", widget, execution_count=1)]),
        new_markdown_cell("## Senere på siden"),
        new_code_cell("page.text('b')", outputs=[failed, noise]),
    ]
    return new_notebook(cells=cells)


async def streamed() -> list[str]:
    """The page in the pieces the server sends, with a mark where the kernel starts."""
    pieces: list[str] = []

    async def kernel_start(_nb: object) -> str:
        pieces.append(KERNEL_STARTS)
        return "k1"

    async def cell_generator(nb: nbformat.NotebookNode, _kernel: str) -> AsyncIterator[nbformat.NotebookNode]:
        for cell in nb.cells:
            yield cell

    exporter = VoilaExporter(
        template_paths=[str(share("templates/voila/templates/faellesledelse")), str(share("templates")), *BASE],
        template_name="lab",
        contents_manager=NoFiles(),
        filters={"asset": asset, "clean_markdown": nh3.clean},
    )
    step = {"name": "forberedelse-1", "title": "Forberedelse 1", "minutes": 45, "kind": "preparation"}
    around = {"me": ME, "nav": NAV, "gathering": "demo", "person": "p1", "step": step}
    context: dict[str, Any] = {"kernel_start": kernel_start, "cell_generator": cell_generator}
    config = {"faellesledelse": around, "fullStaticUrl": "/voila/static"}
    resources = {"base_url": "/", "metadata": {"name": "forberedelse-1"}}
    async for piece, _ in exporter.generate_from_notebook_node(notebook(), resources, context, config):
        pieces.append(piece)
    return pieces


BASE = collect_template_paths(["voila", "nbconvert"], "lab", prune=True)


@pytest.fixture(scope="module")
def page() -> str:
    return "".join(asyncio.run(streamed()))


def test_all_prose_is_on_the_page_before_the_kernel_starts(page: str) -> None:
    before, after = page.split(KERNEL_STARTS)
    assert "Skriv om en dag." in before
    assert "Senere på siden" in before
    assert "data-model" in after


def test_the_only_inline_script_is_data(page: str) -> None:
    scripts = re.findall(r"<script([^>]*)>([^<]*)</script>", page)
    inline = [attributes for attributes, text in scripts if text.strip()]
    assert inline == [' id="jupyter-config-data" type="application/json"']


def test_script_and_handlers_in_prose_do_not_reach_the_page(page: str) -> None:
    assert "alert(1)" not in page
    assert not re.search(r"<[^>]+ (on\w+|style)=", page)


def test_a_widget_has_a_place_that_names_its_model(page: str) -> None:
    assert '<div class="site-output" data-model="m1"></div>' in page


def test_code_is_not_shown(page: str) -> None:
    assert "page.text" not in page


def test_a_failed_cell_shows_a_kind_word_and_nothing_of_what_went_wrong(page: str) -> None:
    assert "Denne del af siden kunne ikke vises lige nu." in page
    assert "hemmeligt" not in page


def test_the_page_is_danish_and_asks_nothing_of_another_server(page: str) -> None:
    assert '<html lang="da">' in page
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert [address for address in addresses if not re.match(r"/(?!/)|#", address)] == []
