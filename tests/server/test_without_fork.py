"""Where the system can't fork, pages and kernels are ordinary processes: slower, and the same for the one who reads."""

import json
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .people import BENT
from .serving import Client, Server, alive, children, start, wait_for

pytestmark = pytest.mark.usefixtures("uncounted")


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path], prepared: tuple[Path, dict[str, str]]
) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("without-fork") / "data"
    shutil.copytree(prepared[0], data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEST_WITHOUT_FORK", "1")
        running = start(data, [built["demo"]], clocked=True)
    try:
        running.wait_until_up()
        yield running
    finally:
        running.end()


@pytest.fixture(scope="module")
def bent(server: Server) -> Client:
    client = server.client(BENT)
    client.accept()
    client.saved("episodes.1.situation", "Den dag, toget ikke kom")
    return client


def test_a_page_shows_what_is_computed(bent: Client) -> None:
    assert "<p>Den dag, toget ikke kom</p>" in bent.open_page("forberedelse-1")[0]


def test_the_kernel_is_an_ordinary_one_and_the_log_says_so_once(server: Server, bent: Client) -> None:
    _, address = bent.open_page("forberedelse-1")
    for _ in range(2):
        with bent.socket(address) as wire:
            for message in states_wanted():
                wire.send(json.dumps(message))
            assert "Den dag, toget ikke kom" in json.dumps(heard(wire, "update_states"))
            (pid,) = server.kernels()
            assert b"workbook.kernel" in Path(f"/proc/{pid}/cmdline").read_bytes()
        wait_for(lambda pid=pid: not alive(pid))  # type: ignore[misc]
    assert server.written.count("can't fork") == 1
    assert server.written.count("the ordinary way") == 1
    wait_for(lambda: children(server.process.pid) == [])


def states_wanted() -> list[dict[str, Any]]:
    """What a page sends to hear of all its widgets."""
    control = {"comm_id": uuid.uuid4().hex, "target_name": "jupyter.widget.control", "data": {}}
    wanted = {"comm_id": control["comm_id"], "data": {"method": "request_states"}}
    return [message("comm_open", control) | {"metadata": {"version": "1.0.0"}}, message("comm_msg", wanted)]


def message(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "s", "username": "", "version": "5.4", "date": ""}
    return {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content, "buffers": []}


def heard(wire: Any, method: str) -> Any:
    """The next word of that kind from a widget's comm."""
    while True:
        told = json.loads(wire.recv(timeout=60))
        data = told["content"].get("data") or {}
        if told["header"]["msg_type"] == "comm_msg" and data.get("method") == method:
            return data
