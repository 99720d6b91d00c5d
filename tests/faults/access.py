"""Nobody in: every role asks every route, with every kind of id and every method, what is not theirs to ask.

What is promised is the table of `rights`. Whatever it does not open must be refused before anything is read, told or
changed; what it opens is asked for where asking changes nothing, and may hold no word that the asker may not read.
"""

import hashlib
import io
import itertools
import random
import re
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx

from fællesledelse.server.app import routes
from tests.server.circles import CARD
from tests.server.every_route import every_route, inquiring
from tests.server.people import TODAY

from .community import CASE, ROLES, Community, lived_in
from .figure import Figure
from .rights import Role, doors

Doors = Mapping[tuple[str, str], frozenset[str]]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NOTHING = "0" * 32
REFUSED = (401, 403, 404, 405)
ROUTES = routes(None, None)  # type: ignore[arg-type] # nobody is served


@dataclass(frozen=True)
class Request:
    """One question of one role. ``open``: whether it is theirs to ask."""

    role: Role
    method: str
    address: str
    handler: str
    open: bool

    @property
    def door(self) -> tuple[str, str]:
        """Handler and method."""
        return self.handler, self.method


def tried(seed: int, share: float) -> Iterator[Figure]:
    """The figures of the matrix: of each door with what is there, once for each role, and of a share of all else."""
    with lived_in() as community:
        first, rest = requests(community, random.Random(seed))
        part = int(len(rest) * share)
        asked, unasked = first + rest[:part], rest[part:]
        before, wrong = _state(community), []
        opened = {each.door: False for each in first + rest if each.open and each.handler not in ELSEWHERE}
        for request in asked:
            wrong += _asked(community, request, opened)
        for request in unasked:
            wrong += _asked(community, request, opened) if request.open and not opened.get(request.door, True) else ()
        wrong += [f"changed: {name}" for name, state in _state(community).items() if state != before[name]]
        spared = _spared(community, asked)
    shut = sum(not request.open for request in asked)
    told = "; ".join([f"{len(wrong)} of {len(asked):,} requests, {shut:,} of them forbidden", *wrong[:20]])
    yield Figure("nobody in", f"role × route × object × method, seed {seed}", "0 forbidden accesses", told, not wrong)
    yield _figure(f"of {len(ROLES) * len(doors()):,} pairs of role and door, those that were not tried", spared)
    closed = sorted(".".join(door) for door, there in opened.items() if not there)
    yield _figure(f"of {len(opened)} doors that are promised to be open, those that were so to nobody", closed)


def _figure(counted: str, wrong: list[str]) -> Figure:
    return Figure("nobody in", counted, "0", "; ".join([str(len(wrong)), *wrong[:20]]), not wrong)


def _asked(community: Community, request: Request, opened: dict[tuple[str, str], bool]) -> list[str]:
    """Ask; what is wrong with the answer. Whether the door was open to whom it is promised is noted."""
    answer = _ask(community, request)
    if request.open and request.door in opened:
        opened[request.door] |= answer.status_code < 400
    return list(_faults(community, request, answer))


def _spared(community: Community, asked: list[Request]) -> list[str]:
    """The doors at which a role has not asked, but for what is theirs to change."""
    there = {(request.role.name, request.door) for request in asked}
    things = [None, *community.things.values()]
    return [
        f"{role.name}: {'.'.join(door)}"
        for role, (door, who) in itertools.product(ROLES.values(), doors().items())
        if (role.name, door) not in there
        and not any(role.is_(each, *at) for each in who for at in itertools.product(community.folders, things))
    ]


def requests(community: Community, chance: random.Random) -> tuple[list[Request], list[Request]]:
    """Each door for each role with what is there; then all else, what is forbidden first."""
    seen: set[tuple[str, tuple[str, str]]] = set()
    parts: tuple[list[Request], list[Request], list[Request]] = ([], [], [])
    asking, known = inquiring(), doors()
    for name, address, true in addresses(community):
        for question in ("", _question(community)) if name in asking and true else ("",):
            for role, method in itertools.product(ROLES.values(), METHODS):
                here = Request(role, method, address + question, name, _open(community, known, role, method, address))
                if here.open and method not in ("GET", "HEAD"):
                    continue  # what is theirs to change, other tests change
                new = true and here.door in known and (role.name, here.door) not in seen
                parts[0 if new else 2 if here.open else 1].append(here)
                seen |= {(role.name, here.door)} if true else set()
    for part in parts[1:]:
        chance.shuffle(part)
    return parts[0], parts[1] + parts[2]


def addresses(community: Community) -> Iterator[tuple[str, str, bool]]:
    """The handler, an address for each way to fill in its route, and whether what it names is there."""
    for fillings, true in ((_true(community), True), (_false(community), False)):
        found = {address: name for name, address, _ in every_route(fillings)}
        yield from ((name, address, true) for address, name in found.items())


def _true(community: Community) -> Mapping[str, tuple[str, ...]]:
    ids = community.ids
    return {
        "gathering": ("demo", "net"),
        "step": ("workshop-1", "periode-b", "moede-2"),
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
        "share": (ids["share"], ids["case"], ids["draft"], ids["left"]),
        "wave": (ids["survey"], ids["evaluation"], ids["round"]),
        "item": ("tit-nok",),
        "picture": ("tillid-fordeling",),
    }


def _false(community: Community) -> Mapping[str, tuple[str, ...]]:
    """Of another gathering, of nobody, and what is no id at all."""
    ids = community.ids
    other = dict.fromkeys(("draft", "gift", "publication", "share", "wave"), (NOTHING, "zz"))
    return other | {
        "gathering": ("andet", "findes-ikke", "Demo"),
        "step": ("findes-ikke",),
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


def _open(community: Community, known: Doors, role: Role, method: str, address: str) -> bool:
    handler, filled = where(address)
    thing = next((community.things[each] for each in filled.values() if each in community.things), None)
    return any(role.is_(who, filled.get("gathering", ""), thing) for who in known.get((handler, method), ()))


@cache
def where(address: str) -> tuple[str, Mapping[str, str]]:
    """The name of the handler that an address leads to, and what it is filled in with."""
    for pattern, handler, *_ in ROUTES:
        found = re.fullmatch(pattern, address)
        if found:
            return handler.__name__, found.groupdict()
    return "Nowhere", {}


def _ask(community: Community, request: Request) -> httpx.Response:
    client, headers = community.clients[request.role.name], HANDSHAKE if request.door == SOCKET else {}
    body = BODIES.get(request.door, {}) if request.method in ("POST", "PUT", "PATCH") else None
    return client.request(request.method, request.address, json=body, headers=headers)


def _faults(community: Community, request: Request, answer: httpx.Response) -> Iterator[str]:
    """What is wrong with an answer, for the one who reads the figure."""
    told = f"{request.role.name}: {request.method} {request.handler} {request.address} {answer.status_code}"
    signs_in = answer.headers.get("Location", "").startswith("/log-ind")
    listed = request.door == ERASING and answer.status_code == 409  # still a leader there
    unread = answer.status_code == 400 and request.door not in doors()  # there is no such thing to ask
    if answer.status_code >= 500:
        yield f"fault {told}"
    elif not request.open and answer.status_code not in REFUSED and not (signs_in or unread or listed):
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
        found = {name: sorted(map(repr, database.execute(f"SELECT * FROM {name!r}"))) for name in names}  # ours
    for folder in community.folders.values():
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        found[str(folder.name)] = [f"{path} {path.read_bytes()!r}" for path in files]
    return {name: hashlib.sha256("\n".join(rows).encode()).hexdigest() for name, rows in found.items()}


SOCKET, ERASING = ("KernelSocket", "GET"), ("EraseHandler", "DELETE")
ELSEWHERE = {"KernelSocket", "Static", "PromiseHandler", "ReportHandler", "SurveyPictureHandler", "SurveyReportHandler"}
"""What other tests open: it takes a browser's hand-shake, a day that is promised, or a wave that five have answered."""

HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
}
SHARED = {"share_id": NOTHING, "seen": ""}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("CardHandler", "PUT"): SHARED | {"to": "board", "parts": [], "theme": "", "success": False},
    ("CardHandler", "POST"): {"share_id": NOTHING},
    ("CaseHandler", "PUT"): SHARED,
    ("CaseHandler", "POST"): {"share_id": NOTHING},
    ("DraftsHandler", "POST"): {"draft_id": NOTHING},
    ("GiftsHandler", "POST"): {"to": NOTHING, "round": 1, "gift_id": NOTHING, "step": "workshop-1"},
    ("PublicationHandler", "PUT"): {
        "publication_id": NOTHING,
        "day": TODAY.isoformat(),
        "readers": "cohort",
        "headings": [],
    },
    ("VisitHandler", "POST"): {"card": "visit", "share_id": NOTHING},
}
"""What the doors are asked with that read the question before they look who asks."""
