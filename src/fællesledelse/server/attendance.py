"""Who was at a meeting: those whom the group's room had in its order, and those who have marked it themselves."""

from ..model import StepKind
from .house import House
from .shelf import Cohort


def attended(house: House, cohort: Cohort) -> dict[str, frozenset[str]]:
    """The ids of those who were there, by meeting (the name of its step). Asks the store: call it in a thread."""
    meetings = {step.name: step for step in cohort.manifest.steps if step.kind is StepKind.MEETING}
    found: dict[str, set[str]] = {name: set() for name in meetings}
    if not meetings:
        return {}
    gathering, store, today = cohort.manifest.gathering, house.store, house.today()
    for person, name in store.progress.marks(gathering):
        if name in meetings:
            found[name].add(person)
    begun = [room for room in store.rooms.begun(gathering) if room[1] in meetings]
    moved = {group: store.progress.dates(gathering, group) for group in {room[0] for room in begun}}
    for group, name, order in begun:
        day = moved[group].get(name, meetings[name].opens)
        if day is None or day <= today:  # who tries the room before has not met anyone
            found[name] |= set(order)
    return {name: frozenset(people) for name, people in found.items()}


def marked(house: House, cohort: Cohort) -> set[tuple[str, str]]:
    """Every (person id, step) that someone has marked as done, and every meeting that someone was at. Asks the store."""
    there = {(person, name) for name, people in attended(house, cohort).items() for person in people}
    return house.store.progress.marks(cohort.manifest.gathering) | there
