"""What the survey asks, as files that a facilitator takes out, words in her own way, and puts back."""

import base64
from typing import Any, ClassVar

from ..model import Questionnaire
from .cohort_api import EXCEL, CohortApi
from .web import Refused

TEXT = "text/csv; charset=utf-8"


class ItemsApi(CohortApi):
    """Takes one file of the survey or both: its ``items`` and its ``themes``, each in base64."""

    too_large: ClassVar[str] = "Filerne er for store. Slet det, der ikke hører til spørgeskemaet. Intet er ændret."

    def files(self) -> dict[str, str]:
        """What was sent, by part."""
        files = self.body(items_=str, themes_=str)
        try:
            for each in files.values():
                base64.b64decode(each, validate=True)
        except ValueError:
            files = {}
        if not files:
            raise Refused(400, "no-file", "Der var intet at læse. Vælg filen igen. Intet er ændret.")
        return files


class ItemsHandler(ItemsApi):
    """What is asked now, and something else to ask."""

    async def get(self, gathering: str) -> None:
        """The same as of files that would change it, and whether it is ``locked``."""
        cohort, _ = await self.facilitator(gathering)
        asks = cohort.manifest.survey or Questionnaire((), ())
        self.reply({"locked": await self.locked(gathering)} | asks.told())

    async def put(self, gathering: str) -> None:
        """Take the files into use, unless the first wave has opened. Line by line, as a build."""
        await self.build_asking(gathering, "cohort-items", "items-take", files=self.files())


class ItemsPreviewHandler(ItemsApi):
    """POST: what files would change."""

    async def post(self, gathering: str) -> None:
        """What would be asked (see ``Questionnaire.told``), with ``changes`` in words. Nothing is kept."""
        files, locked = self.files(), await self.locked(gathering)
        self.reply(await self.ask(gathering, "items-preview", files=files, locked=locked))


class ItemsFileHandler(CohortApi):
    """GET: one of the files as it is, to keep."""

    def initialize(self, part: str) -> None:
        """Called by Tornado with the part: "items" or "themes"."""
        self._part = part

    async def get(self, gathering: str) -> None:
        """The packaged one where the cohort has none."""
        found: list[Any] = await self.ask(gathering, "items", part=self._part)
        name, content = found
        self.hand(base64.b64decode(content), EXCEL if name.endswith(".xlsx") else TEXT, name)
