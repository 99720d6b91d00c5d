"""What makes words more than empty: something somebody does, or something that could be looked up or pointed at."""

from . import words as known
from .text import Sentence, Word

FAR = 4
"""How many small words may stand between a subject and its verb, or a verb and what makes it empty."""


def concrete(sentence: Sentence) -> bool:
    """Whether a number, a day, a name or an announced example stands in it."""
    return any(
        word.text in known.CONCRETE or word.text[0].isdecimal() or (place > 0 and _is_name(word))
        for place, word in enumerate(sentence.words)
    )


def acts(sentence: Sentence, first: int = 0, last: int = 0) -> bool:
    """Whether somebody does something one could see or hear, outside the words from ``first`` up to ``last``."""
    words = sentence.words
    return any(
        not first <= place < last
        and (word.text in known.SEEN or _acting(words, place) or (word.text == "at" and _by_doing(words, place)))
        for place, word in enumerate(words)
    )


def person(words: tuple[Word, ...], place: int) -> bool:
    """Whether that word is a personal pronoun as subject. "I" is one where it isn't the preposition."""
    word = words[place]
    if word.text != "i":
        return word.text in known.PERSONS
    return word.capital and (place > 0 or _finite(words[1].text if len(words) > 1 else ""))


def skip(words: tuple[Word, ...], place: int, over: frozenset[str] = known.ADVERBS, step: int = 1) -> int:
    """The place of the first word from ``place`` on that isn't in ``over``, at most FAR words on."""
    for _ in range(FAR):
        if not (0 <= place < len(words) and words[place].text in over):
            break
        place += step
    return place


def word_at(words: tuple[Word, ...], place: int) -> str:
    """The word there, or nothing outside the sentence."""
    return words[place].text if 0 <= place < len(words) else ""


def _is_name(word: Word) -> bool:
    """A capital after a colon or a dash begins a clause; HR and MED are no names."""
    return word.capital and not word.shouted and len(word.text) > 1 and not set(word.gap) & set(":;–—-*¤")


def _finite(text: str) -> bool:
    return text in known.MODALS or text in known.PASTS or text.endswith(("r", "ede", "te"))


def _acting(words: tuple[Word, ...], place: int) -> bool:
    """Whether the subject at ``place`` has a verb of action, after it ("jeg lægger") or before it ("så lægger jeg")."""
    if not person(words, place):
        return False
    after = skip(words, place + 1)
    if _did(words, after):
        return True
    before = word_at(words, place - 1)
    if before in known.MODALS and not words[place].gap:
        return _is_act(words, skip(words, place + 1, known.FILLERS), infinitive=True)
    return _finite(before) and before not in known.CONJUNCTIONS and _is_act(words, place - 1)


def _did(words: tuple[Word, ...], place: int) -> bool:
    verb = word_at(words, place)
    if verb in known.MODALS:
        return _is_act(words, skip(words, place + 1, known.FILLERS), infinitive=True)
    if verb in ("har", "havde"):
        return _participle(word_at(words, skip(words, place + 1)))
    return _finite(verb) and _is_act(words, place)


def _participle(text: str) -> bool:
    regular = text.endswith("et") and text not in known.STATES and text not in known.EMPTY_PARTICIPLES
    return regular or text in known.PARTICIPLES


def _by_doing(words: tuple[Word, ...], place: int) -> bool:
    """ "ved at spørge", "i at tie stille": the infinitive of an action after "at"."""
    by = not words[place].gap and word_at(words, place - 1) in ("ved", "i", "med", "på")
    return by and _is_act(words, skip(words, place + 1), infinitive=True)


def _is_act(words: tuple[Word, ...], place: int, *, infinitive: bool = False) -> bool:
    verb = word_at(words, place)
    if not verb or verb in known.EMPTY or verb in known.NOT_A_VERB or verb in known.CONJUNCTIONS or verb in known.PERSONS:
        return False
    if infinitive and not verb.endswith(("e", "å", "o")):
        return False
    following = {word.text for word in words[place + 1 : place + 1 + FAR]}
    return not known.LIGHT.get(verb, frozenset()) & following
