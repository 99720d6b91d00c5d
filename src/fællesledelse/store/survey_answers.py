"""The answers to the survey once a wave is closed: rows that nobody's name, no moment and no number stands on.

A row holds one answer to one item in one wave. Its token is made of the gathering, the wave, the leader and the item with
the link key, which lies in a file that no backup has, and the answer is sealed with a key made of that one and the
gathering's key file. So a leader's answers can be found in all waves with both keys, and are gone with either. Without the
link key no two rows can be known to be the same leader's; and where some are, since they went as the leader withdrew, they
can't be read. All rows of a wave come in one transaction, in an order drawn by lot.
"""

import hmac
import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from secrets import SystemRandom
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select

from . import schema
from .sealing import seal, unseal

Given = Mapping[str, int]
"""A leader's answers: 0 (don't know) to 5, by the key of the item."""

_TABLE = schema.survey_answer


class SurveyAnswers:
    """A gathering's answers, within one transaction. ``key``: what its key file holds; ``link``: the link key."""

    def __init__(self, connection: Connection, key: bytes, link: bytes, gathering: str) -> None:
        self._connection, self._link, self._gathering = connection, link, gathering
        self._key = hmac.digest(link, key, sha256)

    def lay(self, wave: str, given: Mapping[str, Given]) -> None:
        """Store the answers of a wave, by the leader's id."""
        rows = [self._row(wave, item, person, value) for person, answers in given.items() for item, value in answers.items()]
        SystemRandom().shuffle(rows)
        self._connection.execute(insert(_TABLE), rows)

    def own(self, person: str, asked: Mapping[str, Iterable[str]]) -> dict[str, dict[str, int]]:
        """One leader's answers, by wave. ``asked``: the items of each wave."""
        tokens = [token(self._link, self._gathering, wave, person, item) for wave, items in asked.items() for item in items]
        found: dict[str, dict[str, int]] = {}
        for row in self._connection.execute(select(_TABLE).where(*self._marked(tokens))):
            found.setdefault(row.wave, {})[row.item] = self._value(row)
        return found

    def withdraw(self, person: str, wave: str, items: Iterable[str]) -> bool:
        """Delete one leader's answers in a wave. Whether there were any."""
        tokens = [token(self._link, self._gathering, wave, person, item) for item in items]
        return self._connection.execute(delete(_TABLE).where(*self._marked(tokens))).rowcount > 0

    def _marked(self, tokens: list[str]) -> tuple[ColumnElement[bool], ...]:
        return _TABLE.c.gathering == self._gathering, _TABLE.c.token.in_(tokens)

    def _row(self, wave: str, item: str, person: str, value: int) -> dict[str, object]:
        mark = token(self._link, self._gathering, wave, person, item)
        sealed = seal(self._key, bytes([value]), "survey answer", self._gathering, wave, item, mark)
        return {"gathering": self._gathering, "wave": wave, "item": item, "token": mark, "sealed": sealed}

    def _value(self, row: Row[Any]) -> int:
        return unseal(self._key, row.sealed, "survey answer", self._gathering, row.wave, row.item, row.token)[0]


def token(link: bytes, gathering: str, wave: str, person: str, item: str) -> str:
    """What stands on a leader's answer to one item in one wave."""
    return hmac.new(link, json.dumps([gathering, wave, person, item]).encode(), sha256).hexdigest()[:32]


def clear(connection: Connection, gathering: str) -> None:
    """Delete every answer of every wave."""
    connection.execute(delete(_TABLE).where(_TABLE.c.gathering == gathering))
