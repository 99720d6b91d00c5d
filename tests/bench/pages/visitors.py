"""Protocol clients: each does what a contestant's page does until it is complete, without drawing anything.

HTML first, then the files that the browser was seen to ask for (none is cached), then the page's own connection, until the
viewer's twelve texts and their chart have come. Whoever opens a page holds its connections until ``close``.
"""

import json
import re
import uuid
from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from websockets.asyncio.client import ClientConnection, connect

from .viewers import Viewer
from .wire import Wire

LARGEST = 1 << 26  # bytes of a message
JUPYTER = "v1.kernel.websocket.jupyter.org"
LIVE = "/api/demo/live"
CHART = "fl-draft-chart"
"""The class of the chart, by which a browser finds it."""


class Incomplete(RuntimeError):
    """A page without some of what it should show. The message says what is missing."""


class Visitor:
    """One open page."""

    def __init__(self, origin: str, path: str, viewer: Viewer, files: list[str], draws: bool) -> None:
        self.origin, self.path, self.viewer, self.files = origin, path, viewer, files
        self.missing = {*viewer.marks, viewer.drawn} if draws else {*viewer.marks}
        self.wire = Wire(origin, viewer.cookie)
        self.socket: ClientConnection | None = None

    async def open(self) -> None:
        """Until the page is complete. Raises Incomplete, NoAnswer or one of the connection's errors."""
        html = (await self.wire.get(self.path)).body
        self.see(html)
        for answer in await self.wire.get_all(self.files):
            self.see(answer.body)
        await self.connect(html.decode())
        if self.missing:
            raise Incomplete(f"{self.viewer.name} never got {sorted(self.missing)}")

    async def connect(self, html: str) -> None:
        """Open the connection the page lives by, and take from it what is missing."""

    def see(self, received: bytes | str) -> None:
        """Strike out what has come."""
        came = received.encode() if isinstance(received, str) else received
        self.missing -= {mark for mark in self.missing if mark in came}

    async def dial(self, path: str, *protocols: Any) -> ClientConnection:
        """Open a WebSocket as this viewer's browser would."""
        self.socket = await connect(
            self.origin.replace("http", "ws", 1) + path,
            origin=self.origin,  # type: ignore[arg-type] # the library's own kind of text
            subprotocols=list(protocols) or None,
            additional_headers={"Cookie": self.viewer.cookie} if self.viewer.cookie else None,
            max_size=LARGEST,
            open_timeout=None,  # whoever opens pages sets the limit
            ping_interval=None,  # nor does a browser ping
        )
        return self.socket

    async def listen(self) -> None:
        """Until everything has come."""
        assert self.socket is not None
        while self.missing:
            self.see(await self.socket.recv())

    async def close(self) -> None:
        """Leave the page."""
        self.wire.close()
        if self.socket is not None:
            await self.socket.close()


class PanelVisitor(Visitor):
    """Bokeh's protocol: a message is a header, metadata and content, each of its own."""

    async def connect(self, html: str) -> None:
        """Ask for the document."""
        token = _found(r'"token":"([^"]+)"', html)
        socket = await self.dial(self.path.replace("?", "/ws?"), "bokeh", token)
        await socket.recv()
        for part in ({"msgid": uuid.uuid4().hex, "msgtype": "PULL-DOC-REQ"}, {}, {}):
            await socket.send(json.dumps(part))
        await self.listen()


class StreamlitVisitor(Visitor):
    """Streamlit's protocol: one protocol buffer asks for a run of the script, and the elements come one by one."""

    async def connect(self, html: str) -> None:
        """Run the script."""
        socket = await self.dial("/_stcore/stream", "streamlit")
        state = _buffer(1, self.path.partition("?")[2].encode()) + _buffer(2, b"")
        await socket.send(_buffer(11, state))
        await self.listen()


class MarimoVisitor(Visitor):
    """marimo's protocol: the notebook runs when the page connects."""

    async def connect(self, html: str) -> None:
        """Connect."""
        await self.dial(f"/ws{self.path[1:]}&session_id=s_{uuid.uuid4().hex[:6]}")
        await self.listen()


class KernelVisitor(Visitor):
    """Jupyter's protocol: the page asks its kernel for the states of all widgets."""

    async def ask_states(self, channels: str) -> dict[str, Any]:
        """What the widgets of the kernel whose socket is at ``channels`` show, by model."""
        session = str(uuid.uuid4())
        await self.dial(f"{channels}?session_id={session}", JUPYTER)
        await self.say(session, "kernel_info_request", {})
        comm = uuid.uuid4().hex
        await self.say(session, "comm_open", {"comm_id": comm, "target_name": "jupyter.widget.control", "data": {}})
        await self.say(session, "comm_msg", {"comm_id": comm, "data": {"method": "request_states"}})
        return await self._states(comm)

    async def say(self, session: str, kind: str, content: dict[str, Any]) -> None:
        """Send a message to the kernel."""
        assert self.socket is not None
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": session, "username": "", "version": "5.2"}
        metadata = {"version": "1.0.0"} if kind == "comm_open" else {}
        message = {"header": header, "parent_header": {}, "metadata": metadata, "content": content}
        await self.socket.send(serialize_msg_to_ws_v1(message, "shell", lambda part: json.dumps(part).encode()))

    async def _states(self, comm: str) -> dict[str, Any]:
        assert self.socket is not None
        while True:
            received = await self.socket.recv()
            assert isinstance(received, bytes)
            _, (header, _, _, content, *_) = deserialize_msg_from_ws_v1(received)
            told = json.loads(content)
            if json.loads(header)["msg_type"] == "comm_msg" and told["comm_id"] == comm:
                self.see(content)
                states: dict[str, Any] = told["data"]["states"]
                return states


class VoilaVisitor(KernelVisitor):
    """Stock Voilà."""

    async def connect(self, html: str) -> None:
        """Ask the kernel whose id stands in the page."""
        kernel = _found(r'"kernelId": "([^"]+)"', html)
        await self.ask_states(f"/api/kernels/{kernel}/channels")


class OurVisitor(KernelVisitor):
    """Ours, asking for more than our page does: a kernel, and the states of all its widgets."""

    async def connect(self, html: str) -> None:
        """Wake the page's kernel. Raises Incomplete if it does not know every field of the page."""
        states = await self.ask_states(_kernel(html))
        fields = sum(len(each["state"].get("spec", ())) for each in states.values())
        if fields != len(self.viewer.texts):
            raise Incomplete(f"the kernel of {self.viewer.name} has {fields} fields")


class QuietVisitor(Visitor):
    """Ours, asking for what our page itself asks for while its leader only reads."""

    async def connect(self, html: str) -> None:
        """Hear of the group, as a page does that shows what the group shares."""
        await self.dial(LIVE)


def _kernel(html: str) -> str:
    """Where the socket of our page's kernel is."""
    page = re.search(r'<script type="application/json" id="page">(.*?)</script>', html, re.DOTALL)
    if page is not None:
        return f"{json.loads(page[1])['kernel']}api/kernels/{uuid.uuid4()}/channels"
    kernel = _found(r'"kernelId": "([^"]+)"', html)
    return f"/api/kernels/{kernel}/channels"


def _found(pattern: str, html: str) -> str:
    found = re.search(pattern, html)
    if found is None:
        raise Incomplete(f"the page has nothing like {pattern}")
    return found[1]


def _buffer(field: int, content: bytes) -> bytes:
    """A field of a protocol buffer that holds text or another buffer, shorter than 128 bytes."""
    return bytes([field << 3 | 2, len(content)]) + content
