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
from unicodedata import category

ABBREVIATIONS = frozenset(
    {
        *("bl.a.", "ca.", "cand.", "d.", "dvs.", "eks.", "ekskl.", "evt.", "f.eks.", "ff.", "fmd.", "fx.", "hhv.", "hr."),
        *(
            "inkl.",
            "jf.",
            "kap.",
            "kl.",
            "kr.",
            "m.fl.",
            "m.m.",
            "m.v.",
            "mfl.",
            "mht.",
            "mia.",
            "mio.",
            "mm.",
            "mv.",
            "nr.",
        ),
        *("o.l.", "osv.", "pga.", "pkt.", "s.", "sml.", "stk.", "tlf.", "vedr."),
    }
)
WORK = 1_000_000
"""The most pairs of equal parts that two texts may have and still be aligned; beyond, one takes the other's place."""
NEAR = 25
"""How many sentences that are gone are looked at to find the one that a new one is a change of."""
ALIKE = 0.4
"""How much of two sentences (0 to 1) must be the same for one to be called a change of the other."""

_SPACE = "\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"  # what a browser calls white space
_TRIMMED = "".join(map(chr, range(0x2000, 0x200B))) + _SPACE.replace("\u2000-\u200a", "")
_STOP = re.compile(rf"""[.!?…]+["»”’')\]]*[{_SPACE}]+""")
_WORD = re.compile(rf"[{_SPACE}]+|[^{_SPACE}]+")
_OPENING = "\"«»“”'("
_PICTURES = (
    "a9 ae 203c 2049 2122 2139 2194-2199 21a9-21aa 231a-231b 2328 23cf 23e9-23f3 23f8-23fa 24c2 25aa-25ab 25b6 25c0 "
    "25fb-25fe 2600-2604 260e 2611 2614-2615 2618 261d 2620 2622-2623 2626 262a 262e-262f 2638-263a 2640 2642 "
    "2648-2653 265f-2660 2663 2665-2666 2668 267b 267e-267f 2692-2697 2699 269b-269c 26a0-26a1 26a7 26aa-26ab "
    "26b0-26b1 26bd-26be 26c4-26c5 26c8 26ce-26cf 26d1 26d3-26d4 26e9-26ea 26f0-26f5 26f7-26fa 26fd 2702 2705 "
    "2708-270d 270f 2712 2714 2716 271d 2721 2728 2733-2734 2744 2747 274c 274e 2753-2755 2757 2763-2764 2795-2797 "
    "27a1 27b0 27bf 2934-2935 2b05-2b07 2b1b-2b1c 2b50 2b55 3030 303d 3297 3299 1f004 1f02c-1f02f 1f094-1f09f "
    "1f0af-1f0b0 1f0c0 1f0cf-1f0d0 1f0f6-1f0ff 1f170-1f171 1f17e-1f17f 1f18e 1f191-1f19a 1f1ae-1f1e5 1f201-1f20f "
    "1f21a 1f22f 1f232-1f23a 1f23c-1f23f 1f249-1f25f 1f266-1f321 1f324-1f393 1f396-1f397 1f399-1f39b 1f39e-1f3f0 "
    "1f3f3-1f3f5 1f3f7-1f3fa 1f400-1f4fd 1f4ff-1f53d 1f549-1f54e 1f550-1f567 1f56f-1f570 1f573-1f57a 1f587 "
    "1f58a-1f58d 1f590 1f595-1f596 1f5a4-1f5a5 1f5a8 1f5b1-1f5b2 1f5bc 1f5c2-1f5c4 1f5d1-1f5d3 1f5dc-1f5de 1f5e1 "
    "1f5e3 1f5e8 1f5ef 1f5f3 1f5fa-1f64f 1f680-1f6c5 1f6cb-1f6d2 1f6d5-1f6e5 1f6e9 1f6eb-1f6f0 1f6f3-1f6ff "
    "1f7da-1f7ff 1f80c-1f80f 1f848-1f84f 1f85a-1f85f 1f888-1f88f 1f8ae-1f8af 1f8bc-1f8bf 1f8c2-1f8cf 1f8d9-1f8ff "
    "1f90c-1f93a 1f93c-1f945 1f947-1f9ff 1fa58-1fa5f 1fa6e-1faff 1fc00-1fffd"
)
"""Where Unicode has pictures (Extended_Pictographic), in hexadecimal: Python doesn't know the property, and browsers do."""
_PICTURE = re.compile(f"[{re.sub('[0-9a-f]+', lambda code: chr(int(code[0], 16)), _PICTURES).replace(' ', '')}]")


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
        if _begins(line[match.end() : match.end() + 1]) and not _continues(line[start : match.end()]):
            found.append(line[start : match.end()].strip(_TRIMMED))
            start = match.end()
    return [*found, line[start:]]


def _begins(letter: str) -> bool:
    """Whether a sentence can begin with it: a capital, a number, a sign of speech, or a picture."""
    if not letter:
        return False
    return letter in _OPENING or category(letter) in ("Lu", "Nd", "Nl", "No") or _PICTURE.match(letter) is not None


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
