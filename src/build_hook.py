"""Called by hatchling before it builds: refuses two wheels that would lack half the package without a word."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FETCHED = (
    "src/fællesledelse/server/static/vendor/page.js",
    "src/fællesledelse/documents/fonts/IBMPlexSerif_400Regular.ttf",
)


class CompleteOrNothing(BuildHookInterface[Any]):
    """Stops a build that would leave files out."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before anything is collected. ``version`` is "editable" for a working copy, which needs no bundle yet."""
        if sys.getfilesystemencoding() != "utf-8":
            raise RuntimeError(
                "This process can't spell the package's name, fællesledelse. Set PYTHONUTF8=1 and build again."
            )
        if version != "editable" and not all((Path(self.root) / name).is_file() for name in FETCHED):
            raise RuntimeError("The pages' styles, fonts and scripts have not been fetched. Run make wheel.")
