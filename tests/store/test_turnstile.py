"""Writers of a SQLite store take turns."""

import threading
import time

import pytest

from fællesledelse.store.database import Database
from fællesledelse.store.turnstile import Turnstile


def until_waiting(turnstile: Turnstile, number: int) -> None:
    """Return when that many threads stand in the queue."""
    deadline = time.monotonic() + 10
    while turnstile.waiting != number:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_threads_come_through_in_the_order_they_came() -> None:
    turnstile, order = Turnstile(), list[int]()

    def walk(number: int) -> None:
        with turnstile:
            order.append(number)

    threads = [threading.Thread(target=walk, args=(number,)) for number in range(8)]
    with turnstile:
        for number, thread in enumerate(threads):
            thread.start()
            until_waiting(turnstile, number + 1)
    with turnstile:
        order.append(8)  # whoever comes later comes last
    for thread in threads:
        thread.join()
    assert order == list(range(9))


def test_a_transaction_within_a_transaction_is_an_error_and_no_standstill(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    for _ in range(2):
        with database.atomic(), pytest.raises(RuntimeError, match="inside already"):
            database.atomic().__enter__()
    database.close()
