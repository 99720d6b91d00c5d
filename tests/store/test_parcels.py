"""What leaders share: sealed to its readers, never changed, taken back for good."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from fællesledelse.errors import AccessError, AnswerError, SealError, StoreError
from fællesledelse.model import Participant, Role
from fællesledelse.store import Parcel, Store, Unlocked, parcels, schema
from fællesledelse.store.database import Database
from fællesledelse.store.parcels import LARGEST
from fællesledelse.store.vault import new_safe_key, open_with_safe_key

from .conftest import ANNA, BENT, CARLA, PHRASE, ROSTER, House
from .test_concurrency import together
from .test_secrecy import columns, files, traces

DORTE = Participant("dorte@eksempel.dk", "Dorte Dahl", Role.LEADER, group="Gruppe 2")
CONTENT = {"draft.task": "Kanariefuglens udkast: a & b <c> »æøå«"}
ID = "0123456789abcdef" * 2


@pytest.fixture
def house(house: House) -> House:
    """Dorte is on the cohort too, in another group."""
    house.adopt(*ROSTER.participants, DORTE)
    return house


@pytest.fixture
def bent(house: House) -> Unlocked:
    return house.enrol(BENT).unlocked


@pytest.fixture
def dorte(house: House) -> Unlocked:
    return house.enrol(DORTE).unlocked


def share(store: Store, author: Unlocked, *to: Unlocked, **more: object) -> Parcel:
    return store.parcels.post(author, "demo", "draft", CONTENT, [each.person.id for each in to], **more)  # type: ignore[arg-type]


def test_readers_read_what_was_shared_and_nobody_else_does(
    house: House, anna: Unlocked, bent: Unlocked, dorte: Unlocked
) -> None:
    store, carla = house.store, house.enrol(CARLA).unlocked
    posted = share(store, anna, bent, group="Gruppe 1", due=date(2026, 9, 1))
    assert store.parcels.get(bent, "demo", posted.id) == posted == store.parcels.get(anna, "demo", posted.id)
    assert (posted.content, posted.author, posted.number) == (CONTENT, anna.person, 1)
    assert (posted.group, posted.due, posted.withdrawn_at) == ("Gruppe 1", date(2026, 9, 1), None)
    assert set(posted.readers) == {anna.person.id, bent.person.id}
    assert store.parcels.opened(bent, "demo") == [posted]
    for stranger in (dorte, carla):
        assert store.parcels.get(stranger, "demo", posted.id) is None
        assert store.parcels.opened(stranger, "demo") == []


def test_parcels_are_counted_by_author_kind_and_subject_and_come_newest_first(
    house: House, anna: Unlocked, bent: Unlocked
) -> None:
    post = house.store.parcels.post
    numbers = [
        post(anna, "demo", kind, {}, [], subject=subject).number for kind, subject in [("a", ""), ("a", ""), ("a", "x")]
    ]
    assert [*numbers, post(bent, "demo", "a", {}, [anna.person.id]).number] == [1, 2, 1, 1]
    house.clock.forward(seconds=1)
    newest = post(anna, "demo", "b", {}, [])
    assert house.store.parcels.opened(anna, "demo")[0] == newest
    assert [parcel.number for parcel in house.store.parcels.opened(anna, "demo", "a", "x")] == [1]
    assert house.store.parcels.opened(anna, "andet") == []


def test_a_request_sent_again_posts_nothing_twice_and_nobody_can_take_anothers_id(
    house: House, anna: Unlocked, bent: Unlocked
) -> None:
    first = share(house.store, anna, bent, parcel_id=ID)
    assert share(house.store, anna, bent, parcel_id=ID) == first
    for thief in (bent, house.enrol(DORTE).unlocked):
        with pytest.raises(AnswerError):
            share(house.store, thief, parcel_id=ID)
    with pytest.raises(AnswerError):
        share(house.store, anna, parcel_id="../etc")
    assert house.store.parcels.opened(anna, "demo") == [first]


def test_an_own_id_of_another_kind_or_subject_posts_nothing_and_says_so(house: House, anna: Unlocked) -> None:
    post = house.store.parcels.post
    first = post(anna, "demo", "draft", CONTENT, [], parcel_id=ID)
    for kind, subject in (("foundation", ""), ("draft", "x")):
        with pytest.raises(AnswerError, match="allerede"):
            post(anna, "demo", kind, CONTENT, [], subject=subject, parcel_id=ID)
    assert house.store.parcels.opened(anna, "demo") == [first]


@pytest.mark.parametrize("strange", ["\ud800", "\0" * 32, "A" * 32, "f" * 33, ""])
def test_an_id_that_can_be_none_is_nobodys_parcel(house: House, anna: Unlocked, strange: str) -> None:
    assert house.store.parcels.get(anna, "demo", strange) is None
    with pytest.raises(AnswerError):
        share(house.store, anna, parcel_id=strange or "x")


def test_nobody_can_bury_the_others_under_drafts(house: House, anna: Unlocked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcels, "MOST", 3)
    post = house.store.parcels.post
    for subject in "abc":
        post(anna, "demo", "draft", CONTENT, [], subject=subject)
    with pytest.raises(AnswerError, match="ikke plads til flere"):
        post(anna, "demo", "draft", CONTENT, [], subject="d")
    post(anna, "demo", "foundation", CONTENT, [])
    assert len(house.store.parcels.opened(anna, "demo")) == 4


def test_what_may_be_given_once_is_given_once_even_by_many_clicks(house: House, anna: Unlocked, bent: Unlocked) -> None:
    clicks = together(*[lambda: share(house.store, anna, bent, subject=ID, once=True)] * 5)
    assert [type(click) for click in clicks].count(Parcel) == 1
    assert [type(click) for click in clicks].count(AnswerError) == 4
    assert len(house.store.parcels.opened(bent, "demo")) == 1


def test_a_parcel_and_the_notes_about_it_go_on_their_day_and_nothing_else_does(
    house: House, anna: Unlocked, bent: Unlocked, dorte: Unlocked
) -> None:
    store, today = house.store, house.clock.now.date()
    going = share(store, anna, bent, group="Gruppe 1", gone_on=today + timedelta(days=1), parcel_id=dorte.person.id)
    later = share(store, anna, bent, group="Gruppe 1", gone_on=today + timedelta(days=2))
    staying = share(store, anna, bent, group="Gruppe 1")
    keys = [f"given.{each.id}.well" for each in (going, later, staying)]
    gift = f"gift.harvest.{dorte.person.id}.1"
    for number, key in enumerate((*keys, gift, "draft.task")):
        store.answers.save(bent, "demo", key, "Bents ord", 0, str(number))
    store.answers.save(anna, "demo", f"picked.{going.id}", "valgt", 0, "a")
    assert store.parcels.forget(today) == set()
    assert store.parcels.forget(today + timedelta(days=1)) == {("demo", "Gruppe 1")}
    assert {each.id for each in store.parcels.opened(bent, "demo")} == {later.id, staying.id}
    assert set(store.answers.read(bent, "demo", None)) == {*keys[1:], gift, "draft.task"}
    assert store.answers.read(anna, "demo", None) == {}
    assert store.parcels.forget(today + timedelta(days=1)) == set()


def test_what_is_forgotten_is_taken_up_again_until_the_files_are_rid_of_it(
    house: House, anna: Unlocked, bent: Unlocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, today = house.store, house.clock.now.date()
    posted = share(store, anna, bent, group="Gruppe 1", gone_on=today)

    def in_use(_: object) -> None:
        raise StoreError("somebody reads")

    with monkeypatch.context() as patched:
        patched.setattr(Database, "shrink", in_use)
        with pytest.raises(StoreError):
            store.parcels.forget(today)
    assert store.parcels.get(bent, "demo", posted.id) is store.parcels.get(anna, "demo", posted.id) is None
    store = house.reopen()
    assert store.parcels.forget(today) == {("demo", "Gruppe 1")}
    assert store.parcels.forget(today) == set()


def test_who_has_not_enrolled_is_no_reader(house: House, anna: Unlocked) -> None:
    posted = house.store.parcels.post(anna, "demo", "draft", CONTENT, [house.person(BENT).id, "f" * 32])
    assert posted.readers == (anna.person.id,)
    bent = house.enrol(BENT).unlocked
    assert house.store.parcels.opened(bent, "demo") == []


def test_a_withdrawn_parcel_is_gone_for_all_but_its_author(house: House, anna: Unlocked, bent: Unlocked) -> None:
    store, posted = house.store, share(house.store, anna, bent)
    with pytest.raises(AccessError):
        store.parcels.withdraw(bent, "demo", posted.id)
    with pytest.raises(AccessError):
        store.parcels.withdraw(anna, "demo", "f" * 32)
    withdrawn = store.parcels.withdraw(anna, "demo", posted.id)
    assert withdrawn == replace(posted, withdrawn_at=house.clock.now)
    house.clock.forward(hours=1)
    assert store.parcels.withdraw(anna, "demo", posted.id) == withdrawn
    (seen,) = store.parcels.opened(bent, "demo")
    assert seen == replace(withdrawn, content=None)
    with store._database.reading() as connection:
        keys = connection.execute(select(schema.parcel_key.c.person, schema.parcel_key.c.sealed)).all()
    assert [person for person, sealed in keys if sealed is not None] == [anna.person.id]


def test_who_moves_to_another_group_keeps_what_they_were_sent(house: House, anna: Unlocked, bent: Unlocked) -> None:
    posted = share(house.store, anna, bent)
    house.adopt(ANNA, replace(BENT, group="Gruppe 2"), CARLA, DORTE)
    assert house.store.parcels.get(bent, "demo", posted.id) == posted
    house.adopt(ANNA, CARLA, DORTE)
    assert house.store.parcels.get(anna, "demo", posted.id) == posted
    with pytest.raises(AccessError):
        share(house.store, bent, anna)


def test_what_was_sent_before_a_lost_pass_phrase_comes_back_with_the_key_in_the_safe(
    house: House, anna: Unlocked, bent: Unlocked
) -> None:
    safe, private = new_safe_key()
    house.adopt(*ROSTER.participants, DORTE, safe_key=safe)
    share(house.store, bent)  # whoever shares is sealed to the safe from then on
    posted = share(house.store, anna, bent)
    token = house.store.invitations.replace(bent.person.id, "it@eksempel.dk")
    house.clock.forward(hours=24)
    renewed = house.store.access.renew(token, "helt nye ord om aftenen", None).unlocked
    assert house.store.parcels.get(renewed, "demo", posted.id) == replace(posted, content=None)
    house.store.safe.apply(open_with_safe_key(house.store.safe.export_request(bent.person.id), private))
    assert house.store.parcels.get(renewed, "demo", posted.id) == posted


def test_nothing_shared_is_found_in_the_database(house: House, anna: Unlocked, bent: Unlocked, tmp_path: Path) -> None:
    share(house.store, anna, bent)
    secrets: list[str | bytes] = ["Kanariefuglens udkast", "draft.task"]
    assert traces(secrets, [*columns(house.store), *files(tmp_path)]) == []


def test_whoever_has_the_database_and_no_key_file_makes_no_reader_and_swaps_no_parcel(
    house: House, anna: Unlocked, bent: Unlocked, dorte: Unlocked
) -> None:
    """Bent's key in Dorte's name; Anna's parcel under another's name, number or kind."""
    posted, other = share(house.store, anna, bent), share(house.store, anna, dorte)
    key, parcel, database = schema.parcel_key, schema.parcel, house.store._database
    with database.atomic() as connection:
        row = connection.execute(select(key).where(key.c.parcel == posted.id, key.c.person == bent.person.id)).one()
        connection.execute(insert(key).values({**row._mapping, "person": dorte.person.id, "pair": dorte.public}))
    with pytest.raises(SealError):
        house.store.parcels.get(dorte, "demo", posted.id)
    for values in ({"number": 7}, {"kind": "feedback"}, {"person": bent.person.id}):
        with database.atomic() as connection:
            before = connection.execute(select(parcel).where(parcel.c.id == other.id)).mappings().one()
            connection.execute(update(parcel).where(parcel.c.id == other.id).values(values))
        with pytest.raises(SealError):
            house.store.parcels.get(dorte, "demo", other.id)
        with database.atomic() as connection:
            connection.execute(update(parcel).where(parcel.c.id == other.id).values({name: before[name] for name in values}))
    assert house.store.parcels.get(dorte, "demo", other.id) == other


def test_half_a_surrogate_pair_and_much_text_survive_and_too_much_is_refused(house: House, anna: Unlocked) -> None:
    content = {"a": "\ud800 \0 æøå 🙂", "b": "x" * (LARGEST // 2)}
    posted = house.store.parcels.post(anna, "demo", "draft", content, [])
    assert house.store.parcels.get(anna, "demo", posted.id) == posted
    assert posted.content == content
    with pytest.raises(AnswerError, match="Forkort"):
        house.store.parcels.post(anna, "demo", "draft", {"a": "x" * LARGEST}, [])


def test_what_was_shared_is_there_after_a_restart(house: House, anna: Unlocked, bent: Unlocked) -> None:
    posted = share(house.store, anna, bent)
    store = house.reopen()
    assert store.parcels.get(store.access.sign_in(BENT.email, PHRASE), "demo", posted.id) == posted


def test_a_case_goes_with_its_author_and_a_reader_who_leaves_keeps_no_key_to_it(
    house: House, anna: Unlocked, bent: Unlocked, dorte: Unlocked
) -> None:
    """Other kinds stay as they are, and so do cases in another gathering."""
    store, everyone = house.store, (*ROSTER.participants, DORTE)
    house.adopt(*everyone, gathering="andet")
    post = store.parcels.post
    mine = post(anna, "demo", "case", CONTENT, [bent.person.id, dorte.person.id])
    theirs = post(bent, "demo", "case", CONTENT, [anna.person.id, dorte.person.id])
    elsewhere = post(anna, "andet", "case", CONTENT, [bent.person.id])
    draft = share(store, anna, bent)
    house.adopt(*(each for each in everyone if each.email != ANNA.email))
    assert [store.parcels.get(each, "demo", mine.id).content for each in (bent, dorte)] == [None, None]  # type: ignore[union-attr]
    assert store.parcels.get(anna, "demo", theirs.id) is None
    assert store.parcels.get(dorte, "demo", theirs.id) is not None
    for kept, where in ((draft, "demo"), (elsewhere, "andet")):
        assert store.parcels.get(bent, where, kept.id) == kept
    house.adopt(*everyone)
    own = store.parcels.get(anna, "demo", mine.id)
    assert own is not None
    assert own.content == CONTENT
    assert own.withdrawn_at is not None
    assert store.parcels.get(anna, "demo", theirs.id) is None


def test_who_becomes_facilitator_shares_no_case_any_more_and_reads_none(
    house: House, anna: Unlocked, bent: Unlocked
) -> None:
    post = house.store.parcels.post
    mine, theirs = (
        post(author, "demo", "case", CONTENT, [reader.person.id]) for author, reader in ((anna, bent), (bent, anna))
    )
    house.adopt(*(replace(each, role=Role.FACILITATOR) if each == ANNA else each for each in (*ROSTER.participants, DORTE)))
    assert house.store.parcels.get(bent, "demo", mine.id).content is None  # type: ignore[union-attr]
    assert house.store.parcels.get(anna, "demo", theirs.id) is None
