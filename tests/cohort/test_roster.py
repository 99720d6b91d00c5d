"""deltagere.csv and .xlsx: as Danish Excel saves them, and as people fill them in."""

import io
import zipfile
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fællesledelse.cohort import people, table
from fællesledelse.cohort.people import People
from fællesledelse.model import Role

from .conftest import PEOPLE, Folder

HEAD = ["navn", "email", "titel", "afdeling", "niveau", "nærmeste leder", "gruppe"]


def read(text: str, encoding: str = "utf-8") -> People:
    return people.read(text.encode(encoding), "deltagere.csv")


def sheet(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def told(found: People) -> str:
    return "\n".join(map(str, found.findings))


def test_people_are_read_with_their_superiors_and_groups() -> None:
    found = read(PEOPLE)
    assert found.findings == ()
    first, *_, last = found.leaders
    assert (first.name, first.email, first.role, first.superior) == (
        "Åse Ø",
        "aase@strandby.example",
        Role.LEADER,
        "Borgmester Karen Holst",
    )
    assert (last.title, last.department, last.level, last.superior, last.group) == ("Chef", "Social", "2", "", "2")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_file_may_be_saved_as_any_excel_saves_it(encoding: str, delimiter: str, newline: str) -> None:
    text = PEOPLE.replace(";", delimiter).replace("\n", newline)
    assert read(text, encoding) == read(PEOPLE)


def test_the_line_with_which_excel_names_its_delimiter_is_passed_over() -> None:
    found = read("sep=;\n" + PEOPLE + "Bo;bo;;;;;\n")
    assert len(found.leaders) == 5
    assert "linje 7, kolonne 2" in told(found)


def test_lines_with_more_fields_than_headings_are_told_once_with_the_first_line() -> None:
    titles = "".join(f"Ib {at},ib{at}@b.dk,Chef, Byg og Miljø,Teknik,2,,1\n" for at in range(8))
    found = read(PEOPLE.replace(";", ",") + titles)
    assert told(found).startswith("deltagere.csv, linje 6: Linjen har 8 felter, men der er 7 overskrifter.")
    assert told(found).endswith("Det samme gælder linje 7, 8, 9, 10, 11 og flere.")


def test_headings_may_be_written_otherwise_and_in_any_order() -> None:
    found = read("Gruppe;E-mail;Stilling;NAVN ;Nærmeste_leder\n1;a@b.dk;Chef;Ib;\n1;c@b.dk;Chef;Bo;A@B.dk\n")
    assert found.findings == ()
    assert [(one.name, one.email, one.title, one.superior) for one in found.leaders] == [
        ("Ib", "a@b.dk", "Chef", ""),
        ("Bo", "c@b.dk", "Chef", "a@b.dk"),
    ]
    assert [str(one) for one in found.reminders][:2] == [
        "deltagere.csv, linje 1: Kolonnen 'afdeling' er der ikke. Det går an.",
        "deltagere.csv, linje 1: Kolonnen 'niveau' er der ikke. Det går an.",
    ]


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("titel;", "tittel;", "linje 1, kolonne 3: Kolonnen 'tittel' kender vi ikke. Mente du 'titel'?"),
        ("titel;", "skostørrelse;", "De kendte er: navn, email"),
        ("titel;", "mail;", "Kolonnen 'email' står to gange ('mail' her, og kolonne 2)"),
        ("navn;email", "navn;adresse", "linje 1: Kolonnen 'email' mangler. Den første linje skal have overskrifterne"),
        ("bo@strandby.example", "", "linje 3, kolonne 2: 'email' mangler for Bo Dam. Skriv det, eller slet linjen."),
        ("Bo Dam;", ";", "linje 3, kolonne 1: 'navn' mangler for bo@strandby.example."),
        ("bo@strandby.example", "bo at strandby", "'bo at strandby' er ikke en e-mailadresse"),
        (
            "bo@strandby.example",
            "AASE@strandby.example",
            "linje 3, kolonne 2: 'aase@strandby.example' står allerede i linje 2.",
        ),
        ("bo@strandby.example;Chef;Teknik;2;;1", "bo@strandby.example;Chef;Teknik;2;;3", "er alene i gruppe"),
        ("Teknik;2;;1", "Teknik;2;aese@strandby.example;1", "står ikke på listen. Mente du 'aase@strandby.example'?"),
        ("Teknik;2;;1", "Teknik;2;bo@strandby.example;1", "er lederens egen adresse"),
        ("Teknik;2;;1", "Teknik;2;;01-feb", "'gruppe' er blevet til en dato (01-feb)"),
        ("Teknik;2;;1", f"{'x' * 201};2;;1", "'afdeling' er over 200 tegn"),
        ("Bo Dam", '"Bo Dam', "linje 3: Et anførselstegn"),
    ],
)
def test_a_mistake_is_told_where_it_is_and_what_to_do(old: str, new: str, finding: str) -> None:
    assert PEOPLE.count(old) == 1
    assert finding in told(read(PEOPLE.replace(old, new)))


def test_a_group_of_one_is_told_with_the_name() -> None:
    assert "linje 2, kolonne 7: 'Ib' er alene i gruppe '9'. En gruppe er 2–4." in told(
        read("navn;email;a;b;c;d;gruppe\nIb;i@b.dk;;;;;9\n")
    )


def test_rows_and_columns_with_nothing_in_them_are_passed_over() -> None:
    text = PEOPLE.replace("gruppe\n", "gruppe;;\n").replace("\nBo", "\n;;;;;;\n\n  ;\nBo") + ";;;;;;;;\n\n"
    assert read(text).leaders == read(PEOPLE).leaders
    assert "linje 6, kolonne 2" in told(read(text.replace("bo@strandby.example", "bo")))


def test_a_cell_over_two_lines_keeps_the_count_of_lines() -> None:
    text = PEOPLE.replace("Direktør", '"Direktør\nfor børn"').replace("bo@strandby.example", "bo")
    assert "linje 4, kolonne 2" in told(read(text))


@pytest.mark.parametrize("content", [b"", b"\n\n", b";;;\n"])
def test_an_empty_file_says_what_the_first_line_is(content: bytes) -> None:
    assert "navn;email;titel" in told(people.read(content, "deltagere.csv"))


def test_headings_alone_are_too_little() -> None:
    assert "Der står ingen deltagere" in told(read("navn;email\n"))


def test_a_picture_saved_as_csv_is_refused() -> None:
    assert "ikke en tekstfil" in told(people.read(b"\x89PNG\r\n\x00\x00", "deltagere.csv"))
    assert "gem det som deltagere.xlsx" in told(people.read(b"\xff\xfe\x00", "deltagere.csv"))


def test_an_enormous_file_is_refused() -> None:
    assert "over 5 MB" in told(people.read(b"x" * (table.LIMIT + 1), "deltagere.csv"))
    assert "over 5000 rækker" in told(read("navn;email\n" + "a;b@c.dk\n" * 5001))
    assert "over 5000 rækker" in told(people.read(sheet(["navn", "email"], *[["a", "b@c.dk"]] * 5001), "deltagere.xlsx"))


def test_excel_is_read_with_numbers_as_text() -> None:
    rows = [line.split(";") for line in PEOPLE.splitlines()]
    content = sheet(rows[0], *[[*row[:4], float(row[4]), row[5] or None, int(row[6])] for row in rows[1:]], [None, ""])
    assert people.read(content, "deltagere.xlsx") == read(PEOPLE)


def test_a_day_that_excel_made_of_a_group_is_told_with_row_and_column() -> None:
    content = sheet(HEAD, ["Ib", "i@b.dk", "", "", "", "", datetime(2026, 2, 1)], ["Bo", "b@b.dk", "", "", "", "", "1"])
    assert "deltagere.xlsx, linje 2, kolonne G: 'gruppe' er blevet til en dato (2026-02-01)" in told(
        people.read(content, "deltagere.xlsx")
    )


def test_a_sheet_that_does_not_open_says_how_to_save_it() -> None:
    for content, why in (
        (b"", "Filen er helt tom"),
        (b"PK\x03\x04 torn", "Arket kan ikke åbnes. Har det adgangskode"),
        (b"\xd0\xcf\x11\xe0 an old sheet", "gamle format (.xls)"),
        (sheet(HEAD)[:-200], "Arket kan ikke åbnes. Har det adgangskode"),
    ):
        assert why in told(people.read(content, "deltagere.xlsx"))


def test_a_sheet_that_unpacks_to_gigabytes_is_refused_before_it_does() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b" " * (61 * 1024 * 1024))
    assert "alt for stort pakket ud" in told(people.read(content.getvalue(), "deltagere.xlsx"))


def test_a_group_with_ones_own_leader_large_groups_and_no_group_are_reminders() -> None:
    rows = "\n".join(f"L{n};l{n}@b.dk;{'l0@b.dk' if n == 1 else ''};1" for n in range(5))
    found = read(f"navn;email;nærmeste leder;gruppe\n{rows}\nUlf;u@b.dk;;\n")
    reminders = "\n".join(map(str, found.reminders))
    assert found.findings == ()
    assert "L1 er i gruppe '1' med sin egen leder" in reminders
    assert "Gruppe '1' har 5 medlemmer" in reminders
    assert "Ulf har endnu ingen gruppe" in reminders


def test_a_department_or_level_that_only_some_have_is_a_reminder() -> None:
    found = read("navn;email;afdeling;niveau\nBo;bo@b.dk;Teknik;\nIb;ib@b.dk;;\n")
    reminders = "\n".join(map(str, found.reminders))
    assert "linje 3, kolonne 3: Ib mangler 'afdeling', som andre har." in reminders
    assert "mangler 'niveau'" not in reminders


def test_a_facilitator_cannot_be_a_leader_too(folder: Folder) -> None:
    folder.change("bo@strandby.example", "Vibeke@strandby.example", "deltagere.csv")
    assert "er også facilitator i hold.yaml" in folder.finding()


def test_two_rosters_are_one_too_many(folder: Folder) -> None:
    folder.write("deltagere.xlsx", sheet(HEAD))
    assert "Der ligger både deltagere.csv og deltagere.xlsx" in folder.finding()


def test_a_missing_roster_is_told(folder: Folder) -> None:
    (folder.path / "deltagere.csv").unlink()
    assert folder.finding().startswith("deltagere.csv: Filen mangler.")


def test_a_cohort_with_an_excel_roster_builds(folder: Folder) -> None:
    (folder.path / "deltagere.csv").unlink()
    folder.write("deltagere.xlsx", sheet(*[line.split(";") for line in PEOPLE.splitlines()]))
    assert folder.findings() == []


@given(
    st.binary(max_size=400)
    | st.text(alphabet=';,"\n\r\tnavemil@.dk12 ', max_size=400).map(lambda text: f"navn;email\n{text}".encode())
)
def test_no_content_makes_a_stack_trace(content: bytes) -> None:
    found = people.read(content, "deltagere.csv")
    assert found.leaders or found.findings
