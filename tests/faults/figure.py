"""What a promise's trial tells: one line of the table that ``make faults`` prints."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """``goal`` and ``measured`` are written out with their units; ``kept``: whether what was measured is within the goal.

    ``timed``: seconds, which are told where the machine has nothing else to do; a module's own test leaves them out.
    """

    promise: str
    counted: str
    goal: str
    measured: str
    kept: bool
    timed: bool = False

    @property
    def line(self) -> str:
        """As it stands in the README's table."""
        return f"| {self.promise} | {self.counted} | {self.goal} | {self.measured}{'' if self.kept else ' **not kept**'} |"
