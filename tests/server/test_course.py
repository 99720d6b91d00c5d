"""The rules of phases, time and turns, without a server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fællesledelse.errors import AnswerError
from fællesledelse.model import Cue, Phase, RunSheet, Step, StepKind
from fællesledelse.server.course import (
    MOST_EXTRA,
    NOT_BEGUN,
    Course,
    begun,
    course,
    extended,
    gone,
    ordered,
    paused,
    resumed,
)
from fællesledelse.store import Person, Room

NOON = datetime(2026, 9, 18, 12, tzinfo=UTC)
ROLES = (Cue("Fortæller", "Fortæl."), Cue("Spørger", "Spørg."), Cue("Reflekterende team", "Lyt."))
PHASES = (
    Phase("Kontrakten", 20),
    Phase("Fortæl", 10, turn=True, cues=ROLES),
    Phase("Spørg", 8, turn=True, cues=ROLES),
    Phase("Pause", 10, pause=True),
    Phase("Høst", 12),
)
SHEETS = tuple(RunSheet(people, PHASES) for people in (2, 3, 4))
STEP = Step("workshop-1", "Workshop 1", StepKind.WORKSHOP, 120, None, (), run_sheets=SHEETS)
PEOPLE = tuple(Person(name.lower(), f"{name}@strandby.example", name) for name in ("Anna", "Bent", "Carla", "Dorte"))
IDS = [person.id for person in PEOPLE]


def group(people: int = 3, **room: object) -> Course:
    found = replace(Room(1, NOT_BEGUN, NOON), **room)  # type: ignore[arg-type]
    return course(STEP, found, PEOPLE[:people])


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def names(here: Course) -> list[str]:
    return [
        f"{each.phase.title} {'' if each.turn is None else here.people[each.turn].name}".strip() for each in here.moments
    ]


def test_two_three_and_four_go_through_the_same_phases_with_a_turn_each() -> None:
    for people in (2, 3, 4):
        found = names(group(people))
        for person in PEOPLE[:people]:
            assert found.index(f"Fortæl {person.name}") + 1 == found.index(f"Spørg {person.name}")
        assert found.count("Pause") == 1
        assert found[0] == "Kontrakten"
        assert found[-1] == "Høst"


def test_time_passes_stands_still_and_goes_on_from_where_it_stood() -> None:
    here = group(phase=0)
    assert here.left(after(60)) == 19 * 60
    here = replace(here, room=paused(here, after(60)))
    assert not here.running
    assert here.ends_at(after(500)) is None
    assert here.left(after(500)) == 19 * 60
    here = replace(here, room=resumed(here, after(500)))
    assert here.left(after(560)) == 18 * 60
    assert here.ends_at(after(560)) == after(560 + 18 * 60)


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5000)), max_size=5))
def test_no_pause_ever_costs_or_gives_a_second(stretches: list[tuple[int, int]]) -> None:
    here, now = group(phase=0), 0
    for run, still in stretches:
        here = replace(here, room=paused(here, after(now + run)))
        here = replace(here, room=resumed(here, after(now + run + still)))
        now += run + still
    assert here.left(after(now)) == 20 * 60 - sum(run for run, _ in stretches)


def test_a_phase_that_is_late_goes_on_counting() -> None:
    assert group(phase=0).left(after(22 * 60)) == -120


def test_a_minute_more_is_for_this_phase_alone_and_has_an_end() -> None:
    here = group(phase=0)
    here = replace(here, room=extended(here))
    assert here.left(NOON) == 21 * 60
    assert gone(here, 1, NOON).extra == 0
    with pytest.raises(AnswerError, match="en time ekstra"):
        extended(group(phase=0, extra=MOST_EXTRA))
    with pytest.raises(AnswerError, match="ingen fase"):
        extended(group())


@pytest.mark.parametrize("phase", [-2, 9, 10**30])
def test_there_is_no_phase_outside_the_run_sheet(phase: int) -> None:
    with pytest.raises(AnswerError, match="findes ikke"):
        gone(group(2), phase, NOON)


def test_a_clock_that_stands_is_not_stopped_and_one_that_goes_is_not_started() -> None:
    with pytest.raises(AnswerError, match="står allerede"):
        paused(group(), NOON)
    with pytest.raises(AnswerError, match="går allerede"):
        resumed(group(phase=0), NOON)


def test_who_is_not_there_today_has_no_turn_and_the_sheet_is_for_the_others() -> None:
    here = group()
    here = course(STEP, ordered(here, STEP, ["carla", "anna"], PEOPLE[:3]), PEOPLE[:3])
    assert [name for name in names(here) if name.startswith("Fortæl")] == ["Fortæl Carla", "Fortæl Anna"]


def test_who_comes_late_gets_the_last_turn_and_the_phase_goes_on() -> None:
    room = begun(group(order=("anna", "bent")), NOON)
    here = course(STEP, gone(course(STEP, room, PEOPLE[:3]), 2, NOON), PEOPLE[:3])
    assert names(here)[2] == "Spørg Anna"
    later = course(STEP, ordered(here, STEP, ["anna", "bent", "carla"], PEOPLE[:3]), PEOPLE[:3])
    assert names(later)[later.room.phase] == "Spørg Anna"
    assert "Fortæl Carla" in names(later)
    assert later.left(after(60)) == here.left(after(60))


def test_who_has_had_a_turn_keeps_it() -> None:
    here = group(phase=3, order=("anna", "bent", "carla"))
    assert names(here)[3] == "Fortæl Bent"
    with pytest.raises(AnswerError, match="beholder sin plads"):
        ordered(here, STEP, ["bent", "anna", "carla"], PEOPLE[:3])
    assert ordered(here, STEP, ["anna", "bent"], PEOPLE[:3]).order == ("anna", "bent")


@pytest.mark.parametrize("order", [[], ["anna"], ["anna", "anna"], ["anna", "ukendt"], ["anna", "dorte"]])
def test_an_order_is_of_at_least_two_members_each_once(order: list[str]) -> None:
    with pytest.raises(AnswerError, match="mindst to"):
        ordered(group(), STEP, order, PEOPLE[:3])


@given(st.permutations(IDS), st.integers(2, 4), st.integers(-1, 20))
def test_the_phase_is_always_one_of_the_run_sheet_whoever_comes_and_goes(order: list[str], size: int, phase: int) -> None:
    here = course(STEP, replace(Room(1, NOT_BEGUN, NOON), order=tuple(order[:size])), PEOPLE)
    here = replace(here, room=gone(here, min(phase, len(here.moments)), NOON))
    changed = course(STEP, ordered(here, STEP, order, PEOPLE), PEOPLE)
    assert changed.room.phase <= len(changed.moments)
    if here.moment is not None:
        assert changed.moment is not None
        assert (changed.moment.phase.title, changed.moment.turn) == (here.moment.phase.title, here.moment.turn)


def test_who_has_left_the_group_is_not_waited_for() -> None:
    here = course(STEP, Room(1, 1, NOON, order=("anna", "dorte", "bent"), chair="dorte"), PEOPLE[:3])
    assert [person.name for person in here.people] == ["Anna", "Bent"]
    assert here.room.chair == ""
