"""What the survey's waves have shown, as reports: changes, turned statements, what is withheld, and relations."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import numpy as np
import pytest

from fællesledelse.documents.survey import FEW, MERGED, MERGED_WHY, SurveyReport
from fællesledelse.model import (
    Activity,
    Item,
    Manifest,
    Period,
    PrivacyNotice,
    Questionnaire,
    Step,
    StepKind,
    Theme,
    ThemeKind,
)
from fællesledelse.server.survey_figures import goal, reports
from fællesledelse.store import Shown, Survey, SurveyWave
from fællesledelse.store.surveys import DEPARTMENTS, RELATION
from fællesledelse.survey import Ledger, Table, release

FIRST = date(2026, 6, 15)
ITEMS = (
    Item("deler", "maal", "Vi deler mål på tværs."),
    Item("sent", "maal", "Jeg hører det for sent.", reversed=True),
    Item("enige", "maal", "Vi har respekt for hinanden."),
    Item("sjaelden", "maal", "Det her svarer næsten ingen på."),
    Item("afdeling.1", DEPARTMENTS, RELATION.format("Skole")),
    Item("afdeling.2", DEPARTMENTS, RELATION.format("Vej")),
)
ASKS = Questionnaire(
    ITEMS,
    (Theme("maal", "Fælles mål", ThemeKind.INSIDE), Theme(DEPARTMENTS, "Afdelinger", ThemeKind.INSIDE)),
    relations=True,
)


def step(name: str, opens: date) -> Step:
    return Step(name, name, StepKind.PERIOD, 60, opens, (), period=Period(f"Mål {name}", Activity.COACHING))


MANIFEST = Manifest(
    "demo",
    "Demoholdet",
    "",
    FIRST,
    None,
    (step("a", FIRST + timedelta(days=30)), step("b", FIRST + timedelta(days=200))),
    PrivacyNotice(),
    None,
    survey=ASKS,
)


@pytest.fixture(scope="module")
def survey() -> Survey:
    """Two waves of thirty leaders who agree more the second time."""
    rng = np.random.default_rng(3)
    before = rng.integers(1, 4, 30)
    columns = {
        "deler": np.stack([before, before + 2], axis=1),
        "sent": np.stack([6 - before, 4 - before], axis=1),
        "enige": np.full((30, 2), 5),
        "sjaelden": np.full((30, 2), -1),
    }
    cells = {"afdeling.1": {"Vej": [4, 4, 5, 3, 4], "Stab": [2, 2]}, "afdeling.2": {"Skole": [3, 2, 3, 4, 3, 3]}}
    ledger, waves = Ledger(frozenset({"afdeling.1", "afdeling.2"})), []
    for number in range(2):
        tables = {
            key: Table(tuple(map(str, range(30))), each[:, : number + 1].astype(np.int8)) for key, each in columns.items()
        }
        ledger = release(ledger, tables, cells, Random(number))
        shown = Shown("", 38, 30, ledger.to_json()["waves"][-1])
        opens = FIRST + timedelta(days=150 * number)
        frame = f"m{number}", number + 1, f"{number + 1}. måling", opens, opens + timedelta(days=13)
        waves.append(SurveyWave(*frame, True, ASKS, 38, 30, shown))
    return Survey(tuple(reversed(waves)), ("Skole", "Vej"), False, True)


def report(survey: Survey, wave: str) -> SurveyReport:
    return reports(MANIFEST, survey)[wave]


def test_the_first_wave_has_nothing_to_compare_with(survey: Survey) -> None:
    found = report(survey, "m0")
    assert all(each.change is None and not each.compared for each in found.themes[0].statements)
    assert found.themes[0].change is None
    assert found.frame == "15. juni 2026 til 28. juni 2026 · 30 af 38 har svaret"


def test_the_second_tells_the_change_of_each_statement_and_of_the_theme_with_turned_ones_turned(survey: Survey) -> None:
    theme = report(survey, "m1").themes[0]
    shared, late, agreed, rare = theme.statements
    assert shared.change is not None
    assert late.change is not None
    assert (round(shared.change.value, 1), round(late.change.value, 1)) == (2.0, -2.0)
    assert theme.change is not None
    assert round(theme.change.value, 1) == 2.0
    assert theme.change.low > 0
    assert agreed.compared
    assert agreed.change is None
    assert rare.why == FEW


def test_what_is_merged_is_named_so_and_told_why(survey: Survey) -> None:
    agreed = report(survey, "m0").themes[0].statements[2]
    assert agreed.answers == ((MERGED[3], 30), (MERGED[2], 0), (MERGED[1], 0), (MERGED[0], 0))
    assert agreed.why == MERGED_WHY
    assert agreed.mean is None


def test_relations_are_told_by_department_and_never_of_fewer_than_five(survey: Survey) -> None:
    found = report(survey, "m1").relations
    assert found is not None
    assert found.about == ("Skole", "Vej")
    rows = {row.department: dict(row.cells) for row in found.rows}
    assert set(rows) == {"Skole", "Vej"}
    told = rows["Vej"]["Skole"]
    assert told is not None
    assert 1 <= told.low <= told.value <= told.high <= 5
    assert found.withheld == []
    assert [theme.key for theme in report(survey, "m1").themes] == ["maal"]


def test_a_department_of_which_too_few_have_answered_is_told_as_withheld(survey: Survey) -> None:
    found = report(replace(survey, relations=("Skole", "Vej", "Social")), "m1").relations
    assert found is not None
    assert found.withheld == ["Svar fra Social vises ikke, fordi færre end fem har taget stilling."]


def test_where_relations_were_not_promised_there_are_none(survey: Survey) -> None:
    assert report(replace(survey, relations=()), "m1").relations is None


def test_a_wave_belongs_to_the_goal_of_the_period_that_comes_next_or_was_the_last(survey: Survey) -> None:
    newest, oldest = survey.waves
    assert goal(MANIFEST, oldest) == "Mål a"
    assert goal(MANIFEST, newest) == "Mål b"
    assert goal(MANIFEST, replace(newest, closes=FIRST + timedelta(days=900))) == "Mål b"
    assert goal(replace(MANIFEST, steps=()), newest) == ""
