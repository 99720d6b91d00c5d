"""Starting the server: the services are made, the cohorts taken in, and the application told to serve."""

import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from ..errors import SettingsError
from ..settings import Settings
from ..store import Store
from .app import WorkbookServer, pages_environment
from .audit import FILE, Audit
from .deletion import go_on
from .house import House
from .log import LOG
from .mail import Mailer
from .mailing import Sending
from .shelf import Shelf

if sys.platform != "win32":
    import resource


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def open_house(settings: Settings, folders: list[Path], clock: Callable[[], datetime] = now) -> House:
    """Everything the server needs, with the cohorts in ``folders`` taken into the store.

    Raises SettingsError where a folder is not built, where the data folder can't be written to, or where it lies inside a
    cohort folder.
    """
    os.umask(0o077)  # nothing the server writes is for anyone else on the machine
    _dump_no_core()
    for folder in folders:
        if settings.data.resolve().is_relative_to(folder.resolve()):
            raise SettingsError(
                f"Datamappen {settings.data} ligger inde i holdets mappe {folder}. Sæt FAELLESLEDELSE_DATA til en mappe "
                "et andet sted."
            )
    shelf = Shelf(folders)
    _make(settings.data)
    store = Store.open(settings.database, settings.data / "keys", clock)
    go_on(store, settings, shelf)
    for cohort in shelf:
        store.people.adopt(cohort.manifest, cohort.roster)
    store.mailings.recover()
    audit = _audit(settings.data, clock)
    return House(settings, store, shelf, audit, Mailer(settings), pages_environment(), clock, Sending())


def _dump_no_core() -> None:
    """If the server or a kernel fails, its memory must not be laid on the disk: it holds what people write."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _audit(data: Path, clock: Callable[[], datetime]) -> Audit:
    """The audit log. That someone has changed it is said, and noted in it; leaders can go on writing."""
    audit = Audit(data, clock)
    if audit.trouble:
        LOG.warning("%s er ikke, som serveren skrev den. %s Sammenlign med en kopi.", data / FILE, audit.trouble)
        audit.note("log-broken", route="start", status=500)
    return audit


def _make(data: Path) -> None:
    """Make the data folder unless it is there, and try to write in it. Raises SettingsError."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=data).close()
    except (FileExistsError, NotADirectoryError):
        raise SettingsError(
            f"Datamappen {data} kan ikke laves: Der ligger en fil, hvor den skulle være. "
            "Sæt FAELLESLEDELSE_DATA til en anden mappe."
        ) from None
    except OSError as error:
        raise SettingsError(
            f"Serveren kan ikke skrive i datamappen {data}. Systemet siger: {error.strerror}.\n"
            "Giv serverens bruger ejerskab af mappen, og lad systemd skrive i den (ReadWritePaths). Eller sæt "
            "FAELLESLEDELSE_DATA til en anden mappe."
        ) from None


def serve(house: House, silent: bool = False) -> None:
    """Serve until SIGTERM or Ctrl-C; unless ``silent`` (a demo, a rehearsal), say first which walls are in force."""
    server = WorkbookServer(house)
    server.initialize()
    if not silent:
        print("Mure om hver side:", *server.walls, sep="\n- ", file=sys.stderr, flush=True)
    server.start()
