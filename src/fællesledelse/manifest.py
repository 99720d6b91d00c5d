"""The built cohort as JSON: written by the builder, read by the server.

Same value, same text: sorted keys, ISO dates, a newline at the end.
"""

import json
from dataclasses import asdict
from datetime import date, time
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from .errors import CohortError, Finding
from .model import Manifest, Roster

FORMAT = 1

_T = TypeVar("_T")
_MANIFEST: TypeAdapter[Manifest] = TypeAdapter(Manifest)
_ROSTER: TypeAdapter[Roster] = TypeAdapter(Roster)


def dump(manifest: Manifest) -> str:
    """The manifest as JSON text."""
    return _text(manifest)


def load(text: str) -> Manifest:
    """The manifest that ``dump`` wrote. Raises CohortError if it is anything else."""
    return _read(_MANIFEST, text, "manifest.json")


def dump_roster(roster: Roster) -> str:
    """The roster as JSON text."""
    return _text(roster)


def load_roster(text: str) -> Roster:
    """The roster that ``dump_roster`` wrote. Raises CohortError if it is anything else."""
    return _read(_ROSTER, text, "roster.json")


def _text(value: Manifest | Roster) -> str:
    data = {**asdict(value), "format": FORMAT}
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True, default=_iso) + "\n"


def _iso(value: date | time) -> str:
    return value.isoformat()


def _read(adapter: TypeAdapter[_T], text: str, name: str) -> _T:
    try:
        data = json.loads(text)
        if not isinstance(data, dict) or data.pop("format", None) != FORMAT:
            raise ValueError(f"not format {FORMAT}")
        return adapter.validate_python(data)
    except (ValueError, RecursionError) as problem:
        place = problem.errors()[0]["loc"] if isinstance(problem, ValidationError) else problem
        why = f"Filen kan ikke læses ({place}). Byg holdet igen med: faellesledelse hold byg MAPPE"
        raise CohortError([Finding(name, why)]) from problem
