"""A network's life: what is to be decided and the evidence beside it. Facilitators keep decisions, all members read them."""

from datetime import date
from typing import Any, Final

from ..danish import near_day
from ..model import Choice, DecisionKind, GatheringKind, Manifest, Network, Role
from ..store import Decision, Wave, standing
from ..store.decisions import LONGEST
from ..themes import lines
from .desk import DeskApi
from .evidence import Evidence, Held, Life, read
from .life import MATTERS, STAGES, UNDATED, Due, Stage
from .pages import notice_accepted, shell
from .shelf import Cohort
from .web import Page, Refused

HERE, DESK = "netvaerkets-liv", "styring/liv"

TAKEN_BACK: Final = "Taget tilbage"

_THE_END = (
    "Sæt en slutdato, og fortæl alle den. Inden da henter hver leder sit eget under Hent mit. Dagen efter bliver"
    " netværket slettet af sig selv, når lederne har fået besked to gange. IT henter kvitteringen med"
    " faellesledelse hold slet."
)
_FOLLOWS: Final[dict[Choice, tuple[str, tuple[str, ...]]]] = {
    Choice.CONTINUE: ("Der skal ikke gøres noget nu.", ()),
    Choice.CHANGE: (
        "Skriv det nye formål, de nye deltagere eller datoer ind i netværkets fil, og fortæl alle, hvad der er ændret.",
        ("styring/holdet", "styring/ret-tekst"),
    ),
    Choice.ROTATE: (
        "Bland grupperne på ny. De gamle grupper bliver husket, så flest møder nogen nye.",
        ("styring/holdet",),
    ),
    Choice.RESTART: (
        "Aftal formål og rammer forfra, og find ud af, hvem der vil være med. Begynd så en ny runde her med nye datoer"
        " og nye grupper, eller bed IT om en ny mappe (faellesledelse hold ny), hvis det er et nyt netværk. Det, der er"
        " skrevet i det gamle, bliver i det gamle.",
        ("styring/holdet",),
    ),
    Choice.EXTEND: ("Flyt slutdatoen i netværkets fil, og læg nye møder ind.", ("styring/holdet",)),
    Choice.STOP: (_THE_END, ("styring/holdet", "styring/invitationer")),
    Choice.BACK: ("Det er, som om den beslutning aldrig var taget.", ()),
}
"""What follows a choice, in words, and where it is done: nothing is done by itself."""

_PLACES: Final = {
    "styring/holdet": "Netværket: fil, datoer og grupper",
    "styring/ret-tekst": "Ret tekst",
    "styring/invitationer": "Invitationer og påmindelser",
}


class LifePage(Page):
    """How far the network is, what comes, what has been decided and why."""

    async def get(self, gathering: str) -> None:
        """For leaders and facilitators. The first visit goes by the privacy notice."""
        cohort, mine = await self.membership(gathering)
        of_network(cohort.manifest)
        if not await notice_accepted(self, cohort):
            self.redirect(f"/hold/{gathering}/privatliv")
            return
        found, today = await self.house.ask(read, self.house, cohort), self.house.today()
        self.show(
            "life.html",
            **await shell(self, cohort, mine, HERE),
            network=of_network(cohort.manifest),
            life=told(found, cohort, today),
            leads=mine.role is Role.LEADER,
        )


class LifeHandler(DeskApi):
    """GET: what is to be decided, with the evidence. POST: keep a decision."""

    async def get(self, gathering: str) -> None:
        """For facilitators."""
        cohort, _ = await self.facilitator(gathering)
        await self._reply(cohort)

    async def post(self, gathering: str) -> None:
        """What was chosen and why, and when and how it was talked over with the participants."""
        cohort, _ = await self.facilitator(gathering)
        of_network(cohort.manifest)
        body = self.body(kind=str, choice=str, reason=str, dialogue=str, where=str, replaces_=int)
        found = await self.house.ask(read, self.house, cohort)
        decision = self._decision(body)
        check_open(cohort.manifest, found, decision, self.house.today())
        await self.house.ask(self.house.store.decisions.keep, gathering, decision)
        self.note("decision-kept")
        await self._reply(cohort)

    async def _reply(self, cohort: Cohort) -> None:
        of_network(cohort.manifest)
        found = await self.house.ask(read, self.house, cohort)
        self.reply(told(found, cohort, self.house.today()))

    def _decision(self, body: dict[str, Any]) -> Decision:
        try:
            kind, choice = DecisionKind(body["kind"]), Choice(body["choice"])
            dialogue = date.fromisoformat(body["dialogue"]) if body["dialogue"] else None
        except ValueError:
            raise Refused(400, "bad-request", "Vælg, hvad I har besluttet, og hvilken dag I talte om det.") from None
        said = lines(body["reason"]), dialogue, lines(body["where"])
        return Decision(0, kind, choice, self.house.today(), self.signed_in.person.name, *said, body.get("replaces"))


def of_network(manifest: Manifest) -> Network:
    """What the file says of a network. Refuses where people gather for something else."""
    if manifest.kind is not GatheringKind.NETWORK:
        raise Refused(404, "not-found", "Siden hører til et netværk.")
    return manifest.network or Network()


def check_open(manifest: Manifest, life: Life, decision: Decision, today: date) -> None:
    """Refuse what can't be decided: the network is over, the choice is of another kind, or there is nothing to decide."""
    if life.stage is Stage.OVER and manifest.ends is not None:
        raise Refused(
            409,
            "over",
            f"Netværket sluttede {near_day(manifest.ends, today)}, så der er ikke mere at beslutte. Skal det leve videre, så"
            " flyt slutdatoen under Netværket først.",
        )
    if decision.choice is not Choice.BACK and decision.choice not in MATTERS[decision.kind].choices:
        raise Refused(400, "bad-request", "Det kan ikke vælges her. Hent siden igen, og vælg et af svarene.")
    if decision.replaces is None and decision.kind not in {*UNDATED, *(each.kind for each in life.due)}:
        raise Refused(
            409,
            "not-open",
            "Det er der ikke noget at beslutte om nu. Vil I lave en beslutning om, så afløs den.",
        )
    if decision.dialogue is not None and decision.dialogue < manifest.starts:
        raise Refused(
            400,
            "bad-date",
            f"Beslutningen er ikke gemt: Dialogen ligger, før netværket begyndte"
            f" {near_day(manifest.starts, today)}. Ret dagen.",
        )


def told(life: Life, cohort: Cohort, today: date) -> dict[str, Any]:
    """Everything that a network's members may see of its life, ready for JSON."""
    manifest = cohort.manifest
    undated = [] if life.stage is Stage.OVER else [_matter(kind, None, today) for kind in UNDATED]
    matters = [_matter(each.kind, each, today) for each in life.due]
    return {
        "today": today.isoformat(),
        "starts": manifest.starts.isoformat(),
        "stage": life.stage,
        "stage_words": STAGES[life.stage],
        "facts": facts(life, manifest, today),
        "near": [each for each in matters if each["near"]],
        "later": [each for each in matters if not each["near"]],
        "undated": undated,
        "decisions": decisions(life.kept, manifest, today),
        "evidence": _evidence(life.evidence, today),
        "longest": LONGEST,
    }


def facts(life: Life, manifest: Manifest, today: date) -> list[str]:
    """A network today in a few short sentences."""
    seen = life.evidence
    people, held = "deltager" if seen.members == 1 else "deltagere", len(seen.meetings)
    found = [f"{seen.members} {people}", f"{held} {'møde' if held == 1 else 'møder'} holdt, {seen.coming} kommer"]
    if seen.joined or seen.left:
        found.append(f"{seen.joined} er kommet til, {seen.left} er gået")
    found.append(f"Sidst ændret {near_day(seen.changed, today)}" if seen.changed > manifest.starts else "Ikke ændret endnu")
    return [*found, f"Sidste dag {near_day(manifest.ends, today)}" if manifest.ends else "Ingen slutdato endnu"]


def decisions(kept: tuple[Decision, ...], manifest: Manifest, today: date) -> list[dict[str, Any]]:
    """Every decision, the newest first, ready for JSON. ``counts``: no other has taken its place."""
    counting = {each.number for each in standing(kept)}
    return [
        {
            "number": each.number,
            "kind": each.kind,
            "title": MATTERS[each.kind].title,
            "choice": each.choice,
            "words": MATTERS[each.kind].choices.get(each.choice, TAKEN_BACK),
            "reason": each.reason,
            "day": near_day(each.day, today),
            "by": each.by,
            "dialogue": near_day(each.dialogue, today) if each.dialogue else "",
            "where": each.where,
            "replaces": each.replaces,
            "counts": each.number in counting,
            "choices": _choices(each.kind),
            "follows": _FOLLOWS[each.choice][0],
            "links": [{"title": _PLACES[at], "url": f"/hold/{manifest.gathering}/{at}"} for at in _FOLLOWS[each.choice][1]],
        }
        for each in reversed(kept)
    ]


def _matter(kind: DecisionKind, found: Due | None, today: date) -> dict[str, Any]:
    matter = MATTERS[kind]
    return {
        "kind": kind,
        "title": matter.title,
        "question": matter.question,
        "look": matter.look,
        "choices": _choices(kind),
        "day": near_day(found.day, today) if found else "",
        "due": found is not None and found.is_due(today),
        "near": found is not None and found.is_near(today),
    }


def _choices(kind: DecisionKind) -> list[dict[str, str]]:
    return [{"choice": choice, "words": words} for choice, words in MATTERS[kind].choices.items()]


def _evidence(seen: Evidence, today: date) -> dict[str, Any]:
    meetings = [
        {
            "title": each.title,
            "day": near_day(each.day, today),
            "iso": each.day.isoformat(),
            "theme": each.theme,
            "came": each.came,
            "members": each.members,
            "words": _came(each),
        }
        for each in seen.meetings
    ]
    return {
        "meetings": meetings,
        "most": max((max(each.came, each.members) for each in seen.meetings), default=1) or 1,
        "evaluations": [{"title": each.title, "words": _outcome(each)} for each in seen.waves],
        "asking": seen.asking,
    }


def _came(meeting: Held) -> str:
    """How many came. Where nobody has been in a room or marked the meeting, nobody knows."""
    if not meeting.came:
        return "Ikke markeret"
    return f"{meeting.came} af {meeting.members}" if meeting.members >= meeting.came else str(meeting.came)


def _outcome(wave: Wave) -> str:
    """What an evaluation came to in one line."""
    if wave.result is None:
        return "Færre end fem svarede, så intet bliver vist."
    agree = wave.result.worth[4] + wave.result.worth[5]
    return f"{wave.result.answered} af {wave.result.asked} svarede. {agree} er enige i, at netværket er deres tid værd."
