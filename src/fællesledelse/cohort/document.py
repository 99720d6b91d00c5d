"""A YAML text as plain values, with line and column of each.

The text is read as YAML 1.1, as papermill reads it, so ``papermill -f hold.yaml`` and ``hold byg`` see the same words.
What the two might read differently is a finding.
"""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ..errors import Finding

NAME = "hold.yaml"
LIMIT = 256 * 1024
"""Bytes. Far above any real file."""

Path = tuple[str | int, ...]
"""Where a value stands in the file: ("trin", 2, "titel")."""


@dataclass
class Document:
    """The plain values of a file (text, lists, mappings) with the row and column of each, from 1.

    Excel has more to say than YAML: ``sheets`` is the sheet in which a key of the top level stands, ``labels`` what the
    file calls a value where that isn't its key, ``todo`` how to write one that is missing. ``unread`` are values that
    can't be read; why stands in ``findings``.
    """

    values: Any = None
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    name: str = NAME
    sheets: dict[str, str] = field(default_factory=dict)
    labels: dict[Path, str] = field(default_factory=dict)
    unread: set[Path] = field(default_factory=set)
    todo: str = "Skriv en linje med '{}:' her."

    def finding(self, path: Path, message: str, *, key: bool = False) -> Finding:
        """A finding at the value of ``path`` (or at its key), or at the nearest thing around it."""
        file = self.file(path)
        if key and path in self.keys:
            return Finding(file, message, *self.keys[path])
        while path and path not in self.places:
            path = path[:-1]
        return Finding(file, message, *self.places.get(path, (None, None)))

    def file(self, path: Path) -> str:
        """The file in which ``path`` stands, with its sheet if it has one."""
        sheet = self.sheets.get(str(path[0])) if path else None
        return f"{self.name}, arket {sheet}" if sheet else self.name

    def label(self, path: Path) -> str:
        """What the file calls the value of ``path``."""
        return self.labels.get(path, str(path[-1]) if path else "")

    def lost(self, path: Path) -> bool:
        """Whether ``path``, or what it stands in, is known to be unreadable."""
        return any(path[:length] in self.unread for length in range(1, len(path) + 1))


def read(content: bytes) -> Document:
    """The values of hold.yaml and where they stand. What is wrong with the YAML itself is in ``findings``."""
    document = Document()
    if len(content) > LIMIT:
        document.findings.append(Finding(NAME, f"Filen fylder over {LIMIT // 1024} kB. Er det den rigtige fil?"))
        return document
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        row = content.count(b"\n", 0, problem.start) + 1
        why = "Filen er ikke gemt som UTF-8, så æ, ø og å kan ikke læses. Vælg 'Gem som' og kodningen UTF-8 i din editor."
        document.findings.append(Finding(NAME, why, row))
        return document
    _compose(text, document)
    return document


def plain(value: Any) -> Any:
    """What papermill read from the file, as this module reads it: lists, mappings and text."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return "" if value is None else str(value).strip()


def _compose(text: str, document: Document) -> None:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # ruamel warns of signs that are findings here
            root = yaml.compose(text)
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        document.findings.append(Finding(NAME, _broken(problem, text), mark.line + 1, mark.column + 1))
        return
    except (YAMLError, RecursionError) as problem:
        before = text[: getattr(problem, "position", 0)]
        why = (
            "Her står et usynligt styretegn, eller også er filen for indviklet at læse. Slet tegnet, og skriv linjen forfra."
        )
        document.findings.append(Finding(NAME, why, before.count("\n") + 1, len(before) - before.rfind("\n")))
        return
    if text.startswith("%") or "\n%" in text:
        document.findings.append(
            Finding(
                NAME, "En linje begynder med %. Det bruges ikke her. Slet linjen.", text[: text.find("%")].count("\n") + 1
            )
        )
    elif not isinstance(root, MappingNode):
        document.findings.append(
            Finding(
                NAME, "Filen er tom eller er ikke en liste af 'navn: værdi'. Lav en ny med: faellesledelse hold ny MAPPE", 1
            )
        )
    else:
        document.values = _value(root, (), document, set())


def _broken(problem: MarkedYAMLError, text: str) -> str:
    said = f"{problem.context or ''} {problem.problem or ''}"
    if "\\t" in said:
        return "Her står et tabulatortegn. Ryk linjen ind med mellemrum i stedet."
    if "mapping values" in said:
        return 'Her står et kolon midt i en tekst. Sæt anførselstegn om hele teksten: navn: "Sammen: om byen".'
    if "quoted scalar" in said:
        return "Et anførselstegn bliver åbnet, men ikke lukket igen. Sæt det sidste anførselstegn."
    if "another document" in said:
        return "Filen har en linje med ---. Den skal kun have én del. Slet linjen."
    row = (problem.problem_mark or problem.context_mark).line
    quoted = (text.splitlines() or [""])[min(row, len(text.splitlines()) - 1)].strip()[:60] if text else ""
    return f"Linjen {quoted!r} kan ikke læses. Se efter indrykning, kolon og anførselstegn her og i linjen ovenfor."


_PLAIN = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")}


def _value(node: Node, path: Path, document: Document, seen: set[int]) -> Any:
    """The plain value of a node. Registers places and findings in ``document``."""
    document.places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if id(node) in seen or node.tag not in _PLAIN or node.anchor:
        why = "Her bruges et særligt tegn (&, *, ! eller =), som ikke bruges her. Skriv teksten direkte, i anførselstegn."
        document.findings.append(document.finding(path, why))
        return ""
    seen.add(id(node))
    if isinstance(node, MappingNode):
        return _mapping(node, path, document, seen)
    if isinstance(node, SequenceNode):
        return [_value(item, (*path, number), document, seen) for number, item in enumerate(node.value)]
    assert isinstance(node, ScalarNode)
    return _scalar(node, path, document)


def _mapping(node: MappingNode, path: Path, document: Document, seen: set[int]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, item in node.value:
        name = key.value if isinstance(key, ScalarNode) else ""
        inner = (*path, name)
        place = (key.start_mark.line + 1, key.start_mark.column + 1)
        if name in values:
            first = document.keys[inner][0]
            why = f"{name!r} står her igen; første gang var i linje {first}. Slet den ene, så der ikke er tvivl."
            document.findings.append(Finding(NAME, why, *place))
            continue
        document.keys[inner] = place
        values[name] = _value(item, inner, document, seen)
        if values[name] == "":
            document.places[inner] = place  # YAML holds that a blank stands where the next thing begins
    return values


def _scalar(node: ScalarNode, path: Path, document: Document) -> str:
    kind = str(node.tag).rpartition(":")[2]
    text = str(node.value).strip()
    if kind == "null":
        return ""
    changed = (
        (kind == "bool" and path != ("nøgle_i_pengeskab",))
        or (kind == "int" and not re.fullmatch(r"0|-?[1-9][0-9]{0,30}", text))
        or (kind == "float" and str(_number(text)) != text)
        or (kind != "str" and node.style is not None)
    )
    if changed:
        why = f'{text!r} bliver læst som noget andet end tekst. Sæt anførselstegn om: "{text}".'
        document.findings.append(document.finding(path, why))
    return text


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
