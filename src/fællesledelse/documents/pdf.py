"""PDF files: tagged, by the standard PDF/UA-1, so that a reader who listens gets headings and paragraphs in their order."""

import json
import subprocess
import sys
from typing import Any, Final
from unicodedata import bidirectional, category

from ..danish import day
from ..errors import DocumentError
from ..share import share
from ..surroundings import surroundings
from . import typeset as typesetter
from .fonts import FOLDER
from .foundation import Foundation, clean, line
from .typeset import MISSING, throughout

PATIENCE: Final = 60.0  # seconds
_LEFTWARD: Final = {"R", "AL", "AN"}
_TEMPLATE: Final = "ledelsesgrundlag.typ"


def pdf(foundation: Foundation) -> bytes:
    """The foundation as a PDF of as many pages as it takes. Raises DocumentError. Takes a quarter of a second."""
    return compiled(_TEMPLATE, _data(foundation))


def compiled(template: str, data: dict[str, Any]) -> bytes:
    """A tagged PDF of a template in ``templates/documents``, which reads ``data`` as JSON. Raises DocumentError.

    A sign that no typeface has becomes a visible �; so do marks (accents by themselves, vowels) in a text with writing from
    right to left, where Typst breaks at them. The same data are the same bytes.
    """
    made = _typeset(template, data) or _typeset(template, throughout(data, _without_marks))
    if not made:
        raise DocumentError("PDF-filen kan ikke laves. Sig det til IT.")
    return made


def _typeset(template: str, data: dict[str, Any]) -> bytes:
    """Nothing where Typst broke, or was still at it."""
    files = typesetter.__file__, str(share(f"templates/documents/{template}")), str(FOLDER)
    try:
        ended = subprocess.run(
            [sys.executable, "-P", *files],
            input=json.dumps(data).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=surroundings(),
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return b""
    return ended.stdout if ended.returncode == 0 else b""


def _without_marks(text: str) -> str:
    if not any(bidirectional(sign) in _LEFTWARD for sign in text):
        return text
    return "".join(MISSING if category(sign).startswith("M") else sign for sign in text)


def _data(foundation: Foundation) -> dict[str, Any]:
    under = ", ".join(part for part in (line(foundation.title), line(foundation.organisation)) if part)
    version = f"Version {foundation.version}, {day(foundation.day)}"
    return {
        "document": foundation.file_title,
        "name": line(foundation.name),
        "under": under,
        "foot": f"{line(foundation.name)} · {version}",
        "date": {"year": foundation.day.year, "month": foundation.day.month, "day": foundation.day.day},
        "headings": [
            {"title": line(heading.title), "paragraphs": [clean(text) for text in heading.paragraphs]}
            for heading in foundation.written
        ],
        "agreed": [clean(text) for text in foundation.agreed],
    }
