"""The audit log: who did what, when, and whether it was refused. Never content, never a secret.

Every line holds the hash of the line before it, so a line that is changed, removed or put in shows. How far the log has come
stands in a file beside it, so a log that is cut short shows too. Who can write both files and takes the trouble to chain
everything anew is not found out by the two: a copy of the log kept elsewhere (``faellesledelse backup``) does that.
"""

import hashlib
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Final

FILE: Final = "audit.jsonl"
END: Final = "audit.end"
"""Holds how many lines the log has, and the hash of the last."""

_FIRST: Final = "0" * 64


class Audit:
    """One line of JSON per event, appended to a file only the server's user can read. There is one at a time."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        """``folder``: the data folder. Takes away half a line that a power cut has left."""
        self._path, self._end = folder / FILE, folder / END
        for path in (self._path, self._end):
            path.touch(mode=0o600)
        whole = self._path.read_bytes()
        whole = whole[: whole.rfind(b"\n") + 1]
        os.truncate(self._path, len(whole))
        self._clock, self._lock = clock, Lock()
        self._lines, self._hash, self.trouble = _chained(whole.splitlines(), self._end.read_text("ascii"))

    def count(self, event: str, gathering: str, since: datetime) -> int:
        """How often something has happened in a gathering since then."""
        lines = (json.loads(line) for line in self._path.read_text(encoding="utf-8").splitlines() if f'"{event}"' in line)
        return sum(
            line["event"] == event and line["gathering"] == gathering and datetime.fromisoformat(line["at"]) >= since
            for line in lines
        )

    def last(self, event: str, gathering: str, person: str) -> str | None:
        """When someone (an id) last did something in a gathering, in ISO format; None: the log knows of no time."""
        lines = (json.loads(line) for line in self._path.read_text(encoding="utf-8").splitlines() if f'"{event}"' in line)
        here = event, gathering, person
        moments = [line["at"] for line in lines if (line["event"], line["gathering"], line["person"]) == here]
        return moments[-1] if moments else None

    def note(self, event: str, *, route: str, status: int, person: str | None = None, gathering: str | None = None) -> None:
        """Append one line. ``route`` is the pattern of the address, not the address, so that nothing typed gets in."""
        line = {
            "at": self._clock().isoformat(timespec="seconds"),
            "event": event,
            "route": route,
            "status": status,
            "person": person,
            "gathering": gathering,
        }
        with self._lock:
            written = json.dumps(line | {"after": self._hash}, ensure_ascii=False).encode()
            with self._path.open("ab") as file:
                file.write(written + b"\n")
            self._lines, self._hash = self._lines + 1, _next(self._hash, written)
            with self._end.open("r+b", 0) as file:  # in one piece, over what stood there: a copy may be reading
                file.write(_mark(self._lines, self._hash).encode("ascii"))


def _mark(lines: int, told: str) -> str:
    return f"{lines:012} {told}\n"


def _next(before: str, line: bytes) -> str:
    """The hash of a line and all before it."""
    return hashlib.sha256(before.encode() + line).hexdigest()


def _chained(lines: list[bytes], end: str) -> tuple[int, str, str]:
    """How many lines there are, the hash of them all, and what is wrong with them, for IT; or nothing.

    Lines from before there was a chain come first, and have no hash of their own; the first that has one covers them.
    """
    told, trouble, begun = _FIRST, "", False
    reached = not end
    for number, line in enumerate(lines, 1):
        after = _after(line)
        if not trouble and (begun or after is not None) and after != told:
            trouble = f"Linje {number} passer ikke til dem før den: En linje er rettet, fjernet eller sat ind."
        begun, told = begun or after is not None, _next(told, line)
        reached = reached or end == _mark(number, told)
    if not trouble and not reached:
        trouble = "Slutningen mangler eller er rettet."
    if not trouble and begun and not end:
        trouble = f"{END} mangler, så det kan ikke ses, om linjer er fjernet til sidst."
    return len(lines), told, trouble


def _after(line: bytes) -> object:
    """What a line says is the hash of those before it; None where it says nothing, "" where it is no line of ours."""
    try:
        found = json.loads(line)
    except ValueError:
        return ""
    return found.get("after") if isinstance(found, dict) else ""
