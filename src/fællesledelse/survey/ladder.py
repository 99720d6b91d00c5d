"""How much of a distribution is shown, so that it determines nobody's answer, and the proof.

In full where at least three gave another answer than the commonest: whichever two tell an attacker what they answered, the
rest are not of one mind, and two of the rest who differ could have answered the other way round. Otherwise all but two or
fewer are of one mind, and which mind is blurred: "1 or 2", "4 or 5", or, where it is 3 or "ved ikke", not told at all. The
level tells that they are of one mind, so the proof reckons with it: it goes through every distribution that would be shown
the same way. It looks only at what is shown, so that passing or failing it tells nothing more.
"""

from collections.abc import Iterator
from itertools import combinations_with_replacement

import numpy as np

from .model import ABSENT, ANSWERS, LEAST, Answers, Counts, Distribution, Level

APART = 3
"""How many must have given another answer than the commonest: two colluders and one more."""

BINS = ((0,), (1, 2), (3,), (4, 5))
"""The answers that a merged distribution tells apart."""


def counted(answers: Answers) -> Counts:
    """How many gave each answer from 0 to 5; those who gave none are left out."""
    return tuple(np.bincount(answers[answers != ABSENT], minlength=len(ANSWERS)).tolist())


def shown(counts: Counts) -> Distribution | None:
    """What may be shown of a distribution (a count for each answer from 0 to 5). None where fewer than five answered."""
    answered, most = sum(counts), max(counts)
    if answered < LEAST:
        return None
    if answered - most >= APART:
        return Distribution(answered, Level.FULL, counts)
    if any(most == counts[answer] for together in BINS if len(together) > 1 for answer in together):
        return Distribution(answered, Level.MERGED, tuple(sum(counts[answer] for answer in together) for together in BINS))
    return Distribution(answered, Level.NONE)


def safe(told: Distribution) -> bool:
    """Whether, for any two colluders and whatever they answered, nobody else's answer is determined. Exact."""
    possible: dict[tuple[int, ...], set[int]] = {}
    for counts in alike(told):
        for colluders in combinations_with_replacement(ANSWERS, 2):
            rest = [count - colluders.count(answer) for answer, count in enumerate(counts)]
            if min(rest) >= 0:
                possible.setdefault(colluders, set()).update(answer for answer in ANSWERS if rest[answer])
    return all(len(answers) > 1 for answers in possible.values())


def alike(told: Distribution) -> Iterator[Counts]:
    """Every distribution that would be shown as ``told``."""
    if told.level is Level.FULL:
        yield told.counts
    else:
        yield from {counts for counts in of_one_mind(told.answered) if shown(counts) == told}


def of_one_mind(answered: int) -> Iterator[Counts]:
    """Every distribution in which fewer than three gave another answer than the commonest."""
    for common in ANSWERS:
        for others in combinations_with_replacement(ANSWERS, APART - 1):
            given = [common] * (answered - len(others)) + list(others)
            yield tuple(given.count(answer) for answer in ANSWERS)
