"""An Excel file as cells of text, and cells of it written anew while everything else stays as it was.

The parts of the file are read as XML: only so can one see what is hidden, merged or never computed, pass over a million
empty rows, and change a cell without touching a comment, a format or a sheet that isn't ours.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from posixpath import dirname, join, normpath
from typing import Any

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel, to_excel

from ..errors import CohortError, Finding
from .days import written

LIMIT = 5 * 1024 * 1024
"""Bytes of the file."""

ROWS = 5000
"""Rows that may hold anything."""

_UNPACKED = 60 * 1024 * 1024
_WIDEST = 1000
_PART = 12 * 1024 * 1024
"""Bytes of a part without what is empty: as a tree it takes thirty times as much."""

_OLE = b"\xd0\xcf\x11\xe0"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200d\u2060\ufeff"), "") | {0xA0: " "}
"""What to write instead of signs that can't be seen, as ``str.translate`` wants it."""
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Signs that no Excel file can hold: a program that meets one can't open it."""
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_EMPTY_CELL = re.compile(rb'<c (?=[^<>]*\br=")[^<>]*(?:/>|></c>)')
_EMPTY_ROW = re.compile(rb'<row (?=[^<>]*\br=")[^<>]*(?:/>|></row>)')
_ROW = re.compile(rb'<row (?=[^<>]*\br="(\d{1,7})")[^<>]*(?:/>|>.*?</row>)', re.DOTALL)
_END = b"</sheetData>"

_TOO_LARGE = "Arket er alt for stort pakket ud. Kopiér det, I bruger, over i et nyt, tomt ark."
_SAVE = "Åbn den i Excel, vælg 'Gem som' og 'Excel-projektmappe (*.xlsx)', og prøv igen."


class Kind(StrEnum):
    """What Excel keeps in a cell. A day is written 2026-06-15, with a time 2026-06-15 09:00, a time alone 09:00."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"


@dataclass(frozen=True)
class Cell:
    """The text of a cell. ``flaw`` is what is wrong with the cell itself: an error, or a formula without a result."""

    text: str
    kind: Kind = Kind.TEXT
    flaw: str = ""


@dataclass(frozen=True)
class Area:
    """Cells that are merged, from 1 and with both ends."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{get_column_letter(self.left)}{self.top}:{get_column_letter(self.right)}{self.bottom}"


@dataclass(frozen=True)
class Sheet:
    """One sheet. ``rows`` are row number to column number to cell, both from 1, and only cells that hold anything."""

    name: str
    part: str
    rows: dict[int, dict[int, Cell]]
    merged: tuple[Area, ...]
    hidden: bool
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    formulas: frozenset[tuple[int, int]]

    @property
    def width(self) -> int:
        """The last column that holds anything."""
        return max((column for cells in self.rows.values() for column in cells), default=0)


def read(content: bytes, name: str) -> tuple[Sheet, ...]:
    """The sheets of the file ``name`` in their order. Raises CohortError if it can't be read at all."""
    if len(content) > LIMIT:
        raise CohortError([Finding(name, f"Filen fylder over {LIMIT // 1024 // 1024} MB. Er det den rigtige fil?")])
    if why := _stranger(content):
        raise CohortError([Finding(name, why)])
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if why := _strange_parts(parts):
                raise CohortError([Finding(name, why)])
            return tuple(_Book(parts, name).sheets())
    except CohortError:
        raise
    except Exception:  # whatever the readers of ZIP, XML and numbers raise for a file that is cut off or made to harm
        why = f"Arket kan ikke åbnes. Har det adgangskode, eller er det ødelagt? {_SAVE}"
        raise CohortError([Finding(name, why)]) from None


def changed(content: bytes, sheet: Sheet, texts: Mapping[tuple[int, int], str | date]) -> bytes:
    """The file with the text of those cells (row, column) of a sheet that ``read`` found. A whole number is kept as one.

    The rows hold no formula in those cells. A cell keeps its format, so a number in one that would show it as a day is kept
    as text, and a day in one that would show it as a number is written out.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        book = _Book(parts, "")
        top, empty, bottom = _split(parts.read(sheet.part), max((row for row, _ in texts), default=0))
        root = etree.fromstring(top + bottom, _parser())
        _number_all(root)
        for place, text in texts.items():
            _write(_row_at(root, place[0]), place, text, book)
        _stretch(root, texts)
        new = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
        new = new.replace(_END, empty + _END, 1)
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as written:
            for part in parts.infolist():
                written.writestr(part, new if part.filename == sheet.part else parts.read(part), part.compress_type)
    return made.getvalue()


def _stranger(content: bytes) -> str:
    """What a file is that isn't a ZIP, or nothing."""
    if content.startswith(_OLE):
        if _LOCKED in content:
            return "Filen har en adgangskode. Fjern den under Filer > Oplysninger > Beskyt projektmappe, og gem igen."
        return f"Filen er gemt i Excels gamle format (.xls). {_SAVE}"
    if not content:
        return "Filen er helt tom. Måske gik noget galt, da den blev gemt. Find en ældre udgave, eller lav en ny."
    if not content.startswith(b"PK"):
        return f"Filen er ikke et Excel-ark, selv om den hedder .xlsx. {_SAVE}"
    return ""


def _strange_parts(parts: zipfile.ZipFile) -> str:
    """What a ZIP is that isn't a sheet we can read, or nothing."""
    names = set(parts.namelist())
    if sum(part.file_size for part in parts.infolist()) > _UNPACKED:
        return _TOO_LARGE
    if "word/document.xml" in names:
        return "Filen er et Word-dokument, som har fået navnet .xlsx. Find Excel-arket, og læg det her i stedet."
    if "mimetype" in names and b"opendocument" in parts.read("mimetype"):
        return "Filen er gemt i OpenDocument-format (.ods). Vælg 'Gem som' og 'Excel 2007-365 (.xlsx)', og prøv igen."
    if "xl/workbook.bin" in names:
        return f"Filen er gemt som binært Excel-ark (.xlsb). {_SAVE}"
    if "[Content_Types].xml" in names and b"macroEnabled" in parts.read("[Content_Types].xml"):
        return f"Filen er gemt med makroer (.xlsm), og dem tager vi ikke ind. {_SAVE}"
    return ""


def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True)


class _Book:
    """Reads the parts of a file that is known to be a ZIP."""

    def __init__(self, parts: zipfile.ZipFile, name: str) -> None:
        self.parts, self.name = parts, name
        self.main = next(target for kind, target in self._targets("").values() if kind == "officeDocument")
        self.root = self._xml(self.main)
        self.links = self._targets(self.main)
        early = [one.get("date1904") in ("1", "true") for one in self.root.iter("{*}workbookPr")]
        self.epoch = CALENDAR_MAC_1904 if any(early) else CALENDAR_WINDOWS_1900
        self.days = self._days()
        self.strings = self._strings()

    def sheets(self) -> Iterator[Sheet]:
        """Every sheet that has cells."""
        for entry in self.root.iter("{*}sheet"):
            link = next(value for key, value in entry.attrib.items() if key.startswith("{") and key.endswith("}id"))
            kind, part = self.links[link]
            if kind == "worksheet":
                yield self._sheet(entry.get("name", ""), part, entry.get("state", "visible") != "visible")

    def _xml(self, part: str) -> Any:
        return etree.fromstring(self._read(part), _parser())

    def _read(self, part: str) -> bytes:
        """The XML of a part. A sheet of Excel declares no entities, and what does was made to harm."""
        content = _packed(self.parts.read(part))
        if b"<!DOCTYPE" in content:
            raise ValueError(f"{part} has a DOCTYPE")
        if len(content) > _PART:
            raise CohortError([Finding(self.name, _TOO_LARGE)])
        return content

    def _targets(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part is linked to: id to kind and part."""
        folder = dirname(part)
        found = {}
        for link in self._xml(join(folder, "_rels", f"{part.rpartition('/')[2]}.rels")).iter("{*}Relationship"):
            target = normpath(join("/", folder, link.get("Target"))).lstrip("/")
            found[link.get("Id")] = (link.get("Type").rpartition("/")[2], target)
        return found

    def _part(self, kind: str) -> Any:
        """The one part of that kind, or nothing at all."""
        found = [part for known, part in self.links.values() if known == kind and part in self.parts.namelist()]
        return self._xml(found[0]) if found else etree.Element("none")

    def _strings(self) -> list[str]:
        return [_text(one) for one in self._part("sharedStrings").iter("{*}si")]

    def _days(self) -> frozenset[int]:
        """The numbers of the formats that show a day or a time."""
        styles = self._part("styles")
        own = {int(one.get("numFmtId")): one.get("formatCode", "") for one in styles.iter("{*}numFmt")}
        used = [int(one.get("numFmtId", 0)) for cells in styles.iter("{*}cellXfs") for one in cells.iter("{*}xf")]
        local = {*range(27, 37), *range(50, 59)}  # days as East Asian systems show them
        return frozenset(
            number
            for number, code in enumerate(used)
            if code in local or is_date_format(own.get(code, BUILTIN_FORMATS.get(code, "General")))
        )

    def _sheet(self, name: str, part: str, hidden: bool) -> Sheet:
        rows: dict[int, dict[int, Cell]] = {}
        merged: list[Area] = []
        hidden_rows: set[int] = set()
        hidden_columns: set[int] = set()
        formulas: set[tuple[int, int]] = set()
        number = 0
        for element in self._elements(part, "row", "mergeCell", "col"):
            match element.tag.rpartition("}")[2]:
                case "mergeCell":
                    left, top, right, bottom = range_boundaries(element.get("ref"))
                    merged.append(Area(top, left, bottom, right))
                case "col" if _hidden(element):
                    hidden_columns.update(range(int(element.get("min")), min(int(element.get("max")), _WIDEST) + 1))
                case "row":
                    number = int(element.get("r", number + 1))
                    if cells := self._row(element, number, formulas):
                        rows[number] = cells
                        hidden_rows |= {number} if _hidden(element) else set()
                    _forget(element)
            if number > ROWS and number in rows:
                why = f"Arket har over {ROWS} rækker. Slet dem, der ikke er i brug."
                raise CohortError([Finding(f"{self.name}, arket {name}", why, number)])
        marks = (frozenset(hidden_rows), frozenset(hidden_columns), frozenset(formulas))
        return Sheet(name, part, rows, tuple(merged), hidden, *marks)

    def _elements(self, part: str, *names: str) -> Iterator[Any]:
        """The elements of those names in a part, each when it has been read."""
        tags = [f"{{*}}{name}" for name in names]
        for _, element in etree.iterparse(
            io.BytesIO(self._read(part)), tag=tags, resolve_entities=False, no_network=True, remove_comments=True
        ):
            yield element

    def _row(self, row: Any, number: int, formulas: set[tuple[int, int]]) -> dict[int, Cell]:
        cells = {}
        column = 0
        for element in row.iterchildren("{*}c"):
            place = element.get("r")
            column = coordinate_to_tuple(place)[1] if place else column + 1
            cell = self._cell(element)
            if element.find("{*}f") is not None:
                formulas.add((number, column))
            if cell.text.strip() or cell.flaw:
                cells[column] = cell
        return cells

    def _cell(self, element: Any) -> Cell:
        kind = element.get("t", "n")
        held = element.find("{*}v")
        text = (held.text or "") if held is not None else ""
        if element.find("{*}f") is not None and (held is None or not (text or kind == "str")):
            why = "Her står en formel uden resultat. Åbn filen i Excel, og gem den, eller skriv selve værdien."
            return Cell("=", flaw=why)
        match kind:
            case "e":
                return Cell(text, flaw=f"Her viser Excel fejlen {text}. Ret formlen, eller skriv selve værdien.")
            case "s":
                return Cell(self.strings[int(text)] if text else "")
            case "inlineStr":
                return Cell("".join(map(_text, element.iterchildren("{*}is"))))
            case "b":
                return Cell({"1": "SAND", "0": "FALSK"}.get(text, text))
            case "d":
                return Cell(text.replace("T", " ")[:16].removesuffix(" 00:00"), Kind.DAY)
            case "n" if text:
                return self._number(float(text), int(element.get("s", 0)) in self.days)
        return Cell(_plain(text))

    def _number(self, value: float, is_day: bool) -> Cell:
        if not is_day or value < 0:
            return Cell(f"{value:.15g}", Kind.NUMBER)
        try:
            when = from_excel(value, self.epoch)
        except (ValueError, OverflowError):
            return Cell(f"{value:.15g}", Kind.NUMBER)
        return Cell(_when(when), Kind.DAY)


def _packed(sheet: bytes) -> bytes:
    """A sheet without the cells and rows that hold nothing but a format. There may be a million."""
    top, _, bottom = _split(sheet)
    return _EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", top)) + bottom


def _split(sheet: bytes, until: int = 0) -> tuple[bytes, bytes, bytes]:
    """A sheet up to its last row that holds anything, the rows below that have only a format, and what comes after.

    ``until``: a row that belongs to the first part, whatever it holds.
    """
    end = sheet.find(_END)
    last = max(sheet.rfind(mark, 0, max(end, 0)) for mark in (b"</v>", b"</is>", b"<f>", b"<f "))
    above = sheet.find(b"</row>", last, end) + len(b"</row>")
    if last < 0 or above < last:
        return sheet, b"", b""
    for row in _ROW.finditer(sheet, above, end):
        if int(row[1]) > until:
            break
        above = row.end()
    return sheet[:above], sheet[above:end], sheet[end:]


def _forget(element: Any) -> None:
    """Drop a row that has been read, and those before it: a million empty ones would fill the memory."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _hidden(element: Any) -> bool:
    return element.get("hidden") in ("1", "true")


def _when(when: datetime | time) -> str:
    if isinstance(when, time):
        return f"{when:%H:%M}"
    whole = (when + timedelta(seconds=30)).replace(second=0, microsecond=0)
    return f"{whole:%Y-%m-%d %H:%M}".removesuffix(" 00:00")


def _text(string: Any) -> str:
    """The text of a string with its runs, without what is only said of how it sounds (rPh)."""
    return _plain("".join(one.text or "" for run in string.iterchildren("{*}t", "{*}r") for one in run.iter("{*}t")))


def _plain(text: str) -> str:
    """A text as people meant it: without the signs that Excel escapes and those that nobody sees."""
    signs = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return signs.replace("\r\n", "\n").replace("\r", "\n").translate(INVISIBLE)


def _number_all(root: Any) -> None:
    """Write out the place of every row and cell, which a file may leave to be counted."""
    row = 0
    for line in root.iter("{*}row"):
        row = int(line.get("r", row + 1))
        line.set("r", str(row))
        column = 0
        for cell in line.iterchildren("{*}c"):
            place = cell.get("r")
            column = coordinate_to_tuple(place)[1] if place else column + 1
            cell.set("r", f"{get_column_letter(column)}{row}")


def _row_at(root: Any, number: int) -> Any:
    """The row with that number; a new one, at its right place, if it isn't there."""
    data = next(root.iter("{*}sheetData"))
    at = 0
    for at, row in enumerate(data, start=1):
        here = int(row.get("r"))
        if here == number:
            return row
        if here > number:
            at -= 1
            break
    made = etree.Element(f"{{{etree.QName(data).namespace}}}row", r=str(number))
    data.insert(at, made)
    return made


def _write(row: Any, place: tuple[int, int], text: str | date, book: _Book) -> None:
    """Put ``text`` into a cell of a row. One that wasn't there looks like the one before it, unless that shows a day."""
    row.attrib.pop("spans", None)
    cell = _cell_at(row, place[1], book.days)
    for part in list(cell):
        cell.remove(part)
    cell.attrib.pop("t", None)
    space, shows_day = f"{{{etree.QName(row).namespace}}}", int(cell.get("s", 0)) in book.days
    if isinstance(text, date):
        text = str(int(to_excel(text, book.epoch))) if shows_day else written(text)
        shows_day = False  # the number is one
    if _NUMBER.fullmatch(text) and not shows_day:
        etree.SubElement(cell, f"{space}v").text = text
    elif text:
        cell.set("t", "inlineStr")
        etree.SubElement(etree.SubElement(cell, f"{space}is"), f"{space}t").text = UNWRITABLE.sub("", text)


def _cell_at(row: Any, column: int, days: frozenset[int]) -> Any:
    """The cell in that column; a new one, at its right place, if it isn't there."""
    before = None
    for cell in row:
        here = coordinate_to_tuple(cell.get("r"))[1]
        if here == column:
            return cell
        if here > column:
            break
        before = cell
    style = before.get("s", "0") if before is not None else "0"
    made = etree.Element(f"{{{etree.QName(row).namespace}}}c", r=f"{get_column_letter(column)}{row.get('r')}")
    made.set("s", "0" if int(style) in days else style)
    row.insert(0 if before is None else row.index(before) + 1, made)
    return made


def _stretch(root: Any, places: Iterable[tuple[int, int]]) -> None:
    """Let the sheet say its new size."""
    for size in root.iter("{*}dimension"):
        left, top, right, bottom = range_boundaries(size.get("ref"))
        bottom, right = max([bottom, *(row for row, _ in places)]), max([right, *(column for _, column in places)])
        size.set("ref", f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}")
