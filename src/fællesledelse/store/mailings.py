"""Mails to many, one line for each mail: who, about what, and how far it is. No text of a mail and no link is kept.

A line is *waiting*, then *sending* before the first byte leaves, then what became of it. Whatever was *sending* when the
server died may have arrived: it becomes *uncertain*, and goes again only when someone asks for that very line.
"""

import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, update

from ..errors import AccessError, StoreError
from . import schema
from .database import Database, put
from .people import as_person, named
from .records import CalendarMark, InvitationKind, LineState, Mailing, MailingKind, MailingLine, MailingState, Planned

_OVER = (LineState.SENT, LineState.REFUSED, LineState.UNCERTAIN, LineState.UNNEEDED)


class Mailings:
    """The verbs about mailings. StoreError where one is asked for that does not exist."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    def begin(self, gathering: str, kind: MailingKind, lines: Sequence[Planned]) -> str:
        """The id of a new mailing under way, all of its lines waiting. AccessError while another of that kind isn't done.

        It is newer than any before it, also where the clock stands still or is put back.
        """
        mailing, now = secrets.token_hex(16), self._clock()
        with self._database.atomic() as connection:
            _hold_kind(connection, gathering, kind)
            made_at = max(now, _newest(connection, gathering) + timedelta(microseconds=1))
            values = {"id": mailing, "gathering": gathering, "kind": kind, "made_at": made_at}
            connection.execute(insert(schema.mailing).values(**values, state=MailingState.UNDER_WAY, trouble=""))
            blank = {"mailing": mailing, "state": LineState.WAITING, "round": 0, "reason": "", "changed_at": now}
            rows = [
                blank | {"number": number, "person": line.person, "group": line.group, "steps": " ".join(line.steps)}
                for number, line in enumerate(lines)
            ]
            connection.execute(insert(schema.mailing_line), rows)
        return mailing

    def all(self, gathering: str) -> list[Mailing]:
        """The mailings of a gathering, the newest first."""
        table = schema.mailing
        query = select(table).where(table.c.gathering == gathering).order_by(table.c.made_at.desc(), table.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [_mailing(row) for row in rows]

    def find(self, mailing: str) -> Mailing:
        """One mailing."""
        with self._database.reading() as connection:
            return _mailing(_row(connection, mailing))

    def lines(self, gathering: str) -> list[MailingLine]:
        """Every line of every mailing of a gathering, the newest mailing first and each in its order."""
        own, whole = schema.mailing_line, schema.mailing
        query = _lines().where(whole.c.gathering == gathering).order_by(whole.c.made_at.desc(), whole.c.id, own.c.number)
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [_line(row) for row in rows]

    def take(self, mailing: str, later: Collection[int] = ()) -> MailingLine | None:
        """Mark the next waiting line as *sending*, but none of ``later``. None where none waits, or nothing is under way."""
        with self._database.atomic() as connection:
            if _row(connection, mailing, hold=True)["state"] != MailingState.UNDER_WAY:
                return None
            table = schema.mailing_line
            waits = (table.c.mailing == mailing, table.c.state == LineState.WAITING, table.c.number.not_in(list(later)))
            row = connection.execute(_lines().where(*waits).order_by(table.c.number).limit(1)).mappings().one_or_none()
            if row is None:
                return None
            _change(connection, mailing, row["number"], state=LineState.SENDING, changed_at=self._clock())
        return _line(row)

    def settle(
        self,
        line: MailingLine,
        state: LineState,
        code: int | None = None,
        reason: str = "",
        mark: CalendarMark | None = None,
        steps: Sequence[str] | None = None,
    ) -> None:
        """Say what became of a line; back to *waiting* where it surely did not leave.

        ``code`` and ``reason`` are the mail server's. ``mark`` is what a calendar has been told, ``steps`` what the mail
        was about, where that is less than was planned. The last line to be settled ends the mailing.
        """
        with self._database.atomic() as connection:
            _row(connection, line.mailing, hold=True)
            said = "".join(filter(str.isprintable, reason))[:300]
            told = {} if steps is None else {"steps": " ".join(steps)}
            change = {"state": state, "code": code, "reason": said, "changed_at": self._clock()} | told
            _change(connection, line.mailing, line.number, **change)
            if mark is not None:
                _put_mark(connection, mark, self._clock())
            _end(connection, line.mailing)

    def pause(self, mailing: str, trouble: str) -> None:
        """Let no further line begin. ``trouble``: why, at most 20 characters. Nothing happens to one that is done."""
        table = schema.mailing
        here = (table.c.id == mailing, table.c.state == MailingState.UNDER_WAY)
        with self._database.atomic() as connection:
            connection.execute(update(table).where(*here).values(state=MailingState.PAUSED, trouble=trouble))

    def resume(self, mailing: str) -> None:
        """Go on. Called when nothing of it is being sent: what still is *sending* becomes *uncertain*."""
        with self._database.atomic() as connection:
            if _row(connection, mailing, hold=True)["state"] == MailingState.DONE:
                return
            self._strand(connection, [mailing])
            values = {"state": MailingState.UNDER_WAY, "trouble": ""}
            connection.execute(update(schema.mailing).where(schema.mailing.c.id == mailing).values(values))
            _end(connection, mailing)

    def drop(self, mailing: str) -> None:
        """Send no more of it: whatever waits is *unneeded*."""
        table = schema.mailing_line
        waits = (table.c.mailing == mailing, table.c.state == LineState.WAITING)
        with self._database.atomic() as connection:
            _row(connection, mailing, hold=True)
            values = {"state": LineState.UNNEEDED, "changed_at": self._clock()}
            connection.execute(update(table).where(*waits).values(values))
            _end(connection, mailing)

    def again(self, mailing: str, number: int) -> None:
        """Let a line that was refused, or is uncertain, wait once more; a human has asked for it.

        AccessError if it is neither, or while another mailing of that kind isn't done.
        """
        with self._database.atomic() as connection:
            row = _row(connection, mailing)
            _hold_kind(connection, row["gathering"], row["kind"], but=mailing)
            table = schema.mailing_line
            here = (table.c.mailing == mailing, table.c.number == number)
            may = table.c.state.in_((LineState.REFUSED, LineState.UNCERTAIN))
            anew = {"state": LineState.WAITING, "round": table.c.round + 1, "code": None, "reason": ""}
            anew["changed_at"] = self._clock()
            if connection.execute(update(table).where(*here, may).values(anew)).rowcount != 1:
                raise AccessError("Den mail kan ikke sendes igen: Den er allerede sendt, eller den venter på sin tur.")
            if row["state"] == MailingState.DONE:
                values = {"state": MailingState.UNDER_WAY, "trouble": ""}
                connection.execute(update(schema.mailing).where(schema.mailing.c.id == mailing).values(values))

    def recover(self) -> None:
        """Called when the server starts: whatever was under way is paused, and what was on its way is *uncertain*."""
        table = schema.mailing
        with self._database.atomic() as connection:
            query = select(table.c.id).where(table.c.state != MailingState.DONE).with_for_update()
            self._strand(connection, list(connection.execute(query).scalars()))
            values = {"state": MailingState.PAUSED, "trouble": "restart"}
            connection.execute(update(table).where(table.c.state == MailingState.UNDER_WAY).values(values))
            for mailing in list(connection.execute(query).scalars()):
                _end(connection, mailing)

    def marks(self, gathering: str) -> list[CalendarMark]:
        """What each calendar was last told, in no order."""
        table = schema.calendar_mark
        with self._database.reading() as connection:
            rows = connection.execute(select(table).where(table.c.gathering == gathering)).mappings().all()
        return [CalendarMark(**{name: value for name, value in row.items() if name != "sent_at"}) for row in rows]

    def links(self, gathering: str) -> dict[str, datetime]:
        """When the unused invitation of each person was made, by person id."""
        table = schema.invitation
        unused = (table.c.gathering == gathering, table.c.kind == InvitationKind.INVITATION, table.c.spent_at.is_(None))
        query = select(table.c.person, func.max(table.c.created_at).label("made_at")).where(*unused).group_by(table.c.person)
        with self._database.reading() as connection:
            return {row.person: row.made_at for row in connection.execute(query)}

    def _strand(self, connection: Connection, mailings: list[str]) -> None:
        table = schema.mailing_line
        here = (table.c.mailing.in_(mailings), table.c.state == LineState.SENDING)
        values = {"state": LineState.UNCERTAIN, "changed_at": self._clock()}
        connection.execute(update(table).where(*here).values(values))


def _hold_kind(connection: Connection, gathering: str, kind: str, but: str = "") -> None:
    """Hold the gathering until the transaction ends. AccessError while a mailing of that kind isn't done."""
    whole = schema.gathering
    if connection.execute(select(whole.c.id).where(whole.c.id == gathering).with_for_update()).scalar() is None:
        raise StoreError(f"there is no gathering {gathering!r}")
    table = schema.mailing
    going = (table.c.gathering == gathering, table.c.kind == kind, table.c.state != MailingState.DONE, table.c.id != but)
    if connection.execute(select(table.c.id).where(*going)).first() is not None:
        raise AccessError(
            "Der er allerede en udsendelse i gang. Lad den blive færdig, eller fortsæt den, før du begynder en ny."
        )


def _newest(connection: Connection, gathering: str) -> datetime:
    """When the newest mailing of a gathering was made; long ago if there is none."""
    table = schema.mailing
    newest = connection.execute(select(func.max(table.c.made_at)).where(table.c.gathering == gathering)).scalar()
    return newest or datetime(1970, 1, 1, tzinfo=UTC)


def _row(connection: Connection, mailing: str, hold: bool = False) -> RowMapping:
    query = select(schema.mailing).where(schema.mailing.c.id == mailing)
    row = connection.execute(query.with_for_update() if hold else query).mappings().one_or_none()
    if row is None:
        raise StoreError(f"there is no mailing {mailing!r}")
    return row


def _change(connection: Connection, mailing: str, number: int, **values: object) -> None:
    table = schema.mailing_line
    connection.execute(update(table).where(table.c.mailing == mailing, table.c.number == number).values(values))


def _end(connection: Connection, mailing: str) -> None:
    """Mark a mailing as done if nothing of it waits."""
    table, line = schema.mailing, schema.mailing_line
    left = select(line.c.number).where(line.c.mailing == mailing, line.c.state.not_in(_OVER)).exists()
    done = {"state": MailingState.DONE, "trouble": ""}
    connection.execute(update(table).where(table.c.id == mailing, ~left).values(done))


def _put_mark(connection: Connection, mark: CalendarMark, now: datetime) -> None:
    key = {"gathering": mark.gathering, "group": mark.group, "step": mark.step, "person": mark.person}
    values = {name: value for name, value in vars(mark).items() if name not in key}
    put(connection, schema.calendar_mark, key, values | {"sent_at": now})


def _lines() -> Select[tuple[object, ...]]:
    own, mailing, person, member = schema.mailing_line, schema.mailing, schema.person, schema.membership
    return (
        select(own, mailing.c.kind, mailing.c.made_at, *named())
        .join(mailing, mailing.c.id == own.c.mailing)
        .join(person, person.c.id == own.c.person)
        .join(member, (member.c.gathering == mailing.c.gathering) & (member.c.person == own.c.person))
    )


def _mailing(row: RowMapping) -> Mailing:
    state, kind = MailingState(row["state"]), MailingKind(row["kind"])
    return Mailing(row["id"], row["gathering"], kind, state, row["trouble"], row["made_at"])


def _line(row: RowMapping) -> MailingLine:
    return MailingLine(
        mailing=row["mailing"],
        number=row["number"],
        kind=MailingKind(row["kind"]),
        person=as_person(row),
        group=row["group"],
        steps=tuple(row["steps"].split()),
        state=LineState(row["state"]),
        round=row["round"],
        code=row["code"],
        reason=row["reason"],
        changed_at=row["changed_at"],
    )
