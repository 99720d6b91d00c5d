"""The whole trial of every promise, or of those named; 1 if one is not kept. ``--seed`` gives another draw of faults.

A module of this folder with a function ``tried(seed, share)`` is a trial: it yields its figures. ``share`` is the part of
the whole trial that is run, 1 here and small in the module's own test.
"""

import argparse
import pkgutil
import sys
from importlib import import_module
from types import ModuleType

from tests import faults


def trials() -> dict[str, ModuleType]:
    """Every trial by the name of its module."""
    names = [found.name for found in pkgutil.iter_modules(faults.__path__) if not found.name.startswith(("test_", "__"))]
    modules = {name: import_module(f"{faults.__name__}.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "tried")}


def main(arguments: list[str]) -> int:
    """Run, and tell each figure as soon as it is there."""
    every = trials()
    parser = argparse.ArgumentParser(prog="tests.faults", description=__doc__)
    parser.add_argument("promises", nargs="*", choices=[*every, []], help="those to try; all if none is named")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    print("| promise | what is counted | goal | measured |\n| --- | --- | --- | --- |", flush=True)
    kept = True
    for name in asked.promises or every:
        for figure in every[name].tried(asked.seed, 1.0):
            print(figure.line, flush=True)
            kept &= figure.kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
