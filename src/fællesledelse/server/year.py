"""A network's year as its members see it: when and where they meet, who has which duty, what about, and who was there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ..danish import near_day
from ..model import GatheringKind, Role, StepKind
from ..store import Membership, Parcel
from ..store.people import CASE
from .attendance import attended
from .cards import standing
from .cases import duties, step_of
from .overview import time_and_place
from .pages import notice_accepted, shell
from .path import moved_dates, own_day, url
from .shelf import Cohort
from .web import Page, Refused


@dataclass(frozen=True)
class Held:
    """A meeting of the own group. ``there`` are the names of those of it who were at the meeting, ``of`` how many it is.

    ``coming``: what the next one is called. ``cases``: whose cases the reader can read, or has shared.
    """

    title: str
    url: str
    day: str
    where: str
    theme: str
    duties: tuple[tuple[str, list[str]], ...]
    over: bool
    coming: str
    mine: bool
    there: tuple[str, ...]
    of: int
    cases: tuple[str, ...]


class YearPage(Page):
    """The meetings of the own group, and the themes it has worked with. Nothing of those who have left."""

    async def get(self, gathering: str) -> None:
        """For a network's leaders: what a facilitator may see is in the overview. The first visit goes by the notice."""
        cohort, mine = await self.leader(gathering)
        if cohort.manifest.kind is not GatheringKind.NETWORK:
            raise Refused(404, "not-found", "Siden findes kun i et netværk.")
        if not await notice_accepted(self, cohort):
            self.redirect(f"/hold/{gathering}/privatliv")
            return
        moved = await moved_dates(self.house, gathering, mine.group)
        meetings = await self.house.ask(self._held, cohort, mine, moved)
        themes = dict.fromkeys(each.theme for each in meetings if each.over and each.theme)
        self.show("year.html", **await shell(self, cohort, mine, "aaret"), meetings=meetings, themes=list(themes))

    def _held(self, cohort: Cohort, mine: Membership, moved: dict[str, date]) -> list[Held]:
        """Asks the store: call it in a thread."""
        gathering, today = cohort.manifest.gathering, self.house.today()
        names = {
            member.person.id: member.person.name
            for member in self.house.store.people.members(gathering)
            if member.role is Role.LEADER and member.group == mine.group
        }
        there = attended(self.house, cohort)
        shared = standing(self.house.store.parcels.opened(self.signed_in.unlocked, gathering, CASE))
        steps = [step for step in cohort.manifest.steps if step.kind is StepKind.MEETING]
        coming = next((step for step in steps if (day := own_day(step, moved)) is None or day >= today), None)
        return [
            Held(
                title=step.title,
                url=url(cohort.manifest, step),
                day=near_day(day, today) if (day := own_day(step, moved)) else "Ingen dato endnu",
                where="I har selv flyttet datoen" if step.name in moved else time_and_place(step),
                theme=step.meeting.theme if step.meeting else "",
                duties=tuple(each for each in duties(cohort.roster.participants, mine.group, step.name) if each[1]),
                over=bool(day and day < today) or not there[step.name].isdisjoint(names),
                coming="" if step is not coming else "I dag" if day == today else "Næste møde",
                mine=self.person in there[step.name],
                there=tuple(name for person, name in names.items() if person in there[step.name]),
                of=len(names),
                cases=tuple(_brought(shared, step.name, self.person)),
            )
            for step in steps
        ]


def _brought(shared: Iterable[Parcel], step: str, me: str) -> list[str]:
    return ["dig" if each.author.id == me else each.author.name for each in shared if step_of(each.subject) == step]
