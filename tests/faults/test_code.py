"""A handful of mutants that must never pass, each with the test that notices it. The whole is ``make faults``."""

from pathlib import Path

import pytest

from .code import CHOSEN, Mutant, copied, noticed

pytestmark = pytest.mark.usefixtures("uncounted")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("copy"))


@pytest.mark.parametrize("mutant", CHOSEN, ids=lambda mutant: mutant.test.partition("::")[2])
def test_a_mutant_is_noticed(copy: Path, mutant: Mutant) -> None:
    assert noticed(copy, mutant)
