"""From a cohort folder to a built cohort: check everything, build everything, then swap it in."""

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode

from ..documents.template import TEMPLATE
from ..errors import CohortError, Finding
from ..manifest import dump, dump_roster, load_roster
from ..model import CompassTheme, Manifest, PrivacyNotice, Roster, Step
from . import notebook
from .engine import ENGINE
from .file import CohortFile, meeting, network, period, source_of
from .folder import Checked, check

Progress = Callable[[str, int], None]
"""Called with the name of each finished step and how many there are."""

BUILT = "bygget"
"""The folder inside the cohort folder that the server reads."""

_NEW, _OLD = ".bygget-ny-", ".bygget-gammel"


@dataclass(frozen=True)
class Built:
    """A finished build: what its two JSON files say, the text of each step's notebook, and the Word template, if any."""

    manifest: Manifest
    roster: Roster
    notebooks: dict[str, str]
    template: bytes | None
    reminders: tuple[Finding, ...]

    @property
    def files(self) -> dict[str, bytes]:
        """Every file of the build with its content."""
        pages = {f"{step}.ipynb": text for step, text in self.notebooks.items()}
        texts = {"manifest.json": dump(self.manifest), "roster.json": dump_roster(self.roster), **pages}
        template = {TEMPLATE: self.template} if self.template else {}
        return {name: text.encode() for name, text in texts.items()} | template


def quiet(step: str, total: int) -> None:
    """Tells nobody."""


def prepare(folder: Path, progress: Progress = quiet) -> Built:
    """Build a cohort without writing anything. Raises CohortError with everything that is wrong."""
    checked = check(folder)
    pages: dict[str, NotebookNode] = {}
    for name, page in checked.pages.items():
        pages[name] = _made(page.notebook, checked.values | {"step": name})
        progress(name, len(checked.pages))
    notebooks = {name: str(nbformat.writes(page)) for name, page in pages.items()}  # type: ignore[no-untyped-call]
    reminders = (*checked.reminders, *_changed_addresses(folder, checked.roster))
    return Built(_manifest(checked, pages), checked.roster, notebooks, checked.template, reminders)


def build(folder: Path, progress: Progress = quiet) -> Built:
    """Build a cohort into its folder, all or nothing. Raises CohortError; then what was built before still stands."""
    mend(folder)
    built = prepare(folder, progress)
    try:
        swap(folder, built.files)
    except OSError as problem:
        why = f"Det byggede kan ikke gemmes ({problem.strerror}). Luk programmer, der har filer åbne i mappen, og prøv igen."
        raise CohortError([Finding(BUILT, why)]) from problem
    return built


def _changed_addresses(folder: Path, roster: Roster) -> list[Finding]:
    """Everyone who has got another e-mail address since the last build: to the server that is another person."""
    try:
        before = load_roster((folder / BUILT / "roster.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, CohortError):
        return []
    now = {person.email for person in roster.participants}
    gone = {person.name: person.email for person in before.participants if person.email not in now}
    return [
        Finding(
            "deltagere",
            f"{person.name} havde {gone[person.name]} sidst og har nu {person.email}. For serveren er det to personer: Det, "
            "der er skrevet, følger ikke med til den nye adresse. Skriv den gamle igen, hvis det er samme person.",
        )
        for person in roster.participants
        if person.name in gone
    ]


def _made(page: NotebookNode, values: dict[str, Any]) -> NotebookNode:
    with _silent():
        made: NotebookNode = papermill.execute_notebook(page, None, values, engine_name=ENGINE, progress_bar=False)
    return made


@contextmanager
def _silent() -> Iterator[None]:
    """Papermill warns of every line of hold.yaml that isn't a parameter of the notebook. That's as it should be."""
    log = logging.getLogger("papermill")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def _manifest(checked: Checked, pages: dict[str, NotebookNode]) -> Manifest:
    cohort = checked.cohort
    return Manifest(
        gathering=cohort.gathering,
        name=cohort.name,
        organisation=cohort.organisation,
        starts=cohort.starts,
        ends=cohort.ends,
        steps=tuple(_step(cohort, number, pages) for number in range(len(cohort.steps))),
        privacy=PrivacyNotice(**cohort.privacy.model_dump()),
        safe_key=cohort.safe_key or None,
        compass=tuple(CompassTheme(each.name, each.text, each.goal) for each in cohort.compass),
        survey=checked.survey,
        kind=cohort.kind,
        network=network(cohort),
        chairs_in_turn=cohort.chairs_in_turn,
    )


def _step(cohort: CohortFile, number: int, pages: dict[str, NotebookNode]) -> Step:
    line = cohort.steps[number]
    page = notebook.examine(pages[line.name], line.name, source=source_of(cohort, line))
    own = (page.fields, page.reads, page.contract, page.run_sheets)
    held = line.starts, line.place, period(cohort, line), meeting(cohort, line)
    return Step(line.name, line.title, line.kind(cohort.kind), line.minutes, line.opens, *own, *held)


def swap(folder: Path, files: dict[str, bytes]) -> None:
    """Put ``files`` where the server reads. Renaming a whole folder works on Windows too; replacing one doesn't."""
    built, old = folder / BUILT, folder / _OLD
    new = Path(tempfile.mkdtemp(prefix=_NEW, dir=folder))
    try:
        new.chmod(0o755)  # mkdtemp's own 0700 would keep out a server that runs as another user
        for name, content in files.items():
            (new / name).write_bytes(content)
        if built.exists():
            built.rename(old)
        try:
            new.rename(built)
        except OSError:
            mend(folder)
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def mend(folder: Path) -> None:
    """Clear away what a build that was cut off left behind; bring the old one back if the new one never came."""
    built, old = folder / BUILT, folder / _OLD
    if old.is_dir() and not built.exists():
        old.rename(built)
    for left in (old, *folder.glob(f"{_NEW}*")):
        shutil.rmtree(left, ignore_errors=True)
