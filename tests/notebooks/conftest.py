"""The notebooks as a reader, the builder and a test see them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from fællesledelse.cohort.file import MEETING_PAGES, PERIOD_PAGE
from fællesledelse.cohort.notebook import stands
from fællesledelse.model import Activity
from fællesledelse.share import share
from fællesledelse.vocabulary import VOCABULARY, Call

STEPS = (
    "velkomst", "forberedelse-1", "workshop-1", "forberedelse-2", "workshop-2", "forberedelse-3", "workshop-3",
    "udgivelse", PERIOD_PAGE, "levende-grundlag", "privat-tillaeg",
)  # fmt: skip
MEETINGS = ("salon", "netvaerk")
"""The folders whose notebooks are those of salons and of networks."""

OPENS = {PERIOD_PAGE: "periode-a", "salon": "salon-1", "netvaerksmoede": "moede-1"}
"""The notebooks that are built for several steps, and the one each opens where nobody says another."""

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
    """One notebook of the package. Of the one that is built for each period: its cells for that ``activity``.

    ``folder`` is that of salons or of networks, or empty.
    """

    step: str
    path: Path
    cells: list[Any]
    activity: Activity | None = None
    folder: str = ""

    @property
    def beside(self) -> tuple[str, ...]:
        """The steps that the notebooks beside it are for."""
        return tuple(path.stem for path in self.path.parent.glob("*.ipynb"))

    @property
    def meeting(self) -> bool:
        """Whether it is built for each salon, or for each meeting of a network."""
        return bool(self.folder) and self.step in MEETING_PAGES.values()

    @property
    def page(self) -> str:
        """The name of the page among ``PAGES``."""
        return page_of(self.step, self.activity)

    @property
    def opens(self) -> str:
        """The step that it opens where nobody says another."""
        return OPENS.get(self.step, self.step)

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


OF_MEETINGS = tuple(
    sorted(f"{folder}/{path.stem}" for folder in MEETINGS for path in share(f"notebooks/{folder}").glob("*.ipynb"))
)
"""The notebooks of salons and of networks, by folder and name."""


def minutes(section: str) -> int:
    """What a section says it takes; 0 where it doesn't say."""
    found = re.search(r"\((\d+) min\)$", section)
    return int(found[1]) if found else 0


def read(step: str) -> Notebook:
    """The notebook of a step."""
    path = share("notebooks") / f"{step}.ipynb"
    found = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types
    folder, _, name = step.rpartition("/")
    return Notebook(name, path, found.cells, folder=folder)


@pytest.fixture(params=PAGES)
def notebook(request: pytest.FixtureRequest) -> Notebook:
    """Each page in turn."""
    step, activity = PAGES[request.param]
    return read(step).of(activity)


@pytest.fixture(scope="session")
def notebooks() -> dict[str, Notebook]:
    """All pages, by their names."""
    return {page: read(step).of(activity) for page, (step, activity) in PAGES.items()}
