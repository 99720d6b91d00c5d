"""The survey over the wire: who may do what, what is seen when, and that an answer leaves no name behind."""

import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import docx
import httpx
import pypdf
import pytest

from fællesledelse.cohort.build import build
from fællesledelse.cohort.days import written
from fællesledelse.danish import day
from fællesledelse.manifest import load

from .circles import SIX, Leader, six_leaders
from .people import GERDA, TODAY, VIBEKE
from .serving import Client, Server, wait_for


@dataclass
class Cohort:
    """Six leaders and their facilitator, all signed in on a server of their own."""

    server: Server
    folder: Path
    leaders: list[Leader]
    vibeke: Leader

    @property
    def items(self) -> list[str]:
        """The keys of what is asked."""
        survey = load((self.folder / "bygget/manifest.json").read_text(encoding="utf-8")).survey
        assert survey is not None
        return [item.key for item in survey.items]

    def plan(self, title: str = "Før den første periode", opens: int = 0, days: int = 7) -> httpx.Response:
        """Vibeke plans a wave."""
        first = TODAY + timedelta(days=opens)
        body = {"title": title, "opens": first.isoformat(), "closes": (first + timedelta(days=days)).isoformat()}
        return self.vibeke.client.post("/api/demo/survey", json=body)

    def close(self, wave: str) -> dict[str, Any]:
        """Vibeke closes it; what she sees of it then."""
        return one(told(self.vibeke.client.post(f"/api/demo/survey/{wave}/close", json={})), wave)

    def seen(self, wave: str, who: Leader | None = None) -> dict[str, Any]:
        """What Vibeke, or a leader, sees of it."""
        return one((who or self.vibeke).get("survey"), wave)

    def answer(self, who: Leader, wave: str, value: int = 4, copy: bool = False) -> None:
        """A leader answers everything alike, and sends it."""
        for item in self.items:
            assert choose(who, wave, item, value).json() == {"saved": True}
        assert send(who, wave, copy).json() == {"sent": True}


def told(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def one(data: dict[str, Any], wave: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in data["waves"] if each["id"] == wave)
    return found


def choose(who: Leader | Client, wave: str, item: str, value: Any, gathering: str = "demo") -> httpx.Response:
    client = who.client if isinstance(who, Leader) else who
    return client.put(f"/api/{gathering}/survey/{wave}/items/{item}", json={"value": value})


def send(who: Leader, wave: str, copy: bool = False) -> httpx.Response:
    return who.client.post(f"/api/demo/survey/{wave}/send", json={"copy": copy})


def withdraw(who: Leader, wave: str) -> httpx.Response:
    return who.client.delete(f"/api/demo/survey/{wave}/mine")


def page(who: Leader) -> str:
    found = who.client.get("/hold/demo/spoergeskema")
    assert found.status_code == 200, found.text
    return found.text


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]) -> Iterator[Cohort]:
    """One for the whole file."""
    with six_leaders(tmp_path_factory.mktemp("survey"), built["demo"], built["andet"]) as (server, folder):
        yield Cohort(server, folder, [Leader(server, who) for who in SIX], Leader(server, VIBEKE))


@pytest.fixture
def wave(cohort: Cohort) -> Iterator[str]:
    """A wave that is open today, and closed when the test is over; tests here leave fewer than five answers in it."""
    found = told(cohort.plan())["waves"][0]["id"]
    yield found
    cohort.close(found)


def test_leaders_meet_every_statement_theme_by_theme_and_what_is_promised(cohort: Cohort, wave: str) -> None:
    text = page(cohort.leaders[0])
    assert f'data-wave="{wave}"' in text
    assert text.count("<fieldset") == len(cohort.items)
    for words in ("Fortroligt og pseudonymt, til nøglen er slettet", "Tema 1 af 8", "Helt uenig", "Ved ikke", "Gem en kopi"):
        assert words in text
    assert "afdelingerne oplever" not in text
    assert 'href="/hold/demo/spoergeskema"' in text


def test_the_first_page_leads_all_to_an_open_wave_whoever_has_answered(cohort: Cohort, wave: str) -> None:
    cohort.answer(cohort.leaders[0], wave)
    for leader in cohort.leaders[:2]:
        words = r"Spørgeskemaet »[^«]+« er åbent til og med [^<]+\. <a href=./hold/demo/spoergeskema.>Svar her"
        assert re.search(words, leader.client.get("/hold/demo/").text)
    withdraw(cohort.leaders[0], wave)


def test_what_is_chosen_is_there_when_the_page_is_opened_again(cohort: Cohort, wave: str) -> None:
    anna, item = cohort.leaders[0], cohort.items[3]
    assert " checked" not in page(anna)
    assert choose(anna, wave, item, 2).status_code == 200
    assert page(anna).count(" checked") == 1
    assert " checked" not in page(cohort.leaders[1])
    refused = send(anna, wave)
    assert refused.status_code == 400
    assert f"mangler at svare på {len(cohort.items) - 1} udsagn" in refused.json()["message"]
    cohort.answer(anna, wave)
    assert "Dine svar er sendt" in page(anna)
    assert withdraw(anna, wave).json() == {"withdrawn": True}
    assert " checked" not in page(anna)


def test_without_an_open_wave_the_page_says_when_the_next_one_is(cohort: Cohort) -> None:
    assert "Der er ingen åben måling lige nu" in page(cohort.leaders[0])
    planned = told(cohort.plan("Om lidt", opens=40))["waves"][0]
    assert planned["state"] == "planned"
    assert "Den næste måling åbner den" in page(cohort.leaders[0])
    assert choose(cohort.leaders[0], planned["id"], cohort.items[0], 3).status_code == 403
    left = told(cohort.vibeke.client.delete(f"/api/demo/survey/{planned['id']}"))
    assert planned["id"] not in {each["id"] for each in left["waves"]}


def test_four_answers_are_neither_counted_nor_shown_nor_printed(cohort: Cohort, wave: str) -> None:
    for leader in cohort.leaders[:4]:
        cohort.answer(leader, wave)
    for who in (cohort.vibeke, cohort.leaders[0]):
        assert (cohort.seen(wave, who)["answered"], cohort.seen(wave, who)["asked"]) == (None, 6)
    closed = cohort.close(wave)
    assert (closed["state"], closed["why"], closed["answered"], closed["result"]) == ("closed", "few", None, None)
    for kind in ("pdf", "docx"):
        assert cohort.vibeke.client.get(f"/api/demo/survey/{wave}/report.{kind}").status_code == 404
    assert cohort.leaders[0].get("survey/mine") == {"answers": {}, "copies": {}}


def test_only_leaders_answer_and_only_facilitators_plan_close_end_and_print(cohort: Cohort, wave: str) -> None:
    vibeke, anna = cohort.vibeke, cohort.leaders[0].client
    for refused in (
        choose(vibeke, wave, cohort.items[0], 3),
        send(vibeke, wave),
        withdraw(vibeke, wave),
        vibeke.client.get("/api/demo/survey/mine"),
        vibeke.client.get("/hold/demo/spoergeskema"),
        anna.post("/api/demo/survey", json={"title": "Min", "opens": TODAY.isoformat(), "closes": TODAY.isoformat()}),
        anna.post(f"/api/demo/survey/{wave}/close", json={}),
        anna.post("/api/demo/survey/end", json={}),
        anna.delete(f"/api/demo/survey/{wave}"),
        anna.get(f"/api/demo/survey/{wave}/report.pdf"),
        anna.get("/hold/demo/styring/spoergeskema"),
    ):
        assert refused.status_code == 403, refused.text
    assert cohort.server.client().get("/api/demo/survey").status_code == 401


def test_another_gathering_s_leaders_reach_nothing(cohort: Cohort, wave: str) -> None:
    gerda = cohort.server.client(GERDA)
    gerda.accept("andet")
    assert gerda.get("/api/demo/survey").status_code == 404
    assert gerda.get("/hold/demo/spoergeskema").status_code == 404
    assert choose(gerda, wave, cohort.items[0], 3).status_code == 404
    refused = choose(gerda, wave, cohort.items[0], 3, gathering="andet")
    assert (refused.status_code, refused.json()["message"]) == (403, "Den måling findes ikke. Hent siden igen.")


@pytest.mark.parametrize(("value", "status"), [(6, 400), (-1, 400), ("4", 400), (True, 400), (None, 400)])
def test_an_answer_that_can_t_be_is_refused(cohort: Cohort, wave: str, value: Any, status: int) -> None:
    assert choose(cohort.leaders[0], wave, cohort.items[0], value).status_code == status
    assert choose(cohort.leaders[0], wave, "findes-ikke", 3).status_code == 400


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"title": " "}, "Giv målingen en titel"),
        ({"opens": ""}, "første og den sidste dag"),
        ({"opens": "2020-01-01"}, "Målingen kan tidligst åbne i dag"),
        ({"closes": "2020-01-01"}, "Byt om"),
        ({"closes": "9999-12-31"}, "Holdet slutter"),
        ({}, "14 dage mellem to målinger"),
    ],
)
def test_a_plan_that_can_t_be_is_refused_in_words(cohort: Cohort, wave: str, body: dict[str, str], words: str) -> None:
    days = {"opens": (TODAY + timedelta(days=1)).isoformat(), "closes": (TODAY + timedelta(days=2)).isoformat()}
    refused = cohort.vibeke.client.post("/api/demo/survey", json={"title": "For tæt på"} | days | body)
    assert refused.status_code == 400
    assert words in refused.json()["message"]


def test_who_has_not_read_the_notice_reads_it_first(cohort: Cohort, wave: str) -> None:
    carla = cohort.leaders[2]  # is in the other gathering too, and has not been there yet
    sent = carla.client.get("/hold/andet/spoergeskema", follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (302, "/hold/andet/privatliv")
    assert choose(carla, wave, cohort.items[0], 3, gathering="andet").json()["error"] == "notice"


def test_no_line_in_any_log_says_who_answered(cohort: Cohort, wave: str) -> None:
    before = len(cohort.server.audit)
    anna = cohort.leaders[0]
    cohort.answer(anna, wave, copy=True)
    assert withdraw(anna, wave).status_code == 200
    assert choose(anna, wave, cohort.items[0], 9).status_code == 400
    assert anna.get("survey/mine")["answers"] == {}

    def noted() -> list[dict[str, Any]]:
        return [line for line in cohort.server.audit[before:] if line["route"].startswith("Survey")]

    wait_for(noted)
    assert [(line["event"], line["status"], line["person"]) for line in noted()] == [("refused", 400, None)]
    assert anna.id not in json.dumps(cohort.server.audit[before:])
    assert "SurveyAnswerHandler" not in cohort.server.written


def test_the_mail_is_the_same_for_all_whoever_has_answered(cohort: Cohort, wave: str) -> None:
    cohort.answer(cohort.leaders[0], wave)
    there = cohort.vibeke.get("mailings")["survey"]["people"]
    assert {each["name"] for each in there} == {leader.who.name for leader in cohort.leaders}
    letters = told(cohort.vibeke.client.get("/api/demo/mailings/letters?slags=survey"))
    texts = {each["text"].replace(each["name"], "") for each in letters["letters"]}
    assert len(texts) == 1
    assert "/hold/demo/spoergeskema" in texts.pop()


def test_a_cohort_without_items_has_no_survey(cohort: Cohort) -> None:
    items, themes = (cohort.folder / name for name in ("spoergeskema.csv", "temaer.csv"))
    kept = items.read_bytes(), themes.read_bytes()
    items.unlink()
    themes.unlink()
    build(cohort.folder)
    try:
        assert cohort.vibeke.get("survey")["asks"] is False
        assert cohort.plan().json()["message"].startswith("Holdet har intet spørgeskema")
        assert 'href="/hold/demo/spoergeskema"' not in page(cohort.leaders[0])
    finally:
        items.write_bytes(kept[0])
        themes.write_bytes(kept[1])
        build(cohort.folder)


def before_the_first_period(cohort: Cohort, leader: Leader) -> None:
    """What one wants to try has a place to be written, and one is told from which day there are cards."""
    steps = {step.name: step for step in load((cohort.folder / "bygget/manifest.json").read_text(encoding="utf-8")).steps}

    def shown() -> str:
        """The end of the page."""
        return " ".join(html.unescape(page(leader).split("Hvad vil jeg prøve?")[1]).split())

    opens = steps["periode-a"].opens
    assert opens is not None
    later = f"fra den {day(opens)}, når »{steps['periode-a'].title}« åbner."
    for key, step in (("trial-2.promise", "workshop-2"), ("trial-1.promise", "workshop-1")):
        assert f'href="/hold/demo/{step}">Skriv det ned nu</a>' in shown()
        assert f"»{steps[step].title}« under »Det vil jeg gøre i en uge" in shown()
        assert f"{later} Tag det, du har skrevet, med derhen." in shown()
        leader.client.saved(key, "Jeg spørger en borger, før jeg svarer.")
    assert "Skriv det ned nu" not in shown()
    assert f"{later} Skriv dit svar et sted, hvor du finder det igen." in shown()
    assert "Skriv det på et prøvekort" not in shown()

    path, living = cohort.folder / "hold.yaml", steps["levende-grundlag"].opens
    assert living is not None
    before, it, after = path.read_text(encoding="utf-8").partition("trin: levende-grundlag")
    path.write_text(before + it + after.replace(written(living), written(TODAY), 1), encoding="utf-8")
    build(cohort.folder)
    assert 'href="/hold/demo/levende-grundlag">Skriv det ned nu</a>' in shown()
    assert "»Dit levende ledelsesgrundlag« under »Min næste sætning«" in shown()


def test_what_came_of_it_is_seen_by_all_goes_to_pdf_and_word_and_ends(cohort: Cohort) -> None:
    """The last one here, since for two weeks no other wave can follow it."""
    wave = told(cohort.plan("Før <b>den første</b> periode"))["waves"][0]["id"]
    for number, leader in enumerate(cohort.leaders):
        cohort.answer(leader, wave, number, copy=number == 1)
    assert (cohort.seen(wave)["answered"], cohort.seen(wave)["result"]) == (5, None)
    closed = cohort.close(wave)
    anna, bent, carla = cohort.leaders[:3]
    assert closed == cohort.seen(wave, anna)
    assert closed["number"] == 1
    themes = closed["result"]["themes"]
    assert len(themes) == 8
    assert closed["result"]["relations"] is None, "nothing was promised"
    assert [count for _, count in themes[0]["statements"][0]["answers"]] == [1] * 6
    assert "Gennemsnit 3,0" in themes[0]["statements"][0]["notes"][0]
    for who in cohort.leaders:
        assert set(who.get("survey/mine")["answers"][wave].values()) == {cohort.leaders.index(who)}
    assert set(bent.get("survey/mine")["copies"][wave].values()) == {1}
    text = page(anna)
    assert "data-outcomes" in text
    assert "Hvad ser jeg? Hvad vil jeg prøve?" in text
    before_the_first_period(cohort, anna)
    assert choose(anna, wave, cohort.items[0], 3).status_code == 403

    drawn = anna.client.get(f"/api/demo/survey/{wave}/kommunikation-fordeling.svg", timeout=60)
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/svg+xml")
    assert "Før <b>" not in drawn.text
    assert anna.client.get(f"/api/demo/survey/{wave}/findes-ikke.svg").status_code == 404

    pdf = cohort.vibeke.client.get(f"/api/demo/survey/{wave}/report.pdf")
    assert pdf.headers["content-disposition"] == 'attachment; filename="maaling-foer-b-den-foerste-b-periode.pdf"'
    printed = " ".join(" ".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(pdf.content)).pages).split())
    word = cohort.vibeke.client.get(f"/api/demo/survey/{wave}/report.docx")
    written = " ".join(each.text for each in docx.Document(io.BytesIO(word.content)).paragraphs)
    for said in (printed, written):
        assert "6 af 6 har svaret" in said
        assert "Når vi taler sammen" in said
        assert "Vendt udsagn" in said
        assert not any(leader.who.name in said for leader in cohort.leaders)

    assert withdraw(carla, wave).json() == {"withdrawn": True}
    assert carla.get("survey/mine")["answers"] == {}
    assert cohort.seen(wave) == closed, "what has been shown stands"
    ended = told(cohort.vibeke.client.post("/api/demo/survey/end", json={}))
    assert (ended["ended"], ended["linked"]) == (True, False)
    assert cohort.seen(wave) == closed
    assert bent.get("survey/mine") == {"answers": {}, "copies": bent.get("survey/mine")["copies"]}
    assert set(bent.get("survey/mine")["copies"][wave].values()) == {1}
    assert "ingen finde dem mere" in page(anna)
    assert "ingen kan finde dine svar mere" in withdraw(anna, wave).json()["message"]
    assert "afsluttet" in cohort.plan("En til", opens=60).json()["message"]
