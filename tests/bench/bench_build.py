"""How long twelve notebooks take to build, against one through papermill's ordinary engine.

Run it alone: python -m tests.bench.bench_build. It tells the least of several runs, and ends with 1 above two seconds.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import papermill

from fællesledelse.cohort.build import build
from fællesledelse.cohort.demo import write_demo

from .table import Table

RUNS = 5
NOTEBOOKS = 12
LIMIT = 2.0  # seconds
TITLE = "Building a cohort's workbook, seconds:"
COLUMNS = ("what", "least", "the first time")


def twelve(folder: Path) -> None:
    """The demo cohort with copies of its longest page, so that it has twelve steps."""
    write_demo(folder, date(2026, 11, 20))
    text = (folder / "hold.yaml").read_text(encoding="utf-8")
    longest = (folder / "notebooks/forberedelse-2.ipynb").read_text(encoding="utf-8")
    steps = ""
    for number in range(NOTEBOOKS - text.count("- trin: ")):
        name = f"ekstra-{number}"
        (folder / f"notebooks/{name}.ipynb").write_text(longest.replace("forberedelse-2", name), encoding="utf-8")
        steps += f"  - trin: {name}\n    titel: Ekstra\n    åbner: 01.12.2027\n    minutter: 9\n"
    (folder / "hold.yaml").write_text(text.replace("\nprivatliv:", f"{steps}\nprivatliv:"), encoding="utf-8")


def seconds(work: Callable[[], object], runs: int) -> list[float]:
    """What each of ``runs`` took. The least is the one to which the machine's other work added nothing."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return times


def measure() -> Table:
    """Twelve notebooks by our engine, and one by papermill's own."""
    place = Path(tempfile.mkdtemp())
    try:
        twelve(place / "hold")
        ours = seconds(lambda: build(place / "hold"), RUNS)
        page = str(place / "hold/notebooks/velkomst.ipynb")
        theirs = seconds(lambda: papermill.execute_notebook(page, str(place / "out.ipynb"), progress_bar=False), RUNS - 2)
    finally:
        shutil.rmtree(place)
    rows = [
        (f"{NOTEBOOKS} notebooks checked and built (limit {LIMIT:.0f})", f"{min(ours):.2f}", f"{ours[0]:.2f}"),
        ("1 notebook run by papermill's ordinary engine", f"{min(theirs):.2f}", f"{theirs[0]:.2f}"),
    ]
    return Table(TITLE, COLUMNS, rows, kept=ours[0] <= LIMIT)


if __name__ == "__main__":
    sys.exit(measure().tell())
