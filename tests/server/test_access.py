"""Getting in, and back in: links, pass phrases, devices, codes, and the key in the safe."""

import asyncio
import email
import email.policy
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from fællesledelse import operation
from fællesledelse.model import Manifest
from fællesledelse.server.access_api import NEW_DEVICE, Brake, notice_digest
from fællesledelse.server.devices import called
from fællesledelse.server.operator_api import SAFE_USED
from fællesledelse.server.run import now
from fællesledelse.store.vault import open_with_safe_key

from .people import ANNA, BENT, CARLA, DORTE, EGON, FREJA, HANNE, NEXT_PHRASE, PHRASE, Someone
from .serving import Client, Server, alive, outbox, wait_for


def invitation(server: Server, who: Someone) -> str:
    """The secret of a new invitation."""
    (link,) = operation.invite(server.settings, "demo", who.email)["invitations"]
    assert link["url"].startswith(f"{server.settings.origin}/invitation#")
    return str(link["url"]).partition("#")[2]


def enrol(client: Client, token: str, phrase: str = PHRASE) -> httpx.Response:
    return client.post("/api/enrol", content=json.dumps({"token": token, "pass_phrase": phrase}))


def test_an_invitation_works_once_and_a_scanner_that_fetches_it_does_not_use_it(server: Server) -> None:
    token = invitation(server, EGON)
    client = server.client()
    for method in ("GET", "HEAD", "GET"):
        client.request(method, "/invitation")
        client.request(method, f"/invitation?{token}")
    assert client.post("/api/invitation", json={"token": token}).json()["name"] == EGON.name
    assert enrol(client, token, "for kort").status_code == 400
    answer = enrol(client, token)
    assert answer.status_code == 200
    assert re.fullmatch(r"[0-9A-Z-]{20,}", answer.json()["recovery_code"])
    assert client.get("/api/session").json()["name"] == EGON.name
    again = enrol(server.client(), token, NEXT_PHRASE)
    assert again.status_code == 404
    server.client().sign_in(EGON)


def test_a_link_that_is_used_unknown_or_replaced_gets_one_and_the_same_kind_answer(server: Server) -> None:
    first = invitation(server, FREJA)
    invitation(server, FREJA)
    client = server.client()
    answers = {enrol(client, token).text for token in (first, "ukendt", "", "\ud800", "x" * 100_000)}
    answers |= {client.post("/api/invitation", json={"token": token}).text for token in (first, "ukendt")}
    (answer,) = answers
    assert "Bed din facilitator om et nyt" in json.loads(answer)["message"]


def test_a_wrong_pass_phrase_and_an_unknown_address_get_the_same_answer(server: Server) -> None:
    client = server.client()
    wishes = [(ANNA.email, "forkert og forkert igen"), ("ingen@strandby.example", PHRASE), ("\ud800\0", PHRASE), ("", "")]
    answers = {
        (answer.status_code, answer.text)
        for mail, phrase in wishes
        for answer in [client.post("/api/log-in", content=json.dumps({"email": mail, "pass_phrase": phrase}))]
    }
    assert [status for status, _ in answers] == [403]
    assert "faellesledelse" not in client.cookies


def test_the_brake_forgets_the_oldest_address_when_it_has_many_to_remember(monkeypatch: pytest.MonkeyPatch) -> None:
    brake = Brake()
    monkeypatch.setattr(Brake, "REMEMBERED", 2)
    for address in ("a", "b", "c"):
        for _ in range(brake.FREE + 20):
            brake.wrong(address)
    assert [brake.delay(address) for address in ("a", "b", "c")] == [0.0, brake.LONGEST, brake.LONGEST]
    brake.right("b")
    assert brake.delay("b") == 0.0
    monkeypatch.setattr(Brake, "FORGOTTEN_AFTER", -1.0)
    assert brake.delay("c") == 0.0


def test_guesses_at_one_address_wait_for_one_another_however_many_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Brake, "FREE", 100)
    brake, inside, most = Brake(), 0, 0

    async def guess() -> None:
        nonlocal inside, most
        async with brake.turn("anna"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    async def all_at_once() -> None:
        async def again() -> None:
            for _ in range(10):
                await guess()

        await asyncio.gather(*[again() for _ in range(8)])

    asyncio.run(all_at_once())
    assert most == 1


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites_and_lasts_thirty_days(server: Server) -> None:
    cookie = server.client().sign_in(BENT).headers["set-cookie"]
    parts = {part.strip().partition("=")[0].lower(): part.strip().partition("=")[2] for part in cookie.split(";")}
    assert {"httponly", "samesite", "path", "expires"} <= set(parts)
    assert parts["samesite"] in ("Lax", "Strict")
    expires = email.utils.parsedate_to_datetime(parts["expires"])
    assert timedelta(days=29, hours=23) < expires - now() < timedelta(days=30, hours=1)


def test_after_signing_out_the_old_cookie_opens_nothing(server: Server) -> None:
    client = server.client(BENT)
    old = dict(client.cookies)
    assert client.post("/api/log-out").status_code == 204
    assert "faellesledelse" not in client.cookies
    client.cookies.update(old)
    assert client.get("/api/session").status_code == 401
    assert client.post("/api/log-out").status_code == 204


def test_signing_in_ends_the_session_before_on_that_device(server: Server) -> None:
    client = server.client(BENT)
    old = dict(client.cookies)
    client.sign_in(ANNA)
    before = server.client()
    before.cookies.update(old)
    assert before.get("/api/session").status_code == 401
    assert client.get("/api/session").json()["name"] == ANNA.name


def test_a_cookie_that_was_changed_or_made_up_opens_nothing(server: Server) -> None:
    client = server.client(BENT)
    name, value = "faellesledelse", client.cookies["faellesledelse"]
    for wrong in (value[:-1] + ("0" if value[-1] != "0" else "1"), value.partition(".")[0], ".", "æ", 'x"y', f"{value}00"):
        answer = httpx.get(f"{server.url}/api/session", headers={b"Cookie": f"{name}={wrong}".encode()})
        assert answer.status_code == 401, wrong
    among_strange_ones = {"Cookie": f"a[b]=1; ,=2; {{}}={{}}; {name}={value}; x"}
    assert httpx.get(f"{server.url}/api/session", headers=among_strange_ones).status_code == 200


def test_with_the_recovery_code_the_texts_stay_and_every_other_device_is_signed_out(
    server: Server, recovery_codes: dict[str, str]
) -> None:
    elsewhere = server.client(DORTE)
    elsewhere.accept()
    elsewhere.saved("episodes.1.situation", "Det, jeg skrev før")
    before = set(server.kernels())
    with elsewhere.socket(elsewhere.open_page("privat-tillaeg")[1]):
        wait_for(lambda: set(server.kernels()) - before)
        (pid,) = set(server.kernels()) - before
        client = server.client()
        code = recovery_codes[DORTE.email]
        wish = {"email": DORTE.email, "recovery_code": code, "pass_phrase": NEXT_PHRASE}
        wrong = [wish | {"recovery_code": "0" * len(code)}, wish | {"email": "ingen@strandby.example"}]
        assert {client.post("/api/recover", json=each).status_code for each in wrong} == {403}
        answer = client.post("/api/recover", json=wish)
        assert answer.status_code == 200
        assert answer.json()["recovery_code"] != code
        assert client.text("episodes.1.situation") == "Det, jeg skrev før"
        assert elsewhere.get("/api/session").status_code == 401
        assert not alive(pid)
    assert client.post("/api/recover", json=wish).status_code == 403
    assert client.post("/api/log-in", json={"email": DORTE.email, "pass_phrase": PHRASE}).status_code == 403
    server.client(DORTE, NEXT_PHRASE)


def letters(server: Server) -> list[email.message.EmailMessage]:
    """The mails in the outbox, oldest first."""
    paths = outbox(server.settings.data)
    return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]


def link_in(letter: email.message.EmailMessage) -> str:
    """The secret of the link in a mail."""
    found = re.search(r"/ny-adgang#(\S+)", letter.get_content())
    assert found
    return found[1]


@pytest.fixture
def clocked(another: Callable[..., Server], built: dict[str, Path]) -> Server:
    """A server on a clock of the test's own."""
    return another(*built.values(), clocked=True)


def test_lost_phrase_and_lost_code_cost_a_day_and_the_key_in_the_safe_brings_the_texts_back(
    clocked: Server, safe: tuple[str, tuple[str, str]], recovery_codes: dict[str, str], tmp_path: Path
) -> None:
    start = now().replace(microsecond=0)
    clocked.set_clock(start.isoformat())
    anna = clocked.client(ANNA)
    anna.saved("episodes.1.situation", "Skrevet, før nøglen gik tabt")
    anna.post("/api/log-out")

    client = clocked.client()
    assert client.post("/api/forgotten", json={"email": "ingen@strandby.example"}).status_code == 202
    assert client.post("/api/forgotten", json={"email": FREJA.email}).status_code == 202
    assert client.post("/api/forgotten", json={"email": ANNA.email.upper()}).status_code == 202
    wait_for(lambda: letters(clocked) != [])
    (letter,) = letters(clocked)
    assert letter["To"] == ANNA.email
    assert "Linket er bestilt af en, der skrev din e-mail" in letter.get_content()
    token = link_in(letter)
    wish = {"token": token, "pass_phrase": NEXT_PHRASE}

    assert client.post("/api/invitation", json={"token": token}).json()["not_before"] is not None
    assert enrol(client, token).status_code == 403
    assert client.post("/api/renew", json=wish).status_code == 403
    clocked.set_clock((start + timedelta(hours=23, minutes=59)).isoformat())
    assert "et døgn" in client.post("/api/renew", json=wish).json()["message"]
    clocked.set_clock((start + timedelta(hours=24)).isoformat())
    assert client.post("/api/renew", json=wish).status_code == 200
    assert client.post("/api/renew", json=wish).status_code == 404
    assert client.step()["answers"]["episodes.1.situation"]["sealed"] is True
    client.saved("episodes.2.situation", "Skrevet bagefter")

    operation.safe_request(clocked.settings, ANNA.email, tmp_path / "request.json")
    assert "Skrevet" not in (tmp_path / "request.json").read_text()
    assert [used["Subject"] for used in letters(clocked)[1:]] == [SAFE_USED], "told before anything is handed over"
    (tmp_path / "result.json").write_bytes(open_with_safe_key((tmp_path / "request.json").read_bytes(), safe[1]))
    operation.safe_result(clocked.settings, (tmp_path / "result.json").read_bytes())
    assert "Nøglen i pengeskabet er brugt for dig" in letters(clocked)[-1].get_content()
    assert client.text("episodes.1.situation") == "Skrevet, før nøglen gik tabt"
    assert client.text("episodes.2.situation") == "Skrevet bagefter"
    with pytest.raises(operation.ServerRefused, match="Ingen har den"):
        operation.safe_request(clocked.settings, "ingen@strandby.example", tmp_path / "none.json")
    (tmp_path / "junk.json").write_text("{}")
    with pytest.raises(operation.ServerRefused):
        operation.safe_result(clocked.settings, (tmp_path / "junk.json").read_bytes())

    with_code(clocked, recovery_codes[BENT.email])
    a_month_later(clocked, start)


def with_code(server: Server, code: str) -> None:
    """A link that IT asked for says so, and works at once with the recovery code."""
    bent = server.client(BENT)
    bent.saved("episodes.1.situation", "Bents")
    bent.post("/api/log-out")
    assert operation.invite(server.settings, "demo", BENT.email)["invitations"] == []
    letter = letters(server)[-1]
    assert letter["To"] == BENT.email
    assert "Linket er bestilt af IT-driften" in letter.get_content()
    wish = {"token": link_in(letter), "pass_phrase": NEXT_PHRASE, "recovery_code": code}
    assert bent.post("/api/renew", json=wish | {"recovery_code": "forkert"}).status_code == 403
    assert bent.post("/api/renew", json=wish).status_code == 200
    assert bent.text("episodes.1.situation") == "Bents"


def a_month_later(server: Server, start: object) -> None:
    """A device is remembered for thirty days and no longer."""
    server.set_clock((now() + timedelta(days=1)).isoformat())
    dorte = server.client(DORTE)
    server.set_clock((now() + timedelta(days=30)).isoformat())
    assert dorte.get("/api/session").status_code == 200
    server.set_clock((now() + timedelta(days=31, minutes=1)).isoformat())
    assert dorte.get("/api/session").status_code == 401
    assert dorte.get("/hold/demo/").headers["location"] == "/log-ind?next=/hold/demo/"


def test_who_has_the_pass_phrase_can_get_a_new_recovery_code_and_the_old_one_is_dead(
    another: Callable[..., Server], built: dict[str, Path], recovery_codes: dict[str, str]
) -> None:
    server = another(built["demo"])
    client, stranger = server.client(BENT), server.client()
    assert client.post("/api/new-code", json={"pass_phrase": "ikke den rigtige sætning"}).status_code == 403
    assert stranger.post("/api/new-code", json={"pass_phrase": PHRASE}).status_code == 401
    fresh = client.post("/api/new-code", json={"pass_phrase": PHRASE}).json()["recovery_code"]
    body = {"email": BENT.email, "pass_phrase": NEXT_PHRASE}
    old = stranger.post("/api/recover", json=body | {"recovery_code": recovery_codes[BENT.email]})
    assert old.status_code == 403
    assert stranger.post("/api/recover", json=body | {"recovery_code": fresh}).status_code == 200


def test_another_key_in_the_safe_is_told_to_every_leader(manifest: Manifest) -> None:
    assert notice_digest(manifest) == notice_digest(replace(manifest, name="Et andet navn"))
    assert notice_digest(manifest) != notice_digest(replace(manifest, safe_key="ab" * 32))


def test_nobody_asks_as_the_operator_without_the_token_in_the_data_folder(server: Server) -> None:
    client = server.client(ANNA)
    for given in (b"", b"Bearer x", b"Bearer", b"Bearer \xe6"):
        for route in ("invitations", "safe/request", "safe/result"):
            answer = client.post(f"/operator/{route}", json={"gathering": "demo"}, headers={b"Authorization": given})
            assert answer.status_code == 403
    assert (server.settings.operator_token.stat().st_mode & 0o777) == 0o600


def test_the_operator_is_told_what_is_wrong(server: Server) -> None:
    with pytest.raises(operation.ServerRefused, match="intet hold"):
        operation.invite(server.settings, "findes-ikke", None)
    with pytest.raises(operation.ServerRefused, match="Ingen på holdet"):
        operation.invite(server.settings, "demo", "ingen@strandby.example")
    everyone = operation.invite(server.settings, "andet", None)
    assert {link["email"] for link in everyone["invitations"]} <= {HANNE.email}
    assert len(everyone["invitations"]) + everyone["enrolled"] == 3


WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/604"


def news(server: Server, who: Someone) -> list[str]:
    """What has been mailed to someone about new devices."""
    every = [email.message_from_bytes(path.read_bytes()) for path in (server.settings.data / "udbakke").glob("*.eml")]
    own = [each for each in every if (each["To"], each["Subject"]) == (who.email, NEW_DEVICE)]
    return [each.get_payload(decode=True).decode() for each in own]


def test_a_new_device_is_told_of_by_mail_and_on_the_others_next_page_and_signed_out_from_there(
    another: Callable[..., Server], built: dict[str, Path]
) -> None:
    server = another(built["demo"])
    desk, phone = (server.client() for _ in range(2))
    for client, browser in ((desk, WINDOWS), (phone, PHONE)):
        client.headers["User-Agent"] = browser
    desk.sign_in(DORTE)
    desk.accept()
    wait_for(lambda: len(news(server, DORTE)) == 1)
    for _ in range(2):  # the same browser is known again, and nobody is written to
        desk.post("/api/log-out")
        desk.sign_in(DORTE)
    assert "ny enhed: " not in desk.get("/hold/demo/privatliv").text
    phone.sign_in(DORTE)
    wait_for(lambda: len(news(server, DORTE)) == 2)
    assert sum("Safari på iPhone" in told for told in news(server, DORTE)) == 1
    assert "ny enhed: Safari på iPhone" in desk.get("/hold/demo/forberedelse-1").text
    assert "ny enhed: " not in phone.get("/hold/demo/privatliv").text
    page = desk.get("/enheder").text
    assert [page.count(each) for each in ("Chrome på Windows", "Safari på iPhone", "Her sidder du nu")] == [1, 1, 1]
    assert "ny enhed: " not in desk.get("/hold/demo/privatliv").text, "it has been seen"
    with phone.socket(phone.open_page("privat-tillaeg")[1]):
        wait_for(server.kernels)
        (pid,) = server.kernels()
        assert desk.post("/enheder", headers={"Origin": "https://ond.example"}).status_code == 403
        assert "Du er logget ud ét andet sted." in desk.post("/enheder").text
        assert phone.get("/api/session").status_code == 401
        assert not alive(pid)
    assert "Safari på iPhone" not in desk.get("/enheder").text
    assert server.client().get("/enheder").headers["location"] == "/log-ind?next=/enheder"


def test_a_shared_tablet_knows_its_people_apart_and_a_mark_opens_nothing(
    another: Callable[..., Server], built: dict[str, Path]
) -> None:
    server = another(built["demo"])
    tablet = server.client(ANNA)
    wait_for(lambda: len(news(server, ANNA)) == 1)
    tablet.sign_in(BENT)
    wait_for(lambda: len(news(server, BENT)) == 1)
    marks = tablet.cookies["faellesledelse-enhed"].split(".")
    assert len(set(marks)) == 2
    for who in (ANNA, BENT):
        tablet.sign_in(who)
    thief = server.client()
    thief.cookies.update({"faellesledelse-enhed": ".".join(marks), "faellesledelse": f"{marks[0]}.{marks[1]}"})
    assert thief.get("/api/session").status_code == 401
    thief.sign_in(CARLA)
    wait_for(lambda: len(news(server, CARLA)) == 1)
    assert [len(news(server, who)) for who in (ANNA, BENT)] == [1, 1]


def test_who_guesses_does_not_hold_up_a_device_that_is_known_even_after_a_restart(
    another: Callable[..., Server], built: dict[str, Path]
) -> None:
    first = another(built["demo"])
    known = dict(first.client(ANNA).cookies)
    assert first.stop() == 0
    server = another(built["demo"])
    wish = {"email": ANNA.email, "pass_phrase": "forkert og forkert igen"}
    strange = server.client()
    strange.cookies.update({"faellesledelse-enhed": known["faellesledelse-enhed"][:-1] + "x"})
    for client in (*[server.client()] * 3, strange, strange):
        took = client.post("/api/log-in", json=wish).elapsed.total_seconds()
    assert took >= 2.0, "a mark without its seal is of no use"
    mine = server.client()
    mine.cookies.update(known)
    answer = mine.post("/api/log-in", json=wish | {"pass_phrase": PHRASE})
    assert (answer.status_code, answer.elapsed.total_seconds() < 4.0) == (200, True), answer.elapsed


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (WINDOWS, "Chrome på Windows"),
        (f"{WINDOWS} Edg/140.0", "Edge på Windows"),
        (PHONE, "Safari på iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox på Linux"),
        ("faellesledelse", "kommandolinjen"),
        ("curl/8", "en ukendt enhed"),
        ("", "en ukendt enhed"),
    ],
)
def test_a_device_is_called_what_people_call_it(agent: str, name: str) -> None:
    assert called(agent) == name
