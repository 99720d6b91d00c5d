"""What IT does from the command line: copy, restore and delete, with a real server and real people in it."""

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fællesledelse.server.copies import next_copy
from fællesledelse.store import schema
from fællesledelse.store.backup import Copy
from fællesledelse.store.database import Database
from fællesledelse.store.sealed_file import unsealed
from fællesledelse.store.signing import signed

from ..postgres import Server as Postgres
from .circles import regroup
from .conftest import enrol_everyone
from .people import ANNA, BENT, CARLA, DORTE, GERDA, PHRASE, VIBEKE
from .serving import Done, Server, outbox, run, start, wait_for

pytestmark = pytest.mark.usefixtures("uncounted")

FIELD = "episodes.1.did"
TEXT = "Ærlig tale, også når det er svært.\n\tÅrets løfte: 100 % „nærvær“ 🌱"
LATER = "Skrevet efter kopien"


def asked(server: Server, *arguments: str | Path, typed: str = "", at: Path | None = None) -> Done:
    """The command, asking that server."""
    return run(server.settings.data, *arguments, typed=typed, port=server.settings.port, at=at)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Another disk."""
    folder = tmp_path / "andet sted"
    folder.mkdir()
    return folder


def test_what_was_copied_is_there_after_an_accident(
    another: Callable[..., Server], built: dict[str, Path], place: Path
) -> None:
    """Texts, a copy, more texts, kill -9, the copy put back: the texts of the copy are there, byte for byte."""
    server = another()
    restored(server, built, place, {})


def test_so_it_is_with_postgresql(tmp_path: Path, postgres_server: Postgres, built: dict[str, Path], place: Path) -> None:
    url, data = postgres_server.create(), tmp_path / "data"
    data.mkdir()
    enrol_everyone(url, data / "keys", built)
    server = start(data, list(built.values()), {"FAELLESLEDELSE_DATABASE": url})
    try:
        server.wait_until_up()
        restored(server, built, place, {"FAELLESLEDELSE_DATABASE": postgres_server.create()})
    finally:
        server.end()


def restored(server: Server, built: dict[str, Path], place: Path, database: dict[str, str]) -> None:
    data, copy, keys = server.settings.data, place / "kopi.zip", place / "nøgler.zip"
    anna = server.client(ANNA)
    anna.accept()
    anna.saved(FIELD, TEXT)
    done = asked(server, "backup", copy, "--nøgler", keys)
    assert done.returncode == 0, done.stderr
    for words in (f"{copy} er skrevet: Holdet andet og Holdet demo.", "Læg den et andet sted", "destrueres i hånden"):
        assert words in done.stdout
    assert {path.stat().st_mode & 0o777 for path in (copy, keys)} == {0o600}
    assert sorted(path.name for path in place.iterdir()) == ["kopi.zip", "nøgler.zip"]
    with copy.open("rb") as sealed, zipfile.ZipFile(unsealed(sealed, (data / "keys/backup.key").read_bytes())) as archive:
        assert archive.read("hold/demo/hold.yaml") == (built["demo"] / "hold.yaml").read_bytes()
        assert {"hold/demo/notebooks/velkomst.ipynb", "hold/andet/bygget/manifest.json"} <= set(archive.namelist())
        assert archive.read("audit.jsonl").endswith(b"}\n")
    assert [line["event"] for line in server.audit[-2:]] == ["backed-up", "keys-copied"]

    anna.saved(FIELD, LATER, 1)
    refused = asked(server, "gendan", copy, "--nøgler", keys)
    assert refused.returncode == 1
    assert "Stop den først" in refused.stderr
    server.kill()
    done = run(data, "gendan", copy, "--nøgler", keys, **database)
    assert done.returncode == 0, done.stderr
    for words in ("er lagt tilbage", "Kan læses igen: andet og demo.", "Det, der lå der, er nu i", "faellesledelse server"):
        assert words in done.stdout

    again = start(data, [data / "gendannet/demo", built["andet"]], database)
    try:
        again.wait_until_up()
        client = again.client(ANNA)
        assert client.text(FIELD) == TEXT
        assert client.saved(FIELD, LATER, 1) == 2
        anna.base_url = again.url
        assert anna.get("/api/session").status_code == 401, "sessions are not restored"
    finally:
        again.end()


def test_the_server_copies_itself_and_what_is_deleted_goes_from_its_copies_too(
    another: Callable[..., Server], built: dict[str, Path], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk is lost, and with it the data folder: the newest copy and the keys, kept elsewhere, are enough."""
    monkeypatch.setenv("TEST_COPY_EVERY", "0.2")
    copies, keys = place / "kopier", place / "nøgler.zip"
    copies.mkdir()
    for day, number in itertools.product(("20200101", "20200102"), range(12)):
        (copies / f"{day}-{number:06}.kopi").touch()
    server = another(clocked=True, backup=copies)
    data = server.settings.data
    wait_for(lambda: "aldrig kopieret" in server.written)
    assert asked(server, "backup", place / "kopi", "--nøgler", keys).returncode == 0
    anna = server.client(ANNA)
    anna.accept()
    for version in range(2):
        anna.saved(FIELD, f"{TEXT} {version}", version)
    wait_for(lambda: holds(newest(copies), data, "demo", 2))
    assert {"20200101-000011.kopi", "20200102-000011.kopi"} < {path.name for path in copies.iterdir()}, (
        "the last of each day"
    )
    assert len(list(copies.iterdir())) <= 12
    assert found([ANNA.email.encode(), TEXT.encode()], copies) == []
    server.kill()
    shutil.rmtree(data)
    done = run(data, "gendan", newest(copies), "--nøgler", keys)
    assert done.returncode == 0, done.stderr
    again = another(clocked=True, backup=copies)
    assert again.client(ANNA).text(FIELD) == f"{TEXT} 1"

    assert asked(again, "hold", "slet", "demo", typed="Holdet demo\n", at=place).returncode == 0
    (left,) = copies.glob("*.kopi")
    assert holds(left, data, "demo", 0)


def test_a_copy_is_named_after_all_others_also_where_the_clock_is_put_back(tmp_path: Path) -> None:
    """Or it would be taken for an old one, and go at once."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert next_copy(tmp_path, now).name == "20260101-000000.kopi"
    (tmp_path / "20260131-235959.kopi").touch()
    assert next_copy(tmp_path, now).name == "20260201-000000.kopi"
    assert next_copy(tmp_path, now.replace(month=3)).name == "20260301-000000.kopi"
    (tmp_path / "min egen.kopi").touch()
    assert next_copy(tmp_path, now).name == "20260101-000000.kopi", "nothing is concluded from what is not ours"


def newest(folder: Path) -> Path:
    return max(folder.glob("*.kopi"))


def holds(copy: Path, data: Path, gathering: str, answers: int) -> bool:
    """Whether so many of its answers are in a copy."""
    with Copy(copy, "backup", (data / "keys/backup.key").read_bytes()) as kept:
        return sum(row[0] == gathering for row in kept.rows("answer")) == answers


@pytest.fixture(scope="module")
def refusing(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """The shared server, and a folder with a file that must not be touched."""
    folder = tmp_path_factory.mktemp("kopier")
    (folder / "er-her.zip").write_text("rør mig ikke")
    yield server, folder
    assert (folder / "er-her.zip").read_text() == "rør mig ikke"
    assert [path.name for path in folder.iterdir()] == ["er-her.zip"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["er-her.zip"], "findes allerede"),
        (["ny.zip", "--nøgler", "er-her.zip"], "findes allerede"),
        (["ny.zip", "--nøgler", "ny.zip"], "kan ikke være begge dele"),
        (["findes/ikke.zip"], "findes ikke"),
        (["DATA/kopi.zip"], "ligger i datamappen"),
        (["/dev/full"], "findes allerede"),
    ],
)
def test_a_copy_that_can_not_be_made_is_told_in_danish(
    refusing: tuple[Server, Path], arguments: list[str], words: str
) -> None:
    server, folder = refusing
    told = [each.replace("DATA", str(server.settings.data)) for each in arguments]
    done = asked(server, "backup", *told, at=folder)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_leaves_no_half_copy(refusing: tuple[Server, Path]) -> None:
    """The kernel refuses to let the file grow, as a full disk would."""
    server, folder = refusing
    limited = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
        "import faellesledelse; faellesledelse.main()"
    )
    own = {"FAELLESLEDELSE_DATA": str(server.settings.data), "FAELLESLEDELSE_PORT": str(server.settings.port)}
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-B", "-c", limited, "backup", str(folder / "ny.zip")],
        env=os.environ | own | {"PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert "kunne ikke skrives" in done.stderr
    assert "Der ligger ingen halv kopi." in done.stderr


def test_without_a_server_nothing_is_copied_and_nothing_deleted(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for arguments in (("backup", "kopi.zip"), ("hold", "slet", "demo")):
        done = run(data, *arguments)
        assert done.returncode == 1
        assert "Start den først" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_cohort_is_deleted_when_its_name_is_typed_and_not_before(
    another: Callable[..., Server], built: dict[str, Path], place: Path
) -> None:
    """Carla is on both; the other cohort goes on. An old copy without the keys opens nothing."""
    server = another()
    data = server.settings.data
    clients = {who.email: server.client(who) for who in (ANNA, CARLA, GERDA)}
    clients[ANNA.email].accept()
    clients[ANNA.email].saved(FIELD, TEXT)
    for gathering in ("demo", "andet"):
        clients[CARLA.email].accept(gathering)
        clients[CARLA.email].saved(FIELD, TEXT, gathering=gathering)
    clients[GERDA.email].accept("andet")
    server.client().post("/api/forgotten", json={"email": BENT.email})
    wait_for(lambda: outbox(data))
    assert asked(server, "backup", place / "kopi.zip", "--nøgler", place / "nøgler.zip").returncode == 0

    put_back = data / "gendannet" / "demo"
    put_back.mkdir(parents=True)
    (put_back / "deltagere.csv").write_text(f"{ANNA.name};{ANNA.email}", encoding="utf-8")

    (public_key,) = re.findall(r"skriv den offentlige nøgle ned.*?\b([0-9a-f]{64})\b", server.written, re.DOTALL | re.I)
    tried = asked(server, "hold", "slet", "demo", "--prøv")
    assert tried.returncode == 0, tried.stderr
    for words in ("Holdet demo (demo)", "answer 2,", "personer, der kun har været på dette hold", "Intet er slettet."):
        assert words in tried.stdout
    wrong = asked(server, "hold", "slet", "demo", typed="demo\n")
    assert wrong.returncode == 1
    assert "Skriv »Holdet demo« for at slette" in wrong.stdout
    assert "Navnet er ikke holdets. Intet er slettet. Kør kommandoen igen, og skriv »Holdet demo«." in unwrapped(
        wrong.stderr
    )
    assert "intet hold, der hedder 'vaek'" in asked(server, "hold", "slet", "vaek").stderr
    assert clients[ANNA.email].text(FIELD) == TEXT

    done = asked(server, "hold", "slet", "demo", typed="Holdet demo\n", at=place)
    assert done.returncode == 0, done.stderr
    (path,) = place.glob("kvittering-demo-*.json")
    receipt = json.loads(path.read_text(encoding="utf-8"))
    assert receipt["slettet"]["rækker i databasen"]["answer"] == 2
    assert receipt["slettet"]["mails, der ikke var sendt"] == 2  # Bent's link, and the one about Anna's new device
    handed = receipt["kopier af nøglen, der skal destrueres i hånden"]
    assert [copy["fil"] for copy in handed] == [str(place / "nøgler.zip")]
    assert str(place / "nøgler.zip") in done.stdout
    assert f"{data / 'gendannet' / 'demo'}. Den rummer deltagernes navne" in receipt["ligger der stadig"][0]
    assert f"- {receipt['ligger der stadig'][0]}" in done.stdout
    assert (put_back / "deltagere.csv").is_file()
    shutil.rmtree(put_back)
    assert server.audit[-1]["event"] == "gathering-deleted"
    assert (built["demo"] / "bygget/manifest.json").is_file()

    assert clients[ANNA.email].get("/api/session").status_code == 401
    assert server.client().post("/api/log-in", json={"email": ANNA.email, "pass_phrase": PHRASE}).status_code == 403
    assert clients[CARLA.email].get("/hold/demo/").status_code == 404
    assert clients[CARLA.email].text(FIELD, gathering="andet") == TEXT
    assert clients[GERDA.email].text(FIELD, gathering="andet") == ""
    canaries = [ANNA.name.encode(), ANNA.email.encode(), BENT.email.encode(), TEXT.encode()]
    assert found(canaries, data) == [], "while it runs"

    again = asked(server, "hold", "slet", "demo", at=data.parent)
    assert "er allerede slettet" in again.stdout
    assert "gendannet" not in again.stdout, "its folder has been deleted by hand"
    receipt["ligger der stadig"].pop(0)
    (later,) = data.parent.glob("kvittering-*.json")
    told = json.loads(later.read_text(encoding="utf-8"))
    assert told.pop("underskrift")["offentlig nøgle"] == receipt.pop("underskrift")["offentlig nøgle"] == public_key
    assert told == receipt
    checked = run(place, "kvittering", "tjek", later)
    assert (checked.returncode, "Underskriften passer: Sletning af et hold, demo" in checked.stdout) == (0, True)
    assert public_key in checked.stdout
    known = run(place, "kvittering", "tjek", later, "--nøgle", public_key.upper())
    assert (known.returncode, "med den nøgle, I har skrevet ned" in known.stdout) == (0, True)
    forged = place / "forfalsket.json"
    forged.write_text(json.dumps(signed(told | {"færdig": "2020-01-01"}, place / "andre nøgler")), encoding="utf-8")
    assert run(place, "kvittering", "tjek", forged).returncode == 0, "anyone can sign"
    refused = run(place, "kvittering", "tjek", forged, "--nøgle", public_key)
    assert (refused.returncode, "underskrevet med en anden nøgle end den" in unwrapped(refused.stderr)) == (1, True)
    later.write_text(later.read_text(encoding="utf-8").replace('"answer": 2', '"answer": 1'), encoding="utf-8")
    assert "Kvitteringen er ændret" in run(place, "kvittering", "tjek", later).stderr
    assert server.stop() == 0
    assert found(canaries, data) == []

    reopened = another()
    assert "demo er slettet og bliver ikke vist" in reopened.written
    assert reopened.client(CARLA).text(FIELD, gathering="andet") == TEXT
    assert reopened.stop() == 0
    assert found(canaries, data) == []

    old = place / "gammel"
    without_key(place / "nøgler.zip")
    done = run(old, "gendan", place / "kopi.zip", "--nøgler", place / "nøgler.zip")
    assert done.returncode == 0, done.stderr
    assert "Nøglen mangler, så tekster kan ikke læses: demo." in done.stdout
    opened = start(old, [built["andet"]])
    try:
        opened.wait_until_up()
        client = opened.client(CARLA)
        assert client.text(FIELD, gathering="andet") == TEXT
        assert client.get("/hold/demo/").status_code == 404
    finally:
        opened.end()
    assert found([TEXT.encode()], old) == []


def unwrapped(text: str) -> str:
    """What a frame around a message has broken into lines, as one."""
    return " ".join(text.replace("│", " ").split())


def without_key(path: Path) -> None:
    """What IT has done with a copy of the keys when the cohort was deleted."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist() if name != "keys/demo"}
    manifest = json.loads(contents["manifest.json"])
    for part in ("keys", "copies"):
        del manifest[part]["demo"]
    del manifest["files"]["keys/demo"]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (contents | {"manifest.json": json.dumps(manifest).encode()}).items():
            archive.writestr(name, content)


def found(canaries: list[bytes], folder: Path) -> list[bytes]:
    contents = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return [canary for canary in canaries if any(canary in content for content in contents)]


def test_a_deletion_that_was_killed_goes_on_at_the_next_start(
    another: Callable[..., Server], built: dict[str, Path]
) -> None:
    """The server is killed while the command waits: whatever was done by then, the next start does the rest."""
    server = another()
    anna = server.client(ANNA)
    anna.accept()
    for version in range(60):
        anna.saved(FIELD, f"{TEXT} {version}", version)
    data = server.settings.data
    environment = os.environ | {"FAELLESLEDELSE_DATA": str(data), "FAELLESLEDELSE_PORT": str(server.settings.port)}
    command = [sys.executable, "-X", "utf8", "-m", "fællesledelse", "hold", "slet", "demo"]
    with subprocess.Popen(
        command, env=environment | {"PYTHONUTF8": "1"}, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=data.parent
    ) as deleting:
        assert deleting.stdin is not None
        deleting.stdin.write(b"Holdet demo\n")
        deleting.stdin.close()
        until_noted(data / "keys/demo/deleted.json")
        server.kill()
    again = another()
    note = json.loads((data / "keys/demo/deleted.json").read_text(encoding="utf-8"))
    assert note["finished_at"] is not None
    assert note["extent"]["rows"]["answer"] == 60
    assert not (data / "keys/demo/content.key").exists()
    done = asked(again, "hold", "slet", "demo")
    assert "er allerede slettet" in done.stdout
    assert again.stop() == 0
    assert found([ANNA.email.encode(), TEXT.encode()], data) == []
    database = Database(again.settings.database)
    with database.reading() as connection:
        assert {row.id for row in connection.execute(schema.gathering.select())} == {"andet"}
    database.close()


def until_noted(path: Path) -> None:
    """Until a file is there; without the pauses of ``wait_for``, in which all would be over."""
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline


def test_a_leader_who_has_left_the_list_is_deleted_and_the_others_are_not(
    another: Callable[..., Server], built: dict[str, Path], place: Path, tmp_path: Path
) -> None:
    """Carla is in the other cohort too. The server knows her address as long as it needs it there."""
    folder = Path(shutil.copytree(built["demo"], tmp_path / "demo"))
    server = another(folder, built["andet"])
    data = server.settings.data
    clients = {who: server.client(who) for who in (ANNA, CARLA)}
    for client in clients.values():
        client.accept()
        client.saved(FIELD, TEXT)
    slet = ("leder", "slet", "demo")
    told = asked(server, *slet, ANNA.email, "--prøv").stdout
    for words in ("answer 1,", "Lederen har ikke hentet sit eget", "skal af den", "Intet er slettet."):
        assert words in told
    assert "Tag først lederen af listen" in asked(server, *slet, ANNA.email, typed=ANNA.email).stderr
    assert clients[ANNA].get("/api/demo/mine.zip").status_code == 200
    regroup(folder, {"1": (BENT, DORTE)})
    vibeke = server.client(VIBEKE)
    vibeke.accept()
    assert vibeke.get("/hold/demo/overblik").status_code == 200
    assert "Lederen hentede sit eget" in asked(server, *slet, ANNA.email, "--prøv").stdout
    wrong = asked(server, *slet, ANNA.email, typed=BENT.email)
    assert (wrong.returncode, "Intet er slettet" in unwrapped(wrong.stderr)) == (1, True)

    done = asked(server, *slet, ANNA.email, typed=ANNA.email, at=place)
    assert done.returncode == 0, done.stderr
    (path,) = place.glob("kvittering-demo-*.json")
    receipt = json.loads(path.read_text(encoding="utf-8"))
    assert (receipt["leder"], receipt["slettet"]["rækker i databasen"]["answer"]) == (ANNA.email, 1)
    assert "Underskriften passer" in run(place, "kvittering", "tjek", path).stdout
    assert server.audit[-1]["event"] == "leader-deleted"
    assert clients[ANNA].get("/api/session").status_code == 401
    assert found([ANNA.name.encode(), ANNA.email.encode()], data) == []
    assert "er allerede slettet" in asked(server, *slet, ANNA.email, at=place).stdout
    assert "Ingen på holdet har" in unwrapped(asked(server, *slet, "ukendt@strandby.example").stderr)

    assert "på et andet hold" in asked(server, *slet, CARLA.email, "--prøv").stdout
    own = clients[CARLA].delete("/api/demo/mine")
    assert own.status_code == 200, own.text
    assert own.json()["receipt"]["leder"] == CARLA.email
    assert clients[CARLA].get("/hold/demo/mit").status_code == 404
    clients[CARLA].accept("andet")
    assert clients[CARLA].get("/hold/andet/forberedelse-1").status_code == 200


def test_who_has_no_token_can_neither_copy_nor_delete(server: Server) -> None:
    client = server.client(ANNA)
    for route in ("backup", "backup/keys", "deletion", "deletion/extent", "leader", "leader/extent"):
        answer = client.post(f"/operator/{route}", json={})
        assert answer.status_code == 403
        wrong = client.post(f"/operator/{route}", json={}, headers={"Authorization": "Bearer forkert"})
        assert wrong.status_code == 403
