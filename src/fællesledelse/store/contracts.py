"""A group's contract: every member accepts the same wording before anything is shared, and again after each change."""

import secrets
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, insert, select

from ..errors import AccessError
from ..model import Role
from . import schema
from .database import Database, put
from .keyfiles import KeyFiles
from .parcels import Desk
from .people import as_person, hold_group, hold_membership, named
from .records import Contract, Person, Standing, Switches, Wording
from .safe import seal_to_safes
from .vault import Unlocked

KIND = "contract"


class Contracts:
    """The verbs about contracts. AccessError where the person is not a leader of the group today."""

    def __init__(self, database: Database, files: KeyFiles, clock: Callable[[], datetime]) -> None:
        self._database, self._files, self._clock = database, files, clock

    def propose(
        self, unlocked: Unlocked, gathering: str, group: str, base: int, texts: dict[str, str], switches: Switches
    ) -> Contract | None:
        """Put a new wording before the group; who proposes it has accepted it. ``base``: the number it was made from.

        None if somebody else proposed in the meantime: read again.
        """
        with self._database.atomic() as connection:
            members = self._enter(connection, unlocked, gathering, group)
            if self._number(connection, gathering, group) != base:
                return None
            desk = Desk(connection, self._files, unlocked, gathering)
            seal_to_safes(connection, self._files, unlocked)
            place = {"kind": KIND, "subject": "", "group": group, "due": None, "gone_on": None, "made_at": self._clock()}
            parcel = desk.post(secrets.token_hex(16), place, texts, {member.id for member in members})
            values = {"gathering": gathering, "group": group, "number": base + 1, "parcel": parcel.id}
            connection.execute(insert(schema.contract).values(**values, **asdict(switches)))
            self._accept(connection, unlocked, gathering, group, base + 1)
            return self._present(connection, unlocked, gathering, group)

    def accept(self, unlocked: Unlocked, gathering: str, group: str, number: int) -> Contract | None:
        """Accept the wording with that number. None if it is not the present one, or was made before the person came."""
        with self._database.atomic() as connection:
            self._enter(connection, unlocked, gathering, group)
            present = self._present(connection, unlocked, gathering, group)
            if present is None or present.number != number or present.texts is None:
                return None
            seal_to_safes(connection, self._files, unlocked)
            self._accept(connection, unlocked, gathering, group, number)
            return self._present(connection, unlocked, gathering, group)

    def present(self, unlocked: Unlocked, gathering: str, group: str) -> Contract | None:
        """The newest wording, whether it is in force or not; None before the first."""
        with self._database.reading() as connection:
            return self._present(connection, unlocked, gathering, group)

    def standing(self, gathering: str, group: str, then: datetime | None = None) -> Standing:
        """Where the group is with its contract, or with the one it had ``then``. Opens nothing."""
        with self._database.reading() as connection:
            row = self._newest(connection, gathering, group, then)
            return Standing() if row is None else self._standing(connection, row, then)

    def _enter(self, connection: Connection, unlocked: Unlocked, gathering: str, group: str) -> tuple[Person, ...]:
        hold_membership(connection, gathering, unlocked.person.id)
        hold_group(connection, gathering, group)
        members = _members(connection, gathering, group)
        if unlocked.person.id not in {member.id for member in members}:
            raise AccessError("Du er ikke med i den gruppe.")
        return members

    def _present(self, connection: Connection, unlocked: Unlocked, gathering: str, group: str) -> Contract | None:
        row = self._newest(connection, gathering, group)
        if row is None:
            return None
        standing, author = self._standing(connection, row), _named(gathering).where(schema.person.c.id == row["author"])
        desk, older = Desk(connection, self._files, unlocked, gathering), self._row(connection, row, row["number"] - 1)
        parcel, former = desk.get(row["parcel"]), None if older is None else desk.get(older["parcel"])
        return Contract(
            number=row["number"],
            texts=None if parcel is None else parcel.content,
            switches=standing.switches,
            before=None if older is None else Wording(former.content if former else None, _switches(older)),
            by=as_person(connection.execute(author).mappings().one()),
            made_at=row["made_at"],
            accepted=standing.accepted,
            members=_members(connection, gathering, group),
            readers=() if parcel is None else parcel.readers,
            in_force=standing.in_force,
        )

    def _newest(self, connection: Connection, gathering: str, group: str, then: datetime | None = None) -> RowMapping | None:
        table, parcel = schema.contract, schema.parcel
        query = select(table, parcel.c.person.label("author"), parcel.c.made_at).join(parcel, parcel.c.id == table.c.parcel)
        query = query.where(table.c.gathering == gathering, table.c.group == group).order_by(table.c.number.desc()).limit(1)
        if then is not None:
            query = query.where(parcel.c.made_at <= then)
        return connection.execute(query).mappings().one_or_none()

    def _row(self, connection: Connection, group: RowMapping, number: int) -> RowMapping | None:
        """The wording with that number of the same group as another."""
        table = schema.contract
        here = [table.c[name] == group[name] for name in ("gathering", "group")]
        return connection.execute(select(table).where(*here, table.c.number == number)).mappings().one_or_none()

    def _number(self, connection: Connection, gathering: str, group: str) -> int:
        row = self._newest(connection, gathering, group)
        return 0 if row is None else int(row["number"])

    def _standing(self, connection: Connection, row: RowMapping, then: datetime | None = None) -> Standing:
        table = schema.contract_acceptance
        here = [table.c[name] == row[name] for name in ("gathering", "group", "number")]
        here += [table.c.accepted_at <= then] if then is not None else []
        rows = connection.execute(select(table.c.person, table.c.left_at).where(*here)).all()
        accepted = {person for person, left_at in rows if left_at is None}
        members = _members(connection, row["gathering"], row["group"])
        in_force = bool(members) and all(member.id in accepted for member in members)
        former = {person for person, _ in rows} - accepted
        return Standing(row["number"], _switches(row), tuple(sorted(accepted)), in_force, tuple(sorted(former)))

    def _accept(self, connection: Connection, unlocked: Unlocked, gathering: str, group: str, number: int) -> None:
        key = {"gathering": gathering, "group": group, "number": number, "person": unlocked.person.id}
        put(connection, schema.contract_acceptance, key, {"accepted_at": self._clock(), "left_at": None})


def _switches(row: RowMapping) -> Switches:
    return Switches(row["harvest"], row["feedback"], row["export"], row["fades"])


def _members(connection: Connection, gathering: str, group: str) -> tuple[Person, ...]:
    """The leaders of a group today, in the order of their names."""
    member = schema.membership
    query = _named(gathering).where(member.c.group == group, member.c.until.is_(None))
    rows = connection.execute(query.where(member.c.role == Role.LEADER)).mappings().all()
    return tuple(sorted(map(as_person, rows), key=lambda member: (member.name, member.email)))


def _named(gathering: str) -> Select[Any]:
    """Everyone who is or has been in a gathering, as it calls them."""
    member, person = schema.membership, schema.person
    return select(*named()).join_from(member, person, person.c.id == member.c.person).where(member.c.gathering == gathering)
