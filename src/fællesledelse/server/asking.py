"""What all leaders are asked today. The first page leads those there who have answered too, so it tells of nobody."""

from ..danish import day as spoken
from ..model import GatheringKind
from ..store import Round, SurveyWave, Wave
from .evaluation_api import waves_of
from .evidence import read
from .house import House
from .life import heads_up
from .shelf import Cohort
from .survey_api import looked
from .term import LAST
from .themes_api import rounds_of


async def asking(house: House, cohort: Cohort) -> list[dict[str, str]]:
    """What is open, or to be talked over: ``told`` in a sentence, with a ``link`` in words to the ``url`` where it is.

    The survey, the evaluation and the themes while they are open, and a network's decisions from when they are near.
    """
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
            "link": "Svar her",
        }
        for words, name, wave in waves
        if wave.state(today) == "open"
    ]
    asked += [
        {"told": _of_themes(each, each.state(today)), "url": f"/hold/{gathering}/temaer", "link": "Se temaerne"}
        for each in await rounds_of(house, cohort)
        if not each.closed
    ]
    if cohort.manifest.kind is not GatheringKind.NETWORK:
        return asked
    near = heads_up((await house.ask(read, house, cohort)).due, today)
    here = f"/hold/{gathering}/netvaerkets-liv"
    told = "{} Sig på næste møde, hvad du mener."
    return [*asked, *({"told": told.format(each), "url": here, "link": "Se, hvad I ved"} for each in near)]


def farewell(house: House, cohort: Cohort, first: bool) -> list[dict[str, str]]:
    """That all will be deleted, from when leaders are told: on the ``first`` page, on every one once writing is closed."""
    here, gathering = house.ending.get(cohort.manifest.gathering), cohort.manifest.gathering
    if here is None or not (here.closed or (first and (here.first or here.next))):
        return []
    gone = here.gone(house.today())
    told = f"Alt her bliver slettet den {spoken(gone)}. "
    told += "Der kan ikke skrives mere." if here.closed else f"Du kan skrive indtil omkring den {spoken(gone - LAST)}."
    return [{"told": told, "url": f"/hold/{gathering}/hent-mit", "link": "Hent dit eget"}]


def _of_themes(now: Round, state: str) -> str:
    if state == "suggesting":
        return f"Hvad skal I tale om? Du kan foreslå temaer til og med {spoken(now.suggests)}."
    return f"Hvilke temaer vil du helst tale om? Du kan vælge til og med {spoken(now.closes)}."
