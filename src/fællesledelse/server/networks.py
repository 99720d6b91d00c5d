"""All networks that somebody facilitates, side by side: what for, of which type, how far, and what is decided next."""

from dataclasses import dataclass
from datetime import date

from ..danish import near_day
from ..model import GatheringKind, Role
from .desk import facilitator
from .evidence import read
from .house import House
from .life import MATTERS, STAGES, Stage
from .life_api import DESK, of_network
from .pages import shell
from .shelf import Cohort
from .web import Page

HERE = "netvaerk"

NOBODY_SAID = "Ikke sat endnu"


@dataclass(frozen=True)
class Row:
    """A network in words. ``url`` leads to its own page about its life."""

    name: str
    organisation: str
    url: str
    purpose: str
    type: str
    stage: Stage
    stage_words: str
    members: int
    held: int
    coming: int
    next: str
    day: str
    due: bool
    last: str


class NetworksPage(Page):
    """Every network in which the asker is a facilitator. Nothing that anyone has written."""

    async def get(self, gathering: str) -> None:
        """From one of them."""
        cohort, here = await facilitator(self, gathering)
        of_network(cohort.manifest)
        places = await self.house.ask(self.house.store.people.gatherings, self.person)
        mine = [each.gathering for each in places if each.role is Role.FACILITATOR]
        cohorts = [each for name in mine if (each := await self.house.cohort(name)) is not None]
        found = await self.house.ask(rows, self.house, cohorts)
        self.show("networks.html", **await shell(self, cohort, here, HERE), rows=found)


def rows(house: House, cohorts: list[Cohort]) -> list[Row]:
    """A row for each network among them, those with a decision to take first. Asks the store: call it in a thread."""
    networks = [cohort for cohort in cohorts if cohort.manifest.kind is GatheringKind.NETWORK]
    found = [_row(house, cohort, house.today()) for cohort in networks]
    return sorted(found, key=lambda row: (not row.due, row.stage is Stage.OVER, row.name))


def _row(house: House, cohort: Cohort, today: date) -> Row:
    manifest, life = cohort.manifest, read(house, cohort)
    seen, first = life.evidence, next(iter(life.due), None)
    return Row(
        manifest.name,
        manifest.organisation,
        f"/hold/{manifest.gathering}/{DESK}",
        life.purpose or NOBODY_SAID,
        life.type or NOBODY_SAID,
        life.stage,
        STAGES[life.stage],
        seen.members,
        len(seen.meetings),
        seen.coming,
        MATTERS[first.kind].title if first else "",
        near_day(first.day, today) if first else "",
        first is not None and first.is_due(today),
        near_day(life.ends, today) if life.ends and life.stage in (Stage.WINDING_UP, Stage.OVER) else "",
    )
