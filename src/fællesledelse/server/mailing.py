"""Sends mailings while pages are served: one mail after the other, and each at most once.

A line is written as *sending* before its first byte leaves, and as what became of it afterwards. Nothing here decides
who gets a mail: ``mailing_plan`` says what there is cause to send at the moment it is sent.
"""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING

from ..errors import AccessError, StoreError
from ..store import CalendarMark, LineState, Mailing, MailingKind, MailingLine, MailingState
from .log import LOG
from .mail import MailRefused, MailUnsure, Post
from .mailing_plan import Cause, cause, letter
from .shelf import Cohort

if TYPE_CHECKING:
    from .house import House

BETWEEN = 1.0  # seconds from one mail to the next; relays slow down who is faster than some thirty a minute for long
ABORTED = 1.0  # seconds a mail that is broken off gets to be written down
WAITS = (1.0, 5.0, 60.0, 300.0, 900.0)  # seconds before each new attempt, where a mail server says "not now"


@dataclass(frozen=True)
class Outcome:
    """What became of one line."""

    line: MailingLine
    state: LineState
    code: int | None = None
    reason: str = ""
    mark: CalendarMark | None = None
    steps: tuple[str, ...] | None = None


class _Halt(Exception):
    """A mailing can't go on; ``args[0]`` is the trouble."""


@dataclass
class Sending:
    """Every mailing that is under way. One for the server; used on its event loop alone."""

    _batches: dict[str, "_Batch"] = field(default_factory=dict)
    _left: dict[str, list[Outcome]] = field(default_factory=dict)

    def trouble(self, mailing: str) -> str:
        """Why nothing is sent of a mailing that should be under way; empty while it is. For when the store can't say."""
        batch = self._batches.get(mailing)
        return batch.trouble if batch is not None else "fault"

    def next_try(self, mailing: str) -> datetime | None:
        """When the mail server is asked again, while a mailing waits for that."""
        batch = self._batches.get(mailing)
        return batch.next_try if batch is not None else None

    def go(self, house: "House", mailing: str) -> None:
        """Send whatever waits of a mailing. Does no harm where that is going on already."""
        batch = self._batches.get(mailing)
        if batch is None or batch.task.done():
            self._batches[mailing] = _Batch(house, mailing, self._left.setdefault(mailing, []))
        else:
            batch.more = True
            batch.wake.set()

    async def pause(self, house: "House", mailing: Mailing) -> None:
        """Let the mail under way be the last for now. Raises StoreError."""
        await house.ask(house.store.mailings.pause, mailing.id, "asked")
        if (batch := self._batches.get(mailing.id)) is not None:
            batch.wake.set()

    async def resume(self, house: "House", mailing: Mailing) -> None:
        """Go on where it stopped. Raises StoreError, and then nothing has changed."""
        await self._still(mailing.id)
        await settle(house, self._left.get(mailing.id, []))
        await house.ask(house.store.mailings.resume, mailing.id)
        self.go(house, mailing.id)

    async def again(self, house: "House", mailing: Mailing, number: int) -> None:
        """Send one line once more that was refused, or may have been sent. Raises AccessError."""
        await house.ask(house.store.mailings.again, mailing.id, number)
        found = await house.ask(house.store.mailings.find, mailing.id)
        if found.state is MailingState.UNDER_WAY:
            self.go(house, mailing.id)

    async def stop(self, patience: float) -> None:
        """Let the mails under way be the last, and break off those that take more than ``patience`` seconds."""
        running = [batch for batch in self._batches.values() if not batch.task.done()]
        for batch in running:
            batch.stopping = True
            batch.wake.set()
        if running:
            _, late = await asyncio.wait([batch.task for batch in running], timeout=patience)
            for batch in running:
                batch.abort()
            if late:
                await asyncio.wait(late, timeout=ABORTED)

    async def _still(self, mailing: str) -> None:
        batch = self._batches.get(mailing)
        if batch is not None:
            batch.stopping = True
            batch.wake.set()
            await asyncio.wait([batch.task])


class _Batch:
    """One mailing on its way."""

    def __init__(self, house: "House", mailing: str, left: list[Outcome]) -> None:
        self.trouble, self.next_try = "", None  # type: tuple[str, datetime | None]
        self.stopping, self.more = False, False
        self.wake = asyncio.Event()
        self._house, self._mailing, self._left = house, mailing, left
        self._post: Post | None = None
        self._failures = 0  # in a row, of the mail server as a whole
        self._attempts: Counter[int] = Counter()
        self._ripe: dict[int, float] = {}  # lines that a recipient's server has put off, and the moment they may go
        self.task = asyncio.create_task(self._run())

    def abort(self) -> None:
        """Break off the talk with the mail server."""
        if self._post is not None:
            self._post.abort()

    async def _run(self) -> None:
        try:
            await settle(self._house, self._left)
            while not self.stopping and (await self._step() or self.more):
                self.more = False
        except _Halt as halt:
            self.trouble = str(halt)
        except StoreError:
            self.trouble = "store"
            LOG.exception("The database refused in the midst of a mailing")
        except Exception:
            self.trouble = "fault"
            LOG.exception("A mailing stopped")
        finally:
            await asyncio.to_thread(self._close)
        if self.trouble:
            with suppress(StoreError):  # ``trouble`` tells it just as well
                await self._house.ask(self._house.store.mailings.pause, self._mailing, self.trouble)

    async def _step(self) -> bool:
        """Send one line, or wait for what is in the way. Whether there may be more to do."""
        store = self._house.store.mailings
        mailing = await self._house.ask(store.find, self._mailing)
        if mailing.state is not MailingState.UNDER_WAY:
            return False
        if self._post is None and not await self._connect():
            return True
        now = time.monotonic()
        put_off = [number for number, moment in self._ripe.items() if moment > now]
        line = await self._house.ask(store.take, self._mailing, put_off)
        if line is not None:
            await self._send(line, mailing.gathering)
        elif put_off:
            await self._rest(min(self._ripe[number] for number in put_off) - now)
        else:
            return False
        return True

    async def _connect(self) -> bool:
        try:
            self._post = await asyncio.to_thread(self._house.mailer.open)
        except (OSError, MailRefused):
            await self._wait_for_server()
            return False
        return True

    async def _wait_for_server(self) -> None:
        if self._failures == len(WAITS):
            raise _Halt("mail-server")
        wait = WAITS[self._failures]
        self._failures += 1
        self.next_try = self._house.clock() + timedelta(seconds=wait)
        await self._rest(wait)
        self.next_try = None

    async def _send(self, line: MailingLine, gathering: str) -> None:
        cohort = await self._house.cohort(gathering)
        post = self._post
        assert post is not None
        try:
            outcome = await asyncio.to_thread(self._deliver, post, line, cohort)
        except MailRefused as refusal:
            await self._refused(line, refusal)
        except MailUnsure:
            await self._settle(Outcome(line, LineState.UNCERTAIN))
            await self._lost()
        except OSError:
            await self._settle(Outcome(line, LineState.WAITING))
            await self._lost()
        except Exception:
            await self._settle(Outcome(line, LineState.WAITING))  # it broke before anything left
            raise
        else:
            self._failures = 0
            await self._settle(outcome)
            if outcome.state is LineState.SENT and self._house.mailer.has_server:
                await self._rest(BETWEEN)

    def _deliver(self, post: Post, line: MailingLine, cohort: Cohort | None) -> Outcome:
        """Runs in a thread."""
        found = None if cohort is None else cause(self._house, cohort, line)
        if cohort is None or found is None:
            return Outcome(line, LineState.UNNEEDED)
        try:
            post.deliver(line.person.email, lambda: self._mail(line, cohort, found))
        except AccessError:  # enrolled, or gone, since
            return Outcome(line, LineState.UNNEEDED)
        return Outcome(line, LineState.SENT, mark=found.mark, steps=found.steps)

    def _mail(self, line: MailingLine, cohort: Cohort, found: Cause) -> EmailMessage:
        """The mail. A personal link is made now, when the recipient's address is taken, and is kept nowhere."""
        link = None
        if line.kind is MailingKind.INVITATION:
            token = self._house.store.invitations.invite(line.person.id, cohort.manifest.gathering)
            link = f"{self._house.settings.origin}/invitation#{token}"
        key = f"{line.mailing}.{line.number}.{line.round}"
        return self._house.mailer.message(letter(self._house, cohort, found, link), key)

    async def _refused(self, line: MailingLine, refusal: MailRefused) -> None:
        if refusal.ours:
            await self._settle(Outcome(line, LineState.WAITING))
            raise _Halt("sender")
        self._failures = 0
        attempts = self._attempts[line.number]
        if refusal.lasting or attempts == len(WAITS):
            await self._settle(Outcome(line, LineState.REFUSED, refusal.code, refusal.words))
        else:
            self._attempts[line.number] += 1
            self._ripe[line.number] = time.monotonic() + WAITS[attempts]
            await self._settle(Outcome(line, LineState.WAITING))
        await self._rest(BETWEEN)

    async def _settle(self, outcome: Outcome) -> None:
        self._left.append(outcome)
        await settle(self._house, self._left)

    async def _lost(self) -> None:
        await asyncio.to_thread(self._close)
        await self._wait_for_server()

    def _close(self) -> None:
        if self._post is not None:
            self._post.close()
            self._post = None

    async def _rest(self, seconds: float) -> None:
        """Wait that long, or until something has changed."""
        if not self.stopping:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), max(0.0, seconds))
        self.wake.clear()


async def settle(house: "House", left: list[Outcome]) -> None:
    """Write down what became of lines; each leaves the list when it is durable. Raises StoreError."""
    while left:
        each = left[0]
        await house.ask(house.store.mailings.settle, each.line, each.state, each.code, each.reason, each.mark, each.steps)
        left.remove(each)
