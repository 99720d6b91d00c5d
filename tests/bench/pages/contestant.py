"""Who takes part, and how each is served: as its own documentation says one serves an app to many, in one warm process."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.live import free_port, started

from . import processes, visitors
from .contestants import work
from .viewers import Viewer
from .visitors import Visitor

HERE = Path(__file__).parent
BENCH = Path(sys.prefix) / "bench"
"""The environment of the other contestants; a stage of set-up makes it."""

STOP = 15  # seconds a server gets to end


@dataclass(frozen=True)
class Contestant:
    """``ready``: JavaScript that is true when the page has the connection it lives by. ``draws``: whether it has a chart."""

    name: str
    path: str
    ready: str
    visitor: type[Visitor]
    command: tuple[str, ...] = ()
    draws: bool = True

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

    def client(self, viewer: Viewer, files: list[str], kind: type[Visitor] | None = None) -> Visitor:
        """A protocol client, of the contestant's or another kind, for the viewer's page and those files."""
        visitor = kind or self.contestant.visitor
        return visitor(self.origin, self.contestant.page(viewer), viewer, files, self.contestant.draws)


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


def lay_out(place: Path, people: list[Viewer]) -> None:
    """Make what the peers read: copies of their files, and everyone's answers."""
    shutil.copytree(HERE / "contestants", place, ignore=shutil.ignore_patterns("__pycache__"))
    os.environ["BENCH_ANSWERS"] = str(place / "answers.db")
    work.create()
    for viewer in people:
        for key, text in viewer.texts.items():
            work.save(viewer.name, key, text)


@contextmanager
def serving(contestant: Contestant, place: Path) -> Iterator[Running]:
    """A peer on a free port, in the folder that ``lay_out`` has made."""
    port = free_port()
    program, *arguments = (part.format(port=port) for part in contestant.command)
    log = place / f"{program}.log"
    process = started([str(BENCH / "bin" / program), *arguments], _surroundings(place), log, place)
    origin = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(origin, process, log)
        yield Running(contestant, origin, process.pid, lambda viewer: work.read(viewer.name))
    finally:
        _end(process)


def _surroundings(place: Path) -> dict[str, str]:
    """Nothing that a user of this machine has configured reaches a contestant."""
    return {
        "PATH": f"{BENCH / 'bin'}:{os.environ['PATH']}",
        "HOME": str(place),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(place),
        "BENCH_ANSWERS": str(place / "answers.db"),
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
