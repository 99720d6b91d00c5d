"""Saving over the wire, on SQLite and PostgreSQL alike: nothing is lost, nothing is overwritten, nothing is let through."""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fællesledelse.danish import COPENHAGEN
from fællesledelse.model import Manifest
from fællesledelse.server.run import now

from .conftest import enrol_everyone
from .mailserver import MailServer
from .people import ANNA, BENT, CARLA, LOCKED, TODAY, VIBEKE, opens
from .serving import Client, Server, start, wait_for

KEYS = [f"episodes.{n}.{part}" for n in (1, 2, 3) for part in ("situation", "did", "effect")]


@pytest.fixture(scope="module")
def mails() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture(scope="module")
def on_postgresql(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    built: dict[str, Path],
) -> Iterator[Server]:
    """A server whose answers lie in PostgreSQL, and whose mails go by SMTP."""
    postgres = request.getfixturevalue("postgres_server")
    mails = request.getfixturevalue("mails")
    url = postgres.create()
    data = tmp_path_factory.mktemp("postgresql") / "data"
    data.mkdir()
    enrol_everyone(url, data / "keys", built)
    told = {"FAELLESLEDELSE_DATABASE": url, "FAELLESLEDELSE_SMTP": f"127.0.0.1:{mails.port}"}
    running = start(data, list(built.values()), told)
    try:
        running.wait_until_up()
        yield running
    finally:
        running.end()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def serving(request: pytest.FixtureRequest) -> Server:
    """The same test on both databases."""
    name = {"sqlite": "server", "postgresql": "on_postgresql"}[request.param]
    found: Server = request.getfixturevalue(name)
    return found


@pytest.fixture(scope="module")
def writer(serving: Server) -> Client:
    """Bent, writing."""
    return serving.client(BENT)


@pytest.fixture
def key(request: pytest.FixtureRequest, serving: Server, writer: Client) -> str:
    """A field that no other test has written in."""
    answers = writer.step()["answers"]
    return next(str(key) for key, answer in answers.items() if answer["version"] == 0 and not answer["asides"])


def test_a_save_is_acknowledged_with_a_version_and_read_back(serving: Server, writer: Client, key: str) -> None:
    assert writer.saved(key, "Først") == 1
    assert writer.saved(key, "Så", 1) == 2
    elsewhere = serving.client(BENT)
    answer = elsewhere.step()["answers"][key]
    assert (answer["version"], answer["text"], answer["asides"]) == (2, "Så", [])


def test_of_two_devices_writing_at_once_both_texts_are_kept_until_one_save_takes_in_the_other(
    serving: Server, writer: Client, key: str
) -> None:
    writer.saved(key, "fælles")
    writer.saved(key, "fra telefonen", 1)
    late = writer.save(key, "fra computeren", 1)
    assert late.status_code == 409
    assert late.json()["head"]["text"] == "fra telefonen"
    aside = late.json()["aside"]
    kept = writer.step()["answers"][key]
    assert [each["text"] for each in kept["asides"]] == ["fra computeren"]
    writer.saved(key, "fra begge", 2, resolves=[aside])
    assert writer.step()["answers"][key]["asides"] == []
    versions = writer.get(f"/api/demo/answers/{key}/versions").json()
    assert [(each["text"], each["aside"]) for each in versions] == [
        ("fra begge", False),
        ("fra computeren", True),
        ("fra telefonen", False),
        ("fælles", False),
    ]


def test_the_same_save_sent_again_gives_the_same_answer_and_stores_nothing(
    serving: Server, writer: Client, key: str
) -> None:
    save_id = str(uuid.uuid4())
    answers = [writer.save(key, "én gang", 0, save_id=save_id).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    lost_id = str(uuid.uuid4())
    lost = [writer.save(key, "taber", 0, save_id=lost_id) for _ in range(2)]
    assert [each.status_code for each in lost] == [409, 409]
    assert lost[0].json() == lost[1].json()
    assert len(writer.get(f"/api/demo/answers/{key}/versions").json()) == 2
    assert writer.save(key, "en anden tekst", 0, save_id=save_id).status_code == 400


STRANGE = {
    "emoji": "👩🏽‍🚒 + 🇩🇰 = ❤️",
    "right to left": "שלום ‮ مرحبا ‭ hej",
    "control characters": "".join(map(chr, range(32))) + "\x7f\x85\u2028",
    "NUL": "a\0b",
    "half a surrogate pair": "før \ud83d efter \udc00",
    "decomposed": "Fællesledelse a\u030a e\u0301",
    "pasted from Word": "– «Citat» …\u00a0\ufeff\u200b\r\n\t• punkt",
    "markup": "<script>alert(1)</script> {{ 7*7 }} ${x} '; DROP TABLE answer; --",
    "blank": "   \n ",
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_every_text_comes_back_exactly_as_it_was_sent(serving: Server, writer: Client, key: str, text: str) -> None:
    writer.saved(key, text)
    assert writer.text(key) == text
    assert writer.get(f"/api/demo/answers/{key}/versions").json()[0]["text"] == text


def test_a_text_over_the_limit_is_refused_with_the_limit_and_what_was_there_stays(
    serving: Server, writer: Client, key: str, manifest: Manifest
) -> None:
    writer.saved(key, "det, der stod")
    field = manifest.field(key)
    assert field is not None
    answer = writer.save(key, "æ" * 100_000, 1)
    assert answer.status_code == 413
    assert answer.json()["limit"] == field.limit
    assert answer.json()["length"] == 100_000
    assert str(field.limit) in answer.json()["message"]
    assert writer.text(key) == "det, der stod"
    assert writer.saved(key, "🚲" * field.limit, 1) == 2


def test_a_body_no_field_could_hold_is_refused_in_words(serving: Server, writer: Client, key: str) -> None:
    answer = writer.save(key, "x" * (2 << 20))
    assert answer.status_code == 413
    assert answer.json()["error"] == "too-long"
    assert "Intet er slettet" in answer.json()["message"]


GOOD: dict[str, Any] = {"text": "t", "base": 0, "save_id": "0123456789"}
BAD = {
    "no text": {"base": 0, "save_id": "0123456789"},
    "text a number": GOOD | {"text": 1},
    "text null": GOOD | {"text": None},
    "base negative": GOOD | {"base": -1},
    "base a bool": GOOD | {"base": True},
    "base a float": GOOD | {"base": 0.0},
    "base a string": GOOD | {"base": "0"},
    "base null": GOOD | {"base": None},
    "save_id short": GOOD | {"save_id": "1"},
    "save_id long": GOOD | {"save_id": "1" * 65},
    "save_id strange": GOOD | {"save_id": "æ/../\0 <b>"},
    "save_id half a pair": GOOD | {"save_id": "\ud800" * 9},
    "resolves an object": GOOD | {"resolves": {}},
    "resolves strings": GOOD | {"resolves": ["1"]},
    "resolves bools": GOOD | {"resolves": [True]},
    "another person named": GOOD | {"person": "someone"},
    "another gathering named": GOOD | {"gathering": "andet"},
    "a list": [GOOD],
    "a string": "t",
    "null": None,
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
def test_a_save_that_is_not_one_of_ours_is_refused(serving: Server, writer: Client, body: Any) -> None:
    answer = writer.put("/api/demo/answers/episodes.1.did", content=json.dumps(body))
    _is_clear_refusal(answer, 400)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[" * 200_000, b'{"text": ' * 50_000, b"9" * 6000, b'{"text": "\xed\xa0\x80"}', b"NaN"],
    ids=["empty", "half", "not UTF-8", "deep", "deeper", "long number", "surrogate bytes", "NaN"],
)
def test_what_is_no_json_is_refused(serving: Server, writer: Client, content: bytes) -> None:
    _is_clear_refusal(writer.put("/api/demo/answers/episodes.1.did", content=content), 400)


def _is_clear_refusal(answer: Any, status: int) -> None:
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert set(told) >= {"error", "message"}
    assert len(told["message"]) > 10
    assert "Traceback" not in answer.text


def test_a_huge_version_is_another_version(serving: Server, writer: Client, key: str) -> None:
    for number, base in enumerate((10**15, 2**63, 10**40)):
        assert writer.save(key, f"tekst {number}", base).status_code == 409
    assert writer.saved(key, "mit", 0, resolves=[10**40, -1, 0]) > 0
    assert len(writer.step()["answers"][key]["asides"]) == 3


def test_whoever_may_not_write_is_refused_and_leaves_one_line_without_content(
    serving: Server, writer: Client, key: str
) -> None:
    nobody, facilitator, carla = serving.client(), serving.client(VIBEKE), serving.client(CARLA)
    foreign = serving.client(BENT)
    foreign.headers["Origin"] = "https://ond.example"
    no_origin = serving.client(BENT)
    del no_origin.headers["Origin"]
    made_up = serving.client()
    made_up.cookies.set("faellesledelse", f"{'x' * 43}.{'0' * 64}", domain="127.0.0.1")
    attempts = [
        (nobody, "demo", key, 401),
        (made_up, "demo", key, 401),
        (facilitator, "demo", key, 403),
        (foreign, "demo", key, 403),
        (no_origin, "demo", key, 403),
        (writer, "andet", key, 404),
        (writer, "findes-ikke", key, 404),
        (writer, "demo", "findes.ikke", 404),
        (writer, "demo", "private.findes-ikke", 404),
    ]
    for client, gathering, field, status in attempts:
        before = _refusals(serving)
        _is_clear_refusal(client.save(field, "HEMMELIG TEKST", gathering=gathering), status)
        wait_for(lambda: len(_refusals(serving)) > len(before))  # noqa: B023  # called at once
        (line,) = _refusals(serving)[len(before) :]
        assert (line["event"], line["route"], line["status"]) == ("refused", "AnswerHandler", status)
        assert "HEMMELIG" not in json.dumps(line)
        assert field not in json.dumps(line)
    assert writer.text(key) == ""
    assert carla.text(key) == ""


def _refusals(serving: Server) -> list[dict[str, Any]]:
    """Of the audit log's lines: a request's line comes after its answer, so a sign-in's may still be on its way."""
    return [line for line in serving.audit if line["event"] == "refused"]


def test_each_reads_their_own_texts_alone(serving: Server, writer: Client, key: str) -> None:
    writer.saved(key, "Bents egen")
    anna = serving.client(ANNA)
    assert "Bents egen" not in anna.get("/api/demo/steps/forberedelse-1").text
    assert anna.get(f"/api/demo/answers/{key}/versions").json() == []
    anna.saved(key, "Annas egen")
    assert writer.text(key) == "Bents egen"


def test_a_page_gets_its_own_fields_and_those_it_carries_on_but_never_the_annex_of_another(
    serving: Server, writer: Client, manifest: Manifest
) -> None:
    annex = manifest.step("privat-tillaeg")
    assert annex is not None
    writer.saved(annex.fields[0].key, "Kun mit eget")
    writer.saved("episodes.1.did", "Bæres videre", writer.step()["answers"]["episodes.1.did"]["version"])
    for step in ("forberedelse-1", "workshop-1", "forberedelse-2", "workshop-2", "forberedelse-3"):
        assert "Kun mit eget" not in writer.get(f"/api/demo/steps/{step}").text
    assert writer.step("workshop-1")["sources"]["episodes.1.did"] == "Bæres videre"
    assert writer.text(annex.fields[0].key, "privat-tillaeg") == "Kun mit eget"


def test_a_step_that_is_not_open_can_neither_be_read_nor_written_nor_marked(
    serving: Server, writer: Client, manifest: Manifest
) -> None:
    step = manifest.step(LOCKED)
    assert step is not None
    elsewhere = {field.key for other in manifest.steps if other.name != LOCKED for field in other.fields}
    locked = next(field.key for field in step.fields if field.key not in elsewhere)
    for answer in (
        writer.get(f"/api/demo/steps/{LOCKED}"),
        writer.save(locked, "for tidligt"),
        writer.put(f"/api/demo/steps/{LOCKED}/done", json={"done": True}),
    ):
        _is_clear_refusal(answer, 403)
        assert answer.json()["error"] == "not-open"
    page = writer.get(f"/hold/demo/{LOCKED}", follow_redirects=True)
    assert "<title>" in page.text


def test_a_step_is_marked_as_done_and_the_mark_can_be_taken_back(serving: Server, writer: Client) -> None:
    for done in (True, True, False, True):
        assert writer.put("/api/demo/steps/forberedelse-1/done", json={"done": done}).json() == {"done": done}
        assert writer.step()["step"]["done"] is done
    _is_clear_refusal(writer.put("/api/demo/steps/forberedelse-1/done", json={"done": 1}), 400)
    _is_clear_refusal(writer.put("/api/demo/steps/findes-ikke/done", json={"done": True}), 404)


def test_a_replacement_link_goes_by_smtp_and_a_mail_server_that_is_down_tells_nobody_who_is_known(
    on_postgresql: Server, mails: MailServer
) -> None:
    from fællesledelse import operation

    client = on_postgresql.client()
    assert client.post("/api/forgotten", json={"email": ANNA.email}).status_code == 202
    letter = mails.next_letter()
    assert ANNA.email in letter
    assert "/ny-adgang#" in letter
    mails.refuse = True
    answers = [client.post("/api/forgotten", json={"email": mail}) for mail in (CARLA.email, "ingen@strandby.example")]
    assert answers[0].status_code == answers[1].status_code == 202
    assert answers[0].text == answers[1].text
    with pytest.raises(operation.ServerRefused, match="Mailserveren"):
        operation.invite(on_postgresql.settings, "demo", BENT.email)


def test_a_step_opens_at_midnight_in_denmark_and_a_group_may_move_its_own_day(
    tmp_path: Path,
    another: Callable[..., Server],
    built: dict[str, Path],
    manifest: Manifest,
) -> None:
    server = another(built["demo"], clocked=True)
    day = opens(manifest, LOCKED)
    midnight = (
        now()
        .astimezone(COPENHAGEN)
        .replace(year=day.year, month=day.month, day=day.day, hour=0, minute=0, second=0, microsecond=0)
    )
    server.set_clock((midnight - timedelta(seconds=1)).isoformat())
    anna, bent, carla = (server.client(who) for who in (ANNA, BENT, CARLA))
    address = f"/api/demo/steps/{LOCKED}"
    assert [who.get(address).status_code for who in (anna, carla)] == [403, 403]
    server.set_clock(midnight.isoformat())
    assert [who.get(address).status_code for who in (anna, carla)] == [200, 200]

    key = anna.get(address).json()["fields"][0]["key"]
    anna.saved(key, "skrevet, mens der var åbent")
    later = (day + timedelta(days=3)).isoformat()
    page = anna.post("/hold/demo/datoer", data={"step": LOCKED, "date": later})
    assert page.status_code == 200
    assert later in page.text
    assert [who.get(address).status_code for who in (anna, bent, carla)] == [200, 200, 200]  # what was open stays open
    server.set_clock((midnight - timedelta(seconds=1)).isoformat())
    assert [who.get(address).status_code for who in (anna, bent, carla)] == [403, 403, 403]
    bent.post("/hold/demo/datoer", data={"step": LOCKED, "date": TODAY.isoformat()})
    assert [who.get(address).status_code for who in (anna, bent, carla)] == [200, 200, 403]
    assert anna.text(key, LOCKED) == "skrevet, mens der var åbent"
    anna.post("/hold/demo/datoer", data={"step": LOCKED, "date": ""})
    assert anna.get("/hold/demo/datoer").text.count(day.isoformat()) >= 1

    for wrong in (
        {"step": LOCKED, "date": "i morgen"},
        {"step": LOCKED, "date": "1999-01-01"},
        {"step": LOCKED, "date": "2999-01-01"},
        {"step": "findes-ikke", "date": later},
        {"date": later},
        {},
    ):
        answer = anna.post("/hold/demo/datoer", data=wrong)
        assert answer.status_code == 400
        assert 'lang="da"' in answer.text
    vibeke = server.client(VIBEKE)
    assert vibeke.post("/hold/demo/datoer", data={"step": LOCKED, "date": later}).status_code == 403
