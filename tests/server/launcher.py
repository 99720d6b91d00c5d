"""The server on a clock of the test's own: ``launcher.py CLOCK FOLDER…``.

CLOCK is a file that holds a moment in ISO format, at which time stands still; without it time goes on as it does.
A save of a text that begins with "FEJL" fails with that text in the exception's message, as a fault of ours might.
TEST_PER_PERSON in the environment is how many kernels one person may have; TEST_COPY_EVERY how many seconds there are
between the copies that the server takes of itself; TEST_EVERY how many between two looks after how cohorts end; with
TEST_WITHOUT_FORK the system is one that can't fork, as Windows and macOS can't. TEST_PAGE is a step whose page is computed
by the module TEST_PAGE_PROGRAM, from the PYTHONPATH, as if somebody had got code of their own into it; TEST_WALLS are the
walls to raise, where Python lies where no other user may read it but nothing more is imported.
"""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fællesledelse import surroundings
from fællesledelse.server import copies, kernels, processes, retention, walls
from fællesledelse.server.run import now, open_house, serve
from fællesledelse.settings import read


def main(clock: Path, folders: list[Path]) -> None:
    def told() -> datetime:
        return datetime.fromisoformat(clock.read_text("ascii")).astimezone(UTC) if clock.exists() else now()

    if "TEST_WITHOUT_FORK" in os.environ:
        del os.fork, os.pidfd_open
    if "TEST_PAGE" in os.environ:
        _attack(os.environ["TEST_PAGE"], os.environ["TEST_PAGE_PROGRAM"])
    if os.environ.get("TEST_WALLS"):
        walls.Walls.around = lambda _self, folder: (  # type: ignore[method-assign]
            f"{walls.MODULE}:raise_walls", folder, *os.environ["TEST_WALLS"].split()
        )  # fmt: skip
    kernels.PER_PERSON = int(os.environ.get("TEST_PER_PERSON", kernels.PER_PERSON))
    copies.EVERY = float(os.environ.get("TEST_COPY_EVERY", copies.EVERY))
    retention.EVERY = float(os.environ.get("TEST_EVERY", retention.EVERY))
    house = open_house(read(), folders, told)
    save = house.store.answers.save

    def failing(*args: Any) -> Any:
        if args[3].startswith("FEJL"):
            raise RuntimeError(args[3])
        return save(*args)

    house.store.answers.save = failing  # type: ignore[method-assign, assignment]
    serve(house)


def _attack(step: str, program: str) -> None:
    started = processes.Processes._started

    async def instead(self: processes.Processes, cohort: Any, argv: Sequence[str], end: int) -> Any:
        return await started(self, cohort, [argv[0], "-m", program, step] if argv[3] == step else argv, end)

    processes.Processes._started = instead  # type: ignore[method-assign]
    processes.PATIENCE = 120.0  # on a busy machine, attacks take their time
    processes.MODULES = (*processes.MODULES, program)
    surroundings.INHERITED = (*surroundings.INHERITED, "PYTHONPATH")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(each) for each in sys.argv[2:]])
