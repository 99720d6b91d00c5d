"""A sparring group of three on a server of its own, and what its members do with one another over the wire."""

import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from fællesledelse.cohort.build import build
from fællesledelse.store import Store
from fællesledelse.vocabulary import DRAFT

from .conftest import CHEAP, enrol_everyone
from .people import ANNA, BENT, CARLA, DORTE, EGON, FREJA, PHRASE, TODAY, Someone
from .serving import Client, Server, start

THREE = {"1": (ANNA, BENT, CARLA), "2": (DORTE, EGON)}
"""The groups of the first gathering, as these tests have them. Gerda is in the other gathering alone, Carla in both."""

SIX = (ANNA, BENT, CARLA, DORTE, EGON, FREJA)
"""All leaders of the first gathering."""

SECRET = "DET STÅR KUN HOS DEM, DET ER DELT MED"
CARD = "period.periode-a.experiment-1"
ALL_ON = {"harvest": True, "feedback": True, "export": True, "fades": False}


def regroup(
    folder: Path, groups: dict[str, tuple[Someone, ...]], visits: dict[str, tuple[Someone, ...]] | None = None
) -> None:
    """Write and build the roster anew with those groups, and with those who visit each other at work."""
    lines = ["navn;email;titel;afdeling;niveau;nærmeste leder;gruppe;jobbesøg"]
    pairs = {who: name for name, members in (visits or {}).items() for who in members}
    for group, members in groups.items():
        lines += [f"{who.name};{who.email};Titel;Afdeling {who.name};3;;{group};{pairs.get(who, '')}" for who in members]
    (folder / "deltagere.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    build(folder)


@contextmanager
def group_server(data: Path, url: str | None, folders: dict[str, Path]) -> Iterator[Server]:
    """A server with everybody enrolled; ``url``: its database, None for SQLite beside its keys."""
    data.mkdir(parents=True, exist_ok=True)
    enrol_everyone(url or f"sqlite:///{data}/faellesledelse.sqlite", data / "keys", folders)
    running = start(data, list(folders.values()), {"FAELLESLEDELSE_DATABASE": url} if url else {})
    try:
        running.wait_until_up()
        yield running
    finally:
        running.end()


@contextmanager
def six_leaders(place: Path, built: Path, other: Path) -> Iterator[tuple[Server, Path]]:
    """A server with six leaders in two groups, all enrolled, and the folder of their cohort; ``other`` is served too."""
    folder, data = Path(shutil.copytree(built, place / "demo")), place / "data"
    regroup(folder, {"1": SIX[:3], "2": SIX[3:]})
    data.mkdir()
    folders, url = {"demo": folder, "andet": other}, f"sqlite:///{data}/faellesledelse.sqlite"
    enrol_everyone(url, data / "keys", folders)
    store = Store.open(url, data / "keys", kdf_cost=CHEAP)
    for who in (EGON, FREJA):
        person = store.people.find(who.email)
        assert person is not None
        store.access.enrol(store.invitations.invite(person.id, "demo"), PHRASE)
    store.close()
    server = start(data, list(folders.values()))
    try:
        server.wait_until_up()
        yield server, folder
    finally:
        server.end()


class Leader:
    """A member of a group, as its page's script talks to the server."""

    def __init__(self, server: Server, who: Someone) -> None:
        self.who = who
        self.client: Client = server.client(who)
        self.id = str(self.client.get("/api/session").json()["person"])
        self.client.accept()

    def get(self, path: str) -> dict[str, Any]:
        """What the server tells."""
        answer = self.client.get(f"/api/demo/{path}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def post(self, path: str, **body: Any) -> httpx.Response:
        """Ask for a change."""
        return self.client.post(f"/api/demo/{path}", json=body)

    def delete(self, path: str) -> httpx.Response:
        """Take something back."""
        return self.client.delete(f"/api/demo/{path}")

    def write(self, key: str, text: str) -> None:
        """Save a field or a note over what stands there."""
        versions = self.client.get(f"/api/demo/answers/{key}/versions").json()
        self.client.saved(key, text, versions[0]["version"] if versions else 0)

    def write_draft(self, *texts: str) -> None:
        """Write the headings of the draft in order; those left over are emptied."""
        for key, text in zip(DRAFT, (*texts, *[""] * len(DRAFT)), strict=False):
            self.write(key, text)

    def agree(self, *others: "Leader", **switches: bool) -> None:
        """Propose the contract, and let the others accept it."""
        there = self.get("contract")
        texts = {point["part"]: point["text"] for point in there["points"]}
        body = {"base": there["contract"]["number"] if there["contract"] else 0, "texts": texts}
        answer = self.client.put("/api/demo/contract", json={**body, "switches": ALL_ON | switches})
        assert answer.status_code == 200, answer.text
        for other in others:
            accepted = other.post("contract/accept", number=answer.json()["contract"]["number"])
            assert accepted.status_code == 200, accepted.text

    def share(self, *texts: str, **more: Any) -> str:
        """Share the draft, after writing ``texts`` if there are any; its id."""
        if texts:
            self.write_draft(*texts)
        draft = uuid.uuid4().hex
        answer = self.post("drafts", draft_id=draft, **more)
        assert answer.status_code == 200, answer.text
        assert answer.json()["id"] == draft
        return draft

    def reading(self, draft: str) -> dict[str, Any]:
        """Somebody else's draft as I see it."""
        return next(each for each in self.get("drafts")["theirs"] if each["id"] == draft)

    def received(self, draft: str) -> dict[str, Any]:
        """What I have been told about my draft."""
        return next(each for each in self.get("feedback")["drafts"] if each["id"] == draft)

    def say(self, draft: str, **parts: str) -> None:
        """Type feedback into my notes."""
        for part, text in parts.items():
            self.write(f"given.{draft}.{part}", text)

    def give(self, draft: str, **parts: str) -> None:
        """Type feedback and give it."""
        self.say(draft, **parts)
        answer = self.post(f"drafts/{draft}/feedback")
        assert answer.status_code == 200, answer.text

    def lines(self, draft: str) -> list[str]:
        """The draft as numbered lines, one string each, as I read it."""
        headings = self.reading(draft)["headings"]
        return [f"{line['number']} {line['text']}" for heading in headings for line in heading["lines"]]


def let_go(owner: Leader, **texts: str) -> str:
    """Hang a card on the board; the id."""
    for part, text in texts.items():
        owner.write(f"{CARD}.{part}", text)
    seen = owner.get(f"cards/{CARD}")["seen"]
    body = {"share_id": uuid.uuid4().hex, "to": "board", "parts": list(texts), "theme": "", "success": False, "seen": seen}
    answer = owner.client.put(f"/api/demo/cards/{CARD}", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["shared"])


def give_sentence(giver: Leader, to: Leader, text: str) -> str:
    """Give a sentence of the harvest; the id."""
    gift = uuid.uuid4().hex
    giver.write(f"gift.harvest.{to.id}.1", text)
    answer = giver.post("gifts/harvest", to=to.id, round=1, gift_id=gift, step="workshop-1")
    assert answer.status_code == 200, answer.text
    return gift


def publish(author: Leader) -> str:
    """Publish the draft to the cohort; the id."""
    publication = uuid.uuid4().hex
    body = {"publication_id": publication, "day": TODAY.isoformat(), "readers": "cohort", "headings": ["draft.task"]}
    assert author.client.put("/api/demo/publication", json=body).status_code == 200
    return publication


def begun(built: Path, place: Path) -> Path:
    """The cohort with all its days gone, so that every page is open."""
    folder = Path(shutil.copytree(built, place / "demo"))
    text = (folder / "hold.yaml").read_text(encoding="utf-8")
    head, mark, tail = text.partition("\ntrin:")
    gone = (TODAY - timedelta(days=1)).strftime("%d.%m.%Y")
    (folder / "hold.yaml").write_text(head + mark + re.sub(r"\d\d\.\d\d\.\d{4}", gone, tail), encoding="utf-8")
    build(folder)
    return folder
