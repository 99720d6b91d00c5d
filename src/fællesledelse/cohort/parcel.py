"""A cohort folder's sources as one file, to be sent to the server. Nothing of what was built rides along."""

import io
import zipfile
from pathlib import Path, PurePosixPath

from ..documents.template import FOLDER as TEMPLATES
from ..errors import CohortError, Finding
from . import document, excel, notebook, people, questionnaire

FILES = (document.NAME, excel.NAME, *people.NAMES)
"""The files for which one of Excel can stand instead."""

BESIDE = questionnaire.NAMES
"""The files that stand beside, whichever it is."""

FOLDERS = {notebook.FOLDER: ".ipynb", TEMPLATES: ".docx"}
"""The folders of sources, and how the names of the files in them end."""

NAME = "hold.zip"
LARGEST = 30 * 1024 * 1024
"""Bytes of everything, unpacked."""


def sources(folder: Path) -> list[Path]:
    """The files of a cohort folder that say what the cohort is, relative to it. Links to elsewhere are left out."""
    inner = (path for name, end in FOLDERS.items() for path in (folder / name).glob(f"*{end}"))
    found = [*(folder / name for name in (*FILES, *BESIDE)), *inner]
    return sorted(path.relative_to(folder) for path in found if path.is_file() and not path.is_symlink())


def pack(folder: Path) -> bytes:
    """The sources as a zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parcel:
        for path in sources(folder):
            parcel.writestr(path.as_posix(), (folder / path).read_bytes())
    return out.getvalue()


def unpack(content: bytes, place: Path) -> None:
    """Lay the sources into an empty folder. Raises CohortError if anything else is in the file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parcel:
            if sum(each.file_size for each in parcel.infolist()) > LARGEST:
                raise CohortError([Finding(NAME, "Filerne fylder for meget. Er der lagt andet i mappen end holdets filer?")])
            for each in parcel.infolist():
                (place / _known(each.filename)).parent.mkdir(exist_ok=True)
                (place / each.filename).write_bytes(parcel.read(each))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError):
        raise CohortError(
            [Finding(NAME, "Pakken kan ikke læses. Send holdet igen med: faellesledelse hold udgiv")]
        ) from None


def _known(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if name in (*FILES, *BESIDE) or (
        len(path.parts) == 2 and path.suffix == FOLDERS.get(path.parts[0]) and "\\" not in name
    ):
        return path
    raise CohortError(
        [Finding(NAME, f"{name[:60]!r} hører ikke til i et hold. Send holdet igen med: faellesledelse hold udgiv")]
    )
