"""A row of salons for six leaders, on a server whose clock the test puts on."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from fællesledelse.cohort import days
from fællesledelse.cohort.build import build
from fællesledelse.cohort.skeleton import lay
from fællesledelse.manifest import load, load_roster
from fællesledelse.share import share
from fællesledelse.store import Store
from fællesledelse.themes import starting_list

from .circles import SIX, Leader
from .conftest import CHEAP
from .people import PHRASE, TODAY, VIBEKE
from .serving import Server, start

PAGE = "/hold/demo/temaer"


def write_salons(folder: Path) -> Path:
    """Write and build the demo's salons for the six and Vibeke: one today, the other while everybody is still signed in."""
    text = (share("templates/demo/salon") / "hold.yaml").read_text(encoding="utf-8").replace("DAG+35", "DAG+20")
    text = re.sub(r"\b(?:DAG|SLUT)([+-]\d+)\b", lambda found: days.written(TODAY + timedelta(days=int(found[1]))), text)
    text = re.sub(r"(?m)^hold: .*$", "hold: demo", text)
    text = re.sub(
        r"(?ms)^facilitatorer:.*?(?=^trin:)",
        f"facilitatorer:\n  - navn: {VIBEKE.name}\n    email: {VIBEKE.email}\n\n",
        text,
    )
    lines = ["navn;email;titel;afdeling;niveau;gruppe;ordstyrer"]
    lines += [f"{who.name};{who.email};Chef;Afdeling {who.name[0]};3;1;{'salon-1' * (who is SIX[0])}" for who in SIX]
    lay(folder, text, "\n".join(lines) + "\n")
    build(folder)
    return folder


@dataclass
class Salons:
    """Six leaders and their facilitator, all signed in on a server of their own."""

    server: Server
    folder: Path
    leaders: list[Leader]
    vibeke: Leader

    def go_to(self, later: int) -> None:
        """Noon, so many days from today."""
        self.server.set_clock(f"{(TODAY + timedelta(days=later)).isoformat()}T12:00:00+01:00")

    def start(self, suggests: int = 2, closes: int = 4, starting: str | None = None) -> httpx.Response:
        """Vibeke starts a round that ends so many days from today."""
        days = {"suggests": suggests, "closes": closes}
        body = {name: (TODAY + timedelta(days=each)).isoformat() for name, each in days.items()}
        return self.vibeke.post("themes", **body, starting=starting_list() if starting is None else starting)

    def newest(self) -> dict[str, Any]:
        """What Vibeke sees of the newest round."""
        found: dict[str, Any] = self.vibeke.get("themes")["rounds"][0]
        return found


def send(who: Leader, do: str, *themes: str, round_: str | None = None) -> httpx.Response:
    """Send the form of the page as a browser does, with the round that stands there."""
    found = re.search(r'name="round" value="(\w+)"', who.client.get(PAGE).text)
    data = {"do": do, "round": round_ or (found[1] if found else ""), "theme": list(themes)}
    return who.client.post(PAGE, data=data)


@contextmanager
def begun(place: Path) -> Iterator[Salons]:
    """Everyone, signed in."""
    folder = write_salons(place / "salon")
    with salon_server(place, folder) as server:
        yield Salons(server, folder, [Leader(server, who) for who in SIX], Leader(server, VIBEKE))


@contextmanager
def salon_server(place: Path, folder: Path) -> Iterator[Server]:
    """A server with everyone enrolled, on a clock of its own."""
    data = place / "data"
    data.mkdir()
    store = Store.open(f"sqlite:///{data}/faellesledelse.sqlite", data / "keys", kdf_cost=CHEAP)
    texts = [(folder / "bygget" / name).read_text(encoding="utf-8") for name in ("manifest.json", "roster.json")]
    store.people.adopt(load(texts[0]), load_roster(texts[1]))
    for who in (*SIX, VIBEKE):
        person = store.people.find(who.email)
        assert person is not None
        store.access.enrol(store.invitations.invite(person.id, "demo"), PHRASE)
    store.close()
    server = start(data, [folder], clocked=True)
    try:
        server.wait_until_up()
        yield server
    finally:
        server.end()
