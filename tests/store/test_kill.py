"""kill -9 of a process that writes: what was acknowledged is there."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from fællesledelse.store import Store

from .conftest import ANNA, CHEAP, PHRASE, Clock, House

WRITER = """
import sys
from pathlib import Path
from fællesledelse.store import KdfCost, Store
store = Store.open(sys.argv[1], Path(sys.argv[2]), kdf_cost=KdfCost(1, 8192))
unlocked = store.access.sign_in(sys.argv[3], sys.argv[4])
number = store.answers.read(unlocked, "demo", ["draft.task"])["draft.task"].version
while True:
    saved = store.answers.save(unlocked, "demo", "draft.task", f"Tekst {number + 1}", number, f"s{number + 1}")
    number = saved.version
    print(number, flush=True)
"""


@pytest.mark.parametrize("seed", range(5))
def test_a_text_that_was_acknowledged_survives_the_process(sqlite_url: str, keys: Path, clock: Clock, seed: int) -> None:
    store = Store.open(sqlite_url, keys, clock, CHEAP)
    house = House(store, clock, sqlite_url, keys)
    house.adopt()
    house.enrol(ANNA)
    store.close()

    command = [sys.executable, "-X", "utf8", "-c", WRITER, sqlite_url, str(keys), ANNA.email, PHRASE]
    acknowledged = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in range(random.Random(seed).randint(1, 120)):
            acknowledged = int(writer.stdout.readline())
        writer.kill()
        rest = writer.stdout.read().split("\n")[:-1]
    acknowledged = max([acknowledged, *map(int, rest)])

    store = Store.open(sqlite_url, keys, clock, CHEAP)
    versions = store.answers.versions(store.access.sign_in(ANNA.email, PHRASE), "demo", "draft.task")
    texts = [version.text for version in reversed(versions)]
    assert texts == [f"Tekst {number}" for number in range(1, len(texts) + 1)]
    assert len(texts) in {acknowledged, acknowledged + 1}
    store.close()
