"""The server on a clock of the test's own: ``launcher.py CLOCK FOLDER…``.

CLOCK is a file that holds a moment in ISO format, at which time stands still; without it time goes on as it does.
TEST_KERNELS in the environment ("IDLE=3,LOOK=1") gives kernels shorter lives.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from fællesledelse.server import kernels
from fællesledelse.server.run import now, open_house, serve
from fællesledelse.settings import read


def main(clock: Path, folders: list[Path]) -> None:
    def told() -> datetime:
        return datetime.fromisoformat(clock.read_text("ascii")).astimezone(UTC) if clock.exists() else now()

    for wish in filter(None, os.environ.get("TEST_KERNELS", "").split(",")):
        name, _, value = wish.partition("=")
        setattr(kernels, name, int(value))
    serve(open_house(read(), folders, told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(each) for each in sys.argv[2:]])
