"""The command line, run as a facilitator runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fællesledelse import cli

from .conftest import Folder


def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    code = "from faellesledelse import main; main()"
    environment = {**os.environ, "PYTHONUTF8": "1", "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def test_a_right_folder_is_shown_with_steps_days_fields_people_and_groups(folder: Folder) -> None:
    done = run("hold", "tjek", folder.path)
    assert done.returncode == 0, done.stderr
    for word in (
        "Et lille hold, Strandby Kommune",
        "forberedelse-1",
        "20.08.2026",
        "150",
        "4 ledere, 1 facilitator, 2 grupper (2 med 2).",
    ):
        assert word in done.stdout
    assert done.stdout.endswith("Alt er, som det skal være. Holdet kan bygges.\n")
    assert not (folder.path / "bygget").exists()


def test_findings_end_with_1_and_no_stack_trace(folder: Folder) -> None:
    folder.change("dato: 20.08.2026", "dato: snart [bold]nu[/bold]")
    folder.change("bo@strandby.example", "bo", "deltagere.csv")
    for command in ("tjek", "byg"):
        done = run("hold", command, folder.path)
        assert done.returncode == 1
        assert "2 ting skal rettes, før holdet kan bygges:" in done.stderr
        assert "- hold.yaml, linje 32, kolonne 11: dato: 'snart [bold]nu[/bold]' er ikke en dato" in done.stderr
        assert "- deltagere.csv, linje 3, kolonne 2: 'bo' er ikke en e-mailadresse" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_build_says_what_it_made_and_what_to_remember(folder: Folder) -> None:
    folder.change("  retsgrundlag: Aftalt", "  retsgrundlag:")
    done = run("hold", "byg", folder.path)
    assert done.returncode == 0, done.stderr
    assert "3 sider er bygget til Et lille hold" in done.stdout
    assert "Husk også (det hindrer ikke noget):\n- hold.yaml, linje 37, kolonne 3: 'retsgrundlag' står tomt." in done.stdout


def test_a_new_folder_says_the_next_step(tmp_path: Path) -> None:
    done = run("hold", "ny", tmp_path / "ny")
    assert done.returncode == 0, done.stderr
    assert f"faellesledelse hold tjek {tmp_path / 'ny'}" in done.stdout
    again = run("hold", "ny", tmp_path / "ny")
    assert again.returncode == 1
    assert "Én ting skal rettes" in again.stderr


@pytest.mark.parametrize("command", ["ny", "tjek", "byg"])
def test_help_is_danish_and_ends_with_an_example(command: str) -> None:
    done = run("hold", command, "--help")
    assert done.returncode == 0
    assert f"Eksempel: faellesledelse hold {command}" in done.stdout
    assert "Holdets mappe." in done.stdout


@pytest.mark.parametrize(
    "words", ["", "hold", "hold ny", "hold tjek", "hold byg", "server", "inviter", "demo", "nøgle", "nøgle åbn"]
)
def test_the_help_is_danish_and_a_command_shows_an_example(words: str) -> None:
    shown = CliRunner().invoke(cli.app, [*words.split(), "--help"]).output
    assert "Brug: " in shown
    assert not [
        english for english in ("Usage", "Options", "Arguments", "Commands", "Show this", "default") if english in shown
    ]
    assert ("Eksempel: " in shown) == (words not in ("", "hold", "nøgle"))
