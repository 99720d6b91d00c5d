"""Pictures of what is shown, and the same in words."""

import subprocess
import sys
from random import Random
from xml.etree import ElementTree

import numpy as np
import pytest

from fællesledelse.model import Item, Questionnaire, Theme, ThemeKind
from fællesledelse.survey import Ledger, Table, charts, release

THEME = Theme("goals", "Fælles mål & viden", ThemeKind.INSIDE)
ITEMS = (
    Item("shared", "goals", "Vi deler mål på tværs af forvaltningerne."),
    Item("late", "goals", "Jeg hører for sent om det, der vedrører mit område.", reversed=True),
    Item("respect", "goals", "Vi har respekt for hinandens faglighed."),
    Item("few", "goals", "Vi hjælper hinanden, når det brænder på."),
)
ASKED = Questionnaire(ITEMS, (THEME,))
WAVES = ("Måling 1", "Måling 2")


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    rng, told = np.random.default_rng(1), Ledger()
    columns = {"shared": rng.integers(0, 6, (38, 2)), "late": rng.integers(1, 6, (38, 2)), "respect": np.full((38, 2), 5)}
    columns["few"] = np.full((38, 2), -1)
    tokens = tuple(map(str, range(38)))
    for wave in range(2):
        tables = {item: Table(tokens, given[:, : wave + 1].astype(np.int8)) for item, given in columns.items()}
        told = release(told, tables, {}, Random(wave))
    return told


def words(svg: str) -> str:
    """All that is written in a picture; it is well-formed, or this raises."""
    return " ".join(ElementTree.fromstring(svg).itertext())


def test_distributions_show_what_is_merged_and_what_is_not_shown(ledger: Ledger) -> None:
    picture = charts.distributions(ledger, ASKED, THEME, WAVES)
    shown = words(picture.svg)
    assert "Måling 2" in shown
    assert "enig eller helt enig" in shown
    assert "fordelingen vises ikke" in shown
    told = "\n".join(picture.text)
    assert "38 svar (enig eller helt enig 38). Næsten alle har svaret det samme." in told
    assert "Vises ikke: færre end fem har svaret." in told


def test_developments_say_which_way_is_better_and_what_is_withheld(ledger: Ledger) -> None:
    picture = charts.developments(ledger, ASKED, THEME, WAVES)
    assert "vises ikke" in words(picture.svg)
    assert picture.text[0] == "Fælles mål & viden: ændring fra Måling 1 til Måling 2."
    assert "Ændringen vises ikke" in picture.text[3]
    assert picture.text[-1].startswith("Temaet samlet: ")


def test_a_picture_names_itself(ledger: Ledger) -> None:
    svg = ElementTree.fromstring(charts.distributions(ledger, ASKED, THEME, WAVES).svg)
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "Fælles mål & viden: svarenes fordeling"


@pytest.mark.parametrize(
    ("value", "signed", "told"), [(3.44, False, "3,4"), (-0.31, True, "−0,3"), (0.25, True, "+0,2"), (-0.01, True, "0,0")]
)
def test_numbers_are_written_in_danish(value: float, signed: bool, told: str) -> None:
    assert charts.number(value, signed) == told


def test_a_theme_in_a_sentence(ledger: Ledger) -> None:
    assert charts.summary(ledger.waves[0], ASKED, THEME).startswith("Fælles mål & viden: ")


def test_what_the_server_imports_loads_neither_pandas_nor_altair() -> None:
    code = "import sys, fællesledelse.survey; assert not {'altair', 'pandas', 'vl_convert', 'highspy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
