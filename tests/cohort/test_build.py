"""The build: all or nothing, the same bytes for the same input, and only files to change."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from fællesledelse.cohort.build import build, prepare
from fællesledelse.errors import CohortError
from fællesledelse.manifest import load, load_roster

from .conftest import Folder, code, markdown


def contents(folder: Folder) -> dict[str, str]:
    """Each built file with the hash of its bytes."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((folder.path / "bygget").iterdir())}


def test_a_build_holds_manifest_roster_and_the_pages_of_the_steps(folder: Folder) -> None:
    built = build(folder.path)
    assert sorted(contents(folder)) == [
        "forberedelse-1.ipynb",
        "manifest.json",
        "roster.json",
        "velkomst.ipynb",
        "workshop-1.ipynb",
    ]
    manifest = load((folder.path / "bygget/manifest.json").read_text(encoding="utf-8"))
    assert manifest == built.manifest
    assert [(step.name, step.opens, step.minutes) for step in manifest.steps] == [
        ("velkomst", None, 5),
        ("forberedelse-1", date(2026, 6, 15), 45),
        ("workshop-1", date(2026, 8, 20), 150),
    ]
    assert manifest.steps[2].reads == ("episodes", "needs")
    roster = load_roster((folder.path / "bygget/roster.json").read_text(encoding="utf-8"))
    assert [person.email.split("@")[0] for person in roster.participants] == ["vibeke", "aase", "bo", "ib", "eva"]


def test_the_words_stand_finished_and_the_parameter_is_injected(folder: Folder) -> None:
    cells = json.loads(build(folder.path).notebooks["velkomst"])["cells"]
    assert [("".join(cell["source"]), cell["id"]) for cell in cells] == [
        ("cohort = 'demo'", "cell-01"),
        ("cohort = 'lille-hold'", "injected-parameters"),
        ("from fællesledelse.workbook import open_page\npage = open_page(cohort, step='velkomst')", "cell-02"),
        ("# Velkommen, Et lille hold\n\nHer er Strandby Kommune.", "cell-03"),
        ("page.path()", "cell-04"),
    ]


def test_the_same_input_gives_the_same_bytes_from_anywhere(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    build(folder.path)
    first = contents(folder)
    monkeypatch.chdir(tmp_path)
    build(Path("hold"))
    assert contents(folder) == first
    moved = folder.path.rename(tmp_path / "et andet {sted}")
    monkeypatch.chdir(moved)
    build(Path("."))
    assert contents(Folder(moved)) == first


def test_the_bare_papermill_command_gives_the_same_bytes(folder: Folder) -> None:
    folder.change("navn: Et lille hold", "navn: 'Et \"lille\" <b>hold</b> {{ organisation }} æøå'")
    build(folder.path)
    command = [sys.executable, "-m", "papermill", "--engine", "faellesledelse", "--no-progress-bar"]
    for step in ("velkomst", "forberedelse-1"):
        arguments = [f"notebooks/{step}.ipynb", "out.ipynb", "-f", "hold.yaml"]
        done = subprocess.run([*command, *arguments], cwd=folder.path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        assert (folder.path / "out.ipynb").read_bytes() == (folder.path / "bygget" / f"{step}.ipynb").read_bytes()


def test_papermill_without_a_whole_cohort_file_is_refused(folder: Folder) -> None:
    from papermill import execute_notebook

    page = str(folder.path / "notebooks/velkomst.ipynb")
    for values in ({}, {"hold": "lille-hold", "__import__('os')": 1}):
        with pytest.raises(CohortError, match=r"hold.yaml: Filen kan ikke bruges, som den er \(.*navn"):
            execute_notebook(page, None, values, engine_name="faellesledelse", progress_bar=False)


def test_a_hostile_page_is_refused_by_papermill_too(folder: Folder) -> None:
    from papermill import execute_notebook
    from papermill.iorw import read_yaml_file

    folder.page("velkomst", code("import os"))
    page, values = str(folder.path / "notebooks/velkomst.ipynb"), read_yaml_file(str(folder.path / "hold.yaml"))
    with pytest.raises(CohortError, match="noget andet end et kald"):
        execute_notebook(page, None, values, engine_name="faellesledelse", progress_bar=False)


def test_a_mended_typo_changes_only_the_page_it_stands_on(folder: Folder) -> None:
    build(folder.path)
    before = contents(folder)
    folder.change("Tænk bredt.", "Tænk vidt.", "notebooks/forberedelse-1.ipynb")
    build(folder.path)
    after = contents(folder)
    assert {name for name in after if after[name] != before[name]} == {"forberedelse-1.ipynb"}


def test_a_step_is_dropped_by_the_file_alone(folder: Folder) -> None:
    folder.change("  - trin: workshop-1\n    titel: Første workshop\n    dato: 20.08.2026\n    minutter: 150\n", "")
    built = build(folder.path)
    assert [step.name for step in built.manifest.steps] == ["velkomst", "forberedelse-1"]
    assert "workshop-1.ipynb" not in contents(folder)
    assert any("workshop-1.ipynb: Notebooken er ikke et trin" in str(one) for one in built.reminders)


def test_a_step_is_added_by_the_file_and_a_notebook(folder: Folder) -> None:
    folder.page("salon", markdown("Hvad tager du med?"), code('page.text("salon.take")'))
    folder.change("privatliv:\n", "  - trin: salon\n    titel: Salon\n    dato: 01.10.2026\n    minutter: 60\nprivatliv:\n")
    built = build(folder.path)
    assert [step.name for step in built.manifest.steps][-1] == "salon"
    field = built.manifest.field("salon.take")
    assert field is not None
    assert field.label == "Hvad tager du med?"


def test_steps_are_reordered_by_the_file_alone(folder: Folder) -> None:
    text = (folder.path / "hold.yaml").read_text(encoding="utf-8")
    step = text[text.index("  - trin: workshop-1") : text.index("privatliv:")].replace("20.08.2026", "15.06.2026")
    text = text[: text.index("  - trin: workshop-1")] + text[text.index("privatliv:") :]
    folder.write("hold.yaml", text.replace("  - trin: forberedelse-1", step + "  - trin: forberedelse-1"))
    assert [step.name for step in build(folder.path).manifest.steps] == ["velkomst", "workshop-1", "forberedelse-1"]


def test_a_question_reworded_in_jupyterlab_changes_the_label_and_nothing_else(folder: Folder) -> None:
    before = build(folder.path).manifest
    path = folder.path / "notebooks/forberedelse-1.ipynb"
    data = json.loads(path.read_text(encoding="utf-8"))
    for cell in data["cells"]:
        text = cell["source"].replace("Hvem har brug for noget fra dig?", "Hvem venter på dig?")
        cell["source"] = text.splitlines(keepends=True)
        if cell["cell_type"] == "code":
            cell["execution_count"] = 3
            cell["metadata"]["trusted"] = True
    data["metadata"] = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    after = build(folder.path).manifest
    assert [(field.key, field.limit) for field in after.steps[1].fields] == [
        (f.key, f.limit) for f in before.steps[1].fields
    ]
    changed = [new.label for old, new in zip(before.steps[1].fields, after.steps[1].fields, strict=True) if old != new]
    assert changed == ["Hvem venter på dig?"]


def test_a_build_with_findings_leaves_the_last_one_as_it_was(folder: Folder) -> None:
    build(folder.path)
    before = contents(folder)
    folder.change("dato: 20.08.2026", "dato: snart")
    with pytest.raises(CohortError):
        build(folder.path)
    assert contents(folder) == before
    assert sorted(path.name for path in folder.path.iterdir()) == ["bygget", "deltagere.csv", "hold.yaml", "notebooks"]


def test_a_first_build_with_findings_leaves_nothing(folder: Folder) -> None:
    folder.change("dato: 20.08.2026", "dato: snart")
    with pytest.raises(CohortError):
        build(folder.path)
    assert not (folder.path / "bygget").exists()


def test_a_full_disk_or_an_open_file_leaves_the_last_build_as_it_was(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(folder.path)
    before = contents(folder)
    rename = Path.rename

    def stuck(path: Path, target: Path) -> Path:
        if path.name.startswith(".bygget-ny-"):
            raise PermissionError(13, "Adgang nægtet")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", stuck)
    with pytest.raises(CohortError, match=r"bygget: Det byggede kan ikke gemmes \(Adgang nægtet\)"):
        build(folder.path)
    assert contents(folder) == before
    assert not list(folder.path.glob(".bygget*"))


def test_a_build_that_was_killed_between_two_renames_is_mended_by_the_next(folder: Folder) -> None:
    build(folder.path)
    before = contents(folder)
    (folder.path / "bygget").rename(folder.path / ".bygget-gammel")
    (folder.path / ".bygget-ny-abc").mkdir()
    folder.change("dato: 20.08.2026", "dato: snart")
    with pytest.raises(CohortError):
        build(folder.path)
    assert contents(folder) == before
    assert not list(folder.path.glob(".bygget*"))


def test_progress_is_told_step_by_step(folder: Folder) -> None:
    told: list[tuple[str, int]] = []
    build(folder.path, lambda step, total: told.append((step, total)))
    assert told == [("velkomst", 3), ("forberedelse-1", 3), ("workshop-1", 3)]


def test_a_build_can_be_read_by_a_server_that_runs_as_another_user(folder: Folder) -> None:
    build(folder.path)
    assert (folder.path / "bygget").stat().st_mode & 0o755 == 0o755


def test_papermills_own_log_is_as_before_after_a_build(folder: Folder, capfd: pytest.CaptureFixture[str]) -> None:
    build(folder.path)
    assert capfd.readouterr() == ("", "")


WINDOWS = """
import builtins, os, sys, warnings
warnings.filterwarnings("error", category=EncodingWarning, module="fællesledelse")
real = builtins.__import__
ABSENT = {"fcntl", "pwd", "grp", "resource"}
def no_unix(name, *rest, **named):
    if name in ABSENT:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return real(name, *rest, **named)
builtins.__import__ = no_unix
del os.fork, os.forkpty
sys.argv = ["faellesledelse", "hold", sys.argv[1], sys.argv[2]]
from faellesledelse import main
main()
assert not ABSENT & set(sys.modules), ABSENT & set(sys.modules)
"""


@pytest.mark.parametrize("command", ["tjek", "byg"])
def test_a_build_needs_nothing_that_windows_lacks(folder: Folder, command: str) -> None:
    folder.change("navn: Et lille hold", "navn: Łódź og Strandby")  # Ł is not in cp1252
    script = folder.path.parent / "windows.py"
    script.write_text(WINDOWS, encoding="utf-8")
    environment = {**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252"}
    run = [sys.executable, "-X", "warn_default_encoding", str(script), command, str(folder.path)]
    done = subprocess.run(run, env=environment, capture_output=True, encoding="cp1252", timeout=120)
    assert done.returncode == 0, done.stderr
    assert "?ód? og Strandby" in done.stdout
    if command == "byg":
        by_windows = contents(folder)
        build(folder.path)
        assert contents(folder) == by_windows


def test_a_changed_address_is_told_before_it_becomes_another_person(folder: Folder) -> None:
    build(folder.path)
    roster = folder.path / "deltagere.csv"
    lines = roster.read_text(encoding="utf-8-sig")
    address = next(
        person.email
        for person in load_roster((folder.path / "bygget/roster.json").read_text("utf-8")).participants
        if person.email in lines
    )
    roster.write_text(lines.replace(address, f"ny.{address}"), encoding="utf-8")
    told = [str(finding) for finding in prepare(folder.path).reminders]
    assert any(address in line and "to personer" in line for line in told)
