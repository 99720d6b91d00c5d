"""The charter of a network: composed from what a facilitator has written, released in versions, read by all its members.

What is released is a charter page's fields with the readers ``published``, under the headings they stand under, with the
questions as they were asked that day. So a question that is reworded later changes no version that is out.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from nbformat import NotebookNode

from ..danish import COPENHAGEN
from ..documents.charter import Change, Charter, Entry, Theme, changes
from ..model import Field, FieldKind, Readers, Step, StepKind
from ..store import CharterVersion, Store
from .house import House
from .shelf import Cohort

_HEADING = re.compile(r"^## +(.+?)(?: \(\d+ min\))?\s*$", re.MULTILINE)
_RULE = re.compile(r"[|:\s-]+")


def pages(cohort: Cohort) -> list[Step]:
    """The pages that only its facilitators write on."""
    return [step for step in cohort.manifest.steps if step.kind is StepKind.CHARTER]


def fields(cohort: Cohort) -> list[Field]:
    """The fields that a charter is made of, in the order of the pages; one that stands on two of them once."""
    found = {field.key: field for step in reversed(pages(cohort)) for field in reversed(step.fields)}
    return [field for field in reversed(found.values()) if field.readers is Readers.PUBLISHED]


async def released(house: House, gathering: str) -> Charter | None:
    """The newest version of a gathering's charter; None while none is released."""
    found = await versions(house, gathering)
    return found[0] if found else None


async def versions(house: House, gathering: str) -> list[Charter]:
    """Every version, the newest first, each with what has changed since the one before."""
    cohort = house.shelf.find(gathering)
    return [] if cohort is None else await house.ask(of, house.store, cohort)


def composed(cohort: Cohort, texts: Mapping[str, str], by: str) -> dict[str, Any]:
    """What is stored of a charter with those texts (by key), released by someone of that name."""
    asked = {field.key for field in fields(cohort)}
    themes: dict[str, list[dict[str, Any]]] = {}
    for step in pages(cohort):
        cells = cohort.notebooks[step.name].cells
        titles, prose = dict(_titles(step, cells)), {cell.id: cell.source for cell in cells}
        for field in (field for field in step.fields if field.key in asked):
            asked.discard(field.key)  # the first page that asks it has it
            entry = _entry(field, texts.get(field.key, ""), prose.get(field.prose, ""))
            if field.core or entry["text"]:
                themes.setdefault(titles.get(field.prose, step.title), []).append(entry)
    return {"by": by, "themes": [{"title": title, "entries": entries} for title, entries in themes.items()]}


def read(cohort: Cohort, content: Mapping[str, Any], number: int, day: date, before: Charter | None = None) -> Charter:
    """The charter that ``composed`` made; ``number`` is 0 while it has not been released."""
    themes = tuple(Theme(each["title"], tuple(map(_read, each["entries"]))) for each in content["themes"])
    charter = Charter(cohort.manifest.name, cohort.manifest.organisation, number, day, content["by"], themes)
    return _since(before, charter) if before else charter


def of(store: Store, cohort: Cohort) -> list[Charter]:
    """The same of a cohort at hand. Asks the store: call it in a thread."""
    found: list[Charter] = []
    for each in reversed(store.charters.all(cohort.manifest.gathering)):
        found.append(_version(cohort, each, found[-1] if found else None))
    return found[::-1]


def _version(cohort: Cohort, found: CharterVersion, before: Charter | None) -> Charter:
    return read(cohort, found.content, found.number, found.made_at.astimezone(COPENHAGEN).date(), before)


def _since(before: Charter, now: Charter) -> Charter:
    told: tuple[Change, ...] = changes(before, now)
    return Charter(now.network, now.organisation, now.number, now.day, now.by, now.themes, told)


def _titles(step: Step, cells: list[NotebookNode]) -> Iterator[tuple[str, str]]:
    """The heading that each cell stands under, by the cell's id."""
    title = step.title
    for cell in cells:
        if cell.cell_type == "markdown":
            title = (_HEADING.findall(cell.source) or [title])[-1]
        yield cell.id, title


def _entry(field: Field, text: str, prose: str) -> dict[str, Any]:
    weighed = _weighed(prose, text) if field.kind is FieldKind.PICK else []
    return {"key": field.key, "kind": field.kind.value, "question": field.label, "text": text.strip(), "weighed": weighed}


def _weighed(prose: str, option: str) -> list[list[str]]:
    """What the table in a text says of an option: its headings and that row's cells, but for the first column."""
    rows = [_cells(line) for line in prose.splitlines() if line.lstrip().startswith("|") and not _RULE.fullmatch(line)]
    row = next((row for row in rows[1:] if option and row[0] == option), None)
    return [] if row is None else [list(pair) for pair in zip(rows[0][1:], row[1:], strict=False)]


def _cells(line: str) -> list[str]:
    return [cell.strip().strip("*") for cell in line.strip().strip("|").split("|")]


def _read(told: Mapping[str, Any]) -> Entry:
    weighed = tuple((title, text) for title, text in told["weighed"])
    return Entry(told["key"], FieldKind(told["kind"]), told["question"], told["text"], weighed)
