"""Several gatherings in one server, and what a facilitator sees of a leader."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fællesledelse import cli, operation
from fællesledelse.model import Manifest, Participant, Role, Roster
from fællesledelse.store import Store

from .people import ANNA, CARLA, DORTE, EGON, FREJA, GERDA, HANNE, NEXT_PHRASE, PHRASE, VIBEKE, Someone
from .serving import Client, Server

SECRET = "HEMMELIG SÆTNING"


def test_a_leader_of_one_gathering_sees_nothing_of_another(server: Server, signed_in: Callable[[Someone], Client]) -> None:
    """Someone else's gathering looks exactly like one that does not exist."""
    for who, other in ((ANNA, "andet"), (GERDA, "demo"), (VIBEKE, "andet")):
        client = signed_in(who)
        for page in ("/hold/{}/", "/hold/{}/forberedelse-1", "/hold/{}/privatliv", "/hold/{}/datoer", "/hold/{}/overblik"):
            real, made_up = (client.get(page.format(name)) for name in (other, "findes-ikke"))
            assert (real.status_code, real.text) == (404, made_up.text)
        for route in ("/api/{}/steps/forberedelse-1", "/api/{}/answers/episodes.1.did/versions"):
            real, made_up = (client.get(route.format(name)) for name in (other, "findes-ikke"))
            assert (real.status_code, real.text) == (404, made_up.text)
        assert client.get("/api/session").json()["gatherings"] != [other]


def test_the_front_door_leads_to_the_only_gathering_or_offers_the_choice(
    signed_in: Callable[[Someone], Client],
) -> None:
    assert signed_in(ANNA).get("/").headers["location"] == "/hold/demo/"
    choice = signed_in(CARLA).get("/")
    assert choice.status_code == 200
    assert {"/hold/demo/", "/hold/andet/"} <= set(re.findall(r'href="([^"]+)"', choice.text))


def test_who_takes_part_in_two_gatherings_has_two_sets_of_texts(signed_in: Callable[[Someone], Client]) -> None:
    carla = signed_in(CARLA)
    carla.saved("episodes.1.did", "Skrevet på det første hold")
    assert carla.text("episodes.1.did", gathering="andet") == ""
    assert carla.text("episodes.1.did", gathering="demo") == "Skrevet på det første hold"


def test_the_first_visit_goes_by_the_privacy_notice_and_reading_it_is_remembered(server: Server) -> None:
    (link,) = operation.invite(server.settings, "andet", HANNE.email)["invitations"]
    client = server.client()
    assert client.post("/api/enrol", json={"token": link["url"].partition("#")[2], "pass_phrase": PHRASE}).status_code == 200
    for page in ("", "velkomst", "forberedelse-1"):
        assert client.get(f"/hold/andet/{page}").headers["location"] == "/hold/andet/privatliv"
    assert "Privatliv" in client.get("/hold/andet/privatliv").text
    assert client.post("/api/andet/notice", json={"accept": False}).status_code == 400
    assert client.get("/hold/andet/").headers["location"] == "/hold/andet/privatliv"
    assert client.post("/api/andet/notice", json={"accept": True}).json() == {"next": "/hold/andet/"}
    assert client.get("/hold/andet/").headers["location"] == "/hold/andet/overblik"


def test_the_command_line_and_the_printer_show_no_link_of_who_is_in_another_gathering_too(
    tmp_path: Path, another: Callable[..., Server], manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are named instead. Each link that is shown is noted by whose it is."""
    theirs = Roster("gammelt", (Participant(EGON.email, "Noget Andet", Role.LEADER),))
    data = tmp_path / "data"
    store = Store.open(f"sqlite:///{data}/faellesledelse.sqlite", data / "keys")
    store.people.adopt(replace(manifest, gathering="gammelt", safe_key=None), theirs)
    ids = {who: found.id for who in (EGON, FREJA) if (found := store.people.find(who.email))}
    store.close()
    server = another()
    monkeypatch.setenv("FAELLESLEDELSE_DATA", str(server.settings.data))
    monkeypatch.setenv("FAELLESLEDELSE_PORT", str(server.settings.port))

    def run(*words: str) -> str:
        done = CliRunner().invoke(cli.app, ["inviter", "demo", *words], input="ja\n")
        return f"{done.output}{done.exception or ''}"

    for way in (["--vis-links"], ["--kort", str(tmp_path / "kort.pdf")]):
        shown = run(*way)
        assert "Uden Egon Eg, som er eller har været med på et andet hold" in shown
        assert "/invitation#" not in shown.partition("Egon")[2]
        (tmp_path / "kort.pdf").unlink(missing_ok=True)
        assert "Egon Eg er eller har været med på et andet hold" in run("--email", EGON.email, *way)
    lines = [json.loads(line) for line in (data / "audit.jsonl").read_text(encoding="utf-8").splitlines()]
    shown_of = [(line["person"], line["gathering"]) for line in lines if line["event"] == "link-shown"]
    assert shown_of == [(ids[FREJA], "demo")] * 2
    vibeke = server.client(VIBEKE)
    vibeke.accept()
    assert vibeke.post("/api/demo/cards", json={"people": [ids[EGON]], "sure": True}).status_code == 409
    assert vibeke.post("/api/demo/cards", json={"people": [ids[FREJA]], "sure": True}).content[:5] == b"%PDF-"
    last = (data / "audit.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert (json.loads(last)["event"], json.loads(last)["person"]) == ("link-shown", ids[FREJA])


@pytest.fixture(scope="module")
def written(server: Server) -> Client:
    """Dorte has written and has marked a step as done. What she wrote must be seen by nobody else."""
    client = server.client()
    for phrase in (PHRASE, NEXT_PHRASE):  # another test may have given her a new one
        if client.post("/api/log-in", json={"email": DORTE.email, "pass_phrase": phrase}).status_code == 200:
            break
    client.accept()
    client.saved("episodes.3.effect", SECRET)
    client.put("/api/demo/steps/forberedelse-1/done", json={"done": True})
    return client


def test_the_overview_shows_who_has_marked_what_and_no_word_of_what_they_wrote(
    written: Client, signed_in: Callable[[Someone], Client]
) -> None:
    page = signed_in(VIBEKE).get("/hold/demo/overblik")
    assert page.status_code == 200
    assert SECRET not in page.text
    for who in (ANNA, CARLA, DORTE):
        assert who.name in page.text
    assert GERDA.name not in page.text
    assert VIBEKE.name not in _rows(page.text)


def _rows(html: str) -> str:
    return " ".join(re.findall(r"<tbody.*?</tbody>", html, re.DOTALL))


def test_what_my_facilitator_can_see_is_exactly_her_row_of_me(
    written: Client, signed_in: Callable[[Someone], Client]
) -> None:
    mine = written.get("/hold/demo/det-kan-din-facilitator-se")
    hers = signed_in(VIBEKE).get("/hold/demo/overblik")
    assert mine.status_code == 200
    assert SECRET not in mine.text
    (row,) = (row for row in re.findall(r"<tr>.*?</tr>", hers.text, re.DOTALL) if DORTE.name in row)
    terms = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", mine.text))
    facts = [terms.pop(name) for name in ("Stilling", "Forvaltning", "Sparringsgruppe")]
    assert ", ".join(facts[:2]) in row
    assert [_state(html) for html in terms.values()] == _states(row)
    assert "done" in _states(row)


def _states(html: str) -> list[str]:
    return re.findall(r"site-state--(\w+)", html)


def _state(html: str) -> str:
    (state,) = _states(html)
    return state


@pytest.mark.parametrize("step", ["", "velkomst", "forberedelse-1", "privat-tillaeg", "udgivelse"])
def test_a_facilitator_opens_no_leaders_page(signed_in: Callable[[Someone], Client], step: str) -> None:
    answer = signed_in(VIBEKE).get(f"/hold/demo/{step}")
    assert (answer.status_code, answer.headers["location"]) == (302, "/hold/demo/overblik")


@pytest.mark.parametrize(
    "address",
    [
        "/api/demo/steps/forberedelse-1",
        "/api/demo/answers/episodes.1.did/versions",
        "/hold/demo/datoer",
        "/hold/demo/det-kan-din-facilitator-se",
    ],
)
def test_a_facilitator_has_no_leaders_api(signed_in: Callable[[Someone], Client], address: str) -> None:
    assert signed_in(VIBEKE).get(address).status_code == 403


def test_the_address_of_the_welcome_step_is_the_gatherings_own(signed_in: Callable[[Someone], Client]) -> None:
    assert signed_in(ANNA).get("/hold/demo/velkomst").headers["location"] == "/hold/demo/"


def test_a_leader_does_not_see_the_overview(signed_in: Callable[[Someone], Client]) -> None:
    answer = signed_in(ANNA).get("/hold/demo/overblik")
    assert answer.status_code == 403
    assert CARLA.name not in answer.text
    assert HANNE.name not in answer.text


def test_every_page_that_the_navigation_leads_to_opens(signed_in: Callable[[Someone], Client]) -> None:
    for who, first in ((ANNA, "datoer"), (VIBEKE, "overblik")):
        client = signed_in(who)
        shown = client.get(f"/hold/demo/{first}").text
        assert "Hele forløbet" in shown
        links = {*re.findall(r'href="(/hold/demo/[^"]+)"', shown)}
        assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)
