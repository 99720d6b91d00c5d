"""Deleting a gathering or one leader: keys, mails that wait, rows; and the signed receipt as people read it."""

from email import message_from_bytes
from email.utils import getaddresses
from pathlib import Path
from typing import Any

from ..settings import Settings
from ..store import LeaderReceipt, Receipt, Store
from ..store.migration import UPGRADES
from ..store.restore import FOUND
from ..store.signing import signed
from .copies import taken
from .feedback import KIND as FEEDBACK
from .log import LOG
from .shelf import BUILT, Shelf
from .visits import KINDS as VISITS

GIVEN = (FEEDBACK, *VISITS.values())
"""The kinds of parcels that are their receiver's: feedback, and what was written of a job visit."""

UNSIGNED = (
    "Underskriften viser, at kvitteringen er skrevet med serverens nøgle og ikke er ændret siden. Den, der styrer serveren,"
    " råder også over nøglen."
)
REMAINING = (
    f"Holdets mappe med hold.xlsx eller hold.yaml, deltagerliste, kladde, tidligere udgaver, sider og {BUILT}: Den ligger, "
    "hvor I har lagt den, og er ikke rørt.",
    "Loggen audit.jsonl: Den siger, hvem der gjorde hvad og hvornår, med id i stedet for navn. Aldrig hvad nogen skrev.",
    "Denne kvittering, også i datamappen under keys. Den hindrer, at holdet kommer igen ved en fejl.",
)
UNPROVEN = (
    "Gamle kopier af databasen rummer stadig navne, adresser og tidspunkter. Teksterne i dem kan ikke læses uden nøglen.",
    "Kopier af nøglen, som er taget uden om 'faellesledelse backup', kender serveren ikke. Med dem og en gammel kopi kan"
    " en leder eller nøglen i pengeskabet åbne tekster igen.",
    "Nøglen er overskrevet og slettet, men disken, dens øjebliksbilleder og maskinens egne kopier kan have den endnu.",
    "Med PostgreSQL kan databasens egne logfiler og arkiver rumme slettede rækker, til de bliver genbrugt.",
    "Det, deltagerne selv har hentet, printet, fået i mail eller har åbent på en skærm, er ikke med.",
    UNSIGNED,
)
LEADER_REMAINING = (
    "Tal, der er vist af spørgeskemaet og evalueringer: De siger intet om nogen enkelt, og de står.",
    "Svar i evalueringer: De er anonyme fra første færd, og ingen kan finde dem.",
    "Gruppens kontrakt, den feedback og de kort fra jobbesøg, lederen har givet: De hører til hos dem, der fik dem, nu"
    " uden navn.",
    "Det, andre har skrevet, også om lederen eller til lederen: Det er deres.",
    "Holdets mappe: Tidligere udgaver og kladde kan stadig nævne lederens navn og e-mailadresse.",
    "Loggen audit.jsonl, med id i stedet for navn, og et mærke i datamappen under keys, der sletter lederen igen, hvis en"
    " gammel kopi bliver lagt tilbage. Mærket rummer hverken navn eller adresse.",
)
LEADER_UNPROVEN = (
    "Kopier fra før sletningen rummer stadig lederens rækker. Bliver en lagt tilbage her, eller med en kopi af nøglerne fra"
    " efter sletningen, bliver lederen slettet igen. Med en gammel kopi af begge dele på en tom maskine sker det ikke.",
    "Holdets nøgle lever videre, for de andres tekster skal bruge den. Det, der er slettet, kan derfor åbnes af den, der har"
    " en gammel kopi, en kopi af nøglen og lederens adgangssætning, gendannelseskode eller nøglen i pengeskabet.",
    *UNPROVEN[2:],
)


def delete(store: Store, settings: Settings, gathering: str) -> Receipt:
    """Delete a gathering, or go on where that was broken off. StoreError if there is none of that id.

    Mails that wait in the data folder for IT to send them go with it, and the copies taken before upgrades. Those that the
    server takes of itself go when it has taken the next one.
    """
    store.deletion.begin(gathering)
    mails = _discard(settings.data / "udbakke", set(store.deletion.addresses(gathering)))
    _discard_copies(settings.data)
    return store.deletion.finish(gathering, mails)


def delete_leader(store: Store, data: Path, gathering: str, email: str) -> LeaderReceipt:
    """Delete one leader from a gathering. StoreError if nobody of that address is or has been in it."""
    return _finish(store, data, store.erasure.begin(gathering, email, GIVEN))


def _finish(store: Store, data: Path, begun: LeaderReceipt) -> LeaderReceipt:
    """Do what is left to do of a leader's deletion; once or a hundred times."""
    leader = store.people.person(begun.share.person)
    mails = _discard(data / "udbakke", {leader.email}) if leader is not None and begun.share.whole else 0
    _discard_copies(data)
    return store.erasure.finish(begun, GIVEN, mails)


def go_on(store: Store, settings: Settings, shelf: Shelf) -> None:
    """Finish the deletions that were broken off, and serve no gathering that is deleted. Called at every start."""
    for begun in store.erasure.receipts():
        if begun.finished_at is not None:
            continue
        _finish(store, settings.data, begun)
        LOG.warning("Sletningen af en leder på %s var afbrudt og er nu gjort færdig.", begun.share.gathering)
    for receipt in store.deletion.receipts():
        gathering = receipt.extent.gathering
        if receipt.finished_at is None:
            delete(store, settings, gathering)
            LOG.warning(
                "Sletningen af %s var afbrudt og er nu gjort færdig. Hent kvitteringen: faellesledelse hold slet %s",
                gathering,
                gathering,
            )
        if shelf.find(gathering) is not None:
            LOG.warning(
                "%s er slettet og bliver ikke vist. Tag dets mappe ud af den kommando, der starter serveren.", gathering
            )
            shelf.forget(gathering)


def told(receipt: Receipt, data: Path) -> dict[str, Any]:
    """A receipt as people read it, and as it is handed over, signed.

    ``data``: the data folder, in which a copy that was put back may have left the folder of the gathering.
    """
    extent = receipt.extent
    content = {
        "kvittering": "Sletning af et hold",
        "hold": extent.gathering,
        "navn": extent.name,
        "begyndt": receipt.begun_at,
        "færdig": receipt.finished_at,
        "slettet": {
            "holdets nøgle": "ja",
            "personer, der kun var på dette hold": extent.people,
            "mails, der ikke var sendt": receipt.mails,
            "rækker i databasen": extent.rows,
        },
        "personer, der også er eller har været på andre hold, og beholder det, de har der": extent.staying,
        "kopier af nøglen, der skal destrueres i hånden": _copies(receipt.copies),
        "ligger der stadig": [*_put_back(data / FOUND / extent.gathering), *REMAINING],
        "kan ikke bevises": list(UNPROVEN),
    }
    return signed(content, data / "keys")


def told_leader(receipt: LeaderReceipt, email: str, data: Path) -> dict[str, Any]:
    """The same for one leader, whose address the server no longer knows."""
    share = receipt.share
    content = {
        "kvittering": "Sletning af en leder",
        "hold": share.gathering,
        "leder": email,
        "begyndt": receipt.begun_at,
        "færdig": receipt.finished_at,
        "slettet": {
            "lederens nøgler, adgang, navn og e-mailadresse": "ja" if share.whole else "nej: er også på et andet hold",
            "målinger i spørgeskemaet, hvor svarene blev fundet og trukket tilbage": receipt.waves,
            "mails, der ikke var sendt": receipt.mails,
            "rækker i databasen": share.rows,
        },
        "bliver hos dem, der fik det, uden navn": share.kept,
        "kopier af nøglen, der skal destrueres i hånden": _copies(receipt.copies),
        "ligger der stadig": [*_put_back(data / FOUND / share.gathering), *LEADER_REMAINING],
        "kan ikke bevises": list(LEADER_UNPROVEN),
    }
    return signed(content, data / "keys")


def _copies(noted: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"fil": copy["file"], "lavet": copy["at"]} for copy in noted]


def _put_back(folder: Path) -> list[str]:
    """That the folder of the gathering from a copy is there still. Never deleted here: a server may be told to serve it."""
    if not folder.is_dir():
        return []
    return [
        f"Holdets mappe fra en kopi, der er lagt tilbage: {folder.absolute()}. Den rummer deltagernes navne og adresser."
        " Slet den i hånden."
    ]


def _discard(outbox: Path, addresses: set[str]) -> int:
    """Remove the mails to those addresses. How many there were."""
    mails = [path for path in sorted(outbox.glob("*.eml")) if _recipients(path) & addresses]
    for path in mails:
        path.unlink(missing_ok=True)
    return len(mails)


def _discard_copies(data: Path) -> None:
    """Remove the copies that were taken before upgrades."""
    for path in taken(data / UPGRADES):
        path.unlink()


def _recipients(path: Path) -> set[str]:
    try:
        message = message_from_bytes(path.read_bytes())
    except FileNotFoundError:  # someone has just sent it
        return set()
    return {address.lower() for _, address in getaddresses(message.get_all("To", []))}
