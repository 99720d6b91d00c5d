"""The audit log: who did what, when, and whether it was refused. Never content, never a secret."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock


class Audit:
    """One line of JSON per event, appended to a file only the server's user can read."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        path.touch(mode=0o600)
        self._path = path
        self._clock = clock
        self._lock = Lock()

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
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
