"""Voilà's doors: which of them are shut, and who may go through those that are left."""

import json
import shutil
import signal
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from .people import ANNA, BENT, GERDA, VIBEKE
from .serving import CANARY, Client, Server, alive, children, start, wait_for, with_pid

pytestmark = pytest.mark.usefixtures("uncounted")


@dataclass
class Open:
    """Anna with a page open and its kernel awake."""

    client: Client
    html: str
    kernel: str
    wire: ClientConnection
    pid: int


@pytest.fixture(scope="module")
def page(server: Server) -> Iterator[Open]:
    client = server.client(ANNA)
    client.accept()
    html, kernel = client.open_page("forberedelse-1", query="?theme=%3Cscript%3Ealert(1)%3C/script%3E&template=gridstack")
    with woken(server, client, kernel) as (wire, pid):
        yield Open(client, html, kernel, wire, pid)


@contextmanager
def woken(server: Server, client: Client, kernel: str) -> Iterator[tuple[ClientConnection, int]]:
    """The kernel of an open page, as long as it is asked something of: the socket and the process."""
    before = set(server.kernels())
    with client.socket(kernel) as wire:
        wait_for(lambda: set(server.kernels()) - before)
        (pid,) = set(server.kernels()) - before
        yield wire, pid


def test_theme_and_template_in_the_address_are_neither_used_nor_shown(page: Open) -> None:
    html = page.html
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
        ("GET", "/assets/vendor/page.js.br"),
        pytest.param("GET", f"/assets/{300 * 'a'}", id="a name that no file can have"),
        ("GET", "/assets/"),
    ],
)
def test_no_door_of_jupyter_is_open_even_to_the_owner_of_a_kernel(page: Open, method: str, path: str) -> None:
    answer = page.client.request(method, path.format(kernel=uuid.uuid4()))
    assert answer.status_code in (403, 404, 405), answer.text
    assert "Traceback" not in answer.text
    assert alive(page.pid)


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
    server: Server, page: Open, tmp_path: Path, protocol: str
) -> None:
    """After everything hostile, a harmless question is answered: what could have run, would have run by then."""
    mark = tmp_path / "mark"
    names = ["v1.kernel.websocket.jupyter.org"] if protocol == "v1" else None
    pack: Callable[[dict[str, Any]], Any] = _v1 if protocol == "v1" else json.dumps
    for kind in RUN:
        for channel in ("shell", "control", "stdin", "iopub", "hb"):
            with page.client.socket(page.kernel, subprotocols=names) as wire:
                wire.send(pack(_message(kind, mark, channel)))
                question = _message("kernel_info_request", mark, "shell")
                with suppress(ConnectionClosed):  # it may have been hung up on by now
                    wire.send(pack(question))
                _read_until_closed_or_answered(wire, question["header"]["msg_id"])
    assert not mark.exists()
    assert "KernelSocket failed" not in server.written


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
def test_junk_over_the_websocket_closes_it_and_harms_nothing(server: Server, page: Open, junk: str | bytes) -> None:
    with page.client.socket(page.kernel) as wire:
        wire.send(junk)
        _read_until_closed_or_answered(wire, "nothing")
        assert wire.close_code == 1003
    assert alive(page.pid)
    assert "JSONDecodeError" not in server.written


def test_a_kernel_is_made_for_one_socket_and_nobody_can_join_it(server: Server, page: Open) -> None:
    """Neither by the address of the first, nor by an id that Jupyter knows it by: each socket has a kernel of its own."""
    address = f"{page.client.origin.replace('http', 'ws', 1)}{page.kernel}api/kernels/{page.wire.id}/channels"
    cookie = "; ".join(f"{name}={value}" for name, value in page.client.cookies.items())
    before = set(server.kernels())
    for _ in range(2):
        with connect(address, additional_headers={"Origin": page.client.origin, "Cookie": cookie}, proxy=None):
            assert len(set(server.kernels()) - before) == 1
        wait_for(lambda: set(server.kernels()) <= before)


@pytest.mark.parametrize("who", ["another person", "nobody", "a facilitator"])
def test_no_kernel_is_made_for_who_may_not_open_the_page(server: Server, page: Open, who: str) -> None:
    stranger = server.client({"another person": GERDA, "a facilitator": VIBEKE}.get(who))
    before = set(server.kernels())
    with pytest.raises(InvalidStatus) as refused:
        stranger.socket(page.kernel)
    assert refused.value.response.status_code in (401, 403, 404)
    assert set(server.kernels()) <= before


def test_a_page_that_another_opened_on_the_same_device_gets_no_kernel(server: Server, page: Open) -> None:
    """The cookie is the newcomer's, the page is not: its computed parts would show the newcomer's words to the first."""
    newcomer = server.client(BENT)
    newcomer.accept()
    with pytest.raises(InvalidStatus) as refused:
        newcomer.socket(page.kernel)
    assert refused.value.response.status_code == 401


def test_a_page_of_another_build_gets_no_kernel(page: Open) -> None:
    with pytest.raises(InvalidStatus) as refused:
        page.client.socket(page.kernel.replace(page.kernel.split("/")[-3], "0" * 12))
    assert refused.value.response.status_code == 409


@pytest.mark.parametrize("origin", ["https://ond.example", "null", None])
def test_the_owners_own_browser_reaches_the_kernel_only_from_our_own_pages(page: Open, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused:
        page.client.socket(page.kernel, Origin=origin)
    assert refused.value.response.status_code == 403


def test_a_kernel_holds_nothing_of_the_servers(server: Server, page: Open) -> None:
    told = Path(f"/proc/{page.pid}/environ").read_bytes().decode()
    names = {line.partition("=")[0] for line in told.split("\0") if line}
    assert CANARY not in told
    assert str(server.settings.data) not in told
    ours = {"PATH", "LANG", "LC_ALL", "TZ", "HOME", "IPYTHONDIR", "PYTHONUTF8", "FAELLESLEDELSE_SOCKET"}
    assert names <= ours | {"JPY_PARENT_PID", "MALLOC_ARENA_MAX"}
    opened = [link.readlink().as_posix() for link in _descriptors(page.pid)]
    assert not [path for path in opened if str(server.settings.data) in path or "sqlite" in path]


def _descriptors(pid: int) -> list[Path]:
    return [link for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()]


def _sockets(pid: int) -> set[str]:
    found = set()
    for link in _descriptors(pid):
        with suppress(FileNotFoundError):  # closed meanwhile
            found.add(link.readlink().as_posix())
    return {each for each in found if each.startswith("socket:")}


def test_each_of_two_kernels_has_sockets_of_its_own_and_not_the_others(server: Server, page: Open) -> None:
    _, second = page.client.open_page("workshop-1")
    with woken(server, page.client, second) as (_wire, pid):
        assert not _sockets(pid) & _sockets(page.pid)
        assert not _sockets(pid) & _sockets(server.process.pid)


def test_a_page_that_asks_nothing_has_no_kernel(server: Server, anna: Client) -> None:
    before = set(server.kernels())
    for _ in range(3):
        anna.open_page("privat-tillaeg")
    assert set(server.kernels()) <= before


def test_a_kernel_ends_with_its_socket(server: Server, anna: Client) -> None:
    _, kernel = anna.open_page("privat-tillaeg")
    descriptors = len(_descriptors(server.process.pid))
    with woken(server, anna, kernel) as (_wire, pid):
        assert alive(pid)
    wait_for(lambda: not alive(pid))
    wait_for(lambda: len(_descriptors(server.process.pid)) <= descriptors)


def test_a_kernel_that_is_killed_hangs_up_and_the_next_one_is_as_good(server: Server, anna: Client) -> None:
    _, kernel = anna.open_page("workshop-1")
    with woken(server, anna, kernel) as (wire, pid):
        with_pid(pid, signal.SIGKILL)
        assert _heard_until_closed(wire)
    with woken(server, anna, kernel) as (_wire, pid):
        assert alive(pid)


def _heard_until_closed(wire: ClientConnection) -> bool:
    with suppress(ConnectionClosed):
        while True:
            wire.recv(timeout=30)
    return True


def test_pages_and_kernels_go_on_when_what_they_are_forked_from_is_killed(server: Server, page: Open, anna: Client) -> None:
    for pid in set(children(server.process.pid)) - set(server.kernels()):
        with_pid(pid, signal.SIGKILL)
    assert "<h1" in anna.open_page("workshop-1")[0]
    assert alive(page.pid)
    with woken(server, anna, page.kernel) as (_wire, pid):
        assert alive(pid)


def test_signing_out_ends_the_kernels_of_that_session_and_of_no_other(server: Server, page: Open) -> None:
    client = server.client(ANNA)
    _, kernel = client.open_page("")
    with woken(server, client, kernel) as (_wire, pid):
        assert client.post("/api/log-out").status_code == 204
        wait_for(lambda: not alive(pid))
    assert alive(page.pid)


@pytest.fixture(scope="module")
def brief(
    tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path], prepared: tuple[Path, dict[str, str]]
) -> Iterator[Server]:
    """A server that gives each person two kernels, with temporary files in a folder of its own."""
    scratch = Path(tempfile.mkdtemp(dir="/tmp"))  # short: the path of a Unix socket has at most 107 bytes
    scratch.chmod(0o711)  # as the system's own, it lets other users through to what is theirs
    data = tmp_path_factory.mktemp("brief") / "data"
    shutil.copytree(prepared[0], data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEST_PER_PERSON", "2")
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


def test_an_old_kernel_gives_way_to_a_new_one(brief: Server, bent: Client) -> None:
    _, kernel = bent.open_page("privat-tillaeg")
    with woken(brief, bent, kernel) as (_first, pid), woken(brief, bent, kernel), woken(brief, bent, kernel):
        wait_for(lambda: not alive(pid))
        assert len(brief.kernels()) == 2
    wait_for(lambda: not brief.kernels())


def test_more_kernels_at_once_than_one_may_have_are_refused_and_none_is_left(brief: Server, bent: Client) -> None:
    _, kernel = bent.open_page("")

    def ask() -> int:
        try:
            with bent.socket(kernel):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code

    with ThreadPoolExecutor(12) as pool:
        codes = [future.result() for future in [pool.submit(ask) for _ in range(12)]]
    assert set(codes) <= {101, 429}
    assert 429 in codes
    wait_for(lambda: not brief.kernels())


def test_a_kernel_that_is_being_made_does_not_outlive_the_sign_out(brief: Server) -> None:
    client = brief.client(BENT)
    _, kernel = client.open_page("")
    zygotes = children(brief.process.pid)
    for pid in zygotes:
        with_pid(pid, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(client.socket, kernel)
            time.sleep(0.5)  # the request is on its way to a process that stands still
            assert client.post("/api/log-out").status_code == 204
            for pid in zygotes:
                with_pid(pid, signal.SIGCONT)
            with pytest.raises(InvalidStatus) as refused:
                asked.result()
        assert refused.value.response.status_code == 401
    finally:
        for pid in zygotes:
            with_pid(pid, signal.SIGCONT)
    wait_for(lambda: not brief.kernels())


def test_a_hundred_pages_and_kernels_leave_no_process_and_no_file(brief: Server, bent: Client) -> None:
    _, kernel = bent.open_page("")
    with bent.socket(kernel):
        pass  # the first kernel brings what serves all of them
    wait_for(lambda: not brief.kernels())
    before = set(children(brief.process.pid)), len(_descriptors(brief.process.pid)), len(list(brief.scratch.rglob("*")))
    for _ in range(100):
        bent.open_page("forberedelse-1")
    for _ in range(20):
        with bent.socket(kernel):
            pass
    wait_for(lambda: set(children(brief.process.pid)) <= before[0])
    wait_for(lambda: len(_descriptors(brief.process.pid)) <= before[1] + 2)
    wait_for(lambda: len(list(brief.scratch.rglob("*"))) <= before[2])


def test_stopping_leaves_no_process_and_no_file_behind(brief: Server, bent: Client) -> None:
    _, kernel = bent.open_page("")
    with bent.socket(kernel), ThreadPoolExecutor(1) as pool:
        pids = children(brief.process.pid)
        assert brief.kernels()
        pool.submit(bent.socket, kernel)  # one that is being made just then
        assert brief.stop() == 0
    wait_for(lambda: not any(alive(pid) for pid in pids))
    assert not list(brief.scratch.iterdir())
