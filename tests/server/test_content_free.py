"""A facilitator can't tell what, how much, how often or when anyone has written: not by any page, route, mail or log.

Two servers are lived in alike, on clocks that stand still. The same people of the same built cohort do the same: agree,
share, give, publish, evaluate, mark. But on one they write much, in many fields and often, in the morning; on the other
a word, in the evening. All that a facilitator may ask for is then asked for on both, and must be the same to the byte.
"""

import difflib
import io
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import pytest

from fællesledelse.manifest import load
from fællesledelse.model import Manifest
from fællesledelse.operation import status
from fællesledelse.server.desk import PAGES
from fællesledelse.server.pages import OF_NETWORK

from .circles import THREE, Leader, regroup
from .conftest import enrol_everyone
from .every_route import every_route, inquiring
from .people import ANNA, BENT, CARLA, DORTE, TODAY, VIBEKE, Someone
from .serving import Server, outbox, start, wait_for

pytestmark = pytest.mark.usefixtures("uncounted")

DRAFT, GIFT, PUBLICATION = "ab" * 16, "cd" * 16, "ef" * 16
T = TypeVar("T")

QUESTIONS = ("?group=1&gruppe=1&trin=workshop-1&antal=3&slags=reminder", "?group=2&gruppe=2&slags=calendar")
"""What is asked of routes that take questions: for one group, one workshop, one kind of mail."""

KINDS = ("invitation", "reminder", "calendar", "evaluation", "survey")
DOCUMENTS = ("1-privatlivsmeddelelse.docx", "3-konsekvensanalyse.docx")
WRITTEN = ("forberedelse-1", "privat-tillaeg")
"""The pages whose fields are filled in."""

UNEQUAL_HEADERS = {"date", "etag", "set-cookie"}
"""What is made anew for each answer, made of an answer that is compared itself, or a secret."""

DRAWN = (
    rb"(?<=#)[\w-]{43}",  # the token of an invitation
    rb"={15}\d+==",  # what parts a mail from its attachment
    rb"(?<=\"after\": \")[0-9a-f]{64}",  # the chain of the audit log's lines, over what is drawn
    rb"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}",  # when a line was logged, by the machine's clock
    rb"(?<=W3CDTF\">)[\dTZ:.-]+(?=<)",  # when a file of Excel's was made, by the same
)
"""What is drawn by lot, or is the machine's, wherever it stands."""


@dataclass(frozen=True)
class Way:
    """How the leaders of one server write: in which order and in how many fields each, from which hour (UTC) on.

    The first field of each is saved ``times`` times; a text is ``length`` times the ``word``.
    """

    name: str
    writers: tuple[tuple[Someone, int], ...]
    hour: int
    word: str
    times: int
    length: int

    def text(self, number: int = 0) -> str:
        """What they write the ``number``-th time."""
        return f"{self.word} {number} " * self.length


MUCH = Way("much", ((BENT, 3), (ANNA, 99)), 5, "MORGENORD", times=8, length=60)
LITTLE = Way("little", ((ANNA, 1), (BENT, 2)), 19, "AFTENORD", times=1, length=1)


class Lived:
    """One of the two servers, lived in."""

    def __init__(self, server: Server, way: Way, manifest: Manifest) -> None:
        self.server, self.way, self.manifest = server, way, manifest
        self.noon()
        self.anna, self.bent, self.carla = (Leader(server, who) for who in (ANNA, BENT, CARLA))
        self.dorte, self.vibeke = Leader(server, DORTE), Leader(server, VIBEKE)
        self._write()
        self._share()
        self._mark()
        self.wave = self._evaluate()
        self.survey = self._survey()
        self._wish()
        self._mail()

    def noon(self) -> None:
        """When everything happens but the writing."""
        self.server.set_clock(f"{TODAY}T11:00:00+00:00")

    def _write(self) -> None:
        steps = [self.manifest.step(name) for name in WRITTEN]
        fields = [field for step in steps if step for field in step.fields if field.kind == "text"]
        for hour, (who, count) in enumerate(self.way.writers, self.way.hour):
            self.server.set_clock(f"{TODAY}T{hour:02}:00:00+00:00")
            leader = self.anna if who is ANNA else self.bent
            for number in range(self.way.times):
                leader.client.saved(fields[0].key, self.way.text(number)[: fields[0].limit], number)
            for field in fields[1:count]:
                leader.client.saved(field.key, self.way.text()[: field.limit])
        self.noon()

    def _share(self) -> None:
        there = self.anna.get("contract")
        texts = {point["part"]: self.way.text()[:800] for point in there["points"]}
        body = {"base": 0, "texts": texts, "switches": {"harvest": True, "feedback": True, "export": False, "fades": False}}
        assert self.anna.client.put("/api/demo/contract", json=body).status_code == 200
        for each in (self.bent, self.carla):
            assert each.post("contract/accept", number=1).status_code == 200
        assert self.dorte.client.put("/api/demo/contract", json=body).status_code == 200  # nobody has said yes but she
        self.anna.write_draft(*[self.way.text()] * (6 if self.way is MUCH else 1))
        assert self.anna.post("drafts", draft_id=DRAFT).status_code == 200
        self.bent.give(DRAFT, well=self.way.text(), dare=self.way.text())
        self.bent.write(f"gift.harvest.{self.anna.id}.1", self.way.text()[:300])
        gift = self.bent.post("gifts/harvest", to=self.anna.id, round=1, gift_id=GIFT, step="workshop-1")
        assert gift.status_code == 200, gift.text
        body = {"publication_id": PUBLICATION, "day": TODAY.isoformat(), "readers": "group", "headings": ["draft.task"]}
        assert self.anna.client.put("/api/demo/publication", json=body).status_code == 200

    def _mark(self) -> None:
        for leader, step in ((self.anna, "forberedelse-1"), (self.carla, "forberedelse-1"), (self.anna, "workshop-1")):
            assert leader.client.put(f"/api/demo/steps/{step}/done", json={"done": True}).status_code == 200
        begun = self.anna.client.put("/api/demo/rooms/workshop-1", json={"base": 0, "do": "start"})
        assert begun.status_code == 200, begun.text
        moved = {"step": "workshop-3", "date": (TODAY + timedelta(days=8)).isoformat()}
        assert "Gemt." in self.dorte.client.post("/hold/demo/datoer", data=moved).text

    def _evaluate(self) -> str:
        """The id of an open evaluation, which three have answered, in each server's own way."""
        planned = {"title": "Midtvejs", "opens": TODAY.isoformat(), "closes": (TODAY + timedelta(days=13)).isoformat()}
        there = self.vibeke.post("evaluation", **planned).json()
        wave = str(there["waves"][0]["id"])
        texts = {each["name"]: self.way.text()[:500] for each in there["questions"]}
        worth = 5 if self.way is MUCH else 1
        for leader in (self.anna, self.bent, self.dorte):
            sent = leader.post(f"evaluation/{wave}/response", worth=worth, **texts)
            assert sent.status_code == 200, sent.text
        return wave

    def _survey(self) -> str:
        """The id of an open wave of the survey, which some have sent and one has begun, others in each server."""
        planned = {"title": "Første måling", "opens": TODAY.isoformat(), "closes": (TODAY + timedelta(days=13)).isoformat()}
        wave = str(self.vibeke.post("survey", **planned).json()["waves"][0]["id"])
        assert self.manifest.survey is not None
        value = 5 if self.way is MUCH else 1
        writers = (self.anna, self.bent) if self.way is MUCH else (self.carla, self.dorte, self.bent)
        for leader in writers:
            for item in self.manifest.survey.items:
                kept = leader.client.put(f"/api/demo/survey/{wave}/items/{item.key}", json={"value": value})
                assert kept.status_code == 200, kept.text
        for leader in writers[1:]:
            assert leader.post(f"survey/{wave}/send", copy=False).status_code == 200
        return wave

    def _wish(self) -> None:
        """In confidence, whom not to be in a group with."""
        others = [self.bent.id, self.carla.id] if self.way is MUCH else [self.dorte.id]
        assert self.anna.client.put("/api/demo/vetoes", json={"others": others}).status_code == 200

    def _mail(self) -> None:
        """A leader asks for a new link, and the facilitator writes to everyone there is cause to write to."""
        assert self.server.client().post("/api/forgotten", json={"email": BENT.email}).status_code < 300
        wait_for(lambda: len(self._outbox()) == 1)
        for kind in KINDS:
            people = [each["person"] for each in self.vibeke.get("mailings")[kind]["people"]]
            begun = self.vibeke.post("mailings/start", kind=kind, people=people, sure=True)
            assert begun.status_code == 200, begun.text
            wait_for(lambda kind=kind: self.vibeke.get("mailings")[kind]["mailing"]["state"] == "done")

    def _outbox(self) -> list[Path]:
        return outbox(self.server.settings.data)

    def mails(self) -> list[bytes]:
        """What the server has sent: the headers and what each part says. Sorted: files' names are drawn by lot."""
        mails = [message_from_bytes(path.read_bytes()) for path in self._outbox()]
        return sorted(self.masked(b"\n".join(_parts(mail))) for mail in mails)

    @cached_property
    def masks(self) -> dict[bytes, bytes]:
        """Every id and secret that is drawn by lot, or is the machine's, by what stands in its place."""
        with closing(sqlite3.connect(self.server.settings.data / "faellesledelse.sqlite")) as database:
            people = database.execute("SELECT id, email FROM person").fetchall()
            mailings = database.execute("SELECT id, kind FROM mailing").fetchall()
        ids = {id_: f"<{name}>" for id_, name in (*people, *mailings)}
        settings, vibeke = self.server.settings, self.vibeke.client
        mark = re.search(r"\b\d{4} \d{4} \d{4}\b", vibeke.get("/hold/demo/privatliv").text)
        assert mark, "the mark of her own key"
        own = {
            settings.origin: "<the server>",
            str(settings.data): "<data>",
            vibeke.get("/api/session").json()["journal_key"]: "<journal key>",
            mark[0]: "<mark>",
            self.wave: "<wave>",
            self.survey: "<survey>",
        }
        return {key.encode(): value.encode() for key, value in (ids | own).items()}

    def masked(self, told: bytes) -> bytes:
        """``told`` without what differs between any two servers."""
        for own, common in self.masks.items():
            told = told.replace(own, common)
        for own in (*DRAWN, rb"(?<!\d)%d(?!\d)" % self.server.settings.port):
            told = re.sub(own, b"<drawn>", told)
        return re.sub(rb'(?<="changed": )\d+', _count, told)

    def facilitated(self) -> dict[str, bytes]:
        """Status, headers and body of everything that a facilitator can ask for, by address."""
        asked = addresses(self.manifest, self.wave, self.survey)
        named = {self.wave: "<wave>", self.survey: "<survey>"}
        return {re.sub("|".join(named), lambda found: named[found[0]], each): self._asked(each) for each in asked}

    def _asked(self, address: str) -> bytes:
        answer = self.vibeke.client.get(address, headers={"Accept-Encoding": "identity"})
        archive = answer.content.startswith(b"PK")
        unequal = UNEQUAL_HEADERS | ({"content-length"} if archive else set())
        headers = [f"{name}: {value}" for name, value in answer.headers.items() if name not in unequal]
        body = b"\n".join(_unpacked(answer.content)) if archive else answer.content
        return self.masked(b"\n".join([f"{answer.status_code}".encode(), *map(str.encode, headers), b"", body]))


def _unpacked(content: bytes) -> Iterator[bytes]:
    """Each file of an archive, by its name: when an archive was packed is the machine's own."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield from (name.encode() + b"\n" + archive.read(name) for name in archive.namelist())


def _count(changed: re.Match[bytes]) -> bytes:
    """How many changes a page has to hear of, without the moment that the server counts from."""
    return b"%d" % (int(changed[0]) & 0xFFFF)


def _parts(mail: Message) -> Iterator[bytes]:
    for part in mail.walk():
        yield from (f"{name}: {value}".encode() for name, value in part.items())
        yield b"" if part.is_multipart() else bytes(part.get_payload(decode=True))


def addresses(manifest: Manifest, *waves: str) -> Iterator[str]:
    """Every route below a gathering, filled in each way that may make a difference. A new kind of part fails here."""
    asking = inquiring()
    fillings = {
        "gathering": ("demo",),
        "step": tuple(step.name for step in manifest.steps),
        "name": (*PAGES, *DOCUMENTS),
        "key": ("episodes.1.did", f"given.{DRAFT}.well", f"picked.{DRAFT}", "draft.task", "private.limits"),
        "build": ("0" * 12,),
        "reader": ("0" * 32,),
        "kernel_id": ("00000000-0000-0000-0000-000000000000",),
        "draft": (DRAFT,),
        "gift": (GIFT,),
        "kind": ("harvest", "docx", "pdf"),
        "number": ("0", "1"),
        "what": ("build", "undo"),
        "card": ("period.periode-a.experiment-1",),
        "share": ("0" * 32,),
        "wave": waves,
        "item": ("tit-nok",),
        "picture": ("tillid-fordeling",),
        "publication": (PUBLICATION,),
    }
    found: dict[str, bool] = {}
    for handler, address, _ in every_route(fillings):
        if address.startswith(("/hold/demo/", "/api/demo/")):
            found[address] = found.get(address, False) or handler in asking
    assert len(found) > 80
    for address, takes_questions in found.items():
        yield from (address + question for question in ("", *(QUESTIONS if takes_questions else ())))


def side_by_side(do: Callable[[int], T]) -> tuple[T, T]:
    """The same with both servers, at once."""
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(do, range(2))
    return one, other


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]) -> Iterator[tuple[Lived, Lived]]:
    """Both servers serve the same folder, so that what differs is what was written."""
    place = tmp_path_factory.mktemp("alike")
    folder = Path(shutil.copytree(built["demo"], place / "demo"))
    regroup(folder, THREE)
    manifest = load((folder / "bygget/manifest.json").read_text(encoding="utf-8"))
    servers = []
    for way in (MUCH, LITTLE):
        data = place / way.name
        data.mkdir()
        enrol_everyone(f"sqlite:///{data}/faellesledelse.sqlite", data / "keys", {"demo": folder, "andet": built["andet"]})
        servers.append(start(data, [folder, built["andet"]], clocked=True))
    try:
        for server in servers:
            server.wait_until_up()
        yield side_by_side(lambda number: Lived(servers[number], (MUCH, LITTLE)[number], manifest))
    finally:
        for server in servers:
            server.end()


def differences(one: bytes, other: bytes) -> str:
    """The lines that differ, for the one who reads a failure."""
    lines = [each.decode("utf-8", "replace").splitlines() for each in (one, other)]
    return "\n".join(list(difflib.unified_diff(*lines, lineterm="", n=0))[:20])


def test_the_leaders_of_the_two_servers_have_written_differently(lived: tuple[Lived, Lived]) -> None:
    """Else nothing below could fail."""
    for house, other in (lived, lived[::-1]):
        mine = house.anna.client.step()
        assert house.way.word in str(mine["answers"])
        assert other.way.word not in str(mine["answers"])
    counts = [sum(bool(each["text"]) for each in house.anna.client.step()["answers"].values()) for house in lived]
    assert counts[0] > counts[1] > 0


def test_everything_a_facilitator_may_ask_for_is_the_same_whatever_is_written(lived: tuple[Lived, Lived]) -> None:
    much, little = side_by_side(lambda number: lived[number].facilitated())
    assert much.keys() == little.keys()
    unlike = {address: differences(much[address], little[address]) for address in much if much[address] != little[address]}
    assert unlike == {}
    seen = [address for address, answer in much.items() if answer.startswith(b"200")]
    names = {f"styring/{name}" for name in PAGES} - {*OF_NETWORK, "styring/overblik", "styring/temaer"}
    desk = {f"/hold/demo/{name}" for name in names} | {f"/api/demo/documents/{name}" for name in DOCUMENTS}
    assert {
        "/hold/demo/overblik",
        "/hold/demo/rum",
        "/api/demo/rooms",
        "/api/demo/mailings",
        "/api/demo/evaluation",
        "/api/demo/survey",
    } | desk <= set(seen)
    for name in (ANNA.name, BENT.name, CARLA.name, DORTE.name):
        assert name.encode() in much["/hold/demo/overblik"]
    for answer in (*much.values(), *little.values()):
        assert not any(way.word.encode() in answer for way in (MUCH, LITTLE))


def test_what_the_servers_mail_is_the_same(lived: tuple[Lived, Lived]) -> None:
    much, little = (house.mails() for house in lived)
    assert len(much) == len(little) > len(KINDS)
    assert [differences(*pair) for pair in zip(much, little, strict=True)] == [""] * len(much)


def test_the_command_line_is_told_the_same(lived: tuple[Lived, Lived]) -> None:
    much, little = (status(house.server.settings, "demo") for house in lived)
    assert much == little
    assert {mark["state"] for row in much["rows"] for mark in row["states"]} == {"open", "done", "passed"}


def test_the_audit_and_the_logs_are_the_same(lived: tuple[Lived, Lived]) -> None:
    for told in (lambda server: (server.settings.data / "audit.jsonl").read_bytes(), lambda server: server.log.read_bytes()):
        much, little = (house.masked(told(house.server)) for house in lived)
        assert differences(much, little) == ""
