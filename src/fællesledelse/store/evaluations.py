"""Anonymous evaluations: a wave of four questions and one figure, whose answers nobody can lay with a person.

A wave is one row, and its answers one sealed box in it: a list of people and a list of answers, each in an order that says
nothing. Who answers has the box opened, both lists sorted anew with theirs among them, and the box sealed again. When the
wave closes, the list of people is gone, the texts are parted question by question, and what fewer than five have answered
is thrown away unread.

What somebody sees who keeps the database while a wave is open: that there is one, its title and days, and, watching all the
time, when its row was rewritten. Not who has answered, nor how many: the box is sealed, and even an empty one takes 64 KB.
There is no row, key, serial number or time for each answer, so neither ``rowid``, ``ctid``, ``xmin`` nor the write-ahead log
has an order to tell. An answer writes to no other row, and locks none: in PostgreSQL a lock on the leader's membership would
leave the same transaction number on both.

Whoever logs every statement of the database, or watches the traffic, learns who has answered and when, but not what: once
the wave is closed, nothing that is shown goes back to a moment.

What this does not withstand: someone who has the gathering's key file, which is never in the database, and copies of the row
from before and after one single answer; someone who controls the running server; and whoever keeps the list of leaders and
puts four accomplices on it. Nor can any order hide a wording that everybody knows.
"""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import RowMapping, delete, insert

from ..errors import AccessError, AnswerError
from . import schema
from .database import Database
from .keyfiles import KeyFiles
from .sealing import pad, seal, unpad, unseal
from .waves import LEAST, ROOM, check_apart, check_frame, count_leaders, held, hold_gathering, is_leader, rows, titled, write

QUESTIONS: Final = ("well", "more", "improve", "less")
"""What works well; what there could be more of; what can be improved; what less of, or differently next time."""

POINTS: Final = range(6)
"""What can be answered to the figure: 1 (disagree entirely) to 5 (agree entirely), 0: don't know."""

LONGEST: Final = 1000
"""The most characters that one text may have."""

_WAVES = schema.evaluation_wave
_WHAT = "evaluering"


@dataclass(frozen=True)
class Response:
    """What one leader answers: one of ``POINTS``, and a text to each of ``QUESTIONS``, some of them empty."""

    worth: int
    texts: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Result:
    """What is shown of a wave. ``asked`` could have answered it; ``worth``: how many chose each of ``POINTS``.

    ``texts`` are those to each of ``QUESTIONS``, in alphabetical order; None where fewer than five have written one.
    """

    asked: int
    worth: tuple[int, ...]
    texts: dict[str, tuple[str, ...] | None] = field(repr=False)

    @property
    def answered(self) -> int:
        """How many have answered."""
        return sum(self.worth)


@dataclass(frozen=True)
class Wave:
    """One evaluation, open from the first of its days to the last. ``answered`` is None while fewer than five have.

    ``asked`` can answer, or could when it was closed. ``result`` is None until then, and for good where fewer than five
    have answered.
    """

    id: str
    title: str
    opens: date
    closes: date
    closed: bool
    asked: int
    answered: int | None
    result: Result | None

    def state(self, today: date) -> str:
        """ "closed", "planned" or "open"."""
        return "closed" if self.closed else "planned" if today < self.opens else "open"


@dataclass(frozen=True)
class _Box:
    """Who has answered, and what was answered: nothing says what belongs to whom."""

    people: frozenset[str] = frozenset()
    responses: tuple[Response, ...] = ()

    def with_one(self, person: str, response: Response) -> "_Box":
        mixed = sorted((*self.responses, response), key=lambda each: (each.worth, each.texts))
        return _Box(self.people | {person}, tuple(mixed))


class Evaluations:
    """The verbs about evaluations. AccessError where one is asked for that isn't the gathering's."""

    def __init__(self, database: Database, files: KeyFiles) -> None:
        self._database, self._files = database, files

    def all(self, gathering: str, today: date) -> list[Wave]:
        """The waves of a gathering, the newest first. Those whose last day is over are closed."""
        self._tidy(gathering, today)
        with self._database.reading() as connection:
            leaders = count_leaders(connection, gathering)
            return [self._wave(row, leaders) for row in rows(connection, _WAVES, gathering)]

    def plan(self, gathering: str, title: str, opens: date, closes: date, today: date) -> str:
        """The id of a new wave. AnswerError where its title or days can't be, or it is too near another one."""
        named = titled(title)
        check_frame(_WHAT, named, opens, closes, today)
        self._tidy(gathering, today)
        wave = secrets.token_hex(16)
        with self._database.atomic() as connection:
            hold_gathering(connection, gathering)
            shown = [row for row in rows(connection, _WAVES, gathering) if row["sealed"] is not None]
            check_apart(_WHAT, shown, opens, closes, today)
            values = {"id": wave, "gathering": gathering, "title": named, "opens": opens, "closes": closes, "closed": False}
            box = self._sealed(gathering, wave, _Box())
            connection.execute(insert(_WAVES).values(**values, sealed=box))
        return wave

    def drop(self, gathering: str, wave: str, today: date) -> None:
        """Take back a wave that has not begun. AccessError once it has."""
        with self._database.atomic() as connection:
            if held(connection, _WAVES, _WHAT, gathering, wave)["opens"] <= today:
                raise AccessError("Evalueringen er begyndt. Du kan lukke den, men ikke slette den.")
            connection.execute(delete(_WAVES).where(_WAVES.c.id == wave))

    def answer(self, gathering: str, wave: str, person_id: str, response: Response, today: date) -> None:
        """Lay a leader's answer in the box, once and for all. AnswerError where there is no answer or too much of it.

        AccessError for who isn't a leader of the gathering today, has answered, or comes too early or too late.
        """
        _check(response)
        with self._database.atomic() as connection:
            row = held(connection, _WAVES, _WHAT, gathering, wave)
            if not is_leader(connection, gathering, person_id):
                raise AccessError("Kun holdets ledere kan svare.")
            if row["closed"] or not row["opens"] <= today <= row["closes"]:
                raise AccessError("Evalueringen er ikke åben. Dit svar er ikke sendt.")
            box = self._box(row)
            if person_id in box.people:
                raise AccessError("Du har allerede svaret. Dit første svar gælder og kan ikke ændres.")
            write(connection, _WAVES, wave, sealed=self._sealed(gathering, wave, box.with_one(person_id, response)))

    def answered(self, gathering: str, person_id: str) -> set[str]:
        """The waves, not closed yet, in which someone has answered. For that very person alone."""
        with self._database.reading() as connection:
            found = [row for row in rows(connection, _WAVES, gathering) if not row["closed"]]
            return {row["id"] for row in found if person_id in self._box(row).people}

    def close(self, gathering: str, wave: str, today: date) -> None:
        """Close a wave for good, on its last day or before. Once or twice, the result is the same."""
        with self._database.atomic() as connection:
            row = held(connection, _WAVES, _WHAT, gathering, wave)
            if today < row["opens"]:
                raise AccessError("Evalueringen er ikke begyndt. Du kan slette den i stedet.")
            if not row["closed"]:
                left = self._left(row, count_leaders(connection, gathering))
                write(connection, _WAVES, wave, closed=True, closes=min(today, row["closes"]), sealed=left)

    def _tidy(self, gathering: str, today: date) -> None:
        with self._database.reading() as connection:
            late = [row for row in rows(connection, _WAVES, gathering) if not row["closed"] and row["closes"] < today]
        for row in late:
            self.close(gathering, row["id"], today)

    def _wave(self, row: RowMapping, leaders: int) -> Wave:
        frame = row["id"], row["title"], row["opens"], row["closes"], row["closed"]
        if row["closed"]:
            result = self._result(row)
            return Wave(*frame, result.asked if result else leaders, result.answered if result else None, result)
        answered = len(self._box(row).responses)
        shown = answered if answered >= LEAST else None
        return Wave(*frame, max(leaders, shown or 0), shown, None)  # some may have answered, and left

    def _left(self, row: RowMapping, leaders: int) -> bytes | None:
        """What is kept of a box when it is closed: the result, without anyone or anyone's answer in it."""
        responses = self._box(row).responses
        if len(responses) < LEAST:
            return None
        worth = [sum(each.worth == point for each in responses) for point in POINTS]
        texts = {name: _shown(each.texts[at] for each in responses) for at, name in enumerate(QUESTIONS)}
        kept = {"asked": max(leaders, len(responses)), "worth": worth, "texts": texts}
        return self._seal(kept, "result", row["gathering"], row["id"])

    def _result(self, row: RowMapping) -> Result | None:
        if row["sealed"] is None:
            return None
        told = self._unseal(row, "result")
        texts = {name: None if found is None else tuple(found) for name, found in told["texts"].items()}
        return Result(told["asked"], tuple(told["worth"]), texts)

    def _box(self, row: RowMapping) -> _Box:
        told = self._unseal(row, "box")
        return _Box(frozenset(told["people"]), tuple(Response(worth, tuple(texts)) for worth, texts in told["responses"]))

    def _sealed(self, gathering: str, wave: str, box: _Box) -> bytes:
        responses = [[each.worth, each.texts] for each in box.responses]
        return self._seal({"people": sorted(box.people), "responses": responses}, "box", gathering, wave)

    def _seal(self, content: object, what: str, gathering: str, wave: str) -> bytes:
        written = json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass").ljust(ROOM)
        return seal(self._files.read(gathering), pad(written), "evaluation", what, gathering, wave)

    def _unseal(self, row: RowMapping, what: str) -> dict[str, Any]:
        key = self._files.read(row["gathering"])
        told: dict[str, Any] = json.loads(unpad(unseal(key, row["sealed"], "evaluation", what, row["gathering"], row["id"])))
        return told


def _shown(texts: Iterable[str]) -> list[str] | None:
    """The texts to one question in alphabetical order, which says nothing of who or when; None of fewer than five."""
    written = sorted(filter(None, texts), key=lambda text: (text.casefold(), text))
    return written if len(written) >= LEAST else None


def _check(response: Response) -> None:
    if response.worth not in POINTS or len(response.texts) != len(QUESTIONS):
        raise AnswerError("Svaret kunne ikke læses. Hent siden igen, og prøv en gang til.")
    if not any(response.texts):
        raise AnswerError("Skriv noget til mindst ét af de fire spørgsmål. Et par ord er nok.")
    if any(len(text) > LONGEST for text in response.texts):
        raise AnswerError(f"Et af svarene er for langt. Der er plads til {LONGEST} tegn i hvert felt.")
