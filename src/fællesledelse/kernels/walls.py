"""Walls around a fork: what it may no longer do, to whichever side it is turned. Linux alone; each needs something of it.

A wall is raised in the fork itself, before the program, and can't be taken down again: ``zygote.run(..., walls=(RAISE,
folder, *names))``. ``folder`` is the fork's own, for its sockets, or empty. Which can stand here, ``standing`` finds out
by raising each in a fork of its own.

    hidden    no core dump, and neither /proc/PID nor ptrace shows its memory, environment and descriptors
    bound     no capability, and no program that it starts gains one (no_new_privs)
    limits    memory, descriptors and the size of files
    user      a user id of its own, and a few threads; the zygote needs CAP_SETUID, CAP_SETGID, CAP_CHOWN and CAP_KILL,
              and Python must lie where everybody may read it
    files     reads Python and the system's libraries, and its own folder, where it can make nothing but sockets (Landlock)
    network   no TCP (Landlock 4, Linux 6.7)
    signals   none to anybody else, and nobody's abstract sockets (Landlock 6, Linux 6.12)
"""

import contextlib
import ctypes
import os
import resource
import socket
import struct
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from .zygote import Zygote, ZygoteError

RAISE = f"{__name__}:raise_walls"
FIRST_USER = 2_000_000_000  # with the number of the process added, which nobody else has while it runs
MEMORY = 2 << 30  # bytes
THREADS = 64
DESCRIPTORS = 256
LARGEST_FILE = 1 << 20  # bytes
SYSTEM = ("/usr", "/lib", "/lib64", "/etc", "/dev/null", "/dev/urandom")
GIVEN = (0, 5, 6, 7)  # CAP_CHOWN, CAP_KILL, CAP_SETGID, CAP_SETUID

_SET_DUMPABLE, _SET_NO_NEW_PRIVS, _CAPABILITIES = 4, 38, 0x20080522
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _WRITE, _READ, _LIST, _REMOVE_FILE, _MAKE_SOCKET, _TRUNCATE = (1 << bit for bit in (0, 1, 2, 3, 5, 9, 14))
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_LIBC = ctypes.CDLL(None, use_errno=True)


def raise_walls(folder: str, *names: str) -> None:
    """Called in a fork with the walls to raise, in the order of ``WALLS``. OSError where one can't be."""
    for name in names:
        WALLS[name](folder)


async def standing(zygote: Zygote, env: Mapping[str, str], cwd: str) -> dict[str, str]:
    """Which walls can stand here, each tried behind those before it: empty, or why not. ZygoteError if nothing can fork.

    In ``cwd`` each trial gets a folder of its own for a moment, as the forks will have one.
    """
    found: dict[str, str] = {}
    for name in WALLS:
        names = [*(each for each, why in found.items() if not why), name]
        with tempfile.TemporaryDirectory(dir=cwd) as own:
            found[name] = await _tried(zygote, [sys.executable, "-m", __name__, own], env, cwd, (RAISE, own, *names))
    return found


async def _tried(zygote: Zygote, argv: list[str], env: Mapping[str, str], cwd: str, walls: tuple[str, ...]) -> str:
    try:
        status = await (await zygote.run(argv, env=env, cwd=cwd, fds={}, walls=walls)).ended()
    except ZygoteError as error:
        if not zygote.alive:
            raise
        return str(error).partition(": ")[2]
    return "Python or its own folder can't be reached behind it" if status else ""


def hide() -> None:
    """For processes that hold what forks must not see: their memory can't be read, nor dumped. Forks inherit it."""
    _hidden("")


def disown() -> None:
    """Let go of all the rights that `user` needs. Those of this thread, and of threads and processes it starts."""
    _call("capset", struct.pack("Ii", _CAPABILITIES, 0), struct.pack("6I", *[0] * 6))


def entitled() -> bool:
    """Whether this process may give forks a user id of their own."""
    held = next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapEff"))
    return all(int(held, 16) >> right & 1 for right in GIVEN)


def _hidden(_folder: str) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _call("prctl", _SET_DUMPABLE, 0, 0, 0, 0)


def _bound(_folder: str) -> None:
    disown()
    _call("prctl", _SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _limits(_folder: str) -> None:
    wanted = {
        resource.RLIMIT_DATA: MEMORY,
        resource.RLIMIT_NOFILE: DESCRIPTORS,
        resource.RLIMIT_FSIZE: LARGEST_FILE,
    }
    for limit, most in wanted.items():
        resource.setrlimit(limit, (most, most))


def _user(folder: str) -> None:
    """The folder becomes the new user's, and stays open to the group, which is the server's."""
    own = FIRST_USER + os.getpid()
    if folder:
        for file in Path(folder).iterdir():
            os.chmod(file, 0o640)
            os.chown(file, own, -1)
        os.chmod(folder, 0o2770)
        os.chown(folder, own, -1)
    resource.setrlimit(resource.RLIMIT_NPROC, (THREADS, THREADS))
    os.setgroups([])
    os.setresgid(own, own, own)
    os.setresuid(own, own, own)
    os.umask(0o007)
    _hidden(folder)  # a change of user sets it anew, as the system wants it


def _files(folder: str) -> None:
    every = (1 << _FILE_RIGHTS.get(_landlock(), 16)) - 1
    readable = {*SYSTEM, sys.prefix, sys.base_prefix, *sys.path}
    rights = dict.fromkeys(filter(os.path.exists, readable), _EXECUTE | _READ | _LIST)
    rights["/dev/null"] |= _WRITE
    if folder:
        rights[folder] = _READ | _LIST | _WRITE | _MAKE_SOCKET | _REMOVE_FILE
    with _ruleset(every) as ruleset:
        for path, right in rights.items():
            _allow(ruleset, path, right)


def _network(_folder: str) -> None:
    with _ruleset(0, 0b11, needs=4):
        pass


def _signals(_folder: str) -> None:
    with _ruleset(0, 0, 0b11, needs=6):
        pass


WALLS: dict[str, Callable[[str], None]] = {
    "hidden": _hidden,
    "limits": _limits,
    "user": _user,
    "bound": _bound,
    "files": _files,
    "network": _network,
    "signals": _signals,
}
"""By name, in the order in which they can be raised."""


@contextlib.contextmanager
def _ruleset(*handled: int, needs: int = 1) -> Iterator[int]:
    """A Landlock ruleset over those file rights, TCP rights and scopes; in force when the block ends."""
    if _landlock() < needs:
        raise OSError(f"Landlock {needs} is needed, and here is {_landlock()}")
    attributes = struct.pack(f"{len(handled)}Q", *handled)
    ruleset = _system(_CREATE_RULESET, attributes, len(attributes), 0)
    try:
        yield ruleset
        _system(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rights &= -1 if os.path.isdir(path) else _EXECUTE | _WRITE | _READ
        _system(_ADD_RULE, ruleset, 1, struct.pack("=Qi", rights, opened), 0)
    finally:
        os.close(opened)


def _landlock() -> int:
    """Which Landlock this system has. OSError if it has none."""
    return _system(_CREATE_RULESET, None, 0, 1)


def _system(number: int, *arguments: object) -> int:
    return _call("syscall", number, *arguments)


def _call(name: str, *arguments: object) -> int:
    """Call the C library. OSError with its errno."""
    result: int = getattr(_LIBC, name)(*(ctypes.c_long(each) if isinstance(each, int) else each for each in arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def main(folder: str) -> None:
    """In a fork behind a wall: can it still do what it is for, which is to import what it lacks, and make a socket?"""
    for path in filter(os.path.isdir, sys.path[1:]):  # the first is the folder it works in, which it need not read
        os.listdir(path)
    Path(os.__file__).read_bytes()
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(f"{folder}/socket")


if __name__ == "__main__":
    main(sys.argv[1])
