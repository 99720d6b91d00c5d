"""The notebooks as a reader, the builder and a test see them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from fællesledelse.cohort.file import PERIOD_PAGE
from fællesledelse.cohort.notebook import stands
from fællesledelse.model import Activity
from fællesledelse.share import share
from fællesledelse.vocabulary import VOCABULARY, Call

STEPS = (
    "velkomst", "forberedelse-1", "workshop-1", "forberedelse-2", "workshop-2", "forberedelse-3", "workshop-3",
    "udgivelse", PERIOD_PAGE, "levende-grundlag", "privat-tillaeg",
)  # fmt: skip
OPTIONAL = ("Hvis du har lyst", "Hvis I kun taler")


@dataclass(frozen=True)
class Asked:
    """A call of a cell: its name, what it means, the prose right above and the section it stands in."""

    name: str
    call: Call
    prose: str
    section: str


@dataclass(frozen=True)
class Notebook:
    """One notebook of the package. Of the one that is built for each period: its cells for that ``activity``."""

    step: str
    path: Path
    cells: list[Any]
    activity: Activity | None = None

    @property
    def page(self) -> str:
        """The name of the page among ``PAGES``."""
        return page_of(self.step, self.activity)

    @property
    def opens(self) -> str:
        """The step that it opens where nobody says another."""
        return "periode-a" if self.step == PERIOD_PAGE else self.step

    def of(self, activity: Activity | None) -> "Notebook":
        """The page of a period with that activity."""
        return replace(self, cells=[cell for cell in self.cells if stands(cell, activity)], activity=activity)

    @property
    def markdown(self) -> list[str]:
        """The sources of the Markdown cells."""
        return [cell.source for cell in self.cells if cell.cell_type == "markdown"]

    @property
    def code(self) -> list[str]:
        """The sources of the code cells."""
        return [cell.source for cell in self.cells if cell.cell_type == "code"]

    @property
    def sections(self) -> list[str]:
        """The sittings, by their headings."""
        return re.findall(r"^## (.+)$", "\n".join(self.markdown), re.MULTILINE)

    @property
    def asked(self) -> list[Asked]:
        """Every call on the page, in order."""
        return list(self._asked())

    def _asked(self) -> Iterator[Asked]:
        prose = section = ""
        for cell in self.cells[2:]:
            if cell.cell_type == "markdown":
                prose = cell.source
                section = ([section, *re.findall(r"^## (.+)$", prose, re.MULTILINE)])[-1]
                continue
            tree = ast.parse(cell.source, mode="eval").body
            assert isinstance(tree, ast.Call)
            assert isinstance(tree.func, ast.Attribute)
            named = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in tree.keywords}
            call = VOCABULARY[tree.func.attr](*map(ast.literal_eval, tree.args), **named)
            yield Asked(tree.func.attr, call, prose, section)


def page_of(step: str, activity: Activity | None) -> str:
    """What the tests call a page: the name of its step, and of its activity where it has one."""
    return f"{step}-{activity}" if activity else step


PAGES = {
    page_of(step, activity): (step, activity)
    for step in STEPS
    for activity in (tuple(Activity) if step == PERIOD_PAGE else (None,))
}
"""Every page, in the order they are met: the notebook of the periods is one for each activity."""


def minutes(section: str) -> int:
    """What a section says it takes; 0 where it doesn't say."""
    found = re.search(r"\((\d+) min\)$", section)
    return int(found[1]) if found else 0


def read(step: str) -> Notebook:
    """The notebook of a step."""
    path = share("notebooks") / f"{step}.ipynb"
    found = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types
    return Notebook(step, path, found.cells)


@pytest.fixture(params=PAGES)
def notebook(request: pytest.FixtureRequest) -> Notebook:
    """Each page in turn."""
    step, activity = PAGES[request.param]
    return read(step).of(activity)


@pytest.fixture(scope="session")
def notebooks() -> dict[str, Notebook]:
    """All pages, by their names."""
    return {page: read(step).of(activity) for page, (step, activity) in PAGES.items()}
