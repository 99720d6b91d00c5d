"""The Word file: real headings, and every text as it was typed."""

import dataclasses
import io
import zipfile
from pathlib import Path

import docx
import pypdf
import pytest

from fællesledelse.documents import packaged, word

from .constructed import BIRGITTE, TITLES, long, saying
from .reading import darkness, in_libreoffice, paragraphs_of, pictures


def texts_of(made: bytes) -> list[str]:
    return [text for _, text in paragraphs_of(made)]


def test_name_headings_and_paragraphs_have_words_own_styles() -> None:
    found = paragraphs_of(word(BIRGITTE))
    assert ("Heading 1", BIRGITTE.name) in found
    assert [text for style, text in found if style == "Heading 2"] == [*TITLES, "Samtalen med medarbejderne"]
    written = [text for heading in BIRGITTE.headings for text in heading.paragraphs]
    assert [text for style, text in found if style == "Normal"] == [*written, *BIRGITTE.agreed]


def test_the_document_is_danish_a4_and_has_its_title() -> None:
    made = docx.Document(io.BytesIO(word(BIRGITTE)))
    assert made.core_properties.title == "Ledelsesgrundlag – Birgitte Ørsted-Åkjær"
    assert made.core_properties.author == BIRGITTE.name
    assert 'w:lang w:val="da-DK"' in made.styles.element.xml
    assert round(made.sections[0].page_width.mm) == 210
    assert "Version 2 · 4. september 2026" in made.sections[0].footer.paragraphs[0].text


def test_without_an_agreement_its_heading_is_not_there() -> None:
    assert "Samtalen med medarbejderne" not in texts_of(word(dataclasses.replace(BIRGITTE, agreed=())))


def test_libreoffice_opens_it_with_ink_page_numbers_and_danish_letters(tmp_path: Path) -> None:
    printed = in_libreoffice(word(BIRGITTE), tmp_path)
    pages = pypdf.PdfReader(io.BytesIO(printed)).pages
    assert len(pages) in (1, 2)  # as wide as the letters of this machine are
    text = " ".join(pages[0].extract_text().split())
    assert "Birgitte Ørsted-Åkjær" in text
    assert "Jeg øver mig i at blive siddende i en uenighed." in text
    assert f"Side 1 af {len(pages)}" in text
    assert 0.01 < darkness(pictures(printed, tmp_path)[0]) < 0.2


def test_libreoffice_opens_thirty_pages_and_finds_every_paragraph(tmp_path: Path) -> None:
    printed = pypdf.PdfReader(io.BytesIO(in_libreoffice(word(long()), tmp_path)))
    text = " ".join(" ".join(page.extract_text() for page in printed.pages).split())
    assert len(printed.pages) >= 30
    assert all(f"Afsnit {number}." in text for number in range(1, 351))


@pytest.mark.parametrize(
    "text",
    [
        "a & b <c>",
        "»gåseøjne« ”citat” 'enkelt' \"dobbelt\" &amp; &lt;",
        "{{ navn }} {% for x in y %} {# nej #}",
        "{{ ''.__class__.__mro__ }}",
        "Tak 😀 👩\u200d👧 שלום مرحبا",
        "en\nto\ntre\tfire",
        "]]> <!-- --> <?xml ?> </w:t>",
        "漢字 \ue000",
    ],
)
def test_every_text_is_what_was_typed(text: str) -> None:
    made = word(dataclasses.replace(saying(text, title=" ".join(text.split())), agreed=(text,)))
    found = paragraphs_of(made)
    assert [each for style, each in found if style == "Normal"] == [text, text]
    assert ("Heading 2", " ".join(text.split())) in found


def test_signs_that_xml_has_no_place_for_become_visible_and_the_rest_stands() -> None:
    odd = "før\x00\x07\x1b\x7f\x9f midt \ud83d\udfff\ufffe efter"
    made = word(dataclasses.replace(saying(odd), name=f"Bo\x01 {odd}", title=odd))
    assert "før����� midt ��� efter" in texts_of(made)
    assert docx.Document(io.BytesIO(made)).core_properties.author.startswith("Bo� før")


def test_line_breaks_of_other_programs_are_line_breaks() -> None:
    assert "en\nto\ntre\nfire\nfem" in texts_of(word(saying("en\r\nto\rtre\x0bfire\u2028fem")))


def test_empty_headings_leave_no_trace() -> None:
    made = word(dataclasses.replace(saying(" ", ""), agreed=()))
    assert "Hvorfor" not in texts_of(made)
    assert "Normal" not in {style for style, _ in paragraphs_of(made)}


def test_the_file_holds_no_field_and_no_other_persons_name() -> None:
    with zipfile.ZipFile(io.BytesIO(word(BIRGITTE))) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    assert not [name for name, data in parts.items() if b"{{" in data or b"{%" in data]
    assert b"python-docx" not in parts["docProps/core.xml"]


def test_the_packaged_template_is_one_that_may_be_used() -> None:
    from fællesledelse.documents import check

    assert check(packaged()) == []
