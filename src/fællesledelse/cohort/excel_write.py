"""hold.xlsx, written: a file that a facilitator opens in Excel or LibreOffice, fills in and keeps."""

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from math import ceil
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from ..model import Participant, Role
from . import days, form
from .file import kind_of
from .form import Line
from .people import KNOWN, NO_TIES, Ties
from .xlsx import UNWRITABLE

_DAY, _TEXT = "dd-mm-yyyy", "@"
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_LAST = 500
"""The last row that is prepared for what people write themselves."""

_WIDTHS = {
    form.COHORT: dict(zip(form.PARTS, (24, 44, 60, 36, 28, 34, 60), strict=True)),
    form.DAYS: dict(zip(form.STEP, (20, 46, 14, 14, 9, 30, 11, 28, 13, 50, 40, 40, 60, 40), strict=True)),
    form.PEOPLE: dict(zip(KNOWN, (28, 38, 28, 24, 9, 38, 10, 10, 20, 20, 20, 40, 38, 20), strict=True)),
}
"""Signs that a column is wide."""
_BLANK = {"Udsagn": 2, "Dokument": 2, "Læringsmål": 2, "Øvebane": 2, "Kompas": 2, "Facilitator": 1}
"""Blank lines after the last that is filled in, of those that may be repeated."""

_HEAD = PatternFill("solid", fgColor="DCE6F1")
_UNUSED = PatternFill("solid", fgColor="F2F2F2")
_PLAIN, _BOLD = Font(name="Calibri", size=11), Font(name="Calibri", size=11, bold=True)
_HELP = Font(name="Calibri", size=11, italic=True, color="595959")
_LINE = Side(style="thin", color="BFBFBF")
_TOP = Alignment(horizontal="left", vertical="top", wrap_text=True)
_HEIGHT = 15
"""Points of a line of text."""


def write(values: Mapping[str, Any], participants: Iterable[Participant] = (), ties: Ties = NO_TIES) -> bytes:
    """A hold.xlsx with the values of a cohort file (``Document.values``) and its leaders; blank where there are none.

    Facilitators among the participants are passed over: they stand in the values.
    """
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.creator = "Fællesledelse"
    kind = kind_of(values)
    _cohort(_sheet(book, form.COHORT, list(form.PARTS), str.capitalize), values, form.lines_of(kind))
    steps = form.columns_of(kind, form.STEP)
    _days(_sheet(book, form.DAYS, steps), values.get("trin") or [], steps)
    leaders = [one for one in participants if one.role is Role.LEADER]
    columns = form.columns_of(kind, KNOWN)
    _people(_sheet(book, form.PEOPLE, columns), leaders, ties, columns)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _sheet(book: Any, name: str, headings: Sequence[str], shown: Callable[[str], str] = str) -> Any:
    """A sheet with bold headings that stay in sight, and that prints on the width of a page."""
    sheet = book.create_sheet(name)
    for column, heading in enumerate(headings, 1):
        cell = sheet.cell(1, column, shown(heading))
        cell.font, cell.fill, cell.alignment = _BOLD, _HEAD, Alignment(vertical="center")
        cell.border = Border(bottom=Side(style="medium", color="1F4E79"))
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS[name][heading]
    sheet.row_dimensions[1].height = 22
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    return sheet


def _cohort(sheet: Any, values: Mapping[str, Any], lines: Iterable[Line]) -> None:
    columns = {name: number for number, name in enumerate(form.PARTS, 1)}
    row = 2
    for line in lines:
        found = _lines(line, values)
        for number, parts in enumerate(found):
            _put(sheet, row, columns["hvad"], line.label).font = _BOLD
            for part in set(form.PARTS) - {"hvad", "hjælp", *line.parts}:
                sheet.cell(row, columns[part]).fill = _UNUSED
            for part in line.parts:
                _put(sheet, row, columns[part], parts.get(part, ""), _shown(line, part))
            if number == 0:
                _put(sheet, row, columns["hjælp"], line.help).font = _HELP
                for column in columns.values():
                    sheet.cell(row, column).border = Border(top=_LINE)
            _fit(sheet, row)
            row += 1


def _shown(line: Line, part: str) -> str:
    """The format of an answer. Long texts aren't kept as text: some Excels show only ##### where one has 256 signs."""
    if line.path in (("starter",), ("slutter",), ("prøvetid",), ("evaluering",)):
        return _DAY
    return _TEXT if len(line.path) == 1 and part != "tekst" else "General"


def _lines(line: Line, values: Mapping[str, Any]) -> list[dict[str, str]]:
    """What the lines of one label say in each column: one line, or as many as there are and some blank ones."""
    found: Any = values
    for step in line.path:
        found = found.get(step, "") if isinstance(found, Mapping) else ""
    if not line.many:
        return [_parts(line, found)]
    items = found if isinstance(found, list) else []
    return [*(_parts(line, item) for item in items), *[{}] * max(_BLANK[line.label], 3 - len(items))]


def _parts(line: Line, item: Any) -> dict[str, str]:
    """The parts of one thing: its text alone is its name."""
    if not isinstance(item, Mapping):
        return {"svar": str(item)}
    return {part: str(item.get(key, "")) for part, key in line.parts.items()}


def _days(sheet: Any, steps: Any, columns: Sequence[str]) -> None:
    formats = {"åbner": _DAY, "dato": _DAY, "kl.": _TEXT, "minutter": "0"}
    lines = [step for step in steps if isinstance(step, Mapping)] if isinstance(steps, list) else []
    for row in range(2, max(len(lines) + 20, 40)):
        step = lines[row - 2] if row - 2 < len(lines) else {}
        for column, name in enumerate(columns, 1):
            said = step.get(form.key(name), "")
            text = "; ".join(map(str, said)) if isinstance(said, list) else str(said)
            _put(sheet, row, column, text, formats.get(name, _TEXT), number=name == "minutter")
        _fit(sheet, row)
    for column, name in enumerate(columns, 1):
        _prompt(sheet, column, name, form.STEP_HELP[name], _step_rule(name))


def _step_rule(name: str) -> DataValidation:
    """What Excel warns of, and lets stand: the check of the folder says more."""
    if name in ("åbner", "dato"):
        rule = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)
        rule.error = "Skriv en dato, for eksempel 15-06-2026."
    elif name == "minutter":
        rule = DataValidation(type="whole", operator="between", formula1="1", formula2="600", allow_blank=True)
        rule.error = "Skriv et helt antal minutter mellem 1 og 600."
    else:
        return DataValidation()
    rule.errorTitle, rule.errorStyle, rule.showErrorMessage = "Er det rigtigt?", "warning", True
    return rule


def _people(sheet: Any, leaders: Iterable[Participant], ties: Ties, columns: Sequence[str]) -> None:
    mates = dict(ties.together)
    rows = [
        {
            "navn": one.name,
            "email": one.email,
            "titel": one.title,
            "afdeling": one.department,
            "niveau": one.level,
            "nærmeste leder": one.superior,
            "gruppe": one.group,
            "jobbesøg": one.visit,
            "vært": "; ".join(one.hosts),
            "ordstyrer": "; ".join(one.chairs),
            "sag": "; ".join(one.cases),
            "mødt før": "; ".join(ties.met.get(one.email, ())),
            "sammen med": mates.get(one.email, ""),
            "tidligere grupper": "; ".join(ties.earlier.get(one.email, ())),
        }
        for one in leaders
    ]
    for row, texts in enumerate(rows, 2):
        for column, name in enumerate(columns, 1):
            _put(sheet, row, column, texts[name], number=name in ("niveau", "gruppe", "jobbesøg"))
        _fit(sheet, row)
    for column, name in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(column)].number_format = _TEXT
        rule = DataValidation()
        if name == "niveau":
            rule = DataValidation(type="list", formula1='"1,2,3,4,5"', allow_blank=True, showErrorMessage=False)
        elif name == "sammen med":
            rule = DataValidation(type="list", formula1=f"$B$2:$B${_LAST}", allow_blank=True, showErrorMessage=False)
        _prompt(sheet, column, name, form.PEOPLE_HELP[name], rule)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{max(len(rows) + 1, 2)}"


def _prompt(sheet: Any, column: int, name: str, text: str, rule: DataValidation) -> None:
    """Show a line of help while a cell of the column is chosen."""
    rule.promptTitle, rule.prompt, rule.showInputMessage = name, text, True
    letter = get_column_letter(column)
    rule.add(f"{letter}2:{letter}{_LAST}")
    sheet.add_data_validation(rule)


def _put(sheet: Any, row: int, column: int, text: str, shown: str = _TEXT, number: bool = False) -> Any:
    """Write a text into a cell; a day as a day, a whole number as one where ``number``, and nothing as a formula."""
    cell = sheet.cell(row, column)
    cell.number_format, cell.alignment, cell.font = shown, _TOP, _PLAIN
    if text:
        cell.value = UNWRITABLE.sub("", text)
        cell.data_type = "s"
    if shown == _DAY:
        with suppress(ValueError):
            cell.value = days.parse(text)
            cell.number_format = shown
    if number and _NUMBER.fullmatch(text):
        cell.value = int(text)
    return cell


def _fit(sheet: Any, row: int) -> None:
    """Make a row as high as its longest text, where that is more than a line."""
    lines = 1
    for column in range(1, sheet.max_column + 1):
        text, width = str(sheet.cell(row, column).value or ""), sheet.column_dimensions[get_column_letter(column)].width
        lines = max(lines, sum(max(1, ceil(len(part) / width)) for part in text.split("\n")))
    if lines > 1:
        sheet.row_dimensions[row].height = lines * _HEIGHT
