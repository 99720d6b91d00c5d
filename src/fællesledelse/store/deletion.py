"""Deleting a gathering for good: its key first, then its rows, then what the database's files still hold of them.

A note beside the key says that it has begun. Whoever is killed on the way goes on from that note, and once it says that
all is gone, it is the receipt, and keeps the gathering from coming back.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, or_, select

from ..errors import StoreError
from . import schema
from .database import Database
from .erasure import forget, nameless
from .keyfiles import KeyFiles


@dataclass(frozen=True)
class Extent:
    """What goes with a gathering: ``rows`` by table, those of ``people`` among them, who are in no other gathering.

    ``staying`` have been in another one too: what is theirs there is not touched.
    """

    gathering: str
    name: str
    rows: dict[str, int]
    people: int
    staying: int


@dataclass(frozen=True)
class Receipt:
    """What was deleted. ``copies`` of the key were handed out, and must be destroyed by hand; ``mails`` had not been sent.

    Without ``finished_at`` (ISO format, UTC) it is a note of a deletion that has begun.
    """

    extent: Extent
    begun_at: str
    copies: list[dict[str, str]]
    mails: int = 0
    finished_at: str | None = None


class Deletion:
    """The verbs about deleting a gathering."""

    def __init__(self, database: Database, files: KeyFiles, clock: Callable[[], datetime]) -> None:
        self._database, self._files, self._clock = database, files, clock

    def extent(self, gathering: str) -> Extent | None:
        """What would go with a gathering; None if there is none of that id."""
        with self._database.reading() as connection:
            return _extent(connection, gathering)

    def begin(self, gathering: str) -> None:
        """Note that the gathering is to go, and destroy its key: from now on nobody can read a text of it.

        Once or a hundred times, the result is the same. StoreError if there is none of that id.
        """
        if self.receipt(gathering) is None:
            extent = self.extent(gathering)
            if extent is None:
                raise StoreError(f"There is no gathering {gathering!r}")
            self._note(Receipt(extent, self._now(), self._files.copies(gathering)))
        self._files.destroy(gathering)

    def addresses(self, gathering: str) -> list[str]:
        """The e-mail addresses of those who go with a gathering."""
        with self._database.reading() as connection:
            going = _leaving(connection, gathering) | _nameless(connection, gathering)
            query = select(schema.person.c.email).where(schema.person.c.id.in_(going))
            return list(connection.execute(query).scalars())

    def finish(self, gathering: str, mails: int = 0) -> Receipt:
        """Delete every row of a gathering whose deletion has begun, and what the files still hold of them. The receipt.

        ``mails``: how many unsent ones were discarded.
        """
        begun = self.receipt(gathering)
        if begun is None:
            raise StoreError(f"The deletion of {gathering!r} has not begun")
        with self._database.atomic() as connection:
            _hold(connection, gathering)
            extent = _extent(connection, gathering)
            begun = replace(begun, extent=extent or begun.extent, mails=begun.mails + mails)
            self._note(begun)  # before the rows are gone: whoever is killed in between counts them again
            _erase(connection, gathering)
        self._database.shrink()
        done = replace(begun, finished_at=self._now())
        self._note(done)
        return done

    def receipt(self, gathering: str) -> Receipt | None:
        """The receipt of a gathering that is deleted, or is being deleted."""
        note = self._files.deletions().get(gathering)
        return None if note is None else as_receipt(note)

    def receipts(self) -> list[Receipt]:
        """Those of every gathering that is deleted, or is being deleted."""
        return [as_receipt(note) for note in self._files.deletions().values()]

    def _note(self, receipt: Receipt) -> None:
        self._files.note_deletion(receipt.extent.gathering, asdict(receipt))

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")


def as_receipt(note: dict[str, Any]) -> Receipt:
    """The receipt of a note as it is stored."""
    return Receipt(**(note | {"extent": Extent(**note["extent"])}))


def _extent(connection: Connection, gathering: str) -> Extent | None:
    table = schema.gathering
    name = connection.execute(select(table.c.name).where(table.c.id == gathering)).scalar()
    if name is None:
        return None
    leaving = _leaving(connection, gathering)
    rows = {
        each.name: connection.execute(select(func.count()).select_from(each).where(rule)).scalar_one()
        for each, rule in _rules(gathering, leaving)
    }
    staying = len(_members(connection, gathering) - leaving)
    return Extent(gathering, name, {name: count for name, count in rows.items() if count}, len(leaving), staying)


def _hold(connection: Connection, gathering: str) -> None:
    """Let no one else change the gathering until the transaction ends."""
    for table, column in ((schema.gathering, "id"), (schema.gathering_group, "gathering"), (schema.membership, "gathering")):
        connection.execute(select(table).where(table.c[column] == gathering).with_for_update()).all()


def _erase(connection: Connection, gathering: str) -> None:
    leaving, homeless = _leaving(connection, gathering), _homeless(connection, gathering)
    forgotten = _nameless(connection, gathering)
    for table, rule in _rules(gathering, leaving):
        connection.execute(delete(table).where(rule))
    connection.execute(delete(schema.session).where(schema.session.c.person.in_(homeless)))
    forget(connection, forgotten)


def _rules(gathering: str, leaving: set[str]) -> list[tuple[Table, ColumnElement[bool]]]:
    """Which rows go, table by table, so that each goes before those it refers to."""
    rules = [(table, _rule(table, gathering, leaving)) for table in reversed(schema.metadata.sorted_tables)]
    return [(table, rule) for table, rule in rules if rule is not None]


def _rule(table: Table, gathering: str, leaving: set[str]) -> ColumnElement[bool] | None:
    """The rows that are or name the gathering, are of those who leave, or refer by one column to a row that goes."""
    if table is schema.gathering:
        return table.c.id == gathering
    if table is schema.person:
        return table.c.id.in_(sorted(leaving))
    keys = [each.elements[0] for each in table.foreign_key_constraints if len(each.elements) == 1]
    found = [(key, _rule(key.column.table, gathering, leaving)) for key in keys]
    ways: list[ColumnElement[bool]] = [
        key.parent.in_(select(key.column).where(rule)) for key, rule in found if rule is not None
    ]
    if "gathering" in table.c:
        ways.append(table.c.gathering == gathering)
    return or_(*ways) if ways else None


def _members(connection: Connection, gathering: str) -> set[str]:
    """The ids of everyone who is or has been in a gathering."""
    table = schema.membership
    return set(connection.execute(select(table.c.person).where(table.c.gathering == gathering)).scalars())


def _leaving(connection: Connection, gathering: str) -> set[str]:
    """Those of them who have never been in another."""
    table = schema.membership
    elsewhere = select(table.c.person).where(table.c.gathering != gathering)
    return _members(connection, gathering) - set(connection.execute(elsewhere).scalars())


def _nameless(connection: Connection, gathering: str) -> set[str]:
    """Those of them who have been in others too, and have been deleted from each."""
    table = schema.membership
    here = table.c.gathering == gathering
    return set(connection.execute(select(table.c.person).where(here, nameless(gathering, table.c.person))).scalars())


def _homeless(connection: Connection, gathering: str) -> set[str]:
    """Those of them who are in no other today: they are signed out."""
    table = schema.membership
    today = select(table.c.person).where(table.c.gathering != gathering, table.c.until.is_(None))
    return _members(connection, gathering) - set(connection.execute(today).scalars())
