"""Charters: what a network is for, in versions that never change. The organisation's own text, not a leader's.

So a version is sealed with the gathering's key, not to people: whoever comes later reads it too. Who keeps the database
without that key sees how many versions there are and when they were made, and nothing of what they say.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from ..errors import AnswerError
from . import schema
from .database import Database
from .keyfiles import KeyFiles
from .sealing import pad, seal, unpad, unseal
from .waves import hold_gathering

_TABLE = schema.charter


@dataclass(frozen=True)
class CharterVersion:
    """One version, from 1. ``content`` is the object that was released."""

    number: int
    made_at: datetime
    content: dict[str, Any] = field(repr=False)


class Charters:
    """The verbs about charters."""

    def __init__(self, database: Database, files: KeyFiles, clock: Callable[[], datetime]) -> None:
        self._database, self._files, self._clock = database, files, clock

    def release(self, gathering: str, content: dict[str, Any], base: int) -> int:
        """Store the version after ``base`` for good; its number. AnswerError if another has been released meanwhile."""
        with self._database.atomic() as connection:
            hold_gathering(connection, gathering)
            newest = max((row["number"] for row in _rows(connection, gathering)), default=0)
            if newest != base:
                raise AnswerError(f"Version {newest} er udgivet imens. Læs den først. Dine egne svar er, som du forlod dem.")
            written = json.dumps(content).encode()  # ASCII, since half a surrogate pair in a text has no UTF-8
            sealed = seal(self._files.read(gathering), pad(written), "charter", gathering, newest + 1)
            values = {"gathering": gathering, "number": newest + 1, "made_at": self._clock(), "sealed": sealed}
            connection.execute(insert(_TABLE).values(**values))
        return newest + 1

    def all(self, gathering: str) -> list[CharterVersion]:
        """The versions of a gathering, the newest first."""
        with self._database.reading() as connection:
            return [self._version(row) for row in _rows(connection, gathering)]

    def _version(self, row: RowMapping) -> CharterVersion:
        number, key = row["number"], self._files.read(row["gathering"])
        content = json.loads(unpad(unseal(key, row["sealed"], "charter", row["gathering"], number)))
        return CharterVersion(number, row["made_at"], content)


def _rows(connection: Connection, gathering: str) -> list[RowMapping]:
    query = select(_TABLE).where(_TABLE.c.gathering == gathering).order_by(_TABLE.c.number.desc())
    return list(connection.execute(query).mappings())
