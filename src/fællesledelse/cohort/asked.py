"""What is different in what a survey asks, in words, for a facilitator to nod at before it is taken into use."""

from collections.abc import Iterator

from ..model import Item, Questionnaire, Theme

NOTHING = Questionnaire((), ())


def changed(before: Questionnaire | None, after: Questionnaire) -> list[str]:
    """Everything that is different, a sentence each. Empty: nothing is."""
    earlier = before or NOTHING
    found = [*_themes(earlier, after), *_items(earlier, after)]
    if found or (earlier.items, earlier.themes) == (after.items, after.themes):
        return found
    return ["Rækkefølgen er en anden."]


def _themes(before: Questionnaire, after: Questionnaire) -> Iterator[str]:
    known, kept = {each.key: each for each in before.themes}, {each.key for each in after.themes}
    for each in after.themes:
        yield from _theme(known.get(each.key), each)
    yield from (f"Temaet »{each.title}« udgår." for each in before.themes if each.key not in kept)


def _theme(before: Theme | None, after: Theme) -> Iterator[str]:
    if before is None:
        yield f"Nyt tema: »{after.title}«."
        return
    if before.title != after.title:
        yield f"Temaet »{before.title}« hedder nu »{after.title}«."
    if before.intro != after.intro:
        yield f"Temaet »{after.title}« har fået en anden indledning."
    if before.kind != after.kind:
        yield f"Temaet »{after.title}« er af en anden slags."


def _items(before: Questionnaire, after: Questionnaire) -> Iterator[str]:
    known, kept = {each.key: each for each in before.items}, {each.key for each in after.items}
    titles = {each.key: each.title for each in after.themes}
    for each in after.items:
        yield from _item(known.get(each.key), each, titles.get(each.theme, ""))
    yield from (f"»{each.text}« udgår." for each in before.items if each.key not in kept)


def _item(before: Item | None, after: Item, theme: str) -> Iterator[str]:
    if before is None:
        yield f"Nyt i »{theme}«: »{after.text}«{' Enighed er skidt.' if after.reversed else ''}"
        return
    if before.text != after.text:
        yield f"»{before.text}« bliver til »{after.text}«"
    if before.reversed != after.reversed:
        yield f"»{after.text}« er vendt: Nu er det {'skidt' if after.reversed else 'godt'} at være enig."
    if before.theme != after.theme:
        yield f"»{after.text}« er flyttet til »{theme}«."
