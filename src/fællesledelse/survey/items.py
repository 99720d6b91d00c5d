"""What is wrong with what a survey asks. The items and themes themselves are the bottom's (``model``)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ..danish import listed
from ..model import Item, Questionnaire, Theme, ThemeKind
from ..names import nearest

SHORTEST, LONGEST = 10, 200
"""How few and how many characters an item's text may have."""

KINDS: Final = {
    ThemeKind.INSIDE: "samarbejdet i forummet",
    ThemeKind.OUTSIDE: "relationerne ud af organisationen",
    ThemeKind.LEADERSHIP: "egen ledelse",
}


@dataclass(frozen=True)
class Problem:
    """What is wrong, in Danish, for those who wrote it, and with what; None: with the themes as a whole.

    ``part`` names what of it is at fault: "key", "text", "theme", "reversed" or "kind".
    """

    at: Item | Theme | None
    part: str
    words: str


def check(asked: Questionnaire) -> list[Problem]:
    """Everything that is wrong. Empty where nothing is."""
    return [*_keys(asked), *_themes(asked), *_kinds(asked), *_items(asked), *_twice(asked)]


def _keys(asked: Questionnaire) -> Iterator[Problem]:
    asks: dict[str, Sequence[Item | Theme]] = {"Udsagnet": asked.items, "Temaet": asked.themes}
    for what, each in asks.items():
        times = Counter(one.key for one in each)
        for key, count in times.items():
            last = next(one for one in reversed(each) if one.key == key)
            if count > 1:
                yield Problem(last, "key", f"{what} {key!r} står {count} gange. Giv hvert sin egen nøgle.")
            if not key.strip():
                yield Problem(last, "key", f"{what} uden nøgle kan ikke kendes igen. Giv det en.")


def _themes(asked: Questionnaire) -> Iterator[Problem]:
    for theme in asked.themes:
        items = asked.of(theme.key)
        if not items:
            yield Problem(theme, "key", f"Temaet {theme.title!r} har ingen udsagn. Skriv mindst ét, eller slet temaet.")
        elif all(item.reversed for item in items):
            words = f"Temaet {theme.title!r} har kun omvendte udsagn. Vend mindst ét, så enighed er godt."
            yield Problem(items[0], "reversed", words)


def _kinds(asked: Questionnaire) -> Iterator[Problem]:
    if missing := [words for kind, words in KINDS.items() if kind not in {theme.kind for theme in asked.themes}]:
        yield Problem(None, "kind", f"Der mangler et tema om {listed(missing)}. Tilføj det.")


def _items(asked: Questionnaire) -> Iterator[Problem]:
    known = [theme.key for theme in asked.themes]
    for item in asked.items:
        if item.theme not in known:
            words = f"Udsagnet {item.key!r} hører til temaet {item.theme!r}, som ikke findes.{nearest(item.theme, known)}"
            yield Problem(item, "theme", words)
        if not SHORTEST <= len(item.text.strip()) <= LONGEST:
            length = f"Udsagnet {item.key!r} er på {len(item.text.strip())} tegn. "
            yield Problem(item, "text", f"{length}Det skal være på mindst {SHORTEST} og højst {LONGEST}.")


def _twice(asked: Questionnaire) -> Iterator[Problem]:
    first: dict[str, Item] = {}
    for item in asked.items:
        same = first.setdefault(" ".join(item.text.split()).casefold(), item)
        if same.key != item.key:
            words = f"Udsagnet {item.key!r} siger det samme som {same.key!r}. Skriv noget andet, eller slet det ene."
            yield Problem(item, "text", words)
