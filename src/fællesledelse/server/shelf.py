"""The built cohorts the server serves, read from their folders and read again when they are built anew."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.reader import NotJSONError

from .. import cells
from ..documents import TEMPLATE
from ..errors import FællesledelseError, SettingsError
from ..manifest import load, load_roster
from ..model import Manifest, Roster
from .log import LOG

BUILT = "bygget"


@dataclass(frozen=True)
class Cohort:
    """One built cohort. ``notebooks`` maps step names to notebooks; ``stamp`` tells one build from the next."""

    manifest: Manifest
    roster: Roster
    notebooks: dict[str, nbformat.NotebookNode]
    stamp: int

    @property
    def build(self) -> str:
        """The name of the build: twelve hexadecimal digits."""
        return hashlib.sha256(f"{self.manifest.gathering}/{self.stamp}".encode()).hexdigest()[:12]

    def code(self, step: str) -> list[str]:
        """The sources of the code cells of a page, in order."""
        return [cell.source for cell in self.notebooks[step].cells if cell.cell_type == "code"]


class Shelf:
    """The cohorts by gathering."""

    def __init__(self, folders: list[Path]) -> None:
        self._folders: dict[str, Path] = {}
        self._cohorts: dict[str, Cohort] = {}
        for folder in folders:
            cohort = _read(folder)
            gathering = cohort.manifest.gathering
            if gathering in self._folders:
                raise SettingsError(
                    f"Two folders hold the gathering {gathering!r}: {self._folders[gathering]} and {folder}."
                )
            self._folders[gathering], self._cohorts[gathering] = folder, cohort

    def __iter__(self) -> Iterator[Cohort]:
        return iter(self._cohorts.values())

    def find(self, gathering: str) -> Cohort | None:
        """The cohort of that gathering as last read, or None."""
        return self._cohorts.get(gathering)

    def newer(self, gathering: str) -> Cohort | None:
        """The cohort read again if it has been built since, else None.

        A folder in the midst of a build, or one that can't be read, is left alone: what was read before still stands.
        """
        folder = self._folders.get(gathering)
        if folder is None or _stamp(folder) in (None, self._cohorts[gathering].stamp):
            return None
        try:
            cohort = _read(folder)
        except (OSError, ValueError, FællesledelseError, NotJSONError):
            LOG.warning("The built cohort of %s can't be read; the one before still stands", gathering)
            return None
        whole = _stamp(folder) == cohort.stamp and cohort.manifest.gathering == gathering
        return cohort if whole else None

    def place(self, cohort: Cohort) -> None:
        """Serve this build from now on."""
        self._cohorts[cohort.manifest.gathering] = cohort

    def template(self, gathering: str) -> bytes | None:
        """The organisation's Word template as it was built; None if the cohort has none of its own."""
        try:
            return (self._folders[gathering] / BUILT / TEMPLATE).read_bytes()
        except (KeyError, FileNotFoundError):
            return None

    def file_exists(self, path: str) -> bool:
        """Whether a picture named in Markdown stands on the shelf: never. Called by Voilà while it renders Markdown."""
        return False


def _page(built: Path, step: str) -> nbformat.NotebookNode:
    """A built page. Raises SettingsError if it would run anything but the workbook's own calls."""
    page: nbformat.NotebookNode = nbformat.read(built / f"{step}.ipynb", as_version=4)
    for cell in page.cells:
        if cell.cell_type == "code" and not cells.allowed(cell.source, step):
            raise SettingsError(
                f"{built / step}.ipynb holds code that no page may run. Build the cohort again, and ask who changed it."
            )
    return page


def _stamp(folder: Path) -> int | None:
    try:
        return (folder / BUILT / "manifest.json").stat().st_mtime_ns
    except FileNotFoundError:
        return None


def _read(folder: Path) -> Cohort:
    built = folder / BUILT
    stamp = _stamp(folder)
    if stamp is None:
        raise SettingsError(f"{folder} is not built yet: run 'faellesledelse hold byg {folder}' first.")
    manifest = load((built / "manifest.json").read_text(encoding="utf-8"))
    return Cohort(
        manifest=manifest,
        roster=load_roster((built / "roster.json").read_text(encoding="utf-8")),
        notebooks={step.name: _page(built, step.name) for step in manifest.steps},
        stamp=stamp,
    )
