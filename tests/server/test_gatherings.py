"""Several gatherings in one server, and what a facilitator sees of a leader."""

import re
from collections.abc import Callable

import pytest

from fællesledelse import operation

from .people import ANNA, CARLA, DORTE, GERDA, HANNE, NEXT_PHRASE, PHRASE, VIBEKE, Someone
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
