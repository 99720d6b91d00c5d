"""The notebooks of salons and networks: light, in their own words, and with time for everyone."""

import re

import pytest

from fællesledelse.cohort import sheet

from .conftest import OF_MEETINGS, Notebook, read

MINUTES = {"salon": 60, "netvaerk": 120}
"""What the meetings take."""


@pytest.fixture(params=OF_MEETINGS)
def notebook(request: pytest.FixtureRequest) -> Notebook:
    """Each in turn."""
    return read(request.param)


def test_a_salon_asks_for_nothing_to_be_written() -> None:
    for each in map(read, OF_MEETINGS):
        if each.folder == "salon":
            assert {asked.name for asked in each.asked} <= {"path", "duties", "room", "run_sheet", "finish"}


def test_what_is_written_at_a_meeting_is_kept_meeting_by_meeting(notebook: Notebook) -> None:
    keys = [field.key for asked in notebook.asked for field in asked.call.fields]
    assert all(key.startswith("meeting.") == notebook.meeting for key in keys), keys


def test_the_run_sheet_takes_the_time_that_is_promised_and_serves_any_size(notebook: Notebook) -> None:
    found = [asked for asked in notebook.asked if asked.name == "run_sheet"]
    assert bool(found) == notebook.meeting
    for asked in found:
        phases = sheet.phases(asked.prose, notebook.step, asked.call.people).phases
        assert sum(phase.minutes for phase in phases) == MINUTES[notebook.folder]
        assert not any(phase.turn or phase.cues for phase in phases)


def test_a_salon_goes_from_check_in_by_frame_and_two_rounds_to_check_out() -> None:
    prose = "\n".join(read("salon/salon").markdown)
    steps = ("Tjek ind", "Rammen", "Første runde", "Anden runde", "Tjek ud")
    places = [prose.index(f"**{each}") for each in steps]
    assert places == sorted(places)
    for promise in ("Det bliver her.", "Ingen skriver ned.", "Alle kommer til orde."):
        assert prose.count(promise) == 2, "in the frame, and read aloud from the run sheet"


def test_the_words_are_those_of_salons_and_networks(notebook: Notebook) -> None:
    prose = re.sub(r"\{\{.*?\}\}", "", "\n".join(notebook.markdown)).lower()
    for other in ("holdet", "forløb", "sparringsgruppe", "workshop"):
        assert not re.search(rf"\b{other}", prose), other
