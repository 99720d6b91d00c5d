"""A whole salon from the invitation to the end, after which nothing is kept that anyone has written or said."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, inspect, select

from fællesledelse.server.app import routes
from fællesledelse.store import schema

from .circles import Leader
from .every_route import every_route
from .salons import Salons, begun, send

CANARY = "KANARIEFUGLEN-SANG"
KEPT = {
    *("alembic_version", "gathering", "gathering_group", "membership", "person", "invitation", "notice_acceptance"),
    *("key_pair", "key_wrap", "session", "room", "step_mark", "theme_round"),
}
"""The tables that a salon leaves rows in: who is invited, their keys, how far the clock is, who was there, and themes."""

WORDLESS = {"RoomHandler", "DoneHandler", "NoticeHandler", "ThemesPage", "DevicesPage", "EraseHandler"}
"""What a leader may change: clock, own mark, having read the notice, themes, where they are signed in, and to be deleted."""

FILLINGS = {
    "gathering": ("demo",),
    "step": ("salon-1",),
    "name": ("overblik",),
    "key": ("salon.take", f"given.{'ab' * 16}.well"),
    "build": ("0" * 12,),
    "reader": ("0" * 32,),
    "kernel_id": ("00000000-0000-0000-0000-000000000000",),
    **dict.fromkeys(("draft", "gift", "share", "wave", "publication", "parcel", "visit", "note", "asked"), ("ab" * 16,)),
    "kind": ("harvest",),
    "what": ("build",),
    "card": ("period.periode-a.experiment-1",),
    "picture": ("alle",),
    "item": ("a.1",),
    "mailing": ("ab" * 16,),
    "number": ("1",),
}

BODY = {
    "text": CANARY, "base": 0, "save_id": CANARY, "texts": {"purpose": CANARY}, "switches": {}, "do": CANARY, "note": CANARY,
    "title": CANARY, "words": CANARY, "theme": CANARY, "worth": 3, "well": CANARY, "more": "", "improve": "", "less": "",
    "order": [CANARY], "chair": CANARY, "done": True, "accept": True, "others": [CANARY],
}  # fmt: skip


@pytest.fixture(scope="module")
def salons(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Salons]:
    with begun(tmp_path_factory.mktemp("no-notes")) as found:
        found.go_to(0)
        yield found


def go(who: Leader, do: str, **more: Any) -> dict[str, Any]:
    """Change the room, which must work; how it stands then."""
    path = "/api/demo/rooms/salon-1"
    answer = who.client.put(path, json={"base": who.client.get(path).json()["version"], "do": do, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def rows(salons: Salons) -> dict[str, int]:
    """How many rows each table has."""
    engine = create_engine(f"sqlite:///{salons.server.settings.data}/faellesledelse.sqlite")
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        tables = {name: schema.metadata.tables[name] for name in names if name in schema.metadata.tables}
        found = {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one() for name, table in tables.items()
        }
    engine.dispose()
    assert set(names) - set(tables) <= {"alembic_version"}
    return found


def live_through(salons: Salons) -> None:
    """Themes, the card, the room from its first phase to its last with the wall beside it, and who was there."""
    anna, bent, *others = salons.leaders
    assert salons.start().status_code == 200
    send(anna, "suggest", "At lede i blæst")
    salons.go_to(3)
    for leader in salons.leaders:
        send(leader, "choose", "At lede i blæst")
    salons.go_to(5)
    assert "6 har valgt det" in anna.client.get("/hold/demo/temaer").text
    salons.go_to(0)
    assert "I alt 60 minutter." in anna.client.get("/hold/demo/salon-1/kort").text
    assert go(anna, "start")["keepers"] == ["Anna Ager"]
    wall = "/api/demo/projector/salon-1"
    for _ in range(5):
        assert salons.vibeke.client.get(wall).json()["standing"].startswith("Salon 1 er i »")
        there = anna.client.get("/api/demo/rooms/salon-1").json()
        go(anna, "go", phase=there["phase"] + 1)
    go(bent, "chair", chair=bent.id)
    go(bent, "go", phase=6)
    assert salons.vibeke.client.get(wall).json()["standing"] == "Alle er færdige."
    for leader in others:
        assert leader.client.put("/api/demo/steps/salon-1/done", json={"done": True}).status_code == 200


def test_a_whole_salon_leaves_no_answer_parcel_contract_or_field(salons: Salons) -> None:
    live_through(salons)
    found = rows(salons)
    assert {name for name, count in found.items() if count} <= KEPT
    assert (found["room"], found["step_mark"], found["theme_round"]) == (1, 4, 1)
    assert all(not step["fields"] for step in (salons.leaders[0].client.step(name) for name in ("velkomst", "salon-1")))


def test_no_route_of_a_salon_takes_words_from_a_leader_but_suggestions_of_themes(salons: Salons) -> None:
    """Every route there is, with a body that has a text for each name that one could have."""
    anna, before = salons.leaders[1], rows(salons)
    refused: dict[str, set[str]] = {}
    addresses = {(handler, address) for handler, address, _ in every_route(FILLINGS)}
    for handler, address in sorted(addresses):
        if not address.startswith(("/hold/demo/", "/api/demo/")) or handler in WORDLESS:
            continue
        for method in ("POST", "PUT", "DELETE"):
            answer = anna.client.request(method, address, content=json.dumps(BODY))
            assert answer.status_code in (400, 401, 403, 404, 405), (method, address, answer.text)
            refused.setdefault(handler, set()).add(f"{answer.status_code} {_error(answer)}")
    for handler in ("AnswerHandler", "ContractHandler", "DraftsHandler", "GiftsHandler", "ResponseHandler", "VetoesHandler"):
        assert "403 no-notes" in refused[handler], refused[handler]
    for handler in WORDLESS - {"ThemesPage", "DevicesPage"}:
        [address] = {each for name, each in addresses if name == handler}
        for method in ("POST", "PUT"):
            assert anna.client.request(method, address, content=json.dumps(BODY)).status_code in (400, 405)
    assert rows(salons) == before
    assert CANARY not in salons.server.written + json.dumps(salons.server.audit)
    held = b"".join(path.read_bytes() for path in Path(salons.server.settings.data).glob("faellesledelse.sqlite*"))
    assert CANARY.encode() not in held


def _error(answer: Any) -> str:
    try:
        return str(answer.json().get("error", ""))
    except ValueError:
        return ""


def test_only_what_holds_no_words_says_so() -> None:
    handlers = {handler for _, handler, *_ in routes(None, None)}  # type: ignore[arg-type] # nobody is served
    assert {each.__name__ for each in handlers if getattr(each, "wordless", False)} == WORDLESS


def test_the_clock_waits_for_the_day_while_the_page_is_open_ahead(salons: Salons) -> None:
    anna = salons.leaders[0]
    assert "Hvem kan du tænke højt sammen med?" in anna.client.get("/hold/demo/salon-2").text
    there = anna.client.get("/api/demo/rooms/salon-2").json()
    refused = anna.client.put("/api/demo/rooms/salon-2", json={"base": there["version"], "do": "start"})
    assert (refused.status_code, refused.json()["error"]) == (403, "not-open")
    assert refused.json()["message"].startswith("Uret kan begynde den dag, I mødes. Det er ")
