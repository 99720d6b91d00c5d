"""The mirror for empty words: at most three questions about a leader's draft, each with the words it is about.

Plain rules over Danish, no model and no network: whoever reads this module knows why a question is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """What a remark asks about."""

    QUALITY = "quality"  # an adjective about oneself without behaviour
    NOBODY = "nobody"  # a passive without an actor
    EVERYBODY = "everybody"  # a phrase nobody could disagree with
    BALANCE = "balance"  # an offer without an expectation, or the reverse


@dataclass(frozen=True)
class Remark:
    """A question about the few words in ``quote``, which stand under the heading ``key`` (one of vocabulary.DRAFT)."""

    rule: Rule
    key: str
    quote: str
    question: str
    because: str


def remarks(texts: Mapping[str, str]) -> tuple[Remark, ...]:
    """The three most useful questions about a draft (texts by key), fewer where there is less to ask."""
    return ()
