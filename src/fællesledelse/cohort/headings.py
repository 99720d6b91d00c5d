"""The row of headings in a table that people make: which column is which, however they spell it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import Finding
from ..names import nearest
from .table import Row

Names = Mapping[str, Sequence[str]]
"""Each column's heading with the other headings people write for it, in lower case."""

_ABOVE = 20
"""A sheet may have a title and some lines above its headings; so many rows are looked at."""


@dataclass(frozen=True)
class Headings:
    """Where each known column is, from 1; what is wrong; and, by its column, what we don't know."""

    row: int
    places: dict[str, int]
    findings: tuple[Finding, ...]
    own: dict[int, str]


def bare(heading: str) -> str:
    """A heading without what people spell differently: case, blanks, hyphens, full stops."""
    return re.sub(r"[\W_]+", "", heading.lower())


def find(rows: Sequence[Row], names: Names) -> int:
    """The index of the row that has most of the known headings; the first where several have, or none has any."""
    known = spellings(names)

    def many(index: int) -> int:
        return len({bare(cell.text) for cell in rows[index].cells} & set(known))

    return max(range(min(len(rows), _ABOVE)), key=many)


def read(header: Row, file: str, names: Names, required: Sequence[str]) -> Headings:
    """The columns of a row of headings. One that stands twice or is missing is a finding."""
    known = spellings(names)
    places: dict[str, int] = {}
    own: dict[int, str] = {}
    findings = []
    for number, cell in enumerate(header.cells, 1):
        column = known.get(bare(cell.text))
        if column is None and cell.text:
            own[number] = cell.text
        elif column in places:
            why = f"Kolonnen {column!r} står to gange ({cell.text!r} her, og kolonne {places[column]}). Slet den ene."
            findings.append(Finding(file, why, header.number, number))
        elif column is not None:
            places[column] = number
    todo = "Den første linje skal have overskrifterne: " + ", ".join(names) + "."
    missing = [column for column in required if column not in places]
    findings += [Finding(file, f"Kolonnen {column!r} mangler. {todo}", header.number) for column in missing]
    return Headings(header.number, places, tuple(findings), own)


def hint(heading: str, names: Names) -> str:
    """The known heading that was perhaps meant, or all of them."""
    return meant(heading, names) or f" De kendte er: {', '.join(names)}."


def meant(heading: str, names: Names) -> str:
    """The known heading that was perhaps meant, or nothing."""
    return nearest(heading, [*names, *spellings(names)])


def spellings(names: Names) -> dict[str, str]:
    """Every known spelling, bare, with the heading it stands for."""
    return {bare(one): column for column, others in names.items() for one in (column, *others)}
