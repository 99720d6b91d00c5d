"""The server's own log: where something failed, never what was in it.

An exception's message, or a library's warning about a message it could not read, may quote what someone wrote. So
everything that is logged, by whatever library, goes through one formatter that knows only the exception's type and frames.
"""

import logging
import sys
import traceback
from typing import Any

LOG = logging.getLogger("faellesledelse")


class QuietFormatter(logging.Formatter):
    """Writes where an exception came from, never its message."""

    def formatException(self, ei: Any) -> str:
        """Type and frames."""
        frames = "".join(traceback.format_tb(ei[2]))
        return f"{frames}{ei[0].__name__ if ei[0] else 'exception'}"


def quiet(*loggers: logging.Logger) -> None:
    """Send everything to stderr through the one formatter, from level WARNING on. ``loggers`` have handlers of their own."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(QuietFormatter("%(asctime)s %(levelname)s %(message)s"))
    handler.addFilter(_without_cells)
    handler.setLevel(logging.WARNING)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    for logger in loggers:
        logger.handlers[:] = []
        logger.propagate = True
    logging.getLogger("tornado.general").setLevel(logging.ERROR)  # its warnings quote what could not be parsed


def _without_cells(record: logging.LogRecord) -> bool:
    """Keep Voilà from printing a failed cell with its outputs."""
    if "executing cell" in str(record.msg):
        record.msg, record.args = "A cell failed", ()
    return True
