"""What somebody finds who has the database: nothing to read, and nothing to swap without being noticed."""

from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import pytest
from sqlalchemy import Table, insert, inspect, select, text, update
from sqlalchemy.sql.elements import ColumnElement

from fællesledelse.errors import AccessError, SealError
from fællesledelse.store import Store, Unlocked, schema
from fællesledelse.store.vault import new_safe_key, open_with_safe_key, private_key

from .conftest import ANNA, BENT, House

KEY = "draft.task"
PHRASE = "kanariefugle synger i regnvejr"
NEW_PHRASE = "solsorten fløjter om morgenen"
TEXTS = ["Kanariefuglens hemmelige sætning", "Kanariefuglens anden udgave", "Kanariefuglens tekst på den anden fane"]


def columns(store: Store) -> Iterator[bytes]:
    """Every value of every row of every table, as bytes."""
    with store._database.reading() as connection:
        for name in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{name}"')):
                for value in row:
                    yield bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def files(folder: Path) -> Iterator[bytes]:
    """Every file below a folder, the database with its log among them."""
    return (path.read_bytes() for path in folder.rglob("*") if path.is_file())


def traces(secrets: list[str | bytes], contents: list[bytes]) -> list[str | bytes]:
    """The secrets found in any of the contents: as they are, as hexadecimal digits, or as UTF-16."""
    found = []
    for secret in secrets:
        raw = secret.encode() if isinstance(secret, str) else secret
        forms = [raw, raw.hex().encode(), *([secret.encode("utf-16-le")] if isinstance(secret, str) else [])]
        if any(form in content for content in contents for form in forms):
            found.append(secret)
    return found


def test_nothing_secret_is_found_in_the_database(house: House, tmp_path: Path) -> None:
    """Texts, pass phrases, links, codes, cookies, private keys and the key in the safe, through every verb."""
    safe, papers = new_safe_key()
    house.adopt(safe_key=safe)
    store, anna = house.store, house.person(ANNA)
    invitation = store.invitations.invite(anna.id, "demo")
    enrolled = store.access.enrol(invitation, PHRASE)
    cookie = store.access.remember(enrolled.unlocked, "bærbar")
    for number, (content, base) in enumerate(zip(TEXTS, (0, 1, 1), strict=True)):
        store.answers.save(enrolled.unlocked, "demo", KEY, content, base, f"s{number}")
    replacement = store.invitations.replace(anna.id, "it@eksempel.dk")
    house.clock.forward(hours=24)
    renewed = store.access.renew(replacement, NEW_PHRASE, None)
    request = store.safe.export_request(anna.id)
    result = open_with_safe_key(request, papers)
    store.safe.apply(result)
    assert {version.text for version in store.answers.versions(renewed.unlocked, "demo", KEY)} == set(TEXTS)

    codes = [enrolled.recovery_code, renewed.recovery_code]
    secrets: list[str | bytes] = [
        *TEXTS,
        PHRASE,
        NEW_PHRASE,
        invitation,
        replacement,
        *codes,
        *(code.replace("-", "") for code in codes),
        cookie,
        *cookie.split("."),
        bytes.fromhex(cookie.split(".")[1]),
        *papers,
        *(bytes(private_key(each.unlocked)) for each in (enrolled, renewed)),
        *(each.unlocked.journal_key() for each in (enrolled, renewed)),
    ]
    contents = [*columns(store), *files(tmp_path), request, result]
    assert traces(secrets, contents) == []
    assert traces(["Anna Ager"], contents) == ["Anna Ager"], "the search itself must be able to find something"
    store.close()
    assert traces(secrets, list(files(tmp_path))) == []


def test_the_database_alone_opens_nothing_even_with_the_pass_phrase(house: House, keys: Path) -> None:
    """A stolen backup, and somebody's phrase on a note: the key file is the other half."""
    enrolled = house.enrol(ANNA, PHRASE)
    house.store.answers.save(enrolled.unlocked, "demo", KEY, TEXTS[0], 0, "a")
    (keys / "demo" / "content.key").write_bytes(bytes(32))
    unlocked = house.reopen().access.sign_in(ANNA.email, PHRASE)
    with pytest.raises(SealError):
        house.store.answers.read(unlocked, "demo", [KEY])


def test_the_length_of_a_text_does_not_show(house: House, anna: Unlocked) -> None:
    for number, content in enumerate(["ja", "nej", "Det er en længere historie, som begyndte i foråret."]):
        house.store.answers.save(anna, "demo", f"field.{number}", content, 0, f"s{number}")
    with house.store._database.reading() as connection:
        assert len({len(sealed) for sealed in connection.execute(select(schema.answer.c.sealed)).scalars()}) == 1


def test_the_same_text_of_two_people_can_not_be_told_to_be_the_same(house: House, anna: Unlocked) -> None:
    bent = house.enrol(BENT).unlocked
    for unlocked in (anna, bent):
        house.store.answers.save(unlocked, "demo", KEY, "ja", 0, "s")
    with house.store._database.reading() as connection:
        assert len(set(connection.execute(select(schema.save.c.fingerprint)).scalars())) == 2
        assert len(set(connection.execute(select(schema.answer.c.sealed)).scalars())) == 2


class Tampering:
    """A database administrator with all rights to the database and none to the key files."""

    def __init__(self, store: Store) -> None:
        self._database = store._database

    def get(self, table: Table, *where: ColumnElement[bool]) -> dict[str, object]:
        with self._database.reading() as connection:
            return dict(connection.execute(select(table).where(*where)).mappings().one())

    def set(self, table: Table, *where: ColumnElement[bool], **values: object) -> None:
        with self._database.atomic() as connection:
            assert connection.execute(update(table).where(*where).values(values)).rowcount == 1

    def add(self, table: Table, **values: object) -> None:
        with self._database.atomic() as connection:
            connection.execute(insert(table).values(values))


@pytest.fixture
def bent(house: House) -> Unlocked:
    """Bent, signed in."""
    return house.enrol(BENT).unlocked


@pytest.fixture
def admin(house: House, anna: Unlocked, bent: Unlocked) -> Tampering:
    """Anna and Bent have written; the administrator is about to begin."""
    for unlocked, who in ((anna, "Annas"), (bent, "Bents")):
        for number, (key, base) in enumerate([(KEY, 0), (KEY, 1), ("draft.why", 0)]):
            house.store.answers.save(unlocked, "demo", key, f"{who} tekst {number}", base, f"s{number}")
    return Tampering(house.store)


ANSWER, HEAD = schema.answer.c, schema.answer_head.c


def answer_of(unlocked: Unlocked, key: str, version: int) -> tuple[ColumnElement[bool], ...]:
    return ANSWER.person == unlocked.person.id, ANSWER.field == key, ANSWER.version == version


@pytest.mark.parametrize(("key", "version"), [(KEY, 1), ("draft.why", 1)], ids=["an older version", "another field"])
def test_a_text_moved_within_an_author_does_not_open(
    house: House, anna: Unlocked, admin: Tampering, key: str, version: int
) -> None:
    other = admin.get(schema.answer, *answer_of(anna, key, version))
    admin.set(schema.answer, *answer_of(anna, KEY, 2), sealed=other["sealed"])
    with pytest.raises(SealError):
        house.store.answers.read(anna, "demo", [KEY])
    with pytest.raises(SealError):
        house.store.answers.versions(anna, "demo", KEY)
    with pytest.raises(SealError):
        house.store.answers.save(anna, "demo", KEY, "Ny", 2, "ny")


@pytest.mark.parametrize("columns", [("sealed",), ("sealed", "content_key")])
def test_a_text_of_another_author_does_not_open(
    house: House, anna: Unlocked, bent: Unlocked, admin: Tampering, columns: tuple[str, ...]
) -> None:
    other = admin.get(schema.answer, *answer_of(bent, KEY, 2))
    admin.set(schema.answer, *answer_of(anna, KEY, 2), **{name: other[name] for name in columns})
    with pytest.raises(SealError):
        house.store.answers.read(anna, "demo", [KEY])


def test_a_text_of_another_gathering_does_not_open(house: House, anna: Unlocked, admin: Tampering) -> None:
    house.adopt(ANNA, gathering="netvaerk")
    house.store.answers.save(anna, "netvaerk", KEY, "I netværket", 0, "n")
    other = admin.get(schema.answer, ANSWER.gathering == "netvaerk")
    admin.set(schema.answer, *answer_of(anna, KEY, 2), ANSWER.gathering == "demo", sealed=other["sealed"])
    with pytest.raises(SealError):
        house.store.answers.read(anna, "demo", [KEY])


def test_a_deleted_text_is_noticed(house: House, anna: Unlocked, admin: Tampering) -> None:
    admin.set(schema.answer_head, HEAD.person == anna.person.id, HEAD.field == KEY, head=7)
    with pytest.raises(SealError, match=r"Version 7 of draft\.task"):
        house.store.answers.read(anna, "demo", [KEY])


def test_a_content_key_of_another_author_does_not_open(
    house: House, anna: Unlocked, bent: Unlocked, admin: Tampering
) -> None:
    key = schema.content_key.c
    other = admin.get(schema.content_key, key.person == bent.person.id)
    admin.set(schema.content_key, key.person == anna.person.id, sealed=other["sealed"])
    with pytest.raises(SealError):
        house.store.answers.read(anna, "demo", [KEY])


def test_a_wrap_or_session_of_another_author_does_not_open(
    house: House, anna: Unlocked, bent: Unlocked, admin: Tampering
) -> None:
    wrap, session = schema.key_wrap.c, schema.session.c
    mine = admin.get(schema.key_wrap, wrap.pair == bent.public, wrap.kind == "pass phrase")
    cookie = house.store.access.remember(bent, "x")
    admin.set(
        schema.key_wrap, wrap.pair == anna.public, wrap.kind == "pass phrase", sealed=mine["sealed"], salt=mine["salt"]
    )
    with pytest.raises(AccessError):
        house.store.access.sign_in(ANNA.email, "fire gule heste i regnvejr")
    admin.set(schema.session, session.person == bent.person.id, person=anna.person.id)
    assert house.store.access.resume(cookie) is None


def test_another_key_cannot_be_put_in_the_place_of_the_safe(house: House) -> None:
    """Else the next sign-in would hand the administrator a copy of the private key."""
    phrase = "fire gule heste i regnvejr"
    house.enrol(ANNA, phrase)
    house.adopt(safe_key=new_safe_key()[0])
    other, _ = new_safe_key()
    admin = Tampering(house.store)
    admin.set(schema.gathering, schema.gathering.c.id == "demo", sealed_safe=bytes.fromhex(other))
    with pytest.raises(SealError, match="safe"):
        house.store.access.sign_in(ANNA.email, phrase)


def test_a_planted_key_does_not_stand_for_a_regained_one(house: House, anna: Unlocked, admin: Tampering) -> None:
    token = house.store.invitations.replace(anna.person.id, "Anna")
    house.clock.forward(hours=24)
    new = house.store.access.renew(token, NEW_PHRASE, None).unlocked
    row = {"pair": anna.public, "kind": "regained", "opener": new.public, "salt": b"", "passes": 0, "memory": 0}
    admin.add(schema.key_wrap, **row, sealed=b"plantet")
    with pytest.raises(SealError):
        house.store.answers.read(new, "demo", [KEY])


def test_a_deleted_gathering_does_not_keep_anybody_out_of_another(house: House, keys: Path) -> None:
    safe, _ = new_safe_key()
    house.adopt(ANNA, gathering="netvaerk", safe_key=safe)
    house.enrol(ANNA, PHRASE)
    rmtree(keys / "netvaerk")
    assert house.store.access.sign_in(ANNA.email, PHRASE)
