"""The charter's page and files: everyone in the network reads what is released; its facilitators release it."""

import uuid

from ..documents.charter import NO_PURPOSE, OPEN, Charter, charter_pdf, charter_word
from ..errors import AnswerError
from ..model import Role
from ..names import slug
from ..store import Membership
from .answers_api import NOT_YOURS
from .charter import composed, fields, pages, read, versions
from .evaluation_api import hand_report
from .pages import notice_accepted, shell
from .shelf import Cohort
from .web import Api, Guarded, Page, Refused

ADDRESS = "kommissoriet"


class CharterPage(Page):
    """GET: the newest version, or ``?version=`` another. POST: a facilitator releases one, or takes one on."""

    async def get(self, gathering: str) -> None:
        """For everyone in the network. The first visit goes by the privacy notice."""
        cohort, mine = await _network(self, gathering)
        if not await notice_accepted(self, cohort):
            self.redirect(f"/hold/{gathering}/privatliv")
            return
        await self._show(cohort, mine, "")

    async def post(self, gathering: str) -> None:
        """``action`` is "udgiv" (the version after ``base``) or "hent" (the newest version into the own fields)."""
        cohort, mine = await _network(self, gathering)
        if mine.role is not Role.FACILITATOR:
            raise Refused(403, *NOT_YOURS)
        try:
            message = await (
                self._carry(cohort) if self.get_body_argument("action", "") == "hent" else self._release(cohort)
            )
        except AnswerError as problem:
            self.set_status(409)
            message = str(problem)
        await self._show(cohort, mine, message)

    async def _release(self, cohort: Cohort) -> str:
        base = self.get_body_argument("base", "")
        found = await versions(self.house, cohort.manifest.gathering)
        if not base.isdecimal() or len(base) > 6:
            raise Refused(400, "bad-request", "Siden og serveren forstår ikke hinanden. Hent siden igen.")
        texts = await own_texts(self, cohort)
        content = composed(cohort, texts, self.signed_in.person.name)
        now = read(cohort, content, 0, self.house.today(), found[0] if found else None)
        if len(now.open) == len(now.entries):
            raise AnswerError("Der er ikke skrevet noget endnu. Svar på mindst ét spørgsmål først.")
        if found and not now.changes:
            raise AnswerError(f"Der er intet nyt siden version {found[0].number}. Intet er udgivet.")
        release = self.house.store.charters.release
        number = await self.house.ask(release, cohort.manifest.gathering, content, int(base))
        self.note("charter-released")
        return f"Version {number} er udgivet. Alle i netværket kan læse den nu."

    async def _carry(self, cohort: Cohort) -> str:
        """What a field said before is kept among its earlier versions."""
        found = await versions(self.house, cohort.manifest.gathering)
        if not found:
            raise AnswerError("Der er ikke udgivet noget kommissorium, du kan hente.")
        newest = found[0]
        changed = await self.house.ask(_carried, self, cohort, newest)
        if not changed:
            return f"Dine svar er allerede de samme som i version {newest.number}."
        svar = "1 af dine svar er" if changed == 1 else f"{changed} af dine svar er"
        return f"{svar} nu som i version {newest.number}. Det, der stod før, ligger under »Tidligere versioner« ved feltet."

    async def _show(self, cohort: Cohort, mine: Membership, message: str) -> None:
        found = await versions(self.house, cohort.manifest.gathering)
        wanted = self.get_query_argument("version", "")
        shown = next((each for each in found if str(each.number) == wanted), found[0] if found else None)
        own = await own_charter(self, cohort, found) if mine.role is Role.FACILITATOR else None
        self.show(
            "charter.html",
            **await shell(self, cohort, mine, ADDRESS),
            charter=shown,
            versions=found,
            own=own,
            forms=[(step.title, f"/hold/{cohort.manifest.gathering}/{step.name}") for step in pages(cohort)],
            message=message,
            open_word=OPEN,
            no_purpose=NO_PURPOSE,
        )


class CharterFileHandler(Api):
    """GET: a version as Word or PDF; number 0 is what the facilitator's own fields say today."""

    async def get(self, gathering: str, number: str, kind: str) -> None:
        """Everyone in the network has the versions, and only the one who wrote it what is not released."""
        cohort, mine = await _network(self, gathering)
        found = await versions(self.house, gathering)
        if int(number) == 0 and mine.role is Role.FACILITATOR:
            charter: Charter | None = await own_charter(self, cohort, found)
        else:
            charter = next((each for each in found if each.number == int(number)), None)
        if charter is None:
            raise Refused(404, "not-found", "Den version af kommissoriet findes ikke.")
        name = f"kommissorium-{slug(cohort.manifest.name)}-{f'version-{charter.number}' if charter.number else 'udkast'}"
        made = charter
        await hand_report(self, kind, name, lambda: charter_pdf(made) if kind == "pdf" else charter_word(made))


async def own_texts(handler: Guarded, cohort: Cohort) -> dict[str, str]:
    """What the one who asks has written in the fields that a charter is made of."""
    keys = [field.key for field in fields(cohort)]
    read_all = handler.house.store.answers.read
    answers = await handler.house.ask(read_all, handler.signed_in.unlocked, cohort.manifest.gathering, keys)
    return {key: answer.text for key, answer in answers.items()}


async def own_charter(handler: Guarded, cohort: Cohort, found: list[Charter]) -> Charter:
    """The charter as a facilitator's own fields say it today, with what is another since the newest version."""
    content = composed(cohort, await own_texts(handler, cohort), handler.signed_in.person.name)
    return read(cohort, content, 0, handler.house.today(), found[0] if found else None)


def _carried(handler: Guarded, cohort: Cohort, newest: Charter) -> int:
    """Write the answers of a version into the own fields; in how many they are others than before.

    What is open in the version is left as it is. Asks the store: call it in a thread.
    """
    store, unlocked, gathering = handler.house.store.answers, handler.signed_in.unlocked, cohort.manifest.gathering
    own = store.read(unlocked, gathering, [field.key for field in fields(cohort)])
    taken = {entry.key: entry.text for entry in newest.entries if entry.text and entry.key in own}
    changed = {key: text for key, text in taken.items() if text != own[key].text.strip()}
    for key, text in changed.items():
        store.save(unlocked, gathering, key, text, own[key].version, uuid.uuid4().hex)
    return len(changed)


async def _network(handler: Guarded, gathering: str) -> tuple[Cohort, Membership]:
    """The cohort and the asker's place in it. Raises Refused where there is no charter to write or read."""
    cohort, mine = await handler.membership(gathering)
    if not pages(cohort) and not await versions(handler.house, gathering):
        raise Refused(404, "not-found", "Her er ikke noget kommissorium.")
    return cohort, mine
