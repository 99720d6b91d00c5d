"""The commands with which IT invites and reminds. ``cli`` registers them; the server sends."""

import base64
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from .errors import SettingsError
from .terminal import ask_yes, exactly, out, say

if TYPE_CHECKING:
    from .settings import Settings

Gathering = Annotated[str, typer.Argument(metavar="HOLD", help="Holdets korte navn fra hold.yaml.", show_default=False)]
DryRun = Annotated[bool, typer.Option("--prøv", help="Vis mailene, og send ingen.")]


def inviter(
    hold: Gathering,
    email: Annotated[str | None, typer.Option(help="Kun til denne deltager.", show_default=False)] = None,
    cards: Annotated[
        Path | None,
        typer.Option("--kort", metavar="FIL.pdf", help="Skriv invitationerne som kort til print.", show_default=False),
    ] = None,
    links: Annotated[bool, typer.Option("--vis-links", help="Vis links på skærmen i stedet for at sende dem.")] = False,
    dry: DryRun = False,
) -> None:
    """Send personlige invitationer til dem, der ikke er begyndt. Den, der er, får med --email et nyt link."""
    from .settings import read

    if sum((cards is not None, links, dry)) > 1:
        raise SettingsError("Vælg kun én af --kort, --vis-links og --prøv.")
    settings, wish = read(), {"email": email.strip().lower()} if email else {}
    if cards is not None:
        _print_cards(settings, hold, wish, cards)
    elif links:
        _show_links(settings, hold, email)
    elif dry:
        _show_mails(settings, hold, "invitation", wish)
    elif email and _has_begun(settings, hold, wish):
        from .operation import invite

        invite(settings, hold, email)
        say(out(), f"{email} har allerede adgang og har fået et nyt adgangslink på sin egen e-mail.", "green")
    else:
        _send_mails(settings, hold, "invitation", wish)


def mind(hold: Gathering, dry: DryRun = False) -> None:
    """Mind ledere om de trin, deres egen gruppe er nået til, og som de ikke har markeret. Kun det, de selv skal gøre."""
    from .settings import read

    if dry:
        _show_mails(read(), hold, "reminder", {})
    else:
        _send_mails(read(), hold, "reminder", {})


def _has_begun(settings: "Settings", hold: str, wish: dict[str, str]) -> bool:
    from .operation import mailing

    told = mailing(settings, hold, "invitation", "told", **wish)
    return not any(each["email"] == wish["email"] for each in told["people"])


def _show_links(settings: "Settings", hold: str, email: str | None) -> None:
    from .operation import invite

    answer, console = invite(settings, hold, email), out()
    for each in answer["invitations"]:
        say(console, f"{each['name']} <{each['email']}>")
        exactly(console, each["url"])
    say(console, f"{_links(len(answer['invitations']))} er lavet. {answer['enrolled']} har allerede adgang.", "green")
    _tell_of_mail_only(console, answer)
    say(console, "Enhver, der ser et link, kan bruge det i lederens navn. Giv det kun til den, det er lavet til.", "yellow")
    say(console, "Hvert link virker én gang. Links, de har fået før, virker ikke længere.")


def _print_cards(settings: "Settings", hold: str, wish: dict[str, str], file: Path) -> None:
    if file.exists():
        raise SettingsError(f"{file} findes allerede. Vælg et andet navn, eller slet filen.")
    answer = _sure(settings, hold, "invitation", "cards", wish)
    file.touch(mode=0o600)
    file.write_bytes(base64.b64decode(answer["pdf"]))
    console = out()
    say(console, f"{file} er skrevet med {answer['count']} kort. Links, de har fået før, virker ikke længere.", "green")
    _tell_of_mail_only(console, answer)
    say(console, "Print på begge sider, vend på den lange kant, og slet filen bagefter: Hvert kort åbner én leders adgang.")


def _tell_of_mail_only(console: Console, answer: dict[str, Any]) -> None:
    from .danish import listed

    if names := answer["mail_only"]:
        say(
            console,
            f"Uden {listed(names)}, som er eller har været med på et andet hold og kun får et link på mail.",
            "yellow",
        )
        say(console, "Send det med inviter uden --kort og --vis-links.")


def _show_mails(settings: "Settings", hold: str, kind: str, wish: dict[str, str]) -> None:
    from .operation import mailing

    console, found = out(), mailing(settings, hold, kind, "letters", **wish)["letters"]
    for each in found:
        say(console, f"Til: {each['name']} <{each['email']}>\nEmne: {each['subject']}\n", "bold")
        say(console, f"{each['text']}\n")
    if found:
        return say(console, f"{_mails(len(found))} ville blive sendt. Intet er sendt.", "green")
    _say_nobody(console, hold, kind, wish, mailing(settings, hold, kind, "told"))


def _send_mails(settings: "Settings", hold: str, kind: str, wish: dict[str, str]) -> None:
    """Begin, or go on where a mailing stands still, and follow it to its end. The server sends on without us."""
    from .operation import mailing

    console, told = out(), mailing(settings, hold, kind, "told", **wish)
    standing = told["mailing"]
    if standing is not None and standing["state"] == "paused":
        say(console, standing["words"], "yellow")
        ask_yes(f"Skal den fortsætte, hvor den slap ({standing['over']} af {standing['total']} er klaret)?")
        told = mailing(settings, hold, kind, "resume")
    elif (standing is None or standing["state"] == "done") and not told["people"]:
        return _say_nobody(console, hold, kind, wish, told)
    elif standing is None or standing["state"] == "done":
        told = _sure(settings, hold, kind, "start", wish)
    else:
        say(console, "Der er en udsendelse i gang, og der begynder ingen ny. Her kan du følge den.", "yellow")
    try:
        told = _followed(settings, hold, kind, told)
    except KeyboardInterrupt:
        say(console, "Serveren sender videre. Se, hvor langt den er, med den samme kommando.", "yellow")
    else:
        _show_sent(console, told)


def _followed(settings: "Settings", hold: str, kind: str, told: dict[str, Any]) -> dict[str, Any]:
    """Show how far a mailing is until it is over or stands still: how it stands then.

    Where no bar can be seen a line comes when it begins, and whenever a quarter more has gone.
    """
    from .operation import mailing

    screen = Console(stderr=True)
    with Progress(console=screen, transient=True, disable=not screen.is_interactive) as bar:
        console, task = out() if bar.disable else screen, bar.add_task("Sender")
        quarter, next_try, stood = -1, None, -1
        while (standing := told["mailing"])["state"] == "under-way":
            over, total = standing["over"], standing["total"]
            bar.update(task, completed=over, total=total)
            if bar.disable and (gone := 4 * over // max(total, 1)) > quarter:
                say(console, f"{over} af {_mails(total)} er klaret." if over else f"Sender {_mails(total)}.")
                quarter = gone
            if standing["next_try"] not in (None, next_try):
                if next_try is None or over == stood:
                    _say_waiting(console, standing["next_try"], next_try is None)
                next_try, stood = standing["next_try"], over
            time.sleep(0.3)
            told = mailing(settings, hold, kind, "told")
    return told


def _say_waiting(console: Console, next_try: str, first: bool) -> None:
    """That the mail server takes nothing: all there is to say the ``first`` time, else only when it is tried again."""
    if not first:
        return say(console, f"Mailserveren svarer stadig ikke. Serveren prøver igen kl. {next_try}.", "yellow")
    say(console, f"Mailserveren svarer ikke. Intet er tabt, og serveren prøver igen kl. {next_try}.", "yellow")
    say(console, "Den prøver flere gange af sig selv, også hvis du stopper kommandoen med Ctrl-C.")
    say(console, "Se imens efter, at mailserveren kører, og at FAELLESLEDELSE_SMTP er dens adresse og port.")


def _say_nobody(console: Console, hold: str, kind: str, wish: dict[str, str], told: dict[str, Any]) -> None:
    """That no mail is sent, why, and what to do."""
    say(console, "Der er ingen at sende til lige nu.", "green")
    begun, leaders = len(told["begun"]), told["leaders"]
    if kind == "invitation" and wish:
        say(console, f"{wish['email']} har allerede adgang. Uden --prøv bliver der sendt et nyt adgangslink.")
    elif kind == "invitation":
        say(console, "Alle, der er på holdet nu, har allerede adgang. Giv en af dem et nyt adgangslink med --email.")
    elif not leaders:
        say(console, "Der er ingen ledere på holdet endnu. De kommer med, når facilitatoren har taget holdet i brug.")
    elif not begun:
        say(console, f"Ingen er kommet ind endnu. Invitér dem: faellesledelse inviter {hold}")
    else:
        say(console, "Ingen er bagud: De, der er kommet ind, har markeret de trin, deres gruppe er nået til.")
        if begun < leaders:
            waiting = f"{begun} af {leaders} ledere er kommet ind. De andre får ingen påmindelse, men en invitation"
            say(console, f"{waiting}: faellesledelse inviter {hold}")


def _sure(settings: "Settings", hold: str, kind: str, act: str, wish: dict[str, str]) -> dict[str, Any]:
    """Ask the server, and the one at the keyboard where it asks back."""
    from .operation import AskedBack, mailing

    try:
        return mailing(settings, hold, kind, act, **wish)
    except AskedBack as question:
        say(out(), str(question), "yellow")
        ask_yes("Er du sikker?")
        return mailing(settings, hold, kind, act, **wish, sure=True)


def _show_sent(console: Console, told: dict[str, Any]) -> None:
    standing = told["mailing"]
    for each in told["record"]:
        if each["mailing"] == standing["id"] and each["state"] in ("refused", "uncertain"):
            say(console, f"{each['words']}: {each['name']} <{each['email']}>. {each['why']}", "yellow")
    where = " De ligger i mappen udbakke, for serveren har ingen mailserver." if told["outbox"] else ""
    say(console, f"{_mails(standing['counts']['sent'])} er sendt.{where}", "green")
    if standing["state"] == "paused":
        say(console, f"{standing['words']} Fortsæt med den samme kommando.", "bold yellow")
    elif standing["counts"]["refused"] or standing["counts"]["uncertain"]:
        say(console, "Send igen til en enkelt med --email, når adressen er set efter.")


def _links(count: int) -> str:
    return "1 link" if count == 1 else f"{count} links"


def _mails(count: int) -> str:
    return "1 mail" if count == 1 else f"{count} mails"
