"""A heat map in Word: a table whose fields have grounds of their own, and whose headings stand upright to leave room."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from docx.enum.table import WD_ALIGN_VERTICAL, WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor

from .relations import Cell, Relations

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table, _Cell, _Row

_FIRST, _ALL, _WIDEST = Mm(40), Mm(146), Mm(24)
_NARROWEST: Final = Mm(10)
"""So wide is an interval on one line, in the widest of the fonts that may take the place of the template's."""

_HEADING: Final = Mm(34)


def heat_map(made: "Document", found: Relations) -> None:
    """The table, on one page; that of many departments reaches out into both margins alike."""
    width = max(_NARROWEST, min((_ALL - _FIRST) // len(found.about), _WIDEST))
    table = made.add_table(rows=0, cols=1 + len(found.about))
    table.autofit = False
    head = table.add_row()
    head.height, head.height_rule = _HEADING, WD_ROW_HEIGHT_RULE.EXACTLY
    _mark(head, "w:tblHeader")  # what tells a screen reader that it is the headings
    for cell, words in zip(head.cells, ["Svar fra", *found.headings], strict=True):
        _write(cell, words, 8.5, bold=True)
    for cell in head.cells[1:]:
        _property(cell, "w:textDirection", val="btLr")
    for department, cells in found.grid:
        row = table.add_row()
        _mark(row, "w:cantSplit")
        _write(row.cells[0], department, 9.5, bold=True)
        for place, each in zip(row.cells[1:], cells, strict=True):
            _field(place, each)
    for column, wide in zip(table.columns, (_FIRST, *[width] * len(found.about)), strict=True):
        column.width = wide
        for cell in column.cells:
            cell.width, cell.vertical_alignment = wide, WD_ALIGN_VERTICAL.CENTER
    head.cells[0].vertical_alignment = WD_ALIGN_VERTICAL.BOTTOM
    _part(table, max(0, _FIRST + width * len(found.about) - _ALL) // 2)
    made.add_paragraph().paragraph_format.space_after = Pt(0)


def _field(place: "_Cell", cell: Cell) -> None:
    known = bool(cell.ground)
    _write(place, cell.said, 11 if known else 7.5, bold=known, ink=cell.ink)
    if known:
        _property(place, "w:shd", val="clear", fill=cell.ground.removeprefix("#"))
        place.add_paragraph()
        _write(place, cell.within, 7, ink=cell.ink)
    for paragraph in place.paragraphs:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _write(place: "_Cell", words: str, size: float, bold: bool = False, ink: str = "") -> None:
    """In the cell's last paragraph."""
    paragraph = place.paragraphs[-1]
    paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(1)
    paragraph.paragraph_format.keep_with_next = True  # the whole map on one page
    run = paragraph.add_run(words)
    run.font.size, run.font.bold = Pt(size), bold
    if ink:
        run.font.color.rgb = RGBColor.from_string(ink.removeprefix("#"))


def _part(table: "Table", out: int) -> None:
    """White lines between the fields, no room lost inside them, and the table so far ``out`` in the left margin."""
    indent = OxmlElement("w:tblInd")
    indent.set(qn("w:w"), str(-round(Emu(out).pt * 20)))
    indent.set(qn("w:type"), "dxa")
    borders = OxmlElement("w:tblBorders")
    for name in ("w:insideH", "w:insideV"):
        line = OxmlElement(name)
        for key, value in {"val": "single", "sz": "12", "space": "0", "color": "FFFFFF"}.items():
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    margins = OxmlElement("w:tblCellMar")
    for name in ("w:left", "w:right"):
        side = OxmlElement(name)
        side.set(qn("w:w"), "20")
        side.set(qn("w:type"), "dxa")
        margins.append(side)
    table._tbl.tblPr.insert_element_before(indent, "w:tblBorders", "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    table._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")


def _mark(row: "_Row", name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _property(place: "_Cell", name: str, **values: str) -> None:
    made = OxmlElement(name)
    for key, value in values.items():
        made.set(qn(f"w:{key}"), value)
    after: Sequence[str] = ("w:noWrap", "w:tcMar", "w:textDirection", "w:tcFitText", "w:vAlign", "w:hideMark")
    place._tc.get_or_add_tcPr().insert_element_before(made, *after[after.index(name) + 1 if name in after else 0 :])
