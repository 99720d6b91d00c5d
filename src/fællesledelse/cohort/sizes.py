"""How many sit together, by what people gather for, and what they are called."""

from dataclasses import dataclass

from ..model import GatheringKind


@dataclass(frozen=True)
class Words:
    """What those who sit together are called: one, and several."""

    one: str
    many: str


WORDS = {
    GatheringKind.PROGRAMME: Words("gruppe", "grupper"),
    GatheringKind.SALON: Words("salon", "saloner"),
    GatheringKind.NETWORK: Words("gruppe", "grupper"),
}

SIZES = {GatheringKind.PROGRAMME: (3, 4), GatheringKind.SALON: (4, 7), GatheringKind.NETWORK: (5, 10)}
"""How many there are, at least and at most, where nobody says anything else."""

MOST = {GatheringKind.PROGRAMME: 4, GatheringKind.SALON: 7, GatheringKind.NETWORK: 12}
"""As many can talk with one another before the time runs out."""


def split(people: int, largest: int) -> tuple[int, int, int]:
    """As few groups as there can be, as even as they can be: the smallest, the largest, and how many they are."""
    number = max(1, -(-people // largest))
    return people // number, -(-people // number), number


def told(people: int, kind: GatheringKind, largest: int | None = None) -> str:
    """That division in words: "2 saloner på 4 og 5"."""
    low, high, number = split(people, largest or SIZES[kind][1])
    words = WORDS[kind]
    each = str(low) if low == high else f"{low} og {high}"
    return f"{number} {words.one if number == 1 else words.many} på {each}"
