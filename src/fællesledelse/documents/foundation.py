"""A foundation as it comes out: the value that Word, PDF and the gallery are made from."""

import re
from dataclasses import dataclass
from datetime import date

MOST = 6
"""How many headings a foundation has room for."""

_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# What XML and fonts have no place for: control characters, lone surrogates and code points that are no characters.
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BLANK = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


def clean(text: str) -> str:
    """``text`` as every document can hold it: each character that none can becomes a visible �, nothing else changes."""
    return _UNPRINTABLE.sub("\ufffd", _BREAKS.sub("\n", text))


def line(text: str) -> str:
    """``text`` on one line."""
    return " ".join(clean(text).split())


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of what a leader typed: parted by blank lines; a single line break stays one."""
    parts = (part.strip("\n").rstrip() for part in _BLANK.split(clean(text)))
    return tuple(part for part in parts if part.strip())


@dataclass(frozen=True)
class Heading:
    """One heading with its text. A heading without a title is text only."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Foundation:
    """What is published, and nothing but that.

    ``agreed``: what came of the talk with staff, from version 2 on; may be empty.
    """

    name: str
    title: str
    organisation: str
    cohort: str
    version: int
    day: date
    headings: tuple[Heading, ...]
    agreed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.headings) > MOST:
            raise ValueError(f"a foundation has at most {MOST} headings, not {len(self.headings)}")

    @property
    def empty(self) -> bool:
        """Whether there is nothing to read in it."""
        return not any(paragraph.strip() for heading in self.headings for paragraph in heading.paragraphs)

    @property
    def written(self) -> tuple[Heading, ...]:
        """The headings that have a text."""
        return tuple(heading for heading in self.headings if any(text.strip() for text in heading.paragraphs))

    @property
    def file_title(self) -> str:
        """The title that a reader's program shows for the document."""
        return f"Ledelsesgrundlag – {line(self.name)}"
