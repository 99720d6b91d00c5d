"""A charter: what it knows of itself, what has changed, and its two files."""

import io
from dataclasses import replace
from datetime import date

import docx
import pypdf
import pytest

from fællesledelse.documents.charter import NO_PURPOSE, OPEN, Charter, Entry, Theme, changes, charter_pdf, charter_word
from fællesledelse.model import FieldKind

PURPOSE = Entry("charter.purpose", FieldKind.TEXT, "Hvad er formålet?", "At blive bedre sammen.\n\nOg at turde sige det.")
FIELD = Entry(
    "charter.field",
    FieldKind.PICK,
    "Ét fag eller på tværs?",
    "På tværs af fag",
    (("Det taler for", "Man hører noget nyt."), ("Det skal I passe på", "Det tager tid.")),
)
JOINING = Entry("charter.joining", FieldKind.PICK, "Frivilligt eller for alle?", "Frivilligt")
TRIAL = Entry("charter.trial", FieldKind.DATE, "Prøvetiden slutter", "2027-11-30")
END = Entry("charter.end", FieldKind.DATE, "Netværket slutter", "")
RULES = Entry("charter.rules", FieldKind.TEXT, "Spillereglerne", "Det bliver her.")
CHARTER = Charter(
    "Netværk for ledere af ledere",
    "Strandby Kommune",
    2,
    date(2026, 11, 22),
    "Jonas Enggaard",
    (Theme("Formål", (PURPOSE,)), Theme("Type", (FIELD, JOINING)), Theme("Gryden i kog", (TRIAL, END, RULES))),
)
HOSTILE = '#read("/etc/passwd") {{ 7*7 }} <w:p/> \ud800\0 \U0001f469 ' + "l" * 300


def with_answer(entry: Entry, text: str) -> Charter:
    def answered(theme: Theme) -> Theme:
        return replace(theme, entries=tuple(replace(each, text=text) if each is entry else each for each in theme.entries))

    return replace(CHARTER, themes=tuple(map(answered, CHARTER.themes)))


def pdf_text(charter: Charter) -> str:
    pages = pypdf.PdfReader(io.BytesIO(charter_pdf(charter))).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def word_text(charter: Charter) -> str:
    made = docx.Document(io.BytesIO(charter_word(charter)))
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in made.paragraphs), *cells])


def test_it_knows_its_purpose_its_type_its_days_and_what_is_open() -> None:
    assert CHARTER.type == "På tværs af fag, frivilligt"
    assert (CHARTER.trial_until, CHARTER.evaluate_by, CHARTER.ends) == (date(2027, 11, 30), None, None)
    assert CHARTER.open == (END,)
    assert CHARTER.for_leaders == (RULES,)
    assert not CHARTER.draft
    assert CHARTER.frame == "Version 2 · 22. november 2026 · 1 åbent spørgsmål"


@pytest.mark.parametrize("text", ["", "  ", "snart", "2027-02-30"])
def test_what_is_no_day_is_no_day(text: str) -> None:
    assert with_answer(TRIAL, text).trial_until is None


def test_a_charter_without_a_purpose_is_a_draft_and_says_so() -> None:
    draft = with_answer(PURPOSE, " \n")
    assert draft.title == "Udkast til kommissorium"
    assert (draft.type, draft.purpose) == (CHARTER.type, "")
    for said in (word_text(draft), pdf_text(draft)):
        assert " ".join(NO_PURPOSE.split()) in said
        assert f"{OPEN}: Hvad er formålet?" in said
    assert NO_PURPOSE not in word_text(CHARTER)


def test_what_has_changed_is_told_in_order_with_what_was_taken_out_and_what_is_no_longer_asked() -> None:
    now = with_answer(END, "2029-11-30")
    assert [(each.kind, each.question, each.now) for each in changes(CHARTER, now)] == [
        ("Nyt svar", "Netværket slutter", "30. november 2029")
    ]
    assert [each.kind for each in changes(CHARTER, with_answer(FIELD, "Inden for ét fag"))] == ["Ændret"]
    fewer = replace(CHARTER, themes=CHARTER.themes[1:])
    assert [(each.kind, each.question) for each in changes(CHARTER, fewer)] == [("Svaret er taget ud", "Hvad er formålet?")]
    assert changes(CHARTER, with_answer(PURPOSE, PURPOSE.text + " ")) == ()


def test_both_files_say_the_answers_what_was_weighed_what_is_open_and_what_is_new() -> None:
    now = replace(CHARTER, changes=changes(with_answer(RULES, ""), CHARTER))
    for said in (word_text(now), pdf_text(now)):
        for words in (
            *(
                "Netværk for ledere af ledere",
                "Strandby Kommune",
                CHARTER.frame,
                "Og at turde sige det.",
                "30. november 2027",
            ),
            *("Det taler for", "Man hører noget nyt.", "Det skal I passe på", "Det tager tid."),
            *(f"{OPEN}: Netværket slutter", "Det er nyt siden version 1", "Nyt svar: Spillereglerne"),
        ):
            assert words in said, words


def test_hostile_words_stay_words() -> None:
    charter = with_answer(PURPOSE, HOSTILE)
    for said in (word_text(charter), pdf_text(charter)):
        assert '#read("/etc/passwd") {{ 7*7 }} <w:p/>' in said
        assert "root:" not in said


def test_the_pdf_is_tagged_and_says_its_language_and_title() -> None:
    read = pypdf.PdfReader(io.BytesIO(charter_pdf(CHARTER)))
    assert read.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert str(read.trailer["/Root"]["/Lang"]).startswith("da")
    assert read.metadata is not None
    assert read.metadata.title == "Kommissorium – Netværk for ledere af ledere"
