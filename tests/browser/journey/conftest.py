"""The demo cohort on a real server, with every step open."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import Live, serving


@pytest.fixture(scope="module")
def live(all_open: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One server for a file; each test has leaders of its own."""
    with serving([all_open], tmp_path_factory.mktemp("server") / "data") as server:
        yield server
