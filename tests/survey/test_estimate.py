"""What is said from released figures alone holds as often as it says it does."""

import pytest

from fællesledelse.survey import Distribution, Figure, Level, Relation, Wave
from fællesledelse.survey.estimate import change, mean, moments, relation_mean, student, theme_change, theme_mean

from .departments import coverage, recovered
from .power import World, seen, surely


def figure(*counts: int, link: float | None = None) -> Figure:
    return Figure(Distribution(sum(counts), Level.FULL, counts), link)


SPREAD = figure(0, 2, 6, 12, 12, 6)
HIGHER = figure(0, 1, 3, 9, 15, 10)


@pytest.mark.parametrize(("freedom", "right"), [(4, 2.776), (7, 2.365), (12, 2.179), (37, 2.026), (100, 1.984)])
def test_students_t(freedom: float, right: float) -> None:
    assert student(freedom) == pytest.approx(right, rel=0.01)


def test_a_mean_leaves_out_those_who_dont_know() -> None:
    told = mean(figure(9, 0, 2, 6, 2, 0))
    assert told is not None
    assert told.value == 3
    assert told.low < 3 < told.high


@pytest.mark.parametrize("counts", [(9, 1, 1, 1, 1, 0), (5, 0, 0, 5, 0, 0)])
def test_no_mean_of_fewer_than_five_or_where_all_are_alike(counts: tuple[int, ...]) -> None:
    assert mean(figure(*counts)) is None


def test_no_mean_and_no_change_of_a_merged_distribution() -> None:
    merged = Figure(Distribution(38, Level.MERGED, (0, 0, 1, 37)))
    assert moments(merged.distribution) is None
    assert change(merged, SPREAD) is None
    assert change(SPREAD, merged) is None


def test_the_closer_answers_follow_the_surer_is_a_change() -> None:
    errors = []
    for link in (None, 0.3, 0.9):
        told = change(SPREAD, Figure(HIGHER.distribution, link))
        assert told is not None
        errors.append(told.error)
    assert errors == sorted(errors, reverse=True)


def test_a_theme_turns_its_reversed_items() -> None:
    before, after = Wave({"a": SPREAD, "b": HIGHER}), Wave({"a": HIGHER, "b": SPREAD, "c": SPREAD})
    told = theme_change(before, after, ["a", "b", "c"], frozenset({"b"}))
    alone = change(SPREAD, HIGHER)
    assert told is not None
    assert alone is not None
    assert told.value == pytest.approx(alone.value)
    average = theme_mean(before, ["a"], frozenset({"a"}))
    assert average is not None
    assert average.value == pytest.approx(6 - moments(SPREAD.distribution).mean)  # type: ignore[union-attr] # it is shown


def test_a_theme_of_which_nothing_is_shown_has_no_figures() -> None:
    assert theme_mean(Wave({}), ["a"]) is None
    assert theme_change(Wave({}), Wave({}), ["a"]) is None


def test_a_departments_mean_stays_on_the_scale() -> None:
    told = relation_mean(Relation(5, 31), 0.7)
    assert told.value == 5
    assert told.low < 5
    assert told.high == 5


def test_linked_answers_show_a_change_that_unlinked_ones_do_not() -> None:
    """0.45 standard deviations at 38; ``python -m tests.survey.power`` finds the smallest change with more programmes."""
    world = World(shift=0.49)
    _, change_in_deviations, correlation = world.truth()
    assert change_in_deviations == pytest.approx(0.45, abs=0.01)
    assert correlation == pytest.approx(0.585, abs=0.02)
    found = seen(world, 38, 2000)
    assert found.detected > 0.8
    assert found.unlinked < 0.65


@pytest.mark.parametrize(("people", "together"), [(12, 0.0), (38, 0.0), (38, 0.64), (60, 0.64)])
def test_a_changes_interval_holds_the_truth_in_95_of_100(people: int, together: float) -> None:
    """As far as so many programmes can tell."""
    found = seen(World(together=together, shift=0.3), people, 2000, absent=1)
    assert surely(found.covered, round(found.shown * 2000))[1] >= 0.95


def test_planted_blocks_of_departments_are_found_in_the_map() -> None:
    assert recovered((0, 0, 1, 1, 2, 2), 6, 100) >= 0.9


def test_a_cells_interval_holds_the_truth() -> None:
    assert surely(min(coverage((2.0, 2.8, 3.5, 4.2), 6, 1000).values()), 1000)[1] >= 0.95
