"""Salons and networks: folders of their own kind, with one notebook built for each meeting."""

from datetime import date
from pathlib import Path

import pytest

from fællesledelse.cohort import changes, demo, excel, skeleton
from fællesledelse.cohort.build import Built, build, prepare
from fællesledelse.errors import CohortError
from fællesledelse.manifest import load
from fællesledelse.model import GatheringKind, Meeting, Participation, Scope, StepKind

TODAY = date(2026, 11, 23)


def laid(folder: Path, part: str, **swapped: str) -> Path:
    """One of the demo's folders, with texts of its hold.yaml swapped for others."""
    demo.write_demo(folder / part, TODAY, part=part)
    path = folder / part / "hold.yaml"
    text = path.read_text(encoding="utf-8")
    for before, after in swapped.items():
        assert before in text
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")
    return folder / part


def findings(folder: Path) -> list[str]:
    with pytest.raises(CohortError) as caught:
        prepare(folder)
    return [str(each) for each in caught.value.findings]


@pytest.fixture
def salons(tmp_path: Path) -> Built:
    return build(laid(tmp_path, "salon"))


def test_one_notebook_is_built_for_each_salon_with_its_own_theme_and_questions(salons: Built) -> None:
    manifest = salons.manifest
    assert manifest.kind is GatheringKind.SALON
    assert [step.kind for step in manifest.steps] == [StepKind.WELCOME, StepKind.MEETING, StepKind.MEETING]
    questions = "Hvem kan du tænke højt sammen med?", "Hvad bærer du rundt på, som ingen spørger til?"
    online = Meeting("Ensomhed i lederrollen", questions, "https://moede.strandby.example/salon")
    assert manifest.steps[2].meeting == online
    assert online.theme in salons.notebooks["salon-2"]
    assert online.theme not in salons.notebooks["salon-1"]
    assert online.link in salons.notebooks["salon-2"]


def test_a_salon_takes_an_hour_and_has_nothing_to_write_in(salons: Built) -> None:
    for step in salons.manifest.steps:
        assert step.fields == ()
        assert step.contract == ()
        assert [sum(phase.minutes for phase in sheet.phases) for sheet in step.run_sheets] in ([], [60])


def test_a_networks_agenda_fills_its_two_hours_and_ends_with_the_four_questions_aloud(tmp_path: Path) -> None:
    manifest = build(laid(tmp_path, "netvaerk")).manifest
    meetings = [step for step in manifest.steps if step.kind is StepKind.MEETING]
    for step in meetings:
        [sheet] = step.run_sheets
        assert sum(phase.minutes for phase in sheet.phases) == step.minutes == 120
        titles = [phase.title for phase in sheet.phases]
        assert titles[:3] == ["Tjek ind", "Temaet", "Pause"]
        assert titles[-2:] == ["De fire spørgsmål", "Tjek ud"]
        assert step.run_sheet(4) == step.run_sheet(12) == sheet
        assert {field.key.split(".")[1] for field in step.fields} == {step.name}
        assert not any(field.core for field in step.fields)
    assert len(meetings) == 3


def test_the_roster_says_who_is_host_keeps_the_time_and_brings_a_case(tmp_path: Path) -> None:
    roster = prepare(laid(tmp_path, "netvaerk")).roster
    duties = {each.name: (each.hosts, each.chairs, each.cases) for each in roster.participants}
    assert duties["Amir Hosseini"] == (("moede-1",), ("moede-2",), ())
    assert duties["Emil Thorup"] == ((), (), ())


@pytest.mark.parametrize("between", [";", ", "])
def test_meetings_in_one_cell_stand_with_semicolons_or_commas_between(tmp_path: Path, between: str) -> None:
    folder = laid(tmp_path, "netvaerk")
    text = (folder / "deltagere.csv").read_text(encoding="utf-8")
    assert ";1;moede-1;moede-2;" in text
    both = text.replace(";1;moede-1;moede-2;", f';1;"moede-1{between}moede-3";moede-2;')
    (folder / "deltagere.csv").write_text(both, encoding="utf-8")
    assert next(each.hosts for each in prepare(folder).roster.participants if each.hosts) == ("moede-1", "moede-3")


def test_a_duty_at_a_meeting_that_lacks_its_day_is_no_mistake_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "nyt"
    skeleton.write(folder, GatheringKind.NETWORK)
    line = "navn;email;gruppe;vært\nAnna Bæk;anna@fjordby.example;1;moede-3\n"
    (folder / "deltagere.csv").write_text(line, encoding="utf-8")
    told = findings(folder)
    assert any("'moede-3' har ingen dag" in each for each in told)
    assert not any("er ikke et møde" in each for each in told)


@pytest.mark.parametrize("part", ["salon", "netvaerk"])
def test_the_folder_gives_one_excel_file_that_builds_the_same(tmp_path: Path, part: str) -> None:
    folder = laid(tmp_path, part)
    before, book = prepare(folder), changes.file(folder)
    for name in ("hold.yaml", "deltagere.csv"):
        (folder / name).unlink()
    (folder / excel.NAME).write_bytes(book)
    after = prepare(folder)
    assert (after.manifest, after.roster, after.notebooks) == (before.manifest, before.roster, before.notebooks)


def test_a_network_says_what_it_is_for_its_type_and_the_days_of_its_life(tmp_path: Path) -> None:
    network = prepare(laid(tmp_path, "netvaerk")).manifest.network
    assert network is not None
    assert network.purpose.startswith("At ledere af ledere")
    assert (network.scope, network.participation, network.cycle) == (Scope.ACROSS, Participation.VOLUNTARY, 3)
    assert network.trial is not None
    assert network.evaluation is not None
    assert TODAY < network.evaluation < network.trial
    assert prepare(laid(tmp_path, "salon")).manifest.network is None


def test_where_the_file_says_nothing_of_its_life_nothing_is_set(tmp_path: Path) -> None:
    folder = laid(
        tmp_path, "netvaerk", **{"prøvetid: ": "prøvetid: #", "evaluering: ": "evaluering: #", "livscyklus: 3": ""}
    )
    network = prepare(folder).manifest.network
    assert network is not None
    assert (network.trial, network.evaluation, network.cycle) == (None, None, 3)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("livscyklus: 3", "livscyklus: 7", "linje 15, kolonne 13: livscyklus: '7' er ikke et antal år. Skriv 2, 3 eller 4."),
        (
            "deltagelse: frivillig",
            "deltagelse: tvungen",
            "linje 12, kolonne 13: deltagelse: 'tvungen' er ikke en slags",
        ),
        ("sammensætning: på tværs", "sammensætning: på tvær", "Mente du 'på tværs'?"),
        ("prøvetid: ", "prøvetid: 01.02.2019 #", "'prøvetid' ligger 01.02.2019, men netværket starter"),
        ("evaluering: ", "evaluering: 01.02.2049 #", "'evaluering' ligger 01.02.2049, men netværket slutter"),
        ("prøvetid: ", "prøvetid: 24.11.2026 #", "efter prøvetiden slutter 24.11.2026. Læg den før"),
        ("slags: netværk", "slags: salon", "'prøvetid' hører til et netværk. Skriv 'slags: netværk', eller slet linjen."),
    ],
)
def test_what_can_not_be_so_of_a_network_s_life_is_told_with_its_line(
    tmp_path: Path, before: str, after: str, why: str
) -> None:
    told = findings(laid(tmp_path, "netvaerk", **{before: after}))
    assert any(why in each and each.startswith("hold.yaml, linje ") for each in told), told


def test_a_kind_that_nobody_knows_is_told_with_its_line(tmp_path: Path) -> None:
    [told] = findings(laid(tmp_path, "salon", **{"slags: salon": "slags: saloner"}))
    assert told.startswith("hold.yaml, linje 2, kolonne 8: slags: 'saloner' er ikke en slags, vi kender. Mente du 'salon'?")


def test_a_link_that_can_not_be_shown_is_told_with_its_line(tmp_path: Path) -> None:
    told = findings(laid(tmp_path, "salon", **{"https://moede": "moede"}))
    assert any("link: 'moede.strandby.example/salon' er ikke et link, vi kan vise." in each for each in told)


@pytest.mark.parametrize(("kind", "meetings", "own"), [("salon", 2, 0), ("netværk", 6, 2)])
def test_a_new_folder_of_that_kind_asks_for_what_only_humans_know_and_builds(
    tmp_path: Path, kind: str, meetings: int, own: int
) -> None:
    folder = tmp_path / "nyt"
    skeleton.write(folder, GatheringKind(kind))
    told = findings(folder)
    assert sum("har ingen dag. Skriv 'dato', eller slet linjen" in each for each in told) == meetings
    assert not [each for each in told if "har ingen side" in each or "ikke et felt" in each]
    text = (folder / "hold.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("\nnavn:\n", "\nnavn: Vores\n"),
        ("\norganisation:\n", "\norganisation: By\n"),
        ("\nstarter:\n", "\nstarter: 15.06.2026\n"),
        ("  - navn:\n    email:\n", "  - navn: Vi\n    email: vi@b.dk\n"),
        ("    dato:\n", "    dato: 15.06.2026\n"),
        ("nøgle_i_pengeskab:\n", "nøgle_i_pengeskab: nej\n"),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "hold.yaml").write_text(text, encoding="utf-8")
    with (folder / "deltagere.csv").open("a", encoding="utf-8", newline="") as roster:
        roster.write("Åse;a@b.dk;;;;1\r\nBo;b@b.dk;;;;1\r\n")
    kinds = [step.kind for step in build(folder).manifest.steps]
    assert (kinds.count(StepKind.MEETING), kinds.count(StepKind.CHARTER)) == (meetings, own)


@pytest.mark.parametrize("kind", [GatheringKind.SALON, GatheringKind.NETWORK])
def test_a_facilitator_in_the_browser_begins_with_a_file_of_that_kind(tmp_path: Path, kind: GatheringKind) -> None:
    skeleton.found(tmp_path / "nyt", [skeleton.facilitator("Karin Holm <karin@b.dk>")], TODAY, kind)
    manifest = load((tmp_path / "nyt/bygget/manifest.json").read_text(encoding="utf-8"))
    assert manifest.kind is kind
    book = excel.read((tmp_path / "nyt" / excel.NAME).read_bytes())
    assert book.document.values is not None
    assert book.document.values["slags"] == kind
    pages = {path.stem for path in (tmp_path / "nyt/notebooks").glob("*.ipynb")}
    assert ("kommissorium" in pages) is (kind is GatheringKind.NETWORK)


def test_a_page_of_the_facilitators_needs_no_day_and_can_not_be_a_meeting(tmp_path: Path) -> None:
    folder = laid(tmp_path, "netvaerk", **{"titel: Skriv kommissoriet": "titel: Skriv\n    dato: 23.11.2026"})
    assert any(
        "'kommissorium' er jeres egen side, ikke et møde for lederne. Slet 'dato'." in told for told in findings(folder)
    )
