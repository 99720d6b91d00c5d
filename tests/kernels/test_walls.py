"""Each wall by itself: what a fork behind it may no longer do, and how one is told that can't stand."""

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from fællesledelse.kernels import Forked, Zygote, ZygoteError
from fællesledelse.kernels.walls import FIRST_USER, RAISE, WALLS, standing

from .processes import PATIENCE, Workshop, do

MODULE = RAISE.partition(":")[0]
SEEN = """
import ctypes, json, os, resource, socket, sys, time

def tried(function, *arguments):
    try:
        function(*arguments)
    except OSError:
        return "refused"
    return ""

def capabilities():
    held = (ctypes.c_uint32 * 6)()
    ctypes.CDLL(None).capget((ctypes.c_uint32 * 2)(0x20080522, 0), held)
    return sum(held)

if __name__ == "__main__":
    print(json.dumps({
        "user": os.getuid(),
        "dumpable": ctypes.CDLL(None).prctl(3, 0, 0, 0, 0),
        "no new privileges": ctypes.CDLL(None).prctl(39, 0, 0, 0, 0),
        "capabilities": capabilities(),
        "file size": resource.getrlimit(resource.RLIMIT_FSIZE)[0],
        "file": tried(open, sys.argv[1]),
        "listening": tried(socket.socket().bind, ("127.0.0.1", 0)),
        "signal": tried(os.kill, os.getppid(), 0),
    }), flush=True)
    time.sleep(float(sys.argv[2]))
"""
FREE = {"dumpable": 1, "no new privileges": 0, "file": "", "listening": "", "signal": ""}
BEHIND = {
    "hidden": {"dumpable": 0},
    "limits": {"file size": 1 << 20},
    "bound": {"no new privileges": 1, "capabilities": 0},
    "files": {"file": "refused"},
    "network": {"listening": "refused"},
    "signals": {"signal": "refused"},
}
"""What is otherwise behind each; Landlock's ask for `bound`."""


@pytest.fixture
def zygote(workshop: Workshop) -> Zygote:
    workshop.write("seen", SEEN)
    return workshop.zygote("seen", MODULE)


@pytest.fixture
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file where Python has no business."""
    path = tmp_path_factory.mktemp("elsewhere") / "secret"
    path.write_text("secret", encoding="ascii")
    return path


def seen(
    workshop: Workshop, zygote: Zygote, secret: Path, *names: str, folder: str = "", stays: float = 0
) -> tuple[Forked, dict[str, Any]]:
    """A fork behind those walls, and what it sees."""
    read, write = os.pipe()
    with open(read, encoding="utf-8") as text:
        try:
            argv = ["python", "-m", "seen", str(secret), str(stays)]
            process = do(zygote.run(argv, env=workshop.environment, cwd="/", fds={1: write}, walls=(RAISE, folder, *names)))
        finally:
            os.close(write)
        return process, json.loads(text.readline())


def test_without_walls_nothing_is_refused(workshop: Workshop, zygote: Zygote, secret: Path) -> None:
    _, found = seen(workshop, zygote, secret)
    assert found == found | FREE


@pytest.mark.parametrize("name", BEHIND)
def test_each_wall_takes_away_what_it_says(workshop: Workshop, zygote: Zygote, secret: Path, name: str) -> None:
    missing = do(standing(zygote, workshop.environment, str(workshop.folder)))[name]
    if missing:
        pytest.skip(f"no {name} here: {missing}")
    names = [name] if name in ("hidden", "limits", "bound") else ["bound", name]
    _, found = seen(workshop, zygote, secret, *names)
    assert found == found | BEHIND[name]
    assert {key: FREE[key] for key in FREE.keys() - {"no new privileges", *BEHIND[name]}}.items() <= found.items()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make users")
def test_each_fork_is_a_user_of_its_own_to_whom_its_folder_belongs(
    workshop: Workshop, zygote: Zygote, secret: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("own")
    (folder / "kernel.json").write_text("{}", encoding="ascii")
    secret.chmod(0o600)
    process, found = seen(workshop, zygote, secret, "user", folder=str(folder), stays=PATIENCE)
    assert found == found | {"user": FIRST_USER + process.pid, "capabilities": 0, "file": "refused", "signal": "refused"}
    assert {path.stat().st_uid for path in (folder, folder / "kernel.json")} == {FIRST_USER + process.pid}
    process.kill()
    assert process.wait(PATIENCE) < 0


def test_what_others_have_under_way_holds_no_fork_up(workshop: Workshop, zygote: Zygote, secret: Path) -> None:
    """The system counts descriptors that were sent and not received by user, and holds them against each sender's limit."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        for _ in range(4):
            socket.send_fds(ours, [b"-"], [ours.fileno()] * 100)
        _, found = seen(workshop, zygote, secret, "limits", "bound")
    assert found["capabilities"] == 0


def test_who_may_not_signal_a_fork_has_the_zygote_end_it(
    workshop: Workshop, zygote: Zygote, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the server has given up its rights, and the zygote has not."""

    def refused(*_: object) -> None:
        raise PermissionError

    process, _ = seen(workshop, zygote, secret, stays=PATIENCE)
    monkeypatch.setattr("signal.pidfd_send_signal", refused)
    process.terminate()
    assert process.wait(PATIENCE) < 0


def test_a_wall_that_can_not_stand_is_named_with_its_reason_and_none_is_left_out(workshop: Workshop, zygote: Zygote) -> None:
    """A zygote without rights can make no users."""
    workshop.write("bare", f"import {MODULE} as walls\ndef prepare(): walls.disown()")
    bare = workshop.zygote("bare", MODULE, prepare="bare:prepare", parent=zygote)
    found = do(standing(bare, workshop.environment, str(workshop.folder)))
    assert list(found) == list(WALLS)
    assert found["user"]
    assert not found["hidden"] + found["limits"] + found["bound"]
    with pytest.raises(ZygoteError, match="PermissionError"):
        do(bare.run(["python", "-m", "seen"], env={}, cwd="/", fds={}, walls=(RAISE, "", "user")))
