"""A cohort folder, read and checked as a whole: its file and people, the pages of its steps, the Word template."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..documents import template
from ..errors import CohortError, Finding
from ..model import Activity, Field, GatheringKind, Participant, Questionnaire, Role, Roster
from ..names import is_slug, nearest
from ..vocabulary import PERIOD, covers
from . import document, excel, file, notebook, people, questionnaire, words
from .document import Document
from .excel import Book
from .file import CohortFile, Source
from .notebook import Page
from .people import NO_TIES, People, Surroundings, Ties

_MISNAMED = re.compile(r"hold\b.*\.(xlsx?|xlsm|xlsb|xltx|ods|csv|numbers)", re.IGNORECASE)
_CLOSED = "Filen kan ikke åbnes. Er den åben i Excel eller et andet program, så luk den der, og prøv igen."


@dataclass(frozen=True)
class Checked:
    """A cohort folder in which everything is right. ``values`` are those of hold.yaml or hold.xlsx, for papermill.

    ``template`` is the organisation's Word template, None where the folder has none. ``reminders`` are worth a human's
    look and stop nothing. ``ties`` are for making groups and are never built. ``survey`` is what the cohort's survey asks,
    None where the folder has no items.
    """

    cohort: CohortFile
    values: dict[str, Any]
    pages: dict[str, Page]
    roster: Roster
    template: bytes | None
    reminders: tuple[Finding, ...]
    ties: Ties = NO_TIES
    survey: Questionnaire | None = None


def check(folder: Path) -> Checked:
    """Read and check a cohort folder. Raises CohortError with everything that is wrong, all at once."""
    if not folder.is_dir():
        why = "Mappen findes ikke. Ret stien, eller lav en ny mappe med: faellesledelse hold ny MAPPE"
        raise CohortError([Finding(str(folder), why)])
    if (folder / excel.NAME).exists() or (folder / excel.NAME).is_symlink():
        book, unread = _book(folder)
        read, crowd, odd = book.document, book.people, book.reminders
    else:
        read, unread = _document(folder)
        crowd, odd = _people(folder, file.surroundings(read)), ()
    cohort, wrong = file.check(read)
    pages, strange = _pages(folder, read, cohort)
    own_template, misfits = _template(folder)
    survey, unclear = questionnaire.check(folder, cohort is not None and cohort.relations, read_file)
    findings = [*unread, *wrong, *crowd.findings, *strange, *_clashes(pages), *_contracts(pages), *misfits, *unclear]
    if findings or cohort is None:
        raise CohortError(findings)
    staff = tuple(Participant(one.email, one.name, Role.FACILITATOR) for one in cohort.facilitators)
    roster = Roster(cohort.gathering, staff + crowd.leaders)
    reminders = (*file.reminders(read, cohort), *odd, *crowd.reminders, *_loose(folder, read, pages), *_empty(read, pages))
    return Checked(cohort, read.values, pages, roster, own_template, reminders, crowd.ties, survey)


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


def _book(folder: Path) -> tuple[Book, list[Finding]]:
    """The cohort in one file of Excel, and what keeps it from being the one file."""
    twice = [name for name in (document.NAME, *people.NAMES) if (folder / name).exists()]
    why = f"Filen står ved siden af {excel.NAME}, og kun den ene kan gælde. Behold den, I retter i, og slet den anden."
    findings = [Finding(name, why) for name in twice]
    try:
        book = excel.read(read_file(folder, excel.NAME))
    except CohortError as error:
        return Book(Document(), People(), ()), [*findings, *error.findings]
    if (folder / f"~${excel.NAME}").exists():
        why = "Filen er åben i Excel. Gem den dér, så det nyeste kommer med."
        book = replace(book, reminders=(*book.reminders, Finding(excel.NAME, why)))
    return book, findings


def _misnamed(folder: Path) -> list[Finding]:
    """Files that somebody may have meant to be the cohort's, where there is neither of the two."""
    if (folder / document.NAME).exists():
        return []
    found = sorted(path.name for path in folder.iterdir() if _MISNAMED.fullmatch(path.name) and path.is_file())
    why = f"Filen bliver ikke læst. Gem den fra Excel som Excel-projektmappe (*.xlsx) med navnet {excel.NAME}."
    return [Finding(name, why) for name in found]


def _document(folder: Path) -> tuple[Document, list[Finding]]:
    if misnamed := _misnamed(folder):
        return Document(), misnamed
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


def _people(folder: Path, around: Surroundings) -> People:
    found = [name for name in people.NAMES if (folder / name).exists() or (folder / name).is_symlink()]
    if len(found) > 1:
        why = "Der ligger både deltagere.csv og deltagere.xlsx. Behold den, du retter i, og slet den anden."
        return People(findings=(Finding(found[1], why),))
    try:
        name = (found or ["deltagere.csv"])[0]
        return people.read(read_file(folder, name), name, around)
    except CohortError as error:
        return People(findings=error.findings)


def _pages(folder: Path, read: Document, cohort: CohortFile | None) -> tuple[dict[str, Page], list[Finding]]:
    """The page of every step that can be read, and what is wrong with the others."""
    stems = _stems(folder)
    try:
        kind = file.kind_of(read.values)
    except ValueError:
        return {}, []  # nobody knows which pages are meant
    steps = [(number, str(line.get("trin", "")), _source(line, kind)) for number, line in file.lines(read, "trin")]
    known = [*stems, *(name for _, name, _ in steps)]
    pages: dict[str, Page] = {}
    findings: list[Finding] = []
    for number, name, source in steps:
        if not is_slug(name) or name in pages or source is None:
            continue
        try:
            told = words.words(cohort, name) if cohort else None
            pages[name] = _page(folder, name, source, known, stems, told)
            findings += pages[name].findings
        except CohortError as error:
            here = read.finding(("trin", number, "trin"), "")
            findings += [
                replace(one, file=here.file, row=here.row, column=here.column) if one.file == document.NAME else one
                for one in error.findings
            ]
    return pages, findings


def _source(line: dict[str, Any], kind: GatheringKind) -> Source | None:
    """What a step is built from; None where its activity is missing or nobody knows it, which the file is told."""
    told = str(line.get("aktivitet") or "").lower()
    activity = next((each for each in Activity if each.value == told), None)
    if activity is None and (told or any(line.get(key) for key in file.OF_PERIOD)):
        return None
    return file.source(str(line.get("trin", "")), kind, activity, file.is_meeting(line))


def _page(
    folder: Path,
    name: str,
    source: Source,
    known: list[str],
    stems: list[str],
    told: dict[str, words.Word] | None,
) -> Page:
    stem = source.notebook
    path = folder / notebook.FOLDER / f"{stem}.ipynb"
    if path.is_symlink() or path.parent.is_symlink():
        raise CohortError(
            [Finding(notebook.file_name(stem), "Notebooken er en genvej til et andet sted. Læg selve filen i mappen.")]
        )
    if stem not in stems:
        why = f"Trinnet {name!r} har ingen side: {notebook.file_name(stem)} findes ikke.{nearest(stem, stems)}"
        raise CohortError([Finding(document.NAME, f"{why} Læg notebooken i mappen, eller slet trinnet.")])
    try:
        return notebook.examine(notebook.read(path), name, known, source=source, known=told)
    except OSError:
        raise CohortError([Finding(notebook.file_name(stem), _CLOSED)]) from None


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
                findings.append(Finding(page.file, why))
    return findings


def _contracts(pages: dict[str, Page]) -> list[Finding]:
    """A group has one contract, so one page proposes it."""
    proposing = [(step, page.file) for step, page in pages.items() if page.contract]
    if len(proposing) < 2:
        return []
    why = f"Kontrakten bliver allerede foreslået på {proposing[0][0]!r}. Skriv page.contract(parts=[]) for kun at vise den."
    return [Finding(name, why) for _, name in proposing[1:]]


def _settings(field: Field) -> str:
    return f"{field.kind}, højst {field.limit} tegn, læses af {field.readers}"


def _loose(folder: Path, read: Document, pages: dict[str, Page]) -> list[Finding]:
    """Notebooks that no step uses, and pages that show what no page asks."""
    found = [
        Finding(notebook.file_name(stem), f"Notebooken er ikke et trin i {read.name} og kommer ikke med.")
        for stem in _stems(folder)
        if notebook.file_name(stem) not in {page.file for page in pages.values()}
    ]
    keys = [field.key for page in pages.values() for field in page.fields]
    for page in pages.values():
        for key in page.reads:
            if key != PERIOD and not any(covers((key,), asked) for asked in keys):
                why = f"Siden viser svaret på {key!r}, men ingen side spørger om det. Der vil stå tomt."
                found.append(Finding(page.file, why))
    return found


def _said(value: Any) -> bool:
    """Whether the cohort's file says anything there: a vision with nothing but its headings says nothing."""
    return any(_said(part) for part in value.values()) if isinstance(value, dict) else bool(value)


def _empty(read: Document, pages: dict[str, Page]) -> list[Finding]:
    """Words that a page asks for and the cohort's file leaves empty."""
    found = []
    for step, page in pages.items():
        for name in page.placeholders:
            key = "navn" if name == "hold" else name
            if name in words.OF_PERIOD + words.OF_MEETING:
                continue
            if not name.startswith("dato:") and not _said(read.values.get(key)):
                why = f"{read.label((key,))!r} står tomt eller mangler, men siden {step!r} bruger det. Der vil stå tomt."
                found.append(read.finding((key,), why))
            if name.startswith("dato:") and name[5:] not in pages:
                why = f"Siden nævner dagen for {name[5:]!r}, som ikke er et trin. Der vil stå 'dag, I selv aftaler'."
                found.append(Finding(page.file, why))
    return found
