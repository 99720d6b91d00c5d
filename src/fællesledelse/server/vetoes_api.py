"""Where a leader says in confidence whom not to be in a group with."""

from ..model import Role
from ..store.vetoes import MOST
from .pages import shell
from .shelf import Cohort
from .web import Api, Guarded, Page, Refused


class VetoesPage(Page):
    """The leader's own choice."""

    async def get(self, gathering: str) -> None:
        """Everyone else on the roster, and who is chosen now."""
        cohort, mine = await self.leader(gathering)
        named = await self.house.ask(self.house.store.vetoes.named, self.person, gathering)
        others = [
            {"person": person, "name": name, "chosen": person in named} for person, name in await _others(self, cohort)
        ]
        self.show("vetoes.html", **await shell(self, cohort, mine, "gruppeoensker"), others=others, most=MOST)


class VetoesHandler(Api):
    """PUT: from now on those and no more. No line in the audit log: who has been here is nobody's business either."""

    async def put(self, gathering: str) -> None:
        """``others``: ids of leaders in the same gathering."""
        cohort, _ = await self.leader(gathering)
        others = self.body(others=list)["others"]
        known = {person for person, _name in await _others(self, cohort)}
        if not all(isinstance(each, str) and each in known for each in others):
            raise Refused(400, "bad-request", "En af dem er ikke på holdet længere. Hent siden igen.")
        await self.house.ask(self.house.store.vetoes.name, self.person, gathering, others)
        self.reply({})


async def _others(handler: Guarded, cohort: Cohort) -> list[tuple[str, str]]:
    members = await handler.house.ask(handler.house.store.people.members, cohort.manifest.gathering)
    return [
        (each.person.id, each.person.name)
        for each in members
        if each.role is Role.LEADER and each.person.id != handler.person
    ]
