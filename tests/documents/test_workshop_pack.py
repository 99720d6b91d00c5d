"""The facilitator's pack, made from the run sheets that ship with the workbook."""

import dataclasses
import io
import json
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

import pdfua
import pikepdf
import pypdf
import pytest

from fællesledelse.cohort import sheet
from fællesledelse.documents.workshop_pack import Table, Workshop, workshop_pack
from fællesledelse.errors import DocumentError
from fællesledelse.model import Cue, Phase, RunSheet, Step, StepKind
from fællesledelse.share import share

from .reading import darkness, pictures, tags

SIZES = {2: "to", 3: "tre", 4: "fire"}
MIXED = (
    Table("1", ("Jesper Toft", "Susanne Bjerre", "Yusuf Demir", "Simon Lyngby"), "Byrådssalen"),
    Table("2", ("Mikkel Ravn", "Amir Hosseini", "Karina Ladefoged")),
    Table("3", ("Anne Bøgelund", "Dorte Mølbak", "Niels Overgaard"), "Mødelokale 3"),
)


def shipped(number: int) -> Step:
    """The workshop of that number as its notebook has it."""
    cells = json.loads((share("notebooks") / f"workshop-{number}.ipynb").read_text(encoding="utf-8"))["cells"]
    texts = ["".join(cell["source"]) for cell in cells]
    runs = [
        sheet.phases(next(text for text in texts if f"### Drejebog, når I er {word}" in text), "", people).run_sheet(people)
        for people, word in SIZES.items()
    ]
    title = next(text for text in texts if text.startswith("# ")).splitlines()[0].removeprefix("# ")
    return Step(f"workshop-{number}", title, StepKind.WORKSHOP, 150, None, (), run_sheets=tuple(runs))


def held(number: int = 1, **changes: Any) -> Workshop:
    workshop = Workshop("Fælles om ledelse", shipped(number), date(2026, 10, 22), time(9, 0), MIXED)
    return dataclasses.replace(workshop, **changes)


@cache
def made(number: int = 1) -> bytes:
    return workshop_pack(held(number))


@cache
def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def about(pdf: bytes, words: str) -> str:
    """The text of the pages with those words, one after the other."""
    return " ".join(text for text in pages(pdf) if words in text)


def test_the_first_page_says_when_who_and_what_to_print() -> None:
    first = pages(made())[0]
    assert "Workshop 1: Fortæl, spørg, lyt" in first
    assert "22. oktober 2026 · kl. 9.00–12.00 · 10 ledere i 3 grupper" in first
    assert "Kl. 11.35 Grupper på tre er færdige" in first
    assert "Kl. 12.00 Grupper på fire er færdige" in first
    for words in (
        "2 drejebøger for tre",
        "1 drejebog for fire",
        "2 sæt fasekort for tre",
        "3 ure",
        "10 blokke og kuglepenne",
    ):
        assert words in first


def test_the_pages_it_names_for_printing_are_where_they_are() -> None:
    text = pages(made())
    assert "2 sæt fasekort for tre: side 5–9." in text[0]
    assert "Fasekort til grupper på tre" in text[4]
    assert "Grupper på tre · kort 9 af 9" in text[8]
    assert "1 sæt fasekort for fire: side 10–14." in text[0]
    assert "Fasekort til grupper på fire" in text[9]
    assert "2 drejebøger for tre: side 3," in text[0]
    assert "Drejebog · Workshop 1: Fortæl, spørg, lyt Grupper på tre" in text[2]


def test_every_page_has_its_number() -> None:
    text = pages(made())
    assert [f"Side {number} af {len(text)}" in page for number, page in enumerate(text, 1)] == [True] * len(text)


def test_the_clock_follows_each_groups_own_run_sheet() -> None:
    """Three tell for 34 minutes each with a break after the second; four for 32 with a break in the middle."""
    three, four = about(made(), "Gruppe 2 og 3 · kl."), about(made(), "Gruppe 1 · kl.")
    assert "kl. 9.00–11.35, i alt 155 minutter" in three
    assert "kl. 9.00–12.00, i alt 180 minutter" in four
    assert "9.20 1. tur 9.54 2. tur 10.38 3. tur Fortæl 10 min hver" in three
    assert "9.20 1. tur 9.52 2. tur 10.34 3. tur 11.06 4. tur Fortæl 10 min hver" in four
    assert "10.28 Pause 10 min, én gang" in three
    assert "10.24 Pause 10 min, én gang" in four
    assert "11.32 En sætning fra hver 3 min" in three


def test_a_run_sheet_says_what_to_say_and_do_in_each_role() -> None:
    text = about(made(), "Gruppe 2 og 3 · kl.")
    run_sheet = shipped(1).run_sheet(3)
    assert run_sheet is not None
    for phase in run_sheet.phases:
        assert phase.text in text
        assert all(f"{cue.role}: {cue.text}" in text for cue in phase.cues)


def test_the_groups_stand_with_names_and_rooms_and_a_line_where_no_room_is_given() -> None:
    text = about(made(), "Grupper og lokaler")
    for table in MIXED:
        assert all(name in text for name in table.leaders)
    assert "Byrådssalen for fire 12.00" in text
    assert "Mødelokale 3 for tre 11.35" in text
    assert "Karina Ladefoged for tre 11.35" in text, "the room is left to be filled in"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_no_heading_of_a_block_stands_alone_at_the_foot_of_a_page(number: int) -> None:
    sheets = [
        text.split(f" {shipped(number).title} · Fælles om ledelse")[0]
        for text in pages(made(number))
        if "Sig og gør" in text
    ]
    assert len(sheets) >= 2
    assert not any(text.endswith(("Alle sammen", "minutter.", "Rollerne går på skift.")) for text in sheets)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_word_for_the_table_is_readable_at_two_metres(number: int) -> None:
    """24 points and more; only what the facilitator sorts by is small."""
    reader = pypdf.PdfReader(io.BytesIO(made(number)))
    cards = [page for page in reader.pages if "kort 1 af" in page.extract_text() or "· kort " in page.extract_text()]
    seen: list[tuple[float, str]] = []

    def see(text: str, state: list[float], matrix: list[float], _: object, size: float) -> None:
        if text.strip():
            seen.append((size * abs(matrix[3]) * abs(state[3]), text.strip()))

    for page in cards:
        page.extract_text(visitor_text=see)
    small = [text for size, text in seen if size < 23.9]
    assert len(cards) >= 8
    assert seen
    assert all(any(word in text for word in ("Grupper på", "Fasekort til", "Side ", "Fælles om ledelse")) for text in small)
    large = " ".join(text for size, text in seen if size >= 23.9)
    for run_sheet in (shipped(number).run_sheet(people) for people in (3, 4)):
        assert run_sheet is not None
        assert all(word in large for phase in run_sheet.phases for word in [*phase.title.split(), *phase.text.split()])


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_card_is_half_a_sheet_and_its_words_keep_off_the_cut(number: int, tmp_path: Path) -> None:
    """Ten millimetres on either side of the dashed line are bare, on every sheet of cards."""
    found = [
        picture
        for picture, text in zip(pictures(made(number), tmp_path), pages(made(number)), strict=True)
        if "· kort " in text
    ]
    assert len(found) >= 8
    for picture in found:
        head, size, _, points = picture.read_bytes().split(b"\n", 3)
        width, height = map(int, size.split())
        assert head == b"P5"
        at = round(height / 2)
        margin = round(height / 297 * 10)
        above = points[(at - margin) * width : (at - 2) * width]
        below = points[(at + 3) * width : (at + margin) * width]
        assert min(above) > 200
        assert min(below) > 200
        assert darkness(picture) > 0.01


def test_a_text_too_long_for_a_card_grows_smaller_and_stays_on_it(tmp_path: Path) -> None:
    long = Phase("Det ændrer jeg, og tak for i dag", 12, "Skriv, hvad der skal ind og ud. " * 25)
    step = dataclasses.replace(shipped(1), run_sheets=(RunSheet(3, (long, Phase("Tak", 1))),))
    pdf = workshop_pack(held(step=step))
    assert [text.count("Skriv, hvad") for text in pages(pdf) if "· kort " in text] == [25, 25]


def test_a_group_of_a_size_without_a_run_sheet_follows_the_nearest_with_its_own_times() -> None:
    five = Table("Havnen", ("A B", "C D", "E F", "G H", "I J"))
    text = about(workshop_pack(held(tables=(five,))), "Havnen · kl.")
    assert "Grupper på fem" in text
    assert "Her er den for fire, med tiderne regnet om." in text
    assert "5. tur" in text
    assert "i alt 212 minutter" in text


def test_an_empty_group_is_named_and_gets_no_run_sheet() -> None:
    pdf = workshop_pack(held(tables=(*MIXED, Table("4", ()))))
    assert "Gruppe 4 Ingen endnu – –" in about(pdf, "Grupper og lokaler")
    assert len(pages(pdf)) == len(pages(made()))


def test_forty_groups_flow_on_with_the_heading_of_the_columns_on_each_page() -> None:
    many = tuple(Table(str(number), (f"Leder {number}A", f"Leder {number}B")) for number in range(1, 41))
    text = [page for page in pages(workshop_pack(held(tables=many))) if "Gruppe Ledere Lokale" in page]
    assert len(text) >= 2
    assert all(sum(f"Leder {number}A" in page for page in text) == 1 for number in range(1, 41))


def test_it_is_tagged_danish_and_what_a_machine_can_check_of_pdf_ua_is_right(tmp_path: Path) -> None:
    path = tmp_path / "mappe.pdf"
    path.write_bytes(made())
    assert pdfua.validate(str(path)).findings == ()
    with pikepdf.open(path) as file:
        assert str(file.Root.Lang) == "da-DK"
        assert bool(file.Root.MarkInfo.Marked)
        assert file.open_metadata()["dc:title"] == "Facilitatorens mappe – Workshop 1: Fortæl, spørg, lyt"
    roles = [tag.role for tag in tags(made())]
    assert {"H1", "H2", "Table", "TH", "TD", "P"} <= set(roles)
    headings = [" ".join(tag.text.split()) for tag in tags(made()) if tag.role == "H1"]
    assert headings[:4] == ["Workshop 1: Fortæl, spørg, lyt", "Grupper og lokaler", "Grupper på tre", "Grupper på fire"]


@pytest.mark.parametrize("text", ['#read("/etc/passwd") *fed* $x$ [a] @b', "a & b <c> \\n", "漢字"])
def test_no_sign_in_a_text_is_markup_and_none_stops_it(text: str) -> None:
    run_sheet = RunSheet(2, (Phase(text, 5, text, turn=True, cues=(Cue(text, text),), round=1),))
    step = dataclasses.replace(shipped(1), title=text, run_sheets=(run_sheet,))
    said = " ".join(
        pages(workshop_pack(Workshop(text, step, date(2026, 10, 22), time(9, 0), (Table(text, (text, text), text),))))
    )
    assert said.count(text if text.isascii() else "��") >= 8


def test_a_step_without_run_sheet_and_groups_without_leaders_are_refused_in_danish() -> None:
    with pytest.raises(DocumentError, match="ingen drejebog"):
        workshop_pack(held(step=dataclasses.replace(shipped(1), run_sheets=())))
    with pytest.raises(DocumentError, match="ingen ledere i grupperne"):
        workshop_pack(held(tables=(Table("1", ()),)))


def test_the_same_workshop_is_the_same_file() -> None:
    assert made(2) == workshop_pack(held(2))
