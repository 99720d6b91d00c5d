"""What all leaders are asked today. The first page leads those there who have answered too, so it tells of nobody."""

from ..danish import day as spoken
from ..store import SurveyWave, Wave
from .evaluation_api import waves_of
from .house import House
from .shelf import Cohort
from .survey_api import looked


async def asking(house: House, cohort: Cohort) -> list[dict[str, str]]:
    """The survey and the evaluation, while they are open: ``told`` in a sentence, and the ``url`` to answer at."""
    today, (survey, _) = house.today(), await looked(house, cohort)
    waves: list[tuple[str, str, SurveyWave | Wave]] = [
        *(("Spørgeskemaet »{}« er åbent", "spoergeskema", wave) for wave in survey.waves),
        *(("Evalueringen »{}« er åben", "evaluering", wave) for wave in await waves_of(house, cohort)),
    ]
    return [
        {
            "told": f"{words.format(wave.title)} til og med {spoken(wave.closes)}.",
            "url": f"/hold/{cohort.manifest.gathering}/{name}",
        }
        for words, name, wave in waves
        if wave.state(today) == "open"
    ]
