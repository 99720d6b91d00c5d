"""The pages the server renders itself: ways in, the privacy notice, dates, and what a facilitator sees."""

from datetime import date
from typing import Any, Final

from ..danish import near_day
from ..model import MEETINGS, GatheringKind, Manifest, Participant, Role, Step, StepKind
from ..store import Membership, fingerprint
from .access_api import notice_digest
from .devices import elsewhere
from .overview import countable, rows, states
from .path import Stage, first_day, moved_dates, own_day, stages, url
from .shelf import Cohort
from .web import Api, Guarded, Page, Refused

PROGRAMME: Final = ("forloeb", "Hele forløbet")
"""The page of the whole programme, for leaders and facilitators."""

BESIDE: Final[tuple[tuple[str, str], ...]] = (
    ("aaret", "Året"),
    PROGRAMME,
    ("datoer", "Gruppens datoer"),
    ("gruppeoensker", "Gruppeønsker"),
    ("galleri", "Galleri"),
    ("tavle", "Tavlen"),
    ("spoergeskema", "Spørgeskema"),
    ("evaluering", "Evaluering"),
    ("temaer", "Temaer"),
    ("netvaerkets-liv", "Netværkets liv"),
    ("hent-mit", "Hent mit"),
    ("det-kan-din-facilitator-se", "Det kan din facilitator se"),
)
"""A leader's pages beside the steps, by address."""

DESK = (
    ("styring/holdet", "Holdet"),
    ("styring/ret-tekst", "Ret tekst"),
    ("styring/invitationer", "Invitationer"),
    ("styring/workshops", "Workshops"),
    ("styring/spoergeskema", "Spørgeskema"),
    ("styring/evaluering", "Evaluering"),
    ("styring/temaer", "Temaer"),
    ("styring/liv", "Netværkets liv"),
    ("styring/dokumenter", "Dokumenter"),
)
"""The facilitator's pages beside the overview, by address."""

SURVEY = "spoergeskema"
"""The page that is there only where the cohort has a survey."""

OF_NETWORK = ("aaret", "netvaerkets-liv", "styring/liv", "netvaerk")
"""The pages that only a network has."""

_ELSEWHERE = {
    GatheringKind.PROGRAMME: ("temaer", *OF_NETWORK),
    GatheringKind.SALON: (
        *("forloeb", "datoer", "gruppeoensker", "galleri", "tavle", "evaluering", "hent-mit"),
        *OF_NETWORK,
    ),
    GatheringKind.NETWORK: ("forloeb", "gruppeoensker", "galleri", "tavle"),
}
"""The leaders' pages that there is no use for, by what people gather for."""

_NOT_AT_DESK = {
    GatheringKind.PROGRAMME: ("styring/temaer", *OF_NETWORK),
    GatheringKind.SALON: ("forloeb", "styring/spoergeskema", "styring/evaluering", "tavle", *OF_NETWORK),
    GatheringKind.NETWORK: ("forloeb", "styring/spoergeskema", "tavle"),
}
"""The same of the facilitator's."""

_DESK_WORDS = {
    GatheringKind.SALON: {"styring/holdet": "Salonerne", "styring/workshops": "Til salonen", "rum": "Lige nu"},
    GatheringKind.NETWORK: {"styring/holdet": "Netværket", "styring/workshops": "Til mødet"},
}
"""What the facilitator's pages are called where that isn't what a programme calls them."""

CHARTER = ("kommissoriet", "Kommissoriet")
"""The page that is there only where there is a charter to write."""

_WHOLE = {GatheringKind.PROGRAMME: "forløbet", GatheringKind.SALON: "salonerne", GatheringKind.NETWORK: "netværkets tid"}

BLANK = Participant("", "", Role.LEADER)
"""Stands for someone who has joined while a new roster is being read."""


class FrontDoor(Page):
    """Sends everyone where they belong."""

    async def get(self) -> None:
        """One gathering: there; several: a choice; none: a kind word. What is left of former ones is a link below."""
        people = self.house.store.people
        memberships, former = await self.house.ask(lambda: (people.gatherings(self.person), people.former(self.person)))
        known, left = self._links(memberships, ""), self._links(former, "mit")
        if len(known) + len(left) == 1:
            self.redirect((known or left)[0]["url"])
        elif known or left:
            leads = (each.gathering for each in memberships if each.role is Role.FACILITATOR)
            found = (cohort for gathering in leads if (cohort := self.house.shelf.find(gathering)))
            networks = [cohort.manifest.gathering for cohort in found if _is_network(cohort.manifest)]
            overview = f"/hold/{networks[0]}/netvaerk" if networks else ""
            self.show("gatherings.html", gatherings=known, left=left, networks=overview)
        else:
            raise Refused(
                404,
                "no-gathering",
                "Du er ikke med i et forløb, et netværk eller en salon lige nu. Tal med din facilitator.",
                title="Intet at vise",
            )

    def _links(self, memberships: list[Membership], page: str) -> list[dict[str, str]]:
        """The way to a page of each gathering that is served here."""
        found = [cohort for each in memberships if (cohort := self.house.shelf.find(each.gathering)) is not None]
        return [{"name": each.manifest.name, "url": f"/hold/{each.manifest.gathering}/{page}"} for each in found]


class PublicPage(Page):
    """A page that anyone may see: its script does the rest."""

    public = True

    def initialize(self, template: str) -> None:
        """Called by Tornado with the page's template."""
        self._template = template

    async def get(self) -> None:
        """The page itself holds nothing about anyone."""
        self.show(self._template)


class Nowhere(Page):
    """Every address that leads nowhere."""

    public = True

    async def prepare(self) -> None:
        """Called by Tornado before the method."""
        await super().prepare()
        raise Refused(404, "not-found", "Adressen er måske skrevet forkert, eller linket er brugt op.")


class Health(Api):
    """For the machine that watches this one, and for pages that wonder whether the server is there."""

    public = True

    async def get(self) -> None:
        """200 if the database answers."""
        await self.house.ask(self.house.store.people.find, "")
        self.reply({"status": "ok"})


class NoticePage(Page):
    """The privacy notice."""

    async def get(self, gathering: str) -> None:
        """Who decides what, and the limits said as plainly as the promises."""
        cohort, mine = await self.membership(gathering)
        self.show(
            "notice.html",
            **await shell(self, cohort, mine, "privatliv"),
            privacy=cohort.manifest.privacy,
            safe=cohort.manifest.safe_key is not None,
            mark=fingerprint(self.signed_in.unlocked.public),
            accepted=await notice_accepted(self, cohort),
        )


class DatesPage(Page):
    """The own group's dates."""

    async def get(self, gathering: str) -> None:
        """Every day the group may move."""
        await self._show(gathering, "")

    async def post(self, gathering: str) -> None:
        """Move one step for the whole group, or put it back."""
        cohort, mine = await self.leader(gathering)
        wanted = self.get_body_argument("step", "")
        step = next((step for step in movable(cohort) if step.name == wanted), None)
        if step is None or not mine.group:
            raise Refused(400, "bad-request", "Den dato kan ikke flyttes.")
        text = self.get_body_argument("date", "").strip()
        try:
            day = date.fromisoformat(text) if text else None
        except ValueError:
            raise Refused(400, "bad-date", f"»{text[:20]}« er ikke en dato. Skriv den som 2026-09-02.") from None
        first, last = cohort.manifest.starts, cohort.manifest.ends
        if day is not None and not (first <= day and (last is None or day <= last)):
            raise Refused(
                400,
                "bad-date",
                f"Datoen ligger uden for {_WHOLE[cohort.manifest.kind]}. Vælg en dag mellem den første og den sidste.",
            )
        moved = await moved_dates(self.house, gathering, mine.group)
        if day is not None and first_day(step, moved) <= self.house.today() < first_day(step, moved | {step.name: day}):
            raise Refused(400, "bad-date", f"{step.title} er åbnet og kan ikke lukkes igen for dem, der har skrevet.")
        await self.house.ask(
            self.house.store.progress.move_date, gathering, mine.group, step.name, None if day == step.opens else day
        )
        await self._show(gathering, f"Gemt. Den nye dato for {step.title} gælder hele gruppen.")

    async def _show(self, gathering: str, message: str) -> None:
        cohort, mine = await self.leader(gathering)
        moved = await moved_dates(self.house, gathering, mine.group)
        rows = [
            {
                "name": step.name,
                "title": step.title,
                "date": own_day(step, moved).isoformat(),  # type: ignore[union-attr]
                "meeting": step.kind in MEETINGS,
                "default": step.opens.isoformat(),  # type: ignore[union-attr]
            }
            for step in movable(cohort)
        ]
        context = await shell(self, cohort, mine, "datoer")
        self.show("dates.html", **context, group=mine.group or "", rows=rows if mine.group else [], message=message)


class FacilitatorViewPage(Page):
    """Exactly what the facilitator's overview says of me."""

    async def get(self, gathering: str) -> None:
        """My own row, made by the same function as hers."""
        cohort, mine = await self.leader(gathering)
        row = next(row for row in await rows(self.house, cohort) if row.person == self.person)
        context = await shell(self, cohort, mine, "det-kan-din-facilitator-se")
        self.show("facilitator_view.html", **context, row=row, words=states(cohort))


def movable(cohort: Cohort) -> list[Step]:
    """The steps whose day a group may move for itself: all that have a day, but for the pages that are always there, and
    for the periods, which begin with a seminar for everyone."""
    return [step for step in countable(cohort) if step.opens is not None and step.kind is not StepKind.PERIOD]


def beside(manifest: Manifest) -> tuple[tuple[str, str], ...]:
    """A leader's pages beside the steps in that cohort."""
    without = (*_ELSEWHERE[manifest.kind], *(() if manifest.survey else (SURVEY,)))
    charter = (CHARTER,) if len(manifest.way) < len(manifest.steps) else ()
    return charter + tuple(each for each in BESIDE if each[0] not in without)


def desk(manifest: Manifest) -> tuple[tuple[str, str], ...]:
    """The facilitator's pages where people gather for that."""
    written = tuple((step.name, step.title) for step in manifest.steps if step.kind is StepKind.CHARTER)
    charter = (*written, CHARTER) if written else ()
    after = ("rum", "Grupperne"), ("tavle", "Tavlen"), ("netvaerk", "Alle netværk")
    pages = ("overblik", "Overblik"), *charter, PROGRAMME, *DESK, *after
    words = _DESK_WORDS.get(manifest.kind, {})
    return tuple((name, words.get(name, title)) for name, title in pages if name not in _NOT_AT_DESK[manifest.kind])


def _is_network(manifest: Manifest) -> bool:
    """Whether people gather for a network."""
    return manifest.kind is GatheringKind.NETWORK


async def notice_accepted(handler: Guarded, cohort: Cohort) -> bool:
    """Whether the person has read this wording of the notice."""
    digest = notice_digest(cohort.manifest)
    accepted = handler.house.store.progress.notice_accepted
    return await handler.house.ask(accepted, handler.person, cohort.manifest.gathering, digest)


async def shell(handler: Guarded, cohort: Cohort, mine: Membership, current: str) -> dict[str, Any]:
    """What surrounds every page: who I am, where I am, and where I can go."""
    manifest = cohort.manifest
    base = f"/hold/{manifest.gathering}"
    if mine.role is Role.LEADER:
        way = await stages(handler.house, cohort, handler.person, mine.group)
        nav, extras = [_link(cohort, stage, current, handler.house.today()) for stage in way], beside(manifest)
    else:
        nav, extras = [], desk(manifest)
    for name, title in (*extras, ("privatliv", "Privatliv")):
        nav.append(_entry(title, f"{base}/{name}", name == current, extra=True))
    return {
        "me": whose(handler, manifest) | {"role": mine.role.value},
        "nav": nav,
        "gathering": manifest.gathering,
        "person": handler.person,
    }


def whose(handler: Guarded, manifest: Manifest) -> dict[str, str]:
    """Who has signed in, and where they are."""
    return {
        "name": handler.signed_in.person.name,
        "elsewhere": elsewhere(handler.signed_in),
        "person": handler.person,
        "gathering": manifest.gathering,
        "gathering_name": manifest.name,
        "organisation": manifest.organisation,
        "kind": manifest.kind.value,
    }


def _link(cohort: Cohort, stage: Stage, current: str, today: date) -> dict[str, Any]:
    entry = _entry(stage.step.title, url(cohort.manifest, stage.step), stage.step.name == current, extra=False)
    extra, meeting = stage.step.kind is StepKind.ANNEX, stage.step.kind is StepKind.MEETING
    ahead = stage.state == "locked" or (meeting and stage.opens is not None and today <= stage.opens)
    opens = near_day(stage.opens, today) if stage.opens and ahead else None
    return entry | {"state": stage.state, "opens": opens, "extra": extra, "meeting": meeting}


def _entry(title: str, address: str, current: bool, extra: bool) -> dict[str, Any]:
    return {"title": title, "url": address, "current": current, "state": "", "opens": None, "extra": extra, "meeting": False}
