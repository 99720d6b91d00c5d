"""Several tabs, devices and threads at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from fællesledelse.errors import AccessError, AnswerError
from fællesledelse.store import Conflict, Enrolled, Saved, Store, Unlocked

from .conftest import ANNA, PHRASE, House

KEY = "draft.task"


def together(*calls: Callable[[], object]) -> list[object]:
    """What the calls return or raise, all started at the same moment."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return call()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.parametrize("base", [0, 1])
def test_of_texts_made_from_the_same_version_one_wins_and_the_others_are_kept(
    store: Store, anna: Unlocked, base: int
) -> None:
    if base:
        store.answers.save(anna, "demo", KEY, "Før", 0, "first")
    texts = [f"Tekst {n}" for n in range(6)]
    outcomes = together(*[lambda text=text: store.answers.save(anna, "demo", KEY, text, base, text[-1]) for text in texts])
    assert [type(outcome) for outcome in outcomes].count(Saved) == 1
    assert [type(outcome) for outcome in outcomes].count(Conflict) == 5
    answer = store.answers.read(anna, "demo", [KEY])[KEY]
    assert {answer.text, *(aside.text for aside in answer.asides)} == set(texts)
    assert [version.version for version in store.answers.versions(anna, "demo", KEY)] == [*range(6 + base, 0, -1)]


def test_the_same_save_sent_many_times_at_once_is_one_version(store: Store, anna: Unlocked) -> None:
    outcomes = together(*[lambda: store.answers.save(anna, "demo", KEY, "Et", 0, "same")] * 6)
    assert isinstance(outcomes[0], Saved)
    assert outcomes == [outcomes[0]] * 6
    assert len(store.answers.versions(anna, "demo", KEY)) == 1


def test_the_same_number_for_two_fields_at_once_saves_one_and_refuses_the_other(store: Store, anna: Unlocked) -> None:
    outcomes = together(
        *[lambda key=key: store.answers.save(anna, "demo", key, "Et", 0, "same") for key in ("draft.task", "draft.why")]
    )
    assert {type(outcome) for outcome in outcomes} == {Saved, AnswerError}


def test_an_invitation_used_twice_at_once_enrols_once(house: House) -> None:
    token = house.store.invitations.invite(house.person(ANNA).id, "demo")
    phrases = [f"{PHRASE} nummer {n}" for n in range(3)]
    outcomes = together(*[lambda phrase=phrase: house.store.access.enrol(token, phrase) for phrase in phrases])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AccessError", "AccessError", "Enrolled"]
    winner = next(n for n, outcome in enumerate(outcomes) if isinstance(outcome, Enrolled))
    for n, phrase in enumerate(phrases):
        if n == winner:
            assert house.store.access.sign_in(ANNA.email, phrase)
        else:
            with pytest.raises(AccessError):
                house.store.access.sign_in(ANNA.email, phrase)


def test_a_code_used_twice_at_once_leaves_a_phrase_and_a_code_that_work(house: House) -> None:
    code = house.enrol(ANNA).recovery_code
    phrases = [f"{PHRASE} nummer {n}" for n in range(2)]
    outcomes = together(*[lambda phrase=phrase: house.store.access.recover(ANNA.email, code, phrase) for phrase in phrases])
    works = 0
    for phrase, outcome in zip(phrases, outcomes, strict=True):
        if isinstance(outcome, Enrolled):
            try:
                house.store.access.sign_in(ANNA.email, phrase)
                works += 1
            except AccessError:
                pass
    assert works == 1


def test_marks_sessions_and_rosters_at_once_disturb_nobody(house: House, anna: Unlocked) -> None:
    store = house.store
    outcomes = together(
        *[lambda: store.progress.mark(anna.person.id, "demo", "workshop-1", True)] * 3,
        *[lambda: store.progress.accept_notice(anna.person.id, "demo", "d")] * 3,
        *[lambda: house.adopt()] * 2,
        *[lambda: store.access.resume(store.access.remember(anna, "x")) is not None] * 3,
        *[lambda: store.answers.read(anna, "demo", None)] * 3,
    )
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert store.progress.marks("demo") == {(anna.person.id, "workshop-1")}


def test_forty_leaders_write_at_once_and_every_text_is_there(house: House, anna: Unlocked) -> None:
    """One person stands for forty here: saves of one person wait for one another, so it is the harder case."""
    store = house.store
    calls = [lambda n=n: store.answers.save(anna, "demo", f"field.{n}", f"Tekst {n}", 0, f"s{n}") for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda call: call(), calls))
    assert {type(outcome) for outcome in outcomes} == {Saved}
    assert {a.text for a in store.answers.read(anna, "demo", None).values()} == {f"Tekst {n}" for n in range(40)}
