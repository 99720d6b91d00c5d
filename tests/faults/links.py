"""Links and sign-in: scanners of mail get no session and use nothing up, no secret lies about, guessing locks nobody out."""

import base64
import io
import json
import random
import re
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import httpx
from playwright.sync_api import Browser, BrowserContext, BrowserType, expect, sync_playwright
from pypdf import PdfReader

from fællesledelse import danish
from fællesledelse.cohort.build import build
from fællesledelse.cohort.demo import write_demo
from fællesledelse.manifest import load_roster
from fællesledelse.model import Role
from fællesledelse.operation import backup, backup_keys, invite, mailing, status
from fællesledelse.server.access_api import Brake
from fællesledelse.server.run import now
from fællesledelse.store.invitations import OPEN
from tests import tools
from tests.live import PHRASE, House
from tests.server.serving import Server, start

from .figure import Figure

VISITS, GUESSES, FLOOD = 1000, 30, 60
FRESH = "SELECT count(*) FROM invitation WHERE spent_at IS NULL AND opened_at IS NULL"
NEVER = 2  # people who do not come in
BROWSED = 10  # every tenth visit
COOKIE = "faellesledelse"
SECRET = re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])")  # of a link, wherever one stands
BROKEN = re.compile(r"#([\w-]{43})")  # of one that has been broken over lines, when they are put together
SCANNERS = ("Mozilla/5.0 (Windows NT 10.0) SafeLinks", "Mozilla/5.0 (compatible; BarracudaCentral)", "URLScan", "")
DESK = (
    "mailings",
    "mailings/letters",
    "cohort",
    "cohort.xlsx",
    "rooms",
    "evaluation",
    "survey",
    "documents",
    "cohort/turns",
)
"""What a facilitator fetches."""


@dataclass
class Post:
    """A cohort whose people have been sent their links. ``given``: all that others than they were ever shown."""

    server: Server
    live: House
    desk: httpx.Client  # the facilitator's
    people: list[str]
    links: dict[str, str]
    given: list[str]
    secrets: list[str] = field(default_factory=list)  # what opens something
    codes: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)  # secrets of links that were opened and not used
    told: list[str] = field(default_factory=list)  # what a browser has said of where it came from
    crowd: ExitStack = field(default_factory=ExitStack)  # of clients

    def client(self) -> httpx.Client:
        """A protocol client of nobody yet."""
        return self.crowd.enter_context(self.live.client())

    def secret(self, email: str) -> str:
        """Of someone's link."""
        return self.links[email].partition("#")[2]


def tried(seed: int, share: float) -> Iterator[Figure]:
    """The visits of scanners, then everybody's own; where secrets lie; what others hold; and guessing."""
    chance, visits = random.Random(seed), max(int(VISITS * share), 10)
    with tempfile.TemporaryDirectory(prefix="fl-") as place, _served(Path(place)) as server, sync_playwright() as started:
        post, profile = _invited(server, House(server.settings, [Path(place) / "hold"]), share), Path(place) / "profile"
        browser = started.chromium.launch(executable_path=tools.chromium(), args=tools.FLAGS)
        scanned = _scanned(post, browser, chance, visits)
        yield _figure(f"sessions from {visits} visits of mail scanners, seed {seed}", scanned)
        browser.close()
        with _remembering(started.chromium, profile) as context:
            _in_a_browser(post, context)
            _after_an_hour(post, context)
        late = _by_wire(post)
        yield _figure(f"of {len(post.people)} people then kept out", late)
        counted = "usable secrets in logs, Referer, browser history or database, an hour after a link was opened"
        yield _figure(counted, _lying(post, profile))
        yield _figure("enrolled leaders opened by what facilitator and command line were given", _held(post))
        guesses, flood = max(int(GUESSES * share), 4), max(int(FLOOD * share), 3)
        failed = _guessed(post, guesses, flood)
        yield _figure(f"failings of the brake: {guesses} guesses in a row, {flood} at once", failed)
        post.desk.close()
        post.crowd.close()


def _figure(counted: str, wrong: list[str]) -> Figure:
    return Figure("links and sign-in", counted, "0", "; ".join([str(len(wrong)), *wrong[:10]]), not wrong)


@contextmanager
def _served(place: Path) -> Iterator[Server]:
    write_demo(place / "hold", danish.today(), all_open=True)
    build(place / "hold")
    server = start(place / "data", [place / "hold"], clocked=True)
    try:
        server.wait_until_up()
        yield server
    finally:
        server.end()


def _invited(server: Server, live: House, share: float) -> Post:
    """Invited on paper and by links on a screen, again and again: the last alone are good."""
    roster = load_roster((live.folders[0] / "bygget/roster.json").read_text(encoding="utf-8"))
    leaders, settings = [each.email for each in roster.participants if each.role is Role.LEADER], server.settings
    people = leaders[: max(int((len(leaders) - NEVER) * share), 3)]
    meant, alone = leaders[: len(people) + NEVER], {"email": people[0]} if share < 1 else {}
    desk = live.enrol(next(each.email for each in roster.participants if each.role is Role.FACILITATOR))
    told = [
        *(invite(settings, "demo", each) for each in meant),
        mailing(settings, "demo", "invitation", "letters"),
        mailing(settings, "demo", "invitation", "cards", sure=True, **alone),
        *(invite(settings, "demo", each) for each in meant),
    ]
    links = {each["invitations"][0]["email"]: str(each["invitations"][0]["url"]) for each in told[-len(meant) :]}
    papers = [_words(base64.b64decode(each["pdf"])) for each in told if "pdf" in each]
    fetched = _fetched_by(desk, DESK if share == 1 else DESK[:2])
    return Post(server, live, desk, people, links, [*map(json.dumps, told), *papers, *fetched])


def _words(pdf: bytes) -> str:
    """Those of a PDF, all in one line."""
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def _scanned(post: Post, browser: Browser, chance: random.Random, visits: int) -> list[str]:
    """Visit as scanners do; what came of it that should not: a session, or a link that is used up."""
    wrong, ((before,),) = [], _rows(post, FRESH)
    for visit in range(visits):
        address = chance.choice(list(post.links.values()))
        wrong += _fetched(post.live.url, address, chance) if visit % BROWSED else _looked(browser, address)
    ((sessions,),) = _rows(post, "SELECT count(*) - 1 FROM session")  # the facilitator's own
    ((after,),) = _rows(post, FRESH)
    wrong += [f"{sessions} sessions"] if sessions else []
    return wrong + ([f"{before} links that nobody has opened are {after}"] if after != before else [])


def _rows(post: Post, asked: str) -> list[tuple[object]]:
    with closing(sqlite3.connect(post.server.settings.data / "faellesledelse.sqlite")) as database:
        return database.execute(asked).fetchall()


def _looked(browser: Browser, address: str) -> list[str]:
    """A visit by a browser that runs the page's script and makes no gesture."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_label("Vælg en adgangssætning")).to_be_visible(timeout=30_000)
    found = [f"a cookie {each.get('name')}" for each in context.cookies()]
    context.close()
    return found


def _fetched(url: str, address: str, chance: random.Random) -> list[str]:
    """A visit without a browser: the address as it is, or with its secret where a scanner may have put it."""
    way, _, secret = address.partition("#")
    wanted = chance.choice((way, f"{way}?{secret}", f"{way}%23{secret}", f"{url}/api/invitation", f"{url}/api/enrol"))
    with httpx.Client(headers={"User-Agent": chance.choice(SCANNERS)}, follow_redirects=True, timeout=60) as client:
        for method in chance.choices(("HEAD", "GET"), k=2):
            client.request(method, wanted)
        return [f"a cookie at {wanted.partition('?')[0]}" for _ in client.cookies]


@contextmanager
def _remembering(chromium: BrowserType, profile: Path) -> Iterator[BrowserContext]:
    """A browser that keeps a history on disk."""
    context = chromium.launch_persistent_context(profile, executable_path=tools.chromium(), args=tools.FLAGS)
    yield context
    context.close()


def _in_a_browser(post: Post, context: BrowserContext) -> None:
    """The first of them comes in as people do."""
    email = post.people[0]
    page = context.pages[0]
    page.on("request", lambda request: post.told.append(request.headers.get("referer", "")))
    page.goto(post.links[email])
    page.get_by_label("Vælg en adgangssætning").fill(PHRASE)
    page.get_by_label("Skriv den en gang til").fill(PHRASE)
    post.told.append(page.url)
    page.get_by_role("button", name="Opret min adgang").click()
    code = page.locator("[data-recovery-code]")
    expect(code).to_have_text(re.compile(r"\w{4}-\w{4}"), timeout=60_000)
    post.secrets.append(code.inner_text())
    page.get_by_label("Jeg har gemt koden").check()
    page.get_by_role("button", name="Videre").click()
    page.wait_for_url(re.compile("/privatliv"))
    post.secrets += _of_cookie(next(str(each["value"]) for each in context.cookies() if each.get("name") == COOKIE))


def _after_an_hour(post: Post, context: BrowserContext) -> None:
    """The second opens the link, touches the page, leaves it, and comes back later: then a new link comes by mail."""
    email, page = post.people[1], context.new_page()
    page.goto(post.links[email])
    with page.expect_response("**/api/invitation"):
        page.get_by_label("Vælg en adgangssætning").click()
    page.goto("about:blank")
    post.left.append(post.secret(email))
    post.server.set_clock((now() + OPEN + timedelta(minutes=1)).isoformat())
    if post.client().post("/api/invitation", json={"token": post.secret(email)}).status_code == 200:
        post.secrets.append(post.secret(email))
        return
    page.goto(post.links[email])
    page.get_by_role("button", name="Send mig et nyt link").click()
    expect(page.locator("#kvittering")).to_be_visible()
    (letter,) = (post.server.settings.data / "udbakke").glob("*.eml")
    (post.links[email],) = re.findall(r"http\S+/invitation#\S+", _letter(letter))


def _by_wire(post: Post) -> list[str]:
    """The others; who could not get in."""
    late = []
    for email in post.people[1:]:
        client = post.client()
        body = {"token": post.secret(email), "pass_phrase": PHRASE}
        answer = client.post("/api/enrol", json=body)
        if answer.status_code != 200 or client.get("/api/session").status_code != 200:
            late.append(email)
            continue
        post.codes[email] = answer.json()["recovery_code"]
        post.secrets += [post.codes[email], *_of_cookie(client.cookies[COOKIE])]
    return late


def _of_cookie(value: str) -> list[str]:
    return [value, *value.split(".")]


def _lying(post: Post, profile: Path) -> list[str]:
    """Where a secret that opens something still lies. Browsers keep their own cookies; that is what a profile is for."""
    waiting = {post.secret(email) for email in post.links if email not in post.people}
    secrets = {PHRASE, *waiting, *post.secrets, *(each.replace("-", "") for each in post.secrets)}
    data, client = post.live.settings.data, post.client()
    files = (post.server.log, data / "audit.jsonl", *data.glob("faellesledelse.sqlite*"))
    places = {path.name: path.read_bytes() for path in files}
    places["Referer"] = "\n".join(post.told).encode()
    kept = [path for path in profile.rglob("*") if path.is_file() and "Cookies" not in path.name]
    places |= {str(path.relative_to(profile)): path.read_bytes() for path in kept}
    used = [post.secret(email) for email in post.people]
    secrets |= {each for each in used if client.post("/api/invitation", json={"token": each}).status_code == 200}
    wrong = [f"{name}: {each[:3]}…" for name, content in places.items() for each in secrets if each.encode() in content]
    remembered = [each.encode() in places["Default/History"] for each in (post.secret(post.people[0]), *post.left)]
    return wrong + ([] if all(remembered) else ["the browser has remembered nothing, so nothing was tried"])


def _held(post: Post) -> list[str]:
    """Whom of those who have enrolled somebody else could get in as."""
    settings, data = post.live.settings, post.live.settings.data
    for email in post.people:  # asked for again, a link goes to the leader alone
        post.given.append(json.dumps(invite(settings, "demo", email)))
    post.given += [json.dumps(status(settings, "demo")), *_copied(post)]
    post.given += [_letter(path) for path in (data / "udbakke").glob("*.eml")]  # with IT, where it has no mail server
    found = {each for text in post.given for pattern in (SECRET, BROKEN) for each in pattern.findall(text)}
    shown = {post.secret(email) for email in post.people}
    hashes = {str(name) for (name,) in _rows(post, "SELECT token_hash FROM invitation UNION SELECT id_hash FROM session")}
    with post.live.client() as client:
        opened = [way for token in sorted(found | hashes) for way in _ways_in(client, token, post.people)]
    return opened + ([] if shown <= found else ["what was given has not been read"])


def _copied(post: Post) -> Iterator[str]:
    """What IT gets when it takes copies."""
    for take, more in ((backup, ()), (backup_keys, (Path("nøgler.zip"),))):
        with tempfile.TemporaryFile() as copy:
            take(post.live.settings, copy, *more)
            copy.seek(0)
            yield copy.read().decode("latin-1")


def _fetched_by(desk: httpx.Client, names: Sequence[str]) -> Iterator[str]:
    """What a facilitator gets."""
    for name in names:
        answer = desk.get(f"/api/demo/{name}")
        assert answer.status_code == 200, name
        yield answer.content.decode("latin-1")


def _letter(path: Path) -> str:
    return str(message_from_bytes(path.read_bytes(), policy=policy.default).get_content())


def _ways_in(client: httpx.Client, token: str, people: list[str]) -> Iterator[str]:
    """What of ``people`` is opened by something that others have been given."""
    if client.post("/api/invitation", json={"token": token}).json().get("email", people[0]) not in people:
        return  # of one who has not come in yet
    for route in ("enrol", "renew"):
        answer = client.post(f"/api/{route}", json={"token": token, "pass_phrase": "en helt anden sætning"})
        yield from [f"{route} lets in"] * (answer.status_code == 200 or bool(answer.cookies))
    answer = client.get("/api/session", headers={"Cookie": f"{COOKIE}={token}.{token}"})
    yield from ["a session"] * (answer.status_code == 200)


def _guessed(post: Post, guesses: int, flood: int) -> list[str]:
    """What the brake fails at: holding back who guesses, letting in who knows."""
    email = post.people[-1]
    right, wish = {"email": email, "pass_phrase": PHRASE}, {"email": email, "pass_phrase": "forkert og forkert igen"}
    client, wrong = post.client(), []
    took = [client.post("/api/log-in", json=wish).elapsed.total_seconds() for _ in range(guesses)]
    due = [0.0] * Brake.FREE + [min(2.0**each, Brake.LONGEST) for each in range(guesses)]
    wrong += [f"guess {at} took {spent:.1f} s" for at, spent in enumerate(took) if spent < due[at]]
    known = post.client()
    wrong += _late(known, "log-in", right, "after the guesses")
    known.post("/api/log-out")
    with ThreadPoolExecutor(flood) as pool:
        asked = [pool.submit(post.client().post, "/api/log-in", json=wish, timeout=600) for _ in range(flood)]
        while not any(each.done() for each in asked):
            time.sleep(0.05)
        wrong += _late(known, "log-in", right, "on a device that is known, while many guess at once")
        wrong += _late(post.client(), "renew", _mailed(post, email), "with link and code, while many guess at once")
    return wrong + [
        f"{each.result().status_code} for a guess" for each in asked if each.result().status_code not in (403, 503)
    ]


def _mailed(post: Post, email: str) -> dict[str, str]:
    """What opens for a leader on any device: a link to the own address, and the recovery code."""
    invite(post.server.settings, "demo", email)
    newest = max((post.server.settings.data / "udbakke").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    (token,) = re.findall(r"/ny-adgang#(\S+)", _letter(newest))
    return {"token": token, "pass_phrase": PHRASE, "recovery_code": post.codes.get(email, "")}


def _late(client: httpx.Client, route: str, body: dict[str, str], when: str) -> list[str]:
    began = time.monotonic()
    answer = client.post(f"/api/{route}", json=body, timeout=600)
    took = time.monotonic() - began
    return [] if answer.status_code == 200 and took < Brake.LONGEST + 5 else [f"{answer.status_code} in {took:.0f} s {when}"]
