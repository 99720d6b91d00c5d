"""A cohort on a clock of its own, and what its leaders do when their foundations come out."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx

from fællesledelse.danish import COPENHAGEN
from fællesledelse.vocabulary import DRAFT

from .circles import Leader
from .people import TODAY, Someone
from .serving import Server, start

FIRST_DAY = TODAY + timedelta(days=25)
"""A day on which every page is open, that of the publication too."""


def noon(day: date) -> str:
    """Midday of a day, as the server's clock reads it."""
    return datetime.combine(day, time(12), COPENHAGEN).isoformat()


class Author(Leader):
    """A leader who publishes."""

    def publish(self, *texts: str, day: date = FIRST_DAY, readers: str = "cohort", **more: Any) -> httpx.Response:
        """Write the headings of the draft, if any are given, and publish them."""
        if texts:
            self.write_draft(*texts)
        body = {"publication_id": uuid.uuid4().hex, "day": day.isoformat(), "readers": readers, "headings": list(DRAFT)}
        return self.client.put("/api/demo/publication", json=body | more)

    def published(self, *texts: str, **more: Any) -> str:
        """As ``publish``; the id."""
        answer = self.publish(*texts, **more)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["posted"])

    def states(self) -> list[tuple[int, str]]:
        """Number and state of each of the own publications, newest first."""
        return [(each["number"], each["state"]) for each in self.get("publication")["publications"]]

    def gallery(self) -> str:
        """The gallery page."""
        answer = self.client.get("/hold/demo/galleri")
        assert answer.status_code == 200, answer.text
        return answer.text

    def reading(self, publication: str) -> httpx.Response:  # type: ignore[override]
        """The reading page of a publication."""
        return self.client.get(f"/hold/demo/galleri/{publication}")

    def file(self, kind: str, **query: Any) -> httpx.Response:
        """A foundation as a file."""
        return self.client.get(f"/api/demo/foundation.{kind}", params=query)


@contextmanager
def cohort_server(place: Path, three: Path, other: Path) -> Iterator[Server]:
    """Anna, Bent and Carla in one group, Dorte in another, on the first day. ``three`` is copied; see the fixture."""
    shutil.copytree(three, place, dirs_exist_ok=True)
    running = start(place / "data", [place / "demo", other], clocked=True)
    running.set_clock(noon(FIRST_DAY))
    try:
        running.wait_until_up()
        yield running
    finally:
        running.end()


def author(server: Server, who: Someone) -> Author:
    """Someone's browser."""
    return Author(server, who)
