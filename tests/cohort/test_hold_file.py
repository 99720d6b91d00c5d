# ruff: noqa: E501 - a table of mistakes reads best with one on a line
"""hold.yaml: every finding with its line and column, in Danish, all at once."""

import io
from datetime import time

import pytest
import yaml as pyyaml  # type: ignore[import-untyped]  # papermill's YAML; its stubs are no dependency
from hypothesis import given
from hypothesis import strategies as st
from papermill.iorw import NoDatesSafeLoader

from fællesledelse.cohort import document, file
from fællesledelse.cohort.build import prepare
from fællesledelse.model import StepKind

from .conftest import Folder


def test_a_right_file_has_no_findings(folder: Folder) -> None:
    assert folder.findings() == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("organisation: Strandby Kommune\n", "", "hold.yaml, linje 1, kolonne 1: Feltet 'organisation' mangler."),
        ("organisation: Strandby Kommune\n", "organisation:\n", "hold.yaml, linje 3, kolonne 1: Feltet 'organisation' står tomt."),
        (
            "organisation: Strandby Kommune\n",
            "organisation: Strandby Kommune\norganisatoin: X\n",
            "hold.yaml, linje 4, kolonne 1: 'organisatoin' er ikke et felt, vi kender. Mente du 'organisation'?",
        ),
        (
            "    titel: Velkommen\n",
            "    titel: Velkommen\n    tittel: X\n",
            "hold.yaml, linje 25, kolonne 5: 'tittel' er ikke et felt, vi kender i 'trin' nr. 1. Mente du 'titel'?",
        ),
        ("    titel: Velkommen\n", "", "Feltet 'titel' mangler i 'trin' nr. 1."),
        ("  formål: Udvikling\n", "  formaal: X\n", "kolonne 3: 'formaal' er ikke et felt, vi kender i 'privatliv'. Mente du 'formål'?"),
        ("  formål: Udvikling\n", "  qqqq: X\n", "De kendte er: dataansvarlig, formål"),
        ("dato: 20.08.2026", "dato: 20.05.2026", "linje 32, kolonne 11: 'workshop-1' ligger 20.05.2026, før"),
        ("dato: 20.08.2026", "dato: 20.08.2028", "'workshop-1' ligger 20.08.2028, efter holdet slutter 30.11.2027."),
        ("slutter: 30.11.2027", "slutter: 30.11.2025", "Holdet slutter 30.11.2025, før det starter 15.06.2026."),
        ("dato: 20.08.2026", "dato: 46254", "er en dato, som Excel har gemt som et tal. Skriv 20.08.2026"),
        ("dato: 20.08.2026", "dato: 20. august 2026", "Skriv 20.08.2026, hvis det er den dag"),
        ("dato: 20.08.2026", "dato: 20/8-26", "Skriv 20.08.2026, hvis det er den dag"),
        ("dato: 20.08.2026", "dato: snart", "'snart' er ikke en dato, vi kan læse. Skriv dag.måned.år"),
        ("dato: 20.08.2026", "dato: 31.02.2026", "'31.02.2026' findes ikke i kalenderen."),
        ("dato: 20.08.2026", "dato: 2026-13-40", "findes ikke i kalenderen"),
        ("dato: 20.08.2026", "dato: 40/13/2026", "ikke en dato, vi kan læse"),
        ("dato: 20.08.2026", "dato:", "'workshop-1' har ingen dag. Skriv 'dato' for et møde"),
        ("dato: 20.08.2026", "dato: 20.08.2026\n    åbner: 20.08.2026", "har både 'dato' og 'åbner'"),
        ("dato: 20.08.2026", "dato: 20.08.2026\n    kl: kvart over ni", "kl: 'kvart over ni' er ikke et klokkeslæt, vi kan læse. Skriv timer og minutter, for eksempel 9.00."),
        ("dato: 20.08.2026", "dato: 20.08.2026\n    kl: '24.00'", "'24.00' er ikke et klokkeslæt"),
        ("dato: 20.08.2026", "dato: 20.08.2026\n    kl: 9.00", "'9.00' bliver læst som noget andet end tekst. Sæt anførselstegn om"),
        ("åbner: 15.06.2026", "åbner: 15.06.2026\n    sted: Salen", "'forberedelse-1' har 'kl' eller 'sted', men ingen 'dato'. Kun et møde har tid og sted."),
        ("minutter: 45", "minutter: tre kvarter", "skal være et helt antal minutter mellem 1 og 600"),
        ("minutter: 45", "minutter: 0", "skal være et helt antal minutter"),
        ("trin: forberedelse-1", "trin: workshop-1", "står allerede i linje"),
        ("email: vibeke@strandby.example", "email: vibeke", "'vibeke' er ikke en e-mailadresse"),
        ("link: https://www.strandby.example/by", "link: javascript:alert(1)", "er ikke et link, vi kan vise"),
        ("nøgle_i_pengeskab: nej", "nøgle_i_pengeskab:", "står tomt. Nøglen i pengeskabet er organisationens nødudgang"),
        ("nøgle_i_pengeskab: nej", "", "'nøgle_i_pengeskab' mangler. Nøglen i pengeskabet"),
        ("nøgle_i_pengeskab: nej", "nøgle_i_pengeskab: abc", "'abc' er ikke en nøgle (64 tegn"),
        ("hold: lille-hold", "hold: Mit hold", "må kun have 1–40 tegn af a–z"),
        ("navn: Et lille hold", "navn: [a, b]", "'navn' skal være en tekst på én linje"),
        ("øvebaner:\n  - Sygefravær\n  - Frivillighed", "øvebaner: Sygefravær", "'øvebaner' skal være en liste"),
        ("vision:\n  navn: Sammen om byen\n  udsagn:\n    - Vi går ud ad døren\n    - Vi lykkes sammen", "vision: X", "skal have felter"),
        ("navn: Et lille hold", "navn: " + "x" * 301, "er for lang: højst 300"),
        ("  - navn: Vibeke Strøm\n    email: vibeke@strandby.example\n", "", "'facilitatorer' er tom. Der skal stå mindst én."),
        ("navn: Et lille hold", "navn: no", "'no' bliver læst som noget andet end tekst. Sæt anførselstegn om"),
        ("navn: Et lille hold", "navn: 1:30", "'1:30' bliver læst som noget andet end tekst"),
        ("navn: Et lille hold", "navn: 1.50", "'1.50' bliver læst som noget andet end tekst"),
        ("navn: Et lille hold", "navn: 007", "'007' bliver læst som noget andet end tekst"),
        ("navn: Et lille hold", "navn: =", "et særligt tegn"),
        ("navn: Et lille hold", "navn: !!python/object/apply:os.system [ls]", "et særligt tegn"),
        ("navn: Et lille hold", "navn: &a Et lille hold", ""),
        ("navn: Et lille hold", "navn: Et lille hold\nnavn: Et andet", "linje 3, kolonne 1: 'navn' står her igen; første gang var i linje 2"),
        ("navn: Et lille hold", "? [a, b]\n: c", "er ikke et felt, vi kender"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_where_it_is_and_what_to_do(folder: Folder, old: str, new: str, told: str) -> None:
    folder.change(old, new)
    assert told in "\n".join(folder.findings())


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("navn: Sammen: om byen", "linje 1, kolonne 13", "Her står et kolon midt i en tekst"),
        ("a: b\n\tc: d", "linje 2, kolonne 1", "Her står et tabulatortegn"),
        ("a: 'Sammen\n", "linje 2, kolonne 1", "Et anførselstegn bliver åbnet"),
        ("a: b\n---\nc: d\n", "linje 2", "Filen har en linje med ---"),
        ("a: [b\nc: d", "linje 2", "kan ikke læses. Se efter indrykning"),
        ("a: [", "linje 1", "kan ikke læses"),
        ("a: \x07", "linje 1, kolonne 4", "et usynligt styretegn"),
        ("%YAML 1.2\n---\na: b", "linje 1", "En linje begynder med %"),
        ("", "linje 1", "Filen er tom"),
        ("- a", "linje 1", "Filen er tom eller er ikke en liste"),
        ("a: " + "[" * 5000, "linje", "for indviklet"),
    ],
)
def test_broken_yaml_is_told_with_line_and_column(folder: Folder, text: str, place: str, told: str) -> None:
    folder.write("hold.yaml", text)
    found = folder.findings()
    assert any(place in one and told in one for one in found), found


def test_a_file_that_is_not_utf_8_says_which_line_and_how_to_save_it(folder: Folder) -> None:
    text = (folder.path / "hold.yaml").read_text(encoding="utf-8")
    folder.write("hold.yaml", text.encode("cp1252"))
    assert "hold.yaml, linje 9: Filen er ikke gemt som UTF-8" in folder.finding()


def test_the_mark_that_notepad_puts_first_is_fine(folder: Folder) -> None:
    folder.write("hold.yaml", (folder.path / "hold.yaml").read_text(encoding="utf-8").encode("utf-8-sig"))
    assert folder.findings() == []


def test_an_enormous_file_is_refused_before_it_is_read(folder: Folder) -> None:
    folder.write("hold.yaml", "# x\n" * 100_000)
    assert "Filen fylder over 256 kB" in folder.finding()


def test_aliases_that_grow_without_end_are_refused_quickly(folder: Folder) -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    folder.write("hold.yaml", "\n".join(lines))
    assert any("et særligt tegn" in one for one in folder.findings())


def test_everything_wrong_is_told_at_once_in_the_order_of_the_lines(folder: Folder) -> None:
    folder.change("organisation: Strandby Kommune", "organisatoin: X")
    folder.change("dato: 20.08.2026", "dato: snart")
    folder.change("eva@strandby.example", "eva", "deltagere.csv")
    (folder.path / "notebooks/velkomst.ipynb").unlink()
    found = folder.findings()
    assert [one.split(":")[0] for one in found] == [
        "hold.yaml, linje 1, kolonne 1",
        "hold.yaml, linje 3, kolonne 1",
        "hold.yaml, linje 32, kolonne 11",
        "deltagere.csv, linje 5, kolonne 2",
        "hold.yaml, linje 23, kolonne 11",
    ]


@pytest.mark.parametrize(
    ("written", "clock"), [('"9.00"', time(9)), ("9", time(9)), ("kl. 13.30", time(13, 30)), ('"08:15"', time(8, 15))]
)
def test_a_workshop_may_have_a_time_and_a_place(folder: Folder, written: str, clock: time) -> None:
    folder.change("dato: 20.08.2026\n", f"dato: 20.08.2026\n    kl: {written}\n    sted: Mødelokale 2\n")
    *others, workshop = prepare(folder.path).manifest.steps
    assert (workshop.starts, workshop.place) == (clock, "Mødelokale 2")
    assert {(step.starts, step.place) for step in others} == {(None, "")}


def test_what_humans_must_decide_may_stay_blank_and_is_a_reminder(folder: Folder) -> None:
    folder.change("  retsgrundlag: Aftalt", "  retsgrundlag:")
    folder.change("slutter: 30.11.2027", "slutter:")
    built = prepare(folder.path)
    told = "\n".join(map(str, built.reminders))
    assert "linje 37, kolonne 3: 'retsgrundlag' står tomt." in told
    assert "linje 5, kolonne 1: 'slutter' står tomt." in told
    assert built.manifest.privacy.legal_basis == ""
    assert built.manifest.ends is None


def test_lists_that_are_left_blank_are_empty(folder: Folder) -> None:
    folder.change("øvebaner:\n  - Sygefravær\n  - Frivillighed", "øvebaner:")
    folder.change("vision:\n  navn: Sammen om byen\n  udsagn:\n    - Vi går ud ad døren\n    - Vi lykkes sammen", "vision:")
    built = prepare(folder.path)
    assert any(
        "'vision' står tomt eller mangler, men siden 'forberedelse-1' bruger det" in str(one) for one in built.reminders
    )


def test_a_public_key_is_kept_in_lower_case(folder: Folder) -> None:
    folder.change("nøgle_i_pengeskab: nej", f"nøgle_i_pengeskab: '{'AB' * 32}'")
    assert prepare(folder.path).manifest.safe_key == "ab" * 32


@pytest.mark.parametrize("no", ["nej", "Nej", "no", "false"])
def test_no_key_in_the_safe_is_a_decision_one_can_write(folder: Folder, no: str) -> None:
    folder.change("nøgle_i_pengeskab: nej", f"nøgle_i_pengeskab: {no}")
    assert prepare(folder.path).manifest.safe_key is None


def test_the_kind_of_a_step_comes_from_its_name_or_its_day(folder: Folder) -> None:
    folder.change(
        "    minutter: 150\n",
        "    minutter: 150\n  - trin: udgivelse\n    titel: Ud\n    åbner: 1.9.2026\n    minutter: 9\n",
    )
    folder.change(
        "privatliv:\n", "  - trin: privat-tillaeg\n    titel: Privat\n    åbner: 15.06.2026\n    minutter: 9\nprivatliv:\n"
    )
    folder.page("udgivelse")
    folder.page("privat-tillaeg")
    kinds = [step.kind for step in prepare(folder.path).manifest.steps]
    assert kinds == [StepKind.WELCOME, StepKind.PREPARATION, StepKind.WORKSHOP, StepKind.PUBLICATION, StepKind.ANNEX]


_SCALARS = st.one_of(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12),
    st.from_regex(r"[-+]?[0-9_.:xoeE]{1,8}", fullmatch=True),
    st.sampled_from(
        ["yes", "No", "on", "OFF", "~", "null", "y", "n", "=", "<<", ".inf", "1e3", "0o7", "2026-06-15", "1_000"]
    ),
)


@given(_SCALARS)
def test_papermill_reads_a_value_as_we_do_or_there_is_a_finding(value: str) -> None:
    """The seam between ``hold byg`` and the bare command: no value may become two different words."""
    text = f"navn: {value}\nvision:\n  tekst: {value}\n"
    read = document.read(text.encode())
    if read.findings:
        return
    theirs = pyyaml.load(io.StringIO(text), Loader=NoDatesSafeLoader)
    assert document.plain(theirs) == read.values


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_file_at_all_makes_a_stack_trace(content: bytes) -> None:
    cohort, findings = file.check(document.read(content))
    assert cohort is None
    assert findings
