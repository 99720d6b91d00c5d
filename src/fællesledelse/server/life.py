"""A network's life: which decisions are due when, what there is to choose, and how far it has come. No clock, no store.

The days come from the network's file, else they are counted from its first day: what its evaluation leads to after nine
months and then every year, the trial period after one, the restart after three, its end on its last day. Where it has
several groups, whether they are mixed anew is asked every year. A restart begins the count again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from ..danish import near_day
from ..documents import months_after
from ..model import Choice, DecisionKind, Network
from ..store import Decision, standing

AHEAD: Final = timedelta(days=60)
"""How long before its day a decision is told of: a meeting at which it can be talked over lies in between."""

EVALUATED, YEAR = 9, 12  # months

Choices = dict[Choice, str]


@dataclass(frozen=True)
class Matter:
    """What is decided: its name, the question, and what to choose, in words. ``look``: what of the evidence to look at."""

    title: str
    question: str
    look: str
    choices: Choices = field(hash=False)


MATTERS: Final = {
    DecisionKind.EVALUATION: Matter(
        "Efter evalueringen",
        "Hvad fører evalueringen til, både om processen (rammer, form og facilitering) og om indholdet (temaer og udbytte)?",
        "Læs evalueringen, og hold den op mod fremmødet og de temaer, I har haft.",
        {Choice.CONTINUE: "Gå videre som nu", Choice.CHANGE: "Lav noget om", Choice.STOP: "Afvikl netværket"},
    ),
    DecisionKind.TRIAL: Matter(
        "Prøvetiden",
        "Prøvetiden slutter. Skal netværket fortsætte?",
        "Se på fremmødet siden starten, og på, hvad evalueringen sagde.",
        {Choice.CONTINUE: "Gå videre", Choice.CHANGE: "Gå videre, og lav noget om", Choice.STOP: "Stop her"},
    ),
    DecisionKind.ROTATION: Matter(
        "Rotation",
        "Skal grupperne blandes på ny, så lederne møder nogen, de ikke kender endnu?",
        "Se, hvor længe grupperne har siddet sammen, og hvor mange der er kommet til og gået.",
        {Choice.ROTATE: "Bland grupperne", Choice.CONTINUE: "Behold grupperne et år til"},
    ),
    DecisionKind.RESTART: Matter(
        "Genstart",
        "Netværket har levet et helt livsforløb. Passer det stadig til det, organisationen har brug for?",
        "Se på fremmødet over årene, på temaerne og på den seneste evaluering.",
        {Choice.RESTART: "Begynd forfra", Choice.CONTINUE: "Fortsæt et år til", Choice.STOP: "Afvikl netværket"},
    ),
    DecisionKind.END: Matter(
        "Slutdatoen",
        "Netværkets sidste dag er på vej. Slutter I, eller skal det fortsætte?",
        "Se på den seneste evaluering, og hvor mange der stadig kommer.",
        {Choice.STOP: "Slut som planlagt", Choice.EXTEND: "Forlæng netværket"},
    ),
    DecisionKind.REDESIGN: Matter(
        "Nyt design",
        "Skal netværket laves om: formål, deltagere, rytme eller facilitering?",
        "Se, hvad der har ændret sig siden den seneste ændring.",
        {Choice.CHANGE: "Lav netværket om", Choice.CONTINUE: "Behold det, som det er"},
    ),
    DecisionKind.WINDING_UP: Matter(
        "Afvikling",
        "Skal netværket afvikles, fordi det ikke længere er tiden værd?",
        "Se på fremmødet, og læs den seneste evaluering.",
        {Choice.STOP: "Afvikl netværket", Choice.CONTINUE: "Lad det leve videre"},
    ),
}
"""What is decided about a network. The last two have no day: they come up when somebody brings them up."""

UNDATED: Final = (DecisionKind.REDESIGN, DecisionKind.WINDING_UP)


class Stage(StrEnum):
    """How far a network has come."""

    COMING = "coming"
    TRIAL = "trial"
    RUNNING = "running"
    DECIDING = "deciding"
    WINDING_UP = "winding-up"
    OVER = "over"


STAGES: Final = {
    Stage.COMING: "Ikke begyndt",
    Stage.TRIAL: "I prøvetid",
    Stage.RUNNING: "I gang",
    Stage.DECIDING: "Til beslutning",
    Stage.WINDING_UP: "Under afvikling",
    Stage.OVER: "Slut",
}


@dataclass(frozen=True)
class Due:
    """A decision, and the day by which it is to be taken."""

    day: date
    kind: DecisionKind

    def is_due(self, today: date) -> bool:
        """Whether its day has come."""
        return self.day <= today

    def is_near(self, today: date) -> bool:
        """Whether it is time to talk it over with the participants."""
        return self.day - AHEAD <= today


def due(
    network: Network, started: date, ends: date | None, today: date, kept: Sequence[Decision], groups: int = 1
) -> list[Due]:
    """What is to be decided, the nearest first: one of each kind at most, those that are late too.

    Nothing once the network is over, or is being wound up. ``started`` and ``ends`` are its first and last day, ``kept``
    all its decisions, ``groups`` how many it has.
    """
    if (ends is not None and today > ends) or is_winding_up(kept):
        return []
    begun, since = _life(started, kept)
    days = _days(network, begun, since, groups)
    found = [Due(day, kind) for kind, day in days.items() if ends is None or day < ends]
    if ends is not None and not _end_settled(ends, since):
        found.append(Due(ends, DecisionKind.END))
    return sorted(found, key=lambda each: (each.day, list(MATTERS).index(each.kind)))


def stage(
    network: Network, started: date, ends: date | None, today: date, kept: Sequence[Decision], groups: int = 1
) -> Stage:
    """How far a network has come (see ``due``)."""
    if today < started:
        return Stage.COMING
    if ends is not None and today > ends:
        return Stage.OVER
    if is_winding_up(kept):
        return Stage.WINDING_UP
    found = due(network, started, ends, today, kept, groups)
    if any(each.is_due(today) for each in found):
        return Stage.DECIDING
    return Stage.TRIAL if any(each.kind is DecisionKind.TRIAL for each in found) else Stage.RUNNING


def is_winding_up(kept: Sequence[Decision]) -> bool:
    """Whether the last that was said of the network's going on or not is that it ends."""
    about = {Choice.STOP, Choice.RESTART, Choice.EXTEND}
    said = [each for each in standing(kept) if each.choice in about or each.kind is DecisionKind.WINDING_UP]
    return bool(said) and said[-1].choice is Choice.STOP


def changed(started: date, kept: Sequence[Decision]) -> date:
    """When anything about the network was changed last; its first day where nothing has been."""
    changes = {Choice.CHANGE, Choice.ROTATE, Choice.RESTART}
    return max([started, *(each.day for each in standing(kept) if each.choice in changes)])


def heads_up(found: Sequence[Due], today: date) -> list[str]:
    """The decisions that are due or near, in a sentence each."""
    return [
        f"{MATTERS[each.kind].title}: {'skulle være besluttet' if each.day < today else 'skal besluttes'}"
        f" {near_day(each.day, today)}."
        for each in found
        if each.is_near(today)
    ]


def _life(started: date, kept: Sequence[Decision]) -> tuple[date, dict[DecisionKind, Decision]]:
    """The day from which is counted, and the last decision of each kind since."""
    begun = started
    since: dict[DecisionKind, Decision] = {}
    for each in standing(kept):
        if each.choice is Choice.RESTART:
            begun, since = each.day, {}
        else:
            since[each.kind] = each
    return begun, since


def _days(network: Network, begun: date, since: dict[DecisionKind, Decision], groups: int) -> dict[DecisionKind, date]:
    """The day of every decision but the end. What the file says of days before a restart is over."""
    told = {DecisionKind.EVALUATION: network.evaluation, DecisionKind.TRIAL: network.trial}
    first = {
        DecisionKind.EVALUATION: months_after(begun, EVALUATED),
        DecisionKind.TRIAL: months_after(begun, YEAR),
        DecisionKind.ROTATION: months_after(begun, YEAR),
        DecisionKind.RESTART: months_after(begun, YEAR * network.cycle),
    } | {kind: day for kind, day in told.items() if day is not None and day > begun}
    again = {kind: months_after(since[kind].day, YEAR) for kind in first if kind in since}
    over = {DecisionKind.TRIAL} if DecisionKind.TRIAL in since else set()
    over |= {DecisionKind.ROTATION} if groups < 2 else set()
    return {kind: day for kind, day in (first | again).items() if kind not in over}


def _end_settled(ends: date, since: dict[DecisionKind, Decision]) -> bool:
    """Whether the last day has been decided on. Who has put it off is asked again before the new one."""
    last = since.get(DecisionKind.END)
    return last is not None and (last.choice is Choice.STOP or ends <= last.day + AHEAD)
