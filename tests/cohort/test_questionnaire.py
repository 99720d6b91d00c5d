"""spoergeskema.csv and temaer.csv: read however Excel saves them, and all that is wrong told with file, row and column."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from fællesledelse.cohort import asked, changes, parcel, questionnaire
from fællesledelse.cohort.build import build, prepare
from fællesledelse.cohort.folder import read_file
from fællesledelse.manifest import dump, load
from fællesledelse.model import Item, Questionnaire, Theme, ThemeKind
from fællesledelse.survey import check
from tests.questionnaire import ITEMS, THEMES, lay

from .conftest import Folder


@pytest.fixture
def asking(folder: Folder) -> Folder:
    """A cohort folder with items and themes."""
    lay(folder.path)
    return folder


def survey(folder: Folder) -> Questionnaire | None:
    return prepare(folder.path).manifest.survey


def change(folder: Folder, name: str, before: str, after: str) -> None:
    path = folder.path / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_a_cohort_without_the_files_has_no_survey(folder: Folder) -> None:
    assert survey(folder) is None


def test_items_and_themes_come_into_the_manifest_in_their_order(asking: Folder) -> None:
    found = survey(asking)
    assert found is not None
    assert found.themes == (
        Theme("tale", "Når vi taler sammen", ThemeKind.INSIDE, "Tænk på de sidste par måneder."),
        Theme("ud", "Sammen med borgerne", ThemeKind.OUTSIDE),
        Theme("mig", "At give feedback", ThemeKind.LEADERSHIP, "Svar, som du gør nu."),
    )
    assert found.items[1] == Item("for-sent", "tale", "Det vigtige får jeg ofte at vide for sent.", reversed=True)
    assert found.relations is False
    assert load(dump(prepare(asking.path).manifest)).survey == found


def test_relations_are_promised_in_the_cohort_s_file(asking: Folder) -> None:
    asking.change("nøgle_i_pengeskab: nej", "nøgle_i_pengeskab: nej\nrelationer_mellem_afdelinger: Ja")
    found = survey(asking)
    assert found is not None
    assert found.relations is True


def test_a_promise_of_relations_without_a_survey_is_told(folder: Folder) -> None:
    folder.change("nøgle_i_pengeskab: nej", "nøgle_i_pengeskab: nej\nrelationer_mellem_afdelinger: ja")
    assert [each for each in folder.findings() if "har intet spørgeskema" in each]


def test_what_is_neither_yes_nor_no_is_told(asking: Folder) -> None:
    asking.change("nøgle_i_pengeskab: nej", "nøgle_i_pengeskab: nej\nrelationer_mellem_afdelinger: måske")
    (told,) = asking.findings()
    assert told.startswith("hold.yaml, linje ")
    assert "'måske' kan ikke læses. Skriv ja eller nej." in told


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_files_are_read_however_excel_saved_them(asking: Folder, encoding: str, separator: str) -> None:
    expected = survey(asking)
    for name, text in (("spoergeskema.csv", ITEMS), ("temaer.csv", THEMES)):
        quoted = "\r\n".join(separator.join(f'"{cell}"' for cell in line.split(";")) for line in text.splitlines())
        (asking.path / name).write_bytes(quoted.encode(encoding))
    assert survey(asking) == expected


@pytest.mark.parametrize(("inner", "outer"), [(",", ";"), (";", ",")], ids=["commas in Denmark", "semicolons in America"])
def test_a_file_that_an_excel_of_another_country_took_for_one_column_is_read(asking: Folder, inner: str, outer: str) -> None:
    """With quotes, commas and semicolons inside the statements."""
    statement = 'Vi taler »åbent«, "ærligt"; og i tide.'
    rows = [line.split(";") for line in ITEMS.splitlines()]
    rows[1][2] = statement
    lines = written(rows, inner).splitlines()
    saved = [[lines[0]], *([line] for line in lines[1:])]
    assert written(saved, outer) != written(rows, inner), "the lines with quotes are in quotes now"
    (asking.path / "spoergeskema.csv").write_text(written(saved, outer), encoding="utf-8")
    found = survey(asking)
    assert found is not None
    assert found.items[0].text == statement
    assert [item.text for item in found.items[1:]] == [row[2] for row in rows[2:]]


def written(rows: list[list[str]], delimiter: str) -> str:
    """The rows as Excel writes them."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("name", ["spoergeskema.csv", "temaer.csv"])
def test_commas_that_part_a_text_in_two_are_told_in_one_sentence(asking: Folder, name: str) -> None:
    text = (asking.path / name).read_text(encoding="utf-8")
    (asking.path / name).write_text(text.replace(";", ","), encoding="utf-8")
    (told,) = asking.findings()
    first, others = {"spoergeskema.csv": (2, " Det samme gælder linje 4 og 5."), "temaer.csv": (4, "")}[name]
    assert told == (
        f"{name}, linje {first}: Linjen har 5 felter, men der er 4 overskrifter. Et komma eller semikolon i en tekst "
        f"skiller den i to. Skriv anførselstegn om teksten, eller gem arket fra Excel som {Path(name).stem}.xlsx.{others}"
    )


def test_an_excel_file_does_as_well(asking: Folder) -> None:
    expected = survey(asking)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in ITEMS.splitlines():
        sheet.append([cell if cell not in "+-" else f"'{cell}"[1:] for cell in line.split(";")])
    out = io.BytesIO()
    book.save(out)
    (asking.path / "spoergeskema.csv").unlink()
    (asking.path / "spoergeskema.xlsx").write_bytes(out.getvalue())
    assert survey(asking) == expected


@pytest.mark.parametrize(
    ("name", "before", "after", "told"),
    [
        ("spoergeskema.csv", "kræver.;+", "kræver.;5", "spoergeskema.csv, linje 2, kolonne 4: '5' er ikke en retning."),
        ("spoergeskema.csv", "kræver.;+", "kræver.;", "spoergeskema.csv, linje 2, kolonne 4: 'retning' mangler."),
        (
            "spoergeskema.csv",
            "for-sent;tale",
            "for-sent;tal",
            "spoergeskema.csv, linje 3, kolonne 2: Udsagnet 'for-sent' hører",
        ),
        (
            "spoergeskema.csv",
            "for-sent;",
            "tit-nok;",
            "spoergeskema.csv, linje 3, kolonne 1: Udsagnet 'tit-nok' står 2 gange.",
        ),
        (
            "spoergeskema.csv",
            "for-sent;",
            "For sent;",
            "spoergeskema.csv, linje 3, kolonne 1: 'For sent' kan ikke være en nøgle.",
        ),
        (
            "spoergeskema.csv",
            "Vi spørger borgerne, før vi beslutter.",
            "Kort",
            "linje 4, kolonne 3: Udsagnet 'borgerne' er på 4 tegn.",
        ),
        (
            "spoergeskema.csv",
            "Vi spørger borgerne, før vi beslutter.",
            "Det vigtige får  jeg ofte at VIDE for sent.",
            "linje 4, kolonne 3: Udsagnet 'borgerne' siger det samme som 'for-sent'.",
        ),
        ("spoergeskema.csv", "retning", "vej", "Kolonnen 'retning' mangler."),
        (
            "spoergeskema.csv",
            "nøgle;tema",
            "nøgle;tema;point",
            "spoergeskema.csv, linje 1, kolonne 3: Kolonnen 'point' kender vi ikke.",
        ),
        ("temaer.csv", ";ud;", ";udad;", "temaer.csv, linje 3, kolonne 3: 'udad' er ikke en slags tema."),
        ("temaer.csv", ";ledelse;", ";forum;", "temaer.csv: Der mangler et tema om egen ledelse."),
        (
            "temaer.csv",
            "ud;Sammen med borgerne;ud;\n",
            "",
            "spoergeskema.csv, linje 4, kolonne 2: Udsagnet 'borgerne' hører",
        ),
        ("temaer.csv", "Når vi taler sammen", "x" * 81, "temaer.csv, linje 2, kolonne 2: 'titel' er over 80 tegn."),
    ],
)
def test_what_is_wrong_is_told_with_file_row_and_column(
    asking: Folder, name: str, before: str, after: str, told: str
) -> None:
    change(asking, name, before, after)
    assert [each for each in asking.findings() if told in each]


def test_a_theme_without_items_and_one_with_only_turned_ones_are_told(asking: Folder) -> None:
    change(asking, "spoergeskema.csv", "borgerne;ud;", "borgerne;mig;")
    change(asking, "spoergeskema.csv", "kræver.;+", "kræver.;-")
    told = asking.findings()
    assert any("temaer.csv, linje 3, kolonne 1: Temaet 'Sammen med borgerne' har ingen udsagn" in each for each in told)
    assert any(
        "spoergeskema.csv, linje 2, kolonne 4: Temaet 'Når vi taler sammen' har kun omvendte" in each for each in told
    )


def test_half_a_survey_is_told(asking: Folder) -> None:
    (asking.path / "temaer.csv").unlink()
    (told,) = asking.findings()
    assert told.startswith("temaer.csv: Filen mangler. spoergeskema.csv er der")


def test_two_files_of_the_same_are_told(asking: Folder) -> None:
    (asking.path / "temaer.xlsx").write_bytes(b"x")
    assert any("både temaer.csv og temaer.xlsx" in each for each in asking.findings())


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b'n\xc3\xb8gle;tema;udsagn;retning\na;"b;c;+', b"x" * (6 << 20)])
def test_a_file_that_can_t_be_read_is_told(asking: Folder, content: bytes) -> None:
    (asking.path / "spoergeskema.csv").write_bytes(content)
    assert all(each.startswith("spoergeskema.csv") for each in asking.findings())


def test_sixty_statements_are_the_most(asking: Folder) -> None:
    lines = "".join(f"mere-{number};tale;Udsagn nummer {number} om noget.;+\n" for number in range(60))
    (asking.path / "spoergeskema.csv").write_text(ITEMS + lines, encoding="utf-8")
    assert any("over 60 linjer" in each for each in asking.findings())


def test_of_a_file_that_is_far_too_long_nothing_else_is_told(asking: Folder) -> None:
    (asking.path / "spoergeskema.csv").write_text(ITEMS + "Ikke En Nøgle;ingen;kort;?\n" * 4000, encoding="utf-8")
    assert ["over 60 linjer" in each for each in asking.findings()] == [True]


def test_signs_that_can_t_be_seen_are_left_out(asking: Folder) -> None:
    change(asking, "spoergeskema.csv", "Det vigtige får jeg", "\u202eDet vig\u00adtige\x07får\u200b jeg")
    found = survey(asking)
    assert found is not None
    assert found.items[1].text == "Det vigtige får jeg ofte at vide for sent."
    change(asking, "temaer.csv", "Sammen med borgerne", "\u200b\u2060")
    assert any("'titel' mangler" in each for each in asking.findings())


def test_the_packaged_items_are_in_order(tmp_path: Path) -> None:
    for name, content in questionnaire.packaged().items():
        (tmp_path / name).write_bytes(content)
    found, wrong = questionnaire.check(tmp_path, False, read_file)
    assert wrong == []
    assert found is not None
    assert check(found) == []
    assert 24 <= len(found.items) <= 28
    assert {theme.kind for theme in found.themes} == set(ThemeKind)


def test_the_files_ride_along_to_the_server_and_stay_when_excel_takes_over(asking: Folder, tmp_path: Path) -> None:
    build(asking.path)
    names = {path.as_posix() for path in parcel.sources(asking.path)}
    assert {"spoergeskema.csv", "temaer.csv"} <= names
    parcel.unpack(parcel.pack(asking.path), tmp_path)
    assert (tmp_path / "spoergeskema.csv").is_file()
    expected = survey(asking)
    assert changes.draft(asking.path, changes.file(asking.path)).manifest.survey == expected
    assert changes.take(asking.path).manifest.survey == expected
    assert not (asking.path / "hold.yaml").exists()
    assert survey(asking) == expected


def test_a_file_laid_in_replaces_the_one_there_whatever_it_was_called(asking: Folder) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in ITEMS.splitlines():
        book.active.append(line.split(";"))
    out = io.BytesIO()
    book.save(out)
    questionnaire.lay(asking.path, {"items": out.getvalue()})
    assert not (asking.path / "spoergeskema.csv").exists()
    assert questionnaire.file(asking.path, "items") == ("spoergeskema.xlsx", out.getvalue())
    assert survey(asking) is not None
    questionnaire.lay(asking.path, {"items": ITEMS.encode("cp1252")})
    assert not (asking.path / "spoergeskema.xlsx").exists()
    assert questionnaire.file(asking.path, "items") == ("spoergeskema.csv", ITEMS.encode("cp1252"))


def test_without_files_the_packaged_ones_are_handed_out(folder: Folder) -> None:
    name, content = questionnaire.file(folder.path, "themes")
    assert name == "temaer.csv"
    assert content.decode("utf-8-sig").encode() == questionnaire.packaged()["temaer.csv"]


def test_everything_that_is_different_is_told_in_words(asking: Folder) -> None:
    before = survey(asking)
    change(asking, "spoergeskema.csv", "kræver.;+", "kræver hver dag.;+")
    change(asking, "spoergeskema.csv", "vide for sent.;-", "vide for sent.;+")
    change(asking, "spoergeskema.csv", "borgerne;ud;", "naboer;ud;")
    change(asking, "temaer.csv", "Sammen med borgerne;ud;", "Sammen med naboerne;ud;Tænk på dem nærmest.")
    after = survey(asking)
    assert after is not None
    assert asked.changed(before, after) == [
        "Temaet »Sammen med borgerne« hedder nu »Sammen med naboerne«.",
        "Temaet »Sammen med naboerne« har fået en anden indledning.",
        "»Vi taler sammen så tit, som opgaven kræver.« bliver til »Vi taler sammen så tit, som opgaven kræver hver dag.«",
        "»Det vigtige får jeg ofte at vide for sent.« er vendt: Nu er det godt at være enig.",
        "Nyt i »Sammen med naboerne«: »Vi spørger borgerne, før vi beslutter.«",
        "»Vi spørger borgerne, før vi beslutter.« udgår.",
    ]
    assert asked.changed(after, after) == []
    assert asked.changed(None, after)[0] == "Nyt tema: »Når vi taler sammen«."
    assert asked.changed(after, replace(after, items=after.items[::-1])) == ["Rækkefølgen er en anden."]
    assert after.told()["themes"][1] == {
        "title": "Sammen med naboerne",
        "intro": "Tænk på dem nærmest.",
        "statements": ["Vi spørger borgerne, før vi beslutter."],
    }
