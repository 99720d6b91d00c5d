"""Whose answers are whose in the survey's table: ``python -m tests.store.survey_matches 1000`` programmes.

The leader finds the own answers from wave to wave by the link key. The attacker has the whole table as a backup from before
the end kept it, knows who took part in which waves, and matches what is left in the order it comes out of the database:
answers with leaders, and a leader's answers to one item with those to another. Chance is what a blind match would hit.
"""

import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from math import sqrt
from pathlib import Path
from random import Random

from sqlalchemy import insert, select

from fællesledelse.store import KdfCost, Store, schema
from fællesledelse.store.survey_answers import SurveyAnswers, token

ITEMS = ("tit-nok", "respekt")
DAY = date(2026, 6, 15)

Marks = dict[str, list[str]]
"""The tokens of each item, in the order they come out of the database."""


@dataclass
class Tally:
    """Leaders' own answers found of those there are; the attacker's matches, what chance would give, and its variance."""

    own: int = 0
    found: int = 0
    hits: int = 0
    chance: int = 0
    variance: int = 0

    @property
    def deviations(self) -> float:
        """How many standard deviations the attacker is above chance."""
        return (self.hits - self.chance) / sqrt(self.variance)


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
        answers = SurveyAnswers(connection, key, gathering)
        for wave in waves:
            given = {person: said[person, wave] for person in people if wave in took_part[person]}
            if given:
                answers.lay(wave, link, given)
        for person in people:
            own = answers.own(link, person, ITEMS)
            found.own += len(took_part[person]) * len(ITEMS)
            found.found += sum(
                own.get(wave, {}).get(item) == said[person, wave][item] for wave in took_part[person] for item in ITEMS
            )
        table = schema.survey_answer
        there = connection.execute(
            select(table.c.item, table.c.token, table.c.wave).where(table.c.gathering == gathering)
        ).all()
    _attack(
        found, gathering, link, {person: part for person, part in took_part.items() if part}, [tuple(row) for row in there]
    )


def _attack(
    found: Tally, gathering: str, link: bytes, took_part: dict[str, frozenset[str]], rows: list[tuple[str, str, str]]
) -> None:
    """Match leaders with tokens, and tokens with tokens, among those who took part in the same waves."""
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    for item, mark, wave in rows:
        seen[item, mark].add(wave)
    for part in set(took_part.values()):
        alike = sorted(person for person in took_part if took_part[person] == part)
        marks = {item: [mark for (one, mark), waves in seen.items() if one == item and waves == part] for item in ITEMS}
        right = {token(link, gathering, person, item): person for person in alike for item in ITEMS}
        for item in ITEMS:
            found.hits += sum(right[mark] == person for mark, person in zip(marks[item], alike, strict=True))
        found.hits += sum(right[one] == right[other] for one, other in zip(*marks.values(), strict=True))
        found.chance += 3
        found.variance += 3 if len(alike) > 1 else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        told = tally(int(sys.argv[1]), Path(folder))
    print(f"own answers found: {told.found} of {told.own}")
    print(f"matched without the key: {told.hits}, by chance {told.chance} ({told.deviations:+.1f} standard deviations)")
