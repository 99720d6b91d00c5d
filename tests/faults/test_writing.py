"""A small share of the faults that may come while a leader writes: what ends a tab and the browser."""

from .writing import tried


def test_nothing_typed_is_lost_and_the_page_says_what_is_true_and_goes_on() -> None:
    figures = list(tried(seed=8, share=0.002))
    assert [figure.line for figure in figures if not (figure.kept or figure.timed)] == []
