"""One leader is deleted, and nobody else: what was theirs goes, what others wrote and what they were given stays."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from fællesledelse.errors import AccessError, ReceiptError, StoreError
from fællesledelse.model import Participant, Role
from fællesledelse.store import LeaderReceipt, MailingKind, Planned, Store, Switches, Unlocked, schema
from fællesledelse.store.erasure import GONE
from fællesledelse.store.restore import restore
from fællesledelse.store.signing import examined, make_key, signed

from .conftest import ANNA, BENT, CARLA, CHEAP, PHRASE, House
from .test_backup import Copies, found, rows

GIVEN = ("feedback",)
KEY, TEXT = "draft.task", "Ærlig tale, også når det er svært"
ALLOWED = Switches(harvest=True, feedback=True, export=True)


@pytest.fixture
def bent(house: House) -> Unlocked:
    """Bent, signed in."""
    return house.enrol(BENT).unlocked


def written(house: House, anna: Unlocked, bent: Unlocked) -> dict[str, str]:
    """Something of every kind, by both; the ids of the parcels."""
    store, texts = house.store, {"goal": "ANNAS FORSLAG"}
    for who in (anna, bent):
        store.answers.save(who, "demo", KEY, f"{TEXT} {who.person.name}", 0, "a")
        store.progress.mark(who.person.id, "demo", "start", True)
    contract = store.contracts.propose(anna, "demo", "Gruppe 1", 0, texts, ALLOWED)
    assert contract is not None
    store.contracts.accept(bent, "demo", "Gruppe 1", contract.number)
    both = [anna.person.id, bent.person.id]
    posts = {
        "annas card": (anna, "card", {"text": "ANNAS KORT"}),
        "annas draft": (anna, "draft", {"text": "ANNAS UDKAST"}),
        "bents draft": (bent, "draft", {"text": "BENTS UDKAST"}),
        "annas feedback": (anna, "feedback", {"text": "ANNAS ORD TIL BENT"}),
        "bents feedback": (bent, "feedback", {"text": "BENTS ORD TIL ANNA"}),
    }
    return {name: store.parcels.post(who, "demo", kind, content, both).id for name, (who, kind, content) in posts.items()}


def erase(store: Store, email: str = ANNA.email, gathering: str = "demo") -> LeaderReceipt:
    return store.erasure.finish(store.erasure.begin(gathering, email, GIVEN), GIVEN)


def unfinished(store: Store) -> list[LeaderReceipt]:
    """The deletions that have begun and must go on."""
    return [each for each in store.erasure.receipts() if each.finished_at is None]


def test_what_is_theirs_goes_and_what_others_wrote_stays(house: House, anna: Unlocked, bent: Unlocked) -> None:
    ids = written(house, anna, bent)
    cookie, store = house.store.access.remember(anna, "bærbar"), house.store
    house.adopt(BENT, CARLA)
    share = store.erasure.share("demo", ANNA.email.upper(), GIVEN)
    assert share is not None
    assert (share.whole, share.kept, share.rows["answer"], share.rows["parcel"]) == (True, 2, 1, 2)
    begun = store.erasure.begin("demo", ANNA.email, GIVEN)
    receipt = store.erasure.finish(begun, GIVEN)

    assert (receipt.finished_at is not None, receipt.share) == (True, share)
    assert store.erasure.receipt("demo", ANNA.email) == receipt
    assert store.erasure.receipt("demo", BENT.email) is None
    assert store.erasure.share("demo", ANNA.email, GIVEN) is None
    assert store.access.resume(cookie) is None
    with pytest.raises(AccessError):
        store.access.sign_in(ANNA.email, PHRASE)
    assert store.answers.read(bent, "demo", [KEY])[KEY].text == f"{TEXT} {BENT.name}"
    texts = {parcel.id: parcel.content for parcel in store.parcels.opened(bent, "demo") if parcel.kind != "contract"}
    kept = {"bents draft": "BENTS UDKAST", "annas feedback": "ANNAS ORD TIL BENT", "bents feedback": "BENTS ORD TIL ANNA"}
    assert texts == {ids[name]: {"text": text} for name, text in kept.items()}
    contract = store.contracts.present(bent, "demo", "Gruppe 1")
    assert contract is not None
    assert (contract.in_force, contract.texts, contract.by.name) == (True, {"goal": "ANNAS FORSLAG"}, GONE)


def test_no_row_names_them_and_no_key_of_theirs_is_left(house: House, anna: Unlocked, bent: Unlocked) -> None:
    written(house, anna, bent)
    house.adopt(BENT, CARLA)
    erase(house.store)
    left = rows(house.store)
    assert not [row for table in left.values() for row in table if ANNA.email in row or ANNA.name in row]
    mine = {name: [row for row in table if anna.person.id in row] for name, table in left.items()}
    assert {name for name, found in mine.items() if found} == {"person", "membership", "parcel", "contract_acceptance"}
    with house.store._database.reading() as connection:
        place = connection.execute(select(schema.membership).where(schema.membership.c.person == anna.person.id)).one()
    assert (place.name, place.group, place.led_until) == (GONE, None, None)


def test_nothing_of_a_deleted_leader_is_left_in_the_files_of_sqlite(
    sqlite_url: str, keys: Path, tmp_path: Path, house: House, anna: Unlocked, bent: Unlocked
) -> None:
    if house.url != sqlite_url:
        pytest.skip("of SQLite's files")
    written(house, anna, bent)
    house.adopt(BENT, CARLA)
    with house.store._database.reading() as connection:
        query = select(schema.answer.c.sealed).where(schema.answer.c.person == anna.person.id)
        canaries = [*connection.execute(query).scalars(), ANNA.email.encode(), ANNA.name.encode()]
    assert found(canaries, tmp_path) == set(canaries), "the search itself must be able to find something"
    erase(house.store)
    assert found(canaries, tmp_path) == set()


@pytest.mark.parametrize(("first", "then"), [("demo", "andet"), ("andet", "demo")])
def test_who_is_in_another_gathering_keeps_the_sign_in_until_deleted_from_that_too(
    house: House, anna: Unlocked, first: str, then: str
) -> None:
    store = house.store
    house.adopt(ANNA, gathering="andet")
    for gathering in (first, then):
        store.answers.save(anna, gathering, KEY, TEXT, 0, "a")
    house.adopt(BENT, CARLA, gathering=first)
    erase(store, gathering=first)
    assert store.answers.read(store.access.sign_in(ANNA.email, PHRASE), then, [KEY])[KEY].text == TEXT
    assert store.erasure.receipt(first, ANNA.email) is not None
    store.deletion.begin(then)
    assert store.deletion.addresses(then) == [ANNA.email]
    store.deletion.finish(then)
    assert store.people.find(ANNA.email) is None
    assert rows(store)["key_pair"] == []
    store.deletion.begin(first)
    store.deletion.finish(first)
    assert rows(store)["person"] == []


def test_who_has_been_deleted_from_both_is_nobody(house: House, anna: Unlocked) -> None:
    store = house.store
    house.adopt(ANNA, gathering="andet")
    house.adopt(BENT, CARLA)
    erase(store)
    house.adopt(BENT, gathering="andet")
    assert erase(store, gathering="andet").share.whole
    assert store.people.find(ANNA.email) is None
    assert rows(store)["key_pair"] == []


def test_two_are_deleted_one_after_the_other_whatever_their_names(house: House, anna: Unlocked, bent: Unlocked) -> None:
    """One of them sorts behind all others."""
    house.adopt(replace(ANNA, name="Åse Ager"), BENT, CARLA)
    house.adopt(CARLA)
    for each in (ANNA, BENT):
        assert erase(house.store, each.email).share.whole
    assert house.store.people.find(ANNA.email) is None
    assert house.store.people.find(BENT.email) is None


def test_mails_to_others_stay_in_the_list(house: House) -> None:
    """Ids are drawn: the last of them all goes, then the first."""
    leaders = [Participant(f"{name}@eksempel.dk", name, Role.LEADER, group="Gruppe 1") for name in ("d", "e", "f", "g", "h")]
    house.adopt(*leaders)
    by_id = sorted((house.person(each) for each in leaders), key=lambda each: each.id)
    mailings = house.store.mailings
    mailings.begin("demo", MailingKind.REMINDER, [Planned(each.id, ("start",)) for each in by_id])
    house.adopt(CARLA)
    for going, left in ((by_id[-1], by_id[:-1]), (by_id[0], by_id[1:-1])):
        erase(house.store, going.email)
        assert {line.person.id for line in mailings.lines("demo")} == {each.id for each in left}


def test_who_comes_back_is_somebody_new(house: House, anna: Unlocked) -> None:
    house.adopt(BENT, CARLA)
    erase(house.store)
    house.adopt()
    again = house.enrol(ANNA).unlocked
    assert again.person.id != anna.person.id
    assert house.store.answers.read(again, "demo", [KEY]) == {} or not house.store.answers.filled(again.person.id, "demo")


@pytest.mark.parametrize("written_since", [True, False], ids=["more", "less"])
def test_a_receipt_tells_of_all_that_went_also_where_it_became_more_or_less_meanwhile(
    house: House, anna: Unlocked, bent: Unlocked, written_since: bool
) -> None:
    store, ids = house.store, written(house, anna, bent)
    begun = store.erasure.begin("demo", ANNA.email, GIVEN)
    if written_since:
        store.answers.save(anna, "demo", "draft.why", TEXT, 0, "b")
    else:
        store.parcels.withdraw(anna, "demo", ids["annas draft"])
    receipt = store.erasure.finish(begun, GIVEN)
    assert receipt.share.rows["answer"] == 1 + written_since
    assert receipt.share.rows["parcel"] == 2


@pytest.mark.parametrize("killed", ["withdrawn", "shrink"])
def test_a_deletion_that_was_killed_goes_on(house: House, anna: Unlocked, bent: Unlocked, killed: str) -> None:
    written(house, anna, bent)
    house.adopt(BENT, CARLA)
    begun = house.store.erasure.begin("demo", ANNA.email, GIVEN)

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    setattr(*(house.store.erasure, "_withdrawn") if killed == "withdrawn" else (house.store._database, "shrink"), stopped)
    with pytest.raises(KeyboardInterrupt):
        house.store.erasure.finish(begun, GIVEN)
    store = house.reopen()
    (left,) = unfinished(store)
    done = store.erasure.finish(left, GIVEN)
    assert (done.share, unfinished(store)) == (begun.share, [])
    assert store.people.find(ANNA.email) is None


def test_a_deletion_goes_on_where_the_key_of_the_gathering_is_gone(house: House, anna: Unlocked, bent: Unlocked) -> None:
    written(house, anna, bent)
    house.adopt(BENT, CARLA)
    begun = house.store.erasure.begin("demo", ANNA.email, GIVEN)
    (house.keys / "demo" / "content.key").unlink()
    done = house.store.erasure.finish(begun, GIVEN)
    assert (done.share, done.waves) == (begun.share, 0)
    assert house.store.people.find(ANNA.email) is None


@pytest.mark.parametrize("newer", [True, False], ids=["with keys copied afterwards", "over the data folder"])
def test_an_old_copy_does_not_bring_a_deleted_leader_back(
    house: House, anna: Unlocked, bent: Unlocked, tmp_path: Path, newer: bool
) -> None:
    written(house, anna, bent)
    data, url = tmp_path, f"sqlite:///{tmp_path}/put back.db"
    copies = Copies(house, tmp_path / "a.zip", tmp_path / "b.zip").make()
    house.adopt(BENT, CARLA)
    begun = house.store.erasure.begin("demo", ANNA.email, GIVEN)
    assert [copy["file"] for copy in begun.copies] == [str(copies.keys)]
    house.store.erasure.finish(begun, GIVEN)
    if newer:
        with copies.keys.open("wb") as target:
            house.store.backup.write_keys(target, str(copies.keys))
        data = tmp_path / "elsewhere"
        url = f"sqlite:///{data}/store.db"
    else:
        house.store.close()
        data = house.keys.parent / "data"
        data.mkdir()
        house.keys.rename(data / "keys")
        url = f"sqlite:///{data}/store.db"
    restore(copies.backup, copies.keys, url, data)
    store = Store.open(url, data / "keys", house.clock, CHEAP)
    assert store.people.find(ANNA.email) is not None, "until the server starts"
    for each in unfinished(store):
        store.erasure.finish(each, GIVEN)
    assert store.people.find(ANNA.email) is None
    assert not [row for table in rows(store).values() for row in table if ANNA.email in row]
    receipt = store.erasure.receipt("demo", ANNA.email)
    assert receipt is not None
    assert receipt.share == begun.share
    store.close()
    if not newer:
        house.keys.mkdir()
        house.reopen()


def test_a_copy_from_after_the_deletion_keeps_whoever_has_come_back(house: House, anna: Unlocked, tmp_path: Path) -> None:
    house.adopt(ANNA, gathering="andet")
    house.adopt(BENT, CARLA)
    erase(house.store)
    house.clock.forward(days=30)
    house.adopt()
    house.store.answers.save(anna, "demo", KEY, "Skrevet siden", 0, "b")
    house.clock.forward(days=1)
    copies = Copies(house, tmp_path / "a.zip", tmp_path / "b.zip").make()
    data = tmp_path / "elsewhere"
    restore(copies.backup, copies.keys, f"sqlite:///{data}/store.db", data)
    store = Store.open(f"sqlite:///{data}/store.db", data / "keys", house.clock, CHEAP)
    assert unfinished(store) == []
    store.close()


def test_others_notes_about_a_draft_that_was_to_be_deleted_go_with_its_author(
    house: House, anna: Unlocked, bent: Unlocked
) -> None:
    day, to = house.clock.now.date() + timedelta(days=60), [bent.person.id]
    fading = house.store.parcels.post(anna, "demo", "draft", {"text": "A"}, to, gone_on=day).id
    staying = house.store.parcels.post(anna, "demo", "draft", {"text": "B"}, to).id
    for draft in (fading, staying):
        house.store.answers.save(bent, "demo", f"given.{draft}.well", "Til Anna", 0, draft)
    house.adopt(BENT, CARLA)
    erase(house.store)
    assert set(house.store.answers.read(bent, "demo", None)) == {f"given.{staying}.well"}


def test_who_asks_for_nobody_is_told(store: Store) -> None:
    assert store.erasure.share("demo", "ukendt@eksempel.dk", GIVEN) is None
    assert store.erasure.share("andet", ANNA.email, GIVEN) is None
    assert store.erasure.receipt("andet", ANNA.email) is None
    with pytest.raises(StoreError):
        store.erasure.begin("demo", "ukendt@eksempel.dk", GIVEN)


def test_a_receipt_is_checked_without_a_server_and_any_change_shows(tmp_path: Path) -> None:
    public = make_key(tmp_path / "keys")
    assert make_key(tmp_path / "keys") is None, "it is shown once"
    receipt = {"kvittering": "Sletning af et hold", "hold": "demo", "antal": 7, "linjer": ["æøå", "b"]}
    whole = signed(receipt, tmp_path / "keys")
    text = json.dumps(whole, ensure_ascii=False, indent=2)
    assert examined(text.encode()) == (receipt, public)
    assert examined(json.dumps(dict(reversed(whole.items()))).encode())[0] == receipt, "the order of lines says nothing"
    for was, changed in (("7", "8"), ("æøå", "æø"), ('"hold": "demo"', '"hold": "andet"'), ('"b"', '"b", "c"')):
        with pytest.raises(ReceiptError, match="ændret"):
            examined(text.replace(was, changed, 1).encode())
    for broken in (text[:-3], "[]", "{}", text.replace('"antal"', '"hold": "demo", "antal"'), "\0", json.dumps(receipt)):
        with pytest.raises(ReceiptError, match="ikke en underskrevet kvittering"):
            examined(broken.encode())
