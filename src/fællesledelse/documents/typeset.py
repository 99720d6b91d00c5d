"""Typst, in a process of its own: ``typeset.py TEMPLATE FONTS < DATA > PDF``.

There are texts that break Typst, and what it prints then may quote them. Here it breaks alone; ``pdf`` starts this file,
and throws away what it prints. So it imports nothing of ours, and little else: that is most of the time it takes.
"""

import json
import re
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, Final
from unicodedata import category, normalize

STANDARD: Final = "ua-1"
MISSING: Final = "\ufffd"
"""What stands for a sign that can't be drawn."""

_UNDRAWN = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")
_TRIES = 4


def typeset(template: str, fonts: str, data: Any) -> bytes:
    """A tagged PDF. A sign that no typeface in the folder ``fonts`` has becomes a visible �. Raises typst.TypstError."""
    import typst  # not before: the server imports this module, and starts without

    faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
    for tries_left in reversed(range(_TRIES)):
        try:
            made: bytes = typst.compile(
                template,
                format="pdf",
                font_paths=faces,
                ignore_system_fonts=True,
                pdf_standards=[STANDARD],
                sys_inputs={"data": json.dumps(data)},
                timestamp=0,
            )
            return made
        except typst.TypstError as problem:
            undrawn = _undrawn(str(problem.diagnostic or problem.message))
            if not undrawn or not tries_left:
                raise
            marks = {sign for sign in undrawn if category(sign).startswith("M")}
            missing = dict.fromkeys(map(ord, marks or undrawn), MISSING)  # under a missing mark no letter is drawn
            data = throughout(data, partial(_replaced, missing))
    raise AssertionError


def throughout(data: Any, change: Callable[[str], str]) -> Any:
    """``data``, with each text in it changed."""
    if isinstance(data, str):
        return change(data)
    if isinstance(data, list):
        return [throughout(each, change) for each in data]
    if isinstance(data, dict):
        return {name: throughout(each, change) for name, each in data.items()}
    return data


def _undrawn(diagnostic: str) -> set[str]:
    """The signs that no typeface has, as Typst names them; white space that stood beside one needs none."""
    named = {sign for found in _UNDRAWN.findall(diagnostic) for sign in _ESCAPED.sub(_unescaped, found)}
    return named - {MISSING, *"\t\n\r"}


def _replaced(signs: dict[int, str], text: str) -> str:
    return normalize("NFC", text).translate(signs)  # å may have been typed as a and a ring


def _unescaped(found: "re.Match[str]") -> str:
    return chr(int(found[1], 16)) if found[1] else {"t": "\t", "n": "\n", "r": "\r"}.get(found[2], found[2])


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(sys.argv[1], sys.argv[2], json.load(sys.stdin)))
