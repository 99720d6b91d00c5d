"""A page of the workbook on paper: its prose, and empty lines for each field. The same for everyone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from ..model import FieldKind, Step
from ..vocabulary import Call, FieldSpec
from .foundation import clean, line
from .pdf import compiled

_TEMPLATE = "side.typ"
_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_SIGNS_A_LINE = 250  # a limit is for typing; by hand one writes less
_MOST_LINES = 10
_SIGNS_A_LINE_OF_A_CARD = 400
_MOST_LINES_OF_A_CARD = 4
_LINES_OF_A_CHOICE = 5
_ANSWERS = ("lines", "day", "card")


@dataclass(frozen=True)
class Paper:
    """One page: its ``step`` and its cells in order, each the Markdown of a prose cell or what a code cell asks for."""

    cohort: str
    step: Step
    cells: tuple[str | Call, ...]


def paper(page: Paper) -> bytes:
    """The page as a PDF, A4. Raises DocumentError. Takes a tenth of a second."""
    return compiled(_TEMPLATE, _data(page))


def _data(page: Paper) -> dict[str, Any]:
    title = line(page.step.title)
    blocks = [block for cell in page.cells for block in _blocks(page.step, cell)]
    if blocks and blocks[0]["kind"] == "heading" and blocks[0]["level"] == 1:
        blocks = blocks[1:]
    return {
        "document": f"Papirudgave – {title}",
        "title": title,
        "cohort": line(page.cohort),
        "private": any(field.private for field in page.step.fields),
        "blocks": list(_kept(list(_nested(blocks)))),
    }


def _blocks(step: Step, cell: str | Call) -> Iterator[dict[str, Any]]:
    if isinstance(cell, str):
        yield from _prose(SyntaxTreeNode(_MARKDOWN.parse(cell)).children)
    elif cell.fields:
        labels = {field.key: line(field.label) for field in step.fields}
        yield from _fields(cell.fields, labels)
    elif cell.reads:
        yield {"kind": "screen"}


def _fields(specs: Iterable[FieldSpec], labels: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Lines for the fields of one cell; the parts of a card together."""
    specs = tuple(specs)
    many = any(spec.number not in (None, 1) for spec in specs)
    for number, found in groupby(specs, lambda spec: spec.number):
        parts = list(found)
        if number is not None:
            told = [{"label": labels.get(spec.key, ""), "lines": _lines_of_a_card(spec)} for spec in parts]
            yield {"kind": "card", "number": number, "many": many, "parts": told}
        else:
            yield from map(_field, parts)


def _field(spec: FieldSpec) -> dict[str, Any]:
    if spec.kind is FieldKind.DATE:
        return {"kind": "day"}
    fits = max(2, min(_MOST_LINES, spec.limit // _SIGNS_A_LINE))
    return {"kind": "lines", "lines": _LINES_OF_A_CHOICE if spec.kind is FieldKind.CHOICE else fits}


def _lines_of_a_card(spec: FieldSpec) -> int:
    return max(1, min(_MOST_LINES_OF_A_CARD, spec.limit // _SIGNS_A_LINE_OF_A_CARD))


def _nested(blocks: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The blocks with their headings at most one level below the one before, as PDF/UA asks; the title is the first."""
    before = 1
    for block in blocks:
        if block["kind"] == "heading":
            before = min(max(2, block["level"]), before + 1)
            block = block | {"level": before}
        yield block


def _kept(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The blocks, each with whether it stays on the page of the next: what asks stays with the lines for the answer."""
    for block, following in zip(blocks, [*blocks[1:], {"kind": ""}], strict=True):
        yield block | {"keep": following["kind"] in _ANSWERS and block["kind"] not in _ANSWERS}


def _prose(nodes: Iterable[SyntaxTreeNode]) -> Iterator[dict[str, Any]]:
    for node in nodes:
        match node.type:
            case "heading":
                yield {"kind": "heading", "level": int(node.tag[1:]), "runs": _runs(node)}
            case "paragraph":
                yield {"kind": "paragraph", "runs": _runs(node)}
            case "bullet_list" | "ordered_list":
                items = [list(_prose(item.children)) for item in node.children]
                yield {"kind": "list", "start": _start(node), "items": items}
            case "blockquote":
                yield {"kind": "quote", "blocks": list(_prose(node.children))}
            case "table":
                rows = [[_runs(cell) for cell in row.children] for part in node.children for row in part.children]
                yield {"kind": "table", "rows": rows}
            case "fence" | "code_block":
                yield {"kind": "paragraph", "runs": [_run(node.content)]}


def _start(node: SyntaxTreeNode) -> int:
    """The number of the first item; 0 for bullets."""
    return int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 0


def _runs(node: SyntaxTreeNode) -> list[dict[str, Any]]:
    """The words of a paragraph in pieces that look alike."""
    return [run for inline in node.children for run in _inline(inline, "")]


def _inline(node: SyntaxTreeNode, look: str) -> Iterator[dict[str, Any]]:
    match node.type:
        case "softbreak":
            yield _run(" ", look)
        case "hardbreak":
            yield _run("\n", look)
        case "text" | "code_inline":
            yield _run(node.content, look)
        case "strong" | "em" | "s":
            look = "strong" if "strong" in (look, node.type) else node.type
            yield from (run for child in node.children for run in _inline(child, look))
        case _:
            yield from (run for child in node.children for run in _inline(child, look))


def _run(text: str, look: str = "") -> dict[str, Any]:
    return {"text": clean(text), "look": look}
