"""The living foundation: each sentence that promises something, with the experiments that tested it. For its owner alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from html import escape

from ..danish import near_day
from ..mirror.text import lines
from ..vocabulary import PERIOD
from .connection import Reading, Way, WayStep
from .view import HEADINGS

PROMISES = ("draft.offer", "draft.practising", "promise")
"""Where the foundation says what the leader will do."""

VALUES = "draft.values"
"""Where it says what the leader does already: of that only what was tested is shown."""

_TOLD = {"result.1.happened": "Det skete", "result.1.learned": "Det lærte jeg", "next": "Det gør jeg nu"}
"""What is told of an experiment, by the end of its keys."""

_OTHERS = {"promise": "Mit løfte"}


@dataclass(frozen=True)
class Experiment:
    """One card: the step it stands in, the sentence it tests, and what is written on it by the end of the keys."""

    step: WayStep | None
    card: str
    texts: dict[str, str]

    @property
    def sentence(self) -> str:
        """The sentence of the foundation that it tests; or empty."""
        return self.texts.get("sentence", "").strip()

    @property
    def name(self) -> str:
        """Where it stands: "Periode A: Aktivt visionslederskab, prøvehandling 1"."""
        title = self.step.title if self.step else "En tidligere periode"
        return f"{title}, prøvehandling {self.card.rpartition('-')[2]}"

    @property
    def held(self) -> bool:
        """Whether it has been tried: something happened, or something was decided."""
        return any(self.texts.get(part, "").strip() for part in ("result.1.happened", "decision"))


def shown(reading: Reading, way: Way) -> str:
    """The promises with what tested them; those that nothing has tested are pointed out first."""
    experiments = _experiments(reading, way)
    promises = {key: lines(reading.texts.get(key, "")) for key in PROMISES}
    if not any(promises.values()):
        return '<p class="fl-empty">Her kommer sætningerne fra dit ledelsesgrundlag, når du har skrevet dem.</p>'
    values = [each for each in lines(reading.texts.get(VALUES, "")) if any(_tests(one, each) for one in experiments)]
    blocks = promises | {VALUES: values}
    parts = "".join(_block(reading, key, found, experiments) for key, found in blocks.items() if found)
    return f'<div class="fl-living">{_sum(promises, experiments)}{parts}{_orphans(blocks, experiments)}</div>'


def promised(reading: Reading, way: Way) -> list[str]:
    """What the leader has promised to try and not told of yet, the nearest day first, each in a sentence."""
    waiting = [
        (day, each) for each in _experiments(reading, way) if not each.held and (day := _day(each.texts.get("day", "")))
    ]
    return [
        f"{'Du lovede' if day < way.today else 'Du har lovet'} at prøve noget den {near_day(day, way.today)} ({each.name})."
        for day, each in sorted(waiting, key=lambda found: found[0])
    ]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _experiments(reading: Reading, way: Way) -> list[Experiment]:
    """The cards on which anything is written, in the order of the periods."""
    steps = {step.name: step for step in way.steps}
    cards: dict[tuple[str, str], dict[str, str]] = {}
    for key, text in reading.texts.items():
        head, _, rest = key.partition(".")
        step, _, part = rest.partition(".")
        card, _, end = part.partition(".")
        if head == PERIOD and card.startswith("experiment-") and text.strip():
            cards.setdefault((step, card), {})[end] = text
    order = {name: place for place, name in enumerate(steps)}
    ranked = sorted(cards.items(), key=lambda each: (order.get(each[0][0], len(order)), each[0][1]))
    return [Experiment(steps.get(step), card, texts) for (step, card), texts in ranked]


def _tests(experiment: Experiment, sentence: str) -> bool:
    """Whether it tests that sentence, also where one of the two has been split in another way."""
    one, other = _bare(experiment.sentence), _bare(sentence)
    return bool(one) and (one in other or other in one)


def _bare(text: str) -> str:
    return " ".join(text.lower().split()).strip(" .!?…–-")


def _sum(blocks: dict[str, list[str]], experiments: Iterable[Experiment]) -> str:
    held = [each for each in experiments if each.held]
    sentences = [sentence for found in blocks.values() for sentence in found]
    untested = [sentence for sentence in sentences if not any(_tests(each, sentence) for each in held)]
    if not untested:
        words = "Alle sætningerne er prøvet mindst én gang."
    elif len(untested) == len(sentences):
        words = "Ingen af sætningerne er prøvet endnu. Vælg én, og lad den næste prøvehandling handle om den."
    else:
        held_to = len(sentences) - len(untested)
        words = f"{held_to} af {len(sentences)} sætninger er prøvet. De andre lover du stadig på tro og love."
    return f'<p class="fl-living-sum">{escape(words)}</p>'


def _block(reading: Reading, key: str, found: list[str], experiments: list[Experiment]) -> str:
    title = reading.labels.get(key) or HEADINGS.get(key) or _OTHERS.get(key, "")
    items = "".join(_line(sentence, [each for each in experiments if _tests(each, sentence)]) for sentence in found)
    return f'<h3 class="fl-draft-heading">{escape(title)}</h3><ul class="fl-living-lines">{items}</ul>'


def _line(sentence: str, tests: list[Experiment]) -> str:
    state = "tested" if any(each.held for each in tests) else "untested"
    under = "".join(map(_experiment, tests)) or '<p class="fl-living-none">Ikke prøvet endnu.</p>'
    return f'<li class="fl-living-line fl-living-{state}"><p class="fl-living-said">{escape(sentence)}</p>{under}</li>'


def _experiment(each: Experiment) -> str:
    name = escape(each.name)
    where = f'<a href="{escape(each.step.url)}">{name}</a>' if each.step and each.step.url else name
    decision = each.texts.get("decision", "").strip()
    verdict = f" <strong>{escape(decision)}</strong>" if decision else "" if each.held else " Ikke gjort endnu."
    told = "".join(
        f"<dt>{escape(label)}</dt><dd>{escape(each.texts[part])}</dd>"
        for part, label in _TOLD.items()
        if each.texts.get(part, "").strip()
    )
    return f'<div class="fl-living-test"><p>{where}.{verdict}</p>{f"<dl>{told}</dl>" if told else ""}</div>'


def _orphans(blocks: dict[str, list[str]], experiments: list[Experiment]) -> str:
    """What tested a sentence that stands there no more, or none at all."""
    sentences = [sentence for found in blocks.values() for sentence in found]
    left = [each for each in experiments if not any(_tests(each, sentence) for sentence in sentences)]
    if not left:
        return ""
    said = [(escape(each.sentence or "Uden en sætning fra grundlaget"), _experiment(each)) for each in left]
    items = "".join(
        f'<li class="fl-living-line"><p class="fl-living-said">{sentence}</p>{test}</li>' for sentence, test in said
    )
    return f'<h3 class="fl-draft-heading">Prøvet, men ikke i dit grundlag nu</h3><ul class="fl-living-lines">{items}</ul>'
