"""A release of the size that a cohort has."""

from random import Random

import numpy as np

from fællesledelse.survey import Ledger, Table, release


def test_38_leaders_answer_24_items_about_six_departments_in_five_waves() -> None:
    rng, random = np.random.default_rng(1), Random(1)
    answers = {f"i{number}": rng.integers(0, 6, (38, 5)).astype(np.int8) for number in range(24)}
    tokens = tuple(map(str, range(38)))
    relations = {f"r{to}": {str(one): rng.integers(0, 6, 7).tolist() for one in range(6) if one != to} for to in range(6)}
    ledger = Ledger(frozenset(relations))
    for wave in range(5):
        tables = {item: Table(tokens, given[:, : wave + 1]) for item, given in answers.items()}
        ledger = release(ledger, tables, relations, random)
    assert len(ledger.waves[4].figures) == 24
