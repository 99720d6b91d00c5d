"""The demo cohort: a constructed municipality half-way through its first six months."""

import re
from datetime import date, timedelta
from pathlib import Path

from ..share import share
from . import days
from .skeleton import lay

_DAY = re.compile(r"\b(DAG|SLUT)([+-]\d+)\b")


def write_demo(folder: Path, today: date, all_open: bool = False) -> None:
    """Make the demo's cohort folder with days around ``today``; with ``all_open`` no step opens later than today.

    Raises CohortError if something is there already.
    """

    def day(found: re.Match[str]) -> str:
        offset = int(found[2])
        return days.written(today + timedelta(days=min(offset, 0) if all_open and found[1] == "DAG" else offset))

    demo = share("templates/demo")
    lines = (demo / "hold.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    text = "".join(line if line.startswith("#") else _DAY.sub(day, line) for line in lines)
    lay(folder, text, (demo / "deltagere.csv").read_text(encoding="utf-8"))
