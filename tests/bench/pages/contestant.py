"""Who takes part, and how each is served: as its own documentation says one serves an app to many, in one warm process."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx

from tests.live import free_port, started

from . import processes, visitors
from .viewers import Viewer
from .visitors import Visitor

HERE = Path(__file__).parent
BENCH = Path(sys.prefix) / "bench"
"""The environment of the other contestants; a stage of set-up makes it."""

Visited = TypeVar("Visited", bound=Visitor)
ANSWERS = "answers.db"
STOP = 15  # seconds a server gets to end


@dataclass(frozen=True)
class Contestant:
    """``ready``: JavaScript that is true when the page has the connection it lives by."""

    name: str
    path: str
    ready: str
    visitor: type[Visitor]
    command: tuple[str, ...] = ()

    def page(self, viewer: Viewer) -> str:
        """The path of the viewer's page."""
        return self.path.format(viewer=viewer.name)


@dataclass(frozen=True)
class Running:
    """A contestant that answers. ``stored`` tells what its server holds of a viewer's texts."""

    contestant: Contestant
    origin: str
    process: int
    stored: Callable[[Viewer], Mapping[str, str]]

    def address(self, viewer: Viewer) -> str:
        """The whole address of the viewer's page."""
        return self.origin + self.contestant.page(viewer)

    def client(self, kind: type[Visited], viewer: Viewer, files: list[str]) -> Visited:
        """A protocol client of that kind, for the viewer's page and those files."""
        return kind(self.origin, self.contestant.page(viewer), viewer, files)


VOILA = Contestant(
    "stock Voilà",
    "/?viewer={viewer}",
    "true",  # its widgets are drawn from what came over the socket
    visitors.VoilaVisitor,
    ("voila", "voila_app.ipynb", "--no-browser", "--port={port}", "--Voila.ip=127.0.0.1"),
)
PANEL = Contestant(
    "Panel",
    "/panel_app?viewer={viewer}",
    "true",  # as above
    visitors.PanelVisitor,
    (
        *("panel", "serve", "panel_app.py", "--address", "127.0.0.1", "--port", "{port}"),
        *("--allow-websocket-origin", "127.0.0.1:{port}", "--warm"),
    ),
)
STREAMLIT = Contestant(
    "Streamlit",
    "/?viewer={viewer}",
    """document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning" """,
    visitors.StreamlitVisitor,
    (
        *("streamlit", "run", "streamlit_app.py", "--server.address", "127.0.0.1", "--server.port", "{port}"),
        *("--server.headless", "true", "--server.fileWatcherType", "none", "--server.runOnSave", "false"),
        *("--browser.gatherUsageStats", "false", "--client.toolbarMode", "viewer"),
    ),
)
MARIMO = Contestant(
    "marimo",
    "/?viewer={viewer}",
    "true",  # as above
    visitors.MarimoVisitor,
    ("marimo", "run", "marimo_app.py", "--headless", "--host", "127.0.0.1", "--port", "{port}"),
)
PEERS = (PANEL, STREAMLIT, MARIMO)
"""The best of them is who a goal is measured by."""

OTHERS = (VOILA, *PEERS)


def lay_out(place: Path, people: list[Viewer]) -> None:
    """Make what the others read: copies of their files, and everyone's answers."""
    shutil.copytree(HERE / "contestants", place, ignore=shutil.ignore_patterns("__pycache__"))
    rows = [(viewer.name, key, text) for viewer in people for key, text in viewer.texts.items()]
    with sqlite3.connect(place / ANSWERS) as database:
        database.execute("CREATE TABLE answers (viewer TEXT, key TEXT, text TEXT, PRIMARY KEY (viewer, key))")
        database.executemany("INSERT INTO answers VALUES (?, ?, ?)", rows)


@contextmanager
def serving(contestant: Contestant, place: Path) -> Iterator[Running]:
    """One of the others on a free port, in the folder that ``lay_out`` has made, with answers of its own."""
    port = free_port()
    program, *arguments = (part.format(port=port) for part in contestant.command)
    log, answers = place / f"{program}.log", place / f"{program}.db"
    shutil.copy(place / ANSWERS, answers)
    process = started([str(BENCH / "bin" / program), *arguments], _surroundings(place, answers), log, place)
    origin = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(origin, process, log)
        yield Running(contestant, origin, process.pid, lambda viewer: _stored(answers, viewer))
    finally:
        _end(process)


def _stored(answers: Path, viewer: Viewer) -> dict[str, str]:
    with sqlite3.connect(answers) as database:
        return dict(database.execute("SELECT key, text FROM answers WHERE viewer = ?", (viewer.name,)))


def _surroundings(place: Path, answers: Path) -> dict[str, str]:
    """Nothing that a user of this machine has configured reaches a contestant."""
    return {
        "PATH": f"{BENCH / 'bin'}:{os.environ['PATH']}",
        "HOME": str(place),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(place),
        "BENCH_ANSWERS": str(answers),
    }


def _wait_until_up(origin: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 120) -> None:
    """Until the server answers anything. Raises TimeoutError with what it has logged."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            return httpx.get(f"{origin}/favicon.ico").close()
        except httpx.TransportError:
            time.sleep(0.2)
    raise TimeoutError(log.read_text(encoding="utf-8"))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a server, and those of its kernels that it leaves behind."""
    below = processes.tree(process.pid)[1:]
    process.terminate()
    try:
        process.wait(STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pid in below:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
