"""What the overview tells, on the page and in the terminal: states, contracts and workshops, by each group's own dates."""

import asyncio
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fællesledelse import cli
from fællesledelse.danish import short_day
from fællesledelse.operation import ServerRefused, status
from fællesledelse.server import overview
from fællesledelse.server.house import House
from fællesledelse.server.overview import STATES, Row, group_name
from fællesledelse.server.run import open_house
from fællesledelse.settings import read
from fællesledelse.share import share

from .circles import THREE, Leader, group_server, regroup
from .people import ANNA, BENT, CARLA, DORTE, EGON, TODAY, VIBEKE, Someone
from .serving import Server

STEPS = (
    "forberedelse-1", "workshop-1", "forberedelse-2", "workshop-2", "forberedelse-3", "workshop-3", "udgivelse",
    "periode-a", "periode-b", "periode-c",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]) -> Path:
    """The first gathering with a group of three and one of two."""
    copied = Path(shutil.copytree(built["demo"], tmp_path_factory.mktemp("overview") / "demo"))
    regroup(copied, THREE)
    return copied


@pytest.fixture
def house(folder: Path, tmp_path: Path) -> Iterator[House]:
    """The server's services, without its doors."""
    opened = open_house(read({"FAELLESLEDELSE_DATA": str(tmp_path / "data")}), [folder])
    yield opened
    opened.close()


def told(house: House) -> dict[str, Any]:
    cohort = house.shelf.find("demo")
    assert cohort is not None
    return asyncio.run(overview.told(house, cohort))


def row(house: House, who: Someone) -> Row:
    cohort = house.shelf.find("demo")
    assert cohort is not None
    return next(each for each in asyncio.run(overview.rows(house, cohort)) if each.name == who.name)


def states(house: House, who: Someone) -> dict[str, str]:
    return {step: mark.state for step, mark in zip(STEPS, row(house, who).states, strict=True)}


def mark(house: House, who: Someone, step: str, done: bool = True) -> None:
    person = house.store.people.find(who.email)
    assert person is not None
    house.store.progress.mark(person.id, "demo", step, done)


def test_a_step_is_past_when_the_next_one_has_opened_unless_it_was_marked(house: House) -> None:
    before = states(house, ANNA)
    assert before == dict.fromkeys(STEPS[:4], "passed") | dict.fromkeys(STEPS[4:], "open")
    mark(house, ANNA, "workshop-1")
    mark(house, ANNA, "udgivelse")
    assert states(house, ANNA) == before | {"workshop-1": "done", "udgivelse": "done"}
    assert states(house, BENT) == before
    mark(house, ANNA, "workshop-1", done=False)
    assert states(house, ANNA)["workshop-1"] == "passed"


def test_each_leader_goes_by_the_own_group_s_dates(house: House) -> None:
    tomorrow = TODAY + timedelta(days=1)
    house.store.progress.move_date("demo", "2", "workshop-2", tomorrow)
    assert states(house, DORTE)["forberedelse-2"] == "open"
    assert states(house, ANNA)["forberedelse-2"] == "passed"
    moved = dict(zip(STEPS, row(house, DORTE).states, strict=True))["workshop-2"]
    assert moved.day == tomorrow


def test_leaders_stand_by_group_and_name_and_by_nothing_that_happens(house: House) -> None:
    order = [each["name"] for each in told(house)["rows"]]
    assert order == [who.name for who in (ANNA, BENT, CARLA, DORTE, EGON)]
    for who in (EGON, CARLA, BENT):
        mark(house, who, "forberedelse-1")
    assert [each["name"] for each in told(house)["rows"]] == order
    assert {each["group"] for each in told(house)["rows"]} == {"Gruppe 1", "Gruppe 2"}


def test_numbered_groups_come_in_the_order_of_their_numbers_and_those_without_one_last() -> None:
    groups = ["", "Nord", "12", "2"]
    assert sorted(groups, key=overview._in_order) == ["2", "12", "Nord", ""]
    assert [group_name(each) for each in groups] == ["Uden gruppe", "Nord", "Gruppe 12", "Gruppe 2"]


def test_the_workshops_of_four_weeks_are_told_with_time_and_place_where_the_cohort_s_day_holds(house: House) -> None:
    soon = short_day(TODAY + timedelta(days=6))
    where = "kl. 12.30, Havnehuset, første sal"
    title = "Workshop 3: Sig det højt"
    both = {"day": soon, "title": title, "groups": "Alle grupper", "where": where}
    assert told(house)["workshops"] == [both]
    house.store.progress.move_date("demo", "1", "workshop-3", TODAY + timedelta(days=28))
    second, late = both | {"groups": "Gruppe 2"}, short_day(TODAY + timedelta(days=28))
    own = {"day": late, "title": title, "groups": "Gruppe 1", "where": "Gruppens egen dag"}
    assert told(house)["workshops"] == [second, own]
    house.store.progress.move_date("demo", "1", "workshop-3", TODAY + timedelta(days=29))
    assert told(house)["workshops"] == [second]


def test_the_words_of_the_states_are_those_that_a_leader_reads_about_herself() -> None:
    text = (share("templates/pages") / "states.html").read_text(encoding="utf-8")
    assert dict(re.findall(r'"(open|done|passed)": "([^"]+)"', text)) == STATES


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, folder: Path, built: dict[str, Path]) -> Iterator[Server]:
    """A server where the first group has agreed, and one of two has in the second."""
    data = tmp_path_factory.mktemp("overview-data") / "data"
    with group_server(data, None, {"demo": folder, "andet": built["andet"]}) as running:
        anna, bent, carla, dorte = (Leader(running, who) for who in (ANNA, BENT, CARLA, DORTE))
        anna.agree(bent, carla)
        dorte.agree()
        anna.client.put("/api/demo/steps/forberedelse-1/done", json={"done": True})
        yield running


def test_how_many_have_said_yes_is_told_and_never_to_what(server: Server) -> None:
    contracts = [(each["contract"], each["contract_words"]) for each in status(server.settings, "demo")["groups"]]
    assert contracts == [("in-force", "Gælder: 3 af 3 har sagt ja"), ("waiting", "Afventer: 1 af 2 har sagt ja")]


def test_the_page_and_the_command_line_are_told_the_same(server: Server) -> None:
    vibeke = server.client(VIBEKE)
    vibeke.accept()
    page = vibeke.get("/hold/demo/overblik").text
    found = status(server.settings, "demo")
    names = re.findall(r'<th scope="row" data-department="[^"]*">([^<]+)<span', page)
    assert names == [each["name"] for each in found["rows"]]
    shown = re.findall(r"site-cell\"><span class=\"site-state site-state--(\w+)", page)
    assert shown == [mark["state"] for each in found["rows"] for mark in each["states"]]
    for each in found["groups"]:
        assert each["contract_words"] in page
    assert 'data-part="overview"' in page


def test_the_terminal_shows_leaders_contracts_and_workshops(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAELLESLEDELSE_DATA", str(server.settings.data))
    monkeypatch.setenv("FAELLESLEDELSE_PORT", str(server.settings.port))
    shown = CliRunner().invoke(cli.app, ["hold", "status", "demo"])
    assert shown.exit_code == 0, shown.output
    (anna,) = (line for line in shown.output.splitlines() if ANNA.name in line)
    assert re.findall(r"[x!·]", anna.partition(ANNA.name)[2]) == ["x", "!", "!", "!", *"······"]
    for words in ("x markeret gennemført", "Afventer: 1 af 2 har sagt ja", "Havnehuset", "1 Forberedelse 1: Hvor kommer"):
        assert words in shown.output


def test_a_gathering_that_is_not_there_is_named(server: Server) -> None:
    with pytest.raises(ServerRefused, match="intet hold, der hedder 'findes-ikke'"):
        status(server.settings, "findes-ikke")


def test_the_help_of_the_command_is_danish_with_an_example() -> None:
    shown = CliRunner().invoke(cli.app, ["hold", "status", "--help"]).output
    assert "Eksempel: faellesledelse hold status foraar-2026" in shown
    assert "Holdets korte navn" in shown
