"""What the figures were measured on, and what is said beside them."""

import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path

from tests import tools

from .contestant import BENCH
from .course import Result

PACKAGES = ("voila", "panel", "streamlit", "marimo")


def machine() -> str:
    """Cores, memory and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    browser = subprocess.run([tools.chromium(), "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    here = Path("lib", f"python{sys.version_info.major}.{sys.version_info.minor}", "site-packages")
    versions = {each.name: each.version for each in distributions(path=[str(BENCH / here)])}
    named = ", ".join(f"{name} {versions[name]}" for name in PACKAGES)
    return (
        f"Measured on {os.cpu_count()} cores with {memory:.0f} GB: {platform.system()}, Python {platform.python_version()}, "
        f"Chromium {browser}, {named}."
    )


def kept(results: Mapping[str, Result]) -> str:
    """Where what is typed at once is not lost."""
    lost = [name for name, result in results.items() if not result.kept]
    where = f"was gone when all was live: {', '.join(lost)}" if lost else "still stood there when all was live, everywhere"
    return f"A letter typed the moment the first field took text {where}."
