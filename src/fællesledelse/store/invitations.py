"""Links that work once. Only the hash of the secret in a link is stored, so the database can't be used to enrol."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, literal, or_, select, true, update

from ..errors import AccessError
from . import schema
from .database import Database
from .people import as_person, in_another, row_by_id
from .records import Invitation, InvitationKind, Person

WAIT = timedelta(hours=24)
"""How long a replacement link waits, so that the person can object to one they didn't ask for."""

OPEN = timedelta(hours=1)
"""How long a link is good once somebody has opened it: browsers keep it in their history."""


class Invitations:
    """The verbs about links."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    def invite(self, person_id: str, gathering: str, *, shown: bool = False) -> str:
        """The secret of a new invitation: 256 bits, urlsafe. Earlier unused invitations of that person are void.

        ``shown``: others than its owner will see it. It opens nothing once its owner is or has been in another gathering.
        AccessError if the person is not a member, has enrolled already, or is not in that gathering alone and it is shown.
        """
        with self._database.atomic() as connection:
            person, enrolled = _who(connection, person_id)
            if enrolled:
                raise AccessError(f"{person.name} har allerede adgang. Send et nyt adgangslink i stedet for en invitation.")
            if not _is_member(connection, person_id, gathering):
                raise AccessError(f"{person.name} er ikke med på holdet {gathering}.")
            if shown and connection.execute(select(in_another(gathering, literal(person_id)))).scalar():
                raise AccessError(
                    f"{person.name} er eller har været med på et andet hold og får derfor kun et link på egen mail."
                )
            spend(connection, person_id, self._clock())
            return self._make(connection, InvitationKind.INVITATION, person_id, gathering, "", self._clock(), shown)

    def replace(self, person_id: str, asked_by: str) -> str:
        """The secret of a link to a new pass phrase. Without the recovery code it can be used only after 24 hours.

        Earlier replacement links stay good until one is used, so nobody can hold a leader off by asking again and again.
        AccessError if the person hasn't enrolled.
        """
        with self._database.atomic() as connection:
            person, enrolled = _who(connection, person_id)
            if not enrolled:
                raise AccessError(f"{person.name} har ikke brugt sin invitation endnu. Send en ny invitation i stedet.")
            asked_by = "".join(filter(str.isprintable, asked_by))[:320]
            return self._make(connection, InvitationKind.REPLACEMENT, person_id, None, asked_by, self._clock() + WAIT)

    def find(self, token: str) -> Invitation | None:
        """What a link is good for; None if it is unknown, used, void or lapsed."""
        with self._database.reading() as connection:
            return find(connection, token, self._clock())

    def open(self, token: str) -> None:
        """Somebody has opened a link, and may be a person. Does nothing if that is known, or the link is no good.

        One that still waits is good for a day and an hour after its wait.
        """
        table, now = schema.invitation, self._clock()
        with self._database.atomic() as connection:
            found = find(connection, token, now)
            if found is None:
                return
            opened = now if found.not_before <= now else found.not_before + WAIT
            known = table.c.token_hash == hashed(token), table.c.opened_at.is_(None)
            connection.execute(update(table).where(*known).values(opened_at=opened))

    def lapsed(self, token: str) -> Invitation | None:
        """What a link was good for that was opened and not used in its time; None for any other."""
        with self._database.reading() as connection:
            return None if find(connection, token, self._clock()) else find(connection, token, None)

    def _make(
        self,
        connection: Connection,
        kind: InvitationKind,
        person_id: str,
        gathering: str | None,
        asked_by: str,
        not_before: datetime,
        shown: bool = False,
    ) -> str:
        token = secrets.token_urlsafe(32)
        connection.execute(
            insert(schema.invitation).values(
                token_hash=hashed(token),
                person=person_id,
                gathering=gathering,
                kind=kind,
                asked_by=asked_by,
                created_at=self._clock(),
                not_before=not_before,
                shown=shown,
            )
        )
        return token


def hashed(secret: str) -> str:
    """What the store keeps of a random secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def find(connection: Connection, token: str, now: datetime | None) -> Invitation | None:
    """What a link is good for; None if it is unknown, used, void or lapsed. ``now``: None where that doesn't count."""
    table, person, member = schema.invitation, schema.person, schema.membership
    called = func.coalesce(member.c.name, person.c.name).label("name")
    query = (
        select(table.c.kind, table.c.gathering, table.c.not_before, person.c.id, person.c.email, called)
        .join(person, person.c.id == table.c.person)
        .outerjoin(member, (member.c.gathering == table.c.gathering) & (member.c.person == table.c.person))
        .where(*_good(token, now))
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _as_invitation(row)


def use(connection: Connection, token: str, now: datetime) -> bool:
    """Use a link up, and with it every other link of that person. False if another was faster."""
    table = schema.invitation
    spent = connection.execute(update(table).where(*_good(token, now)).values(spent_at=now))
    if spent.rowcount == 1:
        owner = select(table.c.person).where(table.c.token_hash == hashed(token)).scalar_subquery()
        connection.execute(update(table).where(table.c.person == owner, table.c.spent_at.is_(None)).values(spent_at=now))
    return spent.rowcount == 1


def spend(connection: Connection, person_id: str, now: datetime) -> None:
    """Make every unused link of a person void."""
    table = schema.invitation
    connection.execute(update(table).where(table.c.person == person_id, table.c.spent_at.is_(None)).values(spent_at=now))


def _good(token: str, now: datetime | None) -> tuple[ColumnElement[bool], ...]:
    """That a link is unused, opens no gathering but its own to those who were shown it, and lies in no history for long."""
    table = schema.invitation
    private = or_(~table.c.shown, ~in_another(table.c.gathering, table.c.person))
    fresh = true() if now is None else or_(table.c.opened_at.is_(None), table.c.opened_at > now - OPEN)
    return table.c.token_hash == hashed(token), table.c.spent_at.is_(None), private, fresh


def _as_invitation(row: RowMapping) -> Invitation:
    return Invitation(as_person(row), InvitationKind(row["kind"]), row["gathering"], row["not_before"])


def _who(connection: Connection, person_id: str) -> tuple[Person, bool]:
    row = row_by_id(connection, person_id)
    if row is None:
        raise AccessError("Personen findes ikke.")
    return as_person(row), row["public"] is not None


def _is_member(connection: Connection, person_id: str, gathering: str) -> bool:
    table = schema.membership
    query = select(table.c.person).where(
        table.c.person == person_id, table.c.gathering == gathering, table.c.until.is_(None)
    )
    return connection.execute(query).scalar() is not None
