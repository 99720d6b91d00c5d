"""A share of the kills and of the acknowledgements under strace."""

from . import durable


def test_what_was_acknowledged_is_on_the_disk() -> None:
    for figure in durable.tried(seed=1, share=0.01):
        assert figure.kept, figure.line
