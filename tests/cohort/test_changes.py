"""A cohort folder that is changed while leaders use it: whole or not at all, and never for good."""

import io
import os
import shutil
import zipfile
from datetime import date
from pathlib import Path

import nbformat
import openpyxl
import pytest

from fællesledelse.cohort import changes, excel, groups, parcel, skeleton
from fællesledelse.cohort.build import BUILT, build
from fællesledelse.cohort.demo import write_demo
from fællesledelse.errors import CohortError
from fællesledelse.manifest import load, load_roster

from .conftest import Folder


@pytest.fixture
def place(folder: Folder) -> Path:
    """The small cohort, built."""
    build(folder.path)
    return folder.path


def everything(place: Path) -> dict[str, bytes]:
    """Every file of the folder, but for what can be undone."""
    found = (path for path in place.rglob("*") if path.is_file() and changes.EARLIER not in path.parts)
    return {str(path.relative_to(place)): path.read_bytes() for path in found}


def edited(content: bytes, sheet: str, old: str, new: str) -> bytes:
    """The Excel file with one cell changed."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    [cell] = [cell for row in book[sheet].iter_rows() for cell in row if str(cell.value) == old]
    cell.value = new
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_folder_of_any_kind_gives_one_excel_file_that_builds_the_same(place: Path) -> None:
    before = load((place / BUILT / "manifest.json").read_text(encoding="utf-8"))
    changes.draft(place, changes.file(place))
    changes.take(place)
    assert load((place / BUILT / "manifest.json").read_text(encoding="utf-8")) == before
    assert [path.name for path in place.glob("*.*")] == [excel.NAME]


def test_a_draft_changes_nothing_until_it_is_taken_into_use(place: Path) -> None:
    before = everything(place)
    renamed = edited(changes.file(place), "Forløb", "Et lille hold", "Et andet navn")
    assert changes.draft(place, renamed).manifest.name == "Et andet navn"
    assert {name: text for name, text in everything(place).items() if changes.DRAFT not in name} == before
    drafted = changes.drafted(place)
    assert drafted is not None
    assert drafted.manifest.name == "Et andet navn"
    assert changes.file(place) == renamed
    changes.take(place)
    assert load((place / BUILT / "manifest.json").read_text(encoding="utf-8")).name == "Et andet navn"
    assert changes.drafted(place) is None


def test_a_wrong_file_says_where_and_is_not_kept(place: Path) -> None:
    before = everything(place)
    wrong = edited(changes.file(place), "Deltagere", "bo@strandby.example", "bo på strandby")
    with pytest.raises(CohortError) as refused:
        changes.draft(place, wrong)
    [finding] = refused.value.findings
    assert (finding.file, finding.row, finding.column) == ("hold.xlsx, arket Deltagere", 3, 2)
    assert everything(place) == before


def test_another_cohort_can_not_take_this_ones_place(place: Path) -> None:
    with pytest.raises(CohortError, match="'lille-hold' på serveren"):
        changes.draft(place, edited(changes.file(place), "Forløb", "lille-hold", "stort-hold"))


def test_a_draft_can_be_thrown_away(place: Path) -> None:
    before = everything(place)
    changes.draft(place, changes.file(place))
    changes.discard(place)
    assert everything(place) == before


def test_groups_go_into_the_file_and_from_there_into_the_roster(place: Path) -> None:
    changes.with_groups(place, {"aase@strandby.example": "7", "bo@strandby.example": "7"})
    changes.take(place)
    roster = load_roster((place / BUILT / "roster.json").read_text(encoding="utf-8"))
    assert {one.email: one.group for one in roster.participants if one.group} == {
        "aase@strandby.example": "7",
        "bo@strandby.example": "7",
        "ib@strandby.example": "2",
        "eva@strandby.example": "2",
    }


def test_each_change_can_be_undone_one_after_the_other(place: Path) -> None:
    first = everything(place)
    changes.draft(place, edited(changes.file(place), "Forløb", "Et lille hold", "Navn to"))
    changes.take(place)
    second = everything(place)
    [asked, *_] = changes.questions(place, "velkomst")
    changes.reworded(place, "velkomst", 0, asked, "# Sagt på en anden måde")
    assert changes.changes(place) == 2
    changes.undo(place, changes.changes(place))
    assert everything(place) == second
    changes.undo(place, changes.changes(place))
    assert everything(place) == first
    with pytest.raises(CohortError, match="intet at gå tilbage til"):
        changes.undo(place, 0)


def test_no_more_changes_are_kept_than_anyone_will_undo(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "KEPT", 2)
    for number in range(4):
        [asked, *_] = changes.questions(place, "velkomst")
        changes.reworded(place, "velkomst", 0, asked, f"# Ordlyd {number}")
    assert changes.changes(place) == 4
    assert len(list((place / changes.EARLIER).iterdir())) == 2


def test_a_wording_is_changed_in_the_notebook_and_on_the_page_alone(place: Path) -> None:
    asked = changes.questions(place, "velkomst")
    before = everything(place)
    changes.reworded(place, "velkomst", 0, asked[0], "# Hvad formede dig?\r\n\r\nHos {{ organisation }}.\n")
    after = everything(place)
    assert {name for name in after if after[name] != before.get(name)} == {
        "notebooks/velkomst.ipynb",
        "bygget/velkomst.ipynb",
        *(["bygget/manifest.json"] if after["bygget/manifest.json"] != before["bygget/manifest.json"] else []),
    }
    built = nbformat.reads(after["bygget/velkomst.ipynb"].decode(), as_version=4)  # type: ignore[no-untyped-call]
    assert "# Hvad formede dig?\n\nHos Strandby Kommune." in [cell.source for cell in built.cells]


def test_a_wording_someone_else_has_changed_meanwhile_is_not_overwritten(place: Path) -> None:
    [asked, *_] = changes.questions(place, "velkomst")
    changes.reworded(place, "velkomst", 0, asked, "# Den ene")
    with pytest.raises(CohortError, match="ændret af en anden"):
        changes.reworded(place, "velkomst", 0, asked, "# Den anden")


@pytest.mark.parametrize("text", ["", "  \n ", "<script>alert(1)</script>", "Hos {{ ukendt }}"])
def test_a_wording_that_can_not_be_built_changes_nothing(place: Path, text: str) -> None:
    before = everything(place)
    [asked, *_] = changes.questions(place, "velkomst")
    with pytest.raises(CohortError):
        changes.reworded(place, "velkomst", 0, asked, text)
    with pytest.raises(CohortError):
        changes.preview(place, "velkomst", 0, asked, text)
    assert everything(place) == before


@pytest.mark.parametrize("step", ["../hold", "findes-ikke", ".", "nytårstale"])
def test_only_pages_of_the_folder_can_be_reworded(place: Path, step: str) -> None:
    with pytest.raises(CohortError):
        changes.questions(place, step)


def test_a_preview_fills_in_the_cohorts_words_and_changes_nothing(place: Path) -> None:
    before = everything(place)
    [asked, *_] = changes.questions(place, "velkomst")
    assert changes.preview(place, "velkomst", 0, asked, "# {{ organisation }}") == "# Strandby Kommune"
    assert everything(place) == before


def test_a_packed_cohort_comes_out_the_same_elsewhere(place: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(place, tmp_path / "server"))
    [asked, *_] = changes.questions(place, "velkomst")
    changes.reworded(place, "velkomst", 0, asked, "# Skrevet på en bærbar")
    changes.bring(other, parcel.pack(place))
    sources = {path: (place / path).read_bytes() for path in parcel.sources(place)}
    assert {path: (other / path).read_bytes() for path in parcel.sources(other)} == sources
    assert everything(other)["bygget/manifest.json"] == everything(place)["bygget/manifest.json"]
    changes.undo(other, 1)
    assert changes.questions(other, "velkomst")[0] == asked


@pytest.mark.parametrize(
    "name", ["../hold.yaml", "/etc/x", "bygget/manifest.json", "notebooks/../../x.ipynb", "notebooks/a/b.ipynb", "x.py"]
)
def test_a_packed_file_lies_where_it_belongs_or_nowhere(place: Path, name: str) -> None:
    before = everything(place)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(name, "x")
    with pytest.raises(CohortError, match="hører ikke til"):
        changes.bring(place, out.getvalue())
    assert everything(place) == before


def test_what_is_no_package_or_far_too_large_is_refused(place: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("hold.yaml", b"0" * (parcel.LARGEST + 1))
    for content in (b"", b"PK\x03\x04 ikke en zip", out.getvalue()):
        with pytest.raises(CohortError):
            changes.bring(place, content)


def test_links_to_elsewhere_do_not_ride_along(place: Path, tmp_path: Path) -> None:
    (tmp_path / "hemmelig.ipynb").write_text("hemmelig", encoding="utf-8")
    os.symlink(tmp_path / "hemmelig.ipynb", place / "notebooks/lokket.ipynb")
    assert b"lokket" not in parcel.pack(place)


@pytest.mark.parametrize("blocked", [".hold.xlsx.ny", "notebooks/.velkomst.ipynb.ny"])
def test_what_can_not_be_written_leaves_everything_as_it_was(place: Path, blocked: str) -> None:
    """As on a full disk, the first file or one in the midst can't be written."""
    asked = changes.questions(place, "velkomst")[0]
    changes.draft(place, changes.file(place))
    other = Path(shutil.copytree(place, place.with_name("andet")))
    changes.reworded(other, "velkomst", 0, asked, "# Velkommen igen")
    (other / changes.DRAFT / excel.NAME).replace(other / excel.NAME)
    (other / "hold.yaml").unlink()
    (other / "deltagere.csv").unlink()
    (place / blocked).mkdir()
    before = everything(place)
    with pytest.raises(CohortError, match="kan ikke gemmes"):
        changes.bring(place, parcel.pack(other))
    assert everything(place) == before
    assert changes.changes(place) == 0


def test_every_round_is_remembered_when_groups_are_mixed_anew(folder: Folder) -> None:
    """Four can be paired in three ways, so the third round is the only one left."""
    folder.change("Børn;2;aase@strandby.example;2", "Børn;2;;2", "deltagere.csv")
    build(place := folder.path)
    emails = ["aase@strandby.example", "bo@strandby.example", "ib@strandby.example", "eva@strandby.example"]
    pairs = [{frozenset(emails[:2]), frozenset(emails[2:])}]
    for _ in range(2):
        found = groups.propose(changes.checked(place), smallest=2, largest=2, rotate=True).groups
        changes.with_groups(place, {email: name for name, people in found for email in people}, rotated=True)
        changes.take(place)
        pairs.append({frozenset(people) for _name, people in found})
    assert len(set(map(frozenset, pairs))) == 3
    assert changes.checked(place).ties.earlier[emails[0]][0] == "1"
    assert {len(was) for was in changes.checked(place).ties.earlier.values()} == {2}


def test_what_a_change_that_was_cut_off_left_behind_is_cleared_by_the_next(place: Path) -> None:
    """Killed between the two renames of a build, and before the old one was cleared away."""
    (place / BUILT).rename(place / ".bygget-gammel")
    (place / ".hold-halv").mkdir()
    changes.draft(place, changes.file(place))
    changes.take(place)
    shutil.copytree(place / BUILT, place / ".bygget-gammel")
    changes.draft(place, changes.file(place))
    changes.take(place)
    assert [path.name for path in place.glob(".*")] == []


def test_an_undo_that_can_not_be_written_leaves_everything_as_it_was(place: Path) -> None:
    asked = changes.questions(place, "velkomst")[0]
    changes.reworded(place, "velkomst", 0, asked, "# Velkommen igen")
    (place / "notebooks/.velkomst.ipynb.ny").mkdir()
    before = everything(place)
    with pytest.raises(CohortError, match="kan ikke gemmes"):
        changes.undo(place, 1)
    assert everything(place) == before
    assert changes.changes(place) == 1


def test_a_cohort_without_pages_is_nothing_to_go_back_to(tmp_path: Path) -> None:
    skeleton.found(tmp_path / "nyt", [skeleton.facilitator("Karin Holm <karin@strandby.example>")], date(2026, 6, 15))
    write_demo(tmp_path / "demo", date(2026, 6, 15))
    content = changes.file(tmp_path / "demo")
    book = openpyxl.load_workbook(io.BytesIO(content))
    book["Forløb"]["B2"].value = "nyt"
    out = io.BytesIO()
    book.save(out)
    changes.draft(tmp_path / "nyt", out.getvalue())
    changes.take(tmp_path / "nyt")
    assert changes.changes(tmp_path / "nyt") == 0


def test_a_facilitator_can_not_leave_by_mistake(place: Path) -> None:
    changes.draft(place, changes.file(place), by="vibeke@strandby.example")
    with pytest.raises(CohortError, match="Din egen adresse"):
        changes.draft(place, changes.file(place), by="en.anden@strandby.example")
