"""A value with its uncertainty, and numbers as one writes them in Danish."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """A value and where it most likely lies (95 %)."""

    value: float
    low: float
    high: float

    def told(self, signed: bool = False) -> str:
        """ "3,4 (mellem 3,1 og 3,7)"; with ``signed`` "+0,3 (mellem −0,1 og +0,7)"."""
        value, low, high = (number(each, signed) for each in (self.value, self.low, self.high))
        return f"{value} (mellem {low} og {high})"


def number(value: float, signed: bool = False) -> str:
    """A number with one decimal as one writes it in Danish: "3,4", "−0,3"; with ``signed`` also "+0,3"."""
    rounded = round(value, 1) + 0.0
    return (f"{rounded:+.1f}" if signed and rounded else f"{rounded:.1f}").replace(".", ",").replace("-", "\N{MINUS SIGN}")
