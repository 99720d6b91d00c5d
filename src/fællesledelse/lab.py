"""JupyterLab on a cohort folder, where facilitators rewrite the pages: on this machine alone, asking nobody for anything.

It runs with the settings that travel with the package, and knows nothing of the user's own Jupyter configuration.
"""

import importlib.util
import secrets
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from .errors import FællesledelseError
from .share import share

NOTEBOOKS = "notebooks"


class LabError(FællesledelseError):
    """JupyterLab can't be started. The message is Danish."""


@dataclass(frozen=True)
class Lab:
    """How to start it: ``arguments``, and ``environment`` besides one's own. ``url`` opens it, with its token."""

    arguments: list[str]
    environment: dict[str, str]
    url: str


def prepare(folder: Path, browser: bool) -> Lab:
    """Choose a port and a token, and check that there is something to start. Raises LabError."""
    if not (folder / NOTEBOOKS).is_dir():
        raise LabError(f"{folder} er ikke et holds mappe: den har ingen mappe, der hedder {NOTEBOOKS}. Ret stien.")
    if importlib.util.find_spec("jupyterlab") is None:
        raise LabError("JupyterLab er ikke installeret. Installér det ved siden af: python -m pip install jupyterlab")
    port, token = _free_port(), secrets.token_urlsafe(24)
    page = f"/lab/tree/{NOTEBOOKS}"
    options = {
        "ServerApp.root_dir": folder.resolve(),
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.open_browser": browser,
        "ServerApp.answer_yes": True,  # Ctrl-C stops it without asking in English
        "ServerApp.allow_root": True,
        "ServerApp.terminals_enabled": False,
        "ServerApp.log_level": "ERROR",
        "LabApp.log_level": "ERROR",
        "LabApp.default_url": page,
        "LabApp.app_settings_dir": share("templates/lab"),
        "LabApp.extension_manager": "readonly",
        "LabApp.news_url": "",
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    environment = {"JUPYTER_TOKEN": token, "JUPYTER_NO_CONFIG": "1"}  # others can read a command line
    return Lab(arguments, environment, f"http://127.0.0.1:{port}{page}?token={token}")


def run(lab: Lab) -> None:
    """Run it in this process until Ctrl-C. ``lab.environment`` must be in the process's own by now."""
    from jupyter_core.paths import jupyter_config_dir
    from jupyterlab.labapp import LabApp

    try:
        LabApp.launch_instance(argv=lab.arguments)
    finally:
        shutil.rmtree(jupyter_config_dir(), ignore_errors=True)  # an empty one, made for this run


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
