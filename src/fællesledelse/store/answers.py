"""What leaders write: sealed, versioned, never overwritten.

Versions of a field are 1, 2, 3 … A save made from the field's present version becomes the field's text; any other is
kept aside with a version of its own, until a later save says that it has taken it into account.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime

from nacl.encoding import RawEncoder
from nacl.hash import blake2b
from sqlalchemy import Connection, RowMapping, and_, insert, or_, select, update

from ..errors import AccessError, AnswerError
from . import schema
from .database import Database, insert_missing
from .keyfiles import KeyFiles
from .keyring import Keyring
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
        self, unlocked: Unlocked, gathering: str, key: str, text: str, base: int, save_id: str, resolves: tuple[int, ...] = ()
    ) -> Saved | Conflict:
        """Store a text for good. When this returns, it is on the disk.

        ``base`` is the version the text was made from, ``save_id`` names this save: sent again, it stores nothing and
        tells the same. ``resolves`` are versions kept aside that the text takes into account. AnswerError if the text
        is too long or a ``save_id`` comes back with another text; AccessError if the person is not a member today.
        """
        _check(key, text, save_id)
        with self._database.atomic() as connection:
            return _Desk(connection, self._files, unlocked, gathering, self._clock()).save(key, text, base, save_id, resolves)

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


class _Desk:
    """One author's answers in one gathering, within one transaction."""

    def __init__(self, connection: Connection, files: KeyFiles, unlocked: Unlocked, gathering: str, now: datetime) -> None:
        self._connection, self._now = connection, now
        self._owner = {"gathering": gathering, "person": unlocked.person.id}
        self._keyring = Keyring(connection, files, unlocked, gathering)

    def save(self, field: str, text: str, base: int, save_id: str, resolves: tuple[int, ...]) -> Saved | Conflict:
        self._lock()
        key_id, key = self._keyring.current() or self._keyring.create()
        fingerprint = _fingerprint(key, save_id, field, text)
        earlier = self._earlier(save_id)
        if earlier is not None:
            return self._repeated(earlier, field, fingerprint)
        outcome = self._place(field, text, base, resolves, key_id, key)
        aside = isinstance(outcome, Conflict)
        version = outcome.aside if isinstance(outcome, Conflict) else outcome.version
        saved_at = self._now if isinstance(outcome, Conflict) else outcome.saved_at
        values = {"save_id": save_id, "fingerprint": fingerprint, "version": version, "aside": aside, "saved_at": saved_at}
        self._connection.execute(insert(schema.save).values(**self._owner, **values))
        return outcome

    def answers(self, fields: set[str] | None) -> dict[str, Answer]:
        head, answer = schema.answer_head, schema.answer
        shown = or_(answer.c.version == head.c.head, answer.c.unresolved)
        same = and_(*(answer.c[name] == head.c[name] for name in ("gathering", "person", "field")), shown)
        query = select(head.c.field.label("name"), head.c.head, answer).join_from(head, answer, same)
        query = query.where(*self._mine(head)).order_by(head.c.field, answer.c.version)
        if fields is not None:
            query = query.where(head.c.field.in_([field for field in fields if _FIELD.fullmatch(field)]))
        rows: dict[str, list[RowMapping]] = {}
        for row in self._connection.execute(query).mappings():
            rows.setdefault(row["name"], []).append(row)
        return {field: self._answer(found) for field, found in rows.items()}

    def versions(self, field: str) -> list[Version]:
        if not _FIELD.fullmatch(field):
            return []
        table = schema.answer
        query = select(table).where(*self._mine(table), table.c.field == field).order_by(table.c.version.desc())
        return [self._version(row) for row in self._connection.execute(query).mappings()]

    def _lock(self) -> None:
        """Hold the membership until the transaction ends: one save at a time per person and gathering."""
        table = schema.membership
        query = select(table.c.person).where(*self._mine(table), table.c.until.is_(None)).with_for_update()
        if self._connection.execute(query).scalar() is None:
            raise AccessError("Du er ikke med på det hold, du prøver at skrive på.")

    def _earlier(self, save_id: str) -> RowMapping | None:
        table = schema.save
        return self._connection.execute(select(table).where(*self._mine(table), table.c.save_id == save_id)).mappings().one_or_none()

    def _repeated(self, earlier: RowMapping, field: str, fingerprint: bytes) -> Saved | Conflict:
        if earlier["fingerprint"] != fingerprint:
            raise AnswerError("Det samme gem er sendt før med en anden tekst. Kopiér din tekst, og hent siden igen.")
        if earlier["aside"]:
            return Conflict(self._present(field), earlier["version"])
        return Saved(earlier["version"], earlier["saved_at"])

    def _place(self, field: str, text: str, base: int, resolves: tuple[int, ...], key_id: str, key: bytes) -> Saved | Conflict:
        self._resolve(field, resolves)
        present = self._present(field)
        if text == present.text and not present.sealed:
            return Saved(present.version, present.saved_at or self._now)
        if base == present.version:
            return Saved(self._write(field, text, False, key_id, key), self._now)
        known = [aside.version for aside in present.asides if aside.text == text and not aside.sealed]
        if known:
            return Conflict(present, known[0])
        version = self._write(field, text, True, key_id, key)
        return Conflict(self._present(field), version)

    def _resolve(self, field: str, versions: tuple[int, ...]) -> None:
        table = schema.answer
        unresolved = set(self._connection.execute(
            select(table.c.version).where(*self._mine(table), table.c.field == field, table.c.unresolved)
        ).scalars())
        resolved = unresolved & set(versions)
        if resolved:
            self._connection.execute(
                update(table)
                .where(*self._mine(table), table.c.field == field, table.c.version.in_(resolved))
                .values(unresolved=False)
            )

    def _write(self, field: str, text: str, aside: bool, key_id: str, key: bytes) -> int:
        head = schema.answer_head
        insert_missing(self._connection, head, **self._owner, field=field, head=0, newest=0, filled=False)
        here = (*self._mine(head), head.c.field == field)
        version = int(self._connection.execute(select(head.c.newest).where(*here)).scalar_one()) + 1
        moved = {"newest": version} if aside else {"newest": version, "head": version, "filled": bool(text.strip())}
        self._connection.execute(update(head).where(*here).values(moved))
        sealed = seal(key, pad(text.encode("utf-8", "surrogatepass")), *self._where(field, version))
        values = {"content_key": key_id, "sealed": sealed, "saved_at": self._now, "aside": aside, "unresolved": aside}
        self._connection.execute(insert(schema.answer).values(**self._owner, field=field, version=version, **values))
        return version

    def _present(self, field: str) -> Answer:
        return self.answers({field}).get(field, Answer(0, "", None))

    def _answer(self, rows: list[RowMapping]) -> Answer:
        versions = [self._version(row) for row in rows]
        asides = tuple(version for version in versions if version.aside)
        for version in versions:
            if not version.aside:
                return Answer(version.version, version.text, version.saved_at, asides, version.sealed)
        return Answer(0, "", None, asides)

    def _version(self, row: RowMapping) -> Version:
        key = self._keyring.open(row["content_key"])
        if key is None:
            return Version(row["version"], "", row["saved_at"], row["aside"], sealed=True)
        text = unpad(unseal(key, row["sealed"], *self._where(row["field"], row["version"])))
        return Version(row["version"], text.decode("utf-8", "surrogatepass"), row["saved_at"], row["aside"])

    def _where(self, field: str, version: int) -> tuple[str | int, ...]:
        return "answer", self._owner["gathering"], self._owner["person"], field, version

    def _mine(self, table: schema.Table) -> tuple[object, object]:
        return table.c.gathering == self._owner["gathering"], table.c.person == self._owner["person"]


def _check(field: str, text: str, save_id: str) -> None:
    if not _FIELD.fullmatch(field):
        raise AnswerError(f"Feltet {field[:100]!r} findes ikke.")
    if not _SAVE_ID.fullmatch(save_id):
        raise AnswerError(f"Gemmets nummer {save_id[:64]!r} er ikke et nummer.")
    if (length := len(text.encode("utf-8", "surrogatepass"))) > LARGEST:
        raise AnswerError(f"Teksten fylder {length} byte; der er plads til {LARGEST}. Kopiér den, og del den op.")


def _fingerprint(key: bytes, save_id: str, field: str, text: str) -> bytes:
    content = "\0".join((save_id, field, text)).encode("utf-8", "surrogatepass")
    return blake2b(content, key=key, person=b"save", encoder=RawEncoder)
