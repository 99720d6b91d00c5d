"""The group's contract over the wire: what the page proposes, what the group has, and who has said yes."""

from dataclasses import dataclass
from typing import Any

from ..model import Field, GatheringKind, Manifest, Point
from ..store import Contract, Person, Switches
from .answers_api import open_step
from .rooms_api import called, leaders_of
from .web import Api, Refused

SWITCHES = ("harvest", "feedback", "export", "fades")
"""What a sparring group's contract can allow. A network's rules switch nothing."""

CALLED = {GatheringKind.NETWORK: ("Spillereglerne", "på netværkets første side")}
"""What the agreement is called, and where it is made, where that is not the contract of a programme's first workshop."""


@dataclass(frozen=True)
class Proposal:
    """The contract that a page proposes: its points, each with the own field in which a leader words it anew."""

    step: str
    points: tuple[tuple[Field, Point], ...]
    kind: GatheringKind

    @property
    def switches(self) -> tuple[str, ...]:
        """What it can allow."""
        return () if self.kind in CALLED else SWITCHES

    def part(self, field: Field) -> str:
        """The name of a point: the last part of its field's key."""
        return field.key.rpartition(".")[2]


@dataclass(frozen=True)
class Parties:
    """The group as one of its members sees it when they agree on something."""

    gathering: str
    group: str
    members: tuple[Person, ...]
    proposal: Proposal

    def names(self, ids: tuple[str, ...]) -> list[str]:
        """What those of the group among ``ids`` are called in it."""
        return [called(each, self.members) for each in self.members if each.id in ids]


class PartiesApi(Api):
    """What both handlers share."""

    async def enter(self, gathering: str) -> Parties:
        """The group of the one who asks. Raises Refused where there is nobody to agree with, or nothing to agree on."""
        cohort, mine = await self.leader(gathering)
        proposal = proposed(cohort.manifest)
        await open_step(self, cohort, mine.group, proposal.step)
        members = leaders_of(await self.house.ask(self.house.store.people.members, gathering), mine.group)
        if len(members) < 2:
            named = CALLED.get(cohort.manifest.kind, ("En kontrakt", ""))[0]
            words = f"{named} er noget, I aftaler med hinanden. Det åbner her, når I er mindst to i din gruppe."
            raise Refused(403, "alone", words)
        return Parties(gathering, mine.group, members, proposal)

    async def told(self, parties: Parties) -> dict[str, Any]:
        """The contract as the page's script reads it."""
        present, unlocked = self.house.store.contracts.present, self.signed_in.unlocked
        return _told(parties, await self.house.ask(present, unlocked, parties.gathering, parties.group), self.person)

    async def settle(self, parties: Parties, contract: Contract | None, too_late: str) -> None:
        """Tell what stands now. Without a contract somebody else was faster, which ``too_late`` says."""
        if contract is None:
            self.reply({"error": "contract-changed", "message": too_late} | await self.told(parties), 409)
        else:
            self.house.live.changed(parties.gathering, parties.group)
            self.reply(_told(parties, contract, self.person))


class ContractHandler(PartiesApi):
    """GET: the contract as it stands. PUT: propose a wording to the group."""

    async def get(self, gathering: str) -> None:
        """For leaders alone."""
        self.reply(await self.told(await self.enter(gathering)))

    async def put(self, gathering: str) -> None:
        """A new wording, if the present one is that which it was made from. Everyone is asked again."""
        parties = await self.enter(gathering)
        body = self.body(base=int, texts=dict, switches=dict)
        texts, switches = _texts(parties.proposal, body["texts"]), _switches(body["switches"], parties.proposal.switches)
        propose, unlocked = self.house.store.contracts.propose, self.signed_in.unlocked
        made = await self.house.ask(propose, unlocked, gathering, parties.group, body["base"], texts, switches)
        words = "En anden har foreslået noget imens. Læs det, og se, om dit forslag stadig skal med. Dine egne ord står her."
        await self.settle(parties, made, words)


class AcceptHandler(PartiesApi):
    """POST: say yes to a wording."""

    async def post(self, gathering: str) -> None:
        """To the present one, which the person must have been able to read."""
        parties = await self.enter(gathering)
        number = self.body(number=int)["number"]
        accept, unlocked = self.house.store.contracts.accept, self.signed_in.unlocked
        contract = await self.house.ask(accept, unlocked, gathering, parties.group, number)
        await self.settle(parties, contract, "Ordlyden er ændret, siden du læste den. Læs den igen, før du siger ja.")


def proposed(manifest: Manifest) -> Proposal:
    """What the cohort's pages propose. Raises Refused if none does."""
    step = next((step for step in manifest.steps if step.contract), None)
    if step is None:
        raise Refused(404, "no-contract", "Der er ingen kontrakt her.")
    fields = [field for field in step.fields if field.key.startswith("contract.")]
    return Proposal(step.name, tuple(zip(fields, step.contract, strict=False)), manifest.kind)


def _told(parties: Parties, contract: Contract | None, person: str) -> dict[str, Any]:
    proposal = parties.proposal
    named, place = CALLED.get(proposal.kind, ("Kontrakten", "på siden for den første workshop"))
    return {
        "called": named,
        "place": place,
        "switches": proposal.switches,
        "step": proposal.step,
        "points": [
            {"part": proposal.part(field), "title": point.title, "text": point.text} for field, point in proposal.points
        ],
        "fields": [{"key": field.key, "limit": field.limit} for field, _ in proposal.points],
        "group": parties.group,
        "members": [
            {"id": each.id, "name": called(each, parties.members), "whole": each.name, "email": each.email}
            for each in parties.members
        ],
        "contract": contract and _contract(parties, contract, person),
    }


def _contract(parties: Parties, contract: Contract, person: str) -> dict[str, Any]:
    missing = tuple(each.id for each in parties.members if each.id not in contract.accepted)
    unseen = tuple(each.id for each in parties.members if contract.texts is not None and each.id not in contract.readers)
    return {
        "number": contract.number,
        "texts": contract.texts,
        "switches": _switches_json(contract.switches, parties.proposal),
        "before": contract.before
        and {"texts": contract.before.texts, "switches": _switches_json(contract.before.switches, parties.proposal)},
        "by": called(contract.by, parties.members),
        "made_at": contract.made_at.isoformat(),
        "accepted": parties.names(contract.accepted),
        "missing": parties.names(missing),
        "mine": person in contract.accepted,
        "unseen": parties.names(unseen),
        "in_force": contract.in_force,
    }


def _switches_json(switches: Switches, proposal: Proposal) -> dict[str, bool]:
    return {name: getattr(switches, name) for name in proposal.switches}


def _texts(proposal: Proposal, given: dict[str, Any]) -> dict[str, str]:
    """Exactly one text for each point, none too long, and not all of them empty. Raises Refused."""
    fields = {proposal.part(field): (field, point) for field, point in proposal.points}
    if set(given) != set(fields) or not all(isinstance(text, str) for text in given.values()):
        raise Refused(400, "bad-request", "Siden og serveren forstår ikke hinanden. Hent siden igen.")
    for part, text in given.items():
        field, point = fields[part]
        if len(text) > field.limit:
            words = (
                f"»{point.title}« fylder {len(text)} tegn. Der er plads til {field.limit}. Forkort det. Intet er slettet."
            )
            raise Refused(413, "too-long", words, limit=field.limit, length=len(text))
    if not any(text.strip() for text in given.values()):
        raise Refused(400, "empty-contract", "Der står ingenting at sige ja til. Skriv mindst ét punkt.")
    return {part: given[part] for part in fields}


def _switches(given: dict[str, Any], known: tuple[str, ...]) -> Switches:
    if set(given) != set(known) or not all(type(value) is bool for value in given.values()):
        raise Refused(400, "bad-request", "Siden og serveren forstår ikke hinanden. Hent siden igen.")
    return Switches(**dict.fromkeys(SWITCHES, False) | given)
