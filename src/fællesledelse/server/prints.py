"""The prose of the pages, printed by Voilà once for each build: what differs from leader to leader goes in between."""

import nbformat
from voila.exporter import VoilaExporter

from .shelf import Cohort

PLACE = "<!--place-->"
"""Where the template leaves room for what a code cell shows. Rendered Markdown holds no comments: they are cleaned out."""


class Prints:
    """The prints of the builds that are served now."""

    def __init__(self, exporter: VoilaExporter) -> None:
        self._exporter = exporter
        self._prints: dict[tuple[str, str], tuple[int, list[str]]] = {}

    async def of(self, cohort: Cohort, step: str) -> list[str]:
        """The HTML of the page's cells in pieces; between each two of them belongs what a code cell shows."""
        place = cohort.manifest.gathering, step
        stamp, pieces = self._prints.get(place, (0, []))
        if stamp != cohort.stamp:
            pieces = await self._printed(cohort, step)
            self._prints[place] = cohort.stamp, pieces
        return pieces

    async def prose(self, source: str) -> str:
        """The HTML of one Markdown cell."""
        cell = nbformat.v4.new_markdown_cell(source)
        return await self._print(nbformat.v4.new_notebook(cells=[cell]))

    async def _printed(self, cohort: Cohort, step: str) -> list[str]:
        return (await self._print(cohort.notebooks[step])).split(PLACE)

    async def _print(self, notebook: nbformat.NotebookNode) -> str:
        return "".join([html async for html, _resources in self._exporter.generate_from_notebook_node(notebook)])
