"""The zip with everything: whole, readable everywhere, and harmless to open."""

import io
import re
import zipfile
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from fællesledelse.documents import Archived, Left, Material, Part, Section, archive

from .reading import paragraphs_of

NOW = datetime(2026, 9, 4, 10, 30, tzinfo=UTC)
EARLIER = datetime(2026, 8, 1, 8, 0, tzinfo=UTC)
NASTY = "a & b <c> \"'</p><script>alert(1)</script><img src=x onerror=alert(1)>"

STEP = Part(
    "Forberedelse 1: Det, der har formet mig",
    (
        Section("Det gjorde jeg", (Archived("Ny tekst\n\nAndet afsnit", NOW),), (Archived("Gammel tekst", EARLIER),)),
        Section("Ikke udfyldt"),
    ),
)
FEEDBACK = Section("Hvad virker godt?", (Archived("At man kan se det", NOW, by="Bent Birk"),))
DRAFTS = Part("Udkast og feedback", (Section("Udkast 1", under=(Section("Hvorfor", (Archived("Derfor", NOW),)), FEEDBACK)),))
ANNEX = Part("Dit private tillæg", (Section("Mine grænser", (Archived("HEMMELIGT", NOW),)),))


def material(*parts: Part, annex: tuple[Part, ...] = (), left: tuple[Left, ...] = ()) -> Material:
    return Material("Anna Ager", "Fælles om ledelse", "Strandby Kommune", NOW, parts, annex, left)


def files(of: Material) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive(of))) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


class Page(HTMLParser):
    """The text and the elements of a page."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.text, self.found = "", list[tuple[str, dict[str, str | None]]]()
        self.feed(data.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_every_part_is_a_page_and_a_word_file_and_the_first_page_leads_to_all() -> None:
    found = files(material(STEP, DRAFTS))
    names = ["01-forberedelse-1-det-der-har-formet-mig", "02-udkast-og-feedback"]
    assert set(found) == {"laes-mig-foerst.html", *(f"html/{n}.html" for n in names), *(f"word/{n}.docx" for n in names)}
    links = [attributes["href"] for tag, attributes in Page(found["laes-mig-foerst.html"]).found if tag == "a"]
    assert links == [f"html/{name}.html" for name in names]


def test_texts_versions_and_others_words_stand_in_both_kinds_of_file() -> None:
    found = files(material(STEP, DRAFTS))
    for html, docx, wanted in (
        (
            "html/01-forberedelse-1-det-der-har-formet-mig.html",
            "word/01-forberedelse-1-det-der-har-formet-mig.docx",
            ["Det gjorde jeg", "Ny tekst", "Andet afsnit", "1. august 2026", "Gammel tekst", "Ikke udfyldt"],
        ),
        (
            "html/02-udkast-og-feedback.html",
            "word/02-udkast-og-feedback.docx",
            ["Udkast 1", "Hvorfor", "Derfor", "Hvad virker godt?", "Bent Birk · 4. september 2026", "At man kan se det"],
        ),
    ):
        for text in (Page(found[html]).text, "\n".join(text for _, text in paragraphs_of(found[docx]))):
            places = [text.find(each) for each in wanted]
            assert -1 not in places
            assert places == sorted(places)


def test_headings_go_down_one_level_at_a_time() -> None:
    found = files(material(DRAFTS))
    levels = [tag for tag, _ in Page(found["html/01-udkast-og-feedback.html"]).found if re.fullmatch("h[1-6]", tag)]
    assert levels == ["h1", "h2", "h3", "h3"]
    styles = [style for style, _ in paragraphs_of(found["word/01-udkast-og-feedback.docx"]) if style.startswith("Heading")]
    assert styles == ["Heading 1", "Heading 2", "Heading 3", "Heading 3"]


def test_a_page_has_no_script_and_asks_nobody_for_anything() -> None:
    for name, data in files(material(STEP, DRAFTS)).items():
        if name.endswith(".html"):
            page = Page(data)
            assert not {tag for tag, _ in page.found} & {"script", "link", "img", "iframe", "form", "object"}
            assert not [a for _, attributes in page.found for a in attributes if a.startswith("on") or a == "src"]
            assert b"http://" not in data
            assert b"https://" not in data
            assert b"default-src 'none'" in data
            assert b"<html lang='da'>" in data


@pytest.mark.parametrize(
    "text", [NASTY, "Tak 😀 שלום", "{{ navn }} {% for x in y %}", "= 1 + 1", "før\x00\x07 efter \ud83d", "x" * 5000]
)
def test_every_text_is_what_was_typed_in_titles_texts_and_names(text: str) -> None:
    from fællesledelse.documents.foundation import clean

    part = Part(text, (Section(text, (Archived(text, NOW, by=text),)),))
    found = files(Material(text, text, text, NOW, (part,), left=(Left(text, text),)))
    html, docx = sorted(name for name in found if "/" in name)
    expected = clean(text)
    assert Page(found[html]).text.count(expected) >= 4
    assert not {tag for tag, _ in Page(found[html]).found} & {"script", "img"}
    assert [each for _, each in paragraphs_of(found[docx])].count(expected) >= 3
    assert expected in Page(found["laes-mig-foerst.html"]).text


def test_the_annex_is_there_only_when_asked_for_and_apart() -> None:
    assert not [name for name in files(material(STEP)) if "privat" in name]
    found = files(material(STEP, annex=(ANNEX,)))
    annex = [name for name in found if name.startswith("privat-tillaeg/")]
    assert annex == ["privat-tillaeg/html/01-dit-private-tillaeg.html", "privat-tillaeg/word/01-dit-private-tillaeg.docx"]
    assert not [name for name, data in found.items() if b"HEMMELIGT" in data and name not in annex]


def test_what_is_left_out_is_named_with_why() -> None:
    left = Left("Feedback fra Bent Birk", "Jeres kontrakt siger, at andres ord ikke må tages med.")
    text = Page(files(material(STEP, left=(left,)))["laes-mig-foerst.html"]).text
    assert "Det er ikke med" in text
    assert f"{left.what}. {left.why}" in text
    assert "Det er ikke med" not in Page(files(material(STEP))["laes-mig-foerst.html"]).text


def test_every_name_can_be_a_file_on_windows() -> None:
    titles = ("con", "..\\..\\ondt", "../../etc/passwd", "Æbler? * | : <>", "", "  .", "x" * 300, "😀")
    names = list(files(material(*(Part(title, ()) for title in titles))))
    assert len({name.lower() for name in names}) == 1 + 2 * len(titles)
    assert all(re.fullmatch(r"(?:(?:html|word)/\d\d-)?[a-z0-9-]{1,40}\.(?:html|docx)", name) for name in names)


def test_the_same_material_is_the_same_zip() -> None:
    pages = [{n: d for n, d in files(material(STEP)).items() if n.endswith(".html")} for _ in range(2)]
    assert pages[0] == pages[1]
