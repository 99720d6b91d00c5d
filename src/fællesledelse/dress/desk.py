"""What the facilitators do at their pages, taking turns: look at everything, send mails, move a meeting, ask and close."""

from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlencode

from ..model import Manifest, Step, StepKind
from ..server.pages import desk
from .cast import Play, side_by_side
from .copy import rebuilt
from .player import ASIDE, Player
from .post import sent
from .visitor import PASS_PHRASE, Visitor

PARTS = ("mailings", "workshops", "documents", "rooms", "evaluation")
"""What the facilitator's pages ask the server for."""


def send(play: Play, kind: str, what: str) -> None:
    """Send the mails of a kind. Only notes what fails."""
    with play.record.attempt("mailing", f"At sende {what}"):
        sent(play.stage, play.copy.manifest.gathering, kind)


def oversee(play: Play, number: int, step: Step) -> None:
    """Open everything a facilitator can open on the day of a step. Only notes what fails."""
    if not play.facilitators:
        return
    visitor = _signed_in(play, number % len(play.facilitators))
    for page in (*_desk(play.copy.manifest), *(_workshop(play, step) if step.run_sheets else ())):
        with play.record.attempt("page", f"Facilitatorens side »{page}«"):
            visitor.page(f"/hold/{play.copy.manifest.gathering}/{page}")
    for part in PARTS:
        with play.record.attempt("computed", f"Facilitatorens »{part}«"):
            visitor.get(f"{play.api}/{part}")


def reschedule(play: Play, today: date) -> None:
    """A group moves the last workshop by a day; then it is called off for the others, and set again.

    Calendars hear of each. Only notes what fails.
    """
    last = _last_workshop(play.copy.manifest)
    if last is None or last.opens is None or last.opens <= today:
        return
    later = last.opens + timedelta(days=1)
    movers = [group[0] for name, group in play.groups.items() if name]
    if movers and later <= (play.copy.manifest.ends or later):
        with play.record.attempt("moved", f"At flytte »{last.title}«", movers[0].person.name):
            movers[0].move(last, later)
        send(play, "calendar", "flyttede møder til kalenderen")
    for day, what in ((None, "aflysninger til kalenderen"), (last.opens, "nye indkaldelser til kalenderen")):
        rebuilt(play.copy, last, day)
        send(play, "calendar", what)


def evaluate(play: Play, today: date) -> None:
    """Hold an evaluation from its opening to its close. Only notes what fails."""
    _hold(play, today, "evaluation", "Hele forløbet", "evaluering", Player.evaluate)


def survey(play: Play, today: date) -> None:
    """The same of a wave of the survey, if the cohort has one."""
    if play.copy.manifest.survey is not None:
        _hold(play, today, "survey", "Den første måling", "spoergeskema", Player.answer_survey)


def _hold(play: Play, today: date, kind: str, title: str, page: str, answer: Callable[[Player, str], None]) -> None:
    """Open a wave of that kind, tell of it, let everyone answer, close it, and let them see what came of it."""
    if not play.facilitators:
        return
    visitor, name = _signed_in(play, 0), ASIDE[page]
    plan = {"title": title, "opens": today.isoformat(), "closes": today.isoformat()}

    def answered(player: Player, wave: str) -> None:
        with player.record.attempt(f"{kind}-answered", f"At svare på »{name}«", player.person.name):
            answer(player, wave)

    with play.record.attempt(kind, f"»{name}«"):
        wave = visitor.send("POST", f"{play.api}/{kind}", **plan)["waves"][0]["id"]
        send(play, kind, f"mails om »{name}«")
        side_by_side(lambda player: answered(player, wave), play.players)
        visitor.send("POST", f"{play.api}/{kind}/{wave}/close")
        side_by_side(lambda player: player.look_around(page), play.players)


def _signed_in(play: Play, turn: int) -> Visitor:
    visitor, person = play.facilitators[turn], play.copy.facilitators[turn]
    with play.record.attempt("sign-in", "At logge ind som facilitator", person.name):
        visitor.send("POST", "/api/log-in", email=person.email, pass_phrase=PASS_PHRASE)
    return visitor


def _desk(manifest: Manifest) -> list[str]:
    """The facilitator's pages where people gather for that."""
    return ["privatliv", *dict(desk(manifest))]


def _workshop(play: Play, step: Step) -> list[str]:
    """The facilitator's pages at a workshop: the card, the screen in the room, and a look into each group's."""
    rooms = [f"rum?{urlencode({'gruppe': name, 'trin': step.name})}" for name in play.groups if name]
    return [f"{step.name}/kort", f"{step.name}/laerred", *rooms]


def _last_workshop(manifest: Manifest) -> Step | None:
    return next((step for step in reversed(manifest.steps) if step.kind is StepKind.WORKSHOP), None)
