"""What every request needs: store, shelf, settings, the log of events, and the threads that wait for the database."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, ParamSpec, TypeVar
from weakref import WeakValueDictionary

import jinja2

from ..danish import COPENHAGEN
from ..settings import Settings
from ..store import Membership, Store
from .audit import Audit
from .builder import Builder
from .drawings import Drawings
from .live import Live
from .mail import Mailer
from .shelf import Cohort, Shelf

if TYPE_CHECKING:
    from .mailing import Sending
    from .term import Term

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class House:
    """The server's services, made once at start. ``under_way`` are the requests that change something just now."""

    settings: Settings
    store: Store
    shelf: Shelf
    audit: Audit
    mailer: Mailer
    pages: jinja2.Environment
    clock: Callable[[], datetime]
    sending: "Sending"
    builder: Builder = field(default_factory=Builder)
    live: Live = field(default_factory=Live)
    drawings: Drawings = field(default_factory=Drawings)
    under_way: set[object] = field(default_factory=set)
    ending: dict[str, "Term"] = field(default_factory=dict)  # how gatherings end, as ``retention`` last saw it
    _database: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(8, "store"))
    # a pass phrase costs half a second of one core on purpose: it must not stand in the way of a save
    _pass_phrases: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "pass-phrase"))
    # nor must a file, which costs about as much
    _files: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "file"))
    _file_lines: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def ask(self, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a verb of the store in a thread, so that the event loop goes on."""
        return await asyncio.get_running_loop().run_in_executor(self._database, lambda: verb(*args, **kwargs))

    async def ask_slowly(self, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a verb that stretches a pass phrase: one at a time, beside everything else."""
        return await asyncio.get_running_loop().run_in_executor(self._pass_phrases, lambda: verb(*args, **kwargs))

    async def ask_for_file(self, person: str, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a verb that makes a file: one at a time, beside everything else, and each person's in a line of their own."""
        async with self._file_lines.setdefault(person, asyncio.Lock()):
            return await asyncio.get_running_loop().run_in_executor(self._files, lambda: verb(*args, **kwargs))

    def today(self) -> date:
        """The day in Denmark: opening dates follow the leaders' clock."""
        return self.clock().astimezone(COPENHAGEN).date()

    async def cohort(self, gathering: str) -> Cohort | None:
        """The cohort of that gathering, read again when it has been built since the last page."""
        newer = await self.ask(self.shelf.newer, gathering)
        if newer is not None:
            await self._take_in(newer)
        return self.shelf.find(gathering)

    async def membership(self, gathering: str, person: str) -> tuple[Cohort | None, Membership | None]:
        """The same, and someone's place in it: what nearly every request asks, in one go."""
        newer, mine = await self.ask(lambda: (self.shelf.newer(gathering), self.store.people.membership(gathering, person)))
        if newer is not None:
            await self._take_in(newer)
            mine = await self.ask(self.store.people.membership, gathering, person)
        return self.shelf.find(gathering), mine

    async def _take_in(self, newer: Cohort) -> None:
        await self.ask(self.store.people.adopt, newer.manifest, newer.roster)
        before = self.shelf.find(newer.manifest.gathering) or newer
        self.shelf.place(newer)
        for group in {each.group for cohort in (before, newer) for each in cohort.roster.participants} - {""}:
            self.live.shared(newer.manifest.gathering, group)  # who comes and goes changes what can be read
        self.live.look_again()  # who has left the roster, or moved to another group, hears nothing more

    async def finish(self, patience: float) -> None:
        """Let every change and every mail now under way be done, within ``patience`` seconds. Called at a stop."""
        deadline, waiting = time.monotonic() + patience, set(self.under_way)
        while self.under_way & waiting and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        await self.sending.stop(max(0.0, deadline - time.monotonic()))

    def close(self) -> None:
        """Let what is under way finish, then close the store."""
        self.builder.close()
        self._pass_phrases.shutdown()
        self._files.shutdown(cancel_futures=True)
        self._database.shutdown()
        self.store.close()
