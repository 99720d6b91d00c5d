"""The mirror for empty words: at most three questions about a leader's draft, each with the words it is about.

Plain rules over Danish, no model, no network and no disk: whoever reads ``words`` and ``rules`` knows why a question is
asked. Nothing is counted or graded, and nothing is remembered.
"""

from .remark import Remark, Rule, remarks

__all__ = ["Remark", "Rule", "remarks"]
