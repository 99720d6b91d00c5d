"""What reports to a forum have in common in Word: an empty document with a foot, and tables of answers with bars."""

import io
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt

from ..danish import day
from .template import packaged

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell

_WIDTHS: Final = (Mm(52), Mm(76), Mm(18))
_GREEN = "1F5C57"


def empty(foot: str) -> "Document":
    """The packaged template without its text, and with ``foot`` beside the page numbers."""
    made = docx.Document(io.BytesIO(packaged()))
    for element in list(made.element.body):
        if element.tag != qn("w:sectPr"):
            made.element.body.remove(element)
    for run in made.sections[0].footer.paragraphs[0].runs:
        run.text = run.text.replace("Version {{ version }} · {{ dato }}", foot)
    return made


def saved(made: "Document", title: str) -> bytes:
    """The finished file, which names nobody who made it."""
    properties = made.core_properties
    properties.title, properties.author, properties.last_modified_by = title[:255], "", ""
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def between(first: date, last: date) -> str:
    """ "1. juni 2026 til 14. juni 2026", or the one day."""
    return day(first) if first == last else f"{day(first)} til {day(last)}"


def bars(made: "Document", answers: Sequence[tuple[str, int]]) -> None:
    """A row for each answer: the words, a bar, and how many."""
    most = max(count for _, count in answers)
    table = made.add_table(rows=0, cols=len(_WIDTHS))
    table.autofit = False
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = width
    for said, count in answers:
        cells = table.add_row().cells
        for cell, width in zip(cells, _WIDTHS, strict=True):
            cell.width = width
            cell.paragraphs[0].paragraph_format.space_after = Pt(4)
        cells[0].paragraphs[0].add_run(said)
        cells[2].paragraphs[0].add_run(str(count)).bold = True
        if count:
            _bar(cells[1], count / most)


def _bar(cell: "_Cell", share: float) -> None:
    """A bar that takes ``share`` of the cell's width: a paragraph with a ground of its own."""
    bar = cell.paragraphs[0]
    bar.paragraph_format.right_indent = Emu(round((_WIDTHS[1] - Mm(5)) * (1 - share)))
    ground = OxmlElement("w:shd")
    ground.set(qn("w:val"), "clear")
    ground.set(qn("w:fill"), _GREEN)
    bar._p.get_or_add_pPr().insert_element_before(ground, "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")
