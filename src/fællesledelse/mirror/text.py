"""Sentences and words of a Danish text, each knowing where it stands. One pass each: time grows with the text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .words import ABBREVIATIONS

_QUOTED = re.compile(r"»[^»«\n]*«|\"[^\"\n]*\"|“[^“”\n]*”|„[^„“”\n]*[“”]|”[^”\n]*”")
_BREAK = re.compile(r"(?<![.!?…])[.!?…]++[)\]’']*+(?=\s|$)|\n\s*")
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_BULLET = re.compile(r"\s*(?:[-*•–—#>+]+|\d{1,2}[.)])?\s*")
_LAST = re.compile(r"[\w.]+\Z")
_LONGEST_ABBREVIATION = 8


@dataclass(frozen=True)
class Word:
    """``text`` in small letters, ``start`` and ``end`` in the whole text, and the punctuation before it as ``gap``.

    ``shouted``: all in capitals, as HR is.
    """

    text: str
    start: int
    end: int
    gap: str
    capital: bool
    shouted: bool


@dataclass(frozen=True)
class Sentence:
    """A sentence without what it quotes; ``line`` is its text in small letters, one space between words, one at each end."""

    words: tuple[Word, ...]
    line: str


def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of ``text``. What stands in quotation marks is somebody else's or held at a distance, and left out."""
    bare = _QUOTED.sub(lambda found: "¤" * len(found.group()), text)
    made = (_sentence(bare, start, end) for start, end in _spans(bare))
    return tuple(sentence for sentence in made if sentence.words)


def lines(text: str) -> list[str]:
    """The sentences of ``text`` as they are written, bullets left out."""
    parts = (text[start:end].strip() for start, end in _spans(text))
    return [bare for part in parts if (bare := _BULLET.sub("", part, count=1))]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for found in _BREAK.finditer(text):
        if _ends(text, found):
            yield start, found.end()
            start = found.end()
    yield start, len(text)


def _ends(text: str, found: re.Match[str]) -> bool:
    """Whether a sentence ends there: not inside an abbreviation or a date, and not where the next line goes on."""
    following = _following(text, found.end())
    if found.group()[0] == "\n":
        return not following.islower()
    if found.group()[0] != ".":
        return True
    before = _LAST.search(text[max(0, found.start() - _LONGEST_ABBREVIATION) : found.start()])
    word = before.group().casefold() if before else ""
    return not (
        word in ABBREVIATIONS or following.islower() or (word.isdecimal() and len(word) < 3 and following.isdecimal())
    )


def _following(text: str, start: int) -> str:
    """The first letter after spaces and a bullet."""
    found = _BULLET.match(text, start)
    place = found.end() if found else start
    return text[place : place + 1]


def _sentence(text: str, start: int, end: int) -> Sentence:
    words = []
    last = start
    for found in _WORD.finditer(text, start, end):
        word = found.group()
        gap = text[last : found.start()].strip()
        words.append(
            Word(word.casefold(), found.start(), found.end(), gap, word[0].isupper(), len(word) > 1 and word.isupper())
        )
        last = found.end()
    return Sentence(tuple(words), f" {' '.join(word.text for word in words)} ")
