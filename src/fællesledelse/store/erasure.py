"""Deleting one leader from a gathering that goes on: what is theirs, never what others wrote.

What a leader has answered, shared and published goes. What was given to somebody stays that one's to read, and the group's
contract stays the group's; nobody's name stands on it any more. The key of the gathering stays, since the others' texts need
it. So a copy from before still holds what was deleted: the note beside the key deletes it again when such a copy is put
back. It holds no name and no address.
"""

import hashlib
import hmac
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, or_, select, update

from ..errors import StoreError
from . import schema
from .contracts import KIND as CONTRACT
from .database import Database
from .keyfiles import KeyFiles
from .people import row_by_email
from .surveys import Surveys
from .themes import Themes

GONE: Final = "en leder, der er slettet"
"""What a deleted leader is called."""

_Rules = list[tuple[Table, ColumnElement[bool]]]


@dataclass(frozen=True)
class Share:
    """What goes with one leader of a gathering: ``rows`` by table. ``whole``: the sign-in too, as they are in no other.

    ``kept`` is how many things they gave to others stay with those others.
    """

    gathering: str
    person: str
    rows: dict[str, int]
    whole: bool
    kept: int


@dataclass(frozen=True)
class LeaderReceipt:
    """What was deleted of a leader. ``mark`` tells whose it is to who knows the address, and nobody else.

    ``waves``: of the survey, in which answers were found and withdrawn. Without ``finished_at`` (ISO format, UTC) it is a
    note of a deletion that has begun.
    """

    share: Share
    mark: str
    begun_at: str
    copies: list[dict[str, str]]
    waves: int = 0
    mails: int = 0
    finished_at: str | None = None


class Erasure:
    """The verbs about deleting one leader. ``given``: the kinds of parcels that stay with those they were given to."""

    def __init__(
        self, database: Database, files: KeyFiles, surveys: Surveys, themes: Themes, clock: Callable[[], datetime]
    ) -> None:
        self._database, self._files, self._clock = database, files, clock
        self._surveys, self._themes = surveys, themes

    def share(self, gathering: str, email: str, given: Collection[str]) -> Share | None:
        """What would go with a leader; None if nobody of that address is or has been in the gathering."""
        with self._database.reading() as connection:
            row = row_by_email(connection, email)
            if row is None or not _place(connection, gathering, row["id"]):
                return None
            return _share(connection, gathering, row["id"], given)

    def receipt(self, gathering: str, email: str) -> LeaderReceipt | None:
        """The receipt of a leader who has been deleted, or is being deleted."""
        if not self._files.holds(gathering):
            return None
        mark = self._mark(gathering, email)
        found = [as_leader_receipt(note) for note in self._files.leaders(gathering).values() if note["mark"] == mark]
        return max(found, key=lambda each: each.begun_at, default=None)

    def receipts(self) -> list[LeaderReceipt]:
        """Of those who have been deleted, and who are being deleted, in every gathering that is here."""
        return [
            as_leader_receipt(note) for gathering in self._files.noted() for note in self._files.leaders(gathering).values()
        ]

    def begin(self, gathering: str, email: str, given: Collection[str]) -> LeaderReceipt:
        """Note that a leader is to go. StoreError if nobody of that address is or has been in the gathering."""
        share = self.share(gathering, email, given)
        if share is None:
            raise StoreError(f"Nobody of that address is in {gathering!r}")
        begun = LeaderReceipt(share, self._mark(gathering, email), self._now(), self._files.copies(gathering))
        self._note(begun)
        return begun

    def finish(self, begun: LeaderReceipt, given: Collection[str], mails: int = 0) -> LeaderReceipt:
        """Delete what is theirs, in the database and what its files still hold. The receipt.

        Once or a hundred times, the result is the same. ``mails``: how many unsent ones were discarded.
        """
        gathering, person = begun.share.gathering, begun.share.person
        waves = self._withdrawn(gathering, person)
        with self._database.atomic() as connection:
            there = _place(connection, gathering, person)
            share = _share(connection, gathering, person, given) if there else begun.share
            rows = share.rows if sum(share.rows.values()) >= sum(begun.share.rows.values()) else begun.share.rows
            begun = replace(begun, share=replace(share, rows=rows, whole=share.whole or begun.share.whole))
            begun = replace(begun, waves=max(begun.waves, waves), mails=begun.mails + mails)
            self._note(begun)  # before the rows are gone: whoever is killed in between counts them again
            for table, rule in _rules(gathering, person, given):
                connection.execute(delete(table).where(rule))
            _take_name(connection, gathering, person)
            if there and share.whole:
                forget(connection, {person})
        self._database.shrink()
        done = replace(begun, finished_at=self._now())
        self._note(done)
        return done

    def _withdrawn(self, gathering: str, person: str) -> int:
        """Take the leader out of the survey and the themes; in how many waves there were answers."""
        if not self._files.holds(gathering):
            return 0  # a copy put back without its key: nobody can read it
        self._themes.forget(gathering, person)
        return self._surveys.forget(gathering, person)

    def _mark(self, gathering: str, email: str) -> str:
        told = b"deleted leader" + email.strip().lower().encode()
        return hmac.new(self._files.read(gathering), told, hashlib.sha256).hexdigest()

    def _note(self, receipt: LeaderReceipt) -> None:
        self._files.note_leader(receipt.share.gathering, receipt.share.person, asdict(receipt))

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")


def as_leader_receipt(note: dict[str, Any]) -> LeaderReceipt:
    """The receipt of a note as it is stored."""
    return LeaderReceipt(**(note | {"share": Share(**note["share"])}))


def nameless(gathering: ColumnElement[str] | str, person: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether someone has been in gatherings other than that one, and has been deleted from each of them."""
    other = schema.membership.alias("other")
    elsewhere = (other.c.person == person, other.c.gathering != gathering)
    return and_(exists().where(*elsewhere), ~exists().where(*elsewhere, other.c.name != GONE))


def forget(connection: Connection, people: Collection[str]) -> None:
    """Delete sign-in, keys, name and address of people of whom nothing else is left but what they gave to others."""
    person, pair = schema.person, schema.key_pair
    pairs = select(pair.c.public).where(pair.c.person.in_(people))
    connection.execute(update(person).where(person.c.id.in_(people)).values(public=None))
    connection.execute(delete(schema.key_wrap).where(schema.key_wrap.c.pair.in_(pairs)))
    for table in (schema.session, schema.invitation, pair):
        connection.execute(delete(table).where(table.c.person.in_(people)))
    nobody = {"email": "slettet-" + person.c.id, "name": GONE}
    connection.execute(update(person).where(person.c.id.in_(people)).values(nobody))


def _place(connection: Connection, gathering: str, person: str) -> bool:
    """Whether someone is or has been in a gathering, and has not been deleted from it."""
    table = schema.membership
    here = (table.c.gathering == gathering, table.c.person == person, table.c.name != GONE)
    return connection.execute(select(table.c.person).where(*here)).scalar() is not None


def _share(connection: Connection, gathering: str, person: str, given: Collection[str]) -> Share:
    rules, parcel, other = _rules(gathering, person, given), schema.parcel, schema.membership
    counted = {
        table.name: connection.execute(select(func.count()).select_from(table).where(rule)).scalar_one()
        for table, rule in rules
    }
    mine = (parcel.c.gathering == gathering, parcel.c.person == person)
    written = connection.execute(select(func.count()).select_from(parcel).where(*mine)).scalar_one()
    elsewhere = (other.c.person == person, other.c.gathering != gathering, other.c.name != GONE)
    whole = connection.execute(select(other.c.person).where(*elsewhere)).scalar() is None
    rows = {name: count for name, count in counted.items() if count}
    return Share(gathering, person, rows, whole, written - counted["parcel"])


def _rules(gathering: str, person: str, given: Collection[str]) -> _Rules:
    """Which rows go, table by table, so that each goes before those it refers to."""
    parcel, key, mailing, others = schema.parcel, schema.parcel_key, schema.mailing, schema.parcel_key.alias("others")
    here = parcel.c.gathering == gathering
    read = exists().where(others.c.parcel == parcel.c.id, others.c.person != person, others.c.sealed.is_not(None))
    stays = or_(parcel.c.kind == CONTRACT, and_(parcel.c.kind.in_(sorted(given)), read))
    going = and_(here, parcel.c.person == person, ~stays)
    ids = select(parcel.c.id)
    keys = or_(key.c.parcel.in_(ids.where(going)), and_(key.c.person == person, key.c.parcel.in_(ids.where(here))))
    line = schema.mailing_line
    mails = and_(line.c.person == person, line.c.mailing.in_(select(mailing.c.id).where(mailing.c.gathering == gathering)))
    plain = ("answer", "answer_head", "save", "content_key", "step_mark", "notice_acceptance", "veto", "calendar_mark")
    tables = [schema.metadata.tables[name] for name in (*plain, "invitation")]
    fading = and_(going, parcel.c.gone_on.is_not(None))
    own = [(table, and_(table.c.gathering == gathering, table.c.person == person)) for table in tables]
    notes = (schema.answer.name, schema.answer_head.name)
    own = [(table, or_(rule, _about(table, parcel, fading)) if table.name in notes else rule) for table, rule in own]
    return [*own, (key, keys), (parcel, going), (line, mails)]


def _about(table: Table, parcel: Table, going: ColumnElement[bool]) -> ColumnElement[bool]:
    """The others' notes about drafts that go: nothing is left to delete them by on the day that was agreed on."""
    given = table.c.field.like("given." + parcel.c.id + ".%")
    return exists().where(table.c.gathering == parcel.c.gathering, given, going)


def _take_name(connection: Connection, gathering: str, person: str) -> None:
    """Leave the place in the gathering to nobody, for what was given to others stands on it."""
    table = schema.membership
    here = (table.c.gathering == gathering, table.c.person == person)
    until = func.coalesce(table.c.until, table.c.since)
    connection.execute(update(table).where(*here).values(name=GONE, group=None, until=until, led_until=None))
