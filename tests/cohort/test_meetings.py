"""Salons and networks: folders of their own kind, with one notebook built for each meeting."""

from datetime import date
from pathlib import Path

import pytest

from fællesledelse.cohort import changes, demo, excel
from fællesledelse.cohort.build import Built, build, prepare
from fællesledelse.errors import CohortError
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


def test_the_roster_says_who_is_host_keeps_the_time_and_brings_a_case(tmp_path: Path) -> None:
    roster = prepare(laid(tmp_path, "netvaerk")).roster
    duties = {each.name: (each.hosts, each.chairs, each.cases) for each in roster.participants}
    assert duties["Amir Hosseini"] == (("moede-1",), ("moede-2",), ())
    assert duties["Emil Thorup"] == ((), (), ())


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
        ("livscyklus: 3", "livscyklus: 7", "linje 14, kolonne 13: livscyklus: '7' er ikke et antal år. Skriv 2, 3 eller 4."),
        (
            "deltagelse: frivillig",
            "deltagelse: tvungen",
            "linje 11, kolonne 13: deltagelse: 'tvungen' er ikke en slags",
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
