"""The way through a row of salons, or a network's year: meetings one is at or not, and nothing to be done with."""

from collections.abc import Sequence
from html import escape
from typing import Final

from ..danish import near_day
from ..model import GatheringKind, StepKind
from .connection import Way, WayStep
from .view import Finishing, beside, finishing, hello, home, long

_THERE: Final = Finishing(
    "Jeg var med",
    "Du har sagt, at du var med. Tryk igen, hvis du vil tage det tilbage.",
    "De andre i dit netværk og facilitatoren kan se, hvem der var med. Facilitatoren kan aldrig se, hvad I har skrevet.",
    "Se årets møder",
)
_AT_SALON: Final = Finishing(
    "Jeg var med",
    "Du har sagt, at du var med. Tryk igen, hvis du vil tage det tilbage.",
    "Facilitatoren kan se, hvem der var med. Hvad I talte om, står ingen steder.",
    "Se salonerne",
)
_ALONG: Final = {GatheringKind.NETWORK: "I dit netværk", GatheringKind.SALON: "Du er inviteret sammen med"}
LATER: Final = "Når I har mødtes, kan du her sige, at du var med."


def meets(way: Way) -> bool:
    """Whether people gather for meetings, and not for a programme."""
    return way.gathering in _ALONG


def path(way: Way) -> str:
    """The meetings with their days, the next one in full, and who goes along."""
    steps = [step for step in way.steps if step.kind == StepKind.MEETING.value]
    coming = next((step for step in steps if step.opens is None or step.opens >= way.today), None)
    words = f"Næste gang er {near_day(coming.opens, way.today)}." if coming and coming.opens else ""
    greeting = " ".join([*hello(way.name), words or _nothing(steps, coming)])
    items = "".join(_meeting(step, step is coming, way) for step in steps)
    listed = f'<ol class="fl-steps">{items}</ol>' if items else ""
    whole = f"{listed}{_taken(way, bool(steps) and not coming)}{beside(way, _ALONG[way.gathering])}"
    return f'<div class="fl-path"><p class="fl-next">{escape(greeting)}</p>{whole}</div>'


def _nothing(steps: Sequence[WayStep], coming: WayStep | None) -> str:
    if not steps or coming:
        return "I har ikke sat en dato endnu."
    return "I har holdt det sidste møde, der er sat en dato for. Det, du har skrevet, er her stadig."


def _taken(way: Way, over: bool) -> str:
    """After a network's last meeting: where one fetches what its end takes away. A salon has nothing to fetch."""
    if not over or not home(way) or way.gathering != GatheringKind.NETWORK:
        return ""
    return f'<p><a href="{escape(home(way))}hent-mit">Hent alt det, du har skrevet</a>, før netværket slutter.</p>'


def _meeting(step: WayStep, coming: bool, way: Way) -> str:
    title, day = escape(step.title), near_day(step.opens, way.today) if step.opens else "Ingen dato endnu"
    if coming:
        see = "Se salonen" if way.gathering == GatheringKind.SALON else "Se mødet"
        link = f'<a class="fl-button" href="{escape(step.url)}">{see}</a>' if step.url else ""
        return (
            f'<li class="fl-step fl-step-current" aria-current="step"><strong class="fl-step-title">{title}</strong> '
            f'<span class="fl-step-state">{day}</span> <span class="fl-step-here">{escape(_held(step))}</span> '
            f"{link}</li>"
        )
    if step.url:
        title = f'<a href="{escape(step.url)}">{title}</a>'
    kind = "done" if step.done else "open" if step.opens and step.opens < way.today else "later"
    state = f"{day}, du var med" if step.done else day
    return f'<li class="fl-step fl-step-{kind}">{title} <span class="fl-step-state">{escape(state)}</span></li>'


def _held(step: WayStep) -> str:
    """When and where it is held, and how long it takes."""
    where = f"{step.where[0].upper()}{step.where[1:]}. " if step.where else ""
    return f"{where}Det tager {long(step.minutes)}."


def finish(way: Way, name: str) -> str:
    """Where the leader says to have been at the meeting, once it has been held."""
    step = next((step for step in way.steps if step.name == name), None)
    if step is None or (step.opens is not None and step.opens > way.today):
        return f'<p class="fl-finish-readers">{LATER}</p>'
    words = _THERE if way.gathering == GatheringKind.NETWORK else _AT_SALON
    return finishing(name, step.done, words, home(way))
