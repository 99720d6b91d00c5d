"""A wave is released once, as a fixed set of figures. All of it or nothing: what went before is never touched.

Per item a distribution as far up the ladder as it may stand, and how closely its answers follow those of the wave before,
with noise. Per item that was promised by department: each department's number and its sum, with noise. Nothing else.

Why that determines nobody, whoever the two colluders are, whatever was shown before, and with those who have withdrawn:
a distribution speaks of one wave's answers to one item alone, and ``ladder.safe`` goes through all that would look like it.
A link or a sum could have come out of any answers (``noise``). Which figures are left out depends only on what is shown and
on who took part, but for a department's number. That is told from five up: whoever answered 1 to 5 may have given another of
those, and one who said "ved ikke" may have changed places with one who did not, or, where only colluders did not, have been
one more of too few.
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from random import Random

import numpy as np

from .estimate import LINK_BLUR, LINK_NOISE, RELATION_NOISE, SPREAD_NOISE, Moments, blur, moments, weight
from .ladder import counted, safe, shown
from .model import ABSENT, ANSWERS, DONT_KNOW, LEAST, Answers, Figure, Ledger, Relation, Relations, SurveyError, Table, Wave
from .noise import two_sided

CLOSEST, FARTHEST = 0.9, -0.5
"""The closest link that is told, and the least: an interval never shrinks to nothing."""

ByDepartment = Mapping[str, Mapping[str, Sequence[int]]]
"""Item, then department: its answers in this wave."""


def release(ledger: Ledger, tables: Mapping[str, Table], relations: ByDepartment, random: Random) -> Ledger:
    """The ledger with one more wave: the last column of the ``tables`` (by item).

    Give ``random`` from the system (``secrets.SystemRandom``): whoever can foresee it can take the noise off. A release
    may be computed again only if nothing of the first was seen. Raises SurveyError, and then nothing is released.
    """
    _check(ledger, tables, relations)
    earlier = ledger.waves[-1].figures if ledger.waves else {}
    figures = {item: _figure(table, earlier.get(item), random) for item, table in sorted(tables.items())}
    cells = {
        item: {one: _cell(given, random) for one, given in sorted(row.items())} for item, row in sorted(relations.items())
    }
    wave = Wave({item: figure for item, figure in figures.items() if figure}, cells, _spread(relations, cells, random))
    for item, figure in wave.figures.items():
        if not safe(figure.distribution):
            raise SurveyError(f"The distribution of {item!r} would determine an answer. Nothing was released.")
    return Ledger(ledger.promised, (*ledger.waves, wave))


def _check(ledger: Ledger, tables: Mapping[str, Table], relations: ByDepartment) -> None:
    if unpromised := sorted(set(relations) - ledger.promised):
        raise SurveyError(f"{unpromised} were not promised by department before wave one.")
    if both := sorted(set(tables) & ledger.promised):
        raise SurveyError(f"{both} are shown by department, and so never for the forum as a whole.")
    columns = len(ledger.waves) + 1
    if wrong := sorted(item for item, table in tables.items() if table.answers.shape[1] != columns):
        raise SurveyError(f"{wrong} should have {columns} waves: those released before, and the one to release.")
    answers = {answer for row in relations.values() for given in row.values() for answer in given}
    if strange := sorted(answers - set(ANSWERS)):
        raise SurveyError(f"{strange} is no answer. Answers are 0 (don't know) and 1 to 5.")


def _figure(table: Table, earlier: Figure | None, random: Random) -> Figure | None:
    distribution = shown(counted(table.answers[:, -1]))
    if distribution is None:
        return None
    before, after = moments(earlier.distribution) if earlier else None, moments(distribution)
    return Figure(distribution, _link(table.answers[:, -2:], before, after, random) if before and after else None)


def _link(answers: Answers, before: Moments, after: Moments, random: Random) -> float | None:
    """How closely the answers (token x two waves) of those who gave 1 to 5 both times go together, with noise.

    None where fewer than five took part both times, or the noise would be all there is.
    """
    if blur(before, after) > LINK_BLUR or (answers != ABSENT).all(axis=1).sum() < LEAST:
        return None
    both = answers[(answers > DONT_KNOW).all(axis=1)].astype(float)
    products = float(np.prod(both - [before.mean, after.mean], axis=1).sum())
    link = (round(products) + two_sided(LINK_NOISE, random)) / weight(before, after)
    return round(min(max(link, FARTHEST), CLOSEST), 2)


def _cell(given: Sequence[int], random: Random) -> Relation | None:
    meant = [answer for answer in given if answer != DONT_KNOW]
    return Relation(len(meant), sum(meant) + two_sided(RELATION_NOISE, random)) if len(meant) >= LEAST else None


def _spread(relations: ByDepartment, cells: Relations, random: Random) -> float | None:
    """The standard deviation within the departments that are shown, with noise; at least a quarter of an answer."""
    told = [relations[item][one] for item, row in cells.items() for one, cell in row.items() if cell]
    if not told:
        return None
    within = [np.array([answer for answer in given if answer != DONT_KNOW], dtype=float) for given in told]
    squares = round(sum(float(((one - one.mean()) ** 2).sum()) for one in within)) + two_sided(SPREAD_NOISE, random)
    freedom = sum(len(one) - 1 for one in within)
    return round(sqrt(min(max(squares / freedom, 1 / 16), 4.0)), 2)
