"""Constructed leaders for the tests of groups and for the figures."""

import csv
from pathlib import Path

from fællesledelse.grouping import Grouping, Leader, Rule

ROSTER = Path(__file__).parents[2] / "templates/demo/deltagere.csv"
DEPARTMENTS = ("Børn", "Social", "Teknik", "Kultur", "Job", "Stab", "Plan")


def demo() -> list[Leader]:
    """The 38 of the demo cohort."""
    with ROSTER.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return [Leader(row["email"], row["navn"], row["afdeling"], int(row["niveau"]), row["nærmeste leder"]) for row in rows]


def town(many: int) -> list[Leader]:
    """A director on top, one director for each of seven departments, and the rest spread below them."""
    top = [Leader("p00", "Kommunaldirektør Å", "Direktionen", 1)]
    heads = [Leader(f"p{at:02}", f"Direktør {at}", name, 2, "p00") for at, name in enumerate(DEPARTMENTS, start=1)]
    rest = [
        Leader(
            f"p{at:02}", f"Chef {at}", DEPARTMENTS[at % 7], 3 + at % 2, f"p{at % 7 + 1:02}", frozenset({f"kursus {at % 5}"})
        )
        for at in range(8, many)
    ]
    return [*top, *heads, *rest]


def ids(found: Grouping) -> tuple[tuple[str, ...], ...]:
    return tuple(group for _, group in found.groups)


def reached(found: Grouping) -> dict[Rule, int]:
    return {row.rule: row.reached for row in found.table}
