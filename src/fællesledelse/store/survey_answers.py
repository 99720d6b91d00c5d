"""The answers to the survey once a wave is closed: rows that nobody's name, no moment and no number stands on.

A row holds one answer to one item. Its token is made of the gathering, the leader and the item with the link key, which lies
in a file that no backup has. So a leader's answers to one item can be followed from wave to wave, and found by the
leader; without that key no two rows of one wave can be known to be the same leader's. The answer itself is sealed with the
gathering's key file, so that it goes with it. All rows of a wave come in one transaction, in an order drawn by lot.
"""

import hmac
import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from secrets import SystemRandom
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from . import schema
from .sealing import seal, unseal

Given = Mapping[str, int]
"""A leader's answers: 0 (don't know) to 5, by the key of the item."""

ByItem = dict[str, dict[str, dict[str, int]]]
"""Answers by item, token and wave."""

_TABLE = schema.survey_answer


class SurveyAnswers:
    """A gathering's answers, within one transaction. ``key`` is what the gathering's key file holds."""

    def __init__(self, connection: Connection, key: bytes, gathering: str) -> None:
        self._connection, self._key, self._gathering = connection, key, gathering

    def lay(self, wave: str, link: bytes, given: Mapping[str, Given]) -> None:
        """Store the answers of a wave, by the leader's id."""
        rows = [
            self._row(wave, item, token(link, self._gathering, person, item), value)
            for person, answers in given.items()
            for item, value in answers.items()
        ]
        SystemRandom().shuffle(rows)
        self._connection.execute(insert(_TABLE), rows)

    def by_item(self) -> ByItem:
        """Every answer there is."""
        found: ByItem = {}
        for row in self._connection.execute(select(_TABLE).where(_TABLE.c.gathering == self._gathering)):
            found.setdefault(row.item, {}).setdefault(row.token, {})[row.wave] = self._value(row)
        return found

    def own(self, link: bytes, person: str, items: Iterable[str]) -> dict[str, dict[str, int]]:
        """One leader's answers to those items, by wave."""
        tokens = [token(link, self._gathering, person, item) for item in items]
        here = (_TABLE.c.gathering == self._gathering, _TABLE.c.token.in_(tokens))
        found: dict[str, dict[str, int]] = {}
        for row in self._connection.execute(select(_TABLE).where(*here)):
            found.setdefault(row.wave, {})[row.item] = self._value(row)
        return found

    def withdraw(self, link: bytes, person: str, wave: str, items: Iterable[str]) -> bool:
        """Delete one leader's answers in a wave. Whether there were any."""
        tokens = [token(link, self._gathering, person, item) for item in items]
        here = (_TABLE.c.gathering == self._gathering, _TABLE.c.wave == wave, _TABLE.c.token.in_(tokens))
        return self._connection.execute(delete(_TABLE).where(*here)).rowcount > 0

    def clear(self) -> None:
        """Delete every answer of every wave."""
        self._connection.execute(delete(_TABLE).where(_TABLE.c.gathering == self._gathering))

    def _row(self, wave: str, item: str, mark: str, value: int) -> dict[str, object]:
        sealed = seal(self._key, bytes([value]), "survey answer", self._gathering, wave, item, mark)
        return {"gathering": self._gathering, "wave": wave, "item": item, "token": mark, "sealed": sealed}

    def _value(self, row: Row[Any]) -> int:
        return unseal(self._key, row.sealed, "survey answer", self._gathering, row.wave, row.item, row.token)[0]


def token(link: bytes, gathering: str, person: str, item: str) -> str:
    """What stands on a leader's answers to one item, in all waves alike."""
    return hmac.new(link, json.dumps([gathering, person, item]).encode(), sha256).hexdigest()[:32]
