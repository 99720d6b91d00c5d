"""What the survey asks, over the wire: files go down and up, are checked, looked at, taken into use, undone, and locked."""

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from fællesledelse.cohort import parcel

from .people import ANNA, TODAY, VIBEKE
from .serving import Client, Server, start

ASKS, FILE, THEMES = (f"/api/demo/cohort/items{end}" for end in ("", "/spoergeskema", "/temaer"))
UNDO = "/api/demo/cohort/undo"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, three: Path) -> Iterator[Server]:
    """A server whose first gathering may be changed."""
    place = tmp_path_factory.mktemp("items")
    shutil.copytree(three / "data", place / "data")
    shutil.copytree(three / "demo", place / "demo")
    running = start(place / "data", [place / "demo"])
    try:
        running.wait_until_up()
        yield running
    finally:
        running.end()


@pytest.fixture(scope="module")
def vibeke(desk: Server) -> Client:
    """The facilitator's browser."""
    client = desk.client(VIBEKE)
    client.accept()
    return client


def files(**parts: str | bytes) -> dict[str, str]:
    """Files as the page sends them: a text as Danish Excel writes it."""
    raw = {part: each if isinstance(each, bytes) else each.encode("cp1252") for part, each in parts.items()}
    return {part: base64.b64encode(each).decode() for part, each in raw.items()}


def text(client: Client, path: str) -> str:
    """A file as a facilitator has it."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    marked = answer.content.startswith(b"\xef\xbb\xbf")
    return answer.content.decode("utf-8-sig" if marked else "cp1252")


def preview(client: Client, **parts: str | bytes) -> httpx.Response:
    return client.post(f"{ASKS}/preview", json=files(**parts))


def lines(answer: httpx.Response) -> list[dict[str, Any]]:
    """What a build says, line by line."""
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def changes(client: Client) -> int:
    """The number of the last change that can be undone."""
    return int(client.get("/api/demo/cohort").json()["changes"])


def test_the_files_open_in_excel_with_their_signs_right(vibeke: Client) -> None:
    for path, name, first in ((FILE, "spoergeskema.csv", "nøgle;tema"), (THEMES, "temaer.csv", "nøgle;titel")):
        answer = vibeke.get(path)
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert answer.content.startswith(b"\xef\xbb\xbf")
        assert answer.content.decode("utf-8-sig").startswith(first)


def test_own_items_are_looked_at_taken_into_use_and_undone(vibeke: Client) -> None:
    before = text(vibeke, FILE)
    own = before.replace(
        "Mit fag møder respekt hos de andre i forum.", "Mit fag bliver hørt i forum, også når det er på tværs."
    )
    found = preview(vibeke, items=own).json()
    assert found["statements"] == 28
    assert found["changes"] == [
        "»Mit fag møder respekt hos de andre i forum.« bliver til »Mit fag bliver hørt i forum, også når det er på tværs.«"
    ]
    assert "Mit fag bliver hørt i forum, også når det er på tværs." in found["themes"][1]["statements"]
    assert text(vibeke, FILE) == before, "nothing is kept of what was only looked at"
    said = lines(vibeke.put(ASKS, json=files(items=own)))
    assert said[-1]["done"]["name"] == "Holdet demo"
    assert len(said) > 5, "the pages are built, as for every change"
    assert "også når det er på tværs" in text(vibeke, FILE)
    assert vibeke.get(ASKS).json()["themes"] == found["themes"]
    assert "done" in lines(vibeke.post(UNDO, json={"change": changes(vibeke)}))[-1]
    assert text(vibeke, FILE) == before


def test_the_same_files_change_nothing(vibeke: Client) -> None:
    assert preview(vibeke, items=text(vibeke, FILE), themes=text(vibeke, THEMES)).json()["changes"] == []


def test_a_broken_scale_is_told_with_file_row_and_column_and_changes_nothing(vibeke: Client) -> None:
    before = text(vibeke, FILE)
    wrong = before.replace("kræver.;+", "kræver.;5").replace("for sent.;-", "for sent.;")
    refused = preview(vibeke, items=wrong)
    assert refused.status_code == 400
    first, second = refused.json()["findings"]
    assert first.startswith("spoergeskema.csv, linje 2, kolonne 4: '5' er ikke en retning.")
    assert second.startswith("spoergeskema.csv, linje 3, kolonne 4: 'retning' mangler.")
    assert lines(vibeke.put(ASKS, json=files(items=wrong)))[-1]["findings"] == [first, second]
    assert text(vibeke, FILE) == before


def test_the_same_statement_under_two_keys_is_told(vibeke: Client) -> None:
    before = text(vibeke, FILE).splitlines()
    key, theme, statement, way = before[1].split(";")
    again = "\n".join([*before, f"{key}-igen;{theme};{statement.upper()};{way}"])
    assert preview(vibeke, items=again).json()["findings"] == [
        f"spoergeskema.csv, linje {len(before) + 1}, kolonne 3: Udsagnet '{key}-igen' siger det samme som '{key}'. "
        "Skriv noget andet, eller slet det ene."
    ]


def test_a_missing_theme_is_told(vibeke: Client) -> None:
    themes = "".join(line for line in text(vibeke, THEMES).splitlines(True) if not line.startswith("tillid;"))
    found = preview(vibeke, themes=themes).json()["findings"]
    assert len(found) == 3
    assert found[0].startswith(
        "spoergeskema.csv, linje 10, kolonne 2: Udsagnet 'tage-fejl' hører til temaet 'tillid', som ikke"
    )
    inside = text(vibeke, THEMES).replace(";ud;", ";forum;")
    assert preview(vibeke, themes=inside).json()["findings"] == [
        "temaer.csv: Der mangler et tema om relationerne ud af organisationen. Tilføj det."
    ]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "Der var intet at læse."),
        ({"items": "ikke base64!"}, "Der var intet at læse."),
        ({"items": ""}, "Filen er tom."),
        ({"items": base64.b64encode(b"PK\x03\x04").decode()}, "spoergeskema.xlsx"),
        ({"items": base64.b64encode(b"\x00\x01").decode()}, "eller gem det som spoergeskema.xlsx."),
        ({"other": "eA=="}, "Forespørgslen var ikke, som den skulle være."),
    ],
)
def test_what_can_t_be_read_is_refused_in_words(vibeke: Client, body: dict[str, str], words: str) -> None:
    refused = vibeke.post(f"{ASKS}/preview", json=body)
    assert refused.status_code == 400
    assert words in refused.json()["message"]


def test_leaders_neither_see_nor_change_it(desk: Server) -> None:
    anna = desk.client(ANNA)
    anna.accept()
    for answer in (anna.get(ASKS), anna.get(FILE), preview(anna, items="x"), anna.put(ASKS, json=files(items="x"))):
        assert answer.status_code == 403


def test_once_the_first_wave_has_opened_nothing_can_change_what_is_asked(vibeke: Client, desk: Server) -> None:
    """The last one here: a wave that has opened has opened."""
    own = text(vibeke, FILE).replace(
        "Jeg udskyder feedback, der er svær at give.", "Jeg udsætter den feedback, der er svær."
    )
    plan = {"title": "Ved starten", "opens": TODAY.isoformat(), "closes": TODAY.isoformat()}
    with vibeke.stream("PUT", ASKS, json=files(items=own)) as building:
        said = building.iter_lines()
        assert json.loads(next(said))["step"]
        planned = vibeke.post("/api/demo/survey", json=plan).json()
        assert "done" in list(said)[-1]
    assert planned["waves"][0]["state"] == "planned", "while the pages are built none opens"
    changed = changes(vibeke)
    packed = parcel.pack(Path(desk.settings.data).parent / "demo")
    assert vibeke.get("/api/demo/survey").json()["waves"][0]["state"] == "open"
    assert vibeke.get(ASKS).json()["locked"] is True
    again = own.replace("den feedback, der er svær.", "feedback, der er svær at give.")
    refused = preview(vibeke, items=again)
    assert refused.status_code == 400
    assert "Udsagnene ligger fast, fordi den første måling er åbnet" in refused.json()["message"]
    for answer in (
        vibeke.put(ASKS, json=files(items=again)),
        vibeke.post(UNDO, json={"change": changed}),
    ):
        assert "Udsagnene ligger fast" in lines(answer)[-1]["message"]
    assert text(vibeke, FILE) == own
    assert "done" in lines(vibeke.put("/api/demo/cohort.zip", content=packed))[-1], "what asks the same may still be brought"
    folder = Path(shutil.copytree(desk.settings.data.parent / "demo", desk.settings.data.parent / "other"))
    (folder / "spoergeskema.csv").write_text(again, encoding="utf-8")
    brought = lines(vibeke.put("/api/demo/cohort.zip", content=parcel.pack(folder)))
    assert "Udsagnene ligger fast" in brought[-1]["message"]
    assert text(vibeke, FILE) == own
