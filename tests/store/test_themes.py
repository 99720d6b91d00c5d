"""Rounds of themes: nobody's suggestion or choice can be told, counts under five are hidden, and each changes their own."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from fællesledelse.errors import AccessError, AnswerError, StoreError
from fællesledelse.model import Participant, Role
from fællesledelse.store import Round, schema
from fællesledelse.themes import LONGEST, Topic

from .conftest import CARLA, House
from .test_concurrency import together
from .test_evaluations import everything_but
from .test_secrecy import columns, traces

TODAY = date(2026, 6, 15)
SUGGESTS = date(2026, 6, 20)
CLOSES = date(2026, 6, 27)
CHOOSING = SUGGESTS + timedelta(days=1)
AFTER = CLOSES + timedelta(days=1)
LISTED = (Topic("Balance", ("Hvornår mærker du det?",)), Topic("Ensomhed"))
LEADERS = tuple(Participant(f"leder{number}@eksempel.dk", f"Leder {number}", Role.LEADER) for number in range(9))


@pytest.fixture
def salon(house: House) -> House:
    """A gathering with nine leaders and Carla, who is its facilitator."""
    house.adopt(*LEADERS, CARLA)
    return house


@pytest.fixture
def begun(salon: House) -> str:
    """A round that begins today."""
    return salon.store.themes.start("demo", LISTED, SUGGESTS, CLOSES, TODAY)


def who(house: House, number: int) -> str:
    return house.person(LEADERS[number]).id


def suggest(house: House, round_: str, number: int, *texts: str, today: date = TODAY) -> None:
    house.store.themes.suggest("demo", round_, who(house, number), texts, today)


def choose(house: House, round_: str, number: int, *titles: str, today: date = CHOOSING) -> None:
    house.store.themes.choose("demo", round_, who(house, number), titles, today)


def seen(house: House, today: date) -> Round:
    """The newest round, as facilitators and leaders see it."""
    return house.store.themes.all("demo", today)[0]


def titles(topics: tuple[Topic, ...]) -> list[str]:
    return [each.title for each in topics]


def box(house: House, what: str) -> Any:
    """What whoever has the key file finds in the row of the only round."""
    with house.store._database.reading() as connection:
        (row,) = connection.execute(select(schema.theme_round)).mappings()
    return house.store.themes._unseal(row["sealed"], what, row)


def test_no_suggestion_is_seen_before_its_time_but_by_who_made_it(salon: House, begun: str) -> None:
    suggest(salon, begun, 0, "At lede, når ingen har tid", " ", "Generationer")
    assert salon.store.themes.mine("demo", begun, who(salon, 0)) == ("At lede, når ingen har tid", "Generationer")
    assert salon.store.themes.mine("demo", begun, who(salon, 1)) == ()
    assert (seen(salon, SUGGESTS).state(SUGGESTS), seen(salon, SUGGESTS).suggested) == ("suggesting", ())
    now = seen(salon, CHOOSING)
    assert (now.state(CHOOSING), set(titles(now.suggested))) == ("choosing", {"At lede, når ingen har tid", "Generationer"})


def test_a_leader_changes_and_takes_back_suggestions_until_the_day(salon: House, begun: str) -> None:
    suggest(salon, begun, 0, "Et", "To", "Tre")
    suggest(salon, begun, 0, "Fire", today=SUGGESTS)
    assert salon.store.themes.mine("demo", begun, who(salon, 0)) == ("Fire",)
    suggest(salon, begun, 0, today=SUGGESTS)
    assert box(salon, "box")["people"] == {}
    with pytest.raises(AccessError, match="Tiden til at foreslå er gået"):
        suggest(salon, begun, 0, "For sent", today=CHOOSING)
    assert seen(salon, CHOOSING).suggested == ()


def test_suggestions_are_shown_once_mixed_and_without_who_made_them(salon: House, begun: str) -> None:
    for number in range(9):
        suggest(salon, begun, number, f"Forslag {number}", "etiske  DILEMMAER.", "balance")
    assert len(titles(seen(salon, CHOOSING).suggested)) == 10
    assert sum(title.casefold().startswith("etiske") for title in titles(seen(salon, CHOOSING).suggested)) == 1
    kept = box(salon, "box")
    assert kept["people"] == {}
    assert titles(seen(salon, CHOOSING).suggested) == kept["suggested"], "the order is the same for all"
    assert "balance" not in kept["suggested"], "it is on the list already"


def test_the_order_of_the_suggestions_is_one_of_chance(salon: House) -> None:
    """Of 20 rounds with nine suggestions, all in one order is less likely than one in 10^100."""
    orders = set()
    for _ in range(20):
        begun = salon.store.themes.start("demo", (), SUGGESTS, CLOSES, TODAY)
        for number in range(9):
            suggest(salon, begun, number, f"Forslag {number}")
        orders.add(tuple(titles(seen(salon, CHOOSING).suggested)))
        salon.store.themes.close("demo", begun, CHOOSING)
    assert len(orders) > 1


def test_counts_under_five_are_hidden_and_tell_nothing_by_their_order(salon: House, begun: str) -> None:
    suggest(salon, begun, 0, "Åbne døre", "Arbejdstid")
    for number in range(9):
        choose(salon, begun, number, *["Ensomhed"][: number < 6], *["Åbne døre"][: number < 4], "Balance")
    assert seen(salon, CLOSES).outcome is None
    outcome = seen(salon, AFTER).outcome
    assert outcome is not None
    assert [(each.title, count) for each, count in outcome.counted] == [("Balance", 9), ("Ensomhed", 6)]
    assert outcome.counted[0][0].questions == LISTED[0].questions
    assert titles(outcome.few) == ["Arbejdstid", "Åbne døre"], "the one nobody chose and the one four chose, by the alphabet"
    kept = box(salon, "outcome")
    assert set(kept) == {"suggested", "dropped", "counts"}
    assert kept["counts"] == {"Balance": 9, "Ensomhed": 6}, "what is not shown is not kept"


def test_it_is_told_that_five_have_and_never_how_many(salon: House, begun: str) -> None:
    told = []
    for number in range(7):
        suggest(salon, begun, number, "Noget")
        told.append(seen(salon, TODAY).five)
    assert told == [False] * 4 + [True] * 3
    assert seen(salon, CHOOSING).five is False
    for number in range(5):
        choose(salon, begun, number, "Balance")
    assert seen(salon, CHOOSING).five is True


def test_a_leader_chooses_again_until_the_last_day(salon: House, begun: str) -> None:
    choose(salon, begun, 0, "Balance", "Ensomhed")
    choose(salon, begun, 0, "Ensomhed", today=CLOSES)
    assert salon.store.themes.mine("demo", begun, who(salon, 0)) == ("Ensomhed",)
    with pytest.raises(AccessError, match="kan ikke vælges"):
        choose(salon, begun, 0, "Balance", today=AFTER)
    assert salon.store.themes.mine("demo", begun, who(salon, 0)) == ()


def test_nobody_chooses_before_all_suggestions_are_there(salon: House, begun: str) -> None:
    with pytest.raises(AccessError, match="kan ikke vælges"):
        choose(salon, begun, 0, "Balance", today=SUGGESTS)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (("Et", "To", "Tre", "Fire"), "plads til 3"),
        (("x" * (LONGEST + 1),), f"plads til {LONGEST}"),
        ((" . ",), "står tomt"),
    ],
    ids=["too many", "too long", "nothing but a sign"],
)
def test_a_suggestion_that_can_t_be_is_refused_in_words_and_the_others_stay(
    salon: House, begun: str, texts: tuple[str, ...], words: str
) -> None:
    suggest(salon, begun, 0, "Det gamle")
    with pytest.raises(AnswerError, match=words):
        suggest(salon, begun, 0, *texts)
    assert salon.store.themes.mine("demo", begun, who(salon, 0)) == ("Det gamle",)


def test_strange_signs_become_one_line_and_markup_stays_text(salon: House, begun: str) -> None:
    suggest(salon, begun, 0, "Tid\0 og\n\tsted \ud800\u202e", "<script>alert(1)</script>")
    assert salon.store.themes.mine("demo", begun, who(salon, 0)) == ("Tid og sted", "<script>alert(1)</script>")


def test_a_suggestion_says_nothing_of_the_keyboard_it_came_from_and_none_is_invisible(salon: House, begun: str) -> None:
    """A Mac's own way of writing Å would tell who has a Mac, and stand as a theme of its own."""
    suggest(salon, begun, 0, "Årets gang")
    suggest(salon, begun, 1, "A\u030arets\u2800 gang\ufe0f")
    assert titles(seen(salon, CHOOSING).suggested) == ["Årets gang"]
    for unseen in ("\u3164", "\u2800", "\u034f", "\ufe0f", "\u115f"):
        with pytest.raises(AnswerError, match="står tomt"):
            choose(salon, begun, 0, unseen)


def test_a_clock_that_is_put_back_opens_no_round_for_suggestions_again(salon: House, begun: str) -> None:
    """Else they would be counted as choices, with those who made them, once the clock is right."""
    suggest(salon, begun, 0, "Ro")
    assert titles(seen(salon, CHOOSING).suggested) == ["Ro"]
    assert seen(salon, TODAY).state(TODAY) == "choosing"
    with pytest.raises(AccessError, match="Tiden til at foreslå er gået"):
        suggest(salon, begun, 1, "Balance", today=TODAY)
    choose(salon, begun, 1, "Ro", today=TODAY)
    assert salon.store.themes.mine("demo", begun, who(salon, 1)) == ("Ro",)


def test_what_is_not_on_the_list_can_t_be_chosen(salon: House, begun: str) -> None:
    with pytest.raises(AnswerError, match="ikke på listen"):
        choose(salon, begun, 0, "Noget helt andet")


def test_one_that_is_taken_out_is_told_of_and_leaves_room_for_another(salon: House, begun: str) -> None:
    suggest(salon, begun, 0, "Hvorfor Ove altid sover")
    choose(salon, begun, 1, "Hvorfor Ove altid sover", "Balance")
    salon.store.themes.drop("demo", begun, "Hvorfor Ove altid sover", CHOOSING)
    assert (seen(salon, CHOOSING).suggested, seen(salon, CHOOSING).dropped) == ((), 1)
    assert salon.store.themes.mine("demo", begun, who(salon, 1)) == ("Balance",)
    for title in ("Hvorfor Ove altid sover", "Balance"):  # what is on the list is the facilitator's own to change beforehand
        with pytest.raises(AccessError, match="kan ikke tages ud"):
            salon.store.themes.drop("demo", begun, title, CHOOSING)
    assert seen(salon, AFTER).dropped == 1


def test_taking_one_out_does_not_tell_whether_anyone_had_chosen_it(salon: House, begun: str) -> None:
    suggest(salon, begun, 0, "Kun én vil det")
    for number in range(5):
        choose(salon, begun, number, "Balance" if number else "Kun én vil det")
    assert seen(salon, CHOOSING).five is True
    salon.store.themes.drop("demo", begun, "Kun én vil det", CHOOSING)
    assert seen(salon, CHOOSING).five is True
    assert salon.store.themes.mine("demo", begun, who(salon, 0)) == ()


def test_a_round_closed_while_leaders_suggest_deletes_what_they_wrote(salon: House, begun: str) -> None:
    suggest(salon, begun, 0, "Ulæst")
    for _ in range(2):
        salon.store.themes.close("demo", begun, TODAY)
    now = seen(salon, TODAY)
    assert (now.state(TODAY), now.suggested, now.closes) == ("closed", (), TODAY)
    assert now.outcome is not None
    assert now.outcome.counted == ()


def test_a_round_that_nobody_looked_at_ends_as_one_that_was_looked_at(salon: House, begun: str) -> None:
    suggest(salon, begun, 0, "Forslag")
    outcome = seen(salon, AFTER).outcome
    assert outcome is not None
    assert titles(outcome.few) == ["Balance", "Ensomhed", "Forslag"]


@pytest.mark.parametrize(
    ("suggests", "closes", "words"),
    [
        (TODAY - timedelta(days=1), CLOSES, "er gået"),
        (SUGGESTS, SUGGESTS, "skal ligge efter"),
        (CLOSES, SUGGESTS, "skal ligge efter"),
        (SUGGESTS, date.max, "halvt år"),
    ],
)
def test_days_that_can_t_be_are_refused_in_words(salon: House, suggests: date, closes: date, words: str) -> None:
    with pytest.raises(AnswerError, match=words):
        salon.store.themes.start("demo", LISTED, suggests, closes, TODAY)
    assert salon.store.themes.all("demo", TODAY) == []


def test_there_is_one_round_at_a_time(salon: House, begun: str) -> None:
    start = salon.store.themes.start
    with pytest.raises(AnswerError, match="allerede en runde"):
        start("demo", LISTED, SUGGESTS, CLOSES, TODAY)
    salon.store.themes.close("demo", begun, TODAY)
    said = together(*[lambda: start("demo", LISTED, SUGGESTS, CLOSES, TODAY)] * 4)
    assert sorted(type(each).__name__ for each in said) == ["AnswerError"] * 3 + ["str"]
    assert len(salon.store.themes.all("demo", TODAY)) == 2
    assert start("demo", (), AFTER, AFTER + timedelta(days=1), AFTER) != begun


def test_nine_who_choose_at_once_are_all_heard(salon: House, begun: str) -> None:
    assert together(*[lambda n=n: choose(salon, begun, n, "Balance") for n in range(9)]) == [None] * 9
    outcome = seen(salon, AFTER).outcome
    assert outcome is not None
    assert [count for _, count in outcome.counted] == [9]


def test_facilitators_strangers_and_those_who_have_left_take_no_part(salon: House, begun: str) -> None:
    gone = who(salon, 8)
    salon.adopt(*LEADERS[:8], CARLA)
    for person in (salon.person(CARLA).id, gone, "0" * 32):
        with pytest.raises(AccessError, match="Kun de inviterede"):
            salon.store.themes.suggest("demo", begun, person, ["Noget"], TODAY)


def test_another_gathering_s_round_is_out_of_reach(salon: House, begun: str) -> None:
    salon.adopt(*LEADERS, gathering="netvaerk")
    themes = salon.store.themes
    for reach in (
        lambda: themes.suggest("netvaerk", begun, who(salon, 0), ["Noget"], TODAY),
        lambda: themes.mine("netvaerk", begun, who(salon, 0)),
        lambda: themes.drop("netvaerk", begun, "Noget", TODAY),
        lambda: themes.close("netvaerk", begun, TODAY),
    ):
        with pytest.raises(AccessError, match="findes ikke"):
            reach()
    assert themes.all("netvaerk", TODAY) == []
    with pytest.raises(StoreError):
        themes.start("findes-ikke", (), SUGGESTS, CLOSES, TODAY)


def test_nothing_in_the_database_tells_who_what_or_how_many(salon: House, begun: str) -> None:
    before, sizes = everything_but(salon, "theme_round"), set()
    for number in range(9):
        suggest(salon, begun, number, f"kanariefugl {number}")
        with salon.store._database.reading() as connection:
            (row,) = connection.execute(select(schema.theme_round)).mappings()
        sizes.add((len(row["sealed"]), len(row["listed"])))
    for number in range(9):
        choose(salon, begun, number, "Balance")
        with salon.store._database.reading() as connection:
            (row,) = connection.execute(select(schema.theme_round)).mappings()
        sizes.add((len(row["sealed"]), len(row["listed"])))
    assert len(sizes) == 1
    assert everything_but(salon, "theme_round") == before
    people = [who(salon, number) for number in range(9)]
    kept = [bytes(each) for name in ("sealed", "listed") for each in [row[name]]]
    assert traces(["kanariefugl", "Balance", *people], kept) == []
    assert seen(salon, AFTER).outcome is not None
    assert traces(["kanariefugl", "Balance"], list(columns(salon.store))) == []
    assert traces(people, [str(box(salon, "outcome")).encode()]) == []


def test_it_goes_with_its_gathering(salon: House, begun: str) -> None:
    salon.store.deletion.begin("demo")
    assert salon.store.deletion.finish("demo").extent.rows["theme_round"] == 1
