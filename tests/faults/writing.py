"""Nothing typed is lost, the page says what is true, and all goes on soon, whatever breaks while a leader writes.

A real Chromium writes on a real server, over a line that the trial controls. Full disk: a small file system in memory that
is filled to the last byte, where the trial may mount one (as root); else, and for the disk that can only be read, the
server's limit on the size of files (RLIMIT_FSIZE), so that every write fails: SQLite takes that for the same error as a file
system mounted read-only. The browser's storage is full by the quota that Chromium itself is told. Kernels, server, tabs and
browser are ended by SIGKILL.

Writing works again so many seconds after a trouble has ended, a new tab been asked for, or a server been killed, which is
started again at once, as systemd does; starting the browser is the leader's, and so is choosing where two texts wait.
"""

import math
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Self

import httpx
from playwright.sync_api import CDPSession, sync_playwright

from fællesledelse import danish
from fællesledelse.cohort.build import build
from fællesledelse.cohort.demo import write_demo
from tests.live import Live, serving
from tests.server.serving import children, with_pid

from .figure import Figure
from .wire import Wire
from .writer import Writer

WHOLE = 1000  # faults
HANDS = max(1, (os.cpu_count() or 1) // 2)  # side by side, each a server and a browser: who shares processors is slow
EMAIL = "lone.vestergaard@strandby.example"
STEP, KEY = "forberedelse-1", "doubt"
WITH_KERNEL, TASK = "forberedelse-2", "draft.task"
VISIBLE, BACK, PATIENCE = 3.0, 5.0, 30.0  # seconds
BROKEN = ("cut", "half-open", "frozen server")
DISKS = ("full disk", "read-only disk")
KINDS = ("tab", "browser", "server", "kernel", *BROKEN, *DISKS, "storage full")


@dataclass
class Told:
    """What one fault has cost. ``visible``, ``back`` and ``cost``, which is the trial's own: seconds."""

    title: str
    accident: "Accident"
    lost: int = 0
    lies: int = 0
    visible: float | None = None
    back: float = 0.0
    cost: float = 0.0

    @property
    def kept(self) -> bool:
        """Whether it kept every promise."""
        return self.lost == self.lies == 0 and (self.visible or 0.0) <= VISIBLE and self.back <= BACK


@dataclass
class World:
    """A server, a leader who writes, and the line between them. ``folder`` is where the server's data is."""

    live: Live
    wire: Wire
    writer: Writer
    client: httpx.Client
    ballast: Path | None
    undo: list[Callable[[], None]] = field(default_factory=list)

    def begin(self, trouble: str) -> None:
        """Let something go wrong, until ``end``."""
        if trouble == "cut":
            self.wire.cut()
            self.undo.append(self.wire.open)
        elif trouble == "half-open":
            self.wire.silence()
            self.undo.append(self.wire.open)
        elif trouble == "frozen server":
            self.live.process.send_signal(signal.SIGSTOP)
            self.undo.append(lambda: self.live.process.send_signal(signal.SIGCONT))
        elif trouble == "full disk" and self.ballast is not None:
            self._fill(self.ballast)
        elif trouble in DISKS:
            self._limit_files()
        elif trouble == "storage full":
            self._fill_storage()

    def end(self) -> None:
        """Let all be well again."""
        while self.undo:
            self.undo.pop()()

    def kill_server(self) -> None:
        """End the server and what it leaves behind, and start it again without waiting for it."""
        orphans = children(self.live.process.pid)
        self.live.stop(signal.SIGKILL)
        for pid in orphans:
            with_pid(pid, signal.SIGKILL)
        self.live.begin()

    def kill_kernels(self) -> None:
        """End the kernels, and what they are forked from."""
        for pid in children(self.live.process.pid):
            with_pid(pid, signal.SIGKILL)

    def versions(self) -> dict[str, float]:
        """What the database holds of the field: each text, and when it first came."""
        answer = self.client.get(f"/api/demo/answers/{self.writer.key}/versions").raise_for_status()
        return {each["text"]: datetime.fromisoformat(each["saved_at"]).timestamp() for each in answer.json()}

    def _fill(self, ballast: Path) -> None:
        self.undo.append(lambda: ballast.unlink())
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(1 << 12))

    def _limit_files(self) -> None:
        before = resource.prlimit(self.live.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.live.process.pid, resource.RLIMIT_FSIZE, (0, before[1]))
        self.undo.append(lambda: resource.prlimit(self.live.process.pid, resource.RLIMIT_FSIZE, before) and None)

    def _fill_storage(self) -> None:
        session: CDPSession = self.writer.chromium.context.new_cdp_session(self.writer.page)
        session.send("Storage.overrideQuotaForOrigin", {"origin": self.writer.origin, "quotaSize": 1})

        def free() -> None:
            with suppress(Exception):  # where the tab is gone, so is its quota
                session.send("Storage.overrideQuotaForOrigin", {"origin": self.writer.origin})

        self.undo.append(free)


@contextmanager
def small_disk(path: Path, megabytes: int = 64) -> Iterator[Path | None]:
    """A file system in memory at ``path``, and the file that is to fill it; None where none may be mounted."""
    path.mkdir()
    options = f"size={megabytes}m"
    mounted = os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", options, "faults", path]).returncode == 0
    try:
        yield path / "ballast" if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", path], check=True)


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """A server with the demo's cohort, every step open, and a leader at a step of it."""
    cohort = folder / "hold"
    write_demo(cohort, danish.today(), all_open=True)
    build(cohort)
    (folder / "browser" / "profile").mkdir(parents=True)
    with ExitStack() as stack:
        ballast = stack.enter_context(small_disk(folder / "disk"))
        live = stack.enter_context(serving([cohort], folder / "disk" / "data"))
        wire = Wire(live.settings.port)
        stack.callback(wire.close)
        client = live.enrol(EMAIL)
        stack.callback(client.close)
        playwright = stack.enter_context(sync_playwright())
        writer = Writer(playwright, folder / "browser" / "profile", f"http://localhost:{wire.port}", client.cookies)
        writer.start()
        stack.callback(lambda: writer.chromium.kill())
        writer.open(STEP, KEY)
        yield World(live, wire, writer, client, ballast)


@dataclass(frozen=True)
class Accident:
    """What happens: a trouble that lasts, a death, or both. ``calm``: after all is saved; ``patient``: until it is seen."""

    kind: str
    trouble: str | None
    death: str | None
    calm: bool
    typing: bool
    patient: bool

    @classmethod
    def drawn(cls, kind: str, chance: random.Random) -> Self:
        """One of that kind."""
        trouble = kind if kind in (*BROKEN, *DISKS) else None
        death = kind if kind in ("tab", "browser") else None
        if death or kind == "storage full":
            trouble = chance.choice([None, *BROKEN, *DISKS])
        if kind == "storage full":
            death = chance.choice([None, "tab"])
        typing = trouble in DISKS or chance.random() < 0.7
        patient = kind == "server" or (trouble is not None and chance.random() < 0.6)
        return cls(kind, trouble, death, chance.random() < 0.3, typing, patient)


def happen(here: World, kind: str, title: str, chance: random.Random) -> Told:
    """Let one fault happen while the leader writes; what it has cost."""
    accident = Accident.drawn(kind, chance)
    told, began = Told(title, accident), time.time()
    _prepare(here, accident, title, chance)
    since = _break(here, accident, told, chance)
    if accident.death:
        since = _die(here, accident, told)
    here.end()
    if accident.trouble and not accident.death:
        since = time.time()
    told.back = _go_on(here, since, chance)
    _judge(here, told)
    told.cost = time.time() - began
    return told


def _prepare(here: World, accident: Accident, title: str, chance: random.Random) -> None:
    """Begin to write."""
    _at_the_right_page(here, accident.kind)
    if accident.kind == "storage full":
        here.begin(accident.kind)
    here.writer.begin(title)
    _write(here.writer, chance)
    if accident.calm:
        here.writer.wait(here.writer.all_saved)


def _break(here: World, accident: Accident, told: Told, chance: random.Random) -> float:
    """Break something and write on; when it broke."""
    writer, began = here.writer, time.time()
    if accident.trouble:
        here.begin(accident.trouble)
    elif accident.kind == "server":
        here.kill_server()
    elif accident.kind == "kernel":
        here.kill_kernels()
    if accident.typing:
        _write(writer, chance)
    if accident.patient:
        disk = accident.trouble in DISKS
        told.visible = _wait_until_visible(writer, _first_key(writer, began) if disk else began, disk)
    if accident.kind != "server":  # which comes back by itself, and is waited for
        writer.pause(chance.choice([0, 0, 0, 1, 6]) if accident.patient else chance.uniform(0, 2))
    return began


def _die(here: World, accident: Accident, told: Told) -> float:
    """End tab or browser, and open the page again when all is well; the moment it is asked for."""
    writer, died = here.writer, time.time()
    _kill(here, accident.death)
    safe = _safe(writer, died)
    if accident.trouble == "half-open":  # else a browser waits for a page on a dead connection until somebody reloads it
        here.wire.cut()
    here.end()
    asked = time.time()
    writer.open(STEP, KEY)
    writer.wait(lambda: writer.shown().startswith(safe), 10)
    told.lost = min(_rest(safe, text) for text in [writer.shown(), *here.versions()])
    writer.adopt()
    return asked


def _at_the_right_page(here: World, kind: str) -> None:
    """The page whose widget has a kernel, for who loses one."""
    wanted = (WITH_KERNEL, TASK) if kind == "kernel" else (STEP, KEY)
    if here.writer.key != wanted[1]:
        here.writer.page.close()
        here.writer.open(*wanted)
    if kind == "kernel":
        here.writer.page.locator(".fl-mirror button").first.click()
        here.writer.wait(lambda: bool(here.writer.page.evaluate("document.activeElement.matches('.fl-mirror-told')")))


def _write(writer: Writer, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 4)):
        writer.type(chance, chance.randint(2, 12))
        writer.pause(chance.choice([0, 0.1, 0.3, 0.6, 1.2]))


def _first_key(writer: Writer, since: float) -> float:
    return next(at for at, _ in writer.typed if at >= since)


def _wait_until_visible(writer: Writer, since: float, disk: bool) -> float | None:
    """Seconds; None where all was saved: on a full ``disk`` SQLite's log may have room that it has had before."""

    def seen() -> float | None:
        return writer.since(since, lambda each: each.troubled)

    def saved() -> bool:
        return disk and writer.since(since, lambda each: each.saved and each.text == writer.text) is not None

    writer.wait(lambda: seen() is not None or saved(), PATIENCE)
    return PATIENCE if (found := seen()) is None and not saved() else found


def _kill(here: World, death: str | None) -> None:
    writer = here.writer
    if death == "tab":
        writer.chromium.kill_tabs()
        with suppress(Exception):
            writer.page.close()
    else:
        writer.chromium.kill()
        writer.start()


def _safe(writer: Writer, died: float) -> str:
    """What must be there after a death: typed more than a second before, unless the page said that it was not saved."""
    typed = [text for at, text in writer.typed if at <= died - 1.0]
    due = typed[-1] if typed else ""
    told = [each for each in writer.seen if each.at <= died]
    if told and told[-1].unsaved:
        held = [each.text for each in told if each.saved or each.kept]
        due = held[-1] if held else ""
    acknowledged = [each.text for each in told if each.saved]
    return max([due, *acknowledged[-1:]], key=len)


def _go_on(here: World, since: float, chance: random.Random) -> float:
    """Type on until all of it is said to be saved; seconds from ``since`` until something typed after it was."""
    writer = here.writer
    writer.type(chance, 3)
    if not writer.wait(lambda: writer.choosing() or writer.all_saved(), PATIENCE):
        return PATIENCE
    if writer.choosing():
        return _go_on(here, writer.choose(), chance)
    fresh = len(next(text for at, text in writer.typed if at >= since))
    return writer.since(since, lambda each: each.saved and len(each.text) >= fresh) or 0.0


def _judge(here: World, told: Told) -> None:
    """Count what the database lacks of the whole text, and how often the screen said of a text that it is saved too soon."""
    versions = here.versions()
    told.lost += min(_rest(here.writer.text, text) for text in versions)
    told.lies = sum(each.saved and versions.get(each.text, math.inf) > each.at for each in here.writer.seen)


def _rest(text: str, found: str) -> int:
    """How many characters of ``text`` stand after what it has in common with ``found`` from the beginning."""
    same = (one == other for one, other in zip(text, found, strict=False))
    return len(text) - sum(takewhile(bool, same))


def faults(seed: int, count: int) -> list[Told]:
    """That many faults, every kind in turn, drawn by ``seed``."""
    told = []
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, world(Path(folder)) as here:
        for number in range(count):
            chance = random.Random(f"{seed} {number}")
            told.append(happen(here, KINDS[number % len(KINDS)], f"{seed}.{number}", chance))
            if not told[-1].kept:
                print(told[-1], file=sys.stderr)
    return told


def tried(seed: int, share: float) -> Iterator[Figure]:
    """The figures of 1,000 faults."""
    count = max(1, round(WHOLE * share))
    hands = min(HANDS, -(-count // 50))
    with ProcessPoolExecutor(hands, get_context("spawn")) as pool:
        shares = [count // hands + (hand < count % hands) for hand in range(hands)]
        every = [told for part in pool.map(faults, [seed * 100 + hand for hand in range(hands)], shares) for told in part]
    lost, lies = sum(each.lost for each in every), sum(each.lies for each in every)
    visible = [each.visible for each in every if each.visible is not None]
    back = [each.back for each in every]
    among = f"over {len(every)} faults"
    yield Figure("nothing lost", f"characters lost {among}", "0", str(lost), lost == 0)
    yield Figure("honest status", "times *Gemt* stood over a text not in the database", "0", str(lies), lies == 0)
    for promise, counted, seconds, limit in (
        ("honest status", "a fault is visible", visible, VISIBLE),
        ("recovery", "writing and saving works again", back, BACK),
    ):
        slowest, middle = max(seconds, default=0.0), median(seconds or [0.0])
        measured = f"{slowest:.1f} s, half of {len(seconds)} within {middle:.1f} s"
        yield Figure(promise, f"{counted}, at the latest after", f"≤ {limit:.0f} s", measured, slowest <= limit, timed=True)
