"""A file that only its key opens: libsodium's secret stream, piece by piece, so that none is lost, changed or moved unseen.

line              what it is
16 characters     the key's fingerprint
24 bytes          the stream's header
pieces            65,536 bytes each, the last one shorter, and 17 more for its seal
"""

import hashlib
import io
from typing import IO

from nacl import bindings
from nacl.exceptions import CryptoError

from ..errors import SealError

LINE = b"faellesledelse kopi\n"
_PIECE = 1 << 16
_SEAL = bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_HEADER = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_MORE = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_LAST = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL


class OtherKey(SealError):
    """The file was sealed with a key of another fingerprint."""


class SealedWriter(io.RawIOBase):
    """What is written goes sealed to ``target``; without ``finish`` the file has no end, and nobody believes it."""

    def __init__(self, target: IO[bytes], key: bytes) -> None:
        self._target, self._rest = target, bytearray()
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        header = bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, key)
        target.write(LINE + fingerprint(key).encode() + header)

    def write(self, content: bytes) -> int:  # type: ignore[override]
        """Take some bytes; how many."""
        self._rest += content
        while len(self._rest) > _PIECE:
            self._push(bytes(self._rest[:_PIECE]), _MORE)
            del self._rest[:_PIECE]
        return len(content)

    def finish(self) -> None:
        """Seal what is left, as the end."""
        self._push(bytes(self._rest), _LAST)

    def _push(self, piece: bytes, tag: int) -> None:
        self._target.write(bindings.crypto_secretstream_xchacha20poly1305_push(self._state, piece, tag=tag))


def unsealed(source: IO[bytes], key: bytes) -> io.BytesIO:
    """What was sealed: in memory, since it must lie open on no disk. SealError unless it is whole and this key's."""
    name = fingerprint(key).encode()
    if source.read(len(LINE)) != LINE:
        raise SealError("This is no sealed file")
    if source.read(len(name)) != name:
        raise OtherKey("The file was sealed with another key")
    state, found, tag = bindings.crypto_secretstream_xchacha20poly1305_state(), io.BytesIO(), _MORE
    try:
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, source.read(_HEADER), key)
        while tag != _LAST:
            piece, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, source.read(_PIECE + _SEAL))
            found.write(piece)
    except CryptoError as error:
        raise SealError("The sealed file is cut short or changed") from error
    if source.read(1):
        raise SealError("Something follows the sealed file")
    found.seek(0)
    return found


def fingerprint(key: bytes) -> str:
    """What tells a key from another and says nothing of it: 16 characters."""
    return hashlib.sha256(b"faellesledelse key" + key).hexdigest()[:16]
