"""A group's contract: in force when all who are in the group today have accepted the same wording."""

from dataclasses import replace

import pytest

from fællesledelse.errors import AccessError
from fællesledelse.model import Participant, Role
from fællesledelse.store import Contract, Standing, Switches, Unlocked

from .conftest import ANNA, BENT, CARLA, ROSTER, House
from .test_concurrency import together

GROUP = "Gruppe 1"
TEXTS = {"purpose": "Vi er her for at hjælpe hinanden.", "trust": "Det bliver her."}
ALL = Switches(harvest=True, feedback=True, export=True)
DORTE = Participant("dorte@eksempel.dk", "Dorte Dahl", Role.LEADER, group=GROUP)


@pytest.fixture
def bent(house: House) -> Unlocked:
    return house.enrol(BENT).unlocked


def propose(house: House, by: Unlocked, base: int = 0, switches: Switches = ALL) -> Contract | None:
    return house.store.contracts.propose(by, "demo", GROUP, base, TEXTS, switches)


def test_a_contract_is_in_force_when_the_last_has_accepted_it(house: House, anna: Unlocked, bent: Unlocked) -> None:
    contracts = house.store.contracts
    assert contracts.present(anna, "demo", GROUP) is None
    assert contracts.standing("demo", GROUP) == Standing()
    proposed = propose(house, anna)
    assert proposed is not None
    assert (proposed.number, proposed.texts, proposed.by, proposed.switches) == (1, TEXTS, anna.person, ALL)
    assert (proposed.accepted, proposed.in_force) == ((anna.person.id,), False)
    assert [member.name for member in proposed.members] == ["Anna Ager", "Bent Birk"]
    accepted = contracts.accept(bent, "demo", GROUP, 1)
    assert accepted is not None
    assert accepted.in_force
    assert accepted == contracts.accept(bent, "demo", GROUP, 1) == contracts.present(anna, "demo", GROUP)
    assert contracts.standing("demo", GROUP) == Standing(1, ALL, accepted.accepted, True)


def test_a_change_asks_everyone_again(house: House, anna: Unlocked, bent: Unlocked) -> None:
    propose(house, anna)
    house.store.contracts.accept(bent, "demo", GROUP, 1)
    changed = propose(house, bent, 1, Switches(harvest=True))
    assert changed is not None
    assert (changed.number, changed.accepted, changed.in_force) == (2, (bent.person.id,), False)
    assert house.store.contracts.accept(anna, "demo", GROUP, 1) is None, "the old wording is nobody's to accept any more"
    assert not house.store.contracts.standing("demo", GROUP).in_force
    house.store.contracts.accept(anna, "demo", GROUP, 2)
    assert house.store.contracts.standing("demo", GROUP).in_force


def test_of_proposals_at_once_one_wins_and_the_others_are_told(house: House, anna: Unlocked, bent: Unlocked) -> None:
    outcomes = together(*[lambda by=by: propose(house, by) for by in (anna, bent, anna, bent)])
    assert [outcome is not None for outcome in outcomes].count(True) == 1
    assert house.store.contracts.standing("demo", GROUP).number == 1


def test_who_joins_reads_nothing_older_and_is_asked_by_a_new_proposal(house: House, anna: Unlocked, bent: Unlocked) -> None:
    contracts = house.store.contracts
    propose(house, anna)
    contracts.accept(bent, "demo", GROUP, 1)
    house.adopt(*ROSTER.participants, DORTE)
    dorte = house.enrol(DORTE).unlocked
    assert not contracts.standing("demo", GROUP).in_force
    seen = contracts.present(dorte, "demo", GROUP)
    assert seen is not None
    assert seen.texts is None
    assert contracts.accept(dorte, "demo", GROUP, 1) is None, "nobody accepts what they can't read"
    propose(house, anna, 1)
    for member in (bent, dorte):
        contracts.accept(member, "demo", GROUP, 2)
    seen = contracts.present(dorte, "demo", GROUP)
    assert seen is not None
    assert (seen.texts, seen.in_force) == (TEXTS, True)


def test_who_leaves_is_asked_no_more_and_decides_no_more(house: House, anna: Unlocked, bent: Unlocked) -> None:
    propose(house, anna)
    house.adopt(ANNA, replace(BENT, group="Gruppe 2"), CARLA)
    assert house.store.contracts.standing("demo", GROUP).in_force
    with pytest.raises(AccessError):
        house.store.contracts.accept(bent, "demo", GROUP, 1)
    with pytest.raises(AccessError):
        propose(house, bent, 1)


def test_a_contract_is_known_as_it_stood_at_a_moment(house: House, anna: Unlocked, bent: Unlocked) -> None:
    """What was proposed later, and who has said yes later, is not in it."""
    contracts, before = house.store.contracts, house.clock()
    house.clock.forward(minutes=1)
    propose(house, anna)
    then = house.clock()
    house.clock.forward(minutes=1)
    contracts.accept(bent, "demo", GROUP, 1)
    present = contracts.standing("demo", GROUP)
    assert {anna.person.id, bent.person.id} == set(present.accepted)
    propose(house, bent, 1)
    standing = contracts.standing("demo", GROUP, then)
    assert (standing.number, standing.accepted, standing.in_force) == (1, (anna.person.id,), False)
    assert contracts.standing("demo", GROUP, before).number == 0
    assert contracts.standing("demo", GROUP).number == 2


def test_who_comes_back_is_asked_again(house: House, anna: Unlocked, bent: Unlocked) -> None:
    contracts = house.store.contracts
    propose(house, anna)
    contracts.accept(bent, "demo", GROUP, 1)
    house.adopt(ANNA, replace(BENT, group="Gruppe 2"), CARLA)
    assert contracts.standing("demo", GROUP).former == (bent.person.id,)
    house.adopt()
    standing = contracts.standing("demo", GROUP)
    assert (standing.accepted, standing.in_force) == ((anna.person.id,), False)
    accepted = contracts.accept(bent, "demo", GROUP, 1)
    assert accepted is not None
    assert accepted.in_force
    assert contracts.standing("demo", GROUP).former == ()


def test_a_facilitator_is_no_party_to_a_contract(house: House, anna: Unlocked) -> None:
    house.adopt(ANNA, BENT, replace(CARLA, group=GROUP))
    carla = house.enrol(CARLA).unlocked
    with pytest.raises(AccessError):
        propose(house, carla)
    proposed = propose(house, anna)
    assert proposed is not None
    assert "Carla Conradsen" not in {member.name for member in proposed.members}
    seen = house.store.contracts.present(carla, "demo", GROUP)
    assert seen is not None
    assert seen.texts is None
