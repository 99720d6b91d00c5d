"""The constructed people and gatherings of the server's tests."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from fællesledelse.cohort import days
from fællesledelse.cohort.build import build
from fællesledelse.cohort.skeleton import lay
from fællesledelse.danish import COPENHAGEN
from fællesledelse.model import Manifest
from fællesledelse.server.run import now
from fællesledelse.share import share

PHRASE = "fire gule heste i regnvejr"
NEXT_PHRASE = "otte blå cykler i medvind"


@dataclass(frozen=True)
class Someone:
    """A person of the tests."""

    name: str
    email: str


ANNA = Someone("Anna Ager", "anna@strandby.example")
BENT = Someone("Bent Birk", "bent@strandby.example")
CARLA = Someone("Carla Conradsen", "carla@strandby.example")  # in both gatherings
DORTE = Someone("Dorte Dam", "dorte@strandby.example")
EGON = Someone("Egon Eg", "egon@strandby.example")
FREJA = Someone("Freja Fisker", "freja@strandby.example")
GERDA = Someone("Gerda Gran", "gerda@strandby.example")
VIBEKE = Someone("Vibeke Strøm", "vibeke@strandby.example")  # facilitator of the first
HANNE = Someone("Hanne Holm", "hanne@strandby.example")  # facilitator of the second

NAMES = tuple(who.name for who in (ANNA, BENT, CARLA, DORTE, EGON, FREJA, GERDA, VIBEKE, HANNE))

GROUPS = {
    "demo": {"1": (ANNA, BENT), "2": (CARLA, DORTE), "3": (EGON, FREJA)},
    "andet": {"1": (CARLA, GERDA)},
}
FACILITATORS = {"demo": VIBEKE, "andet": HANNE}
ENROLLED = (ANNA, BENT, CARLA, DORTE, GERDA, VIBEKE)

TODAY = now().astimezone(COPENHAGEN).date()
LOCKED = "udgivelse"
"""A step that opens twenty days from today."""


def write_gathering(folder: Path, gathering: str, safe_key: str = "nej") -> Manifest:
    """Write and build a cohort folder with those people and with days around today."""
    text = (share("templates/demo") / "hold.yaml").read_text(encoding="utf-8")
    text = re.sub(r"\b(?:DAG|SLUT)([+-]\d+)\b", lambda found: _day(int(found[1])), text)
    text = re.sub(r"(?ms)^facilitatorer:.*?(?=^trin:)", _facilitators(gathering), text)
    text = text.replace("hold: demo", f"hold: {gathering}").replace("navn: Fælles om ledelse", f"navn: Holdet {gathering}")
    text = text.replace("nøgle_i_pengeskab: nej", f"nøgle_i_pengeskab: {safe_key}")
    lay(folder, text, _roster(gathering))
    return build(folder).manifest


def _day(offset: int) -> str:
    return days.written(TODAY + timedelta(days=offset))


def _facilitators(gathering: str) -> str:
    who = FACILITATORS[gathering]
    return f"facilitatorer:\n  - navn: {who.name}\n    email: {who.email}\n\n"


def _roster(gathering: str) -> str:
    lines = ["navn;email;titel;afdeling;niveau;nærmeste leder;gruppe"]
    for group, members in GROUPS[gathering].items():
        lines += [f"{who.name};{who.email};Titel {who.name[0]};Afdeling {who.name[0]};3;;{group}" for who in members]
    return "\n".join(lines) + "\n"


def opens(manifest: Manifest, step: str) -> date:
    """The day of a step."""
    found = manifest.step(step)
    assert found is not None
    assert found.opens is not None
    return found.opens
