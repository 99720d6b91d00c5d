"""A table that people make, in CSV or Excel, as rows of text, however a Danish Excel saved it."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ..danish import listed
from ..errors import CohortError, Finding
from . import xlsx
from .xlsx import INVISIBLE, LIMIT, ROWS, Cell, Sheet

_COLUMNS = 200


@dataclass(frozen=True)
class Row:
    """A row that isn't empty, with its number in the file from 1."""

    number: int
    cells: tuple[Cell, ...]


def read(content: bytes, name: str) -> list[Row]:
    """The rows of the file ``name`` that hold anything. Raises CohortError if it can't be read at all."""
    if len(content) > LIMIT:
        raise CohortError([Finding(name, f"Filen fylder over {LIMIT // 1024 // 1024} MB. Er det den rigtige fil?")])
    if name.endswith(".xlsx"):
        return of_sheet(xlsx.read(content, name)[0])
    found = []
    for number, cells in _csv(_decoded(content, name), name):
        if number > ROWS:
            raise CohortError([Finding(name, f"Filen har over {ROWS} rækker. Er det den rigtige fil?", number)])
        if any(cell.text for cell in cells[:_COLUMNS]):
            found.append(Row(number, tuple(cells[:_COLUMNS])))
    _check_even(found, name)
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
    excel = Path(name).with_suffix(".xlsx")
    why = f"Filen er ikke en tekstfil. Gem arket fra Excel som 'CSV UTF-8', eller gem det som {excel}."
    raise CohortError([Finding(name, why)])


def _csv(text: str, name: str) -> Iterable[tuple[int, list[Cell]]]:
    lines = text.split("\n", 1)
    skipped = 1 if lines[0].strip().lower().startswith("sep=") and len(lines) == 2 else 0
    header = text.split("\n")[skipped] if text else ""
    delimiter = max(";,\t", key=header.count)
    reader = csv.reader(io.StringIO(lines[1] if skipped else text, newline=""), delimiter=delimiter, strict=True)
    start = width = 0
    try:
        for row in reader:
            width = width or len(row)
            yield start + 1 + skipped, [Cell(_tidy(value)) for value in _apart(row, width)]
            start = reader.line_num
    except csv.Error:
        why = 'Et anførselstegn (") er åbnet, men ikke lukket igen, her eller i en linje nedenfor. Slet det.'
        raise CohortError([Finding(name, why, start + 1 + skipped)]) from None


def _apart(row: list[str], width: int) -> list[str]:
    """The fields of a row. An Excel of another country takes a whole line for one cell, and saves it as one."""
    parted = (next(csv.reader(row, delimiter=delimiter), []) for delimiter in ";,\t" if len(row) == 1)
    return next((fields for fields in parted if len(fields) == width), row)


def _check_even(rows: list[Row], name: str) -> None:
    """Raise CohortError where lines have more fields than there are headings: then nothing stands in the right column."""
    width = max((at for row in rows[:1] for at, cell in enumerate(row.cells, 1) if cell.text), default=0)
    if long := [row for row in rows if any(cell.text for cell in row.cells[width:])]:
        numbers = [str(row.number) for row in long[1:]]
        others = f" Det samme gælder linje {listed(numbers[:5] + ['flere'] * (len(numbers) > 5))}." if numbers else ""
        why = (
            f"Linjen har {len(long[0].cells)} felter, men der er {width} overskrifter. Et komma eller semikolon i en tekst "
            "skiller den i to. Skriv anførselstegn om teksten, eller gem arket fra Excel som "
            f"{Path(name).with_suffix('.xlsx')}.{others}"
        )
        raise CohortError([Finding(name, why, long[0].number)])


def of_sheet(sheet: Sheet) -> list[Row]:
    """The rows of a sheet of Excel."""
    width = min(sheet.width, _COLUMNS)
    return [
        Row(number, tuple(_tidied(cells.get(column)) for column in range(1, width + 1)))
        for number, cells in sorted(sheet.rows.items())
    ]


def _tidied(cell: Cell | None) -> Cell:
    return replace(cell, text=_tidy(cell.text)) if cell else Cell("")


def _tidy(text: str) -> str:
    """On one line, without signs that can't be seen: they break words, turn lines round, or can't be drawn at all."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text.translate(INVISIBLE)).split())
