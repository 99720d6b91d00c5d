"""The living foundation: each sentence that promises something, with the experiments and visits that tested it and what
others saw, heard and wrote about it. For its owner alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from html import escape

from ..danish import near_day
from ..mirror.promises import PROMISES, VALUES, Sentence, about, sentences
from ..vocabulary import PERIOD
from .connection import Heard, Reading, Way, WayStep
from .view import HEADINGS

_TOLD = {"result.1.happened": "Det skete", "result.1.learned": "Det lærte jeg", "next": "Det gør jeg nu"}
"""What is told of an experiment, by the end of its keys."""

_SEEN = {"1.saw": "Det så jeg", "1.heard": "Det hørte jeg", "1.wondered": "Det undrede jeg mig over"}
_HOME = {"1.bring": "Det tager jeg med hjem", "1.joint": "Vores fælles skridt"}
"""What is told of an own visit, by the end of its keys: of the guest's card, and of what came home from it."""

_HEARD = {
    "line": "om sætningen i mit udkast",
    "well": "om mit udkast: Det virker godt",
    "more": "om mit udkast: Det måtte der gerne være mere af",
    "improve": "om mit udkast: Det kan blive bedre",
    "less": "om mit udkast: Mindre af eller anderledes",
    "dare": "om mit udkast: Det ville jeg nu turde bede dig om",
    "harvest": "hørte mig sige",
    "promise": "hørte mit løfte sådan",
    "words": "lagde mærke til ordene",
}
"""What another did, by the kind of what was said."""

_OTHERS = {"promise": "Mit løfte"}


@dataclass(frozen=True)
class Card:
    """A card of a period: the name of the step it stands in and the step, if it is one still, and the texts on it by the
    end of their keys.
    """

    period: str
    step: WayStep | None
    card: str
    texts: dict[str, str]

    @property
    def held(self) -> bool:
        """Whether an experiment has been tried: something happened, or something was decided."""
        return any(self.texts.get(part, "").strip() for part in ("result.1.happened", "decision"))

    @property
    def sentence(self) -> str:
        """The sentence of the foundation that is tested; or empty."""
        return self.texts.get("sentence", "").strip()

    @property
    def name(self) -> str:
        """Where it stands: "Periode A: Aktivt visionslederskab, prøvehandling 1"."""
        kind, _, number = self.card.rpartition("-")
        title = self.step.title if self.step else "En tidligere periode"
        return f"{title}, {f'prøvehandling {number}' if kind else 'jobbesøg'}"


@dataclass(frozen=True)
class Trace:
    """Something that stands beside the sentence that ``words`` are about. ``tests``: it was done, so the sentence is tested.

    ``said``: another has said it; ``quote`` is what it says it is about, where that sentence is not in the foundation now.
    """

    words: str
    html: str
    tests: bool = False
    said: bool = False
    quote: str = ""


def shown(reading: Reading, way: Way, heard: Iterable[Heard] = ()) -> str:
    """The promises with what tested them and what was said about them; how many nothing has tested stands first."""
    known = sentences(reading.texts)
    if not any(sentence.key in PROMISES for sentence in known):
        return '<p class="fl-empty">Her kommer sætningerne fra dit ledelsesgrundlag, når du har skrevet dem.</p>'
    traces = _traces(reading, way, list(heard), known)
    beside: dict[str, list[Trace]] = {sentence.place: [] for sentence in known}
    left = []
    for trace in traces:
        found = about(trace.words, known)
        for sentence in found:
            beside[sentence.place].append(trace)
        left += [] if found else [trace]
    told = [each for each in known if each.key in PROMISES or beside[each.place]]
    parts = "".join(_block(reading, key, told, beside) for key in (*PROMISES, VALUES))
    return f'<div class="fl-living">{_sum(known, beside)}{parts}{_left(left)}</div>'


def promised(reading: Reading, way: Way) -> list[str]:
    """What the leader has promised to try and not told of yet, the nearest day first, each in a sentence of HTML."""
    waiting = [
        (day, each)
        for each in _cards(reading, way, "experiment-")
        if not each.held and (day := _day(each.texts.get("day", "")))
    ]
    return [
        f"{'Du lovede' if when < way.today else 'Du har lovet'} "
        f"at prøve noget den {near_day(when, way.today)} ({_where(each)})."
        for when, each in sorted(waiting, key=lambda found: found[0])
    ]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _cards(reading: Reading, way: Way, kind: str) -> list[Card]:
    """The cards of that kind on which anything is written, in the order of the periods."""
    steps = {step.name: step for step in way.steps}
    cards: dict[tuple[str, str], dict[str, str]] = {}
    for key, text in reading.texts.items():
        head, _, rest = key.partition(".")
        step, _, part = rest.partition(".")
        card, _, end = part.partition(".")
        if head == PERIOD and card.startswith(kind) and text.strip():
            cards.setdefault((step, card), {})[end] = text
    order = {name: place for place, name in enumerate(steps)}
    ranked = sorted(cards.items(), key=lambda each: (order.get(each[0][0], len(order)), each[0][1]))
    return [Card(step, steps.get(step), card, texts) for (step, card), texts in ranked]


def _traces(reading: Reading, way: Way, heard: list[Heard], known: list[Sentence]) -> list[Trace]:
    """All there is to stand beside the sentences: what was done, and what others said."""
    done = [Trace(each.sentence, _experiment(each), tests=each.held) for each in _cards(reading, way, "experiment-")]
    return [*done, *_visits(reading, way, heard), *(_said(each, known) for each in heard if each.kind != "visit")]


def _visits(reading: Reading, way: Way, heard: list[Heard]) -> Iterable[Trace]:
    """A trace for each period with a visit: one the leader has written about, or been seen at."""
    steps = {step.name: step for step in way.steps}
    own, home = ({each.period: each for each in _cards(reading, way, kind)} for kind in ("visit", "home"))
    seen = [each for each in heard if each.kind == "visit"]
    for period in dict.fromkeys([*steps, *own, *home]):
        theirs = [each for each in seen if each.step == period]
        mine = [own[period]] if period in own else []
        back = home.get(period, Card(period, steps.get(period), "home", {}))
        if mine or theirs or back.texts:
            yield Trace(back.sentence, _visit(mine, back, theirs), tests=bool(mine or theirs))


def _said(each: Heard, known: list[Sentence]) -> Trace:
    """What another said. The promise as it was heard is about the whole promise, which has a place if it is one sentence."""
    [(_, text)] = each.said
    promise = [sentence.text for sentence in known if sentence.key == "promise"]
    words = each.now or each.line if each.kind == "line" else text
    if each.kind == "promise" and len(promise) == 1:
        words = promise[0]
    changed = (
        f'<p class="fl-living-then">Den lød dengang: »{escape(each.line)}«</p>' if each.now not in ("", each.line) else ""
    )
    who = f"<p><strong>{escape(each.name)}</strong> {_HEARD[each.kind]}:</p>"
    html = f'<div class="fl-living-heard">{who}<p class="fl-living-words" dir="auto">{_text(text)}</p>{changed}</div>'
    return Trace(words, html, said=True, quote=each.line)


def _text(text: str) -> str:
    return escape(text.strip()).replace("\n", "<br>")


def _sum(known: list[Sentence], beside: dict[str, list[Trace]]) -> str:
    promises = [sentence for sentence in known if sentence.key in PROMISES]
    untested = [each for each in promises if not any(trace.tests for trace in beside[each.place])]
    return f'<p class="fl-living-sum">{_counted(len(promises), len(untested))}</p>'


def _counted(promises: int, untested: int) -> str:
    """How many of the sentences have been tested, in words."""
    if not untested:
        return "Din sætning er prøvet." if promises == 1 else "Alle sætningerne er prøvet mindst én gang."
    if promises == 1:
        return "Sætningen er ikke prøvet endnu. Lad den næste prøvehandling handle om den."
    if untested == promises:
        return "Ingen af sætningerne er prøvet endnu. Vælg én, og lad den næste prøvehandling handle om den."
    tested = promises - untested
    rest = "Den sidste" if untested == 1 else "De andre"
    return f"{tested} af {promises} sætninger er prøvet. {rest} lover du stadig på tro og love."


def _block(reading: Reading, key: str, told: list[Sentence], beside: dict[str, list[Trace]]) -> str:
    items = "".join(_line(each, beside[each.place]) for each in told if each.key == key)
    title = reading.labels.get(key) or HEADINGS.get(key) or _OTHERS.get(key, "")
    return _list(title, items) if items else ""


def _line(sentence: Sentence, traces: list[Trace]) -> str:
    state = "tested" if any(trace.tests for trace in traces) else "untested"
    none = "" if any(not trace.said for trace in traces) else '<p class="fl-living-none">Ikke prøvet endnu.</p>'
    under = "".join(trace.html for trace in traces)
    return (
        f'<li class="fl-living-line fl-living-{state}" id="{sentence.place}">'
        f'<p class="fl-living-said" dir="auto">{escape(sentence.text)}</p>{none}{under}</li>'
    )


def _experiment(each: Card) -> str:
    decision = each.texts.get("decision", "").strip()
    verdict = f" <strong>{escape(decision)}</strong>" if decision else "" if each.held else " Ikke gjort endnu."
    return f'<div class="fl-living-test"><p>{_where(each)}.{verdict}</p>{_answers(each, _TOLD)}</div>'


def _visit(own: list[Card], home: Card, theirs: list[Heard]) -> str:
    verdict = "" if own or theirs else " Ikke gjort endnu."
    mine = "".join(_answers(card, _SEEN) for card in own) + _answers(home, _HOME)
    seen = "".join(
        f'<p class="fl-living-who"><strong>{escape(each.name)}</strong> skrev efter besøget:</p>{_pairs(each.said)}'
        for each in theirs
    )
    return f'<div class="fl-living-test"><p>{_where(home)}.{verdict}</p>{mine}{seen}</div>'


def _where(each: Card) -> str:
    """Its name, and the way to where it is let go, which is below all that is written on it."""
    name = escape(each.name)
    if not each.step or not each.step.url:
        return name
    card = each.card if each.card.startswith("experiment-") else "visit"
    return f'<a href="{escape(f"{each.step.url}#{PERIOD}.{each.period}.{card}")}">{name}</a>'


def _answers(each: Card, told: dict[str, str]) -> str:
    return _pairs([(label, each.texts[part]) for part, label in told.items() if each.texts.get(part, "").strip()])


def _pairs(said: Iterable[tuple[str, str]]) -> str:
    found = "".join(f'<dt>{escape(asked)}</dt><dd dir="auto">{_text(text)}</dd>' for asked, text in said)
    return f"<dl>{found}</dl>" if found else ""


def _list(title: str, items: str) -> str:
    return f'<h3 class="fl-draft-heading">{escape(title)}</h3><ul class="fl-living-lines">{items}</ul>'


def _left(traces: list[Trace]) -> str:
    """What belongs to no sentence that stands there now: what was tried, and what others said."""
    done = "".join(_loose(each, each.words or "Uden en sætning fra grundlaget") for each in traces if not each.said)
    said = "".join(_loose(each, each.quote) for each in traces if each.said)
    tried = _list("Prøvet, men ikke i dit grundlag nu", done) if done else ""
    return tried + (_list("Det, andre har sagt om resten", said) if said else "")


def _loose(trace: Trace, quote: str) -> str:
    said = f'<p class="fl-living-said" dir="auto">{escape(quote)}</p>' if quote else ""
    return f'<li class="fl-living-line">{said}{trace.html}</li>'
