"""What is computed from a leader's texts, as HTML: escaped, semantic, without style and script.

The classes begin with ``fl-``; the page's style sheet gives them their look. Headings begin at h3, because the
notebook's own stand above.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from itertools import groupby

from ..vocabulary import DRAFT, covers
from .connection import Reading, Way, WayStep

WORDS_A_MINUTE = 130
"""How fast a prepared text is read aloud to people who are to follow it."""

MINUTES = 3
"""How long the foundation may take to read aloud."""

HEADINGS = dict(
    zip(
        DRAFT,
        (
            "Min opgave og dens effekt",
            "Hvorfor",
            "Værdier i handling",
            "I kan forvente af mig",
            "Jeg forventer af jer",
            "Det øver jeg mig i",
        ),
        strict=True,
    )
)
"""The headings of the foundation, where the notebook's own wording isn't known."""

MONTHS = "januar februar marts april maj juni juli august september oktober november december".split()


def away() -> str:
    """What stands in a computed part's place while the server can't be reached."""
    return (
        '<p class="fl-away">Vi kan ikke hente dine ord lige nu. De er gemt, hvor du gemte dem. '
        "Vent et øjeblik, og genindlæs siden.</p>"
    )


def earlier(reading: Reading, reads: Sequence[str]) -> str:
    """The texts of ``reads`` in that order, each under its question; cards as a numbered list."""
    blocks = [block for read in reads for block in _blocks(reading, read)]
    if not blocks:
        blocks = ['<p class="fl-empty">Her kommer dine egne ord til at stå, når du har skrevet dem i et tidligere trin.</p>']
    return f'<div class="fl-earlier">{"".join(blocks)}</div>'


def _blocks(reading: Reading, read: str) -> Iterable[str]:
    written = {key: text for key, text in reading.texts.items() if text.strip() and covers((read,), key)}
    if read in written:
        yield _question(reading.labels.get(read, ""), written.pop(read))
    cards = groupby(sorted(written, key=lambda key: _number(key, read)), key=lambda key: _number(key, read))
    items = [_card([_question(reading.labels.get(key, ""), written[key]) for key in keys]) for _, keys in cards]
    if items:
        yield f'<ol class="fl-cards">{"".join(items)}</ol>'


def _number(key: str, read: str) -> int:
    """Which card a key below ``read`` belongs to: 2 in ``episodes.2.did``; 0 where it has no number."""
    head = key.removeprefix(f"{read}.").split(".")[0]
    return int(head) if head.isdecimal() else 0


def _card(questions: list[str]) -> str:
    return f'<li class="fl-card">{"".join(questions)}</li>'


def _question(label: str, text: str) -> str:
    asked = f'<p class="fl-question">{escape(label)}</p>' if label else ""
    return f'<div class="fl-said">{asked}{_paragraphs(text)}</div>'


def _paragraphs(text: str) -> str:
    """A leader's text: an empty line parts paragraphs, a single line break stays one."""
    parts = [part.strip() for part in text.replace("\r\n", "\n").split("\n\n")]
    return "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in parts if part)


def draft(reading: Reading) -> str:
    """The six headings with what is written under them, and how long it takes to read aloud."""
    body = "".join(_heading(reading, key) for key in DRAFT)
    return f'<article class="fl-draft">{body}</article>{_length(reading)}'


def _name(reading: Reading, key: str) -> str:
    return reading.labels.get(key) or HEADINGS[key]


def _heading(reading: Reading, key: str) -> str:
    text = _paragraphs(reading.texts.get(key, "")) or '<p class="fl-empty">Her er der endnu ikke skrevet noget.</p>'
    return f'<h3 class="fl-draft-heading">{escape(_name(reading, key))}</h3>{text}'


def _length(reading: Reading) -> str:
    words = sum(len(reading.texts.get(key, "").split()) for key in DRAFT)
    empty = [_name(reading, key) for key in DRAFT if not reading.texts.get(key, "").strip()]
    lines = [_aloud(words)]
    if empty:
        lines.append(f"Endnu uden ord: {_listed(empty)}.")
    return f'<div class="fl-draft-length">{"".join(f"<p>{escape(line)}</p>" for line in lines)}</div>'


def _aloud(words: int) -> str:
    seconds = round(words * 60 / WORDS_A_MINUTE / 5) * 5
    left = MINUTES * WORDS_A_MINUTE - words
    room = f"Der er plads til {left} ord mere" if left >= 0 else f"Det er {-left} ord mere, end der er plads til"
    return f"{words} ord. Læst højt tager det omkring {_duration(seconds)}. {room} på {MINUTES} minutter."


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    said = [f"{minutes} minut{'ter' if minutes != 1 else ''}"] if minutes else []
    if rest or not minutes:
        said.append(f"{rest} sekunder")
    return " og ".join(said)


def path(way: Way) -> str:
    """The steps with their days, the one to take now in full, and who goes along. Short enough for one screen on a phone."""
    steps = [step for step in way.steps if step.kind not in ("welcome", "annex")]
    current = _current(steps, way.today)
    items = "".join(_step(step, way.today, step is current) for step in steps)
    return f'<div class="fl-path"><ol class="fl-steps">{items}</ol>{_beside(way)}</div>'


def _current(steps: Sequence[WayStep], today: date) -> WayStep | None:
    """The first open step not yet marked as done; None where everything open is done."""
    return next((step for step in steps if not step.done and _open(step, today)), None)


def _open(step: WayStep, today: date) -> bool:
    return step.opens is None or step.opens <= today


def _step(step: WayStep, today: date, current: bool) -> str:
    title = escape(step.title)
    if _open(step, today) and step.url:
        title = f'<a href="{escape(step.url)}">{title}</a>'
    kind = "fl-step-current" if current else "fl-step-done" if step.done else "fl-step-open"
    if not _open(step, today):
        kind = "fl-step-later"
    mark = ' aria-current="step"' if current else ""
    return f'<li class="fl-step {kind}"{mark}>{title} <span class="fl-step-state">{escape(_state(step, today, current))}</span></li>'


def _state(step: WayStep, today: date, current: bool) -> str:
    if step.opens is not None and step.opens > today:
        return f"åbner {_day(step.opens)}"
    if step.done:
        return "gennemført"
    if not current:
        return "åben"
    begun = f", du har skrevet i {step.filled} af {step.fields} felter" if step.filled else ""
    return f"her er du – {step.minutes} minutter{begun}"


def _day(day: date) -> str:
    return f"{day.day}. {MONTHS[day.month - 1]}"


def _beside(way: Way) -> str:
    lines = []
    if way.group:
        lines.append(f"Din sparringsgruppe: {_listed(way.group)}.")
    if way.facilitators:
        lines.append(f"{'Facilitatorer' if len(way.facilitators) > 1 else 'Facilitator'}: {_listed(way.facilitators)}.")
    return "".join(f'<p class="fl-beside">{escape(line)}</p>' for line in lines)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} og {names[-1]}"


def finish(way: Way, name: str) -> str:
    """The button that marks the step as done, and who sees the mark. The page's own script answers the click."""
    done = any(step.name == name and step.done for step in way.steps)
    label = "Gennemført. Fortryd" if done else "Marker trinet som gennemført"
    return (
        f'<div class="fl-finish"><button type="button" class="fl-button" data-finish="{escape(name)}" '
        f'aria-pressed="{str(done).lower()}">{label}</button>'
        '<p class="fl-finish-readers">Din facilitator kan se, at trinet er gennemført. Hun ser aldrig, hvad du har skrevet. '
        "Du kan altid gå tilbage og rette.</p></div>"
    )
