"""Links and sign-in: scanners of mail get no session and use nothing up, no secret lies about, guessing locks nobody out."""

import json
import random
import re
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import httpx
from playwright.sync_api import Browser, BrowserType, expect, sync_playwright

from fællesledelse.cohort.build import build
from fællesledelse.cohort.demo import write_demo
from fællesledelse.manifest import load_roster
from fællesledelse.model import Role
from fællesledelse.operation import backup, invite, mailing, status
from fællesledelse.server.access_api import Brake
from tests import tools
from tests.live import PHRASE, Live, serving

from .figure import Figure

VISITS, GUESSES = 1000, 60
BROWSED = 0.1  # of the visits
COOKIE = "faellesledelse"
SECRET = re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])")  # of a link, wherever one stands
SCANNERS = ("Mozilla/5.0 (Windows NT 10.0) SafeLinks", "Mozilla/5.0 (compatible; BarracudaCentral)", "URLScan", "")


@dataclass
class Post:
    """A cohort whose people have been sent their links. ``given``: all that others than they were ever shown."""

    live: Live
    people: list[str]
    links: dict[str, str]
    given: list[str]
    secrets: list[str] = field(default_factory=list)  # what opens something
    told: list[str] = field(default_factory=list)  # what a browser has said of where it came from, and remembers


def tried(seed: int, share: float) -> Iterator[Figure]:
    """The visits of scanners, then everybody's own; where secrets lie; what others hold; and guessing."""
    chance, visits = random.Random(seed), max(int(VISITS * share), 20)
    with tempfile.TemporaryDirectory(prefix="fl-") as place, _served(Path(place)) as live, sync_playwright() as started:
        post = _invited(live, share)
        browser = started.chromium.launch(executable_path=tools.chromium(), args=tools.FLAGS)
        scanned = _scanned(post, browser, chance, visits)
        yield _figure(f"sessions from {visits} visits of mail scanners, seed {seed}", scanned)
        browser.close()
        late = [*_in_a_browser(post, started.chromium, Path(place) / "profile"), *_by_wire(post)]
        yield _figure(f"of {len(post.people)} people then kept out", late)
        yield _figure("usable secrets in logs, Referer, browser history or database", _lying(post, Path(place) / "profile"))
        yield _figure("enrolled leaders opened by what facilitator and command line were given", _held(post))
        guesses = max(int(GUESSES * share), 6)
        failed = _guessed(post, guesses)
        yield _figure(f"failings of the brake: {guesses} guesses in a row, {guesses} at once", failed)


def _figure(counted: str, wrong: list[str]) -> Figure:
    return Figure("links and sign-in", counted, "0", "; ".join([str(len(wrong)), *wrong[:10]]), not wrong)


@contextmanager
def _served(place: Path) -> Iterator[Live]:
    write_demo(place / "hold", date.today(), all_open=True)
    build(place / "hold")
    with serving([place / "hold"], place / "data") as live:
        yield live


def _invited(live: Live, share: float) -> Post:
    """Invited by links on a screen, twice: the later alone are good."""
    roster = load_roster((live.folders[0] / "bygget/roster.json").read_text(encoding="utf-8"))
    people = [each.email for each in roster.participants if each.role is Role.LEADER]
    settings = live.settings
    told = [
        invite(settings, "demo", None),
        mailing(settings, "demo", "invitation", "letters"),
        invite(settings, "demo", None),
    ]
    links = {each["email"]: str(each["url"]) for each in told[-1]["invitations"]}
    return Post(live, people[: max(int(len(people) * share), 3)], links, [json.dumps(each) for each in told])


def _scanned(post: Post, browser: Browser, chance: random.Random, visits: int) -> list[str]:
    """Visit as scanners do; what came of it that should not: a session, or a link that is used up."""
    wrong = []
    for _ in range(visits):
        address = chance.choice(list(post.links.values()))
        wrong += _looked(browser, address) if chance.random() < BROWSED else _fetched(post.live.url, address, chance)
    ((sessions,),) = _rows(post, "SELECT count(*) FROM session")
    ((good,),) = _rows(post, "SELECT count(*) FROM invitation WHERE spent_at IS NULL")
    wrong += [f"{sessions} sessions"] if sessions else []
    return wrong + ([f"{len(post.links) - good} links used up"] if good != len(post.links) else [])


def _rows(post: Post, asked: str) -> list[tuple[object]]:
    with closing(sqlite3.connect(post.live.settings.data / "faellesledelse.sqlite")) as database:
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


def _in_a_browser(post: Post, chromium: BrowserType, profile: Path) -> list[str]:
    """The first of them as people do it, in a browser that keeps a history on disk. Who could not."""
    email = post.people[0]
    context = chromium.launch_persistent_context(profile, executable_path=tools.chromium(), args=tools.FLAGS)
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
    history = context.new_cdp_session(page).send("Page.getNavigationHistory")
    post.told += [each["url"] for each in history["entries"]]
    post.secrets += _of_cookie(next(str(each["value"]) for each in context.cookies() if each.get("name") == COOKIE))
    context.close()
    return []


def _by_wire(post: Post) -> list[str]:
    """The others; who could not."""
    late = []
    for email in post.people[1:]:
        client = post.live.client()
        body = {"token": post.links[email].partition("#")[2], "pass_phrase": PHRASE}
        answer = client.post("/api/enrol", json=body)
        if answer.status_code != 200 or client.get("/api/session").status_code != 200:
            late.append(email)
            continue
        post.secrets += [answer.json()["recovery_code"], *_of_cookie(client.cookies[COOKIE])]
    return late


def _of_cookie(value: str) -> list[str]:
    return [value, *value.split(".")]


def _lying(post: Post, profile: Path) -> list[str]:
    """Where a secret that opens something still lies. Browsers keep their own cookies; that is what a profile is for."""
    open_links = [link.partition("#")[2] for email, link in post.links.items() if email not in post.people]
    secrets = {PHRASE, *open_links, *post.secrets, *(each.replace("-", "") for each in post.secrets)}
    used = {post.links[email].partition("#")[2] for email in post.people}
    data = post.live.settings.data
    files = (post.live.log, data / "audit.jsonl", *data.glob("faellesledelse.sqlite*"))
    places = {path.name: path.read_bytes() for path in files}
    places["Referer and history"] = "\n".join(post.told).encode()
    places |= {f"profile/{path.name}": path.read_bytes() for path in profile.rglob("*History*") if path.is_file()}
    client = post.live.client()
    alive = {each for each in used if client.post("/api/invitation", json={"token": each}).status_code == 200}
    return [name for name, content in places.items() for each in secrets | alive if each.encode() in content]


def _held(post: Post) -> list[str]:
    """Whom of those who have enrolled somebody else could get in as."""
    with tempfile.TemporaryFile() as copy:
        backup(post.live.settings, copy)
        copy.seek(0)
        given = [*post.given, json.dumps(status(post.live.settings, "demo")), copy.read().decode("latin-1")]
    hashes = {str(name) for (name,) in _rows(post, "SELECT token_hash FROM invitation")}
    for email in post.people:  # asked again, a link goes to the leader alone
        given.append(json.dumps(invite(post.live.settings, "demo", email)))
    mine = {post.links[email].partition("#")[2] for email in post.people}
    found = mine | hashes | {each for text in given for each in SECRET.findall(text)}
    others = {link.partition("#")[2] for email, link in post.links.items() if email not in post.people}
    opened, client = [], post.live.client()
    for token in sorted(found - others):
        for route in ("enrol", "renew"):
            answer = client.post(f"/api/{route}", json={"token": token, "pass_phrase": "en helt anden sætning"})
            opened += [f"{route} let in" for _ in range(answer.status_code == 200)]
    return opened


def _guessed(post: Post, guesses: int) -> list[str]:
    """What the brake fails at: holding back who guesses, letting in who knows."""
    email, wrong = post.people[-1], []
    wish = {"email": email, "pass_phrase": "forkert og forkert igen"}
    client, began = post.live.client(), time.monotonic()
    for _ in range(guesses):
        client.post("/api/log-in", json=wish)
    spent, least = time.monotonic() - began, sum(min(2.0**each, Brake.LONGEST) for each in range(guesses - Brake.FREE))
    wrong += [f"{guesses} guesses took {spent:.0f} s, not {least:.0f}"] if spent < least else []
    known = post.live.client()
    wrong += _late(known, email, "after the guesses")
    known.post("/api/log-out")
    with ThreadPoolExecutor(guesses) as pool:
        flood = [pool.submit(post.live.client().post, "/api/log-in", json=wish, timeout=600) for _ in range(guesses)]
        while not any(each.done() for each in flood):
            time.sleep(0.05)
        wrong += _late(known, email, "while many guess at once")
    return wrong


def _late(client: httpx.Client, email: str, when: str) -> list[str]:
    began = time.monotonic()
    answer = client.post("/api/log-in", json={"email": email, "pass_phrase": PHRASE}, timeout=600)
    took = time.monotonic() - began
    return [] if answer.status_code == 200 and took < Brake.LONGEST + 5 else [f"{answer.status_code} in {took:.0f} s {when}"]
