"""The periods over the wire: experiment cards let go and taken back, the board, job visits, the programme on one line."""

import json
import re
import shutil
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from fællesledelse import operation
from fællesledelse.cohort import days
from fællesledelse.cohort.build import build

from .circles import SECRET, THREE, Leader, group_server, regroup
from .people import ANNA, BENT, CARLA, DORTE, EGON, FREJA, PHRASE, TODAY, VIBEKE
from .serving import Client, Server, wait_for

CARD = "period.periode-a.experiment-1"
Cohort = tuple[Server, Client, Leader, Leader, Leader, Leader]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]) -> Path:
    """The folder of a cohort of our own."""
    return Path(shutil.copytree(built["demo"], tmp_path_factory.mktemp("cohort") / "demo"))


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory, folder: Path, built: dict[str, Path]) -> Iterator[Cohort]:
    """Server, facilitator, Anna, Bent, Carla in one group with a contract, Dorte in another; two periods have begun.

    Anna, Dorte and Egon visit one another, but Egon has not come in yet; nor has anybody whom Bent visits.
    """
    place = tmp_path_factory.mktemp("periods")
    head, mark, tail = (folder / "hold.yaml").read_text(encoding="utf-8").partition("  - trin: workshop-3\n")
    begun = re.sub(r"\d\d\.\d\d\.\d{4}", days.written(TODAY - timedelta(days=1)), tail)
    began, last, rest = begun.partition("  - trin: periode-c\n")
    later = re.sub(r"dato: \S+", f"dato: {days.written(TODAY + timedelta(days=30))}", rest, count=1)
    (folder / "hold.yaml").write_text(head + mark + began + last + later.replace("sparring", "jobbesøg"), encoding="utf-8")
    regroup(folder, THREE | {"2": (DORTE, EGON, FREJA)}, {"1": (ANNA, DORTE, EGON), "2": (BENT,)})
    with group_server(place / "data", None, {"demo": folder, "andet": built["andet"]}) as server:
        anna, bent, carla, dorte = (Leader(server, who) for who in (ANNA, BENT, CARLA, DORTE))
        anna.agree(bent, carla)
        vibeke = server.client(VIBEKE)
        vibeke.accept()
        yield server, vibeke, anna, bent, carla, dorte


def let_go(owner: Leader, to: str, *parts: str, **more: Any) -> httpx.Response:
    """Let go of the card as it stands."""
    seen = owner.get(f"cards/{CARD}")["seen"]
    body = {"share_id": uuid.uuid4().hex, "to": to, "parts": list(parts), "theme": "", "success": False, "seen": seen}
    return owner.client.put(f"/api/demo/cards/{CARD}", json=body | more)


def write_card(owner: Leader, **texts: str) -> None:
    for part, text in texts.items():
        owner.write(f"{CARD}.{part.replace('_', '.')}", text)


def theirs(reader: Leader) -> list[str]:
    """What a reader can read of the same card of others, in one line each."""
    return [" | ".join(part["text"] for part in each["parts"]) for each in reader.get(f"cards/{CARD}")["theirs"]]


def board(client: Client, query: str = "") -> str:
    answer = client.get(f"/hold/demo/tavle{query}")
    assert answer.status_code == 200
    return answer.text


def test_a_card_is_the_owners_alone_until_it_is_let_go(cohort: Cohort) -> None:
    _, vibeke, anna, bent, _, dorte = cohort
    write_card(anna, hypothesis=f"Hvis vi ringer først, så … {SECRET}", track="Sygefravær")
    assert theirs(bent) == theirs(dorte) == []
    assert SECRET not in board(vibeke) + board(bent.client)
    assert anna.get(f"cards/{CARD}")["shared"] == {"group": None, "board": None}


def test_the_whole_card_goes_to_the_group_frozen_and_is_taken_back(cohort: Cohort) -> None:
    _, _, anna, bent, carla, dorte = cohort
    write_card(anna, hypothesis="Hvis vi ringer først", day="2027-03-04")
    shared = let_go(anna, "group").json()["shared"]
    write_card(anna, hypothesis="Rettet bagefter")
    assert theirs(bent) == theirs(carla) == ["Sygefravær | Hvis vi ringer først | 4. marts 2027"]
    assert theirs(dorte) == []
    again = let_go(anna, "group").json()["shared"]
    assert again != shared
    assert ["Rettet bagefter" in text for text in theirs(bent)] == [True]
    assert anna.delete(f"cards/{CARD}/{again}").status_code == 200
    assert theirs(bent) == []
    assert anna.delete(f"cards/{CARD}/{again}").status_code == 404


def test_only_the_chosen_parts_hang_on_the_board_by_track_and_the_successes_first(cohort: Cohort) -> None:
    _, vibeke, anna, bent, _, dorte = cohort
    write_card(anna, hypothesis=SECRET, result_1_learned="Jeg ventede på mit eget ja.", decision="Justér")
    given = let_go(anna, "board", "result.1.learned", "decision", success=True, theme="Snitflader").json()["shared"]
    for reader in (vibeke, bent.client, dorte.client):
        shown = board(reader)
        assert "Jeg ventede på mit eget ja." in shown
        assert SECRET not in shown
        assert shown.index("Fælles succeser") < shown.index("Jeg ventede på mit eget ja.")
    assert "Jeg ventede" in board(vibeke, "/laerred")
    [mark] = re.findall(r'site-lesson-mark">([^<]+)</p>\s*<h2[^>]*>Anna Ager', board(vibeke, "/laerred"))
    assert mark == "Fælles succes"
    back = f'<a href="/hold/demo/periode-a#{CARD}">Ret kortet, eller tag det ned</a>'
    assert [back in board(each, page) for each in (anna.client, bent.client, vibeke) for page in ("", "/laerred")] == [
        *(True, *(False,) * 5)
    ]
    assert "Jeg ventede" in board(vibeke, "?tema=Snitflader")
    assert "Jeg ventede" not in board(vibeke, "?tema=Data%20og%20virkning")
    assert "1 kort på tavlen" in bent.client.get("/hold/demo/forloeb").text
    assert bent.delete(f"cards/{CARD}/{given}").status_code == 404
    assert "Jeg ventede" in board(vibeke)
    assert anna.delete(f"cards/{CARD}/{given}").status_code == 200
    assert "Jeg ventede" not in board(vibeke) + board(anna.client)


def test_what_was_not_seen_is_not_let_go_and_the_same_request_does_nothing_twice(cohort: Cohort) -> None:
    _, _, anna, bent, _, _ = cohort
    stale = anna.get(f"cards/{CARD}")["seen"]
    write_card(anna, hypothesis="Et nyt gæt")
    assert let_go(anna, "board", "hypothesis", seen=stale).json()["error"] == "card-changed"
    share = uuid.uuid4().hex
    assert [let_go(anna, "group", share_id=share).json()["shared"] for _ in range(2)] == [share, share]
    assert len(theirs(bent)) == 1
    anna.delete(f"cards/{CARD}/{share}")


def test_of_two_that_are_shared_at_once_one_is_there_and_can_be_taken_back(cohort: Cohort) -> None:
    server, _, anna, bent, _, _ = cohort
    write_card(anna, hypothesis="Et dobbelt klik")
    tabs = [Leader(server, ANNA) for _ in range(4)]
    with ThreadPoolExecutor(len(tabs)) as threads:
        assert {done.status_code for done in threads.map(lambda tab: let_go(tab, "group"), tabs)} == {200}
    assert len(theirs(bent)) == 1
    shared = anna.get(f"cards/{CARD}")["shared"]["group"]["id"]
    assert anna.delete(f"cards/{CARD}/{shared}").status_code == 200
    assert theirs(bent) == []
    assert anna.get(f"cards/{CARD}")["shared"]["group"] is None


def test_nothing_is_shared_with_a_group_without_a_contract_but_the_board_is_open(cohort: Cohort) -> None:
    *_, dorte = cohort
    write_card(dorte, next="Én ting til")
    assert let_go(dorte, "group").json()["error"] == "no-contract"
    given = let_go(dorte, "board", "next")
    assert given.status_code == 200
    dorte.delete(f"cards/{CARD}/{given.json()['shared']}")
    assert let_go(dorte, "board", "hypothesis").json()["error"] == "empty-card"


@pytest.mark.parametrize(
    "card", ["period.periode-a.seminar", "period.findes-ikke.experiment-1", "draft.task", "private.limits"]
)
def test_nothing_but_an_experiment_card_can_be_named(cohort: Cohort, card: str) -> None:
    _, _, anna, *_ = cohort
    assert anna.client.get(f"/api/demo/cards/{card}").status_code == 404
    body = {"share_id": uuid.uuid4().hex, "to": "board", "parts": [], "theme": "", "success": False, "seen": ""}
    assert anna.client.put(f"/api/demo/cards/{card}", json=body).status_code == 404


def test_the_promised_day_goes_into_the_calendar_with_a_reminder_and_without_a_word(cohort: Cohort) -> None:
    _, _, anna, bent, *_ = cohort
    assert bent.client.get(f"/api/demo/cards/{CARD}/dag.ics").status_code == 400
    write_card(anna, day="2027-03-04", hypothesis=SECRET)
    answer = anna.client.get(f"/api/demo/cards/{CARD}/dag.ics")
    [event] = Calendar.from_ical(answer.text).walk("VEVENT")
    assert event["dtstart"].dt.isoformat() == "2027-03-04"
    [alarm] = event.walk("VALARM")
    assert alarm["trigger"].dt == timedelta(hours=-15)
    assert SECRET not in answer.text
    assert "Anna" not in answer.text


def test_the_board_and_the_programme_are_for_members_and_cards_for_leaders(cohort: Cohort) -> None:
    server, vibeke, *_ = cohort
    assert vibeke.get(f"/api/demo/cards/{CARD}").status_code == 403
    assert vibeke.get("/hold/demo/forloeb").status_code == 200
    stranger = server.client()
    assert stranger.get("/hold/demo/tavle").status_code == 302
    assert stranger.get(f"/api/demo/cards/{CARD}").status_code == 401


def living(who: Leader) -> dict[str, str]:
    """What stands beside each sentence of the living foundation, and last what belongs to none; without markup."""
    shown = who.client.get("/hold/demo/levende-grundlag").text
    items = re.findall(r'<li class="fl-living-line[^>]*>(.*?)</li>', shown, re.DOTALL)
    parts = [re.match(r'(?:<p class="fl-living-said"[^>]*>(.*?)</p>)?(.*)', item, re.DOTALL) for item in items]
    return {part[1] or "": re.sub("<[^>]+>", " ", part[2]) for part in parts if part}


def visit(who: Leader) -> dict[str, Any]:
    return who.get("visits/periode-b")


def give_card(who: Leader, card: str) -> httpx.Response:
    return who.post("visits/periode-b", card=card, share_id=uuid.uuid4().hex)


def test_the_host_s_card_is_read_before_and_the_guest_s_only_when_both_have_written(cohort: Cohort) -> None:
    _, _, anna, bent, _, dorte = cohort
    assert (visit(anna)["others"], visit(dorte)["others"]) == (["Dorte Dam"], ["Anna Ager"])
    assert (visit(anna)["absent"], visit(bent)["absent"]) == (["Egon Eg"], [])
    anna.write("period.periode-b.host.1.question", " \u200b ")  # nothing that can be seen
    assert give_card(anna, "host").json()["error"] == "empty-card"
    anna.write("period.periode-b.host.1.question", "Hvad ser du, når jeg tier?")
    assert give_card(anna, "host").status_code == 200
    [host] = visit(dorte)["theirs"]["host"]
    assert [part["text"] for part in host["parts"]] == ["Hvad ser du, når jeg tier?"]
    anna.write("period.periode-b.visit.1.saw", f"Tre døre stod åbne. {SECRET}")
    assert give_card(anna, "visit").status_code == 200
    assert (visit(dorte)["theirs"]["visit"], visit(dorte)["waiting"]) == ([], ["Anna Ager"])
    dorte.write("draft.offer", "Jeg lukker døren, når vi taler.")
    assert next(iter(living(dorte))) == "Jeg lukker døren, når vi taler."
    assert SECRET not in str(living(dorte))
    assert visit(anna)["theirs"]["visit"] == []
    dorte.write("period.periode-b.visit.1.heard", "At du siger navne.")
    assert give_card(dorte, "visit").status_code == 200
    assert [part["text"] for each in visit(dorte)["theirs"]["visit"] for part in each["parts"]] == [
        f"Tre døre stod åbne. {SECRET}"
    ]
    assert [part["text"] for each in visit(anna)["theirs"]["visit"] for part in each["parts"]] == ["At du siger navne."]
    assert SECRET in str(living(dorte))
    assert SECRET not in str(visit(bent))


def test_a_guest_s_card_is_given_once(cohort: Cohort) -> None:
    _, _, anna, _, _, dorte = cohort
    first = give_card(anna, "visit").json()["given"]
    anna.write("period.periode-b.visit.1.saw", "Noget andet bagefter")
    assert give_card(anna, "visit").json()["given"] == first
    assert "Noget andet" not in str(visit(dorte))


def parts_of(reader: Leader, card: str) -> list[tuple[str, str]]:
    """Who wrote the cards that a reader can read, and what."""
    return [(each["from"], " | ".join(part["text"] for part in each["parts"])) for each in visit(reader)["theirs"][card]]


def test_who_comes_when_a_card_has_been_given_gets_it_as_it_was_from_the_one_who_gave(cohort: Cohort) -> None:
    server, _, anna, _, _, dorte = cohort
    anna.write("period.periode-b.visit.1.saw", "Rettet, efter at det var givet")
    (link,) = operation.invite(server.settings, "demo", EGON.email)["invitations"]
    enrolled = server.client().post("/api/enrol", json={"token": link["url"].partition("#")[2], "pass_phrase": PHRASE})
    assert enrolled.status_code == 200, enrolled.text
    egon = Leader(server, EGON)
    assert (visit(anna)["others"], visit(anna)["absent"]) == (["Dorte Dam", "Egon Eg"], [])
    assert visit(anna)["missed"] == {"host": ["Egon Eg"], "visit": ["Egon Eg"]}
    assert visit(dorte)["missed"] == {"host": [], "visit": ["Egon"]}
    egon.write("period.periode-b.visit.1.wondered", "Hvem lukker døren?")
    assert give_card(egon, "visit").status_code == 200
    assert parts_of(egon, "visit") == []
    before = parts_of(dorte, "visit")
    share = uuid.uuid4().hex
    for _ in range(2):  # the same request twice, and a click in another tab, hand it on once
        assert anna.post("visits/periode-b", card="visit", share_id=share).json() == {"given": share}
    assert give_card(anna, "visit").json() == {"given": share}
    assert parts_of(egon, "visit") == [("Anna Ager", f"Tre døre stod åbne. {SECRET}")]
    assert sorted(parts_of(dorte, "visit")) == sorted(before)
    assert visit(anna)["missed"]["visit"] == []
    assert give_card(anna, "host").status_code == 200
    assert parts_of(egon, "host") == [("Anna Ager", "Hvad ser du, når jeg tier?")]


def test_who_comes_when_a_card_hangs_on_the_board_reads_it_when_its_owner_shows_it(cohort: Cohort) -> None:
    server, vibeke, anna, bent, *_ = cohort
    write_card(anna, result_1_learned="Som det hang.", next="Aldrig hængt op.")
    let_go(anna, "board", "result.1.learned", success=True)
    assert anna.get(f"cards/{CARD}")["missed"] == []
    (link,) = operation.invite(server.settings, "demo", FREJA.email)["invitations"]
    token = link["url"].partition("#")[2]
    assert server.client().post("/api/enrol", json={"token": token, "pass_phrase": PHRASE}).status_code == 200
    freja = Leader(server, FREJA)
    write_card(anna, result_1_learned="Rettet bagefter.")
    assert (anna.get(f"cards/{CARD}")["missed"], "Som det hang." in board(freja.client)) == (["Freja Fisker"], False)
    assert "En på holdet er kommet til siden" in board(anna.client)
    assert "er kommet til siden" not in board(bent.client) + board(vibeke)
    assert bent.client.post(f"/api/demo/cards/{CARD}", json={"share_id": uuid.uuid4().hex}).status_code == 404
    for _ in range(2):
        assert anna.post(f"cards/{CARD}", share_id=uuid.uuid4().hex).status_code == 200
    for reader in (freja.client, bent.client, vibeke):
        shown = board(reader)
        assert (shown.count("Som det hang."), "Rettet" in shown, "Aldrig" in shown) == (1, False, False)
        assert "Fælles succeser" in shown
    assert anna.get(f"cards/{CARD}")["missed"] == []
    given = anna.get(f"cards/{CARD}")["shared"]["board"]["id"]
    assert anna.delete(f"cards/{CARD}/{given}").status_code == 200
    assert "Som det hang." not in board(freja.client)


def test_nothing_is_given_in_a_period_that_has_not_begun_as_nothing_is_saved_in_it(cohort: Cohort) -> None:
    _, _, anna, *_ = cohort
    told = anna.client.save("period.periode-c.experiment-1.next", "For tidligt")
    body = {"share_id": uuid.uuid4().hex, "to": "board", "parts": [], "theme": "", "success": False, "seen": ""}
    card = anna.client.put("/api/demo/cards/period.periode-c.experiment-1", json=body)
    given = [anna.post("visits/periode-c", card=each, share_id=uuid.uuid4().hex) for each in ("host", "visit")]
    assert told.status_code == 403
    assert "åbner den" in told.json()["message"]
    assert [(each.status_code, each.json()) for each in (card, *given)] == [(403, told.json())] * 3


def test_who_is_in_no_pair_is_told_and_other_periods_have_no_visits(cohort: Cohort) -> None:
    _, _, anna, bent, carla, _ = cohort
    assert visit(carla)["others"] == []
    assert visit(bent)["others"] == []
    assert give_card(carla, "visit").json()["error"] == "no-pair"
    assert anna.client.get("/api/demo/visits/periode-a").status_code == 404


def test_the_programme_shows_every_step_on_the_line_and_in_words(cohort: Cohort) -> None:
    _, vibeke, anna, *_ = cohort
    shown = anna.client.get("/hold/demo/forloeb").text
    described = re.search(r"<desc[^>]*>(.*?)</desc>", shown, re.DOTALL)
    assert described is not None
    for title in ("Forberedelse 1", "Workshop 2", "Udgivelse", "Periode A", "Periode B", "Periode C"):
        assert title in described[1]
    assert described[1].count("her er du") == shown.count('aria-current="step"') == 1
    assert "Kompasset" in shown
    assert "her er du" not in vibeke.get("/hold/demo/forloeb").text


def test_the_living_foundation_tells_what_tested_which_sentence(cohort: Cohort) -> None:
    _, _, anna, *_ = cohort
    anna.write("draft.offer", "Jeg siger det, før det står i avisen. Jeg ringer først.")
    write_card(
        anna, sentence="Jeg ringer først.", hypothesis="Hvis jeg ringer", result_1_happened="To svarede.", decision="Behold"
    )
    shown = anna.client.get("/hold/demo/levende-grundlag").text
    beside = living(anna)
    assert "Ikke prøvet endnu." in beside["Jeg siger det, før det står i avisen."]
    assert "To svarede." in beside["Jeg ringer først."]
    [page, card] = re.findall(r'href="(/hold/demo/periode-a)#(period\.periode-a\.experiment-1)"', shown)[0]
    assert f'id="{card}"' in anna.client.get(page).text


def place(who: Leader, promise: dict[str, str]) -> str:
    """The sentence that stands where the way from a card leads."""
    page, _, name = promise["url"].partition("#")
    found = re.search(rf'id="{name}"><p class="fl-living-said"[^>]*>(.*?)</p>', who.client.get(page).text)
    assert found is not None
    return found[1]


def test_a_visit_stands_beside_the_promise_it_tested_and_shows_the_way_there(cohort: Cohort) -> None:
    _, _, anna, bent, _, dorte = cohort
    chosen, seen = "Jeg ringer først.", "At du siger navne."
    assert (visit(anna)["promise"], anna.get(f"cards/{CARD}")["promise"]["text"]) == (None, chosen)
    assert seen in living(anna)["Uden en sætning fra grundlaget"]
    anna.write("period.periode-b.home.sentence", chosen)
    assert place(anna, visit(anna)["promise"]) == place(anna, anna.get(f"cards/{CARD}")["promise"]) == chosen
    assert [text in living(anna)[chosen] for text in (seen, "Rettet, efter at det var givet", "Hvem lukker døren?")] == [
        *(True, True, True)
    ]
    assert chosen not in str([visit(dorte), visit(bent)])
    assert seen not in bent.client.get("/hold/demo/levende-grundlag").text


def test_what_others_say_of_a_draft_stands_beside_the_sentence_as_it_is_today(cohort: Cohort) -> None:
    _, vibeke, anna, bent, carla, dorte = cohort
    opened, line, gone = "Jeg ringer først.", "Jeg siger det tidligt, før det står i avisen.", "Helt andre ord her."
    draft = anna.share("Opgaven.", "", "", f"{line} {opened} {gone}")
    secret = "Hvor tidligt, når rådmanden ringer?"
    remarks = {"2": secret, "3": "Til hvem?", "4": "Hm."}
    bent.give(draft, lines=json.dumps(remarks), well="»Jeg ringer først« er dig.")
    assert secret not in anna.client.get("/hold/demo/levende-grundlag").text  # Carla has not given yet
    carla.give(draft, improve="Kortere.")
    anna.write("draft.offer", "Jeg siger det, før det står i avisen. Jeg ringer først.")
    beside = living(anna)
    now = "Jeg siger det, før det står i avisen."
    assert secret in beside[now]
    assert f"Den lød dengang: »{line}«" in beside[now]
    assert all(text in beside[opened] for text in ("Til hvem?", "er dig."))
    assert "dengang" not in beside[opened]
    assert "Hm." in beside[gone]
    assert "Kortere." in beside[""]
    [told] = [each for each in anna.received(draft)["feedback"] if each["lines"]]
    assert [each["promise"] and place(anna, each["promise"]) for each in told["lines"]] == [now, opened, None]
    for other in (bent, carla, dorte):
        assert secret not in other.client.get("/hold/demo/levende-grundlag").text
    assert secret not in vibeke.get("/hold/demo/levende-grundlag", follow_redirects=True).text


def test_a_sentence_heard_stands_beside_the_promise_until_it_is_taken_back(cohort: Cohort) -> None:
    _, _, anna, bent, _, _ = cohort
    anna.write("promise", "Hver fredag ringer jeg til én, der venter.")
    gift = uuid.uuid4().hex
    bent.write(f"gift.promise.{anna.id}.1", "At du ringer om fredagen.")
    given = bent.post("gifts/promise", to=anna.id, round=1, gift_id=gift, step="workshop-3")
    assert given.status_code == 200, given.text
    assert "At du ringer om fredagen." in living(anna)["Hver fredag ringer jeg til én, der venter."]
    assert bent.delete(f"gifts/promise/{gift}").status_code == 200
    assert "At du ringer om fredagen." not in str(living(anna))


def test_what_three_have_answered_stands_beside_the_promises_on_its_owner_s_page_alone(cohort: Cohort) -> None:
    _, _, anna, bent, *_ = cohort
    anna.write("asked.2.hinders", "Når du svarer, før jeg har spurgt.")
    shown = anna.client.get("/hold/demo/levende-grundlag").text
    heard = shown.index("Når du svarer, før jeg har spurgt.")
    assert shown.index("Det svarede de tre") < heard < shown.index("Samtalen med medarbejderne")
    assert "Når du svarer" not in bent.client.get("/hold/demo/levende-grundlag").text


def test_nothing_leads_to_a_living_foundation_that_is_not_open(cohort: Cohort, folder: Path) -> None:
    _, _, anna, *_ = cohort
    write_card(anna, sentence="Jeg ringer først.")
    assert anna.get(f"cards/{CARD}")["promise"] is not None
    text = (folder / "hold.yaml").read_text(encoding="utf-8")
    later = days.written(TODAY + timedelta(days=3))
    later_text = re.sub(r"(trin: levende-grundlag\n.*\n    åbner: )\S+", rf"\g<1>{later}", text)
    assert later_text != text
    (folder / "hold.yaml").write_text(later_text, encoding="utf-8")
    build(folder)
    wait_for(lambda: anna.get(f"cards/{CARD}")["promise"] is None)
    assert visit(anna)["promise"] is None
