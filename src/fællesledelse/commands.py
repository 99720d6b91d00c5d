"""The commands with which IT copies, restores and deletes, and anyone checks a receipt. ``cli`` registers them."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from .danish import day, listed
from .errors import BackupError, ReceiptError
from .terminal import exactly, out, say

if TYPE_CHECKING:
    from .settings import Settings
    from .store.restore import Restored

KEYS = "--nøgler"
_COPIES = "kopier af nøglen, der skal destrueres i hånden"
_RECEIPT = {"kvittering", "hold", "færdig", _COPIES, "ligger der stadig", "kan ikke bevises"}

File = Annotated[Path, typer.Argument(metavar="FIL", help="Kopien.", show_default=False)]
KeysTo = Annotated[Path | None, typer.Option(KEYS, metavar="FIL", help="Kopi af nøglerne.", show_default=False)]
KeysFrom = Annotated[Path, typer.Option(KEYS, metavar="FIL", help="Kopien af nøglerne.", show_default=False)]
Gathering = Annotated[str, typer.Argument(metavar="HOLD", help="Holdets korte navn fra hold.yaml.", show_default=False)]
Email = Annotated[str, typer.Argument(metavar="E-MAIL", help="Lederens e-mailadresse.", show_default=False)]
ReceiptFile = Annotated[Path, typer.Argument(metavar="FIL", help="Kvitteringen.", show_default=False)]
Known = Annotated[
    str | None, typer.Option("--nøgle", metavar="NØGLE", help="Den offentlige nøgle, I skrev ned.", show_default=False)
]
Dry = Annotated[bool, typer.Option("--prøv", help="Vis kun, hvad der ville blive slettet.", show_default=False)]


def backup(file: File, keys: KeysTo = None) -> None:
    """Kopiér database, holdenes mapper og log, mens serveren kører. Nøglerne kommer i deres egen fil."""
    from . import operation
    from .settings import read
    from .store.backup import whole
    from .store.keyfiles import KeyFiles

    settings = read()
    for target in filter(None, (file, keys)):
        _check_target(settings, target)
    if keys is not None and keys.resolve() == file.resolve():
        raise BackupError(f"{file} kan ikke være begge dele. Nøglerne skal i en fil for sig, et andet sted.")
    key = KeyFiles(settings.data / "keys").backup_key
    with whole(file, "backup", key) as copy:
        operation.backup(settings, copy)
    _say_copied(file, key())
    if keys is None:
        say(
            out(),
            f"Nøglerne er ikke med, og uden dem åbner den intet. Tag dem med {KEYS} FIL hver gang, der er et nyt hold.",
        )
        return
    with whole(keys, "keys") as copy:
        operation.backup_keys(settings, copy, keys.resolve())
    say(out(), f"{keys} er skrevet med nøglerne.", "green")
    say(out(), "Læg den et andet sted end kopien, hos andre, der passer på den: Tilsammen kan de to lægge alt tilbage.")
    say(out(), "Når et hold slettes, skal filen destrueres i hånden. Ellers er holdets tekster ikke væk for altid.")


def gendan(file: File, keys: KeysFrom) -> None:
    """Læg en kopi tilbage på en server, der er stoppet. Det, der ligger der, bliver flyttet til side, aldrig overskrevet."""
    from . import operation
    from .settings import read
    from .store.restore import restore

    settings = read()
    if operation.runs(settings):
        raise BackupError(f"Serveren svarer på {settings.origin}. Stop den først, og prøv igen.")
    os.umask(0o077)  # as the server does
    _say_restored(settings, restore(file, keys, settings.database, settings.data))


def delete(gathering: Gathering, dry: Dry = False) -> None:
    """Slet et hold for altid, også i gamle kopier: nøglen først, så alt andet. Du får en kvittering."""
    from . import operation
    from .settings import read

    settings = read()
    extent = operation.extent(settings, gathering)
    if extent["receipt"] is not None:
        say(out(), f"{extent['name']} er allerede slettet.")
        _hand_over(extent["receipt"])
        return
    _say_extent(extent)
    if dry:
        say(out(), "Intet er slettet.", "green")
        return
    name = typer.prompt(f"Skriv »{extent['name']}« for at slette holdet for altid").strip()
    receipt = operation.delete(settings, gathering, name)
    say(out(), f"{extent['name']} er slettet.", "green")
    _hand_over(receipt)
    say(out(), "Tag nu holdets mappe ud af den kommando, der starter serveren.")


def delete_leader(gathering: Gathering, email: Email, dry: Dry = False) -> None:
    """Slet én leder, der er taget af holdets liste. Lad lederen hente sit eget først. Du får en kvittering."""
    from . import operation
    from .settings import read

    settings = read()
    share = operation.leader_extent(settings, gathering, email)
    if share["receipt"] is not None:
        say(out(), f"{email} er allerede slettet på {gathering}.")
        _hand_over(share["receipt"])
        return
    _say_share(email, share)
    if dry:
        say(out(), "Intet er slettet.", "green")
        return
    if typer.prompt(f"Skriv »{email}« for at slette lederen for altid").strip().lower() != email.strip().lower():
        raise ReceiptError(f"Adressen er ikke lederens. Intet er slettet. Kør kommandoen igen, og skriv »{email}«.")
    receipt = operation.delete_leader(settings, gathering, email)
    say(out(), f"{email} er slettet.", "green")
    _hand_over(receipt)


def check_receipt(file: ReceiptFile, known: Known = None) -> None:
    """Se, om en kvittering for sletning er, som jeres server underskrev den. Kræver hverken server eller net."""
    from .store.signing import examined

    try:
        receipt, public = examined(file.read_bytes())
    except OSError as error:
        raise ReceiptError(f"{file} kan ikke læses: {error.strerror}.") from None
    if not receipt.keys() >= _RECEIPT:
        raise ReceiptError("Filen er underskrevet, men den er ingen kvittering for en sletning herfra.")
    if known is not None and "".join(known.split()).lower() != public:
        raise ReceiptError(
            "Kvitteringen er underskrevet med en anden nøgle end den, I har skrevet ned. Stol ikke på den, før I ved "
            f"hvorfor. Den er underskrevet med {public}."
        )
    who = f" ({receipt['leder']})" if "leder" in receipt else ""
    say(
        out(), f"Underskriften passer: {receipt['kvittering']}{who}, {receipt['hold']}, færdig {receipt['færdig']}.", "green"
    )
    if known is not None:
        say(out(), "Den er underskrevet med den nøgle, I har skrevet ned.", "green")
    else:
        say(out(), "Enhver kan underskrive. Se efter, at det er med den nøgle, serveren viste, da den blev sat op:")
        exactly(out(), public)
    _say_remaining(out(), receipt)


def _check_target(settings: "Settings", path: Path) -> None:
    """Refuse a file that is there, or would go under with what it is a copy of. Raises BackupError."""
    if path.exists():
        raise BackupError(f"{path} findes allerede og bliver ikke overskrevet. Vælg et andet navn.")
    if not path.parent.is_dir():
        raise BackupError(f"Mappen {path.parent} findes ikke. Lav den først, eller ret stien.")
    if path.resolve().is_relative_to(settings.data.resolve()):
        raise BackupError(f"{path} ligger i datamappen. Læg kopien på en anden disk, som ikke går tabt sammen med den.")


def _say_copied(file: Path, key: bytes) -> None:
    from .store.backup import Copy

    with Copy(file, "backup", key) as copy:
        manifest = copy.manifest
    rows = sum(table["rows"] for table in manifest["tables"])
    names = listed([told["name"] for told in manifest["gatherings"].values()]) or "Ingen hold"
    say(out(), f"{file} er skrevet: {names}. {rows} rækker, {file.stat().st_size // 1024} kB.", "green")


def _say_restored(settings: "Settings", done: "Restored") -> None:
    from .store.restore import FOUND

    made = datetime.fromisoformat(done.made_at).astimezone()
    say(out(), f"Kopien fra {day(made.date())} kl. {made:%H.%M} er lagt tilbage: {done.rows} rækker.", "green")
    for words, gatherings in (
        ("Kan læses igen", done.gatherings),
        ("Nøglen mangler, så tekster kan ikke læses", done.sealed),
        ("Er slettet siden, og bliver slettet igen, når serveren starter", done.deleted),
    ):
        if gatherings:
            say(out(), f"{words}: {listed(gatherings)}.")
    if done.aside is not None:
        say(out(), f"Det, der lå der, er nu i {done.aside}. Det rummer nøgler: Slet det, når alt er, som det skal være.")
    found = settings.data / FOUND
    for gathering in (*done.gatherings, *done.sealed):
        say(out(), f"Er holdets mappe væk, så kopiér den fra {found / gathering} til der, hvor serveren starter fra.")
    say(out(), "Start serveren: faellesledelse server MAPPE")
    say(out(), "Alle skal logge ind igen med den adgangssætning, de havde dengang.")


def _say_extent(extent: dict[str, Any]) -> None:
    say(out(), f"{extent['name']} ({extent['gathering']})", "bold")
    say(out(), "Det her bliver slettet for altid:")
    say(out(), "- holdets nøgle: Fra da af kan ingen læse en tekst fra holdet, heller ikke i gamle kopier")
    say(out(), f"- personer, der kun har været på dette hold, og deres adgang: {extent['people']}")
    rows = ", ".join(f"{table} {count}" for table, count in sorted(extent["rows"].items()))
    say(out(), f"- rækker i databasen: {rows}")
    if extent["staying"]:
        say(
            out(), f"Personer, der også er eller har været på andre hold: {extent['staying']}. De beholder, hvad de har der."
        )
    say(out(), "Holdets mappe bliver ikke rørt, heller ikke den byggede udgave.")


def _say_share(email: str, share: dict[str, Any]) -> None:
    say(out(), f"{email} på {share['gathering']}", "bold")
    say(out(), "Det her bliver slettet for altid:")
    rows = ", ".join(f"{table} {count}" for table, count in sorted(share["rows"].items()))
    say(out(), f"- rækker i databasen: {rows or 'ingen'}")
    say(out(), "- svar i spørgeskemaet, så langt nogen kan finde dem. Tal, der er vist, bliver stående.")
    if share["whole"]:
        say(out(), "- lederens nøgler, adgang, navn og e-mailadresse")
    else:
        say(out(), "Lederen er eller har været på et andet hold og beholder sin adgang og det, der er der.")
    if share["kept"]:
        say(out(), f"Bliver hos dem, der fik det, uden navn (kontrakt, feedback, kort fra jobbesøg): {share['kept']}")
    taken = share["taken"]
    say(
        out(),
        f"Lederen hentede sit eget {day(datetime.fromisoformat(taken).date())}."
        if taken
        else "Lederen har ikke hentet sit eget. Bed lederen om at gøre det først, under Hent mit.",
        "" if taken else "yellow",
    )
    if share["listed"]:
        say(out(), "Lederen står på holdets liste og skal af den, før noget kan slettes.", "yellow")


def _hand_over(receipt: dict[str, Any]) -> None:
    """Write the receipt where the command is run, and say what is left to do by hand."""
    text = json.dumps(receipt, ensure_ascii=False, indent=2)
    moment = datetime.fromisoformat(receipt["færdig"])
    path = Path(f"kvittering-{receipt['hold']}-{moment:%Y%m%d-%H%M%S}.json")
    try:
        path.write_text(f"{text}\n", encoding="utf-8")
        say(out(), f"Kvitteringen er skrevet i {path}.")
    except OSError as error:
        say(out(), f"Kvitteringen kunne ikke skrives i {path} ({error.strerror}). Her er den:")
        exactly(out(), text)
    say(out(), f"Den er underskrevet. Tjek den hvor som helst, også uden net: faellesledelse kvittering tjek {path}")
    _say_remaining(out(), receipt)


def _say_remaining(console: Console, receipt: dict[str, Any]) -> None:
    copies = receipt[_COPIES]
    if copies and "leder" in receipt:
        say(console, "Tag først en ny kopi af nøglerne. De andre på holdet har stadig brug for den.")
    say(
        console,
        "Destruér disse kopier af nøglen:" if copies else "Serveren kender ingen kopi af nøglen.",
    )
    for copy in copies:
        exactly(console, f"  {copy['fil']} ({copy['lavet'][:10]})")
    for heading in ("ligger der stadig", "kan ikke bevises"):
        say(console, f"{heading.capitalize()}:")
        for line in receipt[heading]:
            say(console, f"- {line}")
