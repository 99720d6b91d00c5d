"""How long from the last keystroke until a text is durable, with forty leaders writing at once.

Run by ``make bench``. Protocol clients do what a page does: wait out the page's own pause after the last key, then PUT
the text and wait for the acknowledgement, which the server gives only after the commit has reached the disk. The named
alternative is the same server with one leader writing alone, in the same run.
"""

import asyncio
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import date
from pathlib import Path

import httpx

from fællesledelse.cohort.build import build
from fællesledelse.cohort.demo import write_demo
from fællesledelse.model import Role
from fællesledelse.operation import invite
from fællesledelse.server.assets import STATIC
from fællesledelse.settings import Settings, read

WRITERS = 40
SAVES = 25  # by each writer
SEED = 20260615
LEADERS = 38  # in the demo cohort; the rest write a second field from another device


def pause_after_last_key() -> float:
    """Seconds the page waits after the last key, read from the page's own script."""
    found = re.search(r"const QUIET = (\d+)", (STATIC / "answer.js").read_text(encoding="utf-8"))
    assert found is not None, "answer.js no longer says how long it waits"
    return int(found[1]) / 1000


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Writer:
    """One leader in one browser."""

    def __init__(self, settings: Settings, number: int, cookies: httpx.Cookies, pause: float) -> None:
        self._client = httpx.AsyncClient(base_url=settings.origin, headers={"Origin": settings.origin}, cookies=cookies)
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


def enrol(settings: Settings, leaders: set[str]) -> list[httpx.Cookies]:
    """Every leader of the demo cohort through their own invitation."""
    cookies = []
    invitations = [each for each in invite(settings, "demo", None)["invitations"] if each["email"] in leaders]
    for number, each in enumerate(invitations, 1):
        with httpx.Client(base_url=settings.origin, headers={"Origin": settings.origin}, timeout=30) as client:
            body = {"token": each["url"].partition("#")[2], "pass_phrase": "en kop kaffe og en god snak"}
            client.post("/api/enrol", json=body).raise_for_status()
            cookies.append(client.cookies)
        print(f"\renrolled {number}", end="", file=sys.stderr)
    print(file=sys.stderr)
    return cookies


async def measure(settings: Settings, cookies: list[httpx.Cookies], writers: int, pause: float) -> list[float]:
    """Seconds of every save of that many writers at once."""
    crowd = [Writer(settings, number, cookies[number % len(cookies)], pause) for number in range(writers)]
    await asyncio.gather(*(writer.write(SAVES) for writer in crowd))
    return [seconds for writer in crowd for seconds in writer.seconds]


def line(name: str, seconds: list[float]) -> str:
    """One row of the table, in milliseconds."""
    ms = [1000 * each for each in seconds]
    p95 = statistics.quantiles(ms, n=20)[-1]
    return f"| {name} | {len(ms)} | {statistics.median(ms):.0f} | {p95:.0f} | {max(ms):.0f} |"


def main() -> None:
    """Print a table of what one and forty writers waited."""
    pause = pause_after_last_key()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_demo(folder / "hold", date.today(), all_open=True)
        people = build(folder / "hold").roster.participants
        environment = os.environ | {"FAELLESLEDELSE_DATA": str(folder / "data"), "FAELLESLEDELSE_PORT": str(free_port())}
        settings = read(environment)
        server = subprocess.Popen([sys.executable, "-m", "fællesledelse", "server", str(folder / "hold")], env=environment)
        try:
            wait_until_healthy(settings.origin)
            cookies = enrol(settings, {person.email for person in people if person.role is Role.LEADER})
            alone = asyncio.run(measure(settings, cookies[-1:], 1, pause))
            together = asyncio.run(measure(settings, cookies, WRITERS, pause))
        finally:
            server.terminate()
            server.wait(20)
    print(f"From last key to durable acknowledgement, {1000 * pause:.0f} ms of it the page's own pause:\n")
    print("| writers at once | saves | median ms | p95 ms | slowest ms |\n|---|---|---|---|---|")
    print(line("1", alone))
    print(line(str(WRITERS), together))
    ratio = statistics.quantiles(together, n=20)[-1] / statistics.quantiles(alone, n=20)[-1]
    print(f"\np95 of forty against one: {ratio:.2f}")


def wait_until_healthy(origin: str, seconds: float = 30) -> None:
    """Until the server answers. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{origin}/sundhed").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError("the server did not answer in time")


if __name__ == "__main__":
    main()
