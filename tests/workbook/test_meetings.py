"""The way through a network's year, and where one says to have been there."""

import re
from datetime import date, timedelta

from fællesledelse.model import GatheringKind
from fællesledelse.workbook import meetings
from fællesledelse.workbook.connection import Way, WayStep

TODAY = date(2026, 11, 23)
HOSTILE = '</p><script>alert(1)</script>"&'


def step(number: int, later: int | None, done: bool = False, title: str = "") -> WayStep:
    """A meeting so many days from today."""
    opens = None if later is None else TODAY + timedelta(days=later)
    name = f"moede-{number}"
    return WayStep(name, title or f"Møde {number}", "meeting", 120, opens, True, done, 0, 0, f"/hold/x/{name}")


def way(*steps: WayStep, kind: GatheringKind = GatheringKind.NETWORK, **more: object) -> Way:
    welcome = WayStep("velkomst", "Velkommen", "welcome", 3, None, True, False, 0, 0, "/hold/x/")
    return Way(TODAY, (welcome, *steps), "Anna Ager", ("Bent",), ("Vibeke",), kind.value)


def words(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def test_the_next_meeting_stands_in_full_and_those_one_was_at_say_so() -> None:
    told = meetings.path(way(step(1, -40, done=True), step(2, -10), step(3, 0), step(4, 30)))
    assert words(told).startswith(
        "Hej Anna. Næste gang er 23. november. Møde 1 14. oktober, du var med Møde 2 13. november "
    )
    assert told.count('aria-current="step"') == 1
    assert "Møde 3 23. november Det tager 2 timer. Se mødet" in words(told)
    assert "I dit netværk: Bent." in words(told)
    assert "Marker trinet" not in told
    assert "Velkommen" not in told


def test_a_year_that_is_over_or_not_planned_yet_says_so() -> None:
    over = meetings.path(way(step(1, -3)))
    assert "I har holdt det sidste møde" in over
    assert '<a href="/hold/x/hent-mit">' in over
    assert "hent-mit" not in meetings.path(way(step(1, -3), kind=GatheringKind.SALON))
    assert "I har ikke sat en dato endnu." in meetings.path(way())
    assert "hent-mit" not in meetings.path(way())
    assert "I har ikke sat en dato endnu." in meetings.path(way(step(1, None)))


def test_one_says_to_have_been_there_from_the_day_of_the_meeting() -> None:
    here = way(step(1, -1, done=True), step(2, 0), step(3, 1))
    assert 'aria-pressed="true"' in meetings.finish(here, "moede-1")
    assert 'aria-pressed="false">Jeg var med<' in meetings.finish(here, "moede-2")
    for later in ("moede-3", "findes-ikke"):
        assert "<button" not in meetings.finish(here, later)


def test_a_salon_is_told_in_its_own_words() -> None:
    here = way(step(1, 0), kind=GatheringKind.SALON)
    assert "Du er inviteret sammen med: Bent." in words(meetings.path(here))
    assert "netværk" not in meetings.path(here) + meetings.finish(here, "moede-1")


def test_only_a_programme_has_steps_to_be_done_with() -> None:
    assert not meetings.meets(way(kind=GatheringKind.PROGRAMME))


def test_what_a_facilitator_writes_is_shown_as_text() -> None:
    told = meetings.path(way(step(1, 3, title=HOSTILE), step(2, 9, title=HOSTILE)))
    assert "<script" not in told
    assert told.count("&lt;script&gt;") == 2
