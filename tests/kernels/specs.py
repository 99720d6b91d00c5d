"""Kernels of every kind that can be forked, started as any Jupyter client starts them."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client import BlockingKernelClient, KernelManager
from jupyter_client.kernelspec import KernelSpecManager

from fællesledelse.kernels import PROVISIONER, Zygote

HALVES = "fællesledelse.kernels.kernel"
IPYKERNEL = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
TIMEOUT = 30.0


def write_spec(folder: Path, name: str, argv: list[str], **config: object) -> None:
    """A kernelspec that asks for forks."""
    provisioner = {"provisioner_name": PROVISIONER, "config": config}
    spec = {"argv": argv, "display_name": name, "language": "python", "metadata": {"kernel_provisioner": provisioner}}
    (folder / name).mkdir(parents=True)
    (folder / name / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")


def manager(folder: Path, name: str = "forked", transport: str = "ipc") -> KernelManager:
    """The manager of a kernel that is not started yet. ``folder`` holds the kernelspecs."""
    specs = KernelSpecManager(kernel_dirs=[str(folder)])
    count = len(list(folder.glob("*.json")))
    return KernelManager(
        kernel_name=name, kernel_spec_manager=specs, transport=transport, connection_file=str(folder / f"k{count}.json")
    )


@contextmanager
def client(kernel: KernelManager) -> Iterator[BlockingKernelClient]:
    """A client of a kernel that runs."""
    speaking: BlockingKernelClient = kernel.blocking_client()
    speaking.start_channels()
    try:
        speaking.wait_for_ready(timeout=TIMEOUT)
        yield speaking
    finally:
        speaking.stop_channels()


@contextmanager
def running(kernel: KernelManager, env: Mapping[str, str], **launch: Any) -> Iterator[BlockingKernelClient]:
    """Start a kernel, and end it with the context."""
    kernel.start_kernel(env=dict(env), stdout=null(), stderr=null(), **launch)
    try:
        with client(kernel) as speaking:
            yield speaking
    finally:
        kernel.shutdown_kernel(now=True)


def null() -> int:
    """What a program is told when nobody wants to hear what it says."""
    return -3  # subprocess.DEVNULL


def value(speaking: BlockingKernelClient, expression: str) -> Any:
    """What an expression is in the kernel."""
    code, said = f"import json; said = json.dumps({expression})", {"said": "said"}
    reply = speaking.execute(code, reply=True, timeout=TIMEOUT, user_expressions=said)
    assert reply["content"]["status"] == "ok", reply["content"]
    return json.loads(eval(reply["content"]["user_expressions"]["said"]["data"]["text/plain"]))


def pid_of(kernel: KernelManager) -> int:
    """The number of a kernel's process."""
    assert kernel.provisioner is not None
    return int(kernel.provisioner.pid)


def environment(folder: Path) -> dict[str, str]:
    """What these kernels know of their surroundings; nothing of theirs is written at the user's home."""
    return {"PATH": os.environ["PATH"], "PYTHONUTF8": "1", "IPYTHONDIR": str(folder), "HOME": str(folder)}


async def half_a_kernel(folder: Path) -> Zygote:
    """A zygote with the first half of a kernel."""
    arguments = ["--HistoryManager.enabled=False"]
    prepare = f"{HALVES}:prepare"
    return await Zygote.start(modules=[HALVES], prepare=prepare, arguments=arguments, env=environment(folder), cwd="/")
