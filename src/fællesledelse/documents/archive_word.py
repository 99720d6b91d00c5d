"""The archive's Word files: the same as its pages, with the headings and the look of the packaged template."""

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

import docx
from docx.oxml.ns import qn

from .archive_html import caption
from .foundation import line, paragraphs
from .material import Archived, Part, Section
from .template import packaged

if TYPE_CHECKING:
    from docx.document import Document

_ABOVE, _ABOUT, _SMALL = "Overlinje", "Subtitle", "Anmærkning"
_DEEPEST = 4


def document(part: Part, who: str, name: str) -> bytes:
    """A part of the material as a Word file."""
    made = _empty()
    made.add_paragraph(line(part.title), "Heading 1")
    made.add_paragraph(line(who), _ABOUT)
    for section in part.sections:
        _section(made, section, 2)
    if not part.sections:
        made.add_paragraph("Ikke skrevet")
    properties = made.core_properties
    properties.title, properties.author, properties.last_modified_by = line(part.title)[:255], line(name)[:255], ""
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def _empty() -> "Document":
    """The packaged template without its text: A4, Danish, styles and page numbers."""
    made = docx.Document(io.BytesIO(packaged()))
    for element in list(made.element.body):
        if element.tag != qn("w:sectPr"):
            made.element.body.remove(element)
    for run in made.sections[0].footer.paragraphs[0].runs:
        run.text = run.text.replace("Version {{ version }} · {{ dato }}", "")
    return made


def _section(made: "Document", section: Section, level: int) -> None:
    made.add_paragraph(line(section.title), f"Heading {min(level, _DEEPEST)}")
    _texts(made, section.texts)
    if not section.texts and not section.under:
        made.add_paragraph("Ikke skrevet", _SMALL)
    if section.earlier:
        made.add_paragraph("Tidligere", f"Heading {min(level + 1, _DEEPEST)}")
        _texts(made, section.earlier)
    for below in section.under:
        _section(made, below, level + 1)


def _texts(made: "Document", texts: Iterable[Archived]) -> None:
    for text in texts:
        if caption(text):
            made.add_paragraph(caption(text), _SMALL)
        for block in paragraphs(text.text) or ("–",):
            made.add_paragraph(block)
