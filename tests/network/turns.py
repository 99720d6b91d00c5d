"""Who has which duty at which meeting, and where somebody new sits: what the four years are lived with.

A planner of the builder's own can take the place of either: see ``Planner``.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from fællesledelse.cohort.folder import Checked
from fællesledelse.model import Participant, Role

Duties = Mapping[str, tuple[list[str], list[str], list[str]]]
"""The meetings of each address as host, keeping the time, and with a case; the earlier ones too."""


@dataclass(frozen=True)
class Planner:
    """``place``: the group of each address that has none. ``duties``: everyone's, with those at ``meetings`` planned."""

    place: Callable[[Checked], Mapping[str, str]]
    duties: Callable[[Checked, Sequence[str]], Duties]


def in_the_smallest(checked: Checked) -> dict[str, str]:
    """Each into the group that is the smallest then."""
    people = leaders(checked)
    sizes = Counter(one.group for one in people if one.group)
    placed = {}
    for one in people:
        if not one.group:
            placed[one.email] = min(sizes, key=lambda group: (sizes[group], group))
            sizes[placed[one.email]] += 1
    return placed


class InTurn:
    """At each meeting whoever of the group has had a duty the fewest times. Who comes later begins where the group is."""

    def __init__(self) -> None:
        self._credit: dict[str, tuple[int, ...]] = {}

    def __call__(self, checked: Checked, meetings: Sequence[str]) -> Duties:
        """Everyone's duties, with those at the meetings."""
        people = leaders(checked)
        had = {one.email: (list(one.hosts), list(one.chairs), list(one.cases)) for one in people}
        groups = {group: [one.email for one in people if one.group == group] for group in sorted({o.group for o in people})}
        groups.pop("", None)
        for here in groups.values():
            known = [email for email in here if email in self._credit]
            least = tuple(min((self._turns(had, email, duty) for email in known), default=0) for duty in range(3))
            self._credit |= {email: least for email in here if email not in known}
        for meeting in meetings:
            for here in groups.values():
                free = list(here)
                for duty in range(3):
                    turn = min(free, key=partial(self._order, had, duty))
                    had[turn][duty].append(meeting)
                    free.remove(turn)
        return had

    def _order(self, had: Duties, duty: int, email: str) -> tuple[int, int, str]:
        return self._turns(had, email, duty), sum(self._turns(had, email, each) for each in range(3)), email

    def _turns(self, had: Duties, email: str, duty: int) -> int:
        return len(had[email][duty]) + self._credit[email][duty]


def leaders(checked: Checked) -> list[Participant]:
    """Those of the roster who are no facilitators."""
    return [one for one in checked.roster.participants if one.role is Role.LEADER]


def usual() -> Planner:
    """A planner for one network."""
    return Planner(in_the_smallest, InTurn())
