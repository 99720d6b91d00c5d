"""For the command line: copies of everything, and deleting a gathering or one leader."""

import errno
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from typing import IO, Any

from ..errors import StoreError
from ..store import Extent, Receipt
from .copies import IT, files, try_copy
from .deletion import GIVEN, delete_leader, told, told_leader
from .house import House
from .log import LOG
from .mine_api import TAKEN
from .operator_api import OperatorApi
from .retention import clear
from .web import Refused

PIECE = 1 << 16
LISTED = "Lederen står på holdets liste. Tag først lederen af listen, og tag den nye liste i brug. Så kan lederen slettes."
UNFINISHED = "Sletningen er begyndt, men ikke færdig. Kør kommandoen igen, eller genstart serveren: Så går den videre."


class CopyHandler(OperatorApi):
    """Hands over a file that is whole before its first byte leaves, and that no accident leaves behind."""

    async def hand_over(self, write: Callable[[IO[bytes]], None]) -> None:
        """Answer with what ``write`` writes."""
        with tempfile.TemporaryFile(dir=self.house.settings.data) as file:
            try:
                await self.house.ask_for_file(IT, write, file)
            except OSError as error:
                raise _refusal(error) from None
            self.set_header("Content-Type", "application/octet-stream")
            self.set_header("Content-Length", str(file.seek(0, os.SEEK_END)))
            self.set_header("Cache-Control", "no-store")
            file.seek(0)
            while piece := file.read(PIECE):
                self.write(piece)
                await self.flush()


class BackupHandler(CopyHandler):
    """POST: a copy of the database, the cohort folders and the audit log, without keys."""

    async def post(self) -> None:
        """All tables as they are at one moment."""
        self.body()
        await self.hand_over(lambda file: self.house.store.backup.write(file, files(self.house)))
        self.note("backed-up")


class KeysHandler(CopyHandler):
    """POST: a copy of the keys."""

    async def post(self) -> None:
        """``file`` is where the command line puts it: noted, for the day when it must be destroyed."""
        file = self.body(file=str)["file"]
        await self.hand_over(lambda target: self.house.store.backup.write_keys(target, file))
        self.note("keys-copied")


class DeletionApi(OperatorApi):
    """A request about deleting a gathering."""

    async def found(self, gathering: str) -> tuple[Extent, Receipt | None]:
        """What goes with a gathering, and the receipt if that has begun. Refuses where there is none of that id."""
        deletion = self.house.store.deletion
        extent = await self.house.ask(deletion.extent, gathering)
        receipt = await self.house.ask(deletion.receipt, gathering)
        if extent is None and receipt is not None:
            extent = receipt.extent
        if extent is None:
            raise Refused(404, "not-found", f"Serveren har intet hold, der hedder {gathering[:40]!r}.")
        return extent, receipt


class ExtentHandler(DeletionApi):
    """POST: what would go with a gathering, or has gone."""

    async def post(self) -> None:
        """Changes nothing. Of a gathering that is deleted the receipt is there too."""
        extent, receipt = await self.found(self.body(gathering=str)["gathering"])
        done = told(receipt, self.house.settings.data) if receipt is not None and receipt.finished_at is not None else None
        self.reply(asdict(extent) | {"receipt": done})


class DeletionHandler(DeletionApi):
    """POST: delete a gathering whose name has been typed."""

    async def post(self) -> None:
        """From the first moment its pages are closed. The receipt; a second time the same one."""
        body = self.body(gathering=str, name=str)
        extent, receipt = await self.found(body["gathering"])
        if body["name"] != extent.name:
            words = f"Navnet er ikke holdets. Intet er slettet. Kør kommandoen igen, og skriv »{extent.name}«."
            raise Refused(409, "other-name", words)
        if receipt is None or receipt.finished_at is None:
            receipt = await self._delete(extent.gathering)
            self.note("gathering-deleted")
        self.reply(told(receipt, self.house.settings.data))

    async def _delete(self, gathering: str) -> Receipt:
        try:
            return await clear(self.house, gathering, self.settings["kernel_manager"].end_gathering)
        except (StoreError, OSError) as error:
            LOG.error("The deletion of %s was broken off: %s", gathering, error)
            raise Refused(503, "not-finished", UNFINISHED) from None


class LeaderExtentHandler(OperatorApi):
    """POST: what would go with one leader of a gathering, or has gone."""

    async def post(self) -> None:
        """Changes nothing. ``taken``: when the leader last fetched it all. ``listed``: must be taken off the list first."""
        body = self.body(gathering=str, email=str)
        gathering, email, erasure = body["gathering"], body["email"], self.house.store.erasure
        if await self.house.cohort(gathering) is None:
            raise Refused(404, "not-found", f"Serveren har intet hold, der hedder {gathering[:40]!r}.")
        share = await self.house.ask(erasure.share, gathering, email, GIVEN)
        if share is not None:
            place = await self.house.ask(self.house.store.people.membership, gathering, share.person)
            taken = self.house.audit.last(TAKEN, gathering, share.person)
            self.reply(asdict(share) | {"receipt": None, "taken": taken, "listed": place is not None})
            return
        receipt = await self.house.ask(erasure.receipt, gathering, email)
        if receipt is None or receipt.finished_at is None:
            raise Refused(404, "not-found", "Ingen på holdet har eller har haft den e-mailadresse. Se deltagerlisten efter.")
        self.reply(asdict(receipt.share) | {"receipt": told_leader(receipt, email, self.house.settings.data)})


class LeaderDeletionHandler(OperatorApi):
    """POST: delete one leader whose address has been typed twice."""

    async def post(self) -> None:
        """The receipt."""
        body = self.body(gathering=str, email=str)
        self.reply(await erased(self.house, body["gathering"], body["email"]))
        self.note("leader-deleted")


async def erased(house: House, gathering: str, email: str) -> dict[str, Any]:
    """Delete a leader who is off the list; the receipt. Raises Refused."""
    person = await house.ask(house.store.people.find, email)
    cohort = await house.cohort(gathering)
    if cohort is None or person is None:
        raise Refused(404, "not-found", "Ingen på holdet har den e-mailadresse. Se deltagerlisten efter.")
    if await house.ask(house.store.people.membership, gathering, person.id) is not None:
        raise Refused(409, "listed", LISTED)
    try:
        receipt = await house.ask_for_file(IT, delete_leader, house.store, house.settings.data, gathering, person.email)
    except (StoreError, OSError) as error:
        LOG.error("The deletion of a leader of %s was broken off: %s", gathering, error)
        raise Refused(503, "not-finished", UNFINISHED) from None
    house.live.look_again()
    await try_copy(house, alone=True)
    return told_leader(receipt, person.email, house.settings.data)


def _refusal(error: OSError) -> Refused:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Refused(507, "no-space", "Der er ikke plads til kopien på serverens disk. Ryd op, og prøv igen.")
    return Refused(500, "unreadable", f"Serveren kan ikke læse {error.filename}: {error.strerror}.")
