"""The facilitator's pages: notebooks that come with the package, run and shown as the leaders' are."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

from ..model import GatheringKind, Manifest, PrivacyNotice, Role, Roster, Step, StepKind
from ..share import share
from ..store import Membership
from .evidence import read
from .feed import Visit
from .life import heads_up
from .overview import told
from .pages import DESK, notice_accepted, shell
from .pages import desk as desk_pages
from .prints import Prints
from .processes import Processes
from .shelf import Cohort
from .web import Api, Guarded, Page, Refused

PAGES = {"overblik": "Overblik"} | {address.removeprefix("styring/"): title for address, title in DESK}
"""The pages and their titles, in the order of the day."""


@cache
def notebooks(kind: GatheringKind = GatheringKind.PROGRAMME) -> Cohort:
    """The packaged notebooks in the shape of a built cohort that is nobody's: the prose for what people gather for.

    A cell tagged with other kinds is left out. Only prose is tagged, so the code is the same for all.
    """
    folder: Path = share("notebooks/facilitator")
    pages = {name: nbformat.read(folder / f"{name}.ipynb", as_version=4) for name in PAGES}
    for page in pages.values():
        page.cells = [cell for cell in page.cells if _stands(cell, kind)]
    newest = max((folder / f"{name}.ipynb").stat().st_mtime_ns for name in PAGES)
    steps = tuple(Step(name, title, StepKind.PREPARATION, 0, None, ()) for name, title in PAGES.items())
    nobody = f"/{kind.value}"  # no folder can be called that
    manifest = Manifest(nobody, "", "", starts=date.min, ends=None, steps=steps, privacy=PrivacyNotice(), safe_key=None)
    return Cohort(manifest, Roster("", ()), pages, newest)


def _stands(cell: nbformat.NotebookNode, kind: GatheringKind) -> bool:
    tags = set(map(str, cell.metadata.get("tags", ()))) & {each.value for each in GatheringKind}
    return not tags or kind.value in tags


async def facilitator(handler: Guarded, gathering: str) -> tuple[Cohort, Membership]:
    """The cohort and the asker's place in it, for its facilitators alone."""
    cohort, mine = await handler.membership(gathering)
    if mine.role is not Role.FACILITATOR:
        raise Refused(403, "forbidden", "Siden er for facilitatorer. Gå tilbage til forsiden.")
    return cohort, mine


class DeskApi(Api):
    """Takes and gives JSON, for facilitators."""

    to_the_end = True

    async def facilitator(self, gathering: str) -> tuple[Cohort, Membership]:
        """The cohort and the asker's place in it. Refuses everyone else."""
        return await facilitator(self, gathering)

    def line(self, **value: Any) -> None:
        """One line of an answer that comes bit by bit."""
        self.set_header("Content-Type", "application/x-ndjson; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.write(json.dumps(value) + "\n")


class DeskPage(Page):
    """GET: one of the facilitator's pages."""

    def initialize(self, prints: Prints, processes: Processes) -> None:
        """Called by Tornado with what makes pages."""
        self._prints, self._processes = prints, processes

    async def get(self, gathering: str, name: str = "overblik") -> None:
        """The page. The first visit goes by the privacy notice."""
        cohort, mine = await facilitator(self, gathering)
        if not await notice_accepted(self, cohort):
            self.redirect(f"/hold/{gathering}/privatliv")
            return
        if name == "overblik" and not cohort.manifest.steps:
            self.redirect(f"/hold/{gathering}/styring/holdet")  # there is nothing to look at before the cohort is built
            return
        desk = notebooks()
        here = {address.removeprefix("styring/"): title for address, title in desk_pages(cohort.manifest)}
        step = desk.manifest.step(name) if name in here else None
        if step is None:
            raise Refused(404, "not-found", "Adressen er måske skrevet forkert.")
        waiting: list[str] = []
        if name == "overblik" and cohort.manifest.kind is GatheringKind.NETWORK:
            waiting = heads_up((await self.house.ask(read, self.house, cohort)).due, self.house.today())
        telling = {"cells": desk.code(name)} | ({"overview": await told(self.house, cohort)} if name == "overblik" else {})
        shown = await self._processes.show(Visit(self.signed_in, mine, desk, step), telling)
        self.show(
            "desk.html",
            **await shell(self, cohort, mine, name if name == "overblik" else f"styring/{name}"),
            title=here[name],
            pieces=await self._prints.of(notebooks(cohort.manifest.kind), name),
            cells=shown["cells"],
            waiting=waiting,
        )
