"""Themes to talk about, as a facilitator writes them: a line for each, and its open questions below with a dash before."""

import re
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

from .errors import AnswerError
from .share import share

LONGEST: Final = 100
"""The most characters of a theme, so that it can be read at a glance."""

LONGEST_QUESTION: Final = 200
MOST, MOST_QUESTIONS = 30, 6

# printable, says Python, and nobody sees them
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u2800\u3164\ufe00-\ufe0f\uffa0]")


@dataclass(frozen=True)
class Topic:
    """A theme and the open questions that are prepared for it, if any are."""

    title: str
    questions: tuple[str, ...] = ()


def starting_list() -> str:
    """The list that every round begins from, as it is written."""
    return share("templates/themes").joinpath("temaer.txt").read_text(encoding="utf-8")


def line(text: str) -> str:
    """The text on one line, without signs that can't be seen, and the same bytes from whichever keyboard."""
    seen = _UNSEEN.sub("", normalize("NFC", text))
    return " ".join("".join(sign if sign.isprintable() else " " for sign in seen).split())


def lines(text: str) -> str:
    """The same of a text that may have several lines; empty where nothing in it can be seen."""
    return "\n".join(map(line, text.splitlines())).strip()


def same(text: str) -> str:
    """What is equal in themes that are one, however they are written."""
    return line(text).casefold().rstrip(" .!")


def read(text: str) -> tuple[Topic, ...]:
    """The themes of a list. AnswerError with the number of the line where it can't be read."""
    found: list[Topic] = []
    for number, each in enumerate(text.splitlines(), 1):
        said = line(each)
        try:
            if said.startswith("-"):
                found[-1:] = [_asking(found, said.lstrip("- "))]
            elif said:
                found.append(_topic(found, said))
        except AnswerError as problem:
            raise AnswerError(f"Linje {number}: {problem} Intet er ændret.") from None
    return tuple(found)


def question(text: str) -> str:
    """An open question on one line. AnswerError where it can't be one."""
    said = line(text)
    if not said:
        raise AnswerError("Her er en streg, men intet spørgsmål. Skriv det, eller slet linjen.")
    if len(said) > LONGEST_QUESTION:
        raise AnswerError(f"Spørgsmålet er på {len(said)} tegn. Der er plads til {LONGEST_QUESTION}. Gør det kortere.")
    if ";" in said:
        raise AnswerError("Brug ikke semikolon i et spørgsmål. I Excel står der semikolon mellem to. Skriv to i stedet.")
    return said


def theme(text: str) -> str:
    """A theme on one line. AnswerError where it can't be one."""
    said = line(text)
    if not same(said):
        raise AnswerError("Temaet står tomt. Skriv, hvad det handler om.")
    if len(said) > LONGEST:
        raise AnswerError(f"»{said[:40]} …« er på {len(said)} tegn. Der er plads til {LONGEST}. Gør det kortere.")
    return said


def _topic(found: list[Topic], said: str) -> Topic:
    title = theme(said)
    if any(same(each.title) == same(title) for each in found):
        raise AnswerError(f"»{title}« står der allerede. Slet det ene.")
    if len(found) == MOST:
        raise AnswerError(f"Der er plads til {MOST} temaer. Slet nogle: Ingen kan vælge mellem så mange.")
    return Topic(title)


def _asking(found: list[Topic], said: str) -> Topic:
    if not found:
        raise AnswerError("Her er et spørgsmål, men intet tema over det. Skriv temaet på linjen før, uden streg.")
    topic = found[-1]
    if len(topic.questions) == MOST_QUESTIONS:
        raise AnswerError(f"Der er plads til {MOST_QUESTIONS} spørgsmål til et tema. Tre-fire er nok til en time.")
    return Topic(topic.title, (*topic.questions, question(said)))
