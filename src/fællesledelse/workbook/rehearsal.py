"""The pages of a build, run before anyone has opened one: a process that was forked from here has only to bind its own.

The widgets' ids follow from the step and their order, so they are the same in every process that has run the page, and
what a browser shows outlives the kernel that made it.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import comm
import ipywidgets
from ipykernel.zmqshell import ZMQInteractiveShell

from ..kernels.app import KernelApp
from .connection import Nobody
from .page import Page

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rehearsed:
    """A page that has been run.

    ``shown`` is what each code cell showed, in order: None where there was nothing to see, ``FAILED`` where it raised.
    ``names`` are those its cells gave values; ``models`` the ids of all its widgets.
    """

    page: Page
    shown: tuple[ipywidgets.Widget | str | None, ...]
    names: dict[str, Any]
    models: frozenset[str]


FAILED = "failed"
NO_HISTORY = "--HistoryManager.enabled=False"  # else it keeps a database of what it has run

REHEARSED: dict[str, Rehearsed] = {}
"""By step."""


def rehearse_all(pages: str) -> None:
    """Run every page. ``pages`` is a JSON object: the sources of the code cells, by step."""
    for step, sources in json.loads(pages).items():
        rehearse(step, sources)


def rehearse(step: str, sources: list[str]) -> Rehearsed:
    """Run the code cells of one page."""
    shell = _shell()
    with _own_names(shell) as names, _numbered_comms(step) as models:
        shown = tuple(_run(shell, source) for source in sources)
    page = names.get("page") or Page(Nobody(), step)
    REHEARSED[step] = Rehearsed(page, shown, names, frozenset(models))
    return REHEARSED[step]


def _shell() -> ZMQInteractiveShell:
    """The shell of the kernel that a fork of this process, or this one, will be."""
    app = KernelApp.instance()
    if app.kernel is None:
        app.prepare([NO_HISTORY])
    shell: ZMQInteractiveShell = app.kernel.shell
    return shell


def _run(shell: ZMQInteractiveShell, source: str) -> ipywidgets.Widget | str | None:
    try:
        shown = _value(shell, source)
    except Exception as problem:
        log.error("A cell failed with %s", type(problem).__name__)
        return FAILED
    return shown if isinstance(shown, ipywidgets.Widget) else None


def _value(shell: ZMQInteractiveShell, source: str) -> object:
    """Of a cell that is an expression; of another nothing."""
    try:
        compile(source, "", "eval")
    except SyntaxError:
        return shell.ex(source)
    return shell.ev(source)


@contextmanager
def _own_names(shell: ZMQInteractiveShell) -> Iterator[dict[str, Any]]:
    """The names that the page's cells give values; the next page begins without them."""
    before = dict(shell.user_ns)
    names: dict[str, Any] = {}
    yield names
    names.update({name: value for name, value in shell.user_ns.items() if name not in before})
    for name in names:
        del shell.user_ns[name]


@contextmanager
def _numbered_comms(step: str) -> Iterator[list[str]]:
    """Comms get ids that are the same each time. ``comm.create_comm`` is the hook that every kernel sets as it likes."""
    create, models = comm.create_comm, list[str]()

    def numbered(**kwargs: Any) -> Any:
        models.append(uuid5(NAMESPACE_URL, f"{step}/{len(models)}").hex)
        return create(**{"comm_id": models[-1]} | kwargs)

    comm.create_comm = numbered
    try:
        yield models
    finally:
        comm.create_comm = create
