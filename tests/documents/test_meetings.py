"""Calendar invitations, re-read line by line and by a library that did not write them."""

import dataclasses
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event

from fællesledelse.documents.meetings import Invited, Meeting, cancellation, invitation

NOW = datetime(2026, 9, 1, 10, 30, 15, 999, ZoneInfo("Europe/Copenhagen"))
PAGE = "https://ledelse.strandby.example/hold/demo/workshop-1"
MEETING = Meeting(
    gathering="demo",
    group="3",
    step="workshop-1",
    title="Workshop 1: Fortæl, spørg, lyt",
    day=date(2026, 10, 22),
    minutes=155,
    task="Læs dit eget fra forberedelse 1; det tager fem minutter.\nVælg den episode, du vil fortælle.",
    page=PAGE,
    organizer=Invited("Karen Ærø Ødegård", "karen@strandby.example"),
    leaders=(
        Invited('Åse "Ås" Kjær, centerchef; ældre', "aase@strandby.example"),
        Invited("Søren Klit", "soeren@strandby.example"),
        Invited("Bo Dam", "bo@strandby.example"),
    ),
    starts=time(9, 0),
    room="Mødelokale 2, Rådhuset",
)


def lines(data: bytes) -> list[str]:
    """The content lines, unfolded as RFC 5545 says."""
    return data.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def value(data: bytes, name: str) -> str:
    """What the event's only line of that name says."""
    event = lines(data)
    event = event[event.index("BEGIN:VEVENT") : event.index("END:VEVENT")]
    (found,) = [each for each in event if each.split(":")[0].split(";")[0] == name]
    return found.partition(":")[2]


def read(data: bytes) -> Event:
    (event,) = IcsCalendarStream.calendar_from_ics(data.decode()).events
    return event


def moved(**changes: Any) -> Meeting:
    return dataclasses.replace(MEETING, **changes)


def test_another_library_reads_what_was_meant() -> None:
    event = read(invitation(MEETING, 4, NOW))
    assert event.summary == MEETING.title
    assert event.start == datetime(2026, 10, 22, 9, 0, tzinfo=ZoneInfo("Europe/Copenhagen"))
    assert event.end - event.start == timedelta(minutes=155)
    assert event.description == f"{MEETING.task}\n\nSiden til mødet: {PAGE}"
    assert str(event.url) == PAGE
    assert event.location == MEETING.room
    assert event.sequence == 4
    assert event.organizer is not None
    assert str(event.organizer.uri) == "mailto:karen@strandby.example"
    assert event.organizer.common_name == "Karen Ærø Ødegård"
    assert [str(each.uri) for each in event.attendees] == [f"mailto:{each.email}" for each in MEETING.leaders]
    assert event.attendees[0].common_name == "Åse ”Ås” Kjær, centerchef; ældre"


@pytest.mark.parametrize(
    ("made", "method", "status"), [(invitation, "REQUEST", "CONFIRMED"), (cancellation, "CANCEL", "CANCELLED")]
)
def test_it_has_all_that_a_calendar_must_have_once(made, method: str, status: str) -> None:  # type: ignore[no-untyped-def]
    data = made(MEETING, 2, NOW)
    found = lines(data)
    assert found[0] == "BEGIN:VCALENDAR"
    assert found[-1] == "END:VCALENDAR"
    for once in ("VERSION:2.0", "PRODID:-//faellesledelse//da", "CALSCALE:GREGORIAN", f"METHOD:{method}", "BEGIN:VEVENT"):
        assert found.count(once) == 1
    assert value(data, "STATUS") == status
    assert value(data, "DTSTAMP") == "20260901T083015Z"
    assert value(data, "SEQUENCE") == "2"
    assert value(data, "ORGANIZER") == "mailto:karen@strandby.example"
    assert value(data, "SUMMARY") == "Workshop 1: Fortæl\\, spørg\\, lyt"
    attendees = [each for each in found if each.startswith("ATTENDEE")]
    assert len(attendees) == 3
    assert all("RSVP=TRUE" in each and "PARTSTAT=NEEDS-ACTION" in each for each in attendees)
    assert "VALARM" not in data.decode()


@pytest.mark.parametrize("starts", [time(9, 0), None], ids=["with a time", "all day"])
def test_lines_end_and_fold_as_the_standard_says(starts: time | None) -> None:
    long = moved(task="Ærø på øen: " + "æøå😀 " * 80, starts=starts, title="Ø" * 90)
    data = invitation(long, 0, NOW)
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert max(len(each) for each in data.split(b"\r\n")) <= 75
    assert all(each.decode() for each in data.removesuffix(b"\r\n").split(b"\r\n")), "no letter is split by a fold"
    assert read(data).summary == "Ø" * 90


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        (date(2026, 3, 28), 8),  # the day before summer time
        (date(2026, 3, 29), 7),
        (date(2026, 10, 24), 7),
        (date(2026, 10, 25), 8),  # winter time again
    ],
)
def test_nine_in_the_morning_is_nine_in_summer_and_winter(day: date, utc: int) -> None:
    data = invitation(moved(day=day), 0, NOW)
    assert f"DTSTART;TZID=Europe/Copenhagen:{day:%Y%m%d}T090000" in lines(data)
    start = read(data).start
    assert isinstance(start, datetime)
    assert start.astimezone(UTC).hour == utc
    assert zone(data, datetime.combine(day, time(9))) == timedelta(hours=9 - utc), "the file's own rule says the same"


def zone(data: bytes, when: datetime) -> timedelta:
    """The offset that the file's own VTIMEZONE gives a moment in Copenhagen, for who doesn't know the zone's name."""

    class Text:
        def __init__(self, text: str) -> None:
            self.read = lambda: text

    offset = tzical(Text(data.decode())).get("Europe/Copenhagen").utcoffset(when)  # type: ignore[arg-type, union-attr]
    assert offset is not None
    return offset


def test_a_meeting_through_the_night_of_winter_time_lasts_its_minutes() -> None:
    event = read(invitation(moved(day=date(2026, 10, 25), starts=time(1, 30), minutes=150), 0, NOW))
    assert isinstance(event.start, datetime)
    assert isinstance(event.end, datetime)
    assert event.end.astimezone(UTC) - event.start.astimezone(UTC) == timedelta(minutes=150)


def test_without_a_time_of_day_it_is_all_day_and_blocks_nothing() -> None:
    data = invitation(moved(starts=None), 0, NOW)
    event = read(data)
    assert (event.start, event.end) == (date(2026, 10, 22), date(2026, 10, 23))
    assert value(data, "TRANSP") == "TRANSPARENT"
    assert b"VTIMEZONE" not in data
    assert value(invitation(MEETING, 0, NOW), "TRANSP") == "OPAQUE"


def test_a_moved_meeting_and_a_cancelled_one_are_the_same_meeting() -> None:
    first = invitation(MEETING, 0, NOW)
    later = moved(day=date(2026, 11, 2), title="Workshop 1", leaders=MEETING.leaders[:1])
    assert value(invitation(later, 1, NOW), "UID") == value(first, "UID")
    assert value(cancellation(later, 2, NOW), "UID") == value(first, "UID")
    assert [value(invitation(later, number, NOW), "SEQUENCE") for number in (1, 7)] == ["1", "7"]


def test_another_gathering_group_or_step_is_another_meeting() -> None:
    others = [
        MEETING,
        moved(gathering="demo-3", group=""),
        moved(group="31"),
        moved(step="workshop-11"),
        moved(gathering="dem"),
    ]
    assert len({value(invitation(each, 0, NOW), "UID") for each in others}) == len(others)


def test_a_folder_of_windows_is_a_place_on_one_line() -> None:
    place = r"R:\Nord\nyt; Rådhuset, sal 2"
    made = lines(invitation(dataclasses.replace(MEETING, room=place), 1, NOW))
    assert [each for each in made if each.startswith("LOCATION:")] == [r"LOCATION:R:\\Nord\\nyt\; Rådhuset\, sal 2"]


def test_what_people_typed_can_add_no_line() -> None:
    sly = "x\r\nMETHOD:CANCEL\nSTATUS:CANCELLED"
    data = invitation(
        moved(title=sly, room=sly, task=sly, page=f"https://x/{sly}", organizer=Invited(sly, "a@b.example")), 0, NOW
    )
    assert not {"METHOD:CANCEL", "STATUS:CANCELLED"} & set(lines(data))
    assert read(data).description.startswith("x\nMETHOD:CANCEL")  # type: ignore[union-attr]


@pytest.mark.parametrize("email", ["", "karen", "karen@strandby.example\r\nX:1", "karen @strandby.example"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(ValueError, match="no e-mail address"):
        moved(organizer=Invited("Karen", email))


def test_a_meeting_without_length_and_a_moment_without_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one minute"):
        moved(minutes=0)
    with pytest.raises(ValueError, match="time zone"):
        invitation(MEETING, 0, datetime(2026, 9, 1, 10, 30))


def test_the_same_meeting_is_the_same_file() -> None:
    assert invitation(MEETING, 3, NOW) == invitation(moved(), 3, NOW.astimezone(UTC))
    assert cancellation(MEETING, 3, NOW) == cancellation(moved(), 3, NOW)
