"""Cohort folders to rehearse: the demo's programme on days of 2027 that are chosen, with six leaders in two groups."""

import re
from pathlib import Path

import pytest

from fællesledelse.cohort.skeleton import lay
from fællesledelse.dress.copy import Copy, copied
from fællesledelse.share import share

ROSTER = """\
navn;email;titel;afdeling;niveau;nærmeste leder;gruppe;jobbesøg
Gunhild Hemmelig;gunhild@virkelig.example;Kommunaldirektør;Direktionen;1;Borgmester Karen Rigtig;Nord;1
Torben Fortrolig;torben@virkelig.example;Skolechef;Børn og Unge;2;gunhild@virkelig.example;Nord;2
Birthe Diskret;birthe@virkelig.example;Dagtilbudschef;Børn og Unge;2;gunhild@virkelig.example;Nord;3
Ejnar Lukket;ejnar@virkelig.example;Stadsgartner;Teknik;2;gunhild@virkelig.example;Syd;1
Solvej Tavs;solvej@virkelig.example;;Teknik;3;ejnar@virkelig.example;Syd;2
Palle Privat;palle@virkelig.example;Socialchef;;2;;Syd;3
"""
REAL = (
    "Gunhild Hemmelig", "Torben Fortrolig", "Birthe Diskret", "Ejnar Lukket", "Solvej Tavs", "Palle Privat", "Karen Rigtig",
    "Vibeke Strøm", "Jonas Enggaard", "virkelig.example", "vibeke.stroem", "jonas.enggaard", "Stadsgartner",
)  # fmt: skip
"""What may never come out of a rehearsal: names, addresses and titles of the list, and the facilitators of hold.yaml."""

DAYS = {
    "DAG-100": "05.01.2027", "DAG-62": "02.02.2027", "DAG-60": "03.02.2027", "DAG-27": "02.03.2027",
    "DAG-26": "03.03.2027", "DAG+6": "08.04.2027", "DAG+20": "29.04.2027", "DAG+34": "20.05.2027",
    "DAG+125": "26.08.2027", "DAG+300": "03.02.2028", "SLUT+540": "30.06.2028",
}  # fmt: skip
"""The days of the demo on working days of 2027. Workshop 3 lies a week after Easter."""


def programme(folder: Path, steps: tuple[str, ...] = (), roster: str = ROSTER) -> Path:
    """Write the demo's cohort on those days, with a first page that names the facilitators.

    ``steps``: only those.
    """
    text = (share("templates/demo") / "hold.yaml").read_text(encoding="utf-8").partition("hold: ")[2]
    text = re.sub(r"\b(?:DAG|SLUT)[+-]\d+\b", lambda found: DAYS[found[0]], text)
    for left in re.findall(r"^  - trin: (.+)$", text, re.MULTILINE):
        if steps and left not in steps:
            text = re.sub(rf"(?m)^  - trin: {left}\n(?:    .*\n)*", "", text)
    lay(folder, f"hold: {text}", roster)
    page = folder / "notebooks/velkomst.ipynb"
    before, told = "Din facilitator kan se, hvilke", page.read_text(encoding="utf-8")
    assert before in told
    page.write_text(told.replace(before, f"Spørg {{{{ facilitatorer }}}}. {before}"), encoding="utf-8")
    return folder


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cohort folder that nobody has built yet."""
    return programme(tmp_path_factory.mktemp("generalprøve") / "hold")


@pytest.fixture(scope="package")
def copy(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Its copy with constructed people."""
    return copied(folder, tmp_path_factory.mktemp("copy") / "hold", seed=1)
