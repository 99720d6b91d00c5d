"""Groups for a cohort folder: what the folder says of its leaders, as the composer takes it."""

from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from fællesledelse.cohort import demo
from fællesledelse.cohort.folder import Checked, check
from fællesledelse.cohort.groups import leaders, place, propose
from fællesledelse.cohort.people import NO_TIES, Ties
from fællesledelse.grouping import Grouping, GroupingError, Leader, Rule
from fællesledelse.model import Participant, Role

from .conftest import PEOPLE, Folder


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    folder = tmp_path_factory.mktemp("demo") / "hold"
    demo.write_demo(folder, date(2026, 11, 20))
    return check(folder)


def reached(found: Grouping, rule: Rule) -> int:
    return next(row.reached for row in found.table if row.rule is rule)


def person(name: str, level: str = "", superior: str = "") -> Participant:
    return Participant(f"{name.lower()}@strandby.example", name, Role.LEADER, level=level, superior=superior)


def by_name(people: list[Participant], ties: Ties = NO_TIES) -> dict[str, Leader]:
    return {one.name: one for one in leaders(people, ties)}


def test_the_demo_gets_twelve_groups_across_departments_without_its_facilitators(checked: Checked) -> None:
    found = propose(checked)
    assert found.optimal
    assert sorted(len(group) for _, group in found.groups) == [3] * 10 + [4] * 2
    assert {email for _, group in found.groups for email in group} == {
        one.email for one in checked.roster.participants if one.role is Role.LEADER
    }
    assert reached(found, Rule.DEPARTMENT) == 0


def test_in_a_rotation_nobody_meets_one_from_the_group_that_stands_in_the_folder(checked: Checked) -> None:
    group = {one.email: one.group for one in checked.roster.participants}
    found = propose(checked, rotate=True)
    pairs = [pair for _, members in found.groups for pair in combinations(members, 2)]
    assert not [pair for pair in pairs if group[pair[0]] == group[pair[1]]]
    assert reached(found, Rule.MET) == 0


def test_without_a_rotation_the_groups_in_the_folder_count_for_nothing(folder: Folder) -> None:
    before = propose(check(folder.path), smallest=2, largest=2)
    folder.write("deltagere.csv", PEOPLE.replace(";1\n", ";\n").replace(";2\n", ";\n"))
    assert propose(check(folder.path), smallest=2, largest=2).groups == before.groups


def test_who_must_stay_together_does(folder: Folder) -> None:
    text = PEOPLE.replace("gruppe\n", "gruppe;sammen med\n").replace("Social;2;;2\n", "Social;2;;2;aase@strandby.example\n")
    folder.write("deltagere.csv", text)
    found = propose(check(folder.path), smallest=2, largest=2)
    assert ("aase@strandby.example", "eva@strandby.example") in [group for _, group in found.groups]


def test_sizes_that_do_not_go_up_are_told_in_danish(folder: Folder) -> None:
    with pytest.raises(GroupingError, match="Grupperne går ikke op"):
        propose(check(folder.path), smallest=3, largest=3)


@pytest.mark.parametrize(
    ("levels", "numbers"),
    [
        (["1", "2", "2", ""], [1, 2, 2, 0]),
        (["Niveau 3", "niveau 2b", "4.", ""], [3, 2, 4, 0]),
        (["Direktør", "Chef", "Leder 2", "Chef"], [1, 2, 3, 2]),
        (["", "", "", ""], [0, 0, 0, 0]),
    ],
)
def test_a_level_is_its_digits_or_where_it_first_stands(levels: list[str], numbers: list[int]) -> None:
    people = [person(name, level) for name, level in zip(("Åse", "Bo", "Ib", "Eva"), levels, strict=True)]
    assert [one.level for one in leaders(people, NO_TIES)] == numbers


def test_a_superior_may_be_given_by_name() -> None:
    people = [person("Åse"), person("Bo", superior="åse"), person("Ib", superior="Karen Holst")]
    assert [one.superior for one in leaders(people, NO_TIES)] == ["", "åse@strandby.example", "Karen Holst"]


def test_those_who_name_the_same_know_each_other_and_so_do_two_where_one_names_the_other() -> None:
    people = [person("Åse"), person("Bo"), person("Ib"), person("Eva")]
    met = {"åse@strandby.example": ("Digital havn", "bo"), "ib@strandby.example": ("DIGITAL HAVN", "BO@strandby.example")}
    known = {name: one.known for name, one in by_name(people, Ties(met)).items()}
    assert known["Åse"] & known["Bo"]
    assert known["Åse"] & known["Ib"] == {"digital havn"}
    assert known["Ib"] & known["Bo"]
    assert known["Eva"] == frozenset()
    others = by_name(people, Ties({"åse@strandby.example": ("Bo",), "eva@strandby.example": ("Bo",)}))
    assert not others["Åse"].known & others["Eva"].known


def test_nothing_in_a_folder_is_written_by_proposing(folder: Folder) -> None:
    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in folder.path.rglob("*") if path.is_file()}

    before = files()
    propose(check(folder.path), smallest=2, largest=2, rotate=True)
    assert files() == before


def test_a_new_leader_of_a_programme_gets_a_place_too(folder: Folder) -> None:
    """Two groups of two, and one who is new: the group where nobody is from the same department."""
    folder.write("deltagere.csv", f"{PEOPLE}Ea Lind;ea@strandby.example;Chef;Social;3;;\n")
    assert dict(place(check(folder.path)).groups) == {
        "1": ("aase@strandby.example", "bo@strandby.example", "ea@strandby.example"),
        "2": ("eva@strandby.example", "ib@strandby.example"),
    }


def test_a_programme_whose_groups_are_full_is_told_to_begin_again(folder: Folder) -> None:
    rows = [f"Leder {at};l{at}@strandby.example;Chef;Social;3;;{1 if at < 4 else ''}\n" for at in range(5)]
    folder.write("deltagere.csv", "navn;email;titel;afdeling;niveau;nærmeste leder;gruppe\n" + "".join(rows))
    with pytest.raises(GroupingError, match=r"I 5 i en gruppe, og der kan højst være 4\. Foreslå grupper forfra\.$"):
        place(check(folder.path))
