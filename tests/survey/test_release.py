"""A wave's figures: what stands, what is left out, and what nothing can be concluded from."""

import json
import sys
from collections import Counter
from dataclasses import replace
from math import exp
from random import Random, SystemRandom

import numpy as np
import pytest

from fællesledelse.survey import Ledger, Level, Relation, SurveyError, Table, release
from fællesledelse.survey.noise import two_sided, variance
from fællesledelse.survey.release import CLOSEST, FARTHEST

from .programme import programme


def table(*columns: list[int]) -> Table:
    answers = np.array(columns, dtype=np.int8).T
    return Table(tuple(f"t{row}" for row in range(len(answers))), answers)


def spread_out(people: int, seed: int = 1) -> list[int]:
    return np.random.default_rng(seed).integers(1, 6, people).tolist()


def two_waves(first: list[int], second: list[int], seed: int = 1) -> Ledger:
    random = Random(seed)
    ledger = release(Ledger(), {"goals": table(first)}, {}, random)
    return release(ledger, {"goals": table(first, second)}, {}, random)


def test_four_answers_show_nothing_not_even_which_item() -> None:
    ledger = release(Ledger(), {"goals": table([1, 2, 3, 4, -1])}, {}, Random(1))
    assert ledger.waves[0].figures == {}


def test_a_second_wave_is_linked_to_the_first() -> None:
    answers = spread_out(60)
    link = two_waves(answers, answers).waves[1].figures["goals"].link
    assert link is not None
    assert link > 0.5


def test_a_link_that_would_be_nothing_but_noise_is_left_out() -> None:
    assert two_waves([2, 3, 3, 4, 4, 4, 5], [3, 3, 4, 4, 4, 2, 5]).waves[1].figures["goals"].link is None


def test_no_link_where_a_distribution_is_merged() -> None:
    second = two_waves([4] * 38, spread_out(38)).waves[1]
    assert second.figures["goals"].distribution.level is Level.FULL
    assert second.figures["goals"].link is None


def test_no_link_where_fewer_than_five_took_part_both_times() -> None:
    nobody = [-1] * 20
    second = two_waves([*spread_out(24), *nobody], [*spread_out(4), *nobody, *spread_out(20)]).waves[1]
    assert second.figures["goals"].link is None


def test_earlier_answers_show_in_nothing_but_the_link() -> None:
    """Which figures there are, and every one without noise, depend on this wave's column and the ledger alone."""
    before, now = spread_out(38), spread_out(38, seed=2)
    ledger = release(Ledger(), {"goals": table(before)}, {}, Random(1))
    told = set()
    for seed in range(20):
        mixed = np.random.default_rng(seed).permutation(before).tolist()
        figure = release(ledger, {"goals": table(mixed, now)}, {}, Random(seed)).waves[1].figures["goals"]
        assert figure.link is not None
        told.add(replace(figure, link=0.0))
    assert len(told) == 1


def test_every_link_can_come_out_of_answers_that_follow_and_of_those_that_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some noise turns any answers into any link there is, so a link excludes no table."""
    before, told = spread_out(60), []
    ledger = release(Ledger(), {"goals": table(before)}, {}, Random(1))
    for now in (before, sorted(before), sorted(before, reverse=True)):
        links = set()
        for noise in range(-300, 300):
            monkeypatch.setattr(sys.modules["fællesledelse.survey.release"], "two_sided", lambda *_, noise=noise: noise)
            links.add(release(ledger, {"goals": table(before, now)}, {}, Random(1)).waves[1].figures["goals"].link)
        told.append(links)
    assert told[0] == told[1] == told[2]
    assert len(told[0]) > 50
    assert {FARTHEST, CLOSEST} <= told[0]


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_noise_falls_off_evenly_on_both_sides(scale: float) -> None:
    random = Random(1)
    drawn = Counter(two_sided(scale, random) for _ in range(60_000))
    assert drawn[1] / drawn[0] == pytest.approx(exp(-1 / scale), rel=0.1)
    assert drawn[-1] / drawn[0] == pytest.approx(exp(-1 / scale), rel=0.1)
    assert np.var(list(drawn.elements())) == pytest.approx(variance(scale), rel=0.1)


def test_the_systems_own_random_numbers_will_do() -> None:
    assert len(release(Ledger(), {"goals": table(spread_out(9))}, {}, SystemRandom()).waves) == 1


def test_departments_show_a_number_and_a_blurred_sum_from_five_answers_up() -> None:
    given = {"Børn": [1, 2, 3, 4, 5, 0], "Teknik": [4, 4, 4, 4, 0]}
    wave = release(Ledger(frozenset({"with-kultur"})), {}, {"with-kultur": given}, Random(1)).waves[0]
    assert wave.relations["with-kultur"]["Teknik"] is None
    cell = wave.relations["with-kultur"]["Børn"]
    assert isinstance(cell, Relation)
    assert cell.number == 5
    assert wave.spread is not None


def test_departments_never_promised_are_refused() -> None:
    with pytest.raises(SurveyError, match="not promised"):
        release(Ledger(), {}, {"with-kultur": {"Børn": [1] * 5}}, Random(1))


def test_an_item_shown_by_department_has_no_total() -> None:
    with pytest.raises(SurveyError, match="never for the forum"):
        release(Ledger(frozenset({"with-kultur"})), {"with-kultur": table(spread_out(9))}, {}, Random(1))


def test_a_wave_can_be_neither_left_out_nor_released_twice() -> None:
    ledger = two_waves(spread_out(9), spread_out(9))
    with pytest.raises(SurveyError, match="should have 3 waves"):
        release(ledger, {"goals": table(spread_out(9), spread_out(9))}, {}, Random(1))


def test_nothing_is_released_where_an_answer_is_none() -> None:
    with pytest.raises(SurveyError, match="no answer"):
        release(Ledger(frozenset({"x"})), {}, {"x": {"Børn": [6] * 5}}, Random(1))
    with pytest.raises(SurveyError, match="neither"):
        table([7] * 5)
    with pytest.raises(SurveyError, match="stands twice"):
        Table(("a", "a"), np.zeros((2, 1), dtype=np.int8))
    with pytest.raises(SurveyError, match="shape"):
        Table(("a",), np.zeros((2, 1), dtype=np.int8))


def test_a_ledger_is_the_same_after_json() -> None:
    given = {"Børn": spread_out(6), "Teknik": [4] * 4}
    ledger = Ledger(frozenset({"with-kultur"}))
    for wave in range(3):
        columns = [spread_out(38, seed) for seed in range(wave + 1)]
        ledger = release(ledger, {"goals": table(*columns)}, {"with-kultur": given}, Random(wave))
    assert Ledger.from_json(json.loads(json.dumps(ledger.to_json()))) == ledger


def test_what_went_before_is_never_touched() -> None:
    one = programme(38, 4, np.random.default_rng(1))
    ledger = Ledger()
    for wave in range(4):
        longer = release(ledger, {"goals": one.table(wave)}, {}, Random(wave))
        assert longer.waves[:-1] == ledger.waves
        ledger = longer


def test_those_who_withdraw_leave_released_figures_as_they_are() -> None:
    first, second = spread_out(38), spread_out(38, seed=2)
    ledger = release(Ledger(), {"goals": table(first)}, {}, Random(1))
    left = release(ledger, {"goals": table(first[3:], second[3:])}, {}, Random(1))
    assert left.waves[0] == ledger.waves[0]
    assert left.waves[1].figures["goals"].distribution.answered == 35
