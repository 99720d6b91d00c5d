"""The figures as one drawing: a panel for each, a bar for each contestant, ours in blue, its goal as a line."""

import math
from collections.abc import Sequence
from html import escape

from .figures import NAMES, Figure
from .ours import OURS

COLUMNS, WIDTH, HEIGHT, EDGE = 2, 450, 190, 20  # panels beside one another; pixels of a panel, and around all
LABEL, LONGEST, BAR = 112, 215, 18
OWN, OTHER, GOAL, INK = "#1f5fa8", "#b8bec6", "#c0392b", "#24292f"


def drawn(figures: Sequence[Figure]) -> str:
    """The whole drawing; the same in words for those who do not see it."""
    shown = [figure for figure in figures if len(figure.values) > 1]
    rows = -(-len(shown) // COLUMNS)
    width, height = 2 * EDGE + COLUMNS * WIDTH, 3 * EDGE + rows * HEIGHT
    panels = "".join(_panel(figure, *divmod(place, COLUMNS)) for place, figure in enumerate(shown))
    told = ". ".join(map(_words, shown))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" font-family="system-ui, sans-serif" font-size="13" fill="{INK}"><title>How fast a page opens</title>'
        f'<desc>{escape(told)}</desc><rect width="{width}" height="{height}" fill="#ffffff"/>{panels}'
        f'<text x="{EDGE}" y="{height - EDGE}" fill="{GOAL}">Dashed: the most that {OURS.name} may need.</text></svg>\n'
    )


def _words(figure: Figure) -> str:
    return f"{figure.name}: {', '.join(f'{name} {figure.said(name)}' for name in _names(figure))}"


def _names(figure: Figure) -> list[str]:
    return [name for name in NAMES if name in figure.values]


def _panel(figure: Figure, row: int, column: int) -> str:
    known = [value for value in [*figure.values.values(), figure.limit or 0] if math.isfinite(value)]
    scale = LONGEST / (max(known) or 1)
    bars = "".join(_bar(figure, name, place, scale) for place, name in enumerate(_names(figure)))
    goal = _goal(figure, LABEL + figure.limit * scale) if figure.limit is not None else ""
    return (
        f'<g transform="translate({EDGE + column * WIDTH} {EDGE + row * HEIGHT})">'
        f'<text y="14" font-weight="600">{escape(figure.name)}</text>{goal}{bars}</g>'
    )


def _bar(figure: Figure, name: str, place: int, scale: float) -> str:
    value, top = figure.values[name], 28 + place * (BAR + 6)
    length = min(value * scale, LONGEST)
    own = ' font-weight="600"' if name == OURS.name else ""
    return (
        f'<text x="{LABEL - 8}" y="{top + 13}" text-anchor="end"{own}>{escape(name)}</text>'
        f'<rect x="{LABEL}" y="{top}" width="{length:.1f}" height="{BAR}" fill="{OWN if own else OTHER}"/>'
        f'<text x="{LABEL + length + 6:.1f}" y="{top + 13}" stroke="#ffffff" stroke-width="6" paint-order="stroke"{own}>'
        f"{escape(figure.said(name))}</text>"
    )


def _goal(figure: Figure, x: float) -> str:
    """A line through the bars, as far as ours may reach."""
    bottom = 28 + len(figure.values) * (BAR + 6)
    return f'<path d="M{x:.1f} 24V{bottom}" stroke="{GOAL}" stroke-width="1.5" stroke-dasharray="4 3" fill="none"/>'
