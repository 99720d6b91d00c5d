"""What a wave of the survey came to, as PDF and Word, re-read by programs that did not write them."""

import dataclasses
import io
from datetime import date
from functools import cache
from pathlib import Path

import docx
import pdfua
import pypdf
import pytest

from fællesledelse.documents.survey import (
    FEW,
    MERGED,
    MERGED_WHY,
    NO_CHANGE,
    SCALE,
    TURNED,
    RelationRow,
    Span,
    Statement,
    SurveyReport,
    ThemeResult,
    number,
    survey_pdf,
    survey_word,
)

from .reading import paragraphs_of, tags

HOSTILE = '<b>#read("/etc/passwd")</b> {{ 7*7 }} \0 \ud800'
FULL = tuple((SCALE[point], point + 1) for point in (5, 4, 3, 2, 1, 0))
STATEMENTS = (
    Statement("a", "Vi siger det, som det er.", False, 21, FULL, Span(3.42, 3.1, 3.74), Span(-0.3, -0.6, 0.04), True),
    Statement(
        "b",
        "Det bliver for sent.",
        True,
        21,
        tuple(zip(MERGED[::-1], (18, 2, 1, 0), strict=True)),
        compared=True,
        why=MERGED_WHY,
    ),
    Statement("c", "Vi spørger hinanden.", False, 0, why=FEW),
)
REPORT = SurveyReport(
    "Fælles om ledelse",
    "Ved starten",
    "Samarbejde over grænser",
    date(2026, 10, 22),
    date(2026, 11, 4),
    38,
    21,
    (ThemeResult("tale", "Når vi taler sammen", "inside", STATEMENTS, Span(3.4, 3.0, 3.8), Span(0.21, -0.1, 0.5)),),
    (RelationRow("Skole", (("Vej", Span(4.2, 3.6, 4.8)), ("Social", None))),),
)


@cache
def printed() -> bytes:
    return survey_pdf(REPORT)


@cache
def written() -> bytes:
    return survey_word(REPORT)


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def word_of(word: bytes) -> str:
    made = docx.Document(io.BytesIO(word))
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    return " ".join(" ".join([*(each.text for each in made.paragraphs), *cells]).split())


def test_both_say_when_at_which_goal_how_many_and_every_figure() -> None:
    for text in (text_of(printed()), word_of(written())):
        for words in (
            "22. oktober 2026 til 4. november 2026 · 21 af 38 har svaret",
            "Læringsmål: Samarbejde over grænser",
            "Temaet samlet: gennemsnit 3,4 (mellem 3,0 og 3,8). Ændring siden sidst +0,2 (mellem −0,1 og +0,5).",
            "Gennemsnit 3,4 (mellem 3,1 og 3,7).",
            "Ændring siden sidst −0,3 (mellem −0,6 og 0,0).",
            "Skole: om Vej 4,2 (mellem 3,6 og 4,8); om Social vises ikke",
        ):
            assert words in text


def test_what_is_withheld_is_told_and_why() -> None:
    for text in (text_of(printed()), word_of(written())):
        for words in (TURNED, MERGED_WHY, NO_CHANGE, FEW, "Enig eller helt enig 18"):
            assert words in text


def test_the_pdf_is_tagged_and_what_a_machine_can_check_of_pdf_ua_is_right(tmp_path: Path) -> None:
    path = tmp_path / "maaling.pdf"
    path.write_bytes(printed())
    assert pdfua.validate(str(path)).findings == ()
    headings = [tag.text for tag in tags(printed()) if tag.role in ("H1", "H2")]
    assert headings == ["Ved starten", "Når vi taler sammen", "Samarbejdet mellem afdelingerne"]


def test_the_word_file_names_nobody_and_has_its_styles() -> None:
    made = docx.Document(io.BytesIO(written()))
    assert (made.core_properties.author, made.core_properties.title) == ("", "Måling – Ved starten")
    assert [each.text for each in made.paragraphs if each.style and each.style.name == "Heading 2"] == [
        "Når vi taler sammen",
        "Samarbejdet mellem afdelingerne",
    ]
    assert paragraphs_of(written())


def test_no_sign_is_markup() -> None:
    statement = dataclasses.replace(STATEMENTS[0], text=HOSTILE)
    theme = dataclasses.replace(REPORT.themes[0], title=HOSTILE, statements=(statement,))
    relations = (RelationRow(HOSTILE, ((HOSTILE, None),)),)
    hostile = dataclasses.replace(REPORT, cohort=HOSTILE, title=HOSTILE, goal=HOSTILE, themes=(theme,), relations=relations)
    for text in (text_of(survey_pdf(hostile)), word_of(survey_word(hostile))):
        assert '<b>#read("/etc/passwd")</b> {{ 7*7 }}' in text


@pytest.mark.parametrize(
    ("value", "signed", "said"),
    [(3.44, False, "3,4"), (-0.26, True, "−0,3"), (0.26, True, "+0,3"), (-0.04, True, "0,0"), (5.0, False, "5,0")],
)
def test_numbers_are_written_as_in_danish(value: float, signed: bool, said: str) -> None:
    assert number(value, signed) == said


def test_the_same_report_is_the_same_pdf() -> None:
    assert survey_pdf(REPORT) == printed()
