"""The work that every contestant does: twelve questions, the viewer's own answers, and a chart of them.

Needs nothing but Python, since each contestant runs it in its own environment. BENCH_ANSWERS names its database, which has
one table: answers (viewer, key, text).
"""

import os
import sqlite3
from collections.abc import Mapping
from html import escape

HEADINGS = {
    "draft.task": "Min opgave og dens effekt",
    "draft.why": "Hvorfor",
    "draft.values": "Værdier i handling",
    "draft.offer": "I kan forvente af mig",
    "draft.expect": "Jeg forventer af jer",
    "draft.practising": "Det øver jeg mig i",
}
"""The six questions whose answers the chart counts."""

QUESTIONS = {
    "bench.lifeline": "Hvilke begivenheder har formet dig som leder?",
    "bench.doubt": "Hvornår var du sidst i tvivl?",
    "bench.farewell": "Hvad skal de sige om dig, når du holder op?",
    "bench.promise": "Hvad lover du at prøve i denne uge?",
    "bench.dare": "Hvad tør du spørge om?",
    "bench.leader": "Hvad har du brug for fra din egen leder?",
    **HEADINGS,
}
"""What is asked, by the key it is stored under."""

ROW, LABEL, FULL, WIDTH = 30, 210, 380, 640  # pixels: height of a bar with its room; widths of label, longest bar and all


def _database() -> sqlite3.Connection:
    return sqlite3.connect(os.environ["BENCH_ANSWERS"], timeout=20)


def read(viewer: str) -> dict[str, str]:
    """What that viewer has written, by key."""
    with _database() as database:
        return dict(database.execute("SELECT key, text FROM answers WHERE viewer = ?", (viewer,)))


def save(viewer: str, key: str, text: str) -> None:
    """Keep what a viewer has written."""
    with _database() as database:
        database.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", (viewer, key, text))


def chart(answers: Mapping[str, str]) -> str:
    """Words under each heading, as bars; the same in words for those who do not see them."""
    words = {name: len(answers.get(key, "").split()) for key, name in HEADINGS.items()}
    most = max(*words.values(), 1)
    bars = "".join(_bar(place, name, count, FULL * count / most) for place, (name, count) in enumerate(words.items()))
    height = ROW * len(words)
    told = "; ".join(f"{name}: {count} ord" for name, count in words.items())
    return (
        f'<svg class="fl-draft-chart" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(told)}" '
        f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" font-size="15">'
        f"<title>Ord under hver overskrift</title><desc>{escape(told)}</desc>{bars}</svg>"
    )


def _bar(place: int, name: str, count: int, length: float) -> str:
    middle = ROW * place + ROW / 2
    return (
        f'<text x="{LABEL - 10}" y="{middle + 5:.0f}" text-anchor="end">{escape(name)}</text>'
        f'<rect x="{LABEL}" y="{middle - 9:.0f}" width="{length:.1f}" height="18" fill="#2a5d9f"></rect>'
        f'<text x="{LABEL + length + 8:.1f}" y="{middle + 5:.0f}">{count}</text>'
    )
