"""A new cohort folder: a commented hold.yaml, an empty roster, and notebooks, a survey and a Word template to change."""

import shutil
import tempfile
from collections.abc import Sequence
from datetime import date
from email.utils import parseaddr
from pathlib import Path

from pydantic import ValidationError

from ..documents import template
from ..errors import CohortError, Finding
from ..model import GatheringKind, Manifest, Participant, PrivacyNotice, Role, Roster
from ..names import slug
from ..share import share
from . import excel, questionnaire
from .build import Built, swap
from .document import NAME, read
from .file import FacilitatorLine, kind_of
from .notebook import FOLDER

_PAGES = {GatheringKind.PROGRAMME: "", GatheringKind.SALON: "salon", GatheringKind.NETWORK: "netvaerk"}
"""Where among the packaged notebooks the pages for each stand."""


_SKELETONS = {GatheringKind.PROGRAMME: "cohort", GatheringKind.SALON: "salon", GatheringKind.NETWORK: "netvaerk"}
"""Where among the packaged templates the file and the roster for each stand."""


def write(folder: Path, kind: GatheringKind = GatheringKind.PROGRAMME) -> None:
    """Make a new cohort folder, whole or not at all. Raises CohortError if something is there already."""
    text = _template(kind, NAME).read_text(encoding="utf-8")
    roster = _template(kind, "deltagere.csv").read_text(encoding="utf-8")
    lay(folder, text.replace("hold: mit-hold", f"hold: {slug(folder.resolve().name)}"), roster)


def facilitator(text: str) -> FacilitatorLine:
    """The facilitator of a text such as "Karin Holm <karin@kommune.example>". Raises CohortError."""
    name, email = parseaddr(text)
    try:
        return FacilitatorLine(navn=name, email=email)
    except ValidationError:
        why = f'{text!r} kan ikke læses. Skriv navn og e-mail i anførselstegn: "Karin Holm <karin@kommune.example>".'
        raise CohortError([Finding("--facilitator", why)]) from None


def found(
    folder: Path, facilitators: Sequence[FacilitatorLine], today: date, kind: GatheringKind = GatheringKind.PROGRAMME
) -> None:
    """Make a new cohort folder that a server can serve at once: nobody but its facilitators are in it, and no page yet.

    What they fill in is one Excel file. Raises CohortError if something is there already.
    """
    name = slug(folder.resolve().name)
    values = read(_template(kind, NAME).read_bytes()).values
    lines = [{"navn": each.name, "email": each.email} for each in facilitators]
    staff = tuple(Participant(each.email, each.name, Role.FACILITATOR) for each in facilitators)
    book = excel.write(values | {"hold": name, "facilitatorer": lines}, ())
    empty = Manifest(name, name, "", today, None, steps=(), privacy=PrivacyNotice(), safe_key=None, kind=kind)
    _make(folder, {excel.NAME: book}, Built(empty, Roster(name, staff), {}, None, ()), kind)


def lay(folder: Path, cohort: str, roster: str) -> None:
    """Lay out a cohort folder with those texts, the packaged notebooks and the packaged Word template."""
    # The mark at the beginning tells a Danish Excel that the file is UTF-8.
    files = {NAME: cohort.encode(), "deltagere.csv": roster.replace("\n", "\r\n").encode("utf-8-sig")}
    _make(folder, files, kind=kind_of(read(files[NAME]).values))


def _template(kind: GatheringKind, name: str) -> Path:
    return share(f"templates/{_SKELETONS[kind]}") / name


def _make(
    folder: Path, files: dict[str, bytes], built: Built | None = None, kind: GatheringKind = GatheringKind.PROGRAMME
) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        why = "Her ligger allerede noget, og det rører vi ikke. Vælg et navn til en ny mappe."
        raise CohortError([Finding(str(folder), why)])
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".hold-ny-", dir=folder.parent, ignore_cleanup_errors=True) as place:
            new = Path(place) / "ny"
            _fill(new, files, kind)
            if built:
                swap(new, built.files)
            if folder.exists():
                folder.rmdir()
            new.rename(folder)
    except OSError as problem:
        why = f"Mappen kan ikke skrives ({problem.strerror}). Vælg et sted, hvor du må gemme filer."
        raise CohortError([Finding(str(folder), why)]) from problem


def _fill(folder: Path, files: dict[str, bytes], kind: GatheringKind) -> None:
    (folder / FOLDER).mkdir(parents=True)
    survey = questionnaire.packaged() if kind is GatheringKind.PROGRAMME else {}
    for name, content in (files | survey).items():
        (folder / name).write_bytes(content)
    for notebook in sorted((share(FOLDER) / _PAGES[kind]).glob("*.ipynb")):
        shutil.copyfile(notebook, folder / FOLDER / notebook.name)
    (folder / template.FOLDER).mkdir()
    (folder / template.FOLDER / template.TEMPLATE).write_bytes(template.packaged())
