"""The builder as the server reaches it: a process of its own for each thing that is done to a cohort folder."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from ..errors import CohortError, Finding, PageError
from ..kernels import Zygote, available
from ..surroundings import surroundings
from .log import LOG

WORKER = "fællesledelse.cohort.worker"
LONGEST_LINE = 1 << 24  # bytes
PATIENCE = 120.0  # seconds

Hear = Callable[[dict[str, Any]], Any]


class Builder:
    """Does one thing at a time to each folder."""

    def __init__(self) -> None:
        self._lines: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()
        self._starting = asyncio.Lock()
        self._zygote: Zygote | None = None

    async def do(self, folder: Path, verb: str, hear: Hear | None = None, **asked: Any) -> Any:
        """What the verb of ``cohort.worker`` gives. ``hear`` is called with each ``{"step", "total"}`` on the way.

        Raises CohortError with what is wrong in the folder, PageError if the process fails.
        """
        async with self._lines.setdefault(folder, asyncio.Lock()):
            try:
                last = await asyncio.wait_for(self._do(folder.absolute(), verb, hear, asked), PATIENCE)
            except TimeoutError:
                raise PageError(f"The builder took too long to {verb} {folder.name}") from None
        if "findings" in last:
            raise CohortError([Finding(**finding) for finding in last["findings"]])
        if "done" not in last:
            LOG.error("The builder failed to %s:\n%s", verb, last.get("failed"))
            raise PageError(f"The builder failed to {verb} {folder.name}")
        return last["done"]

    def close(self) -> None:
        """End the process that others are forked from."""
        if self._zygote is not None:
            self._zygote.close()

    async def _do(self, folder: Path, verb: str, hear: Hear | None, asked: dict[str, Any]) -> dict[str, Any]:
        ours, theirs = socket.socketpair()
        with theirs:
            process = await self._started([sys.executable, "-m", WORKER, verb, str(folder)], folder, theirs.fileno())
        reader, writer = await asyncio.open_connection(sock=ours, limit=LONGEST_LINE)
        last: dict[str, Any] = {}
        try:
            writer.write(json.dumps(asked).encode())
            writer.write_eof()
            async for line in reader:
                last = json.loads(line)
                if hear and "step" in last:
                    hear(last)
        except BaseException:
            process.kill()
            raise
        finally:
            writer.close()
        return last

    async def _started(self, argv: list[str], folder: Path, end: int) -> Any:
        if not available():
            errors = subprocess.DEVNULL
            return await asyncio.create_subprocess_exec(
                *argv, env=_surroundings(), cwd=folder, stdin=end, stdout=end, stderr=errors
            )
        async with self._starting:
            if self._zygote is None or not self._zygote.alive or self._zygote.stale():
                self.close()
                self._zygote = await Zygote.start(modules=[WORKER], env=_surroundings(), cwd="/")
        return await self._zygote.run(argv, env=_surroundings(), cwd=str(folder), fds={0: end, 1: end})


def _surroundings() -> dict[str, str]:
    """NumPy comes with what reads Excel, and is to bring no threads: a process with threads can't be forked."""
    return surroundings() | {"OPENBLAS_NUM_THREADS": "1"}
