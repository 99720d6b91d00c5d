"""Every benchmark, one after the other; 1 if one is above its limit. ``--readme`` puts the tables into the README."""

import sys
from pathlib import Path

from . import bench_build, bench_saves
from .table import Table

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def written(readme: str, tables: list[Table]) -> str:
    """The README with those tables between the two marks."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.rpartition(END)
    return "\n\n".join([f"{before}{BEGIN}", *(table.markdown for table in tables), f"{END}{after}"])


def main(arguments: list[str]) -> int:
    """Measure and tell."""
    tables = [bench_build.measure(), bench_saves.measure()]
    worst = max([table.tell() for table in tables])
    if arguments == ["--readme"]:
        README.write_text(written(README.read_text(encoding="utf-8"), tables), encoding="utf-8")
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
