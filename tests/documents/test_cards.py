"""Invitations on paper, looked at as a printer, a telephone and a curious hand would."""

import io
import subprocess
from functools import cache
from itertools import pairwise
from pathlib import Path

import pdfua
import pikepdf
import pypdf
import pytest
import zxingcpp
from PIL import Image

from fællesledelse.documents.cards import FOLDS, Card, cards
from fællesledelse.errors import DocumentError

from ..tools import pdftoppm
from .reading import tags

SITE = "https://ledelse.strandby.example/invitation#"
INVITED = (
    Card(
        "Birgitte Ørsted-Åkjær",
        "Centerchef for ældre",
        "Social og Sundhed",
        SITE + "q8Zr0OlI1-_xVt5YbN3mKcJ7aWsEd2FgHuPo4iUyT6R",
    ),
    Card("Søren Klit", "", "", SITE + "R6TyUi4oPuHgF2dEsWa7JcKm3NbY5tVx_-1IlO0rZ8q"),
    Card(
        "Anne-Sophie Christiansdatter Bøgelund-Vestergaard-Lindholm",
        "Chef for familie, rådgivning, forebyggelse og tidlig indsats",
        "Børn, Unge og Uddannelse, Center for Familie, Rådgivning og Forebyggelse",
        "https://faelles-om-ledelse.personale-og-udvikling.strandby-kommune.example/invitation#AZ" + "b1" * 20 + "-",
    ),
)
DPI = 100
MM = DPI / 25.4


@cache
def made() -> bytes:
    return cards(INVITED, "Fælles om ledelse", "Karen Lindholm")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Image.Image]:
    """Each page as it is printed, in grey."""
    folder = tmp_path_factory.mktemp("kort")
    command = [pdftoppm(), "-gray", "-r", str(DPI), "-", str(folder / "side")]
    subprocess.run(command, input=made(), check=True, capture_output=True, timeout=60)
    return [Image.open(path).convert("L") for path in sorted(folder.glob("side*.pgm"))]


def part(page: Image.Image, top: float, bottom: float, left: float = 0, right: float = 210) -> Image.Image:
    """A part of a page, in millimetres."""
    return page.crop((round(left * MM), round(top * MM), round(right * MM), round(bottom * MM)))


def ink(picture: Image.Image) -> float:
    counted = picture.histogram()
    return sum(counted[:200]) / sum(counted)


def test_every_leader_has_a_sheet_with_an_inside_and_an_outside(pages: list[Image.Image]) -> None:
    assert len(pages) == 2 * len(INVITED)
    reader = pypdf.PdfReader(io.BytesIO(made()))
    for number, card in enumerate(INVITED):
        inside, outside = (" ".join(reader.pages[2 * number + side].extract_text().split()) for side in (0, 1))
        assert card.name in inside
        assert card.title in inside
        assert card.name in outside
        assert card.department in outside
        others = {each.name for each in INVITED} - {card.name}
        assert not any(other in inside + outside for other in others)


def test_the_code_on_the_printed_page_is_the_link(pages: list[Image.Image]) -> None:
    for number, card in enumerate(INVITED):
        assert [found.text for found in zxingcpp.read_barcodes(pages[2 * number])] == [card.link]


def test_the_link_is_there_to_be_typed_letter_for_letter() -> None:
    reader = pypdf.PdfReader(io.BytesIO(made()))
    for number, card in enumerate(INVITED):
        assert card.link in reader.pages[2 * number].extract_text().replace("\n", "")


def test_nothing_of_the_link_stands_outside(pages: list[Image.Image]) -> None:
    reader = pypdf.PdfReader(io.BytesIO(made()))
    for number, card in enumerate(INVITED):
        assert zxingcpp.read_barcodes(pages[2 * number + 1]) == []
        outside = reader.pages[2 * number + 1].extract_text().replace("\n", "")
        secret = card.link.partition("#")[2]
        assert not any(secret[at : at + 6] in outside for at in range(len(secret) - 5))
        assert "https" not in outside


def test_the_link_stands_only_where_it_is_folded_in_first(pages: list[Image.Image]) -> None:
    """Nor does the fold go through it: the lowest part alone gives the whole code, the rest of the sheet none of it."""
    heights = [below - above for above, below in pairwise((0, *FOLDS, 297))]
    assert heights[2] < heights[0] == heights[1], "what is folded in first is shorter, and the flap meets the edge"
    for number, card in enumerate(INVITED):
        assert zxingcpp.read_barcodes(part(pages[2 * number], FOLDS[1], 297))[0].text == card.link
        assert zxingcpp.read_barcodes(part(pages[2 * number], 0, FOLDS[1])) == []
    secrets = [card.link.partition("#")[2] for card in INVITED]
    for number, secret in enumerate(secrets):
        heights_of_it: list[float] = []

        def see(
            text: str, _: object, matrix: list[float], *__: object, secret: str = secret, found: list[float] = heights_of_it
        ) -> None:
            if len(text.strip()) > 5 and text.strip()[:6] in secret:
                found.append(297 - matrix[5] / 72 * 25.4)

        pypdf.PdfReader(io.BytesIO(made())).pages[2 * number].extract_text(visitor_text=see)
        assert heights_of_it
        assert all(at > FOLDS[1] + 5 for at in heights_of_it)


def test_every_layer_of_paper_over_the_link_is_woven_against_the_light(pages: list[Image.Image]) -> None:
    """Folded, what stands ``at`` under the lower fold lies behind the same height of the two other parts."""
    inside, outside = pages[0], pages[1]
    bottom = next(at for at in range(90, 0, -1) if ink(part(inside, FOLDS[1] + at, FOLDS[1] + at + 1, 10, 200)) > 0)
    assert 30 < bottom < 50
    for at in range(14, bottom, 3):
        layers = (FOLDS[1] + at, FOLDS[1] - at - 3, at)  # its own back, the address side, the flap
        for top in layers:
            tiles = [ink(part(outside, top, top + 3, left, left + 3)) for left in range(20, 189, 3)]
            assert min(tiles) > 0.1
    assert ink(part(outside, 110, 115, 60, 90)) == 0, "the field for the address is bare, or the measure would show nothing"


def test_it_is_tagged_danish_and_what_a_machine_can_check_of_pdf_ua_is_right(tmp_path: Path) -> None:
    path = tmp_path / "kort.pdf"
    path.write_bytes(made())
    assert pdfua.validate(str(path)).findings == ()
    with pikepdf.open(path) as file:
        assert str(file.Root.Lang) == "da-DK"
        assert bool(file.Root.MarkInfo.Marked)
        assert file.open_metadata()["dc:title"] == "Invitationer – Fælles om ledelse"


def test_who_listens_hears_name_steps_and_link_in_that_order() -> None:
    said = [(tag.role, " ".join(tag.text.split())) for tag in tags(cards(INVITED[:1], "Fælles om ledelse", ""))]
    order = [
        ("H1", INVITED[0].name),
        ("H2", "Sådan kommer du i gang"),
        ("H2", "Kun til dig"),
        ("H2", "Hvis det driller"),
        ("H2", "Dit link"),
    ]
    assert [each for each in said if each in order][: len(order)] == order
    assert any("Figure" in role for role, _ in said)
    assert any("facilitatoren" in text for _, text in said)


@pytest.mark.parametrize("text", ['#read("/etc/passwd") *fed* $x$ [a] @b', "a & b <c> \\n", "{{ navn }}"])
def test_no_sign_in_a_name_is_markup(text: str) -> None:
    said = [" ".join(tag.text.split()) for tag in tags(cards([Card(text, text, text, SITE + "x")], text, text))]
    assert said.count(" ".join(text.split())) >= 4


def test_a_sign_that_no_typeface_has_is_shown_as_missing() -> None:
    assert any("Bo �" in tag.text for tag in tags(cards([Card("Bo 漢", "", "", SITE + "x")], "Hold", "")))


def test_nobody_to_invite_and_a_link_that_no_code_holds_are_refused_in_danish() -> None:
    with pytest.raises(DocumentError, match="ingen at lave invitationer til"):
        cards([], "Hold", "Karen")
    with pytest.raises(DocumentError, match="for langt"):
        cards([Card("Bo", "", "", SITE + "x" * 3000)], "Hold", "Karen")


def test_the_same_invitations_are_the_same_file() -> None:
    assert made() == cards(list(INVITED), "Fælles om ledelse", "Karen Lindholm")
