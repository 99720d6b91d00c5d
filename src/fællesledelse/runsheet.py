"""A run sheet as one group goes through it: phase after phase, with whose turn it is and who has which role."""

from dataclasses import dataclass
from itertools import groupby

from .model import Cue, Phase, RunSheet


@dataclass(frozen=True)
class Moment:
    """One phase at one time. ``turn`` is the place in the order (from 0) of the person whose turn it is, or None."""

    phase: Phase
    turn: int | None = None
    last: bool = False  # the last phase of that person's turn


def unrolled(sheet: RunSheet, people: int) -> tuple[Moment, ...]:
    """The phases in the order they are held by that many people."""
    moments: list[Moment] = []
    for (among_turns, _), found in groupby(sheet.phases, lambda phase: (phase.turn or phase.pause, phase.round)):
        phases = tuple(found)
        moments += _turns(phases, people) if among_turns else (Moment(phase) for phase in phases)
    return tuple(moments)


def cue(phase: Phase, turn: int | None, place: int, people: int) -> Cue | None:
    """What the person at ``place`` in the order (from 0) does in a phase, or None if it gives no roles."""
    if not phase.cues:
        return None
    return phase.cues[min((place - (turn or 0)) % people, len(phase.cues) - 1)]


def _turns(phases: tuple[Phase, ...], people: int) -> list[Moment]:
    """Each phase once for each person; breaks once, when half of the turns are over."""
    turns = [phase for phase in phases if phase.turn]
    breaks = [Moment(phase) for phase in phases if phase.pause]
    moments: list[Moment] = []
    for turn in range(people):
        moments += [Moment(phase, turn, phase is turns[-1]) for phase in turns]
        moments += breaks if turn == (people + 1) // 2 - 1 else []
    return moments
