"""What the README shows is true: its commands run, and what it names exists."""

import configparser
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import httpx
import pytest
import typer

from fællesledelse import danish, settings
from fællesledelse.cli import app
from fællesledelse.cohort import excel
from fællesledelse.cohort.demo import write_demo
from fællesledelse.cohort.folder import check
from fællesledelse.model import Role

from .bench import bench_build, bench_saves
from .live import PHRASE, free_port, started, wait_until_up

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FOLDER, OTHER = "foraar-2026", "efteraar-2026"
RUN = (
    "make demo", "make test",
    f"hold ny {FOLDER}", "server", "inviter",
    f"hold ny {OTHER}", "hold tjek", "hold byg", "papermill",
)  # fmt: skip
"""The commands of the README, in its order. Those with ``make`` are what runs these tests, and ``tests/test_demo.py``."""


def blocks(language: str) -> list[str]:
    """The fenced blocks in that language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def shown() -> list[list[str]]:
    """Every command of the shell blocks, as words, without its comment; ``&&`` makes two."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    parts = [part for line in lines for part in line.partition("#")[0].split("&&")]
    return [words for part in parts if (words := shlex.split(part))]


def command(name: str) -> list[str]:
    """The words of the one shown command that holds the words of ``name`` in a row."""
    return next(words for words in shown() if f" {name} " in f" {' '.join(words)} ")


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the README's commands are run, one after the other."""
    return tmp_path_factory.mktemp("readme")


@pytest.fixture(scope="module")
def environment(workplace: Path) -> dict[str, str]:
    own = {"FAELLESLEDELSE_PORT": str(free_port()), "HOME": str(workplace / "home"), "PYTHONUTF8": "1"}
    return {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"} | own


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(workplace: Path, environment: dict[str, str]) -> Run:
    """Run a shown command as it stands."""

    def done(name: str, folder: str = ".") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command(name), cwd=workplace / folder, env=environment, capture_output=True, encoding="utf-8", timeout=120
        )

    return done


@pytest.fixture(scope="module")
def demo(workplace: Path) -> Path:
    """A folder filled in with constructed people."""
    write_demo(workplace / "demo", danish.today())
    return workplace / "demo"


@pytest.fixture(scope="module")
def cohort(workplace: Path, environment: dict[str, str], demo: Path) -> Path:
    """The folder of text files that the README shows, filled in."""
    made = subprocess.run(command(f"hold ny {OTHER}"), cwd=workplace, env=environment, capture_output=True, encoding="utf-8")
    assert made.returncode == 0, made.stderr
    folder = workplace / OTHER
    filled = (demo / "hold.yaml").read_text(encoding="utf-8")
    assert f"\nhold: {OTHER}\n" in (folder / "hold.yaml").read_text(encoding="utf-8")
    (folder / "hold.yaml").write_text(filled.replace("\nhold: demo\n", f"\nhold: {OTHER}\n"), encoding="utf-8")
    (folder / "deltagere.csv").write_bytes((demo / "deltagere.csv").read_bytes())
    return folder


@pytest.fixture(scope="module")
def server(workplace: Path, environment: dict[str, str]) -> Iterator[str]:
    """The server of a new cohort, started as the README says; its address."""
    url = f"http://127.0.0.1:{environment['FAELLESLEDELSE_PORT']}"
    subprocess.run(command(f"hold ny {FOLDER}"), cwd=workplace, env=environment, check=True, capture_output=True)
    words = command("server")
    program = str(Path(sys.executable).parent / words[0])
    process = started([program, *words[1:]], environment, workplace / "server.log", workplace)
    try:
        wait_until_up(url, process, workplace / "server.log")
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


@pytest.fixture(scope="module")
def karin(server: str, workplace: Path, environment: dict[str, str]) -> Iterator[httpx.Client]:
    """The facilitator, who came in by the link that the third command shows."""
    shown = subprocess.run(command("inviter"), cwd=workplace, env=environment, capture_output=True, encoding="utf-8")
    assert shown.returncode == 0, shown.stderr
    (token,) = re.findall(rf"^{server}/invitation#(\S+)$", shown.stdout, re.MULTILINE)
    with httpx.Client(base_url=server, headers={"Origin": server}, timeout=60) as client:
        assert client.post("/api/enrol", json={"token": token, "pass_phrase": PHRASE}).status_code == 200
        yield client


@pytest.fixture(scope="module")
def taken(karin: httpx.Client, demo: Path) -> httpx.Client:
    """She has filled in the demo's people, and taken the cohort into use in the browser."""
    found = check(demo)
    name, _, email = command(f"hold ny {FOLDER}")[-1].rstrip(">").partition(" <")
    values = found.values | {"hold": FOLDER, "facilitatorer": [{"navn": name, "email": email}]}
    leaders = [person for person in found.roster.participants if person.role is Role.LEADER]
    drafted = karin.put(f"/api/{FOLDER}/cohort.xlsx", content=excel.write(values, leaders, found.ties))
    assert drafted.status_code == 200, drafted.text
    built = karin.post(f"/api/{FOLDER}/cohort/build", json={})
    assert json.loads(built.text.splitlines()[-1])["done"]["leaders"] == len(leaders)
    return karin


def test_these_are_all_the_commands_that_the_readme_shows() -> None:
    found = [words for words in shown() if words[0] != "cd"]
    assert len(found) == len(RUN)
    for words, name in zip(found, RUN, strict=True):
        assert f" {name} " in f" {' '.join(words)} "


def test_every_make_target_that_the_readme_names_is_there() -> None:
    targets = set(re.findall(r"\bmake ([a-z]+)\b", " ".join(re.findall(r"`([^`\n]+)`", README) + blocks("sh"))))
    assert {"demo", "test", "bench", "requirements", "pictures"} <= targets
    for target in targets:
        done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_a_cohort_is_made_checked_and_built_by_the_commands_shown(run: Run, cohort: Path) -> None:
    checked = run("hold tjek")
    assert checked.returncode == 0, checked.stderr
    assert not (cohort / "bygget").exists()
    built = run("hold byg")
    assert built.returncode == 0, built.stderr
    assert (cohort / "bygget/manifest.json").is_file()


def test_the_bare_papermill_command_gives_the_same_bytes(run: Run, cohort: Path) -> None:
    assert run("hold byg").returncode == 0
    assert ["cd", OTHER] in shown()
    made = run("papermill", OTHER)
    assert made.returncode == 0, made.stderr
    assert (cohort / "out.ipynb").read_bytes() == (cohort / "bygget/forberedelse-1.ipynb").read_bytes()


def test_the_table_of_commands_names_every_one_there_is() -> None:
    table = re.search(r"^\| `faellesledelse …` \|.*?\n\n", README, re.DOTALL | re.MULTILINE)
    assert table is not None
    shown = [name for row in table[0].splitlines()[2:] for name in re.findall(r"`([^`]+)`", row.partition(" | ")[0])]
    named = [" ".join(word for word in name.split() if word.islower()) for name in shown]
    group = typer.main.get_group(app)
    inner = {name: getattr(each, "commands", {"": each}) for name, each in group.commands.items()}
    assert sorted(named) == sorted(f"{name} {verb}".strip() for name, verbs in inner.items() for verb in verbs)


def test_the_commands_named_in_the_prose_exist(environment: dict[str, str]) -> None:
    named = re.findall(r"`(?:faellesledelse )?((?:nøgle|hold) [a-zæøå]+)`", README)
    assert {"nøgle anmod", "nøgle åbn", "nøgle indlæs"} <= set(named)
    for name in set(named):
        words = ["faellesledelse", *name.split(), "--help"]
        assert subprocess.run(words, env=environment, capture_output=True).returncode == 0


def test_the_key_in_the_safe_is_a_line_for_the_cohort(environment: dict[str, str]) -> None:
    words = ["faellesledelse", "nøgle", "ny"]
    made = subprocess.run(words, env=environment, capture_output=True, encoding="utf-8", check=True)
    assert re.search(r"^nøgle_i_pengeskab: [0-9a-f]{64}$", made.stdout, re.MULTILINE)


def test_every_page_of_the_facilitator_that_the_readme_names_is_on_her_screen(karin: httpx.Client) -> None:
    karin.post(f"/api/{FOLDER}/notice", json={"accept": True}).raise_for_status()
    screen = karin.get(f"/hold/{FOLDER}/styring/holdet").text
    named = re.search(r"^- \*\*Holdet\*\*.*?\n\n", README, re.DOTALL | re.MULTILINE)
    assert named is not None
    titles = [title for title in re.findall(r"^- \*\*(.+?)\*\*", named[0], re.MULTILINE) if title != "Groups"]
    assert len(titles) == 8
    assert all(re.search(rf">\s*{title}\s*<", screen) for title in titles)


def test_who_has_not_begun_is_mailed_a_link_that_works_once_and_who_has_is_reminded(
    taken: httpx.Client, environment: dict[str, str], workplace: Path
) -> None:
    def run(verb: str) -> str:
        words = ["faellesledelse", verb, FOLDER]
        done = subprocess.run(words, cwd=workplace, env=environment, capture_output=True, encoding="utf-8", timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    invited = run("inviter")
    assert "38 mails er sendt. De ligger i mappen udbakke" in invited  # the facilitator has begun
    assert "/invitation#" not in invited
    mails = [message_from_bytes(file.read_bytes(), policy=default) for file in (workplace / "data/udbakke").glob("*.eml")]
    address = str(taken.base_url).rstrip("/")
    links = {str(mail["To"]): re.findall(rf"^{address}/invitation#(\S+)$", text_of(mail), re.MULTILINE) for mail in mails}
    assert len({link for found in links.values() for link in found}) == len(mails) == 38
    (link,) = next(found for to, found in links.items() if "henrik.damsgaard@" in to)
    body = {"token": link, "pass_phrase": PHRASE}
    with httpx.Client(base_url=address, headers={"Origin": address}, timeout=30) as client:
        assert client.post("/api/enrol", json=body).status_code == 200
        assert client.post("/api/enrol", json=body).status_code == 404
    assert "1 mail er sendt." in run("mind")


def text_of(mail: EmailMessage) -> str:
    """What a mail says, with line feeds alone."""
    return str(mail.get_content()).replace("\r\n", "\n")


def test_the_health_address_is_the_one_shown(server: str) -> None:
    address = re.search(r"\*\*Health\*\*: `(/\S+)` answers (\d+)", README)
    assert address is not None
    assert httpx.get(server + address[1]).status_code == int(address[2])


def test_the_data_folder_holds_what_the_readme_says(server: str, workplace: Path) -> None:
    data = re.search(r"^- \*\*Data\*\*: (.*?)^- ", README, re.DOTALL | re.MULTILINE)
    assert data is not None
    assert re.findall(r"`([^`]+)`", data[1])[:4] == ["data/", "FAELLESLEDELSE_DATABASE", "keys/", "audit.jsonl"]
    assert (workplace / "data/faellesledelse.sqlite").is_file()
    assert sorted(path.name for path in (workplace / "data/keys").iterdir()) == [FOLDER, "receipts.key"]
    httpx.get(f"{server}/hold/{FOLDER}/overblik/findes-ikke")
    assert (workplace / "data/audit.jsonl").is_file()


def test_every_setting_that_the_readme_names_is_one() -> None:
    named = set(re.findall(r"FAELLESLEDELSE_[A-Z_]+", README))
    assert len(named) >= 4
    assert named <= set(re.findall(r"^    (FAELLESLEDELSE_[A-Z_]+) ", str(settings.__doc__), re.MULTILINE))


def test_every_file_and_folder_that_the_readme_names_is_there() -> None:
    """Paths in prose and tables; what a cohort folder or a data folder holds is shown by other tests."""
    elsewhere = {"data/", "keys/"}
    named = set(re.findall(r"`((?:src|tests|templates|notebooks|static)/[\w./-]*)`", README)) - elsewhere
    assert len(named) > 6
    missing = [name for name in named if not (ROOT / name).exists() and not list(ROOT.glob(f"src/*/*/{name}"))]
    assert not missing
    for picture in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README):
        assert 10_000 < (ROOT / picture).stat().st_size < 300_000


def test_every_room_in_the_architecture_table_is_there() -> None:
    table = re.search(r"^\| room \|.*?\n\n", README, re.DOTALL | re.MULTILINE)
    assert table is not None
    rooms = [name for row in table[0].strip().splitlines()[2:] for name in re.findall(r"`([^`]+)`", row.split("|")[1])]
    for room in rooms:
        places = [ROOT / room, ROOT / "src/fællesledelse" / room, ROOT / "src/fællesledelse" / f"{room}.py"]
        assert any(place.exists() for place in places), room
    files = {path.stem for path in (ROOT / "src/fællesledelse").iterdir() if path.name[0] not in "_."}
    assert files - {"py"} <= {room.strip("/") for room in rooms}, "a room that the README does not name"


def test_the_service_file_can_be_read_and_starts_a_command_that_exists() -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's names have capitals
    unit.read_string(blocks("ini")[0])
    service = unit["Service"]
    program, verb, folder = service["ExecStart"].split()
    assert (Path(program).name, verb, Path(folder).is_absolute()) == ("faellesledelse", "server", True)
    data = f"{service['WorkingDirectory']}/data"
    assert service["ReadWritePaths"].split() == [data, folder]
    given = dict(re.findall(r"(?:^Environment=| )(\w+)=(\S+)", blocks("ini")[0], re.MULTILINE))
    assert given.pop("PYTHONUTF8") == "1"
    read = settings.read(given)
    assert read.secure
    assert str(read.data) == data


def test_the_proxy_block_is_whole_and_leads_to_the_server() -> None:
    block = blocks("nginx")[0]
    assert block.count("{") == block.count("}")
    plain = [line.strip() for line in block.splitlines() if line.strip() and line.strip()[-1] not in "{}"]
    assert all(line.endswith(";") for line in plain)
    assert f"proxy_pass http://127.0.0.1:{settings.read({}).port};" in plain
    for header in ("Host $host", "X-Forwarded-Proto https", "Upgrade $http_upgrade", 'Connection "upgrade"'):
        assert f"proxy_set_header {header};" in plain


def test_the_figures_are_those_that_the_benchmarks_tell() -> None:
    figures = re.search(r"<!-- figures -->(.*)<!-- end of figures -->", README, re.DOTALL)
    assert figures is not None
    for title, columns in ((bench_build.TITLE, bench_build.COLUMNS), (bench_saves.title(), bench_saves.COLUMNS)):
        assert f"{title}\n\n| {' | '.join(columns)} |\n" in figures[1]
