"""What the operating system says of processes, and programs to run in forks."""

import asyncio
import os
import sys
import textwrap
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from fællesledelse.kernels import Forked, Zygote

ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
PATIENCE = 20.0
T = TypeVar("T")


def wait_until(true: Callable[[], object], within: float = PATIENCE) -> None:
    """Wait until something is so. Fails if it is not so in time."""
    last = time.monotonic() + within
    while not true():
        assert time.monotonic() < last, f"Not so within {within} seconds."
        time.sleep(0.01)


def runs(pid: int) -> bool:
    """Whether there is such a process, and not only its remains."""
    return bool(_status(pid)) and _status(pid)[0] != "Z"


def parent(pid: int) -> int:
    """The process that this one is a child of."""
    return int(_status(pid)[1])


def children(pid: int) -> set[int]:
    """The processes that are children of this one, remains included."""
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def descriptors(pid: int) -> set[int]:
    """The numbers of what a process has open."""
    return set(map(int, os.listdir(f"/proc/{pid}/fd")))


def _status(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


@dataclass
class Workshop:
    """A folder with modules and programs for zygotes to import and forks to run."""

    folder: Path
    zygotes: list[Zygote] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def write(self, name: str, text: str) -> Path:
        """Write a module or program."""
        path = self.folder / f"{name}.py"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    @property
    def environment(self) -> dict[str, str]:
        """One in which Python finds the modules."""
        return ENVIRONMENT | {"PYTHONPATH": str(self.folder)}

    def zygote(
        self, *modules: str, prepare: str = "", arguments: tuple[str, ...] = (), parent: Zygote | None = None
    ) -> Zygote:
        """Start a zygote, which ends with the test."""
        started = do(
            Zygote.start(
                modules=modules,
                prepare=prepare,
                arguments=arguments,
                parent=parent,
                env=self.environment,
                cwd=str(self.folder),
            )
        )
        self.zygotes.append(started)
        return started

    def start(self, zygote: Zygote, program: str, *arguments: str, fds: Mapping[int, int] | None = None) -> Forked:
        """Run a program in a fork."""
        path = self.write(f"program{next(self.numbers)}", program)  # the one before may not have been read yet
        return do(
            zygote.run(
                [sys.executable, str(path), *arguments], env=self.environment, cwd=str(self.folder), fds=dict(fds or {})
            )
        )

    def output(self, zygote: Zygote, program: str, *arguments: str) -> str:
        """What a program that ends well says."""
        read, write = os.pipe()
        with open(read, encoding="utf-8") as text:
            try:
                process = self.start(zygote, program, *arguments, fds={1: write, 2: write})
            finally:
                os.close(write)
            said = text.read()
        assert process.wait(PATIENCE) == 0, said
        return said.strip()

    def close(self) -> None:
        """End the zygotes."""
        for zygote in self.zygotes:
            zygote.close()


def do(work: Coroutine[Any, Any, T]) -> T:
    """Do something that takes its time, with an end to patience."""
    return asyncio.run(asyncio.wait_for(work, PATIENCE))
