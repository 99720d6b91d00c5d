"""A process that a zygote forked, seen from the server."""

import asyncio
import contextlib
import json
import os
import select
import signal
import socket
import time

UNKNOWN = 255
"""The status of a process whose zygote was gone before it could tell."""


class Forked:
    """What Jupyter uses of `subprocess.Popen`, for a process that isn't our child.

    A pidfd names the process, so that no signal ever reaches another one that got its number. On the ``channel`` the
    zygote tells the status when the process has ended. If the zygote goes first the process lives on, and its end is seen
    in the pidfd, but its status stays `UNKNOWN`.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, pidfd: int, channel: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._pidfd = pidfd
        self._channel = channel

    def poll(self) -> int | None:
        """The status, below zero for the number of the signal that ended it, or None while it runs."""
        if self.returncode is None and not self._alone and self._readable(self._channel.fileno(), 0):
            self._hear()
        if self.returncode is None and self._alone and self._readable(self._pidfd, 0):
            self._end(UNKNOWN)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end, blocking. TimeoutError after ``timeout`` seconds."""
        last = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            left = None if last is None else last - time.monotonic()
            if not self._readable(self._awaited, left):
                raise TimeoutError(f"Process {self.pid} has not ended within {timeout} seconds.")
        return status

    async def ended(self) -> int:
        """Wait for the end without blocking the loop."""
        while (status := self.poll()) is None:
            await readable(self._awaited)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal to the process, if it still runs. Where only the zygote may, it ends it instead."""
        if self.poll() is None:
            try:
                signal.pidfd_send_signal(self._pidfd, number)
            except ProcessLookupError:
                pass
            except PermissionError:
                with contextlib.suppress(OSError):
                    self._channel.send(b"-")

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    @property
    def _alone(self) -> bool:
        """Whether the zygote has gone."""
        return self._channel.fileno() < 0

    @property
    def _awaited(self) -> int:
        return self._pidfd if self._alone else self._channel.fileno()

    def _hear(self) -> None:
        try:
            word = self._channel.recv(1000)
        except OSError:
            word = b""
        if word:
            self._end(json.loads(word)["status"])
        else:
            self._channel.close()

    def _end(self, status: int) -> None:
        self.returncode = status
        self._release()

    def _release(self) -> None:
        self._channel.close()
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1

    def __del__(self) -> None:
        self._release()

    @staticmethod
    def _readable(fd: int, seconds: float | None) -> bool:
        waiting = select.poll()
        waiting.register(fd, select.POLLIN)
        return bool(waiting.poll(None if seconds is None else max(0, seconds * 1000)))


async def readable(fd: int) -> None:
    """Wait until there is something to read."""
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(fd, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(fd)
