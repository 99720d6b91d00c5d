"""A step's page: whole when it comes, and with a kernel behind it as long as a widget asks something of one."""

import json
import struct
from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_binary_message, deserialize_msg_from_ws_v1
from jupyter_server.utils import ensure_async
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler, read_header_from_binary_message

from ..model import Role, StepKind
from .access_api import journal_key
from .answers_api import own_step, step_json, visible_answers, writes
from .asking import asking, farewell
from .charter import released
from .feed import Visit, told
from .kernels import Kernels
from .log import LOG
from .pages import notice_accepted, shell
from .prints import Prints
from .processes import Processes
from .web import Api, Page, Refused

LOGGED_OUT = "log-in", "Du er logget ud. Log ind igen."
ALLOWED = ("comm_open", "comm_close", "comm_msg", "comm_info_request", "kernel_info_request")
"""The kinds of message a page may send to its kernel."""

PROTOCOL = "v1.kernel.websocket.jupyter.org"


class NotebookPage(Page):
    """GET: the page of a step."""

    def initialize(self, prints: Prints, processes: Processes) -> None:
        """Called by Tornado with what makes pages."""
        self._prints, self._processes = prints, processes

    async def get(self, gathering: str, step: str = "") -> None:
        """The page with the leader's own words on it. The first visit goes by the privacy notice."""
        cohort, mine = await self.membership(gathering)
        if not await notice_accepted(self, cohort):
            self.redirect(f"/hold/{gathering}/privatliv")
            return
        if mine.role is Role.FACILITATOR and not writes(mine, cohort.manifest.step(step)):
            self.redirect(f"/hold/{gathering}/overblik")
            return
        welcome = next((s.name for s in cohort.manifest.steps if s.kind is StepKind.WELCOME), "")
        if step and step == welcome:
            self.redirect(f"/hold/{gathering}/")
            return
        page = await own_step(self, cohort, mine, step or welcome)
        await self._answer(Visit(self.signed_in, mine, cohort, page))

    async def _answer(self, visit: Visit) -> None:
        """The page's beginning at once, so that the browser makes its tools ready while the rest is being computed."""
        self.begin("step_top.html", **await shell(self, visit.cohort, visit.membership, visit.step.name), step=visit.step)
        await self.flush()
        try:
            rest = await self._rest(visit)
        except Exception:
            LOG.exception("The page %s of %s can't be shown", visit.step.name, visit.cohort.manifest.gathering)
            self.note("failed")
            rest = {"failed": True}
        self.show("step.html", **{"failed": False} | rest)

    async def _rest(self, visit: Visit) -> dict[str, Any]:
        cohort, step = visit.cohort, visit.step
        answers = await visible_answers(self, cohort, step)
        shown = await self._processes.show(visit, await told(self.house, visit, answers))
        data = {
            "session": {"person": self.person, "journal_key": journal_key(visit.session)},
            "page": await step_json(self, cohort, step, answers),
            "kernel": f"/api/{cohort.manifest.gathering}/steps/{step.name}/{cohort.build}/{self.person}/",
            "fields": shown["fields"],
            "computed": shown["computed"],
            "widgets": shown["widgets"],
        }
        pieces = await self._prints.of(cohort, step.name)
        asked = await asking(self.house, cohort) if step.kind is StepKind.WELCOME else []
        asked = [*farewell(self.house, cohort, first=step.kind is StepKind.WELCOME), *asked]
        charter = await released(self.house, cohort.manifest.gathering) if step.kind is StepKind.WELCOME else None
        here = {"gathering": cohort.manifest.gathering, "step": step, "asking": asked, "charter": charter}
        return here | {"pieces": pieces, "cells": shown["cells"], "data": data}


class ComputedHandler(Api):
    """GET: what the computed parts of a leader's page show now. No kernel is woken for that."""

    def initialize(self, processes: Processes) -> None:
        """Called by Tornado with what computes pages."""
        self._processes = processes

    async def get(self, gathering: str, step: str) -> None:
        """Their HTML by model, and the build those models belong to."""
        cohort, mine = await self.membership(gathering)
        page = await own_step(self, cohort, mine, step)
        visit = Visit(self.signed_in, mine, cohort, page)
        answers = await visible_answers(self, cohort, page)
        shown = await self._processes.show(visit, await told(self.house, visit, answers))
        html = {cell["model"]: cell["html"] for cell in shown["cells"] if cell and cell["kind"] == "computed"}
        self.reply({"build": cohort.build, "computed": html})


class KernelSocket(Api, VoilaKernelWebsocketHandler):
    """The WebSocket between a page's widgets and its kernel. Widgets may talk over it; nothing can be run."""

    kernel_id: str = ""

    async def prepare(self) -> None:
        """Called by Tornado before the upgrade. Browsers always say where a WebSocket comes from; others stay out."""
        if not self.check_origin():
            raise Refused(403, "other-origin", "Forbindelsen kom fra en anden side end vores.")
        if self.request.headers.get("Upgrade", "").lower() != "websocket":
            raise Refused(400, "bad-request", "Her er kun en forbindelse for sidens eget script.")
        await super().prepare()

    async def get(self, gathering: str, step: str, build: str, reader: str, kernel_id: str) -> None:
        """Make a kernel for this socket. The id that the page made up is not used, so there is no kernel to join.

        ``reader`` is whose page it is: another may have signed in on the same device since it was opened.
        """
        cohort, mine = await self.membership(gathering)
        page = await own_step(self, cohort, mine, step)
        if reader != self.person:
            raise Refused(401, *LOGGED_OUT)
        if build != cohort.build:
            raise Refused(409, "rebuilt", "Siden er bygget om. Hent den igen.")
        async with self._kernels.kernel(Visit(self.signed_in, mine, cohort, page), gone=self.close) as kernel_id:
            if not await self._still_signed_in():
                raise Refused(401, *LOGGED_OUT)
            await ensure_async(super().get(kernel_id))  # until either side hangs up

    async def _still_signed_in(self) -> bool:
        """Whether the session has outlived the making of the kernel."""
        session = await self.house.ask(self.house.store.access.resume, self._cookie() or "")
        return session is not None and session.id == self.signed_in.id

    async def open(self, *_args: str, **_kwargs: str) -> None:
        """Called by Tornado after the upgrade, with the parts of the address."""
        await ensure_async(super().open(self.kernel_id))

    def write_message(self, message: str | bytes | dict[str, Any], binary: bool = False) -> Any:
        """Called by Jupyter with what the kernel says. A traceback it prints is for nobody's eyes."""
        if said_kind(message) not in ("stream", "error"):
            return super().write_message(message, binary)
        return None

    def on_message(self, ws_message: str | bytes) -> None:
        """Called by Tornado. What can't be read closes the socket; Jupyter would quote it in the log."""
        if self.ws_connection is None:  # closed, and this was on its way already
            return
        try:
            kind = message_kind(ws_message, self.selected_subprotocol)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, struct.error):
            self.close(1003)
            return
        if kind in ALLOWED:
            super().on_message(ws_message)

    @property
    def _kernels(self) -> Kernels:
        kernels: Kernels = self.settings["kernel_manager"]
        return kernels


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
