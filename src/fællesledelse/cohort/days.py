"""Days as Danish facilitators write and read them."""

import re
from datetime import date, timedelta

from ..danish import MONTHS

_DANISH = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_LOOSE = re.compile(r"(\d{1,2})[./ -]+(\d{1,2})[./ -]+(\d{2}|\d{4})")
_WORDED = re.compile(r"(\d{1,2})\.? *([a-zæøå]{3,9})\.? *(\d{4})", re.IGNORECASE)
_EXCEL_ZERO = date(1899, 12, 30)


def parse(text: str) -> date:
    """The day written as 15.06.2026 or 2026-06-15. Raises ValueError, in Danish, with a guess where there is one."""
    if found := _DANISH.fullmatch(text):
        return _day(found[3], found[2], found[1], text)
    if found := _ISO.fullmatch(text):
        return _day(found[1], found[2], found[3], text)
    guess = _guess(text)
    if guess is None:
        raise ValueError(f"{text!r} er ikke en dato, vi kan læse. Skriv dag.måned.år, for eksempel 15.06.2026.")
    why = "er en dato, som Excel har gemt som et tal" if text.isdecimal() else "er ikke skrevet som dag.måned.år"
    raise ValueError(f"{text!r} {why}. Skriv {written(guess)}, hvis det er den dag, du mener.")


def written(day: date) -> str:
    """15.06.2026: as it stands in a file."""
    return f"{day.day:02}.{day.month:02}.{day.year}"


def looks_like_one(text: str) -> bool:
    """Whether Excel may have made a day of what was written (1-2 becomes 01-feb)."""
    months = "|".join(month[:3] for month in MONTHS)
    return bool(_LOOSE.fullmatch(text) or _ISO.match(text) or re.fullmatch(rf"\d{{1,2}}[-. ]+({months})\.?", text.lower()))


def _day(year: str, month: str, day: str, text: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError(f"{text!r} findes ikke i kalenderen. Ret dag, måned eller år.") from None


def _guess(text: str) -> date | None:
    try:
        if text.isdecimal() and 36_000 <= int(text[:6]) < 80_000:
            return _EXCEL_ZERO + timedelta(days=int(text[:6]))
        if found := _LOOSE.fullmatch(text):
            year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
            return date(year, int(found[2]), int(found[1]))
        if found := _WORDED.fullmatch(text):
            month = [name[:3] for name in MONTHS].index(found[2].lower()[:3]) + 1
            return date(int(found[3]), month, int(found[1]))
    except ValueError:
        return None
    return None
