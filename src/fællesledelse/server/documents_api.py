"""The organisation's documents, as server and cohort are set up now."""

from ..documents.organisation import organisation_documents, organisation_texts
from .desk import DeskApi
from .publication_api import WORD
from .web import Refused


class DocumentsHandler(DeskApi):
    """GET: which there are."""

    async def get(self, gathering: str) -> None:
        """Their file names and titles, in order."""
        cohort, _ = await self.facilitator(gathering)
        texts = organisation_texts(cohort.manifest, cohort.roster, self.house.settings)
        found = [{"name": name.replace(".md", ".docx"), "title": _title(text)} for name, text in texts.items()]
        self.reply({"documents": found})


class DocumentHandler(DeskApi):
    """GET: one of them as a Word file."""

    async def get(self, gathering: str, name: str) -> None:
        """Made when it is asked for."""
        cohort, _ = await self.facilitator(gathering)
        made = await self.house.ask_for_file(
            self.person, organisation_documents, cohort.manifest, cohort.roster, self.house.settings
        )
        if name not in made:
            raise Refused(404, "not-found", "Dokumentet findes ikke. Hent siden igen.")
        self.hand(made[name], WORD, name)


def _title(text: str) -> str:
    """The first heading of a Markdown text."""
    return next((line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")), "")
