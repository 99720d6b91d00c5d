"""Deleting a gathering: its key, the mails that wait for its people, its rows; and the receipt as people read it."""

from email import message_from_bytes
from email.utils import getaddresses
from pathlib import Path
from typing import Any

from ..settings import Settings
from ..store import Receipt, Store
from ..store.migration import UPGRADES
from ..store.restore import FOUND
from .copies import taken
from .log import LOG
from .shelf import BUILT, Shelf

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
)


def delete(store: Store, settings: Settings, gathering: str) -> Receipt:
    """Delete a gathering, or go on where that was broken off. StoreError if there is none of that id.

    Mails that wait in the data folder for IT to send them go with it, and the copies taken before upgrades. Those that the
    server takes of itself go when it has taken the next one.
    """
    store.deletion.begin(gathering)
    mails = _discard(settings.data / "udbakke", set(store.deletion.addresses(gathering)))
    for path in taken(settings.data / UPGRADES):
        path.unlink()
    return store.deletion.finish(gathering, mails)


def go_on(store: Store, settings: Settings, shelf: Shelf) -> None:
    """Finish the deletions that were broken off, and serve no gathering that is deleted. Called at every start."""
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
    """A receipt as people read it, and as it is handed over: the one thing that a signature would have to cover.

    ``data``: the data folder, in which a copy that was put back may have left the folder of the gathering.
    """
    extent = receipt.extent
    return {
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
        "kopier af nøglen, der skal destrueres i hånden": [
            {"fil": copy["file"], "lavet": copy["at"]} for copy in receipt.copies
        ],
        "ligger der stadig": [*_put_back(data / FOUND / extent.gathering), *REMAINING],
        "kan ikke bevises": list(UNPROVEN),
    }


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


def _recipients(path: Path) -> set[str]:
    try:
        message = message_from_bytes(path.read_bytes())
    except FileNotFoundError:  # someone has just sent it
        return set()
    return {address.lower() for _, address in getaddresses(message.get_all("To", []))}
