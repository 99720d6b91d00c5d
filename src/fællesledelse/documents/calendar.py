"""Calendar files for the reviews: a day and a neutral word, for calendars that secretaries read too."""

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

_SUMMARY = {3: "Gensyn efter tre måneder", 6: "Gensyn efter seks måneder", 12: "Gensyn efter tolv måneder"}
REVIEWS = tuple(_SUMMARY)
"""After how many months a foundation is looked at again."""

_OURS = uuid.UUID("5b1f0c52-7a0e-4a57-9f0e-6d3c1a5f8b21")


def reviews(days: Mapping[int, date], key: str, made_at: datetime) -> bytes:
    """All-day events on ``days`` (by months), which calendars import; the same ``key`` moves the same events.

    ``key`` is something random that belongs to the plan; it can't be read from the file. No link, no name, no text.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//faellesledelse//da")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for months, day in sorted(days.items()):
        calendar.add_component(_event(months, day, key, made_at))
    return bytes(calendar.to_ical())


def _event(months: int, day: date, key: str, made_at: datetime) -> Event:
    event = Event()
    event.add("uid", str(uuid.uuid5(_OURS, f"{key}.{months}")))
    event.add("dtstamp", made_at.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", made_at.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", int(made_at.timestamp()) // 60)  # a later file wins over an earlier one
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", _SUMMARY[months])
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    event.add("x-microsoft-cdo-alldayevent", "TRUE")
    event.add("x-microsoft-cdo-busystatus", "FREE")
    return event


def months_after(day: date, months: int) -> date:
    """The same day of the month ``months`` later, or the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
