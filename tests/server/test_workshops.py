"""Workshops for facilitators: all groups steered at once, the papers for the day, and the pages on paper."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
import pypdf
import pytest

from fællesledelse.model import Phase, RunSheet, Step, StepKind
from fællesledelse.server.course import NOT_BEGUN, course
from fællesledelse.server.projector import Group, named, standing, together
from fællesledelse.store import Person, Room

from .people import ANNA, BENT, CARLA, DORTE, EGON, HANNE, LOCKED, TODAY
from .rooms import STEP, Around, around, done, heard, listen, put, room

SCREEN = f"projector/{STEP}"
MEMBERS = (ANNA, BENT, CARLA, DORTE, EGON)
PDF = "application/pdf"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]) -> Iterator[Around]:
    """Everyone, on one server for all tests here."""
    with around(tmp_path_factory.mktemp("workshops"), built) as found:
        yield found


@pytest.fixture
def people(house: Around) -> Around:
    """Everyone, before any group has begun, on the cohort's day."""
    for group in ("1", "2"):
        assert put(house.vibeke, "go", query=f"?group={group}", phase=-1).status_code == 200
    move(house, "")
    return house


def move(house: Around, day: str, step: str = STEP) -> None:
    """Dorte moves the day of her group, "2", or puts it back."""
    answer = house.dorte.client.post("/hold/demo/datoer", data={"step": step, "date": day})
    assert answer.status_code == 200, answer.text


def screen(house: Around) -> dict[str, Any]:
    return house.vibeke.get(SCREEN)


def versions(house: Around) -> dict[str, int]:
    return {each["group"]: each["version"] for each in screen(house)["groups"]}


def steer(house: Around, do: str, **groups: int) -> dict[str, Any]:
    """Steer all groups, or those with the versions that are given; what the screen shows then."""
    wanted = {name.removeprefix("g"): version for name, version in groups.items()} or versions(house)
    answer = house.vibeke.client.put(f"/api/demo/{SCREEN}", json={"do": do, "groups": wanted})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def group(told: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in told["groups"] if each["group"] == name)


def pages(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == PDF
    return " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages)


def test_all_groups_begin_and_go_on_with_one_request_each(people: Around) -> None:
    assert screen(people)["state"] == "before"
    assert screen(people)["standing"] == "Ingen er begyndt endnu."
    begun = steer(people, "begin")
    assert begun["report"] == "Alle 2 grupper er i »Kontrakten«."
    assert room(people.anna)["phase"] == room(people.dorte)["phase"] == 0
    told = steer(people, "next")
    assert told["report"] == "Alle 2 grupper er i »Fortæl«, 1. tur."
    assert told["most"]["title"] == "Fortæl"
    assert told["most"]["turn"] == 0
    assert next(cue["role"] for cue in told["most"]["cues"]) == "Fortæller"
    assert told["most"]["next"]["title"] == "Spørg"
    assert room(people.bent)["phase"] == 1
    assert steer(people, "back")["report"] == "Alle 2 grupper er i »Kontrakten«."


def test_the_groups_pages_hear_of_it_at_once(people: Around) -> None:
    with listen(people.anna) as anna, listen(people.dorte) as dorte:
        before = heard(anna), heard(dorte)
        steer(people, "begin")
        assert (heard(anna), heard(dorte)) != before


def test_groups_of_different_sizes_go_through_run_sheets_of_their_own_to_the_end(people: Around) -> None:
    steer(people, "begin")
    said = []
    for _ in range(60):
        told = steer(people, "next")
        said.append(told["report"])
        if told["state"] == "over":
            break
    assert said[-2].endswith("Gruppe 2 er færdig.")
    assert said[-1] == "Alle er færdige."
    assert "1 af 2 grupper er i »Fortæl«, 3. tur. Gruppe 2 er i »Høst«." in said
    assert steer(people, "back")["state"] == "going"


def test_who_has_finished_stays_finished_when_the_others_go_back(people: Around) -> None:
    steer(people, "begin")
    assert put(people.vibeke, "go", query="?group=2", phase=len(room(people.dorte)["phases"])).status_code == 200
    steer(people, "next")
    assert steer(people, "back")["report"] == "1 af 2 grupper er i »Kontrakten«. Gruppe 2 er færdig."


def test_time_stops_goes_on_and_grows_by_five_minutes_for_all(people: Around) -> None:
    steer(people, "begin")
    assert steer(people, "pause")["report"] == "Alle 2 grupper er i »Kontrakten«. Uret står stille."
    still = screen(people)["most"]["left"]
    longer = steer(people, "extend")["most"]
    assert longer["left"] == pytest.approx(still + 300)
    assert not longer["running"]
    assert steer(people, "resume")["most"]["running"]


def test_more_than_an_hour_on_top_is_refused_whole(people: Around) -> None:
    steer(people, "begin")
    for _ in range(12):
        told = steer(people, "extend")
    assert steer(people, "extend")["report"] == "Ingen grupper blev flyttet. Alle 2 grupper er i »Kontrakten«."
    assert screen(people)["most"]["left"] == pytest.approx(told["most"]["left"], abs=5)


def test_a_group_that_was_faster_is_left_as_it_is_and_named(people: Around) -> None:
    steer(people, "begin")
    seen = versions(people)
    done(people.dorte, "extend")
    before = room(people.dorte)
    told = steer(people, "next", g1=seen["1"], g2=seen["2"])
    assert told["report"].startswith("Gruppe 2 nåede selv at skifte og blev ikke flyttet. 1 af 2 grupper")
    assert room(people.dorte)["phase"] == before["phase"]
    assert room(people.dorte)["version"] == before["version"]
    assert room(people.anna)["phase"] == 1


def test_two_remote_controls_pressed_at_once_go_one_phase_on(people: Around) -> None:
    steer(people, "begin")
    seen = versions(people)
    steer(people, "next", g1=seen["1"], g2=seen["2"])
    told = steer(people, "next", g1=seen["1"], g2=seen["2"])
    assert told["report"] == "Ingen grupper blev flyttet. Alle 2 grupper er i »Fortæl«, 1. tur."


def test_a_group_that_keeps_its_own_time_is_left_alone_until_it_is_taken_along(people: Around) -> None:
    steer(people, "begin")
    done(people.dorte, "pause")
    told = steer(people, "next")
    assert told["report"] == "1 af 2 grupper er i »Fortæl«, 1. tur. Gruppe 2 er på pause."
    assert group(told, "2")["own"]
    assert not group(told, "2")["along"]
    along = steer(people, "join", g2=group(told, "2")["version"])
    assert along["report"] == "Alle 2 grupper er i »Fortæl«, 1. tur."
    assert room(people.dorte)["ends_at"] == room(people.anna)["ends_at"]
    assert room(people.dorte)["chair"] == ""
    done(people.dorte, "extend")
    assert group(screen(people), "2")["own"], "and it can take its time back whenever it wants to"


def test_a_group_that_comes_late_is_taken_to_where_the_others_are(people: Around) -> None:
    steer(people, "begin", g1=versions(people)["1"])
    steer(people, "next", g1=versions(people)["1"])
    assert screen(people)["standing"] == "1 af 2 grupper er i »Fortæl«, 1. tur. Gruppe 2 er ikke begyndt."
    assert steer(people, "begin", g1=versions(people)["1"])["most"]["title"] == "Fortæl", "nobody begins twice"
    steer(people, "join", g2=versions(people)["2"])
    assert room(people.dorte)["phase"] == 1


def test_a_wrong_press_is_undone_with_the_time_that_was_left(people: Around) -> None:
    steer(people, "begin")
    before = room(people.anna)["ends_at"]
    assert steer(people, "next")["undo"] == versions(people)
    told = steer(people, "undo")
    assert told["report"] == "Alle 2 grupper er i »Kontrakten«."
    assert room(people.anna)["ends_at"] == before
    assert told["undo"] == {}, "there is one step back, and stopping the clock has its own"


def test_what_a_group_has_changed_since_is_not_undone(people: Around) -> None:
    steer(people, "begin")
    steer(people, "next")
    done(people.dorte, "extend")
    told = steer(people, "undo")
    assert room(people.anna)["phase"] == 0
    assert room(people.dorte)["phase"] == 1
    assert told["report"] == "1 af 2 grupper er i »Kontrakten«. Gruppe 2 passer selv uret."


def test_a_group_that_meets_another_day_is_not_begun_with_the_rest(people: Around) -> None:
    move(people, (TODAY + timedelta(days=30)).isoformat())
    told = steer(people, "begin")
    assert told["report"] == "Gruppe 1 er i »Kontrakten«."
    assert re.fullmatch(r"mødes \d+\. \w+", group(told, "2")["away"])
    assert room(people.dorte)["phase"] == NOT_BEGUN
    move(people, TODAY.isoformat())
    assert group(screen(people), "2")["away"] == "", "it meets today"


def test_the_screen_names_nobody_and_shows_no_word_that_was_written(people: Around) -> None:
    people.anna.write("workshop-1.story", "DET VAR EN FORTROLIG HISTORIE")
    steer(people, "begin")
    steer(people, "next")
    done(people.dorte, "pause")
    page = people.vibeke.client.get(f"/hold/demo/{STEP}/laerred")
    assert page.status_code == 200
    shown = page.text + str(screen(people))
    assert "FORTROLIG" not in shown
    assert [who.name for who in MEMBERS if who.name in shown or who.name.split()[0] in shown] == []


def test_only_the_cohorts_own_facilitator_may_see_and_steer(people: Around) -> None:
    paths = [f"/hold/demo/{STEP}/laerred", f"/api/demo/{SCREEN}", "/api/demo/workshops"]
    paths.append(f"/api/demo/workshops/{STEP}/drejebog.pdf")
    assert [people.anna.client.get(path).status_code for path in paths] == [403] * 4
    wanted = {"do": "begin", "groups": {"1": 0, "2": 0}}
    assert people.anna.client.put(f"/api/demo/{SCREEN}", json=wanted).status_code == 403
    assert people.server.client().put(f"/api/demo/{SCREEN}", json=wanted).status_code == 401
    assert people.vibeke.client.get(f"/api/andet/{SCREEN}").status_code == 404
    assert screen(people)["state"] == "before"
    assert HANNE.name not in str(screen(people))


@pytest.mark.parametrize(
    "body", [{"do": "dans", "groups": {"1": 1}}, {"do": "next"}, {"do": "next", "groups": ["1"]}, {"do": 1, "groups": {}}]
)
def test_what_is_no_request_is_refused(people: Around, body: dict[str, Any]) -> None:
    body = body | ({"groups": versions(people)} if body["do"] == "dans" else {})
    assert people.vibeke.client.put(f"/api/demo/{SCREEN}", json=body).status_code == 400


def test_groups_nobody_knows_and_versions_that_are_none_move_nothing(people: Around) -> None:
    for groups in ({"99": 0}, {"1": True}, {"1": "0"}, {}):
        answer = people.vibeke.client.put(f"/api/demo/{SCREEN}", json={"do": "begin", "groups": groups})
        assert answer.json()["report"] == "Ingen grupper blev flyttet. Ingen er begyndt endnu."


def test_a_step_without_a_run_sheet_has_no_screen_and_no_pack(people: Around) -> None:
    for path in (
        "/hold/demo/udgivelse/laerred",
        "/api/demo/projector/udgivelse",
        "/api/demo/workshops/findes-ikke/drejebog.pdf",
    ):
        assert people.vibeke.client.get(path).status_code == 404


def test_the_log_says_that_groups_were_steered_and_no_more(people: Around) -> None:
    steer(people, "begin")
    line = next(each for each in reversed(people.server.audit) if each["event"] == "groups-steered")
    assert set(line) == {"at", "event", "route", "status", "person", "gathering", "after"}
    assert line["person"] == people.vibeke.id


def test_the_list_of_workshops_says_when_where_and_who(people: Around) -> None:
    move(people, (TODAY + timedelta(days=30)).isoformat())
    first, *rest = people.vibeke.get("workshops")["workshops"]
    assert first["step"] == STEP
    assert re.fullmatch(r"\d\d:\d\d", first["starts"])
    assert first["place"] if first["timed"] else first["starts"] == "09:00"
    assert [each["group"] for each in first["groups"]] == ["1", "2"]
    assert first["groups"][0] | {"day": ""} == {
        "group": "1",
        "leaders": [ANNA.name, BENT.name, CARLA.name],
        "day": "",
        "moved": False,
        "minutes": 155,
    }
    assert first["groups"][1]["moved"]
    assert first["groups"][1]["day"] != first["day"]
    assert [each["step"] for each in rest] == ["workshop-2", "workshop-3", "periode-a", "periode-c"]


def test_the_pack_is_for_those_who_meet_on_the_cohorts_day(people: Around) -> None:
    pack = f"/api/demo/workshops/{STEP}/drejebog.pdf"
    both = people.vibeke.client.get(pack)
    assert all(who.name in pages(both) for who in MEMBERS)
    step = people.vibeke.get("workshops")["workshops"][0]
    assert f" · {step['place']} · 5 ledere i 2 grupper" in pages(both)
    assert both.headers["Content-Disposition"] == f'attachment; filename="drejebog-{STEP}.pdf"'
    move(people, (TODAY + timedelta(days=30)).isoformat())
    words = pages(people.vibeke.client.get(pack))
    assert ANNA.name in words
    assert DORTE.name not in words


def test_a_group_has_a_pack_for_its_own_day_and_its_own_time(people: Around) -> None:
    day = TODAY + timedelta(days=30)
    move(people, day.isoformat())
    answer = people.vibeke.client.get(f"/api/demo/workshops/{STEP}/drejebog.pdf?gruppe=2&kl=13.30")
    words = pages(answer)
    assert f"{day.day}. " in words
    assert f" {day.year} · kl. 13.30–15.25" in words
    assert DORTE.name in words
    assert ANNA.name not in words
    assert answer.headers["Content-Disposition"] == f'attachment; filename="drejebog-{STEP}-gruppe-2.pdf"'


@pytest.mark.parametrize(("query", "status"), [("kl=25.00", 400), ("kl=ni", 400), ("gruppe=99", 404), ("kl=9:05", 200)])
def test_a_time_or_a_group_that_is_none_is_said_in_danish(people: Around, query: str, status: int) -> None:
    answer = people.vibeke.client.get(f"/api/demo/workshops/{STEP}/drejebog.pdf?{query}")
    assert answer.status_code == status
    assert status == 200 or "message" in answer.json()


def test_a_page_on_paper_is_the_same_for_everyone_and_holds_no_text(people: Around) -> None:
    people.anna.write("workshop-1.story", "DET VAR EN FORTROLIG HISTORIE")
    paths = f"/api/demo/steps/{STEP}/papir.pdf"
    mine, hers = (each.client.get(paths) for each in (people.anna, people.vibeke))
    assert "Den episode, jeg vil fortælle" in pages(mine)
    assert "FORTROLIG" not in pages(mine)
    assert mine.content == hers.content
    assert mine.headers["Content-Disposition"] == f'attachment; filename="{STEP}-papir.pdf"'
    assert people.server.client().get(paths).status_code == 401


def test_a_page_that_is_not_open_yet_is_on_paper_for_facilitators_alone(people: Around) -> None:
    path = f"/api/demo/steps/{LOCKED}/papir.pdf"
    assert people.anna.client.get(path).status_code == 403
    assert people.vibeke.client.get(path).status_code == 200
    assert people.vibeke.client.get("/api/demo/steps/findes-ikke/papir.pdf").status_code == 404


def test_a_leaders_page_leads_to_its_paper_edition(people: Around) -> None:
    page = people.anna.client.get(f"/hold/demo/{STEP}").text
    found = re.search(r'href="([^"]+papir\.pdf)" download', page)
    assert found
    assert people.anna.client.get(found[1]).headers["Content-Type"] == PDF


NOW = datetime(2026, 10, 22, 9, tzinfo=UTC)
SHEET = RunSheet(3, (Phase("Kontrakten", 20), Phase("Fortæl", 10, turn=True, round=1), Phase("Tak", 5)))
WORKSHOP = Step(
    "workshop-1", "Workshop 1", StepKind.WORKSHOP, 90, date(2026, 10, 22), (), run_sheets=(SHEET,), starts=time(9)
)


def at(name: str, phase: int, *, paused: bool = False, chair: bool = False, minutes: int = 1, away: str = "") -> Group:
    people = tuple(Person(f"{name}-{number}", f"{name}{number}@x.example", f"{name} {number}") for number in range(3))
    began = NOW - timedelta(minutes=minutes)
    room = Room(1, phase, began, began if paused else None, chair=people[0].id if chair else "")
    return Group(name, course(WORKSHOP, room, people), away)


def test_how_twelve_groups_stand_is_one_sentence_and_one_for_each_exception() -> None:
    eleven = [at(str(number), 2) for number in (1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12)]
    assert standing([*eleven, at("4", 2, paused=True)], NOW) == (
        "11 af 12 grupper er i »Fortæl«, 2. tur. Gruppe 4 er på pause."
    )
    assert (
        standing([at("1", 0), at("2", 5), at("3", 5)], NOW) == "1 af 3 grupper er i »Kontrakten«. Gruppe 2 og 3 er færdige."
    )
    others = [at("13", 1, chair=True), at("14", 1, chair=True), at("Havnen", -1), at("16", 5), at("17", 1)]
    assert standing([*eleven, *others], NOW) == (
        "11 af 16 grupper er i »Fortæl«, 2. tur. Gruppe 13 og 14 passer selv uret. Havnen er ikke begyndt. "
        "Gruppe 16 er færdig. Gruppe 17 er i »Fortæl«, 1. tur."
    )


def test_those_who_are_elsewhere_today_are_not_counted() -> None:
    assert standing([at("1", 0), at("2", -1, away="mødes 4. december")], NOW) == "Gruppe 1 er i »Kontrakten«."
    assert standing([at("2", -1, away="mødes 4. december")], NOW) == "Ingen grupper mødes her i dag."
    assert standing([at("1", -1), at("2", 5)], NOW) == "Gruppe 1 er ikke begyndt. Gruppe 2 er færdig."


def test_the_time_on_the_wall_is_that_of_the_group_with_most_of_it_left() -> None:
    found = together([at("1", 0, minutes=6), at("2", 0, minutes=2), at("3", 0, minutes=4)], NOW)
    assert found is not None
    assert found.lead.name == "2"
    assert found.names == ("1", "2", "3")


def test_of_two_places_alike_the_screen_shows_the_earlier_and_those_with_a_time_of_their_own_do_not_decide() -> None:
    found = together([at("1", 1), at("2", 0), at("3", 2, chair=True), at("4", 2, chair=True)], NOW)
    assert found is not None
    assert found.names == ("2",)


def test_groups_are_named_as_one_says_them() -> None:
    assert named(["4"]) == "Gruppe 4"
    assert named(["2", "4", "7"]) == "Gruppe 2, 4 og 7"
    assert named(["4", "Havnen"]) == "Gruppe 4 og Havnen"
