"""Calendar invitations for a group's workshops, as Outlook, Apple and Google take them (RFC 5545 and 5546)."""

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from ..danish import COPENHAGEN, ZONE
from .foundation import clean, line

_OURS = uuid.UUID("0b6a9a53-3f7e-4f43-8f1d-7a2f5c0f9d6e")
# The rule that has stood since 1996. Outlook reads a rule; it stumbles over a list of every change since 1916.
_SUMMER_AND_WINTER = f"""BEGIN:VTIMEZONE
TZID:{ZONE}
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
"""


@dataclass(frozen=True)
class Invited:
    """Someone a meeting is sent from or to, by name and e-mail address."""

    name: str
    email: str


@dataclass(frozen=True)
class Meeting:
    """One workshop of one group. ``gathering``, ``group`` and ``step`` together say which, whenever it is held.

    ``task`` is what the leader must do before and there, and nothing else; ``page`` is the address of the step's page.
    ``starts`` is the time in Copenhagen; None: the group has not agreed on one, and the meeting takes the whole day.
    """

    gathering: str
    group: str
    step: str
    title: str
    day: date
    minutes: int
    task: str
    page: str
    organizer: Invited
    leaders: tuple[Invited, ...]
    starts: time | None = None
    room: str = ""

    def __post_init__(self) -> None:
        if self.minutes < 1:
            raise ValueError(f"a meeting takes at least one minute, not {self.minutes}")
        for each in (self.organizer, *self.leaders):
            if "@" not in each.email or each.email != "".join(each.email.split()):
                raise ValueError(f"{each.email!r} is no e-mail address")


def invitation(meeting: Meeting, sequence: int, made_at: datetime) -> bytes:
    """A file that asks the leaders to come; sent anew with a higher ``sequence`` it moves or rewords the same meeting.

    ``made_at`` has a time zone, else ValueError. One meeting in each file: Outlook and Google take no more.
    """
    return _file("REQUEST", "CONFIRMED", meeting, sequence, made_at)


def cancellation(meeting: Meeting, sequence: int, made_at: datetime) -> bytes:
    """A file that takes the meeting out of the calendars of ``meeting.leaders``; ``sequence`` is higher than the last.

    For one who leaves the group, give a meeting with that leader alone and send it to nobody else.
    """
    return _file("CANCEL", "CANCELLED", meeting, sequence, made_at)


def _file(method: str, status: str, meeting: Meeting, sequence: int, made_at: datetime) -> bytes:
    if made_at.tzinfo is None:
        raise ValueError("the moment a file is made needs a time zone")
    calendar = Calendar()
    calendar.add("prodid", "-//faellesledelse//da")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if meeting.starts is not None:
        calendar.add_component(Timezone.from_ical(_SUMMER_AND_WINTER))
    calendar.add_component(_event(status, meeting, sequence, made_at.astimezone(UTC).replace(microsecond=0)))
    return bytes(calendar.to_ical())


class _Typed(vText):
    """A text as it was typed: of itself icalendar takes a backslash and an N for a line break."""

    def to_ical(self) -> bytes:
        return re.sub(r"[\\;,]", r"\\\g<0>", self).replace("\n", r"\n").encode()


def _event(status: str, meeting: Meeting, sequence: int, made_at: datetime) -> Event:
    event = Event()
    event.add("uid", str(uuid.uuid5(_OURS, repr((meeting.gathering, meeting.group, meeting.step)))))
    event.add("dtstamp", made_at)
    event.add("last-modified", made_at)
    event.add("sequence", sequence)
    event.add("status", status)
    event.add("summary", _Typed(line(meeting.title)))
    event.add("description", _Typed(f"{clean(meeting.task).strip()}\n\nSiden til mødet: {line(meeting.page)}"))
    event.add("url", line(meeting.page))
    if room := line(meeting.room):
        event.add("location", _Typed(room))
    _add_times(event, meeting)
    event.add("organizer", _address(meeting.organizer))
    for leader in meeting.leaders:
        asked = {"cutype": "INDIVIDUAL", "role": "REQ-PARTICIPANT", "partstat": "NEEDS-ACTION", "rsvp": "TRUE"}
        event.add("attendee", _address(leader), parameters=asked)
    return event


def _add_times(event: Event, meeting: Meeting) -> None:
    if meeting.starts is None:
        event.add("dtstart", meeting.day)
        event.add("dtend", meeting.day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")  # the day is not taken before there is a time
        event.add("x-microsoft-cdo-alldayevent", "TRUE")
        event.add("x-microsoft-cdo-busystatus", "FREE")
        return
    starts = datetime.combine(meeting.day, meeting.starts, COPENHAGEN)
    ends = (starts.astimezone(UTC) + timedelta(minutes=meeting.minutes)).astimezone(COPENHAGEN)
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("transp", "OPAQUE")


def _address(invited: Invited) -> vCalAddress:
    address = vCalAddress(f"mailto:{invited.email}")
    address.params["CN"] = line(invited.name).replace('"', "”")  # the standard's escape for it is shown as it stands
    return address
