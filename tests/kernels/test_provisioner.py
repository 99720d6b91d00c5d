"""A forked kernel is an ordinary kernel to whoever starts it, speaks with it and ends it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from jupyter_client import BlockingKernelClient, KernelManager

from fællesledelse.kernels import Forked, Zygote, ZygoteError

from .processes import Workshop, descriptors, do, parent, runs, wait_until
from .specs import (
    HALVES,
    IPYKERNEL,
    TIMEOUT,
    client,
    environment,
    half_a_kernel,
    manager,
    null,
    pid_of,
    running,
    value,
    write_spec,
)


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with kernelspecs."""
    folder = tmp_path_factory.mktemp("k")  # a short name: that of a Unix socket ends after 107 bytes
    write_spec(folder, "forked", [*IPYKERNEL, "--HistoryManager.enabled=False"])
    write_spec(folder, "halves", [sys.executable, "-m", HALVES, "-f", "{connection_file}"])
    return folder


@pytest.fixture(scope="module")
def halved(specs: Path) -> Iterator[Zygote]:
    """A zygote with the first half of a kernel."""
    zygote = do(half_a_kernel(specs))
    yield zygote
    zygote.close()


@pytest.fixture(params=["forked", "halves"])
def started(request: pytest.FixtureRequest, specs: Path, halved: Zygote) -> Iterator[KernelManager]:
    """A kernel of either kind."""
    kernel = manager(specs, request.param)
    zygote = halved if request.param == "halves" else None
    kernel.start_kernel(env=environment(specs), stdout=null(), stderr=null(), zygote=zygote)
    assert isinstance(kernel.provisioner.process, Forked)
    yield kernel
    kernel.shutdown_kernel(now=True)


def test_a_kernel_listens_when_its_start_is_over(started: KernelManager) -> None:
    info = started.get_connection_info()
    for name in ("shell", "iopub", "stdin", "control", "hb"):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(f"{info['ip']}-{info[f'{name}_port']}")


def interrupted(kernel: KernelManager, speaking: BlockingKernelClient) -> dict[str, Any]:
    """What a kernel says when it heeds: where an interrupt falls into a finaliser, Python drops it, and one asks again."""
    for _ in range(3):
        kernel.interrupt_kernel()
        with suppress(Empty):
            return dict(speaking.get_shell_msg(timeout=TIMEOUT / 3))
    raise AssertionError("The kernel went on.")


def test_a_kernel_is_interrupted_and_goes_on(started: KernelManager) -> None:
    with client(started) as speaking:
        pid = value(speaking, "__import__('os').getpid()")
        asked = speaking.execute("print('here', flush=True); __import__('time').sleep(600)", stop_on_error=False)
        while speaking.get_iopub_msg(timeout=TIMEOUT)["msg_type"] != "stream":
            pass
        reply = interrupted(started, speaking)
        assert reply["parent_header"]["msg_id"] == asked
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        assert value(speaking, "__import__('os').getpid()") == pid == pid_of(started)


@pytest.mark.parametrize("now", [True, False])
def test_a_kernel_is_restarted_as_another_process_without_the_old_ones_names(started: KernelManager, now: bool) -> None:
    with client(started) as speaking:
        value(speaking, "[old := 1]")
        before = pid_of(started)
    started.restart_kernel(now=now)
    with client(started) as speaking:
        assert value(speaking, "'old' in globals()") is False
        assert value(speaking, "__import__('os').getpid()") == pid_of(started) != before
    assert not runs(before)


def test_a_kernel_that_is_shut_down_leaves_nothing(started: KernelManager) -> None:
    pid, connection = pid_of(started), Path(started.connection_file)
    with client(started):
        assert started.is_alive()
    started.shutdown_kernel()
    assert not runs(pid)
    assert not list(connection.parent.glob(f"{connection.stem}*"))


def test_a_kernel_that_is_killed_is_known_to_be_dead(started: KernelManager) -> None:
    os.kill(pid_of(started), signal.SIGKILL)
    wait_until(lambda: not started.is_alive())
    assert do(started.provisioner.poll()) == -signal.SIGKILL


def test_a_kernel_asks_and_is_answered(started: KernelManager) -> None:
    with client(started) as speaking:
        speaking.allow_stdin = True
        speaking.execute("name = input('navn? ')", allow_stdin=True)
        question = speaking.get_stdin_msg(timeout=TIMEOUT)
        assert question["content"]["prompt"] == "navn? "
        speaking.input("Ærø")
        assert speaking.get_shell_msg(timeout=TIMEOUT)["content"]["status"] == "ok"
        assert value(speaking, "name") == "Ærø"


def test_comms_are_opened_from_both_ends(started: KernelManager) -> None:
    with client(started) as speaking:
        echo = """
        import comm
        def opened(line, message): line.on_msg(lambda said: line.send({"echo": said["content"]["data"]}))
        comm.get_comm_manager().register_target("echo", opened)
        ours = comm.create_comm(target_name="ours", data={"hello": 1})
        """
        speaking.execute(echo.replace("\n        ", "\n"), reply=True, timeout=TIMEOUT)
        assert _heard(speaking, "comm_open")["data"] == {"hello": 1}
        _say(speaking, "comm_open", {"comm_id": "abc", "target_name": "echo", "data": {}})
        _say(speaking, "comm_msg", {"comm_id": "abc", "data": {"x": "æ"}})
        assert _heard(speaking, "comm_msg") == {"comm_id": "abc", "data": {"echo": {"x": "æ"}}}


def test_widgets_made_before_the_fork_live_in_it(workshop: Workshop, specs: Path) -> None:
    workshop.write(
        "widgets",
        """
        def prepare():
            from fællesledelse.kernels.kernel import prepare
            prepare("--HistoryManager.enabled=False")
            import ipywidgets
            from IPython import get_ipython
            get_ipython().user_ns["slider"] = ipywidgets.IntSlider(value=3)
            ipywidgets.register_comm_target()
        """,
    )
    zygote = workshop.zygote(HALVES, prepare="widgets:prepare")
    with running(manager(specs, "halves"), environment(specs), zygote=zygote) as speaking:
        model = value(speaking, "slider.model_id")
        value(speaking, "[slider.observe(lambda change: setattr(slider, 'description', str(change.new)), 'value')] and 0")
        update = {"method": "update", "state": {"value": 7}, "buffer_paths": []}
        _say(speaking, "comm_msg", {"comm_id": model, "data": update})
        while _heard(speaking, "comm_msg")["data"].get("state", {}).get("description") != "7":
            pass
        assert value(speaking, "slider.value") == 7


def _say(speaking: Any, kind: str, content: dict[str, object]) -> None:
    speaking.shell_channel.send(speaking.session.msg(kind, content))


def _heard(speaking: Any, kind: str) -> dict[str, Any]:
    while True:
        message = speaking.get_iopub_msg(timeout=TIMEOUT)
        if message["msg_type"] == kind and "target_module" not in message["content"]:
            return {name: message["content"][name] for name in ("comm_id", "data")}
        if message["msg_type"] == kind:
            return {"comm_id": message["content"]["comm_id"], "data": message["content"]["data"]}


def test_environment_and_descriptors_arrive_and_two_kernels_are_two(specs: Path) -> None:
    ours, theirs = socket.socketpair()
    known = environment(specs) | {"LINE": str(theirs.fileno())}
    with ours, theirs, running(manager(specs), known, pass_fds=(theirs.fileno(),)) as one:
        said = value(one, "(os := __import__('os')).environ | {'ok': os.write(int(os.environ['LINE']), b'here')}")
        assert ours.recv(10) == b"here"
        assert said.items() >= (known | {"ok": 4}).items()
        with running(manager(specs), environment(specs)) as other:
            assert "LINE" not in value(other, "dict(__import__('os').environ)")
            assert value(other, "__import__('uuid').uuid4().hex") != value(one, "__import__('uuid').uuid4().hex")
            assert value(other, "get_ipython().kernel.ident") != value(one, "get_ipython().kernel.ident")


def test_kernels_over_tcp_are_forked_too(specs: Path) -> None:
    kernel = manager(specs, transport="tcp")
    with running(kernel, environment(specs)) as speaking:
        assert isinstance(kernel.provisioner.process, Forked)
        assert value(speaking, "1 + 1") == 2


def test_kernels_share_a_zygote_that_is_renewed_when_it_is_gone_and_nobody_notices(specs: Path) -> None:
    first, second, third = (manager(specs) for _ in range(3))
    with running(first, environment(specs)) as speaking, running(second, environment(specs)):
        zygote = parent(pid_of(first))
        assert parent(pid_of(second)) == zygote != os.getpid()
        os.kill(zygote, signal.SIGKILL)
        with running(third, environment(specs)) as other:
            assert parent(pid_of(third)) != zygote
            assert value(other, "1 + 1") == value(speaking, "1 + 1") == 2


def test_a_changed_module_is_in_the_next_kernel(specs: Path, workshop: Workshop) -> None:
    module = workshop.write("changing", "A = 1")
    write_spec(specs, "changing", IPYKERNEL[:], modules=["ipykernel_launcher", "changing"])
    known = environment(specs) | {"PYTHONPATH": str(workshop.folder)}
    with running(manager(specs, "changing"), known) as speaking:
        assert value(speaking, "__import__('changing').A") == 1
        module.write_text("A = 22")

        def changed() -> bool:
            with running(manager(specs, "changing"), known) as other:
                return bool(value(other, "__import__('changing').A") == 22)

        wait_until(changed)
        assert value(speaking, "__import__('changing').A") == 1


def test_who_brings_a_zygote_hears_that_it_is_gone(specs: Path, workshop: Workshop) -> None:
    zygote = workshop.zygote("ipykernel_launcher")
    zygote.close()
    kernel = manager(specs)
    with pytest.raises(ZygoteError, match="gone"):
        kernel.start_kernel(env=environment(specs), zygote=zygote)
    kernel.cleanup_resources()


def test_what_cannot_be_forked_is_started_the_ordinary_way_with_a_note(
    specs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kernel = manager(specs)
    kernel.start_kernel(env=environment(specs), stdout=subprocess.PIPE, stderr=null())
    try:
        assert isinstance(kernel.provisioner.process, subprocess.Popen)
        with client(kernel) as speaking:
            assert value(speaking, "1 + 1") == 2
    finally:
        kernel.provisioner.process.stdout.close()
        kernel.shutdown_kernel(now=True)
    assert "only a new process can have pipes" in caplog.text


WITHOUT_FORK = """
import logging, os, sys
logging.basicConfig()
del os.pidfd_open
from contextlib import suppress
from pathlib import Path
from queue import Empty
from fællesledelse.kernels import Zygote, available
from tests.kernels.specs import environment, manager, running, value

folder = Path(sys.argv[1])
assert not available()
for _ in range(2):
    kernel = manager(folder)
    with running(kernel, environment(folder), zygote=None) as speaking:
        print(type(kernel.provisioner.process).__name__, value(speaking, "6 * 7"), flush=True)
"""


def test_where_fork_is_not_available_kernels_are_ordinary_and_the_log_says_so_once(specs: Path) -> None:
    argv = [sys.executable, "-c", WITHOUT_FORK, str(specs)]
    said = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert said.stdout.split() == ["Popen", "42"] * 2, said.stderr
    assert said.stderr.count("this system lacks fork or pidfds") == 1


def test_the_room_can_be_entered_on_windows() -> None:
    """As far as that can be seen here: without what Python has on Unix only."""
    program = """
import asyncio, subprocess, sys
sys.modules.update(dict.fromkeys(["fcntl", "resource", "termios", "pwd", "grp"]))
from fællesledelse.kernels import PROVISIONER, Forked, Zygote, ZygoteError, available
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_a_server_that_opens_and_closes_kernels_keeps_nothing_of_them(specs: Path) -> None:
    with running(manager(specs), environment(specs)) as speaking:  # what is made once is made now
        zygote = int(value(speaking, "__import__('os').getppid()"))
    before, theirs = len(descriptors(os.getpid())), descriptors(zygote)
    pids = []
    for _ in range(3):
        kernel = manager(specs)
        with running(kernel, environment(specs)):
            pids.append(pid_of(kernel))
    assert not any(map(runs, pids))
    wait_until(lambda: len(descriptors(zygote)) <= len(theirs))
    assert len(descriptors(os.getpid())) <= before
