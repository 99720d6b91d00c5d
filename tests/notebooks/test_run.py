"""Every notebook runs by itself: under nbval, and under papermill without our engine."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from fællesledelse.cohort.file import PERIOD_PAGE
from fællesledelse.server.desk import PAGES
from fællesledelse.share import share

from .conftest import OF_MEETINGS, STEPS, Notebook, read

SEEN = {
    "velkomst": ["Her er du.", "Jens Aagaard og Farah Malik"],
    "forberedelse-1": ["Havnegade 12", "Marker trinet som gennemført"],
    "workshop-1": ["Sagen har en ejer", "Jens Aagaards tur"],
    "forberedelse-2": ["Jeg er til for familien", "31. august 2026", "Læst højt tager det omkring"],
    "workshop-2": ["Vi nævner heller ikke afdelinger", "navnet på den, der har den"],
    "forberedelse-3": ["Naboen forsvinder", "før gravemaskinen gør"],
    "workshop-3": ["Hvilken linje vil I have, at jeg skriver om?"],
    "udgivelse": ["Formanden for teknisk udvalg", "Dit ledelsesgrundlag udkommer"],
    "periode": [
        "Familien på Åbrinken fik besked otte dage før",
        "Jens Aagaard og Farah Malik kan læse hele kortet",
        "Du og Tove Lindgaard besøger hinanden",
    ],
    "levende-grundlag": [
        "3 af 6 sætninger er prøvet.",
        "Og at I hører dårligt nyt fra mig samme dag, jeg selv får det.",
        "Periode A: Aktivt visionslederskab, prøvehandling 1. <strong>Justér</strong>",
        "Ikke prøvet endnu.",
        "Periode A: Aktivt visionslederskab, jobbesøg",
        "Det skete fire gange på en time.",
        "Den lød dengang: »At sagen er jeres.«",
        "Naboen. Han nævnes en gang og forsvinder.",
        "At to af de unge havde læst det højt for hinanden.",
    ],
    "privat-tillaeg": [],
    "salon/velkomst": ["Her er du."],
    "salon/salon": ["Jens Aagaards tur"],
    "netvaerk/velkomst": ["Her er du."],
    "netvaerk/netvaerksmoede": ["Jens Aagaards tur"],
}
"""Words of the constructed leader that each page shows in what it computes."""


ONE_AFTER_THE_OTHER = """
import sys
from pathlib import Path
from papermill.cli import papermill
for path in map(Path, sys.argv[1:]):
    options = ["--log-level", "ERROR", "--no-progress-bar", "-p", "cohort", "nord"]
    papermill([*options, str(path), f"{path.parent.name}-{path.name}"], standalone_mode=False)
"""
"""Papermill's command for each notebook, in one process: it takes longer to start than most notebooks to run."""

AT_ONCE = ("-n", "2", "--dist", "loadfile")
"""Half of the time a notebook takes, its kernel is waited for."""


@pytest.fixture(params=(*STEPS, *OF_MEETINGS))
def notebook(request: pytest.FixtureRequest) -> Notebook:
    """Each notebook in turn, with every cell of its file."""
    return read(request.param)


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    away = {name: value for name, value in os.environ.items() if name != "FAELLESLEDELSE_SOCKET"}
    env = {**away, "PYTHONUTF8": "1", "IPYTHONDIR": str(cwd / "ipython")}
    return subprocess.run([sys.executable, *command], cwd=cwd, env=env, capture_output=True, text=True)


def test_every_notebook_passes_nbval(tmp_path: Path) -> None:
    """The leaders' and the facilitator's."""
    paths = [str(share("notebooks") / f"{step}.ipynb") for step in (*STEPS, *OF_MEETINGS)]
    paths += [str(share("notebooks/facilitator") / f"{name}.ipynb") for name in PAGES]
    plain = ("-q", "-c", os.devnull, "-p", "no:cacheprovider", *AT_ONCE)
    ran = run("-m", "pytest", *plain, "--nbval-lax", *paths, cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout[-3000:]


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the notebooks as plain papermill leaves them, with another cohort than their own."""
    folder = tmp_path_factory.mktemp("executed")
    paths = [str(share("notebooks") / f"{step}.ipynb") for step in (*STEPS, *OF_MEETINGS)]
    with ThreadPoolExecutor(2) as pool:
        for ran in pool.map(lambda some: run("-c", ONE_AFTER_THE_OTHER, *some, cwd=folder), (paths[::2], paths[1::2])):
            assert ran.returncode == 0, ran.stderr[-3000:]
    return folder


def written(notebook: Notebook) -> str:
    """What the run notebook is called."""
    return f"{notebook.path.parent.name}-{notebook.path.name}"


def shown(path: Path) -> str:
    """Everything the widgets of a notebook that was run show."""
    there = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # no types
    states = there.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    return " ".join(state["state"]["value"] for state in states if state["model_name"] == "HTMLModel")


def test_the_notebook_of_the_periods_opens_the_step_that_papermill_is_told(executed: Path, tmp_path: Path) -> None:
    """What the constructed leader wrote in one period doesn't stand in another."""
    page = str(share("notebooks") / f"{PERIOD_PAGE}.ipynb")
    ran = run("-m", "papermill", "--no-progress-bar", "-p", "step", "periode-b", page, "b.ipynb", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr[-3000:]
    for path, step, own in (
        (executed / "notebooks-periode.ipynb", "periode-a", True),
        (tmp_path / "b.ipynb", "periode-b", False),
    ):
        assert f'data-finish="{step}"' in shown(path)
        assert ("Familien på Åbrinken fik besked otte dage før" in shown(path)) == own


def test_every_notebook_runs_under_papermill_without_the_engine(executed: Path, notebook: Notebook) -> None:
    """Each call shows one widget and prints nothing; what is computed holds the constructed leader's own words."""
    there = nbformat.read(executed / written(notebook), as_version=4)  # type: ignore[no-untyped-call]  # no types
    calls = [cell for cell in there.cells if cell.cell_type == "code" and cell.source.startswith("page.")]
    assert len(calls) == len(notebook.asked)
    for cell in calls:
        assert ["application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in cell.outputs] == [True]
    seen = shown(executed / written(notebook))
    name = f"{notebook.folder}/{notebook.step}".lstrip("/")
    assert [words for words in SEEN.get(name, []) if words not in seen] == []
