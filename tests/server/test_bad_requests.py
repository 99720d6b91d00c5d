"""Every route there is, asked in every wrong way: refused in Danish, one line in the audit log, never a fault."""

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from .every_route import every_route, unread
from .people import ANNA, LOCKED, VIBEKE
from .serving import Client, Server, wait_for

pytestmark = pytest.mark.usefixtures("uncounted")

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "half": b"{",
    "a list": b"[]",
    "null": b"null",
    "deep": b"[" * 100_000,
    "bytes": bytes(range(256)),
    "strange": json.dumps({"text": "\ud800", "token": "\0", "email": "\ud800@", "pass_phrase": "\ud800" * 12}).encode(),
    "wrong types": json.dumps({"text": 1, "base": [], "save_id": {}, "done": "ja", "accept": 1, "gathering": 2}).encode(),
    "a form": b"step=%FF%FE&date=%00",
    "a bad form": b"step=%ED%A0%80&date=2026-99-99",
    "enrol": json.dumps({"token": "\ud800", "pass_phrase": "\ud800" * 12}).encode(),
    "recover": json.dumps({"email": "\0", "recovery_code": "\ud800", "pass_phrase": "\ud800" * 12}).encode(),
    "renew": json.dumps({"token": "x", "pass_phrase": "a" * 12, "recovery_code": "\ud800"}).encode(),
    "safe": json.dumps({"format": 1, "kind": "result", "person": 1, "public": [], "keys": {}}).encode(),
}
FILLINGS: dict[str, tuple[str, ...]] = {
    "gathering": ("demo", "andet", "findes-ikke"),
    "step": ("forberedelse-1", LOCKED, "findes-ikke"),
    "key": ("episodes.1.did", "..", "findes.ikke"),
    "build": ("0" * 12,),
    "reader": ("0" * 32,),
    "kernel_id": (str(uuid.UUID(int=0)), "a-b-c-d-e"),
    "draft": ("0" * 32,),
    "gift": ("0" * 32,),
    "kind": ("harvest", "pdf"),
    "number": ("0", "9999"),
    "publication": ("0" * 32,),
    "name": ("holdet", "1-privatlivsmeddelelse.docx", "findes-ikke"),
    "what": ("build", "undo"),
    "card": ("period.periode-a.experiment-1",),
    "share": ("0" * 32,),
    "wave": ("0" * 32,),
    "item": ("tit-nok",),
    "picture": ("tillid-fordeling",),
}


def addresses() -> Iterator[tuple[str, str, bool]]:
    """Every route's name and an address for each way to fill it in; whether it is one of ours."""
    yield from every_route(FILLINGS)
    yield "Nowhere", "/findes/ikke", False
    yield "Nowhere", "/wp-login.php", False


def requests() -> Iterator[tuple[str, str, str, list[bytes]]]:
    """Handler, method, address, bodies to try: every method on every address, every body where one may be sent."""
    for name, address, ours in addresses():
        for method in METHODS if ours else ("GET", "POST", "PUT"):
            bodies = BODIES if ours and method in ("POST", "PUT") else {"a list": b"[]"}
            yield name, method, address, list(bodies.values())


@pytest.fixture(scope="module", params=["nobody", "a leader", "a facilitator", "another site"])
def asker(request: pytest.FixtureRequest, server: Server) -> Client:
    """Who asks."""
    who = {"a leader": ANNA, "a facilitator": VIBEKE, "another site": ANNA}.get(request.param)
    client = server.client(who)
    if request.param == "another site":
        client.headers["Origin"] = "https://ond.example"
    if request.param == "a facilitator":
        client.accept()
    client.headers["X-Asker"] = request.param
    return client


def test_no_wrong_request_is_a_fault_and_every_refusal_is_in_words_and_in_the_audit_log(
    server: Server, asker: Client
) -> None:
    before, refused = len(server.audit), 0
    for name, method, address, bodies in requests():
        if _is_right(asker, name, method):
            continue
        for body in bodies:
            if name in ("LogInHandler", "ForgottenHandler") and b"email" in body:
                continue  # wrong guesses are slowed down on purpose
            answer = asker.request(method, address, content=body)
            where = f"{name} {method} {address} {body[:30]!r}: {answer.status_code}"
            assert answer.status_code < 500, f"{where}\n{server.written[-2000:]}"
            assert "Traceback" not in answer.text, where
            if answer.status_code >= 400:
                refused += answer.status_code != 409
                if method != "HEAD":
                    _says_why(answer, where)
            if unread(answer):
                break
    wait_for(lambda: len(server.audit) >= before + refused)
    lines = server.audit[before:]
    assert len([line for line in lines if line["event"] == "refused"]) == refused
    assert not [line for line in lines if line["event"] == "failed"]


def _is_right(asker: Client, name: str, method: str) -> bool:
    """A page of one's own, which is no wrong request; or signing out, here or elsewhere, where other tests are signed in."""
    who = asker.headers["X-Asker"]
    out = name in ("LogOutHandler", "DevicesPage") and method == "POST" and who in ("a leader", "a facilitator")
    return out or (name == "NotebookPage" and method == "GET" and who in ("a leader", "another site"))


def _says_why(answer: Any, where: str) -> None:
    if answer.headers["content-type"].startswith("application/json"):
        told = answer.json()
        assert re.search(r"[a-zæøå]{2}", told["message"]), where
        assert told["error"], where
    else:
        assert 'lang="da"' in answer.text, where


def test_requests_that_are_no_http_are_dropped_and_leave_nothing_in_the_log(server: Server) -> None:
    import socket

    address = ("127.0.0.1", server.settings.port)
    for raw in (
        b"\r\n\r\n",
        b"KANARIEFUGL\r\n\r\n",
        b"GET /KANARIEFUGL HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nKANARIEFUGL\r\n\r\n",
        b"POST /api/log-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/log-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST /api/log-in HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nKANARIEFUGL\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: " + b"x" * 100_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ):
        with socket.create_connection(address, timeout=10) as wire:
            heard = b""
            with suppress(OSError):  # the server may shut the door before all is said or read
                wire.sendall(raw)
                wire.shutdown(socket.SHUT_WR)
                while more := wire.recv(1 << 16):
                    heard += more
            assert b"HTTP/1.1 500" not in heard, raw[:60]
            assert b"Traceback" not in heard
    assert server.client().get("/sundhed").json() == {"status": "ok"}
    assert "KANARIEFUGL" not in server.written
