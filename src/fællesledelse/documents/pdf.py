"""PDF files: tagged, by the standard PDF/UA-1, so that a reader who listens gets headings and paragraphs in their order."""

import json
import re
from typing import Any, Final

import typst

from ..danish import day
from ..errors import DocumentError
from ..share import share
from .fonts import fonts
from .foundation import Foundation, clean, line

STANDARD: Final = "ua-1"
MISSING = "\ufffd"
"""What stands for a sign that no typeface at hand can draw."""

_TEMPLATE = "ledelsesgrundlag.typ"
_UNDRAWN = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")
_TRIES = 4


def pdf(foundation: Foundation) -> bytes:
    """The foundation as a PDF of as many pages as it takes. Raises DocumentError. Takes a tenth of a second."""
    return compiled(_TEMPLATE, _data(foundation))


def compiled(template: str, data: dict[str, Any]) -> bytes:
    """A tagged PDF of a template in ``templates/documents``, which reads ``data`` as JSON. Raises DocumentError.

    A sign that no typeface has becomes a visible �. The same data are the same bytes.
    """
    for _ in range(_TRIES):
        try:
            made: bytes = typst.compile(
                share(f"templates/documents/{template}"),
                format="pdf",
                font_paths=fonts(),
                ignore_system_fonts=True,
                pdf_standards=[STANDARD],
                sys_inputs={"data": json.dumps(data)},
                timestamp=0,
            )
            return made
        except typst.TypstError as problem:
            undrawn = _undrawn(str(problem.diagnostic or problem.message))
            if not undrawn:
                raise DocumentError("PDF-filen kan ikke laves. Sig det til IT.") from problem
            data = _without(data, undrawn)
    raise DocumentError("PDF-filen kan ikke laves: Teksten har tegn, som ingen af skrifterne kan vise.")


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


def _undrawn(diagnostic: str) -> set[str]:
    """The signs that no typeface has, as Typst names them."""
    return {sign for found in _UNDRAWN.findall(diagnostic) for sign in _ESCAPED.sub(_unescaped, found)} - {MISSING}


def _unescaped(found: "re.Match[str]") -> str:
    return chr(int(found[1], 16)) if found[1] else str(found[2])


def _without(data: Any, signs: set[str]) -> Any:
    if isinstance(data, str):
        return data.translate({ord(sign): MISSING for sign in signs})
    if isinstance(data, list):
        return [_without(each, signs) for each in data]
    if isinstance(data, dict):
        return {name: _without(each, signs) for name, each in data.items()}
    return data
