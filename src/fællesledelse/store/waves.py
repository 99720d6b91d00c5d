"""What evaluations and the survey have in common: waves with a title, a first and a last day, and leaders who answer."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection, RowMapping, Table, func, select, update

from ..danish import day
from ..errors import AccessError, AnswerError, StoreError
from ..model import Role
from . import schema

LEAST: Final = 5
"""How many must have answered before anything of it is shown, the count included."""

APART: Final = timedelta(days=14)
"""What lies at least between two waves that are shown: who answers twice in a row can be found by subtraction."""

ROOM: Final = (1 << 16) - 4
"""The bytes that a box of answers takes, filled or not: forty leaders' ordinary answers need less."""

_LONGEST_TITLE = 80
_AHEAD = timedelta(days=3 * 365)


def titled(text: str) -> str:
    """A title on one line, without signs that can't be seen."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def check_frame(what: str, title: str, opens: date, closes: date, today: date) -> None:
    """AnswerError where a wave can't have that title or those days. ``what``: "evaluering", "måling"."""
    if not 1 <= len(title) <= _LONGEST_TITLE:
        raise AnswerError(f"Giv {what}en en titel på højst {_LONGEST_TITLE} tegn.")
    if opens < today:
        raise AnswerError(f"{what.capitalize()}en kan tidligst åbne i dag.")
    if closes < opens:
        raise AnswerError("Den sidste dag ligger før den første. Byt om på dem.")
    if closes > today + _AHEAD:
        raise AnswerError("Vælg dage inden for de næste tre år.")


def check_apart(what: str, shown: Iterable[RowMapping], opens: date, closes: date, today: date) -> None:
    """AnswerError where one of the waves ``shown``, or to be shown, is open within ``APART`` of those days."""
    taken = list(shown)
    for row in taken:
        if row["opens"] - APART < closes and opens < row["closes"] + APART:
            raise AnswerError(
                f"»{row['title']}« {_days(row, today)}. Der skal gå {APART.days} dage mellem to {what}er."
                " Ellers kan en enkelts svar regnes ud ved at trække dem fra hinanden."
                f" Åbn den {day(_free(taken, opens, closes - opens))}, så er der plads."
            )


def _free(taken: Iterable[RowMapping], opens: date, lasts: timedelta) -> date:
    """The first day on which a wave that lasts so long can open, not before ``opens``."""
    for row in sorted(taken, key=lambda row: row["opens"]):
        if row["opens"] - APART < opens + lasts and opens < row["closes"] + APART:
            opens = row["closes"] + APART
    return opens


def hold_gathering(connection: Connection, gathering: str) -> None:
    """Hold a gathering until the transaction ends. StoreError if there is none of that id."""
    table = schema.gathering
    if connection.execute(select(table.c.id).where(table.c.id == gathering).with_for_update()).scalar() is None:
        raise StoreError(f"there is no gathering {gathering!r}")


def rows(connection: Connection, table: Table, gathering: str) -> list[RowMapping]:
    """The waves of a gathering, the newest first."""
    query = select(table).where(table.c.gathering == gathering).order_by(table.c.opens.desc(), table.c.closed, table.c.id)
    return list(connection.execute(query).mappings())


def held(connection: Connection, table: Table, what: str, gathering: str, wave: str) -> RowMapping:
    """The row of a wave, held until the transaction ends: of two answers at once one waits for the other."""
    query = select(table).where(table.c.gathering == gathering, table.c.id == wave).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise AccessError(f"Den {what} findes ikke. Hent siden igen.")
    return row


def write(connection: Connection, table: Table, wave: str, **values: object) -> None:
    """Change the row of a wave."""
    connection.execute(update(table).where(table.c.id == wave).values(**values))


def count_leaders(connection: Connection, gathering: str) -> int:
    """How many leaders a gathering has today."""
    table = schema.membership
    here = (table.c.gathering == gathering, table.c.role == Role.LEADER, table.c.until.is_(None))
    return connection.execute(select(func.count()).select_from(table).where(*here)).scalar_one()


def is_leader(connection: Connection, gathering: str, person_id: str) -> bool:
    """Reads only: a lock would stand on the leader's row with the number of this very transaction."""
    table = schema.membership
    here = (table.c.gathering == gathering, table.c.person == person_id, table.c.until.is_(None))
    return connection.execute(select(table.c.role).where(*here)).scalar() == Role.LEADER


def _days(row: RowMapping, today: date) -> str:
    if row["opens"] > today:
        return f"er planlagt fra {day(row['opens'])} til {day(row['closes'])}"
    return f"{'var' if row['closed'] else 'er'} åben til {day(row['closes'])}"
