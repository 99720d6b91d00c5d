"""Names that may become file names and addresses, and the nearest right one to a wrong one."""

import difflib
import re
from collections.abc import Iterable

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_WINDOWS = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "ue", "é": "e"})


def is_slug(name: str) -> bool:
    """Whether ``name`` is 1–40 of a–z, 0–9 and hyphen, and a file Windows can hold too."""
    return _SLUG.fullmatch(name) is not None and _WINDOWS.fullmatch(name) is None


def slug(text: str) -> str:
    """``text`` as a name: "Fælles om ledelse 2026" becomes "faelles-om-ledelse-2026"; "hold" if nothing is left."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower().translate(_LETTERS)).strip("-")[:40].strip("-")
    return plain if is_slug(plain) else "hold"


def nearest(name: str, known: Iterable[str]) -> str:
    """ " Mente du 'x'?" with the known name that looks most like ``name``, or nothing."""
    match = difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.6)
    return f" Mente du {match[0]!r}?" if match else ""
