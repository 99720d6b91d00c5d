"""The content keys of one person in one gathering: one for each key pair the person has had.

A content key is sealed to the person's public key, and that again is sealed with the gathering's key file; without
either half it opens nothing. A key of an older pair comes back once the key in the safe has been used (see ``safe``).
"""

import secrets

from nacl.public import PrivateKey, SealedBox
from sqlalchemy import ColumnElement, Connection, RowMapping, insert, select

from ..errors import SealError
from . import schema, vault
from .keyfiles import KeyFiles
from .safe import seal_to_safes
from .sealing import seal, unseal
from .vault import Unlocked, WrapKind


class Keyring:
    """Made for one transaction. Opens each key once."""

    def __init__(self, connection: Connection, files: KeyFiles, unlocked: Unlocked, gathering: str) -> None:
        self._connection, self._files, self._unlocked, self._gathering = connection, files, unlocked, gathering
        self._known: dict[str, bytes | None] = {}

    def current(self) -> tuple[str, bytes] | None:
        """The id and the 32 bytes of the key that seals new texts, or None before the first."""
        table = schema.content_key
        row = self._row(table.c.pair == self._unlocked.public)
        if row is None:
            return None
        self._known[row["id"]] = key = self._opened(row, vault.private_key(self._unlocked))
        return row["id"], key

    def create(self) -> tuple[str, bytes]:
        """Make the key that seals new texts. Call it only where ``current`` is None, holding the membership's lock."""
        seal_to_safes(self._connection, self._files, self._unlocked)
        key_id, key = secrets.token_hex(16), secrets.token_bytes(32)
        inner = SealedBox(vault.private_key(self._unlocked).public_key).encrypt(key)
        sealed = seal(self._files.read(self._gathering), inner, *self._place(key_id))
        values = {"id": key_id, "gathering": self._gathering, "person": self._unlocked.person.id}
        self._connection.execute(insert(schema.content_key).values(**values, pair=self._unlocked.public, sealed=sealed))
        return key_id, key

    def open(self, key_id: str) -> bytes | None:
        """The key with that id; None while it is sealed to a key pair the person has lost. SealError if it isn't theirs."""
        if key_id not in self._known:
            self._known[key_id] = self._open(key_id)
        return self._known[key_id]

    def _open(self, key_id: str) -> bytes | None:
        row = self._row(schema.content_key.c.id == key_id)
        if row is None:
            raise SealError(f"{self._unlocked.person.id} has no content key {key_id} in {self._gathering}: a text was moved")
        private = private_half(self._connection, self._unlocked, row["pair"])
        return None if private is None else self._opened(row, private)

    def _opened(self, row: RowMapping, private: PrivateKey) -> bytes:
        inner = unseal(self._files.read(self._gathering), row["sealed"], *self._place(row["id"]))
        return vault.open_sealed(private, inner)

    def _place(self, key_id: str) -> tuple[str, ...]:
        return "content key", self._gathering, self._unlocked.person.id, key_id

    def _row(self, condition: ColumnElement[bool]) -> RowMapping | None:
        table = schema.content_key
        query = select(table.c.id, table.c.pair, table.c.sealed).where(
            table.c.gathering == self._gathering, table.c.person == self._unlocked.person.id, condition
        )
        return self._connection.execute(query).mappings().one_or_none()


def private_half(connection: Connection, unlocked: Unlocked, pair: str) -> PrivateKey | None:
    """The private key of one of the person's key pairs; None while it is gone (until the key in the safe is used)."""
    if pair == unlocked.public:
        return vault.private_key(unlocked)
    table = schema.key_wrap
    query = select(table.c.sealed).where(
        table.c.pair == pair, table.c.kind == WrapKind.REGAINED, table.c.opener == unlocked.public
    )
    sealed = connection.execute(query).scalar()
    if sealed is None:
        return None
    private = vault.open_sealed(vault.private_key(unlocked), sealed)
    return vault.private_key(vault.unlocked_as(unlocked.person, pair, private))
