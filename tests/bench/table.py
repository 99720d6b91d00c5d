"""What a benchmark tells: a Markdown table, and whether its limit was kept."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """``kept``: whether what was measured is within the limit that the benchmark names."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    kept: bool

    @property
    def markdown(self) -> str:
        """As it stands in the README."""
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        return "\n".join([self.title, "", *(f"| {' | '.join(line)} |" for line in lines)])

    def tell(self) -> int:
        """Print it; the process's exit code."""
        print(self.markdown, end="\n\n", flush=True)
        return 0 if self.kept else 1
