"""The paper edition of a page: what it says, the lines to write on, and what a machine can check of it."""

import io
from functools import cache
from pathlib import Path

import nbformat
import pdfua
import pikepdf
import pypdf
import pytest

from fællesledelse import cells
from fællesledelse.documents.paper import Paper, paper
from fællesledelse.manifest import load
from fællesledelse.model import Field, FieldKind, Step, StepKind
from fællesledelse.vocabulary import Call, cards, choose, date, earlier, private, text

from .reading import tags

NAMES = ("velkomst", "forberedelse-1", "workshop-1", "forberedelse-2", "udgivelse", "privat-tillaeg")


@cache
def shipped(folder: Path, name: str) -> bytes:
    """The paper edition of a page of the demo."""
    manifest = load((folder / "bygget/manifest.json").read_text(encoding="utf-8"))
    step = manifest.step(name)
    assert step is not None
    notebook = nbformat.read(folder / f"bygget/{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    found = [c.source if c.cell_type == "markdown" else cells.call(c.source, name)[1] for c in notebook.cells]
    return paper(Paper(manifest.name, step, tuple(found)))


def made(*found: str | Call, fields: tuple[Field, ...] = (), title: str = "En side") -> bytes:
    return paper(Paper("Et hold", Step("side", title, StepKind.PREPARATION, 10, None, fields), found))


def said(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def rules(pdf: bytes) -> int:
    """How many lines there are to write on: nothing else on these pages is filled."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        return sum(str(operator) == "f" for page in file.pages for _, operator in pikepdf.parse_content_stream(page))


@pytest.mark.parametrize("name", NAMES)
def test_every_page_is_tagged_danish_and_what_a_machine_can_check_of_pdf_ua_is_right(
    all_open: Path, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "side.pdf"
    path.write_bytes(shipped(all_open, name))
    assert pdfua.validate(str(path)).findings == ()
    with pikepdf.open(path) as file:
        assert str(file.Root.Lang) == "da-DK"
        assert str(file.open_metadata()["dc:title"]).startswith("Papirudgave – ")
    assert [tag.role for tag in tags(path.read_bytes())].count("H1") == 1


def test_it_says_what_the_page_says_with_the_cohorts_own_words(all_open: Path) -> None:
    words = said(shipped(all_open, "forberedelse-1"))
    for sentence in (
        "Forberedelse 1: Hvor kommer din ledelse fra?",
        "Fortæl tre episoder",
        "Her er det, Strandby Kommune har sagt højt, at I vil:",
        "Vi går ud ad døren og løser opgaven sammen med dem, den handler om.",
        "Hvad gjorde det ved de andre?",
    ):
        assert sentence in words
    assert "**" not in words
    assert "{{" not in words


def test_the_parts_of_a_card_stay_together_on_a_page() -> None:
    fields = tuple(
        Field(f"a.{n}.{part}", FieldKind.TEXT, f"{part} del", 1500) for n in range(1, 9) for part in ("one", "two")
    )
    pdf = made(cards("a", parts=["one", "two"], count=8), fields=fields)
    found = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    assert len(found) > 1
    assert all(words.count("one del") == words.count("two del") for words in found)


def test_a_field_has_more_lines_the_more_may_be_written_in_it() -> None:
    assert rules(made("Intet")) == 0
    assert rules(made(text("a", limit=600))) == 2
    assert rules(made(text("a"))) == rules(made(text("a", limit=20000))) == 10
    assert rules(made(choose("a", sources=["b"]))) == 5


def test_cards_a_day_and_what_is_read_on_the_screen() -> None:
    fields = tuple(Field(f"a.{n}.x", FieldKind.TEXT, "Hvem og hvornår", 600) for n in (1, 2))
    words = said(made(cards("a", parts=["x"], count=2), date("b"), earlier("c"), fields=fields))
    assert words.count("Hvem og hvornår") == 2
    assert "Dag" in words
    assert words.count("Her står dine egne ord på skærmen. De er ikke med på papiret.") == 1


def test_a_cell_that_only_works_on_the_screen_leaves_no_mark() -> None:
    assert said(made("Prosa", Call())) == said(made("Prosa"))


def test_the_private_annex_says_whose_it_is() -> None:
    field = Field("private.a", FieldKind.TEXT, "Mine grænser", 8000)
    assert "Læg papiret, hvor kun du finder det." in said(made(private("a"), fields=(field,)))
    assert "privat" not in said(made(text("a")))


def test_every_kind_of_prose_has_its_form() -> None:
    prose = (
        "## Overskrift\n\n1. første\n2. anden\n    - under\n\n> citat **fed** og *kursiv*\n\n| a | b |\n|--|--|\n| c | d |\n"
    )
    roles = [tag.role for tag in tags(made(prose))]
    assert {"H1", "H2", "L", "LI", "LBody", "Table", "TH", "TD"} <= set(roles)
    words = said(made(prose + "\n[et sted](https://strandby.example)\n\n    kode\n\n~~slettet~~ linje  \nbrudt"))
    assert "citat fed og kursiv" in words
    assert "et sted" in words
    assert "strandby.example" not in words
    assert "slettet linje brudt" in words


def test_headings_that_skip_a_level_are_brought_together() -> None:
    assert [tag.role for tag in tags(made("# En side", "#### Langt nede\n\n## Oppe")) if tag.role[0] == "H"] == [
        "H1",
        "H2",
        "H2",
    ]


@pytest.mark.parametrize("hostile", ['#read("/etc/passwd") $x$ @b', "a & b \\< c \\n", "漢字"])
def test_no_sign_in_a_text_is_markup_and_none_stops_it(hostile: str) -> None:
    field = Field("a.1.x", FieldKind.TEXT, hostile, 600)
    words = said(made(f"## {hostile}\n\n{hostile}", cards("a", parts=["x"], count=1), fields=(field,), title=hostile))
    assert words.count("��" if hostile == "漢字" else hostile.split()[0]) >= 4


def test_the_same_page_is_the_same_file(all_open: Path) -> None:
    again = shipped.__wrapped__(all_open, "workshop-1")
    assert again == shipped(all_open, "workshop-1")


@pytest.mark.parametrize("before", range(28, 37))
def test_a_question_at_the_foot_of_a_page_goes_with_its_lines(before: int) -> None:
    pdf = made("\n\n".join(["Et afsnit."] * before), "### Spørgsmålet\n\nSvar her.", text("a", limit=600))
    with pikepdf.open(io.BytesIO(pdf)) as file:
        drawn = [sum(str(name) == "f" for _, name in pikepdf.parse_content_stream(page)) for page in file.pages]
    words = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    asked = next(number for number, page in enumerate(words) if "Spørgsmålet" in page)
    assert "Svar her." in words[asked]
    assert drawn[asked] == 2
