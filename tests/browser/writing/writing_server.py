"""A small server that speaks the answers API, with faults that a test switches on.

It keeps what it is sent in memory; everything else (HTTP, time, the network) is real.
"""

import asyncio
import base64
import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

import tornado.httpserver
import tornado.web
import tornado.websocket

HERE = Path(__file__).parent
PACKAGE = HERE.parents[2] / "src" / "fællesledelse"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"

WIDGET = "asking"  # the model of the step's widget
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8"}


@dataclass
class Version:
    version: int
    text: str
    aside: bool
    saved_at: str

    def shown(self) -> dict[str, Any]:
        return {"version": self.version, "text": self.text, "saved_at": self.saved_at}


@dataclass
class Held:
    """All versions of one field of one person, and every reply given to a save id."""

    versions: list[Version] = field(default_factory=list)
    open_asides: list[int] = field(default_factory=list)
    replies: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)

    def answer(self) -> dict[str, Any]:
        head = next((one for one in reversed(self.versions) if not one.aside), Version(0, "", False, ""))
        return head.shown() | {"asides": [one.shown() for one in self.versions if one.version in self.open_asides]}

    def save(self, text: str, base: int, resolves: list[int]) -> tuple[int, dict[str, Any]]:
        moment = datetime.now(UTC).isoformat()
        new = Version(len(self.versions) + 1, text, base != self.answer()["version"], moment)
        self.versions.append(new)
        if new.aside:
            self.open_asides.append(new.version)
            return 409, {"error": "conflict", "message": "", "head": self.answer(), "aside": new.version}
        self.open_asides = [one for one in self.open_asides if one not in resolves]
        return 200, {"version": new.version, "saved_at": moment}


@dataclass
class Faults:
    """What goes wrong at present."""

    put_status: int = 0  # answer every save with this status, saving nothing
    cut: int = 0  # commit this many saves and cut the response
    hold: bool = False  # commit nothing, answer nothing
    foreign: bool = False  # a hotel's page stands in the server's place
    silent: bool = False  # /sundhed does not answer either
    page_takes: float = 0  # seconds
    not_computed: int = 0  # the status
    kernel_refused: bool = False
    kernel_deaf: bool = False  # it takes what it is told and never finishes with it


@dataclass
class State:
    step: dict[str, Any]
    fields: list[dict[str, Any]]
    sources: dict[str, str]
    cells: list[dict[str, Any]]
    person: str | None = "p1"
    build: str = "0123456789ab"
    also: dict[str, int] = field(default_factory=dict)  # limits of fields on other pages
    done: bool = False
    held: dict[tuple[str, str], Held] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    saves: list[dict[str, Any]] = field(default_factory=list)  # every PUT that arrived, also those that failed
    requests: list[str] = field(default_factory=list)
    kernels: list["Kernel"] = field(default_factory=list)  # every one that was woken
    reports: list[Any] = field(default_factory=list)  # breaches of the content security policy

    def of(self, key: str, person: str = "p1") -> Held:
        return self.held.setdefault((person, key), Held())

    def show(self, keys: tuple[str, ...]) -> str:
        """What is computed from the texts of those keys."""
        covered = [held for (_, key), held in self.held.items() if any(key == k or key.startswith(f"{k}.") for k in keys)]
        return "".join(f"<p>{escape(held.answer()['text'])}</p>" for held in covered)

    def texts(self, key: str, person: str = "p1") -> list[str]:
        return [version.text for version in self.of(key, person).versions]


class Handler(tornado.web.RequestHandler):
    state: State

    def initialize(self, state: State) -> None:
        self.state = state

    def prepare(self) -> None:
        self.state.requests.append(f"{self.request.method} {self.request.path}")

    def set_default_headers(self) -> None:
        blobs = " blob:" if self.request.path == "/proeve" else ""  # how JupyterLab comes by a widget's script
        policy = POLICY.replace("script-src 'self'", f"script-src 'self'{blobs}")
        self.set_header("Content-Security-Policy", policy + "; report-uri /report")
        self.set_header("Cache-Control", "no-store")

    async def person(self) -> str:
        if self.state.faults.hold:
            await asyncio.sleep(3600)
        if self.state.faults.foreign:
            self.finish("<html>Welcome to Hotel Paradis</html>")
            raise tornado.web.Finish
        claimed = self.request.headers.get("X-Person")
        if self.state.person is None or (claimed and claimed != self.state.person):
            self.set_status(401)
            self.finish({"error": "login", "message": "Log ind igen."})
            raise tornado.web.Finish
        return self.state.person


def session(person: str) -> dict[str, Any]:
    key = base64.b64encode(sha256(person.encode()).digest()).decode()
    return {"person": person, "name": "Karen Kjær", "journal_key": key, "gatherings": ["demo"]}


def page(state: State, person: str) -> dict[str, Any]:
    answers = {key: held.answer() for (owner, key), held in state.held.items() if owner == person}
    step = state.step | {"done": state.done}
    return {"step": step, "fields": state.fields, "answers": answers, "sources": state.sources, "build": state.build}


class Session(Handler):
    async def get(self) -> None:
        self.finish(session(await self.person()))


class LogOut(Handler):
    def post(self) -> None:
        self.state.person = None
        self.set_status(204)


class Step(Handler):
    async def get(self) -> None:
        self.finish(page(self.state, await self.person()))


class Done(Handler):
    async def put(self) -> None:
        await self.person()
        self.state.done = json.loads(self.request.body)["done"]
        self.finish({"done": self.state.done})


class Computed(Handler):
    async def get(self) -> None:
        await self.person()
        if self.state.faults.not_computed:
            self.set_status(self.state.faults.not_computed)
            self.finish({"error": "refused", "message": "Det går ikke"})
            return
        parts = {cell["model"]: self.state.show(cell["reads"]) for cell in self.state.cells if "reads" in cell}
        self.finish({"build": self.state.build, "computed": parts})


class Answer(Handler):
    async def put(self, key: str) -> None:
        save = json.loads(self.request.body)
        self.state.saves.append(save | {"key": key})
        person = await self.person()
        faults = self.state.faults
        if faults.put_status:
            self.set_status(faults.put_status)
            return self.finish({"error": "fault", "message": "Det gik galt."}) and None
        limits = {one["key"]: one["limit"] for one in self.state.fields} | self.state.also
        limit = limits.get(key)
        if limit is None:
            self.set_status(404)
            return self.finish({"error": "unknown", "message": "Feltet findes ikke."}) and None
        if len(save["text"]) > limit:
            self.set_status(413)
            reply = {"error": "too-long", "message": "For lang.", "limit": limit, "length": len(save["text"])}
            return self.finish(reply) and None
        held = self.state.of(key, person)
        if save["save_id"] not in held.replies:
            held.replies[save["save_id"]] = held.save(save["text"], save["base"], save["resolves"])
        if faults.cut:
            faults.cut -= 1
            return self.request.connection.stream.close()  # type: ignore[union-attr, no-any-return]
        status, reply = held.replies[save["save_id"]]
        self.set_status(status)
        self.finish(reply)


class Versions(Handler):
    async def get(self, key: str) -> None:
        held = self.state.of(key, await self.person())
        self.finish(json.dumps([one.shown() | {"aside": one.aside} for one in reversed(held.versions)]))


class Health(Handler):
    async def get(self) -> None:
        if self.state.faults.silent:
            await asyncio.sleep(3600)
        self.finish({"ok": True})


class Live(Handler, tornado.websocket.WebSocketHandler):
    """The line that gives a sign of life twice a second; nothing ever changes in this group."""

    async def open(self) -> None:
        with suppress(tornado.websocket.WebSocketClosedError):
            while True:
                if not self.state.faults.silent:
                    await self.write_message({"changed": 1})
                await asyncio.sleep(0.5)


class Kernel(Handler, tornado.websocket.WebSocketHandler):
    """A kernel, as far as a page sees it: answers in Jupyter's protocol, and tells its widget how often it was asked."""

    def prepare(self) -> None:
        super().prepare()
        if self.state.faults.kernel_refused or self.path_args[0] != self.state.build:
            raise tornado.web.HTTPError(404)

    def open(self, build: str) -> None:
        self.told: list[Any] = []
        self.state.kernels.append(self)

    def on_message(self, raw: str | bytes) -> None:
        message = json.loads(raw)
        kind, content = message["header"]["msg_type"], message["content"]
        data = content.get("data", {})
        if kind == "kernel_info_request":
            self.say(message, "shell", "kernel_info_reply", {})
        if data.get("method") == "custom":
            self.told.append(data["content"])
            if self.state.faults.kernel_deaf:
                return
            self.say(message, "iopub", "comm_msg", {"comm_id": WIDGET, "data": {"told": len(self.told)}})
        self.say(message, "iopub", "status", {"execution_state": "idle"})

    def say(self, asked: Any, channel: str, kind: str, content: Any) -> None:
        header = {"msg_id": "m", "msg_type": kind}
        self.write_message({"channel": channel, "header": header, "parent_header": asked["header"], "content": content})


class Report(Handler):
    def post(self) -> None:
        self.state.reports.append(json.loads(self.request.body))


class Asset(Handler):
    def initialize(self, state: State, folder: Path) -> None:  # type: ignore[override]
        super().initialize(state)
        self.folder = folder

    def get(self, name: str) -> None:
        path = (PACKAGE / "workbook" / "static" if name.startswith("fields.") else self.folder) / name
        if not path.is_file():
            raise tornado.web.HTTPError(404)
        self.set_header("Content-Type", TYPES[path.suffix])
        self.finish(path.read_bytes())


class Page(Handler):
    """The page of a step as the server renders it, or without a server behind it, as JupyterLab shows it."""

    async def get(self, step: str = "") -> None:
        state = self.state
        await asyncio.sleep(state.faults.page_takes)
        if state.person is None:
            self.set_header("Content-Type", "text/html; charset=utf-8")
            return self.finish("<!doctype html><html lang=da><title>Log ind</title><h1>Log ind</h1></html>") and None
        of_kind = {kind: [cell for cell in state.cells if cell.get("kind") == kind] for kind in ("fields", "computed")}
        cells = [cell | {"html": state.show(cell["reads"])} if "reads" in cell else cell for cell in state.cells]
        told = {
            "session": session(state.person),
            "page": page(state, state.person),
            "kernel": f"/kernels/{state.build}/",
            "widgets": {},
            "fields": {cell["model"]: cell["spec"] for cell in of_kind["fields"]},
            "computed": {cell["model"]: cell["reads"] for cell in of_kind["computed"]},
        }
        safe = json.dumps(told).replace("</", "<\\/")
        self.render(str(HERE / "page.html"), person=state.person, step=step, cells=cells, told=safe)


class Front(Handler):
    def get(self) -> None:
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish("<!doctype html><html lang=da><title>Forsiden</title><h1>Forsiden</h1></html>")


def application(state: State) -> tornado.web.Application:
    common = {"state": state}
    return tornado.web.Application(
        [
            (r"/", Front, common),
            (r"/log-ind", Front, common),
            (r"/proeve", Page, common),  # a notebook without a server behind it
            (r"/hold/demo/([a-z0-9-]+)", Page, common),
            (r"/api/session", Session, common),
            (r"/api/log-out", LogOut, common),
            (r"/api/demo/steps/[a-z0-9-]+", Step, common),
            (r"/api/demo/steps/[a-z0-9-]+/done", Done, common),
            (r"/api/demo/steps/[a-z0-9-]+/computed", Computed, common),
            (r"/api/demo/answers/([^/]+)", Answer, common),
            (r"/api/demo/answers/([^/]+)/versions", Versions, common),
            (r"/kernels/([^/]+)/api/kernels/[^/]+/channels", Kernel, common),
            (r"/api/demo/live", Live, common),
            (r"/sundhed", Health, common),
            (r"/report", Report, common),
            (r"/assets/(.+)", Asset, common | {"folder": PACKAGE / "server" / "static"}),
            (r"/widget/(.+)", Asset, common | {"folder": PACKAGE / "workbook" / "static"}),
            (r"/host/(.+)", Asset, common | {"folder": HERE}),
        ],
        compiled_template_cache=False,
    )


class Server:
    """The application in a thread of its own; ``down`` and ``up`` take it off the network and back to the same port."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._http: tornado.httpserver.HTTPServer | None = None
        self._thread.start()
        self.up()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def _call(self, work: Callable[[], Any]) -> Any:
        async def run() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    def up(self) -> None:
        self._call(self._listen)

    def _listen(self) -> None:
        listening = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        listening.setblocking(False)
        self.port = listening.getsockname()[1]
        self._http = tornado.httpserver.HTTPServer(application(self.state))
        self._http.add_sockets([listening])

    def down(self) -> None:
        asyncio.run_coroutine_threadsafe(self._unlisten(), self._loop).result(10)

    async def _unlisten(self) -> None:
        if self._http is not None:
            self._http.stop()
            await self._http.close_all_connections()
            self._http = None

    def close(self) -> None:
        self.down()
        asyncio.run_coroutine_threadsafe(self._cancel(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _cancel(self) -> None:
        waiting = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
