"""The facilitator's overview: a chart, and the same in words."""

import copy
import json
import re
import subprocess
import sys
from typing import Any

import pytest

from fællesledelse.workbook.overview import MARKS, chart, overview_html
from fællesledelse.workbook.sandbox import Sandbox

Told = dict[str, Any]


@pytest.fixture
def told() -> Told:
    """What the sandbox tells: nine invented leaders and seven steps."""
    return Sandbox().overview()


def records(told: Told) -> list[dict[str, str]]:
    found: list[dict[str, str]] = chart(told)["datasets"][MARKS]
    return found


def test_there_is_a_mark_for_each_step_of_each_leader_with_all_that_the_pointer_tells(told: Told) -> None:
    found = records(told)
    assert len(found) == len(told["rows"]) * len(told["steps"]) == 63
    assert found[0] == {
        "leader": "Karen Møllegaard",
        "group": "Gruppe 1",
        "department": "Teknik og Miljø",
        "step": "Forberedelse 1",
        "title": "Forberedelse 1: Det, der har formet dig",
        "day": "20. august",
        "state": "Markeret gennemført",
    }


def test_salons_whose_titles_begin_alike_have_a_column_each(told: Told) -> None:
    for step, title in zip(told["steps"], ("Salon: Når dagen er fuld", "Salon: Alene øverst"), strict=False):
        step["title"] = title
    names = [each["step"] for each in records(told)]
    assert names[:2] == ["Når dagen er fuld", "Alene øverst"]
    assert len(set(names)) == len(told["steps"])
    assert "Alene øverst</th>" in overview_html(told)


def test_the_three_states_are_told_apart_by_sign_as_well_as_by_colour(told: Told) -> None:
    encoding = chart(told)["spec"]["encoding"]
    for channel in ("shape", "color"):
        scale = encoding[channel]["scale"]
        assert scale["domain"] == list(told["states"].values())
        assert len(set(scale["range"])) == 3


def test_groups_and_departments_can_be_chosen_and_groups_keep_the_order_they_are_told_in(told: Told) -> None:
    told["rows"] = told["rows"][6:] + told["rows"][:6]
    shown = chart(told)
    assert shown["facet"]["row"]["sort"] == ["Gruppe 3", "Gruppe 1", "Gruppe 2"]
    group, department, state = (param["bind"]["options"] for param in shown["params"])
    assert group == [None, "Gruppe 3", "Gruppe 1", "Gruppe 2"]
    assert department[1:] == sorted({row["department"] for row in told["rows"]})
    assert state == [None, *told["states"].values()]


def test_two_leaders_of_one_name_have_a_line_each(told: Told) -> None:
    told["rows"] = [told["rows"][0], copy.deepcopy(told["rows"][0]), told["rows"][3]]
    assert {each["leader"] for each in records(told)} == {"Karen Møllegaard", "Karen Møllegaard (2)", "Inger Ravn"}


def test_the_chart_takes_a_thousand_leaders(told: Told) -> None:
    told["rows"] *= 112
    assert len(records(told)) == 1008 * 7


def test_the_same_is_told_in_the_same_bytes(told: Told) -> None:
    assert overview_html(told) == overview_html(Sandbox().overview())


def test_the_place_carries_the_specification_and_names_no_other_machine_s_script(told: Told) -> None:
    html = overview_html(told)
    (quoted,) = re.findall(r'<div class="fl-part desk-overview" data-part="overview" data-chart="([^"]*)">', html)
    assert json.loads(quoted.replace("&quot;", '"').replace("&amp;", "&").replace("&gt;", ">")) == chart(told)
    assert "<script" not in html
    assert "style=" not in html


def test_the_table_says_everything_in_words_and_is_open_where_no_script_runs(told: Told) -> None:
    html = overview_html(told)
    assert '<details class="desk-overview-table" open>' in html
    for row in told["rows"]:
        assert f'>{row["name"]}<span class="site-table-place">' in html
    said = re.findall(r'<span class="sr-only">(.*?)</span>', html)
    assert said == [told["states"][mark["state"]] for row in told["rows"] for mark in row["states"]]
    assert '<td class="site-cell">8 af 9</td>' in html


def test_contracts_and_workshops_are_told_and_said_to_be_missing(told: Told) -> None:
    html = overview_html(told)
    for words in ("Afventer: 2 af 3 har sagt ja", "kl. 9.00, Mødelokale 2", "Gruppens egen dag"):
        assert words in html
    none = overview_html(told | {"rows": [], "groups": [], "workshops": []})
    assert "Der er ingen grupper endnu." in none
    assert "Der er ingen workshops eller seminarer de næste fire uger." in none


def test_what_people_are_called_is_text_and_never_markup(told: Told) -> None:
    nasty = '<img src=x onerror="alert(1)">'
    for row in told["rows"]:
        row |= {"name": nasty, "title": nasty, "department": nasty, "group": nasty}
    for each in (*told["steps"], *told["groups"], *told["workshops"]):
        each |= dict.fromkeys(set(each) & {"title", "group", "groups", "where", "day", "contract_words"}, nasty)
    assert "<img" not in overview_html(told)


@pytest.mark.parametrize("module", ["rehearsal", "show", "kernel", "page"])
def test_altair_is_never_on_the_way_to_a_page_of_a_leader(module: str) -> None:
    code = f"import sys, fællesledelse.workbook.{module}; assert not {{'altair', 'pandas'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-X", "utf8", "-c", code], check=True)


def test_the_chart_needs_no_pandas() -> None:
    code = "import sys, fællesledelse.workbook.overview; assert 'pandas' not in sys.modules"
    subprocess.run([sys.executable, "-X", "utf8", "-c", code], check=True)
