"""A step's page: Voilà runs its notebook in a kernel that belongs to the session, and every road to it asks whose it is."""

import json
import struct
from contextlib import suppress
from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_binary_message, deserialize_msg_from_ws_v1
from tornado.iostream import StreamClosedError
from voila.handler import VoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler, read_header_from_binary_message

from ..model import Role, StepKind
from .answers_api import open_step
from .feed import Visit
from .kernels import Kernels
from .pages import notice_accepted, shell
from .web import Api, Guarded, Page, Refused

ALLOWED = ("comm_open", "comm_close", "comm_msg", "comm_info_request", "kernel_info_request")
"""The kinds of message a page may send to its kernel."""

PROTOCOL = "v1.kernel.websocket.jupyter.org"
HEARTBEAT = "<script>window.voila_heartbeat"


class NotebookPage(Page, VoilaHandler):
    """GET: the page of a step."""

    visit: Visit
    kernel_id: str
    shell: dict[str, Any]

    async def get(self, gathering: str, step: str = "") -> None:
        """Stream the page while the kernel starts. The first visit goes by the privacy notice."""
        cohort, mine = await self.membership(gathering)
        if not await notice_accepted(self, cohort):
            self.redirect(f"/hold/{gathering}/privatliv")
            return
        if mine.role is Role.FACILITATOR:
            self.redirect(f"/hold/{gathering}/overblik")
            return
        welcome = next((s.name for s in cohort.manifest.steps if s.kind is StepKind.WELCOME), "")
        if step and step == welcome:
            self.redirect(f"/hold/{gathering}/")
            return
        page = await open_step(self, cohort, mine.group, step or welcome)
        self.visit = Visit(self.signed_in, mine, cohort, page)
        context = await shell(self, cohort, mine, page.name)
        step_of_page = {"name": page.name, "title": page.title, "minutes": page.minutes, "kind": page.kind.value}
        self.shell = context | {"step": step_of_page}
        self.clear_header("Server")
        with suppress(StreamClosedError):  # the reader has gone on: the kernel ends with its page
            await self._stream(f"{gathering}/{page.name}.ipynb")

    async def _stream(self, path: str) -> None:
        """Send the page as it comes. Voilà would wait for ever for a kernel that has died on the way."""
        kernels: Kernels = self.settings["kernel_manager"]
        async for html in self.get_generator(path=path):
            if html.startswith(HEARTBEAT) and not await kernels.alive(self.kernel_id):
                return
            self.write(html)
            await self.flush()


def page_config(config: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Voilà's hook: give the template what surrounds the page. Called once per page view, in the view's own context."""
    from jupyter_server import CallContext

    return config | {"faellesledelse": CallContext.get(CallContext.JUPYTER_HANDLER).shell}


class Owned(Guarded):
    """A handler about one kernel. Someone else's kernel looks like one that does not exist."""

    @property
    def kernels(self) -> Kernels:
        """The kernels of all open pages."""
        kernels: Kernels = self.settings["kernel_manager"]
        return kernels

    async def prepare(self) -> None:
        """Called by Tornado before the method."""
        await super().prepare()
        visit = self.kernels.visit(self.path_kwargs["kernel_id"])
        if visit is None or self.session is None or visit.session.id != self.session.id:
            raise Refused(404, "no-kernel", "Siden er lukket. Hent den igen.")


class KernelHandler(Owned, Api):
    """GET: whether my page's kernel is alive."""

    async def get(self, kernel_id: str) -> None:
        """404 when it is gone: then the page renews itself."""
        if not await self.kernels.alive(kernel_id):
            raise Refused(404, "no-kernel", "Siden er lukket. Hent den igen.")
        self.reply({"id": kernel_id, "name": "python3", "execution_state": "idle", "connections": 1, "last_activity": ""})


class ShutdownHandler(Owned, Api):
    """POST: my page is closing. Sent by Voilà's script as a beacon."""

    async def post(self, kernel_id: str) -> None:
        """End the kernel."""
        await self.kernels.shutdown_kernel(kernel_id)
        self.set_status(204)
        self.finish()


class KernelSocket(Owned, Api, VoilaKernelWebsocketHandler):
    """The WebSocket between a page's widgets and its kernel. Widgets may talk over it; nothing can be run."""

    async def prepare(self) -> None:
        """Called by Tornado before the upgrade. Browsers always say where a WebSocket comes from; others stay out."""
        if not self.check_origin():
            raise Refused(403, "other-origin", "Forbindelsen kom fra en anden side end vores.")
        await super().prepare()

    def write_message(self, message: str | bytes | dict[str, Any], binary: bool = False) -> Any:
        """Called by Jupyter with what the kernel says. A traceback it prints is for nobody's eyes."""
        if said_kind(message) not in ("stream", "error"):
            return super().write_message(message, binary)
        return None

    def on_message(self, ws_message: str | bytes) -> None:
        """Called by Tornado. What can't be read closes the socket; Jupyter would quote it in the log."""
        try:
            kind = message_kind(ws_message, self.selected_subprotocol)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, struct.error):
            self.close(1003)
            return
        if kind in ALLOWED:
            super().on_message(ws_message)


def said_kind(message: str | bytes | dict[str, Any]) -> str:
    """The kind of a message from a kernel, in whichever of Jupyter's two protocols, or "" if it says none."""
    if isinstance(message, bytes):
        header = read_header_from_binary_message(message)
    else:
        header = (json.loads(message) if isinstance(message, str) else message).get("header")
    return str((header or {}).get("msg_type", ""))


def message_kind(message: str | bytes, protocol: str | None) -> str:
    """The kind of a message to a kernel. Raises one of the errors of parsing for anything else."""
    if protocol == PROTOCOL:
        channel, parts = deserialize_msg_from_ws_v1(message)
        header = json.loads(parts[0])
    else:
        whole = deserialize_binary_message(message) if isinstance(message, bytes) else json.loads(message)
        channel, header = whole["channel"], whole["header"]
    if channel not in ("shell", "control"):
        raise ValueError("no channel of ours")
    return str(header["msg_type"])
