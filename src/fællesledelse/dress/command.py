"""The command ``generalprøve``. ``cli`` registers it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from ..terminal import out, say

if TYPE_CHECKING:
    from .rehearsal import Rehearsal
    from .report import Report

EPILOG = "Eksempel: faellesledelse generalprøve foraar-2026"

Folder = Annotated[Path, typer.Argument(metavar="MAPPE", help="Holdets mappe.", show_default=False)]
Seed = Annotated[int, typer.Option("--frø", metavar="N", help="Et andet tal giver andre navne og andre afbud.", min=0)]


def rehearse(folder: Folder, seed: Seed = 1) -> None:
    """Lad opdigtede ledere gå hele forløbet igennem på et par minutter. Den rigtige server og dine filer bliver ikke rørt.

    Alt, hvad der kommer ud af det, ligger bagefter i holdets mappe under generalprøve. Det, der lå der fra sidst, erstattes.
    """
    from .rehearsal import rehearsed

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Bygger og starter")
        made = rehearsed(folder, seed, lambda title, total: bar.update(task, advance=1, total=total, description=title))
    _show(out(), made)
    if made.report.failed:
        raise typer.Exit(1)


def _show(console: Console, made: "Rehearsal") -> None:
    report = made.report
    say(console, f"Generalprøve: {report.title}", "bold")
    say(console, f"{report.shape} {report.took}\n")
    say(console, report.verdict, "bold red" if report.failed else "bold yellow" if report.first else "bold green")
    if report.first:
        say(console, "\nDet skal du gøre noget ved først", "bold")
        for number, text in enumerate(report.first, 1):
            say(console, f"{number}. {text}")
    if report.later:
        say(console, "\nDet er værd at se på", "bold")
        for text in report.later:
            say(console, f"- {text}")
    console.print()
    console.print(_tried(report))
    say(console, f"\nDet hele ligger i {made.folder}. Begynd med rapport.md.")


def _tried(report: "Report") -> Table:
    table = Table(title="Det prøvede vi", title_justify="left")
    table.add_column("Hvad", overflow="fold")
    table.add_column("Hvor mange")
    for line in report.tried:
        table.add_row(Text(line.title), Text(line.count))
    return table
