"""The archive's Word files: the same as its pages, with the headings and the look of the packaged template."""

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

import docx
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

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
    made = _Writing(_empty())
    made.add(line(part.title), "Heading 1")
    made.add(line(who), _ABOUT)
    for section in part.sections:
        made.section(section, 2)
    if not part.sections:
        made.add("Ikke skrevet")
    properties = made.document.core_properties
    properties.title, properties.author, properties.last_modified_by = line(part.title)[:255], line(name)[:255], ""
    written = io.BytesIO()
    made.document.save(written)
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


class _Writing:
    """A document that is being written from its beginning to its end."""

    def __init__(self, document: "Document") -> None:
        self.document = document
        # by its id, since python-docx searches the styles anew for every name
        self._styles = {style.name: style.style_id for style in document.styles}

    def add(self, text: str, style: str = "") -> None:
        element = self.document.element.body.add_p()
        if style:
            element.style = self._styles[style]
        Paragraph(element, self.document).add_run(text)

    def section(self, section: Section, level: int) -> None:
        self.add(line(section.title), f"Heading {min(level, _DEEPEST)}")
        self._texts(section.texts)
        if not section.texts and not section.under:
            self.add("Ikke skrevet", _SMALL)
        if section.earlier:
            self.add("Tidligere", f"Heading {min(level + 1, _DEEPEST)}")
            self._texts(section.earlier)
        for below in section.under:
            self.section(below, level + 1)

    def _texts(self, texts: Iterable[Archived]) -> None:
        for text in texts:
            if caption(text):
                self.add(caption(text), _SMALL)
            for block in paragraphs(text.text) or ("–",):
                self.add(block)
