"""The command ``faellesledelse``: parses, delegates, and tells in Danish how it went.

Heavy imports stand inside the commands, so that help comes at once.
"""

import errno
import os
import socket
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.rich_utils
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text
from typer.core import TyperCommand, TyperGroup

from .errors import CohortError, Finding, FællesledelseError, SettingsError
from .model import Role

if TYPE_CHECKING:
    from .cohort.build import Built
    from .demo import Guests
    from .settings import Settings

typer.rich_utils.ARGUMENTS_PANEL_TITLE = "Argumenter"
typer.rich_utils.OPTIONS_PANEL_TITLE = "Valg"
typer.rich_utils.COMMANDS_PANEL_TITLE = "Kommandoer"
typer.rich_utils.ERRORS_PANEL_TITLE = "Det gik ikke"
typer.rich_utils.REQUIRED_LONG_STRING = "[skal skrives]"
typer.rich_utils.DEFAULT_STRING = "[ellers: {}]"
typer.rich_utils.RICH_HELP = "Prøv [blue]{command_path} {help_option}[/]"


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


def explained(option: Any) -> Any:
    """The option --help with a Danish explanation."""
    if option is not None:
        option.help = "Vis denne hjælp."
    return option


app = typer.Typer(
    cls=DanishGroup,
    help="Arbejdsbogen, hvor offentlige ledere skriver deres personlige ledelsesgrundlag.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
hold = typer.Typer(cls=DanishGroup, help="Lav, tjek og byg et hold.", no_args_is_help=True)
app.add_typer(hold, name="hold")
safe = typer.Typer(
    cls=DanishGroup,
    help="Nøglen i pengeskabet: lav den, og brug den, når en leder har mistet sin adgang.",
    no_args_is_help=True,
)
app.add_typer(safe, name="nøgle")

Folder = Annotated[Path, typer.Argument(metavar="MAPPE", help="Holdets mappe.", show_default=False)]


@hold.command("ny", cls=DanishCommand, epilog="Eksempel: faellesledelse hold ny foraar-2026")
def hold_new(folder: Folder) -> None:
    """Lav en ny mappe til et hold: hold.yaml med hjælp på hver linje, en tom deltagerliste og alle siderne."""
    from .cohort.skeleton import write

    write(folder)
    out = _out()
    _say(out, f"Mappen {folder} er klar.")
    _say(out, "1. Udfyld hold.yaml og deltagere.csv (eller gem deltagerne fra Excel som deltagere.xlsx).")
    _say(out, f"2. Se, om alt er på plads: faellesledelse hold tjek {folder}")
    _say(out, f"3. Byg arbejdsbogen: faellesledelse hold byg {folder}")


@hold.command("tjek", cls=DanishCommand, epilog="Eksempel: faellesledelse hold tjek foraar-2026")
def hold_check(folder: Folder) -> None:
    """Se, om alt er på plads, uden at ændre noget. Alt, der skal rettes, står på én gang med fil, linje og kolonne."""
    from .cohort.build import prepare

    built = prepare(folder)
    out = _out()
    _show(out, built)
    _say(out, "Alt er, som det skal være. Holdet kan bygges.", "green")


@hold.command("byg", cls=DanishCommand, epilog="Eksempel: faellesledelse hold byg foraar-2026")
def hold_build(folder: Folder) -> None:
    """Byg holdets arbejdsbog. Alt bliver bygget, eller intet. Det, lederne har skrevet, bliver ikke rørt."""
    from .cohort.build import BUILT, build

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Bygger siderne")
        built = build(folder, lambda step, total: bar.update(task, advance=1, total=total))
    out = _out()
    _remind(out, built.reminders)
    _say(out, f"{len(built.notebooks)} sider er bygget til {built.manifest.name} i {folder / BUILT}.", "green")


@app.command(cls=DanishCommand, epilog="Eksempel: faellesledelse server foraar-2026 efteraar-2026")
def server(
    folders: Annotated[list[Path], typer.Argument(metavar="MAPPE…", help="Byggede hold.", show_default=False)],
) -> None:
    """Kør serveren for et eller flere hold, til den bliver stoppet. Indstillinger står i README."""
    from .settings import read

    settings = read()
    _check_port(settings)
    from .server.run import open_house, serve

    house = open_house(settings, folders)
    _say(_out(), f"Serveren kører på {settings.origin}. Den er til afprøvning: kun konstruerede personer må bruge den.")
    serve(house)


@app.command(cls=DanishCommand, epilog="Eksempel: faellesledelse inviter foraar-2026 --email anna@kommune.example")
def inviter(
    hold: Annotated[str, typer.Argument(metavar="HOLD", help="Holdets korte navn fra hold.yaml.", show_default=False)],
    email: Annotated[str | None, typer.Option(help="Kun til denne deltager.", show_default=False)] = None,
) -> None:
    """Lav personlige invitationer til dem, der ikke er begyndt. Den, der er, får et nyt link på sin egen e-mail."""
    from .operation import invite
    from .settings import read

    answer = invite(read(), hold, email)
    out = _out()
    for each in answer["invitations"]:
        _say(out, f"{each['name']} <{each['email']}>")
        _exactly(out, each["url"])
    _say(out, f"{len(answer['invitations'])} invitationer er lavet. {answer['enrolled']} har allerede adgang.", "green")
    _say(out, "Links, de har fået tidligere og ikke brugt, virker ikke længere.")
    _say(out, "Hvert link virker én gang. Giv det kun til den, det er lavet til.")


@safe.command("ny", cls=DanishCommand, epilog="Eksempel: faellesledelse nøgle ny")
def safe_new() -> None:
    """Lav en ny nøgle. Den hemmelige halvdel vises én gang og må aldrig ligge på serveren."""
    from .store.vault import new_safe_key

    public, private = new_safe_key()
    out = _out()
    _say(out, "Skriv denne linje i hold.yaml:\n")
    _exactly(out, f"nøgle_i_pengeskab: {public}\n")
    _say(out, "Skriv denne hemmelige nøgle på papir, og læg den i pengeskabet:\n")
    _exactly(out, f"{private}\n")
    _say(out, "Luk vinduet bagefter. Med nøglen kan en leder, der har mistet sin adgang, få sine tekster igen.")


@safe.command("anmod", cls=DanishCommand, epilog="Eksempel: faellesledelse nøgle anmod anna@kommune.example anna.json")
def safe_request(email: str, file: Annotated[Path, typer.Argument(metavar="FIL")]) -> None:
    """Hent den forsegling, som nøglen i pengeskabet skal åbne. Filen kan bæres til en maskine uden net."""
    from .operation import safe_request as request
    from .settings import read

    request(read(), email, file)
    _say(_out(), f"{file} er skrevet. Åbn den på en maskine uden net: faellesledelse nøgle åbn {file} svar.json", "green")


@safe.command("åbn", cls=DanishCommand, epilog="Eksempel: faellesledelse nøgle åbn anna.json svar.json")
def safe_open(
    request: Annotated[Path, typer.Argument(metavar="FIL")], result: Annotated[Path, typer.Argument(metavar="SVARFIL")]
) -> None:
    """Brug nøglen fra pengeskabet. Ingen ser lederens tekster; de bliver forseglet til lederens nye nøgle."""
    from .store.vault import asked_for, open_with_safe_key

    who, mark = asked_for(request.read_bytes())
    _say(_out(), f"Anmodningen gælder {who}. Ring til personen. På siden Privatliv skal der stå kendetallet {mark}.")
    typer.confirm("Er kendetallet det samme", abort=True)
    private = typer.prompt("Nøglen fra pengeskabet", hide_input=True)
    result.write_bytes(open_with_safe_key(request.read_bytes(), private))
    _say(_out(), f"{result} er skrevet. Bær den til serveren: faellesledelse nøgle indlæs {result}", "green")


@safe.command("indlæs", cls=DanishCommand, epilog="Eksempel: faellesledelse nøgle indlæs svar.json")
def safe_result(file: Annotated[Path, typer.Argument(metavar="SVARFIL")]) -> None:
    """Giv serveren svaret. Næste gang lederen logger ind, er de gamle tekster der igen."""
    from .operation import safe_result as result
    from .settings import read

    result(read(), file)
    _say(_out(), "Det er gjort. Lederens tekster er der, næste gang lederen logger ind.", "green")


@app.command(cls=DanishCommand, epilog="Eksempel: faellesledelse demo")
def demo(
    folder: Annotated[Path, typer.Argument(metavar="MAPPE", help="Hvor demoen ligger.")] = Path(".demo"),
    all_open: Annotated[bool, typer.Option("--alt-åbent", help="Alle trin er åbne fra i dag.")] = False,
) -> None:
    """Byg og kør et hold af opdigtede ledere, klar til at prøve i browseren."""
    from .settings import read

    settings = read({"FAELLESLEDELSE_DATA": str(folder / "data")} | dict(os.environ))
    _check_port(settings)
    from .demo import prepare, welcome
    from .server.run import serve

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Bygger siderne")
        house = prepare(folder, settings, lambda total: bar.update(task, advance=1, total=total), all_open)
        task = bar.add_task("Lukker de første ind")
        guests = welcome(house, lambda total: bar.update(task, advance=1, total=total))
    _show_guests(_out(), guests, house.settings.origin)
    serve(house)


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


def _exactly(out: Console, line: str) -> None:
    """What someone copies or clicks: never indented or broken, however narrow the terminal."""
    out.print(Text(line), soft_wrap=True)


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


def _check_port(settings: "Settings") -> None:
    """Say that the port is taken before anything is built. Raises SettingsError."""
    family = socket.AF_INET6 if ":" in settings.address else socket.AF_INET
    try:
        socket.create_server((settings.address, settings.port), family=family).close()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise SettingsError(
                f"Can't listen on {settings.address}: {error.strerror}. See FAELLESLEDELSE_ADDRESS."
            ) from None
        raise SettingsError(
            f"Port {settings.port} er optaget. Måske kører serveren allerede: prøv {settings.origin} i browseren.\n"
            "Ellers stop det, der bruger porten, eller vælg en anden: sæt FAELLESLEDELSE_PORT, for eksempel til "
            f"{settings.port % 65535 + 1}, og prøv igen."
        ) from None


def _show_guests(out: Console, guests: "Guests", origin: str) -> None:
    """Who one can be in the demo, how each gets in, and what to try first."""
    _say(out, f"{guests.title}: en demo med opdigtede ledere", "bold")
    _say(out, "Den er til at prøve af. Skriv ikke om rigtige mennesker, og inviter ingen.\n")
    _say(out, f"Åbn {origin} i browseren, og log ind med en e-mail herfra.")
    _say(out, "De er allerede med og har alle samme adgangssætning:\n")
    _exactly(out, guests.phrase)
    _say(out, "\nSom leder")
    for number, guest in enumerate(guests.leaders):
        _exactly(out, f"  {guest.email}  {guest.name}{', har skrevet' if number == 0 else ''}")
    _say(out, "Som facilitator")
    _exactly(out, f"  {guests.facilitator.email}  {guests.facilitator.name}")
    if guests.invited:
        _say(out, "\nEller begynd forfra som en, der lige er inviteret. Hvert link virker én gang:")
    for guest in guests.invited:
        _say(out, f"\n{guest.name} ({guest.email})")
        _exactly(out, str(guest.link))
    _say(out, "\nPrøv først", "bold")
    _say(out, f"1. Log ind som {guests.leaders[0].name}, ret i et svar, og se, at det bliver gemt.")
    _say(out, "2. Åbn en invitation i et privat vindue, og gå de første skridt som ny leder.")
    _say(
        out, f"3. Log ud, og log ind som {guests.facilitator.name}. En facilitator ser, hvor langt folk er, og intet andet."
    )
    _say(out, f"\nDemoen kører på {origin}. Stop den med Ctrl-C. Alt, du skriver, er der næste gang.", "green")


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
    staff = len(people) - len(leaders)
    groups = Counter(person.group for person in leaders if person.group)
    sizes = Counter(groups.values())
    shape = ", ".join(f"{count} med {size}" for size, count in sorted(sizes.items()))
    _say(
        out,
        f"{len(leaders)} ledere, {staff} {'facilitator' if staff == 1 else 'facilitatorer'}, {len(groups)} grupper"
        + (f" ({shape})." if shape else "."),
    )
    _remind(out, built.reminders)
