"""Sealing bytes with a key (XChaCha20-Poly1305), bound to the place where they stand; and keys from pass phrases."""

import json
import threading
import unicodedata
from dataclasses import dataclass

from nacl import bindings, pwhash, utils
from nacl.exceptions import CryptoError

from ..errors import SealError

_NONCE = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_SMALLEST_BUCKET = 256
_LENGTH = 4


@dataclass(frozen=True)
class KdfCost:
    """What one guess at a pass phrase costs with Argon2id: passes, and bytes of memory."""

    passes: int = 3
    memory: int = 128 << 20


DEFAULT_COST = KdfCost()

# Each derivation takes its memory for half a second; more than two at once would fill a small server.
_derivations = threading.BoundedSemaphore(2)


def phrase_key(phrase: str, salt: bytes, cost: KdfCost) -> bytes:
    """32 bytes from a pass phrase and 16 bytes of salt. The phrase is the same on a Mac, where å is two characters."""
    normal = unicodedata.normalize("NFKC", phrase).strip().encode("utf-8", "surrogatepass")
    with _derivations:
        return pwhash.argon2id.kdf(32, normal, salt, cost.passes, cost.memory)


def seal(key: bytes, content: bytes, *place: str | int) -> bytes:
    """``content`` sealed with a 32-byte key; it can be opened only with the same key and for the same ``place``."""
    nonce = utils.random(_NONCE)
    return nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(content, _bind(place), nonce, key)


def unseal(key: bytes, sealed: bytes, *place: str | int) -> bytes:
    """What was sealed there. SealError if the key, the place or a single bit is another."""
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[_NONCE:], _bind(place), sealed[:_NONCE], key)
    except (CryptoError, ValueError) as error:
        raise SealError(f"What is sealed as {place} can't be opened: moved or changed, or the key is another") from error


def _bind(place: tuple[str | int, ...]) -> bytes:
    return json.dumps(place, ensure_ascii=True).encode()


def pad(content: bytes) -> bytes:
    """``content`` in a bucket of 256, 512, 1024 … bytes, so that its length doesn't show when sealed."""
    bucket = _SMALLEST_BUCKET
    while bucket < _LENGTH + len(content):
        bucket *= 2
    return (len(content).to_bytes(_LENGTH, "big") + content).ljust(bucket, b"\0")


def unpad(padded: bytes) -> bytes:
    """What was padded."""
    return padded[_LENGTH : _LENGTH + int.from_bytes(padded[:_LENGTH], "big")]
