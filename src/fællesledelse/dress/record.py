"""What was tried, how long it took, and what failed."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import FællesledelseError

_BEGINS = {".pdf": b"%PDF-", ".docx": b"PK", ".zip": b"PK", ".ics": b"BEGIN:VCALENDAR"}


@dataclass(frozen=True)
class Failure:
    """Something that did not work. ``what`` and ``why`` are Danish; ``who`` is a constructed person, or empty."""

    what: str
    why: str
    who: str = ""


@dataclass
class Record:
    """Filled by many threads at once. ``seconds`` are those of each attempt that worked, by kind.

    ``folder`` is where every file is kept that comes out of it.
    """

    folder: Path
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: list[Failure] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @contextmanager
    def attempt(self, kind: str, what: str, who: str = "") -> Iterator[None]:
        """Count what is done inside as one of ``kind``; an error raised on purpose is noted, and all else goes on."""
        begun = time.monotonic()
        try:
            yield
        except FællesledelseError as problem:
            with self._lock:
                self.failures.append(Failure(what, str(problem), who))
        else:
            with self._lock:
                self.seconds[kind].append(time.monotonic() - begun)

    def keep(self, what: str, path: str, made: Callable[[], bytes], who: str = "") -> None:
        """Make a document and put it in the folder, if it is what its name says."""
        with self.attempt("document", what, who):
            target, data = self.folder / path, made()
            if not data.startswith(_BEGINS[target.suffix]):
                raise FællesledelseError(f"Filen er ikke en rigtig {target.suffix}-fil.")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
