"""Getting in, and being remembered."""

import copy
import pickle
import unicodedata
from datetime import timedelta

import pytest

from fællesledelse.errors import AccessError
from fællesledelse.store import KdfCost, Unlocked, access
from fællesledelse.store.recovery import new_code
from fællesledelse.store.sealing import phrase_key

from .conftest import ANNA, BENT, CHEAP, PHRASE, Clock, House

NEW_PHRASE = "to nye høns på en stige"


def test_a_leader_enrols_and_signs_in(house: House) -> None:
    enrolled = house.enrol(ANNA)
    unlocked = house.store.access.sign_in(" ANNA@eksempel.dk ", PHRASE)
    assert unlocked.person == enrolled.unlocked.person == house.person(ANNA)
    assert unlocked.public == enrolled.unlocked.public
    assert next(m for m in house.store.people.members("demo") if m.person == unlocked.person).enrolled


def test_of_two_who_use_a_link_at_once_one_is_let_in(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    link = house.store.invitations.invite(house.person(ANNA).id, "demo")

    def while_another_is_quicker() -> str:
        monkeypatch.undo()
        house.store.access.enrol(link, NEW_PHRASE)
        return new_code()

    monkeypatch.setattr(access, "new_code", while_another_is_quicker)
    with pytest.raises(AccessError, match="Det er brugt"):
        house.store.access.enrol(link, PHRASE)
    with pytest.raises(AccessError):
        house.store.access.sign_in(ANNA.email, PHRASE)
    assert house.store.access.sign_in(ANNA.email, NEW_PHRASE).person == house.person(ANNA)


def test_a_pass_phrase_is_the_same_on_a_mac_and_with_a_space_too_many(house: House) -> None:
    house.enrol(ANNA, "blåbærgrød på en søndag")
    assert house.store.access.sign_in(ANNA.email, unicodedata.normalize("NFD", " blåbærgrød på en søndag "))


@pytest.mark.parametrize("phrase", ["", "for kort", "x" * 11, " " * 40, "x" * 1001])
def test_a_pass_phrase_that_is_too_short_or_too_long_is_refused_and_the_link_still_works(house: House, phrase: str) -> None:
    token = house.store.invitations.invite(house.person(ANNA).id, "demo")
    with pytest.raises(AccessError, match="mindst 12 tegn"):
        house.store.access.enrol(token, phrase)
    assert house.store.access.enrol(token, PHRASE)


@pytest.mark.parametrize("length", [12, 1000])
def test_the_shortest_and_the_longest_phrase_are_let_in(house: House, length: int) -> None:
    unlocked = house.enrol(ANNA, "å" * length).unlocked
    assert house.store.access.sign_in(ANNA.email, "å" * length).public == unlocked.public


def test_a_wrong_phrase_an_unknown_address_and_one_not_enrolled_are_refused_alike(house: House, anna: Unlocked) -> None:
    refusals = set()
    for email, phrase in [
        (ANNA.email, "en helt anden sætning"),
        (ANNA.email, "x" * 100_000),
        (ANNA.email, "\ud800" * 20),
        ("ukendt@eksempel.dk", PHRASE),
        ("\x00", PHRASE),
        (BENT.email, PHRASE),
    ]:
        with pytest.raises(AccessError) as refused:
            house.store.access.sign_in(email, phrase)
        refusals.add(str(refused.value))
    assert len(refusals) == 1


def test_an_unknown_address_costs_as_many_guesses_as_a_wrong_phrase(
    house: House, anna: Unlocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time is Argon2id's; so the derivations are counted, and no clock is looked at."""
    costs: list[KdfCost] = []

    def counted(phrase: str, salt: bytes, cost: KdfCost) -> bytes:
        costs.append(cost)
        return phrase_key(phrase, salt, cost)

    monkeypatch.setattr("fællesledelse.store.access.phrase_key", counted)
    for email in (ANNA.email, "ukendt@eksempel.dk", BENT.email):
        with pytest.raises(AccessError):
            house.store.access.sign_in(email, "en helt anden sætning")
    assert costs == [CHEAP] * 3


def test_the_recovery_code_gives_a_new_phrase_and_a_new_code_and_keeps_the_keys(house: House) -> None:
    enrolled = house.enrol(ANNA)
    recovered = house.store.access.recover(ANNA.email, enrolled.recovery_code.lower().replace("-", " "), NEW_PHRASE)
    assert recovered.unlocked.public == enrolled.unlocked.public
    assert recovered.recovery_code != enrolled.recovery_code
    assert house.store.access.sign_in(ANNA.email, NEW_PHRASE)
    with pytest.raises(AccessError, match="passer ikke"):
        house.store.access.sign_in(ANNA.email, PHRASE)
    with pytest.raises(AccessError, match="passer ikke"):
        house.store.access.recover(ANNA.email, enrolled.recovery_code, PHRASE)


def test_a_new_code_takes_the_place_of_the_old_one_and_of_nothing_else(house: House) -> None:
    enrolled = house.enrol(ANNA)
    code = house.store.access.new_code(ANNA.email, PHRASE)
    assert house.store.access.sign_in(ANNA.email, PHRASE).public == enrolled.unlocked.public
    with pytest.raises(AccessError, match="passer ikke"):
        house.store.access.recover(ANNA.email, enrolled.recovery_code, NEW_PHRASE)
    assert house.store.access.recover(ANNA.email, code, NEW_PHRASE).unlocked.public == enrolled.unlocked.public


def test_a_code_opens_only_for_its_owner(house: House) -> None:
    anna, bent = house.enrol(ANNA), house.enrol(BENT)
    for email, code in [
        (ANNA.email, bent.recovery_code),
        (BENT.email, anna.recovery_code),
        ("ukendt@eksempel.dk", anna.recovery_code),
    ]:
        with pytest.raises(AccessError, match="passer ikke sammen"):
            house.store.access.recover(email, code, NEW_PHRASE)


def test_a_replacement_with_the_code_works_at_once_and_keeps_the_keys(house: House) -> None:
    enrolled = house.enrol(ANNA)
    token = house.store.invitations.replace(enrolled.unlocked.person.id, "it@eksempel.dk")
    renewed = house.store.access.renew(token, NEW_PHRASE, enrolled.recovery_code)
    assert renewed.unlocked.public == enrolled.unlocked.public
    with pytest.raises(AccessError, match="virker ikke længere"):
        house.store.access.renew(token, NEW_PHRASE, renewed.recovery_code)


def test_a_wrong_code_does_not_use_the_replacement_up(house: House, anna: Unlocked) -> None:
    other = house.enrol(BENT)
    token = house.store.invitations.replace(anna.person.id, "it@eksempel.dk")
    for code in (other.recovery_code, "0000"):
        with pytest.raises(AccessError, match="kode"):
            house.store.access.renew(token, NEW_PHRASE, code)
    assert house.store.invitations.find(token) is not None


def test_only_a_replacement_gives_a_new_phrase(house: House) -> None:
    invitation = house.store.invitations.invite(house.person(ANNA).id, "demo")
    for token in (invitation, "ukendt"):
        with pytest.raises(AccessError):
            house.store.access.renew(token, NEW_PHRASE, None)
    house.store.access.enrol(invitation, PHRASE)


def test_a_replacement_without_the_code_waits_a_day_and_makes_new_keys(house: House, anna: Unlocked, clock: Clock) -> None:
    token = house.store.invitations.replace(anna.person.id, "it@eksempel.dk")
    clock.forward(hours=23, minutes=59)
    with pytest.raises(AccessError, match="et døgn"):
        house.store.access.renew(token, NEW_PHRASE, None)
    clock.forward(minutes=1)
    renewed = house.store.access.renew(token, NEW_PHRASE, None)
    assert renewed.unlocked.public != anna.public
    assert house.store.access.sign_in(ANNA.email, NEW_PHRASE).public == renewed.unlocked.public
    with pytest.raises(AccessError, match="passer ikke"):
        house.store.access.sign_in(ANNA.email, PHRASE)


def test_whoever_takes_a_replacement_cannot_lock_the_leader_out_of_the_old_keys(house: House, clock: Clock) -> None:
    """Someone who reads the leader's mail renews; the leader comes back with the old code, to the old texts."""
    enrolled = house.enrol(ANNA)
    person = enrolled.unlocked.person
    house.store.answers.save(enrolled.unlocked, "demo", "draft.task", "Min opgave", 0, "1")
    token = house.store.invitations.replace(person.id, "sekretæren")
    clock.forward(hours=24)
    stranger = house.store.access.renew(token, NEW_PHRASE, None).unlocked
    assert house.store.answers.read(stranger, "demo", ["draft.task"])["draft.task"].text == ""
    back = house.store.access.recover(ANNA.email, enrolled.recovery_code, PHRASE).unlocked
    assert back.public == enrolled.unlocked.public
    assert house.store.answers.read(back, "demo", ["draft.task"])["draft.task"].text == "Min opgave"
    with pytest.raises(AccessError):
        house.store.access.sign_in(ANNA.email, NEW_PHRASE)


def test_a_remembered_device_opens_after_a_restart(house: House, anna: Unlocked) -> None:
    house.store.answers.save(anna, "demo", "draft.task", "Min opgave", 0, "1")
    cookie = house.store.access.remember(anna, "Firefox på Windows")
    store = house.reopen()
    session = store.access.resume(cookie)
    assert session is not None
    assert session.person == session.unlocked.person == anna.person
    assert store.answers.read(session.unlocked, "demo", None)["draft.task"].text == "Min opgave"
    resumed = store.access.resume(cookie)
    assert resumed is not None
    assert resumed.id == session.id
    assert session.id not in cookie


def test_a_device_is_forgotten_after_thirty_days(house: House, anna: Unlocked, clock: Clock) -> None:
    cookie, another = (house.store.access.remember(anna, name) for name in ("telefon", "tavle"))
    clock.forward(days=29, hours=23)
    assert house.store.access.resume(cookie) is not None
    clock.forward(hours=1)
    assert house.store.access.resume(cookie) is None
    clock.forward(hours=1)
    assert house.store.access.resume(another) is None
    clock.forward(days=-30)
    assert house.store.access.resume(cookie) is house.store.access.resume(another) is None


def test_remembering_a_device_forgets_the_expired(house: House, anna: Unlocked, clock: Clock) -> None:
    old = house.store.access.remember(anna, "gammel")
    clock.forward(days=31)
    house.store.access.remember(anna, "ny")
    clock.forward(days=-31)
    assert house.store.access.resume(old) is None


def test_signing_out_forgets_this_device_and_no_other(house: House, anna: Unlocked) -> None:
    telephone, laptop = (house.store.access.remember(anna, label) for label in ("telefon", "bærbar"))
    house.store.access.sign_out(telephone)
    house.store.access.sign_out(telephone)
    assert house.store.access.resume(telephone) is None
    assert house.store.access.resume(laptop) is not None


def test_a_person_sees_their_own_devices_and_signs_the_others_out(house: House, anna: Unlocked, clock: Clock) -> None:
    access = house.store.access
    expired = access.remember(anna, "gammel")
    clock.forward(days=20)
    bents = access.remember(house.enrol(BENT).unlocked, "Bents")
    telephone = access.remember(anna, "telefon")
    clock.forward(days=10)
    laptop = access.remember(anna, "bærbar\n" + "x" * 300, new=True)
    here = access.resume(laptop)
    assert here is not None
    found = access.devices(here)
    assert [(each.label[:7], each.since.day, each.here) for each in found] == [
        ("bærbarx", clock.now.day, True),
        ("telefon", (clock.now - timedelta(days=10)).day, False),
    ]
    assert len(found[0].label) == 200
    for days in (20, 21):  # the telephone's thirty days are over
        clock.forward(days=days)
        assert [each.here for each in access.devices(here)] == [True]
        clock.forward(days=-days)
    assert access.sign_out_others(here) == 1
    assert [each.here for each in access.devices(here)] == [True]
    assert access.resume(telephone) is access.resume(expired) is None
    assert access.resume(laptop) is not None
    assert access.resume(bents) is not None


def test_the_other_devices_are_told_of_a_new_one_until_they_have_seen_it(house: House, anna: Unlocked) -> None:
    access = house.store.access

    def told(cookie: str) -> str:
        session = access.resume(cookie)
        assert session is not None
        return session.elsewhere

    telephone, bents = access.remember(anna, "telefon"), access.remember(house.enrol(BENT).unlocked, "Bents")
    laptop = access.remember(anna, "bærbar")
    assert told(telephone) == ""
    for label, shown in (("tablet", "tablet"), ("\n", "?")):
        access.remember(anna, label, new=True)
        assert (told(telephone), told(laptop), told(bents)) == (shown, shown, "")
    session = access.resume(telephone)
    assert session is not None
    access.devices(session)
    assert (told(telephone), told(laptop)) == ("", "?")


def test_a_changed_cookie_opens_nothing(house: House, anna: Unlocked) -> None:
    one, other = (house.store.access.remember(anna, "x") for _ in range(2))
    session_id, half = one.split(".")
    mixed = f"{session_id}.{other.split('.')[1]}"
    flipped = f"{session_id}.{'0' if half[0] != '0' else '1'}{half[1:]}"
    wrong = ["", ".", "ukendt", session_id, f"{session_id}.", f"{session_id}.zz", mixed, flipped, f"{one}00"]
    for cookie in wrong:
        assert house.store.access.resume(cookie) is None
    assert house.store.access.resume(one) is not None


def test_a_new_phrase_signs_every_device_out(house: House) -> None:
    enrolled = house.enrol(ANNA)
    cookie = house.store.access.remember(enrolled.unlocked, "stjålen")
    house.store.access.recover(ANNA.email, enrolled.recovery_code, NEW_PHRASE)
    assert house.store.access.resume(cookie) is None


def test_the_journal_key_is_the_same_on_every_device_and_after_a_new_phrase(house: House) -> None:
    enrolled, other = house.enrol(ANNA), house.enrol(BENT)
    key = enrolled.unlocked.journal_key()
    assert len(key) == 32
    assert key != other.unlocked.journal_key()
    assert house.store.access.sign_in(ANNA.email, PHRASE).journal_key() == key
    assert house.store.access.recover(ANNA.email, enrolled.recovery_code, NEW_PHRASE).unlocked.journal_key() == key


def test_a_seal_on_a_device_s_mark_is_the_server_s_own_and_of_one_address(house: House) -> None:
    mark = house.enrol(ANNA).unlocked.device_mark()
    seal = house.store.access.device_seal(ANNA.email, mark)
    assert len(seal) == 32
    assert house.reopen(KdfCost(passes=1, memory=8192)).access.device_seal(ANNA.email, mark) == seal
    others = {house.store.access.device_seal(*each) for each in ((BENT.email, mark), (ANNA.email, seal), ("\ud800", ""))}
    assert len(others | {seal}) == 4


def test_a_new_pass_phrase_breaks_the_seals_of_all_devices(house: House) -> None:
    enrolled = house.enrol(ANNA)
    mark, access = enrolled.unlocked.device_mark(), house.store.access
    before = access.device_seal(ANNA.email, mark)
    again = access.recover(ANNA.email, enrolled.recovery_code, NEW_PHRASE)
    assert again.unlocked.device_mark() == mark
    assert access.device_seal(ANNA.email, mark) != before


def test_nothing_secret_is_printed_or_copied(house: House) -> None:
    enrolled = house.enrol(ANNA)
    printed = f"{enrolled!r} {enrolled} {enrolled.unlocked!r}"
    assert enrolled.recovery_code not in printed
    assert bytes(enrolled.unlocked._private).hex() not in printed
    assert enrolled.unlocked.person.id in printed
    for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="can't be copied"):
            attempt(enrolled.unlocked)


def test_the_cost_of_a_guess_is_kept_with_the_wrap(house: House) -> None:
    """A store opened with another cost still opens what was wrapped before."""
    house.enrol(ANNA)
    reopened = house.reopen(KdfCost(passes=2, memory=16384))
    assert reopened.access.sign_in(ANNA.email, PHRASE)
