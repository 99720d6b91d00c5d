"""deltagere.csv and deltagere.xlsx as rows of text, however a Danish Excel saved them."""

import csv
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import openpyxl

from ..errors import CohortError, Finding

LIMIT = 5 * 1024 * 1024
"""Bytes of the file."""

_UNPACKED = 60 * 1024 * 1024
_ROWS = 5000
_COLUMNS = 60


@dataclass(frozen=True)
class Cell:
    """The text of a cell. ``is_day``: Excel keeps a day or a time in it, not what was written."""

    text: str
    is_day: bool = False


@dataclass(frozen=True)
class Row:
    """A row that isn't empty, with its number in the file from 1."""

    number: int
    cells: tuple[Cell, ...]


def read(content: bytes, name: str) -> list[Row]:
    """The rows of the file ``name`` that hold anything. Raises CohortError if it can't be read at all."""
    if len(content) > LIMIT:
        raise CohortError([Finding(name, f"Filen fylder over {LIMIT // 1024 // 1024} MB. Er det den rigtige fil?")])
    rows = _excel(content, name) if name.endswith(".xlsx") else _csv(_decoded(content, name), name)
    found = []
    for number, cells in rows:
        if number > _ROWS:
            raise CohortError([Finding(name, f"Filen har over {_ROWS} rækker. Slet dem, der ikke er deltagere.", number)])
        if any(cell.text for cell in cells[:_COLUMNS]):
            found.append(Row(number, tuple(cells[:_COLUMNS])))
    return found


def _decoded(content: bytes, name: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\x00" in content:
        encodings = []
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    why = "Filen er ikke en tekstfil. Gem arket fra Excel som 'CSV UTF-8', eller gem det som deltagere.xlsx."
    raise CohortError([Finding(name, why)])


def _csv(text: str, name: str) -> Iterable[tuple[int, list[Cell]]]:
    lines = text.split("\n", 1)
    skipped = 1 if lines[0].strip().lower().startswith("sep=") and len(lines) == 2 else 0
    header = text.split("\n")[skipped] if text else ""
    delimiter = max(";,\t", key=header.count)
    reader = csv.reader(io.StringIO(lines[1] if skipped else text, newline=""), delimiter=delimiter, strict=True)
    start = 0
    try:
        for row in reader:
            yield start + 1 + skipped, [Cell(_tidy(value)) for value in row]
            start = reader.line_num
    except csv.Error:
        why = 'Et anførselstegn (") er åbnet, men ikke lukket igen, her eller i en linje nedenfor. Slet det.'
        raise CohortError([Finding(name, why, start + 1 + skipped)]) from None


def _excel(content: bytes, name: str) -> Iterable[tuple[int, list[Cell]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > _UNPACKED:
                raise CohortError(
                    [Finding(name, "Arket er alt for stort pakket ud. Kopiér deltagerne over i et nyt, tomt ark.")]
                )
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a wrong size, and openpyxl would believe it
        for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=_COLUMNS), 1):
            yield number, [_excel_cell(value) for value in row]
            if number > _ROWS:
                return
    except CohortError:
        raise
    except Exception:  # openpyxl lets whatever its XML and ZIP readers raise through
        why = "Arket kan ikke åbnes. Har det adgangskode, eller er det gemt som .xls? Gem det som .xlsx uden adgangskode."
        raise CohortError([Finding(name, why)]) from None


def _excel_cell(value: Any) -> Cell:
    if isinstance(value, datetime | date | time):
        return Cell(value.isoformat()[:10], is_day=True)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return Cell("" if value is None else _tidy(str(value)))


def _tidy(text: str) -> str:
    return " ".join(text.split())
