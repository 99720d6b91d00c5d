"""What is done to one touches nobody else: there are others before and behind in every order, and their rows stay."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import product

import pytest
from sqlalchemy import select

from fællesledelse.errors import AccessError
from fællesledelse.store import LineState, Planned, Store, Unlocked, schema
from fællesledelse.store.vault import WrapKind, encoded, message, new_safe_key

from .conftest import ANNA, PHRASE, House
from .test_mailings import INVITATION

PLACES = ("andet", "hold", "vest")
EVERYWHERE = tuple(replace(ANNA, email=f"leder{number}@eksempel.dk", name=f"Leder {number}") for number in range(3))
ALONE = {place: replace(ANNA, email=f"{place}@eksempel.dk", name=f"Leder i {place}") for place in PLACES}
GIVEN = ("feedback",)

Rows = dict[str, dict[tuple[object, ...], tuple[object, ...]]]
"""By table and primary key."""


@dataclass
class Crowd:
    """Leaders in the order of their ids, each with something of every kind in each of their places."""

    house: House
    people: list[Unlocked]

    @property
    def store(self) -> Store:
        return self.house.store

    def rows(self) -> Rows:
        with self.store._database.reading() as connection:
            return {
                table.name: {
                    tuple(row._mapping[column.name] for column in table.primary_key): tuple(row)
                    for row in connection.execute(select(table))
                }
                for table in schema.metadata.sorted_tables
            }

    def email(self, who: Unlocked) -> str:
        return who.person.email

    def marks(self, *people: str) -> set[object]:
        """What a row holds that is theirs: themselves, their keys, or what they have shared."""
        rows, ids = self.rows(), set(people)
        keys = {key for key, row in rows["key_pair"].items() if ids & set(row)}
        parcels = {key for key, row in rows["parcel"].items() if row[_column("parcel", "person")] in ids}
        return ids | {key for (key,) in keys | parcels}


def _column(table: str, name: str) -> int:
    return list(schema.metadata.tables[table].c.keys()).index(name)


@pytest.fixture
def crowd(house: House) -> Crowd:
    store, people = house.store, {}
    safes = {place: new_safe_key()[0] for place in PLACES}
    for place in PLACES:
        house.adopt(*EVERYWHERE, ALONE[place], gathering=place, safe_key=safes[place])
    for who in (*EVERYWHERE, *ALONE.values()):
        person = house.person(who)
        own = PLACES if who in EVERYWHERE else [place for place in PLACES if ALONE[place] == who]
        links = [store.invitations.invite(person.id, place) for place in own]
        people[who.email] = store.access.enrol(links[-1], PHRASE).unlocked
    for place in PLACES:
        there = [people[who.email] for who in (*EVERYWHERE, ALONE[place])]
        ids = [who.person.id for who in there]
        mailing = store.mailings.begin(place, INVITATION, [Planned(each) for each in ids])
        while line := store.mailings.take(mailing):
            store.mailings.settle(line, LineState.SENT)
        for who in there:
            store.answers.save(who, place, "draft.task", f"{place} {who.person.name}", 0, who.person.id[:30] + place[:2])
            store.progress.mark(who.person.id, place, "start", True)
            store.progress.accept_notice(who.person.id, place, "a")
            store.vetoes.name(who.person.id, place, [each for each in ids if each != who.person.id][:1])
            draft = store.parcels.post(who, place, "draft", {"text": "UDKAST"}, ids)
            store.parcels.post(who, place, "feedback", {"text": "RESPONS"}, ids)
            other = there[0] if who != there[0] else there[1]
            store.answers.save(other, place, f"given.{draft.id}.well", "NOTAT", 0, draft.id)
    for who in people.values():
        for label in ("bærbar", "telefon"):
            store.access.remember(who, label)
    return Crowd(house, sorted(people.values(), key=lambda who: who.person.id))


def touched(before: Rows, after: Rows) -> list[tuple[str, tuple[object, ...]]]:
    """Each row that went, came or changed, as it was and as it is."""
    pairs = [(name, set(before[name].items()) ^ set(after[name].items())) for name in before]
    return [(name, row) for name, rows in pairs for _, row in rows]


def gone(before: Rows, after: Rows) -> dict[str, int]:
    """How many rows went, by table."""
    counts = {name: len(before[name].keys() - after[name].keys()) for name in before}
    return {name: count for name, count in counts.items() if count}


def devices(crowd: Crowd, who: Unlocked, verb: Callable[[Store, str], object]) -> None:
    cookie = crowd.store.access.remember(who, "her", new=True)
    verb(crowd.store, cookie)


def see_devices(store: Store, cookie: str) -> None:
    session = store.access.resume(cookie)
    assert session is not None
    devices = store.access.devices(session)
    assert [each.label for each in devices if each.here] == ["her"]
    assert {each.label for each in devices} == {"bærbar", "her", "ny", "telefon"}


def stay_alone(store: Store, cookie: str) -> None:
    session = store.access.resume(cookie)
    assert session is not None
    assert store.access.sign_out_others(session) == 4


def new_code(crowd: Crowd, who: Unlocked) -> None:
    crowd.store.access.new_code(crowd.email(who), PHRASE)


def seals(crowd: Crowd) -> dict[str, str]:
    """What each device is known again by."""
    return {who.public: crowd.store.access.device_seal(crowd.email(who), "mærke") for who in crowd.people}


def new_phrase(crowd: Crowd, who: Unlocked) -> None:
    store, before = crowd.store, seals(crowd)
    code = store.access.new_code(crowd.email(who), PHRASE)
    assert store.access.recover(crowd.email(who), code, f"{PHRASE} og sol").unlocked.public == who.public
    store.access.remember(store.access.sign_in(crowd.email(who), f"{PHRASE} og sol"), "igen")
    assert {public for public, seal in seals(crowd).items() if before[public] != seal} == {who.public}


VERBS: dict[str, Callable[[Crowd, Unlocked], object]] = {
    "a device is new": lambda crowd, who: crowd.store.access.remember(who, "ny", new=True),
    "a device is looked at": lambda crowd, who: devices(crowd, who, see_devices),
    "a device is signed out": lambda crowd, who: devices(crowd, who, lambda store, cookie: store.access.sign_out(cookie)),
    "the others are signed out": lambda crowd, who: devices(crowd, who, stay_alone),
    "a new code": new_code,
    "a new phrase": new_phrase,
    "a link is asked for": lambda crowd, who: crowd.store.invitations.replace(who.person.id, "Leder"),
}


def test_what_one_does_about_getting_in_touches_only_rows_of_their_own(crowd: Crowd) -> None:
    for (what, verb), who in product(VERBS.items(), crowd.people):
        before, marks = crowd.rows(), crowd.marks(who.person.id)
        verb(crowd, who)
        others = [each for each in touched(before, crowd.rows()) if not marks & set(each[1])]
        assert others == [], what


def test_a_key_is_sealed_to_the_safes_of_the_own_gatherings_and_to_no_other(crowd: Crowd) -> None:
    wraps = crowd.rows()["key_wrap"]
    sealed = {who.public: {key[2] for key in wraps if key[:2] == (who.public, WrapKind.SAFE)} for who in crowd.people}
    everywhere = {who.email for who in EVERYWHERE}
    assert {len(sealed[who.public]) for who in crowd.people if crowd.email(who) in everywhere} == {3}
    alone = [sealed[who.public] for who in crowd.people if crowd.email(who) not in everywhere]
    assert [len(safes) for safes in alone] == [1, 1, 1]
    assert len(set.union(*alone)) == 3


def test_the_key_in_the_safe_is_asked_for_and_brings_back_ones_own_old_key_and_no_other(crowd: Crowd) -> None:
    store = crowd.store
    links = [store.invitations.replace(who.person.id, "Leder") for who in crowd.people]
    crowd.house.clock.forward(hours=24)
    for old, link in zip(crowd.people, links, strict=True):
        new = store.access.renew(link, PHRASE, None).unlocked
        request = json.loads(store.safe.export_request(new.person.id))
        assert {key["pair"] for key in request["keys"]} == {old.public}
        for other in crowd.people:
            key = {"pair": other.public, "sealed": encoded(b"noget")}
            result = message("result", person={"id": new.person.id}, public=new.public, keys=[key])
            with nullcontext() if other is old else pytest.raises(AccessError, match="nyere nøgle"):
                store.safe.apply(result)


@pytest.mark.parametrize("place", PLACES)
def test_a_deleted_leader_takes_no_row_of_anyone_else_or_of_another_place(crowd: Crowd, place: str) -> None:
    erasure, still = crowd.store.erasure, len(EVERYWHERE) + 1
    for who in crowd.people:
        here = crowd.email(who) in (ALONE[place].email, *(each.email for each in EVERYWHERE))
        share = erasure.share(place, crowd.email(who), GIVEN)
        assert (share is not None) == here
        if share is None:
            continue
        before, marks = crowd.rows(), crowd.marks(who.person.id)
        begun = erasure.finish(erasure.begin(place, crowd.email(who), GIVEN), GIVEN, mails=2)
        changed, counts = touched(before, crowd.rows()), gone(before, crowd.rows())
        assert [each for each in changed if not marks & set(each[1])] == []
        elsewhere = set(PLACES) - {place}
        assert [each for each in changed if elsewhere & set(each[1])] == []
        assert share.whole == (crowd.email(who) == ALONE[place].email)
        signed_in = {"key_pair", "key_wrap", "session"} if share.whole else set()
        assert {name: count for name, count in counts.items() if name not in signed_in} == share.rows
        assert signed_in <= counts.keys()
        assert share.rows.keys() >= {"answer", "parcel", "parcel_key", "invitation", "mailing_line", "veto", "step_mark"}
        still -= 1
        assert (share.rows["parcel"], share.kept) == ((1, 1) if still else (2, 0))  # what nobody else can read any more
        again = erasure.finish(begun, GIVEN, mails=3)
        assert (again.share, again.mails, erasure.finish(again, GIVEN).mails) == (share, 5, 5)


@pytest.mark.parametrize("place", PLACES)
def test_a_deleted_gathering_takes_no_row_of_another(crowd: Crowd, place: str) -> None:
    store, before = crowd.store, crowd.rows()
    [alone] = [who.person.id for who in crowd.people if crowd.email(who) == ALONE[place].email]
    inside = {place} | crowd.marks(alone)
    for table in ("parcel", "mailing"):
        inside |= {key for (key,), row in before[table].items() if place in row}
    extent = store.deletion.extent(place)
    assert extent is not None
    store.deletion.begin(place)
    assert store.deletion.addresses(place) == [ALONE[place].email]
    receipt = store.deletion.finish(place, mails=2)
    assert (receipt.extent, receipt.mails) == (extent, 2)
    assert store.deletion.finish(place, mails=3).mails == store.deletion.finish(place).mails == 5
    changed, counts = touched(before, crowd.rows()), gone(before, crowd.rows())
    assert [each for each in changed if not inside & set(each[1])] == []
    elsewhere = set(PLACES) - {place}
    assert [each for each in changed if elsewhere & set(each[1])] == []
    assert counts == extent.rows
    assert (extent.people, extent.staying) == (1, len(EVERYWHERE))
