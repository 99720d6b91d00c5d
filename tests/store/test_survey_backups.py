"""A share of the programmes in which an attacker keeps every backup: ``python -m tests.store.survey_backups`` makes more."""

from pathlib import Path

import pytest

from fællesledelse.store.survey_answers import SurveyAnswers

from .survey_backups import Naive, Ours, tally


def test_who_keeps_every_backup_finds_everything_in_a_naive_store(tmp_path: Path) -> None:
    found = tally(Naive, 3, tmp_path)
    rows = found.score("row: rows by first backup that holds them, leaders by first save")
    assert rows.hits == rows.pairs > 2 * rows.chance
    assert found.likelihood("row") < 1e-6
    assert found.likelihood("answer") < 1e-6


def test_who_keeps_every_backup_guesses_no_better_than_by_chance(tmp_path: Path) -> None:
    found = tally(Ours, 2, tmp_path)
    assert found.backups > 60
    for what in ("row", "answer"):
        assert found.likelihood(what) > 1e-6, found.best(what)


def test_an_answer_that_the_gatherings_key_alone_could_open_would_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows that go as a leader withdraws after the close are known to be that leader's."""
    there = SurveyAnswers.__init__

    def with_one_key(self: SurveyAnswers, connection: object, key: bytes, *others: object) -> None:
        there(self, connection, key, *others)  # type: ignore[arg-type] # as they come
        self._key = key

    monkeypatch.setattr(SurveyAnswers, "__init__", with_one_key)
    found = tally(Ours, 1, tmp_path)
    assert found.score("answer: read").deviations > 3
