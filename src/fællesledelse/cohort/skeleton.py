"""A new cohort folder: a commented hold.yaml, an empty roster, and notebooks and a Word template to change as one likes."""

import shutil
import tempfile
from pathlib import Path

from ..documents import template
from ..errors import CohortError, Finding
from ..names import slug
from ..share import share
from .notebook import FOLDER


def write(folder: Path) -> None:
    """Make a new cohort folder, whole or not at all. Raises CohortError if something is there already."""
    text = (share("templates/cohort") / "hold.yaml").read_text(encoding="utf-8")
    roster = (share("templates/cohort") / "deltagere.csv").read_text(encoding="utf-8")
    lay(folder, text.replace("hold: mit-hold", f"hold: {slug(folder.resolve().name)}"), roster)


def lay(folder: Path, cohort: str, roster: str) -> None:
    """Lay out a cohort folder with those texts, the packaged notebooks and the packaged Word template."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        why = "Her ligger allerede noget, og det rører vi ikke. Vælg et navn til en ny mappe."
        raise CohortError([Finding(str(folder), why)])
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".hold-ny-", dir=folder.parent, ignore_cleanup_errors=True) as place:
            new = Path(place) / "ny"
            _fill(new, cohort, roster)
            if folder.exists():
                folder.rmdir()
            new.rename(folder)
    except OSError as problem:
        why = f"Mappen kan ikke skrives ({problem.strerror}). Vælg et sted, hvor du må gemme filer."
        raise CohortError([Finding(str(folder), why)]) from problem


def _fill(folder: Path, cohort: str, roster: str) -> None:
    (folder / FOLDER).mkdir(parents=True)
    (folder / "hold.yaml").write_bytes(cohort.encode())
    # The mark at the beginning tells a Danish Excel that the file is UTF-8.
    (folder / "deltagere.csv").write_bytes(roster.replace("\n", "\r\n").encode("utf-8-sig"))
    for notebook in sorted(share(FOLDER).glob("*.ipynb")):
        shutil.copyfile(notebook, folder / FOLDER / notebook.name)
    (folder / template.FOLDER).mkdir()
    (folder / template.FOLDER / template.TEMPLATE).write_bytes(template.packaged())
