"""What a group shares is in no log, mail or file, and feedback is its giver's and its author's alone."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from .circles import THREE, Leader, group_server, regroup
from .people import ANNA, BENT, CARLA, TODAY, Someone
from .serving import Server

pytestmark = pytest.mark.usefixtures("uncounted")

SECRET = "KANARIEFUGLENS HEMMELIGHED"
PUBLICATION = "cd" * 16


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
        switches = {"harvest": True, "feedback": True, "export": True, "fades": False}
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


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]) -> Iterator[Group]:
    place = tmp_path_factory.mktemp("secrecy")
    folder = Path(shutil.copytree(built["demo"], place / "demo"))
    regroup(folder, THREE)
    with group_server(place / "data", None, {"demo": folder, "andet": built["andet"]}) as server:
        yield Group(server, place / "data")


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
