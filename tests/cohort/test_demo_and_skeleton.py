"""The demo cohort and a new cohort folder, with the notebooks that are shipped."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from fællesledelse.cohort import demo, document, skeleton
from fællesledelse.cohort.build import Built, build, prepare
from fællesledelse.cohort.file import source
from fællesledelse.errors import CohortError
from fællesledelse.model import Activity, GatheringKind, Readers, Role, StepKind
from fællesledelse.share import share

TODAY = date(2026, 11, 20)
PROGRAMME = GatheringKind.PROGRAMME


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("demo") / "hold"
    demo.write_demo(folder, TODAY)
    return build(folder)


def test_the_demo_has_38_leaders_in_12_groups(built: Built) -> None:
    leaders = [person for person in built.roster.participants if person.role is Role.LEADER]
    sizes = Counter(Counter(person.group for person in leaders).values())
    assert (len(leaders), sizes) == (38, {3: 10, 4: 2})
    assert len(built.roster.participants) == 40


def test_no_demo_leader_shares_a_group_with_the_own_leader_or_the_own_department(built: Built) -> None:
    leaders = [person for person in built.roster.participants if person.role is Role.LEADER]
    for leader in leaders:
        mates = [one for one in leaders if one.group == leader.group and one is not leader]
        assert leader.superior not in [one.email for one in mates]
        assert leader.department not in [one.department for one in mates]


def test_the_demo_is_half_way(built: Built) -> None:
    opens = {step.name: (step.opens - TODAY).days for step in built.manifest.steps if step.opens}
    assert [name for name, days in opens.items() if days > 0] == [
        *("workshop-3", "udgivelse", "periode-a", "periode-b", "periode-c", "levende-grundlag"),
    ]
    assert (opens["workshop-3"], opens["udgivelse"], opens["levende-grundlag"]) == (6, 20, 20)


def test_the_demo_has_a_period_for_each_of_its_goals_and_each_activity(built: Built) -> None:
    periods = {step.name: step.period for step in built.manifest.steps if step.period}
    assert [step.name for step in built.manifest.steps if step.kind is StepKind.PERIOD] == list(periods)
    assert {name: (period.goal, period.activity) for name, period in periods.items()} == {
        "periode-a": ("Aktivt visionslederskab", Activity.COACHING),
        "periode-b": ("Samarbejde over grænser", Activity.JOB_VISIT),
        "periode-c": ("Velfærd i fællesskab", Activity.SPARRING),
    }
    assert all(len(period.competences) == 2 and len(period.tracks) == 6 for period in periods.values())
    assert {theme.goal for theme in built.manifest.compass} == {period.goal for period in periods.values()}


def test_each_demo_leader_visits_one_from_another_department_and_another_group(built: Built) -> None:
    leaders = [person for person in built.roster.participants if person.role is Role.LEADER]
    assert set(Counter(person.visit for person in leaders).values()) == {2}
    for leader in leaders:
        [other] = [one for one in leaders if one.visit == leader.visit and one is not leader]
        assert leader.department != other.department
        assert leader.group != other.group


def test_the_demo_can_be_all_open(tmp_path: Path) -> None:
    demo.write_demo(tmp_path / "hold", TODAY, all_open=True)
    manifest = prepare(tmp_path / "hold").manifest
    assert all(step.opens is not None and step.opens <= TODAY for step in manifest.steps)
    assert manifest.ends is not None
    assert TODAY + timedelta(days=537) < manifest.ends <= TODAY + timedelta(days=540)
    assert all(day.weekday() < 5 for step in manifest.steps if (day := step.opens) is not None)


def test_the_demo_leaves_the_legal_basis_visibly_blank_and_nothing_else(built: Built) -> None:
    assert [one.message.split(".")[0] for one in built.reminders] == ["'retsgrundlag' står tomt"]


def test_every_shipped_notebook_is_a_step_of_the_demo_and_of_the_skeleton(built: Built, tmp_path: Path) -> None:
    shipped = {path.stem for path in share("notebooks").glob("*.ipynb")}
    steps = built.manifest.steps
    assert {source(step.name, PROGRAMME, step.period and step.period.activity, False).notebook for step in steps} == shipped
    skeleton.write(tmp_path / "ny")
    values = document.read((tmp_path / "ny/hold.yaml").read_bytes()).values
    lines = values["trin"] if values else []
    assert {source(line["trin"], PROGRAMME, line.get("aktivitet"), False).notebook for line in lines} == shipped
    assert [line["trin"] for line in lines] == [step.name for step in steps]


def test_the_shipped_pages_ask_with_words_and_hold_no_placeholder(built: Built) -> None:
    fields = [field for step in built.manifest.steps for field in step.fields]
    assert len(fields) > 100
    assert all(field.label for field in fields)
    assert all("{{" not in text for text in built.notebooks.values())
    private = {step.name for step in built.manifest.steps if any(field.private for field in step.fields)}
    assert private == {"privat-tillaeg"}
    own = [field for step in built.manifest.steps if step.kind is StepKind.ANNEX for field in step.fields]
    assert {field.readers for field in own} == {Readers.SELF}
    assert {field.private for field in own if not field.key.startswith("living.")} == {True}


def test_a_new_folder_is_named_after_itself_and_asks_for_what_only_humans_know(tmp_path: Path) -> None:
    folder = tmp_path / "Forår på Ærø 2026"
    skeleton.write(folder)
    assert "\nhold: foraar-paa-aeroe-2026\n" in (folder / "hold.yaml").read_text(encoding="utf-8")
    with pytest.raises(CohortError) as caught:
        prepare(folder)
    told = "\n".join(str(one) for one in caught.value.findings)
    for word in (
        "'navn' står tomt",
        "'organisation' står tomt",
        "'starter' står tomt",
        "faellesledelse nøgle",
        "ingen deltagere",
    ):
        assert word in told
    for known in ("retsgrundlag", "ikke et felt", "læringsmål", "aktivitet", "periode'"):
        assert known not in told
    for step in ("periode-a", "periode-b", "periode-c", "levende-grundlag"):
        assert f"{step!r} har ingen dag." in told


def test_a_new_folder_filled_in_as_its_comments_say_builds(tmp_path: Path) -> None:
    skeleton.write(tmp_path / "ny")
    text = (tmp_path / "ny/hold.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("\nnavn:\n", "\nnavn: Hold\n"),
        ("\norganisation:\n", "\norganisation: By\n"),
        ("\nstarter:\n", "\nstarter: 15.06.2026\n"),
        ("  - navn:\n    email:\n", "  - navn: Vi\n    email: vi@b.dk\n"),
        ("    åbner:\n", "    åbner: 15.06.2026\n"),
        ("    dato:\n", "    dato: 15.06.2026\n"),
        ("  udsagn:\n  # - Den første", "  udsagn:\n    - Den første"),
        ("nøgle_i_pengeskab:\n", "nøgle_i_pengeskab: nej\n"),
    ):
        assert old in text
        text = text.replace(old, new)
    for key in ("øvebaner", "kompas"):  # the examples are right when the signs before them go
        block = text.partition(f"\n{key}:\n")[2].partition("\n\n")[0]
        text = text.replace(block, block.replace("# ", "  ").replace("\n#", "\n "))
    (tmp_path / "ny/hold.yaml").write_text(text, encoding="utf-8")
    with (tmp_path / "ny/deltagere.csv").open("a", encoding="utf-8", newline="") as roster:
        roster.write("Åse;a@b.dk;;;;;1\r\nBo;b@b.dk;;;;;1\r\n")
    made = build(tmp_path / "ny")
    assert len(made.notebooks) == 13
    assert [(theme.name, theme.goal) for theme in made.manifest.compass] == [
        ("At gøre det store hvorfor lokalt", "Aktivt visionslederskab"),
        ("Snitflader", "Samarbejde over grænser"),
    ]
    assert {step.period.tracks for step in made.manifest.steps if step.period} == {
        ("Sygefravær", "Frivillighed og samskabelse"),
    }
    assert [one.message for one in made.reminders if "notebooks/" in one.file or "læringsmål" in one.message] == []


def test_the_empty_roster_opens_in_a_danish_excel(tmp_path: Path) -> None:
    skeleton.write(tmp_path / "ny")
    content = (tmp_path / "ny/deltagere.csv").read_bytes()
    assert content == "navn;email;titel;afdeling;niveau;nærmeste leder;gruppe\r\n".encode("utf-8-sig")


def test_an_empty_folder_may_become_a_cohort_folder(tmp_path: Path) -> None:
    (tmp_path / "ny").mkdir()
    skeleton.write(tmp_path / "ny")
    assert (tmp_path / "ny/hold.yaml").is_file()


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "hold.yaml").write_text("mit arbejde", encoding="utf-8")
    for place in (tmp_path, tmp_path / "hold.yaml"):
        with pytest.raises(CohortError, match="Her ligger allerede noget"):
            skeleton.write(place)
    assert (tmp_path / "hold.yaml").read_text(encoding="utf-8") == "mit arbejde"


def test_a_folder_that_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> int:
        raise OSError(28, "Disken er fuld")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(CohortError, match="Mappen kan ikke skrives"):
        skeleton.write(tmp_path / "ny")
    assert list(tmp_path.iterdir()) == []
