"""Jupyter kernels that are forks."""

import asyncio
import atexit
import os
import sys
import time
from collections.abc import Mapping, Sequence
from subprocess import DEVNULL, PIPE, STDOUT
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo, port_names
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import List, Unicode

from .forked import Forked
from .zygote import Zygote, ZygoteError, available

KERNEL = ("ipykernel_launcher", "ipykernel.kernelapp")
LISTENS = 2.0  # seconds after which a kernel that doesn't listen is left to its client
UNDERSTOOD = {"env", "cwd", "stdin", "stdout", "stderr", "pass_fds", "extra_arguments", "kernel_id"}


class ForkProvisioner(LocalProvisioner):
    """Starts a kernel as a fork of a zygote; everything else is Jupyter's own way with a local process.

    A kernelspec asks for it in its metadata: ``{"kernel_provisioner": {"provisioner_name": "fork-provisioner"}}``. A server
    may say of which zygote and behind which walls, ``await manager.start_kernel(zygote=zygote, walls=(…))`` (see
    `Zygote.run`), and then hears a ZygoteError if that one is gone;
    else all kernels share one that is renewed when it is gone or a module's file was changed. What can't be forked
    (another interpreter, pipes, a system without fork) is started the ordinary way, and the log says so once.
    """

    modules: List[str] = List(
        Unicode(), list(KERNEL), config=True, help="What the shared zygote has imported before the first kernel asks for it."
    )

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Called by the kernel manager when a kernel is started or started again."""
        zygote: Zygote | None = kwargs.pop("zygote", None)
        walls: Sequence[str] = kwargs.pop("walls", ())
        reason = _hindrance(cmd, kwargs)
        if reason:
            self._note(reason)
            return await super().launch_kernel(cmd, **kwargs)
        self.cwd = kwargs.get("cwd") or os.getcwd()
        program: dict[str, Any] = {
            "argv": [os.path.expanduser(part) for part in _plain(cmd)],
            "env": {**kwargs["env"], "JPY_PARENT_PID": "1"},  # of no use here, and the zygote's at best
            "cwd": os.fspath(self.cwd),
            "fds": _descriptors(kwargs),
            "walls": walls,
        }
        process = await (zygote.run(**program) if zygote else self._shared_run(program))
        self.process = cast(Any, process)  # annotated as a Popen, of which it has what is used
        self.pid = self.pgid = process.pid
        return self.connection_info

    async def post_launch(self, **kwargs: Any) -> None:
        """Called when the kernel was launched: wait until it listens. Who connects earlier tries again only after 0.1 s."""
        await super().post_launch(**kwargs)
        info: dict[str, Any] = dict(self.connection_info)
        if info.get("transport") == "ipc":
            awaited = [f"{info['ip']}-{info[name]}" for name in port_names]
            last = time.monotonic() + LISTENS
            while not all(map(os.path.exists, awaited)) and time.monotonic() < last and await self.poll() is None:
                await asyncio.sleep(0.002)

    async def _shared_run(self, program: dict[str, Any]) -> Forked:
        zygote = await _shared(tuple(self.modules), program["env"])
        try:
            return await zygote.run(**program)
        except ZygoteError:
            if zygote.alive:
                raise
        zygote = await _shared(tuple(self.modules), program["env"])
        return await zygote.run(**program)

    def _note(self, reason: str) -> None:
        if reason not in _noted:
            _noted.add(reason)
            self.log.warning("Kernels are started the ordinary way and not forked: %s.", reason)


_noted: set[str] = set()
_zygotes: dict[tuple[str, ...], Zygote] = {}


async def _shared(modules: tuple[str, ...], env: Mapping[str, str]) -> Zygote:
    """The zygote of all kernels that want these modules."""
    found = _zygotes.get(modules)
    if found is not None and found.alive and not found.stale():
        return found
    fresh = await Zygote.start(modules=modules, env=env, cwd="/", prepare=f"{__package__}.app:import_late")
    now = _zygotes.get(modules)
    if now is not found:  # another kernel's was ready first
        fresh.close()
        assert now is not None
        return now
    if found is not None:
        found.close()
    _zygotes[modules] = fresh
    return fresh


@atexit.register
def _close_shared() -> None:
    for zygote in _zygotes.values():
        zygote.close()


def _hindrance(cmd: list[str], kwargs: Mapping[str, Any]) -> str:
    """Why this kernel can't be a fork, or nothing."""
    options = [part for part in _plain(cmd)[1:2] if part.startswith("-") and part != "-m"]
    if not available():
        return "this system lacks fork or pidfds"
    if cmd[0] != sys.executable:
        return f"{cmd[0]} is another program than {sys.executable}"
    if options:
        return f"only a new process can have the option {options[0]}"
    if PIPE in (kwargs.get(name) for name in ("stdin", "stdout", "stderr")):
        return "only a new process can have pipes made for it"
    if kwargs.keys() - UNDERSTOOD:
        return f"only a new process can have {', '.join(sorted(kwargs.keys() - UNDERSTOOD))}"
    return ""


def _plain(cmd: list[str]) -> list[str]:
    """Without ``-Xfrozen_modules=off``, which ipykernel puts there for the debugger."""
    return [part for part in cmd if not part.startswith("-Xfrozen_modules")]


def _descriptors(kwargs: Mapping[str, Any]) -> dict[int, int]:
    """The child's descriptors and ours that they are, from what `subprocess.Popen` is told."""
    outputs = {1: kwargs.get("stdout"), 2: kwargs.get("stderr")}
    named = {0: kwargs.get("stdin", DEVNULL)} | {place: place if end is None else end for place, end in outputs.items()}
    if named[2] == STDOUT:
        named[2] = named[1]
    own = {
        place: end if isinstance(end, int) else end.fileno() for place, end in named.items() if end not in (DEVNULL, None)
    }
    return own | {fd: fd for fd in kwargs.get("pass_fds", ())}
