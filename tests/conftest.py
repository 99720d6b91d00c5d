"""What tests of more than one room use: databases of both kinds, and the demo's cohort.

Store and builder are imported only where a test asks for them, since neither's tests may need the other.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from .postgres import Server


settings.register_profile("shared", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")  # a machine that others use is slow now and then, and that is no failure


class Turns(LoadScopeScheduling):
    """Keeps a file of tests together, and all those with browsers: two cores are too few for two browsers."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return "browser" if file.startswith("tests/browser/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Turns:
    """Called by pytest-xdist, where files of tests run side by side."""
    return Turns(config, log)


@pytest.fixture(scope="module")
def uncounted() -> Iterator[None]:
    """What a file's tests begin is not measured: thousands of requests cover no more lines, and take twice the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COVERAGE_PROCESS_CONFIG", "")
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One PostgreSQL server for all tests."""
    from .postgres import running_server

    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_url(postgres_server: Server) -> str:
    """A PostgreSQL database with the newest schema, which tests fill and empty one after the other."""
    from fællesledelse.store.database import Database

    url = postgres_server.create()
    Database(url).close()
    return url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite database of this test's own; the file does not exist yet."""
    return f"sqlite:///{tmp_path}/store.db"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the newest schema and without rows, to copy."""
    from fællesledelse.store.database import Database

    path = tmp_path_factory.mktemp("migrated") / "store.db"
    Database(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def migrated_sqlite_url(migrated_file: Path, sqlite_url: str, tmp_path: Path) -> str:
    """A SQLite database of this test's own without rows."""
    shutil.copytree(migrated_file.parent, tmp_path, dirs_exist_ok=True)
    return sqlite_url


@pytest.fixture
def postgresql_url(migrated_url: str) -> Iterator[str]:
    """A PostgreSQL database without rows."""
    from fællesledelse.store.schema import metadata

    from .postgres import empty

    yield migrated_url
    empty(migrated_url, [table.name for table in reversed(metadata.sorted_tables)])


@pytest.fixture(params=["migrated_sqlite_url", "postgresql_url"], ids=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The same test on both databases, migrated and without rows."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture(scope="session")
def all_open(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's cohort folder, built, with every step open. Tests that change it work on a copy."""
    from fællesledelse import danish
    from fællesledelse.cohort.build import build
    from fællesledelse.cohort.demo import write_demo

    folder = tmp_path_factory.mktemp("demo") / "hold"
    write_demo(folder, danish.today(), all_open=True)
    build(folder)
    return folder
