"""What a facilitator does to the cohort: its Excel file, its groups, its wording; built, taken into use, undone."""

import base64
from datetime import date, timedelta
from typing import Any, ClassVar

from ..errors import CohortError, PageError
from ..model import DUTIES, GatheringKind, Role
from .desk import DeskApi
from .prints import Prints
from .survey_api import looked
from .web import Refused

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PROPOSED = "cohort-groups-proposed"
BUDGET, BUDGET_LASTS = 5, timedelta(days=30)  # proposals that hear the leaders' wishes
BUSY = "Serveren kunne ikke gøre det færdigt. Det, der var i brug, er det stadig. Prøv igen om lidt."


class CohortApi(DeskApi):
    """Asks the builder for one thing, and tells everything that is wrong."""

    async def prepare(self) -> None:
        """Called by Tornado before the method: who may not ask is not even told what is wrong with the question."""
        await super().prepare()
        await self.facilitator(self.path_kwargs["gathering"])

    @property
    def address(self) -> str:
        """The e-mail address of the facilitator who asks."""
        return self.signed_in.person.email

    async def ask(self, gathering: str, verb: str, **asked: Any) -> Any:
        """What the builder answers."""
        try:
            return await self.house.builder.do(self.house.shelf.folder(gathering), verb, **asked)
        except CohortError as error:
            raise Refused(400, "findings", _first(error), findings=_findings(error)) from None
        except PageError:
            raise Refused(503, "not-built", BUSY) from None

    async def build(self, gathering: str, event: str, verb: str, **asked: Any) -> None:
        """Answer line by line while the cohort is being built, and take what was built into use."""
        folder = self.house.shelf.folder(gathering)
        try:
            done = await self.house.builder.do(folder, verb, self._tell, **asked)
            await self.house.cohort(gathering)
            self.line(done=done)
            self.note(event)
        except CohortError as error:
            self.line(message=_first(error), findings=_findings(error))
        except PageError:
            self.line(message=BUSY)
        self.finish()

    async def locked(self, gathering: str) -> bool:
        """Whether what the survey asks stands for good: its first wave has opened."""
        cohort, _ = await self.facilitator(gathering)
        survey, _ = await looked(self.house, cohort)
        return survey.relations is not None

    async def build_asking(self, gathering: str, event: str, verb: str, **asked: Any) -> None:
        """Build where what the survey asks may change, until its first wave opens. None opens meanwhile."""
        surveys = self.house.store.surveys
        await self.locked(gathering)  # what is due opens first
        locked = await self.house.ask(surveys.hold, gathering)
        try:
            await self.build(gathering, event, verb, locked=locked, **asked)
        finally:
            surveys.let_go(gathering)

    def _tell(self, line: dict[str, Any]) -> None:
        self.line(**line)
        self.flush()


class StateHandler(CohortApi):
    """GET: what is in use, what the draft would become, and whether there is anything to undo."""

    async def get(self, gathering: str) -> None:
        """The cohort as its leaders meet it, and the draft."""
        cohort, _ = await self.facilitator(gathering)
        manifest, people = cohort.manifest, cohort.roster.participants
        live = {
            "name": manifest.name,
            "leaders": sum(person.role is Role.LEADER for person in people),
            "pages": [{"name": step.name, "title": step.title} for step in manifest.steps],
        }
        self.reply({"live": live} | await self.ask(gathering, "state"))


class FileHandler(CohortApi):
    """The cohort as one Excel file."""

    largest: ClassVar[int] = 5 << 20  # bytes, as much as the builder reads
    too_large: ClassVar[str] = (
        "Filen er for stor. Der er plads til 5 MB. Slet billeder og ark, der ikke hører til holdet, og læg den op igen. "
        "Intet er ændret."
    )

    async def get(self, gathering: str) -> None:
        """The file to download: the draft, if there is one."""
        content = base64.b64decode(await self.ask(gathering, "file"))
        self.hand(content, EXCEL, f"{gathering}.xlsx")

    async def put(self, gathering: str) -> None:
        """Check a file, and keep it as the draft if everything is right."""
        content = base64.b64encode(self.request.body).decode()
        self.reply({"draft": await self.ask(gathering, "draft", content=content, by=self.address)})
        self.note("cohort-draft")

    async def delete(self, gathering: str) -> None:
        """Throw the draft away."""
        await self.ask(gathering, "discard")
        self.reply({})
        self.note("cohort-draft-discarded")


class GroupsHandler(CohortApi):
    """Groups for the cohort as its file has it."""

    async def post(self, gathering: str) -> None:
        """A proposal. Nothing is written. ``wishes``: whether the leaders' own were heard. ``visits``: for job visits;
        ``place``: only those without a group get one.

        They go to the composer alone, no more often than groups need, and only where the file has exactly the leaders that
        are in use: who may choose whom to ask about finds out what is confidential. Only in a programme are there any.
        """
        wanted = self.body(smallest=int, largest=int, rotate=bool, visits_=bool, place_=bool)
        asked = {"visits": False, "place": False} | wanted
        cohort, _ = await self.facilitator(gathering)
        in_use = {each.email for each in cohort.roster.participants if each.role is Role.LEADER}
        asked_for = cohort.manifest.kind is GatheringKind.PROGRAMME
        wishes = asked_for and in_use == set(await self.ask(gathering, "leaders"))
        if wishes:
            self._count(gathering)
        vetoes = await self._vetoes(gathering) if wishes else []
        self.reply({"wishes": wishes} | await self.ask(gathering, "propose", vetoes=vetoes, **asked))

    def _count(self, gathering: str) -> None:
        """Let groups be proposed with the leaders' wishes only so often, counted where a restart forgets nothing."""
        since = self.house.clock() - BUDGET_LASTS
        if self.house.audit.count(PROPOSED, gathering, since) >= BUDGET:
            raise Refused(
                429,
                "enough",
                f"Der er foreslået grupper {BUDGET} gange på {BUDGET_LASTS.days} dage. Oftere må det ikke være, for så kan "
                "ledernes fortrolige ønsker gættes. Flyt den enkelte i hånden i filen.",
            )
        self.note(PROPOSED)

    async def put(self, gathering: str) -> None:
        """Write groups into the file, as a draft: the group's name by e-mail address; ``rotated``: in a new round."""
        asked = {"visits": False} | self.body(groups=dict, rotated=bool, visits_=bool)
        groups = asked["groups"]
        if not _texts(groups):
            raise Refused(400, "bad-request", "Grupperne kunne ikke læses. Foreslå dem igen.")
        self.reply({"draft": await self.ask(gathering, "regroup", by=self.address, **asked)})
        self.note("cohort-groups")

    async def _vetoes(self, gathering: str) -> list[tuple[str, str]]:
        """Pairs of addresses. Who has left is in none."""
        members = await self.house.ask(self.house.store.people.members, gathering)
        emails = {member.person.id: member.person.email for member in members}
        pairs = await self.house.ask(self.house.store.vetoes.pairs, gathering)
        return [(emails[one], emails[other]) for one, other in pairs if one in emails and other in emails]


class TurnsHandler(CohortApi):
    """Whose turn it is at the meetings to come."""

    async def get(self, gathering: str) -> None:
        """Who has which duty, what is proposed where nobody has, and what lacks. Nothing is written."""
        self.reply(await self.ask(gathering, "turns", today=self.house.today().isoformat()))

    async def put(self, gathering: str) -> None:
        """Write duties into the file, as a draft: ``columns`` are duty to e-mail address to the names of meetings."""
        columns = self.body(columns=dict)["columns"]
        if set(columns) - set(DUTIES) or not all(_texts(each) for each in columns.values()):
            raise Refused(400, "bad-request", "Tjanserne kunne ikke læses. Fordel dem igen.")
        self.reply({"draft": await self.ask(gathering, "assign", columns=columns, by=self.address)})
        self.note("cohort-duties")


class MeetingsHandler(CohortApi):
    """Meetings planned around holidays."""

    async def post(self, gathering: str) -> None:
        """Days for ``many`` more from ``first`` on one ``weekday`` (0: Monday). Nothing is written."""
        wanted = self.body(first=str, many=int, weekday=int)
        self.reply({"days": await self.ask(gathering, "plan", **wanted | {"first": _day(wanted["first"])})})

    async def put(self, gathering: str) -> None:
        """Write meetings on those ``days`` into the file, as a draft; each ``starts`` then ("13.00", may be empty)."""
        wanted = self.body(days=list, starts=str)
        days = [_day(each) for each in wanted["days"]]
        self.reply({"draft": await self.ask(gathering, "meet", days=days, starts=wanted["starts"], by=self.address)})
        self.note("cohort-meetings")


class BuildHandler(CohortApi):
    """Takes the draft into use."""

    async def post(self, gathering: str) -> None:
        """Line by line: ``{"step", "total"}``, then ``{"done"}`` or ``{"message", "findings"}``."""
        self.body()
        await self.build(gathering, "cohort-build", "take", by=self.address)


class UndoHandler(CohortApi):
    """Goes back to what was there before a change."""

    async def post(self, gathering: str) -> None:
        """``change``: its number, which must still be the last. Line by line, as a build."""
        await self.build_asking(gathering, "cohort-undo", "undo", change=self.body(change=int)["change"])


class ParcelHandler(CohortApi):
    """A whole cohort, packed elsewhere."""

    largest: ClassVar[int] = 30 << 20  # bytes, as much as the builder unpacks
    too_large: ClassVar[str] = (
        "Filen er for stor. Et hold kan fylde 30 MB. Slet det, der ikke hører til holdet. Intet er ændret."
    )

    async def put(self, gathering: str) -> None:
        """Take it into use. Line by line, as a build."""
        content = base64.b64encode(self.request.body).decode()
        await self.build_asking(gathering, "cohort-brought", "bring", content=content, by=self.address)


class WordingHandler(CohortApi):
    """The wording of one page."""

    async def get(self, gathering: str, step: str) -> None:
        """Its Markdown cells, as they are written."""
        self.reply({"texts": await self.ask(gathering, "questions", step=step)})

    async def put(self, gathering: str, step: str) -> None:
        """Take another wording of one cell into use. ``before`` is what stood there when it was opened."""
        asked = self.body(number=int, before=str, after=str)
        await self.build(gathering, "cohort-reworded", "reword", step=step, **asked)


class PreviewHandler(CohortApi):
    """How a wording will look."""

    def initialize(self, prints: Prints) -> None:
        """Called by Tornado with what prints prose."""
        self._prints = prints

    async def post(self, gathering: str, step: str) -> None:
        """The cell as HTML, cleaned as on the pages."""
        asked = self.body(number=int, before=str, after=str)
        source = await self.ask(gathering, "preview", step=step, **asked)
        self.reply({"html": await self._prints.prose(source)})


def _day(text: Any) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except (TypeError, ValueError):
        raise Refused(400, "bad-date", "En af dagene er ikke en dato. Vælg den igen.") from None


def _texts(found: Any) -> bool:
    return isinstance(found, dict) and all(isinstance(each, str) for each in found.values())


def _first(error: CohortError) -> str:
    many = len(error.findings)
    return str(error.findings[0]) if many == 1 else f"{many} ting skal rettes først."


def _findings(error: CohortError) -> list[str]:
    return [str(finding) for finding in error.findings]
