"""The pictures of the survey's waves, drawn once each, beside the server: what they show never changes."""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass, field
from typing import Any

from ..store import Survey, SurveyWave
from ..surroundings import surroundings
from .log import LOG

WORKER = "fællesledelse.server.survey_drawing"
PATIENCE = 120.0  # seconds


@dataclass
class Drawings:
    """SVG by wave and picture. Where nothing can be drawn there are no pictures: the tables say the same."""

    _drawn: dict[str, dict[str, str]] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(self, survey: Survey, wave: SurveyWave) -> dict[str, str]:
        """The pictures of a wave that shows something, by name."""
        async with self._turn:  # one at a time: each takes seconds and much memory
            if wave.id not in self._drawn:
                self._drawn[wave.id] = await _draw(_asked(survey, wave))
        return self._drawn[wave.id]


def _asked(survey: Survey, wave: SurveyWave) -> dict[str, Any]:
    shown = sorted((each for each in survey.waves if each.number), key=lambda each: each.number or 0)[: wave.number]
    ledger = survey.ledger()
    assert wave.asks is not None  # it shows something
    return {
        "ledger": ledger | {"waves": ledger["waves"][: wave.number]},
        "asks": asdict(wave.asks),
        "waves": [each.title for each in shown],
    }


async def _draw(asked: dict[str, Any]) -> dict[str, str]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", WORKER), env=surroundings(), stdin=pipe, stdout=pipe, stderr=pipe
    )
    try:
        out, trouble = await asyncio.wait_for(process.communicate(json.dumps(asked).encode()), PATIENCE)
    except TimeoutError:
        process.kill()
        out, trouble = b"", b"it took too long"
    if process.returncode != 0:
        LOG.warning(
            "The survey's pictures can't be drawn, the tables stand alone: %s", trouble.decode(errors="replace")[-400:]
        )
        return {}
    drawn: dict[str, str] = json.loads(out)
    return drawn
