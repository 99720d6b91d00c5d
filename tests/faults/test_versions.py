"""A small share of the interleavings of tabs, devices, networks and clocks."""

from .versions import tried


def test_no_version_is_lost_in_any_interleaving() -> None:
    (figure,) = tried(seed=3, share=0.0015)
    assert figure.kept, figure.line
