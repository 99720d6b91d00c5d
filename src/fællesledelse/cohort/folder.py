"""A cohort folder, read and checked as a whole: hold.yaml, the people, the pages of its steps, the Word template."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..documents import template
from ..errors import CohortError, Finding
from ..model import Field, Participant, Role, Roster
from ..names import is_slug, nearest
from ..vocabulary import covers
from . import document, file, notebook, people
from .document import Document
from .file import CohortFile
from .notebook import Page
from .people import People

_CLOSED = "Filen kan ikke åbnes. Er den åben i Excel eller et andet program, så luk den der, og prøv igen."


@dataclass(frozen=True)
class Checked:
    """A cohort folder in which everything is right. ``values`` are hold.yaml as plain values, for papermill.

    ``template`` is the organisation's Word template, None where the folder has none. ``reminders`` are worth a human's
    look and stop nothing.
    """

    cohort: CohortFile
    values: dict[str, Any]
    pages: dict[str, Page]
    roster: Roster
    template: bytes | None
    reminders: tuple[Finding, ...]


def check(folder: Path) -> Checked:
    """Read and check a cohort folder. Raises CohortError with everything that is wrong, all at once."""
    if not folder.is_dir():
        why = "Mappen findes ikke. Ret stien, eller lav en ny mappe med: faellesledelse hold ny MAPPE"
        raise CohortError([Finding(str(folder), why)])
    read, unread = _document(folder)
    cohort, wrong = file.check(read)
    pages, strange = _pages(folder, read)
    crowd = _people(folder, _facilitators(read))
    words, misfits = _template(folder)
    findings = [*unread, *wrong, *crowd.findings, *strange, *_clashes(pages), *_contracts(pages), *misfits]
    if findings or cohort is None:
        raise CohortError(findings)
    staff = tuple(Participant(one.email, one.name, Role.FACILITATOR) for one in cohort.facilitators)
    roster = Roster(cohort.gathering, staff + crowd.leaders)
    reminders = (*file.reminders(read, cohort), *crowd.reminders, *_loose(folder, pages), *_empty(read, pages))
    return Checked(cohort, read.values, pages, roster, words, reminders)


def read_file(folder: Path, name: str) -> bytes:
    """The content of a file in the cohort folder. Raises CohortError if it isn't an ordinary file that opens."""
    path = folder / name
    if path.is_symlink():
        raise CohortError([Finding(name, "Filen er en genvej til et andet sted. Læg selve filen i mappen.")])
    if not path.is_file():
        raise CohortError(
            [Finding(name, "Filen mangler. Se, hvordan den skal være, med: faellesledelse hold ny EN-NY-MAPPE")]
        )
    try:
        return path.read_bytes()
    except OSError:
        raise CohortError([Finding(name, _CLOSED)]) from None


def _document(folder: Path) -> tuple[Document, list[Finding]]:
    try:
        return document.read(read_file(folder, document.NAME)), []
    except CohortError as error:
        return Document(), list(error.findings)


def _template(folder: Path) -> tuple[bytes | None, list[Finding]]:
    """The organisation's Word template, and what is wrong with it. A folder without one gets the packaged."""
    name = f"{template.FOLDER}/{template.TEMPLATE}"
    if not (folder / name).exists():
        return None, []
    try:
        return read_file(folder, name), template.check_file(folder / name)
    except CohortError as error:
        return None, list(error.findings)


def _people(folder: Path, facilitators: list[str]) -> People:
    found = [name for name in people.NAMES if (folder / name).exists() or (folder / name).is_symlink()]
    if len(found) > 1:
        why = "Der ligger både deltagere.csv og deltagere.xlsx. Behold den, du retter i, og slet den anden."
        return People(findings=(Finding(found[1], why),))
    try:
        name = (found or ["deltagere.csv"])[0]
        return people.read(read_file(folder, name), name, facilitators)
    except CohortError as error:
        return People(findings=error.findings)


def _facilitators(read: Document) -> list[str]:
    return [str(line.get("email", "")).lower() for _, line in file.lines(read, "facilitatorer")]


def _pages(folder: Path, read: Document) -> tuple[dict[str, Page], list[Finding]]:
    """The page of every step that can be read, and what is wrong with the others."""
    stems = _stems(folder)
    steps = [(number, str(line.get("trin", ""))) for number, line in file.lines(read, "trin")]
    known = [*stems, *(name for _, name in steps)]
    pages: dict[str, Page] = {}
    findings: list[Finding] = []
    for number, name in steps:
        if not is_slug(name) or name in pages:
            continue
        try:
            pages[name] = _page(folder, name, known, stems)
            findings += pages[name].findings
        except CohortError as error:
            here = read.finding(("trin", number, "trin"), "")
            findings += [
                replace(one, row=here.row, column=here.column) if one.file == document.NAME else one
                for one in error.findings
            ]
    return pages, findings


def _page(folder: Path, name: str, known: list[str], stems: list[str]) -> Page:
    path = folder / notebook.FOLDER / f"{name}.ipynb"
    if path.is_symlink() or path.parent.is_symlink():
        raise CohortError(
            [Finding(notebook.file_name(name), "Notebooken er en genvej til et andet sted. Læg selve filen i mappen.")]
        )
    if name not in stems:
        why = f"Trinnet {name!r} har ingen side: {notebook.file_name(name)} findes ikke.{nearest(name, stems)}"
        raise CohortError([Finding(document.NAME, f"{why} Læg notebooken i mappen, eller slet trinnet.")])
    try:
        return notebook.examine(notebook.read(path, name), name, known)
    except OSError:
        raise CohortError([Finding(notebook.file_name(name), _CLOSED)]) from None


def _stems(folder: Path) -> list[str]:
    """The notebooks in the folder, by the exact spelling of their names: Windows would find others too."""
    try:
        return sorted(path.stem for path in (folder / notebook.FOLDER).glob("*.ipynb") if path.is_file())
    except OSError:
        return []


def _clashes(pages: dict[str, Page]) -> list[Finding]:
    """Fields of one key that differ from page to page. An answer has one place, so its field must be one."""
    first: dict[str, tuple[str, Field]] = {}
    findings = []
    for step, page in pages.items():
        for field in page.fields:
            other, known = first.setdefault(field.key, (step, field))
            if (field.kind, field.limit, field.readers) != (known.kind, known.limit, known.readers):
                why = (
                    f"Feltet {field.key!r} står også på {other!r}, men med andre indstillinger"
                    f" ({_settings(field)} her, {_settings(known)} dér). Gør dem ens, eller giv det ene et andet navn."
                )
                findings.append(Finding(notebook.file_name(step), why))
    return findings


def _contracts(pages: dict[str, Page]) -> list[Finding]:
    """A group has one contract, so one page proposes it."""
    proposing = [step for step, page in pages.items() if page.contract]
    if len(proposing) < 2:
        return []
    why = f"Kontrakten bliver allerede foreslået på {proposing[0]!r}. Skriv page.contract(parts=[]) for kun at vise den."
    return [Finding(notebook.file_name(step), why) for step in proposing[1:]]


def _settings(field: Field) -> str:
    return f"{field.kind}, højst {field.limit} tegn, læses af {field.readers}"


def _loose(folder: Path, pages: dict[str, Page]) -> list[Finding]:
    """Notebooks that no step uses, and pages that show what no page asks."""
    found = [
        Finding(notebook.file_name(stem), "Notebooken er ikke et trin i hold.yaml og kommer ikke med.")
        for stem in _stems(folder)
        if stem not in pages
    ]
    keys = [field.key for page in pages.values() for field in page.fields]
    for step, page in pages.items():
        for read in page.reads:
            if not any(covers((read,), key) for key in keys):
                why = f"Siden viser svaret på {read!r}, men ingen side spørger om det. Der vil stå tomt."
                found.append(Finding(notebook.file_name(step), why))
    return found


def _said(value: Any) -> bool:
    """Whether hold.yaml says anything there: a vision with nothing but its headings says nothing."""
    return any(_said(part) for part in value.values()) if isinstance(value, dict) else bool(value)


def _empty(read: Document, pages: dict[str, Page]) -> list[Finding]:
    """Words that a page asks for and hold.yaml leaves empty."""
    found = []
    for step, page in pages.items():
        for name in page.placeholders:
            key = "navn" if name == "hold" else name
            if not name.startswith("dato:") and not _said(read.values.get(key)):
                why = f"{name!r} står tomt eller mangler, men siden {step!r} bruger det. Der vil stå tomt."
                found.append(read.finding((key,), why))
            if name.startswith("dato:") and name[5:] not in pages:
                why = f"Siden nævner dagen for {name[5:]!r}, som ikke er et trin. Der vil stå 'dag, I selv aftaler'."
                found.append(Finding(notebook.file_name(step), why))
    return found
