"""Who has which duty at which meeting, and where somebody new sits: what the four years are lived with.

A planner of the builder's own can take the place of either: see ``Planner``.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

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


def in_turn(checked: Checked, meetings: Sequence[str]) -> Duties:
    """At each meeting whoever of the group has had a duty the fewest times; who came later begins where the others are."""
    people = leaders(checked)
    had = {one.email: (list(one.hosts), list(one.chairs), list(one.cases)) for one in people}
    least = [min((len(each[duty]) for each in had.values() if any(each)), default=0) for duty in range(3)]
    credit = {email: [0 if any(each) else floor for floor in least] for email, each in had.items()}
    for meeting in meetings:
        for group in sorted({one.group for one in people} - {""}):
            here = [one.email for one in people if one.group == group]
            busy: set[str] = set()
            for duty in range(3):
                free = [email for email in here if email not in busy]
                turns = {email: (len(had[email][duty]) + credit[email][duty], sum(map(len, had[email]))) for email in free}
                turn = min(free, key=lambda email: (turns[email], email))
                had[turn][duty].append(meeting)
                busy.add(turn)
    return had


def leaders(checked: Checked) -> list[Participant]:
    """Those of the roster who are no facilitators."""
    return [one for one in checked.roster.participants if one.role is Role.LEADER]


USUAL = Planner(in_the_smallest, in_turn)
