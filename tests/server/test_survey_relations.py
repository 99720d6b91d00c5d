"""Relations between departments over the wire: promised before the first wave, seen by leaders, in Word and in PDF."""

import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
from docx.oxml.ns import qn

from fællesledelse.cohort.build import build
from fællesledelse.manifest import load, load_roster
from fællesledelse.store import Frame, Store
from tests.questionnaire import lay

from .circles import Leader
from .conftest import CHEAP
from .people import PHRASE, TODAY, VIBEKE, Someone
from .serving import start

DEPARTMENTS = {"Skole": 7, "Vej": 7, "Social": 6}
"""How many leaders each has. None of the last answers."""

PEOPLE = [
    Someone(f"{name} {number}", f"{name}{number}@strandby.example".lower())
    for name, many in DEPARTMENTS.items()
    for number in range(many)
]


@dataclass
class Asked:
    """A cohort in which 14 of 20 have answered, as its facilitator and one of them meet it."""

    vibeke: Leader
    leader: Leader
    wave: str

    def relations(self, who: Leader) -> dict[str, Any]:
        """What one sees of relations in the wave."""
        found: dict[str, Any] = who.get("survey")["waves"][0]["result"]["relations"]
        return found


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]) -> Iterator[Asked]:
    place = tmp_path_factory.mktemp("relations")
    folder, data = Path(shutil.copytree(built["demo"], place / "demo")), place / "data"
    data.mkdir()
    _promise(folder)
    wave = _answered(folder, data)
    server = start(data, [folder])
    try:
        server.wait_until_up()
        yield Asked(Leader(server, VIBEKE), Leader(server, PEOPLE[0]), wave)
    finally:
        server.end()


def _promise(folder: Path) -> None:
    lay(folder, promise=True)
    lines = [f"{who.name};{who.email};Titel;{who.name.split()[0]};3;;{number // 3}" for number, who in enumerate(PEOPLE)]
    heading = "navn;email;titel;afdeling;niveau;nærmeste leder;gruppe"
    (folder / "deltagere.csv").write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    build(folder)


def _answered(folder: Path, data: Path) -> str:
    """Those of Skole and Vej answer everything with 5, but Skole finds that working with Vej goes badly. The wave's id."""
    manifest = load((folder / "bygget/manifest.json").read_text(encoding="utf-8"))
    roster = load_roster((folder / "bygget/roster.json").read_text(encoding="utf-8"))
    store = Store.open(f"sqlite:///{data}/faellesledelse.sqlite", data / "keys", kdf_cost=CHEAP)
    store.people.adopt(manifest, roster)
    found = {who.email: store.people.find(who.email) for who in (*PEOPLE, VIBEKE)}
    ids = {email: person.id for email, person in found.items() if person}
    for who in (PEOPLE[0], VIBEKE):
        store.access.enrol(store.invitations.invite(ids[who.email], "demo"), PHRASE)
    frame = Frame(manifest.survey, {ids[who.email]: who.name.split()[0] for who in PEOPLE})
    wave = store.surveys.plan("demo", frame, "Ved starten", TODAY, TODAY, TODAY)
    asks = store.surveys.look("demo", frame, TODAY).waves[0].asks
    assert asks is not None
    for who in PEOPLE[: -DEPARTMENTS["Social"]]:
        department = who.name.split()[0]
        for item in asks.items:
            if item.text != f"Samarbejdet med {department} fungerer godt i hverdagen.":
                value = 1 if department == "Skole" and "med Vej" in item.text else 5
                store.surveys.save("demo", wave, ids[who.email], item.key, value, TODAY)
        store.surveys.send("demo", wave, ids[who.email], TODAY)
    store.surveys.close("demo", wave, TODAY)
    store.close()
    return wave


def test_all_see_a_field_for_each_pair_with_its_number_its_interval_and_its_shade(asked: Asked) -> None:
    found = asked.relations(asked.leader)
    assert found == asked.relations(asked.vibeke)
    assert found["headings"] == ["om Skole", "om Social", "om Vej"]
    assert [row["department"] for row in found["rows"]] == ["Skole", "Vej"]
    own, social, road = found["rows"][0]["cells"]
    assert own == {"said": "–", "within": "", "ground": "", "ink": ""}
    assert number(road) < number(social)
    for cell in (social, road):
        low, high = (float(each.replace(",", ".")) for each in cell["within"].split("–"))
        assert 1 <= low <= number(cell) <= high <= 5
    lightness = [int(cell["ground"][1:3], 16) for cell in (road, social)]
    assert lightness[0] > lightness[1], "the more agree, the darker"


def number(cell: dict[str, str]) -> float:
    """The mean in a field."""
    return float(cell["said"].replace(",", "."))


def test_what_is_withheld_is_told_in_words(asked: Asked) -> None:
    why = "Svar fra Social vises ikke, fordi færre end fem har taget stilling."
    assert asked.relations(asked.leader)["withheld"] == [why]
    assert why in printed(asked)
    assert why in [paragraph.text for paragraph in written(asked).paragraphs]


def report(asked: Asked, kind: str) -> io.BytesIO:
    """The wave's report as a file."""
    made = asked.vibeke.client.get(f"/api/demo/survey/{asked.wave}/report.{kind}")
    assert made.status_code == 200, made.text
    return io.BytesIO(made.content)


def printed(asked: Asked) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(report(asked, "pdf")).pages).split())


def written(asked: Asked) -> Any:
    return docx.Document(report(asked, "docx"))


def test_word_and_pdf_have_the_same_heat_map(asked: Asked) -> None:
    rows = asked.relations(asked.leader)["rows"]
    table = written(asked).tables[-1]
    assert [row.cells[0].text for row in table.rows] == ["Svar fra", "Skole", "Vej"]
    for row, seen in zip(table.rows[1:], rows, strict=True):
        said = [" ".join(filter(None, (cell["said"], cell["within"]))) for cell in seen["cells"]]
        assert [cell.text.replace("\n", " ") for cell in row.cells[1:]] == said
        grounds = [f"#{ground.get(qn('w:fill'))}" for ground in row._tr.iter(qn("w:shd"))]
        assert grounds == [cell["ground"] for cell in seen["cells"] if cell["ground"]]
        assert all(one in printed(asked) for one in said)
