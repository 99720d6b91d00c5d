"""What leaders write: sealed, versioned, never overwritten.

Versions of a field are 1, 2, 3 … A save made from the field's present version becomes the field's text; any other is
kept aside with a version of its own, until a later save says that it has taken it into account.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from nacl.encoding import RawEncoder
from nacl.hash import blake2b
from sqlalchemy import ColumnElement, Connection, RowMapping, Table, and_, insert, or_, select, update

from ..errors import AnswerError, SealError
from . import schema
from .database import Database, insert_missing
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
        with self._database.reading() as connection:
            return _Desk(connection, self._files, unlocked, gathering, self._clock()).versions(key)

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
        head, answer = schema.answer_head, schema.answer
        shown = or_(answer.c.version == head.c.head, answer.c.unresolved)
        same = and_(*(answer.c[name] == head.c[name] for name in ("gathering", "person", "field")), shown)
        query = select(head.c.field.label("name"), head.c.head, answer).join_from(head, answer, same, isouter=True)
        query = query.where(*self._mine(head)).order_by(head.c.field, answer.c.version)
        if fields is not None:
            query = query.where(head.c.field.in_([field for field in fields if _FIELD.fullmatch(field)]))
        rows = self._connection.execute(query).mappings().all()
        return {field: self._answer(field, list(found)) for field, found in groupby(rows, lambda row: str(row["name"]))}

    def versions(self, field: str) -> list[Version]:
        if not _FIELD.fullmatch(field):
            return []
        table = schema.answer
        query = select(table).where(*self._mine(table), table.c.field == field).order_by(table.c.version.desc())
        return [self._version(row) for row in self._connection.execute(query).mappings()]

    def _earlier(self, save_id: str) -> RowMapping | None:
        table = schema.save
        query = select(table).where(*self._mine(table), table.c.save_id == save_id)
        return self._connection.execute(query).mappings().one_or_none()

    def _note(self, save_id: str, fingerprint: bytes, outcome: Saved | Conflict) -> None:
        if isinstance(outcome, Conflict):
            told = {"version": outcome.aside, "aside": True, "saved_at": self._now}
        else:
            told = {"version": outcome.version, "aside": False, "saved_at": outcome.saved_at}
        row = {**self._owner, "save_id": save_id, "fingerprint": fingerprint, **told}
        self._connection.execute(insert(schema.save).values(row))

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
        table = schema.answer
        here = (*self._mine(table), table.c.field == draft.field, table.c.unresolved)
        unresolved = set(self._connection.execute(select(table.c.version).where(*here)).scalars())
        if resolved := unresolved & set(draft.resolves):
            self._connection.execute(update(table).where(*here, table.c.version.in_(resolved)).values(unresolved=False))

    def _write(self, draft: _Draft, aside: bool) -> int:
        field, head = draft.field, schema.answer_head
        insert_missing(self._connection, head, **self._owner, field=field, head=0, newest=0, filled=False)
        here = (*self._mine(head), head.c.field == field)
        version = int(self._connection.execute(select(head.c.newest).where(*here)).scalar_one()) + 1
        moved = {"newest": version} if aside else {"newest": version, "head": version, "filled": bool(draft.text.strip())}
        self._connection.execute(update(head).where(*here).values(moved))
        sealed = seal(self._key, pad(draft.text.encode("utf-8", "surrogatepass")), *self._where(field, version))
        values = {"content_key": self._key_id, "sealed": sealed, "saved_at": self._now, "aside": aside, "unresolved": aside}
        self._connection.execute(insert(schema.answer).values(**self._owner, field=field, version=version, **values))
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

    def _mine(self, table: Table) -> tuple[ColumnElement[bool], ...]:
        return table.c.gathering == self._owner["gathering"], table.c.person == self._owner["person"]


def _check(field: str, text: str, save_id: str) -> None:
    if not _FIELD.fullmatch(field):
        raise AnswerError(f"Feltet {field[:100]!r} findes ikke.")
    if not _SAVE_ID.fullmatch(save_id):
        raise AnswerError("Siden har sendt noget, serveren ikke forstår. Kopiér din tekst, og hent siden igen.")
    if (length := len(text.encode("utf-8", "surrogatepass"))) > LARGEST:
        raise AnswerError(f"Teksten fylder {length} byte; der er plads til {LARGEST}. Kopiér den, og del den op.")


def _fingerprint(key: bytes, draft: _Draft) -> bytes:
    """What tells two drafts apart, and tells nobody without the key what they say."""
    content = "\0".join((draft.save_id, draft.field, draft.text)).encode("utf-8", "surrogatepass")
    return blake2b(content, key=key, person=b"save", encoder=RawEncoder)
