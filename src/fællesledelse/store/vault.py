"""Key pairs, and the three ways to a private key: pass phrase, recovery code, key in the safe.

    pass phrase ──Argon2id──┐
    recovery code ──────────┼──▶ private key ──▶ content key of a gathering ──▶ answers
    key in the safe ────────┘                          ▲
                                     key file of the gathering, outside the database

Content is opened only with an `Unlocked`, never with a person's id. Nothing here touches a database: what is wrapped
is returned as a `Wrap`, and the offline half (`new_safe_key`, `open_with_safe_key`) runs on a machine without a server.
"""

import base64
import binascii
import json
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NoReturn

from nacl.encoding import RawEncoder
from nacl.exceptions import CryptoError
from nacl.hash import blake2b
from nacl.public import PrivateKey, PublicKey, SealedBox

from ..errors import AccessError, SealError, StoreError
from . import crockford
from .records import Person
from .sealing import KdfCost, phrase_key, seal, unseal

_SAFE_SYMBOLS = 52  # 256 bits
_SAFE_CHECKS = 8
_FORMAT = 1


class Unlocked:
    """Someone's private key in memory: the only thing that opens content.

    Made by signing in, enrolling, recovering, renewing and resuming, and by nothing else. It is never stored, and it
    shows no secret when printed. ``public`` (64 hexadecimal digits) names the key pair.
    """

    __slots__ = ("_private", "person", "public")

    def __init__(self, person: Person, private: PrivateKey) -> None:
        self.person = person
        self.public = bytes(private.public_key).hex()
        self._private = private

    def __repr__(self) -> str:
        return f"Unlocked(person={self.person.id!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an unlocked key can't be copied or stored")

    def journal_key(self) -> bytes:
        """32 bytes that encrypt the journal in this person's browsers; the same as long as the key pair is."""
        return blake2b(b"", key=bytes(self._private), person=b"journal", encoder=RawEncoder)

    def device_mark(self) -> str:
        """32 hexadecimal digits that a device is given, to be known again by; it opens nothing. See ``journal_key``."""
        return blake2b(b"", digest_size=16, key=bytes(self._private), person=b"device", encoder=RawEncoder).hex()


@dataclass(frozen=True)
class Enrolled:
    """Someone who has just chosen a pass phrase. The recovery code is shown once and stored nowhere."""

    unlocked: Unlocked
    recovery_code: str

    def __repr__(self) -> str:
        return f"Enrolled({self.unlocked!r})"


class WrapKind(StrEnum):
    """What opens a wrapped private key."""

    PASS_PHRASE = "pass phrase"
    RECOVERY_CODE = "recovery code"
    SAFE = "safe"
    REGAINED = "regained"  # by the person's newer key pair, after the key in the safe was used


@dataclass(frozen=True)
class Wrap:
    """A private key, wrapped. ``opener`` is the public key it is sealed to, or empty; salt and cost are of the phrase."""

    kind: WrapKind
    sealed: bytes
    opener: str = ""
    salt: bytes = b""
    passes: int = 0
    memory: int = 0


def private_key(unlocked: Unlocked) -> PrivateKey:
    """For the rooms of the store alone."""
    return unlocked._private


def wrap_with_phrase(unlocked: Unlocked, phrase: str, cost: KdfCost) -> Wrap:
    """The private key, to be opened by that pass phrase. Takes the time of one guess."""
    salt = secrets.token_bytes(16)
    sealed = _wrap(unlocked, phrase_key(phrase, salt, cost), WrapKind.PASS_PHRASE)
    return Wrap(WrapKind.PASS_PHRASE, sealed, salt=salt, passes=cost.passes, memory=cost.memory)


def wrap_with_code(unlocked: Unlocked, code: bytes) -> Wrap:
    """The private key, to be opened by that recovery code. The code is random, so guessing needs no slowing down."""
    return Wrap(WrapKind.RECOVERY_CODE, _wrap(unlocked, code_key(code), WrapKind.RECOVERY_CODE))


def wrap_with_key(unlocked: Unlocked, key: bytes, purpose: str) -> bytes:
    """The private key, to be opened with a 32-byte key kept elsewhere, for that purpose only."""
    return _wrap(unlocked, key, purpose)


def unwrap(person: Person, public: str, sealed: bytes, key: bytes, purpose: str) -> Unlocked:
    """The person, unlocked. SealError if the key is wrong or the wrap is someone else's."""
    return unlocked_as(person, public, unseal(key, sealed, "private key", purpose, person.id, public))


def unlocked_as(person: Person, public: str, private: bytes) -> Unlocked:
    """The person with that private key. SealError unless it is the other half of ``public``."""
    unlocked = Unlocked(person, PrivateKey(private))
    if unlocked.public != public:
        raise SealError(f"The private key of {person.id} is not the other half of the public key {public}")
    return unlocked


def _wrap(unlocked: Unlocked, key: bytes, purpose: str) -> bytes:
    return seal(key, bytes(private_key(unlocked)), "private key", purpose, unlocked.person.id, unlocked.public)


def code_key(code: bytes) -> bytes:
    """32 bytes from a recovery code."""
    return blake2b(b"", key=code, person=b"recovery code", encoder=RawEncoder)


# The key in the safe


def new_safe_key() -> tuple[str, tuple[str, str]]:
    """A new key for the safe: the public key in hexadecimal for hold.yaml, and the private one as two papers for two people.

    Each paper alone is random: it takes both to have the key (an exclusive or).
    """
    private, one = PrivateKey.generate(), secrets.token_bytes(32)
    return bytes(private.public_key).hex(), (_printed(one), _printed(_either(one, bytes(private))))


def read_safe_paper(text: str) -> bytes:
    """What someone typed from one of the two papers. AccessError if a symbol is wrong, missing or too many."""
    tidy = crockford.tidy(text)
    try:
        part = crockford.number(tidy[:_SAFE_SYMBOLS]).to_bytes(32, "big")
    except (ValueError, OverflowError):
        raise _misread_safe_paper() from None
    if tidy[_SAFE_SYMBOLS:] != _safe_checks(part):
        raise _misread_safe_paper()
    return part


def _printed(part: bytes) -> str:
    return crockford.grouped(crockford.symbols(int.from_bytes(part, "big"), _SAFE_SYMBOLS) + _safe_checks(part))


def _either(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))


def _safe_checks(part: bytes) -> str:
    digest = blake2b(part, digest_size=5, person=b"safe key", encoder=RawEncoder)
    return crockford.symbols(int.from_bytes(digest, "big"), _SAFE_CHECKS)


def _misread_safe_paper() -> AccessError:
    return AccessError("Linjen fra papiret kan ikke læses. Se efter, om et tegn er forkert eller mangler.")


def seal_to_safe(unlocked: Unlocked, safe: str) -> Wrap:
    """The private key, to be opened by the key in the safe. It carries its owner, so nobody can ask for it as theirs."""
    content = {"person": unlocked.person.id, "email": unlocked.person.email, "private": bytes(private_key(unlocked)).hex()}
    return Wrap(WrapKind.SAFE, SealedBox(public_key(safe)).encrypt(json.dumps(content).encode()), opener=safe)


def public_key(text: str) -> PublicKey:
    """A public key from its 64 hexadecimal digits. StoreError if it isn't one."""
    try:
        key = PublicKey(bytes.fromhex(text))
        SealedBox(key).encrypt(b"")  # a few numbers of the right length are no keys
        return key
    except (ValueError, TypeError, CryptoError) as error:
        raise StoreError(f"{text!r} is not a public key: 64 hexadecimal digits") from error


def fingerprint(public: str) -> str:
    """Twelve digits that two people can compare on the telephone."""
    digest = blake2b(bytes.fromhex(public), digest_size=8, person=b"fingerprint", encoder=RawEncoder)
    digits = f"{int.from_bytes(digest, 'big') % 10**12:012d}"
    return " ".join(digits[start : start + 4] for start in range(0, 12, 4))


def asked_for(request: bytes) -> tuple[str, str]:
    """Whose request it is, and the fingerprint of the key it would be answered to. AccessError if it isn't a request."""
    asked = read_message(request, "request", "pair", "safe", "sealed")
    return f"{asked['person']['name']} <{asked['person']['email']}>", fingerprint(asked["public"])


def open_with_safe_key(request: bytes, papers: tuple[str, str]) -> bytes:
    """The answer to an export request, made offline with the key from the safe: its two ``papers``, in any order.

    Every old private key in ``request`` that is sealed to this safe is sealed again to the person's new public key;
    the keeper sees a name and a fingerprint, never content, and the result is of no use to anybody but that person.
    Before running it the keeper asks the person for the fingerprint on their screen: it is the one thing that tells
    the person's new key from one that somebody with access to the database has put in its place.
    """
    asked = read_message(request, "request", "pair", "safe", "sealed")
    one, other = map(read_safe_paper, papers)
    if one == other:
        raise AccessError("Det er den samme linje to gange. Nøglen ligger på to papirer, og begge skal bruges.")
    private = PrivateKey(_either(one, other))
    person, public = asked["person"], public_key(asked["public"])
    keys = [
        {"pair": key["pair"], "sealed": encoded(SealedBox(public).encrypt(_from_safe(key, person["id"], private)))}
        for key in asked["keys"]
        if key["safe"] == bytes(private.public_key).hex()
    ]
    if not keys:
        raise AccessError("Nøglen fra pengeskabet passer ikke til denne anmodning. Hører de to papirer sammen?")
    return message("result", person={"id": person["id"]}, public=asked["public"], keys=keys)


def _from_safe(key: dict[str, str], person_id: str, safe: PrivateKey) -> bytes:
    content = json.loads(open_sealed(safe, decoded(key["sealed"])))
    if content["person"] != person_id:
        raise AccessError(f"Anmodningen er ikke ægte: nøglen i den tilhører {content['email']}. Brug den ikke.")
    return bytes.fromhex(content["private"])


def open_sealed(private: PrivateKey, sealed: bytes) -> bytes:
    """What was sealed to that key. SealError if it is another's or was changed."""
    try:
        return SealedBox(private).decrypt(sealed)
    except (CryptoError, ValueError, TypeError) as error:
        raise SealError("A sealed key can't be opened: it was changed, or is sealed to another") from error


def message(kind: str, **content: Any) -> bytes:
    """A file that travels between the server and the machine by the safe."""
    return json.dumps({"format": _FORMAT, "kind": kind, **content}, indent=1, ensure_ascii=False).encode()


def read_message(text: bytes, kind: str, *entries: str) -> dict[str, Any]:
    """A file from the other machine, whose keys have those entries. AccessError if it isn't one of that kind."""
    try:
        content = json.loads(text)
        strings = [content["person"]["id"], content["public"], *(key[entry] for key in content["keys"] for entry in entries)]
        right = content["kind"] == kind and content["format"] == _FORMAT and all(isinstance(each, str) for each in strings)
    except (ValueError, TypeError, KeyError):
        right = False
    if not right:
        raise AccessError("Filen er ikke den rigtige, eller den er blevet ændret undervejs. Hent den igen.")
    return dict(content)


def encoded(content: bytes) -> str:
    """Bytes as text for a message."""
    return base64.b64encode(content).decode()


def decoded(text: str) -> bytes:
    """Bytes from a message. SealError if they were changed."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise SealError("A sealed key was changed on its way") from error
