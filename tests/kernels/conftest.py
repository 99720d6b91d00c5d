"""A folder for programs, and a zygote that most tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fællesledelse.kernels import Zygote

from .processes import Workshop


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """A workshop whose zygotes end with the test."""
    made = Workshop(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    """A zygote that has prepared nothing."""
    made = Workshop(tmp_path_factory.mktemp("plain"))
    yield made.zygote()
    made.close()
