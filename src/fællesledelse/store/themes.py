"""Rounds of themes: leaders suggest, then they choose, and nobody can lay a suggestion or a choice with a person.

A round is one row. While it goes on its sealed box says who has suggested or chosen what, so that each can change their own.
When suggesting is over, the suggestions are merged, mixed and kept without persons. When the round closes, the choices are
counted, what fewer than five have chosen loses its count, and nobody is left in the box.

What somebody sees who keeps the database, and what this does not withstand, is as for evaluations: the row's title-less
frame and when it was rewritten, never who, what or how many. Who chooses writes to no other row and locks none.
"""

import json
import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, insert

from ..errors import AccessError, AnswerError
from ..themes import Topic, same, theme
from . import schema
from .database import Database
from .keyfiles import KeyFiles
from .sealing import pad, seal, unpad, unseal
from .waves import LEAST, ROOM, held, hold_gathering, is_leader, rows, write

MOST: Final = 3
"""How many themes a leader may suggest, and how many choose."""

_ROUNDS = schema.theme_round
_WHAT = "runde om temaer"
_LONGEST = timedelta(days=183)


@dataclass(frozen=True)
class Outcome:
    """What came of a round: the themes that five or more chose, the most chosen first, and the others by the alphabet."""

    counted: tuple[tuple[Topic, int], ...]
    few: tuple[Topic, ...]


@dataclass(frozen=True)
class Round:
    """Leaders suggest until ``suggests`` and choose until ``closes``, both days included.

    ``starting`` is the facilitator's list. ``suggested`` is empty until suggesting is over; ``dropped`` is how many of those
    the facilitator has taken out since. ``five``: at least five have suggested, or later chosen, something. ``mixed``:
    suggesting is over for good, also on a clock that is put back.
    """

    id: str
    opens: date
    suggests: date
    closes: date
    closed: bool
    starting: tuple[Topic, ...]
    suggested: tuple[Topic, ...]
    dropped: int
    five: bool
    outcome: Outcome | None
    mixed: bool = True

    def state(self, today: date) -> str:
        """ "suggesting", "choosing" or "closed"."""
        return "closed" if self.closed else "choosing" if self.mixed or self.suggests < today else "suggesting"


@dataclass(frozen=True)
class _Box:
    """Who has suggested or chosen what. ``suggested`` is None until suggesting is over, and then nobody's."""

    people: dict[str, list[str]] = field(default_factory=dict, repr=False)
    suggested: tuple[str, ...] | None = None
    dropped: int = 0

    def with_one(self, person: str, titles: tuple[str, ...]) -> "_Box":
        others = {each: theirs for each, theirs in self.people.items() if each != person}
        return replace(self, people=dict(sorted((others | ({person: list(titles)} if titles else {})).items())))


class Themes:
    """The verbs about rounds of themes. AccessError where one is asked for that isn't the gathering's."""

    def __init__(self, database: Database, files: KeyFiles) -> None:
        self._database, self._files = database, files

    def all(self, gathering: str, today: date) -> list[Round]:
        """The rounds of a gathering, the newest first. What the day has ended is ended."""
        self._tidy(gathering, today)
        with self._database.reading() as connection:
            return [self._round(row) for row in _rows(connection, gathering)]

    def start(self, gathering: str, starting: tuple[Topic, ...], suggests: date, closes: date, today: date) -> str:
        """The id of a new round that begins today. AnswerError where its days can't be, or another one goes on."""
        _check_days(suggests, closes, today)
        self._tidy(gathering, today)
        new = secrets.token_hex(16)
        with self._database.atomic() as connection:
            hold_gathering(connection, gathering)
            if any(not row["closed"] for row in _rows(connection, gathering)):
                raise AnswerError("Der er allerede en runde i gang. Vent, til den er slut, eller luk den først.")
            place = {"gathering": gathering, "id": new}
            values = {"opens": today, "suggests": suggests, "closes": closes, "closed": False}
            listed = self._seal([[each.title, each.questions] for each in starting], "list", place)
            connection.execute(insert(_ROUNDS).values(**place, **values, listed=listed, sealed=self._sealed(_Box(), place)))
        return new

    def suggest(self, gathering: str, round_: str, person: str, texts: Iterable[str], today: date) -> None:
        """Put a leader's suggestions in the place of those they had. Empty texts are none. AnswerError, AccessError."""
        titles = _titles([text for text in texts if text.strip()])
        self._lay(gathering, round_, person, "suggesting", titles, today)

    def choose(self, gathering: str, round_: str, person: str, titles: Iterable[str], today: date) -> None:
        """Put a leader's choices in the place of those they had. AnswerError, AccessError."""
        self._lay(gathering, round_, person, "choosing", _titles(titles), today)

    def mine(self, gathering: str, round_: str, person: str) -> tuple[str, ...]:
        """What someone has suggested in a round, or chosen once suggesting is over. For that very person alone."""
        with self._database.reading() as connection:
            row = held(connection, _ROUNDS, _WHAT, gathering, round_)
            return () if row["closed"] else tuple(self._box(row).people.get(person, ()))

    def forget(self, gathering: str, person: str) -> None:
        """Take what someone has suggested or chosen out of a round that goes on, while it can be found."""
        with self._database.atomic() as connection:
            for found in _rows(connection, gathering):
                row = held(connection, _ROUNDS, _WHAT, gathering, found["id"])
                if not row["closed"]:
                    write(connection, _ROUNDS, row["id"], sealed=self._sealed(self._box(row).with_one(person, ()), row))

    def drop(self, gathering: str, round_: str, title: str, today: date) -> None:
        """Take a suggestion out while all choose; that one was taken out is told. Who chose it can choose another.

        Who chose nothing else counts on as having chosen: else what is told of five would tell of that choice.
        """
        self._tidy(gathering, today)
        with self._database.atomic() as connection:
            row = held(connection, _ROUNDS, _WHAT, gathering, round_)
            box = None if row["closed"] else self._box(row)
            if box is None or title not in (box.suggested or ()):
                raise AccessError("Det forslag kan ikke tages ud nu. Hent siden igen.")
            left = tuple(each for each in box.suggested or () if each != title)
            people = {who: [each for each in theirs if each != title] for who, theirs in box.people.items()}
            write(connection, _ROUNDS, round_, sealed=self._sealed(_Box(people, left, box.dropped + 1), row))

    def close(self, gathering: str, round_: str, today: date) -> None:
        """Close a round for good, on its last day or before; while leaders still suggest, theirs are deleted unread."""
        with self._database.atomic() as connection:
            row = held(connection, _ROUNDS, _WHAT, gathering, round_)
            if not row["closed"]:
                self._close(connection, row, today)

    def _lay(self, gathering: str, round_: str, person: str, state: str, titles: tuple[str, ...], today: date) -> None:
        self._tidy(gathering, today)
        with self._database.atomic() as connection:
            row = held(connection, _ROUNDS, _WHAT, gathering, round_)
            if not is_leader(connection, gathering, person):
                raise AccessError("Kun de inviterede ledere kan være med i runden.")
            here = self._round(row)
            if here.state(today) != state:
                raise AccessError(_OVER[state])
            if len(titles) > MOST:
                raise AnswerError(f"Der er plads til {MOST}. Fjern {len(titles) - MOST}, så er det på plads.")
            if state == "choosing" and not {each.title for each in (*here.starting, *here.suggested)}.issuperset(titles):
                raise AnswerError("Et af temaerne er ikke på listen mere. Se listen igen, og vælg et andet.")
            write(connection, _ROUNDS, round_, sealed=self._sealed(self._box(row).with_one(person, titles), row))

    def _tidy(self, gathering: str, today: date) -> None:
        with self._database.reading() as connection:
            late = [row["id"] for row in _rows(connection, gathering) if self._is_late(row, today)]
        for round_ in late:
            with self._database.atomic() as connection:
                row = held(connection, _ROUNDS, _WHAT, gathering, round_)
                if self._is_late(row, today):
                    write(connection, _ROUNDS, round_, sealed=self._sealed(self._mixed(row), row))
                    row = held(connection, _ROUNDS, _WHAT, gathering, round_)
                if not row["closed"] and row["closes"] < today:
                    self._close(connection, row, today)

    def _is_late(self, row: RowMapping, today: date) -> bool:
        if row["closed"] or today <= row["suggests"]:
            return False
        return row["closes"] < today or self._box(row).suggested is None

    def _mixed(self, row: RowMapping) -> _Box:
        """The box once suggesting is over: each suggestion once, in an order of chance, and without those who made it."""
        box = self._box(row)
        if box.suggested is not None:
            return box
        listed = {same(topic.title) for topic in self._listed(row)}
        written = sorted(text for theirs in box.people.values() for text in theirs)
        found = list({same(text): text for text in written if same(text) not in listed}.values())
        secrets.SystemRandom().shuffle(found)
        return _Box(suggested=tuple(found))

    def _close(self, connection: Connection, row: RowMapping, today: date) -> None:
        box = self._box(row)
        if box.suggested is None:
            box = _Box(suggested=())
        chosen = Counter(title for theirs in box.people.values() for title in theirs)
        counts = {title: count for title, count in sorted(chosen.items()) if count >= LEAST}
        kept = {"suggested": sorted(box.suggested or ()), "dropped": box.dropped, "counts": counts}
        sealed = self._seal(kept, "outcome", row)
        write(connection, _ROUNDS, row["id"], closed=True, closes=min(today, row["closes"]), sealed=sealed)

    def _round(self, row: RowMapping) -> Round:
        frame = row["id"], row["opens"], row["suggests"], row["closes"], row["closed"]
        starting = self._listed(row)
        if row["closed"]:
            kept = self._unseal(row["sealed"], "outcome", row)
            suggested = tuple(Topic(title) for title in kept["suggested"])
            outcome = _outcome((*starting, *suggested), kept["counts"])
            return Round(*frame, starting, suggested, kept["dropped"], False, outcome)
        box = self._box(row)
        suggested = tuple(Topic(title) for title in box.suggested or ())
        return Round(*frame, starting, suggested, box.dropped, len(box.people) >= LEAST, None, box.suggested is not None)

    def _listed(self, row: RowMapping) -> tuple[Topic, ...]:
        return tuple(Topic(title, tuple(questions)) for title, questions in self._unseal(row["listed"], "list", row))

    def _box(self, row: RowMapping) -> _Box:
        told = self._unseal(row["sealed"], "box", row)
        suggested = told["suggested"]
        return _Box(told["people"], None if suggested is None else tuple(suggested), told["dropped"])

    def _sealed(self, box: _Box, place: Any) -> bytes:
        return self._seal({"people": box.people, "suggested": box.suggested, "dropped": box.dropped}, "box", place)

    def _seal(self, content: object, what: str, place: Any) -> bytes:
        written = json.dumps(content, ensure_ascii=False).encode().ljust(ROOM)
        return seal(self._files.read(place["gathering"]), pad(written), "themes", what, place["gathering"], place["id"])

    def _unseal(self, sealed: bytes, what: str, place: RowMapping) -> Any:
        key = self._files.read(place["gathering"])
        return json.loads(unpad(unseal(key, sealed, "themes", what, place["gathering"], place["id"])))


_OVER = {
    "suggesting": "Tiden til at foreslå er gået. Nu vælger alle mellem temaerne. Hent siden igen.",
    "choosing": "Der kan ikke vælges i denne runde nu. Hent siden igen, og se, hvor langt den er.",
}


def _rows(connection: Connection, gathering: str) -> list[RowMapping]:
    return rows(connection, _ROUNDS, gathering)


def _titles(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts as themes, each once."""
    found = [theme(text) for text in texts]
    return tuple({same(title): title for title in reversed(found)}.values())[::-1]


def _outcome(topics: Iterable[Topic], counts: dict[str, int]) -> Outcome:
    ordered = sorted(topics, key=lambda topic: same(topic.title))
    counted = sorted(((each, counts[each.title]) for each in ordered if each.title in counts), key=lambda pair: -pair[1])
    return Outcome(tuple(counted), tuple(each for each in ordered if each.title not in counts))


def _check_days(suggests: date, closes: date, today: date) -> None:
    if suggests < today:
        raise AnswerError("Den sidste dag at foreslå er gået. Vælg en dag fra i dag og frem.")
    if closes <= suggests:
        raise AnswerError("Den sidste dag at vælge skal ligge efter den sidste dag at foreslå. Flyt den ene.")
    if closes > today + _LONGEST:
        raise AnswerError("En runde kan højst vare et halvt år. Vælg en tidligere sidste dag.")
