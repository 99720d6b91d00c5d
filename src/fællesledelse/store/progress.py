"""How far people are, when groups meet, and which privacy notice someone has accepted. Never what they wrote."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import bindparam, delete, select

from . import schema
from .database import Database, insert_missing, put

_MOVED = select(schema.moved_date.c.step, schema.moved_date.c.day).where(  # asked by every save: made once
    schema.moved_date.c.gathering == bindparam("gathering"), schema.moved_date.c.group == bindparam("group")
)


class Progress:
    """The verbs about steps and dates. StoreError where a person or group isn't in the gathering."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    def mark(self, person_id: str, gathering: str, step: str, done: bool) -> None:
        """Mark a step as done, or take the mark away."""
        table = schema.step_mark
        with self._database.atomic() as connection:
            if done:
                insert_missing(connection, table, gathering=gathering, person=person_id, step=step, marked_at=self._clock())
            else:
                connection.execute(
                    delete(table).where(table.c.gathering == gathering, table.c.person == person_id, table.c.step == step)
                )

    def marks(self, gathering: str) -> set[tuple[str, str]]:
        """Every (person id, step) marked as done in a gathering."""
        table = schema.step_mark
        with self._database.reading() as connection:
            rows = connection.execute(select(table.c.person, table.c.step).where(table.c.gathering == gathering))
            return {(row.person, row.step) for row in rows}

    def accept_notice(self, person_id: str, gathering: str, digest: str) -> None:
        """Note that someone has accepted the privacy notice with that digest (at most 64 characters)."""
        with self._database.atomic() as connection:
            values = {"gathering": gathering, "person": person_id, "digest": digest, "accepted_at": self._clock()}
            insert_missing(connection, schema.notice_acceptance, **values)

    def notice_accepted(self, person_id: str, gathering: str, digest: str) -> bool:
        """Whether someone has accepted exactly that notice."""
        table = schema.notice_acceptance
        query = select(table.c.digest).where(
            table.c.gathering == gathering, table.c.person == person_id, table.c.digest == digest
        )
        with self._database.reading() as connection:
            return connection.execute(query).scalar() is not None

    def move_date(self, gathering: str, group: str, step: str, day: date | None) -> None:
        """Let a group hold a step on another day; None: on the cohort's own again."""
        table, key = schema.moved_date, {"gathering": gathering, "group": group, "step": step}
        with self._database.atomic() as connection:
            if day is not None:
                put(connection, table, key, {"day": day})
            else:
                connection.execute(delete(table).where(*(table.c[name] == value for name, value in key.items())))

    def dates(self, gathering: str, group: str) -> dict[str, date]:
        """The steps a group has moved, and to which day."""
        with self._database.reading() as connection:
            return {row.step: row.day for row in connection.execute(_MOVED, {"gathering": gathering, "group": group})}
