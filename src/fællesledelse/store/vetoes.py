"""With whom a leader would rather not be in a group: said in confidence, and read by the composer alone.

Sealed with the gathering's key file, not with the leader's own key: groups are composed while leaders are away. So the
database and its backups tell nothing, not even how many someone has named; whoever has the key file as well can read it.
"""

import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from ..errors import AnswerError
from . import schema
from .database import Database, put
from .keyfiles import KeyFiles
from .people import hold_membership
from .sealing import pad, seal, unpad, unseal

MOST: Final = 3
"""How many a leader may name."""


class Vetoes:
    """The verbs about vetoes."""

    def __init__(self, database: Database, files: KeyFiles) -> None:
        self._database, self._files = database, files

    def name(self, person_id: str, gathering: str, others: Sequence[str]) -> None:
        """From now on those ``others`` (ids) and no more. AnswerError if there are too many; AccessError for a stranger."""
        if len(set(others)) > MOST or person_id in others:
            raise AnswerError(f"Du kan højst nævne {MOST} andre.")
        content = pad(json.dumps(sorted(set(others))).encode())
        sealed = seal(self._files.read(gathering), content, "veto", gathering, person_id)
        with self._database.atomic() as connection:
            hold_membership(connection, gathering, person_id)
            put(connection, schema.veto, {"gathering": gathering, "person": person_id}, {"sealed": sealed})

    def named(self, person_id: str, gathering: str) -> list[str]:
        """Whom a leader has named (ids)."""
        return [other for person, other in self.pairs(gathering) if person == person_id]

    def pairs(self, gathering: str) -> list[tuple[str, str]]:
        """Everyone who has named someone, with each they have named (ids). For the composer alone."""
        table = schema.veto
        with self._database.reading() as connection:
            rows = connection.execute(select(table.c.person, table.c.sealed).where(table.c.gathering == gathering)).all()
        key = self._files.read(gathering) if rows else b""
        opened = {row.person: unpad(unseal(key, row.sealed, "veto", gathering, row.person)) for row in rows}
        return [(person, other) for person, content in opened.items() for other in json.loads(content)]
