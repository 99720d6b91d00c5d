"""What a group shares, asked for on every route by everyone it was not shared with: never a word, never a change."""

import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .circles import THREE, Leader, group_server, regroup
from .every_route import every_route, inquiring, unread
from .people import ANNA, BENT, CARLA, DORTE, GERDA, TODAY, VIBEKE, Someone
from .serving import Client, Server

pytestmark = pytest.mark.usefixtures("uncounted")

SECRET = "KANARIEFUGLENS HEMMELIGHED"
PUBLICATION = "cd" * 16
METHODS = ("GET", "POST", "PUT", "DELETE")


class Group:
    """Anna, Bent and Carla have shared everything that can be shared."""

    def __init__(self, server: Server, data: Path) -> None:
        self.server, self.data = server, data
        self.anna, self.bent, self.carla = (Leader(server, who) for who in (ANNA, BENT, CARLA))
        self._agree()
        self.draft = self.anna.share(f"Opgave. {SECRET}", f"Hvorfor. {SECRET}")
        self.bent.give(self.draft, well=SECRET, dare=SECRET, lines=json.dumps({"1": SECRET}))
        self.bent.write(f"gift.harvest.{self.anna.id}.1", SECRET)
        self.gift = "ab" * 16
        given = self.bent.post("gifts/harvest", to=self.anna.id, round=1, gift_id=self.gift, step="workshop-1")
        assert given.status_code == 200, given.text
        self.carla.say(self.draft, improve=SECRET)
        self._publish()

    def _agree(self) -> None:
        there = self.anna.get("contract")
        texts = {point["part"]: f"{point['text']} {SECRET}" for point in there["points"]}
        switches = {"harvest": True, "feedback": True, "export": True}
        body = {"base": 0, "texts": texts, "switches": switches}
        assert self.anna.client.put("/api/demo/contract", json=body).status_code == 200
        for each in (self.bent, self.carla):
            assert each.post("contract/accept", number=1).status_code == 200

    def _publish(self) -> None:
        body = {
            "publication_id": PUBLICATION,
            "day": TODAY.isoformat(),
            "readers": "group",
            "headings": ["draft.task", "draft.why"],
        }
        answer = self.anna.client.put("/api/demo/publication", json=body)
        assert answer.status_code == 200, answer.text

    def state(self) -> list[Any]:
        """All that the three can see of what they share. The room is not in it: a facilitator may lead it."""
        paths = ("contract", "drafts", "feedback", "gifts/harvest", "publication")
        return [each.get(path) for each in (self.anna, self.bent, self.carla) for path in paths]


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]) -> Iterator[Group]:
    place = tmp_path_factory.mktemp("secrecy")
    folder = Path(shutil.copytree(built["demo"], place / "demo"))
    regroup(folder, THREE)
    with group_server(place / "data", None, {"demo": folder, "andet": built["andet"]}) as server:
        yield Group(server, place / "data")


def requests(group: Group) -> Iterator[tuple[str, str, tuple[dict[str, Any], ...]]]:
    """Method, address and bodies to try: the ids and keys of what is shared put wherever one fits."""
    draft, me = group.draft, group.anna.id
    fillings = {
        "gathering": ("demo",),
        "step": ("workshop-1", "workshop-2", "udgivelse"),
        "key": (f"given.{draft}.well", f"picked.{draft}", f"gift.harvest.{me}.1", "draft.task", "contract.1.purpose"),
        "build": ("0" * 12,),
        "reader": ("0" * 32,),
        "kernel_id": ("00000000-0000-0000-0000-000000000000",),
        "draft": (draft,),
        "gift": (group.gift,),
        "kind": ("harvest", "docx", "pdf"),
        "number": ("0", "1"),
        "publication": (PUBLICATION,),
        "name": ("holdet", "invitationer", "workshops", "1-privatlivsmeddelelse.docx"),
        "what": ("build", "undo"),
        "card": ("period.periode-a.experiment-1",),
        "share": ("0" * 32,),
        "wave": ("0" * 32,),
        "item": ("tit-nok",),
        "picture": ("tillid-fordeling",),
    }
    bodies: tuple[dict[str, Any], ...] = (
        {},
        {"number": 1},
        {"base": 1, "texts": {}, "switches": {"harvest": True, "feedback": True, "export": True}},
        {"draft_id": draft},
        {"to": me, "round": 1, "gift_id": group.gift, "step": "workshop-1"},
        {"text": "overskrevet", "base": 0, "save_id": "x" * 12},
        {"publication_id": PUBLICATION, "day": TODAY.isoformat(), "readers": "cohort", "headings": ["draft.task"]},
        {"base": 0, "do": "start"},
    )
    asking = inquiring()
    for name, address, _ in every_route(fillings):
        if name in ("LogOutHandler", "LogInHandler", "ForgottenHandler"):
            continue  # signing out would end the asking; wrong guesses are slowed down on purpose
        for question in ("", "?group=1") if name in asking else ("",):
            for method in METHODS:
                yield method, address + question, bodies if method in ("POST", "PUT") else ({},)


def contents(answer: Any) -> Iterator[bytes]:
    """What an answer says, the files in an archive among it."""
    yield answer.content
    yield repr(answer.headers.multi_items()).encode()
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            yield from (archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize(
    "who", [DORTE, VIBEKE, GERDA, None], ids=["another group", "facilitator", "another cohort", "nobody"]
)
def test_no_route_gives_a_stranger_a_word_or_changes_what_is_shared(group: Group, who: Someone | None) -> None:
    before = group.state()
    assert SECRET in json.dumps(before), "the three themselves must be able to read it"
    client: Client = group.server.client(who)
    if who in (DORTE, VIBEKE):
        client.accept()
    asked = 0
    for method, address, bodies in requests(group):
        for body in bodies:
            sent = {"json": body} if method in ("POST", "PUT") else {}
            answer = client.request(method, address, **sent)  # type: ignore[arg-type]
            assert answer.status_code < 500, (method, address, answer.text[:200])
            assert not any(SECRET.encode() in content for content in contents(answer)), (method, address)
            asked += 1
            if unread(answer) or (who is GERDA and answer.status_code == 404):
                break  # whatever else is sent: to one from another cohort there is no such place
    assert asked > 500
    assert group.state() == before


def test_what_is_shared_is_in_no_log_no_mail_and_no_file(group: Group) -> None:
    assert SECRET not in group.server.written
    found = [path for path in group.data.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert found == []
    names = {path.name for path in group.data.rglob("*") if path.is_file()}
    assert {"audit.jsonl", "faellesledelse.sqlite"} <= names


@pytest.mark.parametrize("who", [BENT, CARLA], ids=["Bent", "Carla"])
def test_feedback_is_its_givers_and_its_authors_and_not_the_third_members(group: Group, who: Someone) -> None:
    """Bent's words to Anna are not Carla's to read, though she is in the group and reads the same draft."""
    there = group.bent if who is BENT else group.carla
    reading = there.reading(group.draft)
    assert SECRET in json.dumps(reading["headings"])
    given = json.dumps(reading["given"])
    assert (SECRET in given) is (who is BENT)
    assert there.get("gifts/harvest")["received"] == []
