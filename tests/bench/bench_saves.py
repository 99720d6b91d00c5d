"""How long from the last keystroke until a text is durable, with forty leaders writing at once.

Run it alone: python -m tests.bench.bench_saves. Protocol clients do what a page does: wait out the page's own pause after
the last key, then PUT the text and wait for the acknowledgement, which the server gives only after the commit has reached
the disk. The named alternative is the same server with one leader writing alone, in the same run.
"""

import asyncio
import random
import re
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path

import httpx

from fællesledelse import danish
from fællesledelse.cohort.build import build
from fællesledelse.cohort.demo import write_demo
from fællesledelse.model import Role
from fællesledelse.server.assets import STATIC
from tests.live import Live, serving

from .table import Table

WRITERS = 40
SAVES = 25  # by each writer
LIMIT = 600  # milliseconds
SEED = 20260615
LEADERS = 38  # in the demo cohort; the rest write a second field from another device
TITLE = "From the last key to the durable acknowledgement, milliseconds, of which {pause} are the page's own pause:"
COLUMNS = ("writers at once", "saves", "median", "p95", "slowest")


def pause_after_last_key() -> float:
    """Seconds the page waits after the last key, read from the page's own script."""
    found = re.search(r"const QUIET = (\d+)", (STATIC / "answer.js").read_text(encoding="utf-8"))
    assert found is not None, "answer.js no longer says how long it waits"
    return int(found[1]) / 1000


def title() -> str:
    """The table's title with today's pause."""
    return TITLE.format(pause=f"{1000 * pause_after_last_key():.0f}")


class Writer:
    """One leader in one browser."""

    def __init__(self, origin: str, number: int, cookies: httpx.Cookies, pause: float) -> None:
        self._client = httpx.AsyncClient(base_url=origin, headers={"Origin": origin}, cookies=cookies)
        self._dice = random.Random(SEED + number)
        self._pause = pause
        self._field = f"episodes.{number // LEADERS + 1}.did"
        self.seconds: list[float] = []

    async def write(self, saves: int) -> None:
        """Write, pause, save; as often as asked."""
        async with self._client as client:
            page = (await client.get("/api/demo/steps/forberedelse-1")).raise_for_status().json()
            base = page["answers"][self._field]["version"]
            for number in range(saves):
                await asyncio.sleep(self._dice.uniform(0.2, 2.0))
                last_key = time.perf_counter()
                await asyncio.sleep(self._pause)
                body = {"text": f"{number} " + "ord " * 200, "base": base, "save_id": uuid.uuid4().hex}
                answer = await client.put(f"/api/demo/answers/{self._field}", json=body)
                answer.raise_for_status()
                base = answer.json()["version"]
                self.seconds.append(time.perf_counter() - last_key)


def enrol(live: Live, leaders: list[str]) -> list[httpx.Cookies]:
    """Every leader of the demo cohort through their own invitation."""
    cookies = []
    for number, email in enumerate(leaders, 1):
        client = live.enrol(email)
        cookies.append(client.cookies)
        client.close()
        print(f"\r{number} of {len(leaders)} leaders enrolled", end="", file=sys.stderr)
    print(file=sys.stderr)
    return cookies


async def crowd(origin: str, cookies: list[httpx.Cookies], writers: int) -> list[float]:
    """Milliseconds of every save of that many writers at once."""
    pause = pause_after_last_key()
    people = [Writer(origin, number, cookies[number % len(cookies)], pause) for number in range(writers)]
    await asyncio.gather(*(person.write(SAVES) for person in people))
    return [1000 * seconds for person in people for seconds in person.seconds]


def p95(milliseconds: list[float]) -> float:
    """What nineteen of twenty saves did not exceed."""
    return statistics.quantiles(milliseconds, n=20)[-1]


def row(writers: int, milliseconds: list[float]) -> tuple[str, ...]:
    """One row of the table."""
    figures = (statistics.median(milliseconds), p95(milliseconds), max(milliseconds))
    return (str(writers), str(len(milliseconds)), *(f"{figure:.0f}" for figure in figures))


def measure() -> Table:
    """What one and forty writers wait."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_demo(folder / "hold", danish.today(), all_open=True)
        people = build(folder / "hold").roster.participants
        with serving([folder / "hold"], folder / "data") as live:
            cookies = enrol(live, [person.email for person in people if person.role is Role.LEADER])
            alone = asyncio.run(crowd(live.url, cookies[-1:], 1))
            together = asyncio.run(crowd(live.url, cookies, WRITERS))
    rows = [row(1, alone), row(WRITERS, together)]
    return Table(title(), COLUMNS, rows, kept=p95(together) <= LIMIT)


if __name__ == "__main__":
    sys.exit(measure().tell())
