"""What someone would try who has got code of their own to run in the kernel or the page of one leader.

Runs inside the walls, so it needs nothing of ours. Each attack is told where everything is and gives the bytes it got that
are not its own leader's: none, where the walls hold. ``python -m attacks STEP`` is a page that attacks, or, where its leader
has written "VENT", one that waits to be attacked.
"""

import contextlib
import ctypes
import encodings.idna  # noqa: F401 # what opens a socket looks for it late, when Python may be out of reach
import gc
import glob
import json
import mmap
import os
import resource
import select
import signal
import socket
import sqlite3
import stat
import sys
import tempfile
import time
from typing import Any

import zmq

TARGETS = "attack.targets:"
WAIT = "VENT"
PATIENCE = 100.0  # seconds that a page waits to be attacked, unless it is ended before
MUCH_MEMORY = 8 << 30
MANY_PROCESSES, MANY_FILES = 200, 2000
LIBC = ctypes.CDLL(None, use_errno=True)

Targets = dict[str, Any]


def attacked(targets: Targets) -> dict[str, str]:
    """What each attack got, by name."""
    return {name: _tried(attack, targets).decode("latin-1") for name, attack in every(targets)}


def every(targets: Targets) -> list[tuple[str, Any]]:
    """All attacks by name; those on processes and files once for each target."""
    found: list[tuple[str, Any]] = []
    for who, pid in targets["processes"].items():
        for attack in (environ, memory, descriptors, ptrace, vm_read, stolen_descriptor, status, signalled, pidfd_signalled):
            found.append((f"{attack.__name__} of {who}", lambda _t, attack=attack, pid=pid: attack(pid)))
    for what, path in targets["files"].items():
        found.append((f"read {what}", lambda _t, path=path: read(path)))
        found.append((f"write {what}", lambda _t, path=path: written(path)))
        found.append((f"link {what}", lambda _t, path=path: linked(path)))
    for what, path in targets["folders"].items():
        found.append((f"list {what}", lambda _t, path=path: "\n".join(os.listdir(path)).encode()))
        found.append((f"put into {what}", lambda _t, path=path: written(f"{path}/put-there")))
    for attack in (
        database, joined, kernel_sockets, asked_as_another, over_http, to_relay, own_environment, own_objects,
        left_open, temporary, core_dump, much_memory, many_processes, many_files, large_file, as_root, as_the_server,
        own_namespace, loosened_limits, devices, whole_machine, new_program,
    ):  # fmt: skip
        found.append((attack.__name__, attack))
    return found


def _tried(attack: Any, targets: Targets) -> bytes:
    try:
        return bytes(attack(targets))
    except (OSError, sqlite3.Error, ValueError, MemoryError, KeyError):
        return b""


def environ(pid: int) -> bytes:
    return read(f"/proc/{pid}/environ")


def status(pid: int) -> bytes:
    return read(f"/proc/{pid}/status") + read(f"/proc/{pid}/maps")


def memory(pid: int) -> bytes:
    """The first page of its heap."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as content:
        heap = next(line for line in maps if "rw-p" in line)
        content.seek(int(heap.partition("-")[0], 16))
        return content.read(4096)


def descriptors(pid: int) -> bytes:
    found = b""
    for name in os.listdir(f"/proc/{pid}/fd"):
        found += os.readlink(f"/proc/{pid}/fd/{name}").encode()
    return found


def ptrace(pid: int) -> bytes:
    seized = LIBC.ptrace(0x4206, ctypes.c_long(pid), None, None)  # PTRACE_SEIZE, which stops nobody
    return b"" if seized else b"seized"


def vm_read(pid: int) -> bytes:
    """Whether it would be let in: an address of nobody's is a fault only for who may read."""
    there = ctypes.create_string_buffer(16)
    local = (ctypes.c_size_t * 2)(ctypes.addressof(there), 16)
    remote = (ctypes.c_size_t * 2)(8, 16)
    LIBC.process_vm_readv(pid, local, 1, remote, 1, 0)
    return b"let in" if ctypes.get_errno() == 14 else b""


def stolen_descriptor(pid: int) -> bytes:
    process = os.pidfd_open(pid)
    got = [LIBC.syscall(438, process, number, 0) for number in range(64)]
    os.close(process)
    return b"got" * sum(each >= 0 for each in got)


def signalled(pid: int) -> bytes:
    os.kill(pid, 0)
    return b"might have ended it"


def pidfd_signalled(pid: int) -> bytes:
    process = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(process, 0)
    finally:
        os.close(process)
    return b"might have ended it"


def read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(4096)


def written(path: str) -> bytes:
    os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))
    return b"opened to write"


def linked(path: str) -> bytes:
    """By another name, in the one folder that is its own."""
    own = f"{os.path.dirname(sys.argv[-1])}/link"
    with contextlib.suppress(OSError):
        os.link(path, own)
        return read(own)
    os.symlink(path, own)
    return read(own)


def database(targets: Targets) -> bytes:
    with contextlib.closing(sqlite3.connect(f"file:{targets['files']['database']}?mode=ro", uri=True)) as connection:
        return repr(connection.execute("select * from person").fetchall()).encode()


def joined(targets: Targets) -> bytes:
    """Whether the other's kernel shakes hands, on each of its sockets: without a key, or with one of the wrong kernel's."""
    found, context = b"", zmq.Context()
    for number in range(1, 6):
        for key in (b"", zmq.curve_keypair()[0]):
            line = context.socket(zmq.SUB if number == targets["iopub"] else zmq.DEALER)
            if key:
                line.curve_publickey, line.curve_secretkey = zmq.curve_keypair()
                line.curve_serverkey = key
            watch = line.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
            with contextlib.suppress(zmq.ZMQError):
                line.connect(f"ipc://{targets['folders']['kernel']}/kernel-ipc-{number}")
                found += b"joined" if watch.poll(200) else b""
            line.disable_monitor()
            line.close(0)
    context.destroy(linger=0)
    return found


def kernel_sockets(_targets: Targets) -> bytes:
    return b"".join(line for line in read("/proc/net/unix").splitlines(True) if b"kernel" in line)


def asked_as_another(targets: Targets) -> bytes:
    """The one way it has to the server: questions, of which only another's words count."""
    number = os.environ.get("FAELLESLEDELSE_SOCKET")
    if not number:
        return b""
    found = b""
    wishes = ({}, {"person": targets["person"]}, {"email": targets["email"]}, {"gathering": "andet"}, {"session": "x"})
    line = socket.socket(fileno=os.dup(int(number)))
    line.settimeout(5)
    for wish in wishes:
        for question in ("answers", "path", "heard", "cells", "drafts", "keys", "../answers"):
            asked = {"get": question, "keys": [targets["key"], "private", "*", ""]} | wish
            line.sendall(json.dumps(asked).encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                answer += line.recv(1 << 16)
            found += answer if targets["canary"].encode() in answer else b""
    line.detach()
    return found


def over_http(targets: Targets) -> bytes:
    with socket.create_connection(("127.0.0.1", targets["port"]), 2) as line:
        line.sendall(b"GET /sundhed HTTP/1.0\r\n\r\n")
        return b"connected" + line.recv(64)


def to_relay(_targets: Targets) -> bytes:
    """A door of its own, for someone to come in by."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        line.listen()
        return b"listens"


def own_environment(targets: Targets) -> bytes:
    said = repr(dict(os.environ))
    return b"".join(each.encode() for each in (*targets["secrets"], targets["canary"]) if each in said)


def own_objects(targets: Targets) -> bytes:
    """What it has inherited from the process it is forked from, which has met no leader; not what it was told just now."""
    canary = targets["canary"]
    holders = [each for each in gc.get_objects() if type(each) in (dict, list, tuple)]
    texts = [each for holder in holders for each in gc.get_referents(holder) if isinstance(each, str)]
    return b"".join(each.encode() for each in texts if canary in each and "attack" not in each and each != canary)


def left_open(_targets: Targets) -> bytes:
    """Regular files and folders that were left open: it has none."""
    found = b""
    for number in range(3, 256):
        with contextlib.suppress(OSError):
            kind = os.fstat(number).st_mode
            found += f"{number} ".encode() if stat.S_ISREG(kind) or stat.S_ISDIR(kind) else b""
    return found


def temporary(_targets: Targets) -> bytes:
    found = b""
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run", os.path.dirname(os.getcwd())):
        for path in (*glob.glob(f"{folder}/*"), *glob.glob(f"{folder}/*/*")):
            with contextlib.suppress(OSError):
                found += read(path)
    with contextlib.suppress(OSError), tempfile.TemporaryFile() as file:
        found += f"a file of number {file.fileno()}".encode()
    return found


def core_dump(_targets: Targets) -> bytes:
    if resource.getrlimit(resource.RLIMIT_CORE) != (0, 0):
        return b"may be dumped"
    resource.setrlimit(resource.RLIMIT_CORE, (1 << 30, 1 << 30))
    return b"may be dumped"


def much_memory(_targets: Targets) -> bytes:
    """Asked for, never touched: the machine loses nothing if it is given."""
    mmap.mmap(-1, MUCH_MEMORY, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000).close()
    return b"given"


def many_processes(_targets: Targets) -> bytes:
    started = []
    try:
        for _ in range(MANY_PROCESSES):
            pid = os.fork()
            if pid == 0:
                time.sleep(PATIENCE)
                os._exit(0)
            started.append(pid)
    finally:
        for pid in started:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return b"started"


def many_files(_targets: Targets) -> bytes:
    opened = []
    try:
        for _ in range(MANY_FILES):
            opened.append(os.open(os.devnull, os.O_RDONLY))
    finally:
        for number in opened:
            os.close(number)
    return b"opened"


def large_file(_targets: Targets) -> bytes:
    """In memory, where no folder is needed."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    number = os.memfd_create("large")
    try:
        os.pwrite(number, b"x", 64 << 20)
    finally:
        os.close(number)
    return b"written"


def as_root(_targets: Targets) -> bytes:
    """Or, where it has root's number, root's rights."""
    os.setresuid(0, 0, 0)
    os.chroot("/")
    return b"root"


def as_the_server(targets: Targets) -> bytes:
    if os.getuid() == targets["user"]:
        return b""  # what that helps it to, the other attacks tell
    os.setresuid(targets["user"], targets["user"], targets["user"])
    return b"the server's user"


def own_namespace(targets: Targets) -> bytes:
    """Root of a namespace of one's own, and from there what the machine's root might."""
    pid = os.fork()
    if pid:
        return b"read" if os.waitpid(pid, 0)[1] == 0 else b""
    got = b""
    with contextlib.suppress(OSError):
        if LIBC.unshare(0x10000000 | 0x00020000) == 0 and LIBC.mount(b"proc", b"/tmp", b"proc", 0, None) == 0:
            got = b"mounted"
        got += read(targets["files"]["database"])
    os._exit(not got)


def loosened_limits(_targets: Targets) -> bytes:
    for limit in (resource.RLIMIT_DATA, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(limit, (1 << 40, 1 << 40))
            return b"loosened"
    return b""


def devices(_targets: Targets) -> bytes:
    found = b""
    for path in ("/dev/mem", "/dev/kmsg", "/proc/kcore", "/dev/vda", "/dev/sda", "/proc/kallsyms"):
        with contextlib.suppress(OSError), open(path, "rb", 0) as file:
            found += file.read(16)
    return found


def whole_machine(_targets: Targets) -> bytes:
    """The command lines of all processes."""
    return b"".join(read(f"/proc/{name}/cmdline") for name in os.listdir("/proc") if name.isdecimal())


def new_program(targets: Targets) -> bytes:
    """Another program, which has forgotten that its memory was hidden, reads the database all the same."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(writer, 1)
        with contextlib.suppress(OSError):
            os.execv("/usr/bin/head", ["head", "-c", "64", targets["files"]["database"], f"/proc/{os.getppid()}/environ"])
        os._exit(1)
    os.close(writer)
    found = b""
    while select.select([reader], [], [], 5)[0] and (more := os.read(reader, 4096)):
        found += more
    os.close(reader)
    os.waitpid(pid, 0)
    return found


def main() -> None:
    """In place of a page."""
    told = json.load(sys.stdin)
    texts = told["texts"].values()
    targets = next((text.removeprefix(TARGETS) for text in texts if text.startswith(TARGETS)), None)
    if any(text.startswith(WAIT) for text in texts):
        time.sleep(PATIENCE)
    said = json.dumps(attacked(json.loads(targets))) if targets else ""
    cell = {"model": "attacks", "kind": "computed", "html": said}
    sys.stdout.write(json.dumps({"cells": [cell], "fields": {}, "computed": {}, "widgets": {}}))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
