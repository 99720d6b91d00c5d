"""Who is to be told when something in a group changes. In memory only: it knows that, and never what."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Topic = tuple[str, str | None]
"""A gathering and one of its groups, for its leaders; with None, what a facilitator may know of all of its groups."""


@dataclass(eq=False)
class Listener:
    """One open page. ``news`` is set when it has something to look at."""

    person: str
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Live:
    """Counts the changes of each group and wakes the pages that listen. To be called from the event loop's thread."""

    def __init__(self) -> None:
        # by the clock, so that a page that polls across a restart never meets a number it has seen before
        self._start = int(time.time()) << 16
        self._changes: Counter[Topic] = Counter()
        self._listeners: dict[Topic, list[Listener]] = {}

    def changed(self, gathering: str, group: str) -> None:
        """A group's room or contract is not as it was: facilitators hear of it too. Call it when the change is durable."""
        self._count((gathering, None))
        self.shared(gathering, group)

    def shared(self, gathering: str, group: str) -> None:
        """What the group's leaders share is not as it was, which no facilitator hears of, or can count."""
        self._count((gathering, group))

    def count(self, topic: Topic) -> int:
        """A number that is another one after each change."""
        return self._start + self._changes[topic]

    def look_again(self) -> None:
        """Let every listener ask whether it may still listen. Call it when sessions or memberships end."""
        for topic in self._listeners:
            self._wake(topic)

    @contextmanager
    def listening(self, topic: Topic, person: str) -> Iterator[Listener]:
        """A listener, as long as the context lasts."""
        listener = Listener(person)
        self._listeners.setdefault(topic, []).append(listener)
        try:
            yield listener
        finally:
            self._listeners[topic].remove(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]

    def pages(self, person: str) -> int:
        """How many listeners someone has."""
        return sum(each.person == person for listeners in self._listeners.values() for each in listeners)

    def _count(self, topic: Topic) -> None:
        self._changes[topic] += 1
        self._wake(topic)

    def _wake(self, topic: Topic) -> None:
        for listener in self._listeners.get(topic, []):
            listener.news.set()
