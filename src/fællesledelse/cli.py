"""The command ``faellesledelse``: parses, delegates, and tells in Danish how it went.

Heavy imports stand inside the commands, so that help comes at once.
"""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import typer.rich_utils
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from .errors import CohortError, Finding, FællesledelseError
from .model import Role

if TYPE_CHECKING:
    from .cohort.build import Built

typer.rich_utils.ARGUMENTS_PANEL_TITLE = "Argumenter"
typer.rich_utils.OPTIONS_PANEL_TITLE = "Valg"
typer.rich_utils.COMMANDS_PANEL_TITLE = "Kommandoer"
typer.rich_utils.ERRORS_PANEL_TITLE = "Det gik ikke"
typer.rich_utils.REQUIRED_LONG_STRING = "[skal skrives]"
typer.rich_utils.RICH_HELP = "Prøv [blue]{command_path} {help_option}[/]"

app = typer.Typer(
    help="Arbejdsbogen, hvor offentlige ledere skriver deres personlige ledelsesgrundlag.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
hold = typer.Typer(help="Lav, tjek og byg et hold.", no_args_is_help=True)
app.add_typer(hold, name="hold")

Folder = Annotated[Path, typer.Argument(metavar="MAPPE", help="Holdets mappe.", show_default=False)]


@app.callback()
def _top() -> None:
    """Keep ``hold`` a command of its own, also while it's the only one."""


@hold.command("ny", epilog="Eksempel: faellesledelse hold ny foraar-2026")
def hold_new(folder: Folder) -> None:
    """Lav en ny mappe til et hold: hold.yaml med hjælp på hver linje, en tom deltagerliste og alle siderne."""
    from .cohort.skeleton import write

    write(folder)
    out = _out()
    _say(out, f"Mappen {folder} er klar.")
    _say(out, "1. Udfyld hold.yaml og deltagere.csv (eller gem deltagerne fra Excel som deltagere.xlsx).")
    _say(out, f"2. Se, om alt er på plads: faellesledelse hold tjek {folder}")
    _say(out, f"3. Byg arbejdsbogen: faellesledelse hold byg {folder}")


@hold.command("tjek", epilog="Eksempel: faellesledelse hold tjek foraar-2026")
def hold_check(folder: Folder) -> None:
    """Se, om alt er på plads, uden at ændre noget. Alt, der skal rettes, står på én gang med fil, linje og kolonne."""
    from .cohort.build import prepare

    built = prepare(folder)
    out = _out()
    _show(out, built)
    _say(out, "Alt er, som det skal være. Holdet kan bygges.", "green")


@hold.command("byg", epilog="Eksempel: faellesledelse hold byg foraar-2026")
def hold_build(folder: Folder) -> None:
    """Byg holdets arbejdsbog. Alt bliver bygget, eller intet. Det, lederne har skrevet, bliver ikke rørt."""
    from .cohort.build import BUILT, build

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Bygger siderne")
        built = build(folder, lambda step, total: bar.update(task, advance=1, total=total))
    out = _out()
    _remind(out, built.reminders)
    _say(out, f"{len(built.notebooks)} sider er bygget til {built.manifest.name} i {folder / BUILT}.", "green")


def main() -> None:
    """Called by the entry point. Ends the process with 1 where something must be put right first."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a cp1252 console can't write every name
    try:
        app()
    except CohortError as error:
        _tell(Console(stderr=True), error.findings)
        sys.exit(1)
    except FællesledelseError as error:
        _say(Console(stderr=True), str(error), "red")
        sys.exit(1)


def _out() -> Console:
    return Console()


def _say(out: Console, line: str, style: str = "") -> None:
    """One line, never read as Rich markup and never broken where it is piped on."""
    out.print(Text(line, style=style), soft_wrap=not out.is_terminal)


def _tell(out: Console, findings: Iterable[Finding]) -> None:
    """Everything that is wrong, file by file."""
    found = list(findings)
    _say(
        out,
        f"{len(found)} ting skal rettes, før holdet kan bygges:" if len(found) > 1 else "Én ting skal rettes:",
        "bold red",
    )
    _list(out, found)


def _remind(out: Console, reminders: tuple[Finding, ...]) -> None:
    if reminders:
        _say(out, "Husk også (det hindrer ikke noget):", "bold yellow")
        _list(out, reminders)


def _list(out: Console, findings: Iterable[Finding]) -> None:
    for finding in findings:
        _say(out, f"- {finding}")


def _show(out: Console, built: "Built") -> None:
    """The steps with their days and fields, the people and the groups; then what to remember."""
    from .cohort.days import written

    manifest, people = built.manifest, built.roster.participants
    table = Table(title=f"{manifest.name}, {manifest.organisation}", title_justify="left")
    for name in ("Trin", "Titel", "Fra"):
        table.add_column(name, overflow="fold")
    for name in ("Min.", "Felter"):
        table.add_column(name, justify="right")
    for step in manifest.steps:
        opens = written(step.opens or manifest.starts)
        table.add_row(Text(step.name), Text(step.title), opens, str(step.minutes), str(len(step.fields)))
    out.print(table)
    leaders = [person for person in people if person.role is Role.LEADER]
    groups = Counter(person.group for person in leaders if person.group)
    sizes = Counter(groups.values())
    shape = ", ".join(f"{count} med {size}" for size, count in sorted(sizes.items()))
    _say(
        out,
        f"{len(leaders)} ledere, {len(people) - len(leaders)} facilitatorer, {len(groups)} grupper"
        + (f" ({shape})." if shape else "."),
    )
    _remind(out, built.reminders)
