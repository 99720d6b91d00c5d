"""Kernels with owners: each belongs to one socket of one open page, holds nothing of the server's, and can only read.

Voilà would start one for every page view, hand it the server's whole environment, and let whoever knows its id read its
widgets or end it. Here a page opens a socket when a widget asks something of its kernel; the kernel is made for that socket,
gets a short list of variables and one way to ask the server, and ends with the socket. Nobody else can join it.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from jupyter_server.utils import ensure_async

from ..kernels import PROVISIONER
from .feed import Feed, Visit
from .house import House
from .processes import SOCKET, WORKBOOK, Processes
from .web import Refused

PER_PERSON = 8  # kernels one person may have on all devices; the oldest gives way
AT_ONCE = 4  # kernels that are started at the same time


class PageSpecs(KernelSpecManager):
    """One kind of kernel for each step, in this interpreter, whatever a user has installed beside it."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Called by Jupyter when a kernel is started."""
        return KernelSpec(
            argv=[sys.executable, "-m", f"{WORKBOOK}.kernel", kernel_name, "-f", "{connection_file}"],
            display_name=kernel_name,
            language="python",
            metadata={"kernel_provisioner": {"provisioner_name": PROVISIONER}, "supported_encryption": "curve"},
        )


class Kernels(AsyncMappingKernelManager):
    """The kernels of all open pages."""

    house: House
    processes: Processes

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._visits: dict[str, Visit] = {}
        self._feeds: dict[str, asyncio.Task[None]] = {}
        self._under_way: Counter[str] = Counter()  # kernels asked for and not there yet, by person
        self._room = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def kernel(self, visit: Visit, gone: Callable[[], None]) -> AsyncIterator[str]:
        """The id of a kernel for a page, which ends with the block. ``gone`` is called if it ends before.

        Raises Refused while the person has too many on the way, and ZygoteError.
        """
        person = visit.session.person.id
        if self._under_way[person] >= PER_PERSON:
            raise Refused(429, "too-many", "Der er for mange sider åbne på én gang. Luk nogle, og prøv igen.")
        self._under_way[person] += 1
        try:
            async with self._room:
                await self._make_room(person)
                kernel_id = await self._start(visit, gone)
        finally:
            self._under_way[person] -= 1
        try:
            yield kernel_id
        finally:
            await self.end(kernel_id)

    def pre_start_kernel(self, kernel_name: str | None, kwargs: dict[str, Any]) -> tuple[KernelManager, str, str]:
        """Called by Jupyter before a kernel is started. Its connection file and its sockets get a folder of their own."""
        manager, name, kernel_id = super().pre_start_kernel(kernel_name, kwargs)
        folder = os.path.dirname(manager.connection_file) + f"/{kernel_id}"
        os.mkdir(folder)
        manager.connection_file = f"{folder}/kernel.json"
        kwargs["walls"] = self.processes.walls.around(folder)
        return manager, name, kernel_id

    async def _start(self, visit: Visit, gone: Callable[[], None]) -> str:
        zygote = await self.processes.zygote(visit.cohort)
        ours, theirs = socket.socketpair()
        feed = asyncio.create_task(Feed(self.house, visit).serve(ours))  # the kernel reads its texts before it speaks
        try:
            with theirs:
                kernel_id: str = await ensure_async(
                    self.start_kernel(
                        kernel_name=visit.step.name,
                        zygote=zygote,
                        cwd=self.processes.folder,  # not the server's, below which its data may lie
                        env=self.processes.environment(**{SOCKET: str(theirs.fileno())}),
                        pass_fds=(theirs.fileno(),),
                        stdout=subprocess.DEVNULL,  # a traceback may quote what a leader wrote
                        stderr=subprocess.DEVNULL,
                    )
                )
        except BaseException:
            feed.cancel()  # hangs up, and so ends the process, if there is one
            raise
        self._visits[kernel_id], self._feeds[kernel_id] = visit, feed
        feed.add_done_callback(lambda _feed: gone())  # a kernel that dies hangs up
        return kernel_id

    async def shutdown_kernel(self, kernel_id: str, **kwargs: Any) -> None:  # type: ignore[override]
        """End a kernel and close its socket."""
        try:
            await ensure_async(super().shutdown_kernel(kernel_id, **kwargs))
        finally:
            self._forget(kernel_id)
            shutil.rmtree(f"{self.connection_dir}/{kernel_id}", ignore_errors=True)

    async def end(self, *kernel_ids: str) -> None:
        """End those of these kernels that are still there."""
        for kernel_id in kernel_ids:
            if kernel_id in self:
                await self.shutdown_kernel(kernel_id, now=True)
            self._forget(kernel_id)

    async def end_session(self, session_id: str) -> None:
        """End every kernel of a session. Called at sign-out."""
        await self.end(*[key for key, visit in self._visits.items() if visit.session.id == session_id])

    async def end_person(self, person_id: str, but: str = "") -> None:
        """End every kernel of a person, ``but`` those of one session. Called when their other devices are signed out."""
        own = [(key, each.session) for key, each in self._visits.items() if each.session.person.id == person_id]
        await self.end(*[key for key, session in own if session.id != but])

    async def end_gathering(self, gathering: str) -> None:
        """End every kernel of a gathering's pages. Called when the gathering is deleted."""
        await self.end(*[key for key, visit in self._visits.items() if visit.cohort.manifest.gathering == gathering])

    def remove_kernel(self, kernel_id: str) -> Any:
        """Called when a kernel has died."""
        self._forget(kernel_id)
        return super().remove_kernel(kernel_id)

    async def end_all(self) -> None:
        """End every kernel. Called at a stop."""
        await asyncio.gather(*(self.end(kernel_id) for kernel_id in self.list_kernel_ids()), return_exceptions=True)

    async def _make_room(self, person: str) -> None:
        own = [key for key, each in self._visits.items() if each.session.person.id == person]
        await self.end(*own[: max(0, len(own) + 1 - PER_PERSON)])

    def _forget(self, kernel_id: str) -> None:
        self._visits.pop(kernel_id, None)
        feed = self._feeds.pop(kernel_id, None)
        if feed is not None:
            feed.cancel()
