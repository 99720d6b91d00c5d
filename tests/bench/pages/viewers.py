"""The constructed people who look at the page. Each has words of their own, so that no contestant can have them ready."""

from dataclasses import dataclass
from functools import cached_property

from tests.live import constructed_texts

from .contestants.work import QUESTIONS

SOURCES = {
    "bench.lifeline": "lifeline",
    "bench.doubt": "doubt",
    "bench.farewell": "farewell",
    "bench.promise": "promise",
    "bench.dare": "dare",
    "bench.leader": "own-leader",
}
"""Which of the constructed leader's texts answers a question of ours; the headings' own answer theirs."""

VARIETY = 7  # lengths that an answer can have


@dataclass(frozen=True)
class Viewer:
    """One person. ``cookie`` is the one that signs them in, where a contestant has such a thing."""

    number: int
    cookie: str = ""

    @property
    def name(self) -> str:
        """As a query says it: v007."""
        return f"v{self.number:03}"

    @cached_property
    def texts(self) -> dict[str, str]:
        """What they have written, by key. Each text ends with whose it is, and which."""
        told = constructed_texts()
        more = "igen " * (self.number % VARIETY)
        return {key: f"{' '.join(told[SOURCES.get(key, key)].split())} {more}({self.name} {key})" for key in QUESTIONS}

    @cached_property
    def marks(self) -> frozenset[bytes]:
        """The end of each text. Nothing in it is written differently in HTML, JSON or a protocol buffer."""
        return frozenset(f"({self.name} {key})".encode() for key in QUESTIONS)

    @cached_property
    def drawn(self) -> bytes:
        """What the chart of their answers says of one of them, in whatever it comes."""
        return f"Hvorfor: {len(self.texts['draft.why'].split())} ord".encode()
