"""The time of day at which a workshop begins, as Danish facilitators write it."""

import re
from datetime import time

_CLOCK = re.compile(r"(?:kl\.? ?)?(\d{1,2})(?:[.:](\d{2}))?", re.IGNORECASE)


def parse(text: str) -> time:
    """The time written as 9.00, 09:00, 9 or kl. 9. Raises ValueError, in Danish."""
    found = _CLOCK.fullmatch(text)
    try:
        if found:
            return time(int(found[1]), int(found[2] or 0))
    except ValueError:
        pass
    raise ValueError(f"{text!r} er ikke et klokkeslæt, vi kan læse. Skriv timer og minutter, for eksempel 9.00.")


def written(when: time) -> str:
    """9.00: as it stands in a file."""
    return f"{when.hour}.{when.minute:02}"
