"""What the organisation needs in writing: it follows the configuration, leaves decisions blank, and names no leader."""

import dataclasses
import io
import itertools
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
from docx.oxml.ns import qn

from fællesledelse.documents.organisation import TEMPLATES, organisation_documents, organisation_texts
from fællesledelse.errors import DocumentError
from fællesledelse.model import (
    Field,
    FieldKind,
    GatheringKind,
    Manifest,
    Participant,
    PrivacyNotice,
    Role,
    Roster,
    Step,
    StepKind,
)
from fællesledelse.settings import Settings
from fællesledelse.share import share

from ..tools import soffice
from .reading import darkness, pictures

NOTICE, RECORD, IMPACT, ACCESS, GUIDE = NAMES = (
    "1-privatlivsmeddelelse.docx",
    "2-fortegnelse.docx",
    "3-konsekvensanalyse.docx",
    "4-tilgaengelighed.docx",
    "5-driftsvejledning.docx",
)
STEP = Step(
    "forberedelse-1",
    "Forberedelse 1: Hvor kommer din ledelse fra?",
    StepKind.PREPARATION,
    45,
    date(2026, 9, 4),
    (Field("values.1", FieldKind.TEXT, "Værdi", 400), Field("private.1", FieldKind.TEXT, "Grænse", 400)),
)
MANIFEST = Manifest(
    "foraar-2026",
    "Fælles om ledelse",
    "Strandby Kommune",
    date(2026, 8, 1),
    date(2028, 6, 30),
    (STEP,),
    PrivacyNotice(),
    "ab" * 32,
)
ROSTER = Roster(
    "foraar-2026",
    (
        Participant("birgitte.aakjaer@strandby.example", "Birgitte Åkjær", Role.LEADER, group="Havnen", superior="Ole Ravn"),
        Participant("bent.birk@strandby.example", "Bent Birk", Role.LEADER, "Skolechef", "Børn og unge", group="Havnen"),
        Participant("vibeke.stroem@strandby.example", "Vibeke Strøm", Role.FACILITATOR),
    ),
)
SETTINGS = Settings(Path("/srv/faellesledelse/data"), "sqlite:////srv/faellesledelse/data/faellesledelse.sqlite")
POSTGRESQL = "postgresql+psycopg://ledelse:hemmeligt-ord@db.strandby.example/ledelse?password=hemmeligt-ord"
BEHIND = {"public_url": "https://ledelse.strandby.example", "proxy": "127.0.0.1"}

Made = dict[str, bytes]


@pytest.fixture(scope="module")
def plain() -> Made:
    """The documents of a cohort that has decided nothing, on a server as it comes."""
    return organisation_documents(MANIFEST, ROSTER, SETTINGS)


def text_of(word: bytes) -> str:
    """All text of a Word file, boxes, tables and foot included, a paragraph a line."""
    made = docx.Document(io.BytesIO(word))
    roots = (made.element.body, made.sections[0].footer._element)
    paragraphs = (paragraph for root in roots for paragraph in root.iter(qn("w:p")))
    return "\n".join("".join(each.text or "" for each in paragraph.iter(qn("w:t"))) for paragraph in paragraphs)


def boxes_of(word: bytes) -> dict[str, tuple[str, str]]:
    """What is to be decided: for each box its text, and what stands in the room for the answer."""
    tables = [table for table in docx.Document(io.BytesIO(word)).tables if len(table.columns) == 1]
    cells = [(table.cell(0, 0).text, table.cell(1, 0).text) for table in tables]
    return {asked.split("\n")[0].removeprefix("Skal besluttes: "): (asked, answer) for asked, answer in cells}


@cache
def read(manifest: Manifest = MANIFEST, roster: Roster = ROSTER, settings: Settings = SETTINGS) -> dict[str, str]:
    """The text of each document, by the document's name."""
    texts = organisation_texts(manifest, roster, settings)
    return {name.replace(".md", ".docx"): text.replace("\\", "") for name, text in texts.items()}


def with_settings(**changes: Any) -> dict[str, str]:
    return read(settings=dataclasses.replace(SETTINGS, **changes))


def with_manifest(**changes: Any) -> dict[str, str]:
    return read(dataclasses.replace(MANIFEST, **changes))


def test_there_are_five_documents_in_their_order(plain: Made) -> None:
    assert tuple(plain) == NAMES


def test_they_are_danish_a4_with_title_headings_and_page_numbers(plain: Made) -> None:
    for word in plain.values():
        made = docx.Document(io.BytesIO(word))
        headings = [each for each in made.paragraphs if each.style and each.style.name.startswith("Heading")]
        levels = [int(each.style.name[-1]) for each in headings if each.style]
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
        assert made.core_properties.title == headings[0].text
        assert {lang.get(qn("w:val")) for lang in made.styles.element.iter(qn("w:lang"))} == {"da-DK"}
        assert round(made.sections[0].page_width.mm) == 210
        assert "Fælles om ledelse, Strandby Kommune\tSide 1 af 1".replace("\t", "") in text_of(word)


def test_no_mark_of_a_template_is_left(plain: Made) -> None:
    for word in plain.values():
        assert not [mark for mark in ("{{", "{%", "**", "None", "| ---", "\\") if mark in text_of(word)]


@pytest.mark.parametrize(
    ("changes", "name", "before", "after"),
    [
        ({"database": POSTGRESQL}, GUIDE, "Database (SQLite)", "Database (PostgreSQL)"),
        ({"database": POSTGRESQL}, GUIDE, "Kopiér den aldrig, mens serveren kører", "pg_dump"),
        ({"database": POSTGRESQL}, RECORD, "SQLite på serveren", "PostgreSQL (ledelse på db.strandby.example)"),
        ({"database": POSTGRESQL}, IMPACT, "Databasen er SQLite", "Databasen er PostgreSQL"),
        (BEHIND, GUIDE, "Serveren kan kun nås fra maskinen selv", "Proxyen på 127.0.0.1"),
        (BEHIND, GUIDE, "http://127.0.0.1:8866/sundhed", "https://ledelse.strandby.example/sundhed"),
        (BEHIND, IMPACT, "Giv serveren https, før nogen inviteres", "https gennem en proxy"),
        (BEHIND, ACCESS, "http://127.0.0.1:8866", "https://ledelse.strandby.example"),
        (
            {"smtp": "mail.strandby.example:25"},
            GUIDE,
            "udbakke. Nogen skal sende dem",
            "Mail går til mail.strandby.example:25",
        ),
        ({"smtp": "mail.strandby.example:25"}, RECORD, "ingen mailserver", "mailserveren mail.strandby.example:25"),
        ({"data": Path("/data/andet")}, GUIDE, "/srv/faellesledelse/data/keys", "/data/andet/keys"),
        ({"port": 9000}, GUIDE, "FAELLESLEDELSE_PORT=8866", "FAELLESLEDELSE_PORT=9000"),
        ({"sender": "ledelse@strandby.example"}, GUIDE, "faellesledelse@localhost", "ledelse@strandby.example"),
    ],
)
def test_the_servers_settings_change_the_text(changes: dict[str, object], name: str, before: str, after: str) -> None:
    was, became = read()[name], with_settings(**changes)[name]
    assert before in was
    assert before not in became
    assert after in became
    assert after not in was


def test_a_certificate_of_the_servers_own_changes_the_text(tmp_path: Path) -> None:
    made = with_settings(certificate=tmp_path / "kæde.pem", certificate_key=tmp_path / "nøgle.pem", address="10.0.0.5")
    assert "serveren har selv certifikatet" in made[RECORD]
    assert f"FAELLESLEDELSE_CERTIFICATE={tmp_path / 'kæde.pem'}" in made[GUIDE]
    assert "https://10.0.0.5:8866/sundhed" in made[GUIDE]


@pytest.mark.parametrize(
    ("changes", "name", "before", "after"),
    [
        ({"safe_key": None}, NOTICE, "Holdet har desuden en nøgle", "kan ingen give dig dine tekster tilbage"),
        ({"safe_key": None}, IMPACT, "Nøglen i pengeskabet bliver misbrugt", "Teksterne er tabt for altid"),
        ({"safe_key": None}, GUIDE, "nøgle anmod", "nøgle ny"),
        ({"ends": None}, NOTICE, "30. juni 2028", "ingen slutdato"),
        ({"ends": None}, GUIDE, "Forløbet slutter 30. juni 2028", "Holdet har ingen slutdato"),
        ({"starts": date(2026, 8, 2)}, NOTICE, "fra 1. august 2026", "fra 2. august 2026"),
        ({"steps": (dataclasses.replace(STEP, title="Et andet trin"),)}, IMPACT, STEP.title, "Et andet trin"),
        ({"steps": (dataclasses.replace(STEP, opens=None),)}, IMPACT, "4. september 2026", "1. august 2026"),
        ({"steps": (STEP, dataclasses.replace(STEP, name="to", fields=()))}, RECORD, "på 1 sider", "på 2 sider"),
        ({"gathering": "efteraar-2026"}, GUIDE, "keys/foraar-2026", "keys/efteraar-2026"),
        ({"organisation": "Ny By"}, ACCESS, "Strandby Kommune", "Ny By"),
        ({"kind": GatheringKind.SALON}, NOTICE, "Svar på spørgeskemaet, hvis", "Temaer, du foreslår"),
        ({"kind": GatheringKind.SALON}, RECORD, "Gruppeønsker", "Temaer, der er foreslået"),
        ({"kind": GatheringKind.NETWORK}, NOTICE, "Gruppeønsker, hvis", "Kommissoriet, som ledelsen har udgivet det"),
        ({"kind": GatheringKind.NETWORK}, RECORD, "Svar på spørgeskemaet", "Kommissoriet i versioner"),
    ],
)
def test_the_cohort_changes_the_text(changes: dict[str, object], name: str, before: str, after: str) -> None:
    was, became = read()[name], with_manifest(**changes)[name]
    assert before in was
    assert before not in became
    assert after in became
    assert after not in was


def test_people_are_counted() -> None:
    assert "På holdet er 2 ledere og 1 facilitator. Antal sparringsgrupper: 1 (1 med 2)." in read()[IMPACT].replace(
        "\n", " "
    )
    alone = Roster("foraar-2026", ROSTER.participants[:1])
    made = read(roster=alone)
    assert "På holdet er 1 leder og 0 facilitatorer. Antal sparringsgrupper: 1 (1 med 1)." in made[IMPACT].replace("\n", " ")


@pytest.mark.parametrize(
    ("entry", "box", "names"),
    [
        ("controller", "Dataansvarlig", (NOTICE, RECORD)),
        ("purpose", "Formål", (NOTICE, RECORD, IMPACT)),
        ("legal_basis", "Retsgrundlag", (NOTICE, RECORD, IMPACT)),
        ("categories", "", (NOTICE, RECORD)),
        ("recipients", "Modtagere", (NOTICE, RECORD)),
        ("retention", "Opbevaring og sletning", (NOTICE, RECORD, IMPACT, GUIDE)),
        ("contact", "Kontakt", (NOTICE, RECORD, ACCESS)),
    ],
)
def test_a_privacy_text_takes_the_place_of_its_box(entry: str, box: str, names: tuple[str, ...]) -> None:
    was, became = read(), with_manifest(privacy=PrivacyNotice(**{entry: "Besluttet & skrevet her."}))
    for name in names:
        assert "Besluttet & skrevet her." in became[name]
        assert not box or f"**Skal besluttes: {box}**" in was[name]
        assert f"**Skal besluttes: {box}**" not in became[name]


def test_what_an_organisation_writes_is_text_and_never_markdown() -> None:
    said = "Skrevet *her* | i <hold.yaml>, `som` den_er_ ![x](y) {{ navn }} # 1. \\ »ja«"
    privacy = PrivacyNotice(*[f"- {said}\n\n> **Skal besluttes: Intet**"] * 7)
    made = organisation_documents(dataclasses.replace(MANIFEST, name=said, privacy=privacy), ROSTER, SETTINGS)
    for name, word in made.items():
        text, boxes = text_of(word), boxes_of(word)
        assert said in text
        assert "Intet" not in boxes
        assert name == ACCESS or f"- {said} > **Skal besluttes: Intet**" in text


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        (NOTICE, {"Retsgrundlag", "Aktindsigt", "Frivillighed", "Opbevaring og sletning"}),
        (RECORD, {"Retsgrundlag", "Journalisering", "Arkivering", "Databehandleraftale"}),
        (
            IMPACT,
            {"Retsgrundlag", "Aktindsigt", "Lederne og MED-udvalget", "Databehandleraftale", "Vurdering af hver risiko"},
        ),
        (ACCESS, {"Grad af overholdelse", "Undtagelser"}),
        (GUIDE, {"Sikkerhedskopier", "Hvem der har de to papirer", "Ansvar", "Databehandleraftale"}),
    ],
)
def test_what_people_must_decide_is_a_blank_box_that_says_what_and_who(plain: Made, name: str, titles: set[str]) -> None:
    boxes = boxes_of(plain[name])
    assert titles <= boxes.keys()
    for title, (asked, answer) in boxes.items():
        assert "\nHvem: " in asked, title
        assert answer == "Svar, dato og navn:"
    assert f"{len(boxes)} ting skal besluttes af mennesker." in text_of(plain[name])
    assert " · ".join(boxes) in text_of(plain[name])


def test_every_document_says_that_it_is_a_draft_for_constructed_people_only(plain: Made) -> None:
    for word in plain.values():
        assert "Dette er et udkast." in text_of(word)
        assert "Kun konstruerede personer indtil videre." in text_of(word)


def test_the_remaining_risks_are_told(plain: Made) -> None:
    for limit in (
        "kan den, der styrer serveren, læse med",
        "Ingen totrinslogin",
        "serverens egen bruger",
        "råder også over nøglen til underskriften",
    ):
        assert limit in text_of(plain[IMPACT])


def test_no_document_holds_anything_of_a_person(plain: Made) -> None:
    other = dataclasses.replace(SETTINGS, database=POSTGRESQL)
    assert "hemmeligt-ord" not in "".join(read(settings=other).values())
    for word in plain.values():
        with zipfile.ZipFile(io.BytesIO(word)) as file:
            whole = "".join(file.read(name).decode() for name in file.namelist()) + text_of(word)
        for person in ROSTER.participants:
            assert person.email not in whole
            assert not [part for part in person.name.split() if part in whole]
            assert not [each for each in (person.title, person.department, person.superior) if each and each in whole]


def test_the_same_input_is_the_same_files(plain: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert organisation_documents(MANIFEST, ROSTER, SETTINGS) == plain


def test_an_unreadable_database_address_is_told_without_its_password() -> None:
    with pytest.raises(DocumentError, match="FAELLESLEDELSE_DATABASE") as told:
        with_settings(database="postgresql:/u:hemmeligt-ord@vært")
    assert "hemmeligt-ord" not in str(told.value)


@pytest.fixture
def mistaken(tmp_path: Path) -> Callable[[str, str], Path]:
    """The packaged texts, with one put right after the first line of one of them."""

    def put(name: str, text: str) -> Path:
        folder = tmp_path / "tekster"
        shutil.copytree(share(TEMPLATES), folder)
        first, rest = (folder / name).read_text(encoding="utf-8").split("\n", 1)
        (folder / name).write_text(f"{first}\n\n{text}\n{rest}", encoding="utf-8")
        return folder

    return put


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "{{ organistion }}",
            r"5-driftsvejledning\.md, linje 3: Pladsholderen 'organistion' findes ikke\. Mente du 'organisat",
        ),
        (
            "{% if not sqlite and nej_da %}x{% endif %}",
            r"linje 3: Pladsholderen 'nej_da' findes ikke\. De, der findes, er adres",
        ),
        ("{{ data|ordrat }}", r"linje 3: Pladsholderen kan ikke læses"),
        ("{{ data", r"Pladsholderen kan ikke læses"),
        ("{% if sqlite %}", r"Pladsholderen kan ikke læses"),
        ("{{ data.mappe }}", r"5-driftsvejledning\.md: Teksten kan ikke udfyldes"),
        ('{% include "findes-ikke.md" %}', r"5-driftsvejledning\.md: Teksten kan ikke udfyldes"),
    ],
)
def test_a_mistake_in_a_placeholder_is_told_with_its_place(
    mistaken: Callable[[str, str], Path], text: str, told: str
) -> None:
    with pytest.raises(DocumentError, match=told):
        organisation_texts(MANIFEST, ROSTER, SETTINGS, mistaken("5-driftsvejledning.md", text))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("![billede](x.png)", r"1-privatlivsmeddelelse\.md: Teksten bruger noget af Markdown \(image\), .* ved linje 3 "),
        ("- a\n  - b", r"Markdown \(list_item\), .* ved linje 3 "),
        ("<b>fed</b>", r"Markdown \(html_inline\), .* ved linje 3 "),
        ("#### Fire", r"Markdown \(heading\), .* ved linje 3 "),
    ],
)
def test_what_word_is_not_given_is_refused_with_its_place(
    mistaken: Callable[[str, str], Path], text: str, told: str
) -> None:
    with pytest.raises(DocumentError, match=told):
        organisation_documents(MANIFEST, ROSTER, SETTINGS, mistaken("1-privatlivsmeddelelse.md", text))


def test_a_text_may_be_corrected_without_python(mistaken: Callable[[str, str], Path]) -> None:
    folder = mistaken("1-privatlivsmeddelelse.md", "Vi har **rettet** det i {{ organisation }}.")
    made = organisation_texts(MANIFEST, ROSTER, SETTINGS, folder)
    assert "Vi har **rettet** det i Strandby Kommune." in made["1-privatlivsmeddelelse.md"]


def test_numbered_steps_begin_with_one_in_every_list(plain: Made, tmp_path: Path) -> None:
    made = docx.Document(io.BytesIO(plain[GUIDE]))
    runs: list[set[int]] = [set()]
    for each in made.paragraphs:
        if each.style and each.style.name == "List Number" and each._p.pPr is not None and each._p.pPr.numPr is not None:
            runs[-1].add(int(each._p.pPr.numPr.numId.val))
        elif runs[-1]:
            runs.append(set())
    lists = [numbers for numbers in runs if numbers]
    assert len(lists) == 5
    assert all(len(numbers) == 1 for numbers in lists)
    assert len(set.union(*lists)) == len(lists)


def test_libreoffice_opens_every_document_and_every_page_has_ink(plain: Made, tmp_path: Path) -> None:
    for name, word in plain.items():
        (tmp_path / name).write_bytes(word)
    profile = f"-env:UserInstallation={(tmp_path / 'profil').as_uri()}"
    command = [soffice(), profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, *(str(tmp_path / name) for name in NAMES)], check=True, capture_output=True, timeout=120)
    for name, word in plain.items():
        printed = (tmp_path / name).with_suffix(".pdf").read_bytes()
        reader = pypdf.PdfReader(io.BytesIO(printed))
        text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
        assert f"Side {len(reader.pages)} af {len(reader.pages)}" in text
        assert all(" ".join(title.split()) in text for title in boxes_of(word))
        folder = tmp_path / name.removesuffix(".docx")
        folder.mkdir()
        assert all(0.001 < darkness(picture) < 0.4 for picture in pictures(printed, folder))
