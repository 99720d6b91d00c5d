"""The command that opens JupyterLab on a cohort folder: on this machine alone, and asking nobody else for anything."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from fællesledelse import danish
from fællesledelse.cohort.demo import write_demo

from .tools import FLAGS, chromium


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lab") / "hold"
    write_demo(folder, danish.today())
    return folder


class Outside:
    """What the machine would ask if it were to ask anyone: a proxy that answers nothing and counts."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.asked = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.asked += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()


def started(cohort: Path, home: Path, proxy: str) -> "subprocess.Popen[str]":
    home.mkdir()
    (home / ".jupyter").mkdir()
    (home / ".jupyter/jupyter_server_config.py").write_text('c.ServerApp.ip = "0.0.0.0"\nc.IdentityProvider.token = ""\n')
    environment = {"HOME": str(home), "TMPDIR": str(home), "PYTHONUTF8": "1", "HTTP_PROXY": proxy, "HTTPS_PROXY": proxy}
    return subprocess.Popen(
        [sys.executable, "-X", "utf8", "-m", "fællesledelse", "lab", str(cohort), "--uden-browser"],
        env=os.environ | environment | {"NO_PROXY": "127.0.0.1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # the tests may themselves run in the background
    )


@pytest.fixture(scope="module")
def lab(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address that the command says, with its token; what it has said and asked is examined when it has ended."""
    home, outside = tmp_path_factory.mktemp("jupyter") / "hjem", Outside()
    process = started(cohort, home, outside.url)
    assert process.stdout is not None
    first, url = process.stdout.readline(), process.stdout.readline().strip()
    try:
        assert "kører på din egen maskine" in first
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()  # not communicate(), which passes over what was read ahead with the first lines
        process.stdout.close()
        process.wait(30)
    assert process.returncode == 0, rest
    assert "Stop med Ctrl-C" in rest
    assert f"faellesledelse hold tjek {cohort}" in rest
    assert "Traceback" not in rest
    assert outside.asked == 0
    assert sorted(path.name for path in home.glob("jupyter-clean-cfg*")) == []
    outside.close()


def reached(url: str) -> httpx.Client:
    """A client that waits until JupyterLab listens."""
    return httpx.Client(base_url=url.partition("/lab")[0], transport=httpx.HTTPTransport(retries=12), timeout=30)


def test_it_opens_for_the_one_with_the_token_on_this_machine_whatever_the_users_own_settings_say(lab: str) -> None:
    with reached(lab) as client:
        assert client.get("/api/contents").status_code == 403
        token = lab.rpartition("token=")[2]
        assert len(token) == 32
        names = [each["name"] for each in client.get(f"/api/contents?token={token}").json()["content"]]
        assert {"hold.yaml", "notebooks"} <= set(names)
    port = int(re.findall(r":(\d+)/", lab)[0])
    listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    assert re.findall(rf"^ *\d+: ([0-9A-F]+):{port:04X} 0+:0000 0A", listening, re.MULTILINE) == ["0100007F"]


def test_the_page_shows_the_notebooks_and_asks_nobody_else(lab: str) -> None:
    asked: list[str] = []
    with reached(lab) as client, sync_playwright() as playwright:
        client.get("/api")
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(lab)
        expect(page.get_by_text("forberedelse-1.ipynb")).to_be_visible(timeout=30_000)
        page.evaluate("window.jupyterapp?.restored")
        expect(page.get_by_role("tab", name="Extension Manager")).to_have_count(0)
        expect(page.get_by_text("official Jupyter news")).to_have_count(0)
        browser.close()
    assert asked
    assert not [url for url in asked if not url.startswith((lab.partition("/lab")[0], "data:", "blob:"))]


@pytest.mark.parametrize("missing", ["notebooks", "jupyterlab"])
def test_what_is_missing_is_told_with_what_to_do(tmp_path: Path, missing: str) -> None:
    """JupyterLab is not there when Python looks for it in its own folders alone."""
    folder = tmp_path / "hold"
    folder.mkdir()
    hidden = ""
    if missing == "jupyterlab":
        (folder / "notebooks").mkdir()
        hidden = "import sys; sys.modules['jupyterlab'] = None;"
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", f"{hidden}import faellesledelse; faellesledelse.main()", "lab", str(folder)],
        env=os.environ | {"PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 1
    expected = {"notebooks": "er ikke et holds mappe", "jupyterlab": "python -m pip install jupyterlab"}
    assert expected[missing] in done.stderr
    assert "Traceback" not in done.stderr
