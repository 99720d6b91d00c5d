"""Silence: no page asks anybody but the server, none breaks its own policy, and no log tells who wrote or what.

Every page there is, from the table of routes, is looked at by leader, facilitator and nobody, before anything is written and
after everything has been shared. What each test's server has logged is looked through where it ends; see ``tests.telltale``.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from fællesledelse.model import Manifest
from fællesledelse.server.desk import PAGES
from tests import tools
from tests.server.circles import Leader
from tests.server.every_route import every_route
from tests.server.people import NAMES, PHRASE
from tests.telltale import telltale

from .at_rest import Place, Writers, laid
from .canaries import Canaries
from .figure import Figure

HEARD = "addEventListener('securitypolicyviolation', (event) => heard(event.violatedDirective, event.blockedURI))"
SETTLED = "!document.querySelector('#loading') && !document.querySelector('[aria-busy=true]')"
NOT_PAGES = ("/api/", "/operator/", "/assets/")


def addresses(manifests: dict[str, Manifest], publication: str) -> list[str]:
    """Every address in the table of routes that a browser may be shown. A new kind of part of one fails here."""
    none = ("0" * 32,)
    parts = [
        "key",
        "build",
        "reader",
        "kernel_id",
        "draft",
        "gift",
        "kind",
        "number",
        "what",
        "card",
        "share",
        "wave",
        "item",
        "picture",
    ]
    found: dict[str, None] = {}
    for name, manifest in manifests.items():
        fillings = dict.fromkeys(parts, none) | {
            "gathering": (name,),
            "step": tuple(step.name for step in manifest.steps),
            "name": tuple(PAGES),
            "publication": (publication,),
        }
        found |= dict.fromkeys(address for _, address, _ in every_route(fillings) if not address.startswith(NOT_PAGES))
    return list(found)


class Listener:
    """Hears what the pages of a browser ask for, and where they break their policy."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url, self.pages = browser, url, 0
        self.strangers: list[str] = []
        self.violations: list[str] = []

    def visitor(self, leader: Leader | None) -> BrowserContext:
        """A browser of someone, or of nobody."""
        context = self.browser.new_context(locale="da-DK")
        for name, value in leader.client.cookies.items() if leader else ():
            context.add_cookies([{"name": name, "value": value, "url": self.url}])
        context.on("request", lambda request: self._asked(request.url))
        context.expose_binding("heard", lambda source, *told: self.violations.append(f"{source['page'].url} {told}"))
        context.add_init_script(HEARD)
        return context

    def look(self, page: Page, address: str) -> None:
        """At a page, until what it loads is there; some are files, or lead elsewhere."""
        try:
            page.goto(self.url + address)
            for _ in range(100):
                if page.evaluate(SETTLED):
                    break
                page.wait_for_timeout(50)
        except Error as error:  # a file is downloaded, or the page leads on
            if not any(each in error.message for each in ("Download is starting", "context was destroyed", "ERR_ABORTED")):
                raise
        self.pages += 1

    def _asked(self, url: str) -> None:
        if not url.startswith((self.url, self.url.replace("http", "ws", 1), "data:", "blob:", "about:")):
            self.strangers.append(url)


def round_of_pages(listener: Listener, writers: Writers, asked: list[str]) -> None:
    """Everybody looks at every page."""
    for who in (writers.anna, writers.vibeke, None):
        context = listener.visitor(who)
        page = context.new_page()
        for address in asked:
            listener.look(page, address)
        context.close()


def logs(place: Place) -> str:
    """All that the server has logged, its audit log too."""
    files = (place.folder / "data.log", place.folder / "data/audit.jsonl")
    return "".join(path.read_text(encoding="utf-8", errors="replace") for path in files)


def tried(seed: int, share: float) -> Iterator[Figure]:
    """That part of the pages, drawn by ``seed``, empty and full; the logs hold what all of it has led to."""
    canaries = Canaries(seed)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        place = laid(Path(folder))
        browser = playwright.chromium.launch(executable_path=tools.chromium(), args=tools.FLAGS)
        with place.serving() as server:
            writers = Writers(server, place, canaries)
            listener = Listener(browser, server.url)
            everything = addresses(place.manifests, "0" * 32)
            asked = Random(seed).sample(everything, round(share * len(everything)))
            round_of_pages(listener, writers, asked)
            writers.share()
            publication = str(writers.anna.get("publication")["publications"][0]["id"])
            round_of_pages(listener, writers, [each.replace("0" * 32, publication) for each in asked])
            assert writers.anna.client.save("draft.task", f"FEJL {canaries.draw('in a fault')}").status_code == 500
            server.client().post("/api/log-in", json={"email": writers.anna.who.email, "pass_phrase": f"{PHRASE} forkert"})
            secrets = [PHRASE, *(value for each in (writers.anna, writers.vibeke) for value in each.client.cookies.values())]
        browser.close()
        logged = logs(place)
    pages = f"{listener.pages} visits to {len(asked)} of {len(everything)} pages, empty and full"
    yield _none(listener.strangers, f"third-party requests in {pages}")
    yield _none(listener.violations, f"violations of the content security policy in {pages}")
    told = [
        *telltale(logged, NAMES),
        *(each for each in secrets if each in logged),
        *map(str, canaries.found(logged.encode())),
    ]
    yield _none(told, f"canaries, tokens, e-mails and names in {logged.count(chr(10))} lines of log after it")


def _none(found: list[str], counted: str) -> Figure:
    return Figure("silence", counted, "0", f"{len(found)}{': ' + found[0] if found else ''}", not found)
