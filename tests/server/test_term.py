"""How a gathering ends: whatever happens to its last day and to the mail, nobody's words go without two warnings."""

import random
from datetime import date, timedelta

import pytest

from fællesledelse.server.term import FIRST, LAST, Notice, Stage, term

DAY = timedelta(days=1)
ENDS = date(2028, 6, 30)


def notices(*told: tuple[date, Stage, date]) -> list[Notice]:
    return [Notice(*each) for each in told]


def test_without_an_end_nothing_ends() -> None:
    assert term(None, [], ENDS) is None


@pytest.mark.parametrize(
    ("today", "told", "due", "closed"),
    [
        (ENDS - FIRST - DAY, [], None, False),
        (ENDS - FIRST, [], (ENDS, "first"), False),
        (ENDS - LAST - DAY, [(ENDS, "first", ENDS - FIRST)], None, False),
        (ENDS - LAST, [(ENDS, "first", ENDS - FIRST)], (ENDS, "last"), False),
        (ENDS, [(ENDS, "first", ENDS - FIRST), (ENDS, "last", ENDS - LAST)], None, True),
    ],
)
def test_leaders_are_told_sixty_and_fourteen_days_before(
    today: date, told: list[tuple[date, Stage, date]], due: tuple[date, Stage] | None, closed: bool
) -> None:
    here = term(ENDS, notices(*told), today)
    assert here is not None
    assert (here.next, here.closed, here.gone(today)) == (due, closed, ENDS + DAY)


def test_who_is_told_late_gets_the_whole_time_all_the_same() -> None:
    late = ENDS - timedelta(days=5)
    here = term(ENDS, [], late)
    assert here is not None
    assert here.gone(late) == late + FIRST
    told = notices((ENDS, "first", late))
    assert term(ENDS, told, ENDS) == term(ENDS, told, late + FIRST - LAST - DAY), "nothing is due between"
    due = term(ENDS, told, late + FIRST - LAST)
    assert due is not None
    assert due.next == (ENDS, "last")


def test_an_extension_counts_when_it_has_been_told_and_opens_the_pages_again() -> None:
    told = notices((ENDS, "first", ENDS - FIRST), (ENDS, "last", ENDS - LAST))
    later, today = ENDS + timedelta(days=90), ENDS - timedelta(days=3)
    asked = term(later, told, today)
    assert asked is not None
    assert (asked.ends, asked.next, asked.closed, asked.gone(today)) == (ENDS, (later, "moved"), True, ENDS + DAY)
    assert asked.told().gone(today) == later + DAY
    moved = term(later, [*told, Notice(later, "moved", today)], today)
    assert moved is not None
    assert (moved.ends, moved.next, moved.closed, moved.gone(today)) == (later, None, False, later + DAY)
    gone = term(None, told, today)
    assert gone is not None
    assert gone.ends == ENDS, "an end that is taken out of the file has been told of all the same"


@pytest.mark.parametrize("seed", range(200))
def test_whatever_happens_everyone_has_had_both_warnings_and_the_end_that_was_told_last(seed: int) -> None:
    """Day by day: the file's end is moved at random, and the mail works or doesn't."""
    chance = random.Random(seed)
    today, ends, told = ENDS - timedelta(days=120), ENDS, list[Notice]()
    for _ in range(600):
        if chance.random() < 0.01:
            ends = today + timedelta(days=chance.randrange(-5, 150))
        here = term(ends, told, today)
        assert here is not None
        if here.first and here.closed and today >= here.gone(today):
            last = told[-1].ends
            assert today > last == here.ends, "it is the end that leaders were told last"
            warned = [each.on for each in told if each.ends <= last]
            assert today - min(warned) >= FIRST
            assert any(today - each.on >= LAST for each in told if each.ends == last and each.on >= here.first)
            return
        if here.next is not None and chance.random() < 0.3:
            told.append(Notice(*here.next, today))
        today += DAY
    assert ends > today - FIRST - LAST, "it ends, some time"
