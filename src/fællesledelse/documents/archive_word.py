"""The archive's Word files: the same as its pages, with the headings and the look of the packaged template."""

import io
from collections.abc import Iterable

import docx
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from .archive_html import caption
from .foundation import line, paragraphs
from .material import Archived, Part, Section
from .template import packaged

_ABOUT, _SMALL = "Subtitle", "Anmærkning"
_DEEPEST = 4


class WordFiles:
    """Makes one Word file after another from the packaged template: A4, Danish, styles and page numbers."""

    def __init__(self) -> None:
        self._document = docx.Document(io.BytesIO(packaged()))
        for run in self._document.sections[0].footer.paragraphs[0].runs:
            run.text = run.text.replace("Version {{ version }} · {{ dato }}", "")
        # by its id, since python-docx searches the styles anew for every name
        self._styles = {style.name: style.style_id for style in self._document.styles}

    def made(self, part: Part, who: str, name: str) -> bytes:
        """A part of the material as a file."""
        self._clear()
        self._add(line(part.title), "Heading 1")
        self._add(line(who), _ABOUT)
        for section in part.sections:
            self._section(section, 2)
        if not part.sections:
            self._add("Ikke skrevet")
        properties = self._document.core_properties
        properties.title, properties.author, properties.last_modified_by = line(part.title)[:255], line(name)[:255], ""
        written = io.BytesIO()
        self._document.save(written)
        return written.getvalue()

    def _clear(self) -> None:
        """Take the text out: the template's own, or that of the file before."""
        for element in list(self._document.element.body):
            if element.tag != qn("w:sectPr"):
                self._document.element.body.remove(element)

    def _add(self, text: str, style: str = "") -> None:
        element = self._document.element.body.add_p()
        if style:
            element.style = self._styles[style]
        Paragraph(element, self._document).add_run(text)

    def _section(self, section: Section, level: int) -> None:
        self._add(line(section.title), f"Heading {min(level, _DEEPEST)}")
        self._texts(section.texts)
        if not section.texts and not section.under:
            self._add("Ikke skrevet", _SMALL)
        if section.earlier:
            self._add("Tidligere", f"Heading {min(level + 1, _DEEPEST)}")
            self._texts(section.earlier)
        for below in section.under:
            self._section(below, level + 1)

    def _texts(self, texts: Iterable[Archived]) -> None:
        for text in texts:
            if caption(text):
                self._add(caption(text), _SMALL)
            for block in paragraphs(text.text) or ("–",):
                self._add(block)
