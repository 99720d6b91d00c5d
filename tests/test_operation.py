"""The command line asking a server that is not there, or that is somebody else."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fællesledelse import operation
from fællesledelse.settings import Settings


class _Somebody(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_response(418)
        self.end_headers()
        self.wfile.write(b"<html>en anden")

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def somebody() -> Iterator[int]:
    """The port of a server that is not ours."""
    with http.server.HTTPServer(("127.0.0.1", 0), _Somebody) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running.server_port
        running.shutdown()


def test_without_a_server_it_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(operation.ServerRefused, match="Start den først"):
        operation.invite(Settings(tmp_path, ""), "demo", None)


def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    settings = Settings(tmp_path, "", address="::1", port=9)
    settings.operator_token.write_text("x")
    with pytest.raises(operation.ServerRefused, match=r"svarer ikke på \[::1\]:9"):
        operation.invite(settings, "demo", None)


def test_a_server_that_is_not_ours_is_told_apart(tmp_path: Path, somebody: int) -> None:
    settings = Settings(tmp_path, "", port=somebody)
    settings.operator_token.write_text("x")
    with pytest.raises(operation.ServerRefused, match=r"ikke serveren \(svar 418\)"):
        operation.invite(settings, "demo", None)
