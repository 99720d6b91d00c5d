"""A group's workshop while it goes on: which phase, since when, in whose turn. Nothing anyone says or writes."""

from dataclasses import replace

from sqlalchemy import RowMapping, insert, select, update

from . import schema
from .database import Database
from .people import hold_group
from .records import Room


class Rooms:
    """The verbs about rooms. StoreError where there is no such group."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def present(self, gathering: str, group: str, step: str) -> Room | None:
        """The room as it stands, or None before anyone has touched it."""
        table = schema.room
        here = (table.c.gathering == gathering, table.c.group == group, table.c.step == step)
        with self._database.reading() as connection:
            row = connection.execute(select(table).where(*here)).mappings().one_or_none()
        return None if row is None else _room(row)

    def begun(self, gathering: str) -> list[tuple[str, str, tuple[str, ...]]]:
        """The rooms that have begun: group, step, and the ids of those who were there."""
        table = schema.room
        query = select(table.c.group, table.c.step, table.c.order).where(table.c.gathering == gathering, table.c.phase >= 0)
        with self._database.reading() as connection:
            return [(row.group, row.step, tuple(row.order.split())) for row in connection.execute(query)]

    def leave(self, gathering: str, group: str, step: str, person: str) -> None:
        """Take someone out of the order of those who were there, if that is where they are."""
        while (room := self.present(gathering, group, step)) is not None and person in room.order:
            rest = tuple(each for each in room.order if each != person)
            self.set(gathering, group, step, room.version, replace(room, order=rest))

    def set(self, gathering: str, group: str, step: str, base: int, room: Room) -> Room | None:
        """Let the room be as ``room`` (whose version is not looked at), made from version ``base``.

        None if somebody else was faster: read again.
        """
        table, key = schema.room, {"gathering": gathering, "group": group, "step": step}
        values = {
            "version": base + 1,
            "phase": room.phase,
            "began_at": room.began_at,
            "paused_at": room.paused_at,
            "extra": room.extra,
            "order": " ".join(room.order),
            "chair": room.chair,
        }
        with self._database.atomic() as connection:
            hold_group(connection, gathering, group)
            here = [table.c[name] == value for name, value in key.items()]
            present = connection.execute(select(table.c.version).where(*here)).scalar() or 0
            if present != base:
                return None
            change = update(table).where(*here).values(values) if base else insert(table).values({**key, **values})
            connection.execute(change)
        return replace(room, version=base + 1)


def _room(row: RowMapping) -> Room:
    order = tuple(str(row["order"]).split())
    return Room(row["version"], row["phase"], row["began_at"], row["paused_at"], row["extra"], order, row["chair"])
