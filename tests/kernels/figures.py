"""What a fork and a forked kernel cost: ``python -m tests.kernels.figures``. Medians; let the machine do nothing else."""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

from fællesledelse.kernels import PROVISIONER, Zygote

from .processes import ENVIRONMENT
from .specs import HALVES, IPYKERNEL, environment, half_a_kernel, null

PAGE = ("ipykernel.kernelapp", "IPython", "ipywidgets", "anywidget")
ROUNDS = 30
KERNELS = 8
MEMORY = """
import time
spent = time.process_time()
fields = dict(line.split()[:2] for line in open("/proc/self/smaps_rollup") if line.split()[1].isdigit())
print(spent, int(fields["Private_Dirty:"]) + int(fields["Private_Clean:"]))
"""


def kilobytes(pid: int, field: str) -> int:
    """One line of what the operating system says of a process's memory."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


def own(pid: int) -> float:
    """Megabytes that no other process shares."""
    return (kilobytes(pid, "Private_Dirty") + kilobytes(pid, "Private_Clean")) / 1024


def cpu(pid: int) -> float:
    """Milliseconds of all threads of a process that runs."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6


async def forks(folder: Path) -> str:
    """A fork that prints one line, from a process with all that a page needs."""
    (folder / "line.py").write_text(MEMORY)
    env = ENVIRONMENT | {"PYTHONPATH": str(folder)}
    zygote = await Zygote.start(modules=[*PAGE, "line"], env=env, cwd="/")
    walls, asked, childs, memory = [], [], [], []
    for _ in range(ROUNDS):
        read, write = os.pipe()
        start = time.perf_counter()
        process = await zygote.run([sys.executable, "-m", "line"], env=env, cwd="/", fds={1: write})
        asked.append(time.perf_counter() - start)
        os.close(write)
        with open(read) as text:
            said = (await asyncio.to_thread(text.read)).split()
        await process.ended()
        walls.append(time.perf_counter() - start)
        childs.append(float(said[0]) * 1000)
        memory.append(int(said[1]) / 1024)
    zygote.close()
    wall, ask, child, size = (statistics.median(each) for each in (walls, asked, childs, memory))
    return (
        f"a fork that says a line: {wall * 1000:.1f} ms, of which {ask * 1000:.1f} until it began; "
        f"its CPU {child:.1f} ms, own memory {size:.1f} MB"
    )


class Specs(KernelSpecManager):
    """One kind of kernel."""

    argv: list[str]
    metadata: dict[str, Any]

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Called by Jupyter when a kernel is started."""
        return KernelSpec(argv=self.argv, display_name="", language="python", metadata=self.metadata)


async def kernels(folder: Path, what: str, argv: list[str], metadata: dict[str, Any], **launch: Any) -> str:
    """Kernels that answer who they are."""
    specs = Specs()
    specs.argv, specs.metadata = argv, metadata
    walls, times, sizes, managers = [], [], [], []
    for number in range(KERNELS):
        kernel = AsyncKernelManager(
            kernel_spec_manager=specs, transport="ipc", connection_file=str(folder / f"{what[:1]}{number}.json")
        )
        start = time.perf_counter()
        await kernel.start_kernel(env=environment(folder), stdout=null(), stderr=null(), **launch)
        client = kernel.client()
        client.start_channels(hb=False, stdin=False, control=False)
        client.kernel_info()
        await client.get_shell_msg(timeout=60)
        walls.append(time.perf_counter() - start)
        times.append(cpu(kernel.provisioner.pid))
        client.stop_channels()
        managers.append(kernel)
    await asyncio.sleep(2)
    sizes = [own(kernel.provisioner.pid) for kernel in managers]
    shares = [kilobytes(kernel.provisioner.pid, "Pss:") / 1024 for kernel in managers]
    for kernel in managers:
        await kernel.shutdown_kernel(now=True)
    median: Callable[[list[float]], float] = statistics.median
    return (
        f"{what}: answers after {median(walls) * 1000:.0f} ms, {median(times):.0f} ms CPU; "
        f"own memory {median(sizes):.1f} MB, its share of all {median(shares):.1f} MB (of {KERNELS} at a time)"
    )


async def figures(folder: Path) -> None:
    """All figures, one a line."""
    plain = [*IPYKERNEL, "--HistoryManager.enabled=False"]
    forked = {"kernel_provisioner": {"provisioner_name": PROVISIONER, "config": {}}}
    half = await half_a_kernel(folder)
    halves = [sys.executable, "-m", HALVES, "-f", "{connection_file}"]
    lines: list[Callable[[], Awaitable[str]]] = [
        lambda: forks(folder),
        lambda: kernels(folder, "ordinary ipykernel", plain, {}),
        lambda: kernels(folder, "forked ipykernel", plain, forked),
        lambda: kernels(folder, "second half of a prepared kernel", halves, forked, zygote=half),
    ]
    for line in lines:
        print(await line(), flush=True)
    half.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        asyncio.run(figures(Path(place)))
