"""The key in the safe: the whole way, from a lost phrase and a lost code back to the old texts."""

import json

import pytest

from fællesledelse.errors import AccessError
from fællesledelse.store import Conflict, Store, Unlocked
from fællesledelse.store.vault import asked_for, fingerprint, new_safe_key, open_with_safe_key

from .conftest import ANNA, BENT, PHRASE, House, rows

KEY = "draft.task"
NEW_PHRASE = "to nye høns på en stige"


def lose_everything(house: House, phrase: str = NEW_PHRASE) -> Unlocked:
    """Anna has neither phrase nor code; a day later she has a new key pair."""
    token = house.store.invitations.replace(house.person(ANNA).id, "Anna")
    house.clock.forward(hours=24)
    return house.store.access.renew(token, phrase, None).unlocked


def text(store: Store, unlocked: Unlocked, key: str = KEY) -> str:
    return store.answers.read(unlocked, "demo", [key])[key].text


def test_the_old_texts_come_back_and_the_new_ones_stay(house: House) -> None:
    public, private = new_safe_key()
    house.adopt(safe_key=public.upper())
    store, old = house.store, house.enrol(ANNA).unlocked
    store.answers.save(old, "demo", KEY, "Før", 0, "a")
    store.answers.save(old, "demo", "draft.why", "Derfor", 0, "b")
    new = lose_everything(house)

    sealed = store.answers.read(new, "demo", [KEY])[KEY]
    assert (sealed.version, sealed.text, sealed.sealed) == (1, "", True)
    assert store.answers.versions(new, "demo", KEY)[0].sealed
    store.answers.save(new, "demo", KEY, "Efter", 1, "c")

    request = store.safe.export_request(new.person.id)
    assert json.loads(request)["person"]["name"] == "Anna Ager"
    assert json.loads(request)["fingerprint"] == fingerprint(new.public)
    assert asked_for(request) == (f"Anna Ager <{ANNA.email}>", fingerprint(new.public))
    store.safe.apply(open_with_safe_key(request, private))

    assert (text(store, new), text(store, new, "draft.why")) == ("Efter", "Derfor")
    assert [version.text for version in store.answers.versions(new, "demo", KEY)] == ["Efter", "Før"]
    regained = [row for row in rows(store)["key_wrap"] if "regained" in row]
    assert [row[4:] for row in regained] == [(b"", 0, 0)]  # no phrase opens it, so it has no salt and no cost
    signed_in = house.reopen().access.sign_in(ANNA.email, NEW_PHRASE)
    assert text(house.store, signed_in, "draft.why") == "Derfor"


def test_many_losses_are_mended_by_one_visit_to_the_safe(house: House) -> None:
    """Regained in between, too: then a key is there for each key pair since."""
    public, private = new_safe_key()
    house.adopt(safe_key=public)
    store, latest = house.store, house.enrol(ANNA).unlocked
    for number in range(5):
        store.answers.save(latest, "demo", f"draft.{number}", f"Tekst {number}", 0, str(number))
        latest = lose_everything(house, f"{PHRASE} {number}")
        result = open_with_safe_key(store.safe.export_request(latest.person.id), private)
        for _ in range(2):
            store.safe.apply(result)
        texts = [text(store, latest, f"draft.{earlier}") for earlier in range(number + 1)]
        assert texts == [f"Tekst {earlier}" for earlier in range(number + 1)]


def test_a_sealed_text_is_not_overwritten_by_an_empty_one_without_a_version(house: House) -> None:
    house.adopt(safe_key=new_safe_key()[0])
    store = house.store
    store.answers.save(house.enrol(ANNA).unlocked, "demo", KEY, "Før", 0, "a")
    new = lose_everything(house)
    store.answers.save(new, "demo", KEY, "", 1, "b")
    assert [version.version for version in store.answers.versions(new, "demo", KEY)] == [2, 1]
    assert isinstance(store.answers.save(new, "demo", KEY, "Sent", 1, "c"), Conflict)


def test_a_sealed_aside_stays_listed(house: House) -> None:
    house.adopt(safe_key=new_safe_key()[0])
    store, old = house.store, house.enrol(ANNA).unlocked
    store.answers.save(old, "demo", KEY, "Et", 0, "a")
    store.answers.save(old, "demo", KEY, "To", 0, "b")
    new = lose_everything(house)
    conflict = store.answers.save(new, "demo", KEY, "", 0, "c")
    assert isinstance(conflict, Conflict)
    assert [(aside.version, aside.sealed) for aside in conflict.head.asides] == [(2, True), (3, False)]


def test_a_safe_that_came_later_holds_the_key_from_the_next_sign_in(house: House) -> None:
    store = house.store
    store.answers.save(house.enrol(ANNA).unlocked, "demo", KEY, "Før", 0, "a")
    public, private = new_safe_key()
    house.adopt(safe_key=public)
    store.access.sign_in(ANNA.email, PHRASE)
    new = lose_everything(house)
    store.safe.apply(open_with_safe_key(store.safe.export_request(new.person.id), private))
    assert text(store, new) == "Før"


def test_a_gathering_that_came_later_is_sealed_to_its_safe_before_its_first_text(house: House) -> None:
    """On a remembered device nobody signs in for a month."""
    anna = house.enrol(ANNA).unlocked
    public, private = new_safe_key()
    house.adopt(ANNA, gathering="netvaerk", safe_key=public)
    house.store.answers.save(anna, "netvaerk", KEY, "Før", 0, "a")
    new = lose_everything(house)
    house.store.safe.apply(open_with_safe_key(house.store.safe.export_request(new.person.id), private))
    assert house.store.answers.read(new, "netvaerk", [KEY])[KEY].text == "Før"


def test_without_a_safe_or_without_a_loss_there_is_nothing_to_ask_for(house: House) -> None:
    house.enrol(ANNA)
    lose_everything(house)
    house.adopt(safe_key=new_safe_key()[0])
    bent = house.enrol(BENT).unlocked
    for person_id in (house.person(ANNA).id, bent.person.id, "0" * 32):
        with pytest.raises(AccessError, match="ingen tidligere nøgle"):
            house.store.safe.export_request(person_id)


def test_a_result_for_a_key_that_is_no_longer_the_newest_is_refused(house: House) -> None:
    public, private = new_safe_key()
    house.adopt(safe_key=public)
    house.enrol(ANNA)
    first = lose_everything(house)
    result = open_with_safe_key(house.store.safe.export_request(first.person.id), private)
    lose_everything(house, PHRASE)
    with pytest.raises(AccessError, match="nyere nøgle"):
        house.store.safe.apply(result)


def test_a_result_for_others_keys_is_refused(house: House) -> None:
    public, private = new_safe_key()
    house.adopt(safe_key=public)
    house.enrol(ANNA)
    bent = house.enrol(BENT).unlocked
    new = lose_everything(house)
    result = json.loads(open_with_safe_key(house.store.safe.export_request(new.person.id), private))
    for change in (
        {"person": {"id": "0" * 32}},
        {"person": {"id": bent.person.id}},
        {"public": bent.public},
        {"public": "0" * 64},
        {"public": "f" * 64},
    ):
        with pytest.raises(AccessError, match="nyere nøgle"):
            house.store.safe.apply(json.dumps({**result, **change}).encode())
    result["keys"][0]["pair"] = bent.public
    with pytest.raises(AccessError, match="nyere nøgle"):
        house.store.safe.apply(json.dumps(result).encode())
    with pytest.raises(AccessError, match="ikke den rigtige"):
        house.store.safe.apply(b"{}")
