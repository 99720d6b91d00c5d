"""Many rounds of starting and ending, in every way there is, and what they leave behind.

``python -m tests.kernels.rounds 1000 [seed]`` says "nothing left", or what is.
"""

import asyncio
import gc
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from fællesledelse.kernels import Forked, Zygote

from .processes import ENVIRONMENT, children, descriptors

AT_ONCE = 8


def rounds(count: int, seed: int, folder: Path) -> str:
    """Run that many rounds in ``folder``, and say what is left of them."""
    return asyncio.run(_rounds(count, random.Random(seed), folder))


async def _rounds(count: int, chance: random.Random, folder: Path) -> str:
    program = folder / "round.py"
    program.write_text("import sys, time\nprint('here', flush=True)\ntime.sleep(float(sys.argv[1]))")
    (await _zygote(folder)).close()  # what is made once is made now
    gc.collect()  # what others left is none of this
    mine, files, own = children(os.getpid()), _files(folder), len(descriptors(os.getpid()))
    base = await _zygote(folder)
    nested = await _zygote(folder, base)
    theirs = {pid: descriptors(pid) for pid in children(os.getpid()) - mine}
    theirs |= {pid: descriptors(pid) for each in list(theirs) for pid in children(each)}
    for first in range(0, count, AT_ONCE):
        several = range(first, min(first + AT_ONCE, count))
        await asyncio.gather(*(_round(chance.choice((base, nested)), program, chance) for _ in several))
    last = time.monotonic() + 5
    while (left := _left(theirs)) and time.monotonic() < last:
        await asyncio.sleep(0.01)  # those that nobody waits for have not ended yet
    nested.close()
    base.close()
    left += [f"a child {pid}" for pid in children(os.getpid()) - mine]
    more = len(descriptors(os.getpid())) - own
    left += [f"{more} descriptors here"] * (more > 0)
    left += [f"the file {path}" for path in _files(folder) - files]
    return ", ".join(left) or "nothing left"


def _left(zygotes: dict[int, set[int]]) -> list[str]:
    """What zygotes have now and had not when they had those descriptors."""
    more = [f"in zygote {pid}: {now - before}" for pid, before in zygotes.items() if (now := descriptors(pid)) - before]
    return more + [f"a child {pid}" for each in zygotes for pid in children(each) if pid not in zygotes]


async def _zygote(folder: Path, parent: Zygote | None = None) -> Zygote:
    return await Zygote.start(modules=[], env=ENVIRONMENT | {"TMPDIR": str(folder)}, cwd=str(folder), parent=parent)


async def _round(zygote: Zygote, program: Path, chance: random.Random) -> None:
    """One process: it ends by itself, is ended early or late, or nobody waits for it any more."""
    way = chance.choice(("ends", "terminated", "killed", "killed at once", "given up"))
    asked = asyncio.create_task(
        zygote.run(["", str(program), "0" if way == "ends" else "600"], env={}, cwd=str(program.parent), fds={})
    )
    if way == "given up":
        await asyncio.sleep(chance.random() * 0.005)
        asked.cancel()
    try:
        process = await asked
    except asyncio.CancelledError:
        return
    if way in ("terminated", "killed"):
        await asyncio.sleep(chance.random() * 0.02)
    await _end(process, way)


async def _end(process: Forked, way: str) -> None:
    if way != "ends":
        process.send_signal(signal.SIGTERM if way == "terminated" else signal.SIGKILL)
    await process.ended()


def _files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        said = rounds(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 4, Path(place))
    sys.exit(said if said != "nothing left" else print(said))
