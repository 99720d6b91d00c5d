"""Which decisions are due when: nothing but days."""

from datetime import date, timedelta

import pytest

from fællesledelse.model import Choice, DecisionKind, Network
from fællesledelse.server.life import AHEAD, MATTERS, Stage, changed, due, stage
from fællesledelse.store import Decision, standing

FIRST, LAST = date(2027, 1, 11), date(2031, 1, 10)
E, T, R, A, X = (
    DecisionKind.EVALUATION,
    DecisionKind.TRIAL,
    DecisionKind.ROTATION,
    DecisionKind.RESTART,
    DecisionKind.END,
)


def kept(number: int, kind: DecisionKind, choice: Choice, day: date, replaces: int | None = None) -> Decision:
    return Decision(number, kind, choice, day, "Jonas", "Derfor", day, "På mødet", replaces)


def days(*decisions: Decision, network: Network | None = None, groups: int = 1, today: date = FIRST) -> dict[str, date]:
    found = due(network or Network(), FIRST, LAST, today, decisions, groups)
    return {each.kind: each.day for each in found}


def test_where_nobody_says_anything_the_days_are_counted_from_the_first() -> None:
    nine, year, three = date(2027, 10, 11), date(2028, 1, 11), date(2030, 1, 11)
    assert days() == {E: nine, T: year, A: three, X: LAST}
    assert days(groups=3) == {E: nine, T: year, R: year, A: three, X: LAST}


def test_the_file_s_days_count_until_a_restart() -> None:
    said = Network(trial=date(2027, 8, 1), evaluation=date(2027, 7, 1), cycle=2)
    assert days(network=said) == {E: date(2027, 7, 1), T: date(2027, 8, 1), A: date(2029, 1, 11), X: LAST}
    again = days(kept(1, A, Choice.RESTART, date(2028, 6, 1)), network=said)
    assert again == {E: date(2029, 3, 1), T: date(2029, 6, 1), A: date(2030, 6, 1), X: LAST}


def test_what_has_been_decided_is_not_asked_again_until_its_time() -> None:
    on = date(2027, 10, 20)
    assert days(kept(1, E, Choice.CHANGE, on))[E] == date(2028, 10, 20)
    assert T not in days(kept(1, T, Choice.CONTINUE, on))
    assert days(kept(1, A, Choice.CONTINUE, date(2030, 1, 20))) | {A: None} == days() | {A: None}  # a year later it is over


def test_a_decision_that_is_replaced_or_taken_back_does_not_count() -> None:
    restart, other = kept(1, A, Choice.RESTART, date(2028, 1, 1)), kept(2, A, Choice.CONTINUE, date(2028, 1, 3), 1)
    assert days(restart, other)[E] == days()[E]
    assert days(restart, other)[A] == date(2029, 1, 3)
    back = kept(2, A, Choice.BACK, date(2028, 1, 3), 1)
    assert days(restart, back) == days()
    assert standing([restart, back]) == []


def test_the_one_that_replaces_stands_in_the_other_s_place() -> None:
    """The trial period before a restart is not the one after it, however late it is corrected."""
    trial, restart = kept(1, T, Choice.CONTINUE, date(2028, 1, 11)), kept(2, A, Choice.RESTART, date(2028, 6, 1))
    corrected = kept(3, T, Choice.CHANGE, date(2028, 6, 2), 1)
    assert days(trial, restart, corrected)[T] == date(2029, 6, 1)


def test_who_stops_is_asked_nothing_more_unless_it_is_taken_back() -> None:
    stop = kept(1, DecisionKind.WINDING_UP, Choice.STOP, date(2028, 2, 1))
    assert days(stop) == {}
    on = kept(2, DecisionKind.WINDING_UP, Choice.CONTINUE, date(2028, 3, 1))
    assert days(stop, on) == days()
    assert days(stop, kept(2, DecisionKind.WINDING_UP, Choice.BACK, date(2028, 3, 1), 1)) == days()


def test_the_end_is_asked_about_again_when_it_has_been_put_off() -> None:
    off = kept(1, X, Choice.EXTEND, LAST - timedelta(days=20))
    assert X not in days(off)
    later = LAST.replace(year=LAST.year + 1)
    assert [each.day for each in due(Network(), FIRST, later, off.day, [off]) if each.kind is X] == [later]


@pytest.mark.parametrize(
    ("today", "decisions", "expected"),
    [
        (FIRST - timedelta(days=1), (), Stage.COMING),
        (FIRST, (), Stage.TRIAL),
        (date(2027, 10, 10), (), Stage.TRIAL),
        (date(2027, 10, 11), (), Stage.DECIDING),
        (date(2027, 11, 1), (kept(1, E, Choice.CONTINUE, date(2027, 10, 11)),), Stage.TRIAL),
        (date(2027, 12, 2), (kept(1, T, Choice.CONTINUE, date(2027, 12, 1)), kept(2, E, Choice.CONTINUE, date(2027, 12, 1))),
         Stage.RUNNING),
        (date(2027, 12, 2), (kept(1, T, Choice.STOP, date(2027, 12, 1)),), Stage.WINDING_UP),
        (LAST, (kept(1, T, Choice.STOP, date(2027, 12, 1)),), Stage.WINDING_UP),
        (LAST + timedelta(days=1), (), Stage.OVER),
    ],
)  # fmt: skip
def test_how_far_a_network_has_come(today: date, decisions: tuple[Decision, ...], expected: Stage) -> None:
    assert stage(Network(), FIRST, LAST, today, decisions) is expected


def test_a_decision_is_near_two_months_before_its_day_and_none_is_left_when_all_is_over() -> None:
    first = due(Network(), FIRST, LAST, FIRST, [])[0]
    assert [first.is_near(first.day - AHEAD + timedelta(days=late)) for late in (-1, 0)] == [False, True]
    assert [first.is_due(first.day + timedelta(days=late)) for late in (-1, 0)] == [False, True]
    assert due(Network(), FIRST, LAST, LAST + timedelta(days=1), []) == []


def test_a_network_without_a_last_day_is_never_asked_about_it() -> None:
    assert X not in {each.kind for each in due(Network(), FIRST, None, FIRST, [])}


def test_the_last_change_is_told() -> None:
    assert changed(FIRST, []) == FIRST
    assert changed(FIRST, [kept(1, R, Choice.ROTATE, date(2028, 1, 11)), kept(2, E, Choice.CONTINUE, LAST)]) == date(
        2028, 1, 11
    )


def test_every_kind_has_words_and_a_way_to_leave_things_as_they_are() -> None:
    assert set(MATTERS) == set(DecisionKind)
    for kind, matter in MATTERS.items():
        assert {Choice.CONTINUE, Choice.EXTEND} & set(matter.choices), kind
