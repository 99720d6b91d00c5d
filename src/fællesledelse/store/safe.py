"""The key in the safe, seen from the server: it asks, somebody offline opens (`vault.open_with_safe_key`), it applies.

Needed only where both pass phrase and recovery code are lost and the person has renewed with a new key pair.
"""

from sqlalchemy import select

from ..errors import AccessError
from . import schema, vault
from .database import Database, put
from .people import row_by_id
from .vault import WrapKind


class Safe:
    """The verbs about the key in the safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def export_request(self, person_id: str) -> bytes:
        """The file to carry to the safe: the person's old private keys as they are sealed to it, and the new public key.

        AccessError if nothing is sealed to a safe.
        """
        pair, wrap = schema.key_pair, schema.key_wrap
        query = (
            select(wrap.c.pair, wrap.c.opener, wrap.c.sealed)
            .join(pair, pair.c.public == wrap.c.pair)
            .where(pair.c.person == person_id, wrap.c.kind == WrapKind.SAFE)
            .order_by(wrap.c.pair, wrap.c.opener)
        )
        with self._database.reading() as connection:
            person = row_by_id(connection, person_id)
            rows = connection.execute(query).all()
        keys = [
            {"pair": public, "safe": opener, "sealed": vault.encoded(sealed)}
            for public, opener, sealed in rows
            if person is not None and public != person["public"]
        ]
        if person is None or not keys:
            raise AccessError("Der er ingen tidligere nøgle at åbne med nøglen fra pengeskabet.")
        return vault.message(
            "request",
            person={"id": person["id"], "name": person["name"], "email": person["email"]},
            public=person["public"],
            fingerprint=vault.fingerprint(person["public"]),
            keys=keys,
        )

    def apply(self, result: bytes) -> None:
        """Take in the file from the safe: from the person's next request on, the old texts are there again.

        AccessError if the file is another, or the person has got yet another key pair since the request.
        """
        answer = vault.read_message(result, "result")
        person_id, public = answer["person"]["id"], answer["public"]
        pair = schema.key_pair
        with self._database.atomic() as connection:
            person = row_by_id(connection, person_id)
            own = set(connection.execute(select(pair.c.public).where(pair.c.person == person_id)).scalars())
            if person is None or person["public"] != public or not {key["pair"] for key in answer["keys"]} <= own:
                raise AccessError("Personen har fået en nyere nøgle siden anmodningen. Lav en ny anmodning.")
            for key in answer["keys"]:
                row = {"pair": key["pair"], "kind": WrapKind.REGAINED, "opener": public}
                values = {"sealed": vault.decoded(key["sealed"]), "salt": b"", "passes": 0, "memory": 0}
                put(connection, schema.key_wrap, row, values)
