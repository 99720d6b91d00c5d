"""Anonymous evaluations: what is shown, what never is, and what the database tells those who keep it."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import inspect, select, text, update

from fællesledelse.errors import AccessError, AnswerError, SealError, StoreError
from fællesledelse.model import Participant, Role
from fællesledelse.store import Response, Wave, schema
from fællesledelse.store.evaluations import LONGEST, QUESTIONS
from fællesledelse.store.waves import APART

from .conftest import CARLA, House
from .test_concurrency import together
from .test_secrecy import columns, traces

TODAY = date(2026, 6, 15)
LAST = date(2026, 6, 28)
LEADERS = tuple(Participant(f"leder{number}@eksempel.dk", f"Leder {number}", Role.LEADER) for number in range(9))


@pytest.fixture
def cohort(house: House) -> House:
    """A gathering with nine leaders and Carla, who is its facilitator."""
    house.adopt(*LEADERS, CARLA)
    return house


@pytest.fixture
def wave(cohort: House) -> str:
    """An evaluation that is open today."""
    return cohort.store.evaluations.plan("demo", "Efter workshop 1", TODAY, LAST, TODAY)


def answer(house: House, wave: str, number: int, texts: dict[str, str] | None = None, worth: int = 4) -> None:
    said = tuple((texts or {"well": f"Godt {number}"}).get(name, "") for name in QUESTIONS)
    person = house.person(LEADERS[number]).id
    house.store.evaluations.answer("demo", wave, person, Response(worth, said), TODAY)


def seen(house: House, today: date = TODAY) -> Wave:
    """The newest wave, as facilitators and leaders see it."""
    return house.store.evaluations.all("demo", today)[0]


def unsealed(house: House, what: str) -> dict[str, Any]:
    """What whoever has the key file finds in the row of the only wave."""
    with house.store._database.reading() as connection:
        (row,) = connection.execute(select(schema.evaluation_wave)).mappings()
    return house.store.evaluations._unseal(row, what)


def test_the_count_is_hidden_until_five_have_answered(cohort: House, wave: str) -> None:
    counts = []
    for number in range(6):
        answer(cohort, wave, number)
        counts.append(seen(cohort).answered)
    assert counts == [None, None, None, None, 5, 6]
    assert seen(cohort).result is None


def test_after_close_the_figure_and_the_words_are_shown_question_by_question(cohort: House, wave: str) -> None:
    for number in range(6):
        answer(cohort, wave, number, {"well": f"Godt {5 - number}", "less": f"Mindre {number}"}, worth=number)
    cohort.store.evaluations.close("demo", wave, TODAY)
    shown = seen(cohort)
    assert (shown.closed, shown.closes, shown.answered) == (True, TODAY, 6)
    assert shown.result is not None
    assert shown.result.worth == (1, 1, 1, 1, 1, 1)
    assert shown.result.texts == {
        "well": tuple(f"Godt {number}" for number in range(6)),
        "more": None,
        "improve": None,
        "less": tuple(f"Mindre {number}" for number in range(6)),
    }


def test_a_question_that_four_have_answered_is_thrown_away_unread(cohort: House, wave: str) -> None:
    for number in range(5):
        answer(cohort, wave, number, {"well": f"Godt {number}"} | ({"more": "Mere kanariefugl"} if number else {}))
    cohort.store.evaluations.close("demo", wave, TODAY)
    result = seen(cohort).result
    assert result is not None
    assert result.texts["more"] is None
    assert result.texts["well"] == tuple(f"Godt {number}" for number in range(5))


def test_a_wave_that_four_have_answered_leaves_nothing_at_all(cohort: House, wave: str) -> None:
    for number in range(4):
        answer(cohort, wave, number)
    cohort.store.evaluations.close("demo", wave, TODAY)
    shown = seen(cohort)
    assert (shown.closed, shown.answered, shown.result) == (True, None, None)
    with cohort.store._database.reading() as connection:
        assert connection.execute(select(schema.evaluation_wave.c.sealed)).scalar() is None


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 4, 0, 3, 1)], ids=str)
def test_who_came_first_leaves_no_trace_in_what_is_shown(cohort: House, wave: str, order: tuple[int, ...]) -> None:
    for number in order:
        answer(cohort, wave, number, {"well": "æøå"[number % 3] + str(number), "more": f"M{9 - number}"}, worth=number)
    box = unsealed(cohort, "box")
    assert [worth for worth, _ in box["responses"]] == [0, 1, 2, 3, 4]
    assert box["people"] == sorted(box["people"])
    cohort.store.evaluations.close("demo", wave, TODAY)
    result = seen(cohort).result
    assert result is not None
    assert result.worth == (1, 1, 1, 1, 1, 0)
    assert result.texts["well"] == ("å2", "æ0", "æ3", "ø1", "ø4")
    assert result.texts["more"] == ("M5", "M6", "M7", "M8", "M9")


def test_a_wave_closes_by_itself_when_its_last_day_is_over(cohort: House, wave: str) -> None:
    for number in range(5):
        answer(cohort, wave, number)
    assert not seen(cohort, LAST).closed
    shown = seen(cohort, LAST + timedelta(days=1))
    assert (shown.closed, shown.closes, shown.answered) == (True, LAST, 5)


def test_one_leader_answers_once(cohort: House, wave: str) -> None:
    person = cohort.person(LEADERS[0]).id
    assert cohort.store.evaluations.answered("demo", person) == set()
    answer(cohort, wave, 0)
    with pytest.raises(AccessError, match="allerede svaret"):
        answer(cohort, wave, 0, {"more": "En gang til"})
    assert cohort.store.evaluations.answered("demo", person) == {wave}
    assert cohort.store.evaluations.answered("demo", cohort.person(LEADERS[1]).id) == set()


def test_of_two_tabs_at_once_one_is_heard(cohort: House, wave: str) -> None:
    for number in range(1, 5):
        answer(cohort, wave, number)
    said = together(*[lambda: answer(cohort, wave, 0)] * 6)
    assert sorted(type(each).__name__ for each in said) == ["AccessError"] * 5 + ["NoneType"]
    assert seen(cohort).answered == 5


def test_nine_at_once_are_all_heard(cohort: House, wave: str) -> None:
    assert together(*[lambda n=n: answer(cohort, wave, n) for n in range(9)]) == [None] * 9
    assert seen(cohort).answered == 9


@pytest.mark.parametrize("day", [TODAY - timedelta(days=1), LAST + timedelta(days=1)], ids=["too early", "too late"])
def test_nobody_answers_before_or_after(cohort: House, wave: str, day: date) -> None:
    person = cohort.person(LEADERS[0]).id
    with pytest.raises(AccessError, match="ikke åben"):
        cohort.store.evaluations.answer("demo", wave, person, Response(3, ("Godt", "", "", "")), day)


def test_nobody_answers_once_it_is_closed(cohort: House, wave: str) -> None:
    for _ in range(2):
        cohort.store.evaluations.close("demo", wave, TODAY)
    with pytest.raises(AccessError, match="ikke åben"):
        answer(cohort, wave, 0)


def test_facilitators_strangers_and_those_who_have_left_do_not_answer(cohort: House, wave: str) -> None:
    gone = cohort.person(LEADERS[8]).id
    cohort.adopt(*LEADERS[:8], CARLA)
    for person in (cohort.person(CARLA).id, gone, "0" * 32):
        with pytest.raises(AccessError, match="Kun holdets ledere"):
            cohort.store.evaluations.answer("demo", wave, person, Response(3, ("Godt", "", "", "")), TODAY)


def test_who_leaves_leaves_the_answer(cohort: House, wave: str) -> None:
    for number in range(5):
        answer(cohort, wave, number)
    cohort.adopt(*LEADERS[5:], CARLA)
    assert (seen(cohort).answered, seen(cohort).asked) == (5, 5)
    cohort.store.evaluations.close("demo", wave, TODAY)
    assert (seen(cohort).answered, seen(cohort).asked) == (5, 5)


def test_how_many_were_asked_stays_as_it_was_at_the_close(cohort: House, wave: str) -> None:
    for number in range(5):
        answer(cohort, wave, number)
    assert seen(cohort).asked == 9
    cohort.store.evaluations.close("demo", wave, TODAY)
    cohort.adopt(*LEADERS[:6], CARLA)
    assert seen(cohort).asked == 9


def test_a_departure_does_not_tell_the_hidden_count(cohort: House, wave: str) -> None:
    for number in range(4):
        answer(cohort, wave, number)
    cohort.adopt(LEADERS[8], CARLA)
    assert (seen(cohort).answered, seen(cohort).asked) == (None, 1)


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (Response(6, ("Godt", "", "", "")), "kunne ikke læses"),
        (Response(3, ("Godt",)), "kunne ikke læses"),
        (Response(3, ("", "", "", "")), "mindst ét"),
        (Response(3, ("", "x" * (LONGEST + 1), "", "")), "1000 tegn"),
    ],
    ids=["a figure there is not", "a text too few", "nothing", "too much"],
)
def test_an_answer_that_can_t_be_is_refused_in_words(cohort: House, wave: str, response: Response, words: str) -> None:
    with pytest.raises(AnswerError, match=words):
        cohort.store.evaluations.answer("demo", wave, cohort.person(LEADERS[0]).id, response, TODAY)


def test_strange_signs_come_out_as_they_went_in(cohort: House, wave: str) -> None:
    strange = ["\ud800 halvt", "\0", "<script>", "🌱 æøå", "'; DROP TABLE person; --"]
    for number, said in enumerate(strange):
        answer(cohort, wave, number, {"well": said})
    cohort.store.evaluations.close("demo", wave, TODAY)
    result = seen(cohort).result
    assert result is not None
    assert set(result.texts["well"] or ()) == set(strange)


@pytest.mark.parametrize(
    ("title", "opens", "closes", "words"),
    [
        (" \n", TODAY, LAST, "titel"),
        ("x" * 81, TODAY, LAST, "titel"),
        ("I går", TODAY - timedelta(days=1), LAST, "tidligst åbne i dag"),
        ("Baglæns", LAST, TODAY, "Byt om"),
        ("For sent", LAST, date.max, "tre år"),
    ],
)
def test_a_wave_that_can_t_be_is_refused_in_words(cohort: House, title: str, opens: date, closes: date, words: str) -> None:
    with pytest.raises(AnswerError, match=words):
        cohort.store.evaluations.plan("demo", title, opens, closes, TODAY)
    assert cohort.store.evaluations.all("demo", TODAY) == []


def test_two_waves_that_could_be_subtracted_keep_apart(cohort: House, wave: str) -> None:
    plan = cohort.store.evaluations.plan
    for opens in (TODAY, LAST, LAST + APART - timedelta(days=1)):
        with pytest.raises(AnswerError, match="14 dage"):
            plan("demo", "En til", opens, opens + timedelta(days=7), TODAY)
    later = plan("demo", "En til", LAST + APART, LAST + 2 * APART, TODAY)
    with pytest.raises(AnswerError, match=r"»En til« er planlagt fra 12\. juli 2026 til .*14 dage"):
        plan("demo", "Imellem", LAST + timedelta(days=1), LAST + timedelta(days=2), TODAY)
    assert [each.id for each in cohort.store.evaluations.all("demo", TODAY)] == [later, wave]


def test_one_closed_early_with_results_keeps_the_next_one_waiting(cohort: House, wave: str) -> None:
    for number in range(5):
        answer(cohort, wave, number)
    cohort.store.evaluations.close("demo", wave, TODAY)
    with pytest.raises(AnswerError, match=r"»Efter workshop 1« var åben til 15\. juni 2026"):
        cohort.store.evaluations.plan("demo", "Straks igen", TODAY, LAST, TODAY)


def test_one_that_showed_nothing_keeps_nobody_waiting(cohort: House, wave: str) -> None:
    answer(cohort, wave, 0)
    cohort.store.evaluations.close("demo", wave, TODAY)
    assert cohort.store.evaluations.plan("demo", "Forfra", TODAY, LAST, TODAY) != wave


def test_of_two_planned_at_once_for_the_same_days_there_is_one(cohort: House) -> None:
    plan = cohort.store.evaluations.plan
    said = together(*[lambda: plan("demo", "Samtidig", TODAY, LAST, TODAY)] * 4)
    assert sorted(type(each).__name__ for each in said) == ["AnswerError"] * 3 + ["str"]


def test_a_plan_is_taken_back_until_its_first_day(cohort: House, wave: str) -> None:
    evaluations = cohort.store.evaluations
    planned = evaluations.plan("demo", "Om et halvt år", LAST + APART, LAST + APART, TODAY)
    with pytest.raises(AccessError, match="begyndt"):
        evaluations.drop("demo", wave, TODAY)
    with pytest.raises(AccessError, match="ikke begyndt"):
        evaluations.close("demo", planned, TODAY)
    evaluations.drop("demo", planned, TODAY)
    assert [each.id for each in evaluations.all("demo", TODAY)] == [wave]


def test_another_gathering_s_wave_is_out_of_reach(cohort: House, wave: str) -> None:
    cohort.adopt(*LEADERS, gathering="netvaerk")
    evaluations, person = cohort.store.evaluations, cohort.person(LEADERS[0]).id
    for reach in (
        lambda: evaluations.answer("netvaerk", wave, person, Response(3, ("Godt", "", "", "")), TODAY),
        lambda: evaluations.close("netvaerk", wave, TODAY),
        lambda: evaluations.drop("netvaerk", wave, TODAY),
    ):
        with pytest.raises(AccessError, match="findes ikke"):
            reach()
    assert evaluations.all("netvaerk", TODAY) == []
    with pytest.raises(StoreError):
        evaluations.plan("findes-ikke", "Ny", TODAY, LAST, TODAY)


def everything_but(house: House, table: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every other table, in PostgreSQL with what the system itself writes on each."""
    system = ", xmin::text, xmax::text, ctid::text" if house.url.startswith("postgresql") else ""
    with house.store._database.reading() as connection:
        names = set(inspect(connection).get_table_names()) - {table}
        return {
            name: [tuple(row) for row in connection.execute(text(f'SELECT *{system} FROM "{name}"'))]
            for name in sorted(names)
        }


def test_an_answer_leaves_no_mark_on_any_other_row_and_none_of_its_own(cohort: House, wave: str) -> None:
    before = everything_but(cohort, "evaluation_wave")
    sizes = set()
    for number in range(9):
        answer(cohort, wave, number, {"well": "kanariefugl " * (number + 1)})
        with cohort.store._database.reading() as connection:
            (row,) = connection.execute(select(schema.evaluation_wave)).mappings()
        sizes.add(len(row["sealed"]))
        assert {name: row[name] for name in row if name != "sealed"} == {
            "id": wave,
            "gathering": "demo",
            "title": "Efter workshop 1",
            "opens": TODAY,
            "closes": LAST,
            "closed": False,
        }
    assert everything_but(cohort, "evaluation_wave") == before
    assert len(sizes) == 1, "the size tells nothing of how many have answered, or how much"
    people: list[str | bytes] = [cohort.person(each).id for each in LEADERS]
    with cohort.store._database.reading() as connection:
        sealed = [bytes(each) for each in connection.execute(select(schema.evaluation_wave.c.sealed)).scalars()]
    assert traces(["kanariefugl", *people], sealed) == []


def test_pictures_in_the_answers_take_no_more_room_than_there_is(cohort: House, wave: str) -> None:
    with cohort.store._database.reading() as connection:
        empty = len(connection.execute(select(schema.evaluation_wave.c.sealed)).scalar_one())
    for number in range(9):
        answer(cohort, wave, number, dict.fromkeys(QUESTIONS, "🌱" * 400))
    with cohort.store._database.reading() as connection:
        assert len(connection.execute(select(schema.evaluation_wave.c.sealed)).scalar_one()) == empty


def test_nothing_of_an_answer_is_readable_in_the_database_before_or_after(cohort: House, wave: str) -> None:
    for number in range(5):
        answer(cohort, wave, number, {"well": f"kanariefugl {number}"})
    assert traces(["kanariefugl"], list(columns(cohort.store))) == []
    cohort.store.evaluations.close("demo", wave, TODAY)
    assert traces(["kanariefugl"], list(columns(cohort.store))) == []


def test_once_closed_the_box_holds_nobody_and_nobody_s_four_answers(cohort: House, wave: str) -> None:
    for number in range(5):
        answer(cohort, wave, number, {name: f"{name} {number}" for name in QUESTIONS})
    cohort.store.evaluations.close("demo", wave, TODAY)
    kept = unsealed(cohort, "result")
    assert set(kept) == {"asked", "worth", "texts"}
    assert all(each == sorted(each) for each in kept["texts"].values())
    with pytest.raises(SealError):
        unsealed(cohort, "box")


def test_a_box_moved_to_another_wave_does_not_open(cohort: House, wave: str) -> None:
    table = schema.evaluation_wave
    other = cohort.store.evaluations.plan("demo", "En til", LAST + APART, LAST + APART, TODAY)
    answer(cohort, wave, 0)
    with cohort.store._database.atomic() as connection:
        box = connection.execute(select(table.c.sealed).where(table.c.id == wave)).scalar_one()
        connection.execute(update(table).where(table.c.id == other).values(sealed=box))
    with pytest.raises(SealError):
        cohort.store.evaluations.all("demo", TODAY)


def test_it_goes_with_its_gathering(cohort: House, wave: str) -> None:
    cohort.store.deletion.begin("demo")
    assert cohort.store.deletion.finish("demo").extent.rows["evaluation_wave"] == 1
