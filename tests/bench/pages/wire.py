"""HTTP for protocol clients: a browser's six connections to one server, and no more work than that.

httpx takes a millisecond a request, and forty clients with thirty files each share two cores with the server they measure.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECTIONS = 6
BUFFER = 1 << 22  # bytes


class NoAnswer(RuntimeError):
    """The server closed the connection, or said something other than 200. The message says to what."""


@dataclass(frozen=True)
class Answer:
    """What came back: the body is unpacked."""

    headers: dict[str, str]
    body: bytes


class Wire:
    """A browser with an empty cache, at one server."""

    def __init__(self, origin: str, cookie: str = "") -> None:
        self._host = urlsplit(origin).netloc
        self._cookie = [f"Cookie: {cookie}"] if cookie else []
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._turns = asyncio.Semaphore(CONNECTIONS)

    async def get(self, path: str) -> Answer:
        """Ask, and wait for the whole answer. Raises NoAnswer."""
        async with self._turns:
            while True:
                fresh = not self._idle
                connection = await self._connect() if fresh else self._idle.pop()
                try:
                    return await self._ask(path, *connection)
                except (asyncio.IncompleteReadError, ConnectionError):
                    connection[1].close()
                    if fresh:  # an idle one may have been closed by the server: a browser takes another
                        raise NoAnswer(f"{path}: the connection was closed") from None

    async def _ask(self, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Answer:
        lines = (f"GET {path} HTTP/1.1", f"Host: {self._host}", "Accept-Encoding: gzip", *self._cookie, "", "")
        writer.write("\r\n".join(lines).encode())
        answer, keep = await _answer(reader, path)
        if keep:
            self._idle.append((reader, writer))
        else:
            writer.close()
        return answer

    async def get_all(self, paths: Iterable[str]) -> list[Answer]:
        """Ask for many at once, as far as there are connections."""
        return await asyncio.gather(*map(self.get, paths))

    async def close(self) -> None:
        """Let go of the connections."""
        while self._idle:
            _, writer = self._idle.pop()
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, _, port = self._host.partition(":")
        return await asyncio.open_connection(host, int(port), limit=BUFFER)


async def _answer(reader: asyncio.StreamReader, path: str) -> tuple[Answer, bool]:
    """The next answer on a connection, and whether the connection can be used again."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    body = await _body(reader, headers)
    if head[0].split()[1] != "200":
        raise NoAnswer(f"{path}: {head[0]}")
    if headers.get("content-encoding") == "gzip":
        body = zlib.decompress(body, 16 + zlib.MAX_WBITS)
    return Answer(headers, body), headers.get("connection", "").lower() != "close"


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding") == "chunked":
        return b"".join([chunk async for chunk in _chunks(reader)])
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    return await reader.read()


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int(await reader.readuntil(b"\r\n"), 16):
        yield await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
