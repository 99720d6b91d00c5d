"""The integer program: choose groups so that every unit is in one of them, and a cost is as low as it can be.

The linear relaxation gives a bound that is nearly always reached, and says which groups can be part of the best choice. So
a few thousand of them are tried first; more, and in the end all, only where those do not reach the bound.
"""

from dataclasses import dataclass
from math import ceil
from time import perf_counter

import highspy
import numpy as np
from numpy.typing import NDArray

from .columns import Columns, Ints, Problem

FEW = 2000
Limits = list[tuple[int, int]]
"""Places of rules, and how much each may cost in all."""


@dataclass(frozen=True, repr=False)
class Answer:
    """How often each group is chosen, None where nothing was found, and a proven lower bound of the cost.

    ``impossible`` is true where it is proven that nothing can be found.
    """

    chosen: Ints | None
    bound: int
    impossible: bool = False


def choose(
    given: Problem, groups: Columns, rule: int, number: int, limits: Limits, at_hand: Ints | None, until: float
) -> Answer:
    """The cheapest choice of that many groups by one rule, before ``until`` (as perf_counter counts).

    ``at_hand`` is a choice that may be made; nothing dearer comes back.
    """
    if not len(groups.members):
        return Answer(None, 0, impossible=True)
    relaxed = model(given, groups, rule, number, limits)
    run(relaxed, until)
    if relaxed.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return Answer(None, 0, impossible=True)
    if relaxed.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return Answer(at_hand, 0)
    bound = max(0, ceil(relaxed.getInfo().objective_function_value - 1e-6))
    if at_hand is not None and groups.costs[rule] @ at_hand <= bound:
        return Answer(at_hand, bound)
    reduced = np.round(np.array(relaxed.getSolution().col_dual), 6)
    promising = np.lexsort((np.random.default_rng(1).permutation(len(reduced)), reduced))
    best = at_hand
    for few in (FEW, 10 * FEW, len(promising)):
        part: Ints = np.sort(promising[:few])
        whole = len(part) == len(promising)
        now = perf_counter()
        answer = whole_numbers(given, groups.only(part), rule, number, limits, until if whole else now + (until - now) / 3)
        if whole and answer.impossible:
            return answer
        bound = max(bound, answer.bound) if whole else bound
        if answer.chosen is not None:
            chosen = np.zeros(len(promising), dtype=np.int64)
            chosen[part] = answer.chosen
            best = chosen if best is None or groups.costs[rule] @ chosen < groups.costs[rule] @ best else best
        if whole or (best is not None and groups.costs[rule] @ best <= bound):
            break
    return Answer(best, bound)


def whole_numbers(given: Problem, groups: Columns, rule: int, number: int, limits: Limits, until: float) -> Answer:
    """The same, with whole groups."""
    highs = model(given, groups, rule, number, limits)
    wide = len(groups.members)
    highs.changeColsIntegrality(wide, np.arange(wide, dtype=np.int32), np.ones(wide, dtype=np.uint8))
    run(highs, until)
    info = highs.getInfo()
    if highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return Answer(None, 0, impossible=True)
    bound = max(0, ceil(info.mip_dual_bound - 1e-6)) if np.isfinite(info.mip_dual_bound) else 0
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Answer(None, bound)
    return Answer(np.rint(np.array(highs.getSolution().col_value)).astype(np.int64), bound)


def run(highs: highspy.Highs, until: float) -> None:
    """Solve on one thread, the same way every time. Costs are whole, so a gap below one is none."""
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("random_seed", 0)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", 0.99)
    highs.setOptionValue("time_limit", max(until - perf_counter(), 0.01))
    highs.run()


def model(given: Problem, groups: Columns, rule: int, number: int, limits: Limits) -> highspy.Highs:
    """The linear program: a row per kind, one for the number of groups, and one per limit."""
    wide = len(groups.members)
    matrix = np.vstack([cover(given, groups), np.ones(wide), *(groups.costs[[limit]] for limit, _ in limits)])
    column, row = np.nonzero(matrix.T)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = wide, len(matrix)
    lp.col_cost_ = groups.costs[rule].astype(float)
    lp.col_lower_, lp.col_upper_ = np.zeros(wide), np.full(wide, float(given.counts.max()))
    exact = [*given.counts, number]
    lp.row_lower_ = np.array([*exact, *(0 for _ in limits)], dtype=float)
    lp.row_upper_ = np.array([*exact, *(value for _, value in limits)], dtype=float)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.searchsorted(column, np.arange(wide + 1)).astype(np.int32)
    lp.a_matrix_.index_ = row.astype(np.int32)
    lp.a_matrix_.value_ = matrix[row, column]
    highs = highspy.Highs()  # type: ignore[no-untyped-call] # highspy tells no types
    highs.setOptionValue("output_flag", False)
    highs.passModel(lp)
    return highs


def cover(given: Problem, groups: Columns) -> NDArray[np.float64]:
    """How many units of each kind every group takes (kind x group)."""
    return np.stack([(groups.members == kind).sum(axis=1) for kind in range(len(given.units))]).astype(float)
