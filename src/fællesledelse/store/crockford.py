"""Numbers that people copy from paper: Crockford's base32, in groups of four, with a check symbol.

Reading is tolerant: small letters, spaces, any hyphen, O for 0, and I or L for 1.
"""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_IGNORED = str.maketrans("", "", " \t\r\n\u00a0-\u2010\u2011\u2012\u2013\u2014\u2212")


def symbols(number: int, length: int) -> str:
    """``number`` as ``length`` symbols, the most significant first."""
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))


def number(text: str) -> int:
    """The number of those symbols. ValueError where one isn't in the alphabet."""
    value = 0
    for symbol in text:
        value = value << 5 | ALPHABET.index(symbol)
    return value


def grouped(text: str) -> str:
    """``text`` in groups of four, as it is printed."""
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def tidy(text: str) -> str:
    """What someone typed, as symbols; may still hold characters that aren't in the alphabet."""
    return text.translate(_IGNORED).upper().translate(_LOOKALIKES)
