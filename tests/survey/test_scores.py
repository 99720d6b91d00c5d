"""Answers as themes' scores."""

import numpy as np
import pandas as pd
import pytest

from fællesledelse.model import Item, Questionnaire, Theme, ThemeKind
from fællesledelse.survey.scores import scores

THEMES = tuple(Theme(f"t{number}", f"Tema {number}", ThemeKind.INSIDE) for number in range(6))
ASKED = Questionnaire(
    tuple(Item(f"i{at}", f"t{at % 6}", "Vi deler viden.", at % 6 == 1 and at > 6) for at in range(24)), THEMES
)


def test_reversed_items_are_turned_and_dont_know_is_left_out() -> None:
    rows = [("a", 0, "i1", 4), ("a", 0, "i7", 1), ("a", 0, "i0", 0), ("a", 0, "i6", 2), ("a", 1, "i0", 0), ("b", 0, "x", 5)]
    told = scores(pd.DataFrame(rows, columns=["token", "wave", "item", "value"]), ASKED)
    assert list(told.columns) == [theme.key for theme in THEMES]
    assert told.loc[("a", 0), "t1"] == pytest.approx(4.5)
    assert told.loc[("a", 0), "t0"] == 2
    assert np.isnan(told.loc[("a", 0), "t5"])
    assert list(told.index) == [("a", 0)]


def test_a_hundred_thousand_answers_are_scored_in_one_go() -> None:
    rng = np.random.default_rng(1)
    index = np.arange(100_000)
    answers = pd.DataFrame(
        {
            "token": (index // 24 // 5).astype(str),
            "wave": index // 24 % 5,
            "item": np.char.add("i", (index % 24).astype(str)),
            "value": rng.integers(0, 6, len(index)),
        }
    )
    told = scores(answers, ASKED)
    assert len(told) == -(-100_000 // 24)
