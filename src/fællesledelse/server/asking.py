"""What all leaders are asked today. The first page leads those there who have answered too, so it tells of nobody."""

from ..danish import day as spoken
from ..store import Round, SurveyWave, Wave
from .evaluation_api import waves_of
from .house import House
from .shelf import Cohort
from .survey_api import looked
from .themes_api import rounds_of


async def asking(house: House, cohort: Cohort) -> list[dict[str, str]]:
    """What of the survey, evaluation and themes is open: ``told`` in a sentence, and the ``url`` to answer at."""
    today, (survey, _) = house.today(), await looked(house, cohort)
    waves: list[tuple[str, str, SurveyWave | Wave]] = [
        *(("Spørgeskemaet »{}« er åbent", "spoergeskema", wave) for wave in survey.waves),
        *(("Evalueringen »{}« er åben", "evaluering", wave) for wave in await waves_of(house, cohort)),
    ]
    gathering = cohort.manifest.gathering
    asked = [
        {
            "told": f"{words.format(wave.title)} til og med {spoken(wave.closes)}.",
            "url": f"/hold/{gathering}/{name}",
        }
        for words, name, wave in waves
        if wave.state(today) == "open"
    ]
    themes = [
        {"told": _of_themes(each, each.state(today)), "url": f"/hold/{gathering}/temaer"}
        for each in await rounds_of(house, cohort)
        if not each.closed
    ]
    return [*asked, *themes]


def _of_themes(now: Round, state: str) -> str:
    if state == "suggesting":
        return f"Hvad skal I tale om? Du kan foreslå temaer til og med {spoken(now.suggests)}."
    return f"Hvilke temaer vil du helst tale om? Du kan vælge til og med {spoken(now.closes)}."
