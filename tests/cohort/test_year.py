"""Meetings planned around Danish holidays, and written into the file."""

import io
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest

from fællesledelse.cohort import changes, excel
from fællesledelse.cohort.build import prepare
from fællesledelse.cohort.folder import check
from fællesledelse.cohort.year import YearError, away, closed, free, half, lines, next_free, plan, spread
from fællesledelse.errors import CohortError

from .conftest import Folder
from .test_together import gathering

WEDNESDAY = 2


@pytest.mark.parametrize(
    ("day", "nobody", "many"),
    [
        (date(2026, 4, 6), "anden påskedag", ""),
        (date(2026, 5, 1), "", "arbejdernes kampdag"),
        (date(2026, 5, 14), "kristi himmelfartsdag", ""),
        (date(2026, 5, 9), "weekend", ""),
        (date(2026, 12, 24), "", "juleaftensdag"),
        (date(2027, 4, 23), "", ""),  # store bededag until 2023
        (date(2027, 6, 5), "weekend", ""),
    ],
)
def test_danish_holidays_are_known(day: date, nobody: str, many: str) -> None:
    assert (free(day), half(day)) == (nobody, many)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2027, 2, 17), "vinterferie"),
        (date(2026, 10, 14), "efterårsferie"),
        (date(2027, 7, 1), "sommerferie"),
        (date(2026, 12, 22), "juleferie"),
        (date(2027, 1, 2), "weekend"),
        (date(2026, 1, 2), "juleferie"),
        (date(2027, 3, 22), "påskeferie"),
        (date(2027, 3, 24), "påskeferie"),
        (date(2027, 3, 30), ""),
        (date(2027, 5, 7), "klemt inde mellem helligdag og weekend"),
        (date(2027, 5, 5), ""),
        (date(2027, 2, 24), ""),
    ],
)
def test_the_weeks_in_which_many_are_away_are_known(day: date, why: str) -> None:
    assert away(day) == why


@pytest.mark.parametrize("many", [6, 7, 8, 12])
@pytest.mark.parametrize("weekday", range(5))
@pytest.mark.parametrize("first", [date(2026, 8, 10), date(2027, 1, 4), date(2028, 3, 1)])
def test_a_years_meetings_avoid_all_of_it_on_one_weekday_and_evenly(many: int, weekday: int, first: date) -> None:
    found = [each.day for each in spread(first, first + timedelta(days=364), many, weekday)]
    assert len(found) == many
    assert not any(map(away, found))
    assert {day.weekday() for day in found} == {weekday}
    assert first <= found[0] <= first + timedelta(days=31)
    gaps = [(other - one).days for one, other in pairwise(found)]
    assert min(gaps) >= 14
    assert max(gaps) - min(gaps) <= 8 * 7


def test_what_a_day_was_moved_for_is_told() -> None:
    found = spread(date(2027, 1, 6), date(2027, 12, 31), 9, WEDNESDAY)
    assert [each.why for each in found if each.why] == [
        "flyttet fra 17. februar: vinterferie",
        "flyttet fra 28. juli: sommerferie",
    ]


def test_a_meeting_that_nobody_can_be_at_has_a_day_after_it_that_works() -> None:
    assert next_free(date(2026, 12, 25)) == date(2027, 1, 4)
    assert next_free(date(2027, 3, 25)) == date(2027, 3, 30)


@pytest.mark.parametrize(("many", "weekday"), [(0, 1), (13, 1), (6, 5)])
def test_what_is_no_plan_is_refused(many: int, weekday: int) -> None:
    with pytest.raises(YearError, match="Vælg 1–12 møder og en dag fra mandag til fredag"):
        spread(date(2027, 1, 4), date(2027, 12, 31), many, weekday)


def test_where_there_is_no_room_it_is_told_with_a_proposal() -> None:
    with pytest.raises(YearError) as caught:
        spread(date(2027, 6, 28), date(2027, 8, 13), 4, WEDNESDAY)
    assert "Der er ikke plads til 4 møder om onsdagen fra 28. juni 2027 til 13. august 2027" in str(caught.value)
    assert "Vælg færre møder eller en tidligere første dag." in str(caught.value)


@pytest.mark.parametrize(
    ("part", "steps", "titles", "minutes"),
    [
        ("netvaerk", ["moede-4", "moede-5"], ["Fjerde møde", "Femte møde"], 120),
        ("salon", ["salon-3", "salon-4"], ["Salon 3", "Salon 4"], 60),
    ],
)
def test_more_meetings_are_written_below_the_last_and_can_be_undone(
    tmp_path: Path, part: str, steps: list[str], titles: list[str], minutes: int
) -> None:
    folder = gathering(tmp_path, part, ["3;1"] * 5)
    changes.take(folder)
    before = prepare(folder).manifest
    days = [each.day for each in plan(before, date(2027, 2, 1), 2, WEDNESDAY)]
    drafted = changes.with_meetings(folder, lines(before, days, "9.30")).manifest
    assert drafted.steps[:-2] == before.steps
    assert [step.name for step in drafted.steps[-2:]] == steps
    assert [step.title for step in drafted.steps[-2:]] == titles
    assert [step.opens for step in drafted.steps[-2:]] == days
    assert {(step.starts and step.starts.isoformat("minutes"), step.minutes) for step in drafted.steps[-2:]} == {
        ("09:30", minutes)
    }
    assert [step.meeting and step.meeting.theme for step in drafted.steps[-2:]] == ["", ""]
    changes.take(folder)
    sheet = openpyxl.load_workbook(folder / excel.NAME)["Datoer"]
    places = {cell.value: cell.column for cell in sheet[1]}
    assert sheet.cell(sheet.max_row and len(before.steps) + 2, places["dato"]).value.date() == days[0]
    changes.undo(folder, changes.changes(folder))
    assert prepare(folder).manifest == before


def test_a_file_that_has_lost_its_prepared_rows_takes_more_meetings_too(tmp_path: Path) -> None:
    """LibreOffice and other programs leave out rows that hold nothing."""
    folder = gathering(tmp_path, "netvaerk", ["3;1"] * 5)
    before = prepare(folder).manifest
    book = openpyxl.load_workbook(io.BytesIO(changes.file(folder)))
    book["Datoer"].delete_rows(len(before.steps) + 2, 60)
    book["Datoer"].delete_cols([cell.value for cell in book["Datoer"][1]].index("kl.") + 1)
    bare = io.BytesIO()
    book.save(bare)
    changed = excel.with_meetings(bare.getvalue(), lines(before, [date(2027, 3, 3), date(2027, 4, 14)], "13.00"))
    for name in ("hold.yaml", "deltagere.csv"):
        (folder / name).unlink()
    (folder / excel.NAME).write_bytes(changed)
    assert [(step.name, step.opens) for step in prepare(folder).manifest.steps[-2:]] == [
        ("moede-4", date(2027, 3, 3)),
        ("moede-5", date(2027, 4, 14)),
    ]


def test_the_next_meetings_come_after_the_last_and_before_the_end(tmp_path: Path) -> None:
    manifest = prepare(gathering(tmp_path, "netvaerk", ["3;1"] * 5)).manifest
    with pytest.raises(YearError, match=r"Tredje møde ligger torsdag den .* skal ligge efter"):
        plan(manifest, date(2027, 1, 7), 6, WEDNESDAY)
    with pytest.raises(YearError, match="9999 ligger langt fra 2026, da I begyndte"):
        plan(manifest, date(9999, 12, 31), 6, WEDNESDAY)
    with pytest.raises(YearError, match="Skriv en senere dag ved Slutter i filen først"):
        plan(manifest, date(2030, 1, 7), 6, WEDNESDAY)


def test_a_programme_has_no_meetings_to_plan(folder: Folder) -> None:
    with pytest.raises(YearError, match="Kun saloner og netværk"):
        lines(prepare(folder.path).manifest, [date(2027, 1, 6)], "")


def test_a_time_that_can_not_be_read_is_told_with_its_row_and_nothing_is_lost(tmp_path: Path) -> None:
    folder = gathering(tmp_path, "netvaerk", ["3;1"] * 5)
    before = prepare(folder)
    with pytest.raises(CohortError) as caught:
        changes.with_meetings(folder, lines(before.manifest, [date(2027, 3, 3)], "til frokost"))
    [told] = [str(each) for each in caught.value.findings]
    assert told.startswith("hold.xlsx, arket Datoer, linje 8, kolonne ")
    assert prepare(folder) == before


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("17.05.2027", "'Første workshop' ligger mandag den 17. maj 2027. Det er anden pinsedag. "
         "Næste dag, vi kan regne med folk, er tirsdag den 18. maj 2027."),
        ("24.12.2026", "Det er juleaftensdag. Næste dag, vi kan regne med folk, er mandag den 4. januar 2027."),
        ("22.08.2026", "Det er weekend. Næste dag, vi kan regne med folk, er mandag den 24. august 2026."),
    ],
)  # fmt: skip
def test_a_meeting_on_a_holiday_is_a_reminder_with_its_row_and_the_next_free_day(
    folder: Folder, day: str, said: str
) -> None:
    folder.change("dato: 20.08.2026", f"dato: {day}")
    [told] = [str(each) for each in check(folder.path).reminders if "regne med folk" in str(each)]
    assert told.startswith("hold.yaml, linje 32, kolonne 11: ")
    assert said in told


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1900, 2, 28), date(9999, 12, 31)])
def test_of_a_year_far_from_ours_nothing_is_said(day: date) -> None:
    assert closed(day) == ""


def test_a_meeting_on_a_working_day_is_no_reminder(folder: Folder) -> None:
    assert not [each for each in check(folder.path).reminders if "regne med folk" in str(each)]
