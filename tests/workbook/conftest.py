"""A page over a real socket, with a server in a thread at the other end."""

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from fællesledelse.vocabulary import covers
from fællesledelse.workbook import Page, open_page
from fællesledelse.workbook.page import SOCKET, bind, take_connection

WAY: dict[str, Any] = {
    "today": "2026-09-08",
    "name": "Karl Dam",
    "group": ["Ida Holst", "Bo Krag"],
    "facilitators": ["Lis Vang"],
    "steps": [
        {"name": "velkomst", "title": "Velkommen", "kind": "welcome", "minutes": 1, "opens": None, "open": True,
         "done": False, "fields": 0, "filled": 0, "url": "/hold/nord/"},
        {"name": "forberedelse-1", "title": "Forberedelse 1", "kind": "preparation", "minutes": 45, "opens": "2026-06-15",
         "open": True, "done": True, "fields": 48, "filled": 40, "url": "/hold/nord/forberedelse-1"},
        {"name": "workshop-1", "title": "Workshop 1: Fortæl", "kind": "workshop", "minutes": 160, "opens": "2026-08-24",
         "open": True, "done": False, "fields": 11, "filled": 3, "url": "/hold/nord/workshop-1"},
        {"name": "forberedelse-2", "title": "Forberedelse 2", "kind": "preparation", "minutes": 75, "opens": "2026-09-30",
         "open": False, "done": False, "fields": 34, "filled": 0, "url": "/hold/nord/forberedelse-2"},
    ],
}  # fmt: skip


class Server:
    """The other end of the socket: answers from a dictionary, and remembers what it was asked."""

    def __init__(self, end: socket.socket) -> None:
        self.texts: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.way: dict[str, Any] = WAY
        self.heard: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self._end = end
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with self._end.makefile("rb") as lines:
            for line in lines:
                question = json.loads(line)
                self.asked.append(question)
                self._end.sendall(json.dumps(self._reply(question)).encode() + b"\n")

    def _reply(self, question: dict[str, Any]) -> dict[str, Any]:
        if question["get"] == "path":
            return {"ok": self.way}
        if question["get"] == "heard":
            return {"ok": self.heard}
        keys = tuple(question["keys"])
        if "forbidden" in keys:
            return {"error": "not a request this page may make"}
        return {"ok": {k: t for k, t in self.texts.items() if covers(keys, k)}, "labels": self.labels}

    def stop(self) -> None:
        """Hang up, as a server that is restarted does."""
        self._end.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._end.close()


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The server's end and the kernel's."""
    server, kernel = socket.socketpair()
    yield server, kernel
    server.close()
    kernel.close()


@pytest.fixture
def server(ends: tuple[socket.socket, socket.socket]) -> Iterator[Server]:
    """The server at its end of the socket."""
    server = Server(ends[0])
    yield server
    if ends[0].fileno() != -1:
        server.stop()


@pytest.fixture
def page(server: Server, ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """The page as a kernel opens it that has inherited the socket."""
    monkeypatch.setenv(SOCKET, str(ends[1].detach()))
    connection = take_connection()
    page = open_page("nord", step="workshop-1")
    bind(page, connection)
    yield page
    connection.close()


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Page:
    """The page as JupyterLab opens it."""
    monkeypatch.delenv(SOCKET, raising=False)
    return open_page("demo", step="forberedelse-2")
