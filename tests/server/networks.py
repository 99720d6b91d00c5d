"""A network of the tests' people: the demo's, with three meetings around today, and the duties of its roster."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from fællesledelse.cohort import days, demo
from fællesledelse.cohort.build import build

from .people import ANNA, BENT, CARLA, DORTE, TODAY, VIBEKE, Someone

TWO_GROUPS = {ANNA: "1", BENT: "1", CARLA: "1", DORTE: ""}
"""Who is in which group of the network; Dorte is in none yet."""


def write_network(folder: Path, gathering: str = "demo", today: date = TODAY) -> None:
    """A folder with three meetings, forty days ago, today and in forty-five days, and those of ``TWO_GROUPS`` in it."""
    demo.write_demo(folder, today, part="netvaerk")
    path = folder / "hold.yaml"
    text = path.read_text(encoding="utf-8").replace("hold: demo-netvaerk", f"hold: {gathering}")
    text = re.sub(r"(moede-2\n.*\n +dato: )\S+", rf"\g<1>{days.written(today)}", text)  # on a Sunday too
    path.write_text(
        text.replace("Jonas Enggaard", VIBEKE.name).replace("jonas.enggaard@strandby.example", VIBEKE.email), "utf-8"
    )
    set_members(folder, TWO_GROUPS)


def set_members(folder: Path, groups: Mapping[Someone, str]) -> None:
    """Write and build the roster anew: Anna is host of the second meeting, Bent keeps the time, Carla brings a case."""
    duties = {ANNA: "moede-2;;", BENT: ";moede-2;", CARLA: ";;moede-2"}
    lines = ["navn;email;gruppe;vært;ordstyrer;sag"]
    lines += [f"{who.name};{who.email};{group};{duties.get(who, ';;')}" for who, group in groups.items()]
    (folder / "deltagere.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    build(folder)
