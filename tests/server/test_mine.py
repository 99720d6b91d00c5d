"""Everything that is mine in one file: whole, readable, and without what others have not let out."""

import io
import json
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from fællesledelse.cohort.build import build

from .circles import regroup
from .people import ANNA, BENT, CARLA, DORTE, VIBEKE
from .publishing import Author, author, cohort_server
from .serving import Server

PRIVATE = "HEMMELIGT FRA TILLÆGGET"


@pytest.fixture
def server(tmp_path: Path, three: Path, built: dict[str, Path]) -> Iterator[Server]:
    with cohort_server(tmp_path, three, built["andet"]) as running:
        yield running


class Archive:
    """The files of a zip with their text: what a reader sees of the pages, and the words of the Word files."""

    def __init__(self, author: Author, query: str = "") -> None:
        answer = author.client.get(f"/api/demo/mine.zip{query}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "application/zip"
        assert answer.headers["Cache-Control"] == "no-store"
        with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
            self.files = {name: file.read(name) for name in file.namelist()}

    def page(self, part: str) -> str:
        """The HTML page whose name has ``part`` in it."""
        return next(data.decode() for name, data in self.files.items() if part in name and name.endswith(".html"))

    def has(self, part: str) -> bool:
        """Whether there is such a page."""
        return any(part in name for name in self.files)

    @property
    def all(self) -> str:
        """Every word of every file."""
        return "\n".join(self._text(name, data) for name, data in self.files.items())

    def _text(self, name: str, data: bytes) -> str:
        if name.endswith(".html"):
            return data.decode()
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return "\n".join(file.read(part).decode() for part in file.namelist() if part.endswith(".xml"))

    @property
    def first(self) -> str:
        """The page to begin with."""
        return self.page("laes-mig-foerst")


def group(server: Server, **switches: bool) -> tuple[Author, Author, Author]:
    """Anna, Bent and Carla; Anna has shared a draft, and both have given feedback and a sentence."""
    anna, bent, carla = (author(server, who) for who in (ANNA, BENT, CARLA))
    anna.agree(bent, carla, **switches)
    draft = anna.share("Jeg lytter. Så svarer jeg.")
    for each, words in ((bent, "BENTS ORD"), (carla, "CARLAS ORD")):
        each.give(draft, well=words, lines=json.dumps({"2": f"{words} TIL LINJEN"}))
        each.write(f"gift.harvest.{anna.id}.1", f"{words} FRA HØSTEN")
        given = each.post("gifts/harvest", to=anna.id, round=1, gift_id=uuid.uuid4().hex, step="workshop-1")
        assert given.status_code == 200, given.text
    return anna, bent, carla


def test_own_texts_come_with_their_earlier_versions_page_by_page(server: Server) -> None:
    anna = author(server, ANNA)
    anna.write("episodes.1.did", "Først skrev jeg det.")
    anna.write("episodes.1.did", "Så skrev jeg det.")
    archive = Archive(anna)
    page = archive.page("forberedelse-1")
    assert page.index("Hvad gjorde jeg?") < page.index("Så skrev jeg det.") < page.index("Først skrev jeg det.")
    assert "Én tidligere version" in page
    assert "Så skrev jeg det." in archive._text(
        "x.docx", archive.files["word/01-forberedelse-1-hvor-kommer-din-ledelse-f.docx"]
    )


def test_drafts_feedback_sentences_contract_and_publications_come_along(server: Server) -> None:
    anna, _, _ = group(server)
    anna.published("Udkommet tekst.")
    archive = Archive(anna)
    drafts = archive.page("udkast-og-feedback")
    for words in ("Udkast 1", "Jeg lytter. Så svarer jeg.", "Feedback fra Bent", "BENTS ORD", "CARLAS ORD TIL LINJEN"):
        assert words in drafts
    assert "BENTS ORD FRA HØSTEN" in archive.page("saetninger")
    assert "Fra Bent" in archive.page("saetninger")
    assert "Fortrolighed" in archive.page("kontrakt")
    assert "Udkommet tekst." in archive.page("ledelsesgrundlag")
    assert archive.first.count("<li>") >= 5


def test_what_i_have_given_comes_along(server: Server) -> None:
    _, bent, _ = group(server)
    given = Archive(bent).page("jeg-har-givet")
    assert "Til Anna, udkast 1" in given
    assert "BENTS ORD" in given
    assert "CARLAS ORD" not in Archive(bent).all


def test_where_the_contract_keeps_others_words_back_they_are_named_and_left_out(server: Server) -> None:
    anna, bent, _ = group(server, export=False)
    archive = Archive(anna)
    assert "BENTS ORD" not in archive.all
    assert "CARLAS ORD" not in archive.all
    assert "Jeg lytter. Så svarer jeg." in archive.page("udkast-og-feedback")
    for what in ("Feedback fra Bent", "Feedback fra Carla", "Sætninger fra Bent", "Sætninger fra Carla"):
        assert f"<strong>{what}.</strong>" in archive.first
    assert "Andres ord bliver her" in archive.first
    page = anna.client.get("/hold/demo/hent-mit").text
    assert "Feedback fra Bent" in page
    assert "BENTS ORD" in Archive(bent).all, "one's own words are one's own"


def test_feedback_that_may_not_be_seen_yet_is_not_in_the_file_either(server: Server) -> None:
    anna, bent, carla = (author(server, who) for who in (ANNA, BENT, CARLA))
    anna.agree(bent, carla)
    draft = anna.share("Et udkast.")
    bent.give(draft, well="FOR TIDLIGT")
    archive = Archive(anna)
    assert "FOR TIDLIGT" not in archive.all
    assert "<strong>Feedback på dit udkast.</strong>" in archive.first
    carla.give(draft, well="NU ER ALLE FÆRDIGE")
    assert "FOR TIDLIGT" in Archive(anna).all


def test_others_drafts_stay_where_they_are(server: Server) -> None:
    anna, bent, _ = group(server)
    bent.share("BENTS EGET UDKAST")
    archive = Archive(anna)
    assert "BENTS EGET UDKAST" not in archive.all
    assert "Udkast fra Bent" in archive.first


def test_the_annex_comes_only_when_asked_for_and_apart(server: Server) -> None:
    anna = author(server, ANNA)
    anna.write("private.limits", PRIVATE)
    anna.write("doubt", "En linje.")
    without = Archive(anna)
    assert PRIVATE not in without.all
    assert "<strong>Dit private tillæg.</strong>" in without.first
    assert not without.has("privat-tillaeg/")
    for query in ("?annex=0", "?annex=", "?annex=ja", "?private=1"):
        assert PRIVATE not in Archive(anna, query).all
    asked = Archive(anna, "?annex=1")
    assert [name for name, data in asked.files.items() if PRIVATE in asked._text(name, data)] == [
        "privat-tillaeg/html/01-dit-private-tillaeg.html",
        "privat-tillaeg/word/01-dit-private-tillaeg.docx",
    ]
    assert "Dit private tillæg.</strong>" not in asked.first


def test_a_private_field_is_in_the_annex_wherever_it_stands_and_also_when_it_stands_nowhere(
    server: Server, tmp_path: Path
) -> None:
    anna = author(server, ANNA)
    anna.write("private.limits", PRIVATE)
    _reword(tmp_path / "demo/notebooks/privat-tillaeg.ipynb")
    _ask_privately(tmp_path / "demo/notebooks/forberedelse-1.ipynb")
    build(tmp_path / "demo")
    anna.write("private.moved", "OGSÅ HEMMELIGT")
    without, asked = Archive(anna), Archive(anna, "?annex=1")
    for secret in (PRIVATE, "OGSÅ HEMMELIGT"):
        assert secret not in without.all
        found = [name for name, data in asked.files.items() if secret in asked._text(name, data)]
        assert len(found) == 2
        assert all(name.startswith("privat-tillaeg/") for name in found)


def _reword(page: Path) -> None:
    """Give a field of the annex another key: what was written in it stands on no page."""
    text = page.read_text(encoding="utf-8")
    assert 'page.private(\\"limits\\")' in text
    page.write_text(text.replace('page.private(\\"limits\\")', 'page.private(\\"other-limits\\")'), encoding="utf-8")


def _ask_privately(page: Path) -> None:
    """Add a private field to an ordinary page."""
    notebook = nbformat.read(page, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell("## Kun til dig selv\n\nHvad tænker du?"))
    notebook.cells.append(nbformat.v4.new_code_cell('page.private("moved")'))
    nbformat.write(notebook, page)


def test_the_words_of_one_who_has_left_are_not_let_out_by_those_who_stay(server: Server, tmp_path: Path) -> None:
    anna, _, carla = group(server, export=False)
    regroup(tmp_path / "demo", {"1": (ANNA, CARLA), "2": (BENT, DORTE)})
    anna.agree(carla, export=True)
    archive = Archive(anna)
    assert "CARLAS ORD" in archive.all
    assert "BENTS ORD" not in archive.all
    assert f"Feedback fra {BENT.name}" in archive.first


def test_who_has_written_nothing_gets_a_file_all_the_same(server: Server) -> None:
    archive = Archive(author(server, ANNA))
    assert list(archive.files) == ["laes-mig-foerst.html"]


def test_notes_not_yet_given_come_along(server: Server) -> None:
    anna, bent, carla = (author(server, who) for who in (ANNA, BENT, CARLA))
    anna.agree(bent, carla)
    draft = anna.share("Et udkast.")
    bent.say(draft, more="IKKE GIVET ENDNU")
    assert "IKKE GIVET ENDNU" in Archive(bent).page("noter")
    assert "IKKE GIVET ENDNU" not in Archive(anna).all


def test_what_the_pages_save_for_themselves_is_read_as_words(server: Server) -> None:
    anna, bent, _ = group(server)
    draft = anna.share("Et nyt udkast. Med to linjer.")
    anna.write(f"picked.{draft}", json.dumps([f"{uuid.uuid4().hex}.well", ""]))
    anna.write("trial-1.day", "2026-08-31")
    bent.say(draft, lines=json.dumps({"2": "DEN LINJE"}))
    assert not Archive(anna).has("noter")
    assert "31. august 2026" in Archive(anna).page("workshop-1")
    assert "Linje 2: DEN LINJE" in Archive(bent).page("noter")


def test_a_version_that_a_new_one_has_replaced_says_so(server: Server) -> None:
    anna = author(server, ANNA)
    anna.published("Den første.")
    anna.published("Den anden.")
    page = Archive(anna).page("ledelsesgrundlag")
    assert page.count("afløst af en ny version") == 1
    assert "trukket tilbage" not in page


def test_every_sign_survives_and_none_is_markup(server: Server) -> None:
    anna = author(server, ANNA)
    anna.write("doubt", "a & b <c> <script>alert(1)</script> {{ navn }} 😀 שלום \x07 slut")
    page = Archive(anna).page("forberedelse-1")
    assert "a &amp; b &lt;c&gt; &lt;script&gt;alert(1)&lt;/script&gt; {{ navn }} 😀 שלום � slut" in page


def test_a_facilitator_has_nothing_to_take(server: Server) -> None:
    client = server.client(VIBEKE)
    assert client.get("/api/demo/mine.zip?annex=1").status_code == 403
    assert client.get("/hold/demo/hent-mit").status_code == 403
