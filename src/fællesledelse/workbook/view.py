"""What is computed from a leader's texts, as HTML: escaped, semantic, without style and script.

The classes begin with ``fl-``; the page's style sheet gives them their look. Headings begin at h3, because the
notebook's own stand above.
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from html import escape
from itertools import groupby

from ..danish import day, near_day, short_day
from ..vocabulary import DRAFT, covers
from .connection import Example, Reading, Way, WayStep

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

BAR, ROW = 300, 40
"""The longest bar of the chart and the height of a row, in pixels at full size."""

MANY = 12
"""More answers than this are folded away until the leader wants to read them."""

LIVING_PAGE = "levende-grundlag"
"""The step that tells the living foundation."""

_ISO_DAY = re.compile(r"[1-9]\d{3}-\d\d-\d\d")


@dataclass(frozen=True)
class Finishing:
    """The words of a button that marks something: on it, when it is pressed, about who sees the mark, and the way back."""

    press: str
    said: str
    readers: str
    onward: str


_STEP_DONE = Finishing(
    "Marker trinet som gennemført",
    "Du har markeret trinet som gennemført. Tryk igen, hvis du vil tage mærket tilbage.",
    "Din facilitator kan se mærket, men aldrig hvad du har skrevet. Du kan altid gå tilbage og rette, også bagefter.",
    "Se, hvor du er på din vej",
)


def away() -> str:
    """What stands in a computed part's place while the server can't be reached."""
    return '<p class="fl-away">Vi kan ikke hente dine ord lige nu. De er ikke tabt. Vent et øjeblik, og hent siden igen.</p>'


def earlier(reading: Reading, reads: Sequence[str]) -> str:
    """The texts of ``reads`` in that order, each under its question; cards as a numbered list. Many are folded."""
    blocks = [block for read in reads for block in _blocks(reading, read)]
    if not blocks:
        blocks = ['<p class="fl-empty">Her kommer dine egne ord til at stå, når du har skrevet dem.</p>']
    words = f'<div class="fl-earlier">{"".join(blocks)}</div>'
    answers = words.count('class="fl-said"')
    if answers <= MANY:
        return words
    return f'<details class="fl-fold"><summary>Læs dine egne ord ({answers} svar)</summary>{words}</details>'


def _blocks(reading: Reading, read: str) -> Iterable[str]:
    order = [key for key in dict.fromkeys([*reading.labels, *reading.texts]) if covers((read,), key)]
    number = partial(_number, read)
    written = sorted((key for key in order if reading.texts.get(key, "").strip()), key=number)
    cards = ["".join(_question(reading, key) for key in keys) for _, keys in groupby(written, number)]
    if len(cards) == 1:
        yield cards[0]
    elif cards:
        yield f'<ol class="fl-cards">{"".join(f"""<li class="fl-card">{card}</li>""" for card in cards)}</ol>'


def _number(read: str, key: str) -> int:
    """Which card a key below ``read`` belongs to: 2 in ``episodes.2.did``; 0 where it has no number."""
    head = key.removeprefix(f"{read}.").split(".")[0]
    return int(head) if head.isdecimal() else 0


def _question(reading: Reading, key: str) -> str:
    label = reading.labels.get(key, "")
    asked = f'<p class="fl-question">{escape(label)}</p>' if label else ""
    return f'<div class="fl-said">{asked}{_paragraphs(_spoken(reading.texts[key]))}</div>'


def _spoken(text: str) -> str:
    """A day as one says it, where the text is a day; else the text."""
    if not _ISO_DAY.fullmatch(text):
        return text
    with suppress(ValueError):  # 31 February is a text
        return day(date.fromisoformat(text))
    return text


def _paragraphs(text: str) -> str:
    """A leader's text: an empty line parts paragraphs, a single line break stays one."""
    parts = [part.strip() for part in text.replace("\r\n", "\n").split("\n\n")]
    return "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in parts if part)


def draft(reading: Reading) -> str:
    """The six headings with what is written under them, and how long it takes to read aloud."""
    body = "".join(_heading(reading, key) for key in DRAFT)
    return f'<article class="fl-draft">{body}</article>{_length(reading)}{_chart(reading)}'


def _chart(reading: Reading) -> str:
    """Where the words are: a bar for each heading. Nothing to see before there are any."""
    counts = {_name(reading, key): len(reading.texts.get(key, "").split()) for key in DRAFT}
    most = max(counts.values())
    if not most:
        return ""
    told = ", ".join(f"{name}: {count} ord" for name, count in counts.items())
    bars = "".join(_bar(row, name, count, BAR * count / most) for row, (name, count) in enumerate(counts.items()))
    return (
        '<figure class="fl-draft-chart"><figcaption>Så mange ord står der under hver overskrift</figcaption>'
        f'<svg viewBox="0 0 {BAR + 40} {ROW * len(counts)}" role="img" aria-label="{escape(told)}">{bars}</svg></figure>'
    )


def _bar(row: int, name: str, count: int, width: float) -> str:
    top = ROW * row
    return (
        f'<text x="0" y="{top + 16}">{escape(name)}</text>'
        f'<rect x="0" y="{top + 22}" width="{max(width, 1):.1f}" height="10" rx="2"/>'
        f'<text x="{width + 6:.1f}" y="{top + 32}">{count}</text>'
    )


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
        lines.append(f"Endnu uden ord: {listed(empty)}.")
    return f'<div class="fl-draft-length">{"".join(f"<p>{escape(line)}</p>" for line in lines)}</div>'


def _aloud(words: int) -> str:
    if not words:
        return f"Her er endnu ingen ord. Der er plads til {MINUTES * WORDS_A_MINUTE} på {MINUTES} minutter."
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


def path(way: Way, promises: Sequence[str] = ()) -> str:
    """The steps with their days, the one to take now in full, and who goes along. Short enough for one screen on a phone.

    ``promises`` are sentences about what the leader has said to try, as HTML.
    """
    steps = [step for step in way.steps if step.kind not in ("welcome", "annex")]
    current = next((step for step in steps if step.open and not step.done), None)
    items = "".join(_step(step, step is current, way.today) for step in steps)
    greeting = f'<p class="fl-next">{escape(" ".join([*hello(way.name), _where(steps, current, way.today)]))}</p>'
    said = "".join(f'<p class="fl-promised">{line}</p>' for line in promises[:2])
    below = f"{_taken(way, steps)}{_onward(way)}{beside(way)}"
    return f'<div class="fl-path">{greeting}{said}<ol class="fl-steps">{items}</ol>{below}</div>'


def hello(name: str) -> list[str]:
    """A greeting, where there is a name."""
    return [f"Hej {name.split()[0]}."] if name.strip() else []


def _where(steps: Sequence[WayStep], current: WayStep | None, today: date) -> str:
    """Where the leader is: at a step, before one that opens later, or at the end."""
    if current or not steps:
        return "Her er din vej."
    following = next((step for step in steps if not step.open), None)
    if following is None:
        return "Du er hele vejen igennem. Du kan stadig gå tilbage og rette."
    opens = near_day(following.opens, today) if following.opens else "senere"
    return f"Du er med. Næste trin er {following.title}. Det åbner {opens}."


def _step(step: WayStep, current: bool, today: date) -> str:
    """One line of the path; the current step says how long it takes and has a way in."""
    if current:
        return f'<li class="fl-step fl-step-current" aria-current="step">{_current(step, today)}</li>'
    kind, state = _state(step, today)
    title = escape(_short(step))
    if step.open and step.url:
        title = f'<a href="{escape(step.url)}">{title}</a>'
    return f'<li class="fl-step fl-step-{kind}">{title} <span class="fl-step-state">{escape(state)}</span></li>'


def _short(step: WayStep) -> str:
    """The title as a line on a phone has room for it: "Workshop 2: Læs hinanden" would take two."""
    return step.title.split(":")[0]


def _current(step: WayStep, today: date) -> str:
    way_in = "Fortsæt her" if step.filled else "Begynd her"
    link = f'<a class="fl-button" href="{escape(step.url)}">{way_in}</a>' if step.url else ""
    day = f'<span class="fl-step-state">{near_day(step.opens, today)}</span> ' if step.opens else ""
    return (
        f'<strong class="fl-step-title">{escape(step.title)}</strong> {day}'
        f'<span class="fl-step-here">Her er du. {_left(step)}</span> {link}'
    )


def _left(step: WayStep) -> str:
    """What the step still asks for. No count of fields: three cards are room for three, not a demand."""
    if step.filled and step.filled >= step.fields:
        return "Du har skrevet i alle felter. Marker trinet, når du er klar."
    took = [f"Det tager {long(step.minutes)}."] if step.minutes else []
    return " ".join([*took, "Du er i gang."] if step.filled else took)


def long(minutes: int) -> str:
    """Minutes as one says them; from two hours on in hours and minutes."""
    if minutes < 120:
        return f"{minutes} minutter"
    hours, rest = divmod(minutes, 60)
    return f"{hours} timer og {rest} minutter" if rest else f"{hours} timer"


def _state(step: WayStep, today: date) -> tuple[str, str]:
    """Kind of step for the style sheet, and its day and state in words."""
    if not step.open:
        return "later", f"åbner {near_day(step.opens, today)}" if step.opens else "åbner senere"
    kind, word = ("done", "gennemført") if step.done else ("open", "åben")
    return kind, f"{short_day(step.opens)}, {word}" if step.opens else word


def _taken(way: Way, steps: Sequence[WayStep]) -> str:
    """At the end of the way: where one fetches what the cohort's end may take away."""
    first = home(way)
    if not first or not steps or not all(step.done for step in steps):
        return ""
    return f'<p><a href="{escape(first)}hent-mit">Hent alt det, du har skrevet</a>, før holdet slutter.</p>'


def home(way: Way) -> str:
    """The address of the first page; empty where there is no server."""
    return next((step.url for step in way.steps if step.kind == "welcome" and step.url), "")


def _onward(way: Way) -> str:
    """Where the two years stand as a whole; the board when there may be something on it, the living foundation when it is
    open.
    """
    first = home(way)
    if not first:
        return ""
    links = [("Hele forløbet", f"{first}forloeb")]
    links += [("Tavlen", f"{first}tavle")] if any(step.kind == "period" and step.open for step in way.steps) else []
    links += [(step.title, step.url) for step in way.steps if step.name == LIVING_PAGE and step.open]
    shown = "".join(f'<li><a href="{escape(url)}">{escape(title)}</a></li>' for title, url in links)
    return f'<ul class="fl-onward">{shown}</ul>'


def beside(way: Way, group: str = "I din sparringsgruppe") -> str:
    """Who goes along; ``group`` are the words for those of the own group."""
    lines = []
    if way.group:
        lines.append(f"{group}: {listed(way.group)}.")
    if way.facilitators:
        lines.append(f"{'Facilitatorer' if len(way.facilitators) > 1 else 'Facilitator'}: {listed(way.facilitators)}.")
    return "".join(f'<p class="fl-beside">{escape(line)}</p>' for line in lines)


def listed(names: Sequence[str]) -> str:
    """ "Anna, Bent og Carla"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} og {names[-1]}"


DUTIES = {"vært": "Vært", "ordstyrer": "Passer uret", "sag": "Har en sag med"}
"""What leaders call the duties at a meeting."""


def duties(way: Way, name: str) -> str:
    """Who has which duty at the meeting ``name``; on another page at every meeting to come."""
    meetings = [step for step in way.steps if step.kind == "meeting"]
    own = next((step for step in meetings if step.name == name), None)
    if own:
        return f'<div class="fl-duties">{_duties(own, way.name)}</div>'
    items = "".join(
        f'<li><p class="fl-duties-meeting">{escape(step.title)} <span class="fl-step-state">'
        f"{near_day(step.opens, way.today)}</span></p>{_duties(step, way.name)}</li>"
        for step in meetings
        if step.opens and step.opens >= way.today
    )
    return f'<ol class="fl-duties">{items}</ol>' if items else ""


def _duties(step: WayStep, me: str) -> str:
    """The duties of one meeting, the leader's own as such."""
    told = "".join(
        f"<div><dt>{escape(DUTIES[duty])}</dt>"
        f"<dd>{listed(['<strong>dig</strong>' if one == me else escape(one) for one in names])}</dd></div>"
        for duty, names in step.duties
    )
    return f"<dl>{told}</dl>" if told else '<p class="fl-beside">Det er ikke aftalt endnu, hvem der gør hvad.</p>'


def finish(way: Way, name: str) -> str:
    """The button that marks the step as done, and who sees the mark. The page's own script answers the click."""
    return finishing(name, any(step.name == name and step.done for step in way.steps), _STEP_DONE, home(way))


def finishing(name: str, done: bool, words: Finishing, back: str) -> str:
    """A button that is pressed when something is done, in those words. ``back``: the first page's address, or empty."""
    onward = f'<p class="fl-finish-onward"><a href="{escape(back)}">{words.onward}</a></p>' if back else ""
    return (
        f'<div class="fl-finish"><button type="button" class="fl-button" data-finish="{escape(name)}" '
        f'data-said="{escape(words.said)}" aria-pressed="{str(done).lower()}">{words.press}</button>'
        f'<p class="fl-finish-state" role="status">{escape(words.said) if done else ""}</p>'
        f'<p class="fl-finish-readers">{words.readers}</p>{onward}</div>'
    )


def part(name: str, **data: str) -> str:
    """A place on the page that its own script fills in with what the group shares; ``data`` tells it what was asked for.

    The place of a card can be led to by the card's name.
    """
    asked = "".join(f' data-{key}="{escape(value)}"' for key, value in data.items())
    named = f' id="{escape(data["card"])}"' if "card" in data else ""
    return f'<div class="fl-part"{named} data-part="{escape(name)}"{asked}></div>'


def example(shown: Example) -> str:
    """What such a place may look like, for one who reads the notebook by itself."""
    lines = "".join(f"<li><strong>{escape(name)}</strong> {_one_line(text)}</li>" for name, text in shown.lines)
    listed = f'<ul class="fl-example-lines">{lines}</ul>' if lines else ""
    return (
        '<div class="fl-example"><p class="fl-example-mark">Et eksempel med opdigtede personer</p>'
        f'<h3 class="fl-example-title">{escape(shown.title)}</h3>{_paragraphs(shown.text)}{listed}</div>'
    )


def _one_line(text: str) -> str:
    return escape(text).replace("\n", "<br>")
