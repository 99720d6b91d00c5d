"""What an evaluation came to, as PDF and Word, re-read by programs that did not write them."""

import dataclasses
import io
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pdfua
import pikepdf
import pypdf
import pytest

from fællesledelse.documents.evaluation import ASKED, SCALE, STATEMENTS, TOO_FEW, Report, evaluation_pdf, evaluation_word
from fællesledelse.model import GatheringKind

from .reading import darkness, in_libreoffice, paragraphs_of, pictures, tags

STATEMENT = STATEMENTS[GatheringKind.PROGRAMME]
REPORT = Report(
    GatheringKind.PROGRAMME,
    "Fælles om ledelse",
    "Efter workshop 1",
    date(2026, 10, 22),
    date(2026, 11, 4),
    38,
    (1, 0, 1, 3, 12, 7),
    {
        "well": ("Drejebogen", "Gruppen er fortrolig.\n\nDet havde jeg ikke troet.", "Roen", "Stilheden", "Øvelserne"),
        "more": ("Eksempler", "Flere pauser", "Mere tid", "Møder ude", "Sparring"),
        "improve": None,
        "less": ("Færre ord", "Kortere indledning", "Mindre skærm", "Start klokken otte", "Ved ikke"),
    },
)


@cache
def printed() -> bytes:
    return evaluation_pdf(REPORT)


@cache
def written() -> bytes:
    return evaluation_word(REPORT)


def said(text: str, **changes: Any) -> Report:
    """The report with that text everywhere a human can write one."""
    texts = dict.fromkeys(ASKED, (text,) * 5)
    return dataclasses.replace(REPORT, title=text, cohort=text, texts=texts, **changes)


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def test_the_pdf_says_when_how_many_the_figure_and_every_word() -> None:
    text = text_of(printed())
    assert "22. oktober 2026 til 4. november 2026 · 24 af 38 har svaret" in text
    assert f"»{STATEMENT}«" in text
    assert "Meget enig 7 Enig 12 Hverken enig eller uenig 3 Uenig 1 Meget uenig 0 Ved ikke 1" in text
    for words in (*ASKED.values(), "Det havde jeg ikke troet.", "Start klokken otte"):
        assert words in text
    assert text.count(TOO_FEW) == 1


def test_the_word_file_says_the_same_in_headings_and_paragraphs() -> None:
    found = paragraphs_of(written())
    assert ("Heading 1", "Efter workshop 1") in found
    assert [text for style, text in found if style == "Heading 2"] == [f"»{STATEMENT}«", *ASKED.values()]
    assert ("Normal", "–\tGruppen er fortrolig.\n\nDet havde jeg ikke troet.") in found
    assert found[[text for _, text in found].index(ASKED["improve"]) + 1][1] == TOO_FEW
    (table,) = docx.Document(io.BytesIO(written())).tables
    rows = [(row.cells[0].text, row.cells[2].text) for row in table.rows]
    assert rows == [(SCALE[point], str(REPORT.worth[point])) for point in (5, 4, 3, 2, 1, 0)]


def test_an_evaluation_of_one_day_names_the_day_once() -> None:
    one = dataclasses.replace(REPORT, closes=REPORT.opens)
    assert one.frame == "22. oktober 2026 · 24 af 38 har svaret"


def test_who_listens_to_the_pdf_hears_headings_table_and_words_in_order() -> None:
    heard = [(tag.role, " ".join(tag.text.split())) for tag in tags(printed())]
    headings = [text for role, text in heard if role in ("H1", "H2")]
    assert headings == ["Efter workshop 1", f"»{STATEMENT}«", *ASKED.values()]
    assert [text for role, text in heard if role == "TH"] == ["Svar", "Antal"]
    assert heard[[text for _, text in heard].index("Meget enig") + 1][1] == "7"
    assert ("P", "Det havde jeg ikke troet.") in heard


def test_the_pdf_is_tagged_danish_and_what_a_machine_can_check_of_pdf_ua_is_right(tmp_path: Path) -> None:
    path = tmp_path / "evaluering.pdf"
    path.write_bytes(printed())
    assert pdfua.validate(str(path)).findings == ()
    with pikepdf.open(path) as file:
        assert str(file.Root.Lang) == "da-DK"
        assert file.open_metadata()["dc:title"] == "Evaluering – Efter workshop 1"


@pytest.mark.parametrize(
    "text",
    ['#read("/etc/passwd") *fed* $x$ [a] @b', "a & b <c> \\n ]]>", "{{ navn }} {% raw %}", "\0 \ud800 x", "🌱 æøå ÆØÅ"],
)
def test_no_sign_in_a_text_is_markup_or_a_fault(text: str) -> None:
    shown = text.replace("\0", "�").replace("\ud800", "�")
    words = [each for style, each in paragraphs_of(evaluation_word(said(text))) if style == "Normal"]
    assert words.count(f"–\t{shown}") == 20
    assert sum(" ".join(tag.text.split()) == " ".join(shown.split()) for tag in tags(evaluation_pdf(said(text)))) >= 20


def test_what_is_too_long_for_a_line_breaks_and_stays_on_the_page(tmp_path: Path) -> None:
    page = pictures(evaluation_pdf(said("x" * 400)), tmp_path)[0].read_bytes().split(b"\n", 3)
    width = int(page[1].split()[0])
    margin = [page[3][at + width - 20 : at + width] for at in range(0, len(page[3]), width)]
    assert min(map(min, filter(None, margin))) > 250, "nothing is printed in the right margin"


def test_forty_long_answers_are_all_there() -> None:
    many = dataclasses.replace(
        REPORT,
        worth=(0, 0, 0, 0, 0, 40),
        texts={name: tuple(f"nr{number:02} " + "ord " * 248 for number in range(40)) for name in ASKED},
    )
    text = text_of(evaluation_pdf(many))
    assert all(text.count(f"nr{number:02} ord") == 4 for number in range(40))


def test_libreoffice_opens_the_word_file_and_the_bars_are_as_long_as_the_counts(tmp_path: Path) -> None:
    shown = in_libreoffice(written(), tmp_path)
    assert "24 af 38 har svaret" in text_of(shown)
    full = darkness(pictures(shown, tmp_path)[0])
    flat = in_libreoffice(evaluation_word(dataclasses.replace(REPORT, worth=(12, 12, 12, 12, 12, 12))), tmp_path)
    assert darkness(pictures(flat, tmp_path)[0]) > full > 0


def test_the_same_report_is_the_same_pdf() -> None:
    assert evaluation_pdf(REPORT) == evaluation_pdf(dataclasses.replace(REPORT))
