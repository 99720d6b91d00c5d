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
KERNEL = r'"kernelId": "([^"]+)"'
TOLD = r'<script type="application/json" id="page">(.*?)</script>'


class Incomplete(RuntimeError):
    """A page without some of what it should show. The message says what is missing."""


class Visitor:
    """One open page."""

    def __init__(self, origin: str, path: str, viewer: Viewer, files: list[str]) -> None:
        self.origin, self.path, self.viewer, self.files = origin, path, viewer, files
        self.missing = {*viewer.marks, viewer.drawn}
        self.wire = Wire(origin, viewer.cookie)
        self.sockets: list[ClientConnection] = []

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

    def see(self, received: bytes) -> None:
        """Strike out what has come."""
        self.missing -= {mark for mark in self.missing if mark in received}

    async def dial(self, path: str, *protocols: Any) -> ClientConnection:
        """Open a WebSocket as this viewer's browser would."""
        socket = await connect(
            self.origin.replace("http", "ws", 1) + path,
            origin=self.origin,  # type: ignore[arg-type] # the library's own kind of text
            subprotocols=list(protocols) or None,
            additional_headers={"Cookie": self.viewer.cookie} if self.viewer.cookie else None,
            max_size=LARGEST,
            open_timeout=None,  # whoever opens pages sets the limit
            ping_interval=None,  # nor does a browser ping
        )
        self.sockets.append(socket)
        return socket

    async def listen(self, socket: ClientConnection) -> None:
        """Until everything has come."""
        while self.missing:
            received = await socket.recv()
            self.see(received.encode() if isinstance(received, str) else received)

    async def close(self) -> None:
        """Leave the page."""
        await self.wire.close()
        for socket in self.sockets:
            await socket.close()


class PanelVisitor(Visitor):
    """Bokeh's protocol: a message is a header, metadata and content, each of its own."""

    async def connect(self, html: str) -> None:
        """Ask for the document."""
        token = _found(r'"token":"([^"]+)"', html)
        socket = await self.dial(self.path.replace("?", "/ws?"), "bokeh", token)
        await socket.recv()
        for part in ({"msgid": uuid.uuid4().hex, "msgtype": "PULL-DOC-REQ"}, {}, {}):
            await socket.send(json.dumps(part))
        await self.listen(socket)


class StreamlitVisitor(Visitor):
    """Streamlit's protocol: one protocol buffer asks for a run of the script, and the elements come one by one."""

    async def connect(self, html: str) -> None:
        """Run the script."""
        socket = await self.dial("/_stcore/stream", "streamlit")
        state = _buffer(1, self.path.partition("?")[2].encode()) + _buffer(2, b"")
        await socket.send(_buffer(11, state))
        await self.listen(socket)


class MarimoVisitor(Visitor):
    """marimo's protocol: the notebook runs when the page connects."""

    async def connect(self, html: str) -> None:
        """Connect."""
        await self.listen(await self.dial(f"/ws{self.path[1:]}&session_id=s_{uuid.uuid4().hex[:6]}"))


class Kernel:
    """A page's end of its kernel: what is said goes over Jupyter's own protocol."""

    def __init__(self, socket: ClientConnection, session: str) -> None:
        self._socket, self._session = socket, session

    async def states(self) -> tuple[dict[str, Any], bytes]:
        """What all widgets show, by model; and the same as it came. Raises Incomplete."""
        comm = uuid.uuid4().hex
        await self.say("kernel_info_request", {})
        await self.say("comm_open", {"comm_id": comm, "target_name": "jupyter.widget.control", "data": {}})
        await self.say("comm_msg", {"comm_id": comm, "data": {"method": "request_states"}})
        while True:
            kind, content = await self.hear()
            told = json.loads(content)
            if told.get("comm_id") != comm:
                continue
            if kind == "comm_close":
                raise Incomplete("the kernel tells no states")
            return told["data"]["states"], content

    async def say(self, kind: str, content: dict[str, Any]) -> None:
        """Send a message."""
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self._session, "username": "", "version": "5.2"}
        metadata = {"version": "1.0.0"} if kind == "comm_open" else {}
        message = {"header": header, "parent_header": {}, "metadata": metadata, "content": content}
        await self._socket.send(serialize_msg_to_ws_v1(message, "shell", lambda part: json.dumps(part).encode()))

    async def hear(self) -> tuple[str, bytes]:
        """The next message: its kind and its content."""
        received = await self._socket.recv()
        assert isinstance(received, bytes)
        _, (header, _, _, content, *_) = deserialize_msg_from_ws_v1(received)
        return json.loads(header)["msg_type"], content


class KernelVisitor(Visitor):
    """A page whose widgets are in a kernel."""

    async def kernel(self, channels: str) -> Kernel:
        """The kernel whose socket is at ``channels``."""
        session = str(uuid.uuid4())
        return Kernel(await self.dial(f"{channels}?session_id={session}", JUPYTER), session)


class VoilaVisitor(KernelVisitor):
    """Stock Voilà."""

    async def connect(self, html: str) -> None:
        """Ask the kernel whose id stands in the page for the states of all widgets."""
        kernel = await self.kernel(f"/api/kernels/{_found(KERNEL, html)}/channels")
        self.see((await kernel.states())[1])


class OurVisitor(KernelVisitor):
    """Ours, asking for what our page itself asks for while its leader only reads, and for news of the group."""

    told: dict[str, Any]

    async def connect(self, html: str) -> None:
        """Ask what was saved while the page was on its way, and hear of the group, as a page does that shows parts of it."""
        self.told = json.loads(_found(TOLD, html))
        await self.wire.get(f"/api/demo/steps/{self.told['page']['step']['name']}")
        await self.dial("/api/demo/live")

    async def wake(self) -> Kernel:
        """The page's kernel, when it has told the states of all widgets. Raises Incomplete if it lacks a field."""
        kernel = await self.kernel(f"{self.told['kernel']}api/kernels/{uuid.uuid4()}/channels")
        states, content = await kernel.states()
        self.see(content)
        fields = sum(len(each["state"].get("spec", ())) for each in states.values())
        if fields != len(self.viewer.texts):
            raise Incomplete(f"the kernel of {self.viewer.name} has {fields} fields")
        return kernel


class WakingVisitor(OurVisitor):
    """Ours, asking for more than our page does: a kernel at once, and the states of all its widgets."""

    async def connect(self, html: str) -> None:
        """Wake the page's kernel."""
        self.told = json.loads(_found(TOLD, html))
        await self.wake()


def _found(pattern: str, html: str) -> str:
    found = re.search(pattern, html, re.DOTALL)
    if found is None:
        raise Incomplete(f"the page has nothing like {pattern}")
    return found[1]


def _buffer(field: int, content: bytes) -> bytes:
    """A field of a protocol buffer that holds text or another buffer, shorter than 128 bytes."""
    return bytes([field << 3 | 2, len(content)]) + content
