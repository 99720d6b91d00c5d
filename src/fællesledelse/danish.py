"""Danish days and the words for them, and names in a row."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = "Europe/Copenhagen"
COPENHAGEN = ZoneInfo(ZONE)

MONTHS = (
    "januar", "februar", "marts", "april", "maj", "juni",
    "juli", "august", "september", "oktober", "november", "december",
)  # fmt: skip

WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")


def today() -> date:
    """The day in Denmark, whatever clock the computer goes by."""
    return datetime.now(COPENHAGEN).date()


def day(when: date) -> str:
    """A day as one says it: "4. september 2026"."""
    return f"{when.day}. {MONTHS[when.month - 1]} {when.year}"


def full_day(when: date) -> str:
    """A day with its weekday: "fredag den 4. september 2026"."""
    return f"{WEEKDAYS[when.weekday()]} den {day(when)}"


def short_day(when: date) -> str:
    """A day where the year goes without saying: "4. september"."""
    return f"{when.day}. {MONTHS[when.month - 1]}"


def near_day(when: date, today: date) -> str:
    """A day as one says it on ``today``: with its year where that is another."""
    return short_day(when) if when.year == today.year else day(when)


def clock(when: time) -> str:
    """A time of day as one writes it: "8.30"."""
    return f"{when.hour}.{when.minute:02}"


def listed(names: Sequence[str]) -> str:
    """Names as one says them: "Anna, Bent og Carla". Empty for none."""
    return " og ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
