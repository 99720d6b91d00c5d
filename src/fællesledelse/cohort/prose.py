"""The Markdown of a notebook page: what may stand in it, and the questions it asks.

Several programs render the same Markdown (JupyterLab, Voilà, the server). So what could be HTML or a foreign link to
any of them is refused, whatever the one parser here makes of it.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from ..errors import Finding

LIMIT = 40_000
"""Characters of Markdown in a cell."""

_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_FORMULA = re.compile(r"\$|\\\\[(\[]|\\begin\s*\{")
_DESTINATION = re.compile(r"\]\s*[(:]\s*<?\s*([^\s)>]+)")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]")
_MINUTES = re.compile(r"\s*\(\s*\d+\s*min(?:\.|utter)?\s*\)\s*$")
_SENTENCE = re.compile(r"(.+?[.!?…:])(?:\s|$)", re.DOTALL)


@dataclass(frozen=True)
class Question:
    """What a Markdown cell asks: its label as a reader sees it, and the labels of its last bullet list."""

    label: str
    bullets: tuple[str, ...]


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    # This module judges links itself; the parser's own judgement would turn a bad one into harmless-looking text.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


_MARKDOWN = _parser()


@lru_cache(maxsize=2048)
def _parsed(source: str) -> tuple[list[Token], tuple[str, ...]]:
    """The tokens of a text, and where its link definitions lead. A build reads the same cells several times."""
    environment: dict[str, dict[str, dict[str, str]]] = {}
    tokens = _MARKDOWN.parse(source, environment)
    return tokens, tuple(reference["href"] for reference in environment.get("references", {}).values())


def check(source: str, file: str) -> list[Finding]:
    """Everything in the Markdown of one cell that a leader's page can't have. Rows count from the cell's first line."""
    if len(source) > LIMIT:
        return [Finding(file, f"Cellen har over {LIMIT} tegn. Del den i flere.")]
    return [*_signs(source, file), *_destinations(source, file), *_tokens(source, file)]


def question(source: str) -> Question:
    """The question a Markdown cell asks: its last heading, else its first sentence; and its last bullet list."""
    tokens, _ = _parsed(source)
    texts = [(tokens[n - 1].type, _text(token)) for n, token in enumerate(tokens) if token.type == "inline"]
    headings = [text for before, text in texts if before == "heading_open"]
    whole = " ".join((headings[-1:] or [text for _, text in texts] or [""])[0].split())
    sentence = _SENTENCE.match(whole)
    label = _MINUTES.sub("", whole) if headings else sentence[1] if sentence else whole
    return Question(label, tuple(_bullets(tokens)))


@dataclass(frozen=True)
class Item:
    """One item of a list, without Markdown: the bold text it begins with (may be empty), the rest of its own text, the
    row of the cell it stands in, and the items of the lists inside it.
    """

    bold: str
    text: str
    row: int
    items: tuple["Item", ...] = ()


def lists(source: str, *, numbered: bool) -> tuple[tuple[Item, ...], ...]:
    """The numbered lists, or else the bullet lists, that stand by themselves in a text."""
    kind = "ordered_list" if numbered else "bullet_list"
    tree = SyntaxTreeNode(_parsed(source)[0])
    return tuple(tuple(map(_item, node.children)) for node in tree.children if node.type == kind)


def _item(node: SyntaxTreeNode) -> Item:
    own = [token for child in node.children if child.type == "paragraph" and (token := child.children[0].token)]
    inner = [item for child in node.children if child.type.endswith("_list") for item in child.children]
    parted = [*map(_parted, own[:1]), *(("", _text(token)) for token in own[1:])]
    text = " ".join(" ".join(text for _, text in parted).split())
    return Item(parted[0][0] if parted else "", text, (node.map or (0, 0))[0] + 1, tuple(map(_item, inner)))


def _parted(token: Token) -> tuple[str, str]:
    """The bold text that an inline token begins with, and the rest."""
    children = token.children or []
    bold = [n for n, child in enumerate(children) if child.type in ("strong_open", "strong_close")]
    if not bold or "".join(child.content for child in children[: bold[0]]).strip():
        return "", _text(token)
    inside = Token("inline", "", 0, children=children[bold[0] : bold[1]])
    after = Token("inline", "", 0, children=children[bold[1] :])
    return " ".join(_text(inside).split()), _text(after)


def _signs(source: str, file: str) -> Iterator[Finding]:
    """HTML, formulas and invisible signs, found in the text as it stands."""
    for pattern, why in (
        (
            _TAG,
            "HTML kan ikke bruges her. Skriv i Markdown: **fed**, [tekst](https://adresse). Sæt mellemrum efter et <.",
        ),
        (_FORMULA, "Tegnet her starter en matematisk formel. Skriv det med ord."),
        (_INVISIBLE, "Her står et usynligt tegn. Slet det, og skriv ordet igen."),
    ):
        if found := pattern.search(source):
            before = source[: found.start()]
            yield Finding(file, why, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _destinations(source: str, file: str) -> Iterator[Finding]:
    """Links found in the text as it stands, for renderers that see a link where the parser here sees none."""
    for found in _DESTINATION.finditer(source):
        if why := _foreign(found[1]):
            yield Finding(file, why, source.count("\n", 0, found.start()) + 1)


def _tokens(source: str, file: str) -> Iterator[Finding]:
    tokens, definitions = _parsed(source)
    for block in tokens:
        row = (block.map[0] + 1) if block.map else None
        for token in (block, *(block.children or ())):
            if why := _refused(token):
                yield Finding(file, why, row)
    for address in definitions:
        if why := _foreign(address):
            yield Finding(file, why)


def _refused(token: Token) -> str:
    """Why a piece of Markdown can't be shown, or nothing."""
    if token.type in ("html_block", "html_inline"):
        return "HTML kan ikke bruges her. Skriv det i Markdown."
    if token.type == "image":
        return "Billeder kan ikke vises på siderne. Slet billedet, eller beskriv det med ord."
    return _foreign(str(token.attrGet("href") or "")) if token.type == "link_open" else ""


def _foreign(address: str) -> str:
    """Why a link can't be shown, or nothing: only https and addresses inside the workbook may."""
    plain = re.sub(
        r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u2069\ufeff]", "", html.unescape(html.unescape(address))
    )
    why = f"Linket {address[:60]!r} kan ikke bruges. Et link skal begynde med https:// eller være navnet på et andet trin."
    try:
        parts = urlsplit(plain)
    except ValueError:
        return why
    if "\\" in plain or plain != address.replace("&amp;", "&"):
        return why
    if parts.scheme:
        return "" if parts.scheme == "https" and parts.netloc and "@" not in parts.netloc else why
    return why if parts.netloc or plain.startswith("//") or ":" in plain.split("/")[0].split("#")[0] else ""


def _text(token: Token) -> str:
    """The text of an inline token as a reader sees it, without Markdown."""
    parts = []
    for child in token.children or ():
        parts.append(
            " " if child.type in ("softbreak", "hardbreak") else child.content if not child.type.endswith("_open") else ""
        )
    return "".join(parts)


def _bullets(tokens: list[Token]) -> list[str]:
    """The labels of the last bullet list that stands by itself: the bold part of each bullet, else its text."""
    starts = [n for n, token in enumerate(tokens) if token.type == "bullet_list_open" and token.level == 0]
    if not starts:
        return []
    labels: list[str] = []
    fresh = False
    for token in tokens[starts[-1] :]:
        if token.type == "bullet_list_close" and token.level == 0:
            break
        if token.type == "list_item_open" and token.level == 1:
            labels, fresh = [*labels, ""], True
        elif token.type == "inline" and fresh:
            labels[-1], fresh = _bullet(token), False
    return labels


def _bullet(token: Token) -> str:
    bold, text = _parted(token)
    return bold or " ".join(text.split())
