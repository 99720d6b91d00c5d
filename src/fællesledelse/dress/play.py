"""The programme from the first day to the last: who does what on which day, group by group, side by side."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from ..errors import FællesledelseError
from ..model import Manifest, Step, StepKind
from ..server.pages import beside
from .cast import Absence, Play, morning, side_by_side
from .desk import evaluate, oversee, reschedule, send, survey
from .meeting import Group, Meeting
from .player import Player
from .post import arrived, read
from .visitor import PASS_PHRASE

Told = Callable[[str], None]
"""Called with the title of an act as it begins."""

FIRST, ASKED, LAST = "Invitationer", "Evaluering og spørgeskema", "En glemt adgangssætning"
"""The acts before and after the steps."""

ABSENT = 0.2
"""How often someone of a group is missing at a workshop: one time in five."""

REMINDED = 2
"""The step, counted from 0, on whose day all are reminded, and a meeting is moved: with a page behind them, much ahead."""


def performed(play: Play, told: Told) -> None:
    """Live through the whole programme. What fails is noted in the play's record, and the rest goes on."""
    told(FIRST)
    _enrol(play)
    day = play.copy.manifest.starts
    for number, (day, step) in enumerate(_acts(play.copy.manifest)):
        told(step.title)
        play.stage.move_to(morning(day))
        if number == REMINDED:
            send(play, "reminder", "påmindelser")
            reschedule(play, day)
        _live(play, step, day)
        oversee(play, number, step)
    told(ASKED)
    evaluate(play, day)
    survey(play, day)
    told(LAST)
    _forget(play)


def _acts(manifest: Manifest) -> Iterator[tuple[date, Step]]:
    """The steps in their order, each on its day; one with an earlier day, or none, on the day that has come."""
    today = manifest.starts
    for step in manifest.way:
        today = max(today, step.opens or today)
        yield today, step


def _enrol(play: Play) -> None:
    """Everyone is invited as the facilitator does it, and comes in."""
    gathering = play.copy.manifest.gathering
    send(play, "invitation", "invitationer")
    play.links |= {mail.to: mail.link for mail in map(read, play.stage.outbox)}

    def come(player: Player) -> None:
        with play.record.attempt("enrolled", "At komme ind med sin invitation", player.person.name):
            player.enrol(_link(play, player.person.email))
        if player.seat == 0:
            player.look_around(*dict(beside(play.copy.manifest)), "privatliv")

    side_by_side(come, play.players)
    for visitor, person in zip(play.facilitators, play.copy.facilitators, strict=True):
        with play.record.attempt("enrolled", "At komme ind som facilitator", person.name):
            token = _link(play, person.email).partition("#")[2]
            visitor.send("POST", "/api/enrol", token=token, pass_phrase=PASS_PHRASE)
            visitor.send("POST", f"/api/{gathering}/notice", accept=True)
    send(play, "calendar", "kalenderinvitationer")


def _link(play: Play, email: str) -> str:
    if email not in play.links:
        raise FællesledelseError("Der kom ingen invitation.")
    return play.links[email]


def _live(play: Play, step: Step, day: date) -> None:
    """One step for everyone: each prepares alone, then the groups meet."""
    side_by_side(lambda player: _prepare(player, step, day), play.players)
    meetings = [_meeting(play, name, group, step) for name, group in play.groups.items()]
    first = {len(each.present): each for each in reversed(meetings)}
    side_by_side(Meeting.held, [replace(each, whole=first[len(each.present)] is each) for each in meetings])
    if step.kind is StepKind.PUBLICATION:
        side_by_side(lambda player: _publish(player, day), play.players)
        side_by_side(_read, play.players)


def _prepare(player: Player, step: Step, day: date) -> None:
    with player.record.attempt("sign-in", "At logge ind", player.person.name):
        player.sign_in()
    player.open(step)
    player.write(step, day)


def _publish(player: Player, day: date) -> None:
    with player.record.attempt("publication", "At udgive sit ledelsesgrundlag", player.person.name):
        player.publish(day)


def _read(player: Player) -> None:
    with player.record.attempt("page", "At læse et ledelsesgrundlag i galleriet", player.person.name):
        player.read_gallery()
    player.look_around("hent-mit")


def _meeting(play: Play, name: str, group: Group, step: Step) -> Meeting:
    """The group at a step. At a workshop now and then someone is missing."""
    present = group
    if step.kind is StepKind.WORKSHOP and name and play.chance.random() < ABSENT:
        missing = play.chance.choice(group)
        present = tuple(each for each in group if each is not missing)
        play.absences.append(Absence(step, name, len(present)))
    return Meeting(name, group, present, step, play.copy.calls[step.name], play.record, False)


def _forget(play: Play) -> None:
    """One leader has forgotten the pass phrase: a link comes by mail, and with the recovery code it opens everything."""
    if not play.players:
        return
    player = play.chance.choice(play.players)
    with play.record.attempt("renewed", "At komme ind igen med et link og sin gendannelseskode", player.person.name):
        before = sum(read(path).to == player.person.email for path in play.stage.outbox)
        player.forget()
        player.renew(arrived(play.stage, player.person.email, before).link)
