"""A share of the attempts to join, and every attack."""

import pytest

from .kernels import tried

pytestmark = pytest.mark.usefixtures("uncounted")


def test_nobody_joins_a_kernel_and_nothing_run_inside_gets_out() -> None:
    figures = list(tried(seed=1, share=0.02))
    assert [figure.line for figure in figures if not figure.kept] == []
    assert len(figures) == 4
