"""Who has which duty at which meeting, and where somebody new sits: what the four years are lived with.

A planner of the builder's own can take the place of either: see ``Planner``.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import product

from fællesledelse.cohort.folder import Checked
from fællesledelse.model import Manifest, Participant, Role, Roster

Duties = Mapping[str, tuple[list[str], list[str], list[str]]]
"""The meetings of each address as host, keeping the time, and with a case; the earlier ones too."""


@dataclass(frozen=True)
class Planner:
    """``place``: the group of each address, those who have none among them. ``duties``: everyone's as they are to stand.

    What nobody has at a meeting of a group from that day on is given to somebody.
    """

    place: Callable[[Checked], Mapping[str, str]]
    duties: Callable[[Manifest, Roster, date], Duties]


def in_the_smallest(checked: Checked) -> dict[str, str]:
    """Each into the group that is the smallest then."""
    people = leaders(checked.roster)
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

    def __call__(self, manifest: Manifest, roster: Roster, today: date) -> Duties:
        """Everyone's duties, with those at the meetings to come."""
        people = leaders(roster)
        had = {one.email: (list(one.hosts), list(one.chairs), list(one.cases)) for one in people}
        groups = {group: [one.email for one in people if one.group == group] for group in sorted({o.group for o in people})}
        groups.pop("", None)
        for here in groups.values():
            known = [email for email in here if email in self._credit]
            least = tuple(min((self._turns(had, email, duty) for email in known), default=0) for duty in range(3))
            self._credit |= {email: least for email in here if email not in known}
        coming = [step.name for step in manifest.steps if step.meeting and step.opens and step.opens >= today]
        for meeting, here, duty in product(coming, groups.values(), range(3)):
            if not any(meeting in had[email][duty] for email in here):
                free = [email for email in here if not any(meeting in each for each in had[email])]
                had[min(free, key=partial(self._order, had, duty))][duty].append(meeting)
        return had

    def _order(self, had: Duties, duty: int, email: str) -> tuple[int, int, str]:
        return self._turns(had, email, duty), sum(self._turns(had, email, each) for each in range(3)), email

    def _turns(self, had: Duties, email: str, duty: int) -> int:
        return len(had[email][duty]) + self._credit[email][duty]


def leaders(roster: Roster) -> list[Participant]:
    """Those of the roster who are no facilitators."""
    return [one for one in roster.participants if one.role is Role.LEADER]


def usual() -> Planner:
    """A planner for one network."""
    return Planner(in_the_smallest, InTurn())
