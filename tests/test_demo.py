"""The demo as a newcomer meets it: in a terminal of 80 columns, with what it says tried out."""

import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from .live import PHRASE, free_port, wait_until_up

pytestmark = pytest.mark.usefixtures("uncounted")

COLUMNS = 80


@contextmanager
def demo(folder: Path, port: int) -> Iterator[str]:
    """What the demo has written on its terminal when it is ready; it is stopped with Ctrl-C."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (50, COLUMNS))
    environment = os.environ | {"FAELLESLEDELSE_PORT": str(port), "TERM": "xterm", "PYTHONUTF8": "1"}
    environment.pop("COLUMNS", None)
    command = [sys.executable, "-m", "fællesledelse", "demo", str(folder)]
    process = subprocess.Popen(command, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    try:
        told = until(ours, "næste gang")
        wait_until_up(f"http://127.0.0.1:{port}", process, Path(os.devnull))  # it listens a moment after it has told all
        yield told
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        os.close(ours)


def until(terminal: int, words: str, seconds: float = 90) -> str:
    """What stands on the terminal once it holds ``words``, without colours."""
    seen, deadline = "", time.monotonic() + seconds
    while words not in seen:
        assert select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0], seen
        seen += os.read(terminal, 65536).decode()
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen).replace("\r\n", "\n")


@contextmanager
def signed_in(url: str, email: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, headers={"Origin": url}, timeout=30, follow_redirects=True) as client:
        client.post("/api/log-in", json={"email": email, "pass_phrase": PHRASE}).raise_for_status()
        yield client


def test_everything_the_demo_says_is_true_and_it_starts_again_on_the_same_folder(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with demo(tmp_path / "demo", port) as told:
        assert "Bygger siderne" in told
        assert "Skriv ikke om rigtige mennesker" in told
        assert f"Åbn {url} i browseren" in told
        assert f"\n{PHRASE}\n" in told
        links = re.findall(rf"^{url}/invitation#(.+)$", told, re.MULTILINE)
        emails = re.findall(r"^  (\S+@strandby\.example)  ", told, re.MULTILINE)
        assert (len(links), len(emails)) == (3, 4)
        for email in emails:
            with signed_in(url, email) as client:
                assert client.get("/").status_code == 200
        with signed_in(url, emails[0]) as client:
            answers = client.get("/api/demo/steps/forberedelse-1").json()["answers"]
            assert all(answers[key]["text"] for key in ("episodes.1.did", "values.1.name", "doubt"))
            mine = {"text": "Mit eget", "base": answers["doubt"]["version"], "save_id": "en-ny-tekst"}
            client.put("/api/demo/answers/doubt", json=mine).raise_for_status()
            client.post("/api/demo-netvaerk/notice", json={"accept": True}).raise_for_status()
            charter = client.get("/hold/demo-netvaerk/kommissoriet").text
            assert "3 åbne spørgsmål" in charter
        with httpx.Client(base_url=url, headers={"Origin": url}, timeout=30) as client:
            body = {"token": links[0], "pass_phrase": "en helt anden sætning"}
            assert "recovery_code" in client.post("/api/enrol", json=body).raise_for_status().json()
    with demo(tmp_path / "demo", port) as told:
        new = re.findall(rf"^{url}/invitation#(.+)$", told, re.MULTILINE)
        assert len(new) == 3
        assert not set(new) & set(links)
        with signed_in(url, emails[0]) as client:
            assert client.get("/api/demo/steps/forberedelse-1").json()["answers"]["doubt"]["text"] == "Mit eget"


@pytest.mark.parametrize("command", [["demo"], ["server", "hold"]])
def test_a_taken_port_is_told_before_anything_is_built(tmp_path: Path, command: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "fællesledelse", *command],
            env=os.environ | {"FAELLESLEDELSE_PORT": str(port), "PYTHONUTF8": "1"},
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} er optaget.")
    assert "FAELLESLEDELSE_PORT" in done.stderr
    assert list(tmp_path.iterdir()) == []
