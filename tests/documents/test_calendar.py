"""The reviews as calendar files."""

from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from fællesledelse.documents import REVIEWS, months_after, reviews

DAYS = {3: date(2026, 12, 4), 6: date(2027, 3, 4), 12: date(2027, 9, 4)}
NOW = datetime(2026, 9, 4, 10, 30, tzinfo=UTC)
KEY = "5f0c8a9f2b7d4e61"


def events(data: bytes) -> list[dict[str, object]]:
    return [dict(event) for event in Calendar.from_ical(data).walk("VEVENT")]


def test_each_review_is_an_all_day_event_with_a_neutral_word() -> None:
    found = events(reviews(DAYS, KEY, NOW))
    assert [event["SUMMARY"] for event in found] == [f"Gensyn efter {n} måneder" for n in ("tre", "seks", "tolv")]
    assert [event["DTSTART"].dt for event in found] == list(DAYS.values())  # type: ignore[attr-defined]
    assert [(event["DTEND"].dt - event["DTSTART"].dt).days for event in found] == [1, 1, 1]  # type: ignore[attr-defined]


def test_the_file_has_what_outlook_asks_for() -> None:
    data = reviews(DAYS, KEY, NOW)
    assert data.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert b"METHOD:PUBLISH\r\n" in data
    assert data.count(b"DTSTART;VALUE=DATE:") == 3
    assert data.count(b"DTSTAMP:20260904T103000Z\r\n") == 3
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))


def test_it_carries_neither_link_nor_content_nor_names() -> None:
    allowed = {"UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "CLASS", "TRANSP"}
    outlook = {"X-MICROSOFT-CDO-ALLDAYEVENT", "X-MICROSOFT-CDO-BUSYSTATUS"}
    data = reviews(DAYS, KEY, NOW)
    assert all(set(event) == allowed | outlook for event in events(data))
    assert b"http" not in data.lower()
    assert b"ledelsesgrundlag" not in data.lower()
    assert KEY.encode() not in data


def test_a_moved_review_keeps_its_event_and_another_plan_has_its_own() -> None:
    first = events(reviews(DAYS, KEY, NOW))
    moved = events(reviews({3: date(2026, 12, 11)}, KEY, NOW.replace(hour=11)))
    assert moved[0]["UID"] == first[0]["UID"]
    assert moved[0]["SEQUENCE"] > first[0]["SEQUENCE"]  # type: ignore[operator]
    assert len({str(event["UID"]) for event in [*first, *events(reviews(DAYS, "en anden", NOW))]}) == 6


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 9, 4), 3, date(2026, 12, 4)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 9, 30), 3, date(2026, 12, 30)),
    ],
)
def test_months_later_is_the_same_day_or_the_months_last(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected
    assert months in REVIEWS
