"""A text as numbered lines for silent reading, and what is different between two texts.

A line is a sentence, or a line of its own where the author has made one. Nothing of this is stored: the same text always
gives the same lines. The rules for where a sentence ends are the page's own (``sentences`` in fields.js).
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import regex

_ABBREVIATED = (
    "bl.a. ca. cand. d. dvs. eks. ekskl. evt. f.eks. ff. fmd. fx. hhv. hr. inkl. jf. kap. kl. kr. m.fl. m.m. m.v. mfl. "
    "mht. mia. mio. mm. mv. nr. o.l. osv. pga. pkt. s. sml. stk. tlf. vedr."
)
ABBREVIATIONS = frozenset(_ABBREVIATED.split())
WORK = 1_000_000
"""The most pairs of equal parts that two texts may have and still be aligned; beyond, one takes the other's place."""
NEAR = 25
"""How many sentences that are gone are looked at to find the one that a new one is a change of."""
ALIKE = 0.4
"""How much of two sentences (0 to 1) must be the same for one to be called a change of the other."""

_SPACE = "\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"  # what a browser calls white space
_TRIMMED = "".join(map(chr, range(0x2000, 0x200B))) + _SPACE.replace("\u2000-\u200a", "")
_STOP = regex.compile(rf"""[.!?…]+["»”’')\]]*[{_SPACE}]+(?=["«»“”'(\p{{Lu}}\p{{N}}\p{{Extended_Pictographic}}])""")
_WORD = re.compile(rf"[{_SPACE}]+|[^{_SPACE}]+")


@dataclass(frozen=True)
class Line:
    """``number`` counts from 1 through the whole draft. ``begins``: the author began a new line in the text here."""

    number: int
    text: str
    begins: bool


class Kind(StrEnum):
    """What has become of a sentence or some words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"  # only of a sentence


@dataclass(frozen=True)
class Mark:
    """Some words of a sentence."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Change:
    """One sentence of either text, and its words: for a changed one those of both, in the order they are read."""

    kind: Kind
    marks: tuple[Mark, ...]
    begins: bool = False


def numbered(texts: Iterable[str]) -> list[list[Line]]:
    """The lines of each text; the numbers go on from one text to the next."""
    found, number = [], 0
    for text in texts:
        lines = [Line(number + index, piece, begins) for index, (piece, begins) in enumerate(_pieces(text), 1)]
        number += len(lines)
        found.append(lines)
    return found


def sentences(text: str) -> list[str]:
    """The sentences of a text, line by line. "kl. 9" and "d. 12. juni" are not the end of one."""
    return [piece for piece, _ in _pieces(text)]


def words(texts: Iterable[str]) -> int:
    """How many words the texts have."""
    return sum(len(text.split()) for text in texts)


def changes(before: str, after: str) -> list[Change]:
    """What has become of each sentence between two texts, in the order of the later one."""
    old, new = sentences(before), list(_pieces(after))
    texts = [piece for piece, _ in new]
    found: list[Change] = []
    for same, (from_, to), (start, end) in _blocks(old, texts):
        if same:
            found += [Change(Kind.SAME, (Mark(Kind.SAME, piece),), begins) for piece, begins in new[start:end]]
        else:
            found += _replaced(old[from_:to], new[start:end])
    return found


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Each sentence, and whether it begins a line of the text."""
    for line in text.split("\n"):
        yield from ((piece, index == 0) for index, piece in enumerate(filter(None, _split(line.strip(_TRIMMED)))))


def _split(line: str) -> list[str]:
    found, start = [], 0
    for match in _STOP.finditer(line):
        if not _continues(line[start : match.end()]):
            found.append(line[start : match.end()].strip(_TRIMMED))
            start = match.end()
    return [*found, line[start:]]


def _continues(piece: str) -> bool:
    """Whether the full stop at the end of the piece belongs to its last word."""
    last = re.split(rf"[{_SPACE}]+", piece.strip(_TRIMMED))[-1].lower()
    number = re.fullmatch(r"[0-9]+\.", last) is not None
    return last in ABBREVIATIONS or number or (len(last) == 2 and last[0].isalpha() and last[1] == ".")


Span = tuple[int, int]


def _blocks(old: Sequence[str], new: Sequence[str]) -> list[tuple[bool, Span, Span]]:
    """Which spans of both are the same and which are not, in order."""
    if not _comparable(old, new):
        return [(False, (0, len(old)), (0, len(new)))]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [(tag == "equal", (a, b), (c, d)) for tag, a, b, c, d in matcher.get_opcodes()]


def _comparable(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether comparing takes no longer than a reader would wait: time goes with the pairs of equal parts."""
    there = Counter(new)
    return sum(count * there[part] for part, count in Counter(old).items()) <= WORK


def _replaced(old: list[str], new: list[tuple[str, bool]]) -> Iterator[Change]:
    """Sentences that came in the place of others: those alike are changes of one another, in order."""
    for piece, begins in new:
        like = next((index for index, other in enumerate(old[:NEAR]) if _alike(other, piece)), None)
        if like is None:
            yield Change(Kind.ADDED, (Mark(Kind.ADDED, piece),), begins)
            continue
        yield from map(_gone, old[:like])
        marks = tuple(_marks(old[like], piece))
        yield Change(Kind.SAME if old[like] == piece else Kind.CHANGED, marks, begins)
        old = old[like + 1 :]
    yield from map(_gone, old)


def _gone(piece: str) -> Change:
    return Change(Kind.REMOVED, (Mark(Kind.REMOVED, piece),))


def _alike(old: str, new: str) -> bool:
    before, after = _WORD.findall(old), _WORD.findall(new)
    shared = sum((Counter(before[::2]) & Counter(after[::2])).values())
    return 2 * shared >= ALIKE * (len(before[::2]) + len(after[::2]))


def _marks(old: str, new: str) -> Iterator[Mark]:
    before, after = _WORD.findall(old), _WORD.findall(new)
    for same, (a, b), (c, d) in _blocks(before, after):
        if same:
            yield Mark(Kind.SAME, "".join(after[c:d]))
            continue
        if b > a:
            yield Mark(Kind.REMOVED, "".join(before[a:b]))
        if d > c:
            yield Mark(Kind.ADDED, "".join(after[c:d]))
