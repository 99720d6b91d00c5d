"""Whose turn it is: the duties at the meetings to come, in turn and fairly over time. What was before stands in the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from ..danish import short_day
from ..model import DUTIES, GatheringKind, Manifest, Participant, Role, Roster, Step, StepKind
from .sizes import WORDS

_ONE = {"vært": "en vært", "ordstyrer": "en ordstyrer", "sag": "en, der har en sag med"}


@dataclass(frozen=True)
class Turn:
    """A duty at a meeting of a group (empty where nobody has one), and who has it. ``new``: it is only proposed."""

    step: Step
    group: str
    duty: str
    person: Participant
    new: bool


def of(manifest: Manifest) -> tuple[str, ...]:
    """The duties that go in turn there."""
    kinds = {GatheringKind.SALON: ("ordstyrer",), GatheringKind.NETWORK: tuple(DUTIES)}
    return tuple(each for each in kinds.get(manifest.kind, ()) if each != "ordstyrer" or manifest.chairs_in_turn)


def turns(manifest: Manifest, roster: Roster, today: date) -> list[Turn]:
    """Who has which duty at each meeting from ``today`` on, by group, meeting and duty.

    What stands in the roster stands. Where nobody has a duty, it goes to one who has none at that meeting, did not have it
    at the meeting before or after, and has had it least; then to whoever has had the fewest duties and the longest rest.
    The same roster gives the same turns.
    """
    meetings = [step for step in manifest.steps if step.kind is StepKind.MEETING]
    return [
        turn
        for group, members in _groups(roster).items()
        for turn in _Rota(meetings, group, members, of(manifest)).turns(today)
    ]


def columns(found: Sequence[Turn], manifest: Manifest) -> dict[str, dict[str, str]]:
    """What is to stand in the columns of those who get something new: duty to address to text."""
    order = [step.name for step in manifest.steps]
    texts: dict[str, dict[str, str]] = {}
    for duty, person in {(turn.duty, turn.person): None for turn in found if turn.new}:
        new = [turn.step.name for turn in found if turn.new and (turn.duty, turn.person) == (duty, person)]
        names = sorted({*getattr(person, DUTIES[duty]), *new}, key=order.index)
        texts.setdefault(duty, {})[person.email] = "; ".join(names)
    return texts


def reminders(found: Sequence[Turn], manifest: Manifest, roster: Roster) -> list[str]:
    """What lacks at a meeting that has been given out but for that, and at the next; each with who could have it.

    What has not been given out at all is told in one sentence.
    """
    word = WORDS[manifest.kind].one
    given = {place for turn in found if not turn.new for place in ((turn.group, turn.duty), (turn.group, turn.step))}
    held = {(one.group, duty) for one in roster.participants for duty, part in DUTIES.items() if getattr(one, part)}
    lacking = [turn for turn in found if turn.new]
    named = [
        turn
        for turn in lacking
        if {(turn.group, turn.duty), (turn.group, turn.step)} & given
        or (turn.step == found[0].step and (turn.group, turn.duty) in held)
    ]
    said = [
        f"{turn.step.title} den {short_day(turn.step.opens)} mangler {_ONE[turn.duty]}"
        f"{f' i {word} {turn.group}' if turn.group else ''}. Det kunne være {turn.person.name}."
        for turn in named
        if turn.step.opens
    ]
    rest = "Resten af tjanserne er ikke fordelt endnu." if said else "Tjanserne er ikke fordelt endnu."
    return [*said, *([rest] if len(named) < len(lacking) else [])]


def _groups(roster: Roster) -> Mapping[str, list[Participant]]:
    """The leaders by group; where nobody has one they are all together, else those who have none have no duties."""
    leaders = [one for one in roster.participants if one.role is Role.LEADER]
    named = sorted({one.group for one in leaders if one.group.strip("-")}, key=lambda name: (len(name), name)) or [""]
    return {name: [one for one in leaders if not name or one.group == name] for name in named}


class _Rota:
    """The duties of one group, and who has had them: the meetings' numbers by duty and member."""

    def __init__(self, meetings: Sequence[Step], group: str, members: Sequence[Participant], duties: Sequence[str]) -> None:
        self.meetings, self.group, self.members, self.duties = meetings, group, members, duties
        numbers = {step.name: number for number, step in enumerate(meetings)}
        self.had = {
            duty: [{numbers[name] for name in getattr(one, DUTIES[duty]) if name in numbers} for one in members]
            for duty in duties
        }

    def turns(self, today: date) -> list[Turn]:
        """Those of the meetings to come; what is given out at one counts at the next."""
        found = []
        for number, step in enumerate(self.meetings):
            if step.opens is not None and step.opens >= today:
                new = self._given(number)
                for duty in self.duties:
                    found += [
                        Turn(step, self.group, duty, member, (duty, at) in new)
                        for at, member in enumerate(self.members)
                        if number in self.had[duty][at]
                    ]
        return found

    def _given(self, number: int) -> set[tuple[str, int]]:
        """Give out what nobody has at a meeting: duties with the members who get them."""
        missing = [duty for duty in self.duties if not any(number in had for had in self.had[duty])]
        if not (missing and self.members):
            return set()
        everyone = range(len(self.members))
        # of three duties each is well served by one of its three best: the others take two of them at most
        best = [sorted(everyone, key=lambda at: self._cost(duty, at, number))[: len(self.duties)] for duty in missing]
        chosen = min(product(*best), key=lambda given: self._costs(missing, given, number))
        for duty, at in zip(missing, chosen, strict=True):
            self.had[duty][at].add(number)
        return set(zip(missing, chosen, strict=True))

    def _cost(self, duty: str, at: int, number: int) -> tuple[int, ...]:
        """What it costs that a member gets a duty: the dearest first."""
        duties = [had[at] for had in self.had.values()]
        mine = self.had[duty][at]
        before = [each for had in duties for each in had if each < number]
        return (
            sum(number in had for had in duties),
            len({number - 1, number + 1} & mine),
            len(mine),
            sum(map(len, duties)),
            max(before, default=-1),
            at,
        )

    def _costs(self, missing: Sequence[str], given: Sequence[int], number: int) -> tuple[int, ...]:
        """The same for several at once: two for one member are as dear as one for who has one already."""
        each = [self._cost(duty, at, number) for duty, at in zip(missing, given, strict=True)]
        double, *rest = map(sum, zip(*each, strict=True))
        return (double + len(given) - len(set(given)), *rest)
