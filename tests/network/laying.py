"""Constructed networks whose first day lies where a test wants it."""

from datetime import date
from pathlib import Path

from fællesledelse.cohort import demo
from fællesledelse.cohort.build import build

FACILITATOR = "jonas.enggaard@strandby.example"
LEADERS = ("amir.hosseini@strandby.example", "karina.ladefoged@strandby.example", "mikkel.ravn@strandby.example")


def lay_network(folder: Path, today: date, **swapped: str) -> Path:
    """The demo's network as it would be on ``today``, built, with the text of its hold.yaml swapped for others."""
    demo.write_demo(folder, today, part="netvaerk")
    path = folder / "hold.yaml"
    text = path.read_text(encoding="utf-8")
    for before, after in swapped.items():
        assert before in text
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")
    build(folder)
    return folder
