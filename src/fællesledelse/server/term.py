"""How a gathering ends, by what its leaders have been told of it.

A day in the file is a wish: it takes effect when the mail about it has gone to everyone. What has been told stands in the
mailings (see ``notices``), so nothing else must be kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from typing import Final, Literal

FIRST: Final = timedelta(days=60)
LAST: Final = timedelta(days=14)
"""How long before the deletion leaders are told, and told again. With the last mail writing closes."""

Stage = Literal["first", "last", "moved"]


@dataclass(frozen=True)
class Notice:
    """What all leaders have been told ``on`` a day: that ``ends`` is the last one."""

    ends: date
    stage: Stage
    on: date


@dataclass(frozen=True)
class Term:
    """How a gathering ends. ``ends`` is the last day that counts; ``first`` and ``last`` are when leaders were told of it.

    ``next``: the day and the stage of the notice that is due, if one is.
    """

    ends: date
    first: date | None
    last: date | None
    next: tuple[date, Stage] | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing more can be written."""
        return self.last is not None

    def gone(self, today: date) -> date:
        """The first day on which nothing of it is left, if what has yet to be told is told ``today`` or in its time."""
        first = (self.first or max(today, self.ends - FIRST)) + FIRST
        last = (self.last or max(today, self.ends - LAST)) + LAST
        return max(self.ends + timedelta(days=1), first, last)

    def told(self) -> "Term":
        """The same once the notice that is due has moved the last day, if that is what it does."""
        if self.next is None or self.next[1] != "moved":
            return self
        later = self.next[0] >= self.ends
        return Term(self.next[0], self.first if later else None, None)


def term(ends: date | None, told: Sequence[Notice], today: date) -> Term | None:
    """How a gathering ends whose file has that last day (None: it has none); None where nobody has set an end.

    ``told``: all notices, the oldest first.
    """
    counts = told[-1].ends if told else ends
    if counts is None:
        return None
    known = list(takewhile(lambda each: each.ends <= counts, reversed(told)))
    first = known[-1].on if known else None
    same = takewhile(lambda each: each.ends == counts, reversed(told))
    due = max(counts, (first or today) + FIRST) - LAST
    last = min((each.on for each in same if each.stage == "last" or each.on >= due), default=None)
    if told and ends not in (None, counts):
        return Term(counts, first, last, (ends, "moved"))
    if first is None:
        return Term(counts, first, last, (counts, "first") if today >= counts - FIRST else None)
    return Term(counts, first, last, (counts, "last") if last is None and today >= due else None)
