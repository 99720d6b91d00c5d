"""Two programmes and a network on one server, with everyone who might want in, and something of each kind to find."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx

from fællesledelse.cohort.build import build
from fællesledelse.manifest import load, load_roster
from fællesledelse.store import Store
from tests.server.circles import SIX, Leader, begun, give_sentence, let_go, publish, regroup
from tests.server.conftest import CHEAP
from tests.server.networks import write_network
from tests.server.people import (
    ANNA,
    BENT,
    CARLA,
    DORTE,
    EGON,
    FREJA,
    GERDA,
    HANNE,
    PHRASE,
    TODAY,
    VIBEKE,
    Someone,
    write_gathering,
)
from tests.server.serving import Client, Server, start

from .rights import Role, Thing

OLE = Someone("Ole Ovesen", "ole@strandby.example")  # was facilitator of the first for a while
PATIENCE = 600  # seconds: a page that takes long is no fault here
GROUP = {"demo": "1", "net": "1"}
LEADS = {"demo": "leader", "net": "leader"}
ROLES = {
    "nobody": Role("nobody", {}, {}, known=False),
    "signed out": Role("signed out", {}, {}, known=False),
    "operator": Role("operator", {}, {}, known=False, operator=True),
    "Anna": Role("Anna", LEADS, GROUP),
    "Bent": Role("Bent", LEADS, GROUP),
    "Carla, in two": Role("Carla, in two", {**LEADS, "andet": "leader"}, {**GROUP, "andet": "1"}),
    "Dorte, another group": Role("Dorte, another group", LEADS, {"demo": "2"}),
    "Gerda, another gathering": Role("Gerda, another gathering", {"andet": "leader"}, {"andet": "1"}),
    "Freja, former leader": Role("Freja, former leader", {"demo": "former"}, {}),
    "Vibeke, facilitator": Role("Vibeke, facilitator", {"demo": "facilitator", "net": "facilitator"}, {}),
    "Hanne, facilitator elsewhere": Role("Hanne, facilitator elsewhere", {"andet": "facilitator"}, {}),
    "Ole, no membership": Role("Ole, no membership", {}, {}),
}
PEOPLE = {
    "Anna": ANNA,
    "Bent": BENT,
    "Carla, in two": CARLA,
    "Dorte, another group": DORTE,
    "Gerda, another gathering": GERDA,
    "Freja, former leader": FREJA,
    "Vibeke, facilitator": VIBEKE,
    "Hanne, facilitator elsewhere": HANNE,
    "Ole, no membership": OLE,
}
TRIO = frozenset({"Anna", "Bent", "Carla, in two"})
FORUM = TRIO | {"Dorte, another group"}
CASE = "meeting.moede-2.case"


@dataclass
class Community:
    """A server that is lived in. ``words``: who may read what stands somewhere; ``things``: what is shared, by id."""

    server: Server
    folders: dict[str, Path]
    clients: dict[str, Client]
    words: dict[str, frozenset[str]] = field(default_factory=dict)
    things: dict[str, Thing] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def word(self, *readers: str) -> str:
        """A word to write that nobody but these may read."""
        word = f"KANARIE{uuid.uuid4().hex[:12].upper()}"
        self.words[word] = frozenset(readers)
        return word

    def thing(self, name: str, id_: str, author: str, readers: frozenset[str], gathering: str = "demo") -> None:
        """Remember something shared."""
        self.ids[name] = id_
        self.things[id_] = Thing(gathering, author, readers)


@contextmanager
def lived_in() -> Iterator[Community]:
    """Everyone is enrolled and signed in, and has written, given and shared."""
    with tempfile.TemporaryDirectory(prefix="fl-") as place:
        folders = _folders(Path(place))
        data = Path(place) / "data"
        data.mkdir()
        _enrol(data, folders)
        server = start(data, list(folders.values()))
        try:
            server.wait_until_up()
            community = Community(server, folders, {})
            _live(community)
            yield community
        finally:
            server.end()


def _folders(place: Path) -> dict[str, Path]:
    (place / "from").mkdir()
    write_gathering(place / "demo", "demo")
    folder = begun(place / "demo", place / "from")
    regroup(folder, {"1": SIX[:3], "2": SIX[3:]}, {"a": (ANNA, BENT)})
    write_gathering(place / "andet", "andet")
    write_network(place / "net", "net")
    shutil.rmtree(place / "demo")
    return {"demo": folder, "andet": place / "andet", "net": place / "net"}


def _enrol(data: Path, folders: dict[str, Path]) -> None:
    text = (folders["demo"] / "hold.yaml").read_text(encoding="utf-8")
    (folders["demo"] / "hold.yaml").write_text(text.replace(*_with(OLE)), encoding="utf-8")
    build(folders["demo"])
    store = Store.open(f"sqlite:///{data}/faellesledelse.sqlite", data / "keys", kdf_cost=CHEAP)
    for folder in folders.values():
        texts = [(folder / "bygget" / name).read_text(encoding="utf-8") for name in ("manifest.json", "roster.json")]
        store.people.adopt(load(texts[0]), load_roster(texts[1]))
    for who in {*PEOPLE.values(), EGON}:
        person = store.people.find(who.email)
        assert person is not None
        gathering = store.people.gatherings(person.id)[0].gathering
        store.access.enrol(store.invitations.invite(person.id, gathering), PHRASE)
    store.close()
    (folders["demo"] / "hold.yaml").write_text(text, encoding="utf-8")


def _with(who: Someone) -> tuple[str, str]:
    return "facilitatorer:\n", f"facilitatorer:\n  - navn: {who.name}\n    email: {who.email}\n"


def _live(here: Community) -> None:
    """What is there to be found."""
    server = here.server
    anna, bent, carla, dorte, freja, vibeke = (Leader(server, who) for who in (ANNA, BENT, CARLA, DORTE, FREJA, VIBEKE))
    mine, both = here.word("Anna"), here.word("Anna", "Bent")
    trio, forum = here.word(*TRIO), here.word(*FORUM, "Vibeke, facilitator")
    anna.agree(bent, carla)
    here.ids["kernel"] = anna.client.open_page("workshop-1")[1]
    anna.write("episodes.1.did", mine)
    anna.write("private.limits", mine)
    dorte.write("episodes.1.did", here.word("Dorte, another group"))
    freja.write("episodes.1.did", here.word("Freja, former leader"))
    left = here.word(*FORUM, "Vibeke, facilitator", "Freja, former leader")
    here.thing("left", let_go(freja, hypothesis=left), "Freja, former leader", FORUM)
    here.thing("draft", anna.share(trio), "Anna", TRIO)
    bent.give(here.ids["draft"], well=both)
    here.thing("gift", give_sentence(bent, anna, both), "Bent", TRIO)
    here.thing("share", let_go(anna, hypothesis=forum), "Anna", FORUM)
    here.thing("publication", publish(anna), "Anna", FORUM)
    here.words[trio] = FORUM  # it has come out to the whole cohort
    here.thing("second", anna.share(here.word(*TRIO)), "Anna", TRIO)
    _network(here, carla, vibeke)
    span = {"opens": TODAY.isoformat(), "closes": (TODAY + timedelta(days=7)).isoformat()}
    for kind in ("survey", "evaluation"):
        here.ids[kind] = vibeke.post(kind, title="Den første", **span).json()["waves"][0]["id"]
    regroup(here.folders["demo"], {"1": SIX[:3], "2": (DORTE, EGON)}, {"a": (ANNA, BENT)})
    vibeke.client.get("/hold/demo/overblik").raise_for_status()
    _arrive(here)


def _network(here: Community, carla: Leader, vibeke: Leader) -> None:
    """Carla brings a case; Vibeke has begun to write what the network is for, and started a round of themes."""
    for each in (carla, vibeke):
        each.client.accept("net")
    carla.client.saved(f"{CASE}.1.about", here.word(*TRIO), gathering="net")
    case, seen = uuid.uuid4().hex, carla.client.get(f"/api/net/cases/{CASE}").json()["seen"]
    carla.client.put(f"/api/net/cases/{CASE}", json={"share_id": case, "seen": seen}).raise_for_status()
    here.thing("case", case, "Carla, in two", TRIO, "net")
    vibeke.client.saved("charter.field", here.word("Vibeke, facilitator"), gathering="net")
    days = {name: (TODAY + timedelta(days=later)).isoformat() for name, later in (("suggests", 2), ("closes", 4))}
    started = vibeke.client.post("/api/net/themes", json={**days, "starting": "At lede i blæst\nAt lede på afstand"})
    here.ids["round"] = started.json()["rounds"][0]["id"]


def _arrive(here: Community) -> None:
    for name, role in ROLES.items():
        client = here.clients[name] = here.server.client(PEOPLE.get(name))
        client.timeout = httpx.Timeout(PATIENCE)
        for gathering in (each for each, place in role.places.items() if place != "former"):
            client.accept(gathering)
    out = here.clients["signed out"]
    out.sign_in(ANNA)
    old = dict(out.cookies)
    out.post("/api/log-out").raise_for_status()
    out.cookies.update(old)
    for name in PEOPLE:
        here.clients[name].get("/enheder").raise_for_status()  # from now on they have been told of one another
    token = here.server.settings.operator_token.read_text(encoding="ascii")
    here.clients["operator"].headers["Authorization"] = f"Bearer {token}"
