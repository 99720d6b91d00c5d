"""Files cost about a second each: who asks for many waits for them alone, and no save waits with them."""

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from fællesledelse.server.house import House
from fællesledelse.server.run import open_house
from fællesledelse.settings import Settings

from .people import ANNA, BENT
from .serving import Server

pytestmark = pytest.mark.usefixtures("uncounted")

MANY = 20


@pytest.fixture
def house(tmp_path: Path, built: dict[str, Path], prepared: tuple[Path, dict[str, str]]) -> Iterator[House]:
    """The server's services in this process."""
    data = Path(shutil.copytree(prepared[0], tmp_path / "data"))
    house = open_house(Settings(data, f"sqlite:///{data}/faellesledelse.sqlite"), [built["demo"]])
    yield house
    house.close()


def test_the_store_answers_while_one_person_asks_for_many_files(house: House) -> None:
    begun, done = threading.Semaphore(0), threading.Event()

    def slow() -> bool:
        begun.release()
        return done.wait(30)

    async def go() -> None:
        files = [asyncio.create_task(house.ask_for_file(ANNA.email, slow)) for _ in range(MANY)]
        try:
            assert await asyncio.to_thread(begun.acquire, timeout=10)
            assert await asyncio.wait_for(house.ask(house.store.people.find, ANNA.email), 10)
        finally:
            done.set()
        assert all(await asyncio.gather(*files))

    asyncio.run(go())


def test_one_file_is_made_at_a_time_and_nobody_waits_for_all_of_anothers(house: House) -> None:
    made: list[str] = []
    at_once = threading.Lock()

    def file(whose: str) -> None:
        assert at_once.acquire(blocking=False), "two files are made at the same time"
        made.append(whose)
        at_once.release()

    async def go() -> None:
        ordered = [ANNA.email] * MANY + [BENT.email]
        await asyncio.gather(*(house.ask_for_file(whose, file, whose) for whose in ordered))

    asyncio.run(go())
    assert made.index(BENT.email) <= 1
    assert len(made) == MANY + 1


@pytest.mark.parametrize("file", ["foundation.docx", "mine.zip"])
def test_a_save_does_not_wait_behind_somebody_elses_files(another: Callable[..., Server], file: str) -> None:
    server = another()
    anna, bent = server.client(ANNA), server.client(BENT)
    for each in (anna, bent):
        each.accept()
    for key in ("draft.task", "draft.why"):
        anna.saved(key, "Jeg vil det ene. " * 100)
    bent.saved("draft.why", "Det første.")
    with ThreadPoolExecutor(16) as clicks:
        asked = [clicks.submit(anna.get, f"/api/demo/{file}") for _ in range(16)]
        wait(asked, return_when=FIRST_COMPLETED)
        bent.saved("draft.task", "Et ord.")
        answered = sum(click.done() for click in asked)
        assert all(click.result().status_code == 200 for click in asked)
    assert answered < len(asked), "every file was made before the save was acknowledged"
