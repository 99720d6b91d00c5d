"""The command line, run as a facilitator runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fællesledelse import cli
from fællesledelse.errors import FællesledelseError

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


GROUPS = ("", "hold", "leder", "kvittering", "nøgle")
COMMANDS = (
    *(f"hold {verb}" for verb in ("ny", "tjek", "byg", "udgiv", "status", "slet")),
    *(f"nøgle {verb}" for verb in ("ny", "anmod", "åbn", "indlæs")),
    *("leder slet", "kvittering tjek"),
    *("grupper", "inviter", "mind", "generalprøve", "backup", "gendan", "server", "lab", "demo"),
)


def test_every_command_is_known_here() -> None:
    groups = {group.name: group.typer_instance for group in cli.app.registered_groups}
    named = {command.name or command.callback.__name__ for command in cli.app.registered_commands if command.callback}
    below = {f"{name} {command.name}" for name, group in groups.items() if group for command in group.registered_commands}
    assert named | below == set(COMMANDS)


@pytest.mark.parametrize("words", [("indlæs", "nej.json"), ("åbn", "nej.json", "svar.json")])
def test_a_file_that_is_not_there_is_named(words: tuple[str, ...]) -> None:
    refused = CliRunner().invoke(cli.app, ["nøgle", *words])
    assert isinstance(refused.exception, FællesledelseError)
    assert str(refused.exception).startswith("Filen nej.json findes ikke.")


@pytest.mark.parametrize("words", [*GROUPS, *COMMANDS])
def test_the_help_is_danish_and_a_command_shows_an_example(words: str) -> None:
    shown = CliRunner().invoke(cli.app, [*words.split(), "--help"]).output
    assert "Brug: " in shown
    assert not [
        english for english in ("Usage", "Options", "Arguments", "Commands", "Show this", "default") if english in shown
    ]
    assert ("Eksempel: " in shown) == (words not in GROUPS)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("servr", "Kommandoen 'servr' findes ikke. Mente du 'server'?"),
        ("nøgle xx", "Kommandoen 'xx' findes ikke."),
        ("backup k.zip --nogler n.zip", "Valget --nogler findes ikke. Mente du --nøgler?"),
        ("hold tjek -q x", "Valget -q findes ikke."),
        ("inviter", "Der mangler HOLD. Linjen Brug viser, hvor det skal stå."),
        ("gendan x", "Valget --nøgler skal også skrives."),
        ("backup k.zip --nøgler", "Der skal stå noget efter --nøgler."),
        ("inviter h --vis-links=3", "Valget --vis-links står alene: Slet lighedstegnet og det, der følger."),
        ("hold tjek a b c", "Her er mere, end kommandoen tager imod: b c. Sæt anførselstegn om et navn med mellemrum."),
        (
            "hold ny x --slags nej",
            "'nej' kan ikke stå efter --slags. Skriv en af disse: 'forløb', 'salon', 'netværk'.",
        ),
        ("generalprøve x --frø y", "Efter --frø skal der stå et helt tal."),
        ("generalprøve x --frø=-1", "Tallet efter --frø skal mindst være 0."),
    ],
)
def test_a_mistake_in_a_command_is_told_in_danish(words: str, told: str) -> None:
    done = CliRunner().invoke(cli.app, words.split(), env={"COLUMNS": "200"})
    assert done.exit_code == 2
    (line,) = [line.strip("│ ") for line in done.output.splitlines() if line.startswith("│")]
    assert line == told


def test_a_question_that_nobody_answers_ends_the_command_unchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fællesledelse.store.vault.asked_for", lambda _: ("Anna Holm", "1234"))
    (tmp_path / "anna.json").touch()
    for answers in ("", "ja\n"):
        done = CliRunner().invoke(
            cli.app, ["nøgle", "åbn", str(tmp_path / "anna.json"), str(tmp_path / "svar.json")], input=answers
        )
        assert done.exit_code == 1
        assert "Aborted" not in done.output
        assert "\nAfbrudt. Intet er ændret.\n" in done.output
        assert not (tmp_path / "svar.json").exists()


def test_an_address_that_is_not_this_machines_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fællesledelse", "server", "hold"],
        env=os.environ
        | {"FAELLESLEDELSE_ADDRESS": "127.0.0.1.invalid", "PYTHONUTF8": "1"}
        | {"FAELLESLEDELSE_PUBLIC_URL": "https://leder.example", "FAELLESLEDELSE_PROXY": "127.0.0.1"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Serveren kan ikke lytte på 127.0.0.1.invalid, port 8866. Systemet siger: ")
    assert done.stderr.endswith("\nSæt FAELLESLEDELSE_ADDRESS til en adresse, som denne maskine selv har.\n")
