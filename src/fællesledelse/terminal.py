"""What every command shares: help and mistakes in Danish, and lines that come out as they were written."""

import re
from typing import Any

import typer
import typer.rich_utils
from rich.console import Console
from rich.text import Text
from typer.core import TyperCommand, TyperGroup

_look: Any = typer.rich_utils
"""Where Typer keeps its words, and what draws them: there is no other way to change either."""

_look.ARGUMENTS_PANEL_TITLE = "Argumenter"
_look.OPTIONS_PANEL_TITLE = "Valg"
_look.COMMANDS_PANEL_TITLE = "Kommandoer"
_look.ERRORS_PANEL_TITLE = "Det gik ikke"
_look.REQUIRED_LONG_STRING = "[skal skrives]"
_look.DEFAULT_STRING = "[ellers: {}]"
_look.RICH_HELP = "Prøv [blue]{command_path} {help_option}[/]"
_look.ABORTED_TEXT = "\nAfbrudt. Intet er ændret."  # true while every question comes before what it is about

MISTAKES = (
    (r"No such command '(.+?)'\.", r"Kommandoen '\1' findes ikke."),
    (r"Did you mean (.+)\?", r"Mente du \1?"),
    (r"No such option: (\S+)", r"Valget \1 findes ikke."),
    (r"\(Possible options: (.+)\)", r"Mente du \1?"),
    (r"Missing argument '(.+)'\.", r"Der mangler \1. Linjen Brug viser, hvor det skal stå."),
    (r"Missing option '(.+)'\.", r"Valget \1 skal også skrives."),
    (r"Option '(.+)' requires an argument\.", r"Der skal stå noget efter \1."),
    (r"Option '(.+)' does not take a value\.", r"Valget \1 står alene: Slet lighedstegnet og det, der følger."),
    (
        r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)",
        r"Her er mere, end kommandoen tager imod: \1. Sæt anførselstegn om et navn med mellemrum.",
    ),
    (r"(?s)Invalid value for '(.+?)': .*valid (?:integer|int)\b.*", r"Efter \1 skal der stå et helt tal."),
    (r"(?s)Invalid value for '(.+?)': .*greater than or equal to (\d+)\b.*", r"Tallet efter \1 skal mindst være \2."),
    (r"(?s)Invalid value for '(.+?)': .*?('.+') is not one of (.+)\.", r"\2 kan ikke stå efter \1. Skriv en af disse: \3."),
    (r"Invalid value for '(.+?)': ", r"Det efter \1 kan ikke bruges: "),
)
"""What Typer says of a mistake in a command, and the same in Danish."""


class Danish:
    """Help in Danish where Typer has no word of ours to use. Mixed into its commands and groups."""

    def get_usage(self, ctx: typer.Context) -> str:
        """Called by Typer for the first line of the help."""
        return in_danish(super().get_usage(ctx))  # type: ignore[misc]  # of the class it is mixed into

    def get_help_option(self, ctx: typer.Context) -> Any:
        """Called by Typer for the line about --help."""
        return explained(super().get_help_option(ctx))  # type: ignore[misc]


class DanishCommand(Danish, TyperCommand):  # type: ignore[misc]  # Typer's own kind of context
    """One command."""


class DanishGroup(Danish, TyperGroup):  # type: ignore[misc]
    """Commands under one name."""


def in_danish(usage: str) -> str:
    """A usage line in Danish."""
    for english, danish in (("Usage:", "Brug:"), ("[OPTIONS]", "[VALG]"), ("COMMAND [ARGS]...", "KOMMANDO …")):
        usage = usage.replace(english, danish)
    return usage


def corrected(mistake: str) -> str:
    """What is wrong with a command, in Danish."""
    for english, danish in MISTAKES:
        mistake = re.sub(english, danish, mistake)
    return mistake


_show_mistake = _look.rich_format_error


def _show_in_danish(error: Any) -> None:
    told = corrected(error.format_message())
    error.format_message = lambda: told
    _show_mistake(error)


_look.rich_format_error = _show_in_danish


def explained(option: Any) -> Any:
    """The option --help with a Danish explanation."""
    if option is not None:
        option.help = "Vis denne hjælp."
    return option


def out() -> Console:
    """Where a command tells how it went."""
    return Console()


def say(out: Console, line: str, style: str = "") -> None:
    """One line, never read as Rich markup and never broken where it is piped on."""
    out.print(Text(line, style=style), soft_wrap=not out.is_terminal)


def exactly(out: Console, line: str) -> None:
    """What someone copies or clicks: never indented or broken, however narrow the terminal."""
    out.print(Text(line), soft_wrap=True)


def ask_yes(question: str) -> None:
    """Go on only at a yes; else the command ends with 1."""
    if typer.prompt(f"{question} Skriv ja", prompt_suffix=": ").strip().lower() not in ("ja", "j"):
        say(out(), "Intet er gjort.")
        raise typer.Exit(1)
