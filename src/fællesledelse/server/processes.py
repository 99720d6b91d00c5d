"""The processes that compute pages: forks of one that has run the cohort's notebooks already, without a leader.

A page view costs one fork, which is told the leader's texts, says what the page shows, and is over. A kernel is a fork of
the same process. Where the system can't fork, both are started as programs of their own.
"""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakValueDictionary

from ..errors import PageError
from ..kernels import Zygote, ZygoteError, available
from ..surroundings import surroundings
from .feed import Visit
from .log import LOG
from .shelf import Cohort
from .walls import Walls

WORKBOOK = "fællesledelse.workbook"
MODULES = (f"{WORKBOOK}.show", f"{WORKBOOK}.kernel")
SOCKET = "FAELLESLEDELSE_SOCKET"
AT_ONCE = 4  # pages that are computed at the same time
PATIENCE = 20.0  # seconds that a page may take to say what it shows


class Process(Protocol):
    """A process that was started, in either way."""

    def kill(self) -> None:
        """End it."""


@dataclass(frozen=True)
class Rehearsal:
    """The process that has run one build of a cohort."""

    stamp: int
    zygote: Zygote


class Processes:
    """Starts them. ``folder`` is empty: no start-up file of the server's user runs in a kernel."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.walls = Walls(self.environment(), folder)
        self._base: Zygote | None = None
        self._rehearsals: dict[str, Rehearsal] = {}
        self._starting = asyncio.Lock()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._lines: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # each person's pages one at a time
        if not available():
            LOG.warning("This system can't fork: pages and kernels are processes of their own, and take seconds to start.")

    async def show(self, visit: Visit, told: Mapping[str, Any]) -> dict[str, Any]:
        """What a page shows the leader who has those texts (see ``workbook.show``). Raises PageError."""
        cohort, step = visit.cohort, visit.step.name
        async with self._lines.setdefault(visit.session.person.id, asyncio.Lock()), self._room:
            for _attempt in range(2):
                try:
                    return await asyncio.wait_for(self._show(cohort, step, told), PATIENCE)
                except (ZygoteError, ValueError, ConnectionError) as problem:
                    LOG.warning("The process behind the pages of %s is gone: %s", cohort.manifest.gathering, problem)
                except TimeoutError:
                    break
        raise PageError(f"The page {step!r} of {cohort.manifest.gathering!r} could not be computed.")

    async def zygote(self, cohort: Cohort) -> Zygote | None:
        """What to fork the kernels of that build from; None where the system can't fork. Raises ZygoteError."""
        if not available():
            return None
        async with self._starting:
            found = self._rehearsals.get(cohort.manifest.gathering)
            if found is None or found.stamp != cohort.stamp or not found.zygote.alive or found.zygote.stale():
                if found is not None:
                    found.zygote.close()
                found = Rehearsal(cohort.stamp, await self._rehearsed(cohort))
                self._rehearsals[cohort.manifest.gathering] = found
            return found.zygote

    def environment(self, **own: str) -> dict[str, str]:
        """All that such a process knows of its surroundings."""
        return surroundings() | {"HOME": self.folder, "IPYTHONDIR": self.folder, SOCKET: ""} | own

    def close(self) -> None:
        """End the processes that others are forked from."""
        for zygote in [*(each.zygote for each in self._rehearsals.values()), self._base]:
            if zygote is not None:
                zygote.close()
        self.walls.close()

    async def _rehearsed(self, cohort: Cohort) -> Zygote:
        if self._base is None or not self._base.alive or self._base.stale():
            if self._base is not None:
                self._base.close()
            first = await self.walls.zygote()
            self._base = await Zygote.start(modules=MODULES, env=self.environment(), cwd=self.folder, parent=first)
        pages = {step: cohort.code(step) for step in cohort.notebooks}
        return await Zygote.start(
            modules=MODULES,
            env=self.environment(),
            cwd=self.folder,
            prepare=f"{WORKBOOK}.rehearsal:rehearse_all",
            arguments=[json.dumps(pages)],
            parent=self._base,
        )

    async def _show(self, cohort: Cohort, step: str, told: Mapping[str, Any]) -> dict[str, Any]:
        ours, theirs = socket.socketpair()
        with theirs:
            process = await self._started(cohort, [sys.executable, "-m", f"{WORKBOOK}.show", step], theirs.fileno())
        reader, writer = await asyncio.open_connection(sock=ours)
        try:
            writer.write(json.dumps(told).encode())
            writer.write_eof()
            shown: dict[str, Any] = json.loads(await reader.read())
        except BaseException:
            process.kill()
            raise
        finally:
            writer.close()
        return shown

    async def _started(self, cohort: Cohort, argv: Sequence[str], end: int) -> Process:
        zygote = await self.zygote(cohort)
        if zygote is not None:
            environment, walls = self.environment(), self.walls.around("")
            return await zygote.run(argv, env=environment, cwd=self.folder, fds={0: end, 1: end}, walls=walls)
        return await asyncio.create_subprocess_exec(
            *argv, env=self.environment(), cwd=self.folder, stdin=end, stdout=end, stderr=subprocess.DEVNULL
        )
