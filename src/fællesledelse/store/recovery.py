"""The recovery code: 135 random bits on paper that open the leader's private key when the pass phrase is gone."""

import secrets

from ..errors import AccessError
from . import crockford

_SYMBOLS = 27
_CHECKS = len(crockford.ALPHABET)


def new_code() -> str:
    """A new code: seven groups of four symbols, the last symbol checks the rest (modulo 37, as Crockford says)."""
    while True:
        number = secrets.randbits(5 * _SYMBOLS)
        # The five checks beyond the alphabet (* ~ $ = U) are awkward to copy by hand, so such a number is drawn again.
        if number % 37 < _CHECKS:
            break
    return crockford.grouped(crockford.symbols(number, _SYMBOLS) + crockford.ALPHABET[number % 37])


def read_code(text: str) -> bytes:
    """The 17 bytes of a code as someone typed it. AccessError if a symbol is wrong, missing or too many."""
    tidy = crockford.tidy(text)
    try:
        number, check = crockford.number(tidy[:-1]), crockford.number(tidy[-1:])
    except ValueError:
        raise _misread() from None
    if len(tidy) != _SYMBOLS + 1 or number % 37 != check:
        raise _misread()
    return number.to_bytes(17, "big")


def _misread() -> AccessError:
    return AccessError(
        "Gendannelseskoden kan ikke læses. Den har syv grupper med fire tegn; se efter, om et tegn er forkert eller mangler."
    )
