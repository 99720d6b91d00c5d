"""A small cohort folder in which everything is right, for tests to make wrong in one place."""

import json
from pathlib import Path
from typing import Any

import pytest

from fællesledelse.cohort.build import prepare
from fællesledelse.errors import CohortError

HOLD = """\
hold: lille-hold
navn: Et lille hold
organisation: Strandby Kommune
starter: 15.06.2026
slutter: 30.11.2027
vision:
  navn: Sammen om byen
  udsagn:
    - Vi går ud ad døren
    - Vi lykkes sammen
dokumenter:
  - navn: Byens fortælling
    link: https://www.strandby.example/by
læringsmål:
  - Visionslederskab
øvebaner:
  - Sygefravær
  - Frivillighed
facilitatorer:
  - navn: Vibeke Strøm
    email: vibeke@strandby.example
trin:
  - trin: velkomst
    titel: Velkommen
    minutter: 5
  - trin: forberedelse-1
    titel: Første forberedelse
    åbner: 15.06.2026
    minutter: 45
  - trin: workshop-1
    titel: Første workshop
    dato: 20.08.2026
    minutter: 150
privatliv:
  dataansvarlig: Strandby Kommune
  formål: Udvikling
  retsgrundlag: Aftalt
  kategorier: Navn
  modtagere: Ingen
  opbevaring: Til holdet slutter
  kontakt: dpo@strandby.example
nøgle_i_pengeskab: nej
"""

PEOPLE = """\
navn;email;titel;afdeling;niveau;nærmeste leder;gruppe
Åse Ø;aase@strandby.example;Direktør;Børn;1;Borgmester Karen Holst;1
Bo Dam;bo@strandby.example;Chef;Teknik;2;;1
Ib Toft;ib@strandby.example;Chef;Børn;2;aase@strandby.example;2
Eva Ravn;eva@strandby.example;Chef;Social;2;;2
"""


def markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": "x", "metadata": {}, "source": source}


def code(source: str, *tags: str) -> dict[str, Any]:
    metadata = {"tags": list(tags)} if tags else {}
    return {"cell_type": "code", "execution_count": None, "id": "x", "metadata": metadata, "outputs": [], "source": source}


def opening(step: str) -> list[dict[str, Any]]:
    """The two cells every page begins with."""
    text = f'from fællesledelse.workbook import open_page\npage = open_page(cohort, step="{step}")'
    return [code('cohort = "demo"', "parameters"), code(text)]


KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook(*cells: dict[str, Any], **metadata: Any) -> str:
    """A notebook as JupyterLab would save it; ``metadata`` is that of the notebook."""
    numbered = [{**cell, "id": f"own-{number}"} for number, cell in enumerate(cells)]
    data = {"cells": numbered, "metadata": {**KERNEL, **metadata}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(data, ensure_ascii=False)


class Folder:
    """A cohort folder to change, and what the builder says of it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, content: str | bytes) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def page(self, step: str, *cells: dict[str, Any], **metadata: Any) -> None:
        """Make the page of a step: its opening, then ``cells``."""
        self.write(f"notebooks/{step}.ipynb", notebook(*opening(step), *cells, **metadata))

    def change(self, old: str, new: str, name: str = "hold.yaml") -> None:
        """Change the one place in a file where ``old`` stands."""
        text = (self.path / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

    def findings(self) -> list[str]:
        """What is wrong, as the facilitator reads it."""
        try:
            prepare(self.path)
        except CohortError as error:
            return [str(finding) for finding in error.findings]
        return []

    def finding(self) -> str:
        """The one thing that is wrong."""
        found = self.findings()
        assert len(found) == 1, found
        return found[0]


def small(path: Path) -> Folder:
    """The small cohort, written into a new folder."""
    made = Folder(path)
    made.write("hold.yaml", HOLD)
    made.write("deltagere.csv", PEOPLE)
    made.page("velkomst", markdown("# Velkommen, {{ hold }}\n\nHer er {{ organisation }}."), code("page.path()"))
    made.page(
        "forberedelse-1",
        markdown(
            "# Forberedelse\n\n{{ vision }}\n\n## Episoder (10 min)\n\nSkriv tre.\n\n"
            "- **Hvad gjorde jeg?** Kort\n- Virkningen"
        ),
        code('page.cards("episodes", parts=["did", "effect"], count=2)'),
        markdown("Hvem har brug for noget fra dig? Tænk bredt."),
        code('page.text("needs", lines=3, readers="group")'),
    )
    made.page("workshop-1", markdown("Vi ses {{ dato:workshop-1 }}."), code('page.earlier("episodes", "needs")'))
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return small(tmp_path / "hold")
