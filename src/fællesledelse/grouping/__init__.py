"""Groups of leaders for confidential sparring, composed by integer programming.

    model      leaders, rules and vetoes in; groups, table and proposals out
    columns    every group that may exist
    program    the choice among them, by HiGHS
    conflict   what can't be met at once, in Danish
    compose    the way from the one to the other

No file, no database, no calendar: what comes in decides what goes out.
"""

from .compose import compose
from .conflict import GroupingError
from .model import NO_VETOES, Grouping, Leader, Proposal, Reached, Round, Rule, Rules, Vetoes

__all__ = [
    "NO_VETOES",
    "Grouping",
    "GroupingError",
    "Leader",
    "Proposal",
    "Reached",
    "Round",
    "Rule",
    "Rules",
    "Vetoes",
    "compose",
]
