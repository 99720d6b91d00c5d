"""A cohort built anew under a running server, and a folder that can't be read."""

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fællesledelse.cohort.build import build
from fællesledelse.errors import SettingsError
from fællesledelse.server.shelf import Shelf

from .people import BENT, DORTE, GERDA
from .serving import Server


@pytest.fixture
def folder(tmp_path: Path, built: dict[str, Path]) -> Path:
    """A cohort folder of the test's own."""
    return Path(shutil.copytree(built["demo"], tmp_path / "hold"))


def test_a_mended_typo_is_on_the_next_page_and_the_answers_are_untouched(
    another: Callable[..., Server], folder: Path
) -> None:
    server = another(folder)
    client = server.client(BENT)
    client.accept()
    client.saved("episodes.1.did", "Skrevet før ombygningen")
    notebook = folder / "notebooks/privat-tillaeg.ipynb"
    heading = re.search(r'"# ([^"\\]+)', notebook.read_text(encoding="utf-8"))
    assert heading
    assert "En rettet overskrift" not in client.open_page("privat-tillaeg")[0]
    notebook.write_text(
        notebook.read_text(encoding="utf-8").replace(heading[0], '"# En rettet overskrift', 1), encoding="utf-8"
    )
    roster = folder / "deltagere.csv"
    text = roster.read_text(encoding="utf-8-sig")
    roster.write_text(text.replace(DORTE.name, "Dorthe Dam"), encoding="utf-8")
    build(folder)
    assert "En rettet overskrift" in client.open_page("privat-tillaeg")[0]
    assert client.text("episodes.1.did") == "Skrevet før ombygningen"
    assert server.client(DORTE).get("/api/session").json()["name"] == "Dorthe Dam"
    a_broken_folder_changes_nothing(server, folder)


def a_broken_folder_changes_nothing(server: Server, folder: Path) -> None:
    client = server.client(BENT)
    (folder / "bygget/manifest.json").write_text('{"format": 1', encoding="utf-8")
    assert client.text("episodes.1.did") == "Skrevet før ombygningen"
    assert "can't be read" in server.written
    shutil.rmtree(folder / "bygget")
    assert client.text("episodes.1.did") == "Skrevet før ombygningen"


def test_a_folder_in_the_midst_of_a_build_is_left_alone(folder: Path) -> None:
    """Every state that a build passes through, and worse ones, leaves what was read before."""
    shelf = Shelf([folder])
    before = shelf.find("demo")
    manifest = folder / "bygget/manifest.json"
    text = manifest.read_text(encoding="utf-8")
    (folder / "bygget").rename(folder / "væk")
    assert shelf.newer("demo") is None
    (folder / "væk").rename(folder / "bygget")
    os.utime(manifest, ns=(1, 1))
    for name in ("roster.json", "velkomst.ipynb"):
        kept = (folder / "bygget" / name).read_bytes()
        (folder / "bygget" / name).unlink()
        assert shelf.newer("demo") is None
        (folder / "bygget" / name).write_text("{", encoding="utf-8")
        assert shelf.newer("demo") is None
        (folder / "bygget" / name).write_bytes(kept)
    manifest.write_text(text.replace('"gathering": "demo"', '"gathering": "andet"'), encoding="utf-8")
    assert shelf.newer("demo") is None
    manifest.write_text(text, encoding="utf-8")
    newer = shelf.newer("demo")
    assert newer is not None
    assert shelf.find("demo") is before
    shelf.place(newer)
    assert shelf.find("demo") is newer
    assert shelf.newer("demo") is None
    assert shelf.newer("findes-ikke") is None


def test_a_shelf_takes_no_folder_that_is_not_built_and_no_gathering_twice(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="To mapper rummer holdet demo"):
        Shelf([folder, folder])
    (tmp_path / "tom").mkdir()
    with pytest.raises(SettingsError, match=r"tom er ikke bygget endnu\. Byg det først: faellesledelse hold byg "):
        Shelf([tmp_path / "tom"])
    with pytest.raises(SettingsError, match=r"^Mappen .*/findesikke findes ikke\."):
        Shelf([tmp_path / "findesikke"])
    (tmp_path / "fil").touch()
    with pytest.raises(SettingsError, match="fil er en fil"):
        Shelf([tmp_path / "fil"])


def test_a_folder_that_is_closed_to_the_server_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(path: Path, *_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_text", closed)
    with pytest.raises(SettingsError, match=r"må ikke læse .*manifest\.json\. Giv serverens bruger adgang"):
        Shelf([folder])


def test_who_is_taken_off_the_roster_loses_the_gathering_but_what_is_their_own(
    another: Callable[..., Server], tmp_path: Path
) -> None:
    from .people import write_gathering

    write_gathering(tmp_path / "andet", "andet")
    server = another(tmp_path / "andet")
    gerda = server.client(GERDA)
    gerda.saved("episodes.1.did", "Gerdas", gathering="andet")
    roster = tmp_path / "andet/deltagere.csv"
    text = roster.read_text(encoding="utf-8-sig").replace("gerda@", "hendes.nye.adresse@")
    roster.write_text(text, encoding="utf-8")
    build(tmp_path / "andet")
    assert gerda.get("/api/andet/steps/forberedelse-1").status_code == 404
    assert gerda.save("episodes.1.did", "igen", 1, gathering="andet").status_code == 404
    assert gerda.get("/").headers["location"] == "/hold/andet/mit"
    own = gerda.get("/hold/andet/mit").text
    assert "Hent alt mit" in own
    assert "Mine svar i målingerne" not in own, "there has been no survey here"


def test_a_built_page_that_would_run_anything_else_is_not_served(folder: Path) -> None:
    """The builder checks what it builds; whoever brings a built folder to the server need not be the builder."""
    page = folder / "bygget/workshop-1.ipynb"
    honest = page.read_text(encoding="utf-8")
    shelf = Shelf([folder])
    for code in ("open('/etc/passwd').read()", "import os", "page.text(open('x'))", "!ls", "page._connection"):
        notebook = json.loads(honest)
        notebook["cells"].append(
            {"cell_type": "code", "id": "x", "metadata": {}, "outputs": [], "execution_count": None, "source": code}
        )
        page.write_text(json.dumps(notebook), encoding="utf-8")
        with pytest.raises(SettingsError, match="som ingen side må køre"):
            Shelf([folder])
        os.utime(folder / "bygget/manifest.json")
        assert shelf.newer("demo") is None  # a running server keeps the build it has
