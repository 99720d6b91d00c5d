"""Nobody in: every role asks every route, with every kind of id and every method, what is not theirs to ask.

What is promised is the table of `rights`. Whatever it does not open must be refused before anything is read, told or
changed; what it opens is asked for where asking changes nothing, and may hold no word that the asker may not read.
"""

import hashlib
import io
import random
import re
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx

from fællesledelse.server.app import routes
from tests.server.circles import CARD
from tests.server.every_route import every_route, inquiring

from .community import CASE, ROLES, Community, lived_in
from .figure import Figure
from .rights import Role, Thing, doors

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NOTHING = "0" * 32
REFUSED = (401, 403, 404, 405)


@dataclass(frozen=True)
class Request:
    """One question of one role. ``open``: whether it is theirs to ask."""

    role: Role
    method: str
    address: str
    handler: str
    open: bool


def tried(seed: int, share: float) -> Iterator[Figure]:
    """The figures of the whole matrix, or of its first part: the true ids come first."""
    with lived_in() as community:
        found = requests(community, random.Random(seed))
        asked = found[: max(int(len(found) * share), 1)]
        before = _state(community)
        wrong = [fault for request in asked for fault in _faults(community, request)]
        wrong += [f"changed: {name}" for name, state in _state(community).items() if state != before[name]]
    shut = sum(not request.open for request in asked)
    told = f"{len(wrong)} of {len(asked):,} requests, {shut:,} of them forbidden" + "".join(f"; {each}" for each in wrong[:20])
    yield Figure("nobody in", f"role × route × object × method, seed {seed}", "0 forbidden accesses", told, not wrong)


def requests(community: Community, chance: random.Random) -> list[Request]:
    """All of them; those with the ids of what is there before the rest, which is mixed."""
    first: list[Request] = []
    rest: list[Request] = []
    asking, known = inquiring(), doors()
    for name, address, true in addresses(community):
        for question in ("", _question(community)) if name in asking and true else ("",):
            for role in ROLES.values():
                for method in METHODS:
                    here = Request(role, method, address + question, name, _open(community, known, role, method, address))
                    if not here.open or method in ("GET", "HEAD"):
                        (first if true and (name, method) in known else rest).append(here)
    chance.shuffle(rest)
    return first + rest


def addresses(community: Community) -> Iterator[tuple[str, str, bool]]:
    """The handler, an address for each way to fill in its route, and whether what it names is there."""
    for fillings, true in ((_true(community), True), (_false(community), False)):
        found = {address: name for name, address, _ in every_route(fillings)}
        yield from ((name, address, true) for address, name in found.items())


def _true(community: Community) -> Mapping[str, tuple[str, ...]]:
    ids = community.ids
    return {
        "gathering": ("demo", "net"),
        "step": ("forberedelse-1", "workshop-1", "moede-2"),
        "key": ("episodes.1.did", f"given.{ids['draft']}.well", "charter.field"),
        "build": ("0" * 12,),
        "reader": (NOTHING,),
        "kernel_id": ("00000000-0000-0000-0000-000000000000",),
        "draft": (ids["draft"], ids["second"]),
        "gift": (ids["gift"],),
        "kind": ("harvest", "pdf"),
        "number": ("0", "1"),
        "publication": (ids["publication"],),
        "name": ("holdet", "1-privatlivsmeddelelse.docx"),
        "card": (CARD, CASE),
        "share": (ids["share"], ids["case"], ids["draft"]),
        "wave": (ids["survey"], ids["evaluation"], ids["round"]),
        "item": ("tit-nok",),
        "picture": ("tillid-fordeling",),
    }


def _false(community: Community) -> Mapping[str, tuple[str, ...]]:
    """Of another gathering, of nobody, and what is no id at all."""
    ids = community.ids
    other = {name: (NOTHING, "..", ids["second"]) for name in ("draft", "gift", "publication", "share", "wave")}
    return other | {
        "gathering": ("andet", "demo", "findes-ikke", "%2e%2e"),
        "step": ("udgivelse", "findes-ikke"),
        "key": ("private.limits", f"picked.{ids['draft']}", "findes.ikke"),
        "build": ("f" * 12,),
        "reader": ("x",),
        "kernel_id": ("a-b-c-d-e",),
        "kind": ("docx", "findesikke"),
        "number": ("9999", "-1"),
        "name": ("overblik", "findes-ikke"),
        "card": ("period.periode-a.findes-ikke", "%00"),
        "item": ("findes-ikke",),
        "picture": ("findes-ikke",),
    }


def _question(community: Community) -> str:
    publication = community.ids["publication"]
    return f"?group=1&gruppe=1&trin=workshop-1&annex=1&version=1&publication={publication}&number=1"


def _open(
    community: Community, known: Mapping[tuple[str, str], frozenset[str]], role: Role, method: str, address: str
) -> bool:
    handler, filled = where(address)
    things = [community.things[each] for each in filled.values() if each in community.things]
    return may(known, role, handler, method, filled.get("gathering", ""), things[0] if things else None)


def may(
    known: Mapping[tuple[str, str], frozenset[str]], role: Role, handler: str, method: str, gathering: str, thing: Thing | None
) -> bool:
    """Whether a door is open to someone, as the table says."""
    return any(role.is_(who, gathering, thing) for who in known.get((handler, method), ()))


def where(address: str) -> tuple[str, Mapping[str, str]]:
    """The name of the handler that an address leads to, and what it is filled in with."""
    path = address.partition("?")[0]
    for pattern, handler, *_ in routes(None, None):  # type: ignore[arg-type] # nobody is served
        found = re.fullmatch(pattern, path)
        if found:
            return handler.__name__, found.groupdict()
    return "Nowhere", {}


def _faults(community: Community, request: Request) -> Iterator[str]:
    """What is wrong with an answer, for the one who reads the figure."""
    client = community.clients[request.role.name]
    sent = {"json": BODIES.get((request.handler, request.method), {})} if request.method in ("POST", "PUT", "PATCH") else {}
    answer = client.request(request.method, request.address, **sent)  # type: ignore[arg-type]
    told = f"{request.role.name}: {request.method} {request.handler} {request.address} {answer.status_code}"
    signs_in = answer.headers.get("Location", "").startswith("/log-ind")
    if answer.status_code >= 500:
        yield f"fault {told}"
    elif not request.open and answer.status_code not in REFUSED and not signs_in:
        yield f"let in {told}"
    for word, readers in community.words.items():
        if request.role.name not in readers and any(word.encode() in content for content in _contents(answer)):
            yield f"told {told}"


def _contents(answer: httpx.Response) -> Iterator[bytes]:
    """What an answer says, the files in an archive among it."""
    yield answer.content
    yield repr(answer.headers.multi_items()).encode()
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            yield from (archive.read(name) for name in archive.namelist())


def _state(community: Community) -> dict[str, str]:
    """A fingerprint of each table, and of each folder."""
    with closing(sqlite3.connect(community.server.settings.data / "faellesledelse.sqlite")) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: sorted(map(repr, database.execute(f"SELECT * FROM {name!r}"))) for name in names}  # noqa: S608 # ours
    for folder in community.folders.values():
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        found[str(folder.name)] = [f"{path} {path.read_bytes()!r}" for path in files]
    return {name: hashlib.sha256("\n".join(rows).encode()).hexdigest() for name, rows in found.items()}


BODIES: dict[tuple[str, str], dict[str, Any]] = {}
"""What a door is asked with that reads the question before it looks who asks."""
