"""Copies that the server takes of itself while people write, where IT has named a folder for them.

What is lost with the disk is then what was written since the last one: EVERY seconds, and what the copy takes.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..danish import listed
from ..errors import BackupError, StoreError
from ..store.backup import whole
from .audit import END, FILE
from .house import House
from .log import LOG

EVERY = 30.0  # seconds
NEWEST = 10  # copies that are kept
DAYS = 30  # of so many the last copy is kept too
IT = "IT"  # whose files are made one at a time
_NAME = "%Y%m%d-%H%M%S"


async def go_on(house: House) -> None:
    """Copy everything now, and again after every change, until it is cancelled. What fails is logged and tried again."""
    if house.settings.backup is None:
        return
    copied = -1
    while True:
        changes = house.store.backup.changes
        if changes != copied and await try_copy(house):
            copied = changes
        await asyncio.sleep(EVERY)


async def try_copy(house: House, alone: bool = False) -> bool:
    """Copy everything; whether that could be done. ``alone`` as ``copy`` takes it."""
    try:
        await house.ask_for_file(IT, copy, house, alone)
    except (BackupError, StoreError, OSError) as error:
        LOG.error("Der blev ikke taget en kopi, og det bliver prøvet igen: %s", error)
        return False
    return True


def copy(house: House, alone: bool = False) -> None:
    """Copy everything into the folder that IT has named, if there is one. Raises BackupError, StoreError or OSError.

    Then older ones go: all of them if it is to be there ``alone``, for something has just been deleted; else all from
    before the last deletion of a gathering or a leader, and of the others what is not to be kept.
    """
    folder, store = house.settings.backup, house.store
    if folder is None:
        return
    newest = next_copy(folder, house.clock())
    with whole(newest, "backup", lambda: store.backup.key) as target:
        store.backup.write(target, files(house))
    ends = [each.finished_at for each in store.deletion.receipts()] + [each.finished_at for each in store.erasure.receipts()]
    deleted = [datetime.fromisoformat(end) for end in ends if end is not None]
    last = newest.name if alone else max(map(_name, deleted), default="")
    kept = [path for path in sorted(taken(folder)) if path == newest or path.name > last]
    days = {path.name[:8]: path for path in kept}
    for path in set(taken(folder)) - set(kept[-NEWEST:]) - set(list(days.values())[-DAYS:]):
        path.unlink()
    if unguarded := store.backup.unguarded():
        LOG.warning(
            "Nøglerne til %s er aldrig kopieret, og uden dem kan ingen kopi åbnes. Kør: faellesledelse backup FIL "
            "--nøgler FIL",
            listed(unguarded),
        )


def next_copy(folder: Path, now: datetime) -> Path:
    """Where the next copy goes: its name comes after all others, also where the clock has been put back."""
    path = folder / _name(now)
    newest = max(taken(folder), default=path)
    if newest <= path:
        return path
    with suppress(ValueError):  # it is none of ours
        return folder / _name(datetime.strptime(newest.stem, _NAME).replace(tzinfo=UTC) + timedelta(seconds=1))
    return path


def _name(moment: datetime) -> str:
    """The name of a copy: in UTC, so that names are in the order of time."""
    return f"{moment.astimezone(UTC):{_NAME}}.kopi"


def taken(folder: Path) -> list[Path]:
    """The copies that a server has taken of itself."""
    return list(folder.glob("*.kopi"))


def files(house: House) -> Iterator[tuple[str, bytes]]:
    """The audit log to its last whole line, where it had come to, and what the cohort folders hold."""
    yield END, (house.settings.data / END).read_bytes()  # first, for lines come while the log is read
    audit = (house.settings.data / FILE).read_bytes()
    yield FILE, audit[: audit.rfind(b"\n") + 1]
    for cohort in list(house.shelf):
        gathering = cohort.manifest.gathering
        for name, content in house.shelf.sources(gathering):
            yield f"hold/{gathering}/{name}", content
