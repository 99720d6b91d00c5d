"""The survey: what is kept of an answer while a wave is open, at its close and after the end, and what nobody can tell."""

import io
import itertools
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert, select, text, update

from fællesledelse.errors import AccessError, AnswerError, SealError, StoreError
from fællesledelse.model import Item, Participant, Questionnaire, Role, Theme, ThemeKind
from fællesledelse.store import Draft, Frame, Store, Survey, SurveyWave, schema
from fællesledelse.store import surveys as module
from fællesledelse.store.backup import Backup
from fællesledelse.store.restore import restore
from fællesledelse.store.sealed_file import unsealed
from fællesledelse.store.sealing import unseal
from fællesledelse.store.survey_answers import SurveyAnswers
from fællesledelse.store.waves import APART
from fællesledelse.survey import Ledger, Table, release

from ..survey.attacker import determined
from ..survey.programme import ITEM, believed, naive
from .conftest import CARLA, CHEAP, House
from .test_concurrency import together
from .test_evaluations import everything_but
from .test_secrecy import columns, traces

TODAY = date(2026, 6, 15)
LAST = date(2026, 6, 28)
LEADERS = tuple(Participant(f"leder{number}@eksempel.dk", f"Leder {number}", Role.LEADER) for number in range(12))
ITEMS = tuple(Item(f"udsagn-{number}", "tillid", f"Vi siger det til hinanden {number}.") for number in range(4))
ASKS = Questionnaire(ITEMS, (Theme("tillid", "Tillid", ThemeKind.INSIDE, "Tænk på de andre."),))
WITH_RELATIONS = replace(ASKS, relations=True)
KEYS = tuple(item.key for item in ITEMS)


@pytest.fixture
def cohort(house: House) -> House:
    """A gathering with twelve leaders and Carla, who is its facilitator."""
    house.adopt(*LEADERS, CARLA)
    return house


def frame(house: House, asks: Questionnaire | None = ASKS) -> Frame:
    """The first six leaders are of one department, the others of another."""
    people = [house.store.people.find(each.email) for each in LEADERS]
    return Frame(asks, {each.id: "Skole" if number < 6 else "Vej" for number, each in enumerate(people) if each})


def look(house: House, today: date = TODAY, asks: Questionnaire | None = ASKS) -> Survey:
    return house.store.surveys.look("demo", frame(house, asks), today)


def plan(house: House, opens: date = TODAY, days: int = 13, title: str = "Ved starten", today: date = TODAY) -> str:
    return house.store.surveys.plan("demo", frame(house), title, opens, opens + timedelta(days=days), today)


@pytest.fixture
def wave(cohort: House) -> str:
    """A wave that is open today."""
    found = plan(cohort)
    look(cohort)
    return found


def seen(house: House, wave: str, today: date = TODAY) -> SurveyWave:
    return next(each for each in look(house, today).waves if each.id == wave)


def save(house: House, wave: str, number: int, item: str, value: int, today: date = TODAY) -> None:
    house.store.surveys.save("demo", wave, house.person(LEADERS[number]).id, item, value, today)


def answer(house: House, wave: str, number: int, values: Iterable[int] = (4, 4, 4, 4), today: date = TODAY) -> None:
    """One leader answers everything and sends it."""
    look(house, today)
    items = house.store.surveys.items("demo", wave, house.person(LEADERS[number]).id)
    for item, value in zip(items, [*values, *[4] * len(items)], strict=False):
        save(house, wave, number, item.key, value, today)
    house.store.surveys.send("demo", wave, house.person(LEADERS[number]).id, today)


def close(house: House, wave: str, today: date = TODAY) -> SurveyWave:
    house.store.surveys.close("demo", wave, today)
    return seen(house, wave, today)


def released(house: House, numbers: Iterable[int] = range(7), today: date = TODAY) -> str:
    """A wave that those leaders have answered, each in an own way, and that is closed."""
    found = plan(house, today, title=f"Den {today}", today=today)
    for number in numbers:
        answer(house, found, number, [(number + at) % 6 for at in range(4)], today)
    close(house, found, today)
    return found


def rows(house: House) -> list[Any]:
    with house.store._database.reading() as connection:
        return list(connection.execute(select(schema.survey_answer)).mappings())


def box(house: House, wave: str) -> bytes:
    with house.store._database.reading() as connection:
        table = schema.survey_wave
        return bytes(connection.execute(select(table.c.sealed).where(table.c.id == wave)).scalar_one())


def own(house: House, number: int) -> dict[str, dict[str, int]]:
    return house.store.surveys.own("demo", house.person(LEADERS[number]).id)


def test_a_draft_is_kept_item_by_item_and_counts_from_when_it_is_sent(cohort: House, wave: str) -> None:
    person = cohort.person(LEADERS[0]).id
    save(cohort, wave, 0, KEYS[0], 2)
    save(cohort, wave, 0, KEYS[1], 0)
    save(cohort, wave, 0, KEYS[0], 5)
    surveys = cohort.store.surveys
    assert surveys.draft("demo", wave, person) == Draft(False, {KEYS[0]: 5, KEYS[1]: 0})
    with pytest.raises(AnswerError, match="mangler at svare på 2 udsagn"):
        surveys.send("demo", wave, person, TODAY)
    answer(cohort, wave, 0)
    assert surveys.draft("demo", wave, person) == Draft(True, dict.fromkeys(KEYS, 4))
    save(cohort, wave, 0, KEYS[3], 1)
    assert surveys.draft("demo", wave, person) == Draft(True, {**dict.fromkeys(KEYS, 4), KEYS[3]: 1})
    assert surveys.draft("demo", wave, cohort.person(LEADERS[1]).id) == Draft(False, {})


def test_a_draft_outlives_a_restart(cohort: House, wave: str) -> None:
    save(cohort, wave, 0, KEYS[0], 2)
    cohort.reopen()
    assert cohort.store.surveys.draft("demo", wave, cohort.person(LEADERS[0]).id).answers == {KEYS[0]: 2}


def test_twelve_at_once_lose_nothing(cohort: House, wave: str) -> None:
    work = [lambda n=n, k=k: save(cohort, wave, n, KEYS[k], n % 6) for n in range(12) for k in range(2)]
    assert together(*work) == [None] * 24
    for number in range(12):
        draft = cohort.store.surveys.draft("demo", wave, cohort.person(LEADERS[number]).id)
        assert draft.answers == {KEYS[0]: number % 6, KEYS[1]: number % 6}


def test_of_the_count_no_more_is_told_than_that_five_have_sent_theirs(cohort: House, wave: str) -> None:
    counts = []
    for number in range(6):
        save(cohort, wave, number + 6, KEYS[0], 1)  # begun, but not sent
        answer(cohort, wave, number)
        counts.append(seen(cohort, wave).answered)
    assert counts == [None, None, None, None, 5, 5]


@pytest.mark.parametrize(("item", "value"), [("findes-ikke", 3), (KEYS[0], 6), (KEYS[0], -1)])
def test_an_answer_that_can_t_be_is_refused(cohort: House, wave: str, item: str, value: int) -> None:
    with pytest.raises(AnswerError, match="kunne ikke læses"):
        save(cohort, wave, 0, item, value)


def test_facilitators_strangers_and_those_who_have_left_do_not_answer(cohort: House, wave: str) -> None:
    gone = cohort.person(LEADERS[11]).id
    cohort.adopt(*LEADERS[:11], CARLA)
    for person in (cohort.person(CARLA).id, gone, "0" * 32):
        with pytest.raises(AccessError, match="Kun holdets ledere"):
            cohort.store.surveys.save("demo", wave, person, KEYS[0], 3, TODAY)


def test_nobody_answers_before_or_after(cohort: House) -> None:
    planned = plan(cohort, TODAY + timedelta(days=1))
    with pytest.raises(AccessError, match="ikke åben"):
        save(cohort, planned, 0, KEYS[0], 3, TODAY)
    look(cohort, TODAY + timedelta(days=1))
    with pytest.raises(AccessError, match="ikke åben"):
        save(cohort, planned, 0, KEYS[0], 3, TODAY + timedelta(days=15))


def test_a_wave_that_has_opened_goes_on_when_the_clock_is_put_back(cohort: House, wave: str) -> None:
    before = TODAY - timedelta(days=2)
    assert seen(cohort, wave, before).state(before) == "open"
    for number in range(5):
        answer(cohort, wave, number, today=before)
    closed = close(cohort, wave, before)
    assert (closed.state(before), closed.answered, closed.closes) == ("closed", 5, TODAY)


def test_what_is_shown_comes_out_of_the_close_and_stays(cohort: House, wave: str) -> None:
    for number in range(7):
        answer(cohort, wave, number, [number % 3 + 1] * 4)
    shown = close(cohort, wave)
    assert (shown.closed, shown.number, shown.answered, shown.asked, shown.closes) == (True, 1, 7, 12, TODAY)
    assert shown.shown is not None
    assert shown.shown.why == ""
    figures = (shown.shown.figures or {})["figures"]
    assert figures[KEYS[0]]["counts"] == [0, 3, 2, 2, 0, 0]
    assert close(cohort, wave) == shown, "a second time changes nothing"


def test_one_who_has_not_sent_is_not_heard(cohort: House, wave: str) -> None:
    for number in range(5):
        answer(cohort, wave, number)
    for key in KEYS:
        save(cohort, wave, 5, key, 1)
    assert close(cohort, wave).answered == 5
    assert len(rows(cohort)) == 5 * len(KEYS)
    assert own(cohort, 5) == {}


def test_a_wave_that_four_have_answered_leaves_nothing_at_all(cohort: House, wave: str) -> None:
    for number in range(4):
        answer(cohort, wave, number)
    shown = close(cohort, wave)
    assert (shown.answered, shown.number) == (None, None)
    assert shown.shown is not None
    assert (shown.shown.why, shown.shown.figures) == ("few", None)
    assert rows(cohort) == []
    assert cohort.store._database is not None
    assert own(cohort, 0) == {}
    assert look(cohort).ledger()["waves"] == []


def test_a_wave_opens_and_closes_by_itself(cohort: House) -> None:
    later = TODAY + timedelta(days=3)
    wave = plan(cohort, later)
    assert seen(cohort, wave).state(TODAY) == "planned"
    assert seen(cohort, wave, later).state(later) == "open"
    for number in range(5):
        answer(cohort, wave, number, today=later)
    last = seen(cohort, wave, later).closes
    assert not seen(cohort, wave, last).closed
    closed = seen(cohort, wave, last + timedelta(days=1))
    assert (closed.closed, closed.closes, closed.answered) == (True, last, 5)


def test_of_twelve_who_look_at_once_on_its_first_day_and_after_its_last_all_see_the_same(cohort: House) -> None:
    wave = plan(cohort)
    seen_open = together(*[lambda: seen(cohort, wave).state(TODAY)] * 12)
    assert seen_open == ["open"] * 12
    for number in range(5):
        answer(cohort, wave, number)
    over = LAST + timedelta(days=1)
    found = together(*[lambda: seen(cohort, wave, over)] * 12)
    assert {type(each) for each in found} == {SurveyWave}
    assert {each.answered for each in found} == {5}
    assert len(rows(cohort)) == 5 * len(KEYS)


def test_a_clock_that_is_put_back_opens_nothing_again(cohort: House, wave: str) -> None:
    for number in range(5):
        answer(cohort, wave, number)
    before = seen(cohort, wave, LAST + timedelta(days=1))
    assert before.closed
    assert seen(cohort, wave, TODAY) == before
    with pytest.raises(AccessError, match="ikke åben"):
        save(cohort, wave, 0, KEYS[0], 1)


def test_what_a_wave_asks_stands_from_the_day_it_opens(cohort: House) -> None:
    later = TODAY + timedelta(days=3)
    wave = plan(cohort, later)
    reworded = Questionnaire((Item("nyt", "tillid", "Vi har fundet på et nyt udsagn."), *ITEMS), ASKS.themes)
    found = {each.id: each for each in look(cohort, later, reworded).waves}[wave]
    assert found.asks == reworded
    assert seen(cohort, wave, later).asks == reworded


def test_no_wave_opens_while_what_it_would_ask_may_change(cohort: House) -> None:
    surveys, wave = cohort.store.surveys, plan(cohort, TODAY)
    assert surveys.hold("demo") is False
    assert surveys.hold("demo") is False
    reworded = replace(ASKS, items=(*ITEMS[1:], Item("nyt", "tillid", "Vi har fundet på et nyt udsagn.")))
    for _ in range(2):
        assert seen(cohort, wave).state(TODAY) == "planned"
        surveys.let_go("demo")
    assert next(each.asks for each in look(cohort, asks=reworded).waves if each.id == wave) == reworded
    assert surveys.hold("demo") is True
    surveys.let_go("demo")


def test_who_opens_a_wave_and_who_holds_it_at_once_agree(cohort: House) -> None:
    wave = plan(cohort, TODAY)
    found = together(*[lambda: seen(cohort, wave).state(TODAY), lambda: cohort.store.surveys.hold("demo")] * 6)
    opened = seen(cohort, wave).state(TODAY) == "open"
    assert set(found[::2]) == {"open" if opened else "planned"}
    assert set(found[1::2]) == {opened}


def test_without_items_no_wave_is_planned_and_none_opens(cohort: House) -> None:
    with pytest.raises(AnswerError, match="intet spørgeskema"):
        cohort.store.surveys.plan("demo", frame(cohort, None), "Ved starten", TODAY, LAST, TODAY)
    wave = plan(cohort)
    found = {each.id: each for each in look(cohort, TODAY, None).waves}[wave]
    assert found.state(TODAY) == "planned"


def test_a_plan_is_taken_back_until_it_opens_and_no_sooner_closed(cohort: House) -> None:
    wave = plan(cohort, TODAY + timedelta(days=1))
    with pytest.raises(AccessError, match="ikke begyndt"):
        cohort.store.surveys.close("demo", wave, TODAY)
    cohort.store.surveys.drop("demo", wave)
    assert look(cohort).waves == ()
    opened = plan(cohort)
    look(cohort)
    with pytest.raises(AccessError, match="begyndt"):
        cohort.store.surveys.drop("demo", opened)


def test_two_waves_keep_apart(cohort: House, wave: str) -> None:
    for opens in (TODAY, LAST, LAST + APART - timedelta(days=1)):
        with pytest.raises(AnswerError, match="14 dage mellem to målinger"):
            plan(cohort, opens)
    assert plan(cohort, LAST + APART) != wave


def test_another_gathering_s_wave_is_out_of_reach(cohort: House, wave: str) -> None:
    cohort.adopt(*LEADERS, gathering="netvaerk")
    surveys, person = cohort.store.surveys, cohort.person(LEADERS[0]).id
    for reach in (
        lambda: surveys.save("netvaerk", wave, person, KEYS[0], 3, TODAY),
        lambda: surveys.send("netvaerk", wave, person, TODAY),
        lambda: surveys.close("netvaerk", wave, TODAY),
        lambda: surveys.withdraw("netvaerk", wave, person),
        lambda: surveys.drop("netvaerk", wave),
    ):
        with pytest.raises(AccessError, match="findes ikke"):
            reach()
    with pytest.raises(StoreError):
        surveys.plan("findes-ikke", frame(cohort), "Ny", TODAY, LAST, TODAY)


def test_from_wave_to_wave_a_leader_s_answers_are_linked(cohort: House, monkeypatch: pytest.MonkeyPatch) -> None:
    linked: list[list[list[int]]] = []

    def recorded(ledger: Ledger, tables: Mapping[str, Table], *others: Any) -> Ledger:
        linked.append(tables[KEYS[0]].answers.tolist())
        return release(ledger, tables, *others)

    monkeypatch.setattr("fællesledelse.survey.release", recorded)
    released(cohort, range(8))
    later = TODAY + timedelta(days=60)
    released(cohort, range(2, 12), later)
    assert sorted(linked[0]) == sorted([number % 6] for number in range(8))
    assert sorted(linked[1]) == sorted([number % 6 if number < 8 else -1, number % 6] for number in range(2, 12))
    assert [wave.number for wave in look(cohort, later).waves] == [2, 1]
    assert len(look(cohort, later).ledger()["waves"]) == 2


def test_no_two_rows_can_be_known_to_be_one_leader_s(cohort: House) -> None:
    released(cohort)
    released(cohort, today=TODAY + timedelta(days=60))
    assert len({row["token"] for row in rows(cohort)}) == len(rows(cohort))


def test_both_keys_open_an_answer_and_neither_does_alone(cohort: House) -> None:
    """Who has every backup may know whose a row is, since it went as somebody withdrew: not what it says."""
    wave = released(cohort)
    files = cohort.store.surveys._files
    key, link = files.read("demo"), files.secret("demo", "link")
    assert link is not None
    with cohort.store._database.reading() as connection:
        person, asked = cohort.person(LEADERS[3]).id, {wave: KEYS}
        assert SurveyAnswers(connection, key, link, "demo").own(person, asked) == own(cohort, 3)
        with pytest.raises(SealError):
            SurveyAnswers(connection, bytes(32), link, "demo").own(person, asked)
        assert SurveyAnswers(connection, key, bytes(32), "demo").own(person, asked) == {}
    row = rows(cohort)[0]
    place = ("survey answer", "demo", row["wave"], row["item"], row["token"])
    for one in (key, link):
        with pytest.raises(SealError):
            unseal(one, row["sealed"], *place)


def test_where_the_link_key_is_lost_a_new_wave_comes_out_unlinked(cohort: House) -> None:
    """As after a copy has been put back on another machine."""
    released(cohort, range(8))
    cohort.store.surveys._files.destroy_secret("demo", "link")
    later = TODAY + timedelta(days=60)
    second = released(cohort, range(8), later)
    shown = seen(cohort, second, later).shown
    assert shown is not None
    assert {figure["link"] for figure in (shown.figures or {})["figures"].values()} == {None}
    assert set(own(cohort, 3)) == {second}


def test_a_row_has_neither_person_nor_time_nor_number(cohort: House) -> None:
    released(cohort)
    assert {column.name for column in schema.survey_answer.columns} == {"gathering", "wave", "item", "token", "sealed"}
    people: list[str | bytes] = [cohort.person(each).id for each in LEADERS]
    told = json.dumps([{name: str(value) for name, value in row.items()} for row in rows(cohort)])
    assert not any(str(person) in told for person in people)
    if cohort.url.startswith("sqlite"):
        with cohort.store._database.reading() as connection, pytest.raises(Exception, match="rowid"):
            connection.execute(text("SELECT rowid FROM survey_answer")).all()


def test_rows_are_laid_in_an_order_drawn_by_lot(cohort: House, monkeypatch: pytest.MonkeyPatch) -> None:
    laid: list[list[str]] = []

    class Recording:
        """A connection that notes the order of the rows."""

        def execute(self, statement: Any, values: list[dict[str, Any]]) -> None:
            laid.append([f"{each['item']}/{each['token']}" for each in values])

    given = {str(number): dict.fromkeys(KEYS, 3) for number in range(20)}
    for _ in range(2):
        SurveyAnswers(Recording(), bytes(32), bytes(32), "demo").lay("w", given)  # type: ignore[arg-type] # only inserts
    assert sorted(laid[0]) == sorted(laid[1])
    assert laid[0] != laid[1]


def test_an_answer_leaves_no_mark_on_any_other_row_and_none_of_its_own(cohort: House, wave: str) -> None:
    before, sizes = everything_but(cohort, "survey_wave"), {len(box(cohort, wave))}
    for number in range(12):
        save(cohort, wave, number, KEYS[0], 1)
        sizes.add(len(box(cohort, wave)))
        answer(cohort, wave, number)
        sizes.add(len(box(cohort, wave)))
    assert everything_but(cohort, "survey_wave") == before
    assert len(sizes) == 1, "the size tells nothing of how many have answered, or how much"


def members(content: bytes) -> list[bytes]:
    """The files in a copy, but what says when it was made."""
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [archive.read(name) for name in archive.namelist()]


def backup(house: House) -> bytes:
    target = io.BytesIO()
    house.store.backup.write(target, ())
    return target.getvalue()


def unlocked(house: House) -> list[bytes]:
    """What is in a copy, for who has the copied keys."""
    return members(unsealed(io.BytesIO(backup(house)), house.store.backup.key).getvalue())


def keys_copied(house: House) -> bytes:
    target = io.BytesIO()
    house.store.backup.write_keys(target, "nøgler.zip")
    return target.getvalue()


def test_two_backups_of_a_wave_say_nothing_of_who_answered_between_them(cohort: House, wave: str) -> None:
    """All that differs is one sealed box; whatever was answered between, it is of one size, and no copied key opens it."""
    answer(cohort, wave, 0)
    copies = [unlocked(cohort)]
    for number in (1, 2, 3, 4):
        answer(cohort, wave, number)
        copies.append(unlocked(cohort))
    for one, other in itertools.pairwise(copies):
        unlike = [at for at, (first, second) in enumerate(zip(one, other, strict=True)) if first != second]
        texts = [one[at] for at in unlike if b'"gatherings"' not in one[at]]
        assert len(texts) == 1
        assert texts[0].startswith(f'["{wave}"'.encode())
        assert len(texts[0]) == len(next(other[at] for at in unlike if b'"gatherings"' not in one[at]))


def test_no_copy_holds_the_keys_of_waves_or_the_link(cohort: House, wave: str) -> None:
    answer(cohort, wave, 0)
    files = cohort.store.surveys._files
    secret = [files.secret("demo", name) for name in files.secrets("demo")]
    assert len(secret) == 2
    found = [*members(keys_copied(cohort)), *unlocked(cohort)]
    assert traces([each for each in secret if each], found) == []
    assert isinstance(cohort.store.backup, Backup)


def test_the_key_of_a_wave_is_gone_with_its_close(cohort: House, wave: str) -> None:
    files = cohort.store.surveys._files
    assert files.secrets("demo") == ["link", f"wave-{wave}"]
    for number in range(5):
        answer(cohort, wave, number)
    close(cohort, wave)
    assert files.secrets("demo") == ["link"]


def test_a_key_that_a_crash_left_behind_goes_at_the_next_look(
    cohort: House, wave: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        answer(cohort, wave, number)
    files = cohort.store.surveys._files
    with monkeypatch.context() as patched:
        patched.setattr(type(files), "destroy_secret", lambda *_: None)
        cohort.store.surveys.close("demo", wave, TODAY)
    assert f"wave-{wave}" in files.secrets("demo")
    look(cohort)
    assert files.secrets("demo") == ["link"]


def test_a_close_that_is_broken_off_has_changed_nothing(cohort: House, wave: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        answer(cohort, wave, number)
    before = box(cohort, wave)

    def broken(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(module, "write", broken)  # after the rows have been laid
        with pytest.raises(StoreError, match="disk is full"):
            cohort.store.surveys.close("demo", wave, TODAY)
    assert rows(cohort) == []
    assert box(cohort, wave) == before
    assert close(cohort, wave).answered == 6


CLOSER = """
import os, sys
from datetime import date
from pathlib import Path
from fællesledelse.model import Item, Questionnaire, Theme, ThemeKind
from fællesledelse.store import KdfCost, Store, surveys
url, keys, wave, when = sys.argv[1:]
store = Store.open(url, Path(keys), kdf_cost=KdfCost(1, 8192))
kill = lambda *_, **__: os.kill(os.getpid(), 9)
if when == "before the commit":
    surveys.write = kill
else:
    type(store.surveys._files).destroy_secret = kill
store.surveys.close("demo", wave, date(2026, 6, 15))
"""


@pytest.mark.parametrize("when", ["before the commit", "before the key is destroyed"])
def test_a_process_killed_in_the_middle_of_a_close_leaves_all_of_it_or_nothing(cohort: House, wave: str, when: str) -> None:
    for number in range(6):
        answer(cohort, wave, number, [number % 6] * 4)
    cohort.store.close()
    command = [sys.executable, "-X", "utf8", "-c", CLOSER, cohort.url, str(cohort.keys), wave, when]
    assert subprocess.run(command, check=False).returncode == -9
    cohort.store = Store.open(cohort.url, cohort.keys, cohort.clock, CHEAP)
    found = seen(cohort, wave)
    assert found.closed is (when == "before the key is destroyed")
    assert len(rows(cohort)) == (24 if found.closed else 0)
    assert close(cohort, wave).answered == 6
    assert cohort.store.surveys._files.secrets("demo") == ["link"]
    assert own(cohort, 5) == {wave: dict.fromkeys(KEYS, 5)}


def test_a_wave_whose_key_is_gone_is_closed_and_its_drafts_lost(cohort: House, wave: str) -> None:
    answer(cohort, wave, 0)
    cohort.store.surveys._files.destroy_secret("demo", f"wave-{wave}")
    found = seen(cohort, wave)
    assert found.closed
    assert found.shown is not None
    assert found.shown.why == "lost"
    assert plan(cohort, title="Forfra") != wave, "one that shows nothing keeps nobody waiting"


def test_a_leader_sees_the_own_answers_and_takes_them_back(cohort: House) -> None:
    first = released(cohort)
    later = TODAY + timedelta(days=60)
    second = released(cohort, today=later)
    assert own(cohort, 3) == {wave: {key: (3 + at) % 6 for at, key in enumerate(KEYS)} for wave in (first, second)}
    before = look(cohort, later)
    person = cohort.person(LEADERS[3]).id
    assert cohort.store.surveys.withdraw("demo", first, person) is True
    assert cohort.store.surveys.withdraw("demo", first, person) is False
    assert set(own(cohort, 3)) == {second}
    assert set(own(cohort, 4)) == {first, second}
    assert look(cohort, later) == before, "what has been shown stands"
    third = released(cohort, today=later + timedelta(days=60))
    assert set(own(cohort, 3)) == {second, third}


def test_a_draft_is_taken_back_too(cohort: House, wave: str) -> None:
    for number in range(5):
        answer(cohort, wave, number)
    person = cohort.person(LEADERS[0]).id
    assert cohort.store.surveys.withdraw("demo", wave, person) is True
    assert cohort.store.surveys.draft("demo", wave, person) == Draft(False, {})
    assert cohort.store.surveys.withdraw("demo", wave, person) is False
    shown = close(cohort, wave).shown
    assert shown is not None
    assert shown.why == "few"


def test_after_the_end_there_is_nothing_that_anyone_could_find(cohort: House) -> None:
    wave = released(cohort)
    shown = look(cohort).waves
    cohort.store.surveys.end("demo")
    after = look(cohort)
    assert (after.waves, after.ended, after.linked) == (shown, True, False)
    assert rows(cohort) == []
    assert cohort.store.surveys._files.secrets("demo") == []
    assert own(cohort, 0) == {}
    with pytest.raises(AccessError, match="ingen kan finde dine svar mere"):
        cohort.store.surveys.withdraw("demo", wave, cohort.person(LEADERS[0]).id)
    with pytest.raises(AccessError, match="afsluttet"):
        plan(cohort, LAST + APART)


def test_it_does_not_end_while_a_wave_is_to_come(cohort: House, wave: str) -> None:
    with pytest.raises(AccessError, match="ikke er lukket"):
        cohort.store.surveys.end("demo")


def test_with_the_programme_it_ends_whatever_is_open_or_planned(cohort: House) -> None:
    shown, later = released(cohort), TODAY + timedelta(days=60)
    assert cohort.store.surveys.finish("demo", TODAY) is True
    assert cohort.store.surveys.finish("demo", TODAY) is False, "once"
    cohort.adopt(*LEADERS, CARLA, gathering="andet")
    assert cohort.store.surveys.finish("andet", TODAY) is False, "where none has begun there is none to end"
    assert ([each.id for each in look(cohort, later).waves], look(cohort, later).ended, rows(cohort)) == ([shown], True, [])


def test_the_end_closes_what_is_open_and_drops_what_is_to_come(cohort: House, wave: str) -> None:
    for number in range(6):
        answer(cohort, wave, number)
    plan(cohort, LAST + APART + timedelta(days=1))
    assert cohort.store.surveys.finish("demo", TODAY) is True
    after = look(cohort)
    assert ([(each.id, each.answered) for each in after.waves], after.ended) == ([(wave, 6)], True)
    assert (rows(cohort), cohort.store.surveys._files.secrets("demo")) == ([], [])


def test_a_deleted_leader_is_in_no_later_figure_and_what_is_shown_determines_no_answer(cohort: House) -> None:
    """The attacker has both releases, knows who was deleted between them, and puts two others' answers beside it."""
    old = seen(cohort, released(cohort, range(12)))
    begun = cohort.store.erasure.begin("demo", LEADERS[0].email, ())
    assert cohort.store.erasure.finish(begun, ()).waves == 1
    assert seen(cohort, old.id) == old
    later = TODAY + timedelta(days=60)
    new = seen(cohort, released(cohort, range(1, 12), later), later)
    assert (old.shown and old.shown.answered, new.shown and new.shown.answered) == (12, 11)
    plain = []
    for at, key in enumerate(KEYS):
        answers = np.array([[(number + at) % 6] * 2 for number in range(12)], dtype=np.int8)
        answers[0, 1] = -1
        figures = [wave.shown and wave.shown.figures and wave.shown.figures["figures"][key] for wave in (old, new)]
        waves = [{"figures": {ITEM: each}, "relations": {}, "spread": None} for each in figures]
        told = believed(Ledger.from_json({"promised": [], "waves": waves}), answers, np.array([0] + [2] * 11))
        assert determined(answers, told, colluders=(1, 2)) == set()
        plain.append(determined(answers, naive(answers), colluders=(1, 2)))
    assert (0, 0) in plain[0], "plain figures would have told"


def test_an_end_that_a_crash_broke_off_is_finished_at_the_next_look(cohort: House, monkeypatch: pytest.MonkeyPatch) -> None:
    released(cohort)
    files = cohort.store.surveys._files
    with monkeypatch.context() as patched:
        patched.setattr(type(files), "destroy_secret", lambda *_: None)
        cohort.store.surveys.end("demo")
    assert files.secrets("demo") == ["link"]
    look(cohort)
    assert files.secrets("demo") == []


def test_who_leaves_between_two_waves_leaves_the_answer(cohort: House, wave: str) -> None:
    for number in range(6):
        answer(cohort, wave, number)
    cohort.adopt(*LEADERS[5:], CARLA)
    found = close(cohort, wave)
    assert (found.answered, found.asked) == (6, 7)


def test_nothing_of_an_answer_is_readable_without_the_gathering_s_key(cohort: House) -> None:
    released(cohort)
    found = [value for column in columns(cohort.store) for value in [column] if value]
    assert traces([b'"counts"', '"answers"'], found) == []


def related(house: House, asks: Questionnaire = WITH_RELATIONS, today: date = TODAY) -> SurveyWave:
    """A wave that all have answered, with what it says of departments."""
    surveys = house.store.surveys
    wave = surveys.plan("demo", frame(house, asks), "Ved starten", today, today, today)
    found = next(each for each in look(house, today, asks).waves if each.id == wave)
    assert found.asks is not None
    for number in range(12):
        person = house.person(LEADERS[number]).id
        for item in surveys.items("demo", wave, person):
            surveys.save("demo", wave, person, item.key, number % 5 + 1, today)
        surveys.send("demo", wave, person, today)
    surveys.close("demo", wave, today)
    return next(each for each in look(house, today, asks).waves if each.id == wave)


def test_relations_between_departments_are_shown_where_they_were_promised(cohort: House) -> None:
    wave = related(cohort)
    assert look(cohort).relations == ("Skole", "Vej")
    assert wave.shown is not None
    relations = (wave.shown.figures or {})["relations"]
    assert {item: list(row) for item, row in relations.items()} == {"afdeling.1": ["Vej"], "afdeling.2": ["Skole"]}
    assert "afdeling.1" not in (wave.shown.figures or {})["figures"]


@pytest.mark.parametrize(
    ("first", "then"), [(WITH_RELATIONS, ASKS), (ASKS, WITH_RELATIONS)], ids=["promised", "not promised"]
)
def test_what_was_promised_before_the_first_wave_is_locked(cohort: House, first: Questionnaire, then: Questionnaire) -> None:
    related(cohort, first)
    promised = look(cohort).relations
    later = related(cohort, then, TODAY + timedelta(days=60))
    assert look(cohort).relations == promised
    assert later.shown is not None
    assert len((later.shown.figures or {})["relations"]) == len(promised or ())


def test_a_department_of_four_is_asked_about_by_nobody(cohort: House) -> None:
    small = replace(
        frame(cohort, WITH_RELATIONS), departments={str(number): "Skole" if number < 6 else "Vej" for number in range(10)}
    )
    cohort.store.surveys.plan("demo", small, "Ved starten", TODAY, LAST, TODAY)
    assert cohort.store.surveys.look("demo", small, TODAY).relations == ()


Counted = list[dict[str, dict[str, list[int]]]]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """What each close counts of departments: the answers about each, by the department that gave them."""
    found: Counted = []

    def recorded(ledger: Ledger, tables: Mapping[str, Table], cells: Mapping[str, Any], *others: Any) -> Ledger:
        found.append({item: {name: sorted(each) for name, each in row.items()} for item, row in cells.items()})
        return release(ledger, tables, cells, *others)

    monkeypatch.setattr("fællesledelse.survey.release", recorded)
    return found


def opened(house: House, people: Mapping[str, str]) -> str:
    """A wave about relations that opens today, with those departments on the list."""
    now, surveys = Frame(WITH_RELATIONS, people), house.store.surveys
    wave = surveys.plan("demo", now, "Ved starten", TODAY, LAST, TODAY)
    surveys.look("demo", now, TODAY)
    return wave


def all_answer(house: House, wave: str, numbers: Iterable[int] = range(12)) -> None:
    """Each gives the same answer to everything asked, and sends it."""
    for number in numbers:
        person = house.person(LEADERS[number]).id
        for item in house.store.surveys.items("demo", wave, person):
            house.store.surveys.save("demo", wave, person, item.key, number % 5 + 1, TODAY)
        house.store.surveys.send("demo", wave, person, TODAY)


def about(house: House, wave: str, number: int) -> list[str]:
    """The departments a leader is asked about, by the key of the item."""
    items = house.store.surveys.items("demo", wave, house.person(LEADERS[number]).id)
    return [item.key for item in items if item.theme == module.DEPARTMENTS]


def test_who_is_moved_while_a_wave_is_open_answers_for_the_department_of_its_first_day(
    cohort: House, counted: Counted
) -> None:
    """Else whoever keeps the list could see what a department becomes without one of its leaders."""
    before = frame(cohort).departments
    wave = opened(cohort, before)
    moved = {**dict.fromkeys(before, "Vej"), cohort.person(LEADERS[0]).id: "Skole", cohort.person(LEADERS[11]).id: "Social"}
    for today in (TODAY, TODAY + timedelta(days=1)):
        cohort.store.surveys.look("demo", Frame(WITH_RELATIONS, moved), today)
    assert [about(cohort, wave, number) for number in (0, 1, 11)] == [["afdeling.2"], ["afdeling.2"], ["afdeling.1"]]
    all_answer(cohort, wave)
    cohort.store.surveys.look("demo", Frame(WITH_RELATIONS, moved), LAST + timedelta(days=1))
    assert counted == [{"afdeling.1": {"Vej": [1, 2, 2, 3, 4, 5]}, "afdeling.2": {"Skole": [1, 1, 2, 3, 4, 5]}}]


def test_who_is_taken_off_the_list_while_a_wave_is_open_still_answered_for_the_own_department(
    cohort: House, counted: Counted
) -> None:
    wave = opened(cohort, frame(cohort).departments)
    all_answer(cohort, wave)
    cohort.adopt(*LEADERS[1:], CARLA)
    close(cohort, wave)
    assert counted == [{"afdeling.1": {"Vej": [1, 2, 2, 3, 4, 5]}, "afdeling.2": {"Skole": [1, 1, 2, 3, 4, 5]}}]


def test_who_comes_while_a_wave_is_open_answers_for_no_department_and_is_asked_about_none(
    cohort: House, counted: Counted
) -> None:
    people = frame(cohort).departments
    late = cohort.person(LEADERS[0]).id
    wave = opened(cohort, {person: name for person, name in people.items() if person != late})
    cohort.store.surveys.look("demo", Frame(WITH_RELATIONS, people), TODAY)
    assert about(cohort, wave, 0) == []
    all_answer(cohort, wave)
    close(cohort, wave)
    assert counted == [{"afdeling.1": {"Vej": [1, 2, 2, 3, 4, 5]}, "afdeling.2": {"Skole": [1, 2, 3, 4, 5]}}]


def test_departments_are_sealed_with_the_wave_s_own_key_and_go_with_it(cohort: House) -> None:
    wave = opened(cohort, frame(cohort).departments)

    def kept() -> bytes | None:
        with cohort.store._database.reading() as connection:
            table = schema.survey_wave
            return connection.execute(select(table.c.departments).where(table.c.id == wave)).scalar_one()

    sealed, files = kept(), cohort.store.surveys._files
    assert sealed is not None
    all_answer(cohort, wave, range(5))
    assert kept() == sealed, "an answer leaves no mark on it"
    own, place = files.secret("demo", f"wave-{wave}"), ("survey departments", "demo", wave)
    assert own is not None
    assert b"Skole" in unseal(own, sealed, *place)
    with pytest.raises(SealError):
        unseal(files.read("demo"), sealed, *place)
    close(cohort, wave)
    assert kept() is None


def test_a_wave_that_was_open_before_departments_were_kept_gets_those_of_the_next_look(cohort: House) -> None:
    people = frame(cohort).departments
    wave = opened(cohort, people)
    all_answer(cohort, wave, range(1))
    with cohort.store._database.atomic() as connection:
        connection.execute(update(schema.survey_wave).values(departments=None))
    assert about(cohort, wave, 0) == []
    for departments in (people, dict.fromkeys(people, "Vej")):
        cohort.store.surveys.look("demo", Frame(WITH_RELATIONS, departments), TODAY)
        assert about(cohort, wave, 0) == ["afdeling.2"]
    assert cohort.store.surveys.draft("demo", wave, cohort.person(LEADERS[0]).id).sent


def test_it_goes_with_its_gathering_keys_and_all(cohort: House) -> None:
    released(cohort)
    plan(cohort, TODAY + timedelta(days=60))
    look(cohort, TODAY + timedelta(days=60))
    files = cohort.store.surveys._files
    assert len(files.secrets("demo")) == 2
    cohort.store.deletion.begin("demo")
    assert files.secrets("demo") == []
    counted = cohort.store.deletion.finish("demo").extent.rows
    assert {name: counted[name] for name in counted if name.startswith("survey")} == {
        "survey": 1,
        "survey_wave": 2,
        "survey_answer": 28,
    }


def copied(house: House, place: Path) -> tuple[Path, Path]:
    copy, keys = place / "kopi.zip", place / "noegler.zip"
    copy.write_bytes(backup(house))
    keys.write_bytes(keys_copied(house))
    return copy, keys


def test_put_back_on_the_same_machine_an_open_wave_goes_on(sqlite_url: str, tmp_path: Path, house: House) -> None:
    """The keys that no copy has move on from the folder that is put aside, and are not left there."""
    data = tmp_path / "data"
    url = f"sqlite:///{data}/faellesledelse.sqlite"
    here = House(Store.open(url, data / "keys", house.clock, CHEAP), house.clock, url, data / "keys")
    here.adopt(*LEADERS, CARLA)
    wave = plan(here)
    answer(here, wave, 0)
    copy, keys = copied(here, tmp_path)
    here.store.close()
    aside = restore(copy, keys, url, data).aside
    assert aside is not None
    assert list(aside.rglob("*.secret")) == []
    here.store = Store.open(url, data / "keys", house.clock, CHEAP)
    assert here.store.surveys.draft("demo", wave, here.person(LEADERS[0]).id).sent
    here.store.close()


def test_put_back_elsewhere_an_open_wave_is_closed_and_shows_nothing(tmp_path: Path, house: House) -> None:
    house.adopt(*LEADERS, CARLA)
    wave = plan(house)
    for number in range(6):
        answer(house, wave, number)
    copy, keys = copied(house, tmp_path)
    data = tmp_path / "andet"
    url = f"sqlite:///{data}/faellesledelse.sqlite"
    restore(copy, keys, url, data)
    there = House(Store.open(url, data / "keys", house.clock, CHEAP), house.clock, url, data / "keys")
    found = seen(there, wave)
    assert found.shown is not None
    assert (found.closed, found.shown.why) == (True, "lost")
    assert there.store.surveys.draft("demo", wave, there.person(LEADERS[0]).id) == Draft(False, {})
    there.store.close()


def test_a_wave_put_back_from_before_its_close_is_not_shown_twice(tmp_path: Path, house: House) -> None:
    data = tmp_path / "data"
    url = f"sqlite:///{data}/faellesledelse.sqlite"
    here = House(Store.open(url, data / "keys", house.clock, CHEAP), house.clock, url, data / "keys")
    here.adopt(*LEADERS, CARLA)
    wave = plan(here)
    for number in range(6):
        answer(here, wave, number)
    copy, keys = copied(here, tmp_path)
    assert close(here, wave).answered == 6
    here.store.close()
    restore(copy, keys, url, data)
    here.store = Store.open(url, data / "keys", house.clock, CHEAP)
    found = seen(here, wave)
    assert found.shown is not None
    assert found.shown.why == "lost"
    here.store.close()


def test_rows_of_another_gathering_are_nobody_s_here(cohort: House) -> None:
    wave = released(cohort)
    before = own(cohort, 0)
    cohort.adopt(*LEADERS, gathering="netvaerk")
    with cohort.store._database.atomic() as connection:
        values = {"gathering": "netvaerk", "wave": wave, "item": KEYS[0], "token": "0" * 32, "sealed": b"x"}
        connection.execute(insert(schema.survey_answer).values(**values))
    assert own(cohort, 0) == before
    assert cohort.store.surveys.own("netvaerk", cohort.person(LEADERS[0]).id) == {}
