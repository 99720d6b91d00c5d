"""Every notebook runs by itself: under nbval, and under papermill without our engine."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from fællesledelse.share import share

from .conftest import STEPS, Notebook

SEEN = {
    "velkomst": ["Her er du.", "Jens Aagaard og Farah Malik"],
    "forberedelse-1": ["Havnegade 12", "Marker trinet som gennemført"],
    "workshop-1": ["Sagen har en ejer", "Jens Aagaards tur"],
    "forberedelse-2": ["Jeg er til for familien", "31. august 2026", "Læst højt tager det omkring"],
    "workshop-2": ["Vi nævner heller ikke afdelinger", "navnet på den, der har den"],
    "forberedelse-3": ["Naboen forsvinder", "før gravemaskinen gør"],
    "workshop-3": ["Hvilken linje vil I have, at jeg skriver om?"],
    "udgivelse": ["Formanden for teknisk udvalg", "Dit ledelsesgrundlag udkommer"],
    "privat-tillaeg": [],
}
"""Words of the constructed leader that each page shows in what it computes."""


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    away = {name: value for name, value in os.environ.items() if name != "FAELLESLEDELSE_SOCKET"}
    env = {**away, "PYTHONUTF8": "1", "IPYTHONDIR": str(cwd / "ipython")}
    return subprocess.run([sys.executable, "-m", *command], cwd=cwd, env=env, capture_output=True, text=True)


def test_every_notebook_passes_nbval(tmp_path: Path) -> None:
    paths = [str(share("notebooks") / f"{step}.ipynb") for step in STEPS]
    ran = run("pytest", "-q", "-c", os.devnull, "-p", "no:cacheprovider", "--nbval-lax", *paths, cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout[-3000:]


@pytest.fixture
def executed(notebook: Notebook, tmp_path: Path) -> Any:
    """The notebook as plain papermill leaves it, with another cohort than its own."""
    out = tmp_path / "out.ipynb"
    options = ("--log-level", "ERROR", "--no-progress-bar", "-p", "cohort", "nord")
    ran = run("papermill", *options, str(notebook.path), str(out), cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return nbformat.read(out, as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types


def test_every_notebook_runs_under_papermill_without_the_engine(executed: Any, notebook: Notebook) -> None:
    """Each call shows one widget and prints nothing; what is computed holds the constructed leader's own words."""
    calls = [cell for cell in executed.cells if cell.cell_type == "code" and cell.source.startswith("page.")]
    assert len(calls) == len(notebook.asked)
    for cell in calls:
        assert ["application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in cell.outputs] == [True]
    states = executed.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    shown = " ".join(state["state"]["value"] for state in states if state["model_name"] == "HTMLModel")
    assert [words for words in SEEN[notebook.step] if words not in shown] == []
