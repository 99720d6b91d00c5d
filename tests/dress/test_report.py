"""What the HR consultant reads: what failed first, the same failure once, and text that stays text."""

from datetime import date
from pathlib import Path

import pytest

from fællesledelse.dress.cast import Absence, Play, set_up
from fællesledelse.dress.copy import Copy
from fællesledelse.dress.record import Failure, Record
from fællesledelse.dress.report import Report, markdown, reported
from fællesledelse.dress.stage import Stage
from fællesledelse.errors import FællesledelseError
from fællesledelse.settings import read


@pytest.fixture
def play(copy: Copy, tmp_path: Path) -> Play:
    """Everyone is ready, and nothing has happened."""
    (tmp_path / "clock").write_bytes(bytes(8))
    stage = Stage(read({"FAELLESLEDELSE_DATA": str(tmp_path)}), tmp_path / "clock", tmp_path / "log")
    (tmp_path / "ud").mkdir()
    return set_up(copy, stage, Record(tmp_path / "ud"), 1)


def told(play: Play, seconds: float = 61) -> Report:
    return reported(play, 3, seconds, 1, date(2026, 11, 22))


def test_the_shape_and_the_time_are_told_in_words(play: Play) -> None:
    found = told(play)
    assert found.shape == "6 opdigtede ledere i 2 grupper (2 på 3) og 2 facilitatorer. Frø 1."
    assert found.took == "Prøvet den 22. november 2026. Det tog 1 minut og 1 sekund."
    assert told(play, 9).took.endswith("Det tog 9 sekunder.")
    assert told(play, 125).took.endswith("Det tog 2 minutter og 5 sekunder.")


def test_what_fails_for_many_is_one_line_with_one_of_them_for_an_example(play: Play) -> None:
    play.record.failures += [Failure("Siden »A«", "Noget gik galt.", who) for who in ("Bo", "Ib", "Pia")]
    play.record.failures.append(Failure("Siden »B«", "Noget gik galt.", "Bo"))
    found = told(play)
    assert found.first == (
        "Siden »A« virkede ikke for 3, for eksempel Bo. Svaret var: Noget gik galt.",
        "Siden »B« virkede ikke for Bo. Svaret var: Noget gik galt.",
    )
    assert found.verdict == "2 ting virkede ikke. Vent med at invitere, til det er rettet."


def test_absences_are_told_by_what_was_left_of_the_group(play: Play) -> None:
    steps = {step.name: step for step in play.copy.manifest.steps}
    one, two = steps["workshop-1"], steps["workshop-2"]
    play.absences += [Absence(one, "Nord", 2), Absence(one, "Syd", 2), Absence(two, "Syd", 2), Absence(two, "Nord", 1)]
    alone, pairs = told(play).later[:2]
    assert alone == (
        "I prøven meldte en afbud i gruppe Nord på »Workshop 2: Læs hinanden«. Der var én tilbage, og mødet blev ikke holdt."
    )
    assert pairs.startswith(
        "I prøven meldte en afbud i gruppe Nord og Syd på »Workshop 1: Fortæl, spørg, lyt« og i gruppe Syd på"
    )


def test_the_servers_log_is_named_where_there_is_one(play: Play) -> None:
    assert "serverens-log" not in markdown(told(play))
    (play.record.folder / "serverens-log.txt").touch()
    assert "Giv filen serverens-log.txt til IT." in markdown(told(play))


def test_what_a_title_holds_is_text_in_the_file(play: Play) -> None:
    play.record.failures.append(Failure("Siden »a | b <i>*c*</i>\nd«", "Nej."))
    assert "1. Siden »a \\| b \\<i>\\*c\\*\\</i> d« virkede ikke." in markdown(told(play))


def test_an_attempt_counts_what_works_and_notes_what_fails_on_purpose(play: Play) -> None:
    with play.record.attempt("page", "Siden"):
        pass
    with play.record.attempt("page", "Siden", "Bo"):
        raise FællesledelseError("Lukket.")
    assert len(play.record.seconds["page"]) == 1
    assert play.record.failures == [Failure("Siden", "Lukket.", "Bo")]
    with pytest.raises(ZeroDivisionError), play.record.attempt("page", "Siden"):
        raise ZeroDivisionError


def test_a_document_is_kept_only_if_it_is_what_its_name_says(play: Play) -> None:
    play.record.keep("Papiret", "a/b.pdf", lambda: b"%PDF-1.7")
    play.record.keep("Papiret", "a/c.pdf", lambda: b"<html>")
    assert [path.name for path in (play.record.folder / "a").iterdir()] == ["b.pdf"]
    assert [each.what for each in play.record.failures] == ["Papiret"]
