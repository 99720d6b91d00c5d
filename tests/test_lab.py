"""The notebooks where facilitators reword them: a real JupyterLab in a real browser."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from fællesledelse import danish
from fællesledelse.cohort.build import build
from fællesledelse.cohort.demo import write_demo
from fællesledelse.cohort.skeleton import FOLDER
from fællesledelse.manifest import load
from fællesledelse.model import Manifest

from .live import free_port
from .tools import FLAGS, chromium

pytestmark = pytest.mark.usefixtures("uncounted")

OLD, NEW = "En linje, jeg tvivler på", "Den linje, jeg har sværest ved at sige"
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},  # draws every cell, also those below the window
}
"""JupyterLab asks nobody for news, and no question about it stands in the way."""

RUN = """async (path) => {
    const app = window.jupyterapp;
    const widget = await app.commands.execute('docmanager:open', { path, factory: 'Notebook' });
    await widget.context.ready;
    await widget.sessionContext.ready;
    await app.commands.execute('notebook:run-all-cells');
    const code = widget.content.widgets.filter((cell) => cell.model.type === 'code').map((cell) => cell.model);
    const outputs = code.flatMap((model) => model.sharedModel.getOutputs());
    return {
        ran: code.every((model) => model.executionCount > 0),
        fields: outputs.filter((output) => 'application/vnd.jupyter.widget-view+json' in (output.data ?? {})).length,
        wrong: outputs.filter((output) => ['error', 'stream'].includes(output.output_type)).map((o) => JSON.stringify(o)),
    };
}"""
CLOSE = """async () => {
    const widget = window.jupyterapp.shell.currentWidget;
    await widget.sessionContext.shutdown();
    widget.context.model.dirty = false;
    widget.close();
}"""


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lab") / "hold"
    write_demo(folder, danish.today())
    return folder


@pytest.fixture(scope="module")
def lab(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab in the cohort's folder, with nothing of this machine's own configuration."""
    tmp_path = tmp_path_factory.mktemp("jupyter")
    for name, values in SETTINGS.items():
        file = tmp_path / f"settings/@jupyterlab/{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), encoding="ascii")
    port, log = free_port(), tmp_path / "lab.log"
    own = {f"JUPYTER_{name}_DIR": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    options = {
        "ServerApp.root_dir": cohort,
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.allow_root": True,
        "IdentityProvider.token": "",
        "LabApp.user_settings_dir": tmp_path / "settings",
        "LabApp.workspaces_dir": tmp_path / "workspaces",
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.news_url": "",
        "LabApp.extension_manager": "readonly",
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--expose-app-in-browser"]
    command += [f"--{name}={value}" for name, value in options.items()]
    home = os.environ | own | {"HOME": str(tmp_path / "home"), "IPYTHONDIR": str(tmp_path / "ipython"), "PYTHONUTF8": "1"}
    with log.open("wb") as sink:
        process = subprocess.Popen(command, env=home, cwd=cohort, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        wait(address, process, log)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:  # it waits for a kernel that has not come up
            process.kill()
            process.wait()


def wait(address: str, process: "subprocess.Popen[bytes]", log: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    with httpx.Client() as client:
        while time.monotonic() < deadline:
            assert process.poll() is None, log.read_text(encoding="utf-8")
            try:
                client.get(f"{address}/api").raise_for_status()
                return
            except httpx.TransportError:
                time.sleep(0.1)
    raise TimeoutError(log.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, lab: str) -> Iterator[Page]:
    """JupyterLab's window. Whatever it asks of anyone else fails the test."""
    own = browser.new_page(viewport=ViewportSize(width=1280, height=1000))
    own.set_default_timeout(30_000)
    asked: list[str] = []
    own.on("request", lambda request: asked.append(request.url))
    own.goto(f"{lab}/lab/tree/{FOLDER}")
    own.wait_for_function("window.jupyterapp?.commands.hasCommand('docmanager:open')")
    own.evaluate("window.jupyterapp.restored")
    yield own
    own.close()
    assert not [url for url in asked if not url.startswith((lab, "data:", "blob:"))]


def built(cohort: Path) -> Manifest:
    build(cohort)
    return load((cohort / "bygget/manifest.json").read_text(encoding="utf-8"))


def run(page: Page, name: str) -> Any:
    return page.evaluate(RUN, f"{FOLDER}/{name}")


def reword(page: Page, old: str, new: str) -> None:
    """As a facilitator does it: double-click on the text, write, and let the cell be shown again."""
    page.get_by_role("heading", name=old).dblclick()
    line = page.locator(".jp-Cell.jp-mod-active .cm-line", has_text=old)
    line.click()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.type(f"### {new}")
    page.keyboard.press("Shift+Enter")
    expect(page.get_by_role("heading", name=new)).to_be_visible()


def test_a_question_is_reworded_in_jupyterlab_and_the_page_built_anew_with_the_same_keys(page: Page, cohort: Path) -> None:
    before = built(cohort)
    result = run(page, "forberedelse-1.ipynb")
    assert result["ran"]
    assert result["wrong"] == []
    notebook = page.locator(".jp-NotebookPanel")
    expect(notebook.get_by_role("textbox", name=OLD)).to_be_visible()
    expect(notebook.get_by_role("textbox", name=OLD)).not_to_have_value("")  # the constructed leader's words
    reword(page, OLD, NEW)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    expect(notebook.get_by_role("textbox", name=NEW)).to_be_visible()
    page.keyboard.press("Control+s")
    page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")

    after = built(cohort)
    for was, now in zip(before.steps, after.steps, strict=True):
        assert [field.key for field in was.fields] == [field.key for field in now.fields]
    changed = [
        (was.label, now.label)
        for old, new in zip(before.steps, after.steps, strict=True)
        for was, now in zip(old.fields, new.fields, strict=True)
        if was.label != now.label
    ]
    assert changed == [(OLD, NEW)]
    assert f"### {NEW}" in (cohort / "bygget/forberedelse-1.ipynb").read_text(encoding="utf-8")
    assert '"outputs": []' in (cohort / "bygget/forberedelse-1.ipynb").read_text(encoding="utf-8")


def test_notebooks_open_in_jupyterlab_and_run_with_the_constructed_leader(page: Page, cohort: Path) -> None:
    """Fields, computed parts and a room between them; nbval runs every notebook."""
    for name in ("velkomst.ipynb", "forberedelse-1.ipynb", "workshop-1.ipynb"):
        assert (cohort / FOLDER / name).is_file()
        result = run(page, name)
        assert result["ran"], name
        assert result["wrong"] == [], name
        assert result["fields"] > 0, name
        page.evaluate(CLOSE)
