"""The server's end of a zygote."""

import asyncio
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Self

from .forked import Forked, readable

PROGRAM = Path(__file__).with_name("nursery.py")
LONGEST = 1 << 16  # bytes of a message
PATIENCE = 5.0  # seconds a zygote may take to end
LOOK = 1.0  # seconds between looks at the files
OWN_ENVIRONMENT = {
    "MALLOC_ARENA_MAX": "1",  # one heap, so that a fork's threads use what is there already
    "JPY_PARENT_PID": "1",  # a kernel whose parent this is does not watch it: the zygote may go before its forks
}

Files = dict[str, tuple[int, int]]
"""Time of change (ns) and size, by path."""
Process = Forked | subprocess.Popen[bytes]


class ZygoteError(Exception):
    """A zygote could not be prepared, or could not fork. The message says why, and a note quotes the traceback."""


class Zygote:
    """A process that has imported and prepared everything, and of which programs are forks instead of new processes.

    Nothing is shared after the fork: what a program changes is its own. All forks have the same seed of ``hash``, and
    what the interpreter reads only at its start (PYTHONPATH, PYTHONUTF8, …) is that of the first zygote.
    """

    def __init__(self, control: socket.socket, process: Process, files: Files) -> None:
        self._control = control
        self._process = process
        self._files = files
        self._looked = 0.0
        self._stale = False

    @classmethod
    async def start(
        cls,
        *,
        modules: Sequence[str],
        env: Mapping[str, str],
        cwd: str,
        prepare: str = "",
        arguments: Sequence[str] = (),
        parent: "Zygote | None" = None,
    ) -> Self:
        """Start a process, import ``modules`` in it and call ``prepare`` ("package.module:function") with ``arguments``.

        With a ``parent`` it is a fork of that one, and finds done what that one has done. ``env`` is its whole
        environment. It must end up with one thread and no open file of its own. ZygoteError, with what it said, if it
        can't be made.
        """
        if not available():
            raise ZygoteError("There are no zygotes here: they need Linux 5.3 or later and /proc. Start ordinary processes.")
        request: dict[str, Any] = {"modules": list(modules), "prepare": prepare, "arguments": list(arguments)}
        request |= {"env": {**env, **OWN_ENVIRONMENT}, "cwd": cwd}
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        process: Process | None = None
        try:
            with theirs:
                process = await parent._fork({}, [theirs.fileno()]) if parent else _spawn(theirs, env, cwd)
            await _send(ours, request, [])
            _, (stamps,) = await _receive(ours)
        except BaseException as error:
            ours.close()
            if process is not None:
                process.kill()
                _reap(process)
            if isinstance(error, OSError):
                raise ZygoteError(f"The zygote could not be started: {error}") from error
            raise
        known = parent._files if parent else {}
        return cls(ours, process, _files(stamps) | known)

    async def run(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: str,
        fds: Mapping[int, int],
        walls: Sequence[str] = (),
    ) -> Forked:
        """Run a program in a fork: ``[python, "-m", module, …]`` or ``[python, script, …]``.

        ``env`` is its whole environment; ``fds`` says which of our descriptors are its, by its number. Of 0, 1 and 2
        those not named are the null device, and nothing else is open in it but the lifeline, by which the operating
        system ends it when this process is gone. ``walls``: a function ("package.module:function") that shuts the fork in
        before the program runs, and what it is given (see `walls`). ZygoteError when the zygote is gone or the program
        can't be started.
        """
        request = {"argv": list(argv), "numbers": list(fds), "env": dict(env), "cwd": cwd, "walls": list(walls)}
        return await self._fork(request, list(fds.values()))

    @property
    def alive(self) -> bool:
        """Whether it can still fork."""
        if self._control.fileno() < 0 or self._process.poll() is not None:
            return False
        hung_up = select.poll()  # its sockets close somewhat before it has ended
        hung_up.register(self._control, 0)
        return not hung_up.poll(0)

    def close(self) -> None:
        """End it. Its forks live on."""
        self._control.close()
        _reap(self._process)

    def stale(self) -> bool:
        """Whether the file of a module that it has imported was changed since. Looks at most once a second."""
        if not self._stale and time.monotonic() - self._looked >= LOOK:
            self._stale = any(_stamp(path) != stamp for path, stamp in self._files.items())
            self._looked = time.monotonic()
        return self._stale

    async def _fork(self, request: dict[str, Any], fds: list[int]) -> Forked:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        theirs.setblocking(False)
        try:
            with theirs:
                await _send(self._control, request, [theirs.fileno(), *fds])
            answer, (pidfd,) = await _receive(ours)
            process = Forked(answer["pid"], pidfd, ours)
            await _receive(ours)
            return process
        except OSError as error:
            ours.close()
            raise ZygoteError(f"The zygote is gone, or has no room for more: {error}") from error
        except BaseException:
            _unwanted(ours)
            raise


def available() -> bool:
    """Whether zygotes can be used here: on Linux with pidfds (5.3) and /proc."""
    if not (hasattr(os, "fork") and hasattr(os, "pidfd_open") and hasattr(signal, "pidfd_send_signal")):
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return sys.platform == "linux" and Path("/proc/self/fd").is_dir()


def _spawn(control: socket.socket, env: Mapping[str, str], cwd: str) -> subprocess.Popen[bytes]:
    passed = control.fileno(), _lifeline()
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), *map(str, passed)],
        env={**env, **OWN_ENVIRONMENT},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=passed,
        start_new_session=True,
    )


@cache
def _lifeline() -> int:
    """One end of a pipe whose other end is open in this process alone, and so closed when it is gone."""
    theirs, _ = os.pipe()
    return theirs


def _reap(process: Process) -> None:
    """Wait until it has ended, and end it if it does not."""
    try:
        process.wait(PATIENCE)
    except (TimeoutError, subprocess.TimeoutExpired):
        process.kill()
        process.wait()


def _files(text: int) -> Files:
    with open(text, encoding="utf-8") as file:
        file.seek(0)
        return {path: (changed, size) for path, (changed, size) in json.load(file).items()}


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


async def _send(line: socket.socket, message: dict[str, Any], fds: list[int]) -> None:
    from .nursery import write_text  # not before: what it imports isn't there on Windows

    text = write_text(json.dumps(message))
    try:
        while True:
            try:
                socket.send_fds(line, [b"-"], [text, *fds])
                return
            except BlockingIOError:
                await asyncio.sleep(0.005)  # as many requests wait as there is room for
    finally:
        os.close(text)


async def _receive(line: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The next message. ZygoteError if it is a complaint or the last; OSError if there is none."""
    await readable(line.fileno())
    data, fds, _, _ = socket.recv_fds(line, LONGEST, 1, socket.MSG_CMSG_CLOEXEC)
    if not data:
        raise ConnectionResetError("it ended without a word")
    message = json.loads(data)
    if "error" in message:
        error = ZygoteError(message["error"])
        error.add_note(message["trace"])
        raise error
    if "status" in message:
        raise ZygoteError(f"The process ended with status {message['status']} before it began.")
    return message, fds


def _unwanted(line: socket.socket) -> None:
    """Let the zygote end a fork that nobody waits for any more."""
    with line, contextlib.suppress(OSError):
        line.send(b"-")
