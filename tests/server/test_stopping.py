"""What has been acknowledged is there, however the server ends; and the same cookie opens the same pages afterwards."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from websockets.protocol import State

from .people import ANNA, BENT
from .serving import Client, Server, children, wait_for

pytestmark = pytest.mark.usefixtures("uncounted")

FIELDS = [f"episodes.{number}.{part}" for number in (1, 2, 3) for part in ("situation", "did", "effect")]


class Writer(threading.Thread):
    """Saves one field again and again until the server is gone, and remembers what was acknowledged."""

    def __init__(self, client: Client, key: str) -> None:
        super().__init__()
        self.client, self.key = client, key
        self.acknowledged = 0
        self.refused: list[int] = []

    def run(self) -> None:
        try:
            while True:
                answer = self.client.save(self.key, f"udgave {self.acknowledged + 1}", self.acknowledged)
                if answer.status_code != 200:
                    self.refused.append(answer.status_code)
                    return
                self.acknowledged = answer.json()["version"]
        except httpx.TransportError:
            return


def writing(server: Server) -> list[Writer]:
    """Two leaders, saving in several fields at once."""
    writers = [Writer(server.client(who), key) for who in (ANNA, BENT) for key in FIELDS[:4]]
    for writer in writers:
        writer.start()
    wait_for(lambda: all(writer.acknowledged > 2 for writer in writers))
    return writers


@pytest.mark.parametrize("end", ["SIGTERM", "SIGKILL"])
def test_every_acknowledged_save_outlives_the_server(
    another: Callable[..., Server], built: dict[str, Path], end: str
) -> None:
    server = another(built["demo"])
    remembered = server.client(ANNA)
    remembered.accept()
    _, kernel = remembered.open_page("privat-tillaeg")
    with remembered.socket(kernel):
        writers = writing(server)
        if end == "SIGTERM":
            begun = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - begun < 8
            assert not children(server.process.pid)
            assert "Traceback" not in server.written
        else:
            server.kill()
    for writer in writers:
        writer.join(30)
        assert writer.refused == []

    again = another(built["demo"])
    remembered.base_url = again.url
    remembered.headers["Origin"] = remembered.origin = again.url
    assert remembered.get("/api/session").json()["name"] == ANNA.name
    texts = {who.email: again.client(who).step()["answers"] for who in (ANNA, BENT)}
    for number, writer in enumerate(writers):
        kept = texts[(ANNA, BENT)[number // 4].email][writer.key]
        assert kept["version"] in (writer.acknowledged, writer.acknowledged + 1)
        assert kept["text"] == f"udgave {kept['version']}"
        assert kept["asides"] == []
    with remembered.socket(kernel) as woken_anew:
        assert woken_anew.state is State.OPEN


def test_a_database_has_one_server_at_a_time(server: Server, another: Callable[..., Server], built: dict[str, Path]) -> None:
    second = another(built["demo"], wait=False, database=server.settings.database)
    assert second.process.wait(60) == 1
    second.stopped = True
    assert "Traceback" not in second.written
    assert server.client().get("/sundhed").json() == {"status": "ok"}
