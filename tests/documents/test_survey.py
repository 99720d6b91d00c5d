"""What a wave of the survey came to, as PDF and Word, re-read by programs that did not write them."""

import dataclasses
import io
import re
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import docx
import pdfua
import pypdf
import pytest
from docx.oxml.ns import qn

from fællesledelse.documents.relations import NOTHING, RelationRow, Relations, shade
from fællesledelse.documents.span import Span, number
from fællesledelse.documents.survey import (
    FEW,
    MERGED,
    MERGED_WHY,
    NO_CHANGE,
    SCALE,
    TURNED,
    Statement,
    SurveyReport,
    ThemeResult,
    survey_pdf,
    survey_word,
)

from .reading import in_libreoffice, paragraphs_of, tags

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
    Relations(
        ("Skole", "Social", "Vej"),
        (
            RelationRow("Skole", (("Vej", Span(4.24, 3.6, 4.81)), ("Social", None))),
            RelationRow("Vej", (("Skole", Span(1.9, 1.2, 2.6)), ("Social", Span(3.0, 2.4, 3.6)))),
        ),
    ),
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
        ):
            assert words in text


def test_what_is_withheld_is_told_and_why() -> None:
    for text in (text_of(printed()), word_of(written())):
        for words in (TURNED, MERGED_WHY, NO_CHANGE, FEW, "Enig eller helt enig 18"):
            assert words in text


def luminance(colour: str) -> float:
    """How light "#rrggbb" is, from 0 to 1, as the guidelines for accessible content have it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_relations_are_a_heat_map_in_word_with_the_numbers_in_its_fields() -> None:
    table = docx.Document(io.BytesIO(written())).tables[-1]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Svar fra", "om Skole", "om Social", "om Vej"],
        ["Skole", "–", "vises ikke", "4,2\n3,6–4,8"],
        ["Vej", "1,9\n1,2–2,6", "3,0\n2,4–3,6", "–"],
    ]
    grounds = [[ground.get(qn("w:fill")) for ground in row._tr.iter(qn("w:shd"))] for row in table.rows]
    assert grounds == [[], [shade(4.24)[0][1:]], [shade(1.9)[0][1:], shade(3.0)[0][1:]]]
    assert table.rows[0]._tr.trPr is not None
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_an_interval_of_twelve_departments_stands_on_one_line_in_word(tmp_path: Path) -> None:
    names = tuple(f"Område {number}" for number in range(12))
    given = tuple(RelationRow(one, tuple((each, Span(3.4, 2.6, 4.8)) for each in names if each != one)) for one in names)
    word = survey_word(dataclasses.replace(REPORT, relations=Relations(names, given)))
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(in_libreoffice(word, tmp_path))).pages]
    assert [page.count("2,6–4,8") for page in pages if "Svar fra" in page] == [132], "all of them, and on one page"


def test_relations_are_a_heat_map_in_the_pdf_and_a_table_for_who_hears_it() -> None:
    pages = pypdf.PdfReader(io.BytesIO(printed())).pages
    drawn = b"".join(content.get_data() for page in pages if (content := page.get_contents()) is not None)
    for value in (4.24, 1.9, 3.0):
        parts = [int(shade(value)[0][at : at + 2], 16) / 255 for at in (1, 3, 5)]
        assert any(
            [float(part) for part in found] == pytest.approx(parts, abs=0.01)
            for found in re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) scn", drawn)
        )
    found = tags(printed())
    fields = [tag for tag in found if tag.role in ("TH", "TD", "P")]
    heard = [tag.text for tag in fields if tag.text]
    at = heard.index("om Skole")
    assert heard[at - 1 : at + 14] == [
        *("Svar fra", "om Skole", "om Social", "om Vej"),
        *("Skole", "–", "vises ikke", "4,2", "3,6–4,8"),
        *("Vej", "1,9", "1,2–2,6", "3,0", "2,4–3,6", "–"),
    ]
    assert [tag.role for tag in found if tag.text in ("om Skole", "vises ikke")] == ["TH", "TD"]


def test_what_is_withheld_of_relations_is_told_in_words() -> None:
    silent = dataclasses.replace(REPORT, relations=Relations(("Skole", "Social"), ()))
    for report, made in ((REPORT, (printed(), written())), (silent, (survey_pdf(silent), survey_word(silent)))):
        for text in (text_of(made[0]), word_of(made[1])):
            assert ("Svar fra Skole om Social vises ikke, fordi færre end fem har taget stilling." in text) == (
                report is REPORT
            )
            assert ("Svar fra Social vises ikke, fordi færre end fem har taget stilling." in text) == (report is REPORT)
            assert (NOTHING in text) == (report is silent)


def test_where_relations_were_not_promised_there_is_no_word_of_them() -> None:
    none = dataclasses.replace(REPORT, relations=None)
    for text in (text_of(survey_pdf(none)), word_of(survey_word(none))):
        assert "Samarbejdet mellem afdelingerne" not in text


def test_shades_grow_darker_all_the_way_and_can_be_written_on() -> None:
    values = [at / 100 for at in range(100, 501)]
    light = [luminance(shade(value)[0]) for value in values]
    assert all(after <= before for before, after in pairwise(light))
    assert light[0] - light[-1] > 0.7
    for value in values:
        lighter, darker = sorted((luminance(each) for each in shade(value)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5


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
    relations = Relations((HOSTILE, "Vej"), (RelationRow(HOSTILE, (("Vej", None),)),))
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
