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
from ..model import Manifest, Roster, Step
from ..vocabulary import covers
from .log import LOG

BUILT, BEFORE = "bygget", ".bygget-gammel"
SOURCES = (
    *("hold.yaml", "hold.xlsx", "deltagere.csv", "deltagere.xlsx"),
    *("spoergeskema.csv", "spoergeskema.xlsx", "temaer.csv", "temaer.xlsx"),
    *("notebooks", "skabeloner", BUILT),
)


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
            try:
                cohort = _read(folder)
            except PermissionError as error:
                raise SettingsError(
                    f"Serveren må ikke læse {error.filename}. Giv serverens bruger adgang til hele mappen {folder}."
                ) from None
            gathering = cohort.manifest.gathering
            if gathering in self._folders:
                raise SettingsError(
                    f"To mapper rummer holdet {gathering}: {self._folders[gathering]} og {folder}. Start med kun den ene."
                )
            self._folders[gathering], self._cohorts[gathering] = folder, cohort

    def __iter__(self) -> Iterator[Cohort]:
        return iter(self._cohorts.values())

    def find(self, gathering: str) -> Cohort | None:
        """The cohort of that gathering as last read, or None."""
        return self._cohorts.get(gathering)

    def folder(self, gathering: str) -> Path:
        """The cohort folder of that gathering. Raises KeyError if there is none."""
        return self._folders[gathering]

    def newer(self, gathering: str) -> Cohort | None:
        """The cohort read again if it has been built since, else None.

        A folder in the midst of a build, or one that can't be read, is left alone: what was read before still stands.
        """
        folder, present = self._folders.get(gathering), self._cohorts.get(gathering)
        if folder is None or present is None or _stamp(folder) in (None, present.stamp):
            return None
        try:
            cohort = _read(folder)
        except (OSError, ValueError, FællesledelseError, NotJSONError):
            LOG.warning("The built cohort of %s can't be read; the one before still stands", gathering)
            return None
        whole = _stamp(folder) == cohort.stamp and cohort.manifest.gathering == gathering
        return cohort if whole else None

    def place(self, cohort: Cohort) -> None:
        """Serve this build from now on, unless the gathering has been forgotten meanwhile."""
        if cohort.manifest.gathering in self._folders:
            self._cohorts[cohort.manifest.gathering] = cohort

    def forget(self, gathering: str) -> None:
        """Serve that gathering no longer. Its folder stays as it is."""
        self._folders.pop(gathering, None)
        self._cohorts.pop(gathering, None)

    def sources(self, gathering: str) -> Iterator[tuple[str, bytes]]:
        """The files of a cohort folder that a copy of it needs: their names in it, with / between, and what they hold."""
        folder = self._folders[gathering]
        for name in SOURCES:
            for path in [folder / name, *sorted((folder / name).rglob("*"))]:
                hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
                if path.is_file() and not path.is_symlink() and not hidden:
                    yield path.relative_to(folder).as_posix(), path.read_bytes()

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
                f"{built / step}.ipynb rummer kode, som ingen side må køre. Byg holdet igen, og spørg, "
                "hvem der har ændret den."
            )
    return page


def _stamp(folder: Path) -> int | None:
    try:
        return (folder / BUILT / "manifest.json").stat().st_mtime_ns
    except FileNotFoundError:
        return None


def _read(folder: Path) -> Cohort:
    if not folder.exists():
        raise SettingsError(f"Mappen {folder} findes ikke. Den blev søgt her: {folder.absolute()}. Ret navnet eller stien.")
    if not folder.is_dir():
        raise SettingsError(f"{folder} er en fil. Skriv holdets mappe i stedet.")
    built, before = folder / BUILT, folder / BEFORE
    if before.is_dir() and not built.exists():
        before.rename(built)  # a build was cut off between two names
    stamp = _stamp(folder)
    if stamp is None:
        raise SettingsError(f"{folder} er ikke bygget endnu. Byg det først: faellesledelse hold byg {folder}")
    manifest = load((built / "manifest.json").read_text(encoding="utf-8"))
    return Cohort(
        manifest=manifest,
        roster=load_roster((built / "roster.json").read_text(encoding="utf-8")),
        notebooks={step.name: _page(built, step.name) for step in manifest.steps},
        stamp=stamp,
    )


def visible_keys(manifest: Manifest, step: Step) -> list[str]:
    """The keys a page may show: its own fields, and those it reads. The annex is read by its own page alone."""
    own = {field.key for field in step.fields}
    read = {f.key for s in manifest.steps for f in s.fields if covers(step.reads, f.key) and not f.private}
    return sorted(own | read)
