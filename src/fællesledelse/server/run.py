"""Starting the server: the services are made, the cohorts taken in, and the application told to serve."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from ..errors import SettingsError
from ..settings import Settings
from ..store import Store
from .app import WorkbookServer, pages_environment
from .audit import Audit
from .house import House
from .mail import Mailer
from .shelf import Shelf


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def open_house(settings: Settings, folders: list[Path], clock: Callable[[], datetime] = now) -> House:
    """Everything the server needs, with the cohorts in ``folders`` taken into the store.

    Raises SettingsError where a folder is not built, or where data and cohort folders lie inside one another.
    """
    os.umask(0o077)  # nothing the server writes is for anyone else on the machine
    for folder in folders:
        if settings.data.resolve().is_relative_to(folder.resolve()):
            raise SettingsError(f"The data folder {settings.data} lies inside the cohort folder {folder}. Move it out.")
    settings.data.mkdir(parents=True, exist_ok=True)
    shelf = Shelf(folders)
    store = Store.open(settings.database, settings.data / "keys", clock)
    for cohort in shelf:
        store.people.adopt(cohort.manifest, cohort.roster)
    audit = Audit(settings.data / "audit.jsonl", clock)
    return House(settings, store, shelf, audit, Mailer(settings), pages_environment(), clock)


def serve(house: House) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    server = WorkbookServer(house)
    server.initialize()
    server.start()
