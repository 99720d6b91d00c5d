"""hold.xlsx: a whole cohort in one file of Excel, read as hold.yaml and deltagere.csv are, and groups written into it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from difflib import SequenceMatcher
from typing import Any

from ..errors import CohortError, Finding
from ..names import nearest
from . import clock, days, form, headings, people, table, xlsx
from .document import Document, Path
from .excel_write import write
from .file import surroundings
from .form import COHORT, DAYS, NAME, PEOPLE, Line
from .headings import Headings, Names, bare
from .people import VISITS, People, rounds
from .table import Row
from .xlsx import Cell, Kind, Sheet

__all__ = ["GROUPS", "NAME", "VISITS", "Book", "read", "with_columns", "with_groups", "with_meetings", "with_theme", "write"]

_REQUIRED = {COHORT: ("hvad", "svar"), DAYS: ("trin", "titel", "minutter"), PEOPLE: people.REQUIRED}
_COLUMNS: dict[str, Names] = {COHORT: form.PARTS, DAYS: form.STEP, PEOPLE: people.KNOWN}
GROUPS = "gruppe"

_EARLIER = "tidligere grupper"
_NEAR = 0.8
_COPY = re.compile(r"\s*\(\d+\)$")
_DASHED = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")


@dataclass(frozen=True)
class Book:
    """A hold.xlsx: what stands in its first two sheets as hold.yaml has it, its people, and what is worth a second look."""

    document: Document
    people: People
    reminders: tuple[Finding, ...]


@dataclass(frozen=True)
class _Table:
    """A sheet with its headings found, the rows below them as text, and the findings of cells that are merged."""

    sheet: Sheet
    file: str
    columns: Headings
    rows: tuple[Row, ...]
    merged: tuple[Finding, ...]
    reminders: tuple[Finding, ...]

    def cell(self, row: int, column: str) -> Cell:
        """What stands in a known column of a row, as it was written."""
        return self.sheet.rows[row].get(self.columns.places.get(column, 0), Cell(""))


def read(content: bytes) -> Book:
    """What stands in a hold.xlsx, right or wrong. Everything that is wrong is in the findings of its two halves."""
    document = _document()
    try:
        sheets = xlsx.read(content, NAME)
    except CohortError as error:
        document.findings += error.findings
        return Book(document, People(), ())
    tables: dict[str, _Table] = {}
    for name in form.SHEETS:
        try:
            tables[name] = _table(sheets, name)
        except CohortError as error:
            document.findings += error.findings
    _fill(document, tables.get(COHORT), tables.get(DAYS))
    reminders = [one for found in tables.values() for one in found.reminders]
    return Book(document, _people(tables.get(PEOPLE), document), tuple(reminders))


def with_groups(content: bytes, groups: Mapping[str, str], rotated: bool = False, column: str = GROUPS) -> bytes:
    """The file with each address's group in that column (see ``with_columns``).

    ``rotated``: the groups that stood there are over, and go to the column "tidligere grupper".
    """
    over = _over(_named(content)) if rotated else {}
    return with_columns(content, {column: groups} | ({_EARLIER: over} if rotated else {}))


def with_columns(content: bytes, columns: Mapping[str, Mapping[str, str]]) -> bytes:
    """The file with what each address (in lower case) has in columns of its people, which are added if they aren't there.

    An empty text clears the cell. Nothing else in the file changes. Raises CohortError if the people can't be found, or
    where what is to be written stands in a formula.
    """
    found = _named(content)
    places = dict(found.columns.places)
    texts: dict[tuple[int, int], str | date] = {}
    rows = {row.cells[places["email"] - 1].text.lower(): row.number for row in found.rows}
    for name, written in columns.items():
        if name not in places:
            places[name] = max(found.sheet.width, *places.values()) + 1
            texts[found.columns.row, places[name]] = name
        texts |= {(rows[email], places[name]): text for email, text in written.items() if email in rows}
    missing = {email for written in columns.values() for email in written} - set(rows)
    why = "står ikke på listen. Er den rettet siden forslaget, så lav forslaget igen."
    findings = [Finding(found.file, f"{email!r} {why}") for email in sorted(missing)]
    findings += _formulas(found, texts)
    if findings:
        raise CohortError(findings)
    return xlsx.changed(content, found.sheet, texts)


def with_theme(content: bytes, step: str, theme: str, asked: Sequence[str]) -> bytes:
    """The file with that theme and those questions at a meeting. Nothing else in it changes.

    Raises CohortError if the meeting can't be found, or where what is to be written stands in a formula.
    """
    found = _table(xlsx.read(content, NAME), DAYS)
    if found.columns.findings:
        raise CohortError(list(found.columns.findings))
    row = next((row.number for row in found.rows if found.cell(row.number, "trin").text.strip() == step), None)
    if row is None:
        raise CohortError([Finding(found.file, f"{step!r} står ikke i arket mere. Hent siden igen, og vælg et andet møde.")])
    places, texts = dict(found.columns.places), {}
    for column, said in (("tema", theme), ("spørgsmål", "; ".join(asked))):
        if column not in places:
            places[column] = max(found.sheet.width, *places.values()) + 1
            texts[found.columns.row, places[column]] = column
        texts[row, places[column]] = said
    if findings := _formulas(found, texts):
        raise CohortError(findings)
    return xlsx.changed(content, found.sheet, texts)


def _formulas(found: "_Table", texts: Mapping[tuple[int, int], object]) -> list[Finding]:
    """The formulas that stand where the texts are to be written."""
    why = "Her står en formel, og den skriver vi ikke oven i. Slet formlen, og prøv igen."
    return [Finding(found.file, why, *place) for place in sorted(set(texts) & found.sheet.formulas)]


def with_meetings(content: bytes, lines: Sequence[Mapping[str, str | date]]) -> bytes:
    """The file with more lines below the last of its second sheet: column to what is to stand there.

    Columns that aren't there are added. Raises CohortError if the sheet can't be read.
    """
    found = _table(xlsx.read(content, NAME), DAYS)
    if found.columns.findings:
        raise CohortError(list(found.columns.findings))
    places, width = dict(found.columns.places), max(found.sheet.width, *found.columns.places.values())
    lacking = [name for name in form.STEP if name not in places and any(name in line for line in lines)]
    places |= {name: width + number for number, name in enumerate(lacking, start=1)}
    texts: dict[tuple[int, int], str | date] = {(found.columns.row, places[name]): name for name in lacking}
    last = max([found.columns.row, *found.sheet.rows])
    for number, line in enumerate(lines, start=last + 1):
        texts |= {(number, places[name]): text for name, text in line.items()}
    return xlsx.changed(content, found.sheet, texts)


def _named(content: bytes) -> "_Table":
    """The people of a file. Raises CohortError if they can't be told apart."""
    found = _table(xlsx.read(content, NAME), PEOPLE)
    if found.columns.findings:
        raise CohortError(list(found.columns.findings))
    return found


def _over(found: "_Table") -> dict[str, str]:
    """The rounds of each address as they will stand, with the one that is over now as the last."""
    people = {found.cell(row.number, "email").text.lower(): row.number for row in found.rows}
    before = {email: rounds(found.cell(row, _EARLIER).text) for email, row in people.items()}
    now = {email: found.cell(row, "gruppe").text.strip() for email, row in people.items()}
    many = max(map(len, before.values()), default=0)
    filled = {email: [*was, *["-"] * (many - len(was)), now[email] or "-"] for email, was in before.items()}
    return {email: "; ".join(was) for email, was in filled.items()} if any(now.values()) else {}


def _document() -> Document:
    labels: dict[Path, str] = {line.path: line.label for line in form.LINES} | {("trin",): f"Arket {DAYS}"}
    return Document(name=NAME, labels=labels, todo="Skriv '{}' i kolonnen Hvad i arket Forløb, og svaret i kolonnen Svar.")


def _table(sheets: Sequence[Sheet], name: str) -> _Table:
    """The sheet of that name, however it is spelt. Raises CohortError if there is none, or more than one."""
    sheet = _chosen(sheets, name)
    file = f"{NAME}, arket {sheet.name.strip()}"
    rows = table.of_sheet(sheet)
    if not rows:
        why = f"Arket er tomt. Den første linje skal have overskrifterne: {', '.join(_COLUMNS[name])}."
        raise CohortError([Finding(file, why, 1)])
    head = headings.find(rows, _COLUMNS[name])
    columns = headings.read(rows[head], file, _COLUMNS[name], _REQUIRED[name])
    below = tuple(rows[head + 1 :])
    merged = tuple(_merged(sheet, file, columns, name))
    return _Table(sheet, file, columns, below, merged, tuple(_odd(sheet, file, columns, below, name)))


def _chosen(sheets: Sequence[Sheet], name: str) -> Sheet:
    """The sheet that is called nearly so; else the one with another name for the same."""
    others = {bare(one) for one in form.SHEETS[name]}
    alike = [sheet for sheet in sheets if _alike(_COPY.sub("", sheet.name), name)]
    alike = alike or [sheet for sheet in sheets if bare(sheet.name) in others]
    if len(alike) > 1:
        named = " og ".join(repr(sheet.name) for sheet in alike)
        why = f"Arkene {named} ligner hinanden, og vi ved ikke, hvilket der gælder. Slet det ene, eller omdøb det."
        raise CohortError([Finding(NAME, why)])
    if not alike:
        names = [sheet.name for sheet in sheets]
        hint = nearest(name, [one.lower() for one in names]) or f" Arkene hedder: {', '.join(names)}."
        raise CohortError([Finding(NAME, f"Arket {name!r} mangler.{hint} Giv arket navnet {name}.")])
    return alike[0]


def _alike(one: str, other: str) -> bool:
    """Whether two names may be one, misspelt: Deltager and Deltagere, but not Deltagere and Deltagere 2024."""
    return SequenceMatcher(None, bare(one), bare(other)).ratio() >= _NEAR


def _merged(sheet: Sheet, file: str, columns: Headings, name: str) -> list[Finding]:
    """Merged cells among those that are read: all but the first are empty, whatever they seem to hold.

    In the first sheet only the labels matter, since an answer may well be drawn out over the columns beside it.
    """
    read = {columns.places["hvad"]} if name == COHORT and "hvad" in columns.places else set(columns.places.values())
    return [
        Finding(
            file,
            f"Cellerne {area} er flettet, så vi ikke kan se, hvad der hører til hvad. "
            "Markér dem, vælg 'Flet og centrér' for at ophæve det, og udfyld hver celle.",
            area.top,
            area.left,
        )
        for area in sheet.merged
        if area.bottom >= columns.row and read & set(range(area.left, area.right + 1))
    ]


def _odd(sheet: Sheet, file: str, columns: Headings, rows: Sequence[Row], name: str) -> Iterator[Finding]:
    """What a reader of the sheet may not see, or may think is read."""
    for number, text in columns.own.items():
        meant = headings.meant(text, _COLUMNS[name])
        why = f"Kolonnen {text[:60]!r} er jeres egen. Den bliver stående og bliver ikke læst.{meant}"
        yield Finding(file, why, columns.row, number)
    if sheet.hidden:
        yield Finding(file, "Arket er skjult, men det bliver læst.")
    for column, number in columns.places.items():
        if number in sheet.hidden_columns:
            yield Finding(file, f"Kolonnen {column!r} er skjult, men den bliver læst.", columns.row, number)
    hidden = [row.number for row in rows if row.number in sheet.hidden_rows]
    if hidden:
        listed = ", ".join(map(str, hidden[:10])) + (" …" if len(hidden) > 10 else "")
        yield Finding(file, f"Skjulte rækker bliver også læst: {listed}. Slet dem, der ikke skal med.", hidden[0])


def _fill(document: Document, cohort: _Table | None, steps: _Table | None) -> None:
    """Read the first two sheets into the document. What a sheet would have said is unread where it has no headings."""
    document.values = {"vision": {"udsagn": []}, "privatliv": {}, "trin": []}
    document.values |= {str(line.path[0]): [] for line in form.LINES if line.many and len(line.path) == 1}
    for found in filter(None, (cohort, steps)):
        document.findings += (*found.columns.findings, *found.merged)
    if cohort and not cohort.columns.findings:
        _read_cohort(document, cohort)
    else:
        document.unread |= {(line.path[0],) for line in form.LINES}
    if steps and not steps.columns.findings:
        _read_steps(document, steps)
    else:
        document.unread.add(("trin",))


def _read_cohort(document: Document, found: _Table) -> None:
    document.sheets |= {str(line.path[0]): found.sheet.name.strip() for line in form.LINES}
    known = {bare(label): line for line in reversed(form.LINES) for label in (line.label, *line.others)}
    known |= {bare(line.label): line for line in form.LINES}
    first: dict[str, int] = {}
    for row in found.rows:
        label = found.cell(row.number, "hvad").text.strip()
        filled = [part for part in form.PARTS if part not in ("hvad", "hjælp") and found.cell(row.number, part).text.strip()]
        line = known.get(bare(label))
        if line is None:
            if label or filled:
                document.findings.append(_unlabelled(label, row.number, found))
        elif not line.many and line.label in first:
            why = f"{line.label!r} står her igen; første gang var i linje {first[line.label]}. Slet den ene."
            document.findings.append(Finding(found.file, why, row.number, found.columns.places["hvad"]))
        else:
            first.setdefault(line.label, row.number)
            _take(document, found, row.number, line, filled)


def _unlabelled(label: str, row: int, found: _Table) -> Finding:
    if not label:
        why = "Her står et svar, men kolonnen Hvad er tom. Skriv, hvad det er, også når det er det samme som ovenfor."
        return Finding(found.file, why, row, found.columns.places["hvad"])
    hint = nearest(label, [line.label.lower() for line in form.LINES])
    hint = hint or f" De kendte er: {', '.join(line.label for line in form.LINES)}."
    return Finding(found.file, f"{label[:60]!r} er ikke noget, vi kender.{hint}", row, found.columns.places["hvad"])


def _take(document: Document, found: _Table, row: int, line: Line, filled: list[str]) -> None:
    """Put what a line says where it belongs. A line that may be repeated is passed over where it is blank."""
    for part in filled:
        if part not in line.parts:
            why = f"{line.label!r} har ikke noget i kolonnen {part.capitalize()}. Flyt det, eller slet det."
            document.findings.append(Finding(found.file, why, row, found.columns.places[part]))
    place = (row, found.columns.places["svar"])
    document.places.setdefault(line.path, place)
    base: Path = line.path
    if line.many:
        if not set(filled) & set(line.parts):
            return
        many = _at(document.values, line.path)
        base = (*line.path, len(many))
        many.append("" if line.parts == form.TEXT else {})
        document.places[base] = place
        document.labels[base] = line.label
    for part, key in line.parts.items():
        path = (*base, key) if key else base
        document.labels[path] = line.label if part == "svar" else part.capitalize()
        _keep(document, path, found, row, part)


def _read_steps(document: Document, found: _Table) -> None:
    document.sheets["trin"] = found.sheet.name.strip()
    document.places["trin",] = (found.columns.row + 1, 1)
    for row in found.rows:
        if not any(found.cell(row.number, column).text.strip() for column in form.STEP):
            continue
        base: Path = ("trin", len(document.values["trin"]))
        document.places[base] = (row.number, 1)
        document.values["trin"].append({})
        for column in form.STEP:
            path = (*base, form.key(column))
            document.labels[path] = column
            _keep(document, path, found, row.number, column)


def _keep(document: Document, path: Path, found: _Table, row: int, column: str) -> None:
    """Keep the text of a cell with its place."""
    cell = found.cell(row, column)
    place = (row, found.columns.places.get(column, 1))
    if cell.flaw:
        document.findings.append(Finding(found.file, cell.flaw, *place))
        document.unread.add(path)
    document.places[path] = place
    around = _at(document.values, path[:-1])
    around[path[-1]] = _said(cell, column)


def _said(cell: Cell, column: str) -> str:
    """A cell's text as hold.yaml would have it."""
    if column == "kl." and cell.kind is Kind.NUMBER and 0 < float(cell.text) < 1:
        minutes = round(float(cell.text) * 24 * 60)
        return f"{minutes // 60}.{minutes % 60:02}"
    text = cell.text.strip()
    if cell.kind is Kind.DAY:
        day, _, hour = text.rpartition(" ") if ":" in text else (text, "", "")
        written = days.written(date.fromisoformat(day)) if day else ""
        return f"{written} {clock.written(time.fromisoformat(hour)) if hour else ''}".strip()
    return _DASHED.sub(r"\1.\2.\3", text) if _DASHED.fullmatch(text) else text


def _at(values: Any, path: Path) -> Any:
    for step in path:
        values = values[step]
    return values


def _people(found: _Table | None, document: Document) -> People:
    """The people of the third sheet; none where it isn't there, which the document tells."""
    if found is None:
        return People()
    read = people.of_rows(found.rows, found.columns, found.file, surroundings(document))
    return People(read.leaders, (*found.merged, *read.findings), read.reminders, read.ties)
