"""What has been decided about a network: after a dialogue, for good, and sealed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine, text

from fællesledelse.errors import AnswerError
from fællesledelse.model import Choice, DecisionKind
from fællesledelse.store import Decision, Store, standing
from fællesledelse.store.decisions import LONGEST

from .conftest import House

TODAY = date(2027, 10, 11)
TALK = TODAY - timedelta(days=6)
ONE = Decision(0, DecisionKind.EVALUATION, Choice.CHANGE, TODAY, "Jonas Enggaard", "Kanariefugl", TALK, "En runde på mødet")


def test_a_decision_is_kept_word_for_word_with_its_dialogue(store: Store) -> None:
    hostile = replace(ONE, kind=DecisionKind.REDESIGN, reason="<img src=x> \0 \ud800 æøå")
    assert [store.decisions.keep("demo", each).number for each in (ONE, hostile)] == [1, 2]
    assert store.decisions.all("demo") == [replace(ONE, number=1), replace(hostile, number=2)]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"dialogue": None}, "Dialogen mangler"),
        ({"where": ""}, "Dialogen mangler"),
        ({"dialogue": TODAY + timedelta(days=1)}, "har ikke været endnu"),
        ({"reason": ""}, "Skriv kort, hvorfor"),
        ({"reason": "x" * (LONGEST + 1)}, "for lang"),
        ({"where": "x" * (LONGEST + 1)}, "for lang"),
        ({"choice": Choice.BACK}, "hvilken beslutning"),
        ({"replaces": 1}, "gælder ikke længere"),
    ],
)
def test_what_lacks_anything_is_refused_in_words_and_nothing_is_kept(
    store: Store, wrong: dict[str, object], why: str
) -> None:
    with pytest.raises(AnswerError, match=why):
        store.decisions.keep("demo", replace(ONE, **wrong))  # type: ignore[arg-type]
    assert store.decisions.all("demo") == []


def test_one_that_is_replaced_still_stands_there_and_can_not_be_replaced_again(store: Store) -> None:
    keep = store.decisions.keep
    first = keep("demo", ONE)
    second = keep("demo", replace(ONE, choice=Choice.STOP, replaces=1))
    with pytest.raises(AnswerError, match="gælder ikke længere"):
        keep("demo", replace(ONE, replaces=1))
    with pytest.raises(AnswerError, match="gælder ikke længere"):
        keep("demo", replace(ONE, kind=DecisionKind.TRIAL, replaces=2))
    assert store.decisions.all("demo") == [first, second]
    back = keep("demo", replace(ONE, choice=Choice.BACK, reason="En fejl", dialogue=None, where="", replaces=2))
    assert standing(store.decisions.all("demo")) == []
    with pytest.raises(AnswerError, match="gælder ikke længere"):
        keep("demo", replace(ONE, replaces=back.number))


def test_of_two_who_decide_at_once_one_is_kept(house: House) -> None:
    def keep(who: str) -> bool:
        try:
            return bool(house.store.decisions.keep("demo", replace(ONE, by=who)))
        except AnswerError as refused:
            return "allerede taget i dag" not in str(refused)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(keep, ("Jonas", "Karin", "Lone", "Mads"))) == [False, False, False, True]
    assert len(house.reopen().decisions.all("demo")) == 1


def test_the_database_tells_only_how_many_there_are(house: House) -> None:
    house.store.decisions.keep("demo", ONE)
    house.store.decisions.keep("demo", replace(ONE, kind=DecisionKind.TRIAL, choice=Choice.STOP, reason="x" * 900))
    engine = create_engine(house.url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT gathering, number, sealed FROM network_decision ORDER BY number")).all()
    engine.dispose()
    assert [(row.gathering, row.number) for row in rows] == [("demo", 1), ("demo", 2)]
    assert len({len(row.sealed) for row in rows}) == 1
    assert not any(word in bytes(row.sealed) for row in rows for word in (b"Kanariefugl", b"Jonas", b"evaluation", b"2027"))
