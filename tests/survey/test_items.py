"""What is wrong with a questionnaire is said in Danish, and to whom it belongs."""

from dataclasses import replace

import pytest

from fællesledelse.model import Item, Questionnaire, Theme, ThemeKind
from fællesledelse.survey import check

THEMES = tuple(Theme(kind.value, f"Om {kind.value}", kind) for kind in ThemeKind)
ITEMS = tuple(Item(f"{theme.key}-1", theme.key, f"Vi taler åbent om {theme.key}.") for theme in THEMES)
RIGHT = Questionnaire(ITEMS, THEMES)


def test_nothing_is_wrong_with_a_right_one() -> None:
    assert check(RIGHT) == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (replace(RIGHT, items=(*ITEMS, ITEMS[0])), "'inside-1' står 2 gange"),
        (replace(RIGHT, themes=(*THEMES, THEMES[0])), "'inside' står 2 gange"),
        (replace(RIGHT, items=ITEMS[1:]), "'Om inside' har ingen udsagn"),
        (replace(RIGHT, items=(replace(ITEMS[0], reversed=True), *ITEMS[1:])), "kun omvendte udsagn"),
        (replace(RIGHT, items=ITEMS[:2], themes=THEMES[:2]), "mangler et tema om egen ledelse"),
        (
            replace(RIGHT, items=(*ITEMS, replace(ITEMS[0], key="x", text="Vi taler om alt.", theme="insid"))),
            "Mente du 'inside'?",
        ),
        (replace(RIGHT, items=(replace(ITEMS[0], text="Kort."), *ITEMS[1:])), "er på 5 tegn"),
        (replace(RIGHT, items=(replace(ITEMS[0], text="a" * 201), *ITEMS[1:])), "højst 200"),
        (
            replace(RIGHT, items=(*ITEMS, replace(ITEMS[0], key="x", text="vi  taler Åbent\u00a0om inside."))),
            "det samme som 'inside-1'",
        ),
        (replace(RIGHT, items=(replace(ITEMS[0], key=" "), *ITEMS[1:])), "uden nøgle"),
    ],
)
def test_each_thing_that_is_wrong_is_found_and_alone(asked: Questionnaire, said: str) -> None:
    found = check(asked)
    assert len(found) == 1
    assert said in found[0].words
