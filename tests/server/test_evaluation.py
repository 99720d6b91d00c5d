"""Evaluations over the wire: who may do what, what is seen when, and that an answer leaves no name and no word behind."""

import io
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import docx
import httpx
import pypdf
import pytest

from fællesledelse.documents import months_after
from fællesledelse.manifest import load

from .circles import SIX, Leader, six_leaders
from .people import GERDA, TODAY, VIBEKE
from .serving import Server, wait_for

HOSTILE = '<img src=x onerror=alert(1)> {{ 7*7 }} #read("/etc/passwd") \0 \ud800 \'; DROP TABLE person'
SECRET = "kanariefugl"


@dataclass
class Cohort:
    """Six leaders and their facilitator, all signed in on a server of their own."""

    server: Server
    folder: Path
    leaders: list[Leader]
    vibeke: Leader

    def plan(self, title: str = "Efter workshop 1", opens: int = 0, days: int = 7) -> dict[str, Any]:
        """Vibeke plans an evaluation; the whole of what she sees then."""
        first = TODAY + timedelta(days=opens)
        body = {"title": title, "opens": first.isoformat(), "closes": (first + timedelta(days=days)).isoformat()}
        return told(self.vibeke.client.post("/api/demo/evaluation", json=body))

    def close(self, wave: str) -> dict[str, Any]:
        """Vibeke closes it; what she sees of it then."""
        return one(told(self.vibeke.client.post(f"/api/demo/evaluation/{wave}/close", json={})), wave)

    def seen(self, wave: str, who: Leader | None = None) -> dict[str, Any]:
        """What Vibeke, or a leader, sees of it."""
        return one((who or self.vibeke).get("evaluation"), wave)


def told(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def one(data: dict[str, Any], wave: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in data["waves"] if each["id"] == wave)
    return found


def answer(who: Leader, wave: str, worth: Any = 4, gathering: str = "demo", **texts: Any) -> httpx.Response:
    body = {"worth": worth, "well": "", "more": "", "improve": "", "less": ""} | (texts or {"well": "Godt"})
    return who.client.post(f"/api/{gathering}/evaluation/{wave}/response", content=json.dumps(body))


def page(who: Leader) -> str:
    found = who.client.get("/hold/demo/evaluering")
    assert found.status_code == 200, found.text
    return found.text


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]) -> Iterator[Cohort]:
    """One for the whole file."""
    with six_leaders(tmp_path_factory.mktemp("evaluation"), built["demo"], built["andet"]) as (server, folder):
        yield Cohort(server, folder, [Leader(server, who) for who in SIX], Leader(server, VIBEKE))


@pytest.fixture
def wave(cohort: Cohort) -> Iterator[str]:
    """An evaluation that is open today, and closed when the test is over; tests here leave fewer than five answers in it."""
    found = cohort.plan()["waves"][0]["id"]
    yield found
    cohort.close(found)


def test_leaders_meet_the_form_once_it_is_open_and_not_when_they_have_answered(cohort: Cohort, wave: str) -> None:
    anna, bent = cohort.leaders[:2]
    before = page(anna)
    assert f'data-wave="{wave}"' in before
    for words in (
        "Dit svar er anonymt",
        "Hvad virker godt?",
        "Forløbet er min tid værd",
        "Efter workshop 1",
        "kan røbe dig",
    ):
        assert words in before
    assert answer(anna, wave).json() == {"sent": True}
    after = page(anna)
    assert "Du har svaret på »Efter workshop 1«" in after
    assert "data-wave" not in after
    assert f'data-wave="{wave}"' in page(bent)


def test_without_an_open_one_the_page_says_when_the_next_one_is(cohort: Cohort) -> None:
    assert "Der er ingen åben evaluering lige nu" in page(cohort.leaders[0])
    planned = cohort.plan("Om lidt", opens=40)["waves"][0]
    assert planned["state"] == "planned"
    assert "Den næste evaluering åbner den" in page(cohort.leaders[0])
    refused = answer(cohort.leaders[0], planned["id"])
    assert (refused.status_code, refused.json()["message"]) == (403, "Evalueringen er ikke åben. Dit svar er ikke sendt.")
    left = told(cohort.vibeke.client.delete(f"/api/demo/evaluation/{planned['id']}"))
    assert planned["id"] not in {each["id"] for each in left["waves"]}


def test_six_and_twelve_months_after_the_start_are_proposed_until_they_are_planned(cohort: Cohort) -> None:
    starts = load((cohort.folder / "bygget/manifest.json").read_text(encoding="utf-8")).starts
    proposed = cohort.vibeke.get("evaluation")["proposals"]
    assert [each["opens"] for each in proposed] == [months_after(starts, months).isoformat() for months in (6, 12)]
    body = {key: proposed[0][key] for key in ("title", "opens", "closes")}
    data = told(cohort.vibeke.client.post("/api/demo/evaluation", json=body))
    assert [each["title"] for each in data["proposals"]] == ["Efter 12 måneder"]
    told(cohort.vibeke.client.delete(f"/api/demo/evaluation/{data['waves'][0]['id']}"))


def test_none_outlasts_the_cohort(cohort: Cohort) -> None:
    ends = load((cohort.folder / "bygget/manifest.json").read_text(encoding="utf-8")).ends
    assert ends is not None
    body = {"title": "For sent", "opens": ends.isoformat(), "closes": (ends + timedelta(days=1)).isoformat()}
    refused = cohort.vibeke.client.post("/api/demo/evaluation", json=body)
    assert (refused.status_code, refused.json()["error"]) == (400, "too-late")
    assert refused.json()["message"].startswith("Holdet slutter ")


def test_four_answers_are_neither_counted_nor_shown_nor_printed(cohort: Cohort, wave: str) -> None:
    for leader in cohort.leaders[:4]:
        assert answer(leader, wave, well=SECRET).status_code == 200
    for who in (cohort.vibeke, cohort.leaders[0]):
        assert (cohort.seen(wave, who)["answered"], cohort.seen(wave, who)["asked"]) == (None, 6)
    closed = cohort.close(wave)
    assert (closed["state"], closed["answered"], closed["result"]) == ("closed", None, None)
    for kind in ("pdf", "docx"):
        refused = cohort.vibeke.client.get(f"/api/demo/evaluation/{wave}/report.{kind}")
        assert (refused.status_code, refused.json()["error"]) == (404, "not-found")


def test_before_the_close_there_is_no_report(cohort: Cohort, wave: str) -> None:
    assert cohort.vibeke.client.get(f"/api/demo/evaluation/{wave}/report.pdf").status_code == 404


def test_of_the_same_leader_in_two_tabs_one_is_heard(cohort: Cohort, wave: str) -> None:
    with ThreadPoolExecutor(4) as tabs:
        codes = sorted(each.status_code for each in tabs.map(lambda _: answer(cohort.leaders[0], wave), range(4)))
    assert codes == [200, 403, 403, 403]


def test_only_leaders_answer_and_only_facilitators_plan_close_and_print(cohort: Cohort, wave: str) -> None:
    assert answer(cohort.vibeke, wave).status_code == 403
    assert cohort.vibeke.client.get("/hold/demo/evaluering").status_code == 403
    anna = cohort.leaders[0].client
    body = {"title": "Min egen", "opens": TODAY.isoformat(), "closes": TODAY.isoformat()}
    for refused in (
        anna.post("/api/demo/evaluation", json=body),
        anna.post(f"/api/demo/evaluation/{wave}/close", json={}),
        anna.delete(f"/api/demo/evaluation/{wave}"),
        anna.get(f"/api/demo/evaluation/{wave}/report.pdf"),
        anna.get("/hold/demo/styring/evaluering"),
    ):
        assert refused.status_code == 403, refused.text
    assert cohort.server.client().get("/api/demo/evaluation").status_code == 401


def test_another_gathering_s_leaders_reach_nothing(cohort: Cohort, wave: str) -> None:
    gerda = cohort.server.client(GERDA)
    gerda.accept("andet")
    assert gerda.get("/api/demo/evaluation").status_code == 404
    assert gerda.get("/hold/demo/evaluering").status_code == 404
    assert gerda.get("/api/andet/evaluation").json()["waves"] == []
    body = {"worth": 3, "well": "Godt", "more": "", "improve": "", "less": ""}
    assert gerda.post(f"/api/demo/evaluation/{wave}/response", json=body).status_code == 404
    refused = gerda.post(f"/api/andet/evaluation/{wave}/response", json=body)
    assert (refused.status_code, refused.json()["message"]) == (403, "Den evaluering findes ikke. Hent siden igen.")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"worth": 9}, "kunne ikke læses"),
        ({"worth": "4"}, "ikke, som den skulle være"),
        ({"well": "  \n"}, "mindst ét"),
        ({"less": "x" * 1001}, "1000 tegn"),
        ({"name": "Anna"}, "ikke, som den skulle være"),
    ],
    ids=["no such point", "text for a figure", "nothing", "too much", "a field too many"],
)
def test_an_answer_that_can_t_be_is_refused_in_words(cohort: Cohort, wave: str, body: dict[str, Any], words: str) -> None:
    refused = answer(cohort.leaders[0], wave, **{"well": "Godt"} | body)
    assert refused.status_code == 400
    assert words in refused.json()["message"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"title": " "}, "titel"),
        ({"opens": ""}, "første og den sidste dag"),
        ({"opens": "2026-99-99"}, "første og den sidste dag"),
        ({"opens": "2020-01-01"}, "tidligst åbne i dag"),
        ({"closes": "2020-01-01"}, "Byt om"),
        ({"closes": "9999-12-31"}, "Holdet slutter"),
        ({}, "14 dage"),
    ],
)
def test_a_plan_that_can_t_be_is_refused_in_words(cohort: Cohort, wave: str, body: dict[str, str], words: str) -> None:
    days = {"opens": (TODAY + timedelta(days=1)).isoformat(), "closes": (TODAY + timedelta(days=2)).isoformat()}
    refused = cohort.vibeke.client.post("/api/demo/evaluation", json={"title": "For tæt på"} | days | body)
    assert refused.status_code == 400
    assert words in refused.json()["message"]


def test_who_has_not_read_the_notice_reads_it_first(cohort: Cohort, wave: str) -> None:
    carla = cohort.leaders[2]  # is in the other gathering too, and has not been there yet
    sent = carla.client.get("/hold/andet/evaluering", follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (302, "/hold/andet/privatliv")
    assert answer(carla, wave, gathering="andet").json()["error"] == "notice"


def test_an_answer_is_in_no_log_and_its_refusal_names_nobody(cohort: Cohort, wave: str) -> None:
    before = len(cohort.server.audit)
    assert answer(cohort.leaders[0], wave, well=SECRET).status_code == 200
    assert answer(cohort.leaders[0], wave, well=SECRET).status_code == 403

    def noted() -> list[dict[str, Any]]:
        return [line for line in cohort.server.audit[before:] if line["route"] == "ResponseHandler"]

    wait_for(noted)
    lines = noted()
    assert [(line["event"], line["status"], line["person"]) for line in lines] == [("refused", 403, None)]
    assert SECRET not in cohort.server.written
    assert "ResponseHandler" not in cohort.server.written


def test_what_came_of_it_is_seen_by_all_once_it_is_closed_and_goes_to_pdf_and_word(cohort: Cohort) -> None:
    """The last one here, since for two weeks no other evaluation can follow it."""
    wave = cohort.plan(f"Efter <b>workshop</b> {SECRET}")["waves"][0]["id"]
    for number, leader in enumerate(cohort.leaders):
        assert (
            answer(leader, wave, worth=number, well=f"{HOSTILE} {number}", more="Mere" if number else "").status_code == 200
        )
    assert (cohort.seen(wave)["answered"], cohort.seen(wave)["result"]) == (6, None)
    closed = cohort.close(wave)
    assert closed == cohort.seen(wave, cohort.leaders[0])
    assert closed["result"]["worth"] == [1] * 6
    assert closed["result"]["texts"]["well"] == [f"{HOSTILE} {number}" for number in range(6)]
    assert closed["result"]["texts"]["more"] == ["Mere"] * 5
    assert closed["result"]["texts"]["improve"] is None
    assert "data-outcomes" in page(cohort.leaders[0])
    assert HOSTILE not in page(cohort.leaders[0])
    assert answer(cohort.leaders[0], wave).status_code == 403
    refused = cohort.vibeke.client.post(
        "/api/demo/evaluation", json={"title": "Straks igen", "opens": TODAY.isoformat(), "closes": TODAY.isoformat()}
    )
    assert "trække dem fra hinanden" in refused.json()["message"]

    pdf = cohort.vibeke.client.get(f"/api/demo/evaluation/{wave}/report.pdf")
    assert pdf.headers["content-disposition"] == 'attachment; filename="evaluering-efter-b-workshop-b-kanariefugl.pdf"'
    text = " ".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(pdf.content)).pages)
    word = cohort.vibeke.client.get(f"/api/demo/evaluation/{wave}/report.docx")
    written = " ".join(each.text for each in docx.Document(io.BytesIO(word.content)).paragraphs)
    for said in (re.sub(r"\s+", " ", text), written):
        assert '<img src=x onerror=alert(1)> {{ 7*7 }} #read("/etc/passwd") � �' in said
        assert "6 af 6 har svaret" in said
    for leader in cohort.leaders:
        assert leader.who.name not in text + written
