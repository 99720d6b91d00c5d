"""Drafts and feedback over the wire, on SQLite and PostgreSQL alike: who reads what, when, and who never does."""

import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fællesledelse.cohort.build import build
from fællesledelse.server.notes import GIVEN
from fællesledelse.vocabulary import DRAFT

from .circles import SECRET, THREE, Leader, group_server, regroup
from .people import ANNA, BENT, CARLA, DORTE, EGON, GERDA, VIBEKE, Someone
from .serving import Server

STRANGE = "a & b <c> \"d\" 'e' {{ f }} `g` \ud800 \u202e 👩🏽‍🚒 <script>alert(1)</script>"


@dataclass
class Group:
    """Three leaders of one group, and the server they are on."""

    server: Server
    folder: Path
    anna: Leader
    bent: Leader
    carla: Leader

    def leader(self, who: Someone) -> Leader:
        """Anyone's browser."""
        return Leader(self.server, who)

    def move(self, **groups: tuple[Someone, ...]) -> None:
        """Build the roster anew: ``g1`` is the group "1"."""
        regroup(self.folder, {name.removeprefix("g"): members for name, members in groups.items()})


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def group(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]
) -> Iterator[Group]:
    """A group with a contract, on both databases."""
    yield from _group(request, tmp_path_factory.mktemp("group"), built, request.param)


@pytest.fixture
def own_group(request: pytest.FixtureRequest, tmp_path: Path, built: dict[str, Path]) -> Iterator[Group]:
    """A group of the test's own, since people will come and go."""
    yield from _group(request, tmp_path, built, "sqlite")


def _group(request: pytest.FixtureRequest, place: Path, built: dict[str, Path], kind: str) -> Iterator[Group]:
    folder = Path(shutil.copytree(built["demo"], place / "demo"))
    regroup(folder, THREE)
    url = request.getfixturevalue("postgres_server").create() if kind == "postgresql" else None
    with group_server(place / "data", url, {"demo": folder, "andet": built["andet"]}) as server:
        anna, bent, carla = (Leader(server, who) for who in (ANNA, BENT, CARLA))
        anna.agree(bent, carla)
        yield Group(server, folder, anna, bent, carla)


def test_anna_shares_and_bent_reads_numbered_lines(group: Group) -> None:
    draft = group.anna.share("Jeg lytter. Så svarer jeg.", "For borgerne.")
    found = group.bent.reading(draft)
    assert (found["author"], found["readers"], found["withdrawn"], found["given"]) == (
        "Anna",
        ["Bent", "Carla"],
        False,
        None,
    )
    assert group.bent.lines(draft) == ["1 Jeg lytter.", "2 Så svarer jeg.", "3 For borgerne."]
    assert [heading["key"] for heading in found["headings"]] == list(DRAFT)
    assert (found["words"], found["minutes"]) == (7, 1)
    assert sorted(found["notes"]) == sorted(f"given.{draft}.{part}" for part in GIVEN)
    assert group.carla.lines(draft) == group.bent.lines(draft)


def test_a_snapshot_stays_as_it_was_when_the_author_writes_on(group: Group) -> None:
    draft = group.anna.share("Som det var.")
    group.anna.write(DRAFT[0], "Som det blev.")
    assert group.bent.lines(draft) == ["1 Som det var."]
    now = group.anna.get("drafts")["now"]
    assert now["headings"][0]["lines"][0]["text"] == "Som det blev."
    (heading,) = now["changes"]
    kinds = [(mark["kind"], mark["text"]) for mark in heading["changes"][0]["marks"]]
    assert kinds == [("same", "Som det "), ("removed", "var."), ("added", "blev.")]


def test_the_same_request_again_shares_nothing_twice(group: Group) -> None:
    draft = group.anna.share("Én gang.")
    before = len(group.bent.get("drafts")["theirs"])
    again = group.anna.post("drafts", draft_id=draft)
    assert (again.status_code, again.json()["id"]) == (200, draft)
    assert len(group.bent.get("drafts")["theirs"]) == before


def test_an_empty_draft_is_not_shared(group: Group) -> None:
    group.anna.write_draft(" \n ")
    refused = group.anna.post("drafts", draft_id=uuid.uuid4().hex)
    assert (refused.status_code, refused.json()["error"]) == (400, "empty-draft")
    assert group.anna.get("drafts")["now"]["empty"] is True


def test_what_is_shared_is_what_the_author_has_seen(group: Group) -> None:
    group.anna.write_draft("Set.")
    seen = group.anna.get("drafts")["now"]["seen"]
    group.anna.write(DRAFT[0], "Rettet i en anden fane.")
    refused = group.anna.post("drafts", draft_id=uuid.uuid4().hex, seen=seen)
    assert (refused.status_code, refused.json()["error"]) == (409, "draft-changed")
    group.anna.share(seen=group.anna.get("drafts")["now"]["seen"])


def test_nothing_of_the_private_annex_and_no_reason_can_get_into_a_snapshot(group: Group) -> None:
    keys = [field["key"] for field in group.anna.get("steps/privat-tillaeg")["fields"]]
    assert keys
    for key in keys:
        assert key.startswith("private.")
        group.anna.write(key, SECRET)
    if any(field["key"] == "points.1.why" for field in group.anna.get("steps/workshop-2")["fields"]):
        group.anna.write("points.1.why", SECRET)
    group.anna.write("points.1.heard", SECRET)
    group.anna.share("Første.")
    draft = group.anna.share("Anden.", answered=[{"point": 1, "where": DRAFT[0]}])
    told = json.dumps([group.bent.get("drafts"), group.anna.get("drafts"), group.anna.get("feedback")["drafts"]])
    assert SECRET not in told
    assert group.bent.reading(draft)["answered"][0]["point"] == 1


def test_a_second_version_says_which_points_it_answers_and_what_is_new(group: Group) -> None:
    group.anna.share("Jeg lytter.", "Uændret.")
    draft = group.anna.share("Jeg lytter altid.", "Uændret.", answered=[{"point": 2, "where": "draft.task"}])
    found = group.bent.reading(draft)
    (answer,) = found["answered"]
    assert (answer["point"], answer["where"]) == (2, "draft.task")
    assert answer["title"] == found["headings"][0]["title"]
    assert [heading["key"] for heading in found["changes"]] == ["draft.task"]


@pytest.mark.parametrize(
    "answered",
    [
        [{"point": 3, "where": "draft.task"}],
        [{"point": 1, "where": "private.doubt"}],
        [{"point": True, "where": "draft.task"}],
        [{"point": 1, "where": ["draft.task"]}],
        [{"point": 1, "where": "draft.task", "why": "x"}],
        [{"point": 1, "where": "draft.task"}, {"point": 1, "where": "draft.why"}],
        [1],
        "x",
    ],
)
def test_points_that_are_none_are_refused(group: Group, answered: Any) -> None:
    group.anna.share("Noget.")
    assert group.anna.post("drafts", draft_id=uuid.uuid4().hex, answered=answered).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"draft_id": "x"}, {"draft_id": "G" * 32}, {"draft_id": "\0" * 32}, {"draft_id": 1}),
        {"draft_id": "a" * 32, "to": []},
    ],
)
def test_a_body_that_is_no_share_is_refused(group: Group, body: dict[str, Any]) -> None:
    group.anna.write_draft("Noget.")
    assert group.anna.post("drafts", **body).status_code == 400


def test_strange_and_long_texts_come_through_whole(group: Group) -> None:
    texts = [STRANGE, *(("Et ord til. " * 200)[:2000] for _ in DRAFT[1:])]
    draft = group.anna.share(*texts)
    read = [" ".join(line["text"] for line in heading["lines"]) for heading in group.bent.reading(draft)["headings"]]
    assert read == [text.strip() for text in texts]
    group.bent.give(draft, well=STRANGE, lines=json.dumps({"1": STRANGE}), dare="Æ" * 2000)
    group.carla.give(draft, more="Mere.")
    found = next(each for each in group.anna.received(draft)["feedback"] if each["from"] == "Bent")
    assert (found["well"], found["lines"][0]["text"], len(found["dare"])) == (STRANGE, STRANGE, 2000)
    assert found["lines"][0]["line"] == group.bent.reading(draft)["headings"][0]["lines"][0]["text"]


def test_feedback_is_typed_kept_given_once_and_shown_when_all_have_given(group: Group) -> None:
    draft = group.anna.share("Første linje. Anden linje.")
    group.bent.say(draft, well="Klart.", lines=json.dumps({"2": "Hvem?", "1": " "}))
    assert group.bent.reading(draft)["notes"][f"given.{draft}.well"]["text"] == "Klart."
    assert "Klart." not in json.dumps([group.anna.get("feedback"), group.carla.get("drafts"), group.carla.get("feedback")])
    assert group.bent.post(f"drafts/{draft}/feedback").status_code == 200
    waiting = group.anna.received(draft)
    assert (waiting["open"], waiting["given"], waiting["awaited"], waiting["feedback"]) == (False, ["Bent"], ["Carla"], [])
    again = group.bent.post(f"drafts/{draft}/feedback")
    assert (again.status_code, again.json()["error"]) == (409, "given")
    group.carla.give(draft, less="Færre ord.", dare="Bede om mere tid.")
    found = group.anna.received(draft)
    assert (found["open"], found["awaited"]) == (True, [])
    assert [(each["from"], each["well"], each["less"]) for each in found["feedback"]] == [
        ("Bent", "Klart.", ""),
        ("Carla", "", "Færre ord."),
    ]
    assert found["feedback"][0]["lines"] == [{"number": 2, "line": "Anden linje.", "text": "Hvem?", "promise": None}]
    kept = group.bent.reading(draft)["given"]
    assert (kept["well"], kept["lines"]) == ("Klart.", {"2": "Hvem?"})
    assert "Klart." not in json.dumps(group.carla.get("drafts"))


def test_feedback_stays_with_its_version(group: Group) -> None:
    first = group.anna.share("Version et.")
    for giver in (group.bent, group.carla):
        giver.give(first, well="Til den første.")
    second = group.anna.share("Version to.")
    assert group.anna.received(second)["given"] == []
    assert group.bent.reading(second)["given"] is None
    assert group.anna.received(first)["feedback"][0]["well"] == "Til den første."


def test_the_author_picks_from_the_feedback_in_a_note_of_her_own(group: Group) -> None:
    draft = group.anna.share("Et udkast.")
    picked = json.dumps([f"{'a' * 32}.well", f"{'b' * 32}.lines.3"])
    group.anna.write(f"picked.{draft}", picked)
    assert group.anna.received(draft)["notes"][f"picked.{draft}"]["text"] == picked
    assert group.bent.client.save(f"picked.{draft}", "x").status_code == 404


@pytest.mark.parametrize("lines", ["{", "[]", '{"9": "x"}', '{"x": "y"}', '{"1": 1}', '{"01": "x"}', "[" * 9000])
def test_remarks_that_belong_to_no_line_are_refused_and_kept(group: Group, lines: str) -> None:
    draft = group.anna.share("En linje.")
    group.bent.say(draft, well="Godt.", lines=lines)
    refused = group.bent.post(f"drafts/{draft}/feedback")
    assert (refused.status_code, refused.json()["error"]) == (400, "bad-notes")
    assert group.bent.reading(draft)["notes"][f"given.{draft}.lines"]["text"] == lines


def test_nothing_written_is_no_feedback(group: Group) -> None:
    draft = group.anna.share("En linje.")
    group.bent.say(draft, well=" ", lines='{"1": "\\n"}')
    refused = group.bent.post(f"drafts/{draft}/feedback")
    assert (refused.status_code, refused.json()["error"]) == (400, "empty-feedback")


def test_nobody_gives_feedback_on_their_own_draft_or_with_a_body(group: Group) -> None:
    draft = group.anna.share("En linje.")
    assert group.anna.post(f"drafts/{draft}/feedback").status_code == 403
    group.bent.say(draft, well="Godt.")
    assert group.bent.post(f"drafts/{draft}/feedback", well="Smuglet").status_code == 400
    assert group.bent.reading(draft)["given"] is None


def test_a_withdrawn_draft_is_gone_for_its_readers_and_their_notes_are_not(group: Group) -> None:
    draft = group.anna.share(SECRET)
    group.bent.say(draft, well="Skrevet i forvejen.")
    assert group.bent.delete(f"drafts/{draft}").status_code == 403
    for _ in range(2):
        assert group.anna.delete(f"drafts/{draft}").status_code == 200
    found = group.bent.reading(draft)
    assert (found["withdrawn"], found["headings"]) == (True, [])
    assert found["notes"][f"given.{draft}.well"]["text"] == "Skrevet i forvejen."
    refused = group.bent.post(f"drafts/{draft}/feedback")
    assert refused.status_code == 410
    assert "Det, du har skrevet, ligger stadig hos dig" in refused.json()["message"]
    mine = next(each for each in group.anna.get("drafts")["mine"] if each["id"] == draft)
    assert mine["headings"][0]["lines"][0]["text"] == SECRET


def test_feedback_that_was_given_before_a_withdrawal_is_still_the_authors(group: Group) -> None:
    draft = group.anna.share("Trækkes tilbage.")
    group.bent.give(draft, well="Godt.")
    group.anna.delete(f"drafts/{draft}")
    found = group.anna.received(draft)
    assert (found["open"], found["feedback"][0]["well"]) == (True, "Godt.")


def test_nothing_is_shared_before_everyone_has_accepted_the_contract(own_group: Group) -> None:
    draft = own_group.anna.share("Før.")
    own_group.anna.agree(own_group.bent)
    own_group.anna.write(DRAFT[0], "Efter.")
    refused = own_group.anna.post("drafts", draft_id=uuid.uuid4().hex)
    assert (refused.status_code, refused.json()["error"], refused.json()["missing"]) == (403, "no-contract", ["Carla"])
    assert "Carla" in refused.json()["message"]
    assert own_group.bent.lines(draft) == ["1 Før."]
    own_group.bent.say(draft, well="Venter.")
    assert own_group.bent.post(f"drafts/{draft}/feedback").status_code == 403
    own_group.carla.agree(own_group.anna, own_group.bent, feedback=False)
    spoken = own_group.bent.post(f"drafts/{draft}/feedback")
    assert spoken.status_code == 403
    assert "siger det til hinanden" in spoken.json()["message"]
    assert own_group.bent.get("drafts")["written_feedback"] is False
    own_group.anna.share()


def test_a_group_without_a_contract_is_told_so(own_group: Group) -> None:
    own_group.move(g=(ANNA,), g2=(BENT, CARLA))
    alone = own_group.anna.post("drafts", draft_id=uuid.uuid4().hex)
    assert (alone.status_code, alone.json()["missing"]) == (403, [])
    bare = own_group.bent.post("drafts", draft_id=uuid.uuid4().hex)
    assert (bare.status_code, bare.json()["missing"]) == (403, ["Bent", "Carla"])
    assert own_group.bent.get("drafts")["contract"] is False


def test_who_moves_keeps_what_was_shared_and_who_comes_sees_nothing_older(own_group: Group) -> None:
    anna, bent, carla = own_group.anna, own_group.bent, own_group.carla
    draft = anna.share("Delt med de gamle.")
    bent.say(draft, well="Fra før.")
    own_group.move(g1=(ANNA, CARLA, DORTE), g2=(BENT, EGON))
    dorte = own_group.leader(DORTE)
    assert bent.lines(draft) == ["1 Delt med de gamle."]
    assert dorte.get("drafts")["theirs"] == []
    assert bent.post(f"drafts/{draft}/feedback").status_code == 403
    assert anna.post("drafts", draft_id=uuid.uuid4().hex).json()["missing"] == ["Dorte"]
    carla.agree(anna, dorte)
    assert dorte.get("drafts")["theirs"] == []
    assert dorte.client.save(f"given.{draft}.well", "x").status_code == 404
    assert dorte.post(f"drafts/{draft}/feedback").status_code == 404
    carla.give(draft, more="Mere.")
    found = anna.received(draft)
    assert (found["open"], found["awaited"]) == (True, [])
    newer = anna.share("Delt med de nye.")
    assert dorte.lines(newer) == ["1 Delt med de nye."]
    assert dorte.reading(newer)["changes"] is None
    assert [each["id"] for each in bent.get("drafts")["theirs"]] == [draft]
    own_group.move(g1=(CARLA, DORTE), g2=(ANNA, BENT))
    assert anna.received(newer)["open"] is True
    assert carla.post(f"drafts/{newer}/feedback").status_code == 403
    assert dorte.lines(newer) == ["1 Delt med de nye."]


def test_who_has_left_the_gathering_reads_nothing_there(own_group: Group) -> None:
    draft = own_group.anna.share("Delt.")
    left = own_group.bent.share("Delt af en, der går.")
    own_group.bent.give(draft, well="Sagt af en, der går.")
    own_group.move(g1=(ANNA, CARLA), g2=(DORTE, EGON))
    for path in ("drafts", "feedback", "gifts/harvest"):
        assert own_group.bent.client.get(f"/api/demo/{path}").status_code == 404
    assert own_group.bent.post(f"drafts/{draft}/feedback").status_code == 404
    found = own_group.anna.received(draft)
    assert (found["awaited"], found["readers"]) == (["Carla"], ["Carla", "en, der har forladt holdet"])
    assert (found["given"], own_group.anna.reading(left)["author"]) == (["Bent Birk"], "Bent Birk")


def test_the_author_sees_the_feedback_in_the_last_phase_of_the_own_turn(own_group: Group) -> None:
    anna, bent = own_group.anna, own_group.bent
    drafts = {"Anna": anna.share("Annas."), "Bent": bent.share("Bents.")}
    own_group.carla.give(drafts["Anna"], well="Godt, Anna.")
    own_group.carla.give(drafts["Bent"], well="Godt, Bent.")
    room = bent.get("rooms/workshop-2")
    order = [anna.id, bent.id, own_group.carla.id]
    seen: dict[str, list[bool]] = {"Anna": [], "Bent": []}
    step = _goer(bent, room["version"])
    step({"do": "order", "order": order})
    room = step({"do": "start"})
    phases = room["phases"]
    for number in range(len(phases) + 1):
        if number:
            step({"do": "go", "phase": number})
        for leader, name in ((anna, "Anna"), (bent, "Bent")):
            seen[name].append(leader.received(drafts[name])["open"])
    for name, opened in seen.items():
        last = max(number for number, phase in enumerate(phases) if phase["turn"] == name and phase["last"])
        assert 0 < last < len(phases) - 1
        assert opened == [number >= last for number in range(len(phases) + 1)]


def _goer(leader: Leader, version: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Changes a room again and again, from its present version."""
    at = {"base": version}

    def go(what: dict[str, Any]) -> dict[str, Any]:
        answer = leader.client.put("/api/demo/rooms/workshop-2", json={**at, **what})
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        at["base"] = told["version"]
        return told

    return go


def test_one_who_is_in_no_turn_sees_the_feedback_when_the_workshop_is_over(own_group: Group) -> None:
    draft = own_group.anna.share("Annas.")
    own_group.carla.give(draft, well="Godt.")
    room = own_group.bent.get("rooms/workshop-2")
    go = _goer(own_group.bent, room["version"])
    go({"do": "order", "order": [own_group.bent.id, own_group.carla.id]})
    phases = go({"do": "start"})["phases"]
    go({"do": "go", "phase": len(phases) - 1})
    assert own_group.anna.received(draft)["open"] is False
    go({"do": "go", "phase": len(phases)})
    assert own_group.anna.received(draft)["open"] is True


def _doors(draft: str) -> list[tuple[str, str, Any]]:
    return [
        ("GET", "drafts", None),
        ("POST", "drafts", {"draft_id": uuid.uuid4().hex}),
        ("DELETE", f"drafts/{draft}", None),
        ("POST", f"drafts/{draft}/feedback", {}),
        ("GET", "feedback", None),
        *(
            (("PUT", f"answers/given.{draft}.{part}", {"text": "x", "base": 0, "save_id": str(uuid.uuid4())}))
            for part in GIVEN
        ),
        ("PUT", f"answers/picked.{draft}", {"text": "x", "base": 0, "save_id": str(uuid.uuid4())}),
        ("GET", f"answers/given.{draft}.well/versions", None),
    ]


def test_no_door_lets_in_a_fifth_person_a_facilitator_or_another_gathering(group: Group) -> None:
    draft = group.anna.share(SECRET)
    group.bent.give(draft, well=SECRET)
    group.carla.give(draft, well=SECRET)
    outside, over = group.leader(DORTE).client, group.server.client(VIBEKE)
    over.accept()
    other, stranger = group.server.client(GERDA), group.server.client()
    wanted = {"drafts": {"GET": 200, "POST": 403}, "feedback": {"GET": 200}}
    for method, path, body in _doors(draft):
        answers = [each.request(method, f"/api/demo/{path}", json=body) for each in (outside, over, other, stranger)]
        own = wanted.get(path, {}).get(method, 404)
        assert [answer.status_code for answer in answers] == [own, 403, 404, 401], path
        assert all(SECRET not in answer.text for answer in answers)
        elsewhere = other.request(method, f"/api/andet/{path}", json=body)
        assert elsewhere.status_code == own
        assert SECRET not in elsewhere.text
    assert len(group.bent.lines(draft)) == 1


def test_a_change_from_another_site_is_refused(group: Group) -> None:
    draft = group.anna.share("Delt.")
    for method, path in (("POST", "drafts"), ("DELETE", f"drafts/{draft}"), ("POST", f"drafts/{draft}/feedback")):
        answer = group.anna.client.request(method, f"/api/demo/{path}", json={}, headers={"Origin": "https://ond.example"})
        assert answer.status_code == 403
    assert group.bent.lines(draft)


def test_the_others_pages_are_told_that_something_has_changed(group: Group) -> None:
    before = group.bent.get("live")["changed"]
    draft = group.anna.share("Nyt.")
    after = group.bent.get("live")["changed"]
    group.bent.give(draft, well="Godt.")
    given = group.anna.get("live")["changed"]
    group.anna.delete(f"drafts/{draft}")
    assert len({before, after, given, group.bent.get("live")["changed"]}) == 4


def test_a_facilitator_cannot_count_what_a_group_shares(group: Group) -> None:
    vibeke = group.leader(VIBEKE)
    paths = ("live", "live?group=1")
    before = [vibeke.get(path) for path in paths]
    draft = group.anna.share("Et udkast mere.")
    group.bent.give(draft, well="Godt.")
    group.anna.delete(f"drafts/{draft}")
    assert [vibeke.get(path) for path in paths] == before


def test_nothing_of_what_is_shared_stands_in_logs_or_on_the_disk(own_group: Group) -> None:
    draft = own_group.anna.share(SECRET)
    own_group.bent.give(draft, well=SECRET, lines=json.dumps({"1": SECRET}, ensure_ascii=False))
    own_group.carla.say(draft, more=SECRET)
    own_group.anna.write(f"picked.{draft}", SECRET)
    own_group.carla.post(f"drafts/{draft}/feedback", more=SECRET)
    own_group.anna.delete(f"drafts/{draft}")
    assert own_group.server.stop() == 0
    words = [SECRET.encode(), json.dumps(SECRET).strip('"').encode(), SECRET.encode("utf-16-le")]
    files = [path for path in own_group.server.settings.data.rglob("*") if path.is_file()]
    assert any(path.suffix == ".sqlite" for path in files)
    for path in [*files, own_group.server.log]:
        assert [word for word in words if word in path.read_bytes()] == []


def test_a_heading_that_the_facilitator_rewords_keeps_its_words_in_what_was_shared(own_group: Group) -> None:
    draft = own_group.anna.share("Delt.")
    title = own_group.bent.reading(draft)["headings"][0]["title"]
    for notebook in (own_group.folder / "notebooks").glob("*.ipynb"):
        text = notebook.read_text(encoding="utf-8")
        notebook.write_text(text.replace(f"### {title}", "### Et helt andet spørgsmål"), encoding="utf-8")
    build(own_group.folder)
    assert own_group.anna.get("drafts")["now"]["headings"][0]["title"] == "Et helt andet spørgsmål"
    assert own_group.bent.reading(draft)["headings"][0]["title"] == title
