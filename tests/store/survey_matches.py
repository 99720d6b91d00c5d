"""Whose answers are whose in the survey's table: ``python -m tests.store.survey_matches 1000`` programmes.

The leader finds the own answers from wave to wave by the link key. The attacker has the whole table as a backup from before
the end kept it, knows who took part in which waves, and matches what is there in the order it comes out of the database: a
wave's answers with leaders, a leader's answers to one item with those to another, and with those of the next wave. Chance
is what a blind match would hit.
"""

import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random

from sqlalchemy import insert, select

from fællesledelse.store import KdfCost, Store, schema
from fællesledelse.store.survey_answers import SurveyAnswers, token

from .chance import Score

ITEMS = ("tit-nok", "respekt")
DAY = date(2026, 6, 15)

Place = tuple[str, str]
"""A wave and an item."""


@dataclass
class Tally:
    """Leaders' own answers found of those there are, and what the attacker matched."""

    own: int = 0
    found: int = 0
    matched: Score = field(default_factory=Score)


def tally(programmes: int, place: Path, seed: int = 1) -> Tally:
    """What comes of that many programmes of 5 to 12 leaders in 2 to 6 waves, with those who join, leave and skip."""
    store = Store.open(f"sqlite:///{place}/survey.sqlite", place / "keys", kdf_cost=KdfCost(1, 8192))
    found, random = Tally(), Random(seed)
    try:
        for number in range(programmes):
            _programme(store, f"hold-{number}", found, random)
    finally:
        store.close()
    return found


def _programme(store: Store, gathering: str, found: Tally, random: Random) -> None:
    people = [random.randbytes(16).hex() for _ in range(random.randint(5, 12))]
    waves = [random.randbytes(16).hex() for _ in range(random.randint(2, 6))]
    took_part = {person: frozenset(wave for wave in waves if random.random() < 0.8) for person in people}
    link, key = random.randbytes(32), random.randbytes(32)
    said = {
        (person, wave): {item: random.randrange(6) for item in ITEMS}
        for person in people
        for wave in sorted(took_part[person])
    }
    with store._database.atomic() as connection:
        connection.execute(insert(schema.gathering).values(id=gathering, name=gathering))
        for wave in waves:
            row = {"id": wave, "gathering": gathering, "title": wave, "opens": DAY, "closes": DAY, "closed": True}
            connection.execute(insert(schema.survey_wave).values(**row))
        answers = SurveyAnswers(connection, key, link, gathering)
        for wave in waves:
            given = {person: said[person, wave] for person in people if wave in took_part[person]}
            if given:
                answers.lay(wave, given)
        for person in people:
            own = answers.own(person, dict.fromkeys(waves, ITEMS))
            found.own += len(took_part[person]) * len(ITEMS)
            found.found += sum(
                own.get(wave, {}).get(item) == said[person, wave][item] for wave in took_part[person] for item in ITEMS
            )
        table = schema.survey_answer
        query = select(table.c.wave, table.c.item, table.c.token).where(table.c.gathering == gathering)
        there: dict[Place, list[str]] = defaultdict(list)
        for wave, item, mark in connection.execute(query):
            there[wave, item].append(mark)
    whose = {
        token(link, gathering, wave, person, item): person
        for person in people
        for wave in took_part[person]
        for item in ITEMS
    }
    assert sorted(whose) == sorted(mark for marks in there.values() for mark in marks)
    _attack(found.matched, {place: [whose[mark] for mark in marks] for place, marks in there.items()}, took_part, waves)


def _attack(
    matched: Score, there: Mapping[Place, list[str]], took_part: Mapping[str, frozenset[str]], waves: Sequence[str]
) -> None:
    """Match rows (whose each is, as they come out) with leaders, with those of the other item, and with the next wave's."""
    for wave in waves:
        leaders = sorted(person for person, part in took_part.items() if wave in part)
        for item in ITEMS:
            matched.match(there.get((wave, item), []), leaders)
        matched.match(*(there.get((wave, item), []) for item in ITEMS))
    for earlier, later in pairwise(waves):
        for item in ITEMS:
            matched.match(there.get((earlier, item), []), there.get((later, item), []))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        told = tally(int(sys.argv[1]), Path(folder))
    print(f"own answers found: {told.found} of {told.own}")
    print(f"matched without the key: {told.matched}")
