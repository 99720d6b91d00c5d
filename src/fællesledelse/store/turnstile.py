"""A lock that lets threads through in the order they came.

The locks of the standard library and of connection pools let a thread that has just left come in again before one that
waits. With eight threads writing, single saves then waited for seconds while most took milliseconds.
"""

import threading
from collections import deque


class Turnstile:
    """One thread at a time, first come, first served."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._inside: int | None = None

    @property
    def waiting(self) -> int:
        """How many threads wait."""
        return len(self._waiting)

    def __enter__(self) -> None:
        me = threading.get_ident()
        with self._guard:
            if self._inside == me:
                raise RuntimeError("this thread is inside already: it would wait for itself for ever")
            if self._inside is None:
                self._inside = me
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()
        self._inside = me

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._inside = 0  # nobody yet, but taken: the next thread puts its name in
                self._waiting.popleft().release()
            else:
                self._inside = None
