"""Who has which duty at which meeting, and where somebody new sits: the builder's own, for the four years."""

from collections.abc import Mapping
from datetime import date

from fællesledelse.cohort import duties, groups
from fællesledelse.cohort.folder import Checked
from fællesledelse.model import DUTIES, Manifest, Participant, Role, Roster

Duties = Mapping[str, tuple[list[str], list[str], list[str]]]
"""The meetings of each address as host, keeping the time, and with a case; the earlier ones too."""


def leaders(roster: Roster) -> list[Participant]:
    """Those of the roster who are no facilitators."""
    return [one for one in roster.participants if one.role is Role.LEADER]


def placed(checked: Checked) -> dict[str, str]:
    """The group of each address, those who have none among them."""
    return {email: name for name, members in groups.place(checked).groups for email in members}


def in_turn(manifest: Manifest, roster: Roster, today: date) -> Duties:
    """Everyone's duties, with those at the meetings to come."""
    new = duties.columns(duties.turns(manifest, roster, today), manifest)
    had = {one.email: tuple(list(getattr(one, each)) for each in DUTIES.values()) for one in leaders(roster)}
    for number, duty in enumerate(DUTIES):
        for email, text in new.get(duty, {}).items():
            had[email][number][:] = text.split("; ")
    return had
