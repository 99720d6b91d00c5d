"""What leaders write: sealed, versioned, never overwritten.

Versions of a field are 1, 2, 3 … A save made from the field's present version becomes the field's text; any other is
kept aside with a version of its own, until a later save says that it has taken it into account.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

from nacl.encoding import RawEncoder
from nacl.hash import blake2b
from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table, and_, bindparam, insert, or_, select, update

from ..errors import AnswerError, SealError
from . import schema
from .database import Database, insert_into
from .keyfiles import KeyFiles
from .keyring import Keyring
from .people import hold_membership
from .records import Answer, Conflict, Saved, Version
from .sealing import pad, seal, unpad, unseal
from .vault import Unlocked

LARGEST = 200_000
"""The most bytes of UTF-8 that one text may have. Fields have lower limits of their own, in characters."""

_FIELD = re.compile(r"[a-z0-9.-]{1,100}")
_SAVE_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


class Answers:
    """The verbs about answers."""

    def __init__(self, database: Database, files: KeyFiles, clock: Callable[[], datetime]) -> None:
        self._database, self._files, self._clock = database, files, clock

    def save(
        self,
        unlocked: Unlocked,
        gathering: str,
        key: str,
        text: str,
        base: int,
        save_id: str,
        resolves: tuple[int, ...] = (),
    ) -> Saved | Conflict:
        """Store a text for good. When this returns, it is on the disk.

        ``base`` is the version the text was made from, ``save_id`` names this save: sent again, it stores nothing and
        tells the same. ``resolves`` are versions kept aside that the text takes into account. AnswerError if the text
        is too long or a ``save_id`` comes back with another text; AccessError if the person is not a member today.
        """
        _check(key, text, save_id)
        with self._database.atomic() as connection:
            desk = _Desk(connection, self._files, unlocked, gathering, self._clock())
            return desk.save(_Draft(key, text, base, save_id, resolves))

    def read(self, unlocked: Unlocked, gathering: str, keys: Iterable[str] | None) -> dict[str, Answer]:
        """The answers to those fields, also the empty ones; None: to every field that has been saved."""
        wanted = None if keys is None else set(keys)
        with self._database.reading() as connection:
            found = _Desk(connection, self._files, unlocked, gathering, self._clock()).answers(wanted)
        return found if wanted is None else {key: found.get(key, Answer(0, "", None)) for key in wanted}

    def versions(self, unlocked: Unlocked, gathering: str, key: str) -> list[Version]:
        """Everything a field has ever been, newest first."""
        return self.history(unlocked, gathering, {key}).get(key, [])

    def history(self, unlocked: Unlocked, gathering: str, keys: Iterable[str] | None) -> dict[str, list[Version]]:
        """Everything those fields have ever been, each newest first; None: every field that has been saved."""
        with self._database.reading() as connection:
            return _Desk(connection, self._files, unlocked, gathering, self._clock()).history(keys)

    def filled(self, person_id: str, gathering: str) -> set[str]:
        """The fields in which someone has written something. Opens nothing."""
        table = schema.answer_head
        query = select(table.c.field).where(table.c.person == person_id, table.c.gathering == gathering, table.c.filled)
        with self._database.reading() as connection:
            return set(connection.execute(query).scalars())


@dataclass(frozen=True)
class _Draft:
    field: str
    text: str
    base: int
    save_id: str
    resolves: tuple[int, ...]


def _mine(table: Table) -> tuple[ColumnElement[bool], ...]:
    return table.c.gathering == bindparam("gathering"), table.c.person == bindparam("person")


# What every save asks is made once: for SQLAlchemy that is half of the work.
_EARLIER = select(schema.save).where(*_mine(schema.save), schema.save.c.save_id == bindparam("save_id"))
_NOTE, _ADDED = insert(schema.save), insert(schema.answer)


@cache
def _present(everything: bool) -> Select[Any]:
    head, answer = schema.answer_head, schema.answer
    shown = or_(answer.c.version == head.c.head, answer.c.unresolved)
    same = and_(*(answer.c[name] == head.c[name] for name in ("gathering", "person", "field")), shown)
    query = select(head.c.field.label("name"), head.c.head, answer).join_from(head, answer, same, isouter=True)
    query = query.where(*_mine(head)).order_by(head.c.field, answer.c.version)
    return query if everything else query.where(head.c.field.in_(bindparam("fields", expanding=True)))


@cache
def _moved(dialect: str, aside: bool) -> Any:
    """What counts a field's versions on, and tells the newest; unless ``aside``, that one becomes the field's text."""
    head, statement = schema.answer_head, insert_into(dialect, schema.answer_head)
    newest = head.c.newest + 1
    moved = {"newest": newest} | ({} if aside else {"head": newest, "filled": statement.excluded.filled})
    return statement.on_conflict_do_update(index_elements=list(head.primary_key), set_=moved).returning(head.c.newest)


class _Desk:
    """One author's answers in one gathering, within one transaction."""

    def __init__(self, connection: Connection, files: KeyFiles, unlocked: Unlocked, gathering: str, now: datetime) -> None:
        self._connection, self._now = connection, now
        self._owner = {"gathering": gathering, "person": unlocked.person.id}
        self._keyring = Keyring(connection, files, unlocked, gathering)

    def save(self, draft: _Draft) -> Saved | Conflict:
        hold_membership(self._connection, self._owner["gathering"], self._owner["person"])
        self._key_id, self._key = self._keyring.current() or self._keyring.create()
        fingerprint = _fingerprint(self._key, draft)
        earlier = self._earlier(draft.save_id)
        if earlier is None:
            outcome = self._place(draft)
            self._note(draft.save_id, fingerprint, outcome)
            return outcome
        if earlier["fingerprint"] != fingerprint:
            raise AnswerError("Det samme gem er sendt før med en anden tekst. Kopiér din tekst, og hent siden igen.")
        if earlier["aside"]:
            return Conflict(self._present(draft.field), earlier["version"])
        return Saved(earlier["version"], earlier["saved_at"])

    def answers(self, fields: set[str] | None) -> dict[str, Answer]:
        told = self._owner if fields is None else {**self._owner, "fields": _possible(fields)}
        rows = self._connection.execute(_present(fields is None), told).mappings().all()
        return {field: self._answer(field, list(found)) for field, found in groupby(rows, lambda row: str(row["name"]))}

    def history(self, fields: Iterable[str] | None) -> dict[str, list[Version]]:
        table = schema.answer
        query = select(table).where(*_mine(table)).order_by(table.c.field, table.c.version.desc())
        if fields is not None:
            query = query.where(table.c.field.in_(_possible(fields)))
        by_field = groupby(self._connection.execute(query, self._owner).mappings(), lambda row: str(row["field"]))
        return {field: [self._version(row) for row in found] for field, found in by_field}

    def _earlier(self, save_id: str) -> RowMapping | None:
        return self._connection.execute(_EARLIER, {**self._owner, "save_id": save_id}).mappings().one_or_none()

    def _note(self, save_id: str, fingerprint: bytes, outcome: Saved | Conflict) -> None:
        if isinstance(outcome, Conflict):
            told = {"version": outcome.aside, "aside": True, "saved_at": self._now}
        else:
            told = {"version": outcome.version, "aside": False, "saved_at": outcome.saved_at}
        self._connection.execute(_NOTE, {**self._owner, "save_id": save_id, "fingerprint": fingerprint, **told})

    def _place(self, draft: _Draft) -> Saved | Conflict:
        self._resolve(draft)
        present = self._present(draft.field)
        if draft.text == present.text and not present.sealed:
            return Saved(present.version, present.saved_at or self._now)
        if draft.base == present.version:
            return Saved(self._write(draft, aside=False), self._now)
        for aside in present.asides:
            if draft.text == aside.text and not aside.sealed:
                return Conflict(present, aside.version)
        version = self._write(draft, aside=True)
        return Conflict(self._present(draft.field), version)

    def _resolve(self, draft: _Draft) -> None:
        if draft.resolves:
            table = schema.answer
            here = [table.c[name] == value for name, value in {**self._owner, "field": draft.field}.items()]
            unresolved = set(self._connection.execute(select(table.c.version).where(*here, table.c.unresolved)).scalars())
            taken_in = table.c.version.in_(unresolved & set(draft.resolves))
            self._connection.execute(update(table).where(*here, taken_in).values(unresolved=False))

    def _write(self, draft: _Draft, aside: bool) -> int:
        place = {**self._owner, "field": draft.field}
        first = {"newest": 1, "head": int(not aside), "filled": not aside and bool(draft.text.strip())}
        moved = _moved(self._connection.dialect.name, aside)
        version = int(self._connection.execute(moved, place | first).scalar_one())
        sealed = seal(self._key, pad(draft.text.encode("utf-8", "surrogatepass")), *self._where(draft.field, version))
        values = {"content_key": self._key_id, "sealed": sealed, "saved_at": self._now, "aside": aside, "unresolved": aside}
        self._connection.execute(_ADDED, place | {"version": version} | values)
        return version

    def _present(self, field: str) -> Answer:
        return self.answers({field}).get(field, Answer(0, "", None))

    def _answer(self, field: str, rows: list[RowMapping]) -> Answer:
        versions = {row["version"]: self._version(row) for row in rows if row["version"] is not None}
        number = rows[0]["head"]
        if number and number not in versions:
            raise SealError(f"Version {number} of {field} in {self._owner} is gone from the database")
        asides = tuple(version for version in versions.values() if version.version != number)
        if not number:
            return Answer(0, "", None, asides)
        head = versions[number]
        return Answer(head.version, head.text, head.saved_at, asides, head.sealed)

    def _version(self, row: RowMapping) -> Version:
        key = self._keyring.open(row["content_key"])
        if key is None:
            return Version(row["version"], "", row["saved_at"], row["aside"], sealed=True)
        text = unpad(unseal(key, row["sealed"], *self._where(row["field"], row["version"])))
        return Version(row["version"], text.decode("utf-8", "surrogatepass"), row["saved_at"], row["aside"])

    def _where(self, field: str, version: int) -> tuple[str | int, ...]:
        return "answer", self._owner["gathering"], self._owner["person"], field, version


def _check(field: str, text: str, save_id: str) -> None:
    if not _FIELD.fullmatch(field):
        raise AnswerError(f"Feltet {field[:100]!r} findes ikke.")
    if not _SAVE_ID.fullmatch(save_id):
        raise AnswerError("Siden har sendt noget, serveren ikke forstår. Kopiér din tekst, og hent siden igen.")
    if (length := len(text.encode("utf-8", "surrogatepass"))) > LARGEST:
        raise AnswerError(f"Teksten fylder {length} byte; der er plads til {LARGEST}. Kopiér den, og del den op.")


def _possible(fields: Iterable[str]) -> list[str]:
    return [field for field in fields if _FIELD.fullmatch(field)]


def _fingerprint(key: bytes, draft: _Draft) -> bytes:
    """What tells two drafts apart, and tells nobody without the key what they say."""
    content = "\0".join((draft.save_id, draft.field, draft.text)).encode("utf-8", "surrogatepass")
    return blake2b(content, key=key, person=b"save", encoder=RawEncoder)
