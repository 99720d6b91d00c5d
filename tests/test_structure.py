"""The rooms and who may enter them."""

import ast
from pathlib import Path

import pytest

import fællesledelse

PACKAGE = Path(fællesledelse.__file__).parent
BOTTOM = {"errors", "model", "vocabulary", "manifest", "settings", "danish", "share", "cells", "names", "mirror"}
BOTTOM |= {"runsheet", "themes", "surroundings"}
ALLOWED = {
    "documents": BOTTOM,
    "cohort": BOTTOM | {"documents", "grouping", "survey"},
    "workbook": BOTTOM | {"kernels"},
    "store": BOTTOM | {"survey"},
    "kernels": set(),
    "grouping": BOTTOM,
    "survey": BOTTOM,
    "server": BOTTOM | {"documents", "kernels", "store", "survey"},
    "operation": BOTTOM,
    "lab": BOTTOM,
    "terminal": set(),
    "publishing": BOTTOM,
    "cohort_commands": BOTTOM | {"cohort", "grouping", "publishing", "terminal"},
    "commands": BOTTOM | {"store", "operation", "terminal"},
    "mail_commands": BOTTOM | {"operation", "terminal"},
    "dress": BOTTOM | {"cohort", "documents", "store", "server", "operation", "terminal"},
    "demo": BOTTOM | {"cohort", "store", "server"},
    "cli": BOTTOM
    | {
        "cohort",
        "store",
        "server",
        "operation",
        "demo",
        "dress",
        "lab",
        "terminal",
        "commands",
        "cohort_commands",
        "mail_commands",
    },
    "__main__": {"cli"},
}
"""What each room may import besides itself. A name that is not here is the bottom, which imports only the bottom."""


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    """The rooms of our own package that a module imports, wherever in it the import stands."""
    depth = len(path.relative_to(PACKAGE).parts)
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level == depth:
                rooms |= {module.split(".")[0]} if module else {alias.name for alias in node.names}
            elif module.startswith("fællesledelse"):
                rooms |= {module.split(".")[1]} if "." in module else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            rooms |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("fællesledelse.")}
    return rooms


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_the_rooms_below_it(path: Path) -> None:
    room = room_of(path)
    assert imported_rooms(path) <= ALLOWED.get(room, BOTTOM) | {room}


def test_the_rule_knows_every_room() -> None:
    rooms = {room_of(path) for path in modules()} - {"__init__"}
    assert rooms == set(ALLOWED) | BOTTOM


def test_the_environment_is_read_in_one_place_and_handed_on_in_two() -> None:
    """Settings know the server's variables; the server filters what a kernel gets; a kernel finds its socket.

    A fork is given the environment that a new process would have had.
    """
    readers = {str(path.relative_to(PACKAGE)) for path in modules() if "os.environ" in path.read_text(encoding="utf-8")}
    assert readers == {"settings.py", "cli.py", "surroundings.py", "workbook/page.py", "kernels/nursery.py"}
