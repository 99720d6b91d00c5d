"""Which questions are asked about a draft, and how they are worded."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from ..vocabulary import DRAFT
from .rules import Place, everybody, nobody, quality
from .text import Sentence, sentences

MOST = 3
"""How many questions a leader is asked at a time: as many as one can act on."""

QUOTED = 12
"""How many words a quote may have."""

ENOUGH = 40
"""Words under one of the two headings before the other can be called short."""

SO_MUCH_LONGER = 3

OFFER, EXPECT = "draft.offer", "draft.expect"


class Rule(StrEnum):
    """What a remark asks about."""

    QUALITY = "quality"
    NOBODY = "nobody"
    EVERYBODY = "everybody"
    BALANCE = "balance"


@dataclass(frozen=True)
class Remark:
    """A question about the few words in ``quote``, which stand under the heading ``key`` (one of vocabulary.DRAFT)."""

    rule: Rule
    key: str
    quote: str
    question: str
    because: str


Read = Callable[[Sentence, Sentence | None], Place | None]
_RULES: tuple[tuple[Rule, Read], ...] = ((Rule.QUALITY, quality), (Rule.NOBODY, nobody), (Rule.EVERYBODY, everybody))

_ASKED = {
    Rule.QUALITY: (
        "Hvad ville en medarbejder se dig gøre?",
        "Ordene siger, hvordan man er. Vi fandt ikke noget lige dér, som man kan se eller høre.",
    ),
    Rule.NOBODY: (
        "Hvem gør det?",
        "Sætningen siger, at noget sker, men ikke, hvem der gør det.",
    ),
    Rule.EVERYBODY: (
        "Hvad har du valgt, som en anden kunne have valgt anderledes?",
        "Det modsatte ville næppe nogen sige, og så kan man ikke høre, hvad netop du har valgt.",
    ),
}  # fmt: skip
_ASKED_OF_THEM = ("Hvad ville du se en af dem gøre?", _ASKED[Rule.QUALITY][1])


def remarks(texts: Mapping[str, str]) -> tuple[Remark, ...]:
    """At most MOST questions about a draft (texts by key), spread over rules and headings, in the order it is read."""
    found = [remark for key in DRAFT for remark in _under(key, texts.get(key, ""))] + list(_balance(texts))
    return tuple(sorted(_spread(found), key=lambda remark: DRAFT.index(remark.key)))


def _under(key: str, text: str) -> Iterator[Remark]:
    read = sentences(text)
    for sentence, following in zip_longest(read, read[1:]):
        for rule, look in _RULES:
            place = look(sentence, following)
            if place is not None:
                yield _remark(rule, key, _quote(text, sentence, place))
                break  # one question about a sentence is enough


def _remark(rule: Rule, key: str, quote: str) -> Remark:
    question, because = _ASKED_OF_THEM if rule is Rule.QUALITY and key == EXPECT else _ASKED[rule]
    return Remark(rule, key, quote, question, because)


def _quote(text: str, sentence: Sentence, place: Place) -> str:
    first, last = place
    end = min(last, first + QUOTED)
    words = text[sentence.words[first].start : sentence.words[end - 1].end].split()
    return _whole(" ".join(words)) + ("…" if end < last else "")


def _whole(text: str) -> str:
    """Without surrogate halves, which no channel can carry."""
    return "".join(sign for sign in text if not "\ud800" <= sign <= "\udfff")


def _balance(texts: Mapping[str, str]) -> Iterator[Remark]:
    """An offer without an expectation, an expectation without an offer, or one that fills much more than the other."""
    offer, expect = (len(texts.get(key, "").split()) for key in (OFFER, EXPECT))
    if _outweighs(offer, expect):
        yield Remark(
            Rule.BALANCE,
            OFFER,
            _beginning(texts[OFFER]),
            "Hvad må du bede dem om til gengæld?",
            f"Her står, hvad de kan vente af dig. Om det, du venter af dem, står der {_little(expect)}.",
        )
    elif _outweighs(expect, offer):
        yield Remark(
            Rule.BALANCE,
            EXPECT,
            _beginning(texts[EXPECT]),
            "Hvad kan de få af dig til gengæld?",
            f"Her står, hvad du venter af dem. Om det, de kan vente af dig, står der {_little(offer)}.",
        )


def _outweighs(one: int, other: int) -> bool:
    return (one > 0 and other == 0) or (one >= ENOUGH and one >= SO_MUCH_LONGER * other)


def _little(words: int) -> str:
    return "meget mindre" if words else "ikke noget endnu"


def _beginning(text: str) -> str:
    words = text.split(maxsplit=7)
    return _whole(" ".join(words[:6])) + ("…" if len(words) > 6 else "")


def _spread(found: list[Remark]) -> list[Remark]:
    """The first of each rule and heading before a second of either; after that in the order they stand."""
    chosen: list[Remark] = []
    while found and len(chosen) < MOST:
        best = min(found, key=lambda remark: _told(remark, chosen))
        chosen.append(best)
        found = [remark for remark in found if remark is not best and remark.quote != best.quote]
    return chosen


def _told(remark: Remark, chosen: list[Remark]) -> int:
    """How much of it the chosen ones have asked already."""
    return sum(2 * (remark.rule is other.rule) + (remark.key == other.key) for other in chosen)
