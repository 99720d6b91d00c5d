"""Word files: a foundation in a template, filled in by a process that has neither keys nor environment."""

import base64
import io
import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

from ..danish import day
from ..errors import CohortError, DocumentError, Finding
from .filling import filled
from .foundation import Foundation, Heading, clean, line
from .template import TEMPLATE, check, packaged

PATIENCE = 30
"""Seconds after which the process is ended. A foundation of thirty pages takes about two."""

_ENVIRONMENT = {"SYSTEMROOT": r"C:\Windows"} if sys.platform == "win32" else {}
"""All that the process is given; Windows starts none without it."""

_CONSTRUCTED = Foundation(
    "Anna Ager",
    "Centerchef",
    "Strandby Kommune",
    "Fælles om ledelse",
    2,
    date(2026, 9, 4),
    (Heading("Min opgave og dens effekt", ("At ingen venter.", "At det kan mærkes.")), Heading("Hvorfor", ("Derfor.",))),
    ("De lægger marts.",),
)


def word(foundation: Foundation, template: bytes | None = None) -> bytes:
    """The foundation as a Word file, in the organisation's ``template`` or the packaged one.

    Raises CohortError with findings if the template is not right, and DocumentError if it can't be filled in.
    Another's template is filled in by a process without keys, and takes about half a second; call it from a thread.
    """
    ours = packaged()
    if template in (None, ours):
        return filled(io.BytesIO(ours), *_asked(foundation))
    findings = check(template)
    if findings:
        raise CohortError(findings)
    return _filled(foundation, template)


def trial(template: bytes, file: str = TEMPLATE) -> None:
    """Fill a template in with a constructed leader. Raises CohortError with the reason if it can't be done."""
    try:
        _filled(_CONSTRUCTED, template)
    except DocumentError as problem:
        raise CohortError([Finding(file, str(problem))]) from problem


def fields(foundation: Foundation) -> dict[str, Any]:
    """What a template's fields hold."""
    return {
        "navn": line(foundation.name),
        "titel": line(foundation.title),
        "organisation": line(foundation.organisation),
        "hold": line(foundation.cohort),
        "dato": day(foundation.day),
        "version": str(foundation.version),
        "overskrifter": [
            {"titel": line(heading.title), "afsnit": [clean(text) for text in heading.paragraphs]}
            for heading in foundation.written
        ],
        "aftalt": [clean(text) for text in foundation.agreed],
    }


def _asked(foundation: Foundation) -> tuple[dict[str, Any], str, str]:
    """What is to stand in the file, and who it says that it is by."""
    return fields(foundation), foundation.file_title, line(foundation.name)


def _filled(foundation: Foundation, template: bytes) -> bytes:
    asked = dict(zip(("fields", "title", "author"), _asked(foundation), strict=True))
    asked["template"] = base64.b64encode(template).decode()
    # -P: no module from the folder the server was started in.
    command = [sys.executable, "-P", "-X", "utf8", str(Path(__file__).with_name("filling.py"))]
    try:
        done = subprocess.run(
            command, input=json.dumps(asked).encode(), capture_output=True, timeout=PATIENCE, env=_ENVIRONMENT
        )
    except subprocess.TimeoutExpired as problem:
        raise DocumentError("Word-skabelonen tager for lang tid at udfylde. Brug den medfølgende skabelon.") from problem
    if done.returncode != 0 or not done.stdout.startswith(b"PK"):
        raise DocumentError("Word-skabelonen kan ikke udfyldes. Brug den medfølgende skabelon, og ret den lidt ad gangen.")
    return done.stdout
