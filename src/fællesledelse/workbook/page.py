"""The page a notebook opens: one call per cell, the last expression of the cell is what is seen.

Fields are widgets that save from the browser. What is computed from them (what was written earlier, the draft) is
read through the connection when the page opens and again each time a field reports a save.
"""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ipywidgets import HTML, DOMWidget

from .. import vocabulary
from ..errors import ConnectionLost
from ..vocabulary import DRAFT, LIVING, PERIOD, Call, covers, own, placed
from . import living, meetings, view
from .connection import Connection, Nobody, ServerConnection, inherited
from .fields import Field, ServedField, describe
from .mirror import Mirror
from .sandbox import Sandbox

SOCKET = "FAELLESLEDELSE_SOCKET"
"""The environment variable that names the inherited socket, empty where there is none yet. Pages that run where it is set
are the server's and are nobody's until they are bound; without it a page is a sandbox."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Computed:
    """A widget that shows what is computed from the texts of ``reads``, and what brings it up to date."""

    reads: tuple[str, ...]
    widget: DOMWidget
    refresh: Callable[[], None]


class Page:
    """One step of the workbook. Its methods are exactly the names of the vocabulary."""

    def __init__(self, connection: Connection, step: str) -> None:
        self._connection = connection
        self._step = step
        self._computed: list[Computed] = []

    def text(
        self,
        key: str,
        *,
        lines: int = 4,
        limit: int = 4000,
        extra: bool = False,
        readers: str = "self",
        sources: list[str] | None = None,
    ) -> Field:
        """A text. ``sources`` are keys whose chosen sentences can be carried in."""
        call = vocabulary.text(key, lines=lines, limit=limit, extra=extra, readers=readers, sources=sources)
        return self._field(call, lines=lines)

    def cards(
        self, key: str, *, parts: list[str], count: int = 3, limit: int = 1500, extra: bool = False, readers: str = "self"
    ) -> Field:
        """Up to ``count`` cards with the same parts; bullet n of the prose above labels part n."""
        call = vocabulary.cards(key, parts=parts, count=count, limit=limit, extra=extra, readers=readers)
        return self._field(call, lines=2)

    def private(self, key: str, *, lines: int = 5, limit: int = 8000) -> Field:
        """A text of the private annex."""
        return self._field(vocabulary.private(key, lines=lines, limit=limit), lines=lines)

    def choose(self, key: str, *, sources: list[str], most: int = 8) -> Field:
        """Own sentences from ``sources``, of which at most ``most`` are chosen."""
        return self._field(vocabulary.choose(key, sources=sources, most=most), lines=2, most=most)

    def pick(self, key: str, *, extra: bool = False, readers: str = "self") -> Field:
        """One of the bullets of the prose above."""
        return self._field(vocabulary.pick(key, extra=extra, readers=readers), lines=1)

    def date(self, key: str, *, extra: bool = False, readers: str = "self") -> Field:
        """A day the leader sets."""
        return self._field(vocabulary.date(key, extra=extra, readers=readers), lines=1)

    def earlier(self, *keys: str) -> HTML:
        """What the leader wrote before, to read."""
        reads = placed(vocabulary.earlier(*keys), self._step).reads
        return self._show(reads, lambda: view.earlier(self._connection.answers(reads), reads))

    def draft(self) -> HTML:
        """The foundation as it stands, with its length and reading time."""
        return self._show(DRAFT, lambda: view.draft(self._connection.answers(DRAFT)))

    def mirror(self) -> Mirror:
        """The mirror for empty words: at most three questions about the draft, only when the leader asks."""
        mirror = Mirror(lambda: self._connection.answers(DRAFT))
        self._computed.append(Computed(DRAFT, mirror, mirror.refresh))
        return mirror

    def contract(self, *, parts: list[str], limit: int = 800) -> HTML | Field:
        """The group's contract. Bullet n of the prose above proposes part n; without parts it is only there to read."""
        call = vocabulary.contract(parts=parts, limit=limit)
        if call.fields and not self._connection.served:
            return self._field(call, lines=2)
        return self._part("contract", parts=" ".join(parts))

    def run_sheet(self, *, people: int) -> HTML:
        """Nothing to see: the prose above is the run sheet, and this says for how many, so that the page can fold it."""
        return HTML(view.part("run-sheet", people=str(vocabulary.run_sheet(people=people).people)))

    def room(self) -> HTML:
        """The workshop as a room: the phase, the roles and the time, the same for the whole group."""
        return self._part("room")

    def give(self, kind: str, *, rounds: int = 1) -> HTML:
        """Where a leader gives the others sentences: ``harvest``, ``promise`` or ``words``."""
        vocabulary.give(kind, rounds=rounds)
        return self._part("give", kind=kind, rounds=str(rounds))

    def received(self, kind: str, *, beside: list[str] | None = None) -> HTML:
        """The sentences the others have given. ``beside`` are keys of own texts to hold them against."""
        reads = placed(vocabulary.received(kind, beside=beside), self._step).reads
        return self._part("received", kind=kind, **({"beside": " ".join(reads)} if reads else {}))

    def share(self) -> HTML:
        """Where the draft is shared with the group as it stands now, and where a shared one is taken back."""
        return self._part("share")

    def readings(self) -> HTML:
        """The drafts of the others, to be read in silence, and where feedback on them is given."""
        return self._part("readings")

    def feedback(self) -> HTML:
        """The feedback received on each shared draft, and where two points are picked."""
        return self._part("feedback")

    def revision(self) -> HTML:
        """The draft now against the one that was shared last, and which points the change answers."""
        return self._part("revision")

    def publish(self) -> HTML:
        """Where the foundation comes out: date, readers, what goes in, Word, PDF and reviews as calendar files."""
        return self._part("publish")

    def release(self, card: str) -> HTML:
        """Where an experiment card is let go to the group or, in parts, onto the cohort's board."""
        vocabulary.release(card)
        return self._part("release", card=own(card, self._step))

    def visit(self, card: str) -> HTML:
        """Who I visit at work and who visits me, and the cards we give each other."""
        vocabulary.visit(card)
        return self._part("visit", card=own(card, self._step))

    def case(self, card: str) -> HTML:
        """Where the case for a meeting is shared with the network, and taken back."""
        vocabulary.case(card)
        return self._part("case", card=own(card, self._step))

    def cases(self, card: str) -> HTML:
        """Who is host, keeps the time and brings a case to the meeting, and the cases that the others have shared."""
        vocabulary.cases(card)
        return self._part("cases", card=own(card, self._step))

    def living(self) -> HTML:
        """Each promise of the foundation, with what tested it and what others saw and said about it."""
        return self._show(LIVING, self._living)

    def path(self) -> HTML:
        """The way through the programme: dates, where I am, what is next, and what I have promised to try."""
        return self._show((PERIOD,), self._path)

    def duties(self) -> HTML:
        """Who is host, keeps the time and brings a case: at the page's own meeting, else at all those to come."""
        return self._show((), lambda: view.duties(self._connection.way(), self._step))

    def finish(self) -> HTML:
        """Where the leader marks the step as done."""
        return self._show((), self._finish)

    def _living(self) -> str:
        here = self._connection
        return living.shown(here.answers(LIVING), here.way(), here.heard())

    def _finish(self) -> str:
        way = self._connection.way()
        return meetings.finish(way, self._step) if meetings.meets(way) else view.finish(way, self._step)

    def _path(self) -> str:
        way = self._connection.way()
        if meetings.meets(way):
            return meetings.path(way)
        return view.path(way, living.promised(self._connection.answers((PERIOD,)), way))

    def _field(self, call: Call, *, lines: int, most: int = 0) -> Field:
        call = placed(call, self._step)
        keys = tuple(spec.key for spec in call.fields)
        values = self._connection.own(keys + call.reads)
        kind = ServedField if self._connection.served else Field
        field = kind(describe(call, lines=lines, most=most), values=values, saved=self._refresh)
        field.observe(self._keep, "values")
        return field

    def _part(self, name: str, **data: str) -> HTML:
        """A place that the page's own script fills in. Without a server: what it may look like, with constructed people."""
        example = self._connection.example(f"{name}.{data['kind']}" if "kind" in data else name)
        if example is None:
            return HTML(view.part(name, **data))
        beside = tuple(data.get("beside", "").split())
        return HTML(view.example(example) + (view.earlier(self._connection.answers(beside), beside) if beside else ""))

    def _keep(self, change: dict[str, dict[str, str]]) -> None:
        """Called in the sandbox, where a field's text lives in the widget and no server acknowledges anything."""
        self._connection.keep(change["new"])
        for key in change["new"]:
            if change["new"][key] != change["old"].get(key):
                self._refresh(key, 0)

    def _show(self, reads: tuple[str, ...], render: Callable[[], str]) -> HTML:
        widget = HTML()
        refresh = partial(_fill, widget, render)
        self._computed.append(Computed(reads, widget, refresh))
        refresh()
        return widget

    def _refresh(self, key: str, version: int) -> None:
        """Called by a field when the server has acknowledged that ``version`` of ``key`` is kept."""
        for part in self._computed:
            if covers(part.reads, key):
                part.refresh()


def _fill(widget: HTML, render: Callable[[], str]) -> None:
    """Whatever is wrong, the leader sees a sentence and never a stack trace; what was shown before stays."""
    try:
        widget.value = render()
    except Exception as problem:
        # another error's message may quote what the leader wrote
        log.warning("%s", problem if isinstance(problem, ConnectionLost) else type(problem).__name__)
        if not widget.value:
            widget.value = view.away()


def open_page(cohort: str, *, step: str) -> Page:
    """The page of that step.

    ``cohort`` is the parameter papermill fills in; the server knows the gathering from the session, so it only has to be
    text. Without a server behind the kernel the page is a sandbox with a constructed leader.
    """
    return Page(connection_of(cohort), step)


def connection_of(cohort: str) -> Connection:
    """Where a page that is run now reads from. Raises TypeError if ``cohort`` isn't text."""
    if not isinstance(cohort, str):
        raise TypeError(f"cohort must be text, not {cohort!r}")
    return Nobody() if SOCKET in os.environ else Sandbox()


def bind(page: Page, connection: Connection) -> None:
    """A page that was run before anyone had opened it is this connection's from now on."""
    page._connection = connection
    for part in page._computed:
        part.refresh()


def computed(page: Page) -> tuple[Computed, ...]:
    """The computed parts of a page, in its order."""
    return tuple(page._computed)


def take_connection() -> ServerConnection:
    """The server's socket, for the one who binds the page to it. Called once in a kernel."""
    descriptor = int(os.environ[SOCKET])
    os.environ[SOCKET] = ""
    return inherited(descriptor)
