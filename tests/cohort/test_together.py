"""Who sits together in salons and in a network's groups, and who comes in where one is new."""

from collections import Counter
from datetime import date
from itertools import combinations
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from fællesledelse import cli
from fællesledelse.cohort import changes, demo, excel
from fællesledelse.cohort.build import prepare
from fællesledelse.cohort.folder import Checked, check
from fællesledelse.cohort.groups import advice, place, propose
from fællesledelse.grouping import Grouping, GroupingError, Rule

TODAY = date(2026, 11, 23)
UNITS = ("Børn", "Social", "Teknik", "Kultur", "Stab")


def gathering(folder: Path, part: str, rows: list[str], heading: str = "niveau;gruppe") -> Path:
    """One of the demo's folders with other people: of each row its level and group, or what the heading says."""
    demo.write_demo(folder / part, TODAY, part=part)
    lines = [f"Leder {at};leder{at}@strandby.example;{UNITS[at % 5]};{row}" for at, row in enumerate(rows, start=1)]
    text = "\n".join([f"navn;email;afdeling;{heading}", *lines]) + "\n"
    (folder / part / "deltagere.csv").write_text(text, encoding="utf-8")
    return folder / part


def sized(found: Grouping) -> list[int]:
    return sorted(len(members) for _, members in found.groups)


def reached(found: Grouping, rule: Rule) -> int:
    return next(row.reached for row in found.table if row.rule is rule)


def reminders(folder: Path) -> list[str]:
    return [str(each) for each in check(folder).reminders]


@pytest.mark.parametrize(
    ("many", "sizes"),
    [(4, [4]), (7, [7]), (8, [4, 4]), (9, [4, 5]), (15, [5, 5, 5]), (22, [5, 5, 6, 6]), (29, [5, 6, 6, 6, 6])],
)
def test_salons_are_as_few_and_as_even_as_seven_allows(tmp_path: Path, many: int, sizes: list[int]) -> None:
    found = propose(check(gathering(tmp_path, "salon", ["3;"] * many)))
    assert sized(found) == sizes
    assert found.optimal


@pytest.mark.parametrize(("many", "sizes"), [(8, [8]), (10, [10]), (12, [6, 6]), (24, [8, 8, 8])])
def test_a_networks_groups_are_even_too(tmp_path: Path, many: int, sizes: list[int]) -> None:
    assert sized(propose(check(gathering(tmp_path, "netvaerk", ["3;"] * many)))) == sizes


@pytest.mark.parametrize(
    ("many", "asked", "said"),
    [
        (1, {}, "Der er kun én på listen. Invitér 3 til."),
        (3, {}, "3 er for få til en salon på mindst 4. Invitér 1 til, eller skriv 3 i »Mindst«, hvis I vil mødes"),
        (9, {"largest": 9}, "9 er for mange i én salon. Med højst 7 kan alle nå at tale. Skriv 7 eller mindre i »Højst«. "
         "Så bliver I til 2 saloner på 4 og 5."),
        (8, {"smallest": 5}, "8 med højst 7 i hver bliver til 2 saloner på 4, og det er færre end 5. Skriv 4 i »Mindst«, "
         "eller invitér 2 til."),
        (5, {"smallest": 7, "largest": 4}, "Grupper på mindst 7 og højst 4 findes ikke."),
    ],
)  # fmt: skip
def test_sizes_that_can_not_be_had_are_told_with_a_proposal(
    tmp_path: Path, many: int, asked: dict[str, int], said: str
) -> None:
    with pytest.raises(GroupingError) as caught:
        propose(check(gathering(tmp_path, "salon", ["3;"] * many)), **asked)
    assert said in str(caught.value)


def test_salons_keep_levels_together_and_networks_mix_them(tmp_path: Path) -> None:
    rows = [f"{2 + at % 2};" for at in range(10)]
    salons = check(gathering(tmp_path, "salon", rows))
    found = propose(salons)
    assert reached(found, Rule.APART) == 0
    assert advice(salons, found) == [
        "10 er for mange til én salon. Her er 2 saloner på 5. De kan holdes samtidig eller hver sin dag."
    ]
    network = check(gathering(tmp_path, "netvaerk", rows))
    assert reached(propose(network, largest=5), Rule.LEVEL) == 8
    assert advice(network, propose(network)) == []


def test_nobody_at_the_same_level_gets_a_salon_all_the_same_and_is_told(tmp_path: Path) -> None:
    alone = check(gathering(tmp_path, "salon", [f"{at};" for at in range(1, 6)]))
    found = propose(alone)
    assert reached(found, Rule.APART) == 20
    assert advice(alone, found) == [
        "I salon 1 sidder niveau 1, 2, 3, 4 og 5 sammen. Invitér flere på samme niveau, eller spørg dem, om de vil."
    ]


@pytest.mark.parametrize(("row", "said"), [(";", "Ingen har et niveau i filen."), ("Chef;", "skrevet med ord")])
def test_levels_that_can_not_be_held_against_each_other_are_told(tmp_path: Path, row: str, said: str) -> None:
    here = check(gathering(tmp_path, "salon", [row] * 5))
    [told] = advice(here, propose(here))
    assert said in told


def test_nine_in_a_salon_is_a_reminder_with_a_proposal_and_nothing_is_lost(tmp_path: Path) -> None:
    folder = gathering(tmp_path, "salon", ["3;1"] * 9)
    [told] = [text for text in reminders(folder) if "Salon '1' har 9 deltagere" in text]
    assert "Del den: 2 saloner på 4 og 5. Det gør vi gerne, når du trykker på »Foreslå saloner«." in told
    assert len(prepare(folder).roster.participants) == 10


@pytest.mark.parametrize(("part", "many", "told"), [("salon", 7, 0), ("netvaerk", 12, 0), ("netvaerk", 13, 1)])
def test_how_many_are_too_many_depends_on_the_kind(tmp_path: Path, part: str, many: int, told: int) -> None:
    folder = gathering(tmp_path, part, ["3;1"] * many)
    assert sum("Med højst" in text for text in reminders(folder)) == told


def mixed(folder: Path, rounds: int) -> list[Checked]:
    """The folder after each of so many rounds, mixed anew and taken into use as a facilitator does."""
    after = []
    for turn in range(rounds):
        found = propose(changes.checked(folder), rotate=bool(turn), seconds=5)
        changes.with_groups(folder, {each: name for name, group in found.groups for each in group}, rotated=bool(turn))
        changes.take(folder)
        after.append(check(folder))
    return after


def test_a_network_of_three_groups_of_eight_is_mixed_anew_against_its_history(tmp_path: Path) -> None:
    folder = gathering(tmp_path, "netvaerk", ["3;"] * 24)
    rounds = [{one.email: one.group for one in here.roster.participants if one.group} for here in mixed(folder, rounds=3)]
    pairs = [{pair for pair in combinations(sorted(now), 2) if now[pair[0]] == now[pair[1]]} for now in rounds]
    assert [Counter(now.values()) for now in rounds] == [{"1": 8, "2": 8, "3": 8}] * 3
    assert [len(pairs[0] & pairs[1]), len(pairs[1] & pairs[2])] == [21, 21]
    assert {len(was) for was in check(folder).ties.earlier.values()} == {2}


def test_who_is_new_gets_the_group_that_fits_and_nobody_else_moves(tmp_path: Path) -> None:
    """Two have left group 2 and one group 3; four come. The emptiest are filled first."""
    rows = ["3;1"] * 8 + ["3;2"] * 6 + ["3;3"] * 7 + ["3;"] * 4
    here = check(gathering(tmp_path, "netvaerk", rows))
    before = {one.email: one.group for one in here.roster.participants if one.group}
    found = place(here)
    after = {each: name for name, members in found.groups for each in members}
    assert {email: after[email] for email in before} == before
    assert [(name, len(members)) for name, members in found.groups] == [("1", 9), ("2", 8), ("3", 8)] or sized(found) == [
        8,
        8,
        9,
    ]
    assert found.optimal


def test_in_a_salon_who_is_new_comes_to_the_own_level(tmp_path: Path) -> None:
    here = check(gathering(tmp_path, "salon", ["2;1"] * 4 + ["4;2"] * 4 + ["4;", "2;"]))
    assert dict(place(here).groups) == {
        "1": tuple(sorted(f"leder{at}@strandby.example" for at in (1, 2, 3, 4, 10))),
        "2": tuple(sorted(f"leder{at}@strandby.example" for at in (5, 6, 7, 8, 9))),
    }


def test_two_who_sit_together_already_are_not_parted_by_what_they_wish(tmp_path: Path) -> None:
    """A wish about those who stay can't be met by placing a third; one about who is new is."""
    here = check(gathering(tmp_path, "salon", ["3;1"] * 4 + ["3;2"] * 5 + ["3;"]))
    said = [("leder1@strandby.example", "leder2@strandby.example"), ("leder10@strandby.example", "leder5@strandby.example")]
    assert "leder10@strandby.example" in dict(place(here, vetoes=said).groups)["1"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["3;"] * 5, "Der er ingen saloner at komme ind i endnu. Foreslå saloner først."),
        (["3;1"] * 5, "Alle har en plads allerede."),
        (["3;1"] * 7 + ["3;"], "Så bliver I 8 i en salon, og der kan højst være 7. Foreslå saloner forfra. "
         "Så bliver I til 2 saloner på 4."),
    ],
)  # fmt: skip
def test_where_nobody_can_be_placed_it_is_told_why(tmp_path: Path, rows: list[str], said: str) -> None:
    with pytest.raises(GroupingError) as caught:
        place(check(gathering(tmp_path, "salon", rows)))
    assert said in str(caught.value)


def test_the_excel_file_of_earlier_rounds_is_kept_as_for_programmes(tmp_path: Path) -> None:
    folder = gathering(tmp_path, "salon", ["3;1"] * 4 + ["3;2"] * 4)
    mixed(folder, rounds=2)
    assert (folder / excel.NAME).is_file()
    assert all(len(was) == 1 for was in check(folder).ties.earlier.values())


def test_24_leaders_with_joiners_and_leavers_are_placed_and_then_mixed_against_their_history(tmp_path: Path) -> None:
    """After a first year three leave and four come; they get places, and the next mixing knows whom the others have met."""
    folder = gathering(tmp_path, "netvaerk", ["3;"] * 24)
    mixed(folder, rounds=2)
    book = openpyxl.load_workbook(folder / excel.NAME)
    sheet = book["Deltagere"]
    heads = [cell.value for cell in sheet[1]]
    sheet.delete_rows(2, 3)
    for at in range(25, 29):
        row = {"navn": f"Leder {at}", "email": f"leder{at}@strandby.example", "afdeling": "Plan", "niveau": 3}
        for head, text in row.items():
            sheet.cell(at - 2, heads.index(head) + 1).value = text
    book.save(folder / excel.NAME)
    changes.take(folder)
    before = {one.email: one.group for one in check(folder).roster.participants if one.group}
    assert len(before) == 21
    found = place(check(folder))
    after = {each: name for name, group in found.groups for each in group}
    assert {email: after[email] for email in before} == before
    assert sized(found) == [8, 8, 9]
    assert Counter(after[f"leder{at}@strandby.example"] for at in range(25, 29)).most_common(1)[0][1] < 4
    changes.with_groups(folder, after)
    changes.take(folder)
    again = propose(check(folder), rotate=True, seconds=5)
    met = reached(again, Rule.MET)
    assert met >= next(row.possible for row in again.table if row.rule is Rule.MET) >= 21
    changes.with_groups(folder, {each: name for name, group in again.groups for each in group}, rotated=True)
    earlier = changes.checked(folder).ties.earlier
    assert earlier["leder28@strandby.example"] == ("-", after["leder28@strandby.example"])


def test_the_command_line_composes_by_kind_too(tmp_path: Path) -> None:
    folder = gathering(tmp_path, "salon", ["3;"] * 9)
    done = CliRunner().invoke(cli.app, ["grupper", str(folder), "--prøv"])
    assert done.exit_code == 0, done.output
    assert "Her er 2 saloner på 4 og 5." in " ".join(done.output.split())
    told = CliRunner().invoke(cli.app, ["hold", "tjek", str(folder)])
    assert told.exit_code == 0, told.output
    assert "Leder 1 har endnu ingen salon." in " ".join(told.output.split())
