"""Links that work once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fællesledelse.errors import AccessError
from fællesledelse.store import InvitationKind, Store, Unlocked
from fællesledelse.store.invitations import OPEN, use

from .conftest import ANNA, BENT, CARLA, PHRASE, Clock, House


def test_an_invitation_says_whose_it_is_without_being_used(house: House) -> None:
    anna = house.person(ANNA)
    token = house.store.invitations.invite(anna.id, "demo")
    for _ in range(2):
        found = house.store.invitations.find(token)
        assert found is not None
        assert (found.person, found.kind, found.gathering) == (anna, InvitationKind.INVITATION, "demo")


def test_a_secret_has_256_bits_and_no_two_are_alike(house: House) -> None:
    tokens = {house.store.invitations.invite(house.person(ANNA).id, "demo") for _ in range(5)}
    assert len(tokens) == 5
    assert {len(token) for token in tokens} == {43}


@pytest.mark.parametrize("token", ["", "ukendt", "\x00", "\ud800", "x" * 10_000])
def test_an_unknown_link_is_nothing(store: Store, token: str) -> None:
    assert store.invitations.find(token) is None


def test_a_new_invitation_makes_the_earlier_void(house: House) -> None:
    first, second = (house.store.invitations.invite(house.person(ANNA).id, "demo") for _ in range(2))
    assert house.store.invitations.find(first) is None
    assert house.store.invitations.find(second) is not None


def test_a_used_invitation_is_dead(house: House) -> None:
    token = house.store.invitations.invite(house.person(ANNA).id, "demo")
    house.store.access.enrol(token, PHRASE)
    assert house.store.invitations.find(token) is None
    with pytest.raises(AccessError, match="virker ikke længere"):
        house.store.access.enrol(token, PHRASE)


def test_a_link_that_was_opened_lapses_after_an_hour_and_no_second_look_makes_it_last(house: House, clock: Clock) -> None:
    links = house.store.invitations
    token, unopened = (links.invite(house.person(who).id, "demo") for who in (ANNA, BENT))
    links.open(token)
    links.open("ukendt")
    clock.now += OPEN - timedelta(seconds=1)
    links.open(token)
    assert links.find(token) is not None
    assert links.lapsed(token) is None
    clock.now += timedelta(seconds=1)
    assert links.find(token) is None
    lapsed = links.lapsed(token)
    assert lapsed is not None
    assert (lapsed.person.email, lapsed.gathering) == (ANNA.email, "demo")
    with pytest.raises(AccessError, match="virker ikke længere"):
        house.store.access.enrol(token, PHRASE)
    assert links.find(unopened) is not None
    links.invite(lapsed.person.id, "demo")
    assert links.lapsed(token) is None, "it is void, and brings no further mails"


def test_a_replacement_link_that_was_opened_while_it_waits_lasts_a_day_and_an_hour_longer(
    house: House, anna: Unlocked, clock: Clock
) -> None:
    links = house.store.invitations
    token = links.replace(anna.person.id, "it@eksempel.dk")
    links.open(token)
    clock.now += timedelta(hours=48) + OPEN - timedelta(seconds=1)
    assert links.find(token) is not None
    clock.now += timedelta(seconds=1)
    assert links.find(token) is None


def test_nobody_is_invited_who_has_enrolled(house: House, anna: Unlocked) -> None:
    with pytest.raises(AccessError, match="Anna Ager har allerede adgang"):
        house.store.invitations.invite(anna.person.id, "demo")


def test_nobody_is_invited_to_a_gathering_they_are_not_in(house: House) -> None:
    bent = house.person(BENT)
    house.adopt(ANNA)
    for gathering in ("demo", "andet"):
        with pytest.raises(AccessError, match="Bent Birk er ikke med"):
            house.store.invitations.invite(bent.id, gathering)


def test_nobody_is_invited_who_does_not_exist(store: Store) -> None:
    for verb in (store.invitations.invite, store.invitations.replace):
        with pytest.raises(AccessError, match="findes ikke"):
            verb("0" * 32, "demo")


def test_a_replacement_is_only_for_those_who_have_enrolled(house: House) -> None:
    with pytest.raises(AccessError, match="har ikke brugt sin invitation"):
        house.store.invitations.replace(house.person(ANNA).id, "it@eksempel.dk")


def test_a_replacement_waits_a_day(house: House, anna: Unlocked, clock: Clock) -> None:
    found = house.store.invitations.find(house.store.invitations.replace(anna.person.id, "it@eksempel.dk"))
    assert found is not None
    assert (found.kind, found.gathering) == (InvitationKind.REPLACEMENT, None)
    assert found.not_before == clock.now + timedelta(hours=24)


def test_asking_for_another_replacement_does_not_put_the_first_off(house: House, anna: Unlocked, clock: Clock) -> None:
    first = house.store.invitations.replace(anna.person.id, "it@eksempel.dk")
    clock.forward(hours=25)
    second = house.store.invitations.replace(anna.person.id, "en anden\x00\n")
    house.store.access.renew(first, PHRASE, None)
    assert house.store.invitations.find(second) is None


def test_signing_in_makes_a_replacement_void(house: House, anna: Unlocked) -> None:
    token = house.store.invitations.replace(anna.person.id, "en fremmed")
    house.store.access.sign_in(ANNA.email, PHRASE)
    assert house.store.invitations.find(token) is None


def test_a_link_of_the_other_kind_is_refused(house: House, anna: Unlocked) -> None:
    replacement = house.store.invitations.replace(anna.person.id, "it@eksempel.dk")
    invitation = house.store.invitations.invite(house.person(BENT).id, "demo")
    with pytest.raises(AccessError, match="virker ikke længere"):
        house.store.access.enrol(replacement, PHRASE)
    with pytest.raises(AccessError, match="virker ikke længere"):
        house.store.access.renew(invitation, PHRASE, None)


@pytest.mark.parametrize("still", [True, False])
def test_no_link_is_shown_of_someone_who_is_or_has_been_in_another_gathering(house: House, still: bool) -> None:
    """And the one that was mailed before stays good."""
    anna, bent = house.person(ANNA), house.person(BENT)
    mailed = house.store.invitations.invite(anna.id, "demo")
    house.adopt(ANNA, gathering="andet")
    if not still:
        house.adopt(BENT, gathering="andet")
        house.adopt(ANNA, CARLA)
    for gathering in {"demo", "andet"} if still else {"demo"}:
        assert anna.id in house.store.people.elsewhere(gathering)
        with pytest.raises(AccessError, match="Anna Ager er eller har været med på et andet hold"):
            house.store.invitations.invite(anna.id, gathering, shown=True)
    assert house.store.people.elsewhere("demo") == {anna.id}
    assert house.store.people.elsewhere("andet") == {anna.id if still else bent.id}
    house.store.access.enrol(mailed, PHRASE)


def test_a_link_that_was_shown_opens_nothing_once_its_owner_is_in_another_gathering(house: House) -> None:
    anna, bent = house.person(ANNA), house.person(BENT)
    shown, mailed = (
        house.store.invitations.invite(anna.id, "demo", shown=True),
        house.store.invitations.invite(bent.id, "demo"),
    )
    assert house.store.invitations.find(shown) is not None
    house.adopt(ANNA, BENT, gathering="andet")
    assert house.store.invitations.find(shown) is None
    with pytest.raises(AccessError, match="virker ikke længere"):
        house.store.access.enrol(shown, PHRASE)
    with house.store._database.atomic() as connection:
        assert not use(connection, shown, house.clock.now)
    house.store.access.enrol(mailed, PHRASE)


def test_an_invitation_calls_its_owner_what_its_gathering_does(house: House) -> None:
    house.adopt(replace(ANNA, name="Noget Andet"), gathering="andet")
    for gathering, name in (("demo", "Anna Ager"), ("andet", "Noget Andet")):
        found = house.store.invitations.find(house.store.invitations.invite(house.person(ANNA).id, gathering))
        assert found is not None
        assert found.person.name == name
