"""What others install: complete, and at work without make, Node and the working copy."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from fællesledelse.share import share

from .live import PHRASE, free_port, started, wait_until_up

ROOT = Path(__file__).parents[1]
SITE = Path(sysconfig.get_paths()["purelib"])


def build(folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    surroundings = os.environ | {"PYTHONUTF8": "1"} | environment
    return subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, encoding="utf-8", errors="replace")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    done = build(folder)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.fixture(scope="module")
def bin_folder(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment with nothing of ours but the wheel; what it needs is borrowed from this one."""
    place = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    python = place / "bin/python"
    install = [
        sys.executable,
        "-m",
        "pip",
        f"--python={python}",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(install, check=True)
    own = next(place.glob("lib/python3.*/site-packages"))
    (own / "borrowed.pth").write_text(f"{SITE}\n", encoding="utf-8")
    (place / "share").symlink_to(Path(sys.prefix) / "share")  # Voilà's templates
    return place / "bin"


@pytest.fixture
def run(bin_folder: Path, tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """The installed command, where nothing but Python's own programs is on PATH."""

    def command(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [bin_folder / "faellesledelse", *map(str, arguments)],
            cwd=tmp_path,
            env={"PATH": str(bin_folder), "PYTHONUTF8": "1", "HOME": str(tmp_path)},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )

    return command


def files_in(folder: Path) -> list[Path]:
    """All files but caches and what other programs hide."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if not any(p.startswith((".", "__pycache__")) for p in path.relative_to(folder).parts)]


def test_the_wheel_holds_every_file_of_the_package_and_what_it_shares(names: set[str]) -> None:
    package = ROOT / "src/fællesledelse"
    own = {path.relative_to(package.parent).as_posix() for path in files_in(package)}
    shared = [path for folder in ("notebooks", "templates") for path in files_in(ROOT / folder)]
    assert own | {f"fællesledelse/share/{path.relative_to(ROOT).as_posix()}" for path in shared} <= names
    assert "faellesledelse.py" in names


def test_each_wheel_has_a_version_of_its_own_that_the_installed_command_tells(
    wheel: Path, run: Callable[..., "subprocess.CompletedProcess[str]"]
) -> None:
    count = subprocess.run(
        ["git", "rev-list", "--count", "HEAD"], cwd=ROOT, capture_output=True, encoding="ascii", check=True
    )
    version = wheel.name.split("-")[1]
    assert f".dev{count.stdout.strip()}" in version
    assert run("--version").stdout.strip() == version


def test_the_wheel_holds_what_the_pages_borrow_with_its_licences(names: set[str]) -> None:
    vendor = "fællesledelse/server/static/vendor"
    for name in (
        "chart.js",
        "page.js",
        "page.js.br",
        "site.css",
        "widgets.js",
        "widgets.js.LEGAL.txt",
        "LICENSES.txt",
        "dkfds/LICENSE.md",
        "dkfds/dist/css/dkfds.min.css",
        "ibm-plex-serif/LICENSE",
    ):
        assert f"{vendor}/{name}" in names
    assert len([name for name in names if name.startswith(vendor) and name.endswith(".woff2")]) >= 6
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_holds_nothing_of_the_workshop(names: set[str]) -> None:
    assert not [name for name in names if name.startswith(("tests", "src", "node_modules")) or "build_hook" in name]


def test_without_utf_8_the_build_refuses_instead_of_leaving_the_package_out(tmp_path: Path) -> None:
    done = build(tmp_path, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", LC_ALL="C")
    assert done.returncode != 0
    assert "Set PYTHONUTF8=1" in done.stderr
    assert not list(tmp_path.glob("*.whl"))


def test_without_the_pages_bundle_the_build_refuses(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    ignored = shutil.ignore_patterns("vendor", "__pycache__")
    for name in ("src", "notebooks", "templates"):
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, copy / name)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    done = subprocess.run(command, cwd=copy, env=os.environ | {"PYTHONUTF8": "1"}, capture_output=True, encoding="utf-8")
    assert done.returncode != 0
    assert "make wheel" in done.stderr
    assert not list(copy.rglob("*.whl"))


def test_the_installed_command_makes_checks_and_builds_a_cohort(
    run: Callable[..., "subprocess.CompletedProcess[str]"], tmp_path: Path
) -> None:
    assert run("hold", "ny", "foraar-2026").returncode == 0
    assert len(list((tmp_path / "foraar-2026/notebooks").glob("*.ipynb"))) == len(list(share("notebooks").glob("*.ipynb")))
    unfilled = run("hold", "tjek", "foraar-2026")
    assert unfilled.returncode == 1
    assert "ting skal rettes" in unfilled.stderr
    for name in ("hold.yaml", "deltagere.csv"):
        text = (share("templates/demo") / name).read_text(encoding="utf-8")
        days = text.replace("DAG-100", "01.06.2026").replace("SLUT+540", "01.06.2028")
        for number, offset in enumerate(("-62", "-60", "-27", "-26", "+6", "+20", "+34", "+125", "+300"), 1):
            days = days.replace(f"DAG{offset}", f"0{number}.09.2026")
        (tmp_path / "foraar-2026" / name).write_text(days, encoding="utf-8")
    for verb in ("tjek", "byg"):
        done = run("hold", verb, "foraar-2026")
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "foraar-2026/bygget/manifest.json").is_file()


@pytest.fixture
def live(bin_folder: Path, tmp_path: Path) -> Iterator[str]:
    """The demo, run from the wheel; its address."""
    port = free_port()
    environment = {"PATH": str(bin_folder), "FAELLESLEDELSE_PORT": str(port), "HOME": str(tmp_path), "PYTHONUTF8": "1"}
    command = [str(bin_folder / "faellesledelse"), "demo", str(tmp_path / "demo")]
    log = tmp_path / "demo.log"
    process = started(command, environment, log)
    try:
        wait_until_up(f"http://127.0.0.1:{port}", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def test_the_installed_demo_serves_pages_with_kernels_and_all_their_files(live: str) -> None:
    with httpx.Client(base_url=live, headers={"Origin": live}, timeout=60) as leader:
        body = {"email": "amir.hosseini@strandby.example", "pass_phrase": PHRASE}
        leader.post("/api/log-in", json=body).raise_for_status()
        leader.post("/api/demo/notice", json={"accept": True}).raise_for_status()
        page = leader.get("/hold/demo/forberedelse-1").raise_for_status().text
        assets = {part.split('"')[0] for part in page.split('"/assets/')[1:]}
        assert len(assets) > 3
        for asset in assets:
            assert leader.get(f"/assets/{asset}").raise_for_status().content
    assert page.count('data-model="') > 5, "no kernel drew the fields"
    assert 'role="alert"' not in page
