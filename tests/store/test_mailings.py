"""Mails to many: nobody twice, whatever ends in their midst."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, time

import pytest

from fællesledelse.errors import AccessError, StoreError
from fællesledelse.store import CalendarMark, LineState, MailingKind, MailingLine, MailingState, Planned, Store

from .conftest import ANNA, BENT, CARLA, PHRASE, Clock, House

INVITATION = MailingKind.INVITATION


def begin(house: House, kind: MailingKind = INVITATION) -> str:
    """A mailing to all three."""
    return house.store.mailings.begin("demo", kind, [Planned(house.person(who).id) for who in (ANNA, BENT, CARLA)])


def take(store: Store, mailing: str, later: Sequence[int] = ()) -> MailingLine:
    """The next line."""
    line = store.mailings.take(mailing, later)
    assert line is not None
    return line


def states(store: Store) -> list[LineState]:
    return [line.state for line in store.mailings.lines("demo")]


def test_each_line_is_taken_once_and_the_last_one_ends_the_mailing(house: House) -> None:
    store, mailing = house.store, begin(house)
    taken = []
    while (line := store.mailings.take(mailing)) is not None:
        assert store.mailings.find(mailing).state is MailingState.UNDER_WAY
        taken.append(line.person.name)
        store.mailings.settle(line, LineState.SENT)
    assert taken == [ANNA.name, BENT.name, CARLA.name]
    assert states(store) == [LineState.SENT] * 3
    assert store.mailings.find(mailing).state is MailingState.DONE


def test_a_mailing_is_newer_than_those_before_it_also_where_the_clock_is_put_back(house: House) -> None:
    begun = []
    for hours in (0, 0, -3, 0):
        house.clock.forward(hours=hours)
        begun.append(begin(house))
        house.store.mailings.drop(begun[-1])
    assert [each.id for each in house.store.mailings.all("demo")] == begun[::-1]
    assert list(dict.fromkeys(line.mailing for line in house.store.mailings.lines("demo"))) == begun[::-1]


def test_what_was_on_its_way_when_everything_stopped_is_uncertain_and_never_taken_by_itself(house: House) -> None:
    mailing = begin(house)
    house.store.mailings.settle(take(house.store, mailing), LineState.SENT)
    take(house.store, mailing)
    store = house.reopen()
    store.mailings.recover()
    assert states(store) == [LineState.SENT, LineState.UNCERTAIN, LineState.WAITING]
    assert (store.mailings.find(mailing).state, store.mailings.find(mailing).trouble) == (MailingState.PAUSED, "restart")
    assert store.mailings.take(mailing) is None
    store.mailings.resume(mailing)
    last = take(store, mailing)
    assert last.person == house.person(CARLA)
    store.mailings.settle(last, LineState.SENT)
    assert store.mailings.take(mailing) is None
    assert store.mailings.find(mailing).state is MailingState.DONE


def test_a_mailing_whose_last_line_was_on_its_way_is_done_after_the_restart(house: House) -> None:
    mailing = house.store.mailings.begin("demo", INVITATION, [Planned(house.person(ANNA).id)])
    take(house.store, mailing)
    house.store.mailings.recover()
    assert states(house.store) == [LineState.UNCERTAIN]
    assert house.store.mailings.find(mailing).state is MailingState.DONE


def test_only_a_human_sends_an_uncertain_line_again_and_the_line_counts_it(house: House) -> None:
    store, mailing = house.store, begin(house)
    for state in (LineState.UNCERTAIN, LineState.REFUSED, LineState.SENT):
        store.mailings.settle(take(store, mailing), state, 550, "5.1.1 ukendt\r\nBcc: x")
    store.mailings.again(mailing, 0)
    assert store.mailings.find(mailing).state is MailingState.UNDER_WAY
    line = take(store, mailing)
    assert (line.number, line.round, line.code, line.reason) == (0, 1, None, "")
    store.mailings.settle(line, LineState.SENT)
    store.mailings.again(mailing, 1)
    for number in (0, 2, 1, 99):
        with pytest.raises(AccessError, match="kan ikke sendes igen"):
            store.mailings.again(mailing, number)


def test_what_a_mail_server_says_is_kept_without_what_is_no_text(house: House) -> None:
    mailing = begin(house)
    house.store.mailings.settle(take(house.store, mailing), LineState.REFUSED, 550, "ukendt\r\nBcc: \x00x" + "y" * 500)
    line = house.store.mailings.lines("demo")[0]
    assert (line.code, line.reason[:12], len(line.reason)) == (550, "ukendtBcc: x", 300)


def test_one_mailing_of_a_kind_at_a_time(house: House) -> None:
    store, first = house.store, begin(house)
    with pytest.raises(AccessError, match="udsendelse i gang"):
        begin(house)
    other = begin(house, MailingKind.REMINDER)
    store.mailings.drop(first)
    second = begin(house)
    with pytest.raises(AccessError, match="udsendelse i gang"):
        store.mailings.again(first, 0)
    found = {each.id: each.state for each in store.mailings.all("demo")}
    assert found == {
        first: MailingState.DONE, other: MailingState.UNDER_WAY, second: MailingState.UNDER_WAY
    }  # fmt: skip


def test_two_who_begin_at_the_same_moment_begin_one_mailing(house: House) -> None:
    def try_to_begin(_: int) -> bool:
        try:
            begin(house)
        except AccessError:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(try_to_begin, range(6))) == 1
    assert len(house.store.mailings.all("demo")) == 1


def test_a_paused_mailing_gives_no_line_until_it_goes_on(house: House) -> None:
    store, mailing = house.store, begin(house)
    line = take(store, mailing)
    store.mailings.pause(mailing, "asked")
    assert store.mailings.take(mailing) is None
    store.mailings.settle(line, LineState.SENT)
    assert store.mailings.find(mailing).trouble == "asked"
    store.mailings.resume(mailing)
    assert take(store, mailing).person == house.person(BENT)


def test_a_line_that_is_put_off_lets_the_others_pass(house: House) -> None:
    store, mailing = house.store, begin(house)
    store.mailings.settle(take(store, mailing), LineState.WAITING)
    assert take(store, mailing, later=[0]).number == 1
    assert take(store, mailing).number == 0


def test_what_is_dropped_is_not_sent(house: House) -> None:
    store, mailing = house.store, begin(house)
    on_its_way = take(store, mailing)
    store.mailings.drop(mailing)
    assert store.mailings.find(mailing).state is MailingState.UNDER_WAY
    store.mailings.settle(on_its_way, LineState.SENT)
    assert states(store) == [LineState.SENT, LineState.UNNEEDED, LineState.UNNEEDED]
    assert store.mailings.find(mailing).state is MailingState.DONE


def test_a_calendar_mark_is_stored_with_the_line_that_told_it_and_replaced_by_the_next(house: House) -> None:
    store, anna = house.store, house.person(ANNA).id
    mailing = store.mailings.begin("demo", MailingKind.CALENDAR, [Planned(anna, ("workshop-1",), "Gruppe 1")] * 2)
    mark = CalendarMark(
        "demo", "Gruppe 1", "workshop-1", anna, 0, "Workshop", date(2026, 9, 2), time(9, 30), 180, "Mødelokale 2"
    )
    line = take(store, mailing)
    assert (line.group, line.steps) == ("Gruppe 1", ("workshop-1",))
    assert store.mailings.marks("demo") == []
    store.mailings.settle(line, LineState.SENT, mark=mark)
    assert store.mailings.marks("demo") == [mark]
    later = replace(mark, sequence=1, starts=None, cancelled=True)
    store.mailings.settle(take(store, mailing), LineState.SENT, mark=later)
    assert store.mailings.marks("demo") == [later]


def test_an_unused_link_has_its_day_and_a_used_one_none(house: House, clock: Clock) -> None:
    store, bent = house.store, house.person(BENT).id
    assert store.mailings.links("demo") == {}
    store.invitations.invite(bent, "demo")
    clock.forward(days=1)
    token = store.invitations.invite(bent, "demo")
    assert store.mailings.links("demo") == {bent: clock.now}
    store.access.enrol(token, PHRASE)
    assert store.mailings.links("demo") == {}


def test_what_does_not_exist_is_refused(house: House) -> None:
    for verb in (house.store.mailings.find, house.store.mailings.take, house.store.mailings.resume):
        with pytest.raises(StoreError, match="no mailing"):
            verb("0" * 32)
    with pytest.raises(StoreError, match="no gathering"):
        house.store.mailings.begin("findes-ikke", INVITATION, [Planned(house.person(ANNA).id)])
