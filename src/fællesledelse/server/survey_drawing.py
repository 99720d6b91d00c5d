"""``python -m fællesledelse.server.survey_drawing``: the pictures of one wave of the survey, drawn in a process of its own.

Altair takes seconds and much memory to load, so no server imports it. On standard input: ``ledger``, ``asks`` and the titles
of the ``waves``, as JSON. On standard output: SVG by the picture's name, as JSON.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import TypeAdapter

from ..model import Questionnaire
from ..survey import Ledger
from ..survey.charts import developments, distributions


def pictures(ledger: Ledger, asks: Questionnaire, waves: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each picture's name and its SVG. What is shown by department is a table by itself."""
    for theme in asks.themes:
        if not any(item.key in ledger.promised for item in asks.of(theme.key)):
            yield f"{theme.key}-fordeling", distributions(ledger, asks, theme, waves).svg
            if len(ledger.waves) > 1:
                yield f"{theme.key}-aendring", developments(ledger, asks, theme, waves).svg


def main() -> None:
    """Draw what is asked for."""
    told: dict[str, Any] = json.load(sys.stdin)
    asks = TypeAdapter(Questionnaire).validate_python(told["asks"])
    json.dump(dict(pictures(Ledger.from_json(told["ledger"]), asks, told["waves"])), sys.stdout)


if __name__ == "__main__":
    main()
