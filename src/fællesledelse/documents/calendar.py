"""Calendar files for a leader's own days: a day and a neutral word, for calendars that secretaries read too."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

_SUMMARY = {3: "Gensyn efter tre måneder", 6: "Gensyn efter seks måneder", 12: "Gensyn efter tolv måneder"}
_PROMISED = "Det prøver jeg"
_MORNING_BEFORE = timedelta(hours=15)  # from midnight, when an all-day event begins
REVIEWS = tuple(_SUMMARY)
"""After how many months a foundation is looked at again."""

_OURS = uuid.UUID("5b1f0c52-7a0e-4a57-9f0e-6d3c1a5f8b21")


def reviews(days: Mapping[int, date], key: str, made_at: datetime) -> bytes:
    """All-day events on ``days`` (by months), which calendars import; the same ``key`` moves the same events.

    ``key`` is something random that belongs to the plan; it can't be read from the file. No link, no name, no text.
    """
    return _file(_event(_SUMMARY[months], day, f"{key}.{months}", made_at) for months, day in sorted(days.items()))


def promised(day: date, key: str, made_at: datetime) -> bytes:
    """The day of an experiment as an all-day event that reminds of itself the morning before; ``key`` as in ``reviews``."""
    event = _event(_PROMISED, day, key, made_at)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _PROMISED)
    alarm.add("trigger", -_MORNING_BEFORE)
    event.add_component(alarm)
    return _file([event])


def _file(events: Iterable[Event]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//faellesledelse//da")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(summary: str, day: date, key: str, made_at: datetime) -> Event:
    event = Event()
    event.add("uid", str(uuid.uuid5(_OURS, key)))
    event.add("dtstamp", made_at.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", made_at.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", int(made_at.timestamp()) // 60)  # a later file wins over an earlier one
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", summary)
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
