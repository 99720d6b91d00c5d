"""Leaders who write while many pages are open: after each save the page asks for its draft anew."""

import asyncio
import random
import re
import ssl
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

from tests.bench.bench_saves import pause_after_last_key

from .load import SEED, TROUBLE
from .ours import STEP
from .visitors import OurVisitor

PACE = 3.0  # seconds between a leader's saves
KEY = "draft.why"
PATIENCE = 30.0  # seconds until the draft shows the last save
TLS = ssl.create_default_context()  # never used, but dear: made for each client it would hold up all the others


@dataclass
class Written:
    """``seconds``: from each last key to the durable acknowledgement, the page's own pause included."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class Writer(OurVisitor):
    """A leader at an open page."""

    drawn = 0  # the number of the newest save that the draft has shown

    async def write(self, seconds: float, written: Written) -> None:
        """Save at one's own pace for that long; in the end the draft must show the last save."""
        saved: asyncio.Queue[int] = asyncio.Queue()
        drawing = asyncio.create_task(self._draw(saved))
        try:
            await self._save(time.monotonic() + seconds, saved, written)
            saved.put_nowait(0)
            await asyncio.wait_for(drawing, PATIENCE)
        except (*TROUBLE, httpx.HTTPError) as trouble:
            written.failures.append(f"{self.viewer.name}: {trouble!r}")
        finally:
            drawing.cancel()

    async def _save(self, end: float, saved: "asyncio.Queue[int]", written: Written) -> None:
        dice = random.Random(SEED + self.viewer.number)
        version = self.told["page"]["answers"][KEY]["version"]
        headers = {"Origin": self.origin, "Cookie": self.viewer.cookie}
        async with httpx.AsyncClient(base_url=self.origin, headers=headers, timeout=PATIENCE, verify=TLS) as client:
            await asyncio.sleep(dice.uniform(0, PACE))
            while time.monotonic() < end:
                text = f"{'ord ' * dice.randrange(20, 200)}({self.viewer.name} {version + 1})"
                last_key = time.perf_counter()
                await asyncio.sleep(pause_after_last_key())
                body = {"text": text, "base": version, "save_id": uuid.uuid4().hex}
                answer = (await client.put(f"/api/demo/answers/{KEY}", json=body)).raise_for_status()
                written.seconds.append(time.perf_counter() - last_key)
                version = answer.json()["version"]
                saved.put_nowait(version)
                await asyncio.sleep(PACE * dice.uniform(0.8, 1.2) - pause_after_last_key())

    async def _draw(self, saved: "asyncio.Queue[int]") -> None:
        """Ask what is computed now, one question at a time."""
        while version := await saved.get():
            while self.drawn < version:
                self.see((await self.wire.get(f"/api/demo/steps/{STEP}/computed")).body)

    def see(self, received: bytes) -> None:
        """See Visitor. The draft may show a later save than the one it was asked for after."""
        super().see(received)
        shown = re.findall(rf"\({self.viewer.name} (\d+)\)".encode(), received)
        self.drawn = max(self.drawn, *map(int, shown), 0)


async def write(writers: Sequence[Writer], seconds: float) -> Written:
    """All of them write at once."""
    written = Written()
    await asyncio.gather(*(writer.write(seconds, written) for writer in writers))
    return written
