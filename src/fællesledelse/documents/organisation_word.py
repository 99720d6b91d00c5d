"""From Markdown to Word: headings, paragraphs, lists, tables, notes, and boxes for what people must decide.

A block quote is a note. One that begins with "**Skal besluttes: …**" is a box with room for the answer; a paragraph
"[beslutninger]" becomes the list of them. Anything else that Markdown can do is refused, so that nothing is lost in silence.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from ..errors import DocumentError

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

DECISION: Final = "Skal besluttes: "
OPEN: Final = "[beslutninger]"

_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # no clock: the same text is the same file
_ZIPPED = (1980, 1, 1, 0, 0, 0)
_WIDTH = Mm(160)
_INK, _GREEN, _GREY = RGBColor(0x24, 0x27, 0x2C), RGBColor(0x1F, 0x5C, 0x57), RGBColor(0x5A, 0x5F, 0x66)
_LINE, _PALE, _AMBER, _CREAM = "C9CED3", "EEF4F3", "B7791F", "FFF9EC"
_STYLES = (  # name, what it builds on, font, size, colour, bold, space before, space after, line spacing
    ("Normal", None, "Calibri", 11, _INK, False, 0, 6, 1.2),
    ("Heading 1", "Normal", "Cambria", 26, _INK, False, 0, 6, 1.05),
    ("Heading 2", "Normal", "Calibri", 15, _GREEN, True, 18, 4, 1.1),
    ("Heading 3", "Normal", "Calibri", 12, _INK, True, 12, 3, 1.1),
    ("List Bullet", "Normal", "Calibri", 11, _INK, False, 0, 3, 1.2),
    ("List Number", "Normal", "Calibri", 11, _INK, False, 0, 3, 1.2),
    ("Footer", "Normal", "Calibri", 9, _GREY, False, 0, 0, 1.0),
    ("Tabeltekst", "Normal", "Calibri", 10, _INK, False, 2, 2, 1.1),
    ("Tabelhoved", "Tabeltekst", "Calibri", 10, _GREEN, True, 2, 2, 1.1),
    ("Bemærk", "Normal", "Calibri", 10.5, _INK, False, 0, 0, 1.2),
    ("Skal besluttes", "Normal", "Calibri", 11, RGBColor(0x7A, 0x4B, 0x00), True, 4, 3, 1.1),
    ("Beslutning", "Normal", "Calibri", 10.5, _INK, False, 0, 4, 1.15),
    ("Svar", "Normal", "Calibri", 9, _GREY, False, 3, 0, 1.0),
    ("Kode", "Normal", "Consolas", 9, _INK, False, 4, 8, 1.15),
    ("Mellemrum", "Normal", "Calibri", 5, _INK, False, 0, 0, 1.0),
)


def document(markdown: str, about: str, author: str) -> bytes:
    """The Word file of ``markdown``, whose first heading is its title. ``about`` stands at the foot of every page.

    Raises DocumentError for Markdown that Word is not given here. Same text, same bytes.
    """
    root = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(markdown))
    made = docx.Document(io.BytesIO(_empty()))
    title = next((_plain(node) for node in root.children if node.tag == "h1"), about)
    writer = _Writer(made, [each for node in root.children if (each := _decision(node))])
    for node in root.children:
        writer.block(node)
    if root.children and (root.children[-1].type == "table" or _decision(root.children[-1])):
        made.paragraphs[-1].paragraph_format.line_spacing = Pt(1)  # else it may need a page of its own
    _foot(made, f"{title} · {about}")
    properties = made.core_properties
    properties.title, properties.author, properties.last_modified_by = title[:255], author[:255], ""
    properties.language, properties.comments, properties.revision = "da-DK", "", 1
    properties.created = properties.modified = _DAY
    written = io.BytesIO()
    made.save(written)
    return _timeless(written.getvalue())


class _Writer:
    """Adds the blocks of a text to a document, one after the other."""

    def __init__(self, made: "Document", decisions: Sequence[str]) -> None:
        self._made, self._decisions = made, decisions

    def block(self, node: SyntaxTreeNode) -> None:
        """One block. Raises DocumentError for a kind that has no place here."""
        kinds = {
            "heading": self._heading,
            "paragraph": self._paragraph,
            "bullet_list": self._bullets,
            "ordered_list": self._numbers,
            "table": self._table,
            "blockquote": self._quote,
            "fence": self._code,
        }
        if node.type not in kinds or node.tag in ("h4", "h5", "h6"):
            raise _refused(node)
        kinds[node.type](node)

    def _heading(self, node: SyntaxTreeNode) -> None:
        _write(self._made.add_paragraph(style=f"Heading {node.tag[1]}"), node.children[0])

    def _paragraph(self, node: SyntaxTreeNode) -> None:
        if _plain(node) == OPEN:
            self._open()
        else:
            _write(self._made.add_paragraph(), node.children[0])

    def _open(self) -> None:
        """What is still to be decided in this document."""
        if not self._decisions:
            return
        lead = "Én ting" if len(self._decisions) == 1 else f"{len(self._decisions)} ting"
        said = self._made.add_paragraph()
        said.add_run(f"{lead} skal besluttes af mennesker.").bold = True
        said.add_run(" Hver har en gul ramme med plads til svaret:")
        said.paragraph_format.space_before, said.paragraph_format.keep_with_next = Pt(8), True
        self._made.add_paragraph(" · ".join(self._decisions))

    def _bullets(self, node: SyntaxTreeNode) -> None:
        for text in _items(node):
            _write(self._made.add_paragraph(style="List Bullet"), text)

    def _numbers(self, node: SyntaxTreeNode) -> None:
        number = _numbering(self._made)
        for text in _items(node):
            item = self._made.add_paragraph(style="List Number")
            properties = item._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val, properties.get_or_add_numId().val = 0, number
            _write(item, text)

    def _table(self, node: SyntaxTreeNode) -> None:
        rows = [[cell.children[0] for cell in row.children] for part in node.children for row in part.children]
        table = self._made.add_table(len(rows), len(rows[0]))
        _edges(table, {"top": _LINE, "bottom": _LINE, "insideH": _LINE})
        _columns(table, [max(len(_plain(row[at])) for row in rows) for at in range(len(rows[0]))])
        _repeated(table.rows[0]._tr)
        for number, (row, texts) in enumerate(zip(table.rows, rows, strict=True)):
            _whole(row._tr)
            for cell, text in zip(row.cells, texts, strict=True):
                cell.paragraphs[0].style = "Tabeltekst" if number else "Tabelhoved"
                _write(cell.paragraphs[0], text)
        self._made.add_paragraph(style="Mellemrum")

    def _quote(self, node: SyntaxTreeNode) -> None:
        if any(each.type != "paragraph" for each in node.children):
            raise _refused(node)
        title = _decision(node)
        if not title:
            for number, each in enumerate(node.children):
                said = self._made.add_paragraph(style="Bemærk")
                _write(said, each.children[0])
                said.paragraph_format.space_after = Pt(8 if number == len(node.children) - 1 else 0)
            return
        table = self._made.add_table(2, 1)
        table.rows[1].height, table.rows[1].height_rule = Mm(19), WD_ROW_HEIGHT_RULE.AT_LEAST
        _edges(table, dict.fromkeys(("top", "left", "bottom", "right", "insideH"), _AMBER))
        _columns(table, [1])
        self._asked(table.cell(0, 0), title, node.children[1:])
        table.cell(1, 0).paragraphs[0].style = "Svar"
        table.cell(1, 0).paragraphs[0].add_run("Svar, dato og navn:")
        for row in table.rows:
            _whole(row._tr)
        self._made.add_paragraph(style="Mellemrum")

    @staticmethod
    def _asked(cell: "_Cell", title: str, texts: Sequence[SyntaxTreeNode]) -> None:
        _shaded(cell, _CREAM)
        cell.paragraphs[0].style = "Skal besluttes"
        cell.paragraphs[0].add_run(f"{DECISION}{title}")
        for each in texts:
            _write(cell.add_paragraph(style="Beslutning"), each.children[0])
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_with_next = True  # the room for the answer follows

    def _code(self, node: SyntaxTreeNode) -> None:
        code = self._made.add_paragraph(style="Kode").add_run(node.content.rstrip("\n"))
        _unchecked(code)


def _decision(node: SyntaxTreeNode) -> str:
    """What a box asks for; empty for every other block."""
    if node.type != "blockquote" or not node.children:
        return ""
    first = _plain(node.children[0])
    return first.removeprefix(DECISION) if first.startswith(DECISION) else ""


def _items(node: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    for item in node.children:
        if [each.type for each in item.children] != ["paragraph"]:
            raise _refused(item)
        yield item.children[0].children[0]


def _plain(node: SyntaxTreeNode) -> str:
    """The text of a block or an inline, without marks."""
    if node.type in ("text", "code_inline"):
        return node.content
    return " " if node.type == "softbreak" else "".join(map(_plain, node.children))


def _write(paragraph: "Paragraph", node: SyntaxTreeNode, bold: bool = False, italic: bool = False) -> None:
    for each in node.children:
        if each.type in ("strong", "em"):
            _write(paragraph, each, bold or each.type == "strong", italic or each.type == "em")
        elif each.type in ("text", "softbreak", "code_inline"):
            run = paragraph.add_run(_plain(each))
            run.bold, run.italic = bold or None, italic or None
            if each.type == "code_inline":
                run.font.name = "Consolas"
                run.font.size = Pt(9.5)
                _unchecked(run)
        else:
            raise _refused(each)


def _refused(node: SyntaxTreeNode) -> DocumentError:
    place = next(
        (each.map[0] + 1 for each in (node, node.parent, node.parent and node.parent.parent) if each and each.map), 0
    )
    return DocumentError(
        f"Teksten bruger noget af Markdown ({node.type}), som dokumentet ikke kan vise, ved linje {place} i den udfyldte "
        "tekst. Brug overskrifter i tre niveauer, afsnit, flade lister, tabeller, citater, fed og kursiv."
    )


@cache
def _empty() -> bytes:
    """An empty A4 document in Danish with our styles."""
    made = docx.Document()
    for key, each in list(made.part.package.rels.items()):
        if each.reltype.endswith("/thumbnail"):
            del made.part.package.rels[key]  # a picture of another document
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin, section.bottom_margin = Mm(24), Mm(22)
    for each in _STYLES:
        _style(made, *each)
    for lang in made.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), "da-DK")
        lang.set(qn("w:eastAsia"), "da-DK")
    _bar(made.styles["Bemærk"].element.get_or_add_pPr(), str(_GREEN))
    _bar(made.styles["Kode"].element.get_or_add_pPr(), _LINE)
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def _style(
    made: "Document",
    name: str,
    base: str | None,
    font: str,
    size: float,
    colour: RGBColor,
    bold: bool,
    before: float,
    after: float,
    spacing: float,
) -> None:
    known = name in [style.name for style in made.styles]
    style: Any = made.styles[name] if known else made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    if base is not None:
        style.base_style = made.styles[base]
    style.hidden, style.quick_style = False, True
    style.font.name, style.font.size, style.font.bold, style.font.color.rgb = font, Pt(size), bold, colour
    fonts = style.element.rPr.rFonts
    for attribute in [key for key in fonts.attrib if key.endswith("Theme")]:
        del fonts.attrib[attribute]
    form = style.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), spacing
    form.widow_control = True
    form.keep_with_next = name.startswith("Heading")


def _bar(properties: Any, colour: str) -> None:
    """A bar at the left of every paragraph of a style, on a pale ground."""
    borders = _element("w:pBdr")
    borders.append(_element("w:left", val="single", sz="24", space="10", color=colour))
    shade = _element("w:shd", val="clear", color="auto", fill=_PALE)
    after = ("w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl")
    for each in (borders, shade):
        properties.insert_element_before(each, *after)
    properties.insert_element_before(_element("w:ind", left="284"), "w:contextualSpacing", "w:jc", "w:outlineLvl")


def _columns(table: "Table", longest: list[int]) -> None:
    """Widths by the longest text of each column: no column is squeezed by its neighbour."""
    shares = [min(max(length, 9), 75) ** 0.75 for length in longest]
    widths = [Emu(int(_WIDTH * share / sum(shares))) for share in shares]
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width


def _edges(table: "Table", edges: dict[str, str]) -> None:
    borders = _element("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH"):
        if side in edges:
            borders.append(_element(f"w:{side}", val="single", sz="6", space="0", color=edges[side]))
    table._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")


def _shaded(cell: "_Cell", fill: str) -> None:
    cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=fill))


def _repeated(row: Any) -> None:
    row.get_or_add_trPr().append(_element("w:tblHeader"))


def _whole(row: Any) -> None:
    row.get_or_add_trPr().insert(0, _element("w:cantSplit"))


def _unchecked(run: Any) -> None:
    run._r.get_or_add_rPr().append(_element("w:noProof"))


def _numbering(made: "Document") -> int:
    """A new numbering that begins with 1, looking like the style's own."""
    numbering = made.part.numbering_part.element
    own = made.styles["List Number"].element.pPr.numPr.numId.val
    abstract = next(num.abstractNumId.val for num in numbering.num_lst if num.numId == own)
    new = numbering.add_num(abstract)
    new.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(new.numId)


def _foot(made: "Document", text: str) -> None:
    """Title and cohort at the left, the page's number at the right."""
    foot = made.sections[0].footer.paragraphs[0]
    for tab in list(foot.style.paragraph_format.tab_stops):
        tab.position = _WIDTH
    while len(foot.style.paragraph_format.tab_stops) > 1:
        del foot.style.paragraph_format.tab_stops[0]
    foot.style.paragraph_format.tab_stops[0].alignment = WD_TAB_ALIGNMENT.RIGHT
    foot.add_run(f"{text}\tSide ")
    _field(foot, "PAGE")
    foot.add_run(" af ")
    _field(foot, "NUMPAGES")


def _field(paragraph: "Paragraph", code: str) -> None:
    field = _element("w:fldSimple", instr=code)
    run, number = _element("w:r"), OxmlElement("w:t")
    number.text = "1"
    run.append(number)
    field.append(run)
    paragraph._p.append(field)


def _element(name: str, **attributes: str) -> Any:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _timeless(data: bytes) -> bytes:
    """The same parts without the moment of writing."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _ZIPPED)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            target.writestr(entry, source.read(name))
    return written.getvalue()
