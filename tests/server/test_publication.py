"""A foundation comes out: to whom, when, with what in it, and never with anything else."""

import io
import json
import shutil
import uuid
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
from icalendar import Calendar

from fællesledelse.documents import TEMPLATE, months_after
from fællesledelse.server.publication import DIALOGUE, READERS
from fællesledelse.vocabulary import DRAFT

from .people import ANNA, BENT, CARLA, DORTE, GERDA, VIBEKE
from .publishing import FIRST_DAY, Author, author, cohort_server, noon
from .serving import Server

PRIVATE = "HEMMELIGT FRA TILLÆGGET"
ELSEWHERE = "KUN FOR MIG SELV"
NASTY = "a & b <c> \"d\" '{{ navn }}' <script>alert(1)</script>"


@pytest.fixture
def server(tmp_path: Path, three: Path, built: dict[str, Path]) -> Iterator[Server]:
    with cohort_server(tmp_path, three, built["andet"]) as running:
        yield running


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory, three: Path, built: dict[str, Path]) -> Iterator[Server]:
    """For tests that publish, and look only at what they published."""
    with cohort_server(tmp_path_factory.mktemp("publication"), three, built["andet"]) as running:
        yield running


@pytest.fixture(scope="module")
def carla(shared_server: Server) -> Author:
    """The author of most tests; private and other texts stand beside her draft."""
    carla = author(shared_server, CARLA)
    for field in carla.get("steps/privat-tillaeg")["fields"]:
        carla.write(field["key"], PRIVATE)
    for key in ("left-out", "own-leader", "doubt", "promise", "version.short"):
        carla.write(key, ELSEWHERE)
    return carla


@pytest.fixture(scope="module")
def dorte(shared_server: Server) -> Author:
    """A leader of another group."""
    return author(shared_server, DORTE)


@pytest.fixture(scope="module")
def bent(shared_server: Server) -> Author:
    """A leader of Carla's group."""
    return author(shared_server, BENT)


def words_of(answer: Any) -> str:
    """Every word of a Word file, header and footer too."""
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        return "\n".join(file.read(name).decode() for name in file.namelist() if name.endswith(".xml"))


def text_of(answer: Any) -> str:
    """The text of a PDF."""
    assert answer.status_code == 200, answer.text
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_it_comes_out_to_the_cohort_under_its_headings(carla: Author, dorte: Author) -> None:
    publication = carla.published("Min opgave er at lytte.", "For borgerne.")
    assert CARLA.name in dorte.gallery()
    page = dorte.reading(publication)
    assert page.status_code == 200
    for text in (CARLA.name, "Min opgave og dens effekt", "Min opgave er at lytte.", "For borgerne."):
        assert text in page.text
    assert "Det øver jeg mig i" not in page.text


def test_only_the_author_sees_it_before_its_day(server: Server) -> None:
    anna, dorte = author(server, ANNA), author(server, DORTE)
    day = FIRST_DAY + timedelta(days=3)
    publication = anna.published("Kommer snart.", day=day)
    assert anna.states() == [(1, "waiting")]
    assert "Kommer snart." in anna.reading(publication).text
    assert "Kun du kan se det endnu" in anna.reading(publication).text
    assert ANNA.name not in dorte.gallery()
    assert dorte.reading(publication).status_code == 404
    assert dorte.file("pdf", publication=publication).status_code == 404
    server.set_clock(noon(day))
    assert ANNA.name in dorte.gallery()
    assert "Kommer snart." in dorte.reading(publication).text
    assert "Kommer snart." in text_of(dorte.file("pdf", publication=publication))
    assert anna.states() == [(1, "out")]


def test_for_the_group_it_is_for_the_group(carla: Author, bent: Author, dorte: Author) -> None:
    publication = carla.published("Til gruppen.", readers="group")
    assert "Til gruppen." in bent.reading(publication).text
    assert dorte.reading(publication).status_code == 404
    assert CARLA.name not in dorte.gallery()


def test_for_staff_nobody_reads_it_here_and_the_author_has_the_files(carla: Author, bent: Author) -> None:
    publication = carla.published("Til mine egne.", readers="staff")
    assert bent.reading(publication).status_code == 404
    assert "Til mine egne." in words_of(carla.file("docx", publication=publication))
    assert "Til mine egne." in text_of(carla.file("pdf", publication=publication))


def test_others_get_the_pdf_and_not_the_word_file(carla: Author, bent: Author) -> None:
    publication = carla.published("Som PDF.")
    pdf = bent.file("pdf", publication=publication)
    assert "Som PDF." in text_of(pdf)
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.headers["Cache-Control"] == "no-store"
    assert "ledelsesgrundlag-carla-conradsen-version-" in pdf.headers["Content-Disposition"]
    refused = bent.file("docx", publication=publication)
    assert (refused.status_code, refused.json()["error"]) == (403, "not-yours")


def test_facilitators_and_other_gatherings_see_nothing_of_it(shared_server: Server, carla: Author) -> None:
    publication = carla.published("Ikke for facilitatorer.")
    readers = carla.get("publication")["publications"][0]
    assert readers["people"] == 3  # Anna, Bent and Dorte; Egon has not enrolled
    assert carla.get("publication")["people"] == {"group": 2, "cohort": 3, "staff": 0}
    for who in (VIBEKE, GERDA):
        client = shared_server.client(who)
        for path in ("galleri", f"galleri/{publication}"):
            answer = client.get(f"/hold/demo/{path}")
            assert answer.status_code in (403, 404), path
            assert "Ikke for facilitatorer." not in answer.text
        for path in (
            "publication",
            f"foundation.pdf?publication={publication}",
            "foundation.docx",
            "reviews.ics",
            "mine.zip",
        ):
            assert client.get(f"/api/demo/{path}").status_code in (403, 404), path


def test_a_new_version_replaces_the_one_before_for_all(server: Server) -> None:
    anna, dorte = author(server, ANNA), author(server, DORTE)
    first = anna.published("Version et.")
    second = anna.published("Version to.")
    assert anna.states() == [(2, "out"), (1, "replaced")]
    assert dorte.reading(first).status_code == 404
    assert "Version to." in dorte.reading(second).text
    assert dorte.gallery().count(ANNA.name) == 1
    assert "Version 2" in dorte.gallery()
    assert "Version et." in anna.reading(first).text, "the author keeps what was replaced"


def test_a_new_version_that_waits_leaves_the_old_one_until_its_day(server: Server) -> None:
    anna, dorte = author(server, ANNA), author(server, DORTE)
    first = anna.published("Nu.")
    day = FIRST_DAY + timedelta(days=2)
    second = anna.published("Om lidt.", day=day)
    assert anna.states() == [(2, "waiting"), (1, "out")]
    assert "Nu." in dorte.reading(first).text
    server.set_clock(noon(day))
    assert dorte.reading(first).status_code == 404, "what the new version replaces can't be read beside it"
    assert "Om lidt." in dorte.reading(second).text
    assert anna.states() == [(2, "out"), (1, "replaced")]


def test_withdrawn_it_is_gone_for_all_but_the_author_and_can_come_out_again(carla: Author, bent: Author) -> None:
    publication = carla.published("Fortrudt.")
    assert carla.delete(f"publication/{publication}").status_code == 200
    assert carla.states()[0][1] == "withdrawn"
    assert bent.reading(publication).status_code == 404
    assert bent.file("pdf", publication=publication).status_code == 404
    assert "Fortrudt." in text_of(carla.file("pdf", publication=publication))
    again = carla.published("Fortrudt.")
    assert "Fortrudt." in bent.reading(again).text


def test_nobody_withdraws_somebody_elses(carla: Author, bent: Author) -> None:
    publication = carla.published("Min.")
    assert bent.delete(f"publication/{publication}").status_code == 404
    assert "Min." in bent.reading(publication).text


def test_it_stays_as_it_was_when_the_author_writes_on(carla: Author, bent: Author) -> None:
    publication = carla.published("Som det var.")
    carla.write(DRAFT[0], "Som det blev.")
    assert "Som det var." in bent.reading(publication).text
    assert "Som det var." in text_of(carla.file("pdf", publication=publication))
    assert "Som det blev." in text_of(carla.file("pdf"))


def test_the_author_chooses_the_headings(carla: Author, bent: Author) -> None:
    publication = carla.published("Med.", "Ikke med.", headings=[DRAFT[0]])
    assert "Med." in bent.reading(publication).text
    assert "Ikke med." not in bent.reading(publication).text
    assert "Ikke med." not in text_of(carla.file("pdf", heading=[DRAFT[0]]))


def test_the_same_request_again_publishes_nothing_twice(carla: Author) -> None:
    publication = uuid.uuid4().hex
    assert carla.published("Én gang.", publication_id=publication) == publication
    before = len(carla.states())
    assert carla.publish(publication_id=publication).status_code == 200
    assert len(carla.states()) == before


def test_the_id_of_ones_own_draft_publishes_nothing_and_says_so(shared_server: Server, carla: Author, bent: Author) -> None:
    carla.agree(bent, author(shared_server, ANNA))
    draft = carla.share("Et udkast.")
    before = carla.states()
    assert carla.publish(publication_id=draft).status_code == 400
    assert carla.states() == before


def test_an_empty_foundation_is_refused_with_a_word_why(carla: Author) -> None:
    refused = carla.publish(" \n ")
    assert (refused.status_code, refused.json()["error"]) == (400, "empty-foundation")
    assert "Skriv under mindst én" in refused.json()["message"]
    assert carla.file("pdf").json()["error"] == "empty-foundation"
    assert carla.file("docx").json()["error"] == "empty-foundation"
    carla.write_draft("Kun her.")
    assert carla.publish(headings=[DRAFT[1]]).json()["error"] == "empty-foundation"


def test_what_is_published_is_what_the_author_has_seen(carla: Author) -> None:
    carla.write_draft("Set.")
    seen = carla.get("publication")["now"]["seen"]
    carla.write(DRAFT[0], "Rettet i en anden fane.")
    refused = carla.publish(seen=seen)
    assert (refused.status_code, refused.json()["error"]) == (409, "draft-changed")
    assert carla.publish(seen=carla.get("publication")["now"]["seen"]).status_code == 200


@pytest.mark.parametrize("day", ["2020-01-01", "i morgen", "", "2026-13-01", "9999-12-31", "20261201"])
def test_a_day_that_is_none_or_is_past_is_refused(carla: Author, day: str) -> None:
    carla.write_draft("Tekst.")
    before = carla.states()
    body = {"publication_id": uuid.uuid4().hex, "day": day, "readers": "cohort", "headings": list(DRAFT)}
    refused = carla.client.put("/api/demo/publication", json=body)
    assert (refused.status_code, refused.json()["error"]) == (400, "bad-date")
    assert carla.states() == before


def test_what_came_of_the_talk_goes_in_from_the_second_version(server: Server) -> None:
    anna, dorte = author(server, ANNA), author(server, DORTE)
    anna.write("dialogue.1.agreed", "De lægger marts.")
    anna.write("dialogue.1.heard", "At de gerne vil.")
    assert anna.get("publication")["now"]["dialogue"] == []
    refused = anna.publish("Et.", dialogue=["dialogue.1.agreed"])
    assert (refused.status_code, refused.json()["error"]) == (400, "no-dialogue")
    anna.published()
    assert [each["text"] for each in anna.get("publication")["now"]["dialogue"]] == [
        "At de gerne vil.",
        "",
        "De lægger marts.",
    ]
    second = anna.published(dialogue=["dialogue.1.agreed"])
    page = dorte.reading(second).text
    assert "Det aftalte vi: De lægger marts." in page
    assert "At de gerne vil." not in page
    assert "Det aftalte vi: De lægger marts." in text_of(dorte.file("pdf", publication=second))
    assert "Det aftalte vi: De lægger marts." in words_of(anna.file("docx", number=2))
    assert "De lægger marts." not in words_of(anna.file("docx", number=1))


def everything(of: Author, reader: Author, publication: str) -> str:
    """All that a publication can be read as."""
    texts = [of.file("docx", publication=publication), of.file("docx")]
    pdfs = [of.file("pdf", publication=publication), reader.file("pdf", publication=publication), of.file("pdf")]
    pages = [reader.reading(publication).text, reader.gallery(), json.dumps(of.get("publication"), ensure_ascii=False)]
    return "\n".join([*map(words_of, texts), *map(text_of, pdfs), *pages])


def keys_outside(author: Author) -> list[str]:
    """Every key that may not go in: the private annex, and all others but the headings and the talk."""
    steps = ("privat-tillaeg", "forberedelse-1", "forberedelse-2", "forberedelse-3", "udgivelse")
    keys = [field["key"] for step in steps for field in author.get(f"steps/{step}")["fields"]]
    return [key for key in keys if key not in (*DRAFT, *DIALOGUE)]


def test_no_request_can_name_another_field(carla: Author) -> None:
    carla.write_draft("Offentligt.")
    before = carla.states()
    others = [*keys_outside(carla), "private", "private.", "draft", "draft.*", "../private.other", ""]
    assert len([key for key in others if key.startswith("private.")]) == 7
    for key in others:
        for body in ({"headings": [DRAFT[0], key]}, {"dialogue": [key]}, {"headings": [key]}):
            assert carla.publish(**body).status_code == 400, (key, body)
        for query in ({"heading": [DRAFT[0], key]}, {"dialogue": [key]}):
            assert carla.file("pdf", **query).status_code == 400, key
            assert carla.file("docx", **query).status_code == 400, key
    for wrong in ({"texts": {}}, {"content": {}}, {"private.other": "x"}, {"headings": {"private.other": 1}}):
        assert carla.publish(**wrong).status_code == 400, wrong
    for wrong in ([["private.other"]], [{"key": "private.other"}], [None], [1]):
        assert carla.publish(headings=wrong).status_code == 400, wrong
    for readers in ("all", "", "public", "facilitators", carla.id):
        assert readers not in READERS
        assert carla.publish(readers=readers).status_code == 400, readers
    assert carla.states() == before


def test_the_private_annex_is_in_nothing_that_comes_out(carla: Author, bent: Author) -> None:
    publication = carla.published(*(f"Offentligt {key}." for key in DRAFT))
    text = everything(carla, bent, publication)
    assert "Offentligt draft.practising." in text
    assert PRIVATE not in text
    assert ELSEWHERE not in text


def test_words_that_look_like_fields_bring_nothing_in(carla: Author, bent: Author) -> None:
    trick = "{{ private.other }} {% for x in private %}{{ x }}{% endfor %} {{ navn }} #sys.inputs"
    publication = carla.published(trick, NASTY)
    assert PRIVATE not in everything(carla, bent, publication)
    assert trick in text_of(bent.file("pdf", publication=publication))
    assert NASTY in text_of(bent.file("pdf", publication=publication))
    made = docx.Document(io.BytesIO(carla.file("docx", publication=publication).content))
    assert {trick, NASTY} <= {paragraph.text for paragraph in made.paragraphs}
    assert "<script>alert" not in bent.reading(publication).text


def tampered(folder: Path) -> None:
    """A manifest in which the annex claims to be public, and headings carry its fields' names."""
    path = folder / "bygget/manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for step in manifest["steps"]:
        for field in step["fields"]:
            if field["key"] == "draft.why":
                field["label"] = "{{ private.other }} private.other"
        step["reads"] = ["private", "private.other"]
    path.write_text(json.dumps(manifest), encoding="utf-8")


def test_neither_a_changed_manifest_nor_a_changed_template_brings_the_annex_in(tmp_path: Path, server: Server) -> None:
    anna, bent = author(server, ANNA), author(server, BENT)
    anna.write("private.other", PRIVATE)
    built = tmp_path / "demo/bygget"
    tampered(tmp_path / "demo")
    template = docx.Document(str(Path(__file__).parents[2] / "templates/documents" / TEMPLATE))
    template.add_paragraph("{{ private }} {{ private.other }} {{ tillaeg }}")
    template.save(str(built / TEMPLATE))
    publication = anna.published("Opgaven.", "Hvorfor.")
    text = everything(anna, bent, publication)
    assert "Opgaven." in text
    assert PRIVATE not in text


def test_the_organisations_own_template_is_used(tmp_path: Path, server: Server) -> None:
    template = docx.Document(str(Path(__file__).parents[2] / "templates/documents" / TEMPLATE))
    template.add_paragraph("Strandbys egen fod")
    template.save(str(tmp_path / "demo/bygget" / TEMPLATE))
    anna = author(server, ANNA)
    anna.write_draft("Opgaven.")
    assert "Strandbys egen fod" in words_of(anna.file("docx"))
    shutil.copyfile(__file__, tmp_path / "demo/bygget" / TEMPLATE)
    assert "Opgaven." in words_of(anna.file("docx")), "a template that has been ruined leaves no leader without a file"


def test_every_version_of_ones_own_can_be_had_by_its_number(server: Server) -> None:
    anna = author(server, ANNA)
    anna.published("Et.")
    anna.published("To.")
    assert "Et." in text_of(anna.file("pdf", number=1))
    assert "To." in text_of(anna.file("pdf", number=2))
    assert anna.file("pdf", number=3).status_code == 404
    assert anna.file("pdf", number="x").status_code == 404


def dated(author: Author) -> list[date]:
    answer = author.client.get("/api/demo/reviews.ics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/calendar")
    return [event["DTSTART"].dt for event in Calendar.from_ical(answer.content).walk("VEVENT")]


def test_the_reviews_are_on_the_days_set_or_counted_from_the_publication(server: Server) -> None:
    anna = author(server, ANNA)
    refused = anna.client.get("/api/demo/reviews.ics")
    assert (refused.status_code, refused.json()["error"]) == (400, "no-days")
    anna.write("review.month-6", "2030-05-01")
    assert dated(anna) == [date(2030, 5, 1)]
    anna.published("Ude.")
    assert dated(anna) == [months_after(FIRST_DAY, 3), date(2030, 5, 1), months_after(FIRST_DAY, 12)]
    calendar = anna.client.get("/api/demo/reviews.ics").text
    assert ANNA.name not in calendar
    assert "Ude." not in calendar
    uids = [line for line in calendar.splitlines() if line.startswith("UID:")]
    assert uids == [line for line in anna.client.get("/api/demo/reviews.ics").text.splitlines() if line.startswith("UID:")]
    assert anna.id not in calendar


def test_thirty_pages_come_out_whole(carla: Author, bent: Author) -> None:
    texts = [(f"Ord nummer {number} og lidt til. " * 60)[:1990] for number in range(6)]
    publication = carla.published(*texts)
    text = text_of(bent.file("pdf", publication=publication))
    assert all(f"Ord nummer {number}" in text for number in range(6))
