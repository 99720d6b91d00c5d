"""``python -m fællesledelse.workbook.kernel STEP -f FILE``: the kernel behind one open page, an ordinary ipykernel.

The page is bound to its leader before the kernel speaks, so the first thing a browser hears is how things are now.
"""

import os
import sys

import ipywidgets
from ipywidgets.widgets import widget
from tornado.ioloop import IOLoop

from ..kernels.app import KernelApp
from .connection import ServerConnection
from .page import bind, take_connection
from .rehearsal import REHEARSED, Rehearsed, rehearse


def _forget_other_pages(rehearsed: Rehearsed) -> None:
    """Of all the widgets that were there before the fork, a browser shall hear of its own page's alone."""
    comms = ipywidgets.comm.get_comm_manager().comms
    for model_id in comms.keys() - rehearsed.models:
        del comms[model_id]
        widget._instances.pop(model_id, None)


def _end_without(connection: ServerConnection) -> None:
    """Nobody asks a kernel anything any more when the server has hung up."""
    if connection.hung_up():
        os._exit(0)


def main(step: str, arguments: list[str]) -> None:
    """Serve the page until the kernel is told to stop."""
    connection = take_connection()
    rehearsed = REHEARSED.get(step) or rehearse(step, connection.cells())
    _forget_other_pages(rehearsed)
    bind(rehearsed.page, connection)
    app = KernelApp.instance()
    app.initialize(arguments)
    app.kernel.shell.user_ns.update(rehearsed.names)
    ipywidgets.register_comm_target()
    IOLoop.current().add_handler(connection.fileno(), lambda *_: _end_without(connection), IOLoop.READ)
    app.start()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
