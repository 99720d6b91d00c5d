"""``python -m fællesledelse.kernels.kernel -f FILE``: an ordinary ipykernel.

A zygote that was prepared with this module's ``prepare`` has its first half ready (see `KernelApp`).
"""

import sys

from .app import KernelApp


def prepare(*arguments: str) -> None:
    """Make the first half. For `Zygote.start`; ``arguments`` are ipykernel's, but for the connection file."""
    KernelApp.instance().prepare(arguments)


if __name__ == "__main__":
    app = KernelApp.instance()
    app.initialize(sys.argv[1:])
    app.start()
