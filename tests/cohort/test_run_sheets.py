"""The contract and the run sheets that a page proposes: read from its lists, and told where a list can't be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fællesledelse.cohort import sheet
from fællesledelse.cohort.build import build, prepare
from fællesledelse.manifest import dump, load
from fællesledelse.model import Cue, Phase, Point
from fællesledelse.runsheet import cue, unrolled

from .conftest import Folder, code, markdown

SHEET = """\
### Drejebog, når I er tre

I alt 66 minutter.

1. **Kontrakten – 20 minutter.** Læs *forslaget* højt.

   Et punkt ad gangen.
2. **En tur til hver.**
    - **Fortæl – 10 minutter.** De andre lytter.
        - **Fortæller:** Du fortæller din episode.
        - **Spørger:** Du lytter & venter.
    - **Pause – 8 min.** Uden telefon.
    - **Tag med - 2 minutter**
3. **Høst – 2 minutter:** Sig det.
"""


def phases(source: str, people: int = 3) -> tuple[Phase, ...]:
    read = sheet.phases(source, "f", people)
    assert read.findings == ()
    return read.phases


def test_a_numbered_list_is_a_run_sheet_with_turns_roles_and_a_break() -> None:
    assert phases(SHEET) == (
        Phase("Kontrakten", 20, "Læs forslaget højt. Et punkt ad gangen."),
        Phase(
            "Fortæl",
            10,
            "De andre lytter.",
            turn=True,
            cues=(Cue("Fortæller", "Du fortæller din episode."), Cue("Spørger", "Du lytter & venter.")),
            round=1,
        ),
        Phase("Pause", 8, "Uden telefon.", pause=True, round=1),
        Phase("Tag med", 2, turn=True, round=1),
        Phase("Høst", 2, "Sig det."),
    )


def test_each_has_a_turn_and_the_break_comes_when_half_of_them_are_over() -> None:
    sheet_for_three = sheet.phases(SHEET, "f", 3).run_sheet(3)
    moments = unrolled(sheet_for_three, 3)
    assert [(moment.phase.title, moment.turn) for moment in moments] == [
        ("Kontrakten", None),
        ("Fortæl", 0),
        ("Tag med", 0),
        ("Fortæl", 1),
        ("Tag med", 1),
        ("Pause", None),
        ("Fortæl", 2),
        ("Tag med", 2),
        ("Høst", None),
    ]
    assert sum(moment.phase.minutes for moment in moments) == 66


def test_two_lists_of_turns_right_after_one_another_are_two_rounds() -> None:
    text = "1. **Runde 1.**\n    - **Tal – 3 minutter.**\n2. **Runde 2.**\n    - **Svar – 2 minutter.**\n"
    moments = unrolled(sheet.phases(text, "f", 2).run_sheet(2), 2)
    assert [(moment.phase.title, moment.turn) for moment in moments] == [("Tal", 0), ("Tal", 1), ("Svar", 0), ("Svar", 1)]


def test_roles_outside_the_turns_follow_the_order_of_the_group() -> None:
    [phase] = phases("1. **Kontrakten – 5 minutter.** Læs.\n    - **Læser:** Højt.\n    - **Lytter:** Hør efter.\n")
    assert not phase.turn
    found = [cue(phase, None, place, 3) for place in range(3)]
    assert [one.role for one in found if one] == ["Læser", "Lytter", "Lytter"]


@pytest.mark.parametrize("dash", ["–", "—", "-"])
@pytest.mark.parametrize("minutes", ["1 minut", "1 minutter", "1 min.", "1 min", "1 minut."])
def test_minutes_are_written_as_one_likes(dash: str, minutes: str) -> None:
    assert phases(f"1. **Spørg-runde {dash} {minutes}** Kort.") == (Phase("Spørg-runde", 1, "Kort."),)


@pytest.mark.parametrize(
    ("source", "row", "told"),
    [
        ("### Drejebog\n\nUden liste.", None, "Der står ingen nummereret liste over drejebogen"),
        ("- **Fortæl – 5 minutter.** Kun punkter", None, "Der står ingen nummereret liste over drejebogen"),
        ("1. **A – 5 minutter.**\n\nAfbrudt.\n\n1. **B – 5 minutter.**", None, "flere nummererede lister"),
        ("1. **A – 5 minutter.**\n2. **Høst.** Sig det.", 2, "Fasen 'Høst. Sig det.' mangler minutter"),
        ("1. Høst – 12 minutter", 1, "Fasen 'Høst – 12 minutter' mangler minutter med fed skrift"),
        ("1. Først **Høst – 12 minutter**", 1, "mangler minutter med fed skrift"),
        ("1. **Tur.**\n    - **Fortæl.** Frit.", 2, "Fasen 'Fortæl. Frit.' mangler minutter"),
        ("1. **Tur.**\n    - **Fortæl – 5 minutter.**\n        - Uden navn.", 3, "Rollen 'Uden navn.' skal have et navn"),
        (
            "1. **Tur.**\n    - **Fortæl – 5 minutter.**\n        - **Fortæller:**",
            3,
            "Rollen 'Fortæller:' skal",
        ),
        ("1. **Høst – 0 minutter.**", 1, "vare fra 1 til 240 minutter"),
        ("1. **Høst – 241 minutter.**", 1, "vare fra 1 til 240 minutter"),
        ("1. **Høst – " + "9" * 20_000 + " minutter.**", 1, "vare fra 1 til 240 minutter"),
        ("1. **– 5 minutter.**", 1, "skal have et navn"),
        ("1. **Høst – -5 minutter.**\n2.", 2, "mangler minutter"),
        ("1. **En tur – 30 minutter.**\n    - **Fortæl – 10 minutter.** Du.", 2, "en fase inde i en fase"),
        (
            "1. **Tur.**\n    - **Fortæl – 5 minutter.**\n        - **Du:** Tal.\n            - **Dybt:** For dybt.",
            3,
            "rykket for langt ind",
        ),
        (
            "1. **Tur.**\n    - **Tal – 5 minutter.**\n" + "        - **A:** a\n" * 4,
            2,
            "har 4 roller, men I er kun 3",
        ),
    ],
)
def test_a_run_sheet_that_cannot_be_read_is_told_with_its_place(source: str, row: int | None, told: str) -> None:
    found = sheet.phases(source, "f", 3).findings[0]
    assert (told in found.message, found.row) == (True, row), found


def test_a_run_sheet_of_nothing_but_nesting_is_read_to_its_bottom() -> None:
    source = "".join(f"{' ' * 4 * depth}1. **A – 5 minutter.**\n" for depth in range(60))
    assert sheet.phases(source, "f", 3).findings


@given(st.text(alphabet="12. *-–:\n minuterAB", max_size=200), st.integers(2, 4))
def test_whatever_stands_in_a_list_becomes_a_run_sheet_or_a_finding(source: str, people: int) -> None:
    read = sheet.phases(source, "f", people)
    assert read.phases or read.findings
    for moment in unrolled(read.run_sheet(people), people):
        assert 1 <= moment.phase.minutes <= sheet.LONGEST


def test_a_page_carries_its_run_sheets_into_the_manifest_by_size(folder: Folder) -> None:
    folder.page(
        "workshop-1",
        markdown(SHEET),
        code("page.run_sheet(people=4)"),
        markdown("### To\n\n1. **Tal – 5 minutter.** Hos {{ organisation }}."),
        code("page.run_sheet(people=2)"),
        code("page.room()"),
    )
    manifest = build(folder.path).manifest
    step = manifest.steps[2]
    assert [one.people for one in step.run_sheets] == [2, 4]
    assert step.run_sheets[0].phases == (Phase("Tal", 5, "Hos Strandby Kommune."),)
    assert step.run_sheet(3) == step.run_sheets[0]
    assert load(dump(manifest)) == manifest
    before = (folder.path / "bygget/manifest.json").read_bytes()
    build(folder.path)
    assert (folder.path / "bygget/manifest.json").read_bytes() == before


def test_a_fault_in_a_run_sheet_names_the_cell_with_the_list_and_its_line(folder: Folder) -> None:
    folder.page("workshop-1", markdown("### Tre\n\n1. **Høst.** Sig det."), code("page.run_sheet(people=3)"))
    assert folder.finding().startswith(
        "notebooks/workshop-1.ipynb, celle 3, linje 3: Fasen 'Høst. Sig det.' mangler minutter"
    )


def test_a_run_sheet_without_prose_above_is_told(folder: Folder) -> None:
    folder.page("workshop-1", code("page.run_sheet(people=3)"))
    assert "celle 3: Der står ingen nummereret liste over drejebogen" in folder.finding()


def test_two_run_sheets_for_as_many_people_are_told(folder: Folder) -> None:
    cells = [markdown(SHEET), code("page.run_sheet(people=3)")] * 2
    folder.page("workshop-1", *cells)
    assert "celle 6: Der er allerede en drejebog for 3 på siden" in folder.finding()


@pytest.mark.parametrize("asked", ["page.run_sheet(people=1)", "page.run_sheet(people=13)"])
def test_a_run_sheet_is_for_two_to_twelve(folder: Folder, asked: str) -> None:
    folder.page("workshop-1", markdown(SHEET), code(asked))
    assert "people skal være mellem 2 og 12" in folder.finding()


def test_html_in_a_run_sheet_is_refused(folder: Folder) -> None:
    folder.page("workshop-1", markdown("1. **Høst – 5 minutter.** <b>Nu</b>"), code("page.run_sheet(people=3)"))
    assert "HTML kan ikke bruges her" in folder.findings()[0]


def test_signs_in_a_run_sheet_are_kept_as_text(folder: Folder) -> None:
    folder.page("workshop-1", markdown('1. **A & B – 5 minutter.** 3 < 4 "c" &lt;d&gt;'), code("page.run_sheet(people=3)"))
    assert prepare(folder.path).manifest.steps[2].run_sheets[0].phases == (Phase("A & B", 5, '3 < 4 "c" <d>'),)


CONTRACT = "## Kontrakten\n\n- **Mål.** Vi er her for *hinanden*.\n- **Taletid:** Lige meget.\n"


def test_the_bullets_above_a_contract_are_its_points(folder: Folder) -> None:
    folder.page("workshop-1", markdown(CONTRACT), code('page.contract(parts=["purpose", "time"])'))
    step = prepare(folder.path).manifest.steps[2]
    assert step.contract == (Point("Mål", "Vi er her for hinanden."), Point("Taletid", "Lige meget."))
    assert [(field.key, field.label, field.limit) for field in step.fields] == [
        ("contract.1.purpose", "Mål", 800),
        ("contract.1.time", "Taletid", 800),
    ]


def test_a_contract_without_parts_proposes_nothing(folder: Folder) -> None:
    folder.page("workshop-1", markdown("## Læs den højt"), code("page.contract(parts=[])"))
    step = prepare(folder.path).manifest.steps[2]
    assert (step.contract, step.fields) == ((), ())


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (CONTRACT + "- **Mere.** For meget.", "Kontrakten har 2 dele, men punktlisten ovenfor har 3 punkter"),
        ("## Kontrakten\n\nUden punkter.", "men punktlisten ovenfor har 0 punkter"),
        ("- Mål uden fed\n- **Taletid.** Lige meget.", "linje 1: Punktet skal have en titel med fed og en tekst"),
        ("- **Mål.** Ja.\n- **Taletid.**", "linje 2: Punktet skal have en titel med fed og en tekst"),
        ("- **.** Ja.\n- **Taletid.** Ja.", "linje 1: Punktet skal have en titel med fed og en tekst"),
        ("- **Mål.** " + "x" * 801 + "\n- **B.** b", "linje 1: Punktet 'Mål' har 801 tegn, og der er plads til 800"),
    ],
)
def test_a_contract_that_does_not_fit_its_parts_is_told(folder: Folder, source: str, told: str) -> None:
    folder.page("workshop-1", markdown(source), code('page.contract(parts=["purpose", "time"])'))
    found = folder.finding()
    assert found.startswith("notebooks/workshop-1.ipynb, celle 3")
    assert told in found


def test_a_contract_without_prose_above_is_told(folder: Folder) -> None:
    folder.page("workshop-1", code('page.contract(parts=["purpose"])'))
    assert "Der står intet spørgsmål over feltet" in folder.finding()


def test_only_one_page_proposes_the_contract(folder: Folder) -> None:
    for step in ("velkomst", "workshop-1"):
        folder.page(step, markdown(CONTRACT), code('page.contract(parts=["purpose", "time"])'))
    assert "notebooks/workshop-1.ipynb: Kontrakten bliver allerede foreslået på 'velkomst'" in folder.finding()
