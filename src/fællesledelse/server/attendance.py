"""Who was at a meeting: those whom the group's room had in its order, and those who have marked it themselves."""

from ..model import StepKind
from .house import House
from .live_api import groups
from .shelf import Cohort


def attended(house: House, cohort: Cohort) -> dict[str, frozenset[str]]:
    """The ids of those who were there, by meeting (the name of its step). Asks the store: call it in a thread."""
    gathering, store = cohort.manifest.gathering, house.store
    marks = store.progress.marks(gathering)
    found: dict[str, frozenset[str]] = {}
    for step in cohort.manifest.steps:
        if step.kind is StepKind.MEETING:
            rooms = [store.rooms.present(gathering, group, step.name) for group in groups(cohort)]
            seated = {person for room in rooms if room is not None for person in room.order}
            found[step.name] = frozenset(seated | {person for person, marked in marks if marked == step.name})
    return found
