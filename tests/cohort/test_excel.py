# ruff: noqa: E501 - a table of mistakes reads best with one on a line
"""hold.xlsx: a cohort in one file of Excel, as people fill it in, break it and save it, and groups written into it."""

import io
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from fællesledelse.cohort import demo, document, excel, xlsx
from fællesledelse.cohort.build import prepare
from fællesledelse.cohort.file import CohortFile
from fællesledelse.cohort.folder import check
from fællesledelse.cohort.people import Ties
from fællesledelse.errors import CohortError
from fællesledelse.model import Participant, Role
from fællesledelse.share import share

from ..tools import soffice_calc
from .conftest import Folder, small

TIES = Ties({"aase@strandby.example": ("Digital havn", "Bo Dam")}, (("bo@strandby.example", "aase@strandby.example"),))
TITLES = {"Forløb": 1, "Datoer": 1, "Deltagere": 2}
"""The column by whose text a row of each sheet is found."""


def from_text(folder: Path, ties: Ties = TIES) -> bytes:
    """The folder's hold.yaml and deltagere.csv as one file of Excel."""
    checked = check(folder)
    return excel.write(checked.values, checked.roster.participants, ties)


class Book:
    """A hold.xlsx to change as people do."""

    def __init__(self, content: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(content))

    def __getitem__(self, sheet: str) -> Any:
        return self.book[sheet]

    def row(self, sheet: str, name: str) -> int:
        """The first row that is called so."""
        column = TITLES[sheet]
        return next(cells[column - 1].row for cells in self[sheet].iter_rows() if cells[column - 1].value == name)

    def cell(self, sheet: str, name: str, heading: str) -> Any:
        column = next(cell.column for cell in self[sheet][1] if cell.value == heading)
        return self[sheet].cell(self.row(sheet, name), column)

    @property
    def content(self) -> bytes:
        made = io.BytesIO()
        self.book.save(made)
        return made.getvalue()


class ExcelFolder(Folder):
    """A cohort folder with hold.xlsx and the pages."""

    @property
    def content(self) -> bytes:
        return (self.path / "hold.xlsx").read_bytes()

    @contextmanager
    def book(self) -> Iterator[Book]:
        """The file, opened, to be changed and saved."""
        book = Book(self.content)
        yield book
        self.write("hold.xlsx", book.content)

    def reminders(self) -> list[str]:
        return [str(one) for one in prepare(self.path).reminders]


@pytest.fixture(scope="module")
def small_in_excel(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The small cohort, its two text files made into one of Excel."""
    folder = small(tmp_path_factory.mktemp("small") / "hold")
    folder.change("dato: 20.08.2026\n", 'dato: 20.08.2026\n    kl: "9.00"\n    sted: Mødelokale 2\n')
    return from_text(folder.path)


@pytest.fixture
def kept(folder: Folder, small_in_excel: bytes) -> ExcelFolder:
    """The small cohort with one file of Excel alone."""
    made = ExcelFolder(folder.path)
    made.write("hold.xlsx", small_in_excel)
    for name in ("hold.yaml", "deltagere.csv"):
        (made.path / name).unlink()
    return made


def told(kept: ExcelFolder) -> str:
    return "\n".join(kept.findings())


def test_the_demo_in_excel_builds_the_same_bytes_as_in_text(tmp_path: Path) -> None:
    folder = tmp_path / "hold"
    demo.write_demo(folder, date(2026, 11, 20))
    before = prepare(folder)
    (folder / "hold.xlsx").write_bytes(from_text(folder, Ties()))
    (folder / "hold.yaml").unlink()
    (folder / "deltagere.csv").unlink()
    after = prepare(folder)
    assert after.files == before.files
    assert len(after.files) == 16


def test_what_is_written_is_read_as_it_was(kept: ExcelFolder) -> None:
    checked = check(kept.path)
    book = excel.read(excel.write(checked.values, checked.roster.participants, checked.ties))
    assert CohortFile.model_validate(book.document.values) == checked.cohort
    assert book.people.leaders == checked.roster.participants[1:]
    assert book.people.ties == checked.ties == TIES
    assert (book.document.findings, book.people.findings, book.reminders) == ([], (), ())


def test_a_workshop_has_its_time_and_place(kept: ExcelFolder) -> None:
    step = prepare(kept.path).manifest.steps[2]
    assert (step.starts, step.place) == (time(9), "Mødelokale 2")


def test_who_has_met_whom_is_never_built(kept: ExcelFolder) -> None:
    assert check(kept.path).ties == TIES
    assert not any(b"Digital havn" in content for content in prepare(kept.path).files.values())


def test_libreoffice_opens_it_and_saves_it_with_everything_in_it(kept: ExcelFolder, tmp_path: Path) -> None:
    groups = {"aase@strandby.example": "Blå", "bo@strandby.example": "2", "ib@strandby.example": "Blå"}
    (tmp_path / "hold.xlsx").write_bytes(excel.with_groups(kept.content, groups))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice_calc(), profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "ny")]
    done = subprocess.run([*command, str(tmp_path / "hold.xlsx")], capture_output=True, text=True, timeout=120)
    assert (tmp_path / "ny/hold.xlsx").is_file(), done.stdout + done.stderr
    book = excel.read((tmp_path / "ny/hold.xlsx").read_bytes())
    assert book == excel.read((tmp_path / "hold.xlsx").read_bytes())
    assert [one.group for one in book.people.leaders] == ["Blå", "2", "Blå", "2"]


def test_an_empty_file_asks_for_what_only_humans_know(kept: ExcelFolder) -> None:
    template = document.read((share("templates/cohort") / "hold.yaml").read_bytes())
    kept.write("hold.xlsx", excel.write(template.values))
    found = told(kept)
    for what in ("Holdets navn", "Organisation", "Starter"):
        assert f"Feltet {what!r} står tomt. Skriv det, før holdet bygges." in found
    assert "hold.xlsx, arket Datoer, linje 4, kolonne C: 'workshop-1' har ingen dag." in found
    assert "'Facilitator' er tom. Der skal stå mindst én." in found
    assert "hold.xlsx, arket Deltagere, linje 2: Der står ingen deltagere under overskrifterne." in found


def test_it_looks_as_one_expects_of_a_form(kept: ExcelFolder) -> None:
    book = Book(kept.content)
    for name in book.book.sheetnames:
        sheet = book[name]
        assert sheet.freeze_panes == "A2"
        assert all(cell.font.bold for cell in sheet[1])
        assert all(sheet.column_dimensions[cell.column_letter].width > 8 for cell in sheet[1])
    day = book.cell("Datoer", "workshop-1", "dato")
    assert (day.value, day.number_format) == (datetime(2026, 8, 20), "dd-mm-yyyy")
    for name, area, kind in (
        ("Datoer", "D2:D500", "date"),
        ("Datoer", "G2:G500", "whole"),
        ("Deltagere", "E2:E500", "list"),
    ):
        assert [rule.type for rule in book[name].data_validations.dataValidation if str(rule.sqref) == area] == [kind]
    assert "https://" in book.cell("Forløb", "Dokument", "Hjælp").value


def test_nothing_that_is_written_becomes_a_formula() -> None:
    values = {"navn": '=HYPERLINK("x")', "organisation": "+1\x07", "dokumenter": [{"navn": "=1+1"}], "trin": "x"}
    book = excel.read(excel.write(values))
    found = book.document.values
    assert (found["navn"], found["organisation"], found["dokumenter"][0]["navn"]) == ('=HYPERLINK("x")', "+1", "=1+1")
    assert not any("uden resultat" in str(one) for one in book.document.findings)


# What people do


def put(sheet: str, name: str, heading: str, value: Any) -> Callable[[Book], None]:
    def change(book: Book) -> None:
        book.cell(sheet, name, heading).value = value

    return change


def drop(sheet: str, name: str) -> Callable[[Book], None]:
    def change(book: Book) -> None:
        book[sheet].delete_rows(book.row(sheet, name))

    return change


def add(sheet: str, *texts: Any) -> Callable[[Book], None]:
    def change(book: Book) -> None:
        last = max(cell.row for row in book[sheet].iter_rows() for cell in row if cell.value is not None)
        for column, text in enumerate(texts, 1):
            book[sheet].cell(last + 1, column).value = text

    return change


def merge(sheet: str, area: str) -> Callable[[Book], None]:
    return lambda book: book[sheet].merge_cells(area)


def rename(sheet: str, name: str) -> Callable[[Book], None]:
    def change(book: Book) -> None:
        renamed = book[sheet]
        renamed.title = "x"
        renamed.title = name

    return change


def above(*sheets: str) -> Callable[[Book], None]:
    """A title over the headings, as people like it."""

    def change(book: Book) -> None:
        for sheet in sheets:
            book[sheet].insert_rows(1, 2)
            book[sheet]["A1"] = "Fælles om ledelse"
            book[sheet].merge_cells("A1:C1")

    return change


def gap(book: Book) -> None:
    for sheet in book.book:
        sheet.insert_rows(3, 2)


def comment(book: Book) -> None:
    book["Deltagere"]["A2"].comment = Comment("Er på barsel", "HR")


def copy(book: Book) -> None:
    book.book.copy_worksheet(book["Deltagere"]).title = "Deltagere (2)"


def own(book: Book) -> None:
    for sheet in ("Deltagere", "Datoer"):
        column = book[sheet].max_column + 1
        book[sheet].cell(1, column).value = "Frokost"
        book[sheet].cell(2, column).value = "=1+1"


def hide(book: Book) -> None:
    book["Deltagere"].row_dimensions[3].hidden = True
    book["Deltagere"].column_dimensions["D"].hidden = True
    book["Datoer"].sheet_state = "hidden"


def nbsp(book: Book) -> None:
    book["Deltagere"]["A2"] = "\xa0Åse\xa0Ø  "
    book["Deltagere"]["B2"] = "aase@strandby.example\u200b \xa0"
    book.cell("Forløb", "Organisation", "Svar").value = " Strandby\xa0Kommune\n"
    book["Datoer"]["A1"] = " Trin\xa0"


def number(book: Book) -> None:
    cell = book.cell("Datoer", "workshop-1", "dato")
    cell.value, cell.number_format = 46254, "General"


def dates(book: Book) -> None:
    book.cell("Forløb", "Starter", "Svar").value = "15-06-2026"
    book.cell("Datoer", "forberedelse-1", "åbner").value = "2026-06-15"
    book.cell("Datoer", "workshop-1", "dato").value = "20.8.2026"
    clock = book.cell("Datoer", "workshop-1", "kl.")
    clock.value, clock.number_format = time(9), "hh:mm"


@pytest.mark.parametrize(
    "change",
    [
        gap,
        comment,
        nbsp,
        dates,
        above("Forløb", "Datoer", "Deltagere"),
        rename("Deltagere", "Deltager"),
        rename("Datoer", " datoer "),
        rename("Forløb", "FORLØB"),
        merge("Forløb", "B4:E4"),
        put("Forløb", "Organisation", "Hvad", "  organisation: "),
        put("Datoer", "workshop-1", "kl.", 0.375),
        put("Datoer", "workshop-1", "kl.", "kl. 9"),
        put("Datoer", "workshop-1", "minutter", 150.0),
        lambda book: book.book.move_sheet("Deltagere", -2),
        lambda book: book.book.create_sheet("Budget").append(["Kaffe", 1200]),
        lambda book: book.book.create_sheet("Deltagere sidste år").append(["Navn", "Ulf"]),
        lambda book: book.book.create_sheet("Kalender").append(["juni"]),
        rename("Datoer", "Dattoer"),
        rename("Datoer", "Kalender"),
        lambda book: book["Forløb"].move_range("A5:F5", rows=60),
    ],
)
def test_what_people_do_to_a_sheet_changes_nothing(kept: ExcelFolder, change: Callable[[Book], None]) -> None:
    before = prepare(kept.path).files
    with kept.book() as book:
        change(book)
    assert kept.findings() == []
    assert prepare(kept.path).files == before


def test_a_formula_counts_as_what_excel_computed(kept: ExcelFolder) -> None:
    before = prepare(kept.path).files
    name = "xl/worksheets/sheet1.xml"
    sheet = part(kept.content, name)
    computed = sheet.replace(
        b't="inlineStr"><is><t>Strandby Kommune</t></is>', b't="str"><f>A1</f><v>Strandby Kommune</v>', 1
    )
    assert computed != sheet
    kept.write("hold.xlsx", with_part(kept.content, name, computed))
    assert prepare(kept.path).files == before


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (b' t="b"><v>1</v>', "SAND"),
        (b' t="d"><v>2026-06-15T00:00:00</v>', "15.06.2026"),
        (b' t="inlineStr"><is><r><t>Strand</t></r><rPh><t>x</t></rPh><r><t>by_x000D_&#10;By</t></r></is>', "Strandby\nBy"),
        (b"><v>2026.5</v>", "2026.5"),
        (b' s="%d"><v>99999999999</v>', "99999999999"),
        (b' s="%d"><v>46188.375</v>', "15.06.2026 9.00"),
        (b' s="%d"><v>0.5</v>', "12.00"),
    ],
)
def test_a_cell_is_read_as_it_looks(kept: ExcelFolder, cell: bytes, text: str) -> None:
    name = "xl/worksheets/sheet1.xml"
    sheet = part(kept.content, name)
    day = re.search(rb'<c r="B5" s="(\d+)"', sheet)
    assert day
    cell = cell.replace(b"%d", day[1])
    changed = re.sub(rb'<c r="B4".*?</c>', lambda _: b'<c r="B4"' + cell + b"</c>", sheet, count=1)
    book = excel.read(with_part(kept.content, name, changed))
    assert book.document.values["organisation"] == text
    assert book.document.findings == []


def part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return parts.read(name)


def with_part(content: bytes, name: str, new: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as written:
        for one in parts.namelist():
            written.writestr(one, new if one == name else parts.read(one))
    return made.getvalue()


FORM, DAYS, PEOPLE = "hold.xlsx, arket Forløb, ", "hold.xlsx, arket Datoer, ", "hold.xlsx, arket Deltagere, "


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (drop("Forløb", "Organisation"), "hold.xlsx, arket Forløb: Feltet 'Organisation' mangler. Skriv 'Organisation' i kolonnen Hvad"),
        (put("Forløb", "Organisation", "Svar", None), FORM + "linje 4, kolonne B: Feltet 'Organisation' står tomt. Skriv det"),
        (put("Forløb", "Organisation", "Hvad", "Organisasjon"), FORM + "linje 4, kolonne A: 'Organisasjon' er ikke noget, vi kender. Mente du 'organisation'?"),
        (put("Forløb", "Organisation", "Hvad", "Kantine"), FORM + "linje 4, kolonne A: 'Kantine' er ikke noget, vi kender. De kendte er: Holdets korte navn"),
        (put("Forløb", "Organisation", "Hvad", None), FORM + "linje 4, kolonne A: Her står et svar, men kolonnen Hvad er tom."),
        (put("Forløb", "Organisation", "Link", "x"), FORM + "linje 4, kolonne D: 'Organisation' har ikke noget i kolonnen Link. Flyt det"),
        (add("Forløb", "Organisation", "By"), "'Organisation' står her igen; første gang var i linje 4. Slet den ene."),
        (put("Forløb", "Dokument", "Link", "javascript:alert(1)"), "Link: 'javascript:alert(1)' er ikke et link, vi kan vise"),
        (put("Forløb", "Facilitator", "E-mail", None), "Feltet 'E-mail' står tomt. Skriv det"),
        (put("Forløb", "Facilitator", "E-mail", 12345), "E-mail: '12345' er ikke en e-mailadresse."),
        (put("Forløb", "Nøgle i pengeskabet", "Svar", "ja"), "Nøgle i pengeskabet: 'ja' er ikke en nøgle (64 tegn"),
        (put("Forløb", "Starter", "Svar", "i juni"), FORM + "linje 5, kolonne B: Starter: 'i juni' er ikke en dato, vi kan læse."),
        (put("Forløb", "Starter", "Svar", datetime(2026, 6, 15, 9)), "Starter: '15.06.2026 9.00' er ikke en dato"),
        (put("Forløb", "Slutter", "Svar", date(2025, 1, 1)), "Holdet slutter 01.01.2025, før det starter"),
        (put("Datoer", "workshop-1", "dato", "20/8-26"), DAYS + "linje 4, kolonne D: dato: '20/8-26' er ikke skrevet som dag.måned.år. Skriv 20.08.2026"),
        (number, DAYS + "linje 4, kolonne D: dato: '46254' er en dato, som Excel har gemt som et tal. Skriv 20.08.2026"),
        (put("Datoer", "workshop-1", "dato", "den 20."), DAYS + "linje 4, kolonne D: dato: 'den 20.' er ikke en dato, vi kan læse."),
        (put("Datoer", "workshop-1", "dato", None), DAYS + "linje 4, kolonne C: 'workshop-1' har ingen dag."),
        (put("Datoer", "workshop-1", "dato", None), DAYS + "linje 4, kolonne C: 'workshop-1' har 'kl' eller 'sted', men ingen 'dato'."),
        (put("Datoer", "workshop-1", "dato", date(2026, 5, 20)), DAYS + "linje 4, kolonne D: 'workshop-1' ligger 20.05.2026, før"),
        (put("Datoer", "workshop-1", "kl.", "kvart over ni"), DAYS + "linje 4, kolonne E: kl.: 'kvart over ni' er ikke et klokkeslæt, vi kan læse."),
        (put("Datoer", "workshop-1", "kl.", "25.00"), "'25.00' er ikke et klokkeslæt"),
        (put("Datoer", "workshop-1", "minutter", "to timer"), DAYS + "linje 4, kolonne G: minutter: 'to timer' skal være et helt antal"),
        (put("Datoer", "workshop-1", "titel", None), "Feltet 'titel' står tomt."),
        (put("Datoer", "workshop-1", "trin", "workshop-9"), DAYS + "linje 4, kolonne A: Trinnet 'workshop-9' har ingen side: notebooks/workshop-9.ipynb findes ikke. Mente du 'workshop-1'?"),
        (put("Datoer", "workshop-1", "trin", "velkomst"), "Trinnet 'velkomst' står allerede i linje 2."),
        (lambda book: setattr(book["Datoer"]["D1"], "value", "når"), DAYS + "linje 4, kolonne C: 'workshop-1' har ingen dag."),
        (lambda book: setattr(book["Datoer"]["G1"], "value", "hvor længe"), DAYS + "linje 1: Kolonnen 'minutter' mangler. Den første linje skal"),
        (lambda book: setattr(book["Forløb"]["B1"], "value", "x"), FORM + "linje 1: Kolonnen 'svar' mangler."),
        (lambda book: book["Datoer"].delete_rows(1, 90), "hold.xlsx, arket Datoer, linje 1: Arket er tomt. Den første linje skal have overskrifterne: trin"),
        (lambda book: book["Datoer"].delete_rows(2, 90), "'Arket Datoer' er tom. Der skal stå mindst én."),
        (lambda book: book.book.remove(book["Deltagere"]), "hold.xlsx: Arket 'Deltagere' mangler. Arkene hedder: Forløb, Datoer."),
        (rename("Datoer", "Møder"), "hold.xlsx: Arket 'Datoer' mangler. Arkene hedder: Forløb, Møder, Deltagere. Giv arket navnet Datoer."),
        (lambda book: book.book.create_sheet("Deltagger"), "hold.xlsx: Arkene 'Deltagere' og 'Deltagger' ligner hinanden"),
        (copy, "hold.xlsx: Arkene 'Deltagere' og 'Deltagere (2)' ligner hinanden"),
        (merge("Deltagere", "A1:B1"), PEOPLE + "linje 1, kolonne A: Cellerne A1:B1 er flettet"),
        (merge("Deltagere", "D2:D3"), PEOPLE + "linje 2, kolonne D: Cellerne D2:D3 er flettet, så vi ikke kan se, hvad der hører til hvad."),
        (merge("Forløb", "A9:A10"), FORM + "linje 9, kolonne A: Cellerne A9:A10 er flettet"),
        (merge("Datoer", "B2:B3"), DAYS + "linje 2, kolonne B: Cellerne B2:B3 er flettet"),
        (put("Deltagere", "bo@strandby.example", "email", 4512), PEOPLE + "linje 3, kolonne B: '4512' er ikke en e-mailadresse."),
        (put("Deltagere", "bo@strandby.example", "email", "aase@strandby.example"), PEOPLE + "linje 3, kolonne B: 'aase@strandby.example' står allerede i linje 2."),
        (put("Deltagere", "bo@strandby.example", "email", "vibeke@strandby.example"), "er også facilitator i hold.xlsx."),
        (put("Deltagere", "bo@strandby.example", "gruppe", datetime(2026, 2, 1)), PEOPLE + "linje 3, kolonne G: 'gruppe' er blevet til en dato"),
        (put("Deltagere", "bo@strandby.example", "gruppe", "#REF!"), PEOPLE + "linje 3, kolonne G: Her viser Excel fejlen #REF!. Ret formlen"),
        (put("Deltagere", "bo@strandby.example", "email", "#N/A"), PEOPLE + "linje 3, kolonne B: Her viser Excel fejlen #N/A."),
        (put("Deltagere", "bo@strandby.example", "titel", "=A1"), PEOPLE + "linje 3, kolonne C: Her står en formel uden resultat. Åbn filen i Excel, og gem den"),
        (put("Forløb", "Organisation", "Svar", "=A1"), FORM + "linje 4, kolonne B: Her står en formel uden resultat."),
        (put("Datoer", "workshop-1", "dato", "#VALUE!"), DAYS + "linje 4, kolonne D: Her viser Excel fejlen #VALUE!."),
        (put("Deltagere", "bo@strandby.example", "sammen med", "ibb@strandby.example"), PEOPLE + "linje 3, kolonne J: 'ibb@strandby.example' er ikke en adresse fra listen. Mente du 'ib@strandby.example'?"),
        (put("Deltagere", "bo@strandby.example", "sammen med", "bo@strandby.example"), "er lederens egen adresse. Skriv den andens."),
        (lambda book: setattr(book["Deltagere"]["H1"], "value", "gruppe"), "Kolonnen 'gruppe' står to gange ('gruppe' her, og kolonne 7)."),
        (lambda book: setattr(book["Deltagere"]["B1"], "value", "adresse"), PEOPLE + "linje 1: Kolonnen 'email' mangler."),
        (lambda book: book["Deltagere"].delete_rows(2, 9), "Der står ingen deltagere under overskrifterne."),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_sheet_row_and_column(
    kept: ExcelFolder, change: Callable[[Book], None], finding: str
) -> None:
    with kept.book() as book:
        change(book)
    assert finding in told(kept)


def test_a_cell_that_cannot_be_read_is_told_once(kept: ExcelFolder) -> None:
    with kept.book() as book:
        put("Forløb", "Organisation", "Svar", "=A1")(book)
        put("Datoer", "workshop-1", "dato", "#VALUE!")(book)
        put("Deltagere", "bo@strandby.example", "email", "#N/A")(book)
    assert [one.split(": ")[0] for one in kept.findings()] == [
        "hold.xlsx, arket Datoer, linje 4, kolonne D",
        "hold.xlsx, arket Forløb, linje 4, kolonne B",
        "hold.xlsx, arket Deltagere, linje 3, kolonne B",
    ]


def test_what_a_reader_may_not_see_is_read_and_told(kept: ExcelFolder) -> None:
    with kept.book() as book:
        hide(book)
    found = "\n".join(kept.reminders())
    assert "arket Datoer: Arket er skjult, men det bliver læst." in found
    assert "arket Deltagere, linje 1, kolonne D: Kolonnen 'afdeling' er skjult, men den bliver læst." in found
    assert "arket Deltagere, linje 3: Skjulte rækker bliver også læst: 3. Slet dem, der ikke skal med." in found


def test_own_columns_are_a_reminder_with_what_was_perhaps_meant(kept: ExcelFolder) -> None:
    with kept.book() as book:
        own(book)
        book["Deltagere"]["I1"] = "mødt førr"
    found = "\n".join(kept.reminders())
    assert (
        "arket Datoer, linje 1, kolonne L: Kolonnen 'Frokost' er jeres egen. Den bliver stående og bliver ikke læst."
        in found
    )
    assert "arket Deltagere, linje 1, kolonne L: Kolonnen 'Frokost' er jeres egen." in found
    assert "Kolonnen 'mødt førr' er jeres egen. Den bliver stående og bliver ikke læst. Mente du 'mødt før'?" in found


def test_a_file_that_excel_holds_open_is_a_reminder(kept: ExcelFolder) -> None:
    kept.write("~$hold.xlsx", b"\x03HR")
    assert "hold.xlsx: Filen er åben i Excel. Gem den dér, så det nyeste kommer med." in kept.reminders()


@pytest.mark.parametrize("name", ["hold.yaml", "deltagere.csv", "deltagere.xlsx"])
def test_two_files_of_one_cohort_are_one_too_many(kept: ExcelFolder, name: str) -> None:
    kept.write(name, "")
    assert kept.finding() == (
        f"{name}: Filen står ved siden af hold.xlsx, og kun den ene kan gælde. Behold den, I retter i, og slet den anden."
    )


@pytest.mark.parametrize(
    "name", ["hold.xls", "hold.xlsm", "hold.ods", "hold.csv", "Hold.xlsx", "hold (1).xlsx", "hold.xlsx.xlsx"]
)
def test_a_file_with_nearly_the_right_name_is_told(kept: ExcelFolder, name: str) -> None:
    (kept.path / "hold.xlsx").rename(kept.path / name)
    assert f"{name}: Filen bliver ikke læst. Gem den fra Excel som Excel-projektmappe" in told(kept)


def test_a_shortcut_to_a_file_elsewhere_is_refused(kept: ExcelFolder) -> None:
    (kept.path / "hold.xlsx").rename(kept.path.parent / "andet.xlsx")
    (kept.path / "hold.xlsx").symlink_to(kept.path.parent / "andet.xlsx")
    assert "hold.xlsx: Filen er en genvej til et andet sted." in kept.finding()


# Files that are something else, or broken


def zipped(name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr(name, content)
    return made.getvalue()


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">' + b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("broken", "finding"),
    [
        (lambda content: b"", "Filen er helt tom."),
        (lambda content: content[:-400], "Arket kan ikke åbnes."),
        (lambda content: content[: len(content) // 2], "Arket kan ikke åbnes."),
        (lambda content: b"PK\x03\x04", "Arket kan ikke åbnes."),
        (lambda content: b"Hvad;Svar\nOrganisation;By\n", "Filen er ikke et Excel-ark, selv om den hedder .xlsx."),
        (lambda content: b"<html><table></table></html>", "Filen er ikke et Excel-ark"),
        (lambda content: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Filen er gemt i Excels gamle format (.xls)."),
        (
            lambda content: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "Filen har en adgangskode. Fjern den under Filer",
        ),
        (
            lambda content: zipped("word/document.xml", b"<x/>"),
            "Filen er et Word-dokument",
        ),
        (
            lambda content: zipped("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
            "Filen er gemt i OpenDocument-format (.ods)",
        ),
        (lambda content: zipped("xl/workbook.bin", b""), "Filen er gemt som binært Excel-ark (.xlsb)"),
        (
            lambda content: with_part(
                content,
                "[Content_Types].xml",
                part(content, "[Content_Types].xml").replace(b"spreadsheetml.sheet.main", b"sheet.macroEnabled.main"),
            ),
            "Filen er gemt med makroer (.xlsm)",
        ),
        (lambda content: zipped("xl/worksheets/sheet1.xml", b" " * (61 * 1024 * 1024)), "Arket er alt for stort pakket ud"),
        (
            lambda content: rows(content, b'<row r="9">' + b"<c><v>1</v></c>" * 1_000_000 + b"</row>"),
            "Arket er alt for stort pakket ud.",
        ),
        (lambda content: content + bytes(xlsx.LIMIT), "Filen fylder over 5 MB."),
        (lambda content: with_part(content, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData>"), "Arket kan ikke åbnes."),
        (
            lambda content: with_part(content, "xl/styles.xml", LAUGHS + b"]><styleSheet>&a11;</styleSheet>"),
            "Arket kan ikke åbnes.",
        ),
    ],
)
def test_a_file_that_is_something_else_or_broken_says_what_to_do(
    kept: ExcelFolder, broken: Callable[[bytes], bytes], finding: str
) -> None:
    kept.write("hold.xlsx", broken(kept.content))
    assert f"hold.xlsx: {finding}" in kept.finding()


def rows(content: bytes, more: bytes) -> bytes:
    """The file with more rows after its last leader."""
    name = "xl/worksheets/sheet3.xml"
    return with_part(content, name, part(content, name).replace(b"</sheetData>", more + b"</sheetData>"))


def test_a_million_empty_formatted_rows_are_passed_over(kept: ExcelFolder) -> None:
    before = prepare(kept.path).files
    many = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (row, row) for row in range(6, 1_000_000))
    kept.write("hold.xlsx", rows(kept.content, many))
    assert prepare(kept.path).files == before
    after = excel.with_groups(kept.content, {"aase@strandby.example": "3"})
    assert excel.read(after).people.leaders[0].group == "3"
    assert many in part(after, "xl/worksheets/sheet3.xml")


def test_text_far_below_is_told_rather_than_lost(kept: ExcelFolder) -> None:
    kept.write("hold.xlsx", rows(kept.content, b'<row r="6000"><c r="A6000" t="str"><v>Ulf</v></c></row>'))
    assert "hold.xlsx, arket Deltagere, linje 6000: Arket har over 5000 rækker." in told(kept)


def test_a_mac_and_a_strict_excel_are_read_alike(kept: ExcelFolder) -> None:
    before = prepare(kept.path).files
    content = kept.content
    with kept.book() as book:
        book.book.epoch = CALENDAR_MAC_1904
    assert prepare(kept.path).files == before
    strict = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    }
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            new = parts.read(name)
            for old, other in strict.items():
                new = new.replace(old, other)
            content = with_part(content, name, new)
    kept.write("hold.xlsx", content)
    assert prepare(kept.path).files == before


def test_what_a_sheet_leaves_to_be_counted_is_counted(kept: ExcelFolder) -> None:
    before = prepare(kept.path).files
    name = "xl/worksheets/sheet3.xml"
    bare = re.sub(rb'(<(?:row|c)) r="[A-Z0-9]+"', rb"\1", part(kept.content, name))
    kept.write("hold.xlsx", with_part(kept.content, name, bare))
    assert prepare(kept.path).files == before
    kept.write("hold.xlsx", excel.with_groups(kept.content, {"bo@strandby.example": "1", "ib@strandby.example": "2"}))
    assert prepare(kept.path).files == before


WHOLE = excel.write({"navn": "Hold"}, ())


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_no_damage_makes_a_stack_trace(place: int, damage: bytes) -> None:
    book = excel.read(WHOLE[:place] + damage + WHOLE[place + len(damage) :])
    assert book.document.findings or book.document.values


# Groups

GROUPS = {
    "aase@strandby.example": "7",
    "bo@strandby.example": "Blå & <gul>",
    "ib@strandby.example": "7",
    "eva@strandby.example": "Blå & <gul>",
}


def dressed(content: bytes) -> bytes:
    """The file as it looks after a while at a facilitator's: own columns, colours, comments, filters and sheets."""
    book = Book(content)
    people = book["Deltagere"]
    people["J1"], people["J2"], people["J3"] = "Frokost", "vegetar", "=COUNTIF(G:G,G3)"
    people["A2"].comment = Comment("Er på barsel", "HR")
    people["G2"].fill = PatternFill("solid", fgColor="FFC000")
    green = CellIsRule(operator="equal", formula=["2"], fill=PatternFill(bgColor="92D050"))
    people.conditional_formatting.add("G2:G9", green)
    people.column_dimensions["J"].width = 33
    people.row_dimensions[4].hidden = True
    book.book.create_sheet("Budget").append(["Kaffe", 1200])
    return book.content


def test_groups_are_written_and_all_else_stays(kept: ExcelFolder) -> None:
    before = dressed(kept.content)
    after = excel.with_groups(before, GROUPS)
    leaders = excel.read(after).people.leaders
    assert {one.email: one.group for one in leaders} == GROUPS
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        assert new.namelist() == old.namelist()
        assert [name for name in old.namelist() if old.read(name) != new.read(name)] == ["xl/worksheets/sheet3.xml"]
    one, other = Book(before)["Deltagere"], Book(after)["Deltagere"]
    for row, same in zip(one.iter_rows(), other.iter_rows(), strict=True):
        for cell, now in zip(row, same, strict=True):
            assert now.style_id == cell.style_id
            assert now.value == cell.value or (cell.column == 7 and cell.row > 1)
    assert other["A2"].comment.text == "Er på barsel"
    assert other.column_dimensions["J"].width == 33
    assert other.row_dimensions[4].hidden
    assert (other["G2"].value, other["G3"].value) == (7, "Blå & <gul>")
    assert [str(one.sqref) for one in other.conditional_formatting] == ["G2:G9"]


def test_the_same_groups_again_change_nothing(kept: ExcelFolder) -> None:
    groups = {one.email: one.group for one in excel.read(kept.content).people.leaders}
    assert excel.read(excel.with_groups(kept.content, groups)) == excel.read(kept.content)


def test_a_group_may_be_called_anything(kept: ExcelFolder) -> None:
    after = excel.with_groups(kept.content, dict.fromkeys(GROUPS, "=1+1 \x07<b>&amp;"))
    assert {one.group for one in excel.read(after).people.leaders} == {"=1+1 <b>&amp;"}
    assert excel.read(excel.with_groups(kept.content, {})) == excel.read(kept.content)


def test_an_empty_group_clears_the_cell(kept: ExcelFolder) -> None:
    after = excel.with_groups(kept.content, {"aase@strandby.example": ""})
    assert excel.read(after).people.leaders[0].group == ""
    assert Book(after)["Deltagere"]["G2"].value is None


def test_a_missing_column_is_added_at_the_end(kept: ExcelFolder) -> None:
    with kept.book() as book:
        above("Deltagere")(book)
        book["Deltagere"]["G3"] = "bord"
        book["Deltagere"]["K6"] = "en note uden overskrift"
    three = {email: group for email, group in GROUPS.items() if not email.startswith("eva")}
    after = excel.with_groups(kept.content, three)
    sheet = Book(after)["Deltagere"]
    assert [sheet.cell(row, 12).value for row in range(3, 8)] == ["gruppe", 7, "Blå & <gul>", 7, None]
    assert sheet.cell(6, 11).value == "en note uden overskrift"
    assert [one.group for one in excel.read(after).people.leaders] == ["7", "Blå & <gul>", "7", ""]


def test_a_number_in_a_cell_that_shows_days_stays_a_number_to_the_eye(kept: ExcelFolder) -> None:
    with kept.book() as book:
        book["Deltagere"]["G2"].value = datetime(2026, 2, 1)
        book["Deltagere"]["G2"].number_format = "dd-mm-yyyy"
    after = excel.with_groups(kept.content, GROUPS)
    assert Book(after)["Deltagere"]["G2"].value == "7"
    assert excel.read(after).people.findings == ()


def test_a_group_that_is_computed_is_never_overwritten(kept: ExcelFolder) -> None:
    with kept.book() as book:
        book["Deltagere"]["G3"] = "=G2"
    with pytest.raises(CohortError, match="arket Deltagere, linje 3, kolonne G: Her står en formel"):
        excel.with_groups(kept.content, GROUPS)


def test_one_who_is_no_longer_on_the_list_is_told(kept: ExcelFolder) -> None:
    with pytest.raises(CohortError, match=r"'ulf@strandby\.example' står ikke på listen"):
        excel.with_groups(kept.content, GROUPS | {"ulf@strandby.example": "1"})


def test_groups_are_not_written_into_a_list_without_addresses(kept: ExcelFolder) -> None:
    with kept.book() as book:
        book["Deltagere"]["B1"] = "adresse"
    with pytest.raises(CohortError, match="Kolonnen 'email' mangler"):
        excel.with_groups(kept.content, GROUPS)


def test_an_older_list_in_text_may_say_who_has_met_too(folder: Folder) -> None:
    folder.change("leder;gruppe\n", "leder;gruppe;mødt før;sammen med\n", "deltagere.csv")
    folder.change("2;;1\n", "2;;1;Digital havn, Byfest ;aase@strandby.example\n", "deltagere.csv")
    assert check(folder.path).ties == replace(TIES, met={"bo@strandby.example": ("Digital havn", "Byfest")})


def test_signs_that_no_excel_file_can_hold_are_left_out_and_the_file_is_made() -> None:
    """YAML and the programs people paste from can hold them."""
    odd = Participant("bo@strandby.example", "Bo\ud800 D\ufffeam\x01", Role.LEADER, group="1")
    content = excel.write({"trin": [{"trin": "workshop-1", "titel": "Én\udfff", "dato": "01.09.2027"}]}, [odd])
    content = excel.with_theme(content, "workshop-1", "Te\ufffema", ["Hvor\ud800for?"])
    texts = {str(cell.value) for sheet in openpyxl.load_workbook(io.BytesIO(content)) for row in sheet for cell in row}
    assert {"Bo Dam", "Én", "Tema", "Hvorfor?"} <= texts
