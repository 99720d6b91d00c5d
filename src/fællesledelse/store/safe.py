"""The key in the safe, seen from the server: it asks, somebody offline opens (`vault.open_with_safe_key`), it applies.

Needed only where both pass phrase and recovery code are lost and the person has renewed with a new key pair.
"""

from dataclasses import asdict

from sqlalchemy import Connection, insert, select

from ..errors import AccessError
from . import schema, vault
from .database import Database, put
from .keyfiles import KeyFiles
from .people import as_person, row_by_id
from .records import Person
from .sealing import unseal
from .vault import Unlocked, Wrap, WrapKind


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

    def apply(self, result: bytes) -> Person:
        """Take in the file from the safe: from the person's next request on, the old texts are there again. Whose they are.

        AccessError if the file is another, or the person has got yet another key pair since the request.
        """
        answer = vault.read_message(result, "result", "pair", "sealed")
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
        return as_person(person)


def add_wrap(connection: Connection, unlocked: Unlocked, wrap: Wrap) -> None:
    """Store another way to the private key."""
    connection.execute(insert(schema.key_wrap).values(pair=unlocked.public, **asdict(wrap)))


def seal_to_safes(connection: Connection, files: KeyFiles, unlocked: Unlocked) -> None:
    """Seal the private key to every safe it isn't sealed to yet.

    Called whenever the key is at hand and something may be new: at each sign-in, and before the first text in a gathering.
    """
    table = schema.key_wrap
    query = select(table.c.opener).where(table.c.pair == unlocked.public, table.c.kind == WrapKind.SAFE)
    sealed_to = set(connection.execute(query).scalars())
    for safe in _safes(connection, files, unlocked.person.id) - sealed_to:
        add_wrap(connection, unlocked, vault.seal_to_safe(unlocked, safe))


def _safes(connection: Connection, files: KeyFiles, person_id: str) -> set[str]:
    """The public keys of the safes that the person's present gatherings have. One whose key file is deleted has none."""
    query = (
        select(schema.gathering.c.id, schema.gathering.c.sealed_safe)
        .join(schema.membership, schema.membership.c.gathering == schema.gathering.c.id)
        .where(schema.membership.c.person == person_id, schema.membership.c.until.is_(None))
        .where(schema.gathering.c.sealed_safe.is_not(None))
    )
    rows = connection.execute(query).all()
    return {unseal(files.read(name), sealed, "safe", name).hex() for name, sealed in rows if files.holds(name)}
