"""Who is who: people, gatherings, groups and memberships."""

import secrets
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    select,
    update,
)

from ..errors import AccessError, StoreError
from ..model import Manifest, Participant, Role, Roster
from . import schema
from .database import Database, insert_missing, put
from .keyfiles import KeyFiles
from .records import Member, Membership, Person
from .sealing import seal
from .vault import public_key

CASE = "case"
"""The kind of the parcels that are what a leader brings to a network's meeting."""

# What nearly every request asks is made once: for SQLAlchemy that is half of the work.
_TODAY = (schema.membership.c.person == bindparam("person"), schema.membership.c.until.is_(None))
_PLACES = (
    select(*(schema.membership.c[name] for name in ("gathering", "role", "group", "led_until")), schema.gathering.c.name)
    .join(schema.gathering, schema.gathering.c.id == schema.membership.c.gathering)
    .order_by(schema.membership.c.gathering)
)
_MEMBERSHIPS = _PLACES.where(*_TODAY)
_FORMER = _PLACES.where(schema.membership.c.person == bindparam("person"), schema.membership.c.led_until.is_not(None))
_HELD = (
    select(schema.membership.c.person)
    .where(*_TODAY, schema.membership.c.gathering == bindparam("gathering"))
    .with_for_update()
)


class People:
    """The verbs about people and gatherings."""

    def __init__(self, database: Database, files: KeyFiles, clock: Callable[[], datetime]) -> None:
        self._database, self._files, self._clock = database, files, clock

    def adopt(self, manifest: Manifest, roster: Roster) -> None:
        """Take over a built cohort. Once or a hundred times, the result is the same.

        People are known by e-mail: a corrected address is another person. Who is no longer in the roster leaves the
        gathering today and keeps everything they wrote; who comes back is a member again. What a gathering calls someone is
        its own matter: beyond it a name is changed only for those who have never been in another.
        """
        if manifest.gathering != roster.gathering:
            raise StoreError(f"The manifest is of {manifest.gathering!r}, but the roster of {roster.gathering!r}")
        with self._database.atomic() as connection:
            self._adopt_gathering(connection, manifest)
            for group in sorted({participant.group for participant in roster.participants} - {""}):
                insert_missing(connection, schema.gathering_group, gathering=manifest.gathering, name=group)
            present = [
                self._adopt_participant(connection, manifest.gathering, participant)
                for participant in sorted(roster.participants, key=lambda participant: participant.email)
            ]
            self._end_memberships(connection, manifest.gathering, present)
            self._end_acceptances(connection, manifest.gathering)
            self._end_cases(connection, manifest.gathering)

    def gatherings(self, person_id: str) -> list[Membership]:
        """The gatherings someone is a member of today, in the order of their ids."""
        with self._database.reading() as connection:
            rows = connection.execute(_MEMBERSHIPS, {"person": person_id}).mappings().all()
        return [Membership(row["gathering"], row["name"], Role(row["role"]), row["group"] or "") for row in rows]

    def former(self, person_id: str) -> list[Membership]:
        """The gatherings in which someone has been a leader and is none any more, in the order of their ids.

        As they were then (see ``Membership.left``): they have been taken off the list, or are facilitators since.
        """
        with self._database.reading() as connection:
            rows = connection.execute(_FORMER, {"person": person_id}).mappings().all()
        return [Membership(row["gathering"], row["name"], Role.LEADER, row["group"] or "", row["led_until"]) for row in rows]

    def membership(self, gathering: str, person_id: str) -> Membership | None:
        """Someone's place in a gathering, if they are in it today."""
        return next((each for each in self.gatherings(person_id) if each.gathering == gathering), None)

    def members(self, gathering: str) -> list[Member]:
        """Everyone who is in a gathering today, in the order of their names."""
        return self._members(schema.membership.c.gathering == gathering, schema.membership.c.until.is_(None))

    def left(self, gathering: str) -> list[Member]:
        """Everyone who has been a leader in a gathering and is none any more, in the order of their names."""
        return self._members(schema.membership.c.gathering == gathering, schema.membership.c.led_until.is_not(None))

    def elsewhere(self, gathering: str) -> set[str]:
        """The ids of those in a gathering today who are or have been in another too."""
        table = schema.membership
        here = (table.c.gathering == gathering, table.c.until.is_(None))
        query = select(table.c.person).where(*here, in_another(table.c.gathering, table.c.person))
        with self._database.reading() as connection:
            return set(connection.execute(query).scalars())

    def tenures(self, gathering: str) -> list[tuple[date, date | None]]:
        """From which day to which every leader has been in a gathering; None: still is. No names, in no order of theirs."""
        table = schema.membership
        query = select(table.c.since, table.c.until).where(table.c.gathering == gathering, table.c.role == Role.LEADER)
        with self._database.reading() as connection:
            found = [(row.since, row.until) for row in connection.execute(query)]
        return sorted(found, key=lambda each: (each[0], each[1] or date.max))

    def find(self, email: str) -> Person | None:
        """The person with that e-mail address, however it is capitalised."""
        with self._database.reading() as connection:
            row = row_by_email(connection, email)
        return None if row is None else as_person(row)

    def person(self, person_id: str) -> Person | None:
        """The person with that id."""
        with self._database.reading() as connection:
            row = row_by_id(connection, person_id)
        return None if row is None else as_person(row)

    def _members(self, *which: ColumnElement[bool]) -> list[Member]:
        table = schema.membership
        query = select(table.c.role, table.c.group, schema.person.c.public, *named())
        query = query.join(schema.person, schema.person.c.id == table.c.person).where(*which)
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return sorted(map(_as_member, rows), key=lambda member: (member.person.name, member.person.email))

    def _adopt_gathering(self, connection: Connection, manifest: Manifest) -> None:
        table = schema.gathering
        known = connection.execute(select(table.c.id).where(table.c.id == manifest.gathering)).scalar()
        # A key file is made only for a gathering never seen: one that has been deleted must stay deleted.
        key = self._files.read(manifest.gathering) if known else self._files.create(manifest.gathering)
        values = {"name": manifest.name, "sealed_safe": _sealed_safe(key, manifest)}
        put(connection, table, {"id": manifest.gathering}, values)

    def _adopt_participant(self, connection: Connection, gathering: str, participant: Participant) -> str:
        email, person = address(participant.email), schema.person
        insert_missing(connection, person, id=secrets.token_hex(16), email=email, name=participant.name)
        held = select(person.c.id).where(person.c.email == email).with_for_update()
        person_id = str(connection.execute(held).scalar_one())
        table, today = schema.membership, self._clock().date()
        values = {"name": participant.name, "role": participant.role, "group": participant.group or None}
        insert_missing(connection, table, gathering=gathering, person=person_id, since=today, **values)
        here = (table.c.gathering == gathering, table.c.person == person_id)
        leads = participant.role is Role.LEADER
        led_until = None if leads else _led_until(self._clock())
        connection.execute(update(table).where(*here).values(**values, until=None, led_until=led_until))
        alone = (person.c.id == person_id, ~in_another(gathering, person.c.id))
        connection.execute(update(person).where(*alone).values(name=participant.name))
        return person_id

    def _end_memberships(self, connection: Connection, gathering: str, present: list[str]) -> None:
        table, now = schema.membership, self._clock()
        connection.execute(
            update(table)
            .where(table.c.gathering == gathering, table.c.until.is_(None), table.c.person.not_in(present))
            .values(until=now.date(), led_until=_led_until(now))
        )

    def _end_acceptances(self, connection: Connection, gathering: str) -> None:
        """Who is not in a group any more is asked about its contract again, should they come back."""
        given, member = schema.contract_acceptance, schema.membership
        here = (member.c[name] == given.c[name] for name in ("gathering", "group", "person"))
        still = select(member.c.person).where(*here, member.c.until.is_(None)).exists()
        left = (given.c.gathering == gathering, given.c.left_at.is_(None), ~still)
        connection.execute(update(given).where(*left).values(left_at=self._clock()))

    def _end_cases(self, connection: Connection, gathering: str) -> None:
        """A network's cases are its members' alone: who leaves takes theirs along, and keeps no key to the others'."""
        table, key = schema.parcel, schema.parcel_key
        cases = (table.c.gathering == gathering, table.c.kind == CASE)
        left = (*cases, table.c.withdrawn_at.is_(None), ~_leads(gathering, table.c.person))
        connection.execute(update(table).where(*left).values(withdrawn_at=self._clock()))
        withdrawn = select(table.c.id).where(*cases, table.c.withdrawn_at.is_not(None), table.c.person != key.c.person)
        connection.execute(update(key).where(key.c.parcel.in_(withdrawn)).values(sealed=None))
        others = select(table.c.id).where(*cases, table.c.person != key.c.person)
        connection.execute(delete(key).where(key.c.parcel.in_(others), ~_leads(gathering, key.c.person)))


def _leads(gathering: str, person: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether someone is a leader in a gathering today."""
    table = schema.membership
    here = (table.c.gathering == gathering, table.c.until.is_(None), table.c.role == Role.LEADER)
    return exists().where(*here, table.c.person == person)


def _led_until(now: datetime) -> ColumnElement[Any]:
    """For an update that ends someone's time as a leader: what it was, else ``now`` for one who is a leader yet."""
    member = schema.membership.c
    return func.coalesce(member.led_until, case((member.role == Role.LEADER, literal(now, schema.Moment))))


def hold_membership(connection: Connection, gathering: str, person_id: str) -> None:
    """Hold someone's membership until the transaction ends: one change at a time. AccessError if they aren't in today."""
    if connection.execute(_HELD, {"gathering": gathering, "person": person_id}).scalar() is None:
        raise AccessError("Du er ikke med på det hold, du prøver at skrive på.")


def hold_group(connection: Connection, gathering: str, group: str) -> None:
    """Hold a group until the transaction ends. StoreError if there is none of that name."""
    table = schema.gathering_group
    here = (table.c.gathering == gathering, table.c.name == group)
    if connection.execute(select(table.c.name).where(*here).with_for_update()).scalar() is None:
        raise StoreError(f"{gathering} has no group {group!r}")


def _sealed_safe(key: bytes, manifest: Manifest) -> bytes | None:
    if manifest.safe_key is None:
        return None
    return seal(key, bytes(public_key(manifest.safe_key)), "safe", manifest.gathering)


def address(email: str) -> str:
    """An e-mail address as it is stored; empty if no address looks like that."""
    return email.strip().lower() if email.strip().isprintable() else ""


def row_by_email(connection: Connection, email: str) -> RowMapping | None:
    """The row of the person with that address."""
    return connection.execute(select(schema.person).where(schema.person.c.email == address(email))).mappings().one_or_none()


def row_by_id(connection: Connection, person_id: str) -> RowMapping | None:
    """The row of the person with that id."""
    return connection.execute(select(schema.person).where(schema.person.c.id == person_id)).mappings().one_or_none()


def named() -> tuple[Any, ...]:
    """The columns of a person as a gathering calls them, for a query over ``person`` and ``membership``."""
    return schema.person.c.id, schema.person.c.email, schema.membership.c.name


def in_another(gathering: ColumnElement[str] | str, person: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether someone is or has been in a gathering other than that one."""
    other = schema.membership.alias("other")
    return exists().where(other.c.person == person, other.c.gathering != gathering)


def as_person(row: RowMapping) -> Person:
    """The person of a row with the columns of that table."""
    return Person(row["id"], row["email"], row["name"])


def _as_member(row: RowMapping) -> Member:
    return Member(as_person(row), Role(row["role"]), row["group"] or "", row["public"] is not None)
