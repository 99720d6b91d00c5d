"""Rounds of themes over the wire: who may do what and when, what is seen, and how a theme gets into a meeting."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from fællesledelse.manifest import load
from fællesledelse.model import Meeting
from fællesledelse.themes import LONGEST, read, starting_list

from .circles import Leader
from .salons import PAGE, Salons, begun, send
from .serving import Client, wait_for
from .words import desk_pages

HOSTILE = "<img src=x onerror=alert(1)> {{ 7*7 }}"
SECRET = "kanariefugl"


def page(who: Leader) -> str:
    answer = who.client.get(PAGE)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Salons]:
    """One for the whole file."""
    with begun(tmp_path_factory.mktemp("salons")) as found:
        yield found


@pytest.fixture
def salons(served: Salons) -> Iterator[Salons]:
    """The same, today, with no round under way before or after."""
    served.go_to(0)
    yield served
    for each in served.vibeke.get("themes")["rounds"]:
        served.vibeke.post(f"themes/{each['id']}/close")


def test_leaders_suggest_then_all_choose_then_it_is_told_and_small_counts_are_not(salons: Salons) -> None:
    anna, *others = salons.leaders
    assert salons.start().status_code == 200
    for leader, words in ((anna, "Foreslå til og med"), (others[0], "Hvem ser dine forslag?")):
        assert words in page(leader)
        assert "Du kan foreslå temaer til og med" in html.unescape(leader.client.get("/hold/demo/").text)
    assert "Dine forslag er gemt." in send(anna, "suggest", "At lede i blæst", "", HOSTILE).text
    assert "At lede i blæst" in page(anna)
    assert "At lede i blæst" not in page(others[0])
    assert salons.newest()["suggested"] == []
    salons.go_to(3)
    assert {each["title"] for each in salons.newest()["suggested"]} == {"At lede i blæst", HOSTILE}
    assert "At lede i blæst" in page(others[0])
    assert HOSTILE in page(others[0])
    assert "<img" not in others[0].client.get(PAGE).text
    for leader in salons.leaders[:5]:
        assert "Dit valg er gemt" in send(leader, "choose", "At lede i blæst", "Etiske dilemmaer").text
    send(anna, "choose", "At lede i blæst")
    assert page(anna).count(" checked") == 1
    assert salons.newest()["five"] is True
    assert "counted" not in page(anna)
    assert salons.newest()["counted"] == []
    salons.go_to(5)
    closed = salons.newest()
    assert [(each["title"], each["count"]) for each in closed["counted"]] == [("At lede i blæst", 5)]
    few = [each["title"] for each in closed["few"]]
    assert few == sorted(few, key=str.casefold)
    assert len(few) == len(read(starting_list())) + 1, "four have chosen one of them, nobody the others, and it isn't told"
    for who in salons.leaders:
        assert "5 har valgt det" in page(who)
        assert "Færre end fem" in page(who)
        assert "Du kan vælge" not in html.unescape(who.client.get("/hold/demo/").text)


def test_the_facilitator_s_own_list_is_the_one_that_is_chosen_from(salons: Salons) -> None:
    assert salons.start(starting="Ro på\n- Hvor finder du den?\n\n  Mod  ").json()["rounds"][0]["starting"] == [
        {"title": "Ro på", "questions": ["Hvor finder du den?"]},
        {"title": "Mod", "questions": []},
    ]
    assert "Ro på" in page(salons.leaders[0])
    assert "Etiske dilemmaer" not in page(salons.leaders[0]).split("Det valgte I")[0]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"suggests": -1}, "er gået"),
        ({"suggests": 4, "closes": 4}, "skal ligge efter"),
        ({"closes": 9999}, "Det hele slutter"),
        ({"starting": "- Hvad?"}, "Linje 1: Her er et spørgsmål, men intet tema"),
        ({"starting": "Ro\n\nro."}, "Linje 3: »ro.« står der allerede"),
        ({"starting": "Ro\n- Et; to?"}, "Linje 2: Brug ikke semikolon"),
        ({"starting": "Ro\n-"}, "Linje 2: Her er en streg"),
        ({"starting": "x" * 101}, "plads til 100"),
        ({"starting": "\n".join(map(str, range(31)))}, "Linje 31: Der er plads til 30 temaer"),
    ],
)
def test_a_round_that_can_t_be_is_refused_in_words(salons: Salons, body: dict[str, Any], words: str) -> None:
    refused = salons.start(**body)
    assert refused.status_code == 400
    assert words in refused.json()["message"]
    assert all(each["state"] == "closed" for each in salons.vibeke.get("themes")["rounds"])


def test_days_that_are_none_are_refused_in_words(salons: Salons) -> None:
    refused = salons.vibeke.post("themes", suggests="", closes="2026-99-99", starting="")
    assert (refused.status_code, refused.json()["error"]) == (400, "bad-date")


def test_two_at_once_are_one(salons: Salons) -> None:
    assert salons.start().status_code == 200
    refused = salons.start()
    assert (refused.status_code, "allerede en runde" in refused.json()["message"]) == (400, True)


def test_what_can_t_be_taken_stands_there_still_with_the_reason(salons: Salons) -> None:
    anna = salons.leaders[0]
    salons.start()
    send(anna, "suggest", "Det første")
    refused = send(anna, "suggest", "x" * (LONGEST + 1), "Kort")
    assert refused.status_code == 400
    assert f"plads til {LONGEST}" in refused.text
    assert 'value="Kort"' in refused.text
    assert "Det første" in page(anna)
    assert send(anna, "suggest", *"abcd").status_code == 400
    assert send(anna, "suggest", "Støj\0\u202e og\nro").status_code == 200
    assert 'value="Støj og ro"' in page(anna)
    salons.go_to(3)
    refused = send(anna, "choose", *[each.title for each in read(starting_list())[:4]])
    assert (refused.status_code, refused.text.count(" checked"), "plads til 3" in refused.text) == (400, 4, True)


def test_nobody_suggests_after_the_day_or_in_a_round_that_is_not(salons: Salons) -> None:
    anna = salons.leaders[0]
    salons.start()
    here = salons.newest()["id"]
    salons.go_to(3)
    for refused, words in (
        (send(anna, "suggest", "For sent", round_=here), "Tiden til at foreslå er gået"),
        (send(anna, "choose", "Mod", round_="0" * 32), "findes ikke"),
    ):
        assert (refused.status_code, words in refused.text) == (403, True)
    assert "Det her skrev du, og det er ikke gemt: For sent" in send(anna, "suggest", "For sent", "", round_=here).text


def test_only_leaders_take_part_and_only_facilitators_start_see_close_and_take_out(salons: Salons) -> None:
    anna = salons.leaders[0]
    salons.start()
    here = salons.newest()["id"]
    assert salons.vibeke.client.get(PAGE).status_code == 403
    assert salons.vibeke.client.post(PAGE, data={"do": "suggest", "round": here, "theme": "Mit"}).status_code == 403
    for refused in (
        anna.client.get("/api/demo/themes"),
        anna.post("themes", suggests="", closes="", starting=""),
        anna.post(f"themes/{here}/close"),
        anna.post(f"themes/{here}/drop", title="Noget"),
        anna.client.put("/api/demo/themes/meetings/salon-2", json={"theme": "Mit", "questions": ""}),
        anna.client.get("/hold/demo/styring/temaer"),
    ):
        assert refused.status_code == 403, refused.text
    assert salons.server.client().get("/api/demo/themes").status_code == 401


def test_a_suggestion_that_names_a_person_is_taken_out_and_that_is_told(salons: Salons) -> None:
    anna, bent, *_ = salons.leaders
    salons.start()
    send(anna, "suggest", "Hvorfor Ove altid kommer for sent")
    salons.go_to(3)
    send(bent, "choose", "Hvorfor Ove altid kommer for sent")
    here = salons.newest()["id"]
    dropped = salons.vibeke.post(f"themes/{here}/drop", title="Hvorfor Ove altid kommer for sent").json()["rounds"][0]
    assert (dropped["suggested"], dropped["dropped"]) == ([], 1)
    for who in (anna, bent):
        assert "Ét forslag er taget ud, fordi det nævnte en person." in page(who)
        assert "Ove" not in page(who)


def test_no_log_says_who_suggested_chose_or_was_refused(salons: Salons) -> None:
    before = len(salons.server.audit)
    salons.start()
    assert send(salons.leaders[0], "suggest", SECRET).status_code == 200
    assert send(salons.leaders[0], "choose", SECRET).status_code == 403

    def noted() -> list[dict[str, Any]]:
        return [line for line in salons.server.audit[before:] if line["route"] == "ThemesPage"]

    wait_for(noted)
    assert [(line["event"], line["status"], line["person"]) for line in noted()] == [("refused", 403, None)]
    assert SECRET not in salons.server.written + json.dumps(salons.server.audit)


def carried(salons: Salons) -> Meeting | None:
    """What the next salon is about, as the folder has it."""
    step = load((salons.folder / "bygget/manifest.json").read_text(encoding="utf-8")).step("salon-2")
    assert step is not None
    return step.meeting


def put(salons: Salons, theme: str, questions: str, step: str = "salon-2") -> list[dict[str, Any]]:
    answer = salons.vibeke.client.put(f"/api/demo/themes/meetings/{step}", json={"theme": theme, "questions": questions})
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_theme_goes_into_a_meeting_with_its_questions_and_back_out(salons: Salons) -> None:
    before = carried(salons)
    assert before is not None
    [*_, last] = put(salons, HOSTILE, "Hvad så du?\n\n  Hvad gjorde\tdu?  ")
    assert "done" in last, last
    assert carried(salons) == Meeting(HOSTILE, ("Hvad så du?", "Hvad gjorde du?"), before.link)
    salons.go_to(20)
    shown = salons.leaders[0].client.get("/hold/demo/salon-2").text
    assert "<img" not in shown
    assert "Hvad gjorde du?" in shown
    salons.go_to(0)
    change = salons.vibeke.get("cohort")["changes"]
    assert salons.vibeke.post("cohort/undo", change=change).status_code == 200
    assert carried(salons) == before


def test_a_theme_goes_into_no_meeting_that_is_held_or_not_there_and_over_no_file_that_waits(salons: Salons) -> None:
    salons.go_to(10)
    for step in ("salon-1", "velkomst", "salon-9"):
        body = {"theme": "Mod", "questions": ""}
        refused = salons.vibeke.client.put(f"/api/demo/themes/meetings/{step}", json=body)
        assert (refused.status_code, "Vælg et andet" in refused.json()["message"]) == (400, True)
    assert [each["name"] for each in salons.vibeke.get("themes")["meetings"]] == ["salon-2"]
    book = salons.vibeke.client.get("/api/demo/cohort.xlsx").content
    assert salons.vibeke.client.put("/api/demo/cohort.xlsx", content=book).status_code == 200
    [last] = put(salons, "Mod", "")
    assert "Der ligger en ny fil, der ikke er taget i brug." in last["message"]
    assert salons.vibeke.client.delete("/api/demo/cohort.xlsx").status_code == 200


def test_a_programme_has_no_rounds_of_themes(anna: Client) -> None:
    for path in (PAGE, "/hold/demo/styring/temaer"):
        assert anna.get(path).status_code in (403, 404)
    assert "/hold/demo/temaer" not in anna.get("/hold/demo/").text


def test_what_the_facilitator_sees_is_told_in_the_words_of_salons(salons: Salons) -> None:
    told = html.unescape(salons.leaders[0].client.get("/hold/demo/det-kan-din-facilitator-se").text)
    assert "hvilke temaer du har foreslået eller valgt, og om du har" in told
    for other in ("Sparringsgruppe", "kontrakt", "workshop", "private tillæg", "evaluering"):
        assert other not in told, other


def test_the_desk_of_salons_speaks_of_salons_and_every_page_in_its_menu_opens(salons: Salons) -> None:
    seen = desk_pages(salons.vibeke.client)
    assert {"Salonerne", "Til salonen", "Temaer"} <= set(seen)
    assert not {"Holdet", "Workshops", "Året", "Evaluering"} & set(seen)


def test_every_theme_of_the_starting_list_has_three_or_four_open_questions() -> None:
    for topic in read(starting_list()):
        assert 3 <= len(topic.questions) <= 4
        for each in topic.questions:
            assert each.endswith("?")
            assert re.match(r"(Hv|Holder)", each), each
