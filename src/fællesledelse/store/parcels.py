"""What leaders share: parcels, written once and sealed to their readers.

A parcel has a key of its own. For each reader that key is sealed to the reader's public key, and that again with the
gathering's key file. To withdraw a parcel is to throw the others' keys away; what was sealed to a person who has moved
to another group stays theirs to read, and who comes later never gets a key.
"""

import json
import re
import secrets
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from nacl.public import SealedBox
from sqlalchemy import Connection, RowMapping, Select, delete, func, insert, or_, select, update

from ..errors import AccessError, AnswerError
from . import schema, vault
from .database import Database
from .keyfiles import KeyFiles
from .keyring import private_half
from .people import hold_membership
from .records import Parcel, Person
from .safe import seal_to_safes
from .sealing import pad, seal, unpad, unseal
from .vault import Unlocked

LARGEST = 1_000_000
"""The most bytes of JSON that one parcel may have."""

MOST = 200
"""How many parcels of one kind an author may have in a gathering: the others' pages open them all."""

_ID = re.compile(r"[0-9a-f]{32}")


class Parcels:
    """The verbs about what is shared."""

    def __init__(self, database: Database, files: KeyFiles, clock: Callable[[], datetime]) -> None:
        self._database, self._files, self._clock = database, files, clock

    def post(
        self,
        unlocked: Unlocked,
        gathering: str,
        kind: str,
        content: dict[str, Any],
        to: Iterable[str],
        *,
        subject: str = "",
        group: str = "",
        due: date | None = None,
        gone_on: date | None = None,
        parcel_id: str | None = None,
        once: bool = False,
    ) -> Parcel:
        """Share ``content`` with the people ``to`` (ids) and the author; who has not enrolled is left out.

        ``parcel_id`` (32 hexadecimal digits) names it, so that a repeated request posts nothing twice. ``once``: an
        author posts only one of that kind and subject. ``gone_on``: the day on which ``forget`` deletes it. AnswerError
        if it is too large, was posted before or is one too many; AccessError if the author is not a member today.
        """
        with self._database.atomic() as connection:
            desk = Desk(connection, self._files, unlocked, gathering)
            hold_membership(connection, gathering, unlocked.person.id)
            seal_to_safes(connection, self._files, unlocked)
            place = {
                "kind": kind,
                "subject": subject,
                "group": group,
                "due": due,
                "gone_on": gone_on,
                "made_at": self._clock(),
            }
            return desk.post(parcel_id or secrets.token_hex(16), place, content, {unlocked.person.id, *to}, once)

    def opened(
        self, unlocked: Unlocked, gathering: str, kind: str | None = None, subject: str | None = None
    ) -> list[Parcel]:
        """Everything someone has shared or been sent in a gathering, newest first; withdrawn parcels too, empty."""
        wanted = {"kind": kind, "subject": subject}
        with self._database.reading() as connection:
            return Desk(connection, self._files, unlocked, gathering).newest_first(wanted)

    def written(self, unlocked: Unlocked, gathering: str, kind: str, subject: str | None = None) -> list[Parcel]:
        """What someone has shared of a kind, newest first, withdrawn parcels too. Opens nothing of anyone else's."""
        wanted = {"kind": kind, "subject": subject, "person": unlocked.person.id}
        with self._database.reading() as connection:
            return Desk(connection, self._files, unlocked, gathering).newest_first(wanted)

    def get(self, unlocked: Unlocked, gathering: str, parcel_id: str) -> Parcel | None:
        """The parcel with that id, or None if it was never this person's to read."""
        with self._database.reading() as connection:
            return Desk(connection, self._files, unlocked, gathering).get(parcel_id)

    def withdraw(self, unlocked: Unlocked, gathering: str, parcel_id: str) -> Parcel:
        """Take a parcel back from everyone but its author, for good. AccessError unless it is the author's own."""
        table, key, me = schema.parcel, schema.parcel_key, unlocked.person.id
        with self._database.atomic() as connection:
            desk = Desk(connection, self._files, unlocked, gathering)
            found = desk.get(parcel_id)
            if found is None or found.author.id != me:
                raise AccessError("Det er ikke dit at trække tilbage.")
            if found.withdrawn_at is None:
                connection.execute(update(table).where(table.c.id == parcel_id).values(withdrawn_at=self._clock()))
                others = (key.c.parcel == parcel_id, key.c.person != me)
                connection.execute(update(key).where(*others).values(sealed=None))
            return desk.get(parcel_id) or found

    def forget(self, today: date) -> set[tuple[str, str]]:
        """Delete the parcels whose day has come, in every gathering, and all notes about them; (gathering, group) of each.

        First what is in them, then what the files still hold of that, then the rows: who is killed in between, or finds
        the files in use (StoreError), begins again with the same ones.
        """
        table, key = schema.parcel, schema.parcel_key
        with self._database.atomic() as connection:
            columns = (table.c.id, table.c.subject, table.c.gathering, table.c.group)
            gone = connection.execute(select(*columns).where(table.c.gone_on <= today)).all()
            ids = [each.id for each in gone]
            for each in gone:
                for draft in filter(_ID.fullmatch, (each.id, each.subject)):  # feedback has a draft for its subject
                    _forget_notes(connection, each.gathering, draft)
            connection.execute(delete(key).where(key.c.parcel.in_(ids)))
            connection.execute(update(table).where(table.c.id.in_(ids)).values(sealed=b""))
        if gone:
            self._database.shrink()
            with self._database.atomic() as connection:
                connection.execute(delete(table).where(table.c.id.in_(ids)))
        return {(each.gathering, each.group) for each in gone}


class Desk:
    """One person's parcels in one gathering, within one transaction."""

    def __init__(self, connection: Connection, files: KeyFiles, unlocked: Unlocked, gathering: str) -> None:
        self._connection, self._files, self._unlocked, self._gathering = connection, files, unlocked, gathering

    def mine(self) -> Select[Any]:
        """The parcels this person has written or been sent, with their author and this person's key."""
        table, key, person, member = schema.parcel, schema.parcel_key, schema.person, schema.membership
        columns = (table, key.c.pair, key.c.sealed.label("sealed_key"), person.c.email, member.c.name)
        author = (member.c.gathering == table.c.gathering) & (member.c.person == table.c.person)
        found = select(*columns).join(key, key.c.parcel == table.c.id).join(person, person.c.id == table.c.person)
        found = found.join(member, author)
        return found.where(table.c.gathering == self._gathering, key.c.person == self._unlocked.person.id)

    def get(self, parcel_id: str) -> Parcel | None:
        """The parcel with that id, or None."""
        if not _ID.fullmatch(parcel_id):
            return None
        return next(iter(self.opened(self.mine().where(schema.parcel.c.id == parcel_id))), None)

    def newest_first(self, wanted: dict[str, str | None]) -> list[Parcel]:
        """The parcels whose columns have those values; None: whatever they have."""
        table = schema.parcel
        here = [table.c[name] == value for name, value in wanted.items() if value is not None]
        return self.opened(self.mine().where(*here).order_by(table.c.made_at.desc(), table.c.number.desc(), table.c.id))

    def opened(self, query: Select[Any]) -> list[Parcel]:
        """The parcels of a query over ``mine``."""
        rows = self._connection.execute(query).mappings().all()
        readers = self._readers([row["id"] for row in rows])
        return [self._parcel(row, readers[row["id"]]) for row in rows]

    def post(
        self, parcel_id: str, place: dict[str, Any], content: dict[str, Any], to: set[str], once: bool = False
    ) -> Parcel:
        """Seal and store. Call it holding the author's membership."""
        if not _ID.fullmatch(parcel_id):
            raise AnswerError("Siden har sendt noget, serveren ikke forstår. Hent siden igen.")
        present = self.get(parcel_id)
        if present is not None and self._same(present, place):
            return present
        number = self._posted(place) + 1
        if present is not None or self._taken(parcel_id) or (once and number > 1):
            raise AnswerError("Det er allerede givet og kan ikke gives en gang til.")
        if self._count(place["kind"]) >= MOST:
            raise AnswerError(f"Du har gjort det {MOST} gange, og der er ikke plads til flere. Intet er slettet.")
        key = secrets.token_bytes(32)
        values = {
            "id": parcel_id,
            "gathering": self._gathering,
            "person": self._unlocked.person.id,
            "number": number,
            **place,
        }
        sealed = seal(key, pad(_json(content)), *_place(values))
        self._connection.execute(insert(schema.parcel).values(**values, sealed=sealed))
        self._hand_out(parcel_id, key, to)
        posted = self.get(parcel_id)
        assert posted is not None
        return posted

    def _same(self, parcel: Parcel, place: dict[str, Any]) -> bool:
        """Whether a parcel is the author's own, and what a repeated request asks for again."""
        here = parcel.kind, parcel.subject
        return parcel.author.id == self._unlocked.person.id and here == (place["kind"], place["subject"])

    def _count(self, kind: str) -> int:
        """How many parcels of a kind the author has."""
        table = schema.parcel
        mine = (table.c.gathering == self._gathering, table.c.person == self._unlocked.person.id, table.c.kind == kind)
        return int(self._connection.execute(select(func.count()).select_from(table).where(*mine)).scalar_one())

    def _posted(self, place: dict[str, Any]) -> int:
        """The highest number the author has given to parcels of that kind and subject."""
        table = schema.parcel
        query = select(func.max(table.c.number)).where(
            table.c.gathering == self._gathering,
            table.c.person == self._unlocked.person.id,
            table.c.kind == place["kind"],
            table.c.subject == place["subject"],
        )
        return int(self._connection.execute(query).scalar() or 0)

    def _taken(self, parcel_id: str) -> bool:
        query = select(schema.parcel.c.id).where(schema.parcel.c.id == parcel_id)
        return self._connection.execute(query).scalar() is not None

    def _hand_out(self, parcel_id: str, key: bytes, to: set[str]) -> None:
        person = schema.person
        query = select(person.c.id, person.c.public).where(person.c.id.in_(to), person.c.public.is_not(None))
        outer, rows = self._files.read(self._gathering), []
        for reader, public in self._connection.execute(query.order_by(person.c.id)).all():
            inner = SealedBox(vault.public_key(public)).encrypt(key)
            sealed = seal(outer, inner, *_key_place(self._gathering, parcel_id, reader))
            rows.append({"parcel": parcel_id, "person": reader, "pair": public, "sealed": sealed})
        self._connection.execute(insert(schema.parcel_key), rows)

    def _readers(self, parcels: list[str]) -> dict[str, tuple[str, ...]]:
        key = schema.parcel_key
        query = select(key.c.parcel, key.c.person).where(key.c.parcel.in_(parcels)).order_by(key.c.person)
        found: dict[str, tuple[str, ...]] = dict.fromkeys(parcels, ())
        for parcel, reader in self._connection.execute(query).all():
            found[parcel] += (reader,)
        return found

    def _parcel(self, row: RowMapping, readers: tuple[str, ...]) -> Parcel:
        author = Person(row["person"], row["email"], row["name"])
        told = {
            name: row[name] for name in ("kind", "subject", "number", "group", "made_at", "due", "gone_on", "withdrawn_at")
        }
        return Parcel(id=row["id"], author=author, readers=readers, content=self._content(row), **told)

    def _content(self, row: RowMapping) -> dict[str, Any] | None:
        private = private_half(self._connection, self._unlocked, row["pair"]) if row["sealed_key"] else None
        if private is None:
            return None
        where = _key_place(self._gathering, row["id"], self._unlocked.person.id)
        key = vault.open_sealed(private, unseal(self._files.read(self._gathering), row["sealed_key"], *where))
        content: dict[str, Any] = json.loads(unpad(unseal(key, row["sealed"], *_place(row))))
        return content


def _forget_notes(connection: Connection, gathering: str, draft: str) -> None:
    """Delete what stands in anyone's notes about a draft (their keys: see ``server.notes``)."""
    for table in (schema.answer, schema.answer_head):
        about = or_(table.c.field == f"picked.{draft}", table.c.field.like(f"given.{draft}.%"))
        connection.execute(delete(table).where(table.c.gathering == gathering, about))


def _place(row: RowMapping | dict[str, Any]) -> tuple[str | int, ...]:
    return "parcel", *(row[name] for name in ("gathering", "person", "kind", "subject", "number", "id"))


def _key_place(gathering: str, parcel_id: str, reader: str) -> tuple[str, ...]:
    return "parcel key", gathering, parcel_id, reader


def _json(content: dict[str, Any]) -> bytes:
    text = json.dumps(content).encode()  # ASCII, since half a surrogate pair in a text has no UTF-8
    if len(text) > LARGEST:
        raise AnswerError("Det fylder for meget til at blive delt på én gang. Forkort det. Intet er slettet.")
    return text
