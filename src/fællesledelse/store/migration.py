"""Brings a database to the newest schema. The steps are in ``migrations/versions``, one readable file each.

The revisions are the numbers that the files begin with. So a server that has nothing to bring up starts without Alembic.
"""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from ..errors import StoreError

UPGRADES = "foer-opgradering"
"""The folder, in the data folder, for the copies that are taken before an upgrade."""

VERSIONS = "alembic_version"
"""The table that says which schema a database has."""

_FOLDER = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x6C656465  # any number, the same for every server


def migrate(engine: Engine, revision: str = "head", before: Callable[[Connection], None] | None = None) -> None:
    """Upgrade to ``revision`` in one transaction, after ``before`` if there is something to lose.

    StoreError if a newer program has been here.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ADVISORY_LOCK})
        present, known = revision_of(connection), _revisions()
        if present and present not in known:
            raise StoreError(
                f"Databasen har skemaet {present}, som denne udgave af programmet ikke kender: En nyere udgave "
                "har brugt den. Intet er ændret. Installér den nyere udgave igen, eller læg den kopi tilbage, der blev "
                f"taget før opgraderingen (i datamappen under {UPGRADES}): faellesledelse gendan KOPI --nøgler NØGLER."
            )
        if present != max(known):
            if present and before is not None:
                before(connection)
            _upgrade(connection, revision)


def knows(revision: str) -> bool:
    """Whether this version of the program can bring a database from that schema to the newest."""
    return revision in _revisions()


def revision_of(connection: Connection) -> str:
    """The schema that a database has; empty before the first."""
    if not inspect(connection).has_table(VERSIONS):
        return ""
    return str(connection.execute(text(f"SELECT version_num FROM {VERSIONS}")).scalar() or "")


def _revisions() -> set[str]:
    return {path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*.py")}


def _upgrade(connection: Connection, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, revision)
