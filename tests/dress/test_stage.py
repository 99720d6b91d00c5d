"""The rehearsal's server: on loopback, with a clock that is put on, and never longer alive than who began it."""

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fællesledelse.dress.copy import Copy
from fællesledelse.dress.stage import stage
from fællesledelse.dress.visitor import Refusal, Visitor
from fællesledelse.errors import FællesledelseError
from fællesledelse.operation import invite, runs

HOLDER = """
import sys, time
from pathlib import Path
from fællesledelse.dress.stage import stage

with stage(Path(sys.argv[1]), Path(sys.argv[2])) as running:
    print(running.settings.port, flush=True)
    time.sleep(60)
"""


def test_the_clock_is_put_on_and_goes_on_from_there(copy: Copy, tmp_path: Path) -> None:
    with stage(copy.folder, tmp_path) as running:
        running.move_to(datetime(2027, 2, 2, 9, tzinfo=UTC))
        visitor = Visitor(running.settings.origin)
        (invited,) = invite(running.settings, "demo", copy.leaders[0].email)["invitations"]
        token = invited["url"].partition("#")[2]
        assert visitor.send("POST", "/api/invitation", token=token)["name"] == copy.leaders[0].name
        audit = (running.settings.data / "audit.jsonl").read_text(encoding="utf-8")
        assert "2027-02-02T09:0" in audit
        with pytest.raises(Refusal, match="Du er logget ud"):
            visitor.get("/api/session")
        with pytest.raises(Refusal, match="logge ind igen"):
            visitor.page("/hold/demo/")
        with pytest.raises(Refusal, match="Adressen er måske skrevet forkert"):
            visitor.page("/findes-ikke")
        visitor.close()
    assert not runs(running.settings)


def test_the_server_ends_when_whoever_began_it_is_killed(copy: Copy, tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-X", "utf8", "-c", HOLDER, str(copy.folder), str(tmp_path)], stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    with holder.stdout:
        assert holder.stdout.readline()
    assert _serving(tmp_path / "data")
    holder.send_signal(signal.SIGKILL)
    holder.wait(10)
    deadline = time.monotonic() + 30
    while _serving(tmp_path / "data") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _serving(tmp_path / "data")


def _serving(place: Path) -> list[str]:
    """The processes that serve from a place."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(place) in (command := each.read_bytes().replace(b"\0", b" ").decode()):
                found.append(command)
        except OSError:
            continue
    return found


def test_a_folder_that_is_not_built_is_refused_with_what_the_server_said(tmp_path: Path) -> None:
    (tmp_path / "tom").mkdir()
    with pytest.raises(FællesledelseError, match="Prøvens server kom ikke op"), stage(tmp_path / "tom", tmp_path):
        pass
