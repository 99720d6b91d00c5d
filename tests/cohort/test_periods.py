# ruff: noqa: E501 - a table of mistakes reads best with one on a line
"""The periods: one notebook built once for each, with its own words, its own keys and the cells of its own activity."""

import io
import json
import re
import subprocess
import sys
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from fællesledelse.cohort import changes, demo, excel
from fællesledelse.cohort.build import Built, build, prepare
from fællesledelse.cohort.folder import Checked, check
from fællesledelse.cohort.groups import visits
from fællesledelse.cohort.words import COMMON, PRACTICE
from fællesledelse.errors import CohortError
from fællesledelse.grouping import GroupingError
from fællesledelse.manifest import load, load_roster
from fællesledelse.model import Activity, CompassTheme, Field, Period, Role, StepKind

from .conftest import Folder, code, markdown, notebook, opening

STEPS = """\
  - trin: periode-a
    titel: "Periode A: Vision"
    dato: 15.09.2026
    minutter: 360
    læringsmål: Visionslederskab
    aktivitet: coaching
    kompetencer:
      - At oversætte visionen
      - At give mening
    øvebaner:
      - Frivillighed
  - trin: periode-b
    titel: Periode B
    dato: 15.02.2027
    minutter: 360
    læringsmål: Samarbejde
    aktivitet: jobbesøg
  - trin: periode-c
    titel: Periode C
    dato: 16.08.2027
    minutter: 360
    læringsmål: Samarbejde
    aktivitet: sparring
"""

COMPASS = """\
kompas:
  - Snitflader
  - navn: Det store hvorfor
    læringsmål: Visionslederskab
    tekst: Hvad betyder det på mandag?
"""

OPENING = [
    code('cohort = "demo"\nstep = "periode-a"', "parameters"),
    code("from fællesledelse.workbook import open_page\npage = open_page(cohort, step=step)"),
]


def only(tag: str, cell: dict[str, Any]) -> dict[str, Any]:
    """The cell as one that stands for an activity alone."""
    return {**cell, "metadata": {"tags": [tag]}}


def period_page(*cells: dict[str, Any]) -> str:
    """The small notebook of the periods, with ``cells`` at the end."""
    activities = [
        only(tag, cell)
        for tag, name in (("coaching", "coaching"), ("jobbesoeg", "host"), ("sparring", "sparring"))
        for cell in (markdown(f"### Om {tag}\n\nSkriv kort."), code(f'page.text("period.{name}")'))
    ]
    return notebook(
        *OPENING,
        markdown("# {{ periode }}\n\n{{ periode:læringsmål }}\n\n{{ periode:kompetencer }}\n\nVi ses {{ dato:periode }}."),
        markdown("### Øvebanen\n\nHvilken?\n\n{{ periode:øvebaner }}\n- Ingen af dem"),
        code('page.pick("period.experiment-1.track")'),
        *activities,
        markdown("Du valgte:"),
        code('page.earlier("period.experiment-1.track", "episodes")'),
        code('page.release("period.experiment-1")'),
        *cells,
    )


@pytest.fixture
def folder(folder: Folder) -> Folder:
    """The small cohort with three periods and a compass."""
    folder.change("    dato: 20.08.2026\n    minutter: 150\n", f"    dato: 20.08.2026\n    minutter: 150\n{STEPS}")
    folder.change(
        "  - Visionslederskab\n", "  - navn: Visionslederskab\n    tekst: Det fælles i hvert fag.\n  - Samarbejde\n"
    )
    folder.change("facilitatorer:\n", f"{COMPASS}facilitatorer:\n")
    folder.write("notebooks/periode.ipynb", period_page())
    return folder


@pytest.fixture
def kept(folder: Folder) -> Folder:
    """The same cohort as one file of Excel."""
    checked = check(folder.path)
    folder.write(excel.NAME, excel.write(checked.values, checked.roster.participants, checked.ties))
    for name in ("hold.yaml", "deltagere.csv"):
        (folder.path / name).unlink()
    return folder


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo cohort, built."""
    folder = tmp_path_factory.mktemp("demo") / "hold"
    demo.write_demo(folder, date(2026, 11, 20))
    build(folder)
    return folder


def written(kept: Folder, sheet: str, name: str, heading: str, value: str | None) -> None:
    """Write in the row that is called so, under that heading."""
    book = openpyxl.load_workbook(kept.path / excel.NAME)
    here = book[sheet]
    column = next(cell.column for cell in here[1] if str(cell.value).lower() == heading)
    row = next(cells[0].row for cells in here.iter_rows() if name in [cell.value for cell in cells])
    here.cell(row, column).value = value
    content = io.BytesIO()
    book.save(content)
    kept.write(excel.NAME, content.getvalue())


def sources(built: Built, step: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(built.notebooks[step])["cells"]]


def fields(built: Built, step: str) -> dict[str, Field]:
    found = built.manifest.step(step)
    assert found is not None
    return {field.key: field for field in found.fields}


# One notebook, built three times


def test_one_notebook_is_a_page_for_each_period_with_its_own_parameters_and_words(folder: Folder) -> None:
    built = prepare(folder.path)
    assert built.reminders == ()
    assert list(built.notebooks) == ["velkomst", "forberedelse-1", "workshop-1", "periode-a", "periode-b", "periode-c"]
    assert sources(built, "periode-a")[:5] == [
        "cohort = 'demo'\nstep = 'periode-a'",
        "cohort = 'lille-hold'\nstep = 'periode-a'",
        "from fællesledelse.workbook import open_page\npage = open_page(cohort, step=step)",
        "# Periode A&#58; Vision\n\n- **Visionslederskab.** Det fælles i hvert fag.\n\n- At oversætte visionen\n- At give mening"
        "\n\nVi ses 15&#46; september 2026.",
        "### Øvebanen\n\nHvilken?\n\n- Frivillighed\n- Ingen af dem",
    ]
    assert sources(built, "periode-b")[1] == "cohort = 'lille-hold'\nstep = 'periode-b'"
    assert sources(built, "periode-b")[3].startswith("# Periode B\n\n- Samarbejde\n\n")


def test_each_period_has_fields_of_its_own_and_those_of_its_activity_alone(folder: Folder) -> None:
    built = prepare(folder.path)
    track = "experiment-1.track"
    assert {step: list(fields(built, step)) for step in ("periode-a", "periode-b", "periode-c")} == {
        "periode-a": [f"period.periode-a.{track}", "period.periode-a.coaching"],
        "periode-b": [f"period.periode-b.{track}", "period.periode-b.host"],
        "periode-c": [f"period.periode-c.{track}", "period.periode-c.sparring"],
    }
    for step, tag in (("periode-a", "coaching"), ("periode-b", "jobbesoeg"), ("periode-c", "sparring")):
        text = "\n".join(sources(built, step))
        assert re.findall(r"### Om (\w+)", text) == [tag]
        found = built.manifest.step(step)
        assert found is not None
        assert found.reads == (f"period.{step}.{track}", "episodes")


def test_a_period_is_told_in_the_manifest_and_all_tracks_are_its_own_where_it_names_none(folder: Folder) -> None:
    built = build(folder.path)
    read = load((folder.path / "bygget/manifest.json").read_text(encoding="utf-8"))
    assert read == built.manifest
    assert [step.period for step in read.steps if step.kind is StepKind.PERIOD] == [
        Period("Visionslederskab", Activity.COACHING, ("At oversætte visionen", "At give mening"), ("Frivillighed",)),
        Period("Samarbejde", Activity.JOB_VISIT, (), ("Sygefravær", "Frivillighed")),
        Period("Samarbejde", Activity.SPARRING, (), ("Sygefravær", "Frivillighed")),
    ]
    assert fields(built, "periode-a")["period.periode-a.experiment-1.track"].options == ("Frivillighed", "Ingen af dem")
    assert fields(built, "periode-b")["period.periode-b.experiment-1.track"].options == (
        *("Sygefravær", "Frivillighed", "Ingen af dem"),
    )


def test_the_same_periods_are_built_to_the_same_bytes(folder: Folder) -> None:
    assert prepare(folder.path).files == prepare(folder.path).files


def test_a_change_in_one_period_is_a_change_of_its_page_alone(folder: Folder) -> None:
    before = prepare(folder.path).files
    folder.change("      - At give mening\n", "      - At give mening igen\n")
    after = prepare(folder.path).files
    assert {name for name in after if after[name] != before[name]} == {"manifest.json", "periode-a.ipynb"}


def test_the_bare_papermill_command_builds_the_period_it_is_told(folder: Folder) -> None:
    build(folder.path)
    command = [sys.executable, "-m", "papermill", "--engine", "faellesledelse", "--no-progress-bar"]
    for step in ("periode-b", "periode-c"):
        arguments = ["notebooks/periode.ipynb", "out.ipynb", "-f", "hold.yaml", "-p", "step", step]
        done = subprocess.run([*command, *arguments], cwd=folder.path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        assert (folder.path / "out.ipynb").read_bytes() == (folder.path / "bygget" / f"{step}.ipynb").read_bytes()


def test_a_period_without_competences_and_tracks_has_words_for_both(folder: Folder) -> None:
    folder.change("øvebaner:\n  - Sygefravær\n  - Frivillighed\n", "øvebaner:\n")
    folder.change("    øvebaner:\n      - Frivillighed\n", "")
    built = prepare(folder.path)
    assert f"\n\n- {PRACTICE}\n\nVi ses" in sources(built, "periode-b")[3]
    assert fields(built, "periode-b")["period.periode-b.experiment-1.track"].options == (COMMON, "Ingen af dem")


# What is wrong


def test_a_single_track_and_nothing_beside_it_is_no_choice_and_told_where_it_is_mended(folder: Folder) -> None:
    path = folder.path / "notebooks/periode.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("\\n- Ingen af dem", ""), encoding="utf-8")
    assert folder.findings() == [
        "notebooks/periode.ipynb, celle 5: Der er kun 'Frivillighed' at vælge på siden 'periode-a'. Skriv en mulighed mere i"
        " punktlisten i teksten ovenfor, for eksempel: - Ingen af dem"
    ]
    folder.change("      - Frivillighed\n", "      - Frivillighed\n      - Sygefravær\n")
    assert fields(prepare(folder.path), "periode-a")["period.periode-a.experiment-1.track"].options == (
        *("Frivillighed", "Sygefravær"),
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("    aktivitet: coaching\n", "", "hold.yaml, linje 41, kolonne 5: 'periode-a' er kun en halv periode. En periode har både læringsmål og aktivitet. Skriv 'aktivitet', eller slet resten."),
        ("    læringsmål: Visionslederskab\n    aktivitet: coaching\n", "    aktivitet: coaching\n", "'periode-a' er kun en halv periode. En periode har både læringsmål og aktivitet. Skriv 'læringsmål', eller slet resten."),
        ("    læringsmål: Visionslederskab\n    aktivitet: coaching\n", "", "'periode-a' er kun en halv periode."),
        ("    læringsmål: Visionslederskab\n    aktivitet", "    læringsmål: Visionsledelse\n    aktivitet", "hold.yaml, linje 45, kolonne 17: 'Visionsledelse' står ikke under holdets læringsmål. Mente du 'Visionslederskab'?"),
        ("      - Frivillighed\n", "      - Frivilighed\n", "'Frivilighed' står ikke under holdets øvebaner. Mente du 'Frivillighed'?"),
        ("aktivitet: coaching", "aktivitet: jobsøg", "hold.yaml, linje 46, kolonne 16: aktivitet: 'jobsøg' er ikke en aktivitet. Mente du 'jobbesøg'?"),
        ("aktivitet: coaching", "aktivitet: yoga", "'yoga' er ikke en aktivitet. De kendte er: coaching, jobbesøg, sparring."),
        ("    læringsmål: Visionslederskab\n    tekst", "    læringsmål: Noget andet\n    tekst", "'Noget andet' står ikke under holdets læringsmål. De kendte er: Visionslederskab, Samarbejde."),
        ("    dato: 15.02.2027\n", "    dato: 15.02.2026\n", "'periode-b' ligger 15.02.2026, før"),
        ("    dato: 15.02.2027\n", "", "'periode-b' har ingen dag. Skriv 'dato' for et møde"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_period_is_told_where_it_stands(folder: Folder, old: str, new: str, told: str) -> None:
    folder.change(old, new)
    assert told in "\n".join(folder.findings())


@pytest.mark.parametrize("left", ["    læringsmål: Visionslederskab\n", "    aktivitet: coaching\n"])
def test_half_a_period_is_told_once(folder: Folder, left: str) -> None:
    folder.change("    læringsmål: Visionslederskab\n    aktivitet: coaching\n", left)
    assert "er kun en halv periode" in folder.finding()


@pytest.mark.parametrize(
    ("sheet", "name", "heading", "value", "told"),
    [
        ("Datoer", "periode-a", "aktivitet", None, "hold.xlsx, arket Datoer, linje 5, kolonne A: 'periode-a' er kun en halv periode."),
        ("Datoer", "periode-a", "læringsmål", "Visionsledelse", "hold.xlsx, arket Datoer, linje 5, kolonne H: 'Visionsledelse' står ikke under holdets læringsmål. Mente du 'Visionslederskab'?"),
        ("Datoer", "periode-a", "aktivitet", "jobsøg", "hold.xlsx, arket Datoer, linje 5, kolonne I: aktivitet: 'jobsøg' er ikke en aktivitet. Mente du 'jobbesøg'?"),
        ("Datoer", "periode-a", "øvebaner", "Sygefravær; Frivilighed", "hold.xlsx, arket Datoer, linje 5, kolonne K: 'Frivilighed' står ikke under holdets øvebane"),
        ("Forløb", "Det store hvorfor", "læringsmål", "Andet", "'Andet' står ikke under holdets læringsmål. De kendte er: Visionslederskab, Samarbejde."),
    ],
)  # fmt: skip
def test_a_mistake_in_a_period_is_told_in_excel(
    kept: Folder, sheet: str, name: str, heading: str, value: str | None, told: str
) -> None:
    written(kept, sheet, name, heading, value)
    assert told in "\n".join(kept.findings())


def test_the_periods_and_the_compass_in_excel_build_the_same_bytes(folder: Folder) -> None:
    before = prepare(folder.path).files
    checked = check(folder.path)
    folder.write(excel.NAME, excel.write(checked.values, checked.roster.participants, checked.ties))
    for name in ("hold.yaml", "deltagere.csv"):
        (folder.path / name).unlink()
    assert prepare(folder.path).files == before


def test_competences_and_tracks_stand_in_one_cell_with_semicolons(kept: Folder) -> None:
    written(kept, "Datoer", "periode-b", "kompetencer", "At gå ud; At gå ind ;")
    written(kept, "Datoer", "periode-b", "øvebaner", "Sygefravær")
    period = prepare(kept.path).manifest.steps[4].period
    assert period == Period("Samarbejde", Activity.JOB_VISIT, ("At gå ud", "At gå ind"), ("Sygefravær",))


def test_the_compass_is_read_with_the_goals_its_themes_belong_to(folder: Folder) -> None:
    assert prepare(folder.path).manifest.compass == (
        CompassTheme("Snitflader"),
        CompassTheme("Det store hvorfor", "Hvad betyder det på mandag?", "Visionslederskab"),
    )


def test_periods_without_their_notebook_are_told_so(folder: Folder) -> None:
    (folder.path / "notebooks/periode.ipynb").unlink()
    found = folder.findings()
    assert len(found) == 3
    assert all("har ingen side: notebooks/periode.ipynb findes ikke." in one for one in found)


def test_the_words_of_a_period_mean_nothing_on_another_page(folder: Folder) -> None:
    folder.page("velkomst", markdown("# Hej\n\n{{ periode:kompetencer }}"), code("page.path()"))
    assert folder.finding() == (
        "notebooks/velkomst.ipynb, celle 3, linje 3, kolonne 1: {{ periode:kompetencer }} kan kun stå på siden for en periode,"
        " og det er den her ikke. Slet det."
    )


def test_the_page_of_a_period_opens_the_step_it_is_told_and_other_pages_their_own(folder: Folder) -> None:
    folder.write("notebooks/velkomst.ipynb", notebook(*OPENING, markdown("# Hej"), code("page.path()")))
    folder.write("notebooks/periode.ipynb", notebook(*opening("periode-a"), markdown("# Hej"), code("page.finish()")))
    found = folder.findings()
    assert [one.split(":")[0] for one in found] == [
        "notebooks/velkomst.ipynb, celle 2, linje 1, kolonne 1",
        *["notebooks/periode.ipynb, celle 2, linje 1, kolonne 1"] * 3,
    ]
    assert 'page = open_page(cohort, step="velkomst")' in found[0]
    assert all(one.endswith("page = open_page(cohort, step=step)") for one in found[1:])


def test_a_cell_of_another_activity_is_not_looked_at_where_it_does_not_stand(folder: Folder) -> None:
    folder.write("notebooks/periode.ipynb", period_page(only("sparring", code("import os"))))
    assert folder.finding().startswith("notebooks/periode.ipynb, celle 15")


# Ret tekst


def test_the_texts_of_a_period_are_those_of_its_activity_and_are_changed_in_the_one_notebook(folder: Folder) -> None:
    build(folder.path)
    asked = changes.questions(folder.path, "periode-c")
    assert [text.split("\n")[0] for text in asked] == ["# {{ periode }}", "### Øvebanen", "### Om sparring", "Du valgte:"]
    assert "### Om jobbesoeg" in changes.questions(folder.path, "periode-b")[2]
    assert changes.preview(folder.path, "periode-c", 2, asked[2], "### Hos {{ organisation }}") == "### Hos Strandby Kommune"
    built = changes.reworded(folder.path, "periode-c", 2, asked[2], "### Sagen\n\nSkriv kort.")
    assert fields(built, "periode-c")["period.periode-c.sparring"].label == "Sagen"
    assert fields(built, "periode-a")["period.periode-a.coaching"].label == "Om coaching"
    assert changes.questions(folder.path, "periode-a")[2].startswith("### Om coaching")


def test_a_text_that_all_periods_share_is_changed_on_all_of_them(folder: Folder) -> None:
    build(folder.path)
    asked = changes.questions(folder.path, "periode-a")
    built = changes.reworded(folder.path, "periode-a", 3, asked[3], "Sidst valgte du:")
    assert all("Sidst valgte du:" in sources(built, step) for step in ("periode-a", "periode-b", "periode-c"))
    with pytest.raises(CohortError, match="ændret af en anden"):
        changes.reworded(folder.path, "periode-b", 3, asked[3], "Du skrev:")


def test_the_activities_stay_after_a_change_of_words(folder: Folder) -> None:
    build(folder.path)
    asked = changes.questions(folder.path, "periode-b")
    changes.reworded(folder.path, "periode-b", 2, asked[2], "### Værten\n\nSkriv kort.")
    assert [len(changes.questions(folder.path, step)) for step in ("periode-a", "periode-b", "periode-c")] == [4, 4, 4]


# Job visits


def of_each(checked: Checked) -> dict[str, tuple[str, str]]:
    """The department and the group of each leader, by address."""
    found = [one for one in checked.roster.participants if one.role is Role.LEADER]
    return {one.email: (one.department, one.group) for one in found}


def test_job_visits_are_pairs_across_departments_outside_ones_own_sparring_group(demo_folder: Path) -> None:
    checked = check(demo_folder)
    own = of_each(checked)
    found = visits(checked)
    assert sorted(email for _, pair in found.groups for email in pair) == sorted(own)
    assert {len(pair) for _, pair in found.groups} == {2}
    for _, (one, other) in found.groups:
        assert own[one][0] != own[other][0]
        assert own[one][1] != own[other][1]


def test_where_the_number_is_odd_three_visit_one_another(demo_folder: Path) -> None:
    checked = check(demo_folder)
    last = max(place for place, one in enumerate(checked.roster.participants) if one.role is Role.LEADER)
    people = tuple(one for place, one in enumerate(checked.roster.participants) if place != last)
    found = visits(Checked(**{**vars(checked), "roster": type(checked.roster)(checked.roster.gathering, people)}))
    own = {one.email: (one.department, one.group) for one in people}
    assert sorted(len(group) for _, group in found.groups) == [2] * 17 + [3]
    for _, group in found.groups:
        for one, other in combinations(group, 2):
            assert own[one][0] != own[other][0]
            assert own[one][1] != own[other][1]


def test_two_who_would_rather_not_meet_do_not_visit_one_another(demo_folder: Path) -> None:
    checked = check(demo_folder)
    _, (one, other) = visits(checked).groups[0]
    pairs = [frozenset(pair) for _, pair in visits(checked, vetoes=[(one, other)]).groups]
    assert frozenset((one, other)) not in pairs


def test_the_pairs_are_written_to_their_own_column_and_read_back(folder: Folder) -> None:
    before = build(folder.path).roster
    assert {one.visit for one in before.participants} == {""}
    pairs = {
        "aase@strandby.example": "1",
        "ib@strandby.example": "2",
        "bo@strandby.example": "2",
        "eva@strandby.example": "1",
    }
    changes.with_groups(folder.path, pairs, column=excel.VISITS)
    changes.take(folder.path)
    read = load_roster((folder.path / "bygget/roster.json").read_text(encoding="utf-8"))
    assert {one.email: one.visit for one in read.participants if one.role is Role.LEADER} == pairs
    assert [one.group for one in read.participants] == [one.group for one in before.participants]
    changes.with_groups(folder.path, dict.fromkeys(pairs, ""), column=excel.VISITS)
    changes.take(folder.path)
    assert {one.visit for one in changes.checked(folder.path).roster.participants} == {""}


def test_one_leader_alone_visits_nobody(folder: Folder) -> None:
    people = "navn;email;titel;afdeling;niveau;nærmeste leder;gruppe;jobbesøg\nÅse Ø;aase@strandby.example;;;;;;\n"
    folder.write("deltagere.csv", people)
    with pytest.raises(GroupingError):
        visits(check(folder.path))


def test_a_fourth_period_is_the_lines_that_the_readme_shows(tmp_path: Path) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    [lines] = re.findall(r"```yaml\n(  - trin: periode-d\n.*?)```", readme, re.DOTALL)
    demo.write_demo(tmp_path / "hold", date(2026, 11, 22))
    text = (tmp_path / "hold/hold.yaml").read_text(encoding="utf-8")
    before = "  - trin: levende-grundlag\n"
    (tmp_path / "hold/hold.yaml").write_text(text.replace(before, lines + before), encoding="utf-8")
    made = prepare(tmp_path / "hold")
    fourth = made.manifest.step("periode-d")
    assert fourth is not None
    assert fourth.period is not None
    assert fourth.period.activity is Activity.JOB_VISIT
    assert fourth.period.competences == ("At lytte ude", "At handle hjemme")
    assert "At handle hjemme" in made.notebooks["periode-d"]
