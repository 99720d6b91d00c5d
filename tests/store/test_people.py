"""People, gatherings, groups and memberships."""

from dataclasses import replace

import pytest

from fællesledelse.errors import StoreError
from fællesledelse.model import Role, Roster
from fællesledelse.store import MailingKind, Membership, Planned, Store, Switches

from .conftest import ANNA, BENT, CARLA, MANIFEST, House


def test_a_roster_becomes_people_with_roles_and_groups(store: Store) -> None:
    members = store.people.members("demo")
    assert [(m.person.name, m.role, m.group, m.enrolled) for m in members] == [
        ("Anna Ager", Role.LEADER, "Gruppe 1", False),
        ("Bent Birk", Role.LEADER, "Gruppe 1", False),
        ("Carla Conradsen", Role.FACILITATOR, "", False),
    ]


def test_adopting_the_same_cohort_again_changes_nothing(house: House) -> None:
    before = house.store.people.members("demo")
    house.adopt()
    assert house.store.people.members("demo") == before


def test_someone_is_found_by_address_however_it_is_written(house: House) -> None:
    assert house.store.people.find("  Anna@Eksempel.DK ") == house.person(ANNA)
    assert house.store.people.person(house.person(ANNA).id) == house.person(ANNA)


@pytest.mark.parametrize("email", ["", "ukendt@eksempel.dk", "anna@eksempel.dk\x00", "\ud800@eksempel.dk", "a\nb"])
def test_an_address_nobody_has_finds_nobody(store: Store, email: str) -> None:
    assert store.people.find(email) is None


def test_an_unknown_id_is_nobody(store: Store) -> None:
    assert store.people.person("0" * 32) is None
    assert store.people.gatherings("0" * 32) == []


def test_who_is_no_longer_in_the_roster_leaves_and_may_come_back(house: House) -> None:
    bent = house.person(BENT)
    house.adopt(ANNA, CARLA)
    assert house.store.people.gatherings(bent.id) == []
    assert [member.person.name for member in house.store.people.members("demo")] == ["Anna Ager", "Carla Conradsen"]
    house.adopt()
    assert house.store.people.gatherings(bent.id) == [Membership("demo", "Demoholdet", Role.LEADER, "Gruppe 1")]


def test_who_leads_no_more_is_known_until_they_are_put_back(house: House) -> None:
    """Taken off the list, or a facilitator, or first the one and then the other: until when they led is what stays."""
    bent, former = house.person(BENT).id, house.store.people.former
    assert former(bent) == []
    house.adopt(ANNA, CARLA)
    left = house.clock()
    assert former(bent) == [Membership("demo", "Demoholdet", Role.LEADER, "Gruppe 1", left)]
    house.clock.forward(days=1)
    house.adopt(ANNA, CARLA, replace(BENT, role=Role.FACILITATOR, group=""))
    assert [each.left for each in former(bent)] == [left]
    assert [each.role for each in house.store.people.gatherings(bent)] == [Role.FACILITATOR]
    house.adopt(ANNA, CARLA)
    assert [each.left for each in former(bent)] == [left]
    house.adopt()
    assert former(bent) == []
    house.adopt(ANNA, CARLA, replace(BENT, role=Role.FACILITATOR, group=""))
    assert [each.left for each in former(bent)] == [house.clock()]


def test_a_facilitator_who_leaves_has_led_nothing(house: House) -> None:
    house.adopt(ANNA, BENT)
    assert house.store.people.former(house.person(CARLA).id) == []


def test_an_empty_roster_leaves_nobody(house: House) -> None:
    house.store.people.adopt(MANIFEST, Roster("demo", ()))
    assert house.store.people.members("demo") == []


def test_a_new_name_group_and_role_are_taken_over(house: House) -> None:
    house.adopt(replace(ANNA, name="Anna Aaby", group="Gruppe 2", role=Role.FACILITATOR))
    (member,) = house.store.people.members("demo")
    assert (member.person.name, member.group, member.role) == ("Anna Aaby", "Gruppe 2", Role.FACILITATOR)


def test_each_gathering_has_its_own_name_for_someone(house: House) -> None:
    """What another calls her is seen by nobody here, however often it is built."""
    house.adopt(replace(ANNA, name="Noget Andet", group="Gruppe 9"), gathering="andet")
    anna = house.enrol(ANNA).unlocked
    house.store.contracts.propose(anna, "demo", "Gruppe 1", 0, {"episode": "Vi deler."}, Switches())
    house.adopt(replace(ANNA, name="Endnu Andet"), gathering="andet")
    contract = house.store.contracts.present(anna, "demo", "Gruppe 1")
    (parcel,) = house.store.parcels.opened(anna, "demo")
    house.store.mailings.begin("demo", MailingKind.INVITATION, [Planned(anna.person.id)])
    (line,) = house.store.mailings.lines("demo")
    assert contract is not None
    here = next(member.person for member in house.store.people.members("demo") if member.person.id == anna.person.id)
    seen = [here, contract.by, contract.members[0], parcel.author, line.person, house.person(ANNA), anna.person]
    assert {person.name for person in seen} == {"Anna Ager"}
    assert [member.person.name for member in house.store.people.members("andet")] == ["Endnu Andet"]


def test_a_name_is_changed_beyond_the_gathering_only_for_who_has_been_in_no_other(house: House) -> None:
    house.adopt(replace(ANNA, name="Anna Aaby"), BENT, CARLA)
    assert house.person(ANNA).name == "Anna Aaby"
    house.adopt(ANNA, replace(BENT, name="Noget Andet"), gathering="andet")
    house.adopt(replace(ANNA, name="Anna Ask"), BENT, CARLA)
    assert (house.person(ANNA).name, house.person(BENT).name) == ("Anna Aaby", "Bent Birk")
    names = {
        gathering: [each.person.name for each in house.store.people.members(gathering)] for gathering in ("demo", "andet")
    }
    assert names == {"demo": ["Anna Ask", "Bent Birk", "Carla Conradsen"], "andet": ["Anna Ager", "Noget Andet"]}


def test_one_person_is_in_several_gatherings(house: House) -> None:
    house.adopt(replace(ANNA, group=""), gathering="netvaerk")
    memberships = house.store.people.gatherings(house.person(ANNA).id)
    assert [(membership.gathering, membership.group) for membership in memberships] == [
        ("demo", "Gruppe 1"),
        ("netvaerk", ""),
    ]


def test_a_manifest_and_a_roster_of_different_gatherings_are_refused(store: Store) -> None:
    with pytest.raises(StoreError, match=r"'demo'.*'andet'"):
        store.people.adopt(MANIFEST, Roster("andet", ()))


@pytest.mark.parametrize("gathering", ["../ude", "", "Æ", "a" * 41, "a/b"])
def test_a_gathering_can_not_name_another_folder(house: House, gathering: str) -> None:
    with pytest.raises(StoreError, match="id of a gathering"):
        house.adopt(ANNA, gathering=gathering)


@pytest.mark.parametrize("safe_key", ["", "zz", "00" * 31, "00" * 32])
def test_something_that_is_no_key_is_refused_as_the_key_in_the_safe(house: House, safe_key: str) -> None:
    with pytest.raises(StoreError, match="public key"):
        house.adopt(safe_key=safe_key)
