"""The rules that read one sentence. Each returns the place of the few words it would ask about, or None."""

from collections.abc import Iterable

from . import words as known
from .behaviour import acts, concrete, person, skip, word_at
from .text import Sentence, Word

Place = tuple[int, int]
"""From the first word up to, not including, the last, counted in the sentence."""

Words = tuple[Word, ...]

FRAMED = 9
"""How many words from a frame the word it frames may stand."""

_ACTOR_WITHIN = 8
_LONGEST_SUBJECT = 7


def quality(sentence: Sentence, following: Sentence | None) -> Place | None:
    """A quality somebody claims or asks for, where neither this sentence nor the next says what one would see."""
    return _unless_shown(sentence, following, _claimed(sentence))


def everybody(sentence: Sentence, following: Sentence | None) -> Place | None:
    """A wording of which nobody would say the opposite, with nothing behind it here or in the next sentence."""
    place = _phrase(sentence, known.PHRASES) or _cared_for(sentence) or _important(sentence) or _must(sentence)
    return _unless_shown(sentence, following, place)


def nobody(sentence: Sentence, following: Sentence | None) -> Place | None:
    """A passive where nobody is named who does it, here or in the next sentence."""
    words = sentence.words
    place = next((found for i in range(len(words)) if (found := _passive(words, i)) and not _actor(words, found[1])), None)
    mutual = any(word.text in known.MUTUAL for word in words)
    if place is None or mutual or _negated(sentence) or _somebody_before(words, place[1]):
        return None
    return None if acts(sentence) or (following and (acts(following) or _takes_it_on(following))) else place


def _takes_it_on(sentence: Sentence) -> bool:
    """ "Det gør jeg"."""
    return any(f" det {verb} {who} " in sentence.line for verb in ("gør", "sørger") for who in known.SELF)


def _unless_shown(sentence: Sentence, following: Sentence | None, place: Place | None) -> Place | None:
    if place is None or _negated(sentence) or concrete(sentence) or acts(sentence, *place):
        return None
    return None if following and (concrete(following) or acts(following)) else place


def _negated(sentence: Sentence) -> bool:
    return any(word.text in known.NEGATIONS for word in sentence.words)


def _phrase(sentence: Sentence, phrases: Iterable[str]) -> Place | None:
    """Where the first of ``phrases`` stands."""
    for phrase in phrases:
        found = sentence.line.find(f" {phrase} ")
        if found >= 0:
            first = sentence.line.count(" ", 0, found)
            return first, first + phrase.count(" ") + 1
    return None


# A quality


def _claimed(sentence: Sentence) -> Place | None:
    words = sentence.words
    own = next((i for i, word in enumerate(words) if word.text in known.SELF_WORDS or person(words, i)), None)
    if own is None:
        return None
    return (
        _phrase(sentence, known.QUALITY_PHRASES)
        or _predicate(words, own)
        or _attribute(words)
        or _virtue(sentence)
        or _in_front(sentence)
    )


def _predicate(words: Words, own: int) -> Place | None:
    """ "Jeg er åben", "at være rolig", "en leder, der er modig"."""
    for place, word in enumerate(words):
        if word.text in known.COPULAS and _of_somebody(words, place, own):
            last = _last_quality(words, place + 1)
            if last is not None:
                return _subject(words, place), last + 1
    return None


def _of_somebody(words: Words, place: int, own: int) -> bool:
    """Whether the copula's subject is the leader, somebody spoken to, or a leader's manner."""
    if person(words, place + 1) if place + 1 < len(words) else False:
        return True
    left = skip(words, place - 1, known.ADVERBS | known.MODALS, step=-1)
    if left < 0:
        return False
    subject = words[left].text
    if subject in ("der", "som"):
        return any(word.text in known.PEOPLE for word in words[max(0, left - 3) : left])
    if subject in ("at", "og") or words[place].text in ("være", "blive", "fremstå", "virke"):
        return own < place
    return (person(words, left) and subject not in ("han", "hun", "man")) or (
        subject in known.STYLES and word_at(words, left - 1) in known.POSSESSIVE
    )


def _last_quality(words: Words, place: int) -> int | None:
    last = None
    while place < len(words) and (words[place].text in known.LINKS or words[place].text in known.QUALITIES):
        if words[place].text in known.QUALITIES and not _about_something(words, place + 1):
            last = place
        place += 1
    return last


def _about_something(words: Words, place: int) -> bool:
    """ "ansvarlig for skolerne", "nysgerrig på tallet"; "på vores vegne" is about nothing."""
    return word_at(words, place) in ("for", "til", "over", "på") and word_at(words, place + 1) not in known.POSSESSIVE


def _subject(words: Words, place: int) -> int:
    """Where a quote begins that ends in what the copula at ``place`` says."""
    left = skip(words, place - 1, known.ADVERBS | known.MODALS, step=-1)
    if word_at(words, left) in known.STYLES:
        return left - 1
    return left if left >= 0 and word_at(words, left) not in ("og", "at") else place


def _attribute(words: Words) -> Place | None:
    """ "en ordentlig og anstændig chef", "en anerkendende tilgang"."""
    for place, word in enumerate(words):
        if word.text in known.PEOPLE or word.text in known.STYLES:
            first = place
            while first > 0 and (words[first - 1].text in known.QUALITIES or words[first - 1].text in ("og", "men")):
                first -= 1
            if any(each.text in known.QUALITIES for each in words[first:place]):
                return max(first - (word_at(words, first - 1) in known.ARTICLES), 0), place + 1
    return None


def _virtue(sentence: Sentence) -> Place | None:
    """ "Mine værdier er mod og tillid", "Ordentlighed er kernen i min måde at lede på"."""
    frame = _phrase(sentence, known.VIRTUE_FRAMES)
    if frame is None:
        return None
    near = range(max(0, frame[0] - FRAMED), min(len(sentence.words), frame[1] + FRAMED))
    virtues = [i for i in near if sentence.words[i].text in known.VIRTUES and word_at(sentence.words, i + 1) != "til"]
    return (min(virtues[0], frame[0]), max(virtues[-1] + 1, frame[1])) if virtues else None


def _in_front(sentence: Sentence) -> Place | None:
    """ "Åben, ærlig og direkte – sådan er jeg"."""
    if sentence.words[0].text not in known.QUALITIES or " er jeg " not in sentence.line:
        return None
    last = _last_quality(sentence.words, 0)
    return None if last is None else (0, last + 1)


# A phrase nobody could disagree with


def _cared_for(sentence: Sentence) -> Place | None:
    return _framed(sentence, known.CARES, known.GOODS)


def _important(sentence: Sentence) -> Place | None:
    return _framed(sentence, known.IMPORTANT, known.GOODS | known.VIRTUES)


def _framed(sentence: Sentence, frames: Iterable[str], goods: frozenset[str]) -> Place | None:
    """The frame together with the good thing nearest to it."""
    frame = _phrase(sentence, frames)
    if frame is None:
        return None
    near = range(max(0, frame[0] - FRAMED), min(len(sentence.words), frame[1] + FRAMED))
    good = next((i for i in near if sentence.words[i].text in goods), None)
    return None if good is None else (min(good, frame[0]), max(good + 1, frame[1]))


def _must(sentence: Sentence) -> Place | None:
    """ "Vi skal levere høj kvalitet"."""
    words = sentence.words
    for place, word in enumerate(words):
        verb = skip(words, place + 1)
        if word.text in known.MODALS and word_at(words, verb) in known.MUST:
            end = min(len(words), verb + 6)
            good = next((i for i in range(verb + 1, end) if words[i].text in known.MUST_GOODS), None)
            if good is not None:
                return max(0, place - 1), good + 1
    return None


# A passive without an actor


def _passive(words: Words, place: int) -> Place | None:
    """Where the passive whose verb stands at ``place`` begins and ends."""
    text = words[place].text
    if text in ("bliver", "blive", "blev", "blevet"):
        return _with_auxiliary(words, place)
    if text in ("er", "var"):
        return _with_being(words, place)
    return _with_s(words, place) if _s_form(text) else None


def _s_form(text: str) -> bool:
    """Whether the word can be a verb in -s: not a genitive ("borgernes") and not a verb that always ends so ("lykkes")."""
    if not text.endswith(("es", "ås")) or len(text) < 4 or text in known.DEPONENT or text in known.NO_PASSIVE:
        return False
    return not text.endswith(("rnes", "enes", "ternes")) or text in known.PASSIVE_IN_NES


def _with_s(words: Words, place: int) -> Place | None:
    left = skip(words, place - 1, step=-1)
    before = word_at(words, left)
    if before in ("kan", "kunne") and word_at(words, left - 1) in known.POINTING:
        return None  # "det kan læses højt" says what is possible
    if before in known.MODALS:
        return _from_subject(words, left, place)
    if words[place].text in known.MIDDLE:
        return None
    if word_at(words, place + 1) == "der":
        return place, _end(words, place + 2)
    return _from_subject(words, left + 1, place)


def _with_auxiliary(words: Words, place: int) -> Place | None:
    """ "bliver brugt"; not "bliver vred", "bliver skolebarn", "bliver jeg spurgt"."""
    after = skip(words, place + 1)
    if not _is_participle(word_at(words, after)):
        return None
    left = _before_auxiliary(words, place)
    if words[place].text == "blev" and word_at(words, left) not in ("der", "det"):
        return None  # "sagen blev afgjort" tells a story
    return _from_subject(words, left + 1, after)


def _before_auxiliary(words: Words, place: int) -> int:
    """The last word of the subject: before "bliver" and "er blevet", or before the "vil" that "blive" belongs to."""
    if words[place].text == "blive":
        for modal in range(place - 1, max(-1, place - 1 - FRAMED), -1):
            if words[modal].text in known.MODALS:
                return modal - 1
            if words[modal].gap:
                break
    return skip(words, place - 1, known.ADVERBS | known.MODALS | frozenset(("er", "var")), step=-1)


def _with_being(words: Words, place: int) -> Place | None:
    """ "Der er iværksat", "Det er besluttet, at": only with der and det, else it says how something is."""
    after = skip(words, place + 1)
    participle = word_at(words, after)
    if not _is_participle(participle) or word_at(words, place - 1) not in ("der", "det"):
        return None
    if word_at(words, place - 1) == "det" and word_at(words, after + 1) != "at":
        return None
    return _from_subject(words, place, after)


def _is_participle(text: str) -> bool:
    return text not in known.STATES and (text in known.PARTICIPLES or (text.endswith("et") and len(text) > 4))


def _from_subject(words: Words, verb: int, last: int) -> Place | None:
    """From where the clause of the finite verb at ``verb`` begins; None if a person or a relative is its subject."""
    first = verb
    while first > 0 and verb - first < _LONGEST_SUBJECT and not _clause_begins(words, first):
        first -= 1
    subject = [word.text for word in words[first:verb]]
    if not subject or not _clause_begins(words, first) or _relative(words, first) or subject[0] in known.QUESTIONS:
        return None
    if any(person(words, i) and words[i].text not in ("i", "du") for i in range(first, verb)):
        return None
    if any(text in known.MODALS or text in known.COPULAS or text == "har" for text in subject):
        return None
    return first, _end(words, last + 1)


def _clause_begins(words: Words, place: int) -> bool:
    return place == 0 or bool(words[place].gap.strip("()'’-")) or words[place - 1].text in known.OPENERS


def _relative(words: Words, place: int) -> bool:
    """ "mål, der følges op": der stands for something just named."""
    return place > 0 and words[place].text in ("der", "som") and words[place - 1].text not in known.OPENERS


def _end(words: Words, place: int) -> int:
    return place + (word_at(words, place) in known.PARTICLES)


def _actor(words: Words, place: int) -> bool:
    """Whether "af" and somebody follow soon."""
    return any(
        words[i].text == "af" and i + 1 < len(words) and _can_act(words[i + 1])
        for i in range(place - 1, min(len(words), place + _ACTOR_WITHIN))
    )


def _can_act(word: Word) -> bool:
    return word.capital or word.text in known.ACTORS or word.text.startswith(known.ACTOR_STEMS)


def _somebody_before(words: Words, place: int) -> bool:
    """ "Jeg sørger for, at der følges op": somebody has been named who does it."""
    return any(word.text in ("jeg", "vi", "du") for word in words[:place])
