"""Every document the programme gives, each had where people have it."""

import base64
from functools import partial
from itertools import product

from ..documents.organisation import organisation_documents
from ..model import StepKind
from ..names import slug
from ..operation import mailing
from ..settings import read
from ..vocabulary import own
from .cast import Play, side_by_side
from .player import ASIDE, Player
from .visitor import Visitor

OWN = {"mit.zip": "mine.zip?annex=1"}
"""What a leader can take along, and where it is had."""

PROMISE = "proevehandling-{}.ics"
"""The promised day of a period's first experiment."""

PUBLISHED = {
    "ledelsesgrundlag.docx": "foundation.docx?number=1",
    "ledelsesgrundlag.pdf": "foundation.pdf?number=1",
    "gensyn.ics": "reviews.ics",
}
"""What comes to it where the programme ends with a publication."""


def invitation_cards(play: Play) -> None:
    """The invitations on paper. Their links die when those by mail are made."""

    def made() -> bytes:
        told = mailing(play.stage.settings, play.copy.manifest.gathering, "invitation", "cards", sure=True)
        return base64.b64decode(told["pdf"])

    play.record.keep("Invitationer på papir", "invitationer/invitationskort.pdf", made)


def printed(play: Play) -> None:
    """Make every other document. Only notes what fails."""
    _organisation(play)
    for visitor in play.facilitators[:1]:
        _workshops(play, visitor)
        _reports(play, visitor, "evaluation", "evaluering")
        _reports(play, visitor, "survey", "spoergeskema")
    side_by_side(partial(_own, play), play.players)


def _organisation(play: Play) -> None:
    """As the house's own server is set up: the rehearsal's own is gone tomorrow."""
    with play.record.attempt("documents", "Organisationens papirer"):
        made = organisation_documents(play.copy.manifest, play.copy.roster, read())
        for name, data in made.items():
            play.record.keep(f"Organisationens papir »{name}«", f"organisation/{name}", partial(bytes, data))


def _workshops(play: Play, visitor: Visitor) -> None:
    """The papers that a facilitator prints: each workshop's, and every page for those who write by hand."""
    for step in play.copy.manifest.steps:
        paper = partial(visitor.file, f"{play.api}/steps/{step.name}/papir.pdf")
        play.record.keep(f"»{step.title}« på papir", f"papir/{step.name}.pdf", paper)
        if step.run_sheets:
            pack = partial(visitor.file, f"{play.api}/workshops/{step.name}/drejebog.pdf")
            play.record.keep(f"Facilitatorens mappe til »{step.title}«", f"workshops/{step.name}.pdf", pack)


def _reports(play: Play, visitor: Visitor, asked: str, name: str) -> None:
    """What came of the evaluation or the survey; nothing if fewer than five have answered."""
    with play.record.attempt("computed", f"Svarene på »{ASIDE[name]}«"):
        shown = [wave["id"] for wave in visitor.get(f"{play.api}/{asked}")["waves"] if wave["result"]]
        for wave, kind in product(shown, ("docx", "pdf")):
            report = partial(visitor.file, f"{play.api}/{asked}/{wave}/report.{kind}")
            play.record.keep(f"Rapporten om »{ASIDE[name]}«", f"{name}/{name}.{kind}", report)


def _own(play: Play, player: Player) -> None:
    who, publishes = player.person.name, any(step.kind is StepKind.PUBLICATION for step in play.copy.manifest.steps)
    cards = [word for calls in play.copy.calls.values() for name, word in calls if name == "release"]
    periods = [step.name for step in play.copy.manifest.steps if step.period]
    keys = [own(card, step) for card in cards[:1] for step in periods]
    days = {PROMISE.format("-".join(key.split(".")[1:])): f"cards/{key}/dag.ics" for key in keys}
    for name, path in (OWN | days | (PUBLISHED if publishes else {})).items():
        play.record.keep(f"Filen {name}", f"ledere/{slug(who)}/{name}", partial(player.file, path), who)
