"""A line between browser and server that a trial can cut, or let go silent."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

State = Literal["open", "cut", "silent"]


class _Line:
    """One connection that came through. A silent one swallows all it is given and never says that it has ended."""

    def __init__(self, near: asyncio.StreamWriter, silent: bool) -> None:
        self.near, self.silent = near, silent
        self.task = asyncio.current_task()  # held here: asyncio itself forgets one that waits for ever

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                if not self.silent:
                    writer.write(data)
                    await writer.drain()
        if not self.silent:
            writer.transport.abort()


class Wire:
    """Carries TCP from a loopback ``port`` of its own to the port ``target``, in a thread of its own."""

    def __init__(self, target: int) -> None:
        self._target, self._state = target, "open"
        self._lines: set[_Line] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        listening = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._meet, "127.0.0.1", 0), self._loop)
        self._server = listening.result(10)
        self.port: int = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Reset every connection, and each new one."""
        self._turn("cut", lambda line: line.near.transport.abort())

    def silence(self) -> None:
        """Leave every connection half open: what comes is swallowed for good, also on new ones until ``open``."""
        self._turn("silent", lambda line: setattr(line, "silent", True))

    def open(self) -> None:
        """Carry new connections again."""
        self._turn("open", lambda line: None)

    def close(self) -> None:
        """End all of it."""
        self.cut()
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _turn(self, state: State, each: Callable[[_Line], None]) -> None:
        async def turn() -> None:
            self._state = state
            for line in list(self._lines):
                each(line)

        asyncio.run_coroutine_threadsafe(turn(), self._loop).result(10)

    async def _end(self) -> None:
        self._server.close()
        carrying = asyncio.all_tasks() - {asyncio.current_task()}
        for task in carrying:
            task.cancel()
        await asyncio.gather(*carrying, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._state == "cut":
            return writer.transport.abort()
        line = _Line(writer, self._state == "silent")
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            return writer.transport.abort()
        self._lines.add(line)
        with suppress(asyncio.CancelledError):
            await asyncio.gather(line.carry(reader, far_writer), line.carry(far_reader, writer))
        self._lines.discard(line)
