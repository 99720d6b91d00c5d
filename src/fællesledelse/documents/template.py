"""The organisation's Word template: the fields it may have, and what is wrong with it, in words for whoever edits it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ..errors import CohortError, Finding
from ..names import nearest
from ..share import share
from .package import Package, Refused, W, opened

if TYPE_CHECKING:
    from lxml import etree

TEMPLATE = "ledelsesgrundlag.docx"
"""The template's file name: packaged, in the cohort folder's ``FOLDER``, and in what the builder has built."""

FOLDER = "skabeloner"
"""Where a cohort folder keeps the organisation's own template."""

Shape: TypeAlias = "list[Shape] | dict[str, Shape] | None"
"""What a field holds: None is text, a list has one member that tells what each of its members is."""

FIELDS: dict[str, Shape] = {
    "navn": None,
    "titel": None,
    "organisation": None,
    "hold": None,
    "dato": None,
    "version": None,
    "overskrifter": [{"titel": None, "afsnit": [None]}],
    "aftalt": [None],
}
"""Every field a template may have."""

_REQUIRED = {
    "navn": "{{ navn }}",
    "dato": "{{ dato }}",
    "version": "{{ version }}",
    "overskrifter.titel": "{{ overskrift.titel }}",
    "overskrifter.afsnit": "{{ afsnit }}",
    "aftalt": "{{ punkt }} i en løkke over aftalt",
}
"""What every template must have, so that nothing a leader publishes is left out; and how it is written."""

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_LOOSE = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
_FIELD = re.compile(r"\{\{\s*([^\W\d][\w.]*)\s*\}\}")
_STATEMENT = re.compile(r"\{%(p|tr|tc|r)?\s+(?:for ([^\W\d]\w*) in ([\w.]+)|if ([\w.]+)|(else|endfor|endif))\s*%\}")
_HELP = "Hent den medfølgende skabelon, og se, hvordan den gør."


def packaged() -> bytes:
    """The template that travels with the package."""
    return (share("templates/documents") / TEMPLATE).read_bytes()


def check(data: bytes, file: str = TEMPLATE) -> list[Finding]:
    """Everything that is wrong with a template, in the order of the document. Runs nothing that stands in it."""
    try:
        package = opened(data)
    except Refused as problem:
        return [Finding(file, str(problem))]
    reading = _Reading(file)
    for place, text in _paragraphs(package):
        reading.paragraph(place, text)
    return reading.end()


def check_file(path: Path) -> list[Finding]:
    """As ``check``, and whether it can be filled in: done with a constructed leader, in the process that does it."""
    from .word import trial

    data = path.read_bytes()
    found = check(data, f"{FOLDER}/{path.name}")
    if found or data == packaged():
        return found
    try:
        trial(data, f"{FOLDER}/{path.name}")
    except CohortError as problem:
        return list(problem.findings)
    return []


@dataclass(frozen=True)
class _Open:
    """A loop or a condition that has begun: how it is written, where, and what it names."""

    word: str
    prefix: str
    number: int
    place: str
    tag: str
    name: str = ""
    shape: Shape = None
    origin: str = ""


@dataclass
class _Reading:
    """What is known while the template is read from its beginning to its end."""

    file: str
    findings: list[Finding] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    open: list[_Open] = field(default_factory=list)
    number: int = 0

    def paragraph(self, place: str, text: str) -> None:
        self.number += 1
        tags = list(_TAG.finditer(text))
        for tag in tags:
            self._tag(place, tag.group(), alone=text.strip() == tag.group())
        rest = _TAG.sub("", text)
        if _LOOSE.search(rest):
            self._find(place, f"»{_short(rest)}« begynder eller slutter et felt, men kun halvt. Skriv fx {{{{ navn }}}}.")

    def end(self) -> list[Finding]:
        """All findings, with what is left open and what is missing."""
        for each in self.open:
            self._find(each.place, f"{each.tag} bliver ikke lukket. Skriv {{%{each.prefix} end{each.word} %}} efter det.")
        # A field that is misspelt is not also missing: one mistake, one finding.
        if not self.findings:
            for origin, written in _REQUIRED.items():
                if origin not in self.used:
                    self.findings.append(Finding(self.file, f"Skabelonen mangler {written}. {_HELP}"))
        return self.findings

    def _find(self, place: str, message: str) -> None:
        self.findings.append(Finding(self.file, f"{place}: {message}"))

    def _tag(self, place: str, tag: str, alone: bool) -> None:
        if named := _FIELD.fullmatch(tag):
            self._field(place, tag, named[1])
        elif statement := _STATEMENT.fullmatch(tag):
            prefix, name, over, condition, word = (group or "" for group in statement.groups())
            if prefix == "p" and not alone:
                self._find(place, f"{tag} skal stå alene i sit afsnit; Word fjerner hele afsnittet.")
            if over or condition:
                self._begin(place, tag, prefix, name, over or condition)
            else:
                self._close(place, tag, prefix, word)
        else:
            self._find(place, f"{_short(tag)} forstår skabelonen ikke. Den må kun have felter og løkker over dem. {_HELP}")

    def _field(self, place: str, tag: str, path: str) -> None:
        found = self._resolved(place, tag, path)
        if found is None:
            return
        shape, origin = found
        if shape is None:
            self.used.add(origin)
        else:
            self._find(place, f"{tag} er en liste og kan ikke stå som ét felt. Brug en løkke. {_HELP}")

    def _begin(self, place: str, tag: str, prefix: str, name: str, path: str) -> None:
        shape, origin = self._resolved(place, tag, path) or ([None], "")
        each: Shape = None
        if name and not isinstance(shape, list):
            self._find(place, f"{tag} går igennem {path}, men det er ét felt og ingen liste.")
        elif name and isinstance(shape, list):
            each = shape[0]
        if name in FIELDS:
            self._find(place, f"{tag} kalder det enkelte for {name}, men så hedder et felt allerede. Vælg et andet ord.")
        self.open.append(_Open("for" if name else "if", prefix, self.number, place, tag, name, each, origin))

    def _close(self, place: str, tag: str, prefix: str, word: str) -> None:
        begun = self.open[-1].word if self.open else ""
        if begun != {"endfor": "for", "endif": "if", "else": "if"}[word]:
            self._find(place, f"{tag} lukker noget, der ikke er begyndt lige før. {_HELP}")
            return
        last = self.open[-1] if word == "else" else self.open.pop()
        if last.prefix != prefix:
            self._find(place, f"{last.tag} og {tag} skal begynde ens: begge med {{%{last.prefix or prefix}.")
        elif not prefix and last.number != self.number:
            self._find(place, f"{last.tag} og {tag} står i hver sit afsnit. Skriv {{%p i stedet for {{% begge steder.")

    def _resolved(self, place: str, tag: str, path: str) -> tuple[Shape, str] | None:
        """What the field holds and which of ``FIELDS`` it comes from; None, with a finding, if there is no such field."""
        known = {name: (shape, name) for name, shape in FIELDS.items()}
        known |= {each.name: (each.shape, each.origin) for each in self.open if each.name}
        first, *rest = path.split(".")
        if first not in known:
            self._find(place, f"{tag}: Der er intet felt, der hedder {first!r}.{nearest(first, known)}")
            return None
        shape, origin = known[first]
        for name in rest:
            members = shape if isinstance(shape, dict) else {}
            if name not in members:
                self._find(place, f"{tag}: {first} har intet, der hedder {name!r}.{nearest(name, members)}")
                return None
            shape, origin = members[name], f"{origin}.{name}"
        return shape, origin


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else f"{plain[:57]}…"


def _paragraphs(package: Package) -> Iterator[tuple[str, str]]:
    """Every paragraph of the template with its place ("Afsnit 3", "Tabel 1, række 2", "Sidefoden") and its text."""
    yield from _of_body(package.parts["word/document.xml"])
    for name, root in package.parts.items():
        place = _PLACES.get(re.sub(r"\d*\.xml$", "", name))
        if place:
            yield from ((place, _text(paragraph)) for paragraph in root.iter(f"{W}p"))
    if (properties := package.parts.get("docProps/core.xml")) is not None:
        yield from (("Dokumentets egenskaber", each.text or "") for each in properties)


_PLACES = {
    "word/header": "Sidehovedet",
    "word/footer": "Sidefoden",
    "word/footnotes": "Fodnoterne",
    "word/endnotes": "Slutnoterne",
    "word/comments": "Kommentarerne",
}


def _of_body(root: "etree._Element") -> Iterator[tuple[str, str]]:
    tables = {table: number for number, table in enumerate(root.iter(f"{W}tbl"), 1)}
    number = 0
    for paragraph in root.iter(f"{W}p"):
        row = next(paragraph.iterancestors(f"{W}tr"), None)
        if next(paragraph.iterancestors(f"{W}txbxContent"), None) is not None:
            yield "En tekstboks", _text(paragraph)
        elif row is not None:
            table = next(row.iterancestors(f"{W}tbl"))
            rows = list(table.iter(f"{W}tr"))
            yield f"Tabel {tables[table]}, række {rows.index(row) + 1}", _text(paragraph)
        else:
            number += 1
            yield f"Afsnit {number}", _text(paragraph)


def _text(paragraph: "etree._Element") -> str:
    """The text of a paragraph, without that of text boxes in it."""
    own = (piece for piece in paragraph.iter(f"{W}t") if next(piece.iterancestors(f"{W}p")) is paragraph)
    return "".join(piece.text or "" for piece in own)
