"""The server on a clock of the test's own: ``launcher.py CLOCK FOLDER…``.

CLOCK is a file that holds a moment in ISO format, at which time stands still; without it time goes on as it does.
A save of a text that begins with "FEJL" fails with that text in the exception's message, as a fault of ours might.
TEST_PER_PERSON in the environment is how many kernels one person may have; with TEST_WITHOUT_FORK the system is one that
can't fork, as Windows and macOS can't. TEST_EVERY is how many seconds pass between two looks after how cohorts end.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fællesledelse.server import kernels, retention
from fællesledelse.server.run import now, open_house, serve
from fællesledelse.settings import read


def main(clock: Path, folders: list[Path]) -> None:
    def told() -> datetime:
        return datetime.fromisoformat(clock.read_text("ascii")).astimezone(UTC) if clock.exists() else now()

    if "TEST_WITHOUT_FORK" in os.environ:
        del os.fork, os.pidfd_open
    kernels.PER_PERSON = int(os.environ.get("TEST_PER_PERSON", kernels.PER_PERSON))
    retention.EVERY = float(os.environ.get("TEST_EVERY", retention.EVERY))
    house = open_house(read(), folders, told)
    save = house.store.answers.save

    def failing(*args: Any) -> Any:
        if args[3].startswith("FEJL"):
            raise RuntimeError(args[3])
        return save(*args)

    house.store.answers.save = failing  # type: ignore[method-assign, assignment]
    serve(house)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(each) for each in sys.argv[2:]])
