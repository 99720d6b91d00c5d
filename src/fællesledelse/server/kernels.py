"""Kernels with owners: each belongs to the session that opened its page, holds nothing of the server's, and can only read.

Voilà would hand every kernel the server's whole environment, and would let whoever knows a kernel's id read its widgets
or end it. Here a kernel gets a short list of variables and one socket, and every route to it asks whose it is.
"""

import asyncio
import os
import socket
import subprocess
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from jupyter_server.utils import ensure_async

from .feed import Feed, Visit
from .house import House

PER_PERSON = 8  # pages one person may hold open on all devices; the oldest gives way
IDLE = 900  # seconds without a page after which a kernel is ended
LOOK = 60  # seconds between looks
INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT")


class Kernels(AsyncMappingKernelManager):
    """The kernels of all open pages."""

    house: House

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._visits: dict[str, Visit] = {}
        self._feeds: dict[str, asyncio.Task[None]] = {}

    def visit(self, kernel_id: str) -> Visit | None:
        """Whose page the kernel computes, or None if there is no such kernel."""
        return self._visits.get(kernel_id) if kernel_id in self else None

    async def start_kernel(self, *, env: dict[str, str] | None = None, **kwargs: Any) -> str:  # type: ignore[override]
        """Start the kernel of the page that is being answered. Called by Voilà, which knows nothing of visits."""
        from jupyter_server import CallContext

        page = CallContext.get(CallContext.JUPYTER_HANDLER)
        visit: Visit = page.visit
        ours, theirs = socket.socketpair()
        try:
            kernel_id: str = await super().start_kernel(
                env=_environment(theirs.fileno(), self.root_dir),
                pass_fds=(theirs.fileno(),),
                stdout=subprocess.DEVNULL,  # a traceback may quote what a leader wrote
                stderr=subprocess.DEVNULL,
                extra_arguments=["--HistoryManager.enabled=False"],  # else it keeps a database of what it has run
                **kwargs,
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._visits[kernel_id] = visit
        self._feeds[kernel_id] = asyncio.create_task(Feed(self.house, visit).serve(ours))
        page.kernel_id = kernel_id
        await self._make_room(visit)
        return kernel_id

    async def shutdown_kernel(self, kernel_id: str, **kwargs: Any) -> None:  # type: ignore[override]
        """End a kernel and close its socket."""
        try:
            await ensure_async(super().shutdown_kernel(kernel_id, **kwargs))
        finally:
            self._forget(kernel_id)

    async def end_session(self, session_id: str) -> None:
        """End every kernel of a session. Called at sign-out."""
        await self._end([key for key, visit in self._visits.items() if visit.session.id == session_id])

    async def end_person(self, person_id: str) -> None:
        """End every kernel of a person. Called when a new pass phrase signs out all their devices."""
        await self._end([key for key, visit in self._visits.items() if visit.session.person.id == person_id])

    def remove_kernel(self, kernel_id: str) -> Any:
        """Called when a kernel has died."""
        self._forget(kernel_id)
        return super().remove_kernel(kernel_id)

    async def alive(self, kernel_id: str) -> bool:
        """Whether the kernel's process runs. One that has died is taken off the list."""
        if await ensure_async(self.get_kernel(kernel_id).is_alive()):
            return True
        await self.shutdown_kernel(kernel_id, now=True)
        return False

    async def _make_room(self, visit: Visit) -> None:
        person = visit.session.person
        own = [key for key, each in self._visits.items() if each.session.person == person and key in self]
        await self._end(own[: max(0, len(own) - PER_PERSON)])

    async def _end(self, kernel_ids: list[str]) -> None:
        for kernel_id in kernel_ids:
            if kernel_id in self:
                await self.shutdown_kernel(kernel_id, now=True)
            self._forget(kernel_id)

    def _forget(self, kernel_id: str) -> None:
        self._visits.pop(kernel_id, None)
        feed = self._feeds.pop(kernel_id, None)
        if feed is not None:
            feed.cancel()


def _environment(fd: int, folder: str) -> dict[str, str]:
    """What a kernel may know of its surroundings. ``folder`` is empty: no start-up file of the server's user runs in it."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    own = {"IPYTHONDIR": folder, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    return kept | own | {"PYTHONUTF8": "1", "FAELLESLEDELSE_SOCKET": str(fd)}
