"""A small share of the trial of forgetting."""

from .forgetting import tried


def test_what_is_deleted_is_gone_and_no_old_copy_brings_it_back() -> None:
    figures = list(tried(seed=1, share=0.01))
    assert not [figure.line for figure in figures if not figure.kept]
    assert len(figures) == 8
