"""The PDF: tagged, one page, and complete however long and odd the text is."""

import dataclasses
import io
from pathlib import Path
from unicodedata import normalize

import pdfua
import pikepdf
import pypdf
import pytest

from fællesledelse.documents import Foundation, pdf

from .constructed import BIRGITTE, TITLES, counted, long, saying
from .reading import Tag, darkness, pictures, tags


def opened(foundation: Foundation) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf(foundation)))


def text_of(foundation: Foundation) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf(foundation))).pages)


def words(tag: Tag) -> str:
    return " ".join(tag.text.split())


def test_it_says_that_it_is_pdf_ua_danish_and_whose_it_is() -> None:
    with opened(BIRGITTE) as file:
        metadata = file.open_metadata()
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == "Ledelsesgrundlag – Birgitte Ørsted-Åkjær"
        assert str(file.Root.Lang) == "da-DK"
        assert bool(file.Root.MarkInfo.Marked)
        assert bool(file.Root.ViewerPreferences.DisplayDocTitle)


@pytest.mark.parametrize("foundation", [BIRGITTE, counted(40), long()], ids=["one page", "few words", "thirty pages"])
def test_what_a_machine_can_check_of_pdf_ua_is_right(foundation: Foundation, tmp_path: Path) -> None:
    path = tmp_path / "ledelsesgrundlag.pdf"
    path.write_bytes(pdf(foundation))
    assert pdfua.validate(str(path)).findings == ()
    with pikepdf.open(path) as file:
        del file.Root.StructTreeRoot
        file.save(tmp_path / "uden.pdf")
    assert pdfua.validate(str(tmp_path / "uden.pdf")).findings, "the check itself must be able to find something"


def test_the_tags_give_name_headings_and_paragraphs_in_the_order_they_are_read() -> None:
    found = [(tag.role, words(tag)) for tag in tags(pdf(BIRGITTE)) if tag.text]
    expected = [("P", "Ledelsesgrundlag"), ("H1", BIRGITTE.name), ("P", f"{BIRGITTE.title}, {BIRGITTE.organisation}")]
    for heading in BIRGITTE.headings:
        expected += [("H2", heading.title), *(("P", "".join(text.split("\n"))) for text in heading.paragraphs)]
    expected += [("H2", "Samtalen med medarbejderne"), ("P", BIRGITTE.agreed[0])]
    assert found == expected


def test_every_font_is_embedded() -> None:
    with opened(saying("Æbler 😀 שלום")) as file:
        fonts = list(file.pages[0].Resources.Font.values())
        assert len(fonts) >= 4
        assert all("/FontFile2" in each.DescendantFonts[0].FontDescriptor for each in fonts)


def test_what_is_marked_and_copied_is_what_was_written() -> None:
    text = " ".join(text_of(BIRGITTE).split())
    assert "Birgitte Ørsted-Åkjær" in text
    assert "så I også kan" in text
    assert "»det er ikke hos os«" in text


@pytest.mark.parametrize("length", [40, 300, 380, 450])
def test_what_can_be_read_aloud_in_three_minutes_is_one_page(length: int) -> None:
    with opened(counted(length)) as file:
        assert len(file.pages) == 1


def test_thirty_pages_flow_on_with_page_numbers_and_lose_nothing() -> None:
    foundation = long()
    made = pdf(foundation)
    reader = pypdf.PdfReader(io.BytesIO(made))
    pages = len(reader.pages)
    assert pages >= 30
    assert f"Side 1 af {pages}" in reader.pages[0].extract_text()
    assert f"Side {pages} af {pages}" in reader.pages[-1].extract_text()
    assert [words(tag) for tag in tags(made) if tag.role == "P"][2:] == list(foundation.headings[0].paragraphs)


@pytest.mark.parametrize(
    "text",
    [
        "a & b <c>",
        "#let x = 1; $ x^2 $ *fed* _kursiv_ `kode` [link] @kilde // og \\n /* ikke */ ~ --- = -",
        '#read("/etc/passwd") #image("/etc/passwd") #sys.inputs',
        "»gåseøjne« ”citat” 'enkelt' \"dobbelt\" …",
        "{{ navn }} {% for x in y %}",
        "Łódź Nguyễn Şahin кириллица ελληνικά",
    ],
)
def test_no_sign_in_a_text_is_markup(text: str) -> None:
    made = pdf(dataclasses.replace(saying(text, title=text), name=text, title=text, agreed=(text,)))
    found = [words(tag) for tag in tags(made) if tag.role in ("P", "H1", "H2")]
    assert found[1] == found[3] == found[4] == found[6] == text


def test_a_sign_that_no_font_has_becomes_visible_and_the_rest_stands() -> None:
    assert tags(pdf(saying("før 漢字 efter \ue000.")))[-1].text == "før �� efter �."


@pytest.mark.parametrize(
    ("odd", "drawn"),
    [
        ("s\u0332, x\u030a og 漢\u0332", "s\ufffd, x\u030a og \ufffd\ufffd"),
        ("s\U000e2345, x", "s\ufffd, x"),
        ("før\t\U000e2345, x", "før\ufffd, x"),
    ],
)
def test_a_letter_beside_a_sign_that_no_font_has_stays_and_so_do_all_like_it(odd: str, drawn: str) -> None:
    plain = "Som alle siger til tiden: a\u030a e\u0301n"
    made = tags(pdf(dataclasses.replace(saying(odd), agreed=(plain,))))
    agreed, text = (next(tag.text for tag in made if word in tag.text) for word in ("Som", ", x"))
    assert normalize("NFC", agreed) == normalize("NFC", plain)
    assert normalize("NFD", text) == normalize("NFD", drawn)


def test_emoji_and_writing_from_right_to_left_are_drawn() -> None:
    text = text_of(saying("Tak 😀, שלום"))
    assert "😀" in text
    assert set("שלום") <= set(text)


def test_marks_that_break_the_typesetter_become_visible_and_it_tells_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    """The face is one that people make. Typst 0.15 ends at it where a line is full."""
    face = "#{T(java.lang.Runtime)getRuntime().exec('calc')}\u30fd\u0f3c\u0e88\u0644\u035c\u0f3d"
    made = tags(pdf(dataclasses.replace(saying(f"\xbd\x89\xfa{face}", title="e\u0301n"), agreed=("Ro\u0308d",))))
    title, text, *_, agreed = [tag.text for tag in made if tag.role in ("H2", "P")][-4:]
    assert (normalize("NFC", title), normalize("NFC", agreed)) == ("én", "Röd")
    assert "exec('calc')" in text.replace("\u200b", "")
    assert text.endswith("\ufffd")
    assert capfd.readouterr() == ("", "")


def test_a_word_longer_than_a_line_is_parted_and_stays_on_the_page(tmp_path: Path) -> None:
    long_word = "æ" * 400
    made = pdf(saying(long_word))
    assert tags(made)[-1].text.replace("\u200b", "") == long_word
    assert len(pypdf.PdfReader(io.BytesIO(made)).pages) == 1
    assert darkness(pictures(made, tmp_path)[0]) > 0.001


def test_headings_without_text_are_left_out() -> None:
    empty = dataclasses.replace(BIRGITTE.headings[1], paragraphs=("  ",))
    made = pdf(dataclasses.replace(BIRGITTE, headings=(BIRGITTE.headings[0], empty), title="", organisation="", agreed=()))
    assert [words(tag) for tag in tags(made) if tag.role == "H2"] == [TITLES[0]]


def test_the_same_foundation_is_the_same_file() -> None:
    assert pdf(BIRGITTE) == pdf(BIRGITTE)


def test_a_page_has_ink_on_it(tmp_path: Path) -> None:
    assert 0.01 < darkness(pictures(pdf(BIRGITTE), tmp_path)[0]) < 0.2
