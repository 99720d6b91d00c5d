"""The walls around pages and kernels, as the server finds them at start, and in the words of who runs it.

The server holds what everyone writes while they are signed in. So nothing that computes a page may see the server or
another's page, even if someone should get code of their own to run in it.
"""

import asyncio
import os
from collections.abc import Mapping

from ..kernels import Zygote, ZygoteError, available
from .log import LOG

MODULE = "fællesledelse.kernels.walls"

TOLD = {
    "hidden": (
        "Hukommelse og miljø kan ikke læses udefra, og der bliver ingen hukommelsesaftryk",
        "systemet ikke tillader det",
    ),
    "limits": ("Grænser for hukommelse, åbne filer og filstørrelse", "systemet ikke tillader det"),
    "user": (
        "Hver side har sin egen bruger",
        "serveren ikke må skifte bruger, eller andre ikke må læse Python. Giv tjenesten AmbientCapabilities=CAP_SETUID "
        "CAP_SETGID CAP_CHOWN CAP_KILL, og læg Python og programmet, hvor alle må læse",
    ),
    "bound": ("Ingen særlige rettigheder, heller ikke gennem andre programmer", "systemet ikke tillader det"),
    "files": ("Ingen filer ud over Python og systemets egne", "Linux her er uden Landlock"),
    "network": ("Intet TCP, heller ikke til serveren", "det kræver Linux 6.7 med Landlock"),
    "signals": ("Ingen signaler til andre", "det kræver Linux 6.12 med Landlock"),
}
"""By name, as `kernels.walls` has them: what a wall does, and why it may not be there."""
NOT_ROOT = "Serveren selv er ikke root"


class Walls:
    """Those that stand here, and the process from which all others are forked, which alone keeps the right to make users.

    ``environment`` and ``folder`` are that process's.
    """

    def __init__(self, environment: Mapping[str, str], folder: str) -> None:
        self._environment, self._folder = environment, folder
        self._first: Zygote | None = None
        self._disowned = False
        self._names: tuple[str, ...] = ()

    def begin(self) -> list[str]:
        """Find out which can stand, hide the server's own memory, and give up the right to make users. A line about each.

        Called once, before the server has threads.
        """
        if not available():
            return [_line(what, "systemet ikke kan dele en proces i to (fork)") for what, _ in TOLD.values()]
        from ..kernels import walls as kernels  # not before: what it imports isn't there on Windows

        loop = asyncio.new_event_loop()
        try:
            self._first = loop.run_until_complete(self._start())
            found = loop.run_until_complete(kernels.standing(self._first, self._environment, self._folder))
        finally:
            loop.close()
        self._names = tuple(name for name, why in found.items() if not why)
        kernels.hide()
        root = os.geteuid() == 0
        if not root and kernels.entitled():
            kernels.disown()
            self._disowned = True
        reasons = {name: f"{TOLD[name][1]}. Systemet siger: {why}" if why else "" for name, why in found.items()}
        lines = [_line(TOLD[name][0], reason) for name, reason in reasons.items()]
        return [*lines, _line(NOT_ROOT, "den er startet som root. Giv den en bruger for sig selv" if root else "")]

    def around(self, folder: str) -> tuple[str, ...]:
        """What shuts a process in that has that folder for its own, or none (see `Zygote.run`)."""
        return f"{MODULE}:raise_walls", folder, *self._names

    async def zygote(self) -> Zygote:
        """The first of all; made anew if it is gone. ZygoteError where that would be without the rights it had."""
        if self._first is None or not self._first.alive:
            if self._disowned:
                raise ZygoteError("The process that may make users is gone. Start the server again.")
            LOG.warning("The process that all pages come from is gone, and another is started.")
            self._first = await self._start()
        return self._first

    def close(self) -> None:
        """End it."""
        if self._first is not None:
            self._first.close()

    async def _start(self) -> Zygote:
        return await Zygote.start(modules=[MODULE], prepare=f"{MODULE}:hide", env=self._environment, cwd=self._folder)


def _line(what: str, because: str) -> str:
    return f"{what}: ikke i kraft her, fordi {because}" if because else f"{what}: i kraft"
