"""What a page can ask of the server: texts to read and the way through the programme. Never anything to write.

The kernel inherits one connected socket and speaks JSON lines on it, one question and one answer at a time. What the
leader types never passes here: it goes from the browser to the server.
"""

import json
import socket
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Protocol, Self

from ..errors import ConnectionLost
from ..model import GatheringKind, StepKind
from ..vocabulary import covers

PATIENCE = 10.0
"""Seconds to wait for an answer before the page says that it can't show the text just now."""


@dataclass(frozen=True)
class Reading:
    """Texts by key, in the order of the pages, and the questions they answer (as far as they are known)."""

    texts: dict[str, str]
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WayStep:
    """One step as the path shows it. ``opens`` is the first day it can be opened (None: the cohort's first day).

    ``fields`` counts the core fields and ``filled`` those with text in them; ``url`` is empty where there is no server.
    ``where`` is when and where a meeting is held, ``duties`` who is host and so on: the duty's name with the names of those
    who have it.
    """

    name: str
    title: str
    kind: str
    minutes: int
    opens: date | None
    open: bool
    done: bool
    fields: int
    filled: int
    url: str
    where: str = ""
    duties: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def meeting(self) -> bool:
        """Whether people meet there, and nothing has to be finished: a salon, or a network's meeting."""
        return self.kind == StepKind.MEETING

    @classmethod
    def of(cls, found: dict[str, Any]) -> Self:
        """From the server's JSON object."""
        opens = found.get("opens")
        return cls(
            name=found["name"],
            title=found["title"],
            kind=found["kind"],
            minutes=found["minutes"],
            opens=date.fromisoformat(opens) if opens else None,
            open=found["open"],
            done=found["done"],
            fields=found["fields"],
            filled=found["filled"],
            url=found.get("url") or "",
            where=found.get("where") or "",
            duties=tuple((duty, tuple(names)) for duty, names in found.get("duties") or ()),
        )


@dataclass(frozen=True)
class Way:
    """The whole path on one day: the leader's own name, the group's and the facilitators' names, the steps in order.

    ``gathering`` is what people gather for.
    """

    today: date
    steps: tuple[WayStep, ...]
    name: str = ""
    group: tuple[str, ...] = ()
    facilitators: tuple[str, ...] = ()
    gathering: GatheringKind = GatheringKind.PROGRAMME

    @classmethod
    def of(cls, found: dict[str, Any]) -> Self:
        """From the server's JSON object."""
        return cls(
            today=date.fromisoformat(found["today"]),
            steps=tuple(WayStep.of(step) for step in found["steps"]),
            name=found.get("name") or "",
            group=tuple(found.get("group") or ()),
            facilitators=tuple(found.get("facilitators") or ()),
            gathering=GatheringKind(found.get("gathering") or GatheringKind.PROGRAMME),
        )


@dataclass(frozen=True)
class Example:
    """What a shared part of a page may look like where no group is: a title, a few words, and lines with a name each."""

    title: str
    text: str = ""
    lines: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, found: dict[str, Any]) -> Self:
        """From a JSON object."""
        return cls(found["title"], found.get("text", ""), tuple((name, text) for name, text in found.get("lines", ())))


@dataclass(frozen=True)
class Heard:
    """What another has seen, heard or written about the leader. ``said`` are pairs of a question (may be empty) and a text.

    ``kind`` is "visit", "line", a question of the feedback ("well") or a kind of gift ("words"). It is about the visit of
    ``step``, or about ``line``, a sentence of a shared draft, which today is ``now`` (empty: it is gone).
    """

    kind: str
    name: str
    said: tuple[tuple[str, str], ...]
    step: str = ""
    line: str = ""
    now: str = ""

    @classmethod
    def of(cls, found: dict[str, Any]) -> Self:
        """From the server's JSON object."""
        said = tuple((asked, text) for asked, text in found["said"])
        return cls(found["kind"], found["name"], said, found["step"], found["line"], found["now"])


class Connection(Protocol):
    """Where a page reads from: the server's socket, or the sandbox. ``served``: one of the server's pages is around it."""

    served: ClassVar[bool]

    def answers(self, keys: tuple[str, ...]) -> Reading:
        """The texts of those keys and of every part of a card below them. Raises ConnectionLost."""

    def way(self) -> Way:
        """The path as it stands today. Raises ConnectionLost."""

    def heard(self) -> tuple[Heard, ...]:
        """What others have said, where the page tells the living foundation. Raises ConnectionLost."""

    def own(self, keys: tuple[str, ...]) -> dict[str, str]:
        """The values a field starts with where no server fills it: empty with a server behind."""

    def example(self, part: str) -> Example | None:
        """What ``part`` ("room", "give.harvest") may look like; None where the page's own script shows the real one."""

    def overview(self) -> dict[str, Any] | None:
        """What a facilitator may know of everyone (see ``workbook.overview``); None where nobody looks yet."""

    def keep(self, texts: dict[str, str]) -> None:
        """Called when a field's values change in the kernel, as they only do in the sandbox."""


class Nobody:
    """One of the server's pages before anyone has opened it: there is nothing to read."""

    served: ClassVar[bool] = True

    def answers(self, keys: tuple[str, ...]) -> Reading:
        """Nothing."""
        return Reading({})

    def way(self) -> Way:
        """A way without steps."""
        return Way(date.min, ())

    def heard(self) -> tuple[Heard, ...]:
        """Nothing."""
        return ()

    def own(self, keys: tuple[str, ...]) -> dict[str, str]:
        """Nothing: the browser fetches a field's text itself."""
        return {}

    def example(self, part: str) -> None:
        """Nothing: the group is real, and what it shares is not shown by the page but by its script."""

    def overview(self) -> dict[str, Any] | None:
        """Nothing."""
        return None

    def keep(self, texts: dict[str, str]) -> None:
        """Nothing: only the browser saves, and never through the kernel."""


class Given(Nobody):
    """All a page reads, told beforehand: ``{"texts", "labels", "way", "heard"}``, for a facilitator ``{"overview"}``."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._told = told

    def answers(self, keys: tuple[str, ...]) -> Reading:
        """See Connection."""
        texts, labels = (
            {key: text for key, text in self._told[part].items() if covers(keys, key)} for part in ("texts", "labels")
        )
        return Reading(texts, labels)

    def way(self) -> Way:
        """See Connection."""
        return Way.of(self._told["way"])

    def heard(self) -> tuple[Heard, ...]:
        """See Connection."""
        return tuple(map(Heard.of, self._told["heard"]))

    def overview(self) -> dict[str, Any] | None:
        """See Connection."""
        return self._told.get("overview")


class ServerConnection(Nobody):
    """The inherited socket. A kernel serves one page of one leader, so there is nobody to name in a question."""

    def __init__(self, wire: socket.socket, *, patience: float = PATIENCE) -> None:
        wire.settimeout(patience)
        self._wire = wire
        self._lines = wire.makefile("rb")

    def answers(self, keys: tuple[str, ...]) -> Reading:
        """See Connection."""
        if not keys:
            return Reading({})
        reply = self._ask({"get": "answers", "keys": list(keys)})
        return Reading(reply["ok"], reply.get("labels") or {})

    def way(self) -> Way:
        """See Connection."""
        return Way.of(self._ask({"get": "path"})["ok"])

    def heard(self) -> tuple[Heard, ...]:
        """See Connection."""
        return tuple(map(Heard.of, self._ask({"get": "heard"})["ok"]))

    def cells(self) -> list[str]:
        """The code of the page's cells, for a process that has not run them before. Raises ConnectionLost."""
        return [str(source) for source in self._ask({"get": "cells"})["ok"]]

    def fileno(self) -> int:
        """The descriptor of the socket."""
        return self._wire.fileno()

    def hung_up(self) -> bool:
        """Whether the server has hung up. Called when there is something to read though nothing was asked."""
        try:
            return self._wire.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True

    def close(self) -> None:
        """Hang up. Also done after a silence: a late answer must not be taken for the next question's."""
        self._lines.close()
        self._wire.close()

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        try:
            self._wire.sendall(json.dumps(question).encode() + b"\n")
            line = self._lines.readline()
        except OSError as error:
            self.close()
            raise ConnectionLost(f"the server did not answer the page: {error}") from error
        if not line.endswith(b"\n"):
            raise ConnectionLost("the server closed the connection to the page")
        try:
            reply: dict[str, Any] = json.loads(line)
        except ValueError as error:
            raise ConnectionLost(f"what the server sent is not an answer: {error}") from error
        if "ok" not in reply:
            raise ConnectionLost(f"the server refused {question['get']!r}: {reply.get('error')}")
        return reply


def inherited(descriptor: int) -> ServerConnection:
    """The connection over a socket that this process was started with."""
    return ServerConnection(socket.socket(fileno=descriptor))
