"""Whoever dies, in whatever way: nothing is left behind, and nobody dies who need not."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fællesledelse.kernels import Zygote, ZygoteError

from .processes import ENVIRONMENT, PATIENCE, Workshop, children, descriptors, parent, runs, wait_until
from .rounds import rounds

SLEEP = "import time; time.sleep(600)"


def test_a_killed_zygote_says_so_and_its_forks_live_on(workshop: Workshop) -> None:
    zygote = workshop.zygote()
    sleeper = workshop.start(zygote, SLEEP)
    os.kill(parent(sleeper.pid), signal.SIGKILL)
    wait_until(lambda: not zygote.alive)
    with pytest.raises(ZygoteError, match="gone"):
        workshop.start(zygote, SLEEP)
    assert sleeper.poll() is None
    assert runs(sleeper.pid)
    sleeper.kill()
    assert sleeper.wait(PATIENCE) == 255  # nobody is left who could know better
    assert not runs(sleeper.pid)


def test_a_zygote_that_is_killed_while_it_is_asked_says_so(workshop: Workshop) -> None:
    zygote = workshop.zygote()
    pid = _pid(workshop, zygote)
    os.kill(pid, signal.SIGSTOP)
    killer = subprocess.Popen(["sh", "-c", f"sleep 0.2; kill -9 {pid}"])
    with pytest.raises(ZygoteError, match="gone"):
        workshop.start(zygote, SLEEP)
    assert killer.wait(PATIENCE) == 0


def test_forks_of_a_closed_zygote_live_on(workshop: Workshop) -> None:
    zygote = workshop.zygote()
    sleeper = workshop.start(zygote, SLEEP)
    zygote.close()
    assert sleeper.poll() is None
    sleeper.terminate()
    assert sleeper.wait(PATIENCE) == 255


SERVER = """
import asyncio, os, sys, time
from fællesledelse.kernels import Zygote

async def main():
    common = dict(env=dict(os.environ), cwd="/")
    base = await Zygote.start(modules=[], **common)
    nested = await Zygote.start(modules=[], parent=base, **common)
    forks = [await each.run([sys.executable, "sleeping.py"], env={}, cwd=sys.argv[1], fds={}) for each in (base, nested)]
    busy = asyncio.create_task(Zygote.start(modules=[], prepare="sleeping:prepare", parent=base, **common))
    await asyncio.sleep(0.5)
    print(*(each.pid for each in forks), flush=True)
    await busy

asyncio.run(main())
"""


@contextmanager
def _server(workshop: Workshop) -> Iterator[tuple["subprocess.Popen[str]", set[int]]]:
    """A server with two zygotes, one that is still preparing, and a fork of each; and the numbers of all its processes."""
    workshop.write("sleeping", "import time\ndef prepare(): time.sleep(600)\nif __name__ == '__main__': time.sleep(600)")
    server = workshop.write("server", SERVER)
    process = subprocess.Popen(
        [sys.executable, server, workshop.folder], stdout=subprocess.PIPE, text=True, env=workshop.environment
    )
    with process:
        try:
            assert process.stdout is not None
            forks = set(map(int, process.stdout.readline().split()))
            base = children(process.pid)
            yield process, forks | base | {pid for each in base for pid in children(each)}
        finally:
            process.kill()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_when_the_server_dies_its_zygotes_and_forks_die_with_it(workshop: Workshop, how: signal.Signals) -> None:
    with _server(workshop) as (server, pids):
        assert len(pids) == 5
        assert all(map(runs, pids))
        server.send_signal(how)
        server.wait(PATIENCE)
        wait_until(lambda: not any(map(runs, pids)))


def test_what_a_fork_has_started_dies_with_the_server_too(workshop: Workshop) -> None:
    workshop.write(
        "sleeping",
        "import subprocess; print(subprocess.Popen(['sleep', '600']).pid, flush=True); import time; time.sleep(600)",
    )
    server = workshop.write(
        "server",
        """
        import asyncio, sys
        from fællesledelse.kernels import Zygote

        async def main():
            zygote = await Zygote.start(modules=[], env={}, cwd="/")
            await zygote.run([sys.executable, "sleeping.py"], env={"PATH": "/usr/bin:/bin"}, cwd=sys.argv[1], fds={1: 1})
            await asyncio.sleep(600)

        asyncio.run(main())
        """,
    )
    with subprocess.Popen(
        [sys.executable, server, workshop.folder], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as process:
        assert process.stdout is not None
        grandchild = int(process.stdout.readline())
        assert runs(grandchild)
        process.kill()
        wait_until(lambda: not runs(grandchild))


def test_a_zygote_without_room_for_more_says_so_and_goes_on(workshop: Workshop) -> None:
    workshop.write("narrow", "import resource\ndef prepare(): resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))")
    zygote = workshop.zygote(prepare="narrow:prepare")
    sleepers = []

    def fill() -> None:
        while True:
            sleepers.append(workshop.start(zygote, SLEEP))

    with pytest.raises(ZygoteError, match=r"no room|Too many open files"):
        fill()
    assert zygote.alive
    for each in sleepers:
        each.kill()
        each.wait(PATIENCE)
    assert workshop.start(zygote, "").wait(PATIENCE) == 0


def test_a_hundred_rounds_leave_no_process_no_descriptor_and_no_file(workshop: Workshop) -> None:
    """A share of the thousand of ``python -m tests.kernels.rounds 1000``."""
    assert rounds(100, seed=4, folder=workshop.folder) == "nothing left"


def _pid(workshop: Workshop, zygote: Zygote) -> int:
    return int(workshop.output(zygote, "import os; print(os.getppid())"))


def test_the_zygote_keeps_nothing_of_forks_that_have_ended(workshop: Workshop) -> None:
    zygote = workshop.zygote()
    pid = _pid(workshop, zygote)
    wait_until(lambda: not children(pid))
    before = len(descriptors(pid))
    for _ in range(5):
        workshop.output(zygote, "print(1)")
    wait_until(lambda: not children(pid) and len(descriptors(pid)) <= before)
    assert zygote.alive
