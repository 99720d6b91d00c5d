"""The sentences in which a leader's foundation promises something, and which of them somebody's words are about."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .text import lines

PROMISES = ("draft.offer", "draft.practising", "promise")
"""Where the foundation says what the leader will do."""

VALUES = "draft.values"
"""Where it says what the leader does already."""

QUOTED = 3
"""The fewest words that must be the same, in the same order, for one text to quote another."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Sentence:
    """One sentence, the field it stands in, and what its place on the page of the living foundation is called."""

    key: str
    text: str
    place: str


def sentences(texts: Mapping[str, str]) -> list[Sentence]:
    """The sentences of those fields that promise something, in the order they are told."""
    found = [(key, text) for key in (*PROMISES, VALUES) for text in lines(texts.get(key, ""))]
    return [Sentence(key, text, f"saetning-{number}") for number, (key, text) in enumerate(found, 1)]


def about(words: str, known: Iterable[Sentence]) -> list[Sentence]:
    """The sentences that ``words`` are, or are a part of, or quote; also where one of the two was split in another way."""
    return [sentence for sentence in known if _same(_bare(words), _bare(sentence.text))]


def _same(one: str, other: str) -> bool:
    part, whole = sorted((one, other), key=len)
    return bool(one) and (one == other or (part.count(" ") + 1 >= QUOTED and f" {part} " in f" {whole} "))


def _bare(text: str) -> str:
    """The words without case and punctuation; a text without words as it stands."""
    return " ".join(_WORD.findall(text.casefold())) or text.strip()
