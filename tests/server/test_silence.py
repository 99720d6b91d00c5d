"""No log tells what anybody wrote, nor any secret: not the server's output, not the audit log."""

import json
import logging
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest

from fællesledelse import operation
from fællesledelse.server.audit import Audit
from fællesledelse.server.log import QuietFormatter, quiet

from .people import ANNA, BENT, CARLA, EGON, NEXT_PHRASE, PHRASE
from .serving import CANARY, Client, Server, outbox, wait_for

pytestmark = pytest.mark.usefixtures("uncounted")


@pytest.fixture
def faulty(another: Callable[..., Server], built: dict[str, Path], tmp_path: Path) -> Server:
    """A server with a page whose cell fails with a text in the message, and a save that does the same."""
    folder = Path(shutil.copytree(built["demo"], tmp_path / "hold"))
    path = folder / "bygget/privat-tillaeg.ipynb"
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    # before the page is opened there is no page, and the traceback quotes the line
    cell = nbformat.v4.new_code_cell('page.earlier("CELLENS HEMMELIGHED")')  # type: ignore[no-untyped-call]
    notebook.cells.insert(1, cell)
    path.write_text(nbformat.writes(notebook), encoding="utf-8")  # type: ignore[no-untyped-call]
    return another(folder, clocked=True)


def test_nothing_that_was_typed_and_no_secret_is_in_any_log(faulty: Server, recovery_codes: dict[str, str]) -> None:
    secrets = ["CELLENS HEMMELIGHED", CANARY, PHRASE, NEXT_PHRASE, *recovery_codes.values()]
    anna = faulty.client(ANNA)
    anna.accept()
    page, kernel = anna.open_page("privat-tillaeg")
    assert "kunne ikke vises" in page
    assert "CELLENS HEMMELIGHED" not in page
    with anna.socket(kernel) as wire:
        wire.send('{"channel": "shell", "header": "TASTET I SOKLEN", "content": "TASTET I SOKLEN"}')
    secrets.append("TASTET I SOKLEN")

    texts = ["TASTET OG GEMT", "FEJL TASTET OG TABT", "TASTET OG FOR LANGT " * 6000]
    statuses = [anna.save("episodes.1.did", text).status_code for text in texts]
    assert statuses == [200, 500, 413]
    failed = anna.save("episodes.1.did", "FEJL IGEN")
    assert "Noget gik galt hos os" not in failed.text
    assert "ikke tabt" in failed.json()["message"]
    secrets += ["TASTET", "FEJL"]

    for path in ("/hold/demo/forberedelse-1?note=TASTET", "/TASTET", "/api/demo/answers/tastet/versions", "/assets/TASTET"):
        anna.get(path, headers={"Referer": "https://TASTET.example", "User-Agent": "TASTET"})
    anna.post("/hold/demo/datoer", data={"step": "udgivelse", "date": "TASTET"})
    stranger = faulty.client()
    stranger.post("/api/log-in", json={"email": "tastet@strandby.example", "pass_phrase": "TASTET forkert"})
    stranger.post("/api/recover", json={"email": BENT.email, "recovery_code": "TASTET", "pass_phrase": NEXT_PHRASE})
    secrets.append("tastet")
    code = recovery_codes[CARLA.email]
    wish = {"email": CARLA.email, "recovery_code": code, "pass_phrase": NEXT_PHRASE}
    secrets.append(stranger.post("/api/recover", json=wish).json()["recovery_code"])
    (link,) = operation.invite(faulty.settings, "demo", EGON.email)["invitations"]
    token = link["url"].partition("#")[2]
    secrets += [token, faulty.settings.operator_token.read_text()]
    egon = faulty.client()
    egon.post("/api/enrol", json={"token": token, "pass_phrase": NEXT_PHRASE})
    egon.post("/api/forgotten", json={"email": EGON.email})
    wait_for(lambda: outbox(faulty.settings.data) != [])
    secrets += [*anna.cookies.values(), *egon.cookies.values(), anna.get("/api/session").json()["journal_key"]]
    secrets += [who.email for who in (ANNA, BENT, CARLA, EGON)]
    secrets += [who.name for who in (ANNA, BENT, CARLA, EGON)]

    assert faulty.stop() == 0
    for log in (faulty.written, (faulty.settings.data / "audit.jsonl").read_text(encoding="utf-8")):
        assert [secret for secret in secrets if secret in log] == []
    assert "AnswerHandler failed" in faulty.written
    assert "RuntimeError" in faulty.written
    assert "A cell failed" in faulty.written
    events = [line["event"] for line in faulty.audit]
    assert {"signed-in", "enrolled", "recovered", "refused", "failed", "invited", "replacement-asked"} <= set(events)
    assert set(faulty.audit[0]) == {"at", "event", "route", "status", "person", "gathering", "after"}


def test_the_files_of_the_data_folder_are_for_the_server_alone(server: Server, anna: Client) -> None:
    anna.get("/sundhed")
    data = server.settings.data
    wrong = [path for path in data.rglob("*") if path.name != "migrations" and path.stat().st_mode & 0o077]
    assert [path for path in wrong if path.parent == data and path.name in ("audit.jsonl", "driftsnøgle")] == []
    assert (data / "audit.jsonl").stat().st_mode & 0o777 == 0o600


def test_the_answers_of_the_store_hold_no_text_on_the_disk(server: Server, anna: Client) -> None:
    key = "episodes.3.situation"
    anna.saved(key, "DETTE STÅR INGEN STEDER PÅ DISKEN", anna.step()["answers"][key]["version"])
    for path in server.settings.data.rglob("*"):
        if path.is_file():
            assert "DETTE STÅR INGEN STEDER".encode() not in path.read_bytes()


def test_an_exception_is_logged_with_its_place_and_without_its_message() -> None:
    try:
        int(f"HEMME{'LIGT'}")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "it %s", ("failed",), sys.exc_info())
    written = QuietFormatter("%(message)s").format(record)
    assert written.startswith("it failed")
    assert written.endswith("ValueError")
    assert "test_silence.py" in written
    assert "HEMMELIGT" not in written
    empty = logging.LogRecord("x", logging.ERROR, __file__, 1, "it failed", (), (None, None, None))
    assert QuietFormatter("%(message)s").format(empty).endswith("exception")


def test_every_library_logs_through_the_one_formatter(capsys: pytest.CaptureFixture[str]) -> None:
    """An own handler of a library is taken away, and a failed cell is said without what it held."""
    root, library = logging.getLogger(), logging.getLogger("some.library")
    kept, level = root.handlers[:], logging.getLogger("tornado.general").level
    library.addHandler(logging.StreamHandler(sys.stderr))
    library.propagate = False
    try:
        quiet(library)
        library.error("Error at server while executing cell: %r", "HEMMELIGT")
        library.info("HEMMELIGT")
        try:
            raise ValueError("HEMMELIGT")
        except ValueError:
            library.exception("It failed")
    finally:
        root.handlers[:] = kept
        logging.getLogger("tornado.general").setLevel(level)
    written = capsys.readouterr().err
    assert "A cell failed" in written
    assert "It failed" in written
    assert "ValueError" in written
    assert "HEMMELIGT" not in written.replace('raise ValueError("HEMMELIGT")', "")


def test_the_audit_log_is_json_one_event_a_line(tmp_path: Path) -> None:
    opened(tmp_path).note("refused", route="AnswerHandler", status=403)
    opened(tmp_path).note("signed-in", route="LogInHandler", status=200, person="p", gathering="demo")
    first, second = map(json.loads, (tmp_path / "audit.jsonl").read_text().splitlines())
    assert first == {
        "at": "2026-06-15T09:00:00+00:00",
        "event": "refused",
        "route": "AnswerHandler",
        "status": 403,
        "person": None,
        "gathering": None,
        "after": "0" * 64,
    }
    assert second["person"] == "p"
    assert second["after"] not in (None, first["after"])


def opened(folder: Path) -> Audit:
    """The audit log of a server that starts, on a clock that stands still."""
    return Audit(folder, lambda: datetime(2026, 6, 15, 9, 0, tzinfo=UTC))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """An audit log of five lines, the first two from before lines were chained, and the last half written."""
    old = [json.dumps({"at": "2026-06-14T09:00:00+00:00", "event": event}) + "\n" for event in ("a", "b")]
    (tmp_path / "audit.jsonl").write_text("".join(old), encoding="utf-8")
    assert opened(tmp_path).trouble == ""
    for event in "cde":
        opened(tmp_path).note(event, route="R", status=200)
    with (tmp_path / "audit.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"at": "2026-')
    return tmp_path


def test_the_chain_of_the_audit_log_goes_on_after_starts_and_power_cuts(log: Path) -> None:
    for _ in range(2):
        assert opened(log).trouble == ""
        opened(log).note("f", route="R", status=200)
    ahead = (log / "audit.end").read_bytes()
    opened(log).note("g", route="R", status=200)
    (log / "audit.end").write_bytes(ahead)  # the power was cut between the two files, or a copy was made there
    assert opened(log).trouble == ""


@pytest.mark.parametrize("line", range(5))
def test_a_line_that_is_changed_or_removed_or_put_in_shows(log: Path, line: int) -> None:
    path = log / "audit.jsonl"
    opened(log)  # takes the half line away
    whole = path.read_text(encoding="utf-8").splitlines(keepends=True)
    ways = (
        [*whole[:line], whole[line].replace(":00", ":01", 1), *whole[line + 1 :]],
        [*whole[:line], *whole[line + 1 :]],
        [*whole[:line], whole[line], *whole[line:]],
        [*whole[:line], "{}\n", *whole[line:]],
        [*whole[:line], "x\n", *whole[line + 1 :]],
        whole[:line],
    )
    for way in ways:
        path.write_text("".join(way), encoding="utf-8")
        assert opened(log).trouble != "", way
    path.write_text("".join(whole), encoding="utf-8")
    assert opened(log).trouble == ""
    (log / "audit.end").unlink()
    assert "audit.end mangler" in opened(log).trouble


def test_a_server_says_at_start_that_its_audit_log_was_changed_and_serves(another: Callable[..., Server]) -> None:
    first = another()
    first.client(ANNA)
    assert first.stop() == 0
    path = first.settings.data / "audit.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), encoding="utf-8")
    second = another()
    assert "Slutningen mangler eller er rettet." in second.written
    assert second.audit[-1]["event"] == "log-broken"
