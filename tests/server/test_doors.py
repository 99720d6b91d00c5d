"""Voilà's doors: which of them are shut, and who may go through those that are left."""

import json
import shutil
import signal
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from .people import ANNA, BENT
from .serving import CANARY, Client, Server, alive, start, wait_for, with_pid


@pytest.fixture(scope="module")
def page(server: Server) -> tuple[Client, str, str, int]:
    """Anna with a page open: her browser, its HTML, its kernel, the kernel's process."""
    client = server.client(ANNA)
    client.accept()
    before = set(server.kernels())
    html, kernel = client.open_page("forberedelse-1", query="?theme=%3Cscript%3Ealert(1)%3C/script%3E&template=gridstack")
    (pid,) = set(server.kernels()) - before
    return client, html, kernel, pid


def test_theme_and_template_in_the_address_are_neither_used_nor_shown(page: tuple[Client, str, str, int]) -> None:
    html = page[1]
    assert "alert(1)" not in html
    assert "gridstack" not in html
    assert 'lang="da"' in html


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/voila/files/hold.yaml"),
        ("GET", "/voila/tree"),
        ("GET", "/voila/tree/"),
        ("GET", "/voila/render/forberedelse-1.ipynb"),
        ("GET", "/voila/execution/{kernel}"),
        ("GET", "/voila/query/{kernel}"),
        ("GET", "/voila/static/voila.js"),
        ("GET", "/voila/templates/lab/static/voila.js"),
        ("GET", "/voila/labextensions/anywidget/package.json"),
        ("GET", "/voila/themes/x"),
        ("GET", "/api/contents"),
        ("GET", "/api/contents/hold.yaml"),
        ("GET", "/api/sessions"),
        ("POST", "/api/sessions"),
        ("GET", "/api/terminals"),
        ("POST", "/api/terminals"),
        ("GET", "/api/kernels"),
        ("POST", "/api/kernels"),
        ("DELETE", "/api/kernels/{kernel}"),
        ("POST", "/api/kernels/{kernel}/restart"),
        ("POST", "/api/kernels/{kernel}/interrupt"),
        ("GET", "/api/kernelspecs"),
        ("GET", "/api/me"),
        ("GET", "/api/config/x"),
        ("GET", "/metrics"),
        ("GET", "/login"),
        ("GET", "/static/base/js/main.js"),
        ("GET", "/assets/../app.py"),
        ("GET", "/assets/%2e%2e/app.py"),
        ("GET", "/assets/..%2f..%2fserver/app.py"),
        ("GET", "/assets/%00"),
        ("GET", "/assets/"),
    ],
)
def test_no_door_of_jupyter_is_open_even_to_the_owner_of_a_kernel(
    page: tuple[Client, str, str, int], method: str, path: str
) -> None:
    client, _, kernel, pid = page
    answer = client.request(method, path.format(kernel=kernel))
    assert answer.status_code in (403, 404, 405), answer.text
    assert "Traceback" not in answer.text
    assert alive(pid)


RUN = ["execute_request", "debug_request", "create_subshell_request", "usage_request", "history_request", "inspect_request"]


def _message(kind: str, mark: Path, channel: str) -> dict[str, Any]:
    header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "s", "username": "", "version": "5.4", "date": ""}
    code = f"open({str(mark)!r}, 'w').close()"
    content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}
    return {"channel": channel, "header": header, "parent_header": {}, "metadata": {}, "content": content, "buffers": []}


def _v1(message: dict[str, Any]) -> bytes:
    parts = [message["channel"].encode()]
    parts += [json.dumps(message[name]).encode() for name in ("header", "parent_header", "metadata", "content")]
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    head = [len(offsets), *offsets]
    return b"".join(number.to_bytes(8, "little") for number in head) + b"".join(parts)


@pytest.mark.parametrize("protocol", ["old", "v1"])
def test_nothing_can_be_run_over_the_websocket_on_any_channel(
    page: tuple[Client, str, str, int], tmp_path: Path, protocol: str
) -> None:
    """After everything hostile, a harmless question is answered: what could have run, would have run by then."""
    client, _, kernel, _ = page
    mark = tmp_path / "mark"
    names = ["v1.kernel.websocket.jupyter.org"] if protocol == "v1" else None
    pack: Callable[[dict[str, Any]], Any] = _v1 if protocol == "v1" else json.dumps
    for kind in RUN:
        for channel in ("shell", "control", "stdin", "iopub", "hb"):
            with client.socket(kernel, subprotocols=names) as wire:
                wire.send(pack(_message(kind, mark, channel)))
                question = _message("kernel_info_request", mark, "shell")
                with suppress(ConnectionClosed):  # it may have been hung up on by now
                    wire.send(pack(question))
                _read_until_closed_or_answered(wire, question["header"]["msg_id"])
    assert not mark.exists()


def _read_until_closed_or_answered(wire: Any, msg_id: str) -> None:
    try:
        while True:
            heard = wire.recv(timeout=30)
            raw = heard if isinstance(heard, bytes) else heard.encode()
            if b"kernel_info_reply" in raw and msg_id.encode() in raw:
                return
            assert b"execute_reply" not in raw
            assert b"execute_input" not in raw
    except ConnectionClosed:
        return


@pytest.mark.parametrize(
    "junk",
    ["", "junk", "[]", "null", "{}", '{"channel": "shell"}', "[" * 100_000, b"", b"\xff" * 9, b"\x00" * 64, "9" * 5000],
    ids=range(11),
)
def test_junk_over_the_websocket_closes_it_and_harms_nothing(
    server: Server, page: tuple[Client, str, str, int], junk: str | bytes
) -> None:
    client, _, kernel, pid = page
    with client.socket(kernel) as wire:
        wire.send(junk)
        _read_until_closed_or_answered(wire, "nothing")
        assert wire.close_code == 1003
    assert alive(pid)
    assert "JSONDecodeError" not in server.written


@pytest.fixture(scope="module")
def strangers(server: Server, page: tuple[Client, str, str, int]) -> dict[str, Client]:
    """Everyone who is not Anna in the session that opened the page."""
    return {
        "another person": server.client(BENT),
        "another session of the same person": server.client(ANNA),
        "nobody": server.client(),
    }


@pytest.mark.parametrize("who", ["another person", "another session of the same person", "nobody"])
def test_a_kernel_answers_only_the_session_that_opened_its_page(
    page: tuple[Client, str, str, int], strangers: dict[str, Client], who: str
) -> None:
    _, _, kernel, pid = page
    stranger = strangers[who]
    unknown = str(uuid.uuid4())
    for method, path in [
        ("GET", "/api/kernels/{}"),
        ("POST", "/voila/api/shutdown/{}"),
        ("GET", "/api/kernels/{}/channels"),
    ]:
        real, made_up = (stranger.request(method, path.format(each)) for each in (kernel, unknown))
        assert real.status_code in (401, 404)
        assert (real.status_code, real.text) == (made_up.status_code, made_up.text)
    with pytest.raises(InvalidStatus) as refused:
        stranger.socket(kernel)
    assert refused.value.response.status_code in (401, 404)
    assert alive(pid)


@pytest.mark.parametrize("origin", ["https://ond.example", "null", None])
def test_the_owners_own_browser_reaches_the_kernel_only_from_our_own_pages(
    page: tuple[Client, str, str, int], origin: str | None
) -> None:
    client, _, kernel, pid = page
    with pytest.raises(InvalidStatus) as refused:
        client.socket(kernel, Origin=origin)
    assert refused.value.response.status_code == 403
    headers = {"Origin": origin} if origin else {}
    with Client(base_url=client.base_url, cookies=client.cookies) as elsewhere:
        del elsewhere.headers["Origin"]
        assert elsewhere.post(f"/voila/api/shutdown/{kernel}", headers=headers).status_code == 403
    assert alive(pid)


def test_a_kernel_holds_nothing_of_the_servers(server: Server, page: tuple[Client, str, str, int]) -> None:
    pid = page[3]
    told = Path(f"/proc/{pid}/environ").read_bytes().decode()
    names = {line.partition("=")[0] for line in told.split("\0") if line}
    assert CANARY not in told
    assert str(server.settings.data) not in told
    ours = {
        "PATH",
        "LANG",
        "LC_ALL",
        "TZ",
        "IPYTHONDIR",
        "PYDEVD_DISABLE_FILE_VALIDATION",
        "PYTHONUTF8",
        "FAELLESLEDELSE_SOCKET",
    }
    assert names <= ours | {"JPY_PARENT_PID", "JPY_SESSION_NAME", "JPY_INTERRUPT_EVENT"}
    opened = [link.readlink().as_posix() for link in _descriptors(pid)]
    assert not [path for path in opened if str(server.settings.data) in path or "sqlite" in path]


def _descriptors(pid: int) -> list[Path]:
    return [link for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()]


def _sockets(pid: int) -> set[str]:
    return {found for link in _descriptors(pid) if (found := link.readlink().as_posix()).startswith("socket:")}


def test_each_of_two_open_pages_has_a_socket_of_its_own_and_not_the_others(
    server: Server, page: tuple[Client, str, str, int]
) -> None:
    client = page[0]
    before = set(server.kernels())
    _, second = client.open_page("workshop-1")
    (pid,) = set(server.kernels()) - before
    assert not _sockets(pid) & _sockets(page[3])
    assert not _sockets(pid) & _sockets(server.process.pid)
    inherited = int(_variable(pid, "FAELLESLEDELSE_SOCKET"))
    assert (Path(f"/proc/{pid}/fd") / str(inherited)).readlink().as_posix().startswith("socket:")
    assert client.post(f"/voila/api/shutdown/{second}").status_code == 204
    wait_for(lambda: not alive(pid))


def _variable(pid: int, name: str) -> str:
    told = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return next(line for line in told if line.startswith(f"{name}=")).partition("=")[2]


def test_a_page_ends_its_own_kernel_when_it_closes(server: Server, anna: Client) -> None:
    before = set(server.kernels())
    _, kernel = anna.open_page("privat-tillaeg")
    (pid,) = set(server.kernels()) - before
    assert anna.get(f"/api/kernels/{kernel}").json()["id"] == kernel
    descriptors = len(_descriptors(server.process.pid))
    assert anna.post(f"/voila/api/shutdown/{kernel}").status_code == 204
    assert not alive(pid)
    assert anna.get(f"/api/kernels/{kernel}").status_code == 404
    assert len(_descriptors(server.process.pid)) < descriptors


def test_a_kernel_that_was_killed_is_gone_for_the_page_and_from_the_list(server: Server, anna: Client) -> None:
    before = set(server.kernels())
    _, kernel = anna.open_page("workshop-1")
    (pid,) = set(server.kernels()) - before
    with_pid(pid, signal.SIGKILL)
    wait_for(lambda: not alive(pid))
    wait_for(lambda: anna.get(f"/api/kernels/{kernel}").status_code == 404)
    assert anna.get(f"/api/kernels/{kernel}").status_code == 404
    with pytest.raises(InvalidStatus):
        anna.socket(kernel)
    assert anna.open_page("workshop-1")[1] != kernel


def test_signing_out_ends_the_kernels_of_that_session_and_of_no_other(
    server: Server, page: tuple[Client, str, str, int]
) -> None:
    client = server.client(ANNA)
    before = set(server.kernels())
    client.open_page("")
    (pid,) = set(server.kernels()) - before
    assert client.post("/api/log-out").status_code == 204
    assert not alive(pid)
    assert alive(page[3])


@pytest.fixture(scope="module")
def brief(
    tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path], prepared: tuple[Path, dict[str, str]]
) -> Iterator[Server]:
    """A server whose kernels live briefly, two pages at a time, with temporary files in a folder of its own."""
    scratch = Path(tempfile.mkdtemp(dir="/tmp"))  # short: the path of a Unix socket has at most 107 bytes
    data = tmp_path_factory.mktemp("brief") / "data"
    shutil.copytree(prepared[0], data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEST_KERNELS", "IDLE=2,LOOK=1,PER_PERSON=2")
        patch.setenv("TMPDIR", str(scratch))
        running = start(data, [built["demo"]], clocked=True)
    running.scratch = scratch
    try:
        running.wait_until_up()
        yield running
    finally:
        running.end()
        shutil.rmtree(scratch)


@pytest.fixture(scope="module")
def bent(brief: Server) -> Client:
    client = brief.client(BENT)
    client.accept()
    return client


def test_a_kernel_without_a_page_is_ended_and_an_old_page_gives_way_to_a_new_one(brief: Server, bent: Client) -> None:
    first = bent.open_page("privat-tillaeg")[1]
    (pid,) = brief.kernels()
    with bent.socket(first):
        time.sleep(3.5)  # longer than a kernel without a page may live
        assert alive(pid)
        for _ in range(2):
            bent.open_page("privat-tillaeg")
        assert not alive(pid)
    wait_for(lambda: not brief.kernels())


def test_a_page_whose_kernel_dies_on_the_way_comes_to_an_end(brief: Server, bent: Client) -> None:
    with bent.stream("GET", "/hold/demo/forberedelse-1") as answer:
        wait_for(lambda: brief.kernels() != [])
        with_pid(brief.kernels()[0], signal.SIGKILL)
        answer.read()
    assert answer.status_code == 200
    assert "<h1" in answer.text


def test_stopping_leaves_no_process_and_no_file_behind(brief: Server, bent: Client) -> None:
    bent.open_page("")
    pids = brief.kernels()
    assert pids
    assert brief.stop() == 0
    assert not any(alive(pid) for pid in pids)
    assert not list(brief.scratch.iterdir())
