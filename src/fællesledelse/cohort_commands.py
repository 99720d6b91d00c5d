"""The commands with which a facilitator composes groups and sends a cohort to the server. ``cli`` registers them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from .terminal import out, say

if TYPE_CHECKING:
    from .grouping import Grouping

Folder = Annotated[Path, typer.Argument(metavar="MAPPE", help="Holdets mappe.", show_default=False)]
DryRun = Annotated[bool, typer.Option("--prøv", help="Vis det, og gør ingenting.")]


_USUAL = "Ellers som det plejer at være: 3–4 i et forløb, 4–7 i en salon, 5–10 i et netværk."


def grupper(
    folder: Folder,
    smallest: Annotated[int | None, typer.Option("--mindst", help=f"Mindst så mange i en gruppe. {_USUAL}")] = None,
    largest: Annotated[int | None, typer.Option("--højst", help=f"Højst så mange i en gruppe. {_USUAL}")] = None,
    rotate: Annotated[bool, typer.Option("--bland", help="Nye grupper, i forhold til dem, der står i filen nu.")] = False,
    dry: DryRun = False,
) -> None:
    """Foreslå grupper på tværs, eller saloner på ét niveau, og skriv dem i hold.xlsx. Dine egne kolonner bliver ikke rørt.

    Er deltagerne i en anden fil, bliver grupperne vist, så du selv kan skrive dem.

    Ledernes fortrolige gruppeønsker findes kun på serveren. Skal de tælle med, så brug siden Holdet i browseren.
    """
    from .cohort import changes, excel, groups

    checked = changes.checked(folder)
    console = out()
    with console.status("Regner på grupperne, højst ti sekunder"):
        found = groups.propose(checked, smallest=smallest, largest=largest, rotate=rotate)
    names = {person.email: person.name for person in checked.roster.participants}
    _show(console, found, names)
    for told in groups.advice(checked, found):
        say(console, told, "yellow")
    path = folder / excel.NAME
    if not path.is_file():
        why = "Intet er skrevet, for mappen har ingen hold.xlsx. Skriv grupperne i deltagerlisten, som de står her."
        say(console, why, "yellow")
    elif dry:
        say(console, f"Intet er skrevet. Uden --prøv bliver grupperne skrevet i {path}.")
    else:
        placed = {email: name for name, people in found.groups for email in people}
        changes.write(path, excel.with_groups(path.read_bytes(), placed, rotate))
        say(console, f"Grupperne er skrevet i {path}.", "green")
        say(console, f"Næste skridt: faellesledelse hold byg {folder}")


def udgiv(
    folder: Folder,
    server: Annotated[
        str, typer.Option("--server", help="Serverens adresse, som den står i browseren.", show_default=False)
    ],
    email: Annotated[str, typer.Option(help="Din egen e-mail som facilitator.", show_default=False)],
    dry: DryRun = False,
) -> None:
    """Send et hold, der er i orden, til serveren, og tag det i brug dér. Du logger ind som facilitator."""
    from .cohort import parcel
    from .cohort.build import prepare
    from .publishing import Server

    built = prepare(folder)
    content = parcel.pack(folder)
    files, place = len(parcel.sources(folder)), Server(server)
    gathering, console = built.manifest.gathering, out()
    if dry:
        say(
            console,
            f"{files} filer ({len(content) // 1024 + 1} kB) ville blive sendt til {place.origin} som holdet {gathering}.",
        )
        say(console, "Intet er sendt.")
        return
    place.sign_in(email, typer.prompt("Din adgangssætning", hide_input=True))
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Serveren bygger siderne")
        done = place.publish(gathering, content, lambda total: bar.update(task, advance=1, total=total))
    place.sign_out()
    say(console, f"{done['name']} er i brug på {place.origin} med {done['leaders']} ledere.", "green")
    say(console, f"Se det på {place.origin}/hold/{gathering}/overblik. Fortryder du, kan du gå tilbage på siden Holdet.")


def _show(console: Console, found: "Grouping", names: dict[str, str]) -> None:
    table = Table(title="Det blev nået", title_justify="left")
    table.add_column("Det, vi ser på", overflow="fold")
    for name in ("Bedst muligt", "Nået"):
        table.add_column(name, justify="right")
    for row in found.table:
        table.add_row(row.rule.value, str(row.possible), str(row.reached))
    console.print(table)
    for name, people in found.groups:
        console.print(Text(f"Gruppe {name}: {', '.join(names[email] for email in people)}"))
    for each in found.proposals:
        say(
            console,
            f"Gruppe {each.group}: {names[each.leader]} og {names[each.superior]} skal selv sige ja. {each.why}",
            "yellow",
        )
    proven = "Bedre grupper findes ikke under de her hensyn. Det er bevist."
    say(console, proven if found.optimal else "Det er de bedste, vi nåede at finde på ti sekunder. Der kan findes bedre.")
