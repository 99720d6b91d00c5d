"""``python -m tests.bench.pages``: measure, tell, and write the tables and the chart; 1 if a goal is missed.

``--quick`` does a little of everything in a few minutes and writes nothing: its figures say nothing.
"""

import asyncio
import sys
from pathlib import Path

from . import facts, figures, picture
from .course import QUICK, Alone, Plan, Result, course

HERE = Path(__file__).parent
HEAD = "# How fast a page opens\n\n![The figures below as bars](pages.svg)"
CONDITIONS = (HERE / "conditions.md").read_text(encoding="utf-8").strip()
TOLD, DRAWN = HERE.with_suffix(".md"), HERE.with_suffix(".svg")


async def measured(plan: Plan) -> tuple[dict[str, Result], Alone]:
    """One whole run."""
    async with course(plan) as run:
        await run.single()
        await run.loads()
        return run.results, await run.alone()


def main(arguments: list[str]) -> int:
    """Measure and tell."""
    quick = arguments == ["--quick"]
    plan = QUICK if quick else Plan()
    results, alone = asyncio.run(measured(plan))
    tables = figures.tables(results, alone, plan)
    worst = max([table.tell() for table in tables])
    remarks = [facts.kept(results), facts.machine()]
    print("\n\n".join(remarks))
    if not quick:
        parts = [HEAD, *(table.markdown for table in tables), *remarks, CONDITIONS]
        TOLD.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
        DRAWN.write_text(picture.drawn(figures.everyone(results, plan)), encoding="utf-8")
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
