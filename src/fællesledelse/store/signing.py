"""Signed receipts: whoever has the public half of the key can see that not a word has been changed since, on any machine.

The key is made when the server starts for the first time, opens nothing, and is in no copy of the keys. Ed25519 over the
receipt as JSON with sorted keys.
"""

import json
from pathlib import Path
from typing import Any, Final

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from ..errors import ReceiptError
from .keyfiles import KeyFiles

FIELD: Final = "underskrift"
_PUBLIC, _SIGNATURE = "offentlig nøgle", "signatur"


def make_key(keys: Path) -> str | None:
    """The public half (64 hexadecimal digits) of the key made now in the folder of keys; None where there is one already."""
    files = KeyFiles(keys)
    if files.signing_key() is not None:
        return None
    return SigningKey(files.make_signing_key()).verify_key.encode().hex()


def signed(receipt: dict[str, Any], keys: Path) -> dict[str, Any]:
    """The receipt with its signature."""
    key = SigningKey(KeyFiles(keys).make_signing_key())
    signature = key.sign(_told(receipt)).signature.hex()
    return receipt | {FIELD: {_PUBLIC: key.verify_key.encode().hex(), _SIGNATURE: signature}}


def examined(file: bytes) -> tuple[dict[str, Any], str]:
    """The receipt in a file, and the public half that it was signed with. ReceiptError where it is not as it was signed."""
    try:
        receipt = json.loads(file, object_pairs_hook=_once)
        signature = receipt.pop(FIELD)
        public = bytes.fromhex(signature[_PUBLIC])
        VerifyKey(public).verify(_told(receipt), bytes.fromhex(signature[_SIGNATURE]))
    except BadSignatureError:
        raise ReceiptError("Underskriften passer ikke. Kvitteringen er ændret, efter at den blev skrevet.") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ReceiptError("Filen er ikke en underskrevet kvittering herfra, eller noget af den mangler.") from None
    return receipt, public.hex()


def _told(receipt: dict[str, Any]) -> bytes:
    return json.dumps(receipt, sort_keys=True, separators=(",", ":")).encode()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are each there once: of two, a reader and the signature might mean different ones."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found
