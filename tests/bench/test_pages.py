"""A small share of the benchmark of pages: what forty leaders do at once, done by six; and its instruments."""

import asyncio
import math
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from .pages import figures, ours, processes, writing
from .pages.chromium import View
from .pages.contestant import PEERS, Running
from .pages.figures import Figure
from .pages.load import Arrivals, arrive, close_all, open_all
from .pages.ours import OURS
from .pages.viewers import Viewer
from .pages.visitors import WakingVisitor

PEOPLE = 6
SECONDS = 4.0
SPIN = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass"


@dataclass
class Crowd:
    """Our server and those who are signed in."""

    running: Running
    people: list[Viewer]
    files: list[str] = field(default_factory=list)


class Keeper(WakingVisitor):
    """Keeps all that has come."""

    def see(self, received: bytes) -> None:
        super().see(received)
        self.came = getattr(self, "came", b"") + received


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    people = [Viewer(number) for number in range(PEOPLE)]
    with ours.started(tmp_path_factory.mktemp("pages"), people) as (live, signed_in):
        running = ours.running(live)
        yield Crowd(running, signed_in, asyncio.run(files_of(running, signed_in[0])))


async def files_of(running: Running, viewer: Viewer) -> list[str]:
    """What the page's HTML asks for."""
    visitor = running.client(WakingVisitor, viewer, [])
    html = (await visitor.wire.get(running.contestant.page(viewer))).body.decode()
    await visitor.wire.close()
    return sorted(set(re.findall(r'(?:src|href)="(/assets/[^"]+)"', html)))


async def nobody() -> View:
    return View(0, 0)


def test_everyone_who_arrives_within_a_second_gets_a_whole_page_with_a_kernel_that_knows_it(crowd: Crowd) -> None:
    visitors = [crowd.running.client(Keeper, viewer, crowd.files) for viewer in crowd.people]
    arrivals = asyncio.run(arrive(visitors, nobody))
    assert arrivals.failures == []
    assert len(arrivals.seconds) == PEOPLE


def test_nobody_gets_a_word_of_anyone_else(crowd: Crowd) -> None:
    visitors = [crowd.running.client(Keeper, viewer, crowd.files) for viewer in crowd.people]
    asyncio.run(arrive(visitors, nobody))
    for visitor in visitors:
        assert not any(mark in visitor.came for other in crowd.people if other != visitor.viewer for mark in other.marks)


def test_no_kernel_outlives_the_pages(crowd: Crowd) -> None:
    visitors = [crowd.running.client(Keeper, viewer, crowd.files) for viewer in crowd.people]

    async def come_and_go() -> int:
        await open_all(visitors)
        most = len(processes.tree(crowd.running.process))
        await close_all(visitors)
        return most

    most = asyncio.run(come_and_go())
    deadline = time.monotonic() + 10
    while len(processes.tree(crowd.running.process)) > most - PEOPLE and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(processes.tree(crowd.running.process)) <= most - PEOPLE


def test_the_draft_of_everyone_who_writes_shows_the_last_save(crowd: Crowd) -> None:
    async def all_write() -> writing.Written:
        writers = [crowd.running.client(writing.Writer, viewer, []) for viewer in crowd.people]
        await open_all(writers)
        try:
            return await writing.write(writers, SECONDS)
        finally:
            await close_all(writers)

    written = asyncio.run(all_write())
    assert written.failures == []
    assert len(written.seconds) >= PEOPLE


def test_what_a_child_has_cost_is_counted_after_its_end() -> None:
    before = processes.cpu(os.getpid())
    subprocess.run([sys.executable, "-c", SPIN], check=True)
    assert processes.cpu(os.getpid()) - before >= 0.3


def test_a_process_whose_children_would_not_be_counted_is_named() -> None:
    code = "import signal, sys\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\nprint(flush=True)\nsys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(processes.Uncounted, match=str(process.pid)):
            processes.check_counted(process.pid)
        process.communicate()


def test_memory_is_that_of_the_whole_tree() -> None:
    code = "words = b'x' * 50_000_000\nprint(flush=True)\ninput()"
    before = processes.memory(os.getpid())
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert processes.memory(os.getpid()) - before >= 50_000_000
        process.communicate(b"\n")


def test_a_goal_may_be_a_share_of_what_the_best_peer_reached() -> None:
    figure = Figure("seconds", {PEERS[0].name: 3.0, PEERS[1].name: 2.0, OURS.name: 1.1}, figures.seconds, share=0.5)
    assert figure.row[-3:] == ["0.55", "≤ 1.00 s (0.5 × best peer)", "**no**"]


def test_a_failed_arrival_misses_the_goal_however_fast_the_others_were() -> None:
    told = {OURS.name: Arrivals([0.1, 0.2], ["v007: TimeoutError()"], View(1, 1))}
    figure = figures.arrived("arrivals", told)
    assert figure.own_row == ["arrivals", "0.20 s (1 failed)", "≤ 4.00 s", "**no**"]


def test_nothing_has_no_percentile() -> None:
    assert math.isinf(figures.p95([]))
