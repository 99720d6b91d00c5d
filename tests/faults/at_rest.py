"""At rest: what somebody finds who has the disk, the backups, a browser's profile and a core dump, but nobody's secrets.

Leaders write canaries in every kind of text there is, on a server and in a browser. Then everything that either has left is
searched: raw, escaped, UTF-16, base64, hexadecimal, deflated. Answers to the survey are figures, and hold no words.
"""

import resource
import shutil
import signal
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle, product
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
from playwright.sync_api import BrowserContext, Playwright, expect, sync_playwright

from fællesledelse import operation
from fællesledelse.manifest import load
from fællesledelse.model import Manifest
from tests import tools
from tests.browser.journey.leader import DESKTOP
from tests.browser.journey.leader import Leader as Visitor
from tests.live import House
from tests.server.circles import THREE, Leader, regroup
from tests.server.conftest import enrol_everyone
from tests.server.networks import write_network
from tests.server.people import ANNA, BENT, CARLA, VIBEKE, write_gathering
from tests.server.publishing import noon
from tests.server.salons import PAGE
from tests.server.serving import Client, Server, children, start

from .canaries import Canaries, contents, memory
from .figure import Figure

WHOLE = 1000
CARD, CASE = "period.periode-a.experiment-1", "meeting.moede-2.case"
FOLDERS = "demo", "netvaerk"


@dataclass
class Place:
    """Where all of it lies: ``data`` is the server's, ``scratch`` holds its temporary files, ``copies`` what IT keeps."""

    folder: Path
    manifests: dict[str, Manifest]

    @property
    def day(self) -> str:
        """A day on which every page is open."""
        opened = [step.opens for step in self.manifests["demo"].steps if step.opens]
        return noon(min(max(opened), self.manifests["demo"].ends or max(opened)))

    @contextmanager
    def serving(self, clocked: bool = True) -> Iterator[Server]:
        """The server, on that day."""
        told = {"TMPDIR": str(self.folder / "scratch")}
        server = start(self.folder / "data", [self.folder / name for name in FOLDERS], told, clocked)
        if clocked:
            server.set_clock(self.day)
        try:
            server.wait_until_up()
            yield server
        finally:
            server.close()

    def left(self) -> tuple[Path, ...]:
        """Everything that is not the cohort folders: these hold no word of a leader's."""
        return tuple(path for path in self.folder.iterdir() if path.name not in FOLDERS)


def laid(folder: Path) -> Place:
    """A programme and a network of the same people, all of whom have enrolled."""
    for name in ("data", "scratch", "copies", "profile"):
        (folder / name).mkdir()
    write_gathering(folder / "demo", "demo")
    regroup(folder / "demo", THREE, {"1": (ANNA, BENT)})
    path = folder / "demo/bygget/manifest.json"
    last = max(step.opens for step in load(path.read_text("utf-8")).steps if step.opens)
    write_network(folder / "netvaerk", "netvaerk", last)
    folders = {name: folder / name for name in FOLDERS}
    url = f"sqlite:///{folder}/data/faellesledelse.sqlite"
    enrol_everyone(url, folder / "data/keys", folders, (ANNA, BENT, CARLA, VIBEKE))
    told = {name: (folder / name / "bygget/manifest.json").read_text("utf-8") for name in FOLDERS}
    return Place(folder, {name: load(text) for name, text in told.items()})


class Writers:
    """Anna, Bent and Carla, who share a group in both, and Vibeke, who leads both."""

    def __init__(self, server: Server, place: Place, canaries: Canaries) -> None:
        self.server, self.place, self.draw = server, place, canaries.draw
        self.anna, self.bent, self.carla, self.vibeke = (Leader(server, who) for who in (ANNA, BENT, CARLA, VIBEKE))
        for each in (self.anna, self.bent, self.carla, self.vibeke):
            each.client.accept("netvaerk")
        self.today = place.day[:10]

    def share(self) -> None:
        """Everything that is shared, given, published, suggested or answered: one canary in each text."""
        self._contract()
        self._drafts()
        self._gifts()
        self._foundation()
        self._periods()
        self._case()
        self._evaluation()
        self._themes()

    def agree(self) -> None:
        """Accept the contract as the page proposes it."""
        self.anna.agree(self.bent, self.carla)

    def on_the_board(self, text: str) -> None:
        """What was learned by trying, where the whole cohort reads it."""
        self.anna.write(f"{CARD}.result.1.learned", text)
        seen = self.anna.get(f"cards/{CARD}")["seen"]
        body = {"share_id": uuid.uuid4().hex, "to": "board", "parts": ["result.1.learned"], "theme": "", "success": False}
        done(self.anna.client.put(f"/api/demo/cards/{CARD}", json=body | {"seen": seen}))

    def _contract(self) -> None:
        points = self.anna.get("contract")["points"]
        for base, writer in enumerate((self.anna, self.bent, self.anna)):
            texts = {point["part"]: self.draw("contract") for point in points}
            body = {
                "base": base,
                "texts": texts,
                "switches": {"harvest": True, "feedback": True, "export": True, "fades": False},
            }
            done(writer.client.put("/api/demo/contract", json=body))
        for each in (self.bent, self.carla):
            done(each.post("contract/accept", number=3))

    def _drafts(self) -> None:
        for _ in range(2):
            draft = self.anna.share(*(self.draw("draft") for _ in range(6)))
            for giver in (self.bent, self.carla):
                parts = {part: self.draw("feedback") for part in ("well", "more", "improve", "less", "dare")}
                giver.give(draft, **parts, lines=f'{{"1": "{self.draw("remark on a line")}"}}')
                giver.say(draft, well=self.draw("feedback not given"))

    def _gifts(self) -> None:
        for kind, giver, to in product(("harvest", "promise", "words"), (self.bent, self.carla), (self.anna,)):
            giver.write(f"gift.{kind}.{to.id}.1", self.draw(kind))
            done(giver.post(f"gifts/{kind}", to=to.id, round=1, gift_id=uuid.uuid4().hex, step="workshop-1"))

    def _foundation(self) -> None:
        for readers in ("group", "cohort"):
            self.anna.write_draft(*(self.draw("foundation") for _ in range(6)))
            body = {"publication_id": uuid.uuid4().hex, "day": self.today, "readers": readers}
            done(self.anna.client.put("/api/demo/publication", json=body | {"headings": ["draft.task", "draft.why"]}))

    def _periods(self) -> None:
        self.anna.write(f"{CARD}.hypothesis", self.draw("experiment card"))
        self.on_the_board(self.draw("board"))
        body = {"share_id": uuid.uuid4().hex, "to": "group", "parts": [], "theme": "", "success": False}
        seen = self.anna.get(f"cards/{CARD}")["seen"]
        done(self.anna.client.put(f"/api/demo/cards/{CARD}", json=body | {"seen": seen}))
        for giver in (self.anna, self.bent):
            for card in ("host", "visit"):
                self._visit(giver, card)

    def _visit(self, giver: Leader, card: str) -> None:
        keys = [field.key for step in self.place.manifests["demo"].steps for field in step.fields if field.kind == "text"]
        key = next(key for key in keys if key.startswith(f"period.periode-b.{card}."))
        giver.write(key, self.draw(f"job visit: {card}"))
        done(giver.post("visits/periode-b", card=card, share_id=uuid.uuid4().hex))

    def _case(self) -> None:
        for part in ("about", "hurts", "help"):
            self.carla.client.saved(f"{CASE}.1.{part}", self.draw("case"), gathering="netvaerk")
        seen = self.carla.client.get(f"/api/netvaerk/cases/{CASE}").json()["seen"]
        body = {"share_id": uuid.uuid4().hex, "seen": seen}
        done(self.carla.client.put(f"/api/netvaerk/cases/{CASE}", json=body))

    def _evaluation(self) -> None:
        there = self.vibeke.post("evaluation", title="Midtvejs", opens=self.today, closes=self.today).json()
        for leader in (self.anna, self.bent, self.carla):
            texts = {each["name"]: self.draw("evaluation") for each in there["questions"]}
            done(leader.post(f"evaluation/{there['waves'][0]['id']}/response", worth=3, **texts))

    def _themes(self) -> None:
        address, later = PAGE.replace("demo", "netvaerk"), date.fromisoformat(self.today) + timedelta(days=1)
        days = {"suggests": self.today, "closes": later.isoformat()}
        begun = done(self.vibeke.client.post("/api/netvaerk/themes", json=days | {"starting": ""}))
        round_ = begun.json()["rounds"][0]["id"]
        for leader in (self.anna, self.bent):
            data = {"do": "suggest", "round": round_, "theme": [self.draw("theme suggested")]}
            done(leader.client.post(address, data=data))

    def fill(self, wanted: int, canaries: Canaries) -> None:
        """Write in every field, over what stands there when they are used up, until that many are planted."""
        fields = [
            (leader, name, field)
            for name, manifest in self.place.manifests.items()
            for leader in (self.anna, self.bent, self.carla)
            for step in manifest.steps
            for field in step.fields
            if field.kind == "text"
        ]
        versions: dict[tuple[str, str, str], int] = {}
        for leader, name, field in cycle(fields):
            if canaries.planted.total() >= wanted:
                return
            if (key := (leader.id, name, field.key)) not in versions:
                told = leader.client.get(f"/api/{name}/answers/{field.key}/versions").json()
                versions[key] = told[0]["version"] if told else 0
            kind = "private annex" if field.private else "own answer"
            versions[key] = leader.client.saved(field.key, self.draw(kind), versions[key], gathering=name)

    def aside(self) -> None:
        """A save that met another, whose text is kept beside."""
        assert self.anna.client.save("draft.task", self.draw("kept beside"), 1).status_code == 409


def done(answer: httpx.Response) -> httpx.Response:
    """What was asked for has happened."""
    assert answer.status_code == 200, answer.text
    return answer


@dataclass
class Profile:
    """Makes windows whose profile lies in a folder, where other browsers of the tests keep theirs in memory."""

    playwright: Playwright
    folder: Path

    def new_context(self, **options: Any) -> BrowserContext:
        """Called as a browser's own."""
        launch = self.playwright.chromium.launch_persistent_context
        return launch(self.folder, executable_path=tools.chromium(), args=tools.FLAGS, **options)


def at_a_browser(server: Server, place: Place, canaries: Canaries) -> None:
    """Bent writes, reads and signs out on a device of his own."""
    with sync_playwright() as playwright:
        bent = Visitor(Profile(playwright, place.folder / "profile"), House(server.settings, []), DESKTOP)  # type: ignore[arg-type]
        bent.come_back(server.client(BENT))
        bent.open("forberedelse-1")
        bent.write_everything(lambda key: canaries.draw("typed in a browser"), day="")
        for page in ("workshop-1", "workshop-2", "galleri", "tavle", "hent-mit", ""):
            bent.page.goto(f"{server.url}/hold/demo/{page}")
            bent.until("!document.querySelector('#loading')")
        bent.page.get_by_role("button", name="Log ud").click()
        anyhow, out = bent.page.get_by_role("button", name="Log ud alligevel"), bent.page.locator("input[type=password]")
        expect(anyhow.or_(out)).to_be_visible(timeout=60_000)
        if anyhow.is_visible():  # a slow machine has not sent all of it: what is left lies in the journal
            anyhow.click()
        expect(out).to_be_visible(timeout=60_000)
        bent.page.context.close()


def cut_off(server: Server, client: Client) -> None:
    """End the server as a power cut would, while it makes files."""
    kinds = ("mine.zip?annex=1", "foundation.docx", "foundation.pdf")
    asking = [Thread(target=_ask, args=(client, f"/api/demo/{kind}"), daemon=True) for kind in kinds]
    for each in asking:
        each.start()
    asking[0].join(0.3)
    server.kill()
    for each in asking:
        each.join()


def _ask(client: Client, address: str) -> None:
    try:
        client.get(address)
    except httpx.TransportError:
        return


def dumped(server: Server) -> Iterator[bytes]:
    """The memory of the server and of its kernels."""
    for pid in (server.process.pid, *children(server.process.pid)):
        try:
            yield from memory(pid)
        except (PermissionError, FileNotFoundError, ProcessLookupError):
            continue


def aborted(place: Place) -> None:
    """The server fails while Anna reads, on a machine that lets it dump as much as it likes, into the folder."""
    _, most = limits = resource.getrlimit(resource.RLIMIT_CORE)
    with chdir(place.folder / "scratch"):
        resource.setrlimit(resource.RLIMIT_CORE, (most, most))
        try:
            with place.serving(clocked=False) as server:
                server.client(ANNA).step()
                server.process.send_signal(signal.SIGABRT)
                server.process.wait()
                server.stopped = True
        finally:
            resource.setrlimit(resource.RLIMIT_CORE, limits)


def count(canaries: Canaries, found: Iterator[bytes]) -> int:
    """How many different canaries stand in any of it."""
    numbers: set[int] = set()
    for each in found:
        numbers |= canaries.found(each)
    return len(numbers)


def copied(server: Server, copies: Path) -> None:
    """IT takes a copy of everything, and one of the keys."""
    with (copies / "alt.zip").open("wb") as file:
        operation.backup(server.settings, file)
    with (copies / "noegler.zip").open("wb") as file:
        operation.backup_keys(server.settings, file, copies / "noegler.zip")


def tried(seed: int, share: float) -> Iterator[Figure]:
    """All kinds of text are written, whatever the share; the rest of the canaries are answers."""
    canaries, folder = Canaries(seed), Path(tempfile.mkdtemp())
    try:
        place = laid(folder)
        with place.serving() as server:
            writers = Writers(server, place, canaries)
            writers.share()
            at_a_browser(server, place, canaries)
            writers.fill(round(WHOLE * share) - 1, canaries)
            writers.aside()
            copied(server, folder / "copies")
            running = count(canaries, contents(*place.left()))
            signed_in = count(canaries, dumped(server)) if share == 1 else 0
            for each in (writers.anna, writers.bent, writers.carla, writers.vibeke):
                assert each.client.post("/api/log-out").status_code == 204
            signed_out = count(canaries, dumped(server)) if share == 1 else 0
            cut_off(server, server.client(ANNA))
        with place.serving() as server:
            restarted = count(canaries, dumped(server))
        aborted(place)
        cores = [path for path in folder.rglob("core*") if path.is_file() and path.stat().st_size > 1 << 20]
        after = count(canaries, contents(*place.left()))
    finally:
        shutil.rmtree(folder)
    planted = f"{canaries.planted.total()} canaries in {len(canaries.planted)} kinds of text"
    yield _none(running, f"{planted}, found in database, WAL, temporary files, logs, profile and backups while it runs")
    yield _none(after, f"{planted}, found there after a power cut during exports and a failure while somebody reads")
    yield _none(len(cores), "core dumps written when the server fails while somebody is signed in")
    yield _none(restarted, f"{planted}, found in a core dump of server and kernels taken after a restart")
    if share == 1:
        told = f"{signed_in} while four people are signed in, {signed_out} after all have signed out"
        yield Figure("at rest", "canaries in a core dump that root takes of the running server", "no promise", told, True)


def _none(measured: int, counted: str) -> Figure:
    return Figure("at rest", counted, "0", str(measured), measured == 0)
