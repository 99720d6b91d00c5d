"""Brings a database to the newest schema. The steps are in ``migrations/versions``, one readable file each."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

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
        config = _config(connection)
        present, known = MigrationContext.configure(connection).get_current_heads(), ScriptDirectory.from_config(config)
        if unknown := set(present) - {script.revision for script in known.walk_revisions()}:
            raise StoreError(
                f"Databasen har skemaet {', '.join(unknown)}, som denne udgave af programmet ikke kender: En nyere udgave "
                "har brugt den. Intet er ændret. Installér den nyere udgave igen, eller læg den kopi tilbage, der blev "
                f"taget før opgraderingen (i datamappen under {UPGRADES}): faellesledelse gendan KOPI --nøgler NØGLER."
            )
        if set(present) != set(known.get_heads()):
            if present and before is not None:
                before(connection)
            command.upgrade(config, revision)


def knows(revision: str) -> bool:
    """Whether this version of the program can bring a database from that schema to the newest."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def revision_of(connection: Connection) -> str:
    """The schema a migrated database has."""
    return MigrationContext.configure(connection).get_current_heads()[0]


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
