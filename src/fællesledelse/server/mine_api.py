"""Everything that is mine: the page that says what comes along, and the zip."""

from collections.abc import Callable
from typing import TypeVar

from ..documents import archive
from ..model import Role
from ..names import slug
from .circle import circle
from .mine import Mine
from .pages import shell
from .web import Api, Guarded, Page, Refused

T = TypeVar("T")

TAKEN = "taken-home"
"""In the audit log: that someone has fetched all that is their own."""


async def within(handler: Guarded, gathering: str, verb: Callable[[Mine], T]) -> T:
    """Run ``verb`` beside the event loop, with the material of the one who is, or has been, a leader and is asking."""
    cohort, mine = await handler.owner(gathering)
    store, unlocked = handler.house.store, handler.signed_in.unlocked
    here = cohort.manifest, unlocked, mine.group, mine.left
    return await handler.house.ask(lambda: verb(Mine(store, circle(store, *here))))


class MinePage(Page):
    """What comes along, what does not, and why."""

    async def get(self, gathering: str) -> None:
        """For leaders: a facilitator has written nothing here."""
        cohort, mine = await self.membership(gathering)
        if mine.role is not Role.LEADER:
            raise Refused(403, "forbidden", "Siden er for ledere. Her har du som facilitator ikke skrevet noget.")
        left = await within(self, gathering, lambda here: list(here.left(annex=True)))
        self.show("mine.html", **await shell(self, cohort, mine, "hent-mit"), left=left)


class MineHandler(Api):
    """GET: everything as a zip; ?annex=1 with the private annex."""

    async def get(self, gathering: str) -> None:
        """Takes some seconds where much has been written. Also for who has left."""
        annex, now = self.get_query_argument("annex", "") == "1", self.house.clock()
        material = await within(self, gathering, lambda here: here.material(annex, now))
        made = await self.house.ask_for_file(self.person, archive, material)
        self.note(TAKEN)
        self.hand(made, "application/zip", f"mit-{slug(gathering)}-{now.date().isoformat()}.zip")
