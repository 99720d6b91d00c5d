"""Tells an open page that something in its group has changed. What has changed, the page asks for itself."""

import asyncio
from contextlib import suppress

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ..model import Role
from ..store import Membership
from .live import Listener, Topic
from .shelf import Cohort
from .web import Api, Refused

PER_PERSON = 8  # pages that one person can have listening; more of them ask every now and then instead
BEAT = 15.0  # seconds after which the number is said again, to who may still hear it
PULSE = 0.5  # seconds between signs of life, so that a page can tell a quiet line from a broken one
LARGEST = 64  # bytes of a message from a page, which has nothing to say
NOT_YOURS = 4403  # the socket's code for a listener whose session or membership has ended


class LiveHandler(Api, WebSocketHandler):
    """GET: the number of changes in my group, once; over a WebSocket, again after each change.

    A facilitator hears of the rooms and contracts of all groups, also with ``?group=``.
    """

    topic: Topic
    telling: asyncio.Task[None] | None = None

    @property
    def ping_interval(self) -> float:
        """Seconds. Called by Tornado: a device that has gone is noticed."""
        return BEAT

    @property
    def max_message_size(self) -> int:
        """Bytes. Called by Tornado."""
        return LARGEST

    async def prepare(self) -> None:
        """Called by Tornado before the method. Browsers always say where a WebSocket comes from; others stay out."""
        if self._upgrades() and not self.check_origin():
            raise Refused(403, "other-origin", "Forbindelsen kom fra en anden side end vores.")
        await super().prepare()
        self.topic = await self._wanted()

    async def get(self, gathering: str) -> None:
        """The number, or the WebSocket."""
        if not self._upgrades():
            self.reply({"changed": self.house.live.count(self.topic)})
        elif self.house.live.pages(self.person) >= PER_PERSON:
            raise Refused(429, "too-many", "Du har mange sider åbne. Denne opdaterer sig lidt langsommere.")
        else:
            await super().get(gathering)

    def open(self, gathering: str) -> None:
        """Called by Tornado when the socket is there."""
        self.telling = asyncio.create_task(self._tell())

    def on_message(self, message: str | bytes) -> None:
        """Called by Tornado. A page only listens."""
        self.close(1003)

    def on_close(self) -> None:
        """Called by Tornado when the socket is gone."""
        if self.telling is not None:
            self.telling.cancel()

    async def _tell(self) -> None:
        """Say the number at once, after each change and at each beat, as long as the person may hear it."""
        try:
            with self.house.live.listening(self.topic, self.person) as listener, suppress(WebSocketClosedError):
                while await self._welcome():
                    listener.news.clear()
                    await self.write_message({"changed": self.house.live.count(self.topic)})
                    await self._until_news(listener)
        finally:
            self.close(NOT_YOURS)

    async def _until_news(self, listener: Listener) -> None:
        """Until there is news or the number is due again, with a sign of life now and then."""
        for _ in range(int(BEAT / PULSE)):
            with suppress(TimeoutError):
                await asyncio.wait_for(listener.news.wait(), PULSE)
                return
            await self.write_message({})

    async def _welcome(self) -> bool:
        """Whether the session still stands, and still belongs to that group."""
        session = await self.house.ask(self.house.store.access.resume, self._cookie() or "")
        if session is None or self.session is None or session.id != self.session.id:
            return False
        try:
            return await self._wanted() == self.topic
        except Refused:
            return False

    async def _wanted(self) -> Topic:
        """What the person may hear of and wants to. Raises Refused."""
        gathering = self.path_kwargs["gathering"]
        cohort, mine = await self.membership(gathering)
        group = heard(cohort, mine, self.get_query_argument("group", None))
        return gathering, group if mine.role is Role.LEADER else None

    def _upgrades(self) -> bool:
        return self.request.headers.get("Upgrade", "").lower() == "websocket"


def heard(cohort: Cohort, mine: Membership, group: str | None) -> str | None:
    """The group that someone asks about: a leader's own; for a facilitator the one asked for, or None for all."""
    if mine.role is Role.LEADER:
        if group is not None:
            raise Refused(403, "forbidden", "Du hører kun om din egen gruppe.")
        return mine.group
    if group is not None and group not in groups(cohort):
        raise Refused(404, "not-found", "Den gruppe findes ikke her.")
    return group


def groups(cohort: Cohort) -> list[str]:
    """The groups of a cohort, in the order one counts: 2 before 12, names after numbers."""
    found = {participant.group for participant in cohort.roster.participants} - {""}
    return sorted(found, key=lambda group: (not group.isdecimal(), int(group) if group.isdecimal() else 0, group))
