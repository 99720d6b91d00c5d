"""The demo cohort: a constructed municipality half-way through its first six months."""

import re
from datetime import date, timedelta
from pathlib import Path

from ..share import share
from . import days, year
from .skeleton import lay

_DAY = re.compile(r"\b(DAG|SLUT)([+-]\d+)\b")


PARTS = {"hold": "", "salon": "salon", "netvaerk": "netvaerk"}
"""The folders of the demo, and where in its templates each comes from."""


def write_demo(folder: Path, today: date, all_open: bool = False, part: str = "hold") -> None:
    """Make one of the demo's folders with days around ``today``; with ``all_open`` every step has opened before today.

    Raises CohortError if something is there already.
    """

    def day(found: re.Match[str]) -> str:
        offset = int(found[2])
        when = today + timedelta(days=min(offset, -1) if all_open and found[1] == "DAG" else offset)
        while year.closed(when):
            when -= timedelta(days=1)
        return days.written(when)

    demo = share("templates/demo") / PARTS[part]
    lines = (demo / "hold.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    text = "".join(line if line.startswith("#") else _DAY.sub(day, line) for line in lines)
    lay(folder, text, (demo / "deltagere.csv").read_text(encoding="utf-8"))
