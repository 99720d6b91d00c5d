"""A leader's sparring group today and its contract: who shares with whom, and what they have agreed to write."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ..danish import listed
from ..model import Manifest
from ..store import Person, Standing, Store, Unlocked
from .rooms_api import called, leaders_of
from .web import Refused

Permission = Literal["", "harvest", "feedback"]
"""What a contract can allow beside sharing itself, which needs no more than a contract in force."""

SPOKEN = {
    "harvest": "I har aftalt, at I ikke skriver høst til hinanden. Sig sætningerne højt i stedet.",
    "feedback": "I har aftalt, at I siger det til hinanden og ikke skriver det. Det kan I ændre i kontrakten.",
}


@dataclass(frozen=True)
class Circle:
    """One leader and the others of the group. ``everyone`` has the names of all in the gathering by id.

    ``left``: until when someone was a leader who is none any more; for them the contract stands as it did then.
    """

    manifest: Manifest
    unlocked: Unlocked
    group: str
    members: tuple[Person, ...]  # the leaders of the group today, in the order of their names, me among them
    everyone: dict[str, str]
    standing: Standing
    left: datetime | None = None

    @property
    def gathering(self) -> str:
        """Its id."""
        return self.manifest.gathering

    @property
    def me(self) -> str:
        """The leader's id."""
        return self.unlocked.person.id

    @property
    def whole_name(self) -> str:
        """What the leader is called in this gathering."""
        return self.everyone.get(self.me, self.unlocked.person.name)

    @property
    def others(self) -> tuple[Person, ...]:
        """The rest of the group."""
        return tuple(member for member in self.members if member.id != self.me)

    @property
    def missing(self) -> list[str]:
        """Who has not accepted the contract as it stands."""
        return [self.name(member.id) for member in self.members if member.id not in self.standing.accepted]

    def name(self, person: str, whole: str = "en, der har forladt holdet") -> str:
        """What someone is called: by the first name in the group where that is enough, else by the whole name.

        ``whole``: the name of one who is in the gathering no more.
        """
        member = next((each for each in self.members if each.id == person), None)
        return called(member, self.members) if member else self.everyone.get(person, whole)

    def names(self, people: set[str]) -> list[str]:
        """What they are called, in alphabetical order."""
        return sorted(self.name(person) for person in people)

    def hindrance(self, permission: Permission = "") -> str:
        """What keeps the group from sharing, or from what the contract must allow; empty if nothing does."""
        if not self.others:
            return "Du er ikke i en gruppe med andre endnu. Tal med din facilitator."
        if not self.standing.number:
            return "Før I deler noget, skal I have en kontrakt, som alle har sagt ja til. I finder den på workshop 1."
        if not self.standing.in_force:
            who = listed(["du" if name == self.name(self.me) else name for name in self.missing])
            return f"Før I deler noget, skal alle have sagt ja til kontrakten. Det mangler {who}."
        allowed = not permission or getattr(self.standing.switches, permission)
        return "" if allowed else SPOKEN[permission]

    def check(self, permission: Permission = "") -> None:
        """Raise Refused where something stands in the way."""
        words = self.hindrance(permission)
        if words:
            raise Refused(403, "no-contract", words, missing=self.missing if self.others else [])


def circle(store: Store, manifest: Manifest, unlocked: Unlocked, group: str, left: datetime | None = None) -> Circle:
    """The circle of a leader who is in ``group`` (empty: in none) today, or was until they ``left``."""
    everyone = store.people.members(manifest.gathering)
    standing = store.contracts.standing(manifest.gathering, group, left) if group else Standing()
    names = {member.person.id: member.person.name for member in everyone}
    return Circle(manifest, unlocked, group, leaders_of(everyone, group), names, standing, left)
