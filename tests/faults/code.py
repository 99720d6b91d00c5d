"""The code that keeps the promises: each branch is tested, each change noticed, and what it rests on has no known hole.

In a copy of the repository each mutant (cosmic-ray) is one small change of a module about access, sealing or deletion; the
tests of that module must fail. Known vulnerabilities are those of PyPI's advisory service (pip-audit), for every locked
package; where the service can't be reached, the figure says for how many.
"""

import compileall
import json
import os
import py_compile
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from .figure import Figure

HERE = Path(__file__).parents[2]
TOOLS = HERE / ".venv/faults/bin"
LOCKED = ("requirements.txt", "tests/postgresql.txt")
WANTED = 90  # per cent of the mutants noticed
TIMEOUT = 120.0  # seconds; a mutant that runs longer is noticed, too
STORE = "src/fællesledelse/store"
TESTED = {
    "access": [f"{STORE}/access.py", f"{STORE}/keyring.py", f"{STORE}/safe.py"],
    "sealing": [f"{STORE}/vault.py", f"{STORE}/sealing.py", f"{STORE}/sealed_file.py", f"{STORE}/signing.py"],
    "deletion": [f"{STORE}/deletion.py", f"{STORE}/erasure.py", f"{STORE}/keyfiles.py"],
}
FIRST = {
    "access": ("access", "safe", "others"),
    "sealing": ("vault", "known_answers", "backup"),
    "deletion": ("keyfiles", "erasure", "others", "backup"),
}
"""What notices most of the mutants, and soonest."""

TESTS = (
    *("access", "safe", "vault", "known_answers", "keyfiles", "others", "secrecy"),
    *("erasure", "backup", "invitations", "answers", "people", "surveys", "waiting"),
)
TYPES = "core/ReplaceBinaryOperator_BitOr_.*"  # nearly all are in annotations, and noticed at import: they would flatter


@dataclass(frozen=True)
class Mutant:
    """One that must be noticed: ``old`` in that module becomes ``new``, and the test fails."""

    module: str
    old: str
    new: str
    test: str


CHOSEN = (
    Mutant(
        f"{STORE}/access.py",
        'row["expires_at"] <= self._clock()',
        'row["expires_at"] > self._clock()',
        "tests/store/test_access.py::test_a_device_is_forgotten_after_thirty_days",
    ),
    Mutant(
        f"{STORE}/access.py",
        "table.c.kind == WrapKind.RECOVERY_CODE, table.c.pair == unlocked.public",
        "table.c.pair == unlocked.public",
        "tests/store/test_access.py::test_a_new_code_takes_the_place_of_the_old_one_and_of_nothing_else",
    ),
    Mutant(
        f"{STORE}/sealing.py",
        "json.dumps(place, ensure_ascii=True).encode()",
        'b""',
        "tests/store/test_vault.py::test_what_is_sealed_opens_only_with_its_key_and_in_its_place",
    ),
    Mutant(
        f"{STORE}/deletion.py",
        "        self._files.destroy(gathering)\n",
        "",
        "tests/store/test_backup.py::test_deleting_a_gathering_leaves_no_row_of_it_and_touches_no_other",
    ),
)


def tried(seed: int, share: float) -> Iterator[Figure]:
    """All mutants and packages at 1; below that, the share of all mutants that the seed draws."""
    with tempfile.TemporaryDirectory(prefix="faults-") as place:
        copy = copied(Path(place))
        yield coverage(copy)
        for about, modules in TESTED.items():
            yield mutants(copy, about, modules, random.Random(seed), share)
    yield vulnerabilities()


def copied(place: Path) -> Path:
    """The repository without what set-up made: mutants never touch the one that is worked in."""
    for name in ("src", "tests", "notebooks", "templates"):
        shutil.copytree(HERE / name, place / name, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
    shutil.copy(HERE / "pyproject.toml", place)
    compileall.compile_dir(place / "src", quiet=1, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    return place


def surroundings(copy: Path) -> dict[str, str]:
    """In which tests import the copy. What is compiled is used only where its text is the same, and no mutant's is kept."""
    return os.environ | {"PYTHONPATH": str(copy / "src"), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def command(*arguments: str) -> list[str]:
    """pytest, on SQLite: PostgreSQL differs in nothing of these modules but in which rows are held."""
    plain = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:nbval")  # nbval takes a second to import
    return [sys.executable, "-m", "pytest", *plain, "-k", "not postgresql or waiting", *arguments]


def tests(*first: str) -> list[str]:
    """The files of all tests, those ``first``."""
    return [f"tests/store/test_{name}.py" for name in (*first, *(name for name in TESTS if name not in first))]


def coverage(copy: Path) -> Figure:
    """Branches of these modules that their tests run through."""
    report = copy / "coverage.json"
    told = (
        "--cov=fællesledelse.store",
        "--cov-branch",
        "--cov-fail-under=0",
        "--cov-report=",
        f"--cov-report=json:{report}",
    )
    subprocess.run(command(*tests(), *told), cwd=copy, env=surroundings(copy), check=True, capture_output=True)
    files = json.loads(report.read_text(encoding="utf-8"))["files"]
    wanted = {name for modules in TESTED.values() for name in modules}
    found = {name: each["summary"] for name, each in files.items() if name in wanted}
    assert found.keys() == wanted, found.keys() ^ wanted
    covered = sum(each["covered_branches"] + each["covered_lines"] for each in found.values())
    every = sum(each["num_branches"] + each["num_statements"] for each in found.values())
    short = [Path(name).stem for name, each in found.items() if each["missing_branches"] + each["missing_lines"]]
    measured = f"{covered} of {every}" + "".join(f"; not all of {name}" for name in short)
    return Figure("code", "lines and branches of access, sealing and deletion that are tested", "all", measured, not short)


def mutants(copy: Path, about: str, modules: list[str], chance: random.Random, share: float) -> Figure:
    """Which small changes the tests notice. A survivor is named by module and line."""
    session = copy / f"{about}.sqlite"
    settings = copy / f"{about}.toml"
    settings.write_text(_settings(modules, FIRST[about]), encoding="utf-8")
    for told in (["cosmic-ray", "init", str(settings), str(session)], ["cr-filter-operators", str(session), str(settings)]):
        _tool(copy, *told)
    with closing(sqlite3.connect(session)) as rows:
        _draw(rows, chance, share)
    _tool(copy, "cosmic-ray", "exec", str(settings), str(session))
    with closing(sqlite3.connect(session)) as rows:
        outcomes = rows.execute(_OUTCOMES).fetchall()
    noticed = sum(outcome != "SURVIVED" for _, _, outcome in outcomes)
    left = "".join(f"; {Path(module).stem}:{line}" for module, line, outcome in outcomes if outcome == "SURVIVED")
    kept = 100 * noticed >= WANTED * len(outcomes)
    return Figure("code", f"mutants of {about} noticed", f"{WANTED} % or more", f"{noticed} of {len(outcomes)}{left}", kept)


_OUTCOMES = """
select module_path, start_pos_row, test_outcome from mutation_specs join work_results using (job_id)
where worker_outcome != 'SKIPPED' order by 1, 2
"""
_LEFT = "select job_id from mutation_specs where job_id not in (select job_id from work_results) order by %s"
_ORDER = "module_path, operator_name, occurrence, operator_args"


def _draw(rows: sqlite3.Connection, chance: random.Random, share: float) -> None:
    """Keep that share of the mutants; one at the least."""
    jobs = [job for (job,) in rows.execute(_LEFT % _ORDER)]
    keep = set(chance.sample(jobs, max(1, round(share * len(jobs)))))
    for table in ("mutation_specs", "work_items"):
        rows.executemany(f"delete from {table} where job_id = ?", [(job,) for job in jobs if job not in keep])
    rows.commit()


def _settings(modules: list[str], first: tuple[str, ...]) -> str:
    quoted = " ".join(f"'{part}'" for part in command(*tests(*first)))
    return f"""
[cosmic-ray]
module-path = {json.dumps(modules, ensure_ascii=False)}
timeout = {TIMEOUT}
excluded-modules = []
test-command = {json.dumps(quoted, ensure_ascii=False)}
[cosmic-ray.distributor]
name = "local"
[cosmic-ray.filters.operators-filter]
exclude-operators = [{json.dumps(TYPES)}]
"""


def _tool(copy: Path, name: str, *arguments: str) -> None:
    subprocess.run([str(TOOLS / name), *arguments], cwd=copy, env=surroundings(copy), check=True, capture_output=True)


def noticed(copy: Path, mutant: Mutant) -> bool:
    """Whether the test fails of that mutant, and of it alone."""
    path = copy / mutant.module
    whole = path.read_text(encoding="utf-8")
    assert whole.count(mutant.old) == 1, mutant
    path.write_text(whole.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        ended = subprocess.run(command(mutant.test), cwd=copy, env=surroundings(copy), capture_output=True, timeout=TIMEOUT)
    finally:
        path.write_text(whole, encoding="utf-8")
    assert ended.returncode in (0, 1), ended.stdout.decode()
    return ended.returncode == 1


def vulnerabilities() -> Figure:
    """Of the locked packages, as far as the advisory service could be asked."""
    found, asked, unknown = [], 0, 0
    for name in LOCKED:
        for each in audited(HERE / name):
            asked += 1
            unknown += "vulns" not in each
            found += [str(each["name"]) for _ in each.get("vulns", [])]
    measured = f"{len(found)} known in {asked - unknown} packages"
    if unknown:
        measured += f"; the advisory service told nothing of {unknown} more"
    return Figure(
        "code", "known vulnerabilities in what is locked", "0", measured + "".join(f"; {n}" for n in found), not found
    )


def audited(locked: Path) -> list[dict[str, object]]:
    """What pip-audit says of each package; without "vulns" where it couldn't be asked."""
    told = [
        TOOLS / "pip-audit",
        "-r",
        locked,
        "--require-hashes",
        "--disable-pip",
        "--progress-spinner",
        "off",
        "-f",
        "json",
    ]
    ended = subprocess.run(list(map(str, told)), capture_output=True, text=True, timeout=1800)
    try:
        packages: list[dict[str, object]] = json.loads(ended.stdout)["dependencies"]
    except ValueError:
        names = [line.partition("==")[0] for line in locked.read_text(encoding="utf-8").splitlines() if "==" in line]
        return [{"name": name} for name in names]
    return packages
