"""What a survey in waves shows of its answers, so that nobody's answer can be known from it.

    model      answers in; figures and the ledger of all that was ever shown
    ladder     how much of a distribution is shown, and the proof that it determines nobody's answer
    noise      noise that leaves everything possible
    release    one more wave, all of it or nothing
    estimate   means, changes and themes with their intervals, from what is shown alone
    items      what is asked
    scores     answers as themes' scores, with pandas
    charts     pictures of what is shown, with Altair

No file, no database, no clock. Import scores and charts by themselves: they take seconds to load.
"""

from .estimate import Estimate, change, mean, relation_mean, theme_change, theme_mean
from .items import Problem, check
from .model import Distribution, Figure, Ledger, Level, Relation, SurveyError, Table, Wave
from .release import release

__all__ = [
    "Distribution",
    "Estimate",
    "Figure",
    "Ledger",
    "Level",
    "Problem",
    "Relation",
    "SurveyError",
    "Table",
    "Wave",
    "change",
    "check",
    "mean",
    "relation_mean",
    "release",
    "theme_change",
    "theme_mean",
]
