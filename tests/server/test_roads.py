"""Who may come by which road: TLS, proxies, plain http, and what every answer carries."""

import re
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from fællesledelse import operation

from .. import tools
from .people import ANNA, BENT, EGON, PHRASE
from .serving import Client, Server, alive, wait_for

pytestmark = pytest.mark.usefixtures("uncounted")

OPENSSL = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority (ca.pem) and a certificate it has signed for 127.0.0.1 (leaf.pem, leaf.key)."""
    folder = tmp_path_factory.mktemp("tls")
    names = ["-addext", "subjectAltName=IP:127.0.0.1,DNS:leder.example"]
    authority = [*OPENSSL, "-subj", "/CN=Proeve", "-keyout", "ca.key", "-out", "ca.pem"]
    leaf = [*OPENSSL, "-subj", "/CN=leder.example", *names, "-CA", "ca.pem", "-CAkey", "ca.key"]
    extensions = ["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", "leaf.key", "-out", "leaf.pem"]
    for command in (authority, [*leaf, *extensions]):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


def test_with_a_certificate_the_server_speaks_https_alone_and_its_cookie_goes_nowhere_else(
    another: Callable[..., Server],
    built: dict[str, Path],
    certificates: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = another(
        built["demo"],
        wait=False,
        certificate=certificates / "leaf.pem",
        certificate_key=certificates / "leaf.key",
    )
    server.verify = ssl.create_default_context(cafile=str(certificates / "ca.pem"))
    server.wait_until_up()
    client = server.client()
    answer = client.sign_in(ANNA)
    cookies = answer.headers.get_list("set-cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-faellesledelse", "__Host-faellesledelse-enhed"}
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "domain" not in cookie.lower()
    assert client.get("/api/session").json()["name"] == ANNA.name
    assert "max-age=" in answer.headers["strict-transport-security"]
    assert "upgrade-insecure-requests" in answer.headers["content-security-policy"]
    client.accept()
    assert client.open_page("privat-tillaeg")[1]
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{server.settings.port}/sundhed")
    plain = Client(base_url=server.url, verify=server.verify, headers={"Origin": server.url.replace("https", "http")})
    with plain:
        plain.headers["Origin"] = server.url.replace("https", "http")
        assert plain.post("/api/log-in", json={"email": ANNA.email, "pass_phrase": "x"}).status_code == 403
    the_operator_trusts_this_certificate_and_asks_no_proxy(server, monkeypatch)


def the_operator_trusts_this_certificate_and_asks_no_proxy(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (link,) = operation.invite(server.settings, "demo", EGON.email)["invitations"]
    assert link["url"].startswith("https://127.0.0.1")


def test_behind_a_proxy_only_the_proxy_is_answered_and_only_for_https(
    another: Callable[..., Server], built: dict[str, Path]
) -> None:
    server = another(built["demo"], public_url="https://leder.example", proxy="127.0.0.2")
    assert httpx.get(f"{server.url}/log-ind").status_code == 403
    assert httpx.get(f"{server.url}/assets/look.css", headers={"X-Forwarded-For": "127.0.0.2"}).status_code == 403
    with Client(base_url=server.url, transport=httpx.HTTPTransport(local_address="127.0.0.2")) as proxy:
        proxy.headers.update({"X-Forwarded-Proto": "https", "Host": "leder.example"})
        wish = {"email": BENT.email, "pass_phrase": PHRASE}
        assert proxy.get("/log-ind").status_code == 200
        for origin in ("http://leder.example", "https://ond.example", server.url):
            assert proxy.post("/api/log-in", json=wish, headers={"Origin": origin}).status_code == 403
        answer = proxy.post("/api/log-in", json=wish, headers={"Origin": "https://leder.example"})
        cookies = answer.headers.get_list("set-cookie")
        assert all(cookie.startswith("__Host-faellesledelse") and "Secure" in cookie for cookie in cookies)
        assert proxy.get("/log-ind", headers={"X-Forwarded-Proto": "http"}).status_code == 403
    (link,) = operation.invite(server.settings, "demo", EGON.email)["invitations"]
    assert link["url"].startswith("https://leder.example/invitation#")


@pytest.mark.parametrize("host", ["leder.example", "10.0.0.1:80", "127.0.0.1.ond.example", "", "localhost.ond.example"])
def test_plain_http_answers_to_this_machines_own_names_alone(server: Server, host: str) -> None:
    for path in ("/log-ind", "/sundhed", "/assets/look.css"):
        answer = server.client().get(path, headers={"Host": host})
        assert answer.status_code in (400, 403)
        assert "set-cookie" not in answer.headers
    assert server.client().get("/sundhed", headers={"Host": "localhost"}).status_code == 200


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"address": "0.0.0.0"}, "Serveren taler ikke ukrypteret http på 0.0.0.0"),
        ({"data": "{folder}/bygget/data"}, "ligger inde i holdets mappe"),
        ({"data": "/proc/nej"}, "kan ikke skrive i datamappen /proc/nej. Systemet siger: No such file or directory."),
        ({"data": "/etc/passwd"}, "Datamappen /etc/passwd kan ikke laves: Der ligger en fil"),
        ({"smpt": "post:25"}, "Mente du FAELLESLEDELSE_SMTP?"),
        ({"database": "mysql://x"}, "can't be used"),
    ],
)
def test_the_server_says_why_it_does_not_start(
    another: Callable[..., Server], built: dict[str, Path], told: dict[str, str], why: str
) -> None:
    from fællesledelse.settings import Settings

    from . import serving

    environment = {name: value.format(folder=built["demo"]) for name, value in told.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(serving, "read", lambda told: Settings(Path(told["FAELLESLEDELSE_DATA"]), ""))
        server = another(built["demo"], wait=False, **environment)
    assert server.process.wait(60) == 1
    server.stopped = True
    assert why in " ".join(server.written.split())
    assert "Traceback" not in server.written


PATHS = [
    "/",
    "/log-ind",
    "/invitation",
    "/glemt",
    "/ny-adgang",
    "/sundhed",
    "/findes/ikke",
    "/api/session",
    "/api/demo/steps/forberedelse-1",
    "/api/demo/answers/findes.ikke/versions",
    "/api/demo/steps/forberedelse-1/000000000000/nobody/api/kernels/a-b-c-d-e/channels",
    "/hold/demo/privatliv",
    "/hold/demo/datoer",
    "/hold/demo/det-kan-din-facilitator-se",
    "/hold/demo/overblik",
    "/hold/demo/",
    "/hold/andet/",
    "/assets/look.css",
    "/assets/findes-ikke.css",
    "/assets/",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_answer_carries_the_armour(server: Server, anna: Client, path: str, method: str) -> None:
    for client in (anna, server.client()):
        answer = client.request(method, path)
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "http:" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "server" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers
        if not path.startswith("/assets"):
            assert "no-store" in answer.headers.get("cache-control", "no-store")
        if "text/html" in answer.headers["content-type"]:
            no_third_party(answer.text)


def no_third_party(html: str) -> None:
    """No address on the page leads a browser elsewhere by itself, and no script or style stands in it."""
    fetched = re.findall(r"<(?:script|link|img|iframe|source|form|use)\b[^>]*?(?:src|href|action|srcset)=\"([^\"]*)\"", html)
    assert [address for address in fetched if not re.match(r"(/(?!/)|#)", address)] == []
    assert not re.search(r"\sstyle=", html)
    assert not re.search(r"\son\w+=", html)
    assert not re.search(r"<script(?![^>]*(?:src=|application/json))[^>]*>", html)
    assert "<style" not in html


def test_a_notebook_page_runs_in_a_browser_under_that_policy(server: Server, anna: Client) -> None:
    """In Chromium: the fields come alive, a kernel wakes when it is needed, nothing is refused, nobody else is asked."""
    from playwright.sync_api import sync_playwright

    no_third_party(anna.open_page("workshop-1")[0])
    before = set(server.kernels())
    said: list[str] = []
    asked: set[str] = set()
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=tools.chromium(), args=[*arguments, "--disable-sync"])
        context = browser.new_context(locale="da-DK")
        context.add_cookies([{"name": name, "value": value, "url": server.url} for name, value in anna.cookies.items()])
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.add(request.url.partition("?")[0]))
        page.goto(f"{server.url}/hold/demo/forberedelse-1")
        page.wait_for_selector("textarea", timeout=60_000)
        page.wait_for_selector("#loading", state="detached", timeout=60_000)
        page.goto(f"{server.url}/hold/demo/forberedelse-2")
        page.locator(".fl-mirror button").click()
        wait_for(lambda: set(server.kernels()) - before)
        (pid,) = set(server.kernels()) - before
        page.goto(f"{server.url}/hold/demo/datoer")
        wait_for(lambda: not alive(pid))
        for evil in ("https://ond.example/", "//ond.example/hold/demo/", "/hold/../../ond.example", "javascript:alert(1)"):
            signing_in_leads_home(browser.new_context(), server, evil)
        browser.close()
    assert said == []
    assert {address for address in asked if not address.startswith((f"{server.url}/", "blob:", "data:"))} == set()


def signing_in_leads_home(context: Any, server: Server, asked_for: str) -> None:
    """A page that the address names is gone to only if it is one of ours."""
    page = context.new_page()
    page.goto(f"{server.url}/log-ind?next={quote(asked_for, safe='')}")
    page.fill("[name=email]", BENT.email)
    page.fill("[name=pass_phrase]", PHRASE)
    page.click("[type=submit]")
    page.wait_for_url("**/hold/demo/**", wait_until="commit")
    assert page.url.startswith(f"{server.url}/hold/demo/")
    context.close()
