"""The command ``faellesledelse``: parses, delegates, and tells in Danish how it went.

Heavy imports stand inside the commands, so that help comes at once.
"""

import errno
import os
import socket
import sys
from collections import Counter
from collections.abc import Iterable
from importlib import metadata
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from . import cohort_commands, commands, mail_commands
from .dress import command
from .errors import CohortError, Finding, FællesledelseError, SettingsError
from .model import GatheringKind, Role
from .terminal import DanishCommand, DanishGroup, ask_yes
from .terminal import exactly as _exactly
from .terminal import out as _out
from .terminal import say as _say

if TYPE_CHECKING:
    from .cohort.build import Built
    from .demo import Guests
    from .settings import Settings

app = typer.Typer(
    cls=DanishGroup,
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

leader = typer.Typer(cls=DanishGroup, help="Slet én leder.", no_args_is_help=True)
app.add_typer(leader, name="leder")
receipt = typer.Typer(cls=DanishGroup, help="Kvitteringer for det, der er slettet.", no_args_is_help=True)
app.add_typer(receipt, name="kvittering")

VERSION = metadata.version("faellesledelse")
TO_SERVER = "--server https://ledelse.kommune.example --email anna@kommune.example"
Folder = Annotated[Path, typer.Argument(metavar="MAPPE", help="Holdets mappe.", show_default=False)]


def _tell_version(wanted: bool) -> None:
    if wanted:
        _exactly(_out(), VERSION)
        raise typer.Exit


@app.callback()
def workbook(
    version: Annotated[
        bool, typer.Option("--version", help="Vis udgaven.", callback=_tell_version, is_eager=True, show_default=False)
    ] = False,
) -> None:
    """Arbejdsbogen, hvor offentlige ledere skriver deres personlige ledelsesgrundlag."""


@hold.command("ny", cls=DanishCommand, epilog="Eksempel: faellesledelse hold ny foraar-2026")
def hold_new(
    folder: Folder,
    facilitators: Annotated[
        list[str] | None,
        typer.Option(
            "--facilitator", metavar='"NAVN <E-MAIL>"', help="Facilitatoren gør resten i browseren.", show_default=False
        ),
    ] = None,
    kind: Annotated[
        GatheringKind, typer.Option("--slags", metavar="SLAGS", help="forløb, salon eller netværk.", show_default=False)
    ] = GatheringKind.PROGRAMME,
) -> None:
    """Lav en ny mappe til et forløb, til saloner eller til et netværk.

    Den har en hold.yaml til at udfylde. Med --facilitator er den klar til en, der bruger Excel og browser.
    """
    from . import danish
    from .cohort.skeleton import facilitator, found, write

    out = _out()
    if facilitators:
        found(folder, [facilitator(each) for each in facilitators], danish.today(), kind)
        _say(out, f"Mappen {folder} er klar, og facilitatoren kan komme ind, så snart serveren kører.")
        _say(out, f"1. Kør serveren: faellesledelse server {folder}")
        _say(out, f"2. Lav facilitatorens invitation: faellesledelse inviter {folder.resolve().name} --vis-links")
        return
    write(folder, kind)
    _say(out, f"Mappen {folder} er klar.")
    _say(out, "1. Udfyld hold.yaml og deltagere.csv (eller gem deltagerne fra Excel som deltagere.xlsx).")
    _say(out, f"2. Se, om alt er på plads: faellesledelse hold tjek {folder}")
    _say(out, f"3. Byg arbejdsbogen: faellesledelse hold byg {folder}")


@hold.command("tjek", cls=DanishCommand, epilog="Eksempel: faellesledelse hold tjek foraar-2026")
def hold_check(folder: Folder) -> None:
    """Se, om alt er på plads, uden at ændre noget. Alt, der skal rettes, står på én gang med fil, linje og kolonne."""
    from . import danish
    from .cohort import duties
    from .cohort.build import prepare

    built = prepare(folder)
    out = _out()
    _show(out, built)
    turns = duties.turns(built.manifest, built.roster, danish.today())
    for told in duties.reminders(turns, built.manifest, built.roster):
        _say(out, f"- {told}", "yellow")
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


@hold.command("status", cls=DanishCommand, epilog="Eksempel: faellesledelse hold status foraar-2026")
def hold_status(
    hold: Annotated[str, typer.Argument(metavar="HOLD", help="Holdets korte navn fra hold.yaml.", show_default=False)],
) -> None:
    """Se, hvor langt alle er: det samme som facilitatorens overblik. Hvad lederne skriver, kan ingen se her."""
    from .operation import status
    from .settings import read

    _show_status(_out(), status(read(), hold))


@app.command(cls=DanishCommand, epilog="Eksempel: faellesledelse server foraar-2026 efteraar-2026")
def server(
    folders: Annotated[list[Path], typer.Argument(metavar="MAPPE…", help="Byggede hold.", show_default=False)],
) -> None:
    """Kør serveren for et eller flere hold, til den bliver stoppet. Indstillinger står i README."""
    from .settings import read

    settings = read()
    _check_port(settings)
    from .server.run import open_house, serve
    from .store.signing import make_key

    house = open_house(settings, folders)
    out = _out()
    if (public := make_key(settings.data / "keys")) is not None:
        _say(out, "Kvitteringer for sletning bliver underskrevet. Skriv den offentlige nøgle ned, og gem den et andet sted:")
        _exactly(out, public)
    _say(out, f"Serveren kører på {settings.origin}. Den er til afprøvning: kun konstruerede personer må bruge den.")
    mails = f"sendes gennem {settings.smtp}" if settings.smtp else f"lægges i {settings.data / 'udbakke'}"
    _say(out, f"Udgave {VERSION}. Data ligger i {settings.data}. Mails {mails}.")
    serve(house)


app.command(cls=DanishCommand, epilog="Eksempel: faellesledelse inviter foraar-2026 --prøv")(mail_commands.inviter)
app.command(cls=DanishCommand, epilog="Eksempel: faellesledelse mind foraar-2026 --prøv")(mail_commands.mind)
app.command(cls=DanishCommand, epilog="Eksempel: faellesledelse backup kopi.zip --nøgler /andet/sted/nøgler.zip")(
    commands.backup
)
app.command(cls=DanishCommand, epilog="Eksempel: faellesledelse gendan kopi.zip --nøgler /andet/sted/nøgler.zip")(
    commands.gendan
)
hold.command("udgiv", cls=DanishCommand, epilog=f"Eksempel: faellesledelse hold udgiv foraar-2026 {TO_SERVER}")(
    cohort_commands.udgiv
)
app.command(cls=DanishCommand, epilog="Eksempel: faellesledelse grupper foraar-2026 --prøv")(cohort_commands.grupper)
hold.command("slet", cls=DanishCommand, epilog="Eksempel: faellesledelse hold slet foraar-2026 --prøv")(commands.delete)
leader.command("slet", cls=DanishCommand, epilog="Eksempel: faellesledelse leder slet foraar-2026 anna@kommune.example")(
    commands.delete_leader
)
receipt.command("tjek", cls=DanishCommand, epilog="Eksempel: faellesledelse kvittering tjek kvittering.json --nøgle 3f…")(
    commands.check_receipt
)
app.command("generalprøve", cls=DanishCommand, epilog=command.EPILOG)(command.rehearse)


@app.command(cls=DanishCommand, epilog="Eksempel: faellesledelse lab foraar-2026")
def lab(
    folder: Folder,
    without_browser: Annotated[
        bool, typer.Option("--uden-browser", help="Vis kun adressen; åbn den selv.", show_default=False)
    ] = False,
) -> None:
    """Skriv holdets sider om i JupyterLab på din egen maskine. Det spørger ingen andre om noget."""
    from .lab import prepare, run

    prepared = prepare(folder, browser=not without_browser)
    out = _out()
    _say(out, "JupyterLab kører på din egen maskine. Ingen andre kan komme ind, og det henter intet udefra.")
    _exactly(out, prepared.url)
    _say(out, "Ret i teksten over et felt, og gem med Ctrl-S. Stop med Ctrl-C her i vinduet.")
    _say(out, f"Se bagefter, om alt stadig passer sammen, før du bygger: faellesledelse hold tjek {folder}")
    os.environ.update(prepared.environment)
    run(prepared)


@safe.command("ny", cls=DanishCommand, epilog="Eksempel: faellesledelse nøgle ny")
def safe_new() -> None:
    """Lav en ny nøgle på to papirer til to mennesker. De vises én gang og må aldrig ligge på serveren."""
    from .store.vault import new_safe_key

    public, papers = new_safe_key()
    out = _out()
    _say(out, "Skriv denne linje i hold.yaml, eller sæt nøglen ind ud for Nøgle i pengeskabet i hold.xlsx:\n")
    _exactly(out, f"nøgle_i_pengeskab: {public}\n")
    for number, paper in zip(("første", "andet"), papers, strict=True):
        _say(out, f"Skriv denne linje på det {number} papir:\n")
        _exactly(out, f"{paper}\n")
    _say(
        out,
        "Giv de to papirer til to mennesker, der hver låser sit inde. Et papir alene åbner ingenting. Går det ene tabt, kan "
        "nøglen ikke bruges. Luk vinduet bagefter. Med begge kan en leder, der har mistet sin adgang, få sine tekster igen.",
    )


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
    """Brug nøglen fra pengeskabet: to mennesker, to papirer. Ingen ser lederens tekster, de bliver forseglet til lederen."""
    from .store.vault import asked_for, open_with_safe_key

    who, mark = asked_for(_content(request))
    _say(_out(), f"Anmodningen gælder {who}. Ring til personen. På siden Privatliv skal der stå kendetallet {mark}.")
    ask_yes("Er kendetallet det samme?")
    one, other = (typer.prompt(f"Linjen fra det {number} papir", hide_input=True) for number in ("første", "andet"))
    result.write_bytes(open_with_safe_key(_content(request), (one, other)))
    _say(_out(), f"{result} er skrevet. Bær den til serveren: faellesledelse nøgle indlæs {result}", "green")


@safe.command("indlæs", cls=DanishCommand, epilog="Eksempel: faellesledelse nøgle indlæs svar.json")
def safe_result(file: Annotated[Path, typer.Argument(metavar="SVARFIL")]) -> None:
    """Giv serveren svaret. Næste gang lederen logger ind, er de gamle tekster der igen."""
    from .operation import safe_result as result
    from .settings import read

    result(read(), _content(file))
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
    serve(house, silent=True)


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


def _content(file: Path) -> bytes:
    """A file that someone has named. Raises FællesledelseError."""
    try:
        return file.read_bytes()
    except OSError as error:
        why = "findes ikke" if isinstance(error, FileNotFoundError) else f"kan ikke læses ({error.strerror})"
        raise FællesledelseError(f"Filen {file} {why}. Se efter, om navnet er rigtigt, og om den er båret med.") from None


def _check_port(settings: "Settings") -> None:
    """Say that the port is taken before anything is built. Raises SettingsError."""
    family = socket.AF_INET6 if ":" in settings.address else socket.AF_INET
    try:
        socket.create_server((settings.address, settings.port), family=family).close()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise SettingsError(
                f"Serveren kan ikke lytte på {settings.address}, port {settings.port}. "
                f"Systemet siger: {str(error.strerror).partition(' (')[0]}.\n"
                + (
                    "Porte under 1024 kræver særlig ret: Sæt FAELLESLEDELSE_PORT til en højere."
                    if error.errno == errno.EACCES
                    else "Sæt FAELLESLEDELSE_ADDRESS til en adresse, som denne maskine selv har."
                )
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
    _say(out, "4. Gå til forsiden, og vælg salonerne eller netværket, der kører ved siden af forløbet.")
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


SIGNS = {"open": Text("·"), "done": Text("x", "green"), "passed": Text("!", "bold yellow")}
"""The three states of a step, in signs that every console has."""


def _show_status(out: Console, told: dict[str, Any]) -> None:
    """Leaders and steps, groups and their contracts, and the workshops of the next weeks."""
    leaders = _table("Lederne og deres trin", "Gruppe", "Leder", *map(str, range(1, len(told["steps"]) + 1)))
    for group, rows in groupby(told["rows"], lambda row: str(row["group"])):
        leaders.add_section()
        for number, row in enumerate(rows):
            signs = (SIGNS[each["state"]] for each in row["states"])
            leaders.add_row(Text("" if number else group), Text(row["name"]), *signs)
    out.print(leaders)
    _say(out, ", ".join(f"{SIGNS[state]} {words.lower()}" for state, words in told["states"].items()))
    for number, step in enumerate(told["steps"], 1):
        _say(out, f"{number} {step['title']}")
    contracts = _table("Kontrakter", "Gruppe", "Kontrakt")
    for each in told["groups"]:
        contracts.add_row(Text(each["group"]), Text(each["contract_words"]))
    out.print(contracts)
    workshops = _table("Workshops og seminarer de næste fire uger", "Dag", "Møde", "Hvem", "Tid og sted")
    for each in told["workshops"]:
        workshops.add_row(*(Text(each[name]) for name in ("day", "title", "groups", "where")))
    out.print(workshops if told["workshops"] else Text("Ingen workshops eller seminarer de næste fire uger."))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table
