"""Danish words for days."""

from datetime import date

MONTHS = (
    "januar", "februar", "marts", "april", "maj", "juni",
    "juli", "august", "september", "oktober", "november", "december",
)  # fmt: skip


def day(when: date) -> str:
    """A day as one says it: "4. september 2026"."""
    return f"{when.day}. {MONTHS[when.month - 1]} {when.year}"


def short_day(when: date) -> str:
    """A day where the year goes without saying: "4. september"."""
    return f"{when.day}. {MONTHS[when.month - 1]}"
