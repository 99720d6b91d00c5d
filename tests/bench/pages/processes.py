"""What a server costs: processor time and memory of its process and of every process below it, as Linux counts them."""

import os
import signal
from pathlib import Path

PROC = Path("/proc")
TICK = os.sysconf("SC_CLK_TCK")  # of a second
UNREAPED = 1 << (signal.SIGCHLD - 1)


class Uncounted(RuntimeError):
    """A process does not wait for its children, so Linux forgets what they have cost. The message names it."""


def tree(root: int) -> list[int]:
    """The process ``root`` and all below it."""
    children: dict[int, list[int]] = {}
    for pid, fields in _everyone():
        children.setdefault(int(fields[1]), []).append(pid)
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def cpu(root: int) -> float:
    """Seconds of processor time of the tree so far, of its children that have ended too."""
    wanted = set(tree(root))
    return sum(sum(map(int, fields[11:15])) for pid, fields in _everyone() if pid in wanted) / TICK


def memory(root: int) -> float:
    """Bytes of the tree: pages that processes share are counted once (PSS)."""
    return float(sum(map(_pss, tree(root))))


def check_counted(root: int) -> None:
    """Raise Uncounted if ``cpu`` would miss children of this tree that have ended."""
    for pid in tree(root):
        status = dict(line.split(":\t") for line in _read(pid, "status").splitlines() if ":\t" in line)
        if int(status.get("SigIgn", "0"), 16) & UNREAPED:
            raise Uncounted(f"{status['Name']} ({pid}) ignores SIGCHLD: what its children cost is lost")


def _everyone() -> list[tuple[int, list[str]]]:
    """Every process with the fields of its ``stat`` from the third on: state, parent, …"""
    pids = [int(path.name) for path in PROC.iterdir() if path.name.isdecimal()]
    return [(pid, told.rpartition(")")[2].split()) for pid in pids if (told := _read(pid, "stat"))]


def _pss(pid: int) -> int:
    lines = _read(pid, "smaps_rollup").splitlines()
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _read(pid: int, name: str) -> str:
    """A file of a process; empty if the process has gone meanwhile."""
    try:
        return (PROC / str(pid) / name).read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
