"""Getting in: enrol, sign in, recover, renew, and be remembered on a device. Each ends in an `Unlocked`."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from nacl.encoding import HexEncoder
from nacl.hash import blake2b
from nacl.public import PrivateKey
from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select, update

from ..errors import AccessError, SealError
from . import invitations, schema, vault
from .database import Database, insert_missing
from .invitations import hashed
from .keyfiles import KeyFiles
from .people import as_person, row_by_email
from .records import Invitation, InvitationKind, Person
from .recovery import new_code, read_code
from .safe import add_wrap, seal_to_safes
from .sealing import KdfCost, phrase_key
from .vault import Enrolled, Unlocked, WrapKind, unwrap

REMEMBERED = timedelta(days=30)
SHORTEST_PHRASE = 12
_LONGEST_PHRASE = 1000
_NO_SALT = bytes(16)
_REMEMBERED = (  # asked by every request: made once
    select(*(schema.session.c[name] for name in ("id_hash", "pair", "sealed", "expires_at", "elsewhere")), schema.person)
    .join(schema.person, schema.person.c.id == schema.session.c.person)
    .where(schema.session.c.id_hash == bindparam("id"))
)


@dataclass(frozen=True)
class Session:
    """A device that is signed in. ``id`` names the session on the server and opens nothing.

    ``elsewhere``: the label of a new device that has signed in since; empty once this one has been told.
    """

    id: str
    person: Person
    unlocked: Unlocked
    elsewhere: str = ""


@dataclass(frozen=True)
class Device:
    """A place where someone is signed in: what it calls itself, since when, and whether it is the one that asks."""

    label: str
    since: datetime
    here: bool


class Access:
    """The verbs about getting in. AccessErrors never tell whether an address is known."""

    def __init__(self, database: Database, files: KeyFiles, clock: Callable[[], datetime], cost: KdfCost) -> None:
        self._database, self._files, self._clock, self._cost = database, files, clock, cost

    def enrol(self, token: str, pass_phrase: str) -> Enrolled:
        """Choose a pass phrase with an invitation, which is then used up. AccessError for any other link."""
        invitation = self._invitation(token, InvitationKind.INVITATION)
        _check(pass_phrase)
        return self._start(Unlocked(invitation.person, PrivateKey.generate()), pass_phrase, token)

    def sign_in(self, email: str, pass_phrase: str) -> Unlocked:
        """Open with the pass phrase. A wrong one and an unknown address give the same AccessError after the same work.

        Whoever has the phrase needs no replacement link: unused ones are void from now on.
        """
        phrase = pass_phrase.strip()[:_LONGEST_PHRASE]
        with self._database.reading() as connection:
            row = row_by_email(connection, email)
            wrap = None if row is None else _wraps(connection, row["id"], WrapKind.PASS_PHRASE)
        if row is None or not wrap:
            phrase_key(phrase, _NO_SALT, self._cost)
            raise _refused()
        unlocked = _open_with_phrase(as_person(row), wrap[0], phrase)
        with self._database.atomic() as connection:
            invitations.spend(connection, unlocked.person.id, self._clock())
            seal_to_safes(connection, self._files, unlocked)
        return unlocked

    def recover(self, email: str, recovery_code: str, pass_phrase: str) -> Enrolled:
        """Choose a new pass phrase with the recovery code. Same key pair, new code; remembered devices are signed out."""
        _check(pass_phrase)
        code = read_code(recovery_code)
        with self._database.reading() as connection:
            row = row_by_email(connection, email)
            wraps = [] if row is None else _wraps(connection, row["id"], WrapKind.RECOVERY_CODE)
        if row is None:
            raise _refused_code()
        return self._start(_open_with_code(as_person(row), wraps, code), pass_phrase, None)

    def new_code(self, email: str, pass_phrase: str) -> str:
        """A new recovery code for who has the pass phrase; the one before opens nothing any more. See ``sign_in``."""
        unlocked = self.sign_in(email, pass_phrase)
        code = new_code()
        with self._database.atomic() as connection:
            _forget_code(connection, unlocked)
            add_wrap(connection, unlocked, vault.wrap_with_code(unlocked, read_code(code)))
        return code

    def renew(self, token: str, pass_phrase: str, recovery_code: str | None) -> Enrolled:
        """Choose a new pass phrase with a replacement link, which is then used up.

        With the recovery code: at once, same key pair. Without: only after the link's 24 hours and with a new key pair;
        what was written before stays sealed until the key in the safe is used, or the old recovery code is found.
        """
        invitation = self._invitation(token, InvitationKind.REPLACEMENT)
        _check(pass_phrase)
        if recovery_code is None:
            if self._clock() < invitation.not_before:
                raise AccessError(
                    "Linket kan først bruges et døgn efter, at det blev sendt. Med din gendannelseskode kan du bruge det nu."
                )
            return self._start(Unlocked(invitation.person, PrivateKey.generate()), pass_phrase, token)
        with self._database.reading() as connection:
            wraps = _wraps(connection, invitation.person.id, WrapKind.RECOVERY_CODE)
        return self._start(_open_with_code(invitation.person, wraps, read_code(recovery_code)), pass_phrase, token)

    def remember(self, unlocked: Unlocked, label: str, *, new: bool = False) -> str:
        """The value of a cookie that opens for 30 days: the session's id and the half of the key the server forgets.

        ``label`` is what the person recognises the device by; of one that is ``new`` their other devices are to be told.
        """
        session_id, half = secrets.token_urlsafe(32), secrets.token_bytes(32)
        label = "".join(filter(str.isprintable, label))[:200]
        with self._database.atomic() as connection:
            table, now = schema.session, self._clock()
            connection.execute(delete(table).where(table.c.expires_at <= now))
            if new:
                connection.execute(update(table).where(table.c.person == unlocked.person.id).values(elsewhere=label or "?"))
            connection.execute(
                insert(table).values(
                    id_hash=hashed(session_id),
                    person=unlocked.person.id,
                    pair=unlocked.public,
                    sealed=vault.wrap_with_key(unlocked, half, _session_purpose(session_id)),
                    label=label,
                    expires_at=now + REMEMBERED,
                )
            )
        return f"{session_id}.{half.hex()}"

    def device_seal(self, email: str, mark: str) -> str:
        """32 hexadecimal digits that only this server can put on the mark of a device that was let in for that address.

        With a new pass phrase they are others: a device that was let in with the one before is new again.
        """
        with self._database.reading() as connection:
            row = row_by_email(connection, email)
            wraps = [] if row is None else _wraps(connection, row["id"], WrapKind.PASS_PHRASE)
        salt: bytes = wraps[0]["salt"] if wraps else b""
        words, key = f"{mark} {email} {salt.hex()}".encode(errors="surrogatepass"), self._files.make_signing_key()
        return blake2b(words, digest_size=16, key=key, person=b"device seal", encoder=HexEncoder).decode()

    def resume(self, cookie: str) -> Session | None:
        """The session of a cookie; None if it is unknown, signed out, changed or older than 30 days."""
        session_id, _, half = cookie.partition(".")
        with self._database.reading() as connection:
            row = connection.execute(_REMEMBERED, {"id": hashed(session_id)}).mappings().one_or_none()
        if row is None:
            return None
        if row["expires_at"] <= self._clock():
            self.sign_out(cookie)
            return None
        return _resumed(row, session_id, half)

    def sign_out(self, cookie: str) -> None:
        """Forget the device. Does nothing if it is forgotten already."""
        session_id = cookie.partition(".")[0]
        with self._database.atomic() as connection:
            connection.execute(delete(schema.session).where(schema.session.c.id_hash == hashed(session_id)))

    def devices(self, session: Session) -> list[Device]:
        """Where the person is signed in, the newest first. From now on this device has been told of all of them."""
        table, now = schema.session, self._clock()
        own = (table.c.person == session.person.id, table.c.expires_at > now)
        with self._database.atomic() as connection:
            connection.execute(update(table).where(table.c.id_hash == session.id).values(elsewhere=None))
            rows = connection.execute(select(table).where(*own).order_by(table.c.expires_at.desc())).mappings().all()
        return [Device(row["label"], row["expires_at"] - REMEMBERED, row["id_hash"] == session.id) for row in rows]

    def sign_out_others(self, session: Session) -> int:
        """Forget every device of the person but this one; how many."""
        table = schema.session
        others = (table.c.person == session.person.id, table.c.id_hash != session.id)
        with self._database.atomic() as connection:
            return connection.execute(delete(table).where(*others)).rowcount

    def _invitation(self, token: str, kind: InvitationKind) -> Invitation:
        with self._database.reading() as connection:
            found = invitations.find(connection, token, self._clock())
        if found is None or found.kind != kind:
            raise _dead_link()
        return found

    def _start(self, unlocked: Unlocked, phrase: str, token: str | None) -> Enrolled:
        """Make this key pair the person's own, with a new pass phrase and code. Argon2id runs before the transaction."""
        code = new_code()
        wraps = [vault.wrap_with_phrase(unlocked, phrase, self._cost), vault.wrap_with_code(unlocked, read_code(code))]
        with self._database.atomic() as connection:
            now, person_id = self._clock(), unlocked.person.id
            connection.execute(select(schema.person.c.id).where(schema.person.c.id == person_id).with_for_update())
            if token is not None and not invitations.use(connection, token, now):
                raise _dead_link()
            invitations.spend(connection, person_id, now)
            insert_missing(connection, schema.key_pair, public=unlocked.public, person=person_id, created_at=now)
            _forget_wraps(connection, unlocked)
            connection.execute(delete(schema.session).where(schema.session.c.person == person_id))
            connection.execute(update(schema.person).where(schema.person.c.id == person_id).values(public=unlocked.public))
            for wrap in wraps:
                add_wrap(connection, unlocked, wrap)
            seal_to_safes(connection, self._files, unlocked)
        return Enrolled(unlocked, code)


def _check(phrase: str) -> None:
    if not SHORTEST_PHRASE <= len(phrase.strip()) <= _LONGEST_PHRASE:
        raise AccessError(
            f"Vælg en adgangssætning på mindst {SHORTEST_PHRASE} tegn, gerne fire-fem ord, som kun du ville sætte sammen."
        )


def _wraps(connection: Connection, person_id: str, kind: WrapKind) -> list[RowMapping]:
    """The wraps of a person's key pairs of that kind, of the newest pair first."""
    table, pair = schema.key_wrap, schema.key_pair
    query = (
        select(table)
        .join(pair, pair.c.public == table.c.pair)
        .where(pair.c.person == person_id, table.c.kind == kind)
        .order_by(pair.c.created_at.desc())
    )
    return list(connection.execute(query).mappings())


def _forget_wraps(connection: Connection, unlocked: Unlocked) -> None:
    """Old pass phrases open nothing any more, nor this pair's old code.

    The recovery codes of other pairs stay: whoever gets hold of a replacement link must not be able to lock the person
    out of their own texts.
    """
    table, pair = schema.key_wrap, schema.key_pair
    own = select(pair.c.public).where(pair.c.person == unlocked.person.id)
    connection.execute(delete(table).where(table.c.kind == WrapKind.PASS_PHRASE, table.c.pair.in_(own)))
    _forget_code(connection, unlocked)


def _forget_code(connection: Connection, unlocked: Unlocked) -> None:
    table = schema.key_wrap
    connection.execute(delete(table).where(table.c.kind == WrapKind.RECOVERY_CODE, table.c.pair == unlocked.public))


def _open_with_phrase(person: Person, row: RowMapping, phrase: str) -> Unlocked:
    key = phrase_key(phrase, row["salt"], KdfCost(row["passes"], row["memory"]))
    try:
        return unwrap(person, row["pair"], row["sealed"], key, WrapKind.PASS_PHRASE)
    except SealError:
        raise _refused() from None


def _open_with_code(person: Person, rows: list[RowMapping], code: bytes) -> Unlocked:
    key = vault.code_key(code)
    for row in rows:
        try:
            return unwrap(person, row["pair"], row["sealed"], key, WrapKind.RECOVERY_CODE)
        except SealError:
            continue
    raise _refused_code()


def _resumed(row: RowMapping, session_id: str, half: str) -> Session | None:
    try:
        person = as_person(row)
        unlocked = unwrap(person, row["pair"], row["sealed"], bytes.fromhex(half), _session_purpose(session_id))
    except (SealError, ValueError):
        return None
    return Session(row["id_hash"], person, unlocked, row["elsewhere"] or "")


def _session_purpose(session_id: str) -> str:
    return f"session {hashed(session_id)}"


def _refused() -> AccessError:
    return AccessError("E-mail og adgangssætning passer ikke sammen.")


def _refused_code() -> AccessError:
    return AccessError("E-mail og gendannelseskode passer ikke sammen.")


def _dead_link() -> AccessError:
    return AccessError("Linket virker ikke længere. Det er brugt, eller der er sendt et nyere.")
