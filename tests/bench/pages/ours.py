"""Our own server with a real cohort: the demo's pages and the benchmark's, and everyone has written answers of their own."""

import shutil
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from fællesledelse import danish
from fællesledelse.cohort.build import build
from fællesledelse.cohort.demo import write_demo
from tests.live import Live, serving

from . import visitors
from .contestant import HERE, Contestant, Running
from .viewers import Viewer

STEP = "maaling"
GROUP = 4  # leaders in each
AT_ONCE = 4  # who enrol at the same time
READY = 'performance.getEntriesByName("live").length > 0'
OURS = Contestant("fællesledelse", f"/hold/demo/{STEP}", READY, visitors.WakingVisitor)


def write_cohort(folder: Path, people: list[Viewer]) -> None:
    """The demo's cohort with the benchmark's page, for those people alone. Built."""
    write_demo(folder, danish.today(), all_open=True)
    shutil.copy(HERE / f"contestants/{STEP}.ipynb", folder / "notebooks")
    text = (folder / "hold.yaml").read_text(encoding="utf-8")
    step = f"  - trin: {STEP}\n    titel: Tolv spørgsmål\n    åbner: {danish.today():%d.%m.%Y}\n    minutter: 20\n"
    (folder / "hold.yaml").write_text(text.replace("\nprivatliv:", f"{step}\nprivatliv:"), encoding="utf-8")
    lines = [f"Leder {each.name};{email(each)};Titel;Afdeling;3;;{each.number // GROUP + 1}" for each in people]
    head = "navn;email;titel;afdeling;niveau;nærmeste leder;gruppe"
    (folder / "deltagere.csv").write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    build(folder)


def email(viewer: Viewer) -> str:
    """Where the constructed leader has mail."""
    return f"{viewer.name}@strandby.example"


def enrolled(live: Live, people: list[Viewer]) -> list[Viewer]:
    """The same people, signed in, when they have written their answers."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(lambda viewer: _enrol(live, viewer), people))


def _enrol(live: Live, viewer: Viewer) -> Viewer:
    with closing(live.enrol(email(viewer))) as client:
        for key, text in viewer.texts.items():
            body = {"text": text, "base": 0, "save_id": uuid.uuid4().hex}
            client.put(f"/api/demo/answers/{key}", json=body).raise_for_status()
        return replace(viewer, cookie="; ".join(f"{name}={value}" for name, value in client.cookies.items()))


@contextmanager
def started(place: Path, people: list[Viewer]) -> Iterator[tuple[Live, list[Viewer]]]:
    """Our server with those people in it, and they themselves signed in."""
    write_cohort(place / "hold", people)
    with serving([place / "hold"], place / "data") as live:
        yield live, enrolled(live, people)


def running(live: Live) -> Running:
    """Our server as a contestant."""
    return Running(OURS, live.url, live.process.pid, lambda viewer: stored(live.url, viewer))


def anew(live: Live) -> Running:
    """The same on the same data, but just started."""
    live.stop()
    live.start()
    return running(live)


def stored(origin: str, viewer: Viewer) -> dict[str, str]:
    """What the server holds of a viewer's texts."""
    answer = httpx.get(f"{origin}/api/demo/steps/{STEP}", headers={"Cookie": viewer.cookie}).raise_for_status()
    return {key: each["text"] for key, each in answer.json()["answers"].items()}
