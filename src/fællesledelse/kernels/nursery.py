"""The program inside a zygote: import, prepare, and fork on request.

Started as a script by `Zygote.start` with two descriptors, the control socket and the lifeline, and also what a fork
becomes when it is asked to be a zygote in its turn. It needs the standard library only, and every process here has one
thread: a fork takes over the thread that called it, and whatever the others were holding stays held for ever.

On the control socket come requests, each a descriptor of a text in JSON, then one for the answers, then those of the fork:
``{"argv", "numbers", "env", "cwd", "walls"}`` asks for a program, ``{}`` for a zygote, whose own control socket then brings
``{"modules", "prepare", "arguments", "env", "cwd"}``. The fork answers ``{"pid"}`` with a pidfd of itself, and ``{"ready"}``
once it stands on its own, or ``{"error", "trace"}``; when it has ended the zygote answers ``{"status"}``. Anything sent the
other way means that the fork isn't wanted after all.
"""

import atexit
import contextlib
import fcntl
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Iterable
from importlib.abc import InspectLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NoReturn

MOST = 253  # descriptors in one message: the kernel's limit

Request = dict[str, Any]


def main() -> NoReturn:
    """The first zygote, as started by the server."""
    here = str(Path(__file__).parent)
    if here in sys.path:
        sys.path.remove(here)
    control, lifeline = map(int, sys.argv[1:3])
    be_a_zygote(control, watch(lifeline))


def be_a_zygote(control: int, lifeline: int) -> NoReturn:
    """Do what the first request says, then fork on request until the server closes its end."""
    server = socket.socket(fileno=control)
    first = receive(server)
    if first is None:
        os._exit(0)
    request, _ = first
    try:
        prepare(request)
        ending = settle()
        alone()
        nothing_open({control, lifeline})
    except BaseException as error:
        say(server, **complaint(error))
        os._exit(1)
    with contextlib.suppress(OSError):
        text = write_text(json.dumps(stamps()))
        socket.send_fds(server, [b'{"ready": true}'], [text])
        os.close(text)
        gc.collect()
        gc.freeze()  # else the first collection in a fork would write to every object, and so copy every page
        serve(server, lifeline)
    for finalizer in ending:
        finalizer()
    atexit._run_exitfuncs()
    os._exit(0)


def prepare(request: Request) -> None:
    """Import what the forks will need and run what they will find done."""
    surroundings(request)
    sys.modules.setdefault("debugpy", None)  # type: ignore[arg-type]  # it makes threads; ipykernel does without, and says so
    gc.disable()  # a collection while importing would free pieces of pages that forks then share badly
    for name in request["modules"]:
        importlib.import_module(name)
        remember_code(name)
    if request["prepare"]:
        call(request["prepare"], *request["arguments"])
    sys.stdout.flush()
    sys.stderr.flush()


def serve(server: socket.socket, lifeline: int) -> None:
    """Fork on request and tell of the forks' ends. Returns when the server is gone."""
    waiting = select.epoll()
    waiting.register(server, select.EPOLLIN)
    children = Children(waiting)
    while True:
        ready = {fd for fd, _ in waiting.poll()}
        for fd in ready - {server.fileno()}:  # first: a request may bring descriptors with the numbers of those closed here
            children.heard(fd)
        if server.fileno() in ready:
            received = receive(server)
            if received is None:
                return
            fork(*received, lifeline, children)


def fork(request: Request, fds: list[int], lifeline: int, children: "Children") -> None:
    """Make one fork. ``fds``: its channel to the server, then those it asked for."""
    if not fds:  # this process has no room for more of them, and who has asked hears so by the closed end
        return
    channel, *given = fds
    try:
        alone()
        pid = os.fork()
    except Exception as error:
        with socket.socket(fileno=channel) as line:
            say(line, **complaint(error))
    else:
        if pid == 0:
            start(request, channel, given, lifeline)
        children.add(pid, channel)
    close(given)


class Children:
    """The forks of this zygote that run, each with a channel on which the server is told of its end."""

    def __init__(self, waiting: select.epoll) -> None:
        self._waiting = waiting
        self._by_process: dict[int, tuple[int, int]] = {}
        self._by_channel: dict[int, int] = {}

    def add(self, pid: int, channel: int) -> None:
        """Look after a fork."""
        try:
            process = os.pidfd_open(pid)
        except OSError:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(channel)
            return
        self._by_process[process] = pid, channel
        self._by_channel[channel] = pid
        self._waiting.register(process, select.EPOLLIN)
        self._waiting.register(channel, select.EPOLLIN)

    def heard(self, fd: int) -> None:
        """A fork has ended, or the server has sent a word about one or closed its end."""
        if fd in self._by_process:
            self._ended(fd)
        elif fd in self._by_channel:
            self._unwanted(fd)

    def _ended(self, process: int) -> None:
        pid, channel = self._by_process.pop(process)
        _, status = os.waitpid(pid, 0)
        with contextlib.suppress(OSError):
            os.write(channel, json.dumps({"status": os.waitstatus_to_exitcode(status)}).encode())
        if self._by_channel.pop(channel, None):
            self._waiting.unregister(channel)
        self._waiting.unregister(process)  # closed, it would still be heard while a fork of this moment has it open
        close([process, channel])

    def _unwanted(self, channel: int) -> None:
        """A word means that nobody waits for the fork any more; a closed end only that nobody asks how it ends."""
        try:
            word = os.read(channel, 1)
        except BlockingIOError:
            return
        except ConnectionResetError:
            word = b"-"  # closed before it was read that the fork began
        pid = self._by_channel.pop(channel)
        if word:
            os.kill(pid, signal.SIGKILL)
        self._waiting.unregister(channel)


def start(request: Request, channel: int, given: list[int], lifeline: int) -> NoReturn:
    """In the fork: let go of all that is the zygote's, tell the server, and be what was asked for."""
    numbers = request.get("numbers")
    try:
        os.setsid()
        atexit._clear()
        reseed()
        lifeline = watch(lifeline)
        if numbers is None:
            control, channel, lifeline = arrange({0: 0, 1: 1, 2: 2}, [*given, channel, lifeline])
        else:
            channel, lifeline = arrange(dict(zip(numbers, given, strict=True)), [channel, lifeline])
        introduce(channel)
        if numbers is not None:
            surroundings(request)
            raise_walls(request["walls"], lifeline)
    except BaseException as error:
        with contextlib.suppress(OSError):
            say(socket.socket(fileno=channel), **complaint(error))
        os._exit(1)
    with socket.socket(fileno=channel) as line:
        say(line, ready=True)
    if numbers is None:
        be_a_zygote(control, lifeline)
    gc.enable()
    leave(run(request["argv"]))


def introduce(channel: int) -> None:
    """Give the server a pidfd of this fork. OSError if that can't be sent.

    Before the walls: what a user's processes have sent and nobody has received yet, counts against the sender's own limit
    of open files, and behind the walls that one is low. Source: unix(7), ETOOMANYREFS.
    """
    own = os.pidfd_open(os.getpid())
    with socket.socket(fileno=os.dup(channel)) as line:
        socket.send_fds(line, [json.dumps({"pid": os.getpid()}).encode()], [own])
    os.close(own)


def raise_walls(walls: list[str], lifeline: int) -> None:
    """Call the function that shuts this fork in, and then own the lifeline anew, as the user that it has become."""
    if walls:
        call(*walls)
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())


def call(path: str, *arguments: str) -> None:
    """Call "module:function"."""
    module, _, function = path.partition(":")
    getattr(importlib.import_module(module), function)(*arguments)


def settle() -> list[Callable[[], Any]]:
    """Make the handlers of signals and of the end what a new process has, so that no fork has to.

    Returns what is to be called when this zygote ends: a folder that ``prepare`` made isn't for the first fork to remove.
    """
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals() - {signal.SIGINT, signal.SIGKILL, signal.SIGSTOP}:
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    ending = [each for each in list(weakref.finalize._registry) if each.atexit]  # type: ignore[attr-defined]
    for finalizer in ending:
        finalizer.atexit = False
    weakref.finalize._registered_with_atexit = False  # type: ignore[attr-defined]
    return ending


def reseed() -> None:
    """Chance is each fork's own. Python sees to it for ``random``."""
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        numpy.seed()


def watch(lifeline: int) -> int:
    """A lifeline of this process's own: when the server is gone, the operating system ends this process's group.

    The other end of the pipe is open in the server alone. No thread waits for it and no code need run: the signal of an
    asynchronous read is SIGKILL. Its receiver belongs to an open file, so each process opens the pipe anew.
    """
    own = os.open(f"/proc/self/fd/{lifeline}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    os.close(lifeline)
    fcntl.fcntl(own, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(own, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(own, fcntl.F_SETFL, fcntl.fcntl(own, fcntl.F_GETFL) | os.O_ASYNC)
    ends = select.poll()
    ends.register(own, 0)
    if ends.poll(0):
        os._exit(1)
    return own


def arrange(places: dict[int, int], others: list[int]) -> list[int]:
    """Give each descriptor its place, the null device to 0, 1 and 2 without one, keep ``others``, close all the rest.

    Returns the others' new numbers, which are above all places.
    """
    above = max(places, default=0) + 3
    moved = {place: fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, above) for place, fd in places.items()}
    kept = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, above) for fd in others]
    null = fcntl.fcntl(os.open(os.devnull, os.O_RDWR), fcntl.F_DUPFD_CLOEXEC, above)
    for place, fd in ({0: null, 1: null, 2: null} | moved).items():
        os.dup2(fd, place)
    stay = sorted({0, 1, 2, *places, *kept})
    for low, high in zip(stay, [*stay[1:], os.sysconf("SC_OPEN_MAX")], strict=True):
        os.closerange(low + 1, high)
    return kept


def surroundings(request: Request) -> None:
    """Environment and folder, as the request says. What is right already isn't touched, nor its pages copied."""
    wanted, zone = request["env"], os.environ.get("TZ")
    for name in os.environ.keys() - wanted.keys():
        del os.environ[name]
    for name, value in wanted.items():
        if os.environ.get(name) != value:
            os.environ[name] = value
    if os.environ.get("TZ") != zone:
        time.tzset()
    os.chdir(request["cwd"])


CODE: dict[str, CodeType] = {}
"""The code of the modules that were asked for, which may be run as programs, too."""


def remember_code(name: str) -> None:
    """Have the code of a module at hand, so that no fork has to look for it."""
    spec = sys.modules[name].__spec__
    loader = spec and spec.loader
    if isinstance(loader, InspectLoader) and not hasattr(sys.modules[name], "__path__"):
        code = loader.get_code(name)
        if code is not None:
            CODE[name] = code


def run(argv: list[str]) -> int:
    """Run a module or a script as Python would. Returns its exit status."""
    try:
        if argv[1] == "-m":
            sys.argv = argv[2:]
            sys.path.insert(0, os.getcwd())
            run_module(argv[2])
        else:
            sys.argv = argv[1:]
            sys.path.insert(0, str(Path(argv[1]).resolve().parent))
            runpy.run_path(argv[1], run_name="__main__")
    except SystemExit as ending:
        return exit_status(ending.code)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def run_module(name: str) -> None:
    """Run a module as the main one."""
    if name not in CODE:
        runpy.run_module(name, run_name="__main__", alter_sys=True)
        return
    known = sys.modules[name]
    main = sys.modules["__main__"] = ModuleType("__main__", known.__doc__)
    sys.argv[0] = str(known.__file__)
    main.__dict__.update({each: getattr(known, each) for each in ("__file__", "__package__", "__spec__", "__loader__")})
    exec(CODE[name], main.__dict__)


def exit_status(code: object) -> int:
    """The status that ``sys.exit(code)`` means."""
    if code is None or isinstance(code, int):
        return int(code or 0) & 0xFF
    print(code, file=sys.stderr)
    return 1


def leave(status: int) -> NoReturn:
    """End as Python does, but without taking everything apart: that would write to every page, and copy it first."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(status)


def alone() -> None:
    """Raise RuntimeError if this process has more than one thread."""
    count = len(os.listdir("/proc/self/task"))
    if count > 1 or threading.active_count() > 1:
        names = ", ".join(thread.name for thread in threading.enumerate() if thread is not threading.main_thread())
        raise RuntimeError(
            f"The zygote has {count} threads ({names or 'made outside Python'}). A fork would lack them, and might wait "
            "for ever for what they hold. End them before the preparation ends."
        )


def nothing_open(ours: set[int]) -> None:
    """Raise RuntimeError if the preparation has left a file or socket open."""
    left = [f"{fd} ({name})" for fd, name in descriptors() if fd not in ours | {0, 1, 2}]
    if left:
        raise RuntimeError(
            f"The preparation has left open: {', '.join(left)}. All forks would read and write it at once. Close it before "
            "the preparation ends."
        )


def descriptors() -> Iterable[tuple[int, str]]:
    """What is open in this process: number and name."""
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # the folder's own
            yield int(number), os.readlink(f"/proc/self/fd/{number}")


def stamps() -> dict[str, tuple[int, int]]:
    """The file of every module that is imported, with time of change (ns) and size."""
    found = {}
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        with contextlib.suppress(OSError, TypeError, ValueError):
            status = os.stat(path)  # type: ignore[arg-type]
            found[str(path)] = status.st_mtime_ns, status.st_size
    return found


def receive(line: socket.socket) -> tuple[Request, list[int]] | None:
    """A request and its descriptors, or None when the other end is closed."""
    try:
        data, fds, _, _ = socket.recv_fds(line, 1, MOST, socket.MSG_CMSG_CLOEXEC)
    except OSError:
        return None
    if not data:
        return None
    if not fds:
        return {}, []
    with open(fds[0], encoding="utf-8") as text:
        text.seek(0)
        return json.load(text), fds[1:]


def write_text(text: str) -> int:
    """A descriptor of a file in memory, for a text that may be too long for a message."""
    fd = os.memfd_create("text")
    with open(fd, "w", encoding="utf-8", closefd=False) as file:
        file.write(text)
    return fd


def say(line: socket.socket, **message: object) -> None:
    """Send a message. One that nobody hears is dropped."""
    with contextlib.suppress(OSError):
        line.sendall(json.dumps(message).encode())


def complaint(error: BaseException) -> dict[str, str]:
    """An error as a message. Long texts are cut, so that it can be sent."""
    trace = "".join(traceback.format_exception(error))
    return {"error": f"{type(error).__name__}: {error}"[:20_000], "trace": trace[-20_000:]}


def close(fds: Iterable[int]) -> None:
    """Close descriptors."""
    for fd in fds:
        os.close(fd)


if __name__ == "__main__":
    main()
