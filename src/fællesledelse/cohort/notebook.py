"""A notebook page: read from its file, guarded, and put in the one form that is built.

Of a notebook only the text of its Markdown and code cells is kept. Metadata, outputs, ids and empty cells are
made anew or left out, so nothing rides along and the same text gives the same bytes.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict

from .. import cells
from ..errors import CohortError, Finding
from ..model import Activity, Field, FieldKind, Point, RunSheet
from ..vocabulary import Call, FieldSpec, placed
from . import prose, sheet, words
from .file import Source

LIMIT = 2 * 1024 * 1024
"""Bytes of a notebook file."""

CELLS = 400
"""Cells of a page. The longest we ship has a quarter of that."""

FOLDER = "notebooks"
_PARAMETERS = "parameters"
_INJECTED = "injected-parameters"
_ONLY = {activity: activity.value.replace("ø", "oe") for activity in Activity}
"""The tag of cells that stand only on the page of a period with that activity."""


@dataclass(frozen=True)
class Page:
    """What a page asks and shows, its cells in the form they are built, and everything that is wrong with it."""

    notebook: NotebookNode
    fields: tuple[Field, ...]
    reads: tuple[str, ...]
    placeholders: tuple[str, ...]
    findings: tuple[Finding, ...]
    contract: tuple[Point, ...] = ()
    run_sheets: tuple[RunSheet, ...] = ()
    file: str = ""


@dataclass(frozen=True)
class _Prose:
    """A Markdown cell that calls below it refer to: its name in findings, its id, and what it says."""

    file: str
    identity: str
    source: str
    question: prose.Question


def file_name(stem: str) -> str:
    """Where a notebook stands in the cohort folder, as findings name it."""
    return f"{FOLDER}/{stem}.ipynb"


def read(path: Path) -> NotebookNode:
    """The cells of a notebook file, unguarded. Raises CohortError if it is no notebook."""
    name = file_name(path.stem)
    if path.stat().st_size > LIMIT:
        why = (
            f"Notebooken fylder over {LIMIT // 1024 // 1024} MB. Slet output og billeder (Edit, Clear All Outputs), og gem."
        )
        raise CohortError([Finding(name, why)])
    try:
        data = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        why = "Filen er ikke en notebook, eller den er gået i stykker. Gem den igen i JupyterLab, eller hent en frisk kopi."
        raise CohortError([Finding(name, why)]) from None
    found = data.get("cells") if isinstance(data, dict) and data.get("nbformat") == 4 else None
    if not isinstance(found, list) or not all(map(_is_cell, found)):
        raise CohortError(
            [Finding(name, "Filen er gemt i et format, vi ikke kan læse. Åbn den i JupyterLab, og gem den igen.")]
        )
    if len(found) > CELLS:
        raise CohortError([Finding(name, f"Siden har over {CELLS} celler. Del den i flere trin.")])
    return _notebook([_cell(cell) for cell in found])


def examine(
    notebook: NotebookNode,
    step: str | None = None,
    known_steps: Collection[str] | None = None,
    *,
    source: Source | None = None,
    known: dict[str, words.Word] | None = None,
) -> Page:
    """Guard every cell of a notebook and read what it asks.

    ``step`` is the name the page must open with, ``known_steps`` the steps whose days the text may name; None: any.
    ``source`` says what of the notebook is built: of a period only the cells for its activity. ``known`` are the words that
    the placeholders will become, as far as anybody knows yet.
    """
    return _Reader(step, known_steps, source or Source(step or "siden"), known).read(notebook)


def stands(cell: NotebookNode, activity: Activity | None) -> bool:
    """Whether a cell stands on the page of a period with that activity: it has no tag, or that one. None: any cell does."""
    tags = set(_tags(cell)) & set(_ONLY.values())
    return activity is None or not tags or _ONLY[activity] in tags


def filled(notebook: NotebookNode, known: dict[str, words.Word]) -> NotebookNode:
    """The notebook with the cohort's words in its Markdown."""
    return _notebook(
        [
            {**cell, "source": words.fill(cell.source, known)} if cell.cell_type == "markdown" else cell
            for cell in notebook.cells
        ]
    )


def with_parameters(notebook: NotebookNode, values: dict[str, str]) -> NotebookNode:
    """The notebook with the cell that sets its parameters, right after their defaults."""
    first = next(n for n, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    cell = _code(cells.injected(values), [_INJECTED])
    return _notebook([*notebook.cells[: first + 1], cell, *notebook.cells[first + 1 :]])


class _Reader:
    """Walks through one notebook, cell by cell."""

    def __init__(
        self,
        step: str | None,
        known_steps: Collection[str] | None,
        source: Source,
        known: dict[str, words.Word] | None,
    ) -> None:
        self.file, self.source = file_name(source.notebook), source
        self.step, self.known_steps, self.known = step, known_steps, known
        self.kept: list[dict[str, Any]] = []
        self.fields: list[Field] = []
        self.reads: list[str] = []
        self.placeholders: list[str] = []
        self.findings: list[Finding] = []
        self.code = 0
        self.above: _Prose | None = None
        self.contract: tuple[Point, ...] = ()
        self.run_sheets: dict[int, RunSheet] = {}

    def read(self, notebook: NotebookNode) -> Page:
        for number, cell in enumerate(notebook.cells, 1):
            if _INJECTED not in _tags(cell) and str(cell.source).strip() and stands(cell, self.source.activity):
                self.cell(cell, f"{self.file}, celle {number}")
        if self.code < 2:
            why = "Siden mangler de to første kodecellers åbning. Kopiér dem fra en af de andre sider."
            self.findings.append(Finding(self.file, why))
        return Page(
            _notebook(self.kept),
            tuple(self.fields),
            tuple(self.reads),
            tuple(self.placeholders),
            tuple(self.findings),
            self.contract,
            tuple(sorted(self.run_sheets.values(), key=lambda one: one.people)),
            self.file,
        )

    def cell(self, cell: NotebookNode, file: str) -> None:
        if cell.get("attachments"):
            self.findings.append(
                Finding(file, "Cellen har et vedhæftet billede. Billeder kan ikke vises på siderne. Slet det.")
            )
        if cell.cell_type == "markdown":
            self.prose(cell.source, file)
        elif cell.cell_type == "code":
            self.code += 1
            self.line(cell.source, file)
        else:
            self.findings.append(Finding(file, "Cellen er af slagsen Raw. Lav den om til Markdown, eller slet den."))

    def prose(self, source: str, file: str) -> None:
        unknown = list(words.check(source, file, self.known_steps, self.source.kind))
        self.findings += unknown
        self.placeholders += words.used(source)
        self.findings += prose.check(source, file)
        self.kept.append({"cell_type": "markdown", "metadata": {}, "source": source})
        asked = source if unknown or self.known is None else words.fill(source, self.known)
        self.above = _Prose(file, f"cell-{len(self.kept):02}", source, prose.question(asked))

    def line(self, source: str, file: str) -> None:
        if self.code == 1:
            text, findings = cells.parameters(source, file)
        elif self.code == 2:
            text, findings = cells.opening(source, file, self.step, self.source.kind is not None)
        else:
            text, asked, findings = cells.call(source, file)
            self.asks(placed(asked, self.step or ""), file)
        self.findings += findings
        if text:
            self.kept.append(_code(text, [_PARAMETERS] if self.code == 1 else []))

    def asks(self, asked: Call, file: str) -> None:
        self.reads += [key for key in asked.reads if key not in self.reads]
        if self.step not in (None, "privat-tillaeg") and any(key.split(".")[0] == "private" for key in asked.reads):
            why = "Det private tillæg kan ikke vises på en anden side. Det er skrevet for at blive, hvor det er."
            self.findings.append(Finding(file, why))
        parts = {spec.part for spec in asked.fields if spec.part is not None}
        if asked.people:
            self.sheet(asked.people, file)
        if asked.fields and not self.above:
            self.findings.append(
                Finding(file, "Der står intet spørgsmål over feltet. Skriv det i en Markdown-celle lige ovenfor.")
            )
        elif self.above and asked.proposes:
            self.proposal(asked.fields, self.above, file)
        elif self.above and parts and len(self.above.question.bullets) != len(parts):
            why = (
                f"Kortene har {len(parts)} dele, men punktlisten i teksten ovenfor har {len(self.above.question.bullets)}"
                " punkter. Der skal være ét punkt for hver del."
            )
            self.findings.append(Finding(file, why))
        else:
            self.add(asked.fields, file, self.above.question.bullets if self.above else ())

    def proposal(self, specs: tuple[FieldSpec, ...], above: _Prose, file: str) -> None:
        """The contract that the prose above proposes, and the fields it is rewritten in."""
        script = sheet.points(above.source, above.file, len(specs), specs[0].limit)
        self.findings += script.findings
        if script.points:
            self.contract = script.points
            self.add(specs, file, tuple(point.title for point in script.points))

    def sheet(self, people: int, file: str) -> None:
        """The run sheet that the prose above holds."""
        if people in self.run_sheets:
            why = f"Der er allerede en drejebog for {people} på siden. Slet den ene, eller ret tallet i page.run_sheet."
            self.findings.append(Finding(file, why))
            return
        source, place = (self.above.source, self.above.file) if self.above else ("", file)
        script = sheet.phases(source, place, people)
        self.findings += script.findings
        self.run_sheets[people] = script.run_sheet(people)

    def add(self, specs: tuple[FieldSpec, ...], file: str, parts: tuple[str, ...]) -> None:
        for spec in specs:
            if any(spec.key == field.key for field in self.fields):
                self.findings.append(
                    Finding(file, f"Feltet {spec.key!r} står to gange på siden. Giv det ene et andet navn.")
                )
            elif self.above:
                options = parts if spec.kind is FieldKind.PICK else ()
                if spec.kind is FieldKind.PICK and len(options) < 2:
                    self.lonely(options, self.above, file)
                label = self.above.question.label if spec.part is None else parts[spec.part]
                settings = (spec.limit, spec.readers, spec.core, self.above.identity, options)
                self.fields.append(Field(spec.key, spec.kind, label, *settings))

    def lonely(self, options: tuple[str, ...], above: _Prose, file: str) -> None:
        """Too little to pick from, unless nobody knows yet what the placeholders above become."""
        if self.known is None and words.used(above.source):
            return
        why = "Der er intet at vælge imellem. Skriv mulighederne som en punktliste i teksten ovenfor."
        if options:
            where = f" på siden {self.step!r}" if self.step else ""
            why = (
                f"Der er kun {options[0]!r} at vælge{where}. Skriv en mulighed mere i punktlisten i teksten ovenfor, for "
                "eksempel: - Ingen af dem"
            )
        self.findings.append(Finding(file, why))


def _is_cell(cell: Any) -> bool:
    if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
        return False
    source = cell.get("source")
    return isinstance(source, str) or (isinstance(source, list) and all(isinstance(line, str) for line in source))


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    """The text of a cell, what the guard must see of the rest, and nothing more."""
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    kept: dict[str, Any] = {"cell_type": cell["cell_type"], "metadata": {}, "source": source}
    if isinstance(tags, list):
        kept["metadata"]["tags"] = [tag for tag in tags if tag in (_PARAMETERS, _INJECTED, *_ONLY.values())]
    if cell.get("attachments"):
        kept["attachments"] = {"x": {}}
    return kept


def _tags(cell: dict[str, Any]) -> list[str]:
    return list(cell.get("metadata", {}).get("tags") or [])


def _code(source: str, tags: list[str]) -> dict[str, Any]:
    metadata = {"tags": tags} if tags else {}
    return {"cell_type": "code", "metadata": metadata, "source": source}


def _notebook(found: list[dict[str, Any]]) -> NotebookNode:
    """A notebook of those cells, with ids that count them and the same metadata always."""
    numbered: list[dict[str, Any]] = []
    count = 0
    for cell in found:
        own = _INJECTED in _tags(cell)
        count += not own
        rest: dict[str, Any] = {"execution_count": None, "outputs": []} if cell["cell_type"] == "code" else {}
        numbered.append({**cell, **rest, "id": _INJECTED if own else f"cell-{count:02}"})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    data = {"cells": numbered, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    made: NotebookNode = from_dict(data)  # type: ignore[no-untyped-call]  # nbformat has no types
    return made
