"""A share of the damaged databases."""

from . import damage


def test_damage_is_recognised_before_anything_is_read() -> None:
    for figure in damage.tried(seed=1, share=0.1):
        assert figure.kept, figure.line
