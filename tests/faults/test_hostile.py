"""A small share of the hostile texts."""

import pytest

from .hostile import WHOLE, is_text, texts, tried

pytestmark = pytest.mark.usefixtures("uncounted")


def test_hostile_text_is_text_everywhere() -> None:
    assert [figure.line for figure in tried(seed=1, share=0.001) if not figure.kept] == []


def test_the_hostile_texts_are_as_many_and_as_odd_as_is_told() -> None:
    found = texts(seed=2, count=WHOLE // 1000)
    assert len(found) == WHOLE // 1000
    assert any("<script" in text.lower() or "onerror" in text.lower() for text in found)
    assert not all(map(is_text, texts(seed=2, count=2000)))
    assert found == texts(seed=2, count=WHOLE // 1000)
