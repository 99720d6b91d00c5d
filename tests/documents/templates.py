"""Templates as people who edit them in Word make them, and as those who mean harm do."""

import io
import zipfile
from collections.abc import Callable

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from fællesledelse.documents import packaged

LOOP = ("{%p for overskrift in overskrifter %}", "{{ overskrift.titel }}", "{%p for afsnit in overskrift.afsnit %}")
CLOSED = ("{{ afsnit }}", "{%p endfor %}", "{%p endfor %}")
AGREED = ("{%p for punkt in aftalt %}", "{{ punkt }}", "{%p endfor %}")
WHOLE = ("{{ navn }}", "{{ dato }}, version {{ version }}", *LOOP, *CLOSED, *AGREED)


def made(*lines: str, change: Callable[[docx.document.Document], object] = lambda document: None) -> bytes:
    """A template with those paragraphs."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    change(document)
    return saved(document)


def saved(document: "docx.document.Document") -> bytes:
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def replaced(old: str, new: str) -> bytes:
    """The packaged template where a paragraph has another text."""
    document = docx.Document(io.BytesIO(packaged()))
    found = [each for each in document.paragraphs if old in each.text]
    assert found
    for each in found:
        each.text = each.text.replace(old, new)
    return saved(document)


def repacked(parts: dict[str, bytes], data: bytes | None = None) -> bytes:
    """The packaged template with other or more parts."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(packaged() if data is None else data)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    return written.getvalue()


def part(name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(packaged())) as file:
        return file.read(name)


def split(text: str, *, proofing: bool = True) -> Callable[["docx.document.Document"], None]:
    """A paragraph whose every sign is a run of its own, as Word leaves what has been corrected."""

    def change(document: "docx.document.Document") -> None:
        paragraph = document.add_paragraph()
        for sign in text:
            paragraph.add_run(sign)
            if proofing:
                paragraph._p.append(parse_xml(f'<w:proofErr {nsdecls("w")} w:type="spellStart"/>'))

    return change


def field_code(code: str) -> Callable[["docx.document.Document"], None]:
    """One of Word's own fields, in two pieces as Word writes a long one."""

    def change(document: "docx.document.Document") -> None:
        paragraph = document.add_paragraph()._p
        kinds = ['<w:fldChar w:fldCharType="begin"/>']
        kinds += [f'<w:instrText xml:space="preserve">{piece}</w:instrText>' for piece in (code[:4], code[4:])]
        for inside in [*kinds, '<w:fldChar w:fldCharType="end"/>']:
            paragraph.append(parse_xml(f"<w:r {nsdecls('w')}>{inside}</w:r>"))

    return change
